//! Delimited text: comma, semicolon, tab and bar separated values in the encodings that offices produce.
//!
//! Bytes in, rows out, each row with its line in the source. What cannot be read without losing a character is refused with
//! its place. Here does not belong what a column means: see `feedback`.

mod binary;
mod detect;
mod encoding;
mod error;
mod records;
mod table;

pub use binary::Foreign;
pub use detect::{Detected, detect};
pub use encoding::TextEncoding;
pub use error::DelimitedError;
pub use table::{Head, Row, RowIssue, Table, Visited, Warning, read, visit};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 200 * 1024 * 1024;
/// The longest value that is read, in bytes of UTF-8.
pub const MAX_FIELD: usize = 1024 * 1024;
/// The most values one row may have.
pub const MAX_COLUMNS: usize = 4096;
/// The most rows [`read`] holds at once; [`visit`] has no such limit.
pub const MAX_ROWS: usize = 1_000_000;
/// The most values [`read`] holds at once over all rows; [`visit`] has no such limit.
pub const MAX_CELLS: usize = 10_000_000;

/// How a quotation mark is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quoting {
    /// A value may stand in double quotation marks, a doubled one inside stands for one (RFC 4180).
    #[default]
    Double,
    /// Quotation marks are characters like any other. Some tab separated exports are written so.
    Literal,
}

/// What becomes of a row with fewer values than the header has names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShortRows {
    /// The row is reported and not usable: its values may stand in the wrong columns.
    #[default]
    Report,
    /// The missing values at the end are taken as empty. Some programs leave empty values at the end out.
    FillWithEmpty,
}

/// What the person knows better than the detection. The default lets everything be detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The encoding, where it is known.
    pub encoding: Option<TextEncoding>,
    /// The delimiter, where it is known: one ASCII character that is no letter, digit, quotation mark or line end.
    pub delimiter: Option<char>,
    /// Whether the first record names the columns, where it is known.
    pub has_header: Option<bool>,
    /// How a quotation mark is understood.
    pub quoting: Quoting,
    /// What becomes of rows that are too short.
    pub short_rows: ShortRows,
}

#[cfg(test)]
mod tests;
