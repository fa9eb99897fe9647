//! The declaration of a field: everything that form, page, paper, audit trail, import and storage need to know about it.

mod display;
mod value;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::domain::choice::ChoiceDef;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::{is_blank, with_article};
use crate::domain::time::{Day, Moment};

pub use display::{PlainFormat, ValueFormat, WithTitles};
pub use value::{FieldValue, Offer, RowValue, Table};

/// Most rows of a table field, unless the declaration sets another limit.
pub const ROWS_MAX: usize = 500;

/// The type of a field's value, which decides how it is entered, shown and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// One line of text.
    Line,
    /// Paragraphs of text.
    Text,
    /// Yes, no, or not decided yet.
    YesNo,
    /// A whole number from 0.
    Number,
    /// A calendar day.
    Day,
    /// An instant.
    Moment,
    /// One of a vocabulary.
    Choice(&'static [ChoiceDef]),
    /// Any of a vocabulary.
    Choices(&'static [ChoiceDef]),
    /// A list of lines.
    Lines,
    /// Another record.
    Record,
    /// Other records.
    Records,
    /// A table with these columns.
    Rows(&'static [FieldDef]),
}

/// One field of a record or one column of a table field.
#[derive(Debug, Clone, Copy)]
pub struct FieldDef {
    /// Its name in the struct, in SQL, in JSON and in scripts.
    pub name: &'static str,
    /// Its label in the window and on paper.
    pub label: &'static str,
    help: &'static str,
    /// How it is entered, shown and stored.
    pub ty: FieldType,
    /// The code of the first state in which it must be filled.
    pub required_from: Option<&'static str>,
    /// The clause or document that requires it.
    pub clause: &'static str,
    /// Whether it may hold personal data, which a packet can redact (domain rule: 4.3 Privacy).
    pub personal: bool,
    /// The kind that a referenced record must have.
    pub target: Option<Kind>,
    /// The program fills it; people cannot edit it.
    pub by_system: bool,
    /// It says when something happened, so it is never in the future.
    pub past: bool,
    /// It says when the entered fact occurred: an entry after the next working day is late and needs a reason.
    pub occurrence: bool,
    /// It may be filled when the record is created, although its section opens later.
    pub open_when_made: bool,
    /// The word for it, if another person changes it in the record of a person.
    pub by_another: Option<&'static str>,
    /// The page of its kind shows it under a heading of its own, not among the values of its section.
    pub apart: bool,
    /// The rule set since which the value is kept elsewhere: it is no longer entered here.
    pub former_since: Option<u32>,
    /// The list from which an input offers values, besides free text.
    pub offers: Option<Offer>,
    /// An example shown in the empty input.
    pub hint: &'static str,
    /// Most rows of a table.
    pub rows_max: usize,
    parse: fn(&Value) -> Result<Value, String>,
}

impl PartialEq for FieldDef {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.label == other.label
    }
}
impl Eq for FieldDef {}

impl FieldDef {
    /// Declares a field of type `T`.
    pub const fn new<T: FieldValue>(name: &'static str, label: &'static str, help: &'static str) -> Self {
        Self {
            name,
            label,
            help,
            ty: T::TYPE,
            required_from: None,
            clause: "",
            personal: false,
            target: None,
            by_system: false,
            past: false,
            occurrence: false,
            open_when_made: false,
            by_another: None,
            apart: false,
            former_since: None,
            offers: None,
            hint: "",
            rows_max: ROWS_MAX,
            parse: parse::<T>,
        }
    }

    /// It must be filled from this state on.
    pub const fn required(mut self, state: &'static str) -> Self {
        self.required_from = Some(state);
        self
    }

    /// The clause or document that requires it.
    pub const fn clause(mut self, clause: &'static str) -> Self {
        self.clause = clause;
        self
    }

    /// It may hold personal data.
    pub const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// The kind that a referenced record must have.
    pub const fn target(mut self, kind: Kind) -> Self {
        self.target = Some(kind);
        self
    }

    /// The program fills it.
    pub const fn by_system(mut self) -> Self {
        self.by_system = true;
        self
    }

    /// It says when something happened.
    pub const fn past(mut self) -> Self {
        self.past = true;
        self
    }

    /// It says when the entered fact occurred (ALCOA+ "contemporaneous").
    pub const fn occurrence(mut self) -> Self {
        self.occurrence = true;
        self
    }

    /// It may be filled when the record is created, although its section opens later.
    pub const fn open_when_made(mut self) -> Self {
        self.open_when_made = true;
        self
    }

    /// Another person changes it in the record of a person, who would be refused with this word.
    pub const fn by_another(mut self, word: &'static str) -> Self {
        self.by_another = Some(word);
        self
    }

    /// The page of its kind shows it under a heading of its own.
    pub const fn apart(mut self) -> Self {
        self.apart = true;
        self
    }

    /// The value is kept elsewhere since this rule set; what was entered before stays.
    pub const fn former(mut self, since: u32) -> Self {
        self.former_since = Some(since);
        self
    }

    /// Whether the value is kept elsewhere under this rule set.
    pub fn is_former(&self, rules: u32) -> bool {
        self.former_since.is_some_and(|since| rules >= since)
    }

    /// The input offers the values of a list.
    pub const fn offers(mut self, offer: Offer) -> Self {
        self.offers = Some(offer);
        self
    }

    /// An example shown in the empty input.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// Most rows of the table.
    pub const fn rows_at_most(mut self, rows: usize) -> Self {
        self.rows_max = rows;
        self
    }

    /// The columns of a table, checked at compile time. People enter whole rows, so the program cannot fill a single cell; and a
    /// cell cannot be a table.
    pub const fn columns(columns: &'static [Self]) -> &'static [Self] {
        let mut rest = columns;
        while let [column, more @ ..] = rest {
            assert!(!column.by_system, "a column cannot be filled by the program: people give a row whole");
            assert!(!matches!(column.ty, FieldType::Rows(_)), "a column cannot be a table");
            rest = more;
        }
        columns
    }

    /// The help text, without the leading spaces of the declaration.
    pub fn help(&self) -> String {
        self.help.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The value in canonical form, or why it is invalid. `null` empties the field.
    pub fn parse(&self, value: &Value) -> Result<Value, String> {
        let rows = value.as_array().map_or(0, Vec::len);
        if matches!(self.ty, FieldType::Rows(_)) && rows > self.rows_max {
            return Err(format!("has {rows} rows; at most {} are allowed", self.rows_max));
        }
        let value = (self.parse)(value)?;
        match self.wrong_kind(&value).or_else(|| self.repeats(&value)) {
            Some(reason) => Err(reason),
            None => Ok(value),
        }
    }

    /// Why a value names the same record or choice twice; in a table, for the first such cell.
    fn repeats(&self, value: &Value) -> Option<String> {
        if let FieldType::Rows(columns) = self.ty {
            return first_cell(columns, value, &|column, cell| column.repeats(cell));
        }
        if !matches!(self.ty, FieldType::Records | FieldType::Choices(_)) {
            return None;
        }
        let mut seen = BTreeSet::new();
        let again = strings(value).into_iter().find(|item| !seen.insert(*item))?;
        let again = self.words(&Value::Array(vec![again.into()]));
        Some(format!("{again} is listed twice; list it once"))
    }

    /// Why a value names a record of the wrong kind; in a table, for the first such cell.
    fn wrong_kind(&self, value: &Value) -> Option<String> {
        if let FieldType::Rows(columns) = self.ty {
            return first_cell(columns, value, &|column, cell| column.wrong_kind(cell));
        }
        let kind = self.target.filter(|_| self.names_records())?;
        let id = record_ids(value).into_iter().find(|id| id.kind != kind)?;
        Some(format!("{id} is not {}", with_article(&kind.def().noun())))
    }

    /// Why a canonical value is wrongly after `now`, if the field says when something happened; in a table, for the first such cell.
    pub fn in_future(&self, value: &Value, now: Moment) -> Option<String> {
        if let FieldType::Rows(columns) = self.ty {
            return first_cell(columns, value, &|column, cell| column.in_future(cell, now));
        }
        let text = value.as_str().filter(|_| self.past)?;
        let ahead = match self.ty {
            FieldType::Moment => Moment::parse(text).ok()?.is_ahead_of(now),
            FieldType::Day => Day::parse(text).ok()?.is_ahead_of(now.day()),
            FieldType::Line
            | FieldType::Text
            | FieldType::YesNo
            | FieldType::Number
            | FieldType::Choice(_)
            | FieldType::Choices(_)
            | FieldType::Lines
            | FieldType::Record
            | FieldType::Records
            | FieldType::Rows(_) => false,
        };
        ahead.then(|| format!("{} is in the future", self.words(value)))
    }

    /// The declaration of a cell of this table. If the table may hold personal data, every column may.
    pub const fn cell(&self, column: &Self) -> Self {
        let mut cell = *column;
        cell.personal = self.personal || column.personal;
        cell
    }

    /// Calls `each` with every personal text of a value: the field's own, or those of its personal columns.
    pub fn each_personal(&self, value: &Value, each: &mut dyn FnMut(&str)) {
        match self.ty {
            FieldType::Line | FieldType::Text if self.personal => each(value.as_str().unwrap_or_default()),
            FieldType::Lines if self.personal => strings(value).into_iter().for_each(each),
            FieldType::Rows(columns) => {
                for row in value.as_array().into_iter().flatten() {
                    for column in columns {
                        let cell = row.get(column.name).unwrap_or(&Value::Null);
                        self.cell(column).each_personal(cell, each);
                    }
                }
            }
            FieldType::Line
            | FieldType::Text
            | FieldType::Lines
            | FieldType::YesNo
            | FieldType::Number
            | FieldType::Day
            | FieldType::Moment
            | FieldType::Choice(_)
            | FieldType::Choices(_)
            | FieldType::Record
            | FieldType::Records => {}
        }
    }

    /// The empty cells of a table whose column is `required`: number of the row, from 1, and column.
    pub fn empty_cells(
        &self,
        value: &Value,
        required: &dyn Fn(&Self) -> bool,
    ) -> Vec<(usize, &'static Self)> {
        let FieldType::Rows(columns) = self.ty else { return Vec::new() };
        let rows = value.as_array().into_iter().flatten().zip(1..);
        rows.flat_map(|(row, number)| {
            let empty = |column: &&Self| required(column) && row.get(column.name).is_none_or(is_empty);
            columns.iter().filter(empty).map(move |column| (number, column)).collect::<Vec<_>>()
        })
        .collect()
    }

    /// Calls `each` with every record that a value of this field names, and with the column if it is in a table.
    pub fn each_reference(&self, value: &Value, each: &mut dyn FnMut(Option<&'static Self>, RecordId)) {
        match self.ty {
            FieldType::Record | FieldType::Records => {
                record_ids(value).into_iter().for_each(|id| each(None, id));
            }
            FieldType::Rows(columns) => {
                for row in value.as_array().into_iter().flatten() {
                    for column in columns.iter().filter(|column| column.names_records()) {
                        let ids = row.get(column.name).map(record_ids).unwrap_or_default();
                        ids.into_iter().for_each(|id| each(Some(column), id));
                    }
                }
            }
            FieldType::Line
            | FieldType::Text
            | FieldType::YesNo
            | FieldType::Number
            | FieldType::Day
            | FieldType::Moment
            | FieldType::Choice(_)
            | FieldType::Choices(_)
            | FieldType::Lines => {}
        }
    }

    /// Whether its value is text.
    pub const fn is_text(&self) -> bool {
        matches!(self.ty, FieldType::Line | FieldType::Text)
    }

    /// Whether its values are record numbers.
    pub const fn names_records(&self) -> bool {
        matches!(self.ty, FieldType::Record | FieldType::Records)
    }

    /// Whether its values name records, directly or in a column.
    pub fn may_name_records(&self) -> bool {
        match self.ty {
            FieldType::Rows(columns) => columns.iter().any(Self::names_records),
            FieldType::Record | FieldType::Records => true,
            FieldType::Line
            | FieldType::Text
            | FieldType::YesNo
            | FieldType::Number
            | FieldType::Day
            | FieldType::Moment
            | FieldType::Choice(_)
            | FieldType::Choices(_)
            | FieldType::Lines => false,
        }
    }
}

/// The first error that `wrong` finds in the cells of a table, with its place.
fn first_cell(
    columns: &'static [FieldDef],
    rows: &Value,
    wrong: &dyn Fn(&FieldDef, &Value) -> Option<String>,
) -> Option<String> {
    let rows = rows.as_array().into_iter().flatten().zip(1..);
    let mut cells = rows.flat_map(|(row, number)| columns.iter().map(move |column| (row, number, column)));
    cells.find_map(|(row, number, column)| {
        let reason = wrong(column, row.get(column.name)?)?;
        Some(format!("row {number}, {}: {reason}", column.label))
    })
}

fn parse<T: FieldValue>(value: &Value) -> Result<Value, String> {
    let typed: T = if value.is_null() {
        T::default()
    } else {
        T::deserialize(value).map_err(|error| error.to_string())?
    };
    serde_json::to_value(typed).map(compact).map_err(|error| error.to_string())
}

/// Removes the empty cells of rows, so that a cell is either filled or absent.
fn compact(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(compact).collect()),
        Value::Object(cells) => {
            Value::Object(cells.into_iter().filter(|(_, cell)| !is_empty(cell)).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// Whether a value counts as empty.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => is_blank(text),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// The records that a reference value names.
pub fn record_ids(value: &Value) -> Vec<RecordId> {
    match value {
        Value::String(text) => text.parse().into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(record_ids).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// The texts of a list; empty for any other value.
pub fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::record::rows;
    use crate::domain::role::Role;
    use crate::domain::text::Line;

    rows! {
        /// A visit.
        pub struct Visit {
            /// Who came.
            visitor: Line = "Visitor" => required("closed"), personal();
            /// Who let them in.
            host: Option<RecordId> = "Host" => target(Kind::Person);
            /// What was seen.
            seen: Vec<Line> = "Seen";
        }
    }

    const VISITS: FieldDef = FieldDef::new::<Table<Visit>>("visits", "Visits", "Who came.").rows_at_most(3);

    #[test]
    fn a_reference_in_a_row_must_be_of_its_kind_and_the_refusal_names_row_and_column() {
        let rows = json!([{"host": "PN-0001"}, {"host": "CR-0001"}]);
        assert_eq!(VISITS.parse(&rows), Err("row 2, Host: CR-0001 is not a person".to_owned()));
        let rows = json!([{"host": "PN-0001"}, {"visitor": "Ana Example"}]);
        assert_eq!(VISITS.parse(&rows), Ok(rows));
    }

    #[test]
    fn a_table_accepts_no_more_rows_than_it_declares() {
        let rows = |count: usize| Value::Array(vec![json!({"visitor": "Ana Example"}); count]);
        assert_eq!(VISITS.parse(&rows(3)), Ok(rows(3)));
        assert_eq!(VISITS.parse(&rows(4)), Err("has 4 rows; at most 3 are allowed".to_owned()));
        let usual = FieldDef::new::<Table<Visit>>("visits", "Visits", "Who came.");
        assert!(usual.parse(&rows(ROWS_MAX)).is_ok());
        assert!(usual.parse(&rows(ROWS_MAX + 1)).unwrap_err().contains("501 rows; at most 500"));
    }

    #[test]
    fn a_record_or_a_choice_is_listed_once_and_the_refusal_names_it() {
        let related = FieldDef::new::<Vec<RecordId>>("related", "Related", "");
        let refusal = related.parse(&json!(["PN-0001", "CR-0001", "PN-0001"]));
        assert_eq!(refusal, Err("PN-0001 is listed twice; list it once".to_owned()));
        assert!(related.parse(&json!(["PN-0001", "CR-0001"])).is_ok());
        let roles = FieldDef::new::<Vec<Role>>("roles", "Roles", "");
        let refusal = roles.parse(&json!(["tester", "tester"]));
        assert_eq!(refusal, Err("Tester is listed twice; list it once".to_owned()));
        let authority = Kind::Policy.def().field("authority").unwrap();
        let rows = json!([{"subject": "change_safety", "must_sign": ["quality", "quality"]}]);
        let refusal = authority.parse(&rows).unwrap_err();
        assert_eq!(refusal, "row 1, Must sign: Quality manager is listed twice; list it once");
        let lines = FieldDef::new::<Vec<Line>>("names", "Names", "");
        assert!(lines.parse(&json!(["Mary", "Mary"])).is_ok(), "lines may repeat");
    }

    #[test]
    fn empty_cells_of_required_columns_are_listed() {
        let rows = json!([{"visitor": "Ana Example"}, {"visitor": "  "}, {"host": "PN-0001"}]);
        let required = |column: &FieldDef| column.required_from == Some("closed");
        let empty: Vec<(usize, &str)> = VISITS
            .empty_cells(&rows, &required)
            .into_iter()
            .map(|(row, column)| (row, column.name))
            .collect();
        assert_eq!(empty, [(2, "visitor"), (3, "visitor")]);
        assert!(VISITS.empty_cells(&Value::Null, &required).is_empty());
    }

    #[test]
    fn personal_texts_are_found_in_rows_in_lines_and_in_whole_tables() {
        let found = |field: &FieldDef, value: &Value| {
            let mut found = Vec::new();
            field.each_personal(value, &mut |text| found.push(text.to_owned()));
            found
        };
        let rows = json!([{"visitor": "Mary Major", "seen": ["Ward 3"]}]);
        assert_eq!(found(&VISITS, &rows), ["Mary Major"]);
        assert_eq!(found(&VISITS.personal(), &rows), ["Mary Major", "Ward 3"]);
        let lines = FieldDef::new::<Vec<Line>>("names", "Names", "").personal();
        assert_eq!(found(&lines, &json!(["Mary Major", "John Roe"])), ["Mary Major", "John Roe"]);
    }

    #[test]
    #[should_panic(expected = "a column cannot be filled by the program")]
    fn a_column_that_the_program_fills_cannot_be_declared() {
        const COLUMNS: &[FieldDef] = &[FieldDef::new::<Line>("made", "Made", "").by_system()];
        FieldDef::columns(COLUMNS);
    }

    #[test]
    #[should_panic(expected = "a column cannot be a table")]
    fn a_table_in_a_table_cannot_be_declared() {
        const COLUMNS: &[FieldDef] = &[VISITS];
        FieldDef::columns(COLUMNS);
    }
}
