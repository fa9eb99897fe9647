//! Keys of records that are not yet in their table. An import of many files inserts them in large batches in the order of the table,
//! because the keys of a single file touch nearly every page of it.
//!
//! Every record also contains its own keys, and the cache stores up to which record the table is complete. So a killed import loses nothing:
//! a reader also checks the later records, and the next import inserts the missing keys.

use std::collections::HashSet;

use rusqlite::{Connection, TransactionBehavior, params};

use super::Cache;
use mainstay_base::store_error::StoreError;

/// Maximum number of waiting keys before they are inserted; few under test, so that the limit itself is tested.
const WAITING_MAX: usize = if cfg!(test) { 4 } else { 1 << 20 };

/// Keys with their records.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) pairs: Vec<(i64, i64)>,
    /// Records that others replaced: their keys are not inserted.
    pub(super) dropped: HashSet<i64>,
    /// SQLite's `data_version` when no other keys were left to insert. It differs if another program has written since.
    version: Option<i64>,
}

impl Waiting {
    /// Takes over the keys that a file added.
    pub(super) fn take(&mut self, mut more: Self) {
        self.pairs.append(&mut more.pairs);
        self.dropped.extend(more.dropped);
    }

    /// The keys of records that are missing from the table, in the order of the keys.
    pub(super) fn of_records(conn: &Connection) -> Result<Self, StoreError> {
        let mut statement = conn.prepare(
            "SELECT id, keys FROM record WHERE id > (SELECT max(up_to) FROM keys_entered) AND current = 1",
        )?;
        let mut rows = statement.query([])?;
        let mut pairs = Vec::new();
        while let Some(row) = rows.next()? {
            let record: i64 = row.get(0)?;
            let keys = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            pairs.extend(keys.as_chunks::<8>().0.iter().map(|key| (i64::from_le_bytes(*key), record)));
        }
        pairs.sort_unstable();
        Ok(Self { pairs, ..Self::default() })
    }

    /// Records under a key. Only for the result of [`Self::of_records`], which is sorted.
    pub(super) fn under(&self, key: i64) -> impl Iterator<Item = i64> {
        let start = self.pairs.partition_point(|(own, _)| *own < key);
        let rest = self.pairs.get(start..).unwrap_or_default();
        rest.iter().take_while(move |(own, _)| *own == key).map(|(_, record)| *record)
    }
}

impl Cache {
    /// Inserts the waiting keys when there are many.
    pub fn enter_many_keys(&mut self) -> Result<(), StoreError> {
        if self.waiting.pairs.len() >= WAITING_MAX { self.enter_keys() } else { Ok(()) }
    }

    /// Inserts the waiting keys.
    pub fn enter_keys(&mut self) -> Result<(), StoreError> {
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (last, up_to): (Option<i64>, i64) = tx.query_row(
            "SELECT (SELECT max(id) FROM record), (SELECT max(up_to) FROM keys_entered)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let version = Some(tx.query_row("PRAGMA data_version", [], |row| row.get(0))?);
        let mut waiting = std::mem::replace(&mut self.waiting, Waiting { version, ..Waiting::default() });
        let Some(last) = last.filter(|last| *last > up_to) else { return Ok(()) };
        // If another program has added records, the keys are read from the records.
        if waiting.version != version {
            waiting = Waiting::of_records(&tx)?;
        }
        waiting.pairs.sort_unstable();
        let mut insert = tx.prepare("INSERT OR IGNORE INTO record_key (key, record) VALUES (?1, ?2)")?;
        for (key, record) in &waiting.pairs {
            if !waiting.dropped.contains(record) {
                insert.execute(params![key, record])?;
            }
        }
        drop(insert);
        tx.execute("UPDATE keys_entered SET up_to = ?1", [last])?;
        tx.commit()?;
        Ok(())
    }
}
