//! The contents of the cache and their age.

use std::path::Path;

use serde::Serialize;

use crate::cache::{Cache, SourceFile};
use crate::refused::Refused;
use mainstay_base::time::{Day, Moment};

/// One imported file with its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceStatus {
    /// Publisher of the data.
    pub name: String,
    /// Name of the file.
    pub file: String,
    /// Format in words.
    pub format: String,
    /// Date of the data, according to the file.
    pub data_date: Option<String>,
    /// When an update last found that nothing newer of this file is published, RFC 3339.
    pub confirmed_at: Option<String>,
    /// Days from the data date or the confirmation, whichever is later, to today; `None` if there is neither.
    pub age_days: Option<i64>,
    /// Whether the age exceeds the limit or is not known.
    pub too_old: bool,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Number of its records that were imported.
    pub records: u64,
    /// Number of its records that were not.
    pub refused: u64,
    /// Time of the import, RFC 3339.
    pub imported_at: String,
    /// Program and version that imported it.
    pub program: String,
}

impl SourceStatus {
    /// A file of the cache as of today.
    pub fn of(file: &SourceFile, today: Day, max_age_days: u32) -> Self {
        // A date after the import gives no age.
        let dated = file.data_date.as_deref().and_then(day_of);
        let day = dated.filter(|day| *day <= file.imported_at.day().plus_days(1));
        let day = day.max(file.confirmed_at.map(Moment::day));
        let age_days = day.map(|day| today.days_since(day));
        Self {
            name: file.source.clone(),
            file: file.name.clone(),
            format: file.format.clone(),
            data_date: file.data_date.clone(),
            confirmed_at: file.confirmed_at.map(|at| at.to_string()),
            age_days,
            too_old: age_days.is_none_or(|days| days > i64::from(max_age_days)),
            sha256: file.sha256.clone(),
            records: file.records,
            refused: file.refused,
            imported_at: file.imported_at.to_string(),
            program: file.program.clone(),
        }
    }
}

/// The day at the start of a date as written.
pub fn day_of(written: &str) -> Option<Day> {
    written.trim().get(..10).and_then(|day| Day::parse(&day.replace(['.', '/'], "-")).ok())
}

/// Contents of the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CacheStatus {
    /// Path of the cache.
    pub cache: String,
    /// Every imported file, in the order of import.
    pub sources: Vec<SourceStatus>,
}

/// The contents of the cache in `folder` as of `today`; an empty status if nothing was ever imported.
///
/// # Errors
/// When the cache cannot be read.
pub fn cache_status(folder: &Path, today: Day, max_age_days: u32) -> Result<CacheStatus, Refused> {
    let files = match Cache::open_to_read(folder)? {
        Some(cache) => cache.files()?,
        None => Vec::new(),
    };
    Ok(CacheStatus {
        cache: folder.display().to_string(),
        sources: files.iter().map(|file| SourceStatus::of(file, today, max_age_days)).collect(),
    })
}
