//! CycloneDX 1.0 to 1.7, JSON and XML, to a bill.
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

/// Newest minor version that is known here.
const NEWEST: u8 = 7;

/// A version of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    /// What the document is held against.
    minor: u8,
    /// Minor version that the document tells, where that is a newer one.
    newer: Option<u8>,
}

impl Version {
    /// Understands `1.5`. A newer minor version is read as the newest one that is known; another major version is refused.
    fn parse(text: &str, place: &str) -> Result<Self, Unreadable> {
        let minor = text.trim().strip_prefix("1.").and_then(|minor| minor.parse::<u8>().ok());
        match minor {
            Some(minor) if minor <= NEWEST => Ok(Self { minor, newer: None }),
            Some(minor) if minor < 20 => Ok(Self { minor: NEWEST, newer: Some(minor) }),
            Some(_) | None => Err(Unreadable::at(
                place,
                format!(
                    "`{}` is no version of CycloneDX that is known here; known are 1.0 to 1.{NEWEST}",
                    formats::short(text)
                ),
            )),
        }
    }
}
