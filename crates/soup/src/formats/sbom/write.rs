//! Writers of bills of materials: CycloneDX 1.6 and SPDX 2.3, both as JSON.
//!
//! The same bill and the same [`Made`] give the same bytes: nothing here reads a clock or a random generator. Data that a format has no
//! field for is left out, never forced into another field; `docs/adr/0010-spdx-and-writers.md` lists it. `super::cyclonedx` and
//! `super::spdx` read.

mod cyclonedx;
mod spdx;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::model::bill::Bill;

/// How and when a document was written.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// Time of writing: UTC, `2026-01-31T08:15:00Z`.
    pub at: &'a str,
    /// A UUID for the document, lower case with hyphens.
    pub uuid: &'a str,
    /// Version of this program.
    pub version: &'a str,
}

impl Made<'_> {
    fn serial(&self) -> String {
        format!("urn:uuid:{}", self.uuid)
    }
}

/// Writes the bill as CycloneDX 1.6 JSON.
pub fn cyclonedx_1_6_json(bill: &Bill, made: &Made<'_>) -> String {
    printed(&cyclonedx::document(bill, made))
}

/// Writes the bill as SPDX 2.3 JSON.
pub fn spdx_2_3_json(bill: &Bill, made: &Made<'_>) -> String {
    printed(&spdx::document(bill, made))
}

fn printed(value: &Value) -> String {
    format!("{value:#}\n")
}

/// An object under construction: members without content are left out.
#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.0.insert(key.to_owned(), text.into());
        }
    }

    fn list(&mut self, key: &str, items: Vec<Value>) {
        if !items.is_empty() {
            self.0.insert(key.to_owned(), Value::Array(items));
        }
    }

    fn value(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// A text as an address for CycloneDX, a URI or a reference to one. `git@host:path`, which Git reads as `ssh://git@host/path`, is written
/// as the latter; a text that is not an address gives `None`.
fn address(text: &str) -> Option<Cow<'_, str>> {
    if is_address(text) && oxiri::IriRef::parse(text).is_ok() {
        return Some(Cow::Borrowed(text));
    }
    let (host, path) = text.split_once(':')?;
    let (user, host) = host.split_once('@')?;
    let is_name = |part: &str| {
        !part.is_empty()
            && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter))
    };
    let url = format!("ssh://{user}@{host}/{}", path.trim_start_matches('/'));
    let is_scp = is_name(user) && is_name(host) && is_address(path) && oxiri::IriRef::parse(&*url).is_ok();
    is_scp.then_some(Cow::Owned(url))
}

/// Whether a text is valid as an address: no spaces, no control characters, no characters that an IRI excludes.
fn is_address(text: &str) -> bool {
    !text.is_empty()
        && !text
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control() || "<>\"{}|\\^`".contains(letter))
}
