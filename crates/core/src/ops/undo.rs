//! Undoing one's own last act: the request that sets back what it changed, or why there is none
//! (docs/adr/0110-an-undo-is-an-act-of-its-own.md).
//!
//! An undo is an ordinary request with a reason that names the undone event. Performing it does not belong here.

use std::collections::BTreeSet;

use super::file::ProductFile;
use super::lists::field_label;
use super::refused::Refused;
use super::session::Session;
use crate::domain::attachment;
use crate::domain::event::{Event, FieldChange, RecordChange};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::requests::{Act, Preview, Request, request_of};
use crate::domain::workflow::Move;
use crate::store::EventFilter;
use mainstay_base::clock::Stamp;

/// The beginning of the reason of an undo, before the number of the undone event.
const REASON: &str = "Undo of event ";
/// Events that are looked through for the last act.
const EVENTS_MAX: u32 = 200;

/// What is said of a signed act.
const SIGNED: &str = "signed acts stand, because a signature is not taken back; withdraw or correct the record by its next step";

/// How an act is undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UndoBy {
    /// Every value that it changed is set back.
    Values,
    /// The record that it made is given up by a step, whose label this is. Its number stays used.
    GivingUp(RecordId, &'static str),
}

/// The last act of a person, and the request that undoes it.
#[derive(Debug, Clone)]
pub struct Undo {
    /// The event that is undone.
    pub event: Event,
    /// The request.
    pub act: Act,
    /// How it is undone.
    pub by: UndoBy,
}

/// The event that an act undid, told from its reason.
pub fn undone_event(reason: Option<&str>) -> Option<u64> {
    reason?.strip_prefix(REASON)?.parse().ok()
}

impl ProductFile {
    /// What undoes the last act in the file, if it is this person's, not signed, and nothing rests on it.
    ///
    /// # Errors
    /// [`Refused::Rule`] with the reason why there is nothing to undo.
    pub fn undo(&self, session: &Session, stamp: &Stamp) -> Result<Undo, Refused> {
        let event = self.last_act()?;
        let seq = event.seq;
        if event.actor != session.person {
            return Err(Refused::Rule(format!(
                "event {seq} by {} came after your last act, and may rest on it; correct the record itself",
                event.name
            )));
        }
        if !event.signatures.is_empty() {
            return Err(Refused::Rule(format!("event {seq} is signed, and {SIGNED}")));
        }
        let (request, by) = self.way_back(&event)?;
        let reason = format!("{REASON}{seq}");
        let act = Act { late_reason: Some(reason.clone()), ..Act::from(request).because(reason) };
        let preview = self.preview(session, act.clone(), stamp)?;
        refuse_unready(&event, &preview)?;
        match by {
            UndoBy::Values => refuse_rest(&event, &preview)?,
            UndoBy::GivingUp(..) => refuse_others(&event)?,
        }
        Ok(Undo { event, act, by })
    }

    /// The last event that changed records and was not undone.
    fn last_act(&self) -> Result<Event, Refused> {
        let mut undone = BTreeSet::new();
        for row in self.events(&EventFilter::default(), EVENTS_MAX, 0)? {
            let event = row.event;
            let changed = !event.changes.is_empty() || !event.signatures.is_empty();
            if let Some(seq) = undone_event(event.reason.as_deref()) {
                undone.insert(seq);
            } else if changed && !undone.contains(&event.seq) {
                return Ok(event);
            }
        }
        Err(Refused::Rule("nothing is left to undo".to_owned()))
    }

    /// The request that undoes what the event did.
    fn way_back(&self, event: &Event) -> Result<(Request, UndoBy), Refused> {
        let none = || {
            let words = format!(
                "event {} is of a kind that is not undone; correct the record by its next step",
                event.seq
            );
            Refused::Rule(words)
        };
        Ok(match request_of(event, None).ok_or_else(none)? {
            Request::Edit { id, set } => (Request::Edit { id, set: before(event, id, &set) }, UndoBy::Values),
            Request::Assign { id, .. } => {
                let owner = field_of(event, id, "owner").and_then(|field| field.before.as_str());
                let owner = owner.and_then(|text| text.parse().ok());
                (Request::Assign { id, owner }, UndoBy::Values)
            }
            Request::Move { id, set, .. } => {
                let step = self.step_back(event, id)?;
                let set = before(event, id, &set);
                (Request::Move { id, go: step.name.to_owned(), set }, UndoBy::Values)
            }
            Request::Create { .. } => self.given_up(event, event.record.ok_or_else(none)?, |_| true)?,
            Request::Attach { .. } => {
                let mut changed = event.changes.iter().map(|change| change.record);
                let made = changed.find(|id| id.kind == Kind::Attachment).ok_or_else(none)?;
                self.given_up(event, made, |step| step.name == attachment::WITHDRAW)?
            }
            Request::Sign { .. }
            | Request::InvitePerson { .. }
            | Request::ResetAccess { .. }
            | Request::VerifyIdentity { .. }
            | Request::AcknowledgeClock
            | Request::Continue(_)
            | Request::NoteImport { .. }
            | Request::NotePacket { .. }
            | Request::AddTimeStamp(_)
            | Request::NoteFailedSignIns { .. }
            | Request::ChangePassword
            | Request::EnterWithCode { .. }
            | Request::CreateFile { .. } => return Err(none()),
        })
    }

    /// The step that leads back to the state before the event.
    fn step_back(&self, event: &Event, id: RecordId) -> Result<&'static Move, Refused> {
        let now = self.record(id)?.head.state;
        let former = field_of(event, id, "state").and_then(|field| field.before.as_str()).unwrap_or_default();
        let back = |step: &&Move| {
            step.to == former
                && step.from.contains(&now.as_str())
                && step.sign.is_none()
                && !step.by.is_empty()
        };
        id.kind.def().moves.iter().find(back).ok_or_else(|| {
            let word = id.kind.def().state(former).map_or("", |state| state.word);
            Refused::Rule(format!(
                "{id} has no step back to “{word}”, so that event {} is not undone; go on by its next step",
                event.seq
            ))
        })
    }

    /// The step by which the record that an event made is given up.
    fn given_up(
        &self,
        event: &Event,
        id: RecordId,
        wanted: impl Fn(&Move) -> bool,
    ) -> Result<(Request, UndoBy), Refused> {
        let now = self.record(id)?.head.state;
        let gives_up = |step: &&Move| {
            step.grave
                && step.sign.is_none()
                && !step.by.is_empty()
                && step.from.contains(&now.as_str())
                && wanted(step)
        };
        let step = id.kind.def().moves.iter().find(gives_up).ok_or_else(|| {
            Refused::Rule(format!(
                "{} are not given up once they are made, so that event {} is not undone; edit {id} instead",
                id.kind.def().plural,
                event.seq
            ))
        })?;
        let request = Request::Move { id, go: step.name.to_owned(), set: Fields::new() };
        Ok((request, UndoBy::GivingUp(id, step.label)))
    }
}

fn field_in<'c>(changes: &'c [RecordChange], id: RecordId, name: &str) -> Option<&'c FieldChange> {
    let change = changes.iter().find(|change| change.record == id)?;
    change.fields.iter().find(|field| field.field == name)
}

fn field_of<'e>(event: &'e Event, id: RecordId, name: &str) -> Option<&'e FieldChange> {
    field_in(&event.changes, id, name)
}

/// The values that the named fields had before the event.
fn before(event: &Event, id: RecordId, set: &Fields) -> Fields {
    let former = |name: &String| field_of(event, id, name).map(|field| field.before.clone());
    set.keys().filter_map(|name| Some((name.clone(), former(name)?))).collect()
}

/// Refuses an undo that would be signed, or for which something is missing.
fn refuse_unready(event: &Event, preview: &Preview) -> Result<(), Refused> {
    let seq = event.seq;
    if preview.asks.password.is_some() {
        return Err(Refused::Rule(format!("the way back from event {seq} is signed, and {SIGNED}")));
    }
    match preview.missing.first() {
        Some(condition) => {
            Err(Refused::Rule(format!("event {seq} is not undone while this is not so: {}", condition.text)))
        }
        None => Ok(()),
    }
}

/// Refuses an undo that would not set back exactly what the event changed.
fn refuse_rest(event: &Event, preview: &Preview) -> Result<(), Refused> {
    let back = |id: RecordId, field: &FieldChange| {
        let now = field_in(&preview.changes, id, &field.field);
        // What was changed since then is not overwritten.
        now.is_some_and(|now| now.after == field.before && now.before == field.after)
    };
    let left = each_field(&event.changes).find(|(id, field)| !back(*id, field));
    let other =
        || each_field(&preview.changes).find(|(id, field)| field_of(event, *id, &field.field).is_none());
    match left.or_else(other) {
        None => Ok(()),
        Some((id, field)) => Err(Refused::Rule(format!(
            "event {} is not undone, because “{}” of {id} would not be as it was before; correct the record itself",
            event.seq,
            field_label(id, &field.field)
        ))),
    }
}

fn each_field(changes: &[RecordChange]) -> impl Iterator<Item = (RecordId, &FieldChange)> {
    changes.iter().flat_map(|change| change.fields.iter().map(|field| (change.record, field)))
}

/// Refuses to give up a record with which others were changed.
fn refuse_others(event: &Event) -> Result<(), Refused> {
    match event.changes.iter().find(|change| Some(change.record) != event.record) {
        None => Ok(()),
        Some(other) => Err(Refused::Rule(format!(
            "event {} also changed {}, which giving up the new record would not set back; use its next step",
            event.seq, other.record
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_undone_event_is_told_from_the_reason() {
        assert_eq!(undone_event(Some("Undo of event 41")), Some(41));
        assert_eq!(undone_event(Some("Undo of event 41 and more")), None);
        assert_eq!(undone_event(Some("Wrong number")), None);
        assert_eq!(undone_event(None), None);
    }
}
