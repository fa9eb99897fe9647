//! One reading of the file for one request or question: each record is read and parsed once, however often rules ask for it.
//!
//! Nothing may be written to the file while it is in use. What rules rarely ask twice goes to the file each time. A transaction hands
//! the records that one request read to the next one.

use std::cell::RefCell;
use std::collections::HashMap;

use super::{Store, StoreError};
use crate::domain::clock::ClockHistory;
use crate::domain::continuation::Continued;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{ListRow, RecordData};
use crate::domain::requests::RecordSource;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::time_stamp::StampedEvent;

/// One of so many records is read alone; more are read at once.
const FEW: usize = 8;

/// What was read, by what was asked.
type Read<Q, A> = RefCell<HashMap<Q, A>>;

/// Records by their numbers; `None` is a record that is not there.
pub(super) type Known = HashMap<RecordId, Option<SharedRecord>>;

/// The file, with what was read of it so far.
pub struct Reading<'a> {
    store: &'a Store,
    records: Read<RecordId, Option<SharedRecord>>,
    /// The numbers of all records that name one: rules ask kind by kind.
    sources: Read<RecordId, Vec<RecordId>>,
    referring: Read<(RecordId, Kind), Vec<SharedRecord>>,
    parts: Read<(RecordId, Kind), Vec<SharedRecord>>,
    all: Read<Kind, Vec<SharedRecord>>,
    in_states: Read<(Kind, String), Vec<SharedRecord>>,
    signatures: Read<RecordId, Vec<Signature>>,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet.
    pub fn new(store: &'a Store) -> Self {
        Self::knowing(store, HashMap::new())
    }

    /// These records are known as they are in the file now.
    pub(super) fn knowing(store: &'a Store, known: Known) -> Self {
        Self {
            store,
            records: RefCell::new(known),
            sources: RefCell::default(),
            referring: RefCell::default(),
            parts: RefCell::default(),
            all: RefCell::default(),
            in_states: RefCell::default(),
            signatures: RefCell::default(),
        }
    }

    /// The records that were read, or are known not to be there.
    pub(super) fn into_records(self) -> Known {
        self.records.into_inner()
    }

    /// Records as they were read, each in the one form that all its readers share.
    fn shared(&self, records: Vec<RecordData>) -> Vec<SharedRecord> {
        let mut known = self.records.borrow_mut();
        let one = |data: RecordData| match known.get(&data.head.id) {
            Some(Some(known)) => known.clone(),
            Some(None) | None => {
                let (id, data) = (data.head.id, SharedRecord::from(data));
                known.insert(id, Some(data.clone()));
                data
            }
        };
        records.into_iter().map(one).collect()
    }

    fn each(&self, ids: Vec<RecordId>) -> Result<Vec<SharedRecord>, StoreError> {
        ids.into_iter().filter_map(|id| self.record(id).transpose()).collect()
    }
}

/// The answer that is known, or the one that `read` gives. An error is not kept.
fn once<Q: std::hash::Hash + Eq, A: Clone>(
    known: &Read<Q, A>,
    question: Q,
    read: impl FnOnce() -> Result<A, StoreError>,
) -> Result<A, StoreError> {
    if let Some(answer) = known.borrow().get(&question) {
        return Ok(answer.clone());
    }
    let answer = read()?;
    known.borrow_mut().insert(question, answer.clone());
    Ok(answer)
}

impl RecordSource<StoreError> for Reading<'_> {
    fn record(&self, id: RecordId) -> Result<Option<SharedRecord>, StoreError> {
        once(&self.records, id, || Ok(self.store.record(id)?.map(SharedRecord::from)))
    }

    fn highest_number(&self, kind: Kind) -> Result<u32, StoreError> {
        self.store.highest_number(kind)
    }

    fn continued(&self) -> Result<Continued, StoreError> {
        self.store.continued()
    }

    fn highest_packet(&self) -> Result<u32, StoreError> {
        self.store.highest_packet()
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, StoreError> {
        once(&self.referring, (id, kind), || {
            let mut sources = once(&self.sources, id, || self.store.all_sources(id))?;
            sources.retain(|source| source.kind == kind);
            self.each(sources)
        })
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, StoreError> {
        once(&self.parts, (parent, kind), || Ok(self.shared(self.store.parts(parent, kind)?)))
    }

    fn all(&self, kind: Kind) -> Result<Vec<SharedRecord>, StoreError> {
        once(&self.all, kind, || {
            let ids = self.store.numbers(kind)?;
            let known = self.records.borrow();
            let unknown = ids.iter().filter(|id| !known.contains_key(id)).count();
            drop(known);
            // Most were read by an earlier request of the transaction: they are not read and parsed again.
            if unknown < ids.len() / FEW {
                self.each(ids)
            } else {
                Ok(self.shared(self.store.records(kind)?))
            }
        })
    }

    fn titled(&self, kind: Kind, title: &str) -> Result<Vec<SharedRecord>, StoreError> {
        Ok(self.shared(self.store.titled(kind, title)?))
    }

    fn in_states(&self, kind: Kind, states: &[&str]) -> Result<Vec<SharedRecord>, StoreError> {
        let read = || Ok(self.shared(self.store.in_states(kind, states)?));
        once(&self.in_states, (kind, states.join(" ")), read)
    }

    fn list(&self, kind: Kind, more: &[&str]) -> Result<Vec<ListRow>, StoreError> {
        self.store.list(kind, more)
    }

    fn signatures(&self, id: RecordId) -> Result<Vec<Signature>, StoreError> {
        once(&self.signatures, id, || self.store.signatures(id))
    }

    fn editors(&self, id: RecordId) -> Result<Vec<RecordId>, StoreError> {
        self.store.editors(id)
    }

    fn written_by(&self, person: RecordId, ids: &[RecordId]) -> Result<Option<RecordId>, StoreError> {
        self.store.written_by(person, ids)
    }

    fn last_actor(&self, request: &str, record: RecordId) -> Result<Option<RecordId>, StoreError> {
        self.store.last_actor(request, record)
    }

    fn login_taken(&self, login: &str) -> Result<bool, StoreError> {
        self.store.login_taken(login)
    }

    fn event_digest(&self, seq: u64) -> Result<Option<String>, StoreError> {
        self.store.event_digest(seq)
    }

    fn last_stamp(&self) -> Result<Option<StampedEvent>, StoreError> {
        self.store.last_stamp()
    }

    fn clock(&self) -> Result<ClockHistory, StoreError> {
        self.store.clock()
    }

    fn made_while_behind(&self) -> Result<Vec<RecordId>, StoreError> {
        self.store.made_while_behind()
    }
}
