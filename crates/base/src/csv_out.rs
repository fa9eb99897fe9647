//! Writing rows as delimited text (RFC 4180) that a spreadsheet program opens without running anything.
//!
//! A spreadsheet program treats a cell that begins with `=`, `+`, `-`, `@`, a tab or a line end as a formula, and text from
//! outside (a complaint, an advisory) may contain one. [`Guard::Spreadsheet`] puts one apostrophe in front of such a value,
//! so `-5` becomes `'-5`. A value that begins with apostrophes before such a sign gets one more, so [`unguarded`] restores
//! every value exactly. [`Guard::Off`] writes values as they are, for programs that read the file back.

use std::borrow::Cow;

/// Whether values are protected from being run as formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guard {
    /// A leading apostrophe where a spreadsheet program would see a formula.
    #[default]
    Spreadsheet,
    /// Values exactly as they are; for files that only programs read.
    Off,
}

/// Whether the file begins with a byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteOrderMark {
    /// With the mark: spreadsheet programs then know that the file is UTF-8.
    #[default]
    Written,
    /// Without the mark, as most programs prefer.
    LeftOut,
}

/// How the rows are written. The default suits spreadsheet programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvOptions {
    /// The character between two values, ASCII.
    pub delimiter: char,
    /// Whether the file begins with a byte order mark.
    pub mark: ByteOrderMark,
    /// Whether values are protected from being run as formulas.
    pub guard: Guard,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { delimiter: ',', mark: ByteOrderMark::default(), guard: Guard::default() }
    }
}

/// Why rows cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CsvOutError {
    /// A row does not have as many values as the header.
    #[error("Row {row} has {found} values where the header has {expected}.")]
    Width {
        /// Number of the row, from 1.
        row: usize,
        /// Values in the row.
        found: usize,
        /// Names in the header.
        expected: usize,
    },
    /// The character cannot be a delimiter.
    #[error(
        "{0:?} cannot be a delimiter. Choose an ASCII character such as a comma, a semicolon, a tab or a bar."
    )]
    BadDelimiter(char),
    /// The writer failed.
    #[error("The rows could not be written: {0}")]
    Writer(#[from] csv::Error),
}

/// Writes a header and rows in UTF-8. Lines end in CRLF; values are quoted where needed.
///
/// # Errors
/// When a row does not have as many values as the header, or the delimiter is not allowed.
pub fn write<H, R, C>(
    header: &[H],
    rows: impl IntoIterator<Item = R>,
    options: &CsvOptions,
) -> Result<Vec<u8>, CsvOutError>
where
    H: AsRef<str>,
    R: AsRef<[C]>,
    C: AsRef<str>,
{
    let delimiter = match u8::try_from(options.delimiter) {
        Ok(byte) if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n\0".contains(&byte) => byte,
        Ok(_) | Err(_) => return Err(CsvOutError::BadDelimiter(options.delimiter)),
    };
    let mut bytes = Vec::new();
    if options.mark == ByteOrderMark::Written {
        bytes.extend_from_slice(b"\xEF\xBB\xBF");
    }
    {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut bytes);
        writer.write_record(header.iter().map(|cell| put(cell.as_ref(), options.guard).into_owned()))?;
        for (index, row) in rows.into_iter().enumerate() {
            let row = row.as_ref();
            if row.len() != header.len() {
                return Err(CsvOutError::Width { row: index + 1, found: row.len(), expected: header.len() });
            }
            writer.write_record(row.iter().map(|cell| put(cell.as_ref(), options.guard).into_owned()))?;
        }
        writer.flush().map_err(csv::Error::from)?;
    }
    Ok(bytes)
}

fn put(value: &str, guard: Guard) -> Cow<'_, str> {
    match guard {
        Guard::Spreadsheet => guarded(value),
        Guard::Off => Cow::Borrowed(value),
    }
}

/// The value as it is written with [`Guard::Spreadsheet`].
pub fn guarded(value: &str) -> Cow<'_, str> {
    if is_formula(value) { Cow::Owned(format!("'{value}")) } else { Cow::Borrowed(value) }
}

/// The value as it was before [`guarded`].
pub fn unguarded(value: &str) -> &str {
    match value.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        Some(_) | None => value,
    }
}

fn is_formula(value: &str) -> bool {
    // In East Asian locales, spreadsheet programs treat the wide forms like their ASCII twins.
    let signs = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    value.trim_start_matches('\'').starts_with(signs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(options: CsvOptions) -> String {
        let rows = [["=1+1", "plain"], ["say \"hi\"", "a,b\nc"]];
        String::from_utf8(write(&["name", "value"], rows, &options).unwrap()).unwrap()
    }

    #[test]
    fn a_formula_gets_an_apostrophe_and_lines_end_in_crlf() {
        let out = text(CsvOptions::default());
        assert_eq!(out, "\u{feff}name,value\r\n'=1+1,plain\r\n\"say \"\"hi\"\"\",\"a,b\nc\"\r\n");
    }

    #[test]
    fn without_guard_and_mark_values_are_written_as_they_are() {
        let out = text(CsvOptions { delimiter: ';', mark: ByteOrderMark::LeftOut, guard: Guard::Off });
        assert_eq!(out, "name;value\r\n=1+1;plain\r\n\"say \"\"hi\"\"\";\"a,b\nc\"\r\n");
    }

    #[test]
    fn every_dangerous_beginning_is_guarded_and_given_back() {
        for value in
            ["=x", "+x", "-5", "@x", "\tx", "\rx", "\nx", "'=x", "''@x", "＝x", "'", "plain", "'tis", ""]
        {
            let out = guarded(value);
            assert!(!is_formula(&out) || out.starts_with('\''), "{value:?}");
            assert_eq!(unguarded(&out), value);
        }
    }

    #[test]
    fn a_row_of_another_width_is_refused_with_its_number() {
        let error = write(&["a", "b"], [vec!["1", "2"], vec!["3"]], &CsvOptions::default()).unwrap_err();
        assert_eq!(error.to_string(), "Row 2 has 1 values where the header has 2.");
    }

    #[test]
    fn a_letter_cannot_be_a_delimiter() {
        let options = CsvOptions { delimiter: 'x', ..CsvOptions::default() };
        assert!(matches!(write(&["a"], [["b"]], &options), Err(CsvOutError::BadDelimiter('x'))));
    }
}
