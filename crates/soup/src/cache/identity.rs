//! Recognising the file at the path of the cache. SQLite reads it, so that a log or a journal of an interrupted import counts.

use std::path::Path;

use rusqlite::Connection;

use super::{APPLICATION_ID, LAYOUT, SCHEMA};
use mainstay_base::database::{self, Access};
use mainstay_base::sqlite_header::{self, Start};
use mainstay_base::{regular, store_error::StoreError};

/// The file at the path of the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// No file, or a file in which nothing was ever committed.
    New,
    /// A cache of this layout.
    Cache,
}

/// Examines the file without changing it.
///
/// # Errors
/// When it cannot be read, and when it is not a cache of this layout; the message says what it seems to be.
pub(super) fn look(path: &Path) -> Result<Identity, StoreError> {
    let bytes = match std::fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Identity::New),
        Err(error) => return Err(unreadable(path)(error)),
    };
    if bytes == 0 {
        return Ok(Identity::New);
    }
    let start = regular::open(path)
        .and_then(|mut file| sqlite_header::start_of(&mut file))
        .map_err(unreadable(path))?;
    match start {
        // A journal may say that its first page is one of a write that was never finished, and no reader could open it.
        Start::Sqlite(header)
            if header.application_id == APPLICATION_ID
                && header.user_version == LAYOUT
                && !has_content(path, "-journal") =>
        {
            Ok(Identity::Cache)
        }
        Start::Sqlite(header) if header.application_id == 0 || was_interrupted(path) => with_sqlite(path),
        Start::Sqlite(header) => judge(path, header.application_id, header.user_version, false),
        // The first page of a file in which nothing was committed may be incomplete or blank. Its journal makes it empty again.
        Start::Other(_) if was_interrupted(path) => with_sqlite(path),
        Start::Other(what) => Err(refusal(path, what)),
    }
}

/// Creates the tables and the identity in one step, so that a killed program never leaves a file that is neither new nor a cache.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn create(conn: &mut Connection) -> Result<(), StoreError> {
    // With a rollback journal, both are in the file itself when the transaction ends, so that every reader finds them.
    conn.pragma_update(None, "journal_mode", "DELETE")?;
    conn.pragma_update(None, "page_size", 8192)?;
    let tx = conn.transaction()?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", LAYOUT)?;
    tx.execute_batch(SCHEMA)?;
    tx.commit()?;
    Ok(())
}

/// Whether a journal or a log with content is next to the file.
fn was_interrupted(path: &Path) -> bool {
    has_content(path, "-journal") || has_content(path, "-wal")
}

fn has_content(path: &Path, ending: &str) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    std::fs::metadata(name).is_ok_and(|found| found.len() > 0)
}

/// The identity of the file as SQLite reads it, with its journal and its log.
fn with_sqlite(path: &Path) -> Result<Identity, StoreError> {
    let read = |access: Access| -> Result<(i32, i32, bool), rusqlite::Error> {
        let conn = database::open(path, access).map_err(|_| rusqlite::Error::InvalidQuery)?;
        conn.busy_timeout(std::time::Duration::from_secs(5))?;
        let number = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
        let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((number("application_id")?, number("user_version")?, tables == 0))
    };
    // A reader cannot roll back an interrupted write; opening the file for writing rolls it back.
    let (application, layout, empty) = read(Access::Read)
        .or_else(|_| read(Access::Write))
        .map_err(|_| refusal(path, "a damaged database"))?;
    judge(path, application, layout, empty)
}

fn judge(path: &Path, application: i32, layout: i32, empty: bool) -> Result<Identity, StoreError> {
    match (application, layout) {
        (0, 0) if empty => Ok(Identity::New),
        (APPLICATION_ID, LAYOUT) => Ok(Identity::Cache),
        (APPLICATION_ID, later) if later > LAYOUT => {
            Err(refusal(path, "a cache of a later version of this program"))
        }
        (APPLICATION_ID, _) => Err(refusal(path, "a cache of an earlier version of this program")),
        (_, _) => Err(refusal(path, "another program's database")),
    }
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    StoreError::io(format!("{} could not be read", path.display()))
}

fn refusal(path: &Path, what: &str) -> StoreError {
    StoreError::Refused(format!(
        "{} is {what}; choose another folder with --cache, or move the file away and import the advisory files again",
        path.display()
    ))
}
