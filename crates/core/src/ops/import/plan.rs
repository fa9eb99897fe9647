//! The plan for each row of a file, with reasons. Making a plan changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::{ImportPlan, ImportSource, Mapping, PlannedRow, RowPlan};
use crate::domain::feedback::FeedbackState;
use crate::domain::field::{FieldDef, is_empty};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, KindDef, check_values};
use crate::domain::requests::may_be_filled_when_made;
use crate::exchange::feedback::{self as rows, EXTERNAL_NUMBER};
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::store::EventFilter;
use mainstay_base::time::Moment;

/// Rows that are planned between two checks for cancellation.
const ROWS_PER_CHECK: usize = 64;

impl ProductFile {
    /// The plan of an import at this moment. Refused if the mapping does not fit the file or a question is open.
    pub fn plan_import(
        &self,
        source: &Arc<ImportSource>,
        mapping: &Mapping,
        now: Moment,
    ) -> Result<ImportPlan, Refused> {
        self.plan_import_while(source, mapping, now, &|_| true)
    }

    /// The same for a job: `keep_going` is called now and then with the finished share, 0 to 1; `false` cancels.
    pub fn plan_import_while(
        &self,
        source: &Arc<ImportSource>,
        mapping: &Mapping,
        now: Moment,
        keep_going: &dyn Fn(f32) -> bool,
    ) -> Result<ImportPlan, Refused> {
        if !mapping.ask.is_empty() {
            let open = mapping
                .ask
                .iter()
                .map(|ask| format!("{} ({})", ask.question, ask.target))
                .collect::<Vec<_>>();
            return Err(Refused::Rule(format!("answer first: {}", open.join(" "))));
        }
        let bound = mapping.bind(&source.header).map_err(|problems| {
            Refused::Rule(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        })?;
        let known = self.external_numbers()?;
        let mut seen = rows::SeenNumbers::default();
        let numbers = only_number(mapping);
        let numbered = numbers.bind(&source.header).ok();
        let mut planned = Vec::with_capacity(source.rows.len());
        for (index, row) in source.rows.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
            if index % ROWS_PER_CHECK == 0 && !keep_going(index as f32 / source.rows.len() as f32) {
                return Err(Refused::cancelled());
            }
            let (external_number, title, plan) = match bound.apply(row) {
                Err(problems) => {
                    let values =
                        numbered.as_ref().and_then(|bound| bound.apply(row).ok()).unwrap_or_default();
                    let number = values.get(EXTERNAL_NUMBER).and_then(Value::as_str).unwrap_or_default();
                    let reasons =
                        problems.iter().map(|problem| with_label(&problem.to_string(), mapping)).collect();
                    (number.to_owned(), String::new(), RowPlan::Refused(reasons))
                }
                Ok(values) => {
                    let number =
                        values.get(EXTERNAL_NUMBER).and_then(Value::as_str).unwrap_or_default().to_owned();
                    let (title, plan) = match (seen.check(&values, row.line), known.get(&number)) {
                        (Some(problem), _) => (String::new(), RowPlan::Refused(vec![problem.to_string()])),
                        (None, Some((id, title))) => (title.clone(), RowPlan::Already(*id)),
                        (None, None) => {
                            let title = values.get("title").and_then(Value::as_str).unwrap_or_default();
                            (title.to_owned(), checked(&values.into_iter().collect(), now))
                        }
                    };
                    (number, title, plan)
                }
            };
            planned.push(PlannedRow { line: row.line, external_number, title, plan });
        }
        let filter = EventFilter {
            request: "feedback.import".into(),
            text: source.sha256.clone(),
            ..EventFilter::default()
        };
        let imported_before = self.events(&filter, 1, 0)?.first().map(|row| row.event.at);
        Ok(ImportPlan {
            source: Arc::clone(source),
            mapping: mapping.clone(),
            rows: planned,
            imported_before,
            reason: String::new(),
        })
    }

    /// The records that were imported before, with their titles, by their external number.
    fn external_numbers(&self) -> Result<HashMap<String, (RecordId, String)>, Refused> {
        let rows = self.store.list(Kind::Feedback, &[EXTERNAL_NUMBER])?;
        let numbered =
            rows.into_iter().filter(|row| row.state != FeedbackState::Void.code()).filter_map(|row| {
                let number = row.more.into_iter().next().filter(|number| !number.is_empty())?;
                Some((number, (row.id, row.title)))
            });
        Ok(numbered.collect())
    }
}

/// The mapping reduced to the number by which a row is recognised, so that refused rows show it too.
fn only_number(mapping: &Mapping) -> Mapping {
    let mut numbers = mapping.clone();
    numbers.columns.retain(|rule| rule.target == EXTERNAL_NUMBER);
    numbers.rest_into = Some("source_columns".to_owned());
    numbers
}

/// The reason with the label of the field instead of its code.
fn with_label(reason: &str, mapping: &Mapping) -> String {
    mapping.columns.iter().fold(reason.to_owned(), |reason, rule| {
        let label =
            Kind::Feedback.def().field(&rule.target).map_or(rule.target.as_str(), |field| field.label);
        reason.replace(&format!("but {} needs", rule.target), &format!("but “{label}” needs"))
    })
}

/// The values in canonical form if they suit a new record of the kind. Otherwise everything that creating it would refuse,
/// each with the label of its field.
///
/// # Errors The reasons.
pub(in crate::ops) fn check_new(def: &KindDef, values: &Fields, now: Moment) -> Result<Fields, Vec<String>> {
    let label = |name: &str| def.field(name).map_or_else(|| name.to_owned(), |field| field.label.to_owned());
    let set = check_values(def, values).map_err(|violations| {
        let reasons =
            violations.iter().map(|violation| format!("{}: {}", label(&violation.field), violation.reason));
        reasons.collect::<Vec<_>>()
    })?;
    let mut reasons = Vec::new();
    for (name, value) in &set {
        if !value.is_null() && !may_be_filled_when_made(def, name) {
            reasons.push(format!(
                "{}: cannot be filled when the record is created; map the column to another field, or leave it out",
                label(name)
            ));
        }
    }
    let at_once = |field: &FieldDef| field.required_from == Some(def.initial());
    for field in def.fields() {
        let value = set.get(field.name).unwrap_or(&Value::Null);
        if at_once(field) && is_empty(value) {
            reasons.push(format!("{}: is missing", field.label));
        }
        let cells = field.empty_cells(value, &at_once);
        reasons.extend(
            cells
                .iter()
                .map(|(row, column)| format!("{}: row {row}, {}: is missing", field.label, column.label)),
        );
        reasons.extend(field.in_future(value, now).map(|reason| format!("{}: {reason}", field.label)));
    }
    if reasons.is_empty() { Ok(set) } else { Err(reasons) }
}

/// Whether the values suit new feedback. Everything that creating it would refuse is reported here, row by row.
fn checked(values: &Fields, now: Moment) -> RowPlan {
    match check_new(Kind::Feedback.def(), values, now) {
        Ok(set) => RowPlan::Take(set),
        Err(reasons) => RowPlan::Refused(reasons),
    }
}
