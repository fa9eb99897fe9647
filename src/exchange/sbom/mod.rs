//! Bills of materials in: what users bring (CycloneDX, SPDX, lock files, tables, envelopes around them) to one plain [`Bill`].
//!
//! A document is recognised by its content. Each format has a module of its own that reads what the document says; `finish` does what they
//! have in common: references, merging, directness, remarks. Advisories are not read here, nor is anything judged.

mod cyclonedx;
mod finish;
mod recognise;

use crate::domain::soup::bill::Bill;
use crate::domain::soup::note::Unreadable;
use crate::exchange::decode;
use recognise::Format;

/// The formats that are taken, in words, for messages.
pub const TAKEN: &str = "CycloneDX 1.0 to 1.7 (JSON, XML)";

/// Bytes of one document at most.
pub const DOCUMENT_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Reads a bill of materials. `name` is the file's name, used only where the content of a lock file has no mark of its own.
///
/// Refuses what [`understand`] refuses, and a document that tells of no component: nothing could be taken from it.
pub fn read(bytes: &[u8], name: &str) -> Result<Bill, Unreadable> {
    let bill = understand(bytes, name)?;
    if bill.components.is_empty() { Err(finish::without_component(&bill)) } else { Ok(bill) }
}

/// Reads a bill of materials for being looked at, even one without any component (a product without parts, or a document that tells only of
/// its makers, is valid in most formats).
///
/// Refuses what is not text, what is not recognised (with what was seen and what is taken), and what is damaged (with the place).
pub fn understand(bytes: &[u8], name: &str) -> Result<Bill, Unreadable> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let reason =
            format!("larger than {} MiB, which is more than this program takes", DOCUMENT_BYTES_MAX >> 20);
        return Err(Unreadable::at("document", reason));
    }
    let text = decode::text(bytes)?;
    Ok(finish::finish(read_text(&text, name)?))
}

fn read_text(text: &str, name: &str) -> Result<Bill, Unreadable> {
    match recognise::recognise(text, name)? {
        Format::CycloneDxJson { spec_version } => cyclonedx::read_json(text, spec_version.as_deref()),
        Format::CycloneDxXml => cyclonedx::read_xml(text),
    }
}
