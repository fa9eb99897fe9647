//! Splits text into records: the only state machine that knows delimiters, quotation marks and line ends.
//!
//! It is not a library because it must report where an unclosed quotation mark was opened, must keep a stray quotation mark
//! instead of dropping it, and must count lines that end in CR, LF or CRLF. The meaning of a record does not belong here.

use super::{DelimitedError, MAX_COLUMNS, MAX_FIELD, Quoting};
use std::borrow::Cow;

/// One record as written in the text.
#[derive(Debug, Default)]
pub(super) struct Record<'t> {
    /// Line where the record begins, from 1.
    pub line: u64,
    /// The values, without their quotation marks.
    pub cells: Vec<Cow<'t, str>>,
    /// Indices of values with more text after the closing quotation mark; they are kept as written.
    pub stray: Vec<usize>,
    /// Whether the line is empty.
    pub blank: bool,
}

/// Iterates over the records of a text.
#[derive(Debug)]
pub(super) struct Records<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    delimiter: u8,
    quoting: Quoting,
}

impl<'t> Records<'t> {
    /// Starts at the beginning of the text. `delimiter` is ASCII.
    pub(super) fn new(text: &'t str, delimiter: u8, quoting: Quoting) -> Self {
        let mut records = Self { text, at: 0, line: 1, delimiter, quoting };
        if let Some((_, length)) = separator_line(text) {
            records.at = length;
            records.take_line_end();
        }
        records
    }

    /// Reads the next record. Returns false at the end of the text.
    pub(super) fn next(&mut self, record: &mut Record<'t>) -> Result<bool, DelimitedError> {
        record.cells.clear();
        record.stray.clear();
        record.line = self.line;
        let begin = self.at;
        if self.peek().is_none() {
            return Ok(false);
        }
        loop {
            self.value(record)?;
            if record.cells.len() > MAX_COLUMNS {
                return Err(DelimitedError::TooManyColumns { line: record.line });
            }
            if self.peek() == Some(self.delimiter) {
                self.at += 1;
                continue;
            }
            record.blank = self.at == begin;
            self.take_line_end();
            return Ok(true);
        }
    }

    fn value(&mut self, record: &mut Record<'t>) -> Result<(), DelimitedError> {
        let column = record.cells.len() + 1;
        let place = (self.line, column);
        if self.peek() == Some(b'"') && self.quoting == Quoting::Double {
            return self.quoted(record, place);
        }
        let start = self.at;
        self.skip_plain();
        record.cells.push(Cow::Borrowed(self.slice(start, self.at, place)?));
        Ok(())
    }

    fn quoted(&mut self, record: &mut Record<'t>, place: (u64, usize)) -> Result<(), DelimitedError> {
        let start = self.at;
        let mut doubled = false;
        self.at += 1;
        loop {
            if self.at - start > MAX_FIELD + 2 {
                return Err(DelimitedError::FieldTooLong { line: place.0, column: place.1 });
            }
            match self.peek() {
                None => return Err(DelimitedError::UnclosedQuote { line: place.0, column: place.1 }),
                Some(b'\r' | b'\n') => self.take_line_end(),
                Some(b'"') if self.text.as_bytes().get(self.at + 1) == Some(&b'"') => {
                    doubled = true;
                    self.at += 2;
                }
                Some(b'"') => break,
                Some(_) => self.at += 1,
            }
        }
        let close = self.at;
        self.at += 1;
        self.skip_plain();
        let cell = if self.at > close + 1 {
            record.stray.push(record.cells.len());
            Cow::Borrowed(self.slice(start, self.at, place)?)
        } else if doubled {
            Cow::Owned(self.slice(start + 1, close, place)?.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(self.slice(start + 1, close, place)?)
        };
        record.cells.push(cell);
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == self.delimiter || matches!(byte, b'\r' | b'\n'));
        self.at += end.unwrap_or(rest.len());
    }

    fn take_line_end(&mut self) {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at) {
            Some(b'\r') if bytes.get(self.at + 1) == Some(&b'\n') => self.at += 2,
            Some(b'\r' | b'\n') => self.at += 1,
            Some(_) | None => return,
        }
        self.line += 1;
    }

    fn slice(&self, from: usize, to: usize, place: (u64, usize)) -> Result<&'t str, DelimitedError> {
        if to - from > MAX_FIELD + 2 {
            return Err(DelimitedError::FieldTooLong { line: place.0, column: place.1 });
        }
        // Both ends are next to an ASCII byte, so they are always character boundaries.
        Ok(self.text.get(from..to).unwrap_or_default())
    }
}

/// The first line `sep=;`, by which spreadsheet programs name the delimiter: the delimiter and the length of the line.
pub(super) fn separator_line(text: &str) -> Option<(u8, usize)> {
    let rest = text.as_bytes().strip_prefix(b"sep=")?;
    match rest {
        [delimiter @ (b',' | b';' | b'\t' | b'|')]
        | [delimiter @ (b',' | b';' | b'\t' | b'|'), b'\r' | b'\n', ..] => {
            Some((*delimiter, "sep=".len() + 1))
        }
        _ => None,
    }
}
