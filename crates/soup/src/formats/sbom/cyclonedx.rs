//! CycloneDX 1.0 to 1.7 and 2.0 (JSON and XML) to a bill.
//!
//! Both syntaxes become the same objects (`xml.rs`). They are checked against the same description (`shape.rs`, `shapes.rs`, `check.rs`)
//! and read by the same code (`component.rs`, `vulnerability.rs`). `super::finish` does the steps that all formats share.

mod assembly;
mod check;
mod component;
mod formats;
mod json;
mod pedigree;
mod shape;
mod shapes;
mod vulnerability;
mod words;
mod xml;

pub use json::read as read_json;
pub(in crate::formats) use vulnerability::JUSTIFICATION_PROPERTY;
pub use xml::read as read_xml;

use mainstay_base::note::Unreadable;

/// Newest supported version of the first edition: 1.7.
const NEWEST: u8 = 7;
/// CycloneDX 2.0, as a number that can be compared with those of the first edition.
const TWO: u8 = 20;

/// A version of the specification: the minor version for 1.x, 20 for 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    /// The version to check the document against.
    minor: u8,
    /// The version that the document declares, if it is newer.
    newer: Option<u8>,
}

impl Version {
    /// Parses `1.5` and `2.0`. A newer minor version is read as the newest supported one; another major version is refused.
    fn parse(text: &str, place: &str) -> Result<Self, Unreadable> {
        let (major, minor) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        match (major, minor.parse::<u8>()) {
            ("1", Ok(minor)) if minor <= NEWEST => Ok(Self { minor, newer: None }),
            ("1", Ok(minor)) if minor < TWO => Ok(Self { minor: NEWEST, newer: Some(minor) }),
            ("2", Ok(0)) => Ok(Self { minor: TWO, newer: None }),
            ("2", Ok(minor)) if minor < TWO => Ok(Self { minor: TWO, newer: Some(TWO + minor) }),
            _ => Err(Unreadable::at(
                place,
                format!(
                    "`{}` is not a supported version of CycloneDX; supported are 1.0 to 1.{NEWEST} and 2.0",
                    formats::short(text)
                ),
            )),
        }
    }
}

/// A version in the spelling of documents.
fn version_text(minor: u8) -> String {
    match minor.checked_sub(TWO) {
        Some(of_two) => format!("2.{of_two}"),
        None => format!("1.{minor}"),
    }
}
