//! Assembles a bill from the parts of a CycloneDX document, in any order.

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::Checker;
use super::component::{self, Collector, items, text};
use super::shapes::{COMPONENT, DEPENDENCY, ROOT, SERVICE, VULNERABILITY};
use super::{Version, version_text, vulnerability};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::Component;
use mainstay_base::note::Gravity;

/// The lists whose items are read one by one.
pub(super) const STREAMED: [&str; 4] = ["components", "services", "dependencies", "vulnerabilities"];

/// A bill under construction.
pub(super) struct Assembly {
    checker: Checker,
    bill: Bill,
    seen: BTreeSet<String>,
}

impl Assembly {
    pub(super) fn new(version: Version, syntax: &str) -> Self {
        let mut checker = Checker::new(version.minor);
        let declared = version_text(version.newer.unwrap_or(version.minor));
        if version.newer.is_some() {
            let text = format!(
                "CycloneDX {declared} is newer than this program supports; it is read as {}",
                version_text(version.minor)
            );
            checker.note(Gravity::Warning, "$.specVersion", text);
        }
        let bill = Bill { format: format!("CycloneDX {declared} {syntax}"), ..Bill::default() };
        Self { checker, bill, seen: BTreeSet::new() }
    }

    /// Notes that a part of the document cannot be used.
    pub(super) fn refuse(&mut self, place: &str, why: &str) {
        self.checker.note(Gravity::Refused, place, why);
    }

    /// Adds a note on the document.
    pub(super) fn note(&mut self, gravity: Gravity, place: &str, text: &str) {
        self.checker.note(gravity, place, text);
    }

    /// Counts something that is not read.
    pub(super) fn not_understood(&mut self, name: &str) {
        self.checker.not_understood(name);
    }

    /// Records a member of the root; returns whether it is the first of its name.
    fn saw(&mut self, key: &str) -> bool {
        self.seen.insert(key.to_owned())
    }

    /// An item of one of the [`STREAMED`] lists.
    pub(super) fn element(&mut self, key: &str, place: String, value: Value) {
        self.saw(key);
        match key {
            "components" => {
                if let Some(value) = self.checker.object_at(place.clone(), &COMPONENT, value) {
                    Collector { components: &mut self.bill.components, place }.component(&value, &[]);
                }
            }
            "services" => {
                if let Some(value) = self.checker.object_at(place.clone(), &SERVICE, value) {
                    Collector { components: &mut self.bill.components, place }.service(&value, &[]);
                }
            }
            "dependencies" => {
                if let Some(value) = self.checker.object_at(place, &DEPENDENCY, value) {
                    self.dependency(&value);
                }
            }
            _ => {
                if let Some(value) = self.checker.object_at(place.clone(), &VULNERABILITY, value) {
                    match vulnerability::statements(&value, &place) {
                        Some(statements) => self.bill.statements.extend(statements),
                        None => {
                            self.refuse(&place, "a vulnerability without `id` and `bom-ref` is skipped");
                        }
                    }
                }
            }
        }
    }

    fn dependency(&mut self, value: &Value) {
        let Some(from) = text(value, "ref") else { return };
        let on = items(value, "dependsOn")
            .iter()
            .filter_map(Value::as_str)
            .map(|on| on.trim().to_owned())
            .collect();
        self.bill.dependencies.push(Dependency { from, on });
    }

    /// Another member of the root.
    pub(super) fn member(&mut self, key: &str, value: Value) {
        if !self.saw(key) {
            self.refuse(&format!("$.{key}"), "it is in the document twice; only the last one is used");
        }
        let Some(value) = self.checker.member(&ROOT, key, value) else { return };
        match key {
            "serialNumber" => self.bill.serial = value.as_str().map(str::to_owned),
            "version" => self.bill.revision = Some(value.to_string()),
            "metadata" => self.metadata(&value),
            _ => {}
        }
    }

    fn metadata(&mut self, metadata: &Value) {
        self.bill.created = text(metadata, "timestamp");
        self.bill.authors = component::persons(metadata, "authors");
        for organisation in ["manufacturer", "manufacture", "supplier"] {
            let name = metadata.get(organisation).and_then(|entity| text(entity, "name"));
            self.bill.authors.extend(name);
        }
        self.bill.authors.dedup();
        let tools = metadata.get("tools").unwrap_or(&Value::Null);
        let listed = tools.as_array().map_or(&[][..], Vec::as_slice);
        let all = listed.iter().chain(items(tools, "components")).chain(items(tools, "services"));
        self.bill.tools = all.map(tool).collect();
        if let Some(product) = metadata.get("component") {
            self.subject(product);
        }
    }

    /// The product of the bill. Components nested inside it are components of the bill.
    fn subject(&mut self, product: &Value) {
        let mut all: Vec<Component> = Vec::new();
        Collector { components: &mut all, place: "$.metadata.component".to_owned() }.component(product, &[]);
        let mut all = all.into_iter();
        self.bill.subject = all.next();
        self.bill.components.extend(all);
    }

    /// The finished bill. `syntax_has_root` is whether this syntax has all members of the root (XML gives some by its namespace).
    pub(super) fn done(mut self, syntax_has_root: bool) -> Bill {
        if syntax_has_root {
            self.checker.root_has(&ROOT, &self.seen);
        }
        self.bill.notes = self.checker.into_notes();
        self.bill
    }
}

fn tool(tool: &Value) -> String {
    let parts = ["vendor", "group", "name", "version"].into_iter().filter_map(|name| text(tool, name));
    parts.collect::<Vec<_>>().join(" ")
}
