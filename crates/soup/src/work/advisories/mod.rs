//! Advisory data of the workstation: import of files, one transaction each, and queries on the imported data.
//!
//! This module walks the paths that the user names, drives readers and cache, and reports. Formats belong to `formats`, tables to `cache`,
//! and the meaning of a record for a component to `model` and `work::scan`.

pub(in crate::work) mod body;
mod claims;
mod exploited;
mod feed;
mod show;
mod status;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::cache::{Cache, Kept, SourceFile};
use crate::refused::Refused;
use mainstay_base::clock::Stamp;
use mainstay_base::note::{Gravity, Notes};
use mainstay_base::regular;
use mainstay_base::time::Moment;

pub use claims::{VexClaim, VexClaims, vex_claims};
pub use exploited::exploited_among;
pub use show::{AdvisoryVersion, show_advisory};
pub(in crate::work) use status::age;
pub use status::{CacheStatus, SourceStatus, SourceSummary, cache_status};

/// The outcome of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportOutcome {
    /// It was imported.
    Taken,
    /// The same file had been imported before; nothing was changed.
    Known,
    /// It was refused; the existing data is unchanged.
    Refused {
        /// The place.
        place: String,
        /// The reason.
        reason: String,
    },
}

/// The result for one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedFile {
    /// Its path.
    pub path: PathBuf,
    /// SHA-256, lower-case hexadecimal; empty when the file could not be read.
    pub sha256: String,
    /// Its outcome.
    pub outcome: ImportOutcome,
    /// Format in words.
    pub format: String,
    /// Publisher of the data.
    pub source: String,
    /// Date of the data, according to the file.
    pub data_date: Option<String>,
    /// Records that were read.
    pub records: u64,
    /// Of these: new.
    pub new: u64,
    /// Of these: newer than the known version.
    pub replaced: u64,
    /// Of these: known with the same text.
    pub same: u64,
    /// Of these: older than the known version; kept as former ones.
    pub older: u64,
    /// Records that were refused.
    pub refused: u64,
    /// Remarks of the reader.
    pub notes: Notes,
}

impl ImportedFile {
    fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            sha256: String::new(),
            outcome: ImportOutcome::Taken,
            format: String::new(),
            source: String::new(),
            data_date: None,
            records: 0,
            new: 0,
            replaced: 0,
            same: 0,
            older: 0,
            refused: 0,
            notes: Notes::default(),
        }
    }

    fn count(&mut self, kept: Kept) {
        self.records += 1;
        match kept {
            Kept::New => self.new += 1,
            Kept::Replaced => self.replaced += 1,
            Kept::Same => self.same += 1,
            Kept::Older => self.older += 1,
        }
    }

    fn refuse(mut self, place: impl Into<String>, reason: impl Into<String>) -> Self {
        self.outcome = ImportOutcome::Refused { place: place.into(), reason: reason.into() };
        self
    }
}

/// Progress of an import: the current file and the position in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImportProgress<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its place among the files, from 0.
    pub index: usize,
    /// Number of files.
    pub files: usize,
    /// Number of records imported from it so far.
    pub records: u64,
}

/// Receives the progress regularly; returns whether to continue.
pub type OnImport<'a> = dyn Fn(ImportProgress<'_>) -> bool + Sync + 'a;

/// A file to import, or a path of which nothing can be read.
struct Found {
    path: PathBuf,
    /// Why nothing of it can be read.
    unreadable: Option<String>,
}

impl Found {
    fn unreadable(path: &Path, why: impl Into<String>) -> Self {
        Self { path: path.to_owned(), unreadable: Some(why.into()) }
    }
}

/// Maximum depth of folders.
const DEPTH_MAX: usize = 24;
/// Maximum number of files of one import.
const FILES_MAX: usize = 500_000;

/// Imports files and folders of files into the cache in `folder`, one transaction for each file. A file that is refused, a path that cannot
/// be read and a folder without files are reported, and the others continue. Cancelling keeps the files imported before; the current file
/// leaves nothing.
///
/// # Errors
/// When the cache cannot be opened or written, when there are too many files, and when it was cancelled.
pub fn import_advisories(
    paths: &[PathBuf],
    folder: &Path,
    on: &OnImport<'_>,
    stamp: &Stamp,
) -> Result<Vec<ImportedFile>, Refused> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        walk(path, 0, &mut files)?;
        if files.len() == before {
            files.push(Found::unreadable(path, "the folder contains no file"));
        }
    }
    let mut report = Vec::with_capacity(files.len());
    if files.iter().all(|found| found.unreadable.is_some()) {
        report.extend(files.iter().filter_map(refused_path));
        return Ok(report);
    }
    let mut cache = Cache::open(folder)?;
    for (index, found) in files.iter().enumerate() {
        if let Some(refused) = refused_path(found) {
            report.push(refused);
            continue;
        }
        let path = found.path.as_path();
        let go_on = |records| on(ImportProgress { path, index, files: files.len(), records });
        let imported = if go_on(0) { one(&mut cache, path, &go_on, stamp.now)? } else { None };
        let Some(imported) = imported else {
            cache.enter_keys()?;
            return Err(cancelled(&report));
        };
        report.push(imported);
        cache.enter_many_keys()?;
    }
    cache.enter_keys()?;
    Ok(report)
}

fn cancelled(report: &[ImportedFile]) -> Refused {
    let taken = report.iter().filter(|file| file.outcome == ImportOutcome::Taken).count();
    Refused::Rule(format!("cancelled; {taken} files were imported before, and nothing of the current one"))
}

/// The report of a path of which nothing can be read.
fn refused_path(found: &Found) -> Option<ImportedFile> {
    let why = found.unreadable.as_deref()?;
    Some(ImportedFile::of(&found.path).refuse("path", why))
}

/// Every file below a path, in the order of their names, and what cannot be read.
fn walk(path: &Path, depth: usize, files: &mut Vec<Found>) -> Result<(), Refused> {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) => {
            files.push(Found::unreadable(path, regular::why(&error)));
            return Ok(());
        }
    };
    if !meta.is_dir() {
        if files.len() >= FILES_MAX {
            return Err(Refused::Rule(format!("more than {FILES_MAX} files; import them in parts")));
        }
        files.push(Found { path: path.to_owned(), unreadable: None });
        return Ok(());
    }
    if depth >= DEPTH_MAX {
        files.push(Found::unreadable(path, format!("it is more than {DEPTH_MAX} folders deep")));
        return Ok(());
    }
    let listed: std::io::Result<Vec<PathBuf>> = std::fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect());
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => {
            files.push(Found::unreadable(path, regular::why(&error)));
            return Ok(());
        }
    };
    entries.sort_unstable();
    for entry in entries {
        let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        // A link to a folder above would make the walk endless.
        let link = std::fs::symlink_metadata(&entry).is_ok_and(|meta| meta.is_symlink());
        if !(hidden || link && entry.is_dir()) {
            walk(&entry, depth + 1, files)?;
        }
    }
    Ok(())
}

/// Imports one file. `None`: cancelled.
fn one(
    cache: &mut Cache,
    path: &Path,
    go_on: &(dyn Fn(u64) -> bool + Sync),
    now: Moment,
) -> Result<Option<ImportedFile>, Refused> {
    let mut imported = ImportedFile::of(path);
    let (sha256, bytes) = match digest(path) {
        Ok(digest) => digest,
        Err(error) => return Ok(Some(imported.refuse("file", regular::why(&error)))),
    };
    imported.sha256.clone_from(&sha256);
    if let Some(known) = cache.file_with(&sha256)? {
        imported.outcome = ImportOutcome::Known;
        (imported.format, imported.source, imported.data_date) =
            (known.format, known.source, known.data_date);
        imported.records = known.records;
        return Ok(Some(imported));
    }
    let name = regular::name_of(path);
    let file = SourceFile {
        id: 0,
        name: name.clone(),
        sha256,
        bytes,
        format: String::new(),
        source: String::new(),
        data_date: None,
        records: 0,
        refused: 0,
        imported_at: now,
        program: format!("Mainstay {}", env!("CARGO_PKG_VERSION")),
        confirmed_at: None,
    };
    let mut import = cache.import(&file)?;
    let mut opened = match regular::open(path) {
        Ok(opened) => opened,
        Err(error) => return Ok(Some(imported.refuse("file", regular::why(&error)))),
    };
    let end = feed::feed(&mut opened, (&name, now), &mut |record| {
        imported.count(import.add(record)?);
        Ok(!imported.records.is_multiple_of(512) || go_on(imported.records))
    })?;
    let read = match end {
        feed::End::Cancelled => return Ok(None),
        feed::End::Refused(refused) => return Ok(Some(imported.refuse(refused.place, refused.reason))),
        feed::End::Read(read) => read,
    };
    (imported.format, imported.source, imported.data_date) = (read.format, read.source, read.data_date);
    (imported.refused, imported.notes) = (read.refused, read.notes);
    if imported.records == 0 {
        let why = imported.notes.notes.iter().find(|note| note.gravity == Gravity::Refused).cloned();
        return Ok(Some(match why {
            Some(note) => imported.refuse(note.place, note.text),
            None => imported.refuse("document", "it contains no record"),
        }));
    }
    for part in read.pages {
        import.covers(body::page(part));
    }
    import.finish(&SourceFile {
        format: imported.format.clone(),
        source: imported.source.clone(),
        data_date: imported.data_date.clone(),
        records: imported.records,
        refused: imported.refused,
        ..file
    })?;
    Ok(Some(imported))
}

/// SHA-256 and size of a file.
fn digest(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = regular::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((hex::encode(hasher.finalize()), bytes));
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
}
