//! Statements about vulnerabilities out: OpenVEX 0.2.0, CycloneDX VEX 1.6 and CSAF 2.0 VEX, from `domain::soup::vex`.
//!
//! Here belongs the form of the documents and what each format demands of a statement. Who says it, when and about which product is the
//! caller's; the same input gives the same bytes.

mod csaf;
mod cyclonedx;
mod openvex;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::soup::note::Notes;
use crate::domain::soup::vex::{Justification, Statement, Status, Subject};

/// The formats that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VexFormat {
    /// OpenVEX 0.2.0.
    OpenVex,
    /// CycloneDX 1.6 JSON with `vulnerabilities`.
    CycloneDx,
    /// CSAF 2.0, profile VEX.
    Csaf,
}

/// What a document says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentMeta {
    /// Its identifier: an IRI for OpenVEX, `urn:uuid:…` for CycloneDX, any text for CSAF.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Who says it.
    pub author: String,
    /// An address that the author controls (CSAF publisher namespace).
    pub namespace: String,
    /// When, RFC 3339.
    pub time: String,
    /// Name and version of this program.
    pub tool: (String, String),
    /// The product that statements without a subject are about.
    pub product: Subject,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its text, indented JSON with a line feed at the end.
    pub text: String,
    /// What the format could not say and was left out.
    pub notes: Notes,
}

/// Why no document can be written. All of these would make it invalid or misleading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VexOutError {
    /// Nothing to say.
    #[error("there is no statement: a document needs at least one")]
    NoStatement,
    /// A status is not known.
    #[error("the statement about {0} has no status")]
    NoStatus(String),
    /// "Not affected" without a reason.
    #[error("{0} is said not to affect the product: give a justification, or say in words why")]
    NoReason(String),
    /// "Affected" without what to do.
    #[error("{0} is said to affect the product: say what users should do")]
    NoAction(String),
    /// Two statements about the same vulnerability and product.
    #[error("there are two statements about {vulnerability} and {product}: keep the one that holds")]
    Twice {
        /// The vulnerability.
        vulnerability: String,
        /// The product's identifier.
        product: String,
    },
    /// A vulnerability or product without an identifier.
    #[error("a statement names no vulnerability, or a product without an identifier")]
    NoIdentifier,
}

/// Writes a document. Refuses what no reader may be told: a statement without status, "not affected" without a reason, "affected" without an
/// action, two statements about the same vulnerability and product.
pub fn write(
    format: VexFormat,
    meta: &DocumentMeta,
    statements: &[Statement],
) -> Result<Written, VexOutError> {
    let statements = checked(meta, statements)?;
    let mut notes = Notes::default();
    let document = match format {
        VexFormat::OpenVex => openvex::document(meta, &statements, &mut notes),
        VexFormat::CycloneDx => cyclonedx::document(meta, &statements, &mut notes),
        VexFormat::Csaf => csaf::document(meta, &statements, &mut notes),
    };
    Ok(Written { text: format!("{document:#}\n"), notes })
}

/// A statement that may be written.
struct Checked<'s> {
    told: &'s Statement,
    status: Status,
    subjects: Vec<&'s Subject>,
}

fn checked<'s>(meta: &'s DocumentMeta, statements: &'s [Statement]) -> Result<Vec<Checked<'s>>, VexOutError> {
    if statements.is_empty() {
        return Err(VexOutError::NoStatement);
    }
    let mut seen: BTreeMap<(&str, &str), ()> = BTreeMap::new();
    let mut checked = Vec::new();
    for told in statements {
        let id = told.vulnerability.as_str();
        let status = told.status.ok_or_else(|| VexOutError::NoStatus(id.to_owned()))?;
        match status {
            Status::NotAffected if told.justification.is_none() && told.impact.is_none() => {
                return Err(VexOutError::NoReason(id.to_owned()));
            }
            Status::Affected if told.action.is_none() => return Err(VexOutError::NoAction(id.to_owned())),
            Status::NotAffected | Status::Affected | Status::Fixed | Status::UnderInvestigation => {}
        }
        let subjects: Vec<_> =
            if told.subjects.is_empty() { vec![&meta.product] } else { told.subjects.iter().collect() };
        for subject in &subjects {
            if id.trim().is_empty() || subject.id.trim().is_empty() {
                return Err(VexOutError::NoIdentifier);
            }
            if seen.insert((id, &subject.id), ()).is_some() {
                return Err(VexOutError::Twice { vulnerability: id.to_owned(), product: subject.id.clone() });
            }
        }
        checked.push(Checked { told, status, subjects });
    }
    Ok(checked)
}

/// The word of OpenVEX and CSAF for a justification.
fn justification_word(justification: Justification) -> &'static str {
    match justification {
        Justification::ComponentNotPresent => "component_not_present",
        Justification::VulnerableCodeNotPresent => "vulnerable_code_not_present",
        Justification::VulnerableCodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
        Justification::VulnerableCodeCannotBeControlledByAdversary => {
            "vulnerable_code_cannot_be_controlled_by_adversary"
        }
        Justification::InlineMitigationsAlreadyExist => "inline_mitigations_already_exist",
    }
}

/// Puts a member into an object when there is something to put.
fn put(object: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let (Some(members), Some(value)) = (object.as_object_mut(), value) {
        members.insert(name.to_owned(), value.into());
    }
}

/// A list, unless it is empty.
fn filled<T: Into<Value>>(list: Vec<T>) -> Option<Value> {
    (!list.is_empty()).then(|| list.into_iter().map(Into::into).collect())
}

#[cfg(test)]
mod tests;
