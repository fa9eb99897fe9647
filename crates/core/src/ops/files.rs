//! Files of the workstation that a request attaches.

use std::io::Read as _;
use std::path::Path;

use super::refused::Refused;
use super::request::FileSource;
use crate::domain::attachment::BYTES_MAX;
use crate::domain::canonical;
use crate::store::{BlobSource, Measured, in_pieces};
use mainstay_base::{regular, store_error::StoreError};

/// Most bytes of a file that is read into memory, such as an import.
pub const READ_BYTES_MAX: u64 = 100 << 20;

/// The bytes of a file on this machine; at most one more than may be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Refused> {
    let failed = || StoreError::io(format!("{} could not be read", path.display()));
    let file = regular::open(path).map_err(failed())?;
    let mut bytes = Vec::new();
    file.take(READ_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed())?;
    Ok(bytes)
}

/// The bytes of a file on this machine that is read as a whole.
///
/// # Errors
/// When it cannot be read, or is larger than the most that is read at once.
pub fn read_whole(path: &Path) -> Result<Vec<u8>, Refused> {
    let bytes = read(path)?;
    if bytes.len() as u64 > READ_BYTES_MAX {
        let name = path.display();
        return Err(Refused::Rule(format!(
            "{name} is larger than {} MiB; split it into smaller files",
            READ_BYTES_MAX >> 20
        )));
    }
    Ok(bytes)
}

/// Where the bytes of an attachment come from.
pub fn source(source: FileSource) -> Result<BlobSource, Refused> {
    match source {
        FileSource::Text(text) => Ok(BlobSource::Bytes(text.into_bytes())),
        FileSource::Bytes(bytes) => Ok(BlobSource::Bytes(bytes)),
        FileSource::Path(path) => Ok(BlobSource::File(path)),
        FileSource::Digest(_) => {
            Err(Refused::Rule("the content of the file is missing; give its path".to_owned()))
        }
    }
}

/// Number and digest of the bytes of an attachment, of which at most one more than may be attached is read.
/// `keep_going` is asked with the share that is read; `false` cancels.
pub fn measure(source: &BlobSource, keep_going: &dyn Fn(f32) -> bool) -> Result<Measured, Refused> {
    match source {
        BlobSource::Bytes(bytes) => {
            Ok(Measured { bytes: bytes.len() as u64, sha256: canonical::digest(bytes) })
        }
        BlobSource::File(path) => {
            let failed = |error| StoreError::io(format!("{} could not be read", path.display()))(error);
            let file = regular::open(path).map_err(failed)?;
            let bytes = file.metadata().map_err(failed)?.len();
            if bytes > BYTES_MAX {
                // It is refused for its size, so it is not read.
                return Ok(Measured { bytes, sha256: String::new() });
            }
            Ok(in_pieces(&mut file.take(BYTES_MAX + 1), failed, asking(bytes, keep_going))?)
        }
    }
}

/// SHA-256 of the bytes of a file of any size, hexadecimal. `keep_going` is asked with the share that is read; `false` cancels.
///
/// # Errors
/// When it cannot be read, or was cancelled.
pub fn digest_of(path: &Path, keep_going: &dyn Fn(f32) -> bool) -> Result<String, Refused> {
    let failed = |error| StoreError::io(format!("{} could not be read", path.display()))(error);
    let mut file = regular::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    Ok(in_pieces(&mut file, failed, asking(bytes, keep_going))?.sha256)
}

/// Asks after each piece of so many bytes whether to go on.
fn asking(bytes: u64, keep_going: &dyn Fn(f32) -> bool) -> impl FnMut(&[u8]) -> Result<(), StoreError> {
    let mut read = 0;
    move |piece: &[u8]| {
        read += piece.len();
        if keep_going(read as f32 / bytes.max(1) as f32) { Ok(()) } else { Err(StoreError::Cancelled) }
    }
}

/// The internet media type for a file name.
pub fn media_type(file_name: &str) -> &'static str {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("pdf") => "application/pdf",
        Some("csv") => "text/csv",
        Some("txt" | "log" | "md") => "text/plain",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("html" | "htm") => "text/html",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("svg") => "image/svg+xml",
        Some("zip") => "application/zip",
        Some(_) | None => "application/octet-stream",
    }
}
