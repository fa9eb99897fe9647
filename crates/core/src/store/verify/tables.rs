//! The checks of verification that need only SQL: integrity, schema, columns, attachments and wrapped keys.
//!
//! They run at the same time as the replay, on a connection of their own, so no check here may depend on results of the replay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use rusqlite::Connection;

use super::{Findings, Progress, read};
use crate::domain::canonical;
use crate::domain::ids::{Kind, RecordId};
use crate::store::{
    ITERATIONS_MAX, MEMORY_KIB_MAX, SALT_BYTES_MAX, StoreError, WRAPPED_BYTES, blobs, ddl, records,
};

/// Number of SQLite's steps after which it is checked again whether the verification was cancelled.
const STEPS: i32 = 100_000;

/// The findings by part. They are kept apart because findings of other checks are reported between them.
#[derive(Default)]
pub struct Found {
    pub database: Findings,
    pub columns: Findings,
    pub attachments: Findings,
    /// How many attachments were checked.
    pub attachments_seen: u64,
}

/// The columns with texts that no event names, or that are compared elsewhere without a check that they are UTF-8, by table.
const TEXTS: [(&str, &[&str]); 7] = [
    ("product_file", &["uuid", "made_at", "made_with"]),
    ("signing_key", &["person"]),
    ("blob", &["sha256"]),
    ("credential", &["person", "changed_at"]),
    ("sign_in_failure", &["person", "at", "machine"]),
    ("draft", &["person", "key", "body", "saved_at"]),
    ("link", &["field"]),
];

struct Tables<'a> {
    conn: &'a Connection,
    progress: &'a Progress<'a>,
    findings: Findings,
    attachments: u64,
}

/// Runs all checks of this module.
pub fn check(mut conn: Connection, schema: &str, progress: &Progress) -> Result<Found, StoreError> {
    let stopped = progress.flag();
    conn.progress_handler(STEPS, Some(move || stopped.load(Ordering::Relaxed)))?;
    let mut found = Found { database: structure(&conn, schema, progress)?, ..Found::default() };
    let mut tables = Tables { conn: &conn, progress, findings: Findings::default(), attachments: 0 };
    tables.part("columns", Tables::columns)?;
    tables.part("columns", Tables::texts)?;
    found.columns = std::mem::take(&mut tables.findings);
    tables.part("attachments", Tables::attachments)?;
    tables.part("accounts", Tables::credentials)?;
    found.attachments = tables.findings;
    found.attachments_seen = tables.attachments;
    Ok(found)
}

/// Integrity, references and schema.
pub fn structure(conn: &Connection, schema: &str, progress: &Progress) -> Result<Findings, StoreError> {
    let mut tables = Tables { conn, progress, findings: Findings::default(), attachments: 0 };
    tables.part("database", Tables::integrity)?;
    tables.part("database", Tables::references)?;
    tables.part("database", |tables| tables.schema(schema))?;
    Ok(tables.findings)
}

impl Tables<'_> {
    /// Runs a part of the check. Damage that ends it early is reported at `place`.
    fn part(
        &mut self,
        place: &str,
        part: impl FnOnce(&mut Self) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let outcome = part(self);
        self.findings.survive(place, outcome, self.progress)
    }

    fn integrity(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare("PRAGMA integrity_check(10)")?;
        let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for line in lines.into_iter().filter(|line| line != "ok") {
            self.findings.found("database", line);
        }
        Ok(())
    }

    fn references(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare("PRAGMA foreign_key_check")?;
        let tables: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for table in tables {
            self.findings.found("database", format!("a reference of the table {table} leads nowhere"));
        }
        Ok(())
    }

    /// The triggers and checks that protect the evidence must be unchanged.
    fn schema(&mut self, schema: &str) -> Result<(), StoreError> {
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(schema)?;
        let wanted = schema_of(&fresh)?;
        let present = schema_of(self.conn)?;
        for (name, sql) in &wanted {
            match present.get(name) {
                None => self.findings.found("database", format!("the {name} is missing from the schema")),
                Some(other) if other != sql => {
                    self.findings.found("database", format!("the {name} differs from the schema"));
                }
                Some(_) => {}
            }
        }
        for (name, sql) in present.iter().filter(|(name, _)| !wanted.contains_key(*name)) {
            match name.strip_prefix("view ").and_then(Kind::from_code) {
                Some(kind) if ddl::is_honest(self.conn, kind, sql)? => {}
                Some(_) => {
                    self.findings.found("database", format!("the {name} does not show what the records say"));
                }
                None => self.findings.found("database", format!("the {name} does not belong to the schema")),
            }
        }
        Ok(())
    }

    /// The generated columns, which lists are made from, must agree with the texts.
    fn columns(&mut self) -> Result<(), StoreError> {
        let signature = ["subject", "event"].map(|name| (name, format!("$.{name}")));
        self.column_check("signature", "number", &signature)?;
        let mut record = ["parent", "state", "owner", "created_at", "state_since"]
            .map(|name| (name, format!("$.{name}")))
            .to_vec();
        record.push(("title", "$.fields.title".to_owned()));
        self.column_check("record", "key", &record)
    }

    fn column_check(
        &mut self,
        table: &str,
        number: &str,
        columns: &[(&str, String)],
    ) -> Result<(), StoreError> {
        let differs: Vec<String> = columns
            .iter()
            .map(|(name, path)| format!("{name} IS NOT json_extract(body, '{path}')"))
            .collect();
        // A text that is not JSON is reported where the texts are read.
        let sql = format!(
            "SELECT {number} FROM {table} WHERE CASE WHEN json_valid(body) THEN {} END ORDER BY 1 LIMIT 10",
            differs.join(" OR ")
        );
        let mut statement = self.conn.prepare(&sql)?;
        let rows: Vec<i64> =
            statement.query_map([], |row| read::number(row, 0))?.collect::<Result<_, _>>()?;
        for row in rows {
            let record = RecordId::from_key(row).filter(|_| table == "record");
            let place = record.map_or_else(|| format!("{table} {row}"), |id| id.to_string());
            self.findings.found(place, "a column says something else than its text");
        }
        Ok(())
    }

    /// The texts of [`TEXTS`] must be UTF-8, and drafts must be JSON.
    fn texts(&mut self) -> Result<(), StoreError> {
        for (table, columns) in TEXTS {
            let mut statement = self.conn.prepare(&format!("SELECT {} FROM {table}", columns.join(", ")))?;
            let mut rows = statement.query([])?;
            let mut number = 0;
            while let Some(row) = rows.next()? {
                number += 1;
                for (index, column) in columns.iter().enumerate() {
                    let place = format!("{table} {number}");
                    match read::utf8(read::bytes(row, index)?) {
                        Err(what) => self.findings.found(place, format!("{column}: {what}")),
                        Ok(text) if *column == "body" => {
                            if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
                                self.findings.found(place, "its text is no JSON");
                            }
                        }
                        Ok(_) => {}
                    }
                }
            }
        }
        Ok(())
    }

    fn attachments(&mut self) -> Result<(), StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT key, CASE WHEN json_valid(body) THEN json_extract(body, '$.fields.sha256') END,
               CASE WHEN json_valid(body) THEN json_extract(body, '$.fields.bytes') END
             FROM record WHERE key BETWEEN ?1 AND ?2 ORDER BY key",
        )?;
        let rows: Vec<(i64, String, i64)> = statement
            .query_map(records::keys_of(Kind::Attachment), |row| {
                Ok((read::number(row, 0)?, read::text(row, 1)?, read::number(row, 2)?))
            })?
            .collect::<Result<_, _>>()?;
        let mut named = BTreeSet::new();
        for (key, sha256, size) in rows {
            let place = RecordId::from_key(key).map_or_else(String::new, |id| id.to_string());
            self.progress.check()?;
            self.attachments += 1;
            // What cannot be read to its end is not there as a whole.
            let read = blobs::read(self.conn, &sha256, |_| self.progress.check());
            self.progress.check()?;
            match read.ok().flatten() {
                None => self.findings.found(place, "its bytes are not there"),
                Some(read) if read.sha256 != sha256 || i64::try_from(read.bytes) != Ok(size) => {
                    self.findings.found(place, "its bytes do not have the digest that was recorded");
                }
                Some(_) => {}
            }
            named.insert(sha256);
        }
        let mut statement = self.conn.prepare("SELECT sha256 FROM blob")?;
        let held: Vec<String> =
            statement.query_map([], |row| read::text(row, 0))?.collect::<Result<_, _>>()?;
        for sha256 in held.into_iter().filter(|sha256| !named.contains(sha256)) {
            self.findings.found(format!("bytes {}", canonical::short(&sha256)), "no attachment names them");
        }
        Ok(())
    }

    /// Each wrapped key must be that of its person's key in force, with parameters that the program uses. Every active person
    /// must have one.
    fn credentials(&mut self) -> Result<(), StoreError> {
        let sql = "SELECT credential.person FROM credential LEFT JOIN signing_key ON signing_key.number = credential.key
                   WHERE signing_key.person IS NOT credential.person
                     OR credential.key <> (SELECT max(number) FROM signing_key WHERE person = credential.person)
                   ORDER BY 1";
        let mut statement = self.conn.prepare(sql)?;
        let rows: Vec<String> =
            statement.query_map([], |row| read::text(row, 0))?.collect::<Result<_, _>>()?;
        for person in rows {
            self.findings.found(person, "the wrapped key is not that of the person's key in force");
        }
        let sql = format!(
            "SELECT person FROM credential
             WHERE memory_kib NOT BETWEEN 8 AND {MEMORY_KIB_MAX} OR iterations NOT BETWEEN 1 AND {ITERATIONS_MAX}
               OR length(salt) NOT BETWEEN 8 AND {SALT_BYTES_MAX} OR length(nonce) <> 24 OR length(wrapped) <> {WRAPPED_BYTES}
             ORDER BY 1"
        );
        let mut statement = self.conn.prepare(&sql)?;
        let rows: Vec<String> =
            statement.query_map([], |row| read::text(row, 0))?.collect::<Result<_, _>>()?;
        for person in rows {
            self.findings.found(person, "the wrapped key has parameters that the program does not use");
        }
        // The column `id` is not used: it is computed from a text that may be damaged.
        let sql = "SELECT key FROM record WHERE key BETWEEN ?1 AND ?2 AND state = 'active'
                   AND printf('PN-%04d', key & 4294967295) NOT IN (SELECT person FROM credential)";
        let mut statement = self.conn.prepare(sql)?;
        let rows: Vec<i64> = statement
            .query_map(records::keys_of(Kind::Person), |row| read::number(row, 0))?
            .collect::<Result<_, _>>()?;
        for person in rows.into_iter().filter_map(RecordId::from_key) {
            self.findings.found(person.to_string(), "is active, but has no wrapped key to sign in with");
        }
        Ok(())
    }
}

/// The SQL of everything in the schema, by type and name.
fn schema_of(conn: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let sql = "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name <> 'sqlite_stat1'";
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((read::text(row, 0)?, read::text(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
