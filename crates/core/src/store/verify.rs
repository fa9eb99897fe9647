//! Verification: recomputes everything that the file claims, and names the first thing that does not match.
//!
//! It believes nothing that stands in a column: texts are hashed again, signatures checked again, the audit trail replayed.

mod chain;
mod contents;
mod events;
mod read;
mod replay;
mod searches;
mod strict;
mod tables;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use ed25519_dalek::VerifyingKey;
use rusqlite::Connection;

use super::{Head, Steps, StoreError, open};
use crate::domain::event::NO_PREVIOUS;
use crate::domain::ids::RecordId;
use crate::domain::signature::Signature;
use mainstay_base::time::Moment;

/// Something that does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
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
    /// The records whose signatures do not match, as far as a signature still says on which record it is.
    pub signatures_broken: BTreeSet<RecordId>,
    /// How many attachments were checked.
    pub attachments: u64,
    /// How many trusted time stamps were checked.
    pub time_stamps: u64,
    /// The last event that a trusted time stamp proves, and the time at which it existed.
    pub last_stamped: Option<(u64, Moment)>,
    /// The event that is dated furthest after the time that a trusted time stamp proves for it, by how many seconds: the clock
    /// was ahead.
    pub clock_ahead: Option<(u64, u64)>,
    /// The last event: number and digest.
    pub head: (u64, String),
    /// What does not match; the first one first. Empty: everything matches.
    pub findings: Vec<Discrepancy>,
}

impl Verification {
    /// Whether the file with this head verifies; `None` if nothing was found wrong up to another event, so that nothing is known of the rest.
    pub fn verifies(&self, head: &Head) -> Option<bool> {
        if !self.findings.is_empty() {
            return Some(false);
        }
        (self.head.0 == head.seq && self.head.1 == head.digest).then_some(true)
    }
}

impl Default for Verification {
    fn default() -> Self {
        let head = (0, NO_PREVIOUS.to_owned());
        Self {
            events: 0,
            records: 0,
            signatures: 0,
            signatures_broken: BTreeSet::new(),
            attachments: 0,
            time_stamps: 0,
            last_stamped: None,
            clock_ahead: None,
            head,
            findings: Vec::new(),
        }
    }
}

impl Verification {
    /// Of a file that is too damaged to look into.
    fn of_nothing(what: String) -> Self {
        Self { findings: vec![Discrepancy { place: "database".to_owned(), what }], ..Self::default() }
    }
}

/// Most findings that are listed; after that the rest adds nothing.
const FINDINGS_MAX: usize = 100;
/// Most threads that check what events say of themselves.
const THREADS_MAX: usize = 8;
/// Memory for pages of each connection, in KiB: records are read by number, here and there in the file.
const PAGES_KIB: i32 = 32 * 1024;
/// How long both connections are tried to be brought to one moment while others write.
const PATIENCE: Duration = Duration::from_secs(15);

/// Verifies a file. `remembered` is a head that was seen earlier: number and digest, to notice truncation.
///
/// `keep_going` is asked now and then with the share that is done, 0 to 1; `false` cancels.
pub fn verify(
    path: &Path,
    remembered: Option<(u64, String)>,
    keep_going: &(dyn Fn(f32) -> bool + Sync),
) -> Result<Verification, StoreError> {
    verify_by(path, Steps::RELEASED, remembered, keep_going)
}

/// The same of a file whose schema may be an older one that `steps` know.
pub fn verify_by(
    path: &Path,
    steps: Steps,
    remembered: Option<(u64, String)>,
    keep_going: &(dyn Fn(f32) -> bool + Sync),
) -> Result<Verification, StoreError> {
    let opened = at_one_moment(path).and_then(|(conn, beside)| {
        let version: i32 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok((conn, beside, version))
    });
    let (conn, beside, version) = match opened {
        Err(StoreError::Damaged(what)) => return Ok(Verification::of_nothing(what)),
        opened => opened?,
    };
    let schema = steps.schema(version).ok_or_else(|| {
        StoreError::Refused(format!(
            "its schema {version} is not known; verify it with the program that made it"
        ))
    })?;
    let progress = Progress { keep_going, stopped: Arc::default() };
    let mut check = Check::new(&conn, &progress);
    check.part("keys", Check::keys)?;
    check.part("signatures", Check::signature_texts)?;
    let signers = events::Signers::new(&check.keys);
    let (sender, jobs) = mpsc::channel();
    let jobs = Mutex::new(jobs);
    thread::scope(|scope| {
        let tables = scope.spawn(|| tables::check(beside, schema, &progress));
        let cores = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(|| signers.work(&jobs, &progress))).collect();
        let parts = check.parts(sender, remembered);
        if parts.is_err() {
            progress.stop();
        }
        let mut wrong = Vec::new();
        for worker in workers {
            wrong.extend(joined(worker, &progress)?);
        }
        wrong.sort_unstable();
        let tables = joined(tables, &progress)?;
        let parts = parts?;
        Ok(check.put_together(parts, &wrong, tables?))
    })
}

/// What does not match in the structure of the database: its integrity, its references, its schema. Also of a transaction that is
/// not committed yet.
pub fn structure(conn: &Connection, schema: &str) -> Result<Vec<Discrepancy>, StoreError> {
    let progress = Progress { keep_going: &|_| true, stopped: Arc::default() };
    Ok(tables::structure(conn, schema, &progress)?.0)
}

/// Two connections that see the same: while both read, nobody writes.
fn at_one_moment(path: &Path) -> Result<(Connection, Connection), StoreError> {
    let since = Instant::now();
    loop {
        match both_begin(path) {
            Ok(Some(both)) => return Ok(both),
            // A writer that waits for the first to end keeps the second out. Both give way to it.
            Ok(None) | Err(StoreError::Busy) if since.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(100));
            }
            Ok(None) => return Err(StoreError::Busy),
            Err(other) => return Err(other),
        }
    }
}

/// Two connections that read; `None` if the second may not begin.
fn both_begin(path: &Path) -> Result<Option<(Connection, Connection)>, StoreError> {
    let (first, second) = (open::connect_to_read(path)?, open::connect_to_read(path)?);
    second.busy_timeout(Duration::from_millis(100))?;
    let begin = |conn: &Connection| -> Result<(), StoreError> {
        conn.pragma_update(None, "cache_size", -PAGES_KIB)?;
        conn.execute_batch("BEGIN")?;
        Ok(conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?)
    };
    begin(&first)?;
    match begin(&second) {
        Ok(()) => Ok(Some((first, second))),
        Err(StoreError::Busy) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Waits for a thread and asks meanwhile whether to go on.
fn joined<T>(handle: ScopedJoinHandle<T>, progress: &Progress) -> Result<T, StoreError> {
    while !handle.is_finished() && !progress.is_stopped() {
        progress.go_on(0.9)?;
        thread::sleep(Duration::from_millis(2));
    }
    handle.join().map_err(|_| StoreError::Refused("a part of the verification broke off".to_owned()))
}

/// Whether to go on, for all threads.
struct Progress<'a> {
    keep_going: &'a (dyn Fn(f32) -> bool + Sync),
    stopped: Arc<AtomicBool>,
}

impl Progress<'_> {
    /// Tells the share that is done; an error if the person cancelled.
    fn go_on(&self, share: f32) -> Result<(), StoreError> {
        if !(self.keep_going)(share) {
            self.stop();
        }
        self.check()
    }

    /// An error once the verification was stopped.
    fn check(&self) -> Result<(), StoreError> {
        if self.is_stopped() {
            return Err(StoreError::Cancelled);
        }
        Ok(())
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stopped)
    }
}

/// What was found, in order, no more than is listed.
#[derive(Default)]
struct Findings(Vec<Discrepancy>);

impl Findings {
    /// Damage that ends the reading of a part is a finding. What else ends it, as cancelling does, ends the verification.
    fn survive(
        &mut self,
        place: &str,
        part: Result<(), StoreError>,
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let what = match part {
            Err(StoreError::Damaged(what)) => what,
            Err(StoreError::Sql(error)) => error.to_string(),
            other => return other,
        };
        progress.check()?;
        self.found(place, format!("cannot be read to the end: {what}"));
        Ok(())
    }

    fn found(&mut self, place: impl Into<String>, what: impl Into<String>) {
        if self.0.len() < FINDINGS_MAX {
            self.0.push(Discrepancy { place: place.into(), what: what.into() });
        }
    }
}

/// What the replay's thread found, in parts, because other findings come between.
struct Parts {
    chain: Findings,
    stray_keys: Findings,
    touches: Findings,
    head: Findings,
    contents: Findings,
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
    progress: &'a Progress<'a>,
    keys: HashMap<i64, Key>,
    replay: replay::Replay,
    /// Digest of each event.
    digests: Vec<String>,
    /// When each event was entered.
    moments: Vec<Option<Moment>>,
    /// The signatures by their digests.
    texts: HashMap<String, Signature>,
    /// Digests of signatures that events name, with the event and the key that signed it.
    named_signatures: HashMap<String, (u64, i64)>,
    /// The public keys of one-time codes, by the event that gave them out; whom they let in.
    codes: BTreeMap<u64, (Option<RecordId>, VerifyingKey)>,
    used_codes: Vec<u64>,
    /// What the last event that brought a key of a person into force says of the wrapped key: its digest, and the public key.
    credentials: BTreeMap<RecordId, (String, String)>,
    /// Everything that the events say they touched: the record by its key, its revision, and the event.
    touched: Vec<(i64, u32, u64)>,
    findings: Findings,
    result: Verification,
}

impl<'a> Check<'a> {
    fn new(conn: &'a Connection, progress: &'a Progress<'a>) -> Self {
        Self {
            conn,
            progress,
            findings: Findings::default(),
            keys: HashMap::new(),
            replay: replay::Replay::default(),
            digests: Vec::new(),
            moments: Vec::new(),
            texts: HashMap::new(),
            named_signatures: HashMap::new(),
            codes: BTreeMap::new(),
            used_codes: Vec::new(),
            credentials: BTreeMap::new(),
            touched: Vec::new(),
            result: Verification::default(),
        }
    }

    /// Runs a part of the check. Damage by which it cannot be read to its end is reported at `place`.
    fn part(
        &mut self,
        place: &str,
        part: impl FnOnce(&mut Self) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let outcome = part(self);
        self.findings.survive(place, outcome, self.progress)
    }

    /// Everything that needs the replay.
    fn parts(
        &mut self,
        jobs: mpsc::Sender<events::Job>,
        remembered: Option<(u64, String)>,
    ) -> Result<Parts, StoreError> {
        self.part("events", |check| check.chain(&jobs))?;
        // The workers end when there are no more jobs.
        drop(jobs);
        self.result.head =
            (self.result.events, self.digests.last().map_or_else(|| NO_PREVIOUS.to_owned(), String::clone));
        let chain = std::mem::take(&mut self.findings);
        self.stray_keys();
        let stray_keys = std::mem::take(&mut self.findings);
        self.part("database", Self::touches)?;
        let touches = std::mem::take(&mut self.findings);
        self.head_against(remembered);
        let head = std::mem::take(&mut self.findings);
        self.part("records", Self::records)?;
        self.part("searches", Self::searches)?;
        self.part("signatures", Self::signatures)?;
        self.part("accounts", Self::credentials)?;
        Ok(Parts { chain, stray_keys, touches, head, contents: std::mem::take(&mut self.findings) })
    }

    /// Puts the findings into the order in which a person should read them.
    fn put_together(self, parts: Parts, wrong: &[u64], tables: tables::Found) -> Verification {
        let mut signatures = Findings::default();
        for seq in wrong {
            signatures.found(format!("event {seq}"), "its signature does not match");
        }
        let order = [
            tables.database,
            parts.chain,
            signatures,
            parts.stray_keys,
            parts.touches,
            parts.head,
            tables.columns,
            parts.contents,
            tables.attachments,
        ];
        let findings = order.into_iter().flat_map(|part| part.0).take(FINDINGS_MAX).collect();
        Verification { findings, attachments: tables.attachments_seen, ..self.result }
    }

    /// An event that was seen earlier must still be there with the same digest.
    fn head_against(&mut self, remembered: Option<(u64, String)>) {
        let Some((seq, digest)) = remembered else { return };
        let index = usize::try_from(seq).unwrap_or(usize::MAX);
        if index == 0 {
            return;
        }
        match self.digests.get(index - 1) {
            None => self.findings.found(
                format!("event {seq}"),
                format!(
                    "was seen earlier and is not there; the file was cut back to event {}, or an old copy was put in its place",
                    self.result.events
                ),
            ),
            Some(now) if !now.starts_with(&digest) => {
                self.findings.found(format!("event {seq}"), "is not the one that was seen earlier");
            }
            Some(_) => {}
        }
    }
}
