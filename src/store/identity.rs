//! How a product file is recognised, and how a change from outside is noticed.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// SQLite `application_id` of a product file: the letters `MSTY`.
pub const APPLICATION_ID: i32 = 0x4D53_5459;
/// SQLite `user_version`: the version of the schema that this program writes.
pub const SCHEMA_VERSION: i32 = 1;

/// Length of an SQLite file header, in bytes.
const HEADER_BYTES: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";

/// What stands in the header of an SQLite file (SQLite file format, 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Which program the file belongs to.
    pub application_id: i32,
    /// Version of its schema.
    pub user_version: i32,
    /// Size of the file by its header, in bytes.
    pub bytes: u64,
}

/// What the first bytes of a file say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// An SQLite database.
    Sqlite(Header),
    /// Something else, with a word of what it seems to be.
    Other(&'static str),
}

/// Reads the first bytes of a file.
pub fn start_of(file: &mut File) -> std::io::Result<Start> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    file.take(HEADER_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(read_start(&bytes))
}

fn read_start(bytes: &[u8]) -> Start {
    if bytes.is_empty() {
        return Start::Other("an empty file");
    }
    if !bytes.starts_with(MAGIC) {
        return Start::Other(match bytes {
            [b'P', b'K', 3, 4, ..] => "a ZIP or Office file",
            [b'%', b'P', b'D', b'F', ..] => "a PDF file",
            [b'{' | b'[', ..] => "a text file, perhaps JSON",
            _ => "no database",
        });
    }
    if bytes.len() < HEADER_BYTES {
        return Start::Other("the first bytes of a database that was cut short");
    }
    let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let page = match u16::from_be_bytes([bytes[16], bytes[17]]) {
        1 => 65536,
        size => u64::from(size),
    };
    Start::Sqlite(Header {
        application_id: word(68).cast_signed(),
        user_version: word(60).cast_signed(),
        bytes: page * u64::from(word(28)),
    })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_say_what_a_file_is() {
        assert_eq!(read_start(b""), Start::Other("an empty file"));
        assert_eq!(read_start(b"PK\x03\x04abc"), Start::Other("a ZIP or Office file"));
        assert_eq!(
            read_start(b"SQLite format 3\0"),
            Start::Other("the first bytes of a database that was cut short")
        );
        let mut header = MAGIC.to_vec();
        header.resize(100, 0);
        header[16..18].copy_from_slice(&4096u16.to_be_bytes());
        header[28..32].copy_from_slice(&3u32.to_be_bytes());
        header[68..72].copy_from_slice(&APPLICATION_ID.to_be_bytes());
        let Start::Sqlite(read) = read_start(&header) else { panic!("not recognised") };
        assert_eq!((read.application_id, read.bytes), (APPLICATION_ID, 12288));
    }
}
