//! Writers of VEX documents: OpenVEX 0.2.0, CycloneDX 1.6 VEX and CSAF 2.0 VEX from one [`VexDocument`].
//!
//! Each writer refuses what its format cannot express and names the statement and what is missing. It never leaves out part of a statement
//! silently. No writer reads a clock or invents an identifier: the same document gives the same bytes. Reading these formats belongs to
//! `formats::advisories` and `formats::sbom`.

mod csaf;
mod cyclonedx;
mod openvex;

use std::collections::BTreeMap;

use serde::Serialize;

pub use csaf::csaf_2_0_vex;
pub use cyclonedx::cyclonedx_vex_1_6;
pub use openvex::openvex_0_2;

use crate::model::component::Component;
use crate::model::vex::{Justification, Subject};
use crate::model::vex_document::{Refusal, Unwritable, VexDocument};

/// The products of a document by reference.
struct Products<'a>(BTreeMap<&'a str, &'a Component>);

/// A product or a part of one, with everything that is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named<'a> {
    id: &'a str,
    name: Option<String>,
    purl: Option<&'a str>,
    cpe: Option<&'a str>,
    component: Option<&'a Component>,
}

impl<'a> Products<'a> {
    fn of(document: &'a VexDocument) -> Self {
        Self(document.products.iter().map(|product| (product.reference.as_str(), product)).collect())
    }

    /// The product of a statement's subject. Details in the statement take precedence over those in the list of products.
    fn subject(&self, subject: &'a Subject) -> Named<'a> {
        let listed = self.part(&subject.id);
        Named {
            name: subject.name.clone().filter(|name| !name.trim().is_empty()).or(listed.name),
            purl: subject.purl.as_deref().or(listed.purl),
            cpe: subject.cpe.as_deref().or(listed.cpe),
            ..listed
        }
    }

    /// A product or part that is given by its identifier alone.
    fn part(&self, id: &'a str) -> Named<'a> {
        let component = self.0.get(id).copied();
        let first = |list: fn(&Component) -> &Vec<String>| {
            component.and_then(|component| list(component).first()).map(String::as_str)
        };
        Named {
            id,
            name: component.map(Component::label),
            purl: first(|component| &component.purls).or(Some(id).filter(|id| id.starts_with("pkg:"))),
            cpe: first(|component| &component.cpes).or(Some(id).filter(|id| id.starts_with("cpe:"))),
            component,
        }
    }
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

/// The publisher at the start of an identifier (`GHSA`, `RUSTSEC`), for the formats that require the system of an identifier.
fn system_of(identifier: &str) -> &str {
    identifier
        .split_once('-')
        .map(|(system, _)| system)
        .filter(|system| !system.is_empty())
        .unwrap_or("other")
}

/// Whether this is an IRI with a scheme, as the formats require for identifiers and addresses.
fn is_iri(text: &str) -> bool {
    oxiri::Iri::parse(text).is_ok()
}

/// Whether this is a URI: an IRI without characters beyond ASCII.
fn is_uri(text: &str) -> bool {
    text.is_ascii() && is_iri(text)
}

/// The document as indented JSON, with members in the order of the struct fields.
fn to_json(document: &impl Serialize) -> Result<String, Unwritable> {
    match serde_json::to_string_pretty(document) {
        Ok(text) => Ok(text + "\n"),
        Err(error) => {
            let refusal = Refusal { place: "document".to_owned(), reason: error.to_string() };
            Err(Unwritable { refusals: vec![refusal] })
        }
    }
}

#[cfg(test)]
mod tests;
