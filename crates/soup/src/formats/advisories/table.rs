//! Rows of a CSV table one after another, each with its own text: for advisory tables.
//!
//! Plain comma-separated UTF-8 as CISA and FIRST publish it. `base::delimited` reads tables of users, with their encodings and separators.

use std::io::BufRead;

use mainstay_base::note::Unreadable;

use super::documents::Lines;

/// Maximum bytes of one row.
const ROW_BYTES_MAX: usize = 1 << 20;

/// One row of a table.
pub(super) struct Row {
    /// Its text without the end of the line.
    pub raw: String,
    /// `line 12`.
    pub place: String,
    /// Its cells.
    pub cells: Vec<String>,
}

impl Row {
    /// The text of a cell; `None` when it is empty or the row is too short.
    pub fn cell(&self, at: Option<usize>) -> Option<String> {
        self.cells.get(at?).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).map(str::to_owned)
    }

    /// The position of a column, regardless of case; for header rows.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.cells.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name))
    }
}

/// The rows of a table.
pub(super) struct Rows<'r>(Lines<'r>);

impl<'r> Rows<'r> {
    pub fn new(reader: &'r mut dyn BufRead) -> Self {
        Self(Lines::new(reader))
    }

    /// The next row that is not blank, its refusal, or `None` after the last one. The outer refusal ends the table.
    pub fn next(&mut self) -> Result<Option<Result<Row, Unreadable>>, Unreadable> {
        loop {
            let Some(mut raw) = self.0.next()? else { return Ok(None) };
            let place = format!("line {}", self.0.number);
            while raw.matches('"').count() % 2 == 1 {
                if raw.len() > ROW_BYTES_MAX {
                    return Err(Unreadable::at(place, "a quotation mark is never closed"));
                }
                let Some(line) = self.0.next()? else {
                    return Ok(Some(Err(Unreadable::at(place, "the file ends within quotation marks"))));
                };
                raw.push_str(&line);
            }
            raw.truncate(raw.trim_end_matches(['\r', '\n']).len());
            if raw.trim().is_empty() {
                continue;
            }
            return Ok(Some(row(raw, place)));
        }
    }
}

fn row(raw: String, place: String) -> Result<Row, Unreadable> {
    if raw.contains('\0') {
        return Err(Unreadable::at(place, "a NUL character: the file is damaged"));
    }
    if !raw.contains('"') {
        let cells = raw.split(',').map(str::to_owned).collect();
        return Ok(Row { raw, place, cells });
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(raw.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(_) => {
            let cells = record.iter().map(str::to_owned).collect();
            Ok(Row { raw, place, cells })
        }
        Err(error) => Err(Unreadable::at(place, error.to_string())),
    }
}
