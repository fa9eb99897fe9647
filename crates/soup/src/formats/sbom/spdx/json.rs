//! SPDX 2.2 and 2.3 as JSON, record by record.

use serde_json::Value;

use super::model::{Document, Syntax};
use super::{bill, records};
use crate::model::bill::Bill;
use mainstay_base::json_stream::{self, PIECE_BYTES_MAX, Piece};
use mainstay_base::note::Unreadable;

/// Reads a document. Refuses a text that is not JSON, and a document without package and file.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let mut document = Document { syntax: Syntax::Json, ..Document::default() };
    json_stream::read(text.as_bytes(), &records::STREAMED, PIECE_BYTES_MAX, &mut |piece| {
        let place = piece.place();
        let value = |raw: &serde_json::value::RawValue| {
            serde_json::from_str::<Value>(raw.get())
                .map_err(|error| Unreadable::at(place.clone(), error.to_string()))
        };
        match piece {
            Piece::Member { key, raw } => records::member(&mut document, key, value(raw)?, place.clone()),
            Piece::Element { key, raw, .. } => {
                records::element(&mut document, key, value(raw)?, place.clone());
            }
        }
        Ok(())
    })?;
    bill::of(document)
}
