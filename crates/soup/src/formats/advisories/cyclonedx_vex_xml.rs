//! The texts of the vulnerabilities in a CycloneDX XML document. The reader of bills reads their content.

use std::collections::HashMap;

use mainstay_base::note::Unreadable;
use mainstay_base::xml;

/// Address at the start of the namespace of the specification.
const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// Whether a document with this start is CycloneDX.
pub(super) fn is_beginning(head: &str) -> bool {
    head.contains(NAMESPACE)
}

/// The vulnerabilities in the order of the document.
pub(super) struct Parts<'t> {
    /// In the document's list.
    listed: Vec<&'t str>,
    /// Inside components (the extension of versions 1.0 to 1.3), by line; several on one line in their order.
    inside: HashMap<u64, Vec<&'t str>>,
}

impl<'t> Parts<'t> {
    /// Collects them from a document in one pass.
    pub(super) fn of_document(text: &'t str) -> Result<Self, Unreadable> {
        let document = xml::parse(text)?;
        let lines = xml::Lines::of(text);
        let mut parts = Self { listed: Vec::new(), inside: HashMap::new() };
        for node in document.descendants().filter(|node| node.tag_name().name() == "vulnerability") {
            let Some(part) = text.get(node.range()) else { continue };
            let of_specification =
                node.tag_name().namespace().is_some_and(|namespace| namespace.starts_with(NAMESPACE));
            if of_specification {
                parts.listed.push(part);
            } else {
                parts.inside.entry(lines.at(node.range().start)).or_default().push(part);
            }
        }
        Ok(parts)
    }

    /// The text of one vulnerability by its place: `line 7, vulnerabilities[3]`.
    pub(super) fn of(&self, place: &str) -> Option<&'t str> {
        let (line, rest) = place.strip_prefix("line ")?.split_once(',')?;
        let index = rest.trim().strip_prefix("vulnerabilities[")?.split(']').next()?.parse::<usize>().ok()?;
        if let Some(part) = self.listed.get(index) {
            return Some(part);
        }
        let on_line = self.inside.get(&line.parse().ok()?)?;
        // The line does not distinguish several on one line; the number of vulnerabilities before them does.
        on_line.get(index).or_else(|| on_line.first()).copied()
    }
}
