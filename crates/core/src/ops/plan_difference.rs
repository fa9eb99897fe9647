//! The differences between two records of a kind, field by field and row by row, such as two versions of the maintenance plan.

use std::collections::BTreeMap;

use serde_json::Value;

use super::file::ProductFile;
use super::refused::{Refused, require_kind};
use crate::domain::field::{FieldDef, FieldType, ValueFormat, WithTitles, is_empty};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDifference {
    /// Title of the section of the field.
    pub section: &'static str,
    /// Label of the field.
    pub label: &'static str,
    /// The clause that requires the field.
    pub clause: &'static str,
    /// In a table, what the row is about: its first column. Empty otherwise.
    pub row: String,
    /// The value of the first record in words; empty if it has none.
    pub before: String,
    /// The value of the second record in words; empty if it has none.
    pub after: String,
}

impl FieldDifference {
    /// The place of the difference: the field, and in a table the row.
    pub fn place(&self) -> String {
        if self.row.is_empty() { self.label.to_owned() } else { format!("{}, {}", self.label, self.row) }
    }

    /// The difference in one line, such as “Review of this plan every (days): 365 → 180”.
    pub fn words(&self) -> String {
        let shown =
            |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.replace('\n', " / ") };
        format!("{}: {} → {}", self.place(), shown(&self.before), shown(&self.after))
    }
}

impl ProductFile {
    /// The differences between two versions of the maintenance plan in the order of the form. Fields that the program fills do not count.
    ///
    /// # Errors
    /// When one of them is not a maintenance plan, or there is no such record.
    pub fn plan_differences(
        &self,
        before: RecordId,
        after: RecordId,
    ) -> Result<Vec<FieldDifference>, Refused> {
        for id in [before, after] {
            require_kind(id, Kind::MaintenancePlan, "name two maintenance plans, such as MP-0001 MP-0002")?;
        }
        let names: BTreeMap<RecordId, String> = self.names()?;
        let name = |id: RecordId| names.get(&id).cloned();
        Ok(differences(&self.record(before)?, &self.record(after)?, &WithTitles(&name)))
    }
}

fn differences(before: &RecordData, after: &RecordData, format: &dyn ValueFormat) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    for section in before.def().sections {
        for field in section.fields.iter().filter(|field| !field.by_system) {
            let (then, now) = (before.value(field.name), after.value(field.name));
            if then == now {
                continue;
            }
            let mut add = |row: String, before: String, after: String| {
                let (section, label, clause) = (section.title, field.label, field.clause);
                found.push(FieldDifference { section, label, clause, row, before, after });
            };
            if let FieldType::Rows(columns) = field.ty {
                rows(columns, (then, now), format, &mut add);
            } else {
                add(String::new(), field.display(then, format), field.display(now, format));
            }
        }
    }
    found
}

/// The rows of a table by their first column, in the order of the second record; rows that only the first one has come last. Several
/// rows about the same are compared in their order, without those that both have.
fn rows(
    columns: &[FieldDef],
    (then, now): (&Value, &Value),
    format: &dyn ValueFormat,
    add: &mut dyn FnMut(String, String, String),
) {
    let Some((first, others)) = columns.split_first() else { return };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (mut then, mut now) = (list(then), list(now));
    now.retain(|row| match then.iter().position(|other| other == row) {
        Some(at) => {
            then.remove(at);
            false
        }
        None => true,
    });
    let about =
        |row: &Value| row.get(first.name).map_or_else(String::new, |value| first.display(value, format));
    let words = |row: &Value| {
        let cells = others.iter().filter_map(|column| Some((column, row.get(column.name)?)));
        let filled = cells.filter(|(_, value)| !is_empty(value));
        let shown =
            filled.map(|(column, value)| format!("{}: {}", column.label, column.display(value, format)));
        let words = shown.collect::<Vec<_>>().join(" · ");
        // A row of one column has no other words than what it is about.
        if words.is_empty() { "in the list".to_owned() } else { words }
    };
    for row in &now {
        let same = then.iter().position(|other| about(other) == about(row));
        let before = same.map_or_else(String::new, |at| words(&then.remove(at)));
        add(about(row), before, words(row));
    }
    for row in &then {
        add(about(row), words(row), String::new());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::field::PlainFormat;

    #[test]
    fn rows_are_compared_by_what_they_are_about() {
        let field = Kind::MaintenancePlan.def().field("feedback_sources").unwrap();
        let FieldType::Rows(columns) = field.ty else { panic!("a table") };
        let source = |code: &str, days: u32| json!({"code": code, "name": "Source", "polling_days": days});
        let then = json!([source("A", 7), source("B", 7), source("C", 7)]);
        let now = json!([source("C", 7), source("B", 1), source("D", 2)]);
        let mut found = Vec::new();
        rows(columns, (&then, &now), &PlainFormat, &mut |row, before, after| {
            found.push((row, before, after));
        });
        let words = |days: u32| format!("Source: Source · Check every (days): {days}");
        let expected = [
            ("B".to_owned(), words(7), words(1)),
            ("D".to_owned(), String::new(), words(2)),
            ("A".to_owned(), words(7), String::new()),
        ];
        assert_eq!(found, expected);
    }
}
