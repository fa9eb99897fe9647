//! The state of a file after some of its events: at a moment of its past, or while verification performs them again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::convert::Infallible;

use crate::domain::authorship;
use crate::domain::clock::{self, ACKNOWLEDGE, ClockHistory};
use crate::domain::continuation::Continued;
use crate::domain::event::Event;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::packet;
use crate::domain::record::RecordData;
use crate::domain::requests::{Account, RecordSource};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::time_stamp::{StampedEvent, TIME_STAMP};

/// The records, signatures and other data that a request may read.
#[derive(Default)]
pub struct Ledger {
    records: HashMap<RecordId, SharedRecord>,
    /// The numbers of each kind.
    numbers: BTreeMap<Kind, BTreeSet<u32>>,
    /// The records that refer to a record.
    referring: HashMap<RecordId, BTreeSet<RecordId>>,
    /// The parts of a record.
    parts: HashMap<RecordId, BTreeSet<RecordId>>,
    signatures: HashMap<RecordId, Vec<Signature>>,
    editors: HashMap<RecordId, BTreeSet<RecordId>>,
    /// The person who last performed a request on a person.
    last_actors: HashMap<(String, RecordId), RecordId>,
    logins: HashSet<String>,
    clock: ClockHistory,
    /// Who made events while the clock ran backwards, since that was last acknowledged.
    behind: BTreeSet<RecordId>,
    continued: Continued,
    /// The highest number of a packet.
    packets: u32,
    /// The last trusted time stamp.
    stamp: Option<StampedEvent>,
    /// SHA-256 of each event by its number, as the event after it names it.
    digests: HashMap<u64, [u8; 32]>,
}

impl Ledger {
    /// A record.
    pub fn get(&self, id: RecordId) -> Option<&SharedRecord> {
        self.records.get(&id)
    }

    /// The account of a person.
    pub fn person(&self, id: RecordId) -> Option<Account> {
        let data = self.records.get(&id)?;
        Some((data.head.state.clone(), data.typed()?))
    }

    /// The clock according to the events so far.
    pub const fn time(&self) -> ClockHistory {
        self.clock
    }

    /// Notes what the next event says of the time before it: the latest moment that the workstation knew, and the digest of the
    /// event before it.
    pub fn begin(&mut self, event: &Event) {
        self.clock.seen = event.clock_seen;
        if event.seq > 1 {
            let mut digest = [0; 32];
            // What is no digest fits no time stamp either.
            let _ = hex::decode_to_slice(&event.previous, &mut digest);
            self.digests.insert(event.seq - 1, digest);
        }
    }

    /// Applies the changes of the next event, with its signatures. The changes are not checked; verification does that.
    pub fn follow(&mut self, event: &Event, signatures: &[Signature]) {
        self.begin(event);
        for change in &event.changes {
            let before = self.take(change.record);
            let data = change.applied(event, before.clone());
            self.put(before.as_deref(), data);
        }
        self.end(event, signatures);
    }

    /// Whether no event was applied.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Removes a record, to put it back changed.
    pub fn take(&mut self, id: RecordId) -> Option<SharedRecord> {
        self.records.remove(&id)
    }

    /// Inserts a record as an event left it. `before` is its previous form.
    pub fn put(&mut self, before: Option<&RecordData>, data: SharedRecord) {
        let id = data.head.id;
        if before.is_none() {
            self.numbers.entry(id.kind).or_default().insert(id.number);
        }
        let targets = |data: &RecordData| -> BTreeSet<RecordId> {
            data.references().into_iter().map(|reference| reference.target).collect()
        };
        let (was, now) = (before.map(targets).unwrap_or_default(), targets(&data));
        for target in was.difference(&now) {
            self.referring.entry(*target).or_default().remove(&id);
        }
        for target in now.difference(&was) {
            self.referring.entry(*target).or_default().insert(id);
        }
        if let Some(parent) = data.head.parent {
            self.parts.entry(parent).or_default().insert(id);
        }
        if id.kind == Kind::Person {
            self.logins.insert(data.text("login").to_owned());
        }
        self.records.insert(id, data);
    }

    /// Ends an event: applies the rest of it besides the records.
    pub fn end(&mut self, event: &Event, signatures: &[Signature]) {
        self.clock.take(event);
        self.clock.seen = None;
        if event.request == ACKNOWLEDGE {
            self.behind.clear();
        } else {
            self.behind.extend(clock::made_while_behind(event));
        }
        if event.request == TIME_STAMP {
            self.stamp = StampedEvent::of(event);
        }
        self.continued.take(event);
        self.packets = self.packets.max(packet::issued(event).unwrap_or_default());
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

impl RecordSource<Infallible> for Ledger {
    fn record(&self, id: RecordId) -> Result<Option<SharedRecord>, Infallible> {
        Ok(self.records.get(&id).cloned())
    }

    fn account(&self, id: RecordId) -> Result<Option<Account>, Infallible> {
        Ok(self.person(id))
    }

    fn highest_number(&self, kind: Kind) -> Result<u32, Infallible> {
        let last = self.numbers.get(&kind).and_then(BTreeSet::last);
        Ok(last.copied().unwrap_or_default())
    }

    fn continued(&self) -> Result<Continued, Infallible> {
        Ok(self.continued.clone())
    }

    fn highest_packet(&self) -> Result<u32, Infallible> {
        Ok(self.packets)
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, Infallible> {
        let sources = self.referring.get(&id).into_iter().flatten();
        let of_kind = sources.filter(|source| source.kind == kind);
        Ok(of_kind.filter_map(|source| self.records.get(source)).cloned().collect())
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, Infallible> {
        let parts = self.parts.get(&parent).into_iter().flatten();
        Ok(parts.filter(|id| id.kind == kind).filter_map(|id| self.records.get(id)).cloned().collect())
    }

    fn all(&self, kind: Kind) -> Result<Vec<SharedRecord>, Infallible> {
        let numbers = self.numbers.get(&kind).into_iter().flatten();
        let records = numbers.filter_map(|number| self.records.get(&RecordId::new(kind, *number)));
        Ok(records.cloned().collect())
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

    fn event_digest(&self, seq: u64) -> Result<Option<String>, Infallible> {
        Ok(self.digests.get(&seq).map(hex::encode))
    }

    fn last_stamp(&self) -> Result<Option<StampedEvent>, Infallible> {
        Ok(self.stamp.clone())
    }

    fn clock(&self) -> Result<ClockHistory, Infallible> {
        Ok(self.clock)
    }

    fn made_while_behind(&self) -> Result<Vec<RecordId>, Infallible> {
        Ok(self.behind.iter().copied().collect())
    }
}
