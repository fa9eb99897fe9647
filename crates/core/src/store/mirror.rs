//! Data that a mirror takes over exactly as it is stored: what is new since an event, in one state of the file.
//!
//! Wrapped keys, failed sign-ins, drafts and the bytes of attachments are not read here.

use super::events::{self, Head};
use super::keys::SigningKeyRow;
use super::{Store, StoreError};

/// Texts that are read at once, so that whoever writes gets in between.
const PAGE: u64 = 2000;

/// A signed text with its number: an audit event or an electronic signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedText {
    /// Its number.
    pub number: u64,
    /// SHA-256 of the text, hexadecimal.
    pub digest: String,
    /// Number of the key that signed it.
    pub key: i64,
    /// The Ed25519 signature.
    pub signature: Vec<u8>,
    /// Its exact text.
    pub body: String,
}

/// The text of a record with its key in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordText {
    /// The number of the kind times 2^32, plus the number of the record within its kind.
    pub key: i64,
    /// Its exact text.
    pub body: String,
}

/// How much there is up to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountsUntil {
    /// Electronic signatures.
    pub signatures: u64,
    /// Public keys.
    pub keys: u64,
    /// Records.
    pub records: u64,
}

/// One state of the file, as far as it is new since an event.
#[derive(Debug, Clone)]
pub struct NewSince {
    /// The last event of this state.
    pub head: Head,
    /// When the file was made.
    pub made_at: String,
    /// The version of the program that made it.
    pub made_with: String,
    /// The records that later events changed, as they are now.
    pub records: Vec<RecordText>,
    /// The public keys that have come into force up to now.
    pub keys: Vec<SigningKeyRow>,
}

impl Store {
    /// What is new since an event; 0 for everything. It is read in one go, which keeps a writer waiting for that moment only.
    pub fn new_since(&self, seq: u64) -> Result<NewSince, StoreError> {
        self.conn.execute_batch("BEGIN")?;
        let read = self.read_new(seq);
        self.conn.execute_batch("COMMIT")?;
        read
    }

    fn read_new(&self, seq: u64) -> Result<NewSince, StoreError> {
        let head = events::head(&self.conn)?;
        let (made_at, made_with) =
            self.conn.query_row("SELECT made_at, made_with FROM product_file", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let sql = "SELECT key, body FROM record WHERE key IN (SELECT record FROM touch WHERE seq > ?1) ORDER BY key";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement
            .query_map([as_stored(seq)], |row| Ok(RecordText { key: row.get(0)?, body: row.get(1)? }))?;
        let records = rows.collect::<Result<_, _>>()?;
        Ok(NewSince { head, made_at, made_with, records, keys: self.signing_keys()? })
    }

    /// How much there is up to an event.
    pub fn counts_until(&self, seq: u64) -> Result<CountsUntil, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM signature WHERE event <= ?1), (SELECT count(*) FROM signing_key WHERE seq <= ?1),
                     (SELECT count(*) FROM touch WHERE revision = 1 AND seq <= ?1)";
        let counts = self.conn.query_row(sql, [as_stored(seq)], |row| {
            let count = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
            Ok(CountsUntil { signatures: count(0)?, keys: count(1)?, records: count(2)? })
        })?;
        Ok(counts)
    }

    /// Passes the audit events after one up to another to `each`, oldest first.
    pub fn each_event_between<E: From<StoreError>>(
        &self,
        after: u64,
        until: u64,
        each: impl FnMut(NumberedText) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT seq, digest, key, signature, body FROM event WHERE seq > max(?1, ?4) AND seq <= ?2
                   ORDER BY seq LIMIT ?3";
        self.each_page(sql, after, until, each)
    }

    /// Passes the electronic signatures of the events after one up to another to `each`, oldest first.
    pub fn each_signature_between<E: From<StoreError>>(
        &self,
        after: u64,
        until: u64,
        each: impl FnMut(NumberedText) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT number, digest, key, signature, body FROM signature
                   WHERE event > ?1 AND event <= ?2 AND number > ?4 ORDER BY number LIMIT ?3";
        self.each_page(sql, after, until, each)
    }

    /// In pages: what follows ?4, the last number of the page before.
    fn each_page<E: From<StoreError>>(
        &self,
        sql: &str,
        after: u64,
        until: u64,
        mut each: impl FnMut(NumberedText) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut passed = 0;
        loop {
            let page = self.page(sql, (after, until), passed)?;
            let Some(last) = page.last() else { return Ok(()) };
            passed = last.number;
            page.into_iter().try_for_each(&mut each)?;
        }
    }

    fn page(
        &self,
        sql: &str,
        (after, until): (u64, u64),
        passed: u64,
    ) -> Result<Vec<NumberedText>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let bounds = [after, until, PAGE, passed].map(as_stored);
        let rows = statement.query_map(bounds, |row| {
            Ok(NumberedText {
                number: row.get::<_, i64>(0)?.unsigned_abs(),
                digest: row.get(1)?,
                key: row.get(2)?,
                signature: row.get(3)?,
                body: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn as_stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
