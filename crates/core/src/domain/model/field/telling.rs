//! Values of fields as they are told: in words, at a place, to a reader.

use serde_json::Value;

use super::{FieldDef, FieldType, is_empty, record_ids, strings};
use crate::domain::choice::ChoiceDef;
use crate::domain::ids::RecordId;
use crate::domain::time::{Day, Moment};

impl FieldDef {
    /// The value as people read it; empty for an empty one.
    pub fn words(&self, value: &Value) -> String {
        self.told(value, &Plainly)
    }

    /// The value as it is told at a place.
    pub fn told(&self, value: &Value, how: &dyn Telling) -> String {
        if is_empty(value) {
            return String::new();
        }
        if let Some(instead) = how.instead(self) {
            return instead.to_owned();
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
            FieldType::Day => Day::parse(text).map_or_else(|_| text.to_owned(), |day| how.day(day)),
            FieldType::Moment => Moment::parse(text).map_or_else(|_| text.to_owned(), |at| how.moment(at)),
            FieldType::Choice(options) => choice_word(options, text),
            FieldType::Choices(options) => {
                strings(value).iter().map(|code| choice_word(options, code)).collect::<Vec<_>>().join(", ")
            }
            FieldType::Lines => strings(value).join("\n"),
            FieldType::Record | FieldType::Records => {
                record_ids(value).into_iter().map(|id| how.record(id)).collect::<Vec<_>>().join(", ")
            }
            FieldType::Rows(columns) => {
                let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
                rows.iter().map(|row| told_row(columns, row, how)).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// How values are told: all that depends on where they are read, and by whom.
pub trait Telling {
    /// A record that is named.
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

    /// What stands in the place of the values of a field that are not told.
    fn instead(&self, _field: &FieldDef) -> Option<&'static str> {
        None
    }
}

/// As it is stored: records by number, moments in UTC.
pub struct Plainly;

impl Telling for Plainly {}

/// Records by name where one is known, else by number.
pub struct Named<'a>(pub &'a dyn Fn(RecordId) -> Option<String>);

impl Telling for Named<'_> {
    fn record(&self, id: RecordId) -> String {
        (self.0)(id).unwrap_or_else(|| id.to_string())
    }
}

fn told_row(columns: &[FieldDef], row: &Value, how: &dyn Telling) -> String {
    columns
        .iter()
        .filter_map(|column| row.get(column.name).map(|value| (column, value)))
        .filter(|(_, value)| !is_empty(value))
        .map(|(column, value)| format!("{}: {}", column.label, column.told(value, how)))
        .collect::<Vec<_>>()
        .join(" · ")
}

fn choice_word(options: &[ChoiceDef], code: &str) -> String {
    options.iter().find(|option| option.code == code).map_or(code, |option| option.word).to_owned()
}
