//! Where the work continues when the next step is taken in another record: which record, which action, and by whom.
//!
//! Belongs here: the continuation in other records. Does not belong here: a record's own steps and their
//! conditions (`domain::workflow`).

use super::named;
use crate::domain::approval::{self, Approval};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Via;
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::record::RecordData;
use crate::domain::workflow::World;
use crate::ops::refused::ChangeSet;

/// How many roles are named; more are practically every role.
const ROLES_NAMED: usize = 4;

/// Another record that needs an action before this one can continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// The record to open.
    pub record: RecordId,
    /// The action there and who takes it, beginning with the record's number.
    pub text: String,
}

/// The accounts that can act, with their roles.
pub(super) struct Staff(Vec<(RecordId, Person)>);

impl Staff {
    /// The active ones among these accounts.
    pub(super) fn new(people: Vec<(RecordData, Person)>) -> Self {
        let active = people.into_iter().filter(|(data, _)| data.head.state == PersonState::Active.code());
        Self(active.map(|(data, person)| (data.head.id, person)).collect())
    }

    /// Roles in words, each with the people who have it, except those who may not act here.
    pub(super) fn whose(&self, roles: &[Role], without: &[RecordId]) -> String {
        let words: Vec<String> = roles.iter().map(|role| self.holders(*role, without)).collect();
        words.join(", ")
    }

    fn holders(&self, role: Role, without: &[RecordId]) -> String {
        let names: Vec<&str> = self
            .0
            .iter()
            .filter(|(id, person)| person.roles.contains(&role) && !without.contains(id))
            .map(|(_, person)| &*person.title)
            .collect();
        let names = if names.is_empty() { "nobody eligible".to_owned() } else { names.join(" or ") };
        format!("{} ({names})", role.word())
    }
}

/// The persons who may not approve the content of an approval.
pub(super) fn excluded(work: &ChangeSet<'_>, approval: RecordId) -> Vec<RecordId> {
    let found = work.case(approval, |case| {
        let content = case.data.typed::<Approval>();
        content.map(|content| approval::excluded(case, &content)).unwrap_or_default()
    });
    found.unwrap_or_default()
}

/// The records in which the work of `data` continues.
pub(super) fn of(work: &ChangeSet<'_>, staff: &Staff, data: &RecordData) -> Vec<Ahead> {
    let waiting = waiting_approvals(work, staff, data);
    if !waiting.is_empty() {
        return waiting;
    }
    let here = data.head.state.as_str();
    let links = data.def().next_records.iter().filter(|link| link.from.contains(&here));
    links
        .flat_map(|link| match link.via {
            Via::Field(field) => named(work, data, field),
            Via::Referring { kind, field } => work.naming(data.head.id, kind, field),
        })
        .flat_map(|next| onward(work, staff, &next))
        .collect()
}

/// The next action in a record: its open approvals, or the next step of its main line. Empty if there is none.
fn onward(work: &ChangeSet<'_>, staff: &Staff, data: &RecordData) -> Vec<Ahead> {
    if data.is_terminal() {
        return Vec::new();
    }
    let waiting = waiting_approvals(work, staff, data);
    if !waiting.is_empty() {
        return waiting;
    }
    let id = data.head.id;
    let here = data.head.state.as_str();
    let step = data.def().moves.iter().find(|m| !m.by.is_empty() && !m.reason && m.from.contains(&here));
    let text = match step {
        Some(step) if step.by.len() <= ROLES_NAMED => {
            format!("{id} continues with “{}”: {}", step.label, staff.whose(step.by, &[]))
        }
        Some(step) => format!("{id} continues with “{}”", step.label),
        None => return Vec::new(),
    };
    vec![Ahead { record: id, text }]
}

/// The open approvals of a record, with the persons who have to sign them.
fn waiting_approvals(work: &ChangeSet<'_>, staff: &Staff, subject: &RecordData) -> Vec<Ahead> {
    if subject.def().approvable.is_none() {
        return Vec::new();
    }
    work.naming(subject.head.id, Kind::Approval, "subject")
        .iter()
        .map(|data| (data, approval::missing_roles(work, data)))
        .filter(|(_, missing)| !missing.is_empty())
        .map(|(data, missing)| {
            let whose = staff.whose(&missing, &excluded(work, data.head.id));
            let id = data.head.id;
            Ahead { record: id, text: format!("{id} waits for a signature: {whose}") }
        })
        .collect()
}
