//! SPDX 2.2 and 2.3 as RDF/XML: converts the triples to the JSON form.
//!
//! Nothing outside the document is ever fetched, and a document type declaration (entities) is refused before the triples are read.

use std::collections::{BTreeMap, BTreeSet};

use oxrdf::{NamedOrBlankNode, Term};
use oxrdfxml::RdfXmlParser;
use serde_json::{Map, Value, json};

use super::model::{Document, Syntax};
use super::{bill, records};
use crate::model::bill::Bill;
use mainstay_base::note::Unreadable;
use mainstay_base::xml;

const SPDX: &str = "http://spdx.org/rdf/terms#";
const LICENCES: &str = "http://spdx.org/licenses/";
const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
/// Licence expressions deeper than this are cut.
const DEPTH_MAX: usize = 32;
/// Maximum characters of a licence expression: sets may name each other again and again.
const EXPRESSION_MAX: usize = 100_000;

/// The properties of one node, with their values in the order of the document.
#[derive(Default)]
struct Subject {
    kind: String,
    properties: Vec<(String, Content)>,
}

/// A value.
enum Content {
    /// Text.
    Text(String),
    /// Another node, by IRI or blank node label.
    Node(String),
}

/// Reads a document. Refuses a text that is not RDF/XML, a document type declaration, and a document without package and file.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    // The triples are read only if the text is well-formed, of bounded size, and without entities.
    drop(xml::parse(text)?);
    let graph = graph(text)?;
    let mut document = Document { syntax: Syntax::Rdf, ..Document::default() };
    for (order, iri) in &graph.order {
        let Some(subject) = graph.subjects.get(iri) else { continue };
        let place = format!("node {} ({iri})", order + 1);
        match subject.kind.as_str() {
            "SpdxDocument" => graph.document(&mut document, iri, subject),
            "Package" => {
                records::element(&mut document, "packages", graph.element(iri, subject), place.clone());
            }
            "File" => records::element(&mut document, "files", graph.element(iri, subject), place.clone()),
            "Snippet" => {
                records::element(&mut document, "snippets", graph.element(iri, subject), place.clone());
            }
            "ExternalDocumentRef" => graph.external(&mut document, iri, subject),
            "" => {}
            kind if graph.roots.contains(iri) => {
                document.notes.not_understood(&super::fields::named("", kind));
            }
            _ => {}
        }
        graph.relationships(&mut document, iri, subject, &place);
    }
    bill::of(document)
}

struct Graph {
    subjects: BTreeMap<String, Subject>,
    /// Subjects in the order of their first triple.
    order: Vec<(usize, String)>,
    /// Subjects that no other subject names.
    roots: BTreeSet<String>,
}

fn graph(text: &str) -> Result<Graph, Unreadable> {
    let mut graph = Graph { subjects: BTreeMap::new(), order: Vec::new(), roots: BTreeSet::new() };
    let mut named = BTreeSet::new();
    for triple in RdfXmlParser::new().lenient().for_slice(text.as_bytes()) {
        let triple = triple.map_err(|error| Unreadable::at("document", format!("not RDF/XML: {error}")))?;
        let iri = match &triple.subject {
            NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
            NamedOrBlankNode::BlankNode(node) => format!("_:{}", node.as_str()),
        };
        let property = triple.predicate.as_str();
        if !graph.subjects.contains_key(&iri) {
            graph.order.push((graph.order.len(), iri.clone()));
        }
        let subject = graph.subjects.entry(iri).or_default();
        let content = match &triple.object {
            Term::Literal(literal) => Content::Text(literal.value().to_owned()),
            Term::NamedNode(node) => Content::Node(node.as_str().to_owned()),
            Term::BlankNode(node) => Content::Node(format!("_:{}", node.as_str())),
        };
        if property == TYPE {
            if let Content::Node(kind) = content {
                subject.kind = local(&kind).to_owned();
            }
            continue;
        }
        if let Content::Node(node) = &content {
            named.insert(node.clone());
        }
        subject.properties.push((local(property).to_owned(), content));
    }
    graph.roots = graph.subjects.keys().filter(|iri| !named.contains(*iri)).cloned().collect();
    Ok(graph)
}

impl Graph {
    fn document(&self, document: &mut Document, iri: &str, subject: &Subject) {
        let (namespace, id) = iri.rsplit_once('#').unwrap_or((iri, "SPDXRef-DOCUMENT"));
        document.id = Some(id.to_owned());
        document.namespace = Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty());
        for (property, content) in &subject.properties {
            let (key, value) = match property.as_str() {
                "specVersion" => ("spdxVersion", self.value(content, property)),
                "creationInfo" => ("creationInfo", self.creation(content)),
                "dataLicense" => ("dataLicense", self.value(content, property)),
                "name" => ("name", self.value(content, property)),
                "describesPackage" => ("documentDescribes", self.value(content, "relatedSpdxElement")),
                // These are separate elements.
                "relationship" | "externalDocumentRef" => continue,
                other => {
                    document.notes.not_understood(&super::fields::named("", other));
                    continue;
                }
            };
            records::member(document, key, value, format!("SpdxDocument.{key}"));
        }
    }

    fn creation(&self, content: &Content) -> Value {
        let mut members = Map::new();
        for (property, content) in self.properties(content) {
            let key = if property == "creator" { "creators" } else { property };
            push(&mut members, key, self.value(content, property));
        }
        Value::Object(members)
    }

    fn external(&self, document: &mut Document, iri: &str, subject: &Subject) {
        let address = subject.properties.iter().find(|(property, _)| property == "spdxDocument");
        let record = json!({
            "externalDocumentId": local(iri),
            "spdxDocument": address.map(|(_, content)| match content { Content::Text(text) | Content::Node(text) => text }),
        });
        records::member(document, "externalDocumentRefs", record, format!("node {}", local(iri)));
    }

    /// A package, file or snippet in the JSON form.
    fn element(&self, iri: &str, subject: &Subject) -> Value {
        let mut members = Map::new();
        // A blank node has no identifier in the document.
        if !iri.starts_with("_:") {
            members.insert("SPDXID".to_owned(), local(iri).into());
        }
        for (property, content) in &subject.properties {
            let (key, value) = match property.as_str() {
                "relationship" => continue,
                "checksum" => ("checksums", self.object(content)),
                "externalRef" => ("externalRefs", self.object(content)),
                "hasFile" => ("hasFiles", self.value(content, "relatedSpdxElement")),
                other => (other, self.value(content, other)),
            };
            push(&mut members, key, value);
        }
        Value::Object(members)
    }

    fn object(&self, content: &Content) -> Value {
        let mut members = Map::new();
        for (property, content) in self.properties(content) {
            push(&mut members, property, self.value(content, property));
        }
        Value::Object(members)
    }

    fn relationships(&self, document: &mut Document, iri: &str, subject: &Subject, place: &str) {
        for (_, content) in subject.properties.iter().filter(|(property, _)| property == "relationship") {
            let Value::Object(mut record) = self.object(content) else { continue };
            record.insert("spdxElementId".to_owned(), local(iri).into());
            records::element(document, "relationships", Value::Object(record), place.to_owned());
        }
    }

    fn properties<'g>(&'g self, content: &Content) -> impl Iterator<Item = (&'g str, &'g Content)> {
        let subject = match content {
            Content::Node(node) => self.subjects.get(node),
            Content::Text(_) => None,
        };
        subject
            .into_iter()
            .flat_map(|subject| &subject.properties)
            .map(|(property, content)| (property.as_str(), content))
    }

    /// A value of a property in the JSON form.
    fn value(&self, content: &Content, property: &str) -> Value {
        let node = match content {
            Content::Text(text) => return Value::String(text.clone()),
            Content::Node(node) => node,
        };
        match (property, node.strip_prefix(SPDX)) {
            (_, Some("noassertion")) => "NOASSERTION".into(),
            (_, Some("none")) => "NONE".into(),
            ("relationshipType", Some(word)) => {
                upper_snake(word.trim_start_matches("relationshipType_")).into()
            }
            ("primaryPackagePurpose", Some(word)) => upper_snake(word.trim_start_matches("purpose_")).into(),
            (_, Some(word)) => word.split_once('_').map_or(word, |(_, word)| word).into(),
            ("relatedSpdxElement" | "referenceType", None) => local(node).into(),
            (name, None) if name.starts_with("license") || name.ends_with("License") => {
                let mut expression = String::new();
                self.expression(node, 0, &mut expression);
                expression.into()
            }
            (_, None) => node.as_str().into(),
        }
    }

    /// Writes a licence expression.
    fn expression(&self, node: &str, depth: usize, out: &mut String) {
        let subject = self.subjects.get(node);
        let joint = match subject.map(|subject| subject.kind.as_str()) {
            Some("ConjunctiveLicenseSet") => " AND ",
            Some("DisjunctiveLicenseSet") => " OR ",
            Some("WithExceptionOperator") => " WITH ",
            Some("OrLaterOperator") => "+",
            Some(_) | None => {
                out.push_str(node.strip_prefix(LICENCES).unwrap_or_else(|| local(node)));
                return;
            }
        };
        if depth > DEPTH_MAX || out.len() > EXPRESSION_MAX {
            out.push('…');
            return;
        }
        let members =
            subject.into_iter().flat_map(|subject| &subject.properties).filter_map(|(_, content)| {
                match content {
                    Content::Node(node) => Some(node),
                    Content::Text(_) => None,
                }
            });
        out.push_str(if depth > 0 && joint.starts_with(' ') { "(" } else { "" });
        for (count, member) in members.enumerate() {
            out.push_str(if count > 0 { joint } else { "" });
            self.expression(member, depth + 1, out);
        }
        out.push_str(if joint == "+" { "+" } else { "" });
        out.push_str(if depth > 0 && joint.starts_with(' ') { ")" } else { "" });
    }
}

/// The text after the last `#` or `/` of an IRI.
fn local(iri: &str) -> &str {
    iri.rsplit(['#', '/']).next().filter(|local| !local.is_empty()).unwrap_or(iri)
}

/// `dependencyOf` to `DEPENDENCY_OF`.
fn upper_snake(word: &str) -> String {
    let mut upper = String::with_capacity(word.len() + 4);
    for letter in word.chars() {
        if letter.is_ascii_uppercase() && !upper.is_empty() && !word.contains('_') {
            upper.push('_');
        }
        upper.push(letter.to_ascii_uppercase());
    }
    upper
}

/// Adds a value; repeated values become a list.
fn push(members: &mut Map<String, Value>, key: &str, value: Value) {
    match members.get_mut(key) {
        None => {
            members.insert(key.to_owned(), value);
        }
        Some(Value::Array(items)) => items.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}
