//! Field values as text for people. The place and the reader decide how records, days and moments are written.

use serde_json::Value;

use super::{FieldDef, FieldType, is_empty, record_ids, strings};
use crate::domain::choice::ChoiceDef;
use crate::domain::ids::RecordId;
use crate::domain::time::{Day, Moment};

impl FieldDef {
    /// The value as people read it; empty for an empty value.
    pub fn words(&self, value: &Value) -> String {
        self.display(value, &PlainFormat)
    }

    /// The value in the given format.
    pub fn display(&self, value: &Value, format: &dyn ValueFormat) -> String {
        if is_empty(value) {
            return String::new();
        }
        if let Some(replacement) = format.replacement(self) {
            return replacement.to_owned();
        }
        let text = value.as_str().unwrap_or_default();
        match self.ty {
            FieldType::Line | FieldType::Text => text.to_owned(),
            FieldType::YesNo => match value.as_bool() {
                Some(true) => "Yes".to_owned(),
                Some(false) => "No".to_owned(),
                None => String::new(),
            },
            FieldType::Number => value.as_u64().map_or_else(String::new, |number| number.to_string()),
            FieldType::Day => Day::parse(text).map_or_else(|_| text.to_owned(), |day| format.day(day)),
            FieldType::Moment => Moment::parse(text).map_or_else(|_| text.to_owned(), |at| format.moment(at)),
            FieldType::Choice(options) => choice_word(options, text),
            FieldType::Choices(options) => {
                strings(value).iter().map(|code| choice_word(options, code)).collect::<Vec<_>>().join(", ")
            }
            FieldType::Lines => strings(value).join("\n"),
            FieldType::Record | FieldType::Records => {
                record_ids(value).into_iter().map(|id| format.record(id)).collect::<Vec<_>>().join(", ")
            }
            FieldType::Rows(columns) => {
                let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
                rows.iter().map(|row| row_words(columns, row, format)).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// How values are written at one place, for one reader.
pub trait ValueFormat {
    /// A record that a value names.
    fn record(&self, id: RecordId) -> String {
        id.to_string()
    }

    /// A day.
    fn day(&self, day: Day) -> String {
        day.to_string()
    }

    /// A moment.
    fn moment(&self, moment: Moment) -> String {
        moment.words()
    }

    /// The text that replaces every value of a field, for example where it is redacted.
    fn replacement(&self, _field: &FieldDef) -> Option<&'static str> {
        None
    }
}

/// Values as stored: records by number, moments in UTC.
pub struct PlainFormat;

impl ValueFormat for PlainFormat {}

/// Records by title if one is known, otherwise by number.
pub struct WithTitles<'a>(pub &'a dyn Fn(RecordId) -> Option<String>);

impl ValueFormat for WithTitles<'_> {
    fn record(&self, id: RecordId) -> String {
        (self.0)(id).unwrap_or_else(|| id.to_string())
    }
}

fn row_words(columns: &[FieldDef], row: &Value, format: &dyn ValueFormat) -> String {
    columns
        .iter()
        .filter_map(|column| row.get(column.name).map(|value| (column, value)))
        .filter(|(_, value)| !is_empty(value))
        .map(|(column, value)| format!("{}: {}", column.label, column.display(value, format)))
        .collect::<Vec<_>>()
        .join(" · ")
}

fn choice_word(options: &[ChoiceDef], code: &str) -> String {
    options.iter().find(|option| option.code == code).map_or(code, |option| option.word).to_owned()
}
