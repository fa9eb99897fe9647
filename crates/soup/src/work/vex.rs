//! VEX documents: a file of statements or a scan becomes a [`VexDocument`], which is written in one of the formats.
//!
//! This module reads the input and writes the file. `model::vex_document` defines what a document must contain, `formats::vex_out` the formats.

mod scanned;
mod statements;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crate::formats::vex_out::{csaf_2_0_vex, cyclonedx_vex_1_6, openvex_0_2};
use crate::model::vex_document::{Tool, VexDocument};
use crate::refused::Refused;
use mainstay_base::{regular, store_error::StoreError};

pub use scanned::{LeftOut, ScanForVex, VexOfScan};

/// Maximum size of the input, in bytes.
const INPUT_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// The formats of a VEX document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VexFormat {
    /// OpenVEX 0.2.0.
    OpenVex,
    /// CycloneDX 1.6 VEX.
    CycloneDx,
    /// CSAF 2.0 VEX.
    Csaf,
}

/// The input of a VEX document.
#[derive(Debug)]
pub enum VexInput {
    /// Statements that people wrote: the document itself.
    Statements(Box<VexDocument>),
    /// The result of a scan.
    Scan(Box<ScanForVex>),
}

/// Reads a file of statements (JSON or RON) or the output of `mainstay scan --json`. The content decides which of them it is.
///
/// # Errors
/// When the file cannot be read or is neither; the message names the place and the reason.
pub fn read_vex_input(path: &Path) -> Result<VexInput, Refused> {
    let text = regular::text(path, INPUT_BYTES_MAX)
        .map_err(StoreError::io(format!("{} could not be read", path.display())))?;
    vex_input(&text).map_err(|reason| Refused::Rule(format!("{} was not accepted: {reason}", path.display())))
}

/// As [`read_vex_input`], for the text of a file.
///
/// # Errors
/// When it is neither; the message names the place and the reason.
pub fn vex_input(text: &str) -> Result<VexInput, String> {
    let text = text.trim_start_matches('\u{FEFF}');
    if text.trim_start().starts_with('{') {
        if scanned::is_scan(text) {
            return scanned::read(text).map(|scan| VexInput::Scan(Box::new(scan)));
        }
        return statements::of_json(text).map(|document| VexInput::Statements(Box::new(document)));
    }
    statements::of_ron(text).map(|document| VexInput::Statements(Box::new(document)))
}

/// The document in a format, as text.
///
/// # Errors
/// When the format cannot express the document, with all reasons.
pub fn vex_text(document: &VexDocument, format: VexFormat) -> Result<String, Refused> {
    let written = match format {
        VexFormat::OpenVex => openvex_0_2(document),
        VexFormat::CycloneDx => cyclonedx_vex_1_6(document),
        VexFormat::Csaf => csaf_2_0_vex(document),
    };
    written.map_err(|unwritable| Refused::Rule(unwritable.to_string()))
}

/// Writes the document to a new file, which must not exist yet.
///
/// # Errors
/// When the format cannot express the document, with all reasons; when the new file exists or cannot be written.
pub fn write_vex(document: &VexDocument, format: VexFormat, out: &Path) -> Result<(), Refused> {
    let text = vex_text(document, format)?;
    let failed =
        || StoreError::io(format!("{} could not be written; choose a name that is free", out.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).open(out).map_err(failed())?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed())?;
    Ok(())
}

/// This program.
fn tool() -> Tool {
    Tool { name: "Mainstay".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

#[cfg(test)]
mod tests;
