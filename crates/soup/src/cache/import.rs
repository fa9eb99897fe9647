//! Import of one file into the cache in one transaction, so that a file that breaks off leaves the existing data unchanged.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};

use super::keys::Waiting;
use super::{Cache, SourceFile, number_of};
use mainstay_base::store_error::StoreError;

/// Length of the texts that wait to be written together; few under test, so that the limit itself is tested.
const TEXTS_BYTES_MAX: usize = if cfg!(test) { 8 } else { 1 << 20 };

/// One record to keep.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Its kind: the format of a vulnerability or the catalogue of an entry.
    pub kind: &'static str,
    /// Its identifier within the kind.
    pub id: String,
    /// Date of the last change, in a form that sorts by time; empty when unknown.
    pub modified: String,
    /// The value in the layout's form.
    pub body: Vec<u8>,
    /// The source text, compressed.
    pub raw: Vec<u8>,
    /// SHA-256 of the text.
    pub digest: [u8; 32],
    /// Keys for looking it up.
    pub keys: Vec<String>,
    /// The parts of its source that it covers, such as an ecosystem.
    pub ecosystems: Vec<String>,
    /// What it counts for in the file. The file covers each of these with the number of its records.
    pub counts: Vec<String>,
}

impl NewRecord {
    /// SHA-256 of a record's text.
    pub fn digest_of(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }
}

/// The effect of adding a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// The record is new.
    New,
    /// It replaced an earlier version, which stays readable.
    Replaced,
    /// The record was known with the same text.
    Same,
    /// A newer version is known, so this one was kept as a former one.
    Older,
}

/// A file being imported. If it is dropped without `finish`, nothing of it is kept.
pub struct Import<'c> {
    tx: Transaction<'c>,
    waiting: &'c mut Waiting,
    /// The keys that the file adds to the waiting ones.
    more: Waiting,
    file: i64,
    ecosystems: BTreeSet<String>,
    counts: BTreeMap<String, u64>,
    /// Texts that are not written yet, by their records. They are written many at once, so that their pages are not between those of the
    /// records.
    texts: Vec<(i64, Vec<u8>)>,
    /// The length of these texts.
    texts_bytes: usize,
}

impl Cache {
    /// Begins the import of a file. `finish` repeats the details that are known only at the end (`records`, `data_date`, …).
    pub fn import(&mut self, file: &SourceFile) -> Result<Import<'_>, StoreError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute(
            "INSERT INTO source_file (name, sha256, bytes, format, source, data_date, records, refused, imported_at, program)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                file.name,
                file.sha256,
                file.bytes.cast_signed(),
                file.format,
                file.source,
                file.data_date,
                file.records.cast_signed(),
                file.refused.cast_signed(),
                file.imported_at.to_string(),
                file.program
            ],
        )?;
        let file = tx.last_insert_rowid();
        let more = Waiting::default();
        Ok(Import {
            tx,
            waiting: &mut self.waiting,
            more,
            file,
            ecosystems: BTreeSet::new(),
            counts: BTreeMap::new(),
            texts: Vec::new(),
            texts_bytes: 0,
        })
    }
}

impl Import<'_> {
    /// Stores one record.
    pub fn add(&mut self, record: NewRecord) -> Result<Kept, StoreError> {
        for ecosystem in &record.ecosystems {
            if !self.ecosystems.contains(ecosystem) {
                self.ecosystems.insert(ecosystem.clone());
            }
        }
        for what in &record.counts {
            match self.counts.get_mut(what) {
                Some(count) => *count += 1,
                None => drop(self.counts.insert(what.clone(), 1)),
            }
        }
        let known: Option<(i64, String, [u8; 32])> = self
            .tx
            .prepare_cached(
                "SELECT id, modified, digest FROM record WHERE kind = ?1 AND record_id = ?2 AND current = 1",
            )?
            .query_row(params![record.kind, record.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((id, modified, digest)) = known else {
            self.insert(record, true)?;
            return Ok(Kept::New);
        };
        if digest == record.digest {
            self.tx
                .prepare_cached("UPDATE record SET file = ?2 WHERE id = ?1")?
                .execute(params![id, self.file])?;
            return Ok(Kept::Same);
        }
        if modified > record.modified {
            self.insert(record, false)?;
            return Ok(Kept::Older);
        }
        self.tx.prepare_cached("UPDATE record SET current = 0 WHERE id = ?1")?.execute([id])?;
        self.drop_keys(id)?;
        self.insert(record, true)?;
        Ok(Kept::Replaced)
    }

    fn drop_keys(&mut self, record: i64) -> Result<(), StoreError> {
        self.more.dropped.insert(record);
        let mut keys = self.tx.prepare_cached("SELECT keys FROM record WHERE id = ?1")?;
        let blob: Vec<u8> = keys.query_row([record], |row| row.get(0))?;
        let mut forget = self.tx.prepare_cached("DELETE FROM record_key WHERE key = ?1 AND record = ?2")?;
        for key in blob.as_chunks::<8>().0 {
            forget.execute(params![i64::from_le_bytes(*key), record])?;
        }
        Ok(())
    }

    fn insert(&mut self, record: NewRecord, current: bool) -> Result<(), StoreError> {
        let mut keys: Vec<i64> = record.keys.iter().map(|key| number_of(key)).collect();
        keys.sort_unstable();
        keys.dedup();
        let blob: Vec<u8> = keys.iter().flat_map(|key| key.to_le_bytes()).collect();
        self.tx
            .prepare_cached(
                "INSERT INTO record (kind, record_id, file, modified, digest, current, keys, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                record.kind,
                record.id,
                self.file,
                record.modified,
                record.digest,
                current,
                blob,
                record.body
            ])?;
        let id = self.tx.last_insert_rowid();
        self.texts_bytes += record.raw.len();
        self.texts.push((id, record.raw));
        if self.texts_bytes >= TEXTS_BYTES_MAX {
            self.write_texts()?;
        }
        if current {
            self.more.pairs.extend(keys.into_iter().map(|key| (key, id)));
        }
        Ok(())
    }

    fn write_texts(&mut self) -> Result<(), StoreError> {
        self.texts_bytes = 0;
        let mut insert = self.tx.prepare_cached("INSERT INTO record_text (record, raw) VALUES (?1, ?2)")?;
        for (record, raw) in self.texts.drain(..) {
            insert.execute(params![record, raw])?;
        }
        Ok(())
    }

    /// Adds something that the file covers.
    pub fn covers(&mut self, what: String) {
        self.ecosystems.insert(what);
    }

    /// Ends the import with the details that are now known, and makes it durable.
    pub fn finish(mut self, file: &SourceFile) -> Result<(), StoreError> {
        self.write_texts()?;
        self.tx.execute(
            "UPDATE source_file SET format = ?2, source = ?3, data_date = ?4, records = ?5, refused = ?6 WHERE id = ?1",
            params![
                self.file,
                file.format,
                file.source,
                file.data_date,
                file.records.cast_signed(),
                file.refused.cast_signed()
            ],
        )?;
        let mut cover = self.tx.prepare("INSERT INTO coverage (file, ecosystem) VALUES (?1, ?2)")?;
        for ecosystem in &self.ecosystems {
            cover.execute(params![self.file, ecosystem])?;
        }
        // One record is its own number: files with one record each come by the ten thousand.
        for (what, count) in self.counts.iter().filter(|_| file.records > 1) {
            cover.execute(params![self.file, format!("{what} {count}")])?;
        }
        drop(cover);
        self.tx.commit()?;
        self.waiting.take(self.more);
        Ok(())
    }
}
