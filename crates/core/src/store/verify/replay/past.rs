//! The file as the events so far say that it was: the ground on which the next one is performed again.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::convert::Infallible;
use std::rc::Rc;

use crate::domain::authorship;
use crate::domain::clock::Clock;
use crate::domain::door::{Account, Ground};
use crate::domain::event::Event;
use crate::domain::field::{FieldType, record_ids};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::signature::Signature;

/// Records, signatures and what else a request may look at.
#[derive(Default)]
pub struct Past {
    records: HashMap<RecordId, RecordData>,
    /// The highest number of each kind.
    highest: BTreeMap<Kind, u32>,
    /// Who refers to a record.
    referring: HashMap<RecordId, BTreeSet<RecordId>>,
    signatures: HashMap<RecordId, Vec<Signature>>,
    editors: HashMap<RecordId, BTreeSet<RecordId>>,
    /// Who last performed a request on a person.
    last_actors: HashMap<(String, RecordId), RecordId>,
    logins: HashSet<String>,
    clock: Clock,
    /// Each person's state and content, read once for each of their revisions.
    accounts: RefCell<HashMap<RecordId, (u32, Account)>>,
}

impl Past {
    /// A record as it was.
    pub fn get(&self, id: RecordId) -> Option<&RecordData> {
        self.records.get(&id)
    }

    /// The account of a person as it was.
    pub fn person(&self, id: RecordId) -> Option<Account> {
        let data = self.records.get(&id)?;
        let revision = data.head.revision;
        if let Some((_, account)) = self.accounts.borrow().get(&id).filter(|(known, _)| *known == revision) {
            return Some(Rc::clone(account));
        }
        let account = Rc::new((data.head.state.clone(), data.typed()?));
        self.accounts.borrow_mut().insert(id, (revision, Rc::clone(&account)));
        Some(account)
    }

    /// What the events so far say of the clock.
    pub const fn time(&self) -> Clock {
        self.clock
    }

    /// Takes a record out, to put it back changed.
    pub fn take(&mut self, id: RecordId) -> Option<RecordData> {
        self.records.remove(&id)
    }

    /// Puts a record in as an event made it. `before` is how it was.
    pub fn put(&mut self, before: Option<&RecordData>, data: RecordData) {
        let id = data.head.id;
        let highest = self.highest.entry(id.kind).or_default();
        *highest = id.number.max(*highest);
        for field in
            data.def().fields().filter(|field| matches!(field.ty, FieldType::Record | FieldType::Records))
        {
            let now = data.value(field.name);
            let was = before.map(|before| before.value(field.name));
            if was == Some(now) {
                continue;
            }
            for target in was.map(record_ids).unwrap_or_default() {
                if !refers(&data, target) {
                    self.referring.entry(target).or_default().remove(&id);
                }
            }
            for target in record_ids(now) {
                self.referring.entry(target).or_default().insert(id);
            }
        }
        if id.kind == Kind::Person {
            self.logins.insert(data.text("login").to_owned());
        }
        self.records.insert(id, data);
    }

    /// Ends an event: what is left of it besides the records.
    pub fn end(&mut self, event: &Event, signatures: &[Signature]) {
        self.clock.take(event);
        for signature in signatures {
            self.signatures.entry(signature.subject).or_default().push(signature.clone());
        }
        for change in &event.changes {
            if authorship::writes(event, change.record) {
                self.editors.entry(change.record).or_default().insert(event.actor);
            }
        }
        if let Some(record) = event.record.filter(|record| record.kind == Kind::Person) {
            self.last_actors.insert((event.request.clone(), record), event.actor);
        }
    }
}

fn refers(data: &RecordData, target: RecordId) -> bool {
    data.def()
        .fields()
        .filter(|field| matches!(field.ty, FieldType::Record | FieldType::Records))
        .any(|field| record_ids(data.value(field.name)).contains(&target))
}

impl Ground<Infallible> for Past {
    fn record(&self, id: RecordId) -> Result<Option<RecordData>, Infallible> {
        Ok(self.records.get(&id).cloned())
    }

    fn account(&self, id: RecordId) -> Result<Option<Account>, Infallible> {
        Ok(self.person(id))
    }

    fn next_number(&self, kind: Kind) -> Result<u32, Infallible> {
        Ok(self.highest.get(&kind).copied().unwrap_or_default().saturating_add(1))
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Result<Vec<RecordData>, Infallible> {
        let sources = self.referring.get(&id).into_iter().flatten();
        let of_kind = sources.filter(|source| source.kind == kind);
        Ok(of_kind.filter_map(|source| self.records.get(source)).cloned().collect())
    }

    fn signatures(&self, id: RecordId) -> Result<Vec<Signature>, Infallible> {
        Ok(self.signatures.get(&id).cloned().unwrap_or_default())
    }

    fn editors(&self, id: RecordId) -> Result<Vec<RecordId>, Infallible> {
        Ok(self.editors.get(&id).into_iter().flatten().copied().collect())
    }

    fn last_actor(&self, request: &str, record: RecordId) -> Result<Option<RecordId>, Infallible> {
        Ok(self.last_actors.get(&(request.to_owned(), record)).copied())
    }

    fn login_taken(&self, login: &str) -> Result<bool, Infallible> {
        Ok(self.logins.contains(login))
    }

    fn clock(&self) -> Result<Clock, Infallible> {
        Ok(self.clock)
    }
}
