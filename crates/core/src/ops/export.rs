//! Rows as a file for spreadsheet programs.

use super::refused::Refused;
use mainstay_base::csv_out::{self, CsvOptions};

/// A header and rows as CSV for spreadsheet programs: UTF-8 with byte order mark, protected against formulas.
pub fn csv<R: AsRef<[String]>>(
    header: &[&str],
    rows: impl IntoIterator<Item = R>,
) -> Result<Vec<u8>, Refused> {
    csv_out::write(header, rows, &CsvOptions::default()).map_err(|error| Refused::Rule(error.to_string()))
}
