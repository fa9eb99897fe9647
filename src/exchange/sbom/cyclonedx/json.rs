//! CycloneDX as JSON, component by component.

use serde_json::Value;

use super::Version;
use super::assembly::{Assembly, STREAMED};
use crate::domain::soup::bill::Bill;
use crate::domain::soup::note::Unreadable;
use crate::exchange::json_stream::{self, PIECE_BYTES_MAX, Piece};

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
        match serde_json::from_str::<Value>(raw.get()) {
            Err(error) => assembly.refuse(&place, &format!("not taken: {error}")),
            Ok(value) if matches!(piece, Piece::Element { .. }) => assembly.element(key, place, value),
            Ok(value) => assembly.member(key, value),
        }
        Ok(())
    })?;
    Ok(assembly.done(true))
}
