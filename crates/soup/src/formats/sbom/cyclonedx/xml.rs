//! CycloneDX as XML, turned into the objects of JSON.
//!
//! Document type declarations are refused, so that no entity is ever expanded or fetched.

use roxmltree::Node;
use serde_json::{Map, Value};

use super::Version;
use super::assembly::{Assembly, STREAMED};
use super::check::LINE;
use super::shape::{Field, Kind, Shape, Xml};
use super::shapes::{ROOT, TOOL, TOOLS};
use crate::model::bill::Bill;
use mainstay_base::note::{Gravity, Unreadable};
use mainstay_base::xml;

/// Namespace of the specification, before the version.
pub(in crate::formats::sbom) const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";
/// Namespace of the extension for dependencies of 1.1.
const GRAPH_NAMESPACE: &str = "http://cyclonedx.org/schema/ext/dependency-graph/1.0";
/// Namespace of the extension for vulnerabilities of 1.0 to 1.3.
const VULNERABILITY_NAMESPACE: &str = "http://cyclonedx.org/schema/ext/vulnerability/1.0";

/// Reads a document. Refuses a text that is not XML, has a document type declaration, or has an unknown version.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let document = xml::parse(text)?;
    let root = document.root_element();
    let namespace = root.tag_name().namespace().unwrap_or_default();
    let place = "line 1, bom/@xmlns";
    let Some(declared) = namespace.strip_prefix(NAMESPACE) else {
        return Err(Unreadable::at(place, format!("`{namespace}` is not the namespace of CycloneDX")));
    };
    let version = Version::parse(declared, place)?;
    let mut converter = Converter {
        lines: xml::Lines::of(text),
        namespace,
        remarks: Vec::new(),
        unread: Vec::new(),
        vulnerabilities: Vec::new(),
    };
    let mut assembly = Assembly::new(version, "XML");
    for attribute in root.attributes().filter(|attribute| attribute.namespace().is_none()) {
        if let Some(field) = ROOT.field(attribute.name()) {
            assembly.member(field.name, scalar(field.kind, attribute.value()));
        }
    }
    for child in root.children().filter(Node::is_element) {
        converter.root_child(&mut assembly, child);
    }
    for (index, vulnerability) in converter.vulnerabilities.into_iter().enumerate() {
        assembly.element("vulnerabilities", format!("$.vulnerabilities[{index}]"), vulnerability);
    }
    for name in converter.unread {
        assembly.not_understood(&name);
    }
    for (gravity, line, text) in converter.remarks {
        assembly.note(gravity, &format!("line {line}"), &text);
    }
    Ok(assembly.done(false))
}

/// Maximum depth of nested components.
const DEPTH_MAX: usize = 100;

struct Converter<'t> {
    lines: xml::Lines,
    namespace: &'t str,
    /// Remarks that the objects cannot carry: gravity, line, words.
    remarks: Vec<(Gravity, u64, String)>,
    /// Names of foreign elements and attributes.
    unread: Vec<String>,
    /// Findings of the vulnerability extension, as objects of 1.4.
    vulnerabilities: Vec<Value>,
}

impl Converter<'_> {
    fn root_child(&mut self, assembly: &mut Assembly, child: Node<'_, '_>) {
        let name = child.tag_name().name();
        if !self.is_ours(child) {
            self.foreign(child, "");
            return;
        }
        if STREAMED.contains(&name) {
            let Some(Field { kind: Kind::Objects(shape), .. }) = ROOT.field(name) else { return };
            for (index, item) in self.elements(child, "").into_iter().enumerate() {
                let value = self.object(item, shape, 0);
                assembly.element(name, format!("$.{name}[{index}]"), value);
            }
        } else {
            let mut one = Map::new();
            self.child(&ROOT, child, &mut one, 0);
            for (key, value) in one {
                assembly.member(&key, value);
            }
        }
    }

    fn is_ours(&self, node: Node<'_, '_>) -> bool {
        let namespace = node.tag_name().namespace().unwrap_or_default();
        namespace == self.namespace || namespace == GRAPH_NAMESPACE
    }

    /// The child elements that belong to the specification. Others are read separately.
    fn elements<'d, 'i>(&mut self, node: Node<'d, 'i>, component: &str) -> Vec<Node<'d, 'i>> {
        let (ours, others): (Vec<_>, Vec<_>) =
            node.children().filter(Node::is_element).partition(|child| self.is_ours(*child));
        for other in others {
            self.foreign(other, component);
        }
        ours
    }

    fn line(&self, node: Node<'_, '_>) -> u64 {
        self.lines.at(node.range().start)
    }

    fn remark(&mut self, gravity: Gravity, node: Node<'_, '_>, text: String) {
        let line = self.line(node);
        self.remarks.push((gravity, line, text));
    }

    /// An element of another namespace: a finding of the vulnerability extension, or unknown.
    fn foreign(&mut self, node: Node<'_, '_>, component: &str) {
        if node.tag_name().namespace() == Some(VULNERABILITY_NAMESPACE) {
            let elements = node.children().filter(Node::is_element);
            for finding in elements.filter(|element| element.tag_name().name() == "vulnerability") {
                let finding = self.finding(finding, component);
                self.vulnerabilities.push(finding);
            }
        } else {
            let namespace = node.tag_name().namespace().unwrap_or_default();
            let namespace: String = namespace.chars().take(100).collect();
            self.unread.push(format!("{{{namespace}}}{}", node.tag_name().name()));
        }
    }

    fn finding(&self, node: Node<'_, '_>, component: &str) -> Value {
        let of = |name: &str| node.children().find(|child| child.tag_name().name() == name).map(words);
        let reference = node.attribute("ref").unwrap_or(component);
        let mut map = Map::new();
        map.insert(LINE.to_owned(), self.line(node).into());
        for name in ["id", "description"] {
            map.extend(of(name).map(|text| (name.to_owned(), Value::String(text))));
        }
        let advice = node.descendants().filter(|child| child.tag_name().name() == "recommendation");
        let advice: Vec<String> = advice.map(words).collect();
        if !advice.is_empty() {
            map.insert("recommendation".to_owned(), Value::String(advice.join("; ")));
        }
        if !reference.is_empty() {
            map.insert("affects".to_owned(), serde_json::json!([{ "ref": reference }]));
        }
        Value::Object(map)
    }

    fn object(&mut self, node: Node<'_, '_>, shape: &'static Shape, depth: usize) -> Value {
        let mut map = Map::new();
        map.insert(LINE.to_owned(), self.line(node).into());
        if depth > DEPTH_MAX {
            let text = format!("nested more than {DEPTH_MAX} levels deep: its content is skipped");
            self.remark(Gravity::Refused, node, text);
            return Value::Object(map);
        }
        for attribute in node.attributes() {
            let name = if attribute.name() == "content-type" { "contentType" } else { attribute.name() };
            match shape.field(name).filter(|_| attribute.namespace().is_none()) {
                Some(field) => _ = map.insert(name.to_owned(), scalar(field.kind, attribute.value())),
                // Any attribute may be on any element.
                None => self.unread.push(format!("{}.@{name}", shape.name)),
            }
        }
        let reference = map.get("bom-ref").and_then(Value::as_str).unwrap_or_default().to_owned();
        for child in self.elements(node, &reference) {
            self.child(shape, child, &mut map, depth);
        }
        if let Some(text) = shape.text.filter(|name| !map.contains_key(*name)) {
            map.insert(text.to_owned(), Value::String(words(node)));
        }
        Value::Object(map)
    }

    /// Adds a child element to the object of its parent.
    fn child(
        &mut self,
        shape: &'static Shape,
        node: Node<'_, '_>,
        map: &mut Map<String, Value>,
        depth: usize,
    ) {
        let name = node.tag_name().name();
        let by_refs = |field: &&Field| matches!(field.xml, Xml::Refs(child) if child == name);
        if let Some(field) = shape.fields.iter().find(by_refs) {
            let reference = Value::String(node.attribute("ref").unwrap_or_default().trim().to_owned());
            push(map, field.name, reference);
            return;
        }
        let Some(field) = shape.field(name) else {
            map.insert(name.to_owned(), Value::String(words(node)));
            return;
        };
        if let Xml::Repeated = field.xml {
            let item = self.item(field, node, depth);
            push(map, name, item);
            return;
        }
        if map.contains_key(name) && !matches!(field.kind, Kind::Unread) {
            self.remark(
                Gravity::Refused,
                node,
                format!("`{name}` is repeated here; only the last one is used"),
            );
        }
        let value = self.value(field, node, depth);
        map.insert(name.to_owned(), value);
    }

    fn value(&mut self, field: &'static Field, node: Node<'_, '_>, depth: usize) -> Value {
        match (field.kind, field.xml) {
            (Kind::Objects(shape), Xml::Choice) => self.choices(shape, node, depth),
            (Kind::Objects(shape), Xml::Deep(name)) => {
                let found =
                    node.descendants().filter(|inner| inner.is_element() && inner.tag_name().name() == name);
                Value::Array(found.map(|inner| self.object(inner, shape, depth + 1)).collect())
            }
            (Kind::Objects(_) | Kind::Texts(_), _) => self.items(field, node, depth),
            (Kind::Object(shape), _) => self.object(node, shape, depth + 1),
            (Kind::Tools, _) => {
                let elements = self.elements(node, "");
                if elements.iter().all(|element| element.tag_name().name() == "tool") {
                    Value::Array(
                        elements.into_iter().map(|tool| self.object(tool, &TOOL, depth + 1)).collect(),
                    )
                } else {
                    self.object(node, &TOOLS, depth + 1)
                }
            }
            // For counting, its presence is enough.
            (Kind::Unread, _) => Value::Bool(true),
            (Kind::Text(_) | Kind::Bool | Kind::Number, _) => scalar(field.kind, &words(node)),
        }
    }

    fn items(&mut self, field: &'static Field, node: Node<'_, '_>, depth: usize) -> Value {
        let elements = self.elements(node, "");
        Value::Array(elements.into_iter().map(|item| self.item(field, item, depth)).collect())
    }

    fn item(&mut self, field: &'static Field, node: Node<'_, '_>, depth: usize) -> Value {
        match field.kind {
            Kind::Objects(shape) => self.object(node, shape, depth + 1),
            Kind::Texts(_)
            | Kind::Text(_)
            | Kind::Bool
            | Kind::Number
            | Kind::Object(_)
            | Kind::Tools
            | Kind::Unread => Value::String(words(node)),
        }
    }

    /// `<licenses>`: each licence becomes the only member of its entry, an expression is its own entry.
    fn choices(&mut self, shape: &'static Shape, node: Node<'_, '_>, depth: usize) -> Value {
        let mut entries = Vec::new();
        for item in self.elements(node, "") {
            if item.tag_name().name() == "expression" {
                entries.push(self.object(item, shape, depth + 1));
            } else {
                let mut entry = Map::new();
                self.child(shape, item, &mut entry, depth);
                entries.push(Value::Object(entry));
            }
        }
        Value::Array(entries)
    }
}

fn push(map: &mut Map<String, Value>, name: &str, value: Value) {
    if let Value::Array(items) = map.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
        items.push(value);
    }
}

/// The text of an element, without surrounding white space.
fn words(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|text| text.text()).collect::<String>().trim().to_owned()
}

/// A text converted to the field's kind; a text that does not fit stays text, so that the check reports it.
fn scalar(kind: Kind, text: &str) -> Value {
    let text = text.trim();
    match kind {
        Kind::Bool if matches!(text, "true" | "1") => Value::Bool(true),
        Kind::Bool if matches!(text, "false" | "0") => Value::Bool(false),
        Kind::Number => text.parse::<i64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
        Kind::Bool
        | Kind::Text(_)
        | Kind::Texts(_)
        | Kind::Object(_)
        | Kind::Objects(_)
        | Kind::Tools
        | Kind::Unread => Value::String(text.to_owned()),
    }
}
