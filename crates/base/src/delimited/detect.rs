//! Detects encoding, delimiter and header of a file, each with its reason in words.

use super::encoding::{self, TextEncoding};
use super::records::{Record, Records, separator_line};
use super::{DelimitedError, MAX_BYTES, Options, Quoting, binary};
use std::borrow::Cow;

/// How a file is read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// The encoding of the characters.
    pub encoding: TextEncoding,
    /// The character between two values.
    pub delimiter: char,
    /// Whether the first record names the columns.
    pub has_header: bool,
    /// The reasons, as sentences for the person who checks the preview.
    pub why: String,
}

/// The delimiters that are tried, likely ones first.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Bytes of text that the detection of the delimiter examines.
const SAMPLE_BYTES: usize = 256 * 1024;
/// Records that the detection of the delimiter examines.
const SAMPLE_RECORDS: usize = 200;
/// A longer value is not a column name; in characters.
const LONGEST_NAME: usize = 120;

/// Detects encoding, delimiter and header.
///
/// # Errors
/// When the bytes are empty, too large, not text, or not decodable.
pub fn detect(bytes: &[u8]) -> Result<Detected, DelimitedError> {
    open(bytes, &Options::default()).map(|(_, detected)| detected)
}

/// Decodes the bytes and decides how they are read: by the options where they are set, by detection otherwise.
pub(super) fn open<'b>(
    bytes: &'b [u8],
    options: &Options,
) -> Result<(Cow<'b, str>, Detected), DelimitedError> {
    if bytes.len() > MAX_BYTES {
        return Err(DelimitedError::TooLarge { bytes: bytes.len() });
    }
    if let Some(kind) = binary::foreign(bytes) {
        return Err(DelimitedError::NotText { kind });
    }
    let (encoding, encoding_why) = match options.encoding {
        Some(encoding) => (encoding, format!("{}: chosen.", encoding.name())),
        None => encoding::guess(bytes),
    };
    let wide = matches!(encoding, TextEncoding::Utf16Le | TextEncoding::Utf16Be);
    if !wide && binary::looks_binary(bytes) {
        return Err(DelimitedError::NotText { kind: binary::Foreign::Unknown });
    }
    let text = encoding::decode(bytes, encoding)?;
    if text.trim().is_empty() {
        return Err(DelimitedError::Empty);
    }
    let (delimiter, delimiter_why) = match options.delimiter {
        Some(delimiter) => (checked(delimiter)?, format!("{}: chosen.", name(delimiter))),
        None => guess_delimiter(&text, options.quoting),
    };
    let (has_header, header_why) = match options.has_header {
        Some(has_header) => (has_header, "Header: chosen.".to_owned()),
        None => guess_header(&text, delimiter, options.quoting),
    };
    let why = format!("{encoding_why} {delimiter_why} {header_why}");
    Ok((text, Detected { encoding, delimiter: char::from(delimiter), has_header, why }))
}

fn checked(delimiter: char) -> Result<u8, DelimitedError> {
    let usable =
        delimiter.is_ascii() && !delimiter.is_ascii_alphanumeric() && !matches!(delimiter, '"' | '\r' | '\n');
    match u8::try_from(delimiter) {
        Ok(byte) if usable && byte != 0 => Ok(byte),
        Ok(_) | Err(_) => Err(DelimitedError::BadDelimiter { delimiter }),
    }
}

/// The beginning of the text, cut at a character boundary.
fn sample(text: &str) -> &str {
    text.get(..text.floor_char_boundary(SAMPLE_BYTES)).unwrap_or(text)
}

fn name(delimiter: char) -> Cow<'static, str> {
    match delimiter {
        ',' => Cow::Borrowed("Comma"),
        ';' => Cow::Borrowed("Semicolon"),
        '\t' => Cow::Borrowed("Tab"),
        '|' => Cow::Borrowed("Bar"),
        other => Cow::Owned(format!("{other:?}")),
    }
}

/// How well a delimiter fits: records as wide as the first, records seen, values in the first.
struct Fit {
    agreeing: usize,
    seen: usize,
    width: usize,
}

fn fit(text: &str, delimiter: u8, quoting: Quoting) -> Fit {
    let part = sample(text);
    let mut records = Records::new(part, delimiter, quoting);
    let mut record = Record::default();
    let mut widths = Vec::new();
    // An error here is the cut end of the sample, or the reading that follows reports it.
    while widths.len() < SAMPLE_RECORDS && records.next(&mut record).unwrap_or(false) {
        if !record.blank {
            widths.push(record.cells.len());
        }
    }
    if part.len() < text.len() && widths.len() > 1 && widths.len() < SAMPLE_RECORDS {
        widths.pop();
    }
    let width = widths.first().copied().unwrap_or(0);
    let agreeing = widths.iter().filter(|other| **other == width).count();
    Fit { agreeing, seen: widths.len(), width }
}

fn guess_delimiter(text: &str, quoting: Quoting) -> (u8, String) {
    if let Some((delimiter, _)) = separator_line(text) {
        return (delimiter, format!("{}: the first line names it.", name(char::from(delimiter))));
    }
    let fits = CANDIDATES.map(|delimiter| (delimiter, fit(text, delimiter, quoting)));
    let mut best: Option<&(u8, Fit)> = None;
    for candidate in fits.iter().filter(|(_, fit)| fit.width > 1) {
        let better = best.is_none_or(|(_, old)| {
            let new = &candidate.1;
            // Shares are compared by cross multiplication; at equal shares the wider table wins.
            let (new_share, old_share) = (new.agreeing * old.seen, old.agreeing * new.seen);
            new_share > old_share || (new_share == old_share && new.width > old.width)
        });
        if better {
            best = Some(candidate);
        }
    }
    match best {
        Some((delimiter, fit)) => {
            let why = format!(
                "{}: {} of the first {} records have {} values.",
                name(char::from(*delimiter)),
                fit.agreeing,
                fit.seen,
                fit.width
            );
            (*delimiter, why)
        }
        None => (b',', "One column: the first record has no delimiter.".to_owned()),
    }
}

fn guess_header(text: &str, delimiter: u8, quoting: Quoting) -> (bool, String) {
    let mut records = Records::new(sample(text), delimiter, quoting);
    let mut record = Record::default();
    while records.next(&mut record).unwrap_or(false) {
        if record.blank {
            continue;
        }
        let data =
            record.cells.iter().find(|cell| is_number_or_date(cell) || cell.chars().count() > LONGEST_NAME);
        return match data {
            Some(cell) => {
                let shown: String = cell.chars().take(30).collect();
                (false, format!("No header: the first record has the value “{shown}”, which is not a name."))
            }
            None if record.cells.iter().all(|cell| cell.trim().is_empty()) => {
                (false, "No header: the first record is empty.".to_owned())
            }
            None => (true, "Header: the first record has only names.".to_owned()),
        };
    }
    (true, "Header: the first record names the columns.".to_owned())
}

fn is_number_or_date(cell: &str) -> bool {
    let cell = cell.trim();
    cell.chars().any(|c| c.is_ascii_digit())
        && cell.chars().all(|c| {
            c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | '/' | ':' | ' ' | 'T' | 'Z' | '%')
        })
}
