//! Applying a mapping to rows.

use super::mapping::{ColumnRule, Mapping, Parse};
use super::{EXTERNAL_NUMBER, dates};
use mainstay_base::delimited::{Row, Table};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// Values by code of the feedback field.
pub type Values = BTreeMap<String, Value>;

/// An error in a value, a row or a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The source columns, or the target field if no column is concerned.
    pub column: String,
    /// The error, in words.
    pub reason: String,
}

impl Problem {
    fn new(column: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { column: column.into(), reason: reason.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.column, self.reason)
    }
}

/// A mapping with its columns found in a header; applies to all rows under it.
#[derive(Debug)]
pub struct Bound<'m> {
    mapping: &'m Mapping,
    header: &'m [String],
    /// For each rule of the mapping, the indices of its columns.
    indices: Vec<Vec<usize>>,
}

/// Applies a mapping to one row. For many rows, [`Mapping::bind`] once is faster.
///
/// # Errors
/// All problems of the mapping with this header, or of the row.
pub fn apply(mapping: &Mapping, header: &[String], row: &Row) -> Result<Values, Vec<Problem>> {
    mapping.bind(header)?.apply(row)
}

impl Mapping {
    /// Finds the columns of the rules in the header and checks the mapping itself.
    ///
    /// # Errors
    /// All missing columns and all rules that cannot work.
    pub fn bind<'m>(&'m self, header: &'m [String]) -> Result<Bound<'m>, Vec<Problem>> {
        let mut places: HashMap<String, usize> = HashMap::new();
        for (index, name) in header.iter().enumerate() {
            places.entry(folded(name)).or_insert(index);
        }
        let exact: HashMap<&str, usize> =
            header.iter().enumerate().map(|(index, name)| (name.trim(), index)).collect();
        let mut problems = self.faults();
        let mut indices = Vec::with_capacity(self.columns.len());
        for rule in &self.columns {
            let mut found = Vec::with_capacity(rule.from.len());
            for name in &rule.from {
                match exact.get(name.trim()).or_else(|| places.get(&folded(name))) {
                    Some(index) => found.push(*index),
                    None => problems.push(Problem::new(name, "the file has no column of this name")),
                }
            }
            indices.push(found);
        }
        if problems.is_empty() { Ok(Bound { mapping: self, header, indices }) } else { Err(problems) }
    }

    /// Errors of the mapping itself, whatever the file.
    fn faults(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut targets: BTreeSet<&str> = self.constants.keys().map(String::as_str).collect();
        for rule in &self.columns {
            if !targets.insert(&rule.target) {
                problems.push(Problem::new(&rule.target, "the mapping fills this field twice"));
            }
            if rule.from.is_empty() {
                problems.push(Problem::new(&rule.target, "the rule names no column"));
            }
            if let Parse::Day { formats } | Parse::Moment { formats } = &rule.parse {
                for format in formats.iter().filter(|format| !dates::is_format(format)) {
                    problems.push(Problem::new(&rule.target, format!("“{format}” is not a date format")));
                }
            }
            let taken_by_rest = self.rest_into.as_ref() == Some(&rule.target);
            if taken_by_rest && !matches!(rule.parse, Parse::Text | Parse::Labelled) {
                problems.push(Problem::new(&rule.target, "the rest can only be appended to a text"));
            }
        }
        problems
    }
}

impl Bound<'_> {
    /// Applies the mapping to one row.
    ///
    /// # Errors All problems of the row.
    pub fn apply(&self, row: &Row) -> Result<Values, Vec<Problem>> {
        let forbidding = row.issues.iter().filter(|issue| issue.forbids());
        let mut problems: Vec<Problem> =
            forbidding.map(|issue| Problem::new("row", issue.to_string())).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut values: Values = self
            .mapping
            .constants
            .iter()
            .map(|(target, value)| (target.clone(), Value::String(value.clone())))
            .collect();
        let mut carried = vec![false; self.header.len()];
        for (rule, indices) in self.mapping.columns.iter().zip(&self.indices) {
            match self.value(rule, indices, row) {
                Ok(Some(value)) => {
                    if matches!(rule.parse, Parse::Text | Parse::Labelled) {
                        mark_carried(&mut carried, indices, row, &value);
                    }
                    values.insert(rule.target.clone(), Value::String(value));
                }
                Ok(None) => {}
                Err(reason) => problems.push(Problem::new(rule.from.join(", "), reason)),
            }
        }
        self.append_rest(&mut values, &carried, row, &mut problems);
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    fn value(&self, rule: &ColumnRule, indices: &[usize], row: &Row) -> Result<Option<String>, String> {
        let parts: Vec<(usize, &str)> = indices
            .iter()
            .filter_map(|index| row.cells.get(*index).map(|cell| (*index, cell.as_str())))
            .filter(|(_, cell)| !cell.trim().is_empty() && !rule.is_unknown(cell))
            .collect();
        if parts.is_empty() {
            return if rule.optional { Ok(None) } else { Err(rule.why_empty(indices, row)) };
        }
        let joined = parts.iter().map(|(_, cell)| *cell).collect::<Vec<_>>().join(&rule.separator);
        let value = match &rule.parse {
            Parse::Text => joined,
            Parse::Labelled => {
                let line = |(index, cell): &(usize, &str)| labelled(self.name(*index), cell);
                parts.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            Parse::Day { formats } => dates::day(&joined, formats)?,
            Parse::Moment { formats } => dates::moment(&joined, formats)?,
            Parse::Choice { table, default } => choice(&joined, table, default.as_deref())?,
            Parse::TitleFrom { max_chars, start_after, skip } => {
                title(beginning(&joined, start_after, skip), *max_chars)
            }
        };
        // Blanks around a number that identifies a row are not part of it.
        let value = if rule.target == EXTERNAL_NUMBER { value.trim().to_owned() } else { value };
        Ok(Some(format!("{}{value}", rule.prefix)))
    }

    fn name(&self, index: usize) -> &str {
        self.header.get(index).map_or("", String::as_str)
    }

    fn append_rest(&self, values: &mut Values, carried: &[bool], row: &Row, problems: &mut Vec<Problem>) {
        let left = row
            .cells
            .iter()
            .enumerate()
            .filter(|(index, cell)| !cell.is_empty() && !carried.get(*index).copied().unwrap_or(false));
        let Some(target) = &self.mapping.rest_into else {
            problems.extend(left.map(|(index, _)| {
                Problem::new(
                    self.name(index),
                    "the column has a value, but no rule uses it whole and no field takes the rest",
                )
            }));
            return;
        };
        let mut lines: Vec<String> = left.map(|(index, cell)| labelled(self.name(index), cell)).collect();
        if lines.is_empty() {
            return;
        }
        if let Some(Value::String(text)) = values.get(target) {
            lines.insert(0, text.clone());
        }
        values.insert(target.clone(), Value::String(lines.join("\n")));
    }
}

impl ColumnRule {
    fn why_empty(&self, indices: &[usize], row: &Row) -> String {
        let target = &self.target;
        match indices.iter().filter_map(|index| row.cells.get(*index)).find(|cell| self.is_unknown(cell)) {
            Some(cell) => format!("“{}” means unknown, but {target} needs a value", dates::short(cell)),
            None => format!("the value is empty, but {target} needs one"),
        }
    }

    fn is_unknown(&self, cell: &str) -> bool {
        self.unknown.iter().any(|unknown| unknown.trim().eq_ignore_ascii_case(cell.trim()))
    }
}

/// The normal form for comparing names.
pub(super) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

fn labelled(name: &str, cell: &str) -> String {
    format!("{name}: {cell}")
}

/// Marks the columns whose text is contained whole in the value.
fn mark_carried(carried: &mut [bool], indices: &[usize], row: &Row, value: &str) {
    for index in indices {
        if let (Some(mark), Some(cell)) = (carried.get_mut(*index), row.cells.get(*index)) {
            *mark = *mark || value.contains(cell.as_str());
        }
    }
}

fn choice(text: &str, table: &BTreeMap<String, String>, default: Option<&str>) -> Result<String, String> {
    let wanted = folded(text);
    let known = table
        .get(text)
        .or_else(|| table.iter().find(|(source, _)| folded(source) == wanted).map(|(_, code)| code));
    match known.map(String::as_str).or(default) {
        Some(code) => Ok(code.to_owned()),
        None => {
            let accepted: Vec<String> = table.keys().take(12).map(|source| format!("“{source}”")).collect();
            Err(format!("“{}” is not one of {}", dates::short(text), accepted.join(", ")))
        }
    }
}

/// The text from the point where a title may begin. If nothing would remain, the whole text.
fn beginning<'t>(text: &'t str, start_after: &[String], skip: &[String]) -> &'t str {
    let mut start = start_after
        .iter()
        .filter(|phrase| !phrase.is_empty())
        .find_map(|phrase| text.split_once(phrase.as_str()).map(|(_, after)| after))
        .unwrap_or(text);
    while let Some(rest) = skip
        .iter()
        .filter(|phrase| !phrase.is_empty())
        .find_map(|phrase| start.trim_start().strip_prefix(phrase.as_str()))
    {
        start = rest;
    }
    if start.trim().is_empty() { text } else { start }
}

/// The first words that fit into `max_chars` characters, with blanks and line ends collapsed.
fn title(text: &str, max_chars: usize) -> String {
    let mut title = String::new();
    let mut length = 0;
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let gap = usize::from(length > 0);
        let room = max_chars.saturating_sub(length + gap);
        let size = word.chars().take(room + 1).count();
        // If more follows, one character is reserved for the ellipsis.
        let last = words.peek().is_none();
        if size + usize::from(!last) <= room {
            title.extend(std::iter::repeat_n(' ', gap));
            title.push_str(word);
            length += gap + size;
            continue;
        }
        if length == 0 {
            title.extend(word.chars().take(room.saturating_sub(1)));
        }
        title.push('…');
        return title;
    }
    title
}

/// Remembers the external numbers of one file, so that a repeated number is reported.
#[derive(Debug, Default)]
pub struct SeenNumbers {
    lines: HashMap<String, u64>,
}

impl SeenNumbers {
    /// Reports if the external number of these values is on an earlier line; otherwise remembers it.
    pub fn check(&mut self, values: &Values, line: u64) -> Option<Problem> {
        let number = values.get(EXTERNAL_NUMBER)?.as_str()?;
        if let Some(first) = self.lines.get(number) {
            let reason = format!("“{}” is already on line {first}", dates::short(number));
            return Some(Problem::new(EXTERNAL_NUMBER, reason));
        }
        self.lines.insert(number.to_owned(), line);
        None
    }
}

/// A row whose values can be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedRow {
    /// Line in the source, from 1.
    pub line: u64,
    /// The values.
    pub values: Values,
}

/// A row that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Line in the source, from 1.
    pub line: u64,
    /// All reasons.
    pub problems: Vec<Problem>,
}

/// The result of a mapping for a whole table. Every row that is not empty is in one of the two lists.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Applied {
    /// Rows that can be imported, in the order of the file.
    pub taken: Vec<AppliedRow>,
    /// Rows that cannot, in the order of the file.
    pub refused: Vec<RefusedRow>,
    /// Lines of rows without any value, which are skipped.
    pub empty: Vec<u64>,
}

/// Applies a mapping to all rows of a table. A row with an external number that occurred before is refused.
///
/// # Errors
/// All errors of the mapping with the header of the table; errors of rows are in the result.
pub fn apply_table(mapping: &Mapping, table: &Table) -> Result<Applied, Vec<Problem>> {
    let bound = mapping.bind(&table.header)?;
    let mut seen = SeenNumbers::default();
    let mut applied = Applied::default();
    for row in &table.rows {
        if row.is_empty() {
            applied.empty.push(row.line);
            continue;
        }
        let line = row.line;
        match bound.apply(row) {
            Ok(values) => match seen.check(&values, line) {
                None => applied.taken.push(AppliedRow { line, values }),
                Some(problem) => applied.refused.push(RefusedRow { line, problems: vec![problem] }),
            },
            Err(problems) => applied.refused.push(RefusedRow { line, problems }),
        }
    }
    Ok(applied)
}
