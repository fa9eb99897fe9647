//! The kind of a file by its first bytes, before SQLite opens it.

use std::fs::File;
use std::io::Read as _;

/// Length of an SQLite file header, in bytes.
const HEADER_BYTES: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The header of an SQLite file (SQLite file format, 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The program that the file belongs to.
    pub application_id: i32,
    /// Version of its schema.
    pub user_version: i32,
    /// Size of the file by its header, in bytes.
    pub bytes: u64,
}

/// The kind of a file by its first bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// An SQLite database.
    Sqlite(Header),
    /// Something else, in words.
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
            _ => "not a database",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_show_the_kind_of_file() {
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
        header[68..72].copy_from_slice(&0x4D53_5459_i32.to_be_bytes());
        let Start::Sqlite(read) = read_start(&header) else { panic!("not recognised") };
        assert_eq!((read.application_id, read.bytes), (0x4D53_5459, 12288));
    }
}
