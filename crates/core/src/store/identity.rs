//! Recognising a product file, and noticing changes that another program made to it.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// SQLite `application_id` of a product file: the letters `MSTY`.
pub const APPLICATION_ID: i32 = 0x4D53_5459;
/// SQLite `user_version`: the version of the schema that this program writes.
pub const SCHEMA_VERSION: i32 = 1;

/// The state of a file when it was last checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// SQLite's count of the writes by other connections. Writes of the own connection do not change it.
    data_version: i64,
    bytes: u64,
    inode: u64,
}

impl Seen {
    /// Checks the file of a connection and the file that is at `path` now.
    ///
    /// The file is not opened for this: on Unix, closing a file releases every lock that the process holds on it, also the locks
    /// that SQLite holds for a job that is writing or reading at the same time.
    pub fn of(conn: &Connection, path: &Path) -> Result<Self, StoreError> {
        let data_version =
            conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0)).map_err(|error| {
                match StoreError::from(error) {
                    // Another program overwrote it with something that is not a product file.
                    StoreError::Damaged(_) => StoreError::ChangedUnderneath(path.to_owned()),
                    other => other,
                }
            })?;
        let meta = std::fs::metadata(path).map_err(StoreError::io("the file could not be read"))?;
        Ok(Self { data_version, bytes: meta.len(), inode: inode(&meta) })
    }

    /// Whether both are the same file, changed or not, and not another file with the same name. Only Unix tells; elsewhere
    /// every file with the name counts as the same.
    pub const fn same_file(&self, other: &Self) -> bool {
        self.inode == other.inode
    }
}

#[cfg(unix)]
pub fn inode(meta: &std::fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    meta.ino()
}

#[cfg(not(unix))]
pub fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

/// What tells that a file was neither written nor replaced between two moments. The number of a removed file is soon given to another,
/// so the number alone does not.
pub fn mark(meta: &std::fs::Metadata) -> impl PartialEq + use<> {
    (inode(meta), changed(meta), meta.len(), meta.modified().ok())
}

#[cfg(unix)]
fn changed(meta: &std::fs::Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (meta.ctime(), meta.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &std::fs::Metadata) -> (i64, i64) {
    (0, 0)
}
