//! Checks a document against the description of CycloneDX. Violations are noted with their path; unusable values are removed.
//!
//! Afterwards every remaining value has the type of its field, so that `component.rs` and `vulnerability.rs` only read it.

use std::collections::BTreeSet;
use std::mem;

use serde_json::{Map, Value};

use super::formats;
use super::shape::{Field, Kind, Need, Shape};
use super::shapes::{TOOL, TOOLS};
use super::{TWO, version_text};
use mainstay_base::note::{Gravity, Notes};

/// The member in which `xml.rs` keeps the line of an element. No field of a document has this name.
pub(super) const LINE: &str = "\nline";

/// Checks one document.
pub(super) struct Checker {
    notes: Notes,
    /// Version of the specification: 5 for 1.5, 20 for 2.0.
    minor: u8,
    path: String,
    line: Option<u64>,
    references: BTreeSet<String>,
}

impl Checker {
    pub(super) fn new(minor: u8) -> Self {
        Self { notes: Notes::default(), minor, path: String::new(), line: None, references: BTreeSet::new() }
    }

    /// Checks an object at `path`. A value that is not an object is removed: `None`.
    pub(super) fn object_at(
        &mut self,
        path: String,
        shape: &'static Shape,
        mut value: Value,
    ) -> Option<Value> {
        self.path = path;
        self.object(shape, &mut value).then_some(value)
    }

    /// Checks one member of the document's root.
    pub(super) fn member(&mut self, shape: &'static Shape, key: &str, value: Value) -> Option<Value> {
        "$".clone_into(&mut self.path);
        let mut one = Map::new();
        one.insert(key.to_owned(), value);
        self.fields(shape, &mut one);
        one.remove(key)
    }

    /// Notes the missing required members of the root.
    pub(super) fn root_has(&mut self, shape: &'static Shape, seen: &BTreeSet<String>) {
        "$".clone_into(&mut self.path);
        for field in shape.fields {
            if self.is_asked(field) && !seen.contains(field.name) {
                self.warn(format!("`{}` is missing", field.name));
            }
        }
    }

    /// The position of the checker.
    pub(super) fn place(&self) -> String {
        place(self.line, &self.path)
    }

    pub(super) fn into_notes(self) -> Notes {
        self.notes
    }

    /// Counts something that is not read.
    pub(super) fn not_understood(&mut self, name: &str) {
        self.notes.not_understood(name);
    }

    /// Adds a note at a given place.
    pub(super) fn note(&mut self, gravity: Gravity, place: &str, text: impl Into<String>) {
        self.notes.add(gravity, place, text);
    }

    fn warn(&mut self, text: impl Into<String>) {
        let place = self.place();
        self.notes.add(Gravity::Warning, place, text);
    }

    fn refuse(&mut self, text: impl Into<String>) {
        let place = self.place();
        self.notes.add(Gravity::Refused, place, text);
    }

    /// Runs a step one level further down the path.
    fn below<T>(&mut self, step: &str, what: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(step);
        let line = self.line;
        let outcome = what(self);
        self.line = line;
        self.path.truncate(length);
        outcome
    }

    /// Whether the value is an object that can be used; defects inside are noted and removed.
    fn object(&mut self, shape: &'static Shape, value: &mut Value) -> bool {
        let Value::Object(map) = value else {
            self.refuse(format!("an object was expected, not {}", kind_of(value)));
            return false;
        };
        let outer = self.line;
        if let Some(line) = map.get(LINE).and_then(Value::as_u64) {
            self.line = Some(line);
        }
        let away = self.fields(shape, map);
        let whole = self.needs(shape, map, &away);
        if let Some(rule) = shape.rule {
            rule(map, self);
        }
        self.line = outer;
        whole
    }

    /// Checks each field; returns the names of the removed ones.
    fn fields(&mut self, shape: &'static Shape, map: &mut Map<String, Value>) -> Vec<String> {
        let mut away = Vec::new();
        for (key, value) in map.iter_mut().filter(|(key, _)| *key != LINE) {
            let Some(field) = shape.field(key) else {
                self.unknown(shape, key);
                continue;
            };
            let stays = self.below(&format!(".{key}"), |checker| {
                if field.since > checker.minor {
                    let since = version_text(field.since);
                    checker.early(shape, format!("`{key}` exists only since CycloneDX {since}"));
                } else if field.until < checker.minor {
                    let until = version_text(field.until);
                    checker.early(shape, format!("`{key}` exists only up to CycloneDX {until}"));
                }
                checker.value(field, value)
            });
            if !stays {
                away.push(key.clone());
            } else if !field.used && !is_empty(value) {
                self.notes.not_understood(&format!("{}.{key}", shape.name));
            }
        }
        for key in &away {
            map.remove(key);
        }
        away
    }

    fn unknown(&mut self, shape: &Shape, key: &str) {
        let known: String = key.chars().take(100).collect();
        self.notes.not_understood(&format!("{}.{known}", shape.name));
        self.early(
            shape,
            format!("`{known}` is not a field of CycloneDX {} in this place", version_text(self.minor)),
        );
    }

    /// Notes a field that this version does not have; the first versions allow such fields.
    fn early(&mut self, shape: &Shape, text: String) {
        let gravity = if self.minor >= shape.closed_since { Gravity::Warning } else { Gravity::Info };
        let place = self.place();
        self.notes.add(gravity, place, text);
    }

    fn is_asked(&self, field: &Field) -> bool {
        match field.need {
            Need::Free => false,
            Need::Asked(first, last) => {
                (first..=last).contains(&self.minor) && (field.since..=field.until).contains(&self.minor)
            }
            Need::Vital => true,
        }
    }

    fn needs(&mut self, shape: &'static Shape, map: &Map<String, Value>, away: &[String]) -> bool {
        let mut whole = true;
        for field in shape.fields {
            if map.contains_key(field.name) || !self.is_asked(field) {
                continue;
            }
            let vital = matches!(field.need, Need::Vital);
            whole &= !vital;
            if away.iter().any(|name| name == field.name) {
                continue;
            }
            if vital {
                self.refuse(format!("skipped, because there is no `{}`", field.name));
            } else {
                self.warn(format!("`{}` is missing", field.name));
            }
        }
        whole
    }

    /// Whether the value can be used.
    fn value(&mut self, field: &'static Field, value: &mut Value) -> bool {
        if value.is_null() && !matches!(field.kind, Kind::Unread) {
            self.warn("a value was expected, not null");
            return false;
        }
        match field.kind {
            Kind::Text(format) => self.text(field, format, value),
            Kind::Texts(format) => self.list(value, |checker, item| checker.text(field, format, item)),
            Kind::Bool => value.is_boolean() || self.expected("true or false", value),
            Kind::Number => value.is_number() || self.expected("a number", value),
            Kind::Object(shape) => self.object(shape, value),
            Kind::Objects(shape) => self.list(value, |checker, item| checker.object(shape, item)),
            Kind::Tools if value.is_array() => {
                if self.minor >= TWO {
                    self.warn("a list of tools exists only up to CycloneDX 1.7");
                }
                self.list(value, |checker, item| checker.object(&TOOL, item))
            }
            Kind::Tools => self.object(&TOOLS, value),
            Kind::Unread => true,
        }
    }

    fn expected(&mut self, what: &str, value: &Value) -> bool {
        self.refuse(format!("{what} was expected, not {}", kind_of(value)));
        false
    }

    fn list(&mut self, value: &mut Value, mut one: impl FnMut(&mut Self, &mut Value) -> bool) -> bool {
        let Value::Array(items) = value else {
            return self.expected("a list", value);
        };
        let mut index = 0_usize;
        items.retain_mut(|item| {
            let stays = self.below(&format!("[{index}]"), |checker| one(checker, item));
            index += 1;
            stays
        });
        true
    }

    fn text(&mut self, field: &Field, format: super::shape::Format, value: &mut Value) -> bool {
        if value.is_number() || value.is_boolean() {
            self.warn(format!("a text was expected, not {}", kind_of(value)));
            *value = Value::String(value.to_string());
        }
        let Value::String(text) = value else {
            return self.expected("a text", value);
        };
        if let Err(wrong) = formats::check(format, text, self.minor) {
            let place = self.place();
            self.notes.add(wrong.gravity, place, wrong.text);
            if wrong.gravity == Gravity::Refused {
                return false;
            }
        }
        if field.name == "bom-ref" && !text.is_empty() && !self.references.insert(text.clone()) {
            let text = mem::take(text);
            self.warn(format!("the reference `{text}` is used more than once"));
            *value = Value::String(text);
        }
        true
    }
}

/// A JSON path, or line and path in XML.
pub(super) fn place(line: Option<u64>, path: &str) -> String {
    match line {
        Some(line) => format!("line {line}, {}", path.trim_start_matches("$.")),
        None => path.to_owned(),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Rules between the fields of a component: a version and a range of versions exclude each other (since 1.7).
pub(super) fn of_component(map: &mut Map<String, Value>, checker: &mut Checker) {
    if map.contains_key("version") && map.contains_key("versionRange") {
        checker.warn("`version` and `versionRange` exclude each other");
    }
    if map.contains_key("versionRange") && map.get("isExternal") != Some(&Value::Bool(true)) {
        checker.warn("`versionRange` is allowed only if `isExternal` is true");
    }
    licences_do_not_mix(map, checker);
}

/// A licence has exactly one of SPDX identifier and name.
pub(super) fn licence_has_one_name(map: &mut Map<String, Value>, checker: &mut Checker) {
    match (map.contains_key("id"), map.contains_key("name")) {
        (true, true) => checker.warn("a licence has either `id` or `name`, not both"),
        (false, false) => checker.warn("a licence without `id` and `name` is empty"),
        (true, false) | (false, true) => {}
    }
}

/// An entry is exactly one of licence and expression.
pub(super) fn licence_or_expression(map: &mut Map<String, Value>, checker: &mut Checker) {
    match (map.contains_key("license"), map.contains_key("expression")) {
        (true, true) => checker.warn("an entry is either a `license` or an `expression`, not both"),
        (false, false) => checker.warn("an entry without `license` and `expression` is empty"),
        (true, false) | (false, true) => {}
    }
}

/// Before 1.7 a component has licences or one expression, not both.
pub(super) fn licences_do_not_mix(map: &mut Map<String, Value>, checker: &mut Checker) {
    let Some(Value::Array(items)) = map.get("licenses") else { return };
    let expressions = items.iter().filter(|item| item.get("expression").is_some()).count();
    if checker.minor < 7 && expressions > 0 && items.len() > 1 {
        let text = format!(
            "before CycloneDX 1.7 an expression must be the only entry; there are {} entries",
            items.len()
        );
        checker.below(".licenses", |checker| checker.warn(text));
    }
}
