//! Why a whole file cannot be read. A defect of a single row is a `RowIssue`.

use super::{Foreign, MAX_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_FIELD, MAX_ROWS};

/// Why a file was refused: what happened, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DelimitedError {
    /// The file contains no text.
    #[error("The file is empty. Choose a file with at least a header and a row.")]
    Empty,
    /// The file is larger than [`MAX_BYTES`].
    #[error("The file has {bytes} bytes; the limit is {MAX_BYTES}. Split it into smaller files.")]
    TooLarge {
        /// Size of the file in bytes.
        bytes: usize,
    },
    /// The file is not delimited text.
    #[error("The file seems to be {kind}, not delimited text. {}", kind.what_to_do())]
    NotText {
        /// What it seems to be.
        kind: Foreign,
    },
    /// Bytes that are not a character in the encoding.
    #[error(
        "Byte {offset} (line {line}) is {shown}, which is not a character in {encoding}. Choose another encoding, \
         or save the file again as UTF-8."
    )]
    BadBytes {
        /// Name of the encoding.
        encoding: &'static str,
        /// Offset in the file, in bytes from 0.
        offset: usize,
        /// Line in the file, from 1.
        line: u64,
        /// The offending bytes in hexadecimal.
        shown: String,
    },
    /// A quotation mark was opened and never closed.
    #[error(
        "The quotation mark that opens value {column} on line {line} is never closed. Close it in the source, or read \
         quotation marks as plain characters."
    )]
    UnclosedQuote {
        /// Line of the quotation mark, from 1.
        line: u64,
        /// Number of the value in its row, from 1.
        column: usize,
    },
    /// A value is longer than [`MAX_FIELD`].
    #[error(
        "Value {column} that begins on line {line} is longer than {MAX_FIELD} bytes. Look for a quotation mark that is \
         never closed, or choose another delimiter."
    )]
    FieldTooLong {
        /// Line where the value begins, from 1.
        line: u64,
        /// Number of the value in its row, from 1.
        column: usize,
    },
    /// A row has more than [`MAX_COLUMNS`] values.
    #[error("Line {line} has more than {MAX_COLUMNS} values. Choose another delimiter.")]
    TooManyColumns {
        /// Line where the row begins, from 1.
        line: u64,
    },
    /// More rows than can be held at once.
    #[error(
        "The file has more rows than can be held at once (line {line}; the limit is {MAX_ROWS} rows or {MAX_CELLS} \
         values). Split it into smaller files."
    )]
    TooManyRows {
        /// Line where the limit was reached, from 1.
        line: u64,
    },
    /// The requested delimiter is not allowed.
    #[error(
        "{delimiter:?} cannot be a delimiter. Choose an ASCII character such as a comma, a semicolon, a tab or a bar."
    )]
    BadDelimiter {
        /// The requested delimiter.
        delimiter: char,
    },
}
