//! CycloneDX as JSON, component by component.

use super::Version;
use super::assembly::{Assembly, STREAMED};
use crate::model::bill::Bill;
use mainstay_base::json_stream::{self, PIECE_BYTES_MAX, Piece};
use mainstay_base::json_value;
use mainstay_base::note::Unreadable;

/// Reads a document. `spec_version` is the value of its member with that name, which may come after the components.
///
/// Refuses a text that is not JSON and unknown versions. Not yet finished: see `super::super::finish`.
pub fn read(text: &str, spec_version: Option<&str>) -> Result<Bill, Unreadable> {
    let version = match spec_version {
        Some(declared) => Version::parse(declared, "$.specVersion")?,
        None => Version { minor: super::NEWEST, newer: None },
    };
    let mut assembly = Assembly::new(version, "JSON");
    json_stream::read(text.as_bytes(), &STREAMED, PIECE_BYTES_MAX, &mut |piece| {
        let place = piece.place();
        let (Piece::Member { key, raw } | Piece::Element { key, raw, .. }) = &piece;
        let parsed = match json_value::parse(raw.get()) {
            Ok(parsed) => parsed,
            Err(error) => {
                assembly.refuse(&place, &format!("skipped: {error}"));
                return Ok(());
            }
        };
        for name in parsed.repeated {
            assembly.refuse(
                &place,
                &format!("the member `{name}` is in one object twice; only the last one is used"),
            );
        }
        if matches!(piece, Piece::Element { .. }) {
            assembly.element(key, place, parsed.value);
        } else {
            assembly.member(key, parsed.value);
        }
        Ok(())
    })?;
    Ok(assembly.done(true))
}
