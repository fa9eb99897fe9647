//! Deadlines of a record: the task, who does it, when the limit starts, and which limit applies.
//!
//! Each kind declares its deadlines next to its states. Nothing is stored: deadlines follow from the records, the plan in force and the
//! current time (docs/adr/0043).

use serde_json::Value;

use crate::domain::calendar::WorkCalendar;
use crate::domain::field::FieldDef;
use crate::domain::ids::Kind;
use crate::domain::record::{Fields, RecordData};
use crate::domain::role::Role;
use crate::domain::time::Day;
use crate::domain::workflow::Case;

/// The day from which a limit runs.
#[derive(Clone, Copy)]
pub struct Start {
    /// The event of that day, in words that follow “from”.
    pub words: &'static str,
    /// The day.
    pub day: fn(&RecordData) -> Day,
}

/// The day on which the record entered its state.
pub const STATE_SINCE: Start =
    Start { words: "the day it entered its state", day: |data| data.head.state_since.day() };

/// The limit of a deadline.
#[derive(Clone, Copy)]
pub enum Limit {
    /// A number of working days after a day; this field of the plan, or of the policy, holds the number.
    WorkingDays(&'static str, Start),
    /// A number of days after a day; this field of the plan, or of the policy, holds the number.
    Days(&'static str, Start),
    /// Tasks of the record, each with its own date.
    Tasks(fn(&Case) -> Vec<Task>),
    /// Due immediately.
    AtOnce(Start),
}

/// A task for which the record itself gives a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The task; empty: the text of the deadline.
    pub what: String,
    /// The due date.
    pub by: Day,
}

/// A task that is due on a record in certain states.
#[derive(Clone, Copy)]
pub struct Deadline {
    /// The task.
    pub what: &'static str,
    /// Who does it if the record has no owner.
    pub role: Role,
    /// Codes of the states in which it runs.
    pub states: &'static [&'static str],
    /// The limit.
    pub limit: Limit,
    /// The clause that requires it.
    pub clause: &'static str,
    /// How serious a delay is: 0 is the most serious.
    pub rank: u8,
    /// Whether it runs for this record.
    pub runs: fn(&Case) -> bool,
    /// The task, if it depends on the record.
    pub words: Option<fn(&Case) -> String>,
    /// Who does it, if that is never the record's owner.
    pub others: Option<fn(&Case) -> String>,
}

/// A deadline of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The task.
    pub what: String,
    /// The due date; `Err`: the label of the field that sets no limit.
    pub by: Result<Day, &'static str>,
    /// Whether the date is provisional, because no maintenance plan is in force.
    pub provisional: bool,
}

impl Deadline {
    /// A deadline with defaults; the methods below change them.
    pub const fn new(
        what: &'static str,
        role: Role,
        states: &'static [&'static str],
        limit: Limit,
        clause: &'static str,
    ) -> Self {
        Self { what, role, states, limit, clause, rank: 3, runs: |_| true, words: None, others: None }
    }

    /// How serious a delay is; 3 by default.
    pub const fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    /// It runs only for some of the records.
    pub const fn only(mut self, runs: fn(&Case) -> bool) -> Self {
        self.runs = runs;
        self
    }

    /// The task depends on the record.
    pub const fn words(mut self, words: fn(&Case) -> String) -> Self {
        self.words = Some(words);
        self
    }

    /// Others act; the owner waits as well.
    pub const fn others(mut self, others: fn(&Case) -> String) -> Self {
        self.others = Some(others);
        self
    }

    /// The name of the field that holds its limit, in the plan or the policy.
    pub const fn limit_field_name(&self) -> Option<&'static str> {
        match self.limit {
            Limit::WorkingDays(field, _) | Limit::Days(field, _) => Some(field),
            Limit::Tasks(_) | Limit::AtOnce(_) => None,
        }
    }

    /// What this deadline makes due on a record.
    pub fn dues(&self, case: &Case, limits: &Limits) -> Vec<Due> {
        if !self.states.contains(&case.data.head.state.as_str()) || !(self.runs)(case) {
            return Vec::new();
        }
        let what = self.words.map_or_else(|| self.what.to_owned(), |words| words(case));
        let by = match self.limit {
            Limit::WorkingDays(field, start) => {
                limits.days(field).map(|days| limits.calendar.after((start.day)(case.data), days))
            }
            Limit::Days(field, start) => {
                limits.days(field).map(|days| (start.day)(case.data).plus_days(i64::from(days)))
            }
            Limit::AtOnce(start) => Ok((start.day)(case.data)),
            Limit::Tasks(tasks) => {
                let named = |task: Task| Due {
                    what: if task.what.is_empty() { what.clone() } else { task.what },
                    by: Ok(task.by),
                    provisional: false,
                };
                return tasks(case).into_iter().map(named).collect();
            }
        };
        let provisional = self.limit_field_name().is_some_and(|field| limits.is_provisional(field));
        vec![Due { what, by, provisional }]
    }
}

/// The limits of the plan and the policy, and the working days.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    fields: Fields,
    /// The working days.
    pub calendar: WorkCalendar,
    /// Why the limits of the plan are provisional, as a sentence; `None` if a plan is in force.
    pub provisional: Option<String>,
}

impl Limits {
    /// The limits in these fields of the plan and the policy, and the working days.
    pub const fn new(fields: Fields, calendar: WorkCalendar, provisional: Option<String>) -> Self {
        Self { fields, calendar, provisional }
    }

    /// Whether a limit is provisional: the plan sets it, and none is in force.
    pub fn is_provisional(&self, field: &str) -> bool {
        self.provisional.is_some() && Kind::MaintenancePlan.def().field(field).is_some()
    }

    /// The number in a field; `Err`: the label of the field if it is empty.
    fn days(&self, field: &str) -> Result<u32, &'static str> {
        let set = self.fields.get(field).and_then(Value::as_u64).and_then(|days| u32::try_from(days).ok());
        let declared = || limit_field(field).map_or("", |field| field.label);
        set.ok_or_else(declared)
    }
}

/// The field that holds a limit: of the plan, or of the policy.
fn limit_field(name: &str) -> Option<&'static FieldDef> {
    [Kind::MaintenancePlan, Kind::Policy].into_iter().find_map(|kind| kind.def().field(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::FieldType;

    #[test]
    fn every_deadline_names_states_that_are_open_and_a_limit_that_the_policy_has() {
        let mut limits = std::collections::BTreeSet::new();
        for kind in Kind::ALL {
            for deadline in kind.def().deadlines {
                assert!(!deadline.what.is_empty() && !deadline.clause.is_empty(), "{}", kind.code());
                assert!(!deadline.states.is_empty(), "{}: {}", kind.code(), deadline.what);
                for code in deadline.states {
                    let state = kind.def().state(code);
                    assert!(state.is_some_and(|state| !state.finished), "{}: {code}", deadline.what);
                }
                if let Some(name) = deadline.limit_field_name() {
                    let field = limit_field(name);
                    assert!(field.is_some_and(|field| field.ty == FieldType::Number), "{name}");
                    limits.insert(name);
                }
            }
        }
        let expected = [
            "acknowledgement_days",
            "change_pending_days",
            "deviation_days",
            "emergency_days",
            "feedback_triage_days",
            "follow_up_days",
            "identity_days",
            "invitation_days",
            "problem_evaluation_days",
            "problem_safety_days",
            "reportability_days",
        ];
        assert_eq!(limits.into_iter().collect::<Vec<_>>(), expected);
    }
}
