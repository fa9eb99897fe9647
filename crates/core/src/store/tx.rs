//! Transactions. Records, events and signatures are written only here.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::blobs::{self, NewBlob};
use super::events::{self, Head};
use super::identity::Seen;
use super::keys::Credential;
use super::reading::Known;
use super::{Reading, Store, StoreError, ddl, records, search};
use crate::domain::canonical;
use crate::domain::clock::ClockHistory;
use crate::domain::event::Event;
use crate::domain::ids::RecordId;
use crate::domain::shared_record::SharedRecord;

/// A text with its signature.
#[derive(Debug, Clone)]
pub struct SignedText {
    /// The canonical text.
    pub body: String,
    /// Number of the key that signed it.
    pub key: i64,
    /// The Ed25519 signature over the text's SHA-256 digest written in hexadecimal.
    pub signature: [u8; 64],
}

/// Everything that one event writes.
pub struct Commit {
    /// The event.
    pub event: Event,
    /// Its canonical text, signed.
    pub signed: SignedText,
    /// The records as they are after it.
    pub records: Vec<SharedRecord>,
    /// The electronic signatures of the event.
    pub signatures: Vec<SignedText>,
    /// Bytes of new attachments.
    pub blobs: Vec<NewBlob>,
    /// Public keys that come into force: number, person, key.
    pub keys: Vec<(i64, RecordId, [u8; 32])>,
    /// Wrapped private keys.
    pub credentials: Vec<Credential>,
}

/// A transaction. If it is dropped without [`Tx::commit`], the file stays as it was.
pub struct Tx<'a> {
    store: &'a mut Store,
    before: Head,
    /// The clock history before the transaction.
    clock: Option<(u64, ClockHistory)>,
    open: bool,
    /// Records as they are in the transaction now.
    known: RefCell<Known>,
    /// Records whose text the search does not know yet. It is told of many at once, because each time it writes to its own tables.
    unindexed: BTreeMap<RecordId, SharedRecord>,
}

/// How many records a transaction remembers, and how many it keeps from the search.
const REMEMBERED_MAX: usize = 4_000;
const UNINDEXED_MAX: usize = 1_000;

const INSERT_EVENT: &str =
    "INSERT INTO event (seq, digest, key, signature, body) VALUES (?1, ?2, ?3, ?4, ?5)";

impl Store {
    /// Begins a transaction after checking that nobody else wrote to the file or replaced it.
    pub fn begin(&mut self) -> Result<Tx<'_>, StoreError> {
        if !self.writable {
            return Err(StoreError::ReadOnly);
        }
        if Seen::of(&self.conn, &self.path)? != self.seen {
            return Err(StoreError::ChangedUnderneath(self.path.clone()));
        }
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let (before, clock) = (self.head.clone(), self.clock.get());
        let tx = Tx {
            store: self,
            before,
            clock,
            open: true,
            known: RefCell::default(),
            unindexed: BTreeMap::new(),
        };
        if events::head(&tx.store.conn)? != tx.before {
            return Err(StoreError::ChangedUnderneath(tx.store.path.clone()));
        }
        Ok(tx)
    }

    /// Writes data that is not evidence: drafts and failed sign-ins.
    pub(super) fn write_aside(
        &mut self,
        write: impl FnOnce(&Connection) -> rusqlite::Result<usize>,
    ) -> Result<(), StoreError> {
        let tx = self.begin()?;
        write(&tx.store.conn)?;
        tx.commit()
    }
}

impl Tx<'_> {
    /// The file as the transaction sees it.
    pub fn store(&self) -> &Store {
        self.store
    }

    /// Calls `look` with the records as the transaction sees them. What one call reads, the next one knows.
    pub fn read<T>(&self, look: impl FnOnce(&Reading<'_>) -> T) -> T {
        let reading = Reading::knowing(self.store, self.known.take());
        let found = look(&reading);
        let known = reading.into_records();
        if known.len() <= REMEMBERED_MAX {
            self.known.replace(known);
        }
        found
    }

    /// Tells the search what was written.
    fn index(&mut self) -> Result<(), StoreError> {
        for data in std::mem::take(&mut self.unindexed).values() {
            search::put(&self.store.conn, data)?;
        }
        Ok(())
    }

    /// Writes one event with everything that belongs to it, and reads it back.
    pub fn append(&mut self, commit: &Commit) -> Result<(), StoreError> {
        self.append_while(commit, &|_| true)
    }

    /// The same; `keep_going` is asked with the number of bytes of an attachment that are written, and `false` cancels.
    pub fn append_while(
        &mut self,
        commit: &Commit,
        keep_going: &dyn Fn(u64) -> bool,
    ) -> Result<(), StoreError> {
        if !self.store.views_are_fresh {
            ddl::refresh_views(&self.store.conn)?;
            self.store.views_are_fresh = true;
        }
        let conn = &self.store.conn;
        let digest = canonical::digest(commit.signed.body.as_bytes());
        let seq = commit.event.seq.cast_signed();
        // The event before what names it: where rows already wait for their event, SQLite looks for them through all rows of the file.
        let signed = &commit.signed;
        conn.prepare_cached(INSERT_EVENT)?.execute(params![
            seq,
            digest,
            signed.key,
            signed.signature,
            signed.body
        ])?;
        for change in &commit.event.changes {
            conn.prepare_cached("INSERT INTO touch (record, revision, seq) VALUES (?1, ?2, ?3)")?
                .execute(params![change.record.key(), change.revision, seq])?;
        }
        for blob in &commit.blobs {
            blobs::put(conn, blob, keep_going)?;
        }
        for data in &commit.records {
            records::put(conn, data)?;
            self.known.borrow_mut().insert(data.head.id, Some(data.clone()));
            self.unindexed.insert(data.head.id, data.clone());
        }
        for (number, person, key) in &commit.keys {
            conn.execute(
                "INSERT INTO signing_key (number, person, public_key, seq) VALUES (?1, ?2, ?3, ?4)",
                params![number, person.to_string(), key, seq],
            )?;
        }
        for credential in &commit.credentials {
            put_credential(conn, credential)?;
        }
        for signed in &commit.signatures {
            conn.execute(
                "INSERT INTO signature (digest, key, signature, body) VALUES (?1, ?2, ?3, ?4)",
                params![canonical::digest(signed.body.as_bytes()), signed.key, signed.signature, signed.body],
            )?;
        }
        self.read_back(commit, &digest)?;
        self.store.note_clock(&commit.event);
        self.store.head = Head { seq: commit.event.seq, digest, at: Some(commit.event.at) };
        if self.unindexed.len() > UNINDEXED_MAX {
            self.index()?;
        }
        Ok(())
    }

    /// Checks that what was written reads back unchanged. Success is reported only after that.
    fn read_back(&self, commit: &Commit, digest: &str) -> Result<(), StoreError> {
        let conn = &self.store.conn;
        let body: String = conn
            .prepare_cached("SELECT body FROM event WHERE seq = ?1")?
            .query_row([commit.event.seq.cast_signed()], |row| row.get(0))?;
        if canonical::digest(body.as_bytes()) != digest {
            return Err(StoreError::ReadBack);
        }
        for change in &commit.event.changes {
            let body = records::body(conn, change.record)?.unwrap_or_default();
            if canonical::digest(body.as_bytes()) != change.digest {
                return Err(StoreError::ReadBack);
            }
        }
        Ok(())
    }

    /// Makes everything durable.
    pub fn commit(mut self) -> Result<(), StoreError> {
        self.index()?;
        self.store.conn.execute_batch("COMMIT")?;
        self.open = false;
        // It is durable. If the file cannot be looked at now, the next transaction says that it changed.
        if let Ok(seen) = Seen::of(&self.store.conn, &self.store.path) {
            self.store.seen = seen;
        }
        Ok(())
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        if self.open {
            let _ = self.store.conn.execute_batch("ROLLBACK");
            self.store.head = self.before.clone();
            // What the transaction found out about the events before it is still true.
            let found = self.store.clock.take().filter(|(seq, _)| *seq == self.before.seq);
            self.store.clock.set(found.or(self.clock));
            self.store.views_are_fresh = false;
        }
    }
}

pub fn put_credential(conn: &Connection, credential: &Credential) -> rusqlite::Result<usize> {
    conn.execute(
        "INSERT INTO credential (person, key, memory_kib, iterations, salt, nonce, wrapped, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (person) DO UPDATE SET key = excluded.key, memory_kib = excluded.memory_kib,
           iterations = excluded.iterations, salt = excluded.salt, nonce = excluded.nonce,
           wrapped = excluded.wrapped, changed_at = excluded.changed_at",
        params![
            credential.person.to_string(),
            credential.key,
            credential.cost.memory_kib,
            credential.cost.iterations,
            credential.salt,
            credential.nonce,
            credential.wrapped,
            credential.changed_at.to_string(),
        ],
    )
}

#[cfg(test)]
impl Store {
    /// How many events were written since the file was opened, and how many rows were looked through one by one for that.
    pub fn events_and_rows_looked_through(&self) -> (i32, i32) {
        use rusqlite::StatementStatus::{FullscanStep, Run};
        let statement = self.conn.prepare_cached(INSERT_EVENT).unwrap();
        (statement.get_status(Run), statement.get_status(FullscanStep))
    }
}
