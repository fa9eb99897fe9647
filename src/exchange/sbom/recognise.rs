//! What a document is, by its content.

use std::collections::BTreeMap;

use crate::domain::soup::note::Unreadable;
use crate::exchange::json_stream::{self, PIECE_BYTES_MAX, Piece};

use super::TAKEN;

/// A recognised format, with what its reader must know beforehand.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// CycloneDX as JSON.
    CycloneDxJson {
        /// Its `specVersion`.
        spec_version: Option<String>,
    },
    /// CycloneDX as XML.
    CycloneDxXml,
}

/// Values of root members that are kept whole, in characters.
const MARK_CHARS: usize = 300;
/// Lists that may be long; only that they are there counts.
const LONG: [&str; 8] = [
    "components",
    "services",
    "dependencies",
    "vulnerabilities",
    "packages",
    "files",
    "relationships",
    "@graph",
];

/// Recognises a document, or refuses it with what was seen.
pub(super) fn recognise(text: &str, name: &str) -> Result<Format, Unreadable> {
    let start = text.trim_start();
    if start.is_empty() {
        return Err(Unreadable::at("document", "the file is empty"));
    }
    if start.starts_with(['{', '[']) {
        return json(text)?.ok_or_else(|| unknown(start, name));
    }
    if start.starts_with('<') && xml_root(start).is_some_and(|root| root.contains("cyclonedx.org/schema/bom"))
    {
        return Ok(Format::CycloneDxXml);
    }
    Err(unknown(start, name))
}

/// The first start tag, as far as the beginning of the document shows it.
fn xml_root(start: &str) -> Option<&str> {
    let mut rest = start;
    loop {
        rest = rest.get(rest.find('<')?..)?;
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!") {
            "]>"
        } else {
            return Some(rest.split_once('>').map_or(rest, |(tag, _)| tag));
        };
        let after = rest.find(end).or_else(|| rest.find('>'))?;
        rest = rest.get(after + 1..)?;
    }
}

fn unknown(start: &str, name: &str) -> Unreadable {
    let seen: String =
        start.chars().take(60).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    Unreadable::at(
        "document",
        format!("`{name}` is not recognised; it begins with `{seen}`. Taken are {TAKEN}"),
    )
}

/// Short members of the root with their values as text; long ones with an empty one.
type Marks = BTreeMap<String, String>;

fn json(text: &str) -> Result<Option<Format>, Unreadable> {
    let marks = marks(text)?;
    let has = |name: &str| marks.contains_key(name);
    let says = |name: &str, word: &str| {
        marks.get(name).is_some_and(|value| value.to_ascii_lowercase().contains(word))
    };
    if says("bomFormat", "cyclonedx")
        || says("$schema", "cyclonedx")
        || (has("specVersion") && has("components"))
    {
        return Ok(Some(Format::CycloneDxJson { spec_version: marks.get("specVersion").cloned() }));
    }
    Ok(None)
}

fn marks(text: &str) -> Result<Marks, Unreadable> {
    let mut marks = Marks::new();
    json_stream::read(text.as_bytes(), &LONG, PIECE_BYTES_MAX, &mut |piece| {
        match piece {
            Piece::Member { key, raw } => {
                let short = if raw.get().len() <= MARK_CHARS { raw.get().trim_matches('"') } else { "" };
                marks.insert(key.to_owned(), short.to_owned());
            }
            Piece::Element { key, .. } if !marks.contains_key(key) => {
                marks.insert(key.to_owned(), String::new());
            }
            Piece::Element { .. } => {}
        }
        Ok(())
    })?;
    Ok(marks)
}
