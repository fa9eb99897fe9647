//! Reads a JSON document piece by piece: the elements of named top-level arrays one by one, every other member as one piece.
//!
//! Memory grows with the largest piece, not with the document, except that a document of a few megabytes is read as a whole: that is several
//! times faster than byte by byte. Each piece is raw text, so a record can be stored as it was. The
//! meaning of a piece belongs to the caller.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::note::Unreadable;

/// The largest piece in bytes, unless the caller sets another limit.
pub const PIECE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The largest document in bytes that is read as a whole; few under test, so that both ways are tested.
const WHOLE_BYTES_MAX: u64 = if cfg!(test) { 64 } else { 12 * 1024 * 1024 };

/// One piece of a document.
#[derive(Debug)]
pub enum Piece<'a> {
    /// A complete member of the top-level object.
    Member {
        /// Its name.
        key: &'a str,
        /// Its text.
        raw: &'a RawValue,
    },
    /// An element of a streamed array.
    Element {
        /// Name of the member that holds the array; empty if the document itself is an array.
        key: &'a str,
        /// Position, from 0.
        index: usize,
        /// Its text.
        raw: &'a RawValue,
    },
}

impl Piece<'_> {
    /// The JSON path of the piece.
    pub fn place(&self) -> String {
        match self {
            Self::Member { key, .. } => format!("$.{key}"),
            Self::Element { key: "", index, .. } => format!("$[{index}]"),
            Self::Element { key, index, .. } => format!("$.{key}[{index}]"),
        }
    }
}

/// Receives the pieces.
pub type OnPiece<'a> = dyn FnMut(Piece<'_>) -> Result<(), Unreadable> + 'a;

/// Reads one JSON document. Members named in `streamed` are passed on element by element if they are arrays; so is a document that is itself
/// an array. Refuses invalid JSON (with line and column), a piece of more than `piece_bytes_max` bytes, anything after the document, and a
/// document that is neither object nor array. If the callback fails, returns its error.
pub fn read(
    mut reader: impl Read,
    streamed: &[&str],
    piece_bytes_max: u64,
    on: &mut OnPiece<'_>,
) -> Result<(), Unreadable> {
    let left = Rc::new(Cell::new(piece_bytes_max));
    let walk = Walk { streamed, piece_bytes_max, left: &left, on, refused: None, place: "$".to_owned() };
    let mut start = Vec::new();
    let whole = WHOLE_BYTES_MAX.min(piece_bytes_max);
    let failed = match reader.by_ref().take(whole + 1).read_to_end(&mut start) {
        Ok(_) if start.len() as u64 <= whole => {
            return walk.document(serde_json::Deserializer::from_slice(&start));
        }
        outcome => outcome.err(),
    };
    let rest = Cursor::new(start).chain(Failed(failed)).chain(reader);
    let metered = Metered { inner: BufReader::with_capacity(1 << 16, rest), left: Rc::clone(&left) };
    walk.document(serde_json::Deserializer::from_reader(metered))
}

/// Fails once with the error with which the reader failed, after everything that it gave before.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Counts down the bytes that the current piece may still use.
struct Metered<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.inner.read(buffer)?;
        match self.left.get().checked_sub(taken as u64) {
            Some(left) => self.left.set(left),
            None => return Err(io::Error::other("one record is larger than this program accepts")),
        }
        Ok(taken)
    }
}

struct Walk<'w, 'on> {
    streamed: &'w [&'w str],
    piece_bytes_max: u64,
    left: &'w Cell<u64>,
    on: &'w mut OnPiece<'on>,
    refused: Option<Unreadable>,
    /// The last place reached, for the refusal of invalid JSON.
    place: String,
}

impl Walk<'_, '_> {
    fn document<'de, R: serde_json::de::Read<'de>>(
        mut self,
        mut deserializer: serde_json::Deserializer<R>,
    ) -> Result<(), Unreadable> {
        let outcome = deserializer.deserialize_any(Document(&mut self));
        if let Some(refused) = self.refused {
            return Err(refused);
        }
        let place = self.place;
        outcome.and_then(|()| deserializer.end()).map_err(|error| Unreadable::at(place, error.to_string()))
    }

    fn give<E: serde::de::Error>(&mut self, piece: Piece<'_>) -> Result<(), E> {
        self.left.set(self.piece_bytes_max);
        (self.on)(piece).map_err(|refused| {
            let error = E::custom(&refused);
            self.refused = Some(refused);
            error
        })
    }
}

struct Document<'a, 'w, 'on>(&'a mut Walk<'w, 'on>);

impl<'de> Visitor<'de> for Document<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object or array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.0.place = format!("$.{key}");
            if self.0.streamed.contains(&key.as_str()) {
                map.next_value_seed(Elements { walk: self.0, key: &key })?;
            } else {
                let raw: Box<RawValue> = map.next_value()?;
                self.0.give(Piece::Member { key: &key, raw: &raw })?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Elements { walk: self.0, key: "" }.visit_seq(seq)
    }
}

struct Elements<'a, 'w, 'on> {
    walk: &'a mut Walk<'w, 'on>,
    key: &'a str,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
            let piece = Piece::Element { key: self.key, index, raw: &raw };
            self.walk.place = piece.place();
            self.walk.give(piece)?;
            index += 1;
        }
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, _map: A) -> Result<(), A::Error> {
        Err(A::Error::custom(format!("an array was expected at $.{}", self.key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, streamed: &[&str], limit: u64) -> Result<Vec<String>, Unreadable> {
        let mut seen = Vec::new();
        read(text.as_bytes(), streamed, limit, &mut |piece| {
            let text = match &piece {
                Piece::Member { raw, .. } | Piece::Element { raw, .. } => raw.get().to_owned(),
            };
            seen.push(format!("{}={text}", piece.place()));
            Ok(())
        })?;
        Ok(seen)
    }

    #[test]
    fn members_come_whole_and_streamed_arrays_element_by_element() {
        let seen = pieces(r#"{"a": {"b": 1}, "list": [1, {"c":2}], "z": [3]}"#, &["list"], 1000).unwrap();
        assert_eq!(seen, [r#"$.a={"b": 1}"#, "$.list[0]=1", r#"$.list[1]={"c":2}"#, "$.z=[3]"]);
        assert_eq!(pieces("[1,2]", &[], 1000).unwrap(), ["$[0]=1", "$[1]=2"]);
    }

    #[test]
    fn invalid_documents_are_refused_with_the_place() {
        let blanks = " ".repeat(WHOLE_BYTES_MAX as usize);
        for (text, place) in [
            ("", "$"),
            ("12", "$"),
            (r#"{"a": 1"#, "$.a"),
            (r#"{"list": [1, }"#, "$.list[0]"),
            (r#"{"list": {"x": 1}}"#, "$.list"),
            ("{} x", "$"),
            ("\u{0}", "$"),
        ] {
            assert_eq!(pieces(text, &["list"], 1000).unwrap_err().place, place, "{text}");
            let long = format!("{blanks}{text}");
            assert_eq!(pieces(&long, &["list"], 1000).unwrap_err().place, place, "{long}");
        }
        assert!(pieces(&"[".repeat(10_000), &[], 1 << 20).is_err());
        assert!(pieces(&format!("{{\"a\":{}", "[".repeat(10_000)), &[], 1 << 20).is_err());
    }

    #[test]
    fn a_reader_that_fails_gives_what_was_read_before() {
        let mut seen = 0;
        let reader = Cursor::new("[1, 2, 3").chain(Failed(Some(io::Error::other("torn"))));
        let refused = read(reader, &[], 1000, &mut |_| {
            seen += 1;
            Ok(())
        });
        let refused = refused.unwrap_err();
        assert_eq!((seen, refused.place.as_str()), (2, "$[1]"));
        assert!(refused.reason.contains("torn"), "{refused}");
    }

    #[test]
    fn one_piece_that_is_too_large_ends_reading_and_many_small_ones_do_not() {
        let long = format!(r#"{{"list": ["{}"]}}"#, "x".repeat(5000));
        let refused = pieces(&long, &["list"], 1000).unwrap_err();
        assert!(refused.reason.contains("larger"), "{refused}");
        let many = format!(r#"{{"list": [{}1]}}"#, "1,".repeat(5000));
        assert_eq!(pieces(&many, &["list"], 1000).unwrap().len(), 5001);
    }
}
