//! Everything that was ever told about an identifier, current and former.

use std::path::Path;

use serde::Serialize;
use serde_json::value::RawValue;

use super::body;
use crate::cache::Cache;
use crate::refused::Refused;

/// One telling.
#[derive(Debug, Clone, Serialize)]
pub struct AdvisoryTelling {
    /// What it is: `nvd`, `cve`, `osv`, `csaf`, `kev`, `epss`, `vex`, `support`.
    pub kind: String,
    /// Whether it is the newest.
    pub current: bool,
    /// Whose data it is.
    pub source: String,
    /// Name of the file that told it.
    pub file: String,
    /// As of when that file is.
    pub data_date: Option<String>,
    /// SHA-256 of the file.
    pub file_sha256: String,
    /// SHA-256 of the record's text.
    pub sha256: String,
    /// The text, as JSON where it is JSON.
    pub record: Box<RawValue>,
}

/// Everything told about an identifier, current tellings first.
///
/// # Errors
/// When there is no cache, or it cannot be read.
pub fn show_advisory(folder: &Path, id: &str) -> Result<Vec<AdvisoryTelling>, Refused> {
    let Some(cache) = Cache::open_to_read(folder)? else {
        return Err(Refused::Rule(format!(
            "there is no advisory data in {}; bring some with mainstay advisories import",
            folder.display()
        )));
    };
    let files = cache.files()?;
    let mut tellings = cache.tellings(id.trim())?;
    if tellings.is_empty() {
        tellings = cache.tellings(&id.trim().to_ascii_uppercase())?;
    }
    let mut told = Vec::with_capacity(tellings.len());
    for telling in tellings {
        let file = files.iter().find(|file| file.id == telling.file);
        let text = body::text(&telling.raw)?;
        let record = match RawValue::from_string(text) {
            Ok(record) => record,
            Err(_) => as_json_string(&body::text(&telling.raw)?)?,
        };
        told.push(AdvisoryTelling {
            kind: telling.kind,
            current: telling.current,
            source: file.map(|file| file.source.clone()).unwrap_or_default(),
            file: file.map(|file| file.name.clone()).unwrap_or_default(),
            data_date: file.and_then(|file| file.data_date.clone()),
            file_sha256: file.map(|file| file.sha256.clone()).unwrap_or_default(),
            sha256: telling.sha256,
            record,
        });
    }
    Ok(told)
}

fn as_json_string(text: &str) -> Result<Box<RawValue>, Refused> {
    serde_json::value::to_raw_value(text)
        .map_err(|error| Refused::Rule(format!("a record of the cache cannot be shown: {error}")))
}
