//! The declaration of a field: everything that form, page, paper, audit trail, import and storage need to know of it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::choice::{Choice, ChoiceDef};
use super::ids::{Kind, RecordId};
use super::text::{Line, Text, is_blank};
use super::time::{Day, Moment};

/// What kind of value a field holds, and so how it is asked, shown and stored.
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

/// A Rust type that can be a field.
pub trait FieldValue: Serialize + DeserializeOwned + Default {
    /// How the value is asked, shown and stored.
    const TYPE: FieldType;
}

impl FieldValue for Line {
    const TYPE: FieldType = FieldType::Line;
}
impl FieldValue for Text {
    const TYPE: FieldType = FieldType::Text;
}
impl FieldValue for Option<bool> {
    const TYPE: FieldType = FieldType::YesNo;
}
impl FieldValue for Option<u32> {
    const TYPE: FieldType = FieldType::Number;
}
impl FieldValue for Option<Day> {
    const TYPE: FieldType = FieldType::Day;
}
impl FieldValue for Option<Moment> {
    const TYPE: FieldType = FieldType::Moment;
}
impl FieldValue for Vec<Line> {
    const TYPE: FieldType = FieldType::Lines;
}
impl FieldValue for Option<RecordId> {
    const TYPE: FieldType = FieldType::Record;
}
impl FieldValue for Vec<RecordId> {
    const TYPE: FieldType = FieldType::Records;
}
impl<C: Choice> FieldValue for Option<C> {
    const TYPE: FieldType = FieldType::Choice(C::OPTIONS);
}
impl<C: Choice> FieldValue for Vec<C> {
    const TYPE: FieldType = FieldType::Choices(C::OPTIONS);
}

/// One row of a table field. Made with the macro `rows`.
pub trait RowValue: Serialize + DeserializeOwned + Default {
    /// The columns of the table.
    const COLUMNS: &'static [FieldDef];
}

/// A table field: its rows in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Table<R>(pub Vec<R>);

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<R> std::ops::Deref for Table<R> {
    type Target = Vec<R>;
    fn deref(&self) -> &Vec<R> {
        &self.0
    }
}

impl<R: RowValue> FieldValue for Table<R> {
    const TYPE: FieldType = FieldType::Rows(R::COLUMNS);
}

/// One field of a record or one column of a table field.
#[derive(Debug, Clone, Copy)]
pub struct FieldDef {
    /// Its name in the struct, in SQL, in JSON and in scripts.
    pub name: &'static str,
    /// Its label in the window and on paper.
    pub label: &'static str,
    help: &'static str,
    /// How it is asked, shown and stored.
    pub ty: FieldType,
    /// The code of the state from which on it must be filled.
    pub required_from: Option<&'static str>,
    /// The clause or document that asks for it.
    pub clause: &'static str,
    /// Whether it may hold personal data, which a packet can redact (domain rule: 4.3 Privacy).
    pub personal: bool,
    /// The kind of record that a reference must name.
    pub target: Option<Kind>,
    /// The program fills it; people cannot edit it.
    pub by_system: bool,
    /// It tells when something happened, and so never lies ahead.
    pub past: bool,
    /// What it holds by default when a record is made.
    pub hint: &'static str,
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
            hint: "",
            parse: parse::<T>,
        }
    }

    /// From this state on it must be filled.
    pub const fn required(mut self, state: &'static str) -> Self {
        self.required_from = Some(state);
        self
    }

    /// The clause or document that asks for it.
    pub const fn clause(mut self, clause: &'static str) -> Self {
        self.clause = clause;
        self
    }

    /// It may hold personal data.
    pub const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// The kind of record that it names.
    pub const fn target(mut self, kind: Kind) -> Self {
        self.target = Some(kind);
        self
    }

    /// The program fills it.
    pub const fn by_system(mut self) -> Self {
        self.by_system = true;
        self
    }

    /// It tells when something happened.
    pub const fn past(mut self) -> Self {
        self.past = true;
        self
    }

    /// An example shown in the empty input.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// What the field is for, without the leading spaces of the declaration.
    pub fn help(&self) -> String {
        self.help.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The value in its canonical form, or why it cannot be taken. `null` empties the field.
    pub fn parse(&self, value: &Value) -> Result<Value, String> {
        let value = (self.parse)(value)?;
        if let (Some(kind), FieldType::Record | FieldType::Records) = (self.target, self.ty) {
            for id in record_ids(&value) {
                if id.kind != kind {
                    return Err(format!("{id} is no {}", kind.def().word.to_lowercase()));
                }
            }
        }
        Ok(value)
    }

    /// Why a canonical value lies ahead of `now` though it tells when something happened; in a table the first such cell.
    pub fn ahead(&self, value: &Value, now: Moment) -> Option<String> {
        if let FieldType::Rows(columns) = self.ty {
            let rows = value.as_array().into_iter().flatten().zip(1..);
            let mut cells =
                rows.flat_map(|(row, number)| columns.iter().map(move |column| (row, number, column)));
            return cells.find_map(|(row, number, column)| {
                let reason = column.ahead(row.get(column.name)?, now)?;
                Some(format!("row {number}, {}: {reason}", column.label))
            });
        }
        let text = value.as_str().filter(|_| self.past)?;
        let ahead = match self.ty {
            FieldType::Moment => Moment::parse(text).ok()?.is_ahead_of(now),
            // A day is written where the person is, which may be a day ahead of universal time.
            FieldType::Day => Day::parse(text).ok()? > now.day().plus_days(1),
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
        ahead.then(|| format!("{} lies in the future", self.words(value)))
    }

    /// Hands every record that a value of this field names to `each`, with the column where it stands in a table.
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

    /// Whether its values are numbers of records.
    pub const fn names_records(&self) -> bool {
        matches!(self.ty, FieldType::Record | FieldType::Records)
    }

    /// Whether its values name records, by themselves or in a column.
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

    /// The value as people read it.
    pub fn words(&self, value: &Value) -> String {
        value_words(self.ty, value)
    }
}

fn parse<T: FieldValue>(value: &Value) -> Result<Value, String> {
    let typed: T = if value.is_null() {
        T::default()
    } else {
        T::deserialize(value).map_err(|error| error.to_string())?
    };
    serde_json::to_value(typed).map(compact).map_err(|error| error.to_string())
}

/// Leaves out the empty cells of rows, so that a cell is either filled or absent.
fn compact(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(compact).collect()),
        Value::Object(cells) => {
            Value::Object(cells.into_iter().filter(|(_, cell)| !is_empty(cell)).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// Whether a value counts as not filled.
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

/// A value as people read it; empty for an empty one.
pub fn value_words(ty: FieldType, value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    match ty {
        FieldType::Line | FieldType::Text | FieldType::Day | FieldType::Record => text.to_owned(),
        FieldType::YesNo => match value.as_bool() {
            Some(true) => "Yes".to_owned(),
            Some(false) => "No".to_owned(),
            None => String::new(),
        },
        FieldType::Number => value.as_u64().map_or_else(String::new, |number| number.to_string()),
        FieldType::Moment => Moment::parse(text).map_or_else(|_| text.to_owned(), Moment::words),
        FieldType::Choice(options) => choice_word(options, text),
        FieldType::Choices(options) => {
            strings(value).iter().map(|code| choice_word(options, code)).collect::<Vec<_>>().join(", ")
        }
        FieldType::Lines | FieldType::Records => strings(value).join("\n"),
        FieldType::Rows(columns) => value
            .as_array()
            .map(|rows| rows.iter().map(|row| row_words(columns, row)).collect::<Vec<_>>().join("\n"))
            .unwrap_or_default(),
    }
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

fn choice_word(options: &[ChoiceDef], code: &str) -> String {
    options.iter().find(|option| option.code == code).map_or(code, |option| option.word).to_owned()
}

fn row_words(columns: &[FieldDef], row: &Value) -> String {
    columns
        .iter()
        .filter_map(|column| row.get(column.name).map(|value| (column, value)))
        .filter(|(_, value)| !is_empty(value))
        .map(|(column, value)| format!("{}: {}", column.label, column.words(value)))
        .collect::<Vec<_>>()
        .join(" · ")
}
