//! What the file holds besides the chain: records, electronic signatures, and what is derived from them.

use std::collections::BTreeSet;

use super::strict::strict;
use super::{Check, read};
use crate::domain::canonical;
use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;
use crate::domain::signature::Signature;
use crate::store::{StoreError, keys, records};

/// Most bytes of a wrapped key with its salt and nonce that are read.
const CREDENTIAL_BYTES_MAX: i64 = 1024;

/// What is derived from the records.
#[derive(Default)]
struct Derived {
    links: BTreeSet<(i64, String, i64)>,
    search: BTreeSet<i64>,
}

impl Derived {
    fn take(&mut self, data: &RecordData) {
        let source = data.head.id.key();
        self.search.insert(source);
        for reference in data.references() {
            self.links.insert((source, reference.field.into_owned(), reference.target.key()));
        }
    }
}

impl Check<'_> {
    pub(super) fn records(&mut self) -> Result<(), StoreError> {
        let mut expected = std::mem::take(&mut self.replay.digests);
        let mut derived = Derived::default();
        let mut statement = self.conn.prepare("SELECT key, body FROM record ORDER BY key")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if self.result.records.is_multiple_of(1000) {
                self.progress.go_on(0.7)?;
            }
            let key = read::number(row, 0)?;
            let body = read::bytes(row, 1)?;
            self.result.records += 1;
            let Some(id) = RecordId::from_key(key) else {
                self.findings.found(format!("record {key}"), "is of a kind that this program does not know");
                continue;
            };
            let what = match expected.remove(&id) {
                None => Some("no audit event made it"),
                Some(digest) if canonical::digest(body) != digest => {
                    Some("its content is not what its last audit event says")
                }
                Some(_) => None,
            };
            if let Some(what) = what {
                self.findings.found(id.to_string(), what);
            }
            // A text with the digest of a record that was replayed says what that record says.
            match (what, self.replay.proven(id)) {
                (None, Some(data)) => derived.take(data),
                (Some(_), _) | (None, None) => {
                    let parsed = read::utf8(body)
                        .and_then(|body| records::parse(body).map_err(|error| error.to_string()));
                    match parsed {
                        Ok(data) => derived.take(&data),
                        Err(what) => self.findings.found(id.to_string(), what),
                    }
                }
            }
        }
        for id in expected.into_keys() {
            self.findings.found(id.to_string(), "audit events made it, but it is not there");
        }
        self.derived(&derived)
    }

    /// The index from records to events must say what the events say.
    pub(super) fn touches(&mut self) -> Result<(), StoreError> {
        self.touched.sort_unstable();
        let mut statement =
            self.conn.prepare("SELECT record, revision, seq FROM touch ORDER BY record, revision")?;
        let mut rows = statement.query([])?;
        let mut expected = self.touched.iter();
        let mut fits = true;
        while let Some(row) = rows.next()? {
            let revision = u32::try_from(read::number(row, 1)?).unwrap_or_default();
            let found = (read::number(row, 0)?, revision, read::number(row, 2)?.unsigned_abs());
            fits &= expected.next() == Some(&found);
        }
        if !fits || expected.next().is_some() {
            self.findings.found("database", "the index from records to events does not match the events");
        }
        Ok(())
    }

    /// Links and the search index are derived from the records; what guards look up must not have been tampered with.
    fn derived(&mut self, derived: &Derived) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare("SELECT source, field, target FROM link")?;
        let links: BTreeSet<(i64, String, i64)> = statement
            .query_map([], |row| Ok((read::number(row, 0)?, read::text(row, 1)?, read::number(row, 2)?)))?
            .collect::<Result<_, _>>()?;
        if let Some((source, field, target)) = links.symmetric_difference(&derived.links).next() {
            let name = |key: i64| {
                RecordId::from_key(key).map_or_else(|| format!("record {key}"), |id| id.to_string())
            };
            let what = format!("the link from “{field}” to {} is not what the record says", name(*target));
            self.findings.found(name(*source), what);
        }
        let mut statement = self.conn.prepare("SELECT rowid FROM search")?;
        let listed: BTreeSet<i64> =
            statement.query_map([], |row| read::number(row, 0))?.collect::<Result<_, _>>()?;
        if listed != derived.search {
            self.findings.found(
                "search index",
                "does not list exactly the records that are there; it can be built again",
            );
        }
        Ok(())
    }

    pub(super) fn signatures(&mut self) -> Result<(), StoreError> {
        self.progress.go_on(0.75)?;
        let mut statement = self
            .conn
            .prepare("SELECT number, digest, key, signature, body FROM signature ORDER BY number")?;
        let mut rows = statement.query([])?;
        let mut named = std::mem::take(&mut self.named_signatures);
        let mut latest = 0;
        while let Some(row) = rows.next()? {
            let (key, bytes, body) = (read::number(row, 2)?, read::bytes(row, 3)?, read::bytes(row, 4)?);
            self.result.signatures += 1;
            let computed = canonical::digest(body);
            let number = read::number(row, 0)?.unsigned_abs();
            let place = format!("signature {number}");
            let wanted = self.result.signatures;
            if number != wanted {
                self.findings.found(&place, format!("stands where signature {wanted} should stand"));
            }
            let event = named.get(&computed).map_or(0, |(seq, _)| *seq);
            if event != 0 && event < latest {
                self.findings.found(&place, "stands after a signature of a later event");
            }
            latest = latest.max(event);
            let mut wrong = self.signature(key, bytes, body, named.remove(&computed))?;
            if computed != read::text(row, 1)? {
                wrong.insert(0, "its digest is not the SHA-256 of its text".to_owned());
            }
            if !wrong.is_empty()
                && let Ok(signature) = serde_json::from_slice::<Signature>(body)
            {
                self.result.signatures_broken.insert(signature.subject);
            }
            for what in wrong {
                self.findings.found(&place, what);
            }
        }
        let mut missing: Vec<u64> = named.into_values().map(|(seq, _)| seq).collect();
        missing.sort_unstable();
        for seq in missing {
            self.findings.found(format!("event {seq}"), "names a signature that is not there");
        }
        Ok(())
    }

    /// Each wrapped key must be the one that the event says which brought the person's key into force.
    pub(super) fn credentials(&mut self) -> Result<(), StoreError> {
        for (person, (digest, public_key)) in std::mem::take(&mut self.credentials) {
            // What is longer than the program makes it is reported elsewhere, and not read here.
            let sensible = self.conn.query_row(
                "SELECT coalesce(max(length(salt) + length(nonce) + length(wrapped)), 0) FROM credential WHERE person = ?1",
                [person.to_string()],
                |row| Ok(row.get::<_, i64>(0)? < CREDENTIAL_BYTES_MAX),
            )?;
            if !sensible {
                continue;
            }
            match keys::credential_of(self.conn, person) {
                Ok(Some(stored)) if stored.digest(&public_key) != digest => {
                    let what = "the wrapped key is not the one that its event names";
                    self.findings.found(person.to_string(), what);
                }
                Ok(Some(_)) => {}
                Ok(None) => self
                    .findings
                    .found(person.to_string(), "the wrapped key that its event names is not there"),
                Err(StoreError::Damaged(what)) => {
                    self.findings
                        .found(person.to_string(), format!("the wrapped key cannot be read: {what}"));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    fn signature(
        &self,
        key: i64,
        bytes: &[u8],
        body: &[u8],
        named_by: Option<(u64, i64)>,
    ) -> Result<Vec<String>, StoreError> {
        let mut wrong = Vec::new();
        let Ok(signature) = serde_json::from_slice::<Signature>(body) else {
            return Ok(vec!["cannot be read".to_owned()]);
        };
        if signature.canonical().as_bytes() != body {
            wrong.push("is not in canonical form".to_owned());
        }
        match named_by {
            Some((seq, _)) if seq != signature.event => {
                wrong.push(format!("says event {}, but event {seq} names it", signature.event));
            }
            Some((_, signed_with)) if signed_with != key => {
                wrong.push("was made with another key than its event".to_owned());
            }
            Some(_) => {}
            None => wrong.push(format!("event {} does not name it", signature.event)),
        }
        match self.keys.get(&key) {
            Some(found) if found.person == signature.signer.to_string() => {
                if !strict(&found.public, canonical::digest(body).as_bytes(), bytes) {
                    wrong.push("does not match its text".to_owned());
                }
            }
            Some(_) | None => wrong.push("was made with the key of another person".to_owned()),
        }
        // Whether it covers what the records said then is checked where the events are replayed.
        for cover in &signature.covers {
            if !records::is_there(self.conn, cover.record)? {
                wrong.push(format!("covers {}, which is not there", cover.record));
            }
        }
        Ok(wrong)
    }
}
