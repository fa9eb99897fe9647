//! Vulnerability statements out of a CycloneDX document, read by the reader of bills so that both understand the same.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use serde_json::value::RawValue;

use crate::formats::sbom;
use crate::model::advisory::Published;
use mainstay_base::note::Unreadable;

use super::Sink;
use super::documents::RECORD_BYTES_MAX;

/// Reads one document; its statements come in order, each with the text of the whole document's part that it stands in.
pub(super) fn read(reader: &mut dyn BufRead, name: &str, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    let mut bytes = Vec::new();
    let taken = reader.take(RECORD_BYTES_MAX + 1).read_to_end(&mut bytes);
    let taken = taken.map_err(|error| Unreadable::at("document", error.to_string()))?;
    if taken as u64 > RECORD_BYTES_MAX {
        return Err(Unreadable::at("document", "larger than this program takes"));
    }
    let bill = sbom::understand(&bytes, name)?;
    if bill.statements.is_empty() {
        let reason = "a bill of materials without statements about vulnerabilities: it is read as a bill, not as advisory data";
        return Err(Unreadable::at("document", reason));
    }
    let source = bill.authors.first().or(bill.tools.first()).map_or("CycloneDX VEX", String::as_str);
    sink.told(&format!("{} VEX", bill.format), source);
    sink.within = bill.serial;
    sink.report.data_date = bill.created;
    sink.report.notes = bill.notes;
    let text = String::from_utf8_lossy(&bytes);
    let parts: BTreeMap<_, _> =
        bill.subject.iter().chain(&bill.components).map(|part| (part.reference.as_str(), part)).collect();
    let texts = Texts::of_document(&text);
    for mut statement in bill.statements {
        for subject in &mut statement.subjects {
            if let Some(part) = parts.get(subject.id.as_str()) {
                subject.name = Some(part.name.clone()).filter(|name| *name != subject.id);
                subject.purl = part.purls.first().cloned();
                subject.cpe = part.cpes.first().cloned();
            }
        }
        let place = statement.place.clone();
        let raw = texts.of(&place).unwrap_or(&text);
        sink.give(raw, place, Ok(Published::Statement(Box::new(statement))))?;
    }
    Ok(())
}

/// The texts of all vulnerabilities of a document, found once.
#[derive(Default)]
struct Texts<'t> {
    /// In the order of the document's list.
    listed: Vec<&'t str>,
    /// By the line on which an element begins, for those that stand within components.
    by_line: BTreeMap<u32, &'t str>,
}

impl<'t> Texts<'t> {
    fn of_document(text: &'t str) -> Self {
        if text.trim_start().starts_with('<') { Self::of_xml(text) } else { Self::of_json(text) }
    }

    fn of_json(text: &'t str) -> Self {
        #[derive(serde::Deserialize)]
        struct Document<'a> {
            #[serde(borrow, default)]
            vulnerabilities: Vec<&'a RawValue>,
        }
        let document: Option<Document<'t>> = serde_json::from_str(text).ok();
        let listed = document.into_iter().flat_map(|document| document.vulnerabilities).map(RawValue::get);
        Self { listed: listed.collect(), by_line: BTreeMap::new() }
    }

    fn of_xml(text: &'t str) -> Self {
        let Ok(document) = roxmltree::Document::parse(text) else { return Self::default() };
        let mut texts = Self::default();
        // Lines are counted along the way: asking for each position would count from the beginning again.
        let (mut line, mut counted) = (1, 0);
        let elements = document.descendants().filter(|node| node.tag_name().name() == "vulnerability");
        for node in elements {
            let range = node.range();
            let Some(raw) = text.get(range.clone()) else { continue };
            let between = text.get(counted..range.start).unwrap_or_default();
            line += u32::try_from(between.matches('\n').count()).unwrap_or_default();
            counted = range.start;
            texts.by_line.entry(line).or_insert(raw);
            let list = node.parent().and_then(|list| list.parent());
            if list == Some(document.root_element()) {
                texts.listed.push(raw);
            }
        }
        texts
    }

    /// The text at a place (`$.vulnerabilities[3]`, `line 12, vulnerabilities[3]`).
    fn of(&self, place: &str) -> Option<&'t str> {
        let (line, path) = match place.strip_prefix("line ").and_then(|rest| rest.split_once(", ")) {
            Some((line, path)) => (line.parse().ok(), path),
            None => (None, place.trim_start_matches("$.")),
        };
        let index = path
            .strip_prefix("vulnerabilities[")
            .and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
        index
            .and_then(|index| self.listed.get(index).copied())
            .or_else(|| line.and_then(|line| self.by_line.get(&line).copied()))
    }
}
