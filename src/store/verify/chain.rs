//! The chain of events: numbers, digests, keys, grants and signatures.

use std::collections::HashMap;

use ed25519_dalek::{Signature as Ed25519, VerifyingKey};

use super::{Check, Key};
use crate::domain::canonical;
use crate::domain::event::{self, Event, Grant, NO_PREVIOUS};
use crate::domain::person::Role;
use crate::domain::signature::Signature;
use crate::store::StoreError;
use crate::store::events::parse_event;

/// What is needed to check an event's signature later: number, key, digest, signature.
type Signed = (u64, i64, String, Vec<u8>);

impl Check<'_> {
    pub(super) fn keys(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare("SELECT number, person, public_key, seq FROM signing_key")?;
        let rows: Vec<(i64, String, Vec<u8>, i64)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
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
                None => self.found(format!("key {number}"), "is no Ed25519 public key"),
            }
        }
        Ok(())
    }

    /// The signatures by their digests, for the events that name them.
    pub(super) fn signature_texts(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare("SELECT body FROM signature")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let body: String = row.get(0)?;
            if let Ok(signature) = serde_json::from_str::<Signature>(&body) {
                self.texts.insert(canonical::digest(body.as_bytes()), signature);
            }
        }
        Ok(())
    }

    pub(super) fn chain(&mut self) -> Result<(), StoreError> {
        let total: i64 = self.conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
        let mut statement =
            self.conn.prepare("SELECT seq, digest, key, signature, body FROM event ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let mut previous = NO_PREVIOUS.to_owned();
        let mut signed: Vec<Signed> = Vec::new();
        while let Some(row) = rows.next()? {
            let seq = row.get::<_, i64>(0)?.unsigned_abs();
            let (digest, key, body): (String, i64, String) = (row.get(1)?, row.get(2)?, row.get(4)?);
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
                    if event.seq != seq {
                        self.found(&place, format!("its text is that of event {}", event.seq));
                    }
                    if event.previous != previous {
                        self.found(&place, "does not continue the event before it");
                    }
                    self.event(&event, key, &body);
                    signed.push((seq, key, computed.clone(), row.get(3)?));
                }
                Err(error) => self.found(&place, error.to_string()),
            }
            previous.clone_from(&computed);
            self.digests.push(computed);
            self.result.events += 1;
            if seq.is_multiple_of(1000) {
                self.go_on(0.4 * self.result.events as f32 / total.max(1) as f32)?;
            }
        }
        drop(rows);
        self.result.head = (self.result.events, previous);
        self.event_signatures(&signed);
        self.stray_keys();
        self.touches()
    }

    fn event(&mut self, event: &Event, key: i64, body: &str) {
        let place = format!("event {}", event.seq);
        if event.canonical() != body {
            self.found(&place, "is not in canonical form");
        }
        let public =
            self.keys.get(&key).map(|found| (found.person == event.actor.to_string(), found.hex.clone()));
        match &public {
            Some((true, _)) => {}
            Some((false, _)) => self.found(&place, "was signed with the key of another person"),
            None => self.found(&place, "was signed with an unknown key"),
        }
        let mut signatures = Vec::new();
        for digest in &event.signatures {
            if let Some(signature) = self.texts.get(digest) {
                signatures.push(signature.clone());
            }
            if self.named_signatures.insert(digest.clone(), (event.seq, key)).is_some() {
                self.found(&place, "names a signature that an earlier event named");
            }
        }
        self.new_keys(event);
        if let Some(code) = &event.code_key {
            match public_key(&code.public_key) {
                Some(key) => {
                    self.codes.insert(event.seq, (code.person, key));
                }
                None => self.found(&place, "names a code key that is no Ed25519 public key"),
            }
        }
        for what in self.replay.event(event, public.as_ref().map(|(_, hex)| hex.as_str()), &signatures) {
            self.found(&place, what);
        }
        if event.seq == 1 {
            self.founding(event);
        }
    }

    /// The first event names the file, so that its identity cannot be exchanged.
    fn founding(&mut self, event: &Event) {
        let uuid: Option<String> =
            self.conn.query_row("SELECT uuid FROM product_file", [], |row| row.get(0)).ok();
        if uuid.as_deref() != event.facts.get("file").and_then(serde_json::Value::as_str) {
            self.found("database", "the file's identity is not the one that the first event names");
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
                None => self.found(&place, "brings a key into force that is not stored as such"),
            }
            if new.person != event.actor {
                self.found(&place, "brings a key into force for another person than its actor");
            }
            match &new.grant {
                Grant::Founder => {
                    if event.seq != 1 {
                        self.found(&place, "makes a founder, which only the first event may");
                    }
                }
                Grant::Code { event: given, proof } => {
                    if !self.code_allows(*given, new, proof) {
                        self.found(&place, "brings a key into force without a one-time code that allows it");
                    }
                    self.used_codes.push(*given);
                }
            }
        }
    }

    fn code_allows(&self, given: u64, new: &event::NewKey, proof: &str) -> bool {
        let Some((person, code)) = self.codes.get(&given) else { return false };
        let newest = !self.codes.iter().any(|(seq, (other, _))| *seq > given && other == person);
        let for_them = match person {
            Some(person) => *person == new.person,
            None => self.replay.roles(new.person).contains(&Role::SysAdmin),
        };
        let text = event::grant_text(new.person, &new.public_key);
        newest && for_them && !self.used_codes.contains(&given) && proves(code, &text, proof)
    }

    /// Checks the events' signatures on two threads, in batches.
    fn event_signatures(&mut self, signed: &[Signed]) {
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
    }

    /// Every stored key must have been brought into force by an event.
    fn stray_keys(&mut self) {
        let mut stray: Vec<i64> =
            self.keys.iter().filter(|(_, key)| !key.named).map(|(number, _)| *number).collect();
        stray.sort_unstable();
        for number in stray {
            self.found(format!("key {number}"), "no audit event brought it into force");
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
}

fn public_key(text: &str) -> Option<VerifyingKey> {
    let bytes = <[u8; 32]>::try_from(hex::decode(text).ok()?).ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}

fn proves(key: &VerifyingKey, text: &str, proof: &str) -> bool {
    hex::decode(proof).is_ok_and(|bytes| matches(key, text.as_bytes(), &bytes))
}

pub(super) fn matches(key: &VerifyingKey, text: &[u8], signature: &[u8]) -> bool {
    Ed25519::from_slice(signature).is_ok_and(|signature| key.verify_strict(text, &signature).is_ok())
}

fn wrong_signatures(keys: &HashMap<i64, Key>, signed: &[Signed]) -> Vec<u64> {
    signed
        .iter()
        .filter(|(_, key, digest, bytes)| {
            keys.get(key).is_none_or(|key| !matches(&key.public, digest.as_bytes(), bytes))
        })
        .map(|(seq, ..)| *seq)
        .collect()
}
