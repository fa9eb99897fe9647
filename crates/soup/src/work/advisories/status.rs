//! The contents of the cache and their age.

use std::collections::{BTreeMap, BTreeSet};
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

/// All files of one publisher together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSummary {
    /// Publisher of the data.
    pub name: String,
    /// Formats in words.
    pub format: String,
    /// Files that supply current records, each name once.
    pub files: u64,
    /// Records in them.
    pub records: u64,
    /// Records of them that were refused.
    pub refused: u64,
    /// The newest date of the data, according to the files.
    pub data_date: Option<String>,
    /// The oldest date of the data, according to the files.
    pub oldest_date: Option<String>,
    /// When an update last found that nothing newer is published.
    pub confirmed_at: Option<Moment>,
    /// The age in days as a scan counts it: that of the oldest file; `None` if a file gives no date.
    pub age_days: Option<u32>,
    /// Whether the age exceeds the limit or is not known.
    pub too_old: bool,
}

/// Each publisher with its files. A file is superseded by a later one with the same name, and when none of its records is current.
fn summaries(
    files: &[SourceFile],
    current: &BTreeSet<i64>,
    (today, max_age_days): (Day, u32),
) -> Vec<SourceSummary> {
    let mut newest: BTreeMap<(&str, &str), &SourceFile> = BTreeMap::new();
    for file in files.iter().filter(|file| current.contains(&file.id)) {
        newest.insert((&file.source, &file.name), file);
    }
    let mut sources: BTreeMap<&str, Vec<&SourceFile>> = BTreeMap::new();
    for ((source, _), file) in newest {
        sources.entry(source).or_default().push(file);
    }
    let summary = |(name, files): (&str, Vec<&SourceFile>)| {
        let each: Vec<SourceStatus> =
            files.iter().map(|file| SourceStatus::of(file, today, max_age_days)).collect();
        let age_days = age(&each.iter().collect::<Vec<_>>());
        let formats: BTreeSet<&str> = files.iter().map(|file| file.format.as_str()).collect();
        SourceSummary {
            name: name.to_owned(),
            format: formats.into_iter().collect::<Vec<_>>().join(", "),
            files: files.len() as u64,
            records: files.iter().map(|file| file.records).sum(),
            refused: files.iter().map(|file| file.refused).sum(),
            data_date: files.iter().filter_map(|file| file.data_date.clone()).max(),
            oldest_date: files.iter().filter_map(|file| file.data_date.clone()).min(),
            confirmed_at: files.iter().filter_map(|file| file.confirmed_at).max(),
            age_days,
            too_old: age_days.is_none_or(|days| days > max_age_days),
        }
    };
    sources.into_iter().map(summary).collect()
}

/// The age of several files together: that of the oldest, where files with a single record count as one file with their newest age.
pub(in crate::work) fn age(files: &[&SourceStatus]) -> Option<u32> {
    let days =
        |source: &SourceStatus| source.age_days.map(|days| u32::try_from(days.max(0)).unwrap_or(u32::MAX));
    let (single, many): (Vec<&SourceStatus>, Vec<&SourceStatus>) =
        files.iter().partition(|source| source.records <= 1);
    let newest_single = single.into_iter().filter_map(days).min();
    let oldest = many.into_iter().map(days).collect::<Option<Vec<u32>>>()?.into_iter().max();
    oldest.into_iter().chain(newest_single).max()
}

/// The day at the start of a date as written.
pub fn day_of(written: &str) -> Option<Day> {
    written.trim().get(..10).and_then(|day| Day::parse(&day.replace(['.', '/'], "-")).ok())
}

/// Contents of the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheStatus {
    /// Path of the cache.
    pub cache: String,
    /// Every imported file, in the order of import.
    pub sources: Vec<SourceStatus>,
    /// Each publisher with its files together, by name.
    pub publishers: Vec<SourceSummary>,
}

/// The contents of the cache in `folder` as of `today`; an empty status if nothing was ever imported.
///
/// # Errors
/// When the cache cannot be read.
pub fn cache_status(folder: &Path, today: Day, max_age_days: u32) -> Result<CacheStatus, Refused> {
    let (files, current) = match Cache::open_to_read(folder)? {
        Some(cache) => (cache.files()?, cache.files_with_current_records()?.into_iter().collect()),
        None => (Vec::new(), BTreeSet::new()),
    };
    Ok(CacheStatus {
        cache: folder.display().to_string(),
        sources: files.iter().map(|file| SourceStatus::of(file, today, max_age_days)).collect(),
        publishers: summaries(&files, &current, (today, max_age_days)),
    })
}
