//! OpenVEX documents, 0.0.1 to 0.2.0: statements about products, vulnerabilities and status.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::advisory::Published;
use crate::model::vex::{Justification, Statement, Status, Subject};
use mainstay_base::note::{Gravity, Notes, Unreadable};

use super::Sink;
use super::documents::each;
use super::fields::{check_date, later, lax, parse};

/// Reads one document, or an array of them.
pub(super) fn read(reader: &mut dyn BufRead, array: bool, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("OpenVEX", "OpenVEX");
    each(reader, array, sink, &mut |raw, place, sink| document(raw, &place, sink))
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(default, deserialize_with = "lax", rename = "@id")]
    id: String,
    #[serde(default, deserialize_with = "lax", rename = "@context")]
    context: String,
    #[serde(default, deserialize_with = "lax")]
    author: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    timestamp: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    last_updated: Option<String>,
    #[serde(borrow)]
    statements: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawStatement {
    vulnerability: Vulnerability,
    #[serde(default, deserialize_with = "lax")]
    timestamp: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    last_updated: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    products: Vec<Product>,
    #[serde(default, deserialize_with = "lax")]
    subcomponents: Vec<Product>,
    status: String,
    #[serde(default, deserialize_with = "lax")]
    status_notes: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    justification: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    impact_statement: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    action_statement: Option<String>,
}

/// A vulnerability: up to 0.0.2 only its identifier.
#[derive(Deserialize)]
#[serde(untagged)]
enum Vulnerability {
    Identifier(String),
    Struct {
        #[serde(rename = "@id")]
        id: Option<String>,
        name: Option<String>,
        #[serde(default)]
        aliases: Vec<String>,
    },
}

/// A product or subcomponent: up to 0.0.2 only its identifier.
#[derive(Deserialize)]
#[serde(untagged)]
enum Product {
    Identifier(String),
    Struct {
        #[serde(rename = "@id")]
        id: Option<String>,
        #[serde(default)]
        identifiers: Identifiers,
        #[serde(default)]
        subcomponents: Vec<Product>,
    },
}

#[derive(Default, Deserialize)]
struct Identifiers {
    purl: Option<String>,
    cpe22: Option<String>,
    cpe23: Option<String>,
}

fn document(raw: &str, place: &str, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    let document: Document<'_> = match parse(raw, place, "", &mut sink.report.notes) {
        Ok(document) => document,
        Err(refused) => {
            sink.refuse(refused);
            return Ok(());
        }
    };
    let version = document.context.rsplit('/').next().and_then(|last| last.strip_prefix('v'));
    let source = document.author.as_deref().unwrap_or("OpenVEX");
    sink.describe(&format!("OpenVEX {}", version.unwrap_or("0.0.x")), source);
    sink.within = Some(document.id.clone()).filter(|id| !id.is_empty());
    let at = document.last_updated.or(document.timestamp);
    check_date(at.as_deref(), place, "timestamp", &mut sink.report.notes);
    later(&mut sink.newest, at.as_deref());
    for (index, raw) in document.statements.iter().enumerate() {
        let place = format!("{place}.statements[{index}]");
        let outcome = statement(raw.get(), &place, at.as_deref(), &mut sink.report.notes);
        sink.give(raw.get(), place, outcome.map(|statement| Published::Statement(Box::new(statement))))?;
    }
    Ok(())
}

fn statement(raw: &str, place: &str, at: Option<&str>, notes: &mut Notes) -> Result<Statement, Unreadable> {
    let parsed: RawStatement = parse(raw, place, "statements[]", notes)?;
    let (vulnerability, aliases) = match parsed.vulnerability {
        Vulnerability::Identifier(id) => (id, Vec::new()),
        Vulnerability::Struct { id, name, aliases } => (name.or(id).unwrap_or_default(), aliases),
    };
    if vulnerability.trim().is_empty() {
        return Err(Unreadable::at(format!("{place}.vulnerability"), "the vulnerability has no name"));
    }
    check_date(parsed.timestamp.as_deref(), place, "timestamp", notes);
    let status = status(&parsed.status);
    let justification = parsed.justification.as_deref().and_then(justification);
    let unknown = [
        ("status", Some(&parsed.status).filter(|_| status.is_none())),
        ("justification", parsed.justification.as_ref().filter(|_| justification.is_none())),
    ];
    for (name, word) in unknown {
        if let Some(word) = word {
            let text = format!(
                "`{}` is not a word of OpenVEX: kept as written",
                word.chars().take(60).collect::<String>()
            );
            notes.add(Gravity::Warning, format!("{place}.{name}"), text);
        }
    }
    if parsed.products.is_empty() {
        notes.add(Gravity::Warning, place, "the statement names no product");
    }
    let common: Vec<_> =
        parsed.subcomponents.into_iter().filter_map(|product| product.subject().map(name_of)).collect();
    let mut subjects: Vec<_> = parsed.products.into_iter().filter_map(Product::subject).collect();
    for subject in &mut subjects {
        subject.subcomponents.extend(common.iter().cloned());
    }
    Ok(Statement {
        vulnerability,
        aliases,
        subjects,
        status,
        justification,
        impact: parsed.impact_statement.or(parsed.status_notes),
        action: parsed.action_statement,
        own_words: match (status, justification) {
            (None, _) => Some(parsed.status),
            (Some(_), None) => parsed.justification,
            (Some(_), Some(_)) => None,
        },
        at: parsed.last_updated.or(parsed.timestamp).or_else(|| at.map(str::to_owned)),
        place: place.to_owned(),
    })
}

impl Product {
    /// The subject; `None` if it has no identifier at all.
    fn subject(self) -> Option<Subject> {
        let (id, identifiers, parts) = match self {
            Self::Identifier(id) => (Some(id), Identifiers::default(), Vec::new()),
            Self::Struct { id, identifiers, subcomponents } => (id, identifiers, subcomponents),
        };
        let Identifiers { purl, cpe22, cpe23 } = identifiers;
        let cpe = cpe23.or(cpe22);
        let subject = Subject {
            id: id.or_else(|| purl.clone()).or_else(|| cpe.clone())?,
            purl,
            cpe,
            subcomponents: parts.into_iter().filter_map(|part| part.subject().map(name_of)).collect(),
            ..Subject::default()
        };
        Some(subject)
    }
}

fn name_of(subject: Subject) -> String {
    subject.id
}

/// The status for a word of OpenVEX.
pub(super) fn status(word: &str) -> Option<Status> {
    match word {
        "not_affected" => Some(Status::NotAffected),
        "affected" => Some(Status::Affected),
        "fixed" => Some(Status::Fixed),
        "under_investigation" => Some(Status::UnderInvestigation),
        _ => None,
    }
}

/// The justification for a word of OpenVEX and CSAF.
pub(super) fn justification(word: &str) -> Option<Justification> {
    match word {
        "component_not_present" => Some(Justification::ComponentNotPresent),
        "vulnerable_code_not_present" => Some(Justification::VulnerableCodeNotPresent),
        "vulnerable_code_not_in_execute_path" => Some(Justification::VulnerableCodeNotInExecutePath),
        "vulnerable_code_cannot_be_controlled_by_adversary" => {
            Some(Justification::VulnerableCodeCannotBeControlledByAdversary)
        }
        "inline_mitigations_already_exist" => Some(Justification::InlineMitigationsAlreadyExist),
        _ => None,
    }
}
