//! Files of the workstation that a request attaches.

use std::io::Read as _;

use super::refused::Refused;
use super::request::FileSource;
use crate::domain::attachment::BYTES_MAX;
use mainstay_base::{regular, store_error::StoreError};

/// The bytes of a source; at most one more than may be attached.
pub fn read(source: FileSource) -> Result<Vec<u8>, Refused> {
    match source {
        FileSource::Text(text) => Ok(text.into_bytes()),
        FileSource::Bytes(bytes) => Ok(bytes),
        FileSource::Digest(_) => {
            Err(Refused::Rule("the content of the file is missing; give its path".to_owned()))
        }
        FileSource::Path(path) => {
            let failed = || StoreError::io(format!("{} could not be read", path.display()));
            let file = regular::open(&path).map_err(failed())?;
            let mut bytes = Vec::new();
            file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed())?;
            Ok(bytes)
        }
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
        Some("zip") => "application/zip",
        Some(_) | None => "application/octet-stream",
    }
}
