//! What a request is performed on: the file as it is, or the records as the events before one say that they were.

use std::sync::Arc;

use crate::domain::clock::ClockHistory;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Person;
use crate::domain::record::{ListRow, RecordData};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;

/// A person's state and content.
pub type Account = (String, Arc<Person>);

/// The records, signatures and events so far. `F` is how it fails.
pub trait RecordSource<F> {
    /// A record by its number.
    fn record(&self, id: RecordId) -> Result<Option<SharedRecord>, F>;
    /// The account of a person; `None` where there is none, or it cannot be read.
    fn account(&self, id: RecordId) -> Result<Option<Account>, F> {
        Ok(self.record(id)?.and_then(|data| Some((data.head.state.clone(), data.typed()?))))
    }
    /// The number that the next record of a kind gets.
    fn next_number(&self, kind: Kind) -> Result<u32, F>;
    /// The records of a kind that name `id` in one of their references, in their order.
    fn referring(&self, id: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, F>;
    /// The parts of a record of one kind, in their order.
    fn parts(&self, parent: RecordId, kind: Kind) -> Result<Vec<SharedRecord>, F>;
    /// Everything that is a part of a record, of every kind.
    fn all_parts(&self, data: &RecordData) -> Result<Vec<SharedRecord>, F> {
        let mut parts = Vec::new();
        for (def, _) in data.def().part_kinds() {
            parts.extend(self.parts(data.head.id, def.kind)?);
        }
        Ok(parts)
    }
    /// All records of a kind, in their order.
    fn all(&self, kind: Kind) -> Result<Vec<SharedRecord>, F>;
    /// The records of a kind that are in one of these states, in their order.
    fn in_states(&self, kind: Kind, states: &[&str]) -> Result<Vec<SharedRecord>, F> {
        let mut records = self.all(kind)?;
        records.retain(|data| states.contains(&data.head.state.as_str()));
        Ok(records)
    }
    /// The rows of a list: every record of the kind, newest first, with further columns by field name.
    fn list(&self, kind: Kind, more: &[&str]) -> Result<Vec<ListRow>, F> {
        Ok(self.all(kind)?.iter().rev().map(|data| ListRow::of(data, more)).collect())
    }
    /// The signatures on a record, oldest first.
    fn signatures(&self, id: RecordId) -> Result<Vec<Signature>, F>;
    /// Everybody who made the record or edited what an approval of it fixes, sorted: the actors of the events of which
    /// [`crate::domain::authorship::writes`] says so.
    fn editors(&self, id: RecordId) -> Result<Vec<RecordId>, F>;
    /// Who last performed a request on a record.
    fn last_actor(&self, request: &str, record: RecordId) -> Result<Option<RecordId>, F>;
    /// Whether a login is or was used by anybody.
    fn login_taken(&self, login: &str) -> Result<bool, F>;
    /// What the events say of the clock.
    fn clock(&self) -> Result<ClockHistory, F>;
}
