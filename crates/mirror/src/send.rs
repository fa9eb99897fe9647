//! Rows as `COPY` takes them: texts with their tabs and line ends escaped, one row on each line.

use std::io::{BufWriter, Write as _};

use postgres::{CopyInWriter, Transaction};

use super::refused::{Doing, NotPublished};

/// Bytes that are sent at once.
const PIECE_BYTES: usize = 128 * 1024;

/// A column of a row.
pub enum Column<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Number(u64),
    /// A whole number as the file stores it.
    Key(i64),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// A table that is being filled.
pub struct Filling<'a> {
    out: BufWriter<CopyInWriter<'a>>,
    line: String,
}

impl<'a> Filling<'a> {
    /// Begins to fill columns of a table, `event (product, seq)`.
    pub fn begin(tx: &'a mut Transaction<'_>, table: &str, doing: &Doing<'_>) -> Result<Self, NotPublished> {
        let writer =
            tx.copy_in(&format!("COPY mainstay.{table} FROM STDIN")).map_err(|error| doing.failed(&error))?;
        Ok(Self { out: BufWriter::with_capacity(PIECE_BYTES, writer), line: String::new() })
    }

    /// Adds a row.
    pub fn row(&mut self, columns: &[Column<'_>], doing: &Doing<'_>) -> Result<(), NotPublished> {
        self.line.clear();
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                self.line.push('\t');
            }
            add(&mut self.line, column);
        }
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes()).map_err(|error| doing.not_sent(&error))
    }

    /// Ends it; returns how many rows the server took.
    pub fn finish(self, doing: &Doing<'_>) -> Result<u64, NotPublished> {
        let writer = self.out.into_inner().map_err(|error| doing.not_sent(error.error()))?;
        writer.finish().map_err(|error| doing.failed(&error))
    }
}

fn add(line: &mut String, column: &Column<'_>) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    match column {
        Column::Number(number) => line.push_str(&number.to_string()),
        Column::Key(number) => line.push_str(&number.to_string()),
        Column::Bytes(bytes) => {
            line.push_str("\\\\x");
            for byte in *bytes {
                line.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            }
        }
        Column::Text(text) => {
            // Whole pieces at once: most texts have nothing to escape but backslashes.
            let mut rest = *text;
            while let Some(at) = rest.find(['\\', '\t', '\n', '\r']) {
                line.push_str(&rest[..at]);
                line.push_str(match rest.as_bytes().get(at) {
                    Some(b'\t') => "\\t",
                    Some(b'\n') => "\\n",
                    Some(b'\r') => "\\r",
                    Some(_) | None => "\\\\",
                });
                rest = &rest[at + 1..];
            }
            line.push_str(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_column_or_a_row_is_escaped() {
        let mut line = String::new();
        add(&mut line, &Column::Text("a\\nb\tc\r\nd é\\."));
        assert_eq!(line, "a\\\\nb\\tc\\r\\nd é\\\\.");
        line.clear();
        add(&mut line, &Column::Bytes(&[0, 0x9f, 0xff]));
        assert_eq!(line, "\\\\x009fff");
    }
}
