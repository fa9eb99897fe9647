//! All fields of a kind's records as CSV: export, and import for kinds that people create. Both follow from the declaration.
//!
//! A row is a record, a column is a field by name; the first columns are common to all records. Choices are written by code,
//! several values separated by semicolons, lines by line ends, rows of a table as JSON. Mapped columns of other systems belong
//! to `import`.

mod take;

use serde_json::Value;

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::choice::ChoiceDef;
use crate::domain::field::{FieldDef, FieldType, is_empty};
use crate::domain::ids::Kind;
use crate::domain::record::RecordData;
use mainstay_base::csv_out::{self, CsvOptions, unguarded};

pub use take::{FieldsPlan, FieldsRow, FieldsRowPlan, missing_column};

/// The columns that every record has, in their order. Only `parent` is imported; the program sets the others.
pub const HEAD: [&str; 8] =
    ["id", "parent", "state", "owner", "created_at", "created_by", "state_since", "revision"];

impl ProductFile {
    /// All records of a kind with all their fields, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn fields_csv(&self, kind: Kind) -> Result<Vec<u8>, Refused> {
        let fields: Vec<&FieldDef> = kind.def().fields().collect();
        let header: Vec<&str> = HEAD.into_iter().chain(fields.iter().map(|field| field.name)).collect();
        let rows = self.store.records(kind)?;
        let rows = rows.iter().map(|data| row(data, &fields));
        csv_out::write(&header, rows, &CsvOptions::default())
            .map_err(|error| Refused::Rule(error.to_string()))
    }
}

fn row(data: &RecordData, fields: &[&FieldDef]) -> Vec<String> {
    let head = &data.head;
    let id = |id: Option<crate::domain::ids::RecordId>| id.map_or_else(String::new, |id| id.to_string());
    let mut cells = vec![
        head.id.to_string(),
        id(head.parent),
        head.state.clone(),
        id(head.owner),
        head.created_at.to_string(),
        head.created_by.to_string(),
        head.state_since.to_string(),
        head.revision.to_string(),
    ];
    cells.extend(fields.iter().map(|field| cell(field.ty, data.value(field.name))));
    cells
}

/// A stored value as a cell; empty for an empty one.
pub(super) fn cell(ty: FieldType, value: &Value) -> String {
    let joined = |sign: &str| {
        let items = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        items.collect::<Vec<_>>().join(sign)
    };
    match ty {
        FieldType::Line
        | FieldType::Text
        | FieldType::Day
        | FieldType::Moment
        | FieldType::Choice(_)
        | FieldType::Record => value.as_str().unwrap_or_default().to_owned(),
        FieldType::YesNo => value.as_bool().map_or("", |yes| if yes { "yes" } else { "no" }).to_owned(),
        FieldType::Number => value.as_u64().map_or_else(String::new, |number| number.to_string()),
        FieldType::Choices(_) | FieldType::Records => joined("; "),
        FieldType::Lines => joined("\n"),
        FieldType::Rows(_) if is_empty(value) => String::new(),
        FieldType::Rows(_) => value.to_string(),
    }
}

/// The value of a field from its cell, not yet checked by the declaration; `null` for an empty cell.
///
/// # Errors
/// A reason that reads well after the label of the field.
pub(super) fn value_of(field: &FieldDef, cell: &str) -> Result<Value, String> {
    let text = unguarded(cell);
    let short = text.trim();
    if short.is_empty() {
        return Ok(Value::Null);
    }
    let several = |signs: &'static [char]| text.split(signs).map(str::trim).filter(|item| !item.is_empty());
    Ok(match field.ty {
        FieldType::Line | FieldType::Text => text.into(),
        FieldType::Day | FieldType::Moment => short.into(),
        FieldType::YesNo => match short.to_lowercase().as_str() {
            "yes" | "true" => true.into(),
            "no" | "false" => false.into(),
            _ => return Err(format!("“{short}” is neither yes nor no")),
        },
        FieldType::Number => {
            short.parse::<u32>().map_err(|_| format!("“{short}” is not a whole number"))?.into()
        }
        FieldType::Choice(options) => code(options, short).into(),
        FieldType::Choices(options) => several(&[';']).map(|item| code(options, item)).collect(),
        FieldType::Lines => several(&['\n', '\r']).collect(),
        FieldType::Record => short.to_uppercase().into(),
        FieldType::Records => several(&[';', ',']).map(str::to_uppercase).collect(),
        FieldType::Rows(_) => match serde_json::from_str(short) {
            Ok(Value::Array(rows)) => Value::Array(rows),
            Ok(_) | Err(_) => return Err("is not a JSON list of rows".to_owned()),
        },
    })
}

/// The code for a choice given by code or by word. Anything else is left for the declaration to refuse.
fn code<'a>(options: &'static [ChoiceDef], written: &'a str) -> &'a str {
    options
        .iter()
        .find(|option| option.word.eq_ignore_ascii_case(written))
        .map_or(written, |option| option.code)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_field_has_the_name_of_a_common_column() {
        for kind in Kind::ALL {
            for field in kind.def().fields() {
                assert!(!HEAD.contains(&field.name), "{} of {}", field.name, kind.def().word);
            }
        }
    }

    fn field(kind: Kind, name: &str) -> &'static FieldDef {
        kind.def().field(name).unwrap()
    }

    #[test]
    fn a_value_of_every_type_reads_back_from_its_cell() {
        for (kind, name, value) in [
            (Kind::Feedback, "title", json!("=1+1, said the pump")),
            (Kind::Feedback, "description_verbatim", json!("One line\n\"and\" another")),
            (Kind::Feedback, "is_complaint", json!(false)),
            (Kind::Feedback, "received_at", json!("2031-03-03T09:00:42Z")),
            (Kind::Feedback, "duplicate_of", json!("FB-0001")),
            (Kind::Feedback, "reportability_assessments", json!([{"market": "eu", "basis": "No; \"harm\""}])),
            (Kind::Policy, "warn_days", json!(14)),
            (Kind::Product, "markets", json!(["us", "eu"])),
            (Kind::ChangeRequest, "problem_reports", json!(["PR-0001", "PR-0002"])),
            (Kind::ChangeRequest, "commits", json!(["3f2a", "77aa"])),
        ] {
            let field = field(kind, name);
            let written = cell(field.ty, &value);
            let read = value_of(field, &csv_out::guarded(&written)).unwrap();
            assert_eq!(field.parse(&read), Ok(value), "{name}");
        }
    }

    #[test]
    fn a_choice_may_be_given_by_its_word() {
        let markets = field(Kind::Product, "markets");
        let FieldType::Choices(options) = markets.ty else { panic!("choices") };
        let words: Vec<&str> = options.iter().map(|option| option.word).collect();
        let codes: Vec<&str> = options.iter().map(|option| option.code).collect();
        assert_eq!(value_of(markets, &words.join(";")), Ok(json!(codes)));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_in_words() {
        let refusal = |kind, name, cell| {
            let field = field(kind, name);
            value_of(field, cell).and_then(|value| field.parse(&value)).unwrap_err()
        };
        assert!(refusal(Kind::Feedback, "is_complaint", "perhaps").contains("neither yes nor no"));
        assert!(refusal(Kind::Policy, "warn_days", "-3").contains("“-3” is not a whole number"));
        assert!(refusal(Kind::Feedback, "duplicate_of", "CR-0001").contains("CR-0001 is not feedback"));
        assert!(refusal(Kind::Feedback, "reportability_assessments", "{}").contains("not a JSON list"));
        assert!(refusal(Kind::Feedback, "reportability_assessments", "[[").contains("not a JSON list"));
        let deep = "[".repeat(100_000);
        assert!(refusal(Kind::Feedback, "reportability_assessments", &deep).contains("not a JSON list"));
        assert!(refusal(Kind::Feedback, "reportability_assessments", "[{\"none\": 1}]").contains("none"));
    }
}
