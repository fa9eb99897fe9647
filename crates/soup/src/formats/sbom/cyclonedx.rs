//! CycloneDX 1.0 to 1.7 and 2.0, JSON and XML, to a bill.
//!
//! Both syntaxes become the same objects (`xml.rs`), are held against the same description (`shape.rs`, `shapes.rs`, `check.rs`) and are
//! understood by the same code (`component.rs`, `vulnerability.rs`). What all formats have in common is `super::finish`.

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

/// Newest version of the first edition that is known here: 1.7.
const NEWEST: u8 = 7;
/// CycloneDX 2.0, as a number that can be compared with those of the first edition.
const TWO: u8 = 20;

/// A version of the specification: the minor version for 1.x, 20 for 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    /// What the document is held against.
    minor: u8,
    /// The version that the document tells, where that is a newer one.
    newer: Option<u8>,
}

impl Version {
    /// Understands `1.5` and `2.0`. A newer minor version is read as the newest one that is known; another major version is refused.
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
                    "`{}` is no version of CycloneDX that is known here; known are 1.0 to 1.{NEWEST} and 2.0",
                    formats::short(text)
                ),
            )),
        }
    }
}

/// A version as documents write it.
fn written(minor: u8) -> String {
    match minor.checked_sub(TWO) {
        Some(of_two) => format!("2.{of_two}"),
        None => format!("1.{minor}"),
    }
}
