//! Verification: recomputes everything that the file claims, and names the first thing that does not match.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use ed25519_dalek::{Signature as Ed25519, VerifyingKey};
use rusqlite::Connection;

use super::events::parse_event;
use super::{StoreError, open, records};
use crate::domain::canonical;
use crate::domain::event::{self, Event, Grant, NO_PREVIOUS};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::signature::{Signature, part_digest};

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
    check.chain()?;
    check.head_against(remembered);
    check.records()?;
    check.signatures()?;
    check.attachments()?;
    Ok(check.result)
}

struct Key {
    person: String,
    public: VerifyingKey,
    seq: u64,
}

struct Check<'a> {
    conn: &'a Connection,
    keep_going: &'a (dyn Fn(f32) -> bool + Sync),
    keys: HashMap<i64, Key>,
    /// The last revision and digest of each record, by the events.
    records: BTreeMap<RecordId, (u32, String)>,
    /// Digest of each event.
    digests: Vec<String>,
    /// Digests of signatures that events name, with the event.
    named_signatures: HashMap<String, u64>,
    /// The public keys of one-time codes, by the event that gave them out; whom they let in.
    codes: HashMap<u64, (Option<RecordId>, VerifyingKey)>,
    used_codes: Vec<u64>,
    result: Verification,
}

impl<'a> Check<'a> {
    fn new(conn: &'a Connection, keep_going: &'a (dyn Fn(f32) -> bool + Sync)) -> Self {
        Self {
            conn,
            keep_going,
            keys: HashMap::new(),
            records: BTreeMap::new(),
            digests: Vec::new(),
            named_signatures: HashMap::new(),
            codes: HashMap::new(),
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
        if (self.keep_going)(share) {
            Ok(())
        } else {
            Err(StoreError::Refused("the verification was cancelled".to_owned()))
        }
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
                None => self.found("database", format!("{name} is missing from the schema")),
                Some(other) if other != sql => {
                    self.found("database", format!("{name} differs from the schema"));
                }
                Some(_) => {}
            }
        }
        for name in present.keys().filter(|name| !wanted.contains_key(*name)) {
            self.found("database", format!("{name} does not belong to the schema"));
        }
        Ok(())
    }

    fn keys(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare("SELECT number, person, public_key, seq FROM signing_key")?;
        let rows: Vec<(i64, String, Vec<u8>, i64)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        for (number, person, bytes, seq) in rows {
            let key = <[u8; 32]>::try_from(bytes.as_slice())
                .ok()
                .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
            match key {
                Some(key) => {
                    self.keys.insert(number, Key { person, public: key, seq: seq.unsigned_abs() });
                }
                None => self.found(format!("key {number}"), "is no Ed25519 public key"),
            }
        }
        Ok(())
    }

    fn chain(&mut self) -> Result<(), StoreError> {
        let total: i64 = self.conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
        let mut statement =
            self.conn.prepare("SELECT seq, digest, key, signature, body FROM event ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let mut previous = NO_PREVIOUS.to_owned();
        let mut signed: Vec<(u64, i64, String, Vec<u8>)> = Vec::new();
        while let Some(row) = rows.next()? {
            let seq = row.get::<_, i64>(0)?.unsigned_abs();
            let (digest, body): (String, String) = (row.get(1)?, row.get(4)?);
            let place = format!("event {seq}");
            let wanted = self.result.events + 1;
            if seq != wanted {
                self.found(&place, format!("stands where event {wanted} should stand"));
            }
            let computed = canonical::digest(body.as_bytes());
            if computed != digest {
                self.found(&place, "its digest is not the SHA-256 of its text");
            }
            match parse_event(&body) {
                Ok(event) => {
                    if event.previous != previous {
                        self.found(&place, "does not continue the event before it");
                    }
                    let key = row.get::<_, i64>(2)?;
                    self.event(&event, key, &body);
                    signed.push((seq, key, computed.clone(), row.get(3)?));
                }
                Err(error) => self.found(&place, error.to_string()),
            }
            previous.clone_from(&computed);
            self.digests.push(computed);
            self.result.events += 1;
            if seq.is_multiple_of(1000) {
                self.go_on(0.3 * self.result.events as f32 / total.max(1) as f32)?;
            }
        }
        drop(rows);
        self.result.head = (self.result.events, previous);
        self.event_signatures(&signed);
        self.touches()
    }

    fn event(&mut self, event: &Event, key: i64, body: &str) {
        let place = format!("event {}", event.seq);
        if event.canonical() != body {
            self.found(&place, "is not in canonical form");
        }
        match self.keys.get(&key) {
            Some(found) if found.person == event.actor.to_string() => {
                if found.seq > event.seq {
                    self.found(&place, "was signed with a key that was not in force yet");
                }
            }
            Some(_) => self.found(&place, "was signed with the key of another person"),
            None => self.found(&place, "was signed with an unknown key"),
        }
        for change in &event.changes {
            let last = self.records.insert(change.record, (change.revision, change.digest.clone()));
            if change.revision != last.map_or(1, |(revision, _)| revision + 1) {
                self.found(&place, format!("{} skips a revision", change.record));
            }
        }
        for digest in &event.signatures {
            self.named_signatures.insert(digest.clone(), event.seq);
        }
        if let Some(code) = &event.code_key {
            match public_key(&code.public_key) {
                Some(key) => {
                    self.codes.insert(event.seq, (code.person, key));
                }
                None => self.found(&place, "names a code key that is no Ed25519 public key"),
            }
        }
        self.new_keys(event);
    }

    /// A key comes into force only for the founder, or with the proof of a one-time code that was not used before.
    fn new_keys(&mut self, event: &Event) {
        for new in &event.keys {
            let place = format!("event {}", event.seq);
            let stored = self.keys.values().any(|key| {
                key.seq == event.seq
                    && key.person == new.person.to_string()
                    && hex::encode(key.public.as_bytes()) == new.public_key
            });
            if !stored {
                self.found(&place, "brings a key into force that is not stored as such");
            }
            match &new.grant {
                Grant::Founder => {
                    if event.seq != 1 {
                        self.found(&place, "makes a founder, which only the first event may");
                    }
                }
                Grant::Code { event: given, proof } => {
                    let allowed = self.codes.get(given).is_some_and(|(person, code)| {
                        let text = event::grant_text(new.person, &new.public_key);
                        person.is_none_or(|person| person == new.person) && proves(code, &text, proof)
                    });
                    if !allowed || self.used_codes.contains(given) {
                        self.found(&place, "brings a key into force without a one-time code that allows it");
                    }
                    self.used_codes.push(*given);
                }
            }
        }
    }

    /// Checks the events' signatures on two threads, in batches.
    fn event_signatures(&mut self, signed: &[(u64, i64, String, Vec<u8>)]) {
        let keys = &self.keys;
        let middle = signed.len() / 2;
        let wrong = std::thread::scope(|scope| {
            let other = scope.spawn(|| wrong_signatures(keys, &signed[..middle]));
            let mut second = wrong_signatures(keys, &signed[middle..]);
            let mut first = other.join().unwrap_or_default();
            first.append(&mut second);
            first
        });
        for seq in wrong {
            self.found(format!("event {seq}"), "its signature does not match");
        }
        let stray: Vec<u64> = self
            .keys
            .values()
            .filter(|key| key.seq == 0 || key.seq > self.result.events)
            .map(|key| key.seq)
            .collect();
        for seq in stray {
            self.found("keys", format!("a key names event {seq}, which is not there"));
        }
    }

    /// The index from records to events must say what the events say.
    fn touches(&mut self) -> Result<(), StoreError> {
        let rows: i64 = self.conn.query_row("SELECT count(*) FROM touch", [], |row| row.get(0))?;
        let changes: i64 = self.conn.query_row(
            "SELECT coalesce(sum(json_array_length(body, '$.changes')), 0) FROM event",
            [],
            |row| row.get(0),
        )?;
        let odd: i64 = self.conn.query_row(
            "SELECT count(*) FROM event, json_each(event.body, '$.changes') AS change
             LEFT JOIN touch ON touch.record = json_extract(change.value, '$.record')
               AND touch.revision = json_extract(change.value, '$.revision') AND touch.seq = event.seq
             WHERE touch.seq IS NULL",
            [],
            |row| row.get(0),
        )?;
        if rows != changes || odd != 0 {
            self.found("database", "the index from records to events does not match the events");
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

    fn records(&mut self) -> Result<(), StoreError> {
        let mut expected = std::mem::take(&mut self.records);
        for kind in Kind::ALL {
            self.go_on(0.6)?;
            let sql = format!("SELECT number, body FROM {} ORDER BY number", kind.code());
            let mut statement = self.conn.prepare(&sql)?;
            let mut rows = statement.query([])?;
            let mut found: Vec<(String, &str)> = Vec::new();
            while let Some(row) = rows.next()? {
                let id = RecordId::new(*kind, row.get(0)?);
                let body: String = row.get(1)?;
                self.result.records += 1;
                match expected.remove(&id) {
                    None => found.push((id.to_string(), "no audit event made it")),
                    Some((_, digest)) if canonical::digest(body.as_bytes()) != digest => {
                        found.push((id.to_string(), "its content is not what its last audit event says"));
                    }
                    Some(_) => {}
                }
            }
            for (place, what) in found {
                self.found(place, what);
            }
        }
        for id in expected.into_keys() {
            self.found(id.to_string(), "audit events made it, but it is not there");
        }
        Ok(())
    }

    fn signatures(&mut self) -> Result<(), StoreError> {
        self.go_on(0.8)?;
        let mut statement = self
            .conn
            .prepare("SELECT number, digest, key, signature, body FROM signature ORDER BY number")?;
        let mut rows = statement.query([])?;
        let mut named = std::mem::take(&mut self.named_signatures);
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            let (digest, key, bytes, body): (String, i64, Vec<u8>, String) =
                (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            self.result.signatures += 1;
            for what in self.signature(&digest, key, &bytes, &body, named.remove(&digest))? {
                self.found(format!("signature {number}"), what);
            }
        }
        for seq in named.into_values() {
            self.found(format!("event {seq}"), "names a signature that is not there");
        }
        Ok(())
    }

    fn signature(
        &self,
        digest: &str,
        key: i64,
        bytes: &[u8],
        body: &str,
        named_by: Option<u64>,
    ) -> Result<Vec<String>, StoreError> {
        let mut wrong = Vec::new();
        if canonical::digest(body.as_bytes()) != digest {
            wrong.push("its digest is not the SHA-256 of its text".to_owned());
        }
        let Ok(signature) = serde_json::from_str::<Signature>(body) else {
            wrong.push("cannot be read".to_owned());
            return Ok(wrong);
        };
        if named_by != Some(signature.event) {
            wrong.push(format!("event {} does not name it", signature.event));
        }
        match self.keys.get(&key) {
            Some(found) if found.person == signature.signer.to_string() => {
                let text = canonical::digest(body.as_bytes());
                if !matches(&found.public, text.as_bytes(), bytes) {
                    wrong.push("does not match its text".to_owned());
                }
            }
            Some(_) | None => wrong.push("was made with the key of another person".to_owned()),
        }
        for cover in &signature.covers {
            let Some(text) = records::body(self.conn, cover.record)? else {
                wrong.push(format!("covers {}, which is not there", cover.record));
                continue;
            };
            let data = records::parse(&text)?;
            if data.head.revision == cover.revision && part_digest(&data, cover.part) != cover.digest {
                wrong.push(format!(
                    "does not cover what {} says at revision {}",
                    cover.record, cover.revision
                ));
            }
            if data.head.revision < cover.revision {
                wrong.push(format!(
                    "covers revision {} of {}, which was never made",
                    cover.revision, cover.record
                ));
            }
        }
        Ok(wrong)
    }

    fn attachments(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT 'AT-' || printf('%04d', number), sha256, bytes FROM attachment ORDER BY number",
        )?;
        let rows: Vec<(String, String, i64)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (place, sha256, size) in rows {
            self.go_on(0.9)?;
            self.result.attachments += 1;
            let bytes: Option<Vec<u8>> = self
                .conn
                .query_row("SELECT bytes FROM blob WHERE sha256 = ?1", [&sha256], |row| row.get(0))
                .ok();
            match bytes {
                None => self.found(place, "its bytes are not there"),
                Some(bytes) if canonical::digest(&bytes) != sha256 || bytes.len() as i64 != size => {
                    self.found(place, "its bytes do not have the digest that was recorded");
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

fn schema_of(conn: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let sql = "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_%'";
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn public_key(text: &str) -> Option<VerifyingKey> {
    let bytes = <[u8; 32]>::try_from(hex::decode(text).ok()?).ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}

fn proves(key: &VerifyingKey, text: &str, proof: &str) -> bool {
    hex::decode(proof).is_ok_and(|bytes| matches(key, text.as_bytes(), &bytes))
}

fn matches(key: &VerifyingKey, text: &[u8], signature: &[u8]) -> bool {
    Ed25519::from_slice(signature).is_ok_and(|signature| key.verify_strict(text, &signature).is_ok())
}

fn wrong_signatures(keys: &HashMap<i64, Key>, signed: &[(u64, i64, String, Vec<u8>)]) -> Vec<u64> {
    signed
        .iter()
        .filter(|(_, key, digest, bytes)| {
            keys.get(key).is_none_or(|key| !matches(&key.public, digest.as_bytes(), bytes))
        })
        .map(|(seq, ..)| *seq)
        .collect()
}
