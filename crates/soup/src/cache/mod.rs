//! The workstation's cache of advisory data: one indexed SQLite file next to the user's settings, filled from files that the user imports.
//!
//! It stores bodies and texts as bytes and finds them by key. `model` defines what they mean, `work` uses them.

pub mod answers;
mod confirm;
mod identity;
mod import;
mod keys;
mod read;

use std::path::Path;

use rusqlite::Connection;

use identity::Identity;
use mainstay_base::database::{self, Access};
use mainstay_base::store_error::StoreError;
use mainstay_base::time::Moment;

pub use import::{Kept, NewRecord};

/// SQLite `application_id` of an advisory cache: the letters `MSTA`.
const APPLICATION_ID: i32 = 0x4D53_5441;
/// SQLite `user_version`: the layout of tables and bodies that this program reads.
const LAYOUT: i32 = 5;
/// Name of the file in its folder.
const FILE_NAME: &str = "advisories.sqlite";
const SCHEMA: &str = include_str!("schema.sql");
/// Maximum number of bytes of the file that a reader maps into memory.
const MAPPED_BYTES: i64 = 4 << 30;
/// Memory for pages while importing, in KiB.
const PAGES_KIB: i32 = 40 * 1024;
/// Pages up to which the log of an import grows before they are copied into the file: a page that many records touch is copied once.
const PAGES_OF_LOG: i32 = 4096;

/// An open advisory cache.
pub struct Cache {
    conn: Connection,
    /// Keys that are not yet inserted.
    waiting: keys::Waiting,
}

/// One imported file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its number in the cache.
    pub id: i64,
    /// Its name without folders.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Format in words.
    pub format: String,
    /// Publisher of the data (`NVD`, `RustSec`).
    pub source: String,
    /// Date of the data, according to the file.
    pub data_date: Option<String>,
    /// Number of its records that were imported.
    pub records: u64,
    /// Number of its records that were not.
    pub refused: u64,
    /// Time of the import.
    pub imported_at: Moment,
    /// Program and version that imported it.
    pub program: String,
    /// When its publisher last confirmed that nothing newer replaces it: an update asked and got this file, or only the changes since.
    pub confirmed_at: Option<Moment>,
}

impl Cache {
    /// Opens the cache in a folder for importing; creates folder and file if they are missing.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(StoreError::io(format!("the folder {} could not be created", folder.display())))?;
        let path = folder.join(FILE_NAME);
        let found = identity::look(&path)?;
        let mut conn = database::open(&path, Access::Create)?;
        conn.busy_timeout(std::time::Duration::from_secs(5))?;
        if found == Identity::New {
            identity::create(&mut conn)?;
        }
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "cache_size", -PAGES_KIB)?;
        conn.pragma_update(None, "wal_autocheckpoint", PAGES_OF_LOG)?;
        conn.set_prepared_statement_cache_capacity(32);
        let mut cache = Self { conn, waiting: keys::Waiting::default() };
        // Keys that a killed import left behind.
        cache.enter_keys()?;
        Ok(cache)
    }

    /// Opens the cache in a folder for reading; `None` if nothing was ever imported.
    pub fn open_to_read(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join(FILE_NAME);
        if identity::look(&path)? == Identity::New {
            return Ok(None);
        }
        let conn = database::open(&path, Access::Read)?;
        conn.busy_timeout(std::time::Duration::from_secs(5))?;
        // A scan reads scattered pages of a large file; memory mapping saves a system call for each page.
        conn.pragma_update(None, "mmap_size", MAPPED_BYTES)?;
        conn.set_prepared_statement_cache_capacity(32);
        let waiting = keys::Waiting::of_records(&conn)?;
        Ok(Some(Self { conn, waiting }))
    }
}

/// The number by which a key is looked up: FNV-1a, 64 bits. Two keys with the same number only cost one more comparison.
fn number_of(key: &str) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in key.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash.cast_signed()
}

#[cfg(test)]
mod tests;
