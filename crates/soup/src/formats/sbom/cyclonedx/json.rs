//! CycloneDX as JSON, component by component.

use super::Version;
use super::assembly::{Assembly, STREAMED};
use crate::model::bill::Bill;
use mainstay_base::json_stream::{self, PIECE_BYTES_MAX, Piece};
use mainstay_base::json_value;
use mainstay_base::note::Unreadable;

/// Reads a document. `spec_version` is what its member of that name says, which may come after the components.
///
/// Refuses what is no JSON and versions that are not known. Not yet finished: see `super::super::finish`.
pub fn read(text: &str, spec_version: Option<&str>) -> Result<Bill, Unreadable> {
    let version = match spec_version {
        Some(told) => Version::parse(told, "$.specVersion")?,
        None => Version { minor: super::NEWEST, newer: None },
    };
    let mut assembly = Assembly::new(version, "JSON");
    json_stream::read(text.as_bytes(), &STREAMED, PIECE_BYTES_MAX, &mut |piece| {
        let place = piece.place();
        let (Piece::Member { key, raw } | Piece::Element { key, raw, .. }) = &piece;
        let parsed = match json_value::parse(raw.get()) {
            Ok(parsed) => parsed,
            Err(error) => {
                assembly.refuse(&place, &format!("not taken: {error}"));
                return Ok(());
            }
        };
        for name in parsed.repeated {
            assembly.refuse(
                &place,
                &format!("the member `{name}` stands twice in one object; only the last one was taken"),
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
