//! Updating the advisory cache from the network: fetch into a folder next to the cache, then import as if a person had given the files.
//!
//! So one transaction for each file holds here too, and a broken download leaves the former data unchanged. Nothing here runs unless a
//! person switched it on or gave the command. The network itself is in `base::network`.

mod csaf;
mod files;
mod line;
pub mod listing;
mod nvd;
mod settings;
mod state;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::refused::Refused;
use line::{Line, Stopped};
use mainstay_base::clock::Stamp;

pub use settings::{Secret, UpdateSettings, UpdateSource};

/// Waits and attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Between two pages of NVD, which allows five requests in thirty seconds.
    pub between: Duration,
    /// The same with a key, which allows fifty.
    pub between_with_key: Duration,
    /// How long a server may be silent.
    pub patience: Duration,
    /// How long one file may take.
    pub longest: Duration,
    /// Attempts for one file.
    pub attempts: u32,
    /// The wait before the second attempt, unless the server asks for another one; each further wait is three times as long.
    pub first_wait: Duration,
    /// The longest wait that is accepted.
    pub longest_wait: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            between: Duration::from_secs(6),
            between_with_key: Duration::from_millis(600),
            patience: Duration::from_mins(1),
            longest: Duration::from_hours(2),
            attempts: 4,
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_mins(2),
        }
    }
}

/// Progress of an update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UpdateProgress<'a> {
    /// The source.
    pub source: UpdateSource,
    /// What is being done, in words.
    pub doing: &'a str,
    /// The finished share of it, 0 to 1, where it is known.
    pub share: Option<f32>,
}

/// Receives the progress several times a second; returns whether to continue.
pub type OnUpdate<'a> = dyn Fn(UpdateProgress<'_>) -> bool + Sync + 'a;

/// How the update of a source ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateOutcome {
    /// Something new came and was imported.
    Updated,
    /// Nothing new is published; the data counts as fresh.
    Unchanged,
    /// It failed. What was imported before stays.
    Failed {
        /// Why, and what to do.
        reason: String,
    },
}

/// The result for one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdatedSource {
    /// The source.
    pub source: UpdateSource,
    /// How it ended.
    pub outcome: UpdateOutcome,
    /// Files that were imported.
    pub files: u64,
    /// Records in them.
    pub records: u64,
    /// Of these: new.
    pub new: u64,
    /// Of these: newer than the known version.
    pub replaced: u64,
    /// Records and documents that were refused.
    pub refused: u64,
    /// Bytes that came.
    pub bytes: u64,
    /// What was refused or left out, and why.
    pub remarks: Vec<String>,
    /// Remarks beyond the limit.
    pub more_remarks: u64,
}

impl UpdatedSource {
    fn of(source: UpdateSource) -> Self {
        Self {
            source,
            outcome: UpdateOutcome::Unchanged,
            files: 0,
            records: 0,
            new: 0,
            replaced: 0,
            refused: 0,
            bytes: 0,
            remarks: Vec::new(),
            more_remarks: 0,
        }
    }

    /// Whether it failed.
    pub const fn has_failed(&self) -> bool {
        matches!(self.outcome, UpdateOutcome::Failed { .. })
    }
}

/// Updates the sources that are on, one after another, into the cache in `folder`. A source that fails is reported, and the others continue.
/// Cancelling keeps what was imported before; the next update goes on there.
///
/// # Errors
/// When the settings do not allow it, when another update is running, when the cache cannot be written, and when it was cancelled.
pub fn update_advisories(
    settings: &UpdateSettings,
    folder: &Path,
    pace: &Pace,
    on: &OnUpdate<'_>,
    stamp: &Stamp,
) -> Result<Vec<UpdatedSource>, Refused> {
    let missing = settings.missing();
    if !missing.is_empty() {
        return Err(Refused::Rule(format!("nothing was updated. {}", missing.join(". "))));
    }
    std::fs::create_dir_all(folder).map_err(line::unwritable(folder))?;
    let _lock = lock(folder)?;
    let mut line = Line::new(settings, folder, pace, on, stamp)?;
    let report = sources(&mut line);
    line.close();
    report
}

/// Updates the sources that are on.
fn sources(line: &mut Line<'_>) -> Result<Vec<UpdatedSource>, Refused> {
    let mut report: Vec<UpdatedSource> = Vec::new();
    let settings = line.settings;
    for source in UpdateSource::ALL.into_iter().filter(|source| settings.is_on(*source)) {
        match one(line, source) {
            Ok(updated) => report.push(updated),
            Err(Stopped::Failed(why)) => return Err(Refused::Rule(why)),
            Err(Stopped::Refused(refused)) => return Err(refused),
            Err(Stopped::Cancelled) => {
                let files =
                    report.iter().map(|updated: &UpdatedSource| updated.files).sum::<u64>() + line.now.files;
                return Err(Refused::Rule(format!(
                    "cancelled; {files} files were imported before, and the next update goes on there"
                )));
            }
        }
    }
    Ok(report)
}

fn one(line: &mut Line<'_>, source: UpdateSource) -> Result<UpdatedSource, Stopped> {
    line.now = UpdatedSource::of(source);
    let outcome = match source {
        UpdateSource::Nvd => nvd::nvd(line),
        UpdateSource::Osv => files::osv(line),
        UpdateSource::Kev => files::kev(line),
        UpdateSource::Epss => files::epss(line),
        UpdateSource::Csaf => csaf::csaf(line),
        UpdateSource::Eol => files::eol(line),
    };
    let mut updated = line.now.clone();
    updated.outcome = match outcome {
        Ok(true) => UpdateOutcome::Updated,
        Ok(false) => UpdateOutcome::Unchanged,
        Err(Stopped::Failed(reason)) => UpdateOutcome::Failed { reason },
        Err(stopped) => return Err(stopped),
    };
    Ok(updated)
}

/// Marks that an update is running, for other programs.
fn lock(folder: &Path) -> Result<File, Refused> {
    let path = folder.join("update.lock");
    let file = File::create(&path).map_err(line::unwritable(&path))?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(Refused::Rule("another update is running; wait for its end, or cancel it there".to_owned()))
        }
        // A file system without locks only loses the mark.
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(file),
    }
}
