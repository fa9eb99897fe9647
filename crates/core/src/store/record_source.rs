//! The product file as the source of records for requests.

use std::collections::BTreeSet;

use rusqlite::OptionalExtension as _;

use super::events::parse_event;
use super::{Store, StoreError};
use crate::domain::authorship;
use crate::domain::clock::ClockHistory;
use crate::domain::continuation::{CONTINUE, Continued};
use crate::domain::event::Event;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::packet;
use crate::domain::record::{ListRow, RecordData};
use crate::domain::requests::RecordSource;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::time_stamp::StampedEvent;
use mainstay_base::distinct::distinct;
use mainstay_base::time::Moment;

impl Store {
    /// The latest moment that the workstation knows from elsewhere.
    pub fn clock_seen(&self) -> Option<Moment> {
        self.clock_seen.get()
    }

    /// Notes the latest moment that the workstation knows from elsewhere.
    pub fn see_clock(&self, seen: Option<Moment>) {
        self.clock_seen.set(seen);
    }

    /// Adds the event that follows the head to the clock history, if the history is known up to the head.
    pub(super) fn note_clock(&self, event: &Event) {
        let next = self.clock.take().filter(|(seq, _)| *seq == self.head.seq).map(|(_, mut clock)| {
            clock.take(event);
            (event.seq, clock)
        });
        self.clock.set(next);
    }
}

fn shared(records: Vec<RecordData>) -> Vec<SharedRecord> {
    records.into_iter().map(SharedRecord::from).collect()
}

impl RecordSource<StoreError> for Store {
    fn record(&self, id: RecordId) -> Result<Option<SharedRecord>, StoreError> {
        Ok(Self::record(self, id)?.map(SharedRecord::from))
    }

    fn highest_number(&self, kind: Kind) -> Result<u32, StoreError> {
        Self::highest_number(self, kind)
    }

    fn continued(&self) -> Result<Continued, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT body FROM event WHERE request = ?1 ORDER BY seq")?;
        let mut rows = statement.query([CONTINUE])?;
        let mut continued = Continued::default();
        while let Some(row) = rows.next()? {
            continued.take(&parse_event(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
        }
        Ok(continued)
    }

    fn highest_packet(&self) -> Result<u32, StoreError> {
        // Their numbers grow with their events.
        let newest = self.events_of(packet::ISSUE, 1)?;
        Ok(newest.first().and_then(packet::issued).unwrap_or_default())
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, StoreError> {
        Ok(shared(Self::referring(self, id, kind)?))
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, StoreError> {
        Ok(shared(Self::parts(self, parent, kind)?))
    }

    fn all(&self, kind: Kind) -> Result<Vec<SharedRecord>, StoreError> {
        Ok(shared(self.records(kind)?))
    }

    fn titled(&self, kind: Kind, title: &str) -> Result<Vec<SharedRecord>, StoreError> {
        Ok(shared(Self::titled(self, kind, title)?))
    }

    fn in_states(&self, kind: Kind, states: &[&str]) -> Result<Vec<SharedRecord>, StoreError> {
        Ok(shared(Self::in_states(self, kind, states)?))
    }

    fn list(&self, kind: Kind, more: &[&str]) -> Result<Vec<ListRow>, StoreError> {
        Self::list(self, kind, more)
    }

    fn signatures(&self, id: RecordId) -> Result<Vec<Signature>, StoreError> {
        Self::signatures(self, id)
    }

    fn editors(&self, id: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let history = self.history(id)?;
        let writing = history.iter().filter(|event| authorship::writes(event, id));
        Ok(distinct(writing.map(|event| event.actor)))
    }

    fn written_by(&self, person: RecordId, ids: &[RecordId]) -> Result<Option<RecordId>, StoreError> {
        let keys: Vec<i64> = ids.iter().map(|id| id.key()).collect();
        let kinds: BTreeSet<&str> = ids.iter().map(|id| id.kind.code()).collect();
        let requests: Vec<String> =
            kinds.iter().flat_map(|kind| [format!("{kind}.create"), format!("{kind}.edit")]).collect();
        let sql = "SELECT body FROM event WHERE actor = ?1 AND request IN (SELECT value FROM json_each(?2))
                     AND seq IN (SELECT seq FROM touch WHERE record IN (SELECT value FROM json_each(?3))) ORDER BY seq";
        let mut statement = self.conn.prepare_cached(sql)?;
        let (requests, keys) = (serde_json::json!(requests).to_string(), serde_json::json!(keys).to_string());
        let mut rows = statement.query([&person.to_string(), &requests, &keys])?;
        while let Some(row) = rows.next()? {
            let event = parse_event(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
            let mut touched = event.changes.iter().map(|change| change.record).filter(|id| ids.contains(id));
            if let Some(id) = touched.find(|id| authorship::writes(&event, *id)) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    fn last_actor(&self, request: &str, record: RecordId) -> Result<Option<RecordId>, StoreError> {
        let sql = "SELECT actor FROM event WHERE request = ?1 AND record = ?2 ORDER BY seq DESC LIMIT 1";
        let actor: Option<String> = self
            .conn
            .prepare_cached(sql)?
            .query_row([request, &record.to_string()], |row| row.get(0))
            .optional()?;
        Ok(actor.and_then(|actor| actor.parse().ok()))
    }

    fn login_taken(&self, login: &str) -> Result<bool, StoreError> {
        Ok(self.find_by_line(Kind::Person, "login", login)?.is_some())
    }

    fn event_digest(&self, seq: u64) -> Result<Option<String>, StoreError> {
        Self::event_digest(self, seq)
    }

    fn last_stamp(&self) -> Result<Option<StampedEvent>, StoreError> {
        Self::last_stamp(self)
    }

    fn clock(&self) -> Result<ClockHistory, StoreError> {
        let seen = self.clock_seen.get();
        if let Some((seq, clock)) = self.clock.get()
            && seq == self.head.seq
        {
            return Ok(ClockHistory { seen, ..clock });
        }
        let clock = self.clock_history()?;
        self.clock.set(Some((self.head.seq, clock)));
        Ok(ClockHistory { seen, ..clock })
    }

    fn made_while_behind(&self) -> Result<Vec<RecordId>, StoreError> {
        Self::made_while_behind(self)
    }
}
