//! The data on which a request is performed: the current file, or the state before one of its events.

use std::sync::Arc;

use crate::domain::canonical::Digest;
use crate::domain::clock::ClockHistory;
use crate::domain::continuation::Continued;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Person;
use crate::domain::record::{ListRow, RecordData};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Part, Signature};
use crate::domain::time_stamp::StampedEvent;

/// A person's state and content.
pub type Account = (String, Arc<Person>);

/// The records, signatures and events so far. `F` is its error.
pub trait RecordSource<F> {
    /// A record by its number.
    fn record(&self, id: RecordId) -> Result<Option<SharedRecord>, F>;
    /// The account of a person; `None` if there is none, or it cannot be read.
    fn account(&self, id: RecordId) -> Result<Option<Account>, F> {
        Ok(self.record(id)?.and_then(|data| Some((data.head.state.clone(), data.typed()?))))
    }
    /// The highest number of a kind; 0 without a record.
    fn highest_number(&self, kind: Kind) -> Result<u32, F>;
    /// How the file was continued from restored copies.
    fn continued(&self) -> Result<Continued, F>;
    /// The number of the next record of a kind: after all that are there, and after all that may have been used before the file
    /// was continued from a restored copy.
    fn next_number(&self, kind: Kind) -> Result<u32, F> {
        Ok(self.continued()?.next(kind, self.highest_number(kind)?))
    }
    /// The highest number of a packet; 0 without one.
    fn highest_packet(&self) -> Result<u32, F>;
    /// The number of the next packet.
    fn next_packet(&self) -> Result<u32, F> {
        Ok(self.continued()?.next_packet(self.highest_packet()?))
    }
    /// The records of a kind that name `id` in one of their references, in order.
    fn referring(&self, id: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, F>;
    /// The parts of one kind of a record, in order.
    fn parts(&self, parent: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, F>;
    /// The part records that a signature of this part of a record covers.
    fn covered_parts(&self, data: &RecordData, part: Part) -> Result<Vec<SharedRecord>, F> {
        let mut parts = Vec::new();
        for (def, _) in data.def().part_kinds().filter(|(_, part_of)| part.covers(*part_of)) {
            parts.extend(self.parts(data.head.id, def.kind)?);
        }
        Ok(parts)
    }
    /// All records of a kind, in order.
    fn all(&self, kind: Kind) -> Result<Vec<SharedRecord>, F>;
    /// The records of a kind with this title, in order.
    fn titled(&self, kind: Kind, title: &str) -> Result<Vec<SharedRecord>, F> {
        let mut records = self.all(kind)?;
        records.retain(|data| data.title() == title);
        Ok(records)
    }
    /// The records of a kind that are in one of these states, in order.
    fn in_states(&self, kind: Kind, states: &[&str]) -> Result<Vec<SharedRecord>, F> {
        let mut records = self.all(kind)?;
        records.retain(|data| states.contains(&data.head.state.as_str()));
        Ok(records)
    }
    /// The rows of a list: every record of the kind, newest first, with additional columns by field name.
    fn list(&self, kind: Kind, more: &[&str]) -> Result<Vec<ListRow>, F> {
        Ok(self.all(kind)?.iter().rev().map(|data| ListRow::of(data, more)).collect())
    }
    /// The signatures on a record, oldest first.
    fn signatures(&self, id: RecordId) -> Result<Vec<Signature>, F>;
    /// Everybody who created the record or edited the content that an approval of it fixes, sorted: the actors of the events
    /// that [`crate::domain::authorship::writes`] selects.
    fn editors(&self, id: RecordId) -> Result<Vec<RecordId>, F>;
    /// One of these records of which a person is an editor.
    fn written_by(&self, person: RecordId, ids: &[RecordId]) -> Result<Option<RecordId>, F> {
        for id in ids {
            if self.editors(*id)?.contains(&person) {
                return Ok(Some(*id));
            }
        }
        Ok(None)
    }
    /// The person who last performed a request on a record.
    fn last_actor(&self, request: &str, record: RecordId) -> Result<Option<RecordId>, F>;
    /// Whether a login is or was in use.
    fn login_taken(&self, login: &str) -> Result<bool, F>;
    /// SHA-256 of the text of an event by its number.
    fn event_digest(&self, seq: u64) -> Result<Option<Digest>, F>;
    /// The last trusted time stamp.
    fn last_stamp(&self) -> Result<Option<StampedEvent>, F>;
    /// The clock according to the events, and to what the workstation saw elsewhere.
    fn clock(&self) -> Result<ClockHistory, F>;
    /// Who made events while the clock ran backwards, since that was last acknowledged; sorted.
    fn made_while_behind(&self) -> Result<Vec<RecordId>, F>;
}
