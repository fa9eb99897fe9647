//! All versions of the records with an identifier, current and former.

use std::path::Path;

use serde::Serialize;
use serde_json::value::RawValue;

use super::body;
use crate::cache::Cache;
use crate::refused::Refused;

/// One version of a record.
#[derive(Debug, Clone, Serialize)]
pub struct AdvisoryVersion {
    /// Its kind: `nvd`, `cve`, `osv`, `csaf`, `kev`, `epss`, `vex`, `support`.
    pub kind: String,
    /// Whether it is the newest version.
    pub current: bool,
    /// Publisher of the data.
    pub source: String,
    /// Name of the file that contains it.
    pub file: String,
    /// Date of that file.
    pub data_date: Option<String>,
    /// SHA-256 of the file.
    pub file_sha256: String,
    /// SHA-256 of the record's text.
    pub sha256: String,
    /// The text; parsed if it is JSON.
    pub record: Box<RawValue>,
}

/// All versions of the records with an identifier, current ones first.
///
/// # Errors
/// When there is no cache, or it cannot be read.
pub fn show_advisory(folder: &Path, id: &str) -> Result<Vec<AdvisoryVersion>, Refused> {
    let Some(cache) = Cache::open_to_read(folder)? else {
        return Err(Refused::Rule(format!(
            "there is no advisory data in {}; import some with mainstay advisories import",
            folder.display()
        )));
    };
    let files = cache.files()?;
    let mut versions = Vec::new();
    for spelling in spellings(id.trim()) {
        if versions.is_empty() {
            versions = cache.versions_of(&spelling)?;
        }
    }
    let mut shown = Vec::with_capacity(versions.len());
    for version in versions {
        let file = files.iter().find(|file| file.id == version.file);
        let text = body::text(&version.raw)?;
        let record = match RawValue::from_string(text) {
            Ok(record) => record,
            Err(_) => as_json_string(&body::text(&version.raw)?)?,
        };
        shown.push(AdvisoryVersion {
            kind: version.kind,
            current: version.current,
            source: file.map(|file| file.source.clone()).unwrap_or_default(),
            file: file.map(|file| file.name.clone()).unwrap_or_default(),
            data_date: file.and_then(|file| file.data_date.clone()),
            file_sha256: file.map(|file| file.sha256.clone()).unwrap_or_default(),
            sha256: version.sha256,
            record,
        });
    }
    Ok(shown)
}

/// An identifier as it was typed, and as publishers write theirs: in capitals, in small letters, and as GHSA does.
fn spellings(id: &str) -> [String; 4] {
    let (upper, lower) = (id.to_ascii_uppercase(), id.to_ascii_lowercase());
    let mixed = match (upper.split_once('-'), lower.split_once('-')) {
        (Some((publisher, _)), Some((_, number))) => format!("{publisher}-{number}"),
        (Some(_) | None, _) => lower.clone(),
    };
    [id.to_owned(), upper, lower, mixed]
}

fn as_json_string(text: &str) -> Result<Box<RawValue>, Refused> {
    serde_json::value::to_raw_value(text)
        .map_err(|error| Refused::Rule(format!("a record of the cache cannot be shown: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_found_in_whatever_case_it_is_typed() {
        assert!(spellings("cve-2021-44228").contains(&"CVE-2021-44228".to_owned()));
        assert!(spellings("Ghsa-JFH8-c2jp-5v3q").contains(&"GHSA-jfh8-c2jp-5v3q".to_owned()));
        assert!(spellings("NodeJS 18").contains(&"nodejs 18".to_owned()));
    }
}
