//! The record being entered: the typed values, the stored values they give, and their errors. No drawing, no file.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash as _, Hasher as _};

use chrono::FixedOffset;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::typed::Typed;
use crate::domain::field::FieldDef;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::record::{Fields, Head, RecordData, Section};
use crate::domain::requests::RULES;
use crate::domain::text::capital;
use crate::domain::time::Moment;
use crate::domain::workflow::missing_fields;
use crate::ops::{Act, Request};
use crate::ui::screens::examples;

/// The values of all fields as typed.
pub type Values = BTreeMap<String, Typed>;

/// Most undo steps that are kept.
const UNDO_MAX: usize = 100;
/// A longer pause between two changes, in seconds, starts a new undo step.
const ONE_STEP_SECONDS: f64 = 1.0;

/// Most rows of a table that a form shows as inputs.
const ROWS_IN_FORM: usize = 60;

/// A draft as stored in the file.
#[derive(Debug, Serialize, Deserialize)]
struct Draft {
    /// The revision of the record on which the draft was begun.
    revision: u32,
    values: Values,
    #[serde(default)]
    late_reason: String,
    #[serde(default)]
    reason: String,
}

/// A record being entered or edited.
pub struct Entry {
    /// The record as stored; for a new record an empty one in the first state.
    pub data: RecordData,
    /// Whether it is not stored yet.
    pub is_new: bool,
    /// The typed values.
    pub values: Values,
    /// The reason for the late entry.
    pub late_reason: String,
    /// The reason for the change, if one is required.
    pub reason: String,
    /// Fields that were changed or left.
    pub touched: BTreeSet<&'static str>,
    /// The errors by field; updated by [`Entry::check`].
    pub wrong: Vec<(&'static FieldDef, String)>,
    /// The values of the draft or the record when the form opened.
    settled: Values,
    last: Option<(&'static str, f64)>,
    undo: Vec<Values>,
    /// The values with which a new record began, and their mark.
    begun: Option<(u64, Values)>,
}

/// Whether people enter a field under the present rules.
pub fn is_entered(field: &FieldDef) -> bool {
    !field.by_system && !field.is_former(RULES)
}

/// Whether a table is too long to be edited row by row: it was read from a file, and is read from one again.
pub fn is_long(value: &Value) -> bool {
    value.as_array().is_some_and(|rows| rows.len() > ROWS_IN_FORM)
}

/// A number that is the same for the same values.
fn values_mark(set: &Fields) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    serde_json::to_string(set).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

impl Entry {
    /// The entry of a stored record.
    pub fn of(data: RecordData) -> Self {
        let mut entry = Self {
            values: Values::new(),
            data,
            is_new: false,
            late_reason: String::new(),
            reason: String::new(),
            touched: BTreeSet::new(),
            wrong: Vec::new(),
            settled: Values::new(),
            last: None,
            undo: Vec::new(),
            begun: None,
        };
        entry.values = entry.saved_values();
        entry.settled = entry.values.clone();
        entry
    }

    /// The entry of a new record.
    pub fn new(kind: Kind, person: RecordId, now: Moment) -> Self {
        let head = Head {
            id: RecordId::new(kind, 0),
            state: kind.def().initial().to_owned(),
            owner: None,
            parent: None,
            created_at: now,
            created_by: person,
            state_since: now,
            revision: 0,
        };
        let mut entry = Self { is_new: true, ..Self::of(RecordData { head, fields: Fields::new() }) };
        entry.values = entry.saved_values();
        entry.settled = entry.values.clone();
        entry
    }

    /// The entry of a new record that begins with values. It has a draft of its own for each set of values.
    pub fn new_from(kind: Kind, set: &Fields, (person, now): (RecordId, Moment)) -> Self {
        let mut entry = Self::new(kind, person, now);
        let begun: Values = entry
            .fields()
            .filter_map(|field| Some((field.name.to_owned(), Typed::of(field, set.get(field.name)?))))
            .collect();
        entry.begun = Some((values_mark(set), begun));
        entry.values = entry.saved_values();
        entry.settled = entry.values.clone();
        entry
    }

    /// The key of its draft.
    pub fn key(&self) -> String {
        let id = self.data.head.id;
        match (self.is_new, &self.begun) {
            (true, Some((mark, _))) => format!("new {} from {mark:016x}", id.kind.code()),
            (true, None) => format!("new {}", id.kind.code()),
            (false, _) => id.to_string(),
        }
    }

    /// The sections of which something can be entered.
    pub fn sections(&self) -> impl Iterator<Item = &'static Section> {
        self.data.def().sections.iter().filter(|section| self.fields_of(section).next().is_some())
    }

    /// The fields of a section that can be entered: all where it is open in the state of the record. Of a section that is open in no
    /// state, those that are filled when the record is made, since later nobody can.
    pub fn fields_of(&self, section: &'static Section) -> impl Iterator<Item = &'static FieldDef> {
        let open = section.open_in.contains(&self.data.head.state.as_str());
        let once = self.is_new && section.open_in.is_empty();
        section.fields.iter().filter(move |field| is_entered(field) && (open || once && field.open_when_made))
    }

    /// The fields that can be edited.
    pub fn fields(&self) -> impl Iterator<Item = &'static FieldDef> {
        let fields = self.sections().flat_map(|section| self.fields_of(section));
        fields.filter(|field| !is_long(self.data.value(field.name)))
    }

    fn saved_values(&self) -> Values {
        let saved =
            self.fields().map(|field| (field.name.to_owned(), Typed::of(field, self.data.value(field.name))));
        saved.chain(self.begun.clone().into_iter().flat_map(|(_, begun)| begun)).collect()
    }

    /// Whether anything differs from the stored record.
    pub fn is_changed(&self) -> bool {
        !self.late_reason.is_empty()
            || self.fields().any(|field| {
                self.values
                    .get(field.name)
                    .is_some_and(|typed| *typed != Typed::of(field, self.data.value(field.name)))
            })
    }

    /// Notes that a field was changed, `now` in seconds. Quick successive changes of one field are one undo step.
    pub fn changed(&mut self, field: &'static str, now: f64) {
        self.touched.insert(field);
        let goes_on = self.last.is_some_and(|(last, then)| last == field && now - then < ONE_STEP_SECONDS);
        if !goes_on {
            self.undo.push(self.settled.clone());
            if self.undo.len() > UNDO_MAX {
                self.undo.remove(0);
            }
        }
        self.last = Some((field, now));
        self.settled = self.values.clone();
    }

    /// Whether there is a change to undo.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Undoes the last change: restores the values before the last field was changed.
    pub fn undo(&mut self) {
        if let Some(before) = self.undo.pop() {
            self.values = before;
            self.settled = self.values.clone();
            self.last = None;
        }
    }

    /// Restores the stored values. This can be undone.
    pub fn revert(&mut self) {
        self.undo.push(self.values.clone());
        self.values = self.saved_values();
        self.settled = self.values.clone();
        self.late_reason.clear();
        self.reason.clear();
        self.last = None;
        self.touched.clear();
    }

    /// The draft as text.
    pub fn draft(&self) -> String {
        let draft = Draft {
            revision: self.data.head.revision,
            values: self.values.clone(),
            late_reason: self.late_reason.clone(),
            reason: self.reason.clone(),
        };
        serde_json::to_string(&draft).unwrap_or_default()
    }

    /// Restores a draft. Fields that have been closed since are skipped. Returns whether the record has changed since
    /// the draft was begun; `None` if the draft cannot be read or contains nothing new.
    pub fn take_draft(&mut self, text: &str) -> Option<bool> {
        let draft: Draft = serde_json::from_str(text).ok()?;
        let names: Vec<&str> = self.fields().map(|field| field.name).collect();
        for (name, typed) in draft.values {
            let fits = self
                .values
                .get(&name)
                .is_some_and(|now| std::mem::discriminant(now) == std::mem::discriminant(&typed));
            if fits && names.contains(&name.as_str()) {
                self.values.insert(name, typed);
            }
        }
        self.late_reason = draft.late_reason;
        self.reason = draft.reason;
        self.settled = self.values.clone();
        self.is_changed().then_some(draft.revision != self.data.head.revision)
    }

    /// The values that differ from the stored ones, in stored form. Values that cannot be read are skipped.
    pub fn set(&self, zone: FixedOffset) -> Fields {
        let mut set = Fields::new();
        for field in self.fields() {
            let saved = self.data.value(field.name);
            if let Some(Ok(value)) = self.values.get(field.name).map(|typed| typed.value(field, saved, zone))
                && value != *saved
            {
                set.insert(field.name.to_owned(), value);
            }
        }
        examples::settle(self.data.head.id.kind, &mut set);
        set
    }

    /// The act that saves it, without reasons.
    pub fn act(&self, zone: FixedOffset) -> Act {
        let (id, set) = (self.data.head.id, self.set(zone));
        Act::from(if self.is_new {
            Request::Create { kind: id.kind, parent: None, set }
        } else {
            Request::Edit { id, set }
        })
    }

    /// The record as it would be stored.
    pub fn after(&self, zone: FixedOffset) -> RecordData {
        let mut data = self.data.clone();
        for (name, value) in self.set(zone) {
            if value.is_null() {
                data.fields.remove(&name);
            } else {
                data.fields.insert(name, value);
            }
        }
        data
    }

    /// Updates [`Entry::wrong`].
    pub fn check(&mut self, zone: FixedOffset) {
        let mut wrong: Vec<(&'static FieldDef, String)> = Vec::new();
        for field in self.fields() {
            let saved = self.data.value(field.name);
            if let Some(Err(reason)) =
                self.values.get(field.name).map(|typed| typed.value(field, saved, zone))
            {
                wrong.push((field, capital(&reason)));
            }
        }
        let after = self.after(zone);
        for condition in missing_fields(&after, &after.head.state) {
            let open = self.fields().find(|field| Some(field.name) == condition.field);
            if let Some(field) = open.filter(|field| wrong.iter().all(|(other, _)| other.name != field.name))
            {
                wrong.push((field, format!("{} is missing", field.label)));
            }
        }
        self.wrong = wrong;
    }

    /// From when a field is required, as text.
    pub fn mark(&self, field: &FieldDef) -> Option<String> {
        let def = self.data.def();
        let from = def.state(field.required_from?)?;
        let here = def.state(&self.data.head.state).map_or(0, |state| state.rank);
        Some(if from.rank <= here {
            "required".to_owned()
        } else {
            format!("required from “{}”", from.word)
        })
    }

    /// Whether one of these roles may enter it.
    pub fn allowed(&self, roles: &[Role]) -> bool {
        let def = self.data.def();
        let may = if self.is_new { def.create_by } else { def.edit_by };
        may.iter().any(|role| roles.contains(role))
    }
}
