//! SPDX 2.2 and 2.3 as XML: the elements of the JSON form, lists as repeated elements.

use roxmltree::Node;
use serde_json::{Map, Value};

use super::model::{Document, Syntax};
use super::{bill, records};
use crate::model::bill::Bill;
use mainstay_base::note::Unreadable;
use mainstay_base::xml::{self, Lines};

/// Maximum depth of one record; the format has four levels.
const DEPTH_MAX: usize = 16;

/// Reads a document. Refuses a text that is not well-formed, a document type declaration, and a document without package and file.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let tree = xml::parse(text)?;
    let lines = Lines::of(text);
    let mut root = tree.root_element();
    if root.tag_name().name() == "SpdxDocument"
        && let Some(inner) = root.children().find(|node| node.has_tag_name("Document"))
    {
        root = inner;
    }
    let mut document = Document { syntax: Syntax::Xml, ..Document::default() };
    for node in root.children().filter(Node::is_element) {
        let key = node.tag_name().name();
        let place = format!("line {}", lines.at(node.range().start));
        let value = value(node, 0, &place)?;
        if records::STREAMED.contains(&key) {
            records::element(&mut document, key, value, place);
        } else {
            records::member(&mut document, key, value, place);
        }
    }
    bill::of(document)
}

fn value(node: Node<'_, '_>, depth: usize, place: &str) -> Result<Value, Unreadable> {
    if depth > DEPTH_MAX {
        return Err(Unreadable::at(place, format!("more than {DEPTH_MAX} levels of elements in one record")));
    }
    let mut members = Map::new();
    for child in node.children().filter(Node::is_element) {
        let value = value(child, depth + 1, place)?;
        match members.get_mut(child.tag_name().name()) {
            None => {
                members.insert(child.tag_name().name().to_owned(), value);
            }
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    if members.is_empty() {
        let text: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
        return Ok(if text.trim().is_empty() { Value::Null } else { Value::String(text) });
    }
    Ok(Value::Object(members))
}
