//! The chain of events: numbers, digests, keys, grants and signatures.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use rusqlite::{Row, Rows};

use super::events::{BATCH, BATCH_BYTES, Job, Parsed, Stored};
use super::strict::strict;
use super::{Check, Key, read};
use crate::domain::canonical;
use crate::domain::event::{self, Event, Grant, NO_PREVIOUS};
use crate::domain::person::Role;
use crate::domain::requests::Request;
use crate::domain::signature::Signature;
use crate::domain::time::CLOCK_BACK_SECONDS;
use crate::domain::time_stamp::StampedEvent;
use crate::store::StoreError;

/// Bytes of a digest in hexadecimal, and of a signature.
const DIGEST_BYTES: usize = 64;
const SIGNATURE_BYTES: usize = 64;
/// Most bytes of the text of an event that are read.
const EVENT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Events between two looks at whether the person cancelled.
const LOOK_EVERY: u64 = 128;
/// Batches that workers may have while the replay waits for the oldest.
const AHEAD: usize = 4;
/// How long is waited for a worker until the next look at whether somebody stopped the verification.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

impl Check<'_> {
    pub(super) fn keys(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare("SELECT number, person, public_key, seq FROM signing_key")?;
        let rows: Vec<(i64, String, Vec<u8>, i64)> = statement
            .query_map([], |row| {
                let public = read::bytes(row, 2)?.to_vec();
                Ok((read::number(row, 0)?, read::text(row, 1)?, public, read::number(row, 3)?))
            })?
            .collect::<Result<_, _>>()?;
        for (number, person, bytes, seq) in rows {
            let key = <[u8; 32]>::try_from(bytes.as_slice())
                .ok()
                .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
            match key {
                Some(public) => {
                    let hex = hex::encode(public.as_bytes());
                    self.keys
                        .insert(number, Key { person, public, hex, seq: seq.unsigned_abs(), named: false });
                }
                None => self.findings.found(format!("key {number}"), "is no Ed25519 public key"),
            }
        }
        Ok(())
    }

    /// The signatures by their digests, for the events that name them.
    pub(super) fn signature_texts(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare("SELECT body FROM signature")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let body = read::bytes(row, 0)?;
            if let Ok(signature) = serde_json::from_slice::<Signature>(body) {
                self.texts.insert(canonical::digest(body), signature);
            }
        }
        Ok(())
    }

    /// Reads the events in their order. Workers take them as `jobs`, a few batches ahead of the replay.
    pub(super) fn chain(&mut self, jobs: &Sender<Job>) -> Result<(), StoreError> {
        let conn = self.conn;
        let total: i64 = conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
        let mut statement =
            conn.prepare("SELECT seq, digest, key, signature, body FROM event ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let mut previous = NO_PREVIOUS.to_owned();
        let mut ahead = VecDeque::new();
        let mut end = None;
        while end.is_none() || !ahead.is_empty() {
            if end.is_none() {
                let (events, ended) = next_batch(&mut rows);
                end = ended;
                let (parsed, receiver) = mpsc::sync_channel(1);
                jobs.send(Job { events, parsed }).map_err(|_| self.broken_off())?;
                ahead.push_back(receiver);
            }
            if (end.is_some() || ahead.len() > AHEAD)
                && let Some(receiver) = ahead.pop_front()
            {
                let parsed = self.parsed(&receiver)?;
                for event in parsed {
                    self.linked(event, &mut previous);
                    if self.result.events.is_multiple_of(LOOK_EVERY) {
                        self.progress.go_on(0.7 * self.result.events as f32 / total.max(1) as f32)?;
                    }
                }
                self.progress.check()?;
            }
        }
        end.unwrap_or(Ok(()))?;
        if self.result.events == 0 {
            self.findings.found("event 1", "is not there, with which every file begins");
        }
        Ok(())
    }

    /// The events of a job. A worker that fails ends the wait.
    fn parsed(&self, receiver: &Receiver<Vec<Parsed>>) -> Result<Vec<Parsed>, StoreError> {
        loop {
            match receiver.recv_timeout(LOOK_AGAIN) {
                Ok(parsed) => return Ok(parsed),
                Err(RecvTimeoutError::Timeout) => self.progress.check()?,
                Err(RecvTimeoutError::Disconnected) => return Err(self.broken_off()),
            }
        }
    }

    /// Workers take no more jobs: the person cancelled, or one of them failed.
    fn broken_off(&self) -> StoreError {
        let failed = || StoreError::Refused("a part of the verification broke off".to_owned());
        self.progress.check().err().unwrap_or_else(failed)
    }

    /// The next event, which must continue the one before it.
    fn linked(&mut self, parsed: Parsed, previous: &mut String) {
        let seq = parsed.seq;
        let place = || format!("event {seq}");
        let wanted = self.result.events + 1;
        if seq != wanted {
            self.findings.found(place(), format!("stands where event {wanted} should stand"));
        }
        if !parsed.digest_fits {
            self.findings.found(place(), "its digest is not the SHA-256 of its text");
        }
        self.moments.push(parsed.event.as_ref().ok().map(|(event, _)| event.at));
        match parsed.event {
            Ok((event, canonical)) => {
                if event.seq != seq {
                    self.findings.found(place(), format!("its text is that of event {}", event.seq));
                }
                if event.previous != *previous {
                    self.findings.found(place(), "does not continue the event before it");
                }
                if !canonical {
                    self.findings.found(format!("event {}", event.seq), "is not in canonical form");
                }
                self.event(&event, parsed.key);
            }
            Err(what) => self.findings.found(place(), what),
        }
        previous.clone_from(&parsed.digest);
        self.digests.push(parsed.digest);
        self.result.events += 1;
    }

    fn event(&mut self, event: &Event, key: i64) {
        let place = || format!("event {}", event.seq);
        let public =
            self.keys.get(&key).map(|found| (found.person == event.actor.to_string(), found.hex.clone()));
        match &public {
            Some((true, _)) => {}
            Some((false, _)) => self.findings.found(place(), "was signed with the key of another person"),
            None => self.findings.found(place(), "was signed with an unknown key"),
        }
        let mut signatures = Vec::new();
        for digest in &event.signatures {
            if let Some(signature) = self.texts.get(digest) {
                signatures.push(signature.clone());
            }
            if self.named_signatures.insert(digest.clone(), (event.seq, key)).is_some() {
                self.findings.found(place(), "names a signature that an earlier event named");
            }
        }
        let touched = event.changes.iter().map(|change| (change.record.key(), change.revision, event.seq));
        self.touched.extend(touched);
        self.new_keys(event);
        if let Some(code) = &event.code_key {
            match public_key(&code.public_key) {
                Some(key) => {
                    self.codes.insert(event.seq, (code.person, key));
                }
                None => self.findings.found(place(), "names a code key that is no Ed25519 public key"),
            }
        }
        let wrong = self.replay.event(event, public.as_ref().map(|(_, hex)| hex.as_str()), &signatures);
        if let Some(stamped) = StampedEvent::of(event).filter(|_| wrong.is_empty()) {
            self.measure(&stamped);
            self.result.time_stamps += 1;
            self.result.last_stamped = self.result.last_stamped.max(Some((stamped.event, stamped.time)));
        }
        for what in wrong {
            self.findings.found(place(), what);
        }
        if event.seq == 1 {
            self.founding(event);
        }
    }

    /// A time stamp on an event that is dated later shows that the clock was ahead.
    fn measure(&mut self, stamped: &StampedEvent) {
        let index = usize::try_from(stamped.event).ok().and_then(|seq| seq.checked_sub(1));
        let Some(at) = index.and_then(|index| self.moments.get(index).copied().flatten()) else { return };
        let ahead = at.seconds_since(stamped.time);
        let most = self.result.clock_ahead.map_or(CLOCK_BACK_SECONDS.unsigned_abs(), |(_, seconds)| seconds);
        if ahead > 0 && ahead.unsigned_abs() > most {
            self.result.clock_ahead = Some((stamped.event, ahead.unsigned_abs()));
        }
    }

    /// The first event names the file, so that its identity cannot be exchanged.
    fn founding(&mut self, event: &Event) {
        // SQLite checks no constraint on the number of a row, so that there is one row alone is asked here.
        let sql = "SELECT iif(count(*) = 1 AND min(id) = 1, min(uuid), NULL) FROM product_file";
        let uuid: Option<String> = self.conn.query_row(sql, [], |row| row.get(0)).ok().flatten();
        if uuid.as_deref() != event.facts.get("file").and_then(serde_json::Value::as_str) {
            self.findings.found("database", "the file's identity is not the one that the first event names");
        }
    }

    /// A key comes into force only for the founder, or with the proof of the newest one-time code, used once.
    fn new_keys(&mut self, event: &Event) {
        let place = format!("event {}", event.seq);
        for new in &event.keys {
            let stored = self.keys.values_mut().find(|key| {
                key.seq == event.seq && key.person == new.person.to_string() && key.hex == new.public_key
            });
            match stored {
                Some(key) => key.named = true,
                None => self.findings.found(&place, "brings a key into force that is not stored as such"),
            }
            if new.person != event.actor {
                self.findings.found(&place, "brings a key into force for another person than its actor");
            }
            match &new.grant {
                Grant::Founder => {
                    if event.seq != 1 {
                        self.findings.found(&place, "makes a founder, which only the first event may");
                    }
                }
                Grant::Code { event: given, proof } => {
                    if !self.code_allows(*given, new, proof, &event.request) {
                        self.findings
                            .found(&place, "brings a key into force without a one-time code that allows it");
                    }
                    self.used_codes.push(*given);
                }
                Grant::Former { proof } => {
                    if !self.former_allows(new, proof, &event.request) {
                        self.findings.found(
                            &place,
                            "brings a key into force that the person's former key does not let in",
                        );
                    }
                }
            }
            self.credentials.insert(new.person, (new.credential.clone(), new.public_key.clone()));
        }
    }

    fn code_allows(&self, given: u64, new: &event::NewKey, proof: &str, request: &str) -> bool {
        let Some((person, code)) = self.codes.get(&given) else { return false };
        let newest = !self.codes.iter().any(|(seq, (other, _))| *seq > given && other == person);
        let for_them = match person {
            Some(person) => *person == new.person,
            None => self.replay.roles(new.person).contains(&Role::SysAdmin),
        };
        // What brings no key into force at all is told by the replay.
        let of_another = [Request::EnterWithCode { recovers: person.is_some() }, Request::ChangePassword];
        let by_that_code = of_another.iter().all(|other| other.name() != request);
        let text = event::grant_text(new.person, &new.public_key);
        newest && for_them && by_that_code && !self.used_codes.contains(&given) && proves(code, &text, proof)
    }

    /// The key that was in force before the event lets the new one in, where a person changes their password.
    fn former_allows(&self, new: &event::NewKey, proof: &str, request: &str) -> bool {
        let Some(former) = self.replay.key_in_force(new.person).and_then(public_key) else { return false };
        let text = event::grant_text(new.person, &new.public_key);
        Request::ChangePassword.name() == request && proves(&former, &text, proof)
    }

    /// Every stored key must have been brought into force by an event.
    pub(super) fn stray_keys(&mut self) {
        let mut stray: Vec<i64> =
            self.keys.iter().filter(|(_, key)| !key.named).map(|(number, _)| *number).collect();
        stray.sort_unstable();
        for number in stray {
            self.findings.found(format!("key {number}"), "no audit event brought it into force");
        }
    }
}

/// The next events, and how the table ended if it did.
fn next_batch(rows: &mut Rows) -> (Vec<Stored>, Option<Result<(), StoreError>>) {
    let (mut events, mut bytes) = (Vec::with_capacity(BATCH), 0);
    while events.len() < BATCH && bytes < BATCH_BYTES {
        match rows.next().and_then(|row| row.map(stored).transpose()) {
            Ok(Some(event)) => {
                bytes += event.body.len();
                events.push(event);
            }
            Ok(None) => return (events, Some(Ok(()))),
            Err(error) => return (events, Some(Err(error.into()))),
        }
    }
    (events, None)
}

fn stored(row: &Row) -> rusqlite::Result<Stored> {
    // What is longer than the program writes it is not copied. It reads as nothing, which is found.
    let bytes = |index: usize, most: usize| {
        Ok::<_, rusqlite::Error>(
            Some(read::bytes(row, index)?).filter(|bytes| bytes.len() <= most).unwrap_or_default(),
        )
    };
    Ok(Stored {
        seq: read::number(row, 0)?.unsigned_abs(),
        digest: String::from_utf8_lossy(bytes(1, DIGEST_BYTES)?).into_owned(),
        key: read::number(row, 2)?,
        signature: bytes(3, SIGNATURE_BYTES)?.to_vec(),
        body: bytes(4, EVENT_BYTES_MAX)?.to_vec(),
    })
}

fn public_key(text: &str) -> Option<VerifyingKey> {
    let bytes = <[u8; 32]>::try_from(hex::decode(text).ok()?).ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}

fn proves(key: &VerifyingKey, text: &str, proof: &str) -> bool {
    hex::decode(proof).is_ok_and(|bytes| strict(key, text.as_bytes(), &bytes))
}
