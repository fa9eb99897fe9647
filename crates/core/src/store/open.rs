//! Creating and opening a product file. A file that cannot be opened is reported as a [`FileState`] and never changed.

use std::cell::Cell;
use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _};

use super::identity::{APPLICATION_ID, SCHEMA_VERSION, Seen, mark};
use super::lock::{self, Holder, Lock, Taken};
use super::{Store, ddl, events};
use crate::domain::requests::RULES;
use mainstay_base::database::{self, Access};
use mainstay_base::store_error::StoreError;
use mainstay_base::{
    regular,
    sqlite_header::{self, Start},
};

/// Bytes of a page in a new file. Most events have 1 to 2 KB, so that pages of 4 KB would stay empty by a quarter.
const PAGE_BYTES: u32 = 16 * 1024;

/// Memory for the pages of a connection that writes, in KiB.
const CACHE_KIB: i32 = 16 * 1024;

/// The state of the file at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// A product file of this program's schema.
    Ready,
    /// A product file with an older schema. It must be upgraded before it can be written to.
    NeedsUpgrade {
        /// The schema version of the file.
        version: i32,
    },
    /// A product file made by a later program.
    Newer {
        /// The schema version of the file.
        version: i32,
    },
    /// A product file in which a later program worked by rules that this program does not know.
    NewerRules {
        /// The rule set of its last event.
        rules: u32,
    },
    /// Another program is writing to it.
    Locked(Option<Holder>),
    /// A product file that is damaged.
    Damaged {
        /// What is wrong with it.
        what: String,
    },
    /// Not a product file.
    NotOurs {
        /// What it seems to be.
        what: String,
    },
    /// Cannot be read.
    NotReadable {
        /// Why.
        why: String,
    },
}

/// Examines the file at `path` without changing anything.
pub fn look(path: &Path) -> FileState {
    let not_readable = |why: String| FileState::NotReadable { why };
    let start = regular::open(path)
        .and_then(|mut file| Ok((sqlite_header::start_of(&mut file)?, file.metadata()?.len())));
    let (header, bytes) = match start {
        Ok((Start::Sqlite(header), bytes)) => (header, bytes),
        Ok((Start::Other(what), _)) => return FileState::NotOurs { what: what.to_owned() },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return not_readable("there is no such file".to_owned());
        }
        Err(error) => return not_readable(regular::why(&error)),
    };
    if header.application_id != APPLICATION_ID {
        return FileState::NotOurs { what: "an SQLite database of another program".to_owned() };
    }
    if header.user_version > SCHEMA_VERSION {
        return FileState::Newer { version: header.user_version };
    }
    // With a journal next to the file, a write is under way or was interrupted, so the length proves nothing yet.
    if bytes < header.bytes && !has_journal(path) {
        return FileState::Damaged { what: cut_short(bytes, header.bytes) };
    }
    if header.user_version < SCHEMA_VERSION {
        return FileState::NeedsUpgrade { version: header.user_version };
    }
    FileState::Ready
}

/// Whether a write to a file is under way or was interrupted.
pub fn has_journal(path: &Path) -> bool {
    std::fs::metadata(journal_of(path)).is_ok_and(|meta| meta.len() > 0)
}

/// Where the journal of a file lies while a write is under way or was interrupted.
pub fn journal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-journal");
    PathBuf::from(name)
}

/// Creates a new product file. Never overwrites a file.
pub fn create(path: &Path, holder: &Holder, made_with: &str) -> Result<(Store, Lock), StoreError> {
    std::fs::File::options()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(StoreError::io(format!("{} could not be created", path.display())))?;
    let made = try_create(path, holder, made_with);
    if made.is_err() {
        let _ = std::fs::remove_file(path);
        let _ = std::fs::remove_file(lock::lock_path(path));
    }
    made
}

fn try_create(path: &Path, holder: &Holder, made_with: &str) -> Result<(Store, Lock), StoreError> {
    let Taken::Ours(lock) = lock::take(path, holder)? else { return Err(StoreError::Busy) };
    let conn = database::open(path, Access::Write)?;
    conn.pragma_update(None, "page_size", PAGE_BYTES)?;
    set_up(&conn)?;
    conn.execute_batch(&format!(
        "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; {} COMMIT;",
        ddl::V1
    ))?;
    ddl::refresh_views(&conn)?;
    conn.execute(
        "INSERT INTO product_file (id, uuid, made_at, made_with) VALUES (1, ?1, ?2, ?3)",
        (uuid::Uuid::new_v4().to_string(), holder.since.to_string(), made_with),
    )?;
    Ok((store(conn, path, true)?, lock))
}

/// Opens a file for writing. `Err(Ok(state))` is the state that prevents it.
pub fn open_writing(path: &Path, holder: &Holder) -> Result<(Store, Lock), Result<FileState, StoreError>> {
    match look(path) {
        FileState::Ready => {}
        found => return Err(Ok(found)),
    }
    let lock = match lock::take(path, holder).map_err(Err)? {
        Taken::Ours(lock) => lock,
        Taken::Theirs(holder) => return Err(Ok(FileState::Locked(holder))),
    };
    let interrupted = has_journal(path);
    let open = || -> Result<Store, Result<FileState, StoreError>> {
        let conn = database::open(path, Access::Write).map_err(Err)?;
        set_up(&conn).map_err(Err)?;
        check_shape(&conn).map_err(Err)?;
        if let Some(rules) = newer_rules(&conn).map_err(Err)? {
            return Err(Ok(FileState::NewerRules { rules }));
        }
        // Reading has rolled back an interrupted write, which may be an upgrade. Now version and length must be right.
        match look_again(&conn, path).map_err(Err)? {
            FileState::Ready => {}
            found => return Err(Ok(found)),
        }
        Ok(Store { interrupted, ..store(conn, path, true).map_err(Err)? })
    };
    match open() {
        Ok(store) => Ok((store, lock)),
        Err(Err(StoreError::Damaged(what))) => Err(Ok(FileState::Damaged { what })),
        Err(other) => Err(other),
    }
}

/// Examines a file that is open already. The file is not opened a second time: closing it would release SQLite's locks.
pub fn look_again(conn: &Connection, path: &Path) -> Result<FileState, StoreError> {
    let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0));
    let version = i32::try_from(number("PRAGMA user_version")?).unwrap_or(i32::MAX);
    let expected = number("PRAGMA page_size")?.unsigned_abs() * number("PRAGMA page_count")?.unsigned_abs();
    let present = std::fs::metadata(path).map_err(StoreError::io("the file could not be read"))?.len();
    Ok(match version.cmp(&SCHEMA_VERSION) {
        Ordering::Greater => FileState::Newer { version },
        Ordering::Less => FileState::NeedsUpgrade { version },
        Ordering::Equal if present < expected => FileState::Damaged { what: cut_short(present, expected) },
        Ordering::Equal => FileState::Ready,
    })
}

fn cut_short(present: u64, expected: u64) -> String {
    format!("it was cut short: only {present} of {expected} bytes are there")
}

/// Opens a file for reading only: while another program writes, or where the file is damaged or write-protected.
pub fn open_read_only(path: &Path) -> Result<Store, StoreError> {
    let conn = connect_to_read(path)?;
    check_shape(&conn)?;
    store(conn, path, false)
}

/// How often a file is opened that another one takes the place of meanwhile.
const TRIES: usize = 4;

/// Opens a file for a look beside whoever works with it, also in this process. `Err(Ok(state))` is the state that prevents it.
///
/// Nothing but SQLite opens a product file here: on Unix, closing a file that was opened otherwise would release every lock that SQLite
/// holds on it for somebody who writes in this process.
pub fn open_beside(path: &Path) -> Result<Store, Result<FileState, StoreError>> {
    let place = || std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|about| mark(&about));
    for _ in 0..TRIES {
        // A device or a pipe is told without opening it.
        let Some(before) = place() else { return Err(Ok(look(path))) };
        match try_beside(path) {
            Ok(store) => return Ok(store),
            Err(refused) if place() == Some(before) => return Err(refused),
            // What was compared with the path may have been of another file.
            Err(_) => {}
        }
    }
    Err(Err(StoreError::Busy))
}

fn try_beside(path: &Path) -> Result<Store, Result<FileState, StoreError>> {
    let instead = |error: StoreError| match look(path) {
        FileState::Ready => Err(error),
        found => Ok(found),
    };
    let conn = connect_to_read(path).map_err(instead)?;
    match conn.query_row("PRAGMA application_id", [], |row| row.get::<_, i64>(0)) {
        Ok(id) if id == i64::from(APPLICATION_ID) => {}
        // It is no product file, so nobody works in it by this program.
        Ok(_) => return Err(Ok(look(path))),
        Err(error) => match StoreError::from(error) {
            damaged @ StoreError::Damaged(_) => return Err(instead(damaged)),
            other => return Err(Err(other)),
        },
    }
    match look_again(&conn, path).map_err(Err)? {
        FileState::Ready => {}
        found => return Err(Ok(found)),
    }
    check_shape(&conn).map_err(Err)?;
    if let Some(rules) = newer_rules(&conn).map_err(Err)? {
        return Err(Ok(FileState::NewerRules { rules }));
    }
    store(conn, path, false).map_err(Err)
}

/// A connection that only reads, to a file whose tables are not checked.
pub fn connect_to_read(path: &Path) -> Result<Connection, StoreError> {
    let conn = database::open(path, Access::Read)?;
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA busy_timeout = 2000; PRAGMA trusted_schema = OFF;")?;
    Ok(conn)
}

/// Sets the options of a connection that writes.
pub fn set_up(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch(
        "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA busy_timeout = 10000;
         PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY;",
    )?;
    // A long transaction, such as an import, stays in memory until it is committed, so that others can read meanwhile.
    conn.execute_batch("PRAGMA cache_spill = OFF")?;
    // SQLite's own 2 MB hold 125 pages, fewer than a write reads: it would read them again and again.
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(())
}

impl Store {
    /// The rule set of the last event if this program does not know it.
    pub fn newer_rules(&self) -> Result<Option<u32>, StoreError> {
        newer_rules(&self.conn)
    }
}

/// The rule set of the last event if this program does not know it.
pub fn newer_rules(conn: &Connection) -> Result<Option<u32>, StoreError> {
    let sql = "SELECT json_extract(body, '$.rules') FROM event ORDER BY seq DESC LIMIT 1";
    let rules: Option<u32> = conn.query_row(sql, [], |row| row.get(0)).optional()?.flatten();
    Ok(rules.filter(|rules| *rules > RULES))
}

/// A file that claims to be a product file must have its tables.
fn check_shape(conn: &Connection) -> Result<(), StoreError> {
    let wanted = [
        "event",
        "record",
        "touch",
        "signing_key",
        "signature",
        "blob",
        "credential",
        "draft",
        "link",
        "search",
    ];
    let mut statement =
        conn.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1")?;
    for table in wanted {
        let count: i64 = statement.query_row([table], |row| row.get(0))?;
        if count != 1 {
            return Err(StoreError::Damaged(format!("the table {table} is missing")));
        }
    }
    Ok(())
}

fn store(conn: Connection, path: &Path, writable: bool) -> Result<Store, StoreError> {
    let head = events::head(&conn)?;
    let seen = Seen::of(&conn, path)?;
    Ok(Store {
        conn,
        path: path.to_owned(),
        writable,
        seen,
        head,
        clock: Cell::new(None),
        clock_seen: Cell::new(None),
        views_are_fresh: false,
        interrupted: false,
    })
}
