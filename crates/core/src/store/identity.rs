//! How a product file is recognised, and how a change from outside is noticed.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// SQLite `application_id` of a product file: the letters `MSTY`.
pub const APPLICATION_ID: i32 = 0x4D53_5459;
/// SQLite `user_version`: the version of the schema that this program writes.
pub const SCHEMA_VERSION: i32 = 1;

/// What a file looked like at our last look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// SQLite's own count, for one connection, of what others wrote; our own writes leave it.
    data_version: i64,
    bytes: u64,
    inode: u64,
}

impl Seen {
    /// Looks at the file of a connection, and at what lies at `path` now.
    ///
    /// The file is not opened for it: on Unix, closing a file gives up every lock that the process holds on it, also those
    /// that SQLite holds for a job that is writing or reading beside the window.
    pub fn of(conn: &Connection, path: &Path) -> Result<Self, StoreError> {
        let data_version =
            conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0)).map_err(|error| {
                match StoreError::from(error) {
                    // Something else than a product file was written over it.
                    StoreError::Damaged(_) => StoreError::ChangedUnderneath(path.to_owned()),
                    other => other,
                }
            })?;
        let meta = std::fs::metadata(path).map_err(StoreError::io("the file could not be read"))?;
        Ok(Self { data_version, bytes: meta.len(), inode: inode(&meta) })
    }

    /// Whether it is the same file, changed or not, and no other of the same name.
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
