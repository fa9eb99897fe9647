//! The bytes of attachments, read and written piece by piece: an attachment may be larger than the memory that is free.

use std::io::{Read, Write as _};
use std::path::PathBuf;

use rusqlite::blob::ZeroBlob;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::{Store, StoreError};
use mainstay_base::regular;

/// Bytes of a piece. A multiple of three, so that pieces can be written as base64 one after the other.
const PIECE: usize = 768 * 1024;
/// Bytes from which on a write does not stay in memory until it is committed. Readers wait for the commit meanwhile.
const LARGE: u64 = 16 << 20;

/// The bytes of a new attachment.
#[derive(Debug, Clone)]
pub struct NewBlob {
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
    /// How many.
    pub bytes: u64,
    /// Where they come from.
    pub source: BlobSource,
}

impl NewBlob {
    /// Whether its transaction should not stay in memory until it is committed.
    pub const fn is_large(&self) -> bool {
        self.bytes >= LARGE
    }
}

/// Where the bytes of a new attachment come from.
#[derive(Debug, Clone)]
pub enum BlobSource {
    /// They are in memory.
    Bytes(Vec<u8>),
    /// A file on this machine.
    File(PathBuf),
}

/// Number and digest of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// How many.
    pub bytes: u64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
}

/// Reads everything, piece by piece, and hands each piece on. Returns number and digest.
///
/// # Errors
/// When reading fails, or what `each` returns.
pub fn in_pieces<E>(
    from: &mut dyn Read,
    failed: impl Fn(std::io::Error) -> E,
    mut each: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<Measured, E> {
    let mut piece = vec![0; PIECE];
    let (mut digest, mut bytes) = (Sha256::new(), 0_u64);
    loop {
        let mut filled = 0;
        while filled < PIECE {
            match from.read(&mut piece[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
        let whole = piece.get(..filled).unwrap_or_default();
        digest.update(whole);
        bytes += filled as u64;
        each(whole)?;
        if filled < PIECE {
            return Ok(Measured { bytes, sha256: hex::encode(digest.finalize()) });
        }
    }
}

/// Hands the bytes of an attachment to `each`, piece by piece. `None` if they are not there.
pub fn read<E: From<StoreError>>(
    conn: &Connection,
    sha256: &str,
    each: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<Option<Measured>, E> {
    let row: Option<i64> = conn
        .prepare_cached("SELECT rowid FROM blob WHERE sha256 = ?1")
        .and_then(|mut statement| statement.query_row([sha256], |row| row.get(0)).optional())
        .map_err(StoreError::from)?;
    let Some(row) = row else { return Ok(None) };
    let mut blob = conn.blob_open("main", "blob", "bytes", row, true).map_err(StoreError::from)?;
    let failed =
        |error: std::io::Error| StoreError::Damaged(format!("the bytes of an attachment: {error}")).into();
    in_pieces(&mut blob, failed, each).map(Some)
}

/// Writes the bytes of a new attachment, unless they are there.
///
/// `keep_going` is asked with the number of bytes that are written; `false` cancels.
pub fn put(conn: &Connection, new: &NewBlob, keep_going: &dyn Fn(u64) -> bool) -> Result<(), StoreError> {
    if let Some(there) = read(conn, &new.sha256, |_| Ok::<(), StoreError>(()))? {
        if there.sha256 == new.sha256 && there.bytes == new.bytes {
            return Ok(());
        }
        return Err(StoreError::Damaged(format!("other bytes are stored under the digest {}", new.sha256)));
    }
    if let BlobSource::Bytes(bytes) = &new.source
        && new.bytes < LARGE
    {
        conn.prepare_cached("INSERT INTO blob (sha256, bytes) VALUES (?1, ?2)")?
            .execute(params![new.sha256, bytes])?;
        return Ok(());
    }
    put_in_pieces(conn, new, keep_going)
}

fn put_in_pieces(
    conn: &Connection,
    new: &NewBlob,
    keep_going: &dyn Fn(u64) -> bool,
) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO blob (sha256, bytes) VALUES (?1, ?2)",
        params![new.sha256, ZeroBlob(new.bytes)],
    )?;
    let mut blob = conn.blob_open("main", "blob", "bytes", conn.last_insert_rowid(), false)?;
    let failed =
        |error: std::io::Error| StoreError::io("the bytes of the attachment could not be written")(error);
    let mut file;
    let mut memory;
    let from: &mut dyn Read = match &new.source {
        BlobSource::Bytes(bytes) => {
            memory = bytes.as_slice();
            &mut memory
        }
        BlobSource::File(path) => {
            let unreadable = StoreError::io(format!("{} could not be read", path.display()));
            file = regular::open(path).map_err(unreadable)?;
            &mut file
        }
    };
    // What the file has beyond the expected length does not come to the expected digest, and is not read.
    let mut written = 0;
    let write = |piece: &[u8]| {
        blob.write_all(piece).map_err(failed)?;
        written += piece.len() as u64;
        if keep_going(written) { Ok(()) } else { Err(StoreError::Cancelled) }
    };
    let measured = in_pieces(&mut from.take(new.bytes), failed, write)?;
    blob.close()?;
    if measured.bytes != new.bytes || measured.sha256 != new.sha256 {
        let words = "the attached file changed while it was read; attach it again";
        return Err(StoreError::Refused(words.to_owned()));
    }
    Ok(())
}

impl Store {
    /// Whether the next transactions may write to the file before they are committed. Call it while no transaction is under way.
    pub fn spill(&self, spill: bool) -> Result<(), StoreError> {
        let sql = if spill { "PRAGMA cache_spill = ON" } else { "PRAGMA cache_spill = OFF" };
        Ok(self.conn.execute_batch(sql)?)
    }

    /// Hands the bytes of an attachment to `each`, piece by piece. `None` if they are not there.
    pub fn read_blob<E: From<StoreError>>(
        &self,
        sha256: &str,
        each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<Measured>, E> {
        read(&self.conn, sha256, each)
    }

    /// The bytes of an attachment by their digest, at once. For small ones.
    pub fn blob(&self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM blob WHERE sha256 = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([sha256], |row| row.get(0)).optional()?)
    }

    /// The digests of all stored attachments.
    pub fn blob_digests(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT sha256 FROM blob ORDER BY sha256")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_handed_on_whole_and_in_order() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let (mut seen, mut sizes) = (Vec::new(), Vec::new());
            let measured = in_pieces(
                &mut bytes.as_slice(),
                |error| error,
                |piece| {
                    seen.extend_from_slice(piece);
                    sizes.push(piece.len());
                    Ok(())
                },
            )
            .unwrap();
            assert_eq!((seen, measured.bytes), (bytes.clone(), length as u64));
            assert_eq!(measured.sha256, crate::domain::canonical::digest(&bytes));
            sizes.pop();
            assert!(sizes.iter().all(|size| *size == PIECE), "{sizes:?}");
        }
    }
}
