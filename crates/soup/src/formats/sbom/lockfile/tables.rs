//! Shared by the lock files in TOML: parsing, and the line of each `[[package]]`.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use mainstay_base::note::{Notes, Unreadable};

/// Keys that a reader does not know.
pub(super) type Rest = BTreeMap<String, toml::Value>;

/// Parses a document; refusals carry the line.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        Unreadable::at(format!("line {line}"), error.message().to_owned())
    })
}

/// The header of each package.
pub(super) const HEADER: &str = "[[package]]";

/// The line of each `[[package]]` in order, from 1.
pub(super) fn package_lines(text: &str) -> Vec<usize> {
    lines_of(HEADER, text)
}

/// The line of each such header in order, from 1.
pub(super) fn lines_of(header: &str, text: &str) -> Vec<usize> {
    let headed = |line: &str| line.trim() == header;
    text.lines().enumerate().filter(|(_, line)| headed(line)).map(|(index, _)| index + 1).collect()
}

/// The place of the package with an index.
pub(super) fn place(lines: &[usize], index: usize) -> String {
    lines.get(index).map_or_else(|| format!("package {}", index + 1), |line| format!("line {line}"))
}

/// Adds the unread keys to the notes.
pub(super) fn count(rest: &Rest, of: &str, notes: &mut Notes) {
    for key in rest.keys() {
        notes.not_understood(&format!("{of}.{key}"));
    }
}
