//! A field's value while it is typed: text that may not be a valid value yet. No drawing.

use std::collections::BTreeMap;

use chrono::FixedOffset;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::field::{FieldDef, FieldType, is_empty};
use crate::domain::time::Moment;
use crate::ui::widgets::moment_field::{Clock, MomentText};

/// The content of the input of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Typed {
    /// Text, a number, a day, or the number of a record.
    Text(String),
    /// Yes, no or undecided.
    YesNo(Option<bool>),
    /// Code of the chosen option.
    Choice(Option<String>),
    /// Codes of the chosen options, lines, or numbers of records.
    Several(Vec<String>),
    /// Date and time as typed, and whether they are in UTC.
    Moment(String, bool),
    /// Rows of a table.
    Rows(Vec<TypedRow>),
}

/// One row of a table field: its cells by column name.
pub type TypedRow = BTreeMap<String, Typed>;

impl Typed {
    /// The input for a stored value.
    pub fn of(field: &FieldDef, value: &Value) -> Self {
        let text = || value.as_str().unwrap_or_default().to_owned();
        match field.ty {
            FieldType::Line | FieldType::Text | FieldType::Day | FieldType::Record => Self::Text(text()),
            FieldType::Number => {
                Self::Text(value.as_u64().map_or_else(String::new, |number| number.to_string()))
            }
            FieldType::YesNo => Self::YesNo(value.as_bool()),
            FieldType::Choice(_) => Self::Choice(value.as_str().map(str::to_owned)),
            FieldType::Choices(_) | FieldType::Lines | FieldType::Records => Self::Several(strings(value)),
            FieldType::Moment => match Moment::parse(value.as_str().unwrap_or_default()) {
                Ok(moment) => {
                    let text = MomentText::of(moment.utc());
                    Self::Moment(text.text, text.clock == Clock::Utc)
                }
                Err(_) => Self::Moment(text(), false),
            },
            FieldType::Rows(columns) => Self::Rows(
                value
                    .as_array()
                    .map(|rows| rows.iter().map(|row| row_of(columns, row)).collect())
                    .unwrap_or_default(),
            ),
        }
    }

    /// The stored value of the input, or the error in it. `saved` is the previous value, kept to the second if untouched.
    ///
    /// # Errors
    /// A message that can follow the label of the field.
    pub fn value(&self, field: &FieldDef, saved: &Value, zone: FixedOffset) -> Result<Value, String> {
        if *self == Self::of(field, saved) {
            return Ok(saved.clone());
        }
        let value = self.raw(field, saved, zone)?;
        let value = field.parse(&value)?;
        Ok(if is_empty(&value) { Value::Null } else { value })
    }

    fn raw(&self, field: &FieldDef, saved: &Value, zone: FixedOffset) -> Result<Value, String> {
        Ok(match self {
            Self::Text(text) => {
                let text = text.trim();
                if text.is_empty() {
                    return Ok(Value::Null);
                }
                match field.ty {
                    FieldType::Number => text
                        .parse::<u32>()
                        .map(Value::from)
                        .map_err(|_| format!("“{text}” is not a whole number"))?,
                    FieldType::Record => Value::from(text.to_uppercase()),
                    FieldType::Line
                    | FieldType::Text
                    | FieldType::YesNo
                    | FieldType::Day
                    | FieldType::Moment
                    | FieldType::Choice(_)
                    | FieldType::Choices(_)
                    | FieldType::Lines
                    | FieldType::Records
                    | FieldType::Rows(_) => Value::from(text),
                }
            }
            Self::YesNo(answer) => answer.map_or(Value::Null, Value::from),
            Self::Choice(code) => code.clone().map_or(Value::Null, Value::from),
            Self::Several(items) => items
                .iter()
                .map(|item| item.trim())
                .filter(|item| !item.is_empty())
                .map(|item| {
                    Value::from(if field.ty == FieldType::Records {
                        item.to_uppercase()
                    } else {
                        item.to_owned()
                    })
                })
                .collect(),
            Self::Moment(text, utc) => {
                let typed =
                    MomentText { text: text.clone(), clock: if *utc { Clock::Utc } else { Clock::Local } };
                typed.parse(&zone)?.map_or(Value::Null, |at| Value::from(Moment::from_utc(at).to_string()))
            }
            Self::Rows(rows) => {
                let FieldType::Rows(columns) = field.ty else { return Ok(Value::Null) };
                rows_value(columns, rows, saved, zone)?
            }
        })
    }

    /// Whether nothing was typed.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) | Self::Moment(text, _) => text.trim().is_empty(),
            Self::YesNo(answer) => answer.is_none(),
            Self::Choice(code) => code.is_none(),
            Self::Several(items) => items.iter().all(|item| item.trim().is_empty()),
            Self::Rows(rows) => rows.iter().all(|row| row.values().all(Self::is_blank)),
        }
    }
}

/// An empty row.
pub fn blank_row(columns: &[FieldDef]) -> TypedRow {
    row_of(columns, &Value::Null)
}

/// Whether something in a row is still to be decided: an empty choice or answer, or no text at all.
pub fn is_open(columns: &[FieldDef], row: &TypedRow) -> bool {
    let blank = |column: &FieldDef| row.get(column.name).is_none_or(Typed::is_blank);
    let is_decision = |column: &&FieldDef| matches!(column.ty, FieldType::Choice(_) | FieldType::YesNo);
    let mut decisions = columns.iter().filter(is_decision).peekable();
    if decisions.peek().is_some() { decisions.any(blank) } else { columns.iter().any(blank) }
}

/// Copies into the empty cells of an open row what another row says. With `own_words`, texts are not copied. Returns whether
/// anything was.
pub fn fill_row(columns: &[FieldDef], from: &TypedRow, to: &mut TypedRow, own_words: bool) -> bool {
    let mut filled = false;
    for column in columns.iter().filter(|column| !own_words || column.ty != FieldType::Text) {
        let given = from.get(column.name).filter(|cell| !cell.is_blank());
        if let Some(cell) = given
            && to.get(column.name).is_none_or(Typed::is_blank)
        {
            to.insert(column.name.to_owned(), cell.clone());
            filled = true;
        }
    }
    filled
}

fn row_of(columns: &[FieldDef], row: &Value) -> TypedRow {
    columns
        .iter()
        .map(|column| {
            (column.name.to_owned(), Typed::of(column, row.get(column.name).unwrap_or(&Value::Null)))
        })
        .collect()
}

fn rows_value(
    columns: &[FieldDef],
    rows: &[TypedRow],
    saved: &Value,
    zone: FixedOffset,
) -> Result<Value, String> {
    let none = Vec::new();
    let before = saved.as_array().unwrap_or(&none);
    let mut values = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if row.values().all(Typed::is_blank) {
            continue;
        }
        // A row that was not touched keeps its values to the second.
        if let Some(same) = before.iter().find(|old| row_of(columns, old) == *row) {
            values.push(same.clone());
            continue;
        }
        let mut cells = Map::new();
        for column in columns {
            let Some(cell) = row.get(column.name) else { continue };
            let value = cell
                .value(column, &Value::Null, zone)
                .map_err(|reason| format!("row {}, {}: {reason}", index + 1, column.label))?;
            if !is_empty(&value) {
                cells.insert(column.name.to_owned(), value);
            }
        }
        values.push(Value::Object(cells));
    }
    Ok(Value::Array(values))
}

fn strings(value: &Value) -> Vec<String> {
    value
        .as_array()
        .map(|items| items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::ids::Kind;

    fn zone() -> FixedOffset {
        FixedOffset::east_opt(3600).unwrap()
    }

    #[test]
    fn an_untouched_moment_keeps_its_seconds() {
        let field = Kind::Feedback.def().field("received_at").unwrap();
        let stored = json!("2031-03-03T09:00:42Z");
        assert_eq!(Typed::of(field, &stored).value(field, &stored, zone()), Ok(stored.clone()));
        let moved = Typed::Moment("2031-03-03 10:00".to_owned(), false);
        assert_eq!(moved.value(field, &stored, zone()), Ok(json!("2031-03-03T09:00:00Z")));
        let wrong = Typed::Moment("2031-03-33 10:00".to_owned(), true);
        assert!(wrong.value(field, &stored, zone()).is_err());
    }

    #[test]
    fn every_declared_value_round_trips() {
        let field = Kind::Feedback.def().field("reportability_assessments").unwrap();
        let stored = json!([{"market": "eu", "causal_link": true, "decided_at": "2031-03-03T09:00:42Z"}]);
        let Typed::Rows(mut rows) = Typed::of(field, &stored) else { panic!("rows") };
        let FieldType::Rows(columns) = field.ty else { panic!("rows") };
        rows.push(blank_row(columns));
        let mut second = blank_row(columns);
        second.insert("basis".to_owned(), Typed::Text("No harm".to_owned()));
        rows.push(second);
        let value = Typed::Rows(rows).value(field, &stored, zone()).unwrap();
        assert_eq!(value, json!([stored[0], {"basis": "No harm"}]), "blank rows are left out");
    }

    #[test]
    fn only_the_empty_cells_of_a_row_are_filled_and_texts_only_where_they_may_be_the_same() {
        let columns = Kind::Release.def().field("tasks").unwrap();
        let FieldType::Rows(columns) = columns.ty else { panic!("rows") };
        let row = |value: Value| row_of(columns, &value);
        let first = row(json!({"task": "Labels", "decision": "performed", "evidence": "Protocol 31"}));
        let mut second = row(json!({"task": "Training"}));
        assert!(is_open(columns, &second) && !is_open(columns, &first));
        assert!(fill_row(columns, &first, &mut second, true));
        assert_eq!(second, row(json!({"task": "Training", "decision": "performed"})));
        assert!(fill_row(columns, &first, &mut second, false));
        assert_eq!(
            second,
            row(json!({"task": "Training", "decision": "performed", "evidence": "Protocol 31"}))
        );
        assert!(!fill_row(columns, &first, &mut second, false), "nothing is left");
    }

    #[test]
    fn a_reference_may_be_typed_in_lower_case_and_must_be_of_its_kind() {
        let field = Kind::Feedback.def().field("duplicate_of").unwrap();
        let typed = |text: &str| Typed::Text(text.to_owned()).value(field, &Value::Null, zone());
        assert_eq!(typed("fb-12"), Ok(json!("FB-0012")));
        assert!(typed("CR-1").unwrap_err().contains("is not feedback"));
    }
}
