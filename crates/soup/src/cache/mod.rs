//! The workstation's cache of advisory data: one indexed SQLite file beside the user's settings, filled from files that the user brings.
//!
//! It keeps bodies and texts as bytes and finds them by key; what they mean belongs to `domain`, what is done with them to `ops`.

pub mod answers;
mod import;
mod keys;
mod read;

use std::path::Path;

use rusqlite::Connection;

use mainstay_base::database::{self, Access};
use mainstay_base::sqlite_header::{self, Start};
use mainstay_base::time::Moment;
use mainstay_base::{regular, store_error::StoreError};

pub use import::{Kept, NewRecord};

/// SQLite `application_id` of an advisory cache: the letters `MSTA`.
const APPLICATION_ID: i32 = 0x4D53_5441;
/// SQLite `user_version`: the layout of tables and bodies that this program reads.
const LAYOUT: i32 = 3;
/// Name of the file in its folder.
const FILE_NAME: &str = "advisories.sqlite";
const SCHEMA: &str = include_str!("schema.sql");
/// Bytes of the file that a reader maps into memory at most.
const MAPPED_BYTES: i64 = 4 << 30;
/// Memory for pages while importing, in KiB.
const PAGES_KIB: i32 = 40 * 1024;
/// Pages that the log of an import grows to before they are copied into the file: a page that many records touch is copied once.
const PAGES_OF_LOG: i32 = 4096;

/// An open advisory cache.
pub struct Cache {
    conn: Connection,
    /// Keys that are not entered yet.
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
    /// Whose data it is (`NVD`, `RustSec`).
    pub source: String,
    /// As of when the data is, as the file says.
    pub data_date: Option<String>,
    /// Records that were taken from it.
    pub records: u64,
    /// Records that were not.
    pub refused: u64,
    /// When it was imported.
    pub imported_at: Moment,
    /// Program and version that imported it.
    pub program: String,
}

impl Cache {
    /// Opens the cache in a folder for importing; makes folder and file where there are none.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(StoreError::io(format!("the folder {} could not be made", folder.display())))?;
        let path = folder.join(FILE_NAME);
        let new = std::fs::metadata(&path).map_or(true, |meta| meta.len() == 0);
        let mut conn = database::open(&path, Access::Make)?;
        conn.busy_timeout(std::time::Duration::from_secs(5))?;
        if new {
            conn.pragma_update(None, "page_size", 8192)?;
        } else {
            refuse_other(&path)?;
        }
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "cache_size", -PAGES_KIB)?;
        conn.pragma_update(None, "wal_autocheckpoint", PAGES_OF_LOG)?;
        conn.set_prepared_statement_cache_capacity(32);
        if new {
            let tx = conn.transaction()?;
            tx.execute_batch(SCHEMA)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", LAYOUT)?;
            tx.commit()?;
            // Whoever opens it meanwhile looks at the file itself, which tells what it is.
            conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        let mut cache = Self { conn, waiting: keys::Waiting::default() };
        // What a killed import left.
        cache.enter_keys()?;
        Ok(cache)
    }

    /// Opens the cache in a folder for reading; `None` where nothing was ever imported.
    pub fn open_to_read(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join(FILE_NAME);
        if !path.exists() {
            return Ok(None);
        }
        refuse_other(&path)?;
        let conn = database::open(&path, Access::Read)?;
        conn.busy_timeout(std::time::Duration::from_secs(5))?;
        // A scan reads here and there in a large file: mapped, that costs no call of the system for each page.
        conn.pragma_update(None, "mmap_size", MAPPED_BYTES)?;
        conn.set_prepared_statement_cache_capacity(32);
        let waiting = keys::Waiting::of_records(&conn)?;
        Ok(Some(Self { conn, waiting }))
    }
}

/// Refuses a file that is no cache of this layout, without changing it.
fn refuse_other(path: &Path) -> Result<(), StoreError> {
    let start = regular::open(path)
        .and_then(|mut file| sqlite_header::start_of(&mut file))
        .map_err(StoreError::io(format!("{} could not be read", path.display())))?;
    let what = match start {
        Start::Sqlite(header) if header.application_id != APPLICATION_ID => "another program's database",
        Start::Sqlite(header) if header.user_version > LAYOUT => {
            "a cache made by a later version of this program"
        }
        Start::Sqlite(header) if header.user_version < LAYOUT => {
            "a cache made by an earlier version of this program"
        }
        Start::Sqlite(_) => return Ok(()),
        Start::Other(what) => what,
    };
    Err(StoreError::Refused(format!(
        "{} is {what}; choose another folder with --cache, or move the file away and import the advisory files again",
        path.display()
    )))
}

/// The number under which a key is looked up: FNV-1a, 64 bits. Two keys with one number only cost a look more.
fn number_of(key: &str) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in key.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash.cast_signed()
}

#[cfg(test)]
mod tests;
