//! Vulnerability statements of a CycloneDX document. The reader of bills reads them, so that both understand the same.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use serde_json::value::RawValue;

use crate::formats::sbom;
use crate::model::advisory::Published;
use crate::model::purl::Purl;
use mainstay_base::note::{Gravity, Unreadable};

use super::Sink;
use super::cyclonedx_vex_xml::Parts;
use super::documents::RECORD_BYTES_MAX;

/// Reads one document; its statements are in order, each with the text of its part of the document.
pub(super) fn read(reader: &mut dyn BufRead, name: &str, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    let mut bytes = Vec::new();
    let taken = reader.take(RECORD_BYTES_MAX + 1).read_to_end(&mut bytes);
    let taken = taken.map_err(|error| Unreadable::at("document", error.to_string()))?;
    if taken as u64 > RECORD_BYTES_MAX {
        return Err(Unreadable::at("document", "larger than this program accepts"));
    }
    let bill = sbom::understand(&bytes, name)?;
    if bill.statements.is_empty() {
        let reason = "a bill of materials without statements about vulnerabilities: use it as a bill, not as advisory data";
        return Err(Unreadable::at("document", reason));
    }
    let source = bill.authors.first().or(bill.tools.first()).map_or("CycloneDX VEX", String::as_str);
    sink.describe(&format!("{} VEX", bill.format), source);
    sink.within = bill.serial;
    sink.report.data_date = bill.created;
    sink.report.notes = bill.notes;
    let text = String::from_utf8_lossy(&bytes);
    let xml = text.trim_start().starts_with('<').then(|| Parts::of_document(&text)).transpose()?;
    let parts: BTreeMap<_, _> =
        bill.subject.iter().chain(&bill.components).map(|part| (part.reference.as_str(), part)).collect();
    let texts = if xml.is_none() { listed(&text) } else { Vec::new() };
    for mut statement in bill.statements {
        for subject in &mut statement.subjects {
            if let Some(part) = parts.get(subject.id.as_str()) {
                subject.name = Some(part.name.clone()).filter(|name| *name != subject.id);
                subject.purl = part.purls.first().cloned();
                subject.cpe = part.cpes.first().cloned();
            } else if Purl::parse(&subject.id).is_ok() {
                subject.purl = Some(subject.id.clone());
            } else if !subject.id.starts_with("urn:cdx:") {
                let words = format!(
                    "`{}` is neither a component of this document nor a link into another bill: what the statement is about is not known",
                    subject.id
                );
                sink.report.notes.add(Gravity::Warning, &statement.place, words);
            }
        }
        let place = statement.place.clone();
        let raw = match &xml {
            Some(parts) => parts.of(&place).unwrap_or_default(),
            None => index_of(&place).and_then(|index| texts.get(index).copied()).unwrap_or(&text),
        };
        sink.give(raw, place, Ok(Published::Statement(Box::new(statement))))?;
    }
    Ok(())
}

/// The texts of all vulnerabilities of a JSON document, in order, found once.
fn listed(text: &str) -> Vec<&str> {
    #[derive(serde::Deserialize)]
    struct Document<'a> {
        #[serde(borrow, default)]
        vulnerabilities: Vec<&'a RawValue>,
    }
    let document: Option<Document<'_>> = serde_json::from_str(text).ok();
    document.into_iter().flat_map(|document| document.vulnerabilities).map(RawValue::get).collect()
}

/// The list index in a place such as `$.vulnerabilities[3].affects[0]`.
fn index_of(place: &str) -> Option<usize> {
    place.strip_prefix("$.vulnerabilities[")?.split(']').next()?.parse().ok()
}
