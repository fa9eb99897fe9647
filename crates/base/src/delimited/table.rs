//! Turns records into rows under a header: with unique names, checked widths, and the line of every row.

use super::detect::{Detected, open};
use super::records::{Record, Records};
use super::{DelimitedError, MAX_CELLS, MAX_ROWS, Options, ShortRows};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;

/// One row of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line in the source where the row begins, from 1.
    pub line: u64,
    /// The values, as many as the header has names unless an issue says otherwise.
    pub cells: Vec<String>,
    /// Defects of the row.
    pub issues: Vec<RowIssue>,
}

impl Row {
    /// Whether the values of this row may be used.
    pub fn is_usable(&self) -> bool {
        !self.issues.iter().any(RowIssue::forbids)
    }

    /// Whether all values are empty. Spreadsheet programs append such rows.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// A defect of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowIssue {
    /// Fewer values than the header has names.
    TooFew {
        /// Values in the row.
        found: usize,
        /// Names in the header.
        expected: usize,
    },
    /// More values than the header has names.
    TooMany {
        /// Values in the row.
        found: usize,
        /// Names in the header.
        expected: usize,
    },
    /// A value contains a NUL character, which does not occur in text.
    Nul {
        /// Number of the value, from 1.
        column: usize,
    },
    /// More text after the closing quotation mark; the value is kept as written, with the marks.
    StrayQuote {
        /// Number of the value, from 1.
        column: usize,
    },
    /// A value contains the character U+FFFD: it was damaged before the file was made.
    DamagedCharacter {
        /// Number of the value, from 1.
        column: usize,
    },
}

impl RowIssue {
    /// Whether the values of the row must not be used: they are in the wrong place or not text.
    pub fn forbids(&self) -> bool {
        match self {
            Self::TooFew { .. } | Self::TooMany { .. } | Self::Nul { .. } => true,
            Self::StrayQuote { .. } | Self::DamagedCharacter { .. } => false,
        }
    }
}

impl fmt::Display for RowIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { found, expected } => write!(
                f,
                "The row has {found} values where the header has {expected} names. Look for a line break or a missing \
                 delimiter."
            ),
            Self::TooMany { found, expected } => write!(
                f,
                "The row has {found} values where the header has {expected} names. Look for a delimiter in a value \
                 without quotation marks."
            ),
            Self::Nul { column } => {
                write!(f, "Value {column} contains a NUL character. Remove it in the source.")
            }
            Self::StrayQuote { column } => {
                write!(f, "Value {column} continues after its closing quotation mark. It is kept as written.")
            }
            Self::DamagedCharacter { column } => {
                write!(f, "Value {column} contains “�”: a character was lost before the file was made.")
            }
        }
    }
}

/// A remark about the file that does not prevent its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A column name was missing or not unique, and was replaced.
    RenamedColumn {
        /// Number of the column, from 1.
        column: usize,
        /// The name in the source.
        from: String,
        /// The name that is used.
        to: String,
    },
    /// The header ends in delimiters; the columns without a name are dropped where they are empty.
    TrailingDelimiters {
        /// How many names are missing at the end.
        count: usize,
    },
    /// The file has a header and no row.
    HeaderOnly,
    /// Blank lines were skipped.
    BlankLines {
        /// How many.
        count: u64,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RenamedColumn { column, from, to } => {
                write!(f, "Column {column}, named “{from}”, is called “{to}” here.")
            }
            Self::TrailingDelimiters { count } => {
                write!(f, "The header ends in {count} columns without a name; they are dropped where empty.")
            }
            Self::HeaderOnly => f.write_str("The file has a header and no row."),
            Self::BlankLines { count } => write!(f, "Blank lines skipped: {count}."),
        }
    }
}

/// The facts known before the first row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How the file is read, and why.
    pub detected: Detected,
    /// The column names, unique.
    pub header: Vec<String>,
}

/// The facts known after the last row that was visited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    /// The facts known before the first row.
    pub head: Head,
    /// How many rows were visited.
    pub rows: u64,
    /// Remarks about the file.
    pub warnings: Vec<Warning>,
}

/// A file as rows under a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How the file was read, and why.
    pub detected: Detected,
    /// The column names, unique.
    pub header: Vec<String>,
    /// All rows, including unusable ones.
    pub rows: Vec<Row>,
    /// Remarks about the file.
    pub warnings: Vec<Warning>,
}

/// Reads all rows.
///
/// # Errors
/// When the file as a whole cannot be read. Defects of single rows are in their issues.
pub fn read(bytes: &[u8], options: &Options) -> Result<Table, DelimitedError> {
    let mut rows: Vec<Row> = Vec::new();
    let mut cells = 0;
    let mut full = None;
    let visited = visit(bytes, options, |_, row| {
        cells += row.cells.len();
        if rows.len() >= MAX_ROWS || cells > MAX_CELLS {
            full = Some(DelimitedError::TooManyRows { line: row.line });
            return ControlFlow::Break(());
        }
        rows.push(row);
        ControlFlow::Continue(())
    })?;
    match full {
        Some(error) => Err(error),
        None => {
            let Head { detected, header } = visited.head;
            Ok(Table { detected, header, rows, warnings: visited.warnings })
        }
    }
}

/// Visits the rows one by one without holding them, until the end or until the visitor breaks.
///
/// # Errors
/// When the file as a whole cannot be read. The rows before the error have been visited by then.
pub fn visit(
    bytes: &[u8],
    options: &Options,
    mut visitor: impl FnMut(&Head, Row) -> ControlFlow<()>,
) -> Result<Visited, DelimitedError> {
    let (text, detected) = open(bytes, options)?;
    let delimiter = u8::try_from(detected.delimiter).unwrap_or(b',');
    let mut records = Records::new(&text, delimiter, options.quoting);
    let mut record = Record::default();
    let mut warnings = Vec::new();
    let mut blank = 0;
    let mut head: Option<Head> = None;
    let mut rows = 0;
    while records.next(&mut record)? {
        if record.blank {
            blank += 1;
            continue;
        }
        let begun = match &head {
            Some(begun) => begun,
            None => {
                let header = name_columns(&record, detected.has_header, &mut warnings);
                let begun = head.insert(Head { detected: detected.clone(), header });
                if detected.has_header {
                    continue;
                }
                begun
            }
        };
        rows += 1;
        if visitor(begun, to_row(&record, begun.header.len(), options.short_rows)).is_break() {
            break;
        }
    }
    if rows == 0 && head.is_some() {
        warnings.push(Warning::HeaderOnly);
    }
    if blank > 0 {
        warnings.push(Warning::BlankLines { count: blank });
    }
    head.map(|head| Visited { head, rows, warnings }).ok_or(DelimitedError::Empty)
}

fn to_row(record: &Record<'_>, width: usize, short_rows: ShortRows) -> Row {
    let mut cells: Vec<String> = record.cells.iter().map(|cell| cell.as_ref().to_owned()).collect();
    let mut issues = Vec::new();
    let found = cells.len();
    if found > width {
        // Delimiters at the end of a line with nothing after them do not count as values.
        let last_filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |index| index + 1);
        if last_filled > width {
            issues.push(RowIssue::TooMany { found, expected: width });
        } else {
            cells.truncate(width);
        }
    } else if found < width {
        match short_rows {
            ShortRows::Report => issues.push(RowIssue::TooFew { found, expected: width }),
            ShortRows::FillWithEmpty => cells.resize(width, String::new()),
        }
    }
    for (index, cell) in cells.iter().enumerate() {
        if cell.contains('\0') {
            issues.push(RowIssue::Nul { column: index + 1 });
        }
        if cell.contains(char::REPLACEMENT_CHARACTER) {
            issues.push(RowIssue::DamagedCharacter { column: index + 1 });
        }
    }
    issues.extend(record.stray.iter().map(|index| RowIssue::StrayQuote { column: index + 1 }));
    Row { line: record.line, cells, issues }
}

fn name_columns(record: &Record<'_>, has_header: bool, warnings: &mut Vec<Warning>) -> Vec<String> {
    if !has_header {
        return (1..=record.cells.len()).map(|number| format!("column {number}")).collect();
    }
    let named = record.cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(1, |index| index + 1);
    if named < record.cells.len() {
        warnings.push(Warning::TrailingDelimiters { count: record.cells.len() - named });
    }
    unique_names(record.cells.get(..named).unwrap_or(&record.cells), warnings)
}

fn unique_names(cells: &[Cow<'_, str>], warnings: &mut Vec<Warning>) -> Vec<String> {
    // A name from the source always stays with its column; an added name never equals it.
    let given: BTreeSet<&str> = cells.iter().map(|cell| cell.trim()).collect();
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut next: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let column = index + 1;
        let wish = cell.trim();
        let base = if wish.is_empty() { format!("column {column}") } else { wish.to_owned() };
        let mut name = base.clone();
        let number = next.entry(base.clone()).or_insert(2_usize);
        while used.contains(&name) || (name != wish && given.contains(name.as_str())) {
            name = format!("{base} ({number})");
            *number += 1;
        }
        if name != wish {
            warnings.push(Warning::RenamedColumn { column, from: wish.to_owned(), to: name.clone() });
        }
        used.insert(name.clone());
        names.push(name);
    }
    names
}
