//! Verification: recomputes everything that the file claims, and names the first thing that does not match.
//!
//! It believes nothing that stands in a column: texts are hashed again, signatures checked again, the audit trail replayed.

mod chain;
mod contents;
mod replay;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use ed25519_dalek::VerifyingKey;
use rusqlite::Connection;

use super::{StoreError, open};
use crate::domain::event::NO_PREVIOUS;
use crate::domain::ids::RecordId;
use crate::domain::signature::Signature;

/// Something that does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: an event, a record, a signature, an attachment, the database.
    pub place: String,
    /// What does not match, in words.
    pub what: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// How many events were checked.
    pub events: u64,
    /// How many records were checked.
    pub records: u64,
    /// How many signatures were checked.
    pub signatures: u64,
    /// How many attachments were checked.
    pub attachments: u64,
    /// The last event: number and digest.
    pub head: (u64, String),
    /// What does not match; the first one first. Empty: everything matches.
    pub findings: Vec<Finding>,
}

/// Most findings that are listed; after that the rest adds nothing.
const FINDINGS_MAX: usize = 100;

/// Verifies a file. `remembered` is a head that was seen earlier: number and digest, to notice truncation.
///
/// `keep_going` is asked now and then with the share that is done, 0 to 1; `false` cancels.
pub fn verify(
    path: &Path,
    remembered: Option<(u64, String)>,
    keep_going: &(dyn Fn(f32) -> bool + Sync),
) -> Result<Verification, StoreError> {
    let store = open::open_read_only(path)?;
    // One moment of the file: a writer that commits meanwhile waits, and nothing is half new.
    store.conn.execute_batch("BEGIN")?;
    let mut check = Check::new(&store.conn, keep_going);
    check.database()?;
    check.keys()?;
    check.signature_texts()?;
    check.chain()?;
    check.head_against(remembered);
    check.columns()?;
    check.records()?;
    check.signatures()?;
    check.attachments()?;
    check.credentials()?;
    Ok(check.result)
}

struct Key {
    person: String,
    public: VerifyingKey,
    /// The same in hexadecimal.
    hex: String,
    /// The event that brought it into force.
    seq: u64,
    /// Whether that event was found.
    named: bool,
}

struct Check<'a> {
    conn: &'a Connection,
    keep_going: &'a (dyn Fn(f32) -> bool + Sync),
    keys: HashMap<i64, Key>,
    replay: replay::Replay,
    /// Digest of each event.
    digests: Vec<String>,
    /// The signatures by their digests.
    texts: HashMap<String, Signature>,
    /// Digests of signatures that events name, with the event and the key that signed it.
    named_signatures: HashMap<String, (u64, i64)>,
    /// The public keys of one-time codes, by the event that gave them out; whom they let in.
    codes: BTreeMap<u64, (Option<RecordId>, VerifyingKey)>,
    used_codes: Vec<u64>,
    result: Verification,
}

impl<'a> Check<'a> {
    fn new(conn: &'a Connection, keep_going: &'a (dyn Fn(f32) -> bool + Sync)) -> Self {
        Self {
            conn,
            keep_going,
            keys: HashMap::new(),
            replay: replay::Replay::default(),
            digests: Vec::new(),
            texts: HashMap::new(),
            named_signatures: HashMap::new(),
            codes: BTreeMap::new(),
            used_codes: Vec::new(),
            result: Verification {
                events: 0,
                records: 0,
                signatures: 0,
                attachments: 0,
                head: (0, NO_PREVIOUS.to_owned()),
                findings: Vec::new(),
            },
        }
    }

    fn found(&mut self, place: impl Into<String>, what: impl Into<String>) {
        if self.result.findings.len() < FINDINGS_MAX {
            self.result.findings.push(Finding { place: place.into(), what: what.into() });
        }
    }

    fn go_on(&self, share: f32) -> Result<(), StoreError> {
        if (self.keep_going)(share) { Ok(()) } else { Err(StoreError::Cancelled) }
    }

    fn database(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare("PRAGMA integrity_check(10)")?;
        let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for line in lines.into_iter().filter(|line| line != "ok") {
            self.found("database", line);
        }
        let mut statement = self.conn.prepare("PRAGMA foreign_key_check")?;
        let tables: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for table in tables {
            self.found("database", format!("a reference of the table {table} leads nowhere"));
        }
        self.schema()
    }

    /// The triggers and checks that guard the evidence must be there as they were made.
    fn schema(&mut self) -> Result<(), StoreError> {
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(super::ddl::V1)?;
        let wanted = schema_of(&fresh)?;
        let present = schema_of(self.conn)?;
        for (name, sql) in &wanted {
            match present.get(name) {
                None => self.found("database", format!("the {name} is missing from the schema")),
                Some(other) if other != sql => {
                    self.found("database", format!("the {name} differs from the schema"));
                }
                Some(_) => {}
            }
        }
        for name in present.keys().filter(|name| !wanted.contains_key(*name)) {
            self.found("database", format!("the {name} does not belong to the schema"));
        }
        Ok(())
    }

    /// An event that was seen earlier must still be there with the same digest.
    fn head_against(&mut self, remembered: Option<(u64, String)>) {
        let Some((seq, digest)) = remembered else { return };
        let index = usize::try_from(seq).unwrap_or(usize::MAX);
        if index == 0 {
            return;
        }
        match self.digests.get(index - 1) {
            None => self.found(
                format!("event {seq}"),
                format!(
                    "was seen on this workstation earlier and is not there; the file was cut back to event {}, or an old copy was put in its place",
                    self.result.events
                ),
            ),
            Some(now) if *now != digest => {
                self.found(format!("event {seq}"), "is not the one that was seen on this workstation earlier");
            }
            Some(_) => {}
        }
    }
}

/// Everything in the schema by its type and name.
fn schema_of(conn: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let sql = "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name <> 'sqlite_stat1'";
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
