//! What the cache holds and how old it is.

use std::path::Path;

use serde::Serialize;

use crate::cache::{Cache, SourceFile};
use crate::refused::Refused;
use mainstay_base::time::Day;

/// One imported file with its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceStatus {
    /// Whose data it is.
    pub name: String,
    /// Name of the file.
    pub file: String,
    /// Format in words.
    pub format: String,
    /// As of when the data is, as the file says.
    pub data_date: Option<String>,
    /// Days from the data date to today; `None` where the file does not tell.
    pub age_days: Option<i64>,
    /// Whether that is more than allowed, or not known.
    pub too_old: bool,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Records that were taken from it.
    pub records: u64,
    /// Records that were not.
    pub refused: u64,
    /// When it was imported, RFC 3339.
    pub imported_at: String,
    /// Program and version that imported it.
    pub program: String,
}

impl SourceStatus {
    /// A file of the cache as it stands today.
    pub fn of(file: &SourceFile, today: Day, max_age_days: u32) -> Self {
        // A date after the import says nothing about the age of the data.
        let told = file.data_date.as_deref().and_then(day_of);
        let day = told.filter(|day| *day <= file.imported_at.day().plus_days(1));
        let age_days = day.map(|day| today.days_since(day));
        Self {
            name: file.source.clone(),
            file: file.name.clone(),
            format: file.format.clone(),
            data_date: file.data_date.clone(),
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

/// The day that a date as written begins with.
pub fn day_of(written: &str) -> Option<Day> {
    written.trim().get(..10).and_then(|day| Day::parse(&day.replace(['.', '/'], "-")).ok())
}

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CacheStatus {
    /// Where the cache lies.
    pub cache: String,
    /// Every imported file, in the order of importing.
    pub sources: Vec<SourceStatus>,
}

/// What the cache in `folder` holds as of `today`; an empty status where nothing was ever imported.
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
