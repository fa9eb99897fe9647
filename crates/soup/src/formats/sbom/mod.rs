//! Readers of bills of materials: CycloneDX, SPDX, lock files, tables and envelopes around them, each to one plain [`Bill`].
//!
//! A document is recognised by its content. Each format has its own module, which reads the content of the document; `finish` does the
//! shared steps: references, merging, directness, remarks. Advisories are not read here, and nothing is judged.

mod cyclonedx;
mod envelope;
mod finish;
mod limits;
mod lockfile;
mod recognise;
mod spdx;
mod table;
pub mod write;

pub(in crate::formats) use cyclonedx::JUSTIFICATION_PROPERTY;
pub use table::{Meaning, TableMapping};

use crate::model::bill::Bill;
use mainstay_base::decode;
use mainstay_base::note::Unreadable;
use recognise::Format;

/// The readable formats, in words, for messages.
pub const READABLE: &str = "CycloneDX 1.0 to 1.7 and 2.0 (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value, YAML, XML, RDF/XML), \
     SPDX 3.0 (JSON-LD), Cargo.lock, package-lock.json, pnpm-lock.yaml, yarn.lock, poetry.lock, uv.lock, pylock.toml, \
     requirements.txt, go.mod, go.sum, Gemfile.lock, composer.lock, packages.lock.json, gradle.lockfile, conan.lock, vcpkg.json, \
     pubspec.lock, installed packages of dpkg, rpm and apk, Python wheels with bills inside, rdm's soup.yml, tables of SOUP as CSV, and \
     in-toto or DSSE envelopes around them";

/// Maximum bytes of one document.
pub const DOCUMENT_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Reads a bill of materials. `name` is the file's name; it is used only where the content of a lock file has no mark.
///
/// Refuses the same as [`understand`], and a document without any component that names no product either or only makes statements about
/// vulnerabilities: it would give nothing.
pub fn read(bytes: &[u8], name: &str) -> Result<Bill, Unreadable> {
    let bill = understand(bytes, name)?;
    // Statements about a product without its parts are not a bill of it.
    let tells_nothing = bill.subject.is_none() || !bill.statements.is_empty();
    if bill.components.is_empty() && tells_nothing { Err(finish::without_component(&bill)) } else { Ok(bill) }
}

/// Reads a bill of materials for inspection, even one without any component (a product without parts, or a document that names only its
/// authors, is valid in most formats).
///
/// Refuses a document that is not text, is not recognised (with what was seen and what can be read), or is damaged (with the place).
pub fn understand(bytes: &[u8], name: &str) -> Result<Bill, Unreadable> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let reason =
            format!("larger than {} MiB, which is more than this program accepts", DOCUMENT_BYTES_MAX >> 20);
        return Err(Unreadable::at("document", reason));
    }
    let text = match decode::text(bytes) {
        Ok(text) => text,
        // Spreadsheet programs write tables in older encodings.
        Err(refused) => return table::read_if_table(bytes).unwrap_or(Err(refused)).map(finish::finish),
    };
    Ok(finish::finish(read_text(&text, name, 0)?))
}

/// The format of a text that seems to be a bill, in words, told without reading it.
pub(in crate::formats) fn kind_of(text: &str, name: &str) -> Option<&'static str> {
    Some(match recognise::recognise(text, name).ok()? {
        Format::CycloneDxJson { .. } | Format::CycloneDxXml => "CycloneDX",
        Format::SpdxJson
        | Format::SpdxJsonLd
        | Format::SpdxRdf
        | Format::SpdxXml
        | Format::SpdxTagValue
        | Format::SpdxYaml => "SPDX",
        Format::Envelope => "an envelope around a document",
        Format::Lock(_) => "lock file",
        Format::SoupYaml | Format::SoupTable => "list of SOUP",
    })
}

/// Reads a table of SOUP by the user's mapping of its columns.
pub fn read_table(bytes: &[u8], mapping: &TableMapping) -> Result<Bill, Unreadable> {
    let bill = finish::finish(table::read_table(bytes, Some(mapping))?);
    if bill.components.is_empty() { Err(finish::without_component(&bill)) } else { Ok(bill) }
}

/// Maximum number of nested envelopes.
const ENVELOPES_MAX: usize = 3;

/// Reads a document, or the one inside its envelope.
fn read_text(text: &str, name: &str, envelopes: usize) -> Result<Bill, Unreadable> {
    match recognise::recognise(text, name)? {
        Format::CycloneDxJson { spec_version } => cyclonedx::read_json(text, spec_version.as_deref()),
        Format::CycloneDxXml => cyclonedx::read_xml(text),
        Format::Envelope if envelopes >= ENVELOPES_MAX => {
            Err(Unreadable::at("document", format!("more than {ENVELOPES_MAX} nested envelopes")))
        }
        Format::Envelope => {
            let opened = envelope::open(text)?;
            let mut bill = read_text(&opened.content, name, envelopes + 1)?;
            for (gravity, remark) in opened.remarks {
                bill.notes.add(gravity, "envelope", remark);
            }
            Ok(bill)
        }
        Format::SpdxJson => spdx::read_json(text),
        Format::SpdxJsonLd => spdx::read_json_ld(text),
        Format::SpdxRdf => spdx::read_rdf(text),
        Format::SpdxXml => spdx::read_xml(text),
        Format::SpdxTagValue => spdx::read_tag_value(text),
        Format::SpdxYaml => spdx::read_yaml(text),
        Format::Lock(read) => read(text),
        Format::SoupYaml => table::read_yaml(text),
        Format::SoupTable => table::read_table(text.as_bytes(), None),
    }
}

#[cfg(test)]
mod tests;
