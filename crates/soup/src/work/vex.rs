//! VEX documents of files: a file of statements that people wrote, or a scan, made one [`VexDocument`] and written in one of its formats.
//!
//! Here is what a person does with them. What such a document must say is `model::vex_document`, how each format says it `formats::vex_out`.

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

/// Bytes of the input at most.
const INPUT_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// The formats that a VEX document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VexFormat {
    /// OpenVEX 0.2.0.
    OpenVex,
    /// CycloneDX 1.6 VEX.
    CycloneDx,
    /// CSAF 2.0 VEX.
    Csaf,
}

/// What a VEX document is made of.
#[derive(Debug)]
pub enum VexInput {
    /// Statements that people wrote: the document itself.
    Statements(Box<VexDocument>),
    /// What a scan found.
    Scan(Box<ScanForVex>),
}

/// Reads a file of statements (JSON or RON), or what `mainstay scan --json` wrote; the content tells which.
///
/// # Errors
/// When the file cannot be read, or is neither; the words name the place and the reason.
pub fn read_vex_input(path: &Path) -> Result<VexInput, Refused> {
    let text = regular::text(path, INPUT_BYTES_MAX)
        .map_err(StoreError::io(format!("{} could not be read", path.display())))?;
    vex_input(&text).map_err(|reason| Refused::Rule(format!("{} was not taken: {reason}", path.display())))
}

/// As [`read_vex_input`], of the text of a file.
///
/// # Errors
/// When it is neither; the words name the place and the reason.
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

/// Writes the document; the new file must not exist yet.
///
/// # Errors
/// When the format cannot say it, with everything that is in the way; when the new file exists or cannot be written.
pub fn write_vex(document: &VexDocument, format: VexFormat, out: &Path) -> Result<(), Refused> {
    let written = match format {
        VexFormat::OpenVex => openvex_0_2(document),
        VexFormat::CycloneDx => cyclonedx_vex_1_6(document),
        VexFormat::Csaf => csaf_2_0_vex(document),
    };
    let text = written.map_err(|unwritable| Refused::Rule(unwritable.to_string()))?;
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
