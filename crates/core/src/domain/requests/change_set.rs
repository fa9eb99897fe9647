//! A pending change: the changed records on top of the source. Rules read it like any world.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;

use super::record_source::{Account, RecordSource};
use super::records::state_word;
use super::{Actor, NOBODY};
use crate::domain::canonical;
use crate::domain::clock::ClockHistory;
use crate::domain::continuation::Continued;
use crate::domain::event::{FieldChange, RecordChange};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, Head, RecordData, check_values};
use crate::domain::refused::Refusal;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Signature, part_digest};
use crate::domain::time_stamp::StampedEvent;
use crate::domain::workflow::{Case, Effect, World};
use mainstay_base::time::Moment;

/// One record that changes.
struct Touched {
    before: Option<SharedRecord>,
    after: SharedRecord,
}

/// Changed records on top of the source, whose error is `F`.
pub struct ChangeSet<'a, F> {
    source: &'a dyn RecordSource<F>,
    now: Moment,
    actor: RecordId,
    rules: u32,
    touched: BTreeMap<RecordId, Touched>,
    made: Vec<RecordId>,
    signed: Vec<Signature>,
    /// The first error of the source while a rule read it; a rule cannot return it.
    failure: RefCell<Option<F>>,
}

impl<'a, F> ChangeSet<'a, F> {
    /// An empty change by `actor`.
    pub fn new(source: &'a dyn RecordSource<F>, actor: &Actor) -> Self {
        Self::by_rules(source, actor.person, actor.now, actor.rules)
    }

    /// An empty change for reading records as rules do at `now`, under the current rule set.
    pub fn read_only(source: &'a dyn RecordSource<F>, actor: RecordId, now: Moment) -> Self {
        Self::by_rules(source, actor, now, super::RULES)
    }

    /// The same for nobody in particular.
    pub fn for_nobody(source: &'a dyn RecordSource<F>, now: Moment) -> Self {
        Self::read_only(source, NOBODY, now)
    }

    fn by_rules(source: &'a dyn RecordSource<F>, actor: RecordId, now: Moment, rules: u32) -> Self {
        Self {
            source,
            now,
            actor,
            rules,
            touched: BTreeMap::new(),
            made: Vec::new(),
            signed: Vec::new(),
            failure: RefCell::new(None),
        }
    }

    /// The rule set that applies.
    pub const fn rules(&self) -> u32 {
        self.rules
    }

    /// A record in its changed form, or a refusal if there is none.
    pub fn get(&self, id: RecordId) -> Result<SharedRecord, Refusal<F>> {
        if let Some(touched) = self.touched.get(&id) {
            return Ok(touched.after.clone());
        }
        self.source.record(id).map_err(Refusal::Store)?.ok_or(Refusal::NoSuchRecord(id))
    }

    /// A changed record before the change; `None` for a new one.
    pub fn before(&self, id: RecordId) -> Option<&SharedRecord> {
        self.touched.get(&id).and_then(|touched| touched.before.as_ref())
    }

    /// The account of a person before the change.
    pub fn account(&self, id: RecordId) -> Result<Option<Account>, Refusal<F>> {
        self.source.account(id).map_err(Refusal::Store)
    }

    fn touch(&mut self, id: RecordId) -> Result<&mut RecordData, Refusal<F>> {
        if !self.touched.contains_key(&id) {
            let before = self.source.record(id).map_err(Refusal::Store)?.ok_or(Refusal::NoSuchRecord(id))?;
            let after = before.clone();
            self.touched.insert(id, Touched { before: Some(before), after });
        }
        match self.touched.get_mut(&id) {
            Some(touched) => Ok(touched.after.change()),
            None => Err(Refusal::NoSuchRecord(id)),
        }
    }

    /// Sets fields to canonical values; `null` empties one.
    pub fn set(&mut self, id: RecordId, set: &Fields) -> Result<(), Refusal<F>> {
        let data = self.touch(id)?;
        for (name, value) in set {
            if value.is_null() {
                data.fields.remove(name);
            } else {
                data.fields.insert(name.clone(), value.clone());
            }
        }
        Ok(())
    }

    /// Sets the state of a record.
    pub fn set_state(&mut self, id: RecordId, to: &str) -> Result<(), Refusal<F>> {
        let now = self.now;
        let data = self.touch(id)?;
        if data.head.state != to {
            to.clone_into(&mut data.head.state);
            data.head.state_since = now;
        }
        Ok(())
    }

    /// Sets the owner of a record.
    pub fn set_owner(&mut self, id: RecordId, owner: Option<RecordId>) -> Result<(), Refusal<F>> {
        self.touch(id)?.head.owner = owner;
        Ok(())
    }

    /// The number of the next record of a kind, not counting those created in this change.
    pub fn next_number(&self, kind: Kind) -> Result<u32, Refusal<F>> {
        self.source.next_number(kind).map_err(Refusal::Store)
    }

    /// Who made events while the clock ran backwards, since that was last acknowledged.
    pub fn made_while_behind(&self) -> Result<Vec<RecordId>, Refusal<F>> {
        self.source.made_while_behind().map_err(Refusal::Store)
    }

    /// The number of the next packet.
    pub fn next_packet(&self) -> Result<u32, Refusal<F>> {
        self.source.next_packet().map_err(Refusal::Store)
    }

    /// How the file was continued from restored copies.
    pub fn continued(&self) -> Result<Continued, Refusal<F>> {
        self.source.continued().map_err(Refusal::Store)
    }

    /// Creates a record with canonical values; `parent` is the record of which it is a part.
    pub fn make(
        &mut self,
        kind: Kind,
        parent: Option<RecordId>,
        set: &Fields,
    ) -> Result<RecordId, Refusal<F>> {
        let in_file = self.next_number(kind)?;
        let here = self.made.iter().filter(|id| id.kind == kind).count();
        let id = RecordId::new(kind, in_file + u32::try_from(here).unwrap_or(u32::MAX));
        let head = Head {
            id,
            state: kind.def().initial().to_owned(),
            owner: None,
            parent,
            created_at: self.now,
            created_by: self.actor,
            state_since: self.now,
            revision: 0,
        };
        let fields: Fields =
            set.iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect();
        self.touched.insert(id, Touched { before: None, after: RecordData { head, fields }.into() });
        self.made.push(id);
        Ok(id)
    }

    /// Applies the effects of a transition or signature.
    pub fn apply(&mut self, effects: Vec<Effect>) -> Result<(), Refusal<F>> {
        for effect in effects {
            match effect {
                Effect::Create { kind, set, link_back } => {
                    let set = canonical_values(kind, &set)?;
                    let id = self.make(kind, None, &set)?;
                    if let Some((from, field)) = link_back {
                        let mut back = Fields::new();
                        back.insert(field.to_owned(), id.to_string().into());
                        self.set(from, &back)?;
                    }
                    let effects = self.case(id, |case| (id.kind.def().on_create)(case))?;
                    self.apply(effects)?;
                }
                Effect::Move { id, go } => self.follow(id, go)?,
                Effect::Set { id, set } => {
                    let set = canonical_values(id.kind, &set)?;
                    self.set(id, &set)?;
                }
            }
        }
        Ok(())
    }

    /// Moves a record along a transition that is an effect of a step on another record.
    fn follow(&mut self, id: RecordId, go: &str) -> Result<(), Refusal<F>> {
        let data = self.get(id)?;
        let step = data.def().find_move(go).filter(|step| step.from.contains(&data.head.state.as_str()));
        let Some(step) = step else {
            return Err(Refusal::Rule(format!(
                "{id} is {}, from which “{go}” is not possible",
                state_word(&data)
            )));
        };
        let conditions = self.case(id, |case| step.conditions(case))?;
        let unmet: Vec<_> = conditions.into_iter().filter(|condition| !condition.met).collect();
        if !unmet.is_empty() {
            return Err(Refusal::Conditions { what: format!("“{}” on {id}", step.label), unmet });
        }
        let effects = self.case(id, |case| (step.effects)(case))?;
        self.set_state(id, step.to)?;
        self.apply(effects)
    }

    /// Calls `look` with a record as a rule sees it.
    pub fn case<T>(&self, id: RecordId, look: impl FnOnce(&Case) -> T) -> Result<T, Refusal<F>> {
        let data = self.get(id)?;
        let case =
            Case { data: &data, world: self, now: self.now, actor: Some(self.actor), rules: self.rules };
        let result = look(&case);
        match self.failure.borrow_mut().take() {
            Some(error) => Err(Refusal::Store(error)),
            None => Ok(result),
        }
    }

    /// SHA-256 of the text of an event.
    pub fn event_digest(&self, seq: u64) -> Result<Option<String>, Refusal<F>> {
        self.source.event_digest(seq).map_err(Refusal::Store)
    }

    /// The last trusted time stamp.
    pub fn last_stamp(&self) -> Result<Option<StampedEvent>, Refusal<F>> {
        self.source.last_stamp().map_err(Refusal::Store)
    }

    /// The clock according to the audit trail.
    pub fn clock(&self) -> Result<ClockHistory, Refusal<F>> {
        self.source.clock().map_err(Refusal::Store)
    }

    /// The person who last performed a request on a record.
    pub fn last_actor(&self, request: &str, record: RecordId) -> Result<Option<RecordId>, Refusal<F>> {
        self.source.last_actor(request, record).map_err(Refusal::Store)
    }

    /// Whether a record was ever signed, even if the signature no longer holds.
    pub fn is_signed(&self, id: RecordId) -> Result<bool, Refusal<F>> {
        Ok(!self.source.signatures(id).map_err(Refusal::Store)?.is_empty())
    }

    /// Whether a login is or was in use.
    pub fn login_taken(&self, login: &str) -> Result<bool, Refusal<F>> {
        self.source.login_taken(login).map_err(Refusal::Store)
    }

    /// Adds a signature, so that its effects can be determined.
    pub fn sign(&mut self, signature: Signature) {
        self.signed.push(signature);
    }

    /// The signatures so far, covering the records as they will be written, including the effects.
    pub fn signatures_made(&self) -> Vec<Signature> {
        let mut signed = self.signed.clone();
        for cover in signed.iter_mut().flat_map(|signature| &mut signature.covers) {
            let Some(touched) = self.touched.get(&cover.record) else { continue };
            let before = touched.before.as_ref();
            let changed =
                before.is_none() || !differences(before.map(|data| &**data), &touched.after).is_empty();
            cover.revision = before.map_or(0, |before| before.head.revision) + u32::from(changed);
            cover.digest =
                part_digest(&touched.after, cover.part, &self.covered_parts(&touched.after, cover.part));
        }
        signed
    }

    /// The created records, in order.
    pub fn made(&self) -> &[RecordId] {
        &self.made
    }

    /// Ends the change: the records to be written, and their changes for the event. Records that are unchanged in the end are left
    /// out.
    pub fn finish(self) -> Result<(Vec<SharedRecord>, Vec<RecordChange>), Refusal<F>> {
        if let Some(error) = self.failure.into_inner() {
            return Err(Refusal::Store(error));
        }
        let mut records = Vec::new();
        let mut changes = Vec::new();
        for (id, touched) in self.touched {
            let Touched { before, mut after } = touched;
            let fields = differences(before.as_deref(), &after);
            if before.is_some() && fields.is_empty() {
                continue;
            }
            after.change().head.revision = before.map_or(0, |before| before.head.revision) + 1;
            let digest = canonical::digest(after.canonical().as_bytes());
            changes.push(RecordChange { record: id, revision: after.head.revision, digest, fields });
            records.push(after);
        }
        Ok((records, changes))
    }

    /// Stored records, with changed ones in their changed form. `belongs` filters only the changed ones.
    fn with_touched(
        &self,
        stored: Vec<SharedRecord>,
        belongs: impl Fn(&RecordData) -> bool,
    ) -> Vec<SharedRecord> {
        let mut found: Vec<SharedRecord> =
            stored.into_iter().filter(|data| !self.touched.contains_key(&data.head.id)).collect();
        let here = self.touched.values().map(|touched| &touched.after);
        found.extend(here.filter(|data| belongs(data)).cloned());
        found.sort_by_key(|data| data.head.id);
        found
    }

    fn note<T: Default>(&self, result: Result<T, F>) -> T {
        result.unwrap_or_else(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            T::default()
        })
    }
}

/// Converts values that the program sets to canonical form.
fn canonical_values<F>(kind: Kind, set: &Fields) -> Result<Fields, Refusal<F>> {
    check_values(kind.def(), set)
        .map_err(|violations| Refusal::Invalid { violations }.with_labels(kind.def()))
}

/// The differences between two versions of a record: state, owner, parent, and fields in declared order.
fn differences(before: Option<&RecordData>, after: &RecordData) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let mut add = |field: &str, old: &Value, new: &Value| {
        if old != new {
            changes.push(FieldChange { field: field.to_owned(), before: old.clone(), after: new.clone() });
        }
    };
    let owner = |data: &RecordData| data.head.owner.map_or(Value::Null, |owner| owner.to_string().into());
    let state = before.map_or(Value::Null, |data| data.head.state.clone().into());
    add("state", &state, &after.head.state.clone().into());
    add("owner", &before.map_or(Value::Null, owner), &owner(after));
    let parent = |data: &RecordData| data.head.parent.map_or(Value::Null, |parent| parent.to_string().into());
    add("parent", &before.map_or(Value::Null, parent), &parent(after));
    let old = |name: &str| before.map_or(&Value::Null, |data| data.value(name));
    let former = before.into_iter().flat_map(|data| data.fields.keys());
    let names = former.chain(after.fields.keys().filter(|name| old(name).is_null()));
    let changed: Vec<&str> =
        names.map(String::as_str).filter(|name| old(name) != after.value(name)).collect();
    if !changed.is_empty() {
        for field in after.def().fields().filter(|field| changed.contains(&field.name)) {
            add(field.name, old(field.name), after.value(field.name));
        }
    }
    changes
}

impl<F> World for ChangeSet<'_, F> {
    fn record(&self, id: RecordId) -> Option<SharedRecord> {
        match self.touched.get(&id) {
            Some(touched) => Some(touched.after.clone()),
            None => self.note(self.source.record(id)),
        }
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Vec<SharedRecord> {
        let stored = self.note(self.source.referring(id, kind));
        self.with_touched(stored, |data| data.head.id.kind == kind && data.refers_to(id))
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Vec<SharedRecord> {
        let stored = self.note(self.source.parts(parent, kind));
        self.with_touched(stored, |data| data.head.id.kind == kind && data.head.parent == Some(parent))
    }

    fn all(&self, kind: Kind) -> Vec<SharedRecord> {
        let stored = self.note(self.source.all(kind));
        self.with_touched(stored, |data| data.head.id.kind == kind)
    }

    fn titled(&self, kind: Kind, title: &str) -> Vec<SharedRecord> {
        let stored = self.note(self.source.titled(kind, title));
        self.with_touched(stored, |data| data.head.id.kind == kind && data.title() == title)
    }

    fn in_states(&self, kind: Kind, states: &[&str]) -> Vec<SharedRecord> {
        let stored = self.note(self.source.in_states(kind, states));
        let here =
            |data: &RecordData| data.head.id.kind == kind && states.contains(&data.head.state.as_str());
        self.with_touched(stored, here)
    }

    fn signatures(&self, id: RecordId) -> Vec<Signature> {
        let mut signatures = self.note(self.source.signatures(id));
        signatures.extend(self.signed.iter().filter(|signature| signature.subject == id).cloned());
        signatures
    }

    fn editors(&self, id: RecordId) -> Vec<RecordId> {
        self.note(self.source.editors(id))
    }

    fn written_by(&self, person: RecordId, ids: &[RecordId]) -> Option<RecordId> {
        self.note(self.source.written_by(person, ids))
    }
}
