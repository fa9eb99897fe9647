//! Delimited text: values separated by commas, semicolons, tabs or bars, in the encodings that offices produce.
//!
//! The input is bytes, the output is rows, each with its line in the source. A file that cannot be read without losing a
//! character is refused with the place. The meaning of columns does not belong here: see `feedback` in the core.

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

/// Maximum size of a file, in bytes.
pub const MAX_BYTES: usize = 200 * 1024 * 1024;
/// Maximum length of a value, in bytes of UTF-8.
pub const MAX_FIELD: usize = 1024 * 1024;
/// Maximum number of values in a row.
pub const MAX_COLUMNS: usize = 4096;
/// Maximum number of rows that [`read`] holds at once; [`visit`] has no such limit.
pub const MAX_ROWS: usize = 1_000_000;
/// Maximum number of values that [`read`] holds at once over all rows; [`visit`] has no such limit.
pub const MAX_CELLS: usize = 10_000_000;

/// How quotation marks are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quoting {
    /// A value may be enclosed in double quotation marks; a doubled one inside means one (RFC 4180).
    #[default]
    Double,
    /// Quotation marks are ordinary characters. Some tab-separated exports are written this way.
    Literal,
}

/// What happens to a row with fewer values than the header has names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShortRows {
    /// The row is reported and cannot be used: its values may be in the wrong columns.
    #[default]
    Report,
    /// Missing values at the end are read as empty. Some programs omit empty values at the end.
    FillWithEmpty,
}

/// Settings that the person chose instead of detection. By default everything is detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The encoding, if chosen.
    pub encoding: Option<TextEncoding>,
    /// The delimiter, if chosen: one ASCII character, but no letter, digit, quotation mark or line end.
    pub delimiter: Option<char>,
    /// Whether the first record names the columns, if chosen.
    pub has_header: Option<bool>,
    /// How quotation marks are read.
    pub quoting: Quoting,
    /// What happens to rows that are too short.
    pub short_rows: ShortRows,
}

#[cfg(test)]
mod tests;
