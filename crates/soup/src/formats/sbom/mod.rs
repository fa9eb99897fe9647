//! Bills of materials in: what users bring (CycloneDX, SPDX, lock files, tables, envelopes around them) to one plain [`Bill`].
//!
//! A document is recognised by its content. Each format has a module of its own that reads what the document says; `finish` does what they
//! have in common: references, merging, directness, remarks. Advisories are not read here, nor is anything judged.

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

/// The formats that are taken, in words, for messages.
pub const TAKEN: &str = "CycloneDX 1.0 to 1.7 and 2.0 (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value, YAML, XML, RDF/XML), \
     SPDX 3.0 (JSON-LD), Cargo.lock, package-lock.json, pnpm-lock.yaml, yarn.lock, poetry.lock, uv.lock, pylock.toml, \
     requirements.txt, go.mod, go.sum, Gemfile.lock, composer.lock, packages.lock.json, gradle.lockfile, conan.lock, vcpkg.json, \
     pubspec.lock, installed packages of dpkg, rpm and apk, Python wheels with bills inside, rdm's soup.yml, tables of SOUP as CSV, and \
     in-toto or DSSE envelopes around them";

/// Bytes of one document at most.
pub const DOCUMENT_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Reads a bill of materials. `name` is the file's name, used only where the content of a lock file has no mark of its own.
///
/// Refuses what [`understand`] refuses, and a document without any component that tells of no product either or only makes
/// statements about vulnerabilities: nothing could be taken from it.
pub fn read(bytes: &[u8], name: &str) -> Result<Bill, Unreadable> {
    let bill = understand(bytes, name)?;
    // Statements about a product without its parts are no bill of it.
    let tells_nothing = bill.subject.is_none() || !bill.statements.is_empty();
    if bill.components.is_empty() && tells_nothing { Err(finish::without_component(&bill)) } else { Ok(bill) }
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
    let text = match decode::text(bytes) {
        Ok(text) => text,
        // Tables come out of spreadsheet programs in older encodings.
        Err(refused) => return table::read_if_table(bytes).unwrap_or(Err(refused)).map(finish::finish),
    };
    Ok(finish::finish(read_text(&text, name, 0)?))
}

/// Reads a table of SOUP by a mapping that a person made of its columns.
pub fn read_table(bytes: &[u8], mapping: &TableMapping) -> Result<Bill, Unreadable> {
    let bill = finish::finish(table::read_table(bytes, Some(mapping))?);
    if bill.components.is_empty() { Err(finish::without_component(&bill)) } else { Ok(bill) }
}

/// Envelopes in envelopes at most.
const ENVELOPES_MAX: usize = 3;

/// Reads a document, or the one inside its envelope.
fn read_text(text: &str, name: &str, envelopes: usize) -> Result<Bill, Unreadable> {
    match recognise::recognise(text, name)? {
        Format::CycloneDxJson { spec_version } => cyclonedx::read_json(text, spec_version.as_deref()),
        Format::CycloneDxXml => cyclonedx::read_xml(text),
        Format::Envelope if envelopes >= ENVELOPES_MAX => {
            Err(Unreadable::at("document", format!("more than {ENVELOPES_MAX} envelopes, one in another")))
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
