//! The layouts of records in a JSON file: one document, an array of them, one on each line.

use std::io::{BufRead, Read};

use serde::de::IgnoredAny;

use mainstay_base::json_stream::{self, Piece};
use mainstay_base::note::Unreadable;

use super::Sink;

/// Maximum bytes of one record; few under test, so that the limit itself is tested.
pub(super) const RECORD_BYTES_MAX: u64 = if cfg!(test) { 4 << 20 } else { json_stream::PIECE_BYTES_MAX };

/// Receives one record's text and its place.
pub(super) type OnRaw<'a, 's, 'on> =
    dyn FnMut(&str, String, &mut Sink<'s, 'on>) -> Result<(), Unreadable> + 'a;

/// Passes on each record of a document that is one record, an array of records, or JSON lines.
pub(super) fn each<'s, 'on>(
    reader: &mut dyn BufRead,
    array: bool,
    sink: &mut Sink<'s, 'on>,
    on: &mut OnRaw<'_, 's, 'on>,
) -> Result<(), Unreadable> {
    if array {
        return json_stream::read(reader, &[], RECORD_BYTES_MAX, &mut |piece| match &piece {
            Piece::Element { raw, .. } => on(raw.get(), piece.place(), sink),
            // An array has no members.
            Piece::Member { .. } => Ok(()),
        });
    }
    let mut lines = Lines::new(reader);
    let Some(first) = lines.next()? else { return Ok(()) };
    let complete = serde_json::from_str::<IgnoredAny>(&first).is_ok();
    let next = if complete || looks_complete(&first) { lines.next()? } else { None };
    match next {
        None if complete => on(first.trim(), "$".to_owned(), sink),
        Some(next) if complete || looks_complete(&next) || next.trim_start().starts_with('{') => {
            by_line(lines, [first, next], sink, on)
        }
        next => {
            let mut whole = first;
            whole.push_str(next.as_deref().unwrap_or_default());
            rest_of(lines.reader, &mut whole)?;
            serde_json::from_str::<IgnoredAny>(&whole)
                .map_err(|error| Unreadable::at("$", error.to_string()))?;
            on(whole.trim(), "$".to_owned(), sink)
        }
    }
}

fn looks_complete(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('{') && line.ends_with('}')
}

/// JSON lines: only the bad line is refused.
fn by_line<'s, 'on>(
    mut lines: Lines<'_>,
    first: [String; 2],
    sink: &mut Sink<'s, 'on>,
    on: &mut OnRaw<'_, 's, 'on>,
) -> Result<(), Unreadable> {
    let before = lines.number - first.len();
    for (at, line) in first.iter().enumerate() {
        one_line(line, before + at + 1, sink, on)?;
    }
    while let Some(line) = lines.next()? {
        one_line(&line, lines.number, sink, on)?;
    }
    Ok(())
}

fn one_line<'s, 'on>(
    line: &str,
    number: usize,
    sink: &mut Sink<'s, 'on>,
    on: &mut OnRaw<'_, 's, 'on>,
) -> Result<(), Unreadable> {
    if line.trim().is_empty() { Ok(()) } else { on(line.trim(), format!("line {number}"), sink) }
}

fn rest_of(reader: &mut dyn BufRead, whole: &mut String) -> Result<(), Unreadable> {
    let left = RECORD_BYTES_MAX.saturating_sub(whole.len() as u64);
    let taken = reader.take(left + 1).read_to_string(whole);
    let taken = taken.map_err(|error| Unreadable::at("document", error.to_string()))?;
    if taken as u64 > left {
        return Err(Unreadable::at("document", TOO_LARGE));
    }
    Ok(())
}

const TOO_LARGE: &str = "one record is larger than this program accepts";

/// Lines of text with their numbers, none longer than the maximum size of a record.
pub(super) struct Lines<'r> {
    reader: &'r mut dyn BufRead,
    /// Number of the last line read, from 1.
    pub number: usize,
}

impl<'r> Lines<'r> {
    pub fn new(reader: &'r mut dyn BufRead) -> Self {
        Self { reader, number: 0 }
    }

    /// The next line including its end; `None` after the last one.
    pub fn next(&mut self) -> Result<Option<String>, Unreadable> {
        self.number += 1;
        let mut line = String::new();
        let taken = (&mut *self.reader).take(RECORD_BYTES_MAX + 1).read_line(&mut line);
        let taken =
            taken.map_err(|error| Unreadable::at(format!("line {}", self.number), error.to_string()))?;
        if taken as u64 > RECORD_BYTES_MAX {
            return Err(Unreadable::at(format!("line {}", self.number), TOO_LARGE));
        }
        Ok((taken > 0).then_some(line))
    }
}
