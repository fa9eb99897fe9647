//! SPDX 2.2 and 2.3 (JSON, tag-value, YAML, XML, RDF/XML) and 3.0 (JSON-LD) to a bill of materials.
//!
//! Each syntax is read record by record into one plain model (`model.rs`; SPDX 2 through `records.rs`, SPDX 3 in `graph.rs`), which
//! `bill.rs` turns into a bill. `super::finish` does the steps that all formats share; `super::write` writes SPDX.

mod bill;
mod fields;
mod graph;
mod inline;
mod inputs;
mod json;
mod missing;
mod model;
mod rdf;
mod records;
mod relations;
mod tag_value;
#[cfg(test)]
mod tests;
mod xml;
mod yaml;

pub use graph::read as read_json_ld;
pub use json::read as read_json;
pub use rdf::read as read_rdf;
pub use tag_value::read as read_tag_value;
pub use xml::read as read_xml;
pub use yaml::read as read_yaml;

/// Whether the first start tag of an XML document (and the text after it) is that of SPDX as RDF.
pub fn looks_like_rdf(text: &str) -> bool {
    let start = beginning(text);
    start.contains("RDF") && start.contains("spdx.org/rdf")
}

/// Whether an XML document is SPDX as XML.
pub fn looks_like_xml(text: &str) -> bool {
    let start = beginning(text);
    ["<Document>", "<Document ", "<SpdxDocument"].iter().any(|tag| start.contains(tag))
        && (text.contains("<SPDXID>") || text.contains("<spdxVersion>"))
}

/// Whether a text has the first tags of SPDX tag-value.
pub fn looks_like_tag_value(text: &str) -> bool {
    text.lines().take(LINES).any(|line| {
        ["SPDXVersion:", "PackageName:", "DocumentNamespace:"]
            .iter()
            .any(|tag| line.trim_start().starts_with(tag))
    })
}

/// Whether a text has the keys of SPDX as YAML.
pub fn looks_like_yaml(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().trim_start_matches(['"', '\'']);
        line.strip_prefix("spdxVersion")
            .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
    }) || text.lines().any(|line| line.trim_start().starts_with("SPDXID:") && line.contains("SPDXRef-"))
        && text.lines().any(|line| line.trim_end() == "packages:")
}

/// Lines that are searched for the tags of tag-value.
const LINES: usize = 200;
/// Bytes that are searched for the root of an XML document.
const BEGINNING: usize = 4096;

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(BEGINNING);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
