//! Signing keys of persons, their wrapped private keys, failed sign-ins, and drafts.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Store, StoreError};
use crate::domain::canonical;
use crate::domain::ids::RecordId;
use mainstay_base::time::Moment;

/// The cost of unwrapping a key: the parameters of Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
}

/// Maximum memory for unwrapping a key, in KiB: a forged file must not exhaust the machine.
pub const MEMORY_KIB_MAX: u32 = 256 * 1024;
/// Maximum number of passes over the memory.
pub const ITERATIONS_MAX: u32 = 8;
/// Maximum length of a salt, in bytes.
pub const SALT_BYTES_MAX: usize = 64;
/// Length of a wrapped key, in bytes: the key and the tag of the cipher.
pub const WRAPPED_BYTES: usize = 48;

impl KdfCost {
    /// Whether unwrapping at this cost takes a reasonable time and fits into memory.
    pub const fn is_sensible(self) -> bool {
        self.memory_kib <= MEMORY_KIB_MAX && self.iterations <= ITERATIONS_MAX
    }
}

/// A person's private key, wrapped by their password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Whose.
    pub person: RecordId,
    /// Number of the public key that it belongs to.
    pub key: i64,
    /// Cost of unwrapping.
    pub cost: KdfCost,
    /// Salt of Argon2id.
    pub salt: Vec<u8>,
    /// Nonce of the cipher.
    pub nonce: Vec<u8>,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
    /// When the password was set.
    pub changed_at: Moment,
}

impl Credential {
    /// The digest that the event of its key names: the SHA-256 of its canonical text, which contains the public key.
    pub fn digest(&self, public_key: &str) -> String {
        let text = canonical::text(&serde_json::json!({
            "person": self.person, "public_key": public_key, "memory_kib": self.cost.memory_kib,
            "iterations": self.cost.iterations, "salt": hex::encode(&self.salt), "nonce": hex::encode(&self.nonce),
            "wrapped": hex::encode(&self.wrapped), "changed_at": self.changed_at,
        }));
        canonical::digest(text.as_bytes())
    }
}

/// The credential of a person.
pub fn credential_of(conn: &Connection, person: RecordId) -> Result<Option<Credential>, StoreError> {
    let sql = "SELECT key, memory_kib, iterations, salt, nonce, wrapped, changed_at FROM credential WHERE person = ?1";
    let row = conn.prepare_cached(sql)?.query_row([person.to_string()], |row| {
        Ok(Credential {
            person,
            key: row.get(0)?,
            cost: KdfCost { memory_kib: row.get(1)?, iterations: row.get(2)? },
            salt: row.get(3)?,
            nonce: row.get(4)?,
            wrapped: row.get(5)?,
            changed_at: Moment::parse(&row.get::<_, String>(6)?)
                .unwrap_or_else(|_| Moment::from_utc(chrono::DateTime::UNIX_EPOCH)),
        })
    });
    Ok(row.optional()?)
}

/// Most failed sign-ins with unknown logins that are kept until an administrator signs in.
const UNKNOWN_MAX: u32 = 1000;

/// A failed sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInFailure {
    /// Whose login was given; `None` for an unknown one.
    pub person: Option<RecordId>,
    /// When.
    pub at: Moment,
    /// On which machine.
    pub machine: String,
}

/// A public key with the event that brought it into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRow {
    /// Its number.
    pub number: i64,
    /// Whose.
    pub person: String,
    /// The Ed25519 public key.
    pub public_key: Vec<u8>,
    /// The event that brought it into force.
    pub seq: u64,
}

impl Store {
    /// The credential of a person.
    pub fn credential(&self, person: RecordId) -> Result<Option<Credential>, StoreError> {
        credential_of(&self.conn, person)
    }

    /// All public keys, in the order in which they came into force.
    pub fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT number, person, public_key, seq FROM signing_key ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            Ok(SigningKeyRow {
                number: row.get(0)?,
                person: row.get(1)?,
                public_key: row.get(2)?,
                seq: row.get::<_, i64>(3)?.unsigned_abs(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records a failed sign-in; `None` for an unknown login. If the file is read-only, it cannot be recorded and causes no delay.
    pub fn note_failure(
        &mut self,
        person: Option<RecordId>,
        at: Moment,
        machine: &str,
    ) -> Result<(), StoreError> {
        let person = person.map_or_else(String::new, |person| person.to_string());
        // Whoever tries names for hours does not fill the file.
        let sql = "INSERT INTO sign_in_failure (person, at, machine) SELECT ?1, ?2, ?3 WHERE ?1 <> ''
                   OR (SELECT count(*) FROM sign_in_failure WHERE person = '' AND reported = 0) < ?4";
        self.write_aside(|conn| conn.execute(sql, params![person, at.to_string(), machine, UNKNOWN_MAX]))
    }

    /// The failed sign-ins of a person since the last successful one: when, and on which machine.
    pub fn failures(&self, person: RecordId) -> Result<Vec<(Moment, String)>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT at, machine FROM sign_in_failure WHERE person = ?1 AND shown = 0 ORDER BY number",
        )?;
        let rows = statement.query_map([person.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let rows: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
        Ok(rows.into_iter().filter_map(|(at, machine)| Some((Moment::parse(&at).ok()?, machine))).collect())
    }

    /// The failed sign-ins that the audit trail does not contain yet: those of a person, or of everybody.
    pub fn unreported_failures(&self, of: Option<RecordId>) -> Result<Vec<SignInFailure>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT person, at, machine FROM sign_in_failure WHERE reported = 0 AND (?1 IS NULL OR person = ?1) ORDER BY number",
        )?;
        let rows = statement.query_map([of.map(|of| of.to_string())], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        let rows: Vec<(String, String, String)> = rows.collect::<Result<_, _>>()?;
        let read = |(person, at, machine): (String, String, String)| {
            Some(SignInFailure { person: person.parse().ok(), at: Moment::parse(&at).ok()?, machine })
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// Moves failed sign-ins of a person that are in the future to now: the clock was set back since.
    pub fn move_future_failures_to_now(&mut self, person: RecordId, now: Moment) -> Result<(), StoreError> {
        self.write_aside(|conn| {
            conn.execute(
                "UPDATE sign_in_failure SET at = ?2 WHERE person = ?1 AND shown = 0 AND at > ?2",
                params![person.to_string(), now.to_string()],
            )
        })
    }

    /// Marks the failed sign-ins of a person as shown to them and reported, and those of everybody else as reported, if they were.
    pub fn mark_failures(&mut self, shown_to: RecordId, all_reported: bool) -> Result<(), StoreError> {
        let sql = "UPDATE sign_in_failure SET shown = max(shown, person = ?1), reported = 1 WHERE person = ?1 OR ?2";
        self.write_aside(|conn| conn.execute(sql, params![shown_to.to_string(), all_reported]))
    }

    /// The drafts of a person with their keys, newest first.
    pub fn drafts(&self, person: RecordId) -> Result<Vec<(String, String, Moment)>, StoreError> {
        let sql = "SELECT key, body, saved_at FROM draft WHERE person = ?1 ORDER BY saved_at DESC";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([person.to_string()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        let rows: Vec<(String, String, String)> = rows.collect::<Result<_, _>>()?;
        Ok(rows
            .into_iter()
            .filter_map(|(key, body, at)| Some((key, body, Moment::parse(&at).ok()?)))
            .collect())
    }

    /// Saves a draft.
    pub fn save_draft(
        &mut self,
        person: RecordId,
        key: &str,
        body: &str,
        at: Moment,
    ) -> Result<(), StoreError> {
        self.write_aside(|conn| {
            conn.execute(
                "INSERT INTO draft (person, key, body, saved_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (person, key) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
                params![person.to_string(), key, body, at.to_string()],
            )
        })
    }

    /// Deletes a draft.
    pub fn drop_draft(&mut self, person: RecordId, key: &str) -> Result<(), StoreError> {
        self.write_aside(|conn| {
            conn.execute("DELETE FROM draft WHERE person = ?1 AND key = ?2", params![person.to_string(), key])
        })
    }
}
