//! Columns of a foreign table by the names that people give them, and the defects of its rows with their places.

use std::fmt;

use mainstay_base::delimited::{self, Options, Row, ShortRows};
use mainstay_base::note::Unreadable;

/// Most defects that are listed; further ones are counted.
pub const PROBLEMS_MAX: usize = 50;

/// A column that a reader looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Other names that it may have. Case, spaces and signs do not count.
    pub synonyms: &'static [&'static str],
    /// Whether the table must have it.
    pub required: bool,
}

/// A defect of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1.
    pub line: u64,
    /// The column; empty if it concerns the row.
    pub column: String,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, reason } = self;
        if column.is_empty() {
            write!(f, "line {line}: {reason}")
        } else {
            write!(f, "line {line}, {column}: {reason}")
        }
    }
}

/// The defects of the rows of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// The first ones, at most [`PROBLEMS_MAX`], in the order of the file.
    pub first: Vec<Problem>,
    /// How many more there are.
    pub more: usize,
}

impl Problems {
    /// Adds a defect, or only counts it once the limit is reached.
    pub fn add(&mut self, line: u64, column: &str, reason: impl Into<String>) {
        if self.first.len() < PROBLEMS_MAX {
            self.first.push(Problem { line, column: column.to_owned(), reason: reason.into() });
        } else {
            self.more += 1;
        }
    }

    /// Puts them in the order of their lines.
    pub fn sort(&mut self) {
        self.first.sort_by_key(|problem| problem.line);
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.first.len() + self.more
    }

    /// Each defect as a line of text, and how many more there are.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.first.iter().map(ToString::to_string).collect();
        if self.more > 0 {
            lines.push(format!("and {} more", self.more));
        }
        lines
    }
}

/// The cells of a row in the order of the columns that the reader looks for; empty where the table has no such column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Line in the file, from 1.
    pub line: u64,
    /// The cells.
    pub cells: Vec<String>,
}

impl Found {
    /// A cell by the place of its column, without spaces around it.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }
}

/// A foreign table, reduced to the columns that the reader looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Its rows that can be used and are not empty.
    pub rows: Vec<Found>,
    /// Names of its columns that are not read.
    pub unread: Vec<String>,
    /// Rows that cannot be used.
    pub problems: Problems,
}

/// Reads a table with a header. Rows with defects are told, not used.
///
/// # Errors
/// When the bytes are no table, lack a required column, or have more than `rows_max` rows.
pub fn read(bytes: &[u8], columns: &[Column], rows_max: usize) -> Result<Rows, Unreadable> {
    let options =
        Options { has_header: Some(true), short_rows: ShortRows::FillWithEmpty, ..Options::default() };
    let mut found = Rows::default();
    let mut places: Option<Result<Vec<Option<usize>>, Unreadable>> = None;
    let mut too_many = None;
    let visited = delimited::visit(bytes, &options, |head, row| {
        let places = places.get_or_insert_with(|| bind(&head.header, columns));
        let Ok(places) = places else { return std::ops::ControlFlow::Break(()) };
        if row.is_empty() {
            return std::ops::ControlFlow::Continue(());
        }
        if found.rows.len() + found.problems.count() >= rows_max {
            too_many = Some(row.line);
            return std::ops::ControlFlow::Break(());
        }
        take(&mut found, row, places, &head.header);
        std::ops::ControlFlow::Continue(())
    });
    let visited = visited.map_err(|error| Unreadable::at("file", error.to_string()))?;
    if let Some(line) = too_many {
        let reason = format!(
            "the file has more than {rows_max} rows, which is more than can be taken at once; split it"
        );
        return Err(Unreadable::at(format!("line {line}"), reason));
    }
    match places.unwrap_or_else(|| bind(&visited.head.header, columns)) {
        Err(refused) => Err(refused),
        Ok(places) => {
            let header = visited.head.header.iter().enumerate();
            let unread =
                header.filter(|(index, _)| !places.contains(&Some(*index))).map(|(_, name)| name.clone());
            Ok(Rows { unread: unread.collect(), ..found })
        }
    }
}

fn take(found: &mut Rows, mut row: Row, places: &[Option<usize>], header: &[String]) {
    let mut usable = true;
    for issue in row.issues.iter().filter(|issue| issue.forbids()) {
        usable = false;
        let column = match issue {
            delimited::RowIssue::Nul { column } => header.get(column - 1).map_or("", String::as_str),
            delimited::RowIssue::TooFew { .. }
            | delimited::RowIssue::TooMany { .. }
            | delimited::RowIssue::StrayQuote { .. }
            | delimited::RowIssue::DamagedCharacter { .. } => "",
        };
        found.problems.add(row.line, column, issue.to_string());
    }
    if usable {
        let mut cell = |place: &Option<usize>| {
            let cell = place.and_then(|index| row.cells.get_mut(index)).map(std::mem::take);
            cell.unwrap_or_default()
        };
        found.rows.push(Found { line: row.line, cells: places.iter().map(&mut cell).collect() });
    }
}

/// A name reduced to its letters and digits, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a heading names a column.
pub fn names(column: &Column, heading: &str) -> bool {
    let heading = plain(heading);
    !heading.is_empty()
        && std::iter::once(&column.name).chain(column.synonyms).any(|name| plain(name) == heading)
}

/// The place of each column in the header.
fn bind(header: &[String], columns: &[Column]) -> Result<Vec<Option<usize>>, Unreadable> {
    let mut places = Vec::with_capacity(columns.len());
    for column in columns {
        let mut found = header.iter().enumerate().filter(|(_, heading)| names(column, heading));
        let place = found.next().map(|(index, _)| index);
        if let Some((_, again)) = found.next() {
            let reason = format!("two columns give “{}” (also “{again}”); keep one", column.name);
            return Err(Unreadable::at("header", reason));
        }
        if place.is_none() && column.required {
            let known: Vec<&str> = columns.iter().map(|column| column.name).collect();
            let there: Vec<String> = header.iter().take(10).map(|name| shown(name)).collect();
            return Err(Unreadable::at(
                "header",
                format!(
                    "there is no column “{}”; the columns are {}. The first line of the file has {}",
                    column.name,
                    known.join(", "),
                    there.join(", ")
                ),
            ));
        }
        places.push(place);
    }
    Ok(places)
}

/// Most characters of a foreign text that a message shows.
const SHOWN_MAX: usize = 40;

/// The beginning of a foreign text for a message, without characters that cannot be shown.
pub fn shown(text: &str) -> String {
    let text = text.trim();
    let mut words: String = text.chars().take(SHOWN_MAX).flat_map(visible).collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        words.push('…');
    }
    format!("“{words}”")
}

fn visible(c: char) -> impl Iterator<Item = char> {
    let escaped = c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let (plain, escape) = if escaped { (None, Some(c.escape_unicode())) } else { (Some(c), None) };
    plain.into_iter().chain(escape.into_iter().flatten())
}
