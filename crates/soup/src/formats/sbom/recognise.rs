//! Recognises the format of a document by its content.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use mainstay_base::note::Unreadable;

use super::lockfile::Sight;
use super::{READABLE, lockfile, spdx, table};

/// A recognised format, with the data that its reader needs.
#[derive(Debug)]
pub(super) enum Format {
    /// CycloneDX as JSON.
    CycloneDxJson {
        /// Its `specVersion`.
        spec_version: Option<String>,
    },
    /// CycloneDX as XML.
    CycloneDxXml,
    /// SPDX 2 as JSON.
    SpdxJson,
    /// SPDX 3 as JSON-LD.
    SpdxJsonLd,
    /// SPDX 2 as RDF/XML.
    SpdxRdf,
    /// SPDX 2 as XML.
    SpdxXml,
    /// SPDX 2 as tag-value.
    SpdxTagValue,
    /// SPDX 2 as YAML.
    SpdxYaml,
    /// An envelope around a document.
    Envelope,
    /// A lock file or a list of installed packages, with its reader.
    Lock(lockfile::Read),
    /// rdm's `soup.yml`.
    SoupYaml,
    /// A table of components.
    SoupTable,
}

/// Characters of a value that are kept.
const MARK_CHARS: usize = 300;
/// Members of the root that are kept.
const MARKS_MAX: usize = 100;

/// Recognises a document, or refuses it with what was seen.
pub(super) fn recognise(text: &str, name: &str) -> Result<Format, Unreadable> {
    let start = text.trim_start();
    if start.is_empty() {
        return Err(Unreadable::at("document", "the file is empty"));
    }
    if start.starts_with(['{', '[']) && !starts_with_table(start) {
        if first_line_is_envelope(start) {
            return Ok(Format::Envelope);
        }
        return json(text, name)?.ok_or_else(|| unknown(start, name));
    }
    if start.starts_with('<') {
        if spdx::looks_like_rdf(start) {
            return Ok(Format::SpdxRdf);
        }
        if spdx::looks_like_xml(start) {
            return Ok(Format::SpdxXml);
        }
        let known = xml_root(start).is_some_and(|root| root.contains("cyclonedx.org/schema/bom"));
        return if known { Ok(Format::CycloneDxXml) } else { Err(unknown(start, name)) };
    }
    plain(text, name).ok_or_else(|| unknown(start, name))
}

/// Whether the first line is the header of a table in TOML, which looks like the start of a JSON array.
fn starts_with_table(start: &str) -> bool {
    let header =
        start.lines().next().map(str::trim).and_then(|line| line.strip_prefix('[')?.strip_suffix(']'));
    header.is_some_and(|name| {
        name.trim_start_matches('[').starts_with(|letter: char| letter.is_ascii_alphabetic())
    })
}

/// Formats that are neither JSON nor XML.
fn plain(text: &str, name: &str) -> Option<Format> {
    if spdx::looks_like_tag_value(text) {
        return Some(Format::SpdxTagValue);
    }
    if spdx::looks_like_yaml(text) {
        return Some(Format::SpdxYaml);
    }
    let sight = Sight { text, name: name.to_ascii_lowercase(), members: None };
    if let Some(read) = lockfile::recognise(&sight) {
        return Some(Format::Lock(read));
    }
    if table::looks_like_yaml(text) {
        return Some(Format::SoupYaml);
    }
    if let Some(read) = lockfile::recognise_requirements(&sight) {
        return Some(Format::Lock(read));
    }
    table::looks_like_table(text.as_bytes()).then_some(Format::SoupTable)
}

/// One document per line, the first of them an envelope.
fn first_line_is_envelope(text: &str) -> bool {
    let Some((first, rest)) = text.split_once('\n') else { return false };
    if rest.trim().is_empty() || !first.trim_end().ends_with('}') || !first.contains("\"payload") {
        return false;
    }
    serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok()
}

/// The first start tag, as far as the start of the document shows it.
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
    let reason = match (other(start), lockfile::refusal(name)) {
        (Some(known), _) => format!("`{name}` is {known}"),
        (None, Some(help)) => format!("`{name}` is not read here: {help}"),
        (None, None) => {
            let seen = start.chars().take(60).map(|letter| if letter.is_control() { ' ' } else { letter });
            format!("`{name}` is not recognised; it starts with `{}`", seen.collect::<String>())
        }
    };
    Unreadable::at("document", format!("{reason}. Readable are {READABLE}"))
}

/// Documents that are often mistaken for a bill of materials, by the text near their start.
const OTHERS: [(&str, &str); 11] = [
    (
        "proto-message: bom",
        "CycloneDX in the text form of protocol buffers, which is not supported: export it as JSON or XML",
    ),
    ("openvex.dev", "an OpenVEX document: import it as advisory data"),
    (
        "https://spdx.org/rdf/3",
        "SPDX 3 in a form of JSON-LD that is not supported: export it with the published context (`@context`, `@graph`)",
    ),
    ("\"csaf_version\"", "a CSAF document: import it as advisory data"),
    ("\"nvd_cve\"", "data of the National Vulnerability Database: import it as advisory data"),
    ("\"cve_items\"", "data of the National Vulnerability Database: import it as advisory data"),
    ("\"cve_record\"", "a record of the CVE List: import it as advisory data"),
    ("\"schema_version\"", "probably a record in OSV format: import it as advisory data"),
    ("\"catalogversion\"", "the catalogue of known exploited vulnerabilities: import it as advisory data"),
    ("<html", "a web page, not the document behind it: download the file itself"),
    ("<!doctype html", "a web page, not the document behind it: download the file itself"),
];
/// Bytes at the start in which their marks are searched.
const OTHERS_BYTES: usize = 4096;

fn other(start: &str) -> Option<&'static str> {
    let end = (0..=OTHERS_BYTES.min(start.len())).rev().find(|end| start.is_char_boundary(*end))?;
    let beginning = start.get(..end)?.to_ascii_lowercase();
    OTHERS.iter().find(|(mark, _)| beginning.contains(mark)).map(|(_, what)| *what)
}

/// The members of the root; texts and numbers with the start of their value.
type Marks = BTreeMap<String, String>;

fn json(text: &str, name: &str) -> Result<Option<Format>, Unreadable> {
    let marks = marks(text)?;
    let has = |name: &str| marks.contains_key(name);
    let says = |name: &str, word: &str| {
        marks.get(name).is_some_and(|value| value.to_ascii_lowercase().contains(word))
    };
    if says("bomFormat", "cyclonedx")
        || says("specFormat", "cyclonedx")
        || says("$schema", "cyclonedx")
        || (has("specVersion") && has("components"))
    {
        return Ok(Some(Format::CycloneDxJson { spec_version: marks.get("specVersion").cloned() }));
    }
    // Before SPDX 2.2 everything was under one more name.
    let older = || has("Document") && text.contains("\"spdxVersion\"");
    if has("spdxVersion") || says("SPDXID", "spdxref-") || older() {
        return Ok(Some(Format::SpdxJson));
    }
    let is_element = || ["spdxId", "@id", "type", "@type"].into_iter().any(has);
    // Before it had a place of its own the context was published with the text of the specification.
    let context =
        ["spdx.org/rdf/3", "spdx.github.io/spdx-spec/v3"].iter().any(|place| says("@context", place));
    if context && (has("@graph") || is_element()) {
        return Ok(Some(Format::SpdxJsonLd));
    }
    let sight = Sight { text, name: name.to_ascii_lowercase(), members: Some(&marks) };
    if let Some(read) = lockfile::recognise(&sight) {
        return Ok(Some(Format::Lock(read)));
    }
    let envelope = (has("payload") && has("payloadType"))
        || (has("predicate") && has("predicateType"))
        || ((has("sbom") || has("bom") || has("Data") || has("dsseEnvelope")) && marks.len() <= 4);
    Ok(envelope.then_some(Format::Envelope))
}

fn marks(text: &str) -> Result<Marks, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let marks = deserializer.deserialize_any(Root).and_then(|marks| deserializer.end().map(|()| marks));
    marks.map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        Unreadable::at(place, format!("not JSON, or cut short: {words}"))
    })
}

/// Walks over the root of a JSON document without keeping its content.
struct Root;

impl<'de> Visitor<'de> for Root {
    type Value = Marks;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object or array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Marks, A::Error> {
        let mut marks = Marks::new();
        while let Some(key) = map.next_key::<String>()? {
            let Mark::<true>(value) = map.next_value()?;
            if marks.len() < MARKS_MAX {
                marks.insert(key, value);
            }
        }
        Ok(marks)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Marks, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Marks::new())
    }
}

/// The start of a text or a number as text, those of a list joined; empty for anything else.
///
/// Only with `LISTS`, a list is read, but not the lists inside it: they are skipped without keeping anything, at any depth.
struct Mark<const LISTS: bool>(String);

impl<'de, const LISTS: bool> Deserialize<'de> for Mark<LISTS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneMark::<LISTS>)
    }
}

struct OneMark<const LISTS: bool>;

impl<'de, const LISTS: bool> Visitor<'de> for OneMark<LISTS> {
    type Value = Mark<LISTS>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Mark<LISTS>, E> {
        Ok(Mark(text.chars().take(MARK_CHARS).collect()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Mark<LISTS>, E> {
        Ok(Mark(number.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Mark<LISTS>, E> {
        Ok(Mark(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Mark<LISTS>, E> {
        Ok(Mark(number.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Mark<LISTS>, E> {
        Ok(Mark(String::new()))
    }

    fn visit_unit<E>(self) -> Result<Mark<LISTS>, E> {
        Ok(Mark(String::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Mark<LISTS>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Mark(String::new()))
    }

    /// The texts of a list, one per line: a JSON-LD context may be one of several.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Mark<LISTS>, A::Error> {
        let mut mark = String::new();
        if !LISTS {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Mark(mark));
        }
        while let Some(Mark::<false>(text)) = list.next_element()? {
            if !text.is_empty() && mark.len() < MARK_CHARS {
                mark.push_str(&text);
                mark.push('\n');
            }
        }
        Ok(Mark(mark))
    }
}
