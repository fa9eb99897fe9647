//! Makes components from checked CycloneDX objects: components, services, and the components inside them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::check::{LINE, place};
use super::pedigree;
use crate::model::component::{Component, ComponentKind, Hash, Scope};
use crate::model::matching::{OWN_PYTHON, SOURCE_PROPERTIES};

/// Collects the components of one tree and their places.
pub(super) struct Collector<'a> {
    /// The list, in the order of the document: outer before inner.
    pub(super) components: &'a mut Vec<Component>,
    /// Place of the outermost one.
    pub(super) place: String,
}

/// Maximum bytes of the references in `inside`: each nested component repeats them, so long ones would multiply. References beyond the
/// limit are dropped; the component's place still shows them.
const PATH_BYTES_MAX: usize = 4096;

/// Text of a member without surrounding white space (which XML does not preserve); `None` when it is missing or empty.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Items of a member that is a list.
pub(super) fn items<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl Collector<'_> {
    /// Adds a component and everything inside it. The JSON or XML document limits the depth.
    pub(super) fn component(&mut self, value: &Value, inside: &[String]) {
        let mut component = component(value, self.place_of(value));
        component.reference = self.reference(value);
        self.with_inner(component, (value, "components"), inside, Self::component);
    }

    /// Adds a service and everything inside it.
    pub(super) fn service(&mut self, value: &Value, inside: &[String]) {
        let mut service = service(value, self.place_of(value));
        service.reference = self.reference(value);
        self.with_inner(service, (value, "services"), inside, Self::service);
    }

    fn place_of(&self, value: &Value) -> String {
        place(value.get(LINE).and_then(Value::as_u64), &self.place)
    }

    /// A component without reference gets one from its place, so that nested components can name it.
    fn reference(&self, value: &Value) -> String {
        text(value, "bom-ref").unwrap_or_else(|| format!("{}#{}", self.place, self.components.len()))
    }

    fn with_inner(
        &mut self,
        mut outer: Component,
        (value, list): (&Value, &str),
        inside: &[String],
        take: fn(&mut Self, &Value, &[String]),
    ) {
        let inner = items(value, list);
        outer.inside = inside.to_vec();
        let mut path = inside.to_vec();
        if path.iter().map(String::len).sum::<usize>() + outer.reference.len() <= PATH_BYTES_MAX {
            path.push(outer.reference.clone());
        }
        self.components.push(outer);
        let place = self.place.clone();
        for (index, item) in inner.iter().enumerate() {
            self.place = format!("{place}.{list}[{index}]");
            take(self, item, &path);
        }
        self.place = place;
    }
}

/// The component itself, without reference and without nested components.
pub(super) fn component(value: &Value, place: String) -> Component {
    Component {
        name: text(value, "name").unwrap_or_default(),
        group: text(value, "group"),
        version: text(value, "version").or_else(|| text(value, "versionRange")),
        kind: text(value, "type").map(|word| kind(&word)).unwrap_or_default(),
        supplier: supplier(value),
        description: text(value, "description"),
        purls: text(value, "purl").into_iter().collect(),
        cpes: text(value, "cpe").into_iter().collect(),
        swid: value.get("swid").and_then(|swid| text(swid, "tagId")),
        hashes: digests(value),
        licences: licences(value),
        copyright: text(value, "copyright"),
        addresses: addresses(value),
        scope: scope(value),
        pedigree: value.get("pedigree").map(pedigree::words).unwrap_or_default(),
        more: source_package(value).into_iter().chain(external(value)).collect(),
        place,
        ..Component::default()
    }
}

/// Properties that name the source package of a distribution's package, or say that a package comes from no registry; matching uses
/// them.
fn source_package(value: &Value) -> BTreeMap<String, String> {
    const PARTS: [&str; 4] = ["SrcName", "SrcVersion", "SrcRelease", "SrcEpoch"];
    let properties = items(value, "properties").iter();
    properties
        .filter_map(|property| Some((text(property, "name")?, text(property, "value")?)))
        .filter(|(name, _)| {
            name.strip_prefix(SOURCE_PROPERTIES).is_some_and(|part| PARTS.contains(&part))
                || OWN_PYTHON.contains(&name.as_str())
        })
        .collect()
}

fn service(value: &Value, place: String) -> Component {
    let endpoints = items(value, "endpoints").iter().filter_map(Value::as_str).map(str::to_owned);
    Component {
        name: text(value, "name").unwrap_or_default(),
        group: text(value, "group"),
        version: text(value, "version"),
        kind: ComponentKind::Service,
        supplier: value.get("provider").and_then(|provider| text(provider, "name")),
        description: text(value, "description"),
        licences: licences(value),
        addresses: endpoints.chain(addresses(value)).collect(),
        place,
        ..Component::default()
    }
}

fn kind(word: &str) -> ComponentKind {
    serde_json::from_value(Value::String(word.to_owned())).unwrap_or(ComponentKind::Other)
}

/// A component that is expected at the place of use and not delivered with the product (since 1.7), and its accepted versions.
fn external(value: &Value) -> impl Iterator<Item = (String, String)> {
    let is_external = value.get("isExternal").and_then(Value::as_bool).map(|value| value.to_string());
    let fields = [("isExternal", is_external), ("versionRange", text(value, "versionRange"))];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

fn scope(value: &Value) -> Scope {
    let properties = Properties::of(value);
    match value.get("scope").and_then(Value::as_str) {
        // Some generators mark an optional component as a development one too: the stronger scope wins.
        _ if properties.only_development() && properties.say(OPTIONAL, "true") => Scope::Optional,
        _ if properties.only_development() => Scope::Excluded,
        Some("optional") => Scope::Optional,
        Some("excluded") => Scope::Excluded,
        Some(_) | None => Scope::Required,
    }
}

/// Properties of the CycloneDX taxonomy by which generators mark components that are only for development, build or test. Some generators
/// write `required` or nothing as scope of such a component.
const DEVELOPMENT: [&str; 3] =
    ["cdx:npm:package:development", "cdx:composer:package:isDevRequirement", "cdx:maven:package:test"];
/// Properties that each name one group of requirements, and the group for run time.
const GROUPS: [(&str, &str); 2] = [("cdx:poetry:group", "main"), ("cdx:pipenv:category", "default")];

/// The property by which generators mark a package as installed only where possible.
const OPTIONAL: &str = "cdx:npm:package:optional";

/// Names and values of a component's properties.
struct Properties(Vec<(String, String)>);

impl Properties {
    fn of(value: &Value) -> Self {
        let properties = items(value, "properties").iter();
        Self(properties.filter_map(|one| Some((text(one, "name")?, text(one, "value")?))).collect())
    }

    fn say(&self, mark: &str, word: &str) -> bool {
        self.0.iter().any(|(name, value)| name == mark && value == word)
    }

    fn only_development(&self) -> bool {
        let in_other_groups = |(mark, runs): &(&str, &str)| {
            self.0.iter().any(|(name, _)| name == mark) && !self.say(mark, runs)
        };
        DEVELOPMENT.iter().any(|mark| self.say(mark, "true")) || GROUPS.iter().any(in_other_groups)
    }
}

/// IEC 62304 8.1.2 b asks for the manufacturer: the supplier, otherwise the manufacturer, the publisher or the author.
fn supplier(value: &Value) -> Option<String> {
    let named = |name: &str| value.get(name).and_then(|entity| text(entity, "name"));
    named("supplier")
        .or_else(|| named("manufacturer"))
        .or_else(|| text(value, "publisher"))
        .or_else(|| text(value, "author"))
        .or_else(|| {
            let authors: Vec<String> = persons(value, "authors");
            (!authors.is_empty()).then(|| authors.join(", "))
        })
}

/// Persons of a list, by name or otherwise by address.
pub(super) fn persons(value: &Value, list: &str) -> Vec<String> {
    items(value, list)
        .iter()
        .filter_map(|person| text(person, "name").or_else(|| text(person, "email")))
        .collect()
}

/// The digests of the component; if it has none, those of its distribution files.
fn digests(value: &Value) -> Vec<Hash> {
    let own = hashes(value);
    if !own.is_empty() {
        return own;
    }
    let references = items(value, "externalReferences").iter();
    let files = references.filter(|reference| text(reference, "type").as_deref() == Some("distribution"));
    let mut digests: Vec<Hash> = files.flat_map(hashes).collect();
    digests.sort_unstable();
    digests.dedup();
    digests
}

fn hashes(value: &Value) -> Vec<Hash> {
    let hash = |item: &Value| {
        let algorithm = text(item, "alg")?;
        Some(Hash { algorithm, value: text(item, "content")?.to_ascii_lowercase() })
    };
    let mut hashes: Vec<Hash> = items(value, "hashes").iter().filter_map(hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

fn licences(value: &Value) -> Vec<String> {
    let mut licences = Vec::new();
    for item in items(value, "licenses") {
        let licence = item.get("license");
        let named = |name: &str| licence.and_then(|licence| text(licence, name));
        licences.extend(text(item, "expression"));
        licences.extend(named("id").or_else(|| named("name")));
    }
    licences
}

fn addresses(value: &Value) -> Vec<String> {
    items(value, "externalReferences").iter().filter_map(|reference| text(reference, "url")).collect()
}
