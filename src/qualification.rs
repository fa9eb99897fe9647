//! Installation and operational qualification: self-tests that are really performed on this machine, with what was required, done,
//! expected and seen (ISO 13485 4.1.6, 21 CFR 11.10(a), FDA guidance on computer software assurance).
//!
//! Belongs here: the checks, performing them, the pack. Does not belong here: rules; every check asks `ops` as the window does.

mod desk;
mod files;
mod installation;
mod machine;
mod paper;
mod process;
mod records;
mod search;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde::Serialize;

use crate::domain::time::Moment;
use crate::ops::jobs::Progress;
use crate::ops::{self, Refused};
pub use desk::Room;
pub use machine::{Folder, Machine, program};
pub(crate) use paper::of_report;
pub use paper::{Pack, print};

/// What a check saw: passed, or failed, each with the words.
pub type Seen = Result<String, String>;

/// A self-test.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its number in the pack.
    pub id: &'static str,
    /// What is required.
    pub requirement: &'static str,
    /// The clause that requires it.
    pub clause: &'static str,
    /// What is done.
    pub done: &'static str,
    /// What is expected.
    pub expected: &'static str,
    /// Performs it.
    pub run: fn(&Room<'_>) -> Seen,
}

/// The outcome of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Its number.
    pub id: String,
    /// What is required.
    pub requirement: String,
    /// The clause that requires it.
    pub clause: String,
    /// What was done.
    pub done: String,
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub seen: String,
    /// Whether that is what was expected.
    pub passed: bool,
    /// How long it took.
    pub milliseconds: u64,
}

/// Everything that was found on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Qualification {
    /// The number of this form.
    pub format: u32,
    /// Program and machine.
    pub machine: Machine,
    /// When it began.
    pub started: Moment,
    /// When it ended.
    pub ended: Moment,
    /// The checks, in order.
    pub checks: Vec<Outcome>,
}

impl Qualification {
    /// How many checks passed.
    pub fn passed(&self) -> usize {
        self.checks.iter().filter(|outcome| outcome.passed).count()
    }

    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Outcome> {
        self.checks.iter().filter(|outcome| !outcome.passed)
    }
}

/// All checks, those of the installation first.
pub fn checks() -> Vec<Check> {
    let parts = [installation::CHECKS, files::CHECKS, records::CHECKS, process::CHECKS, search::CHECKS];
    parts.concat()
}

/// Performs checks in a new folder inside `folder`, or inside the system's folder for temporary files, and removes it. A check that cannot
/// be performed has failed.
///
/// # Errors
/// [`Refused`] when it was cancelled; nothing is left then.
pub fn qualify(
    checks: &[Check],
    folder: Option<&Path>,
    progress: &Progress,
) -> Result<Qualification, Refused> {
    let started = ops::now();
    let kept = folder.map_or_else(tempfile::tempdir, tempfile::tempdir_in);
    let room = match &kept {
        Ok(kept) => Ok(Room::new(kept.path())),
        Err(error) => {
            let place = folder.map_or_else(std::env::temp_dir, Path::to_owned);
            Err(format!("No folder can be made in {}: {error}", place.display()))
        }
    };
    let mut outcomes = Vec::new();
    for (at, check) in checks.iter().enumerate() {
        progress
            .step(&format!("{}: {}", check.id, check.requirement), at as f32 / checks.len().max(1) as f32)?;
        let (seen, milliseconds) = timed(|| room.as_ref().map_err(Clone::clone).and_then(check.run));
        outcomes.push(outcome(check, seen, milliseconds));
    }
    progress.step("Reading what the machine is", 1.0)?;
    let machine = Machine::read();
    Ok(Qualification { format: 1, machine, started, ended: ops::now(), checks: outcomes })
}

fn timed(run: impl FnOnce() -> Seen) -> (Seen, u64) {
    let before = ops::stamp().steady;
    let seen = run();
    let took = ops::stamp().steady.saturating_sub(before);
    (seen, u64::try_from(took.as_millis()).unwrap_or(u64::MAX))
}

fn outcome(check: &Check, seen: Seen, milliseconds: u64) -> Outcome {
    let passed = seen.is_ok();
    let (Ok(seen) | Err(seen)) = seen;
    Outcome {
        id: check.id.to_owned(),
        requirement: check.requirement.to_owned(),
        clause: check.clause.to_owned(),
        done: check.done.to_owned(),
        expected: check.expected.to_owned(),
        seen,
        passed,
        milliseconds,
    }
}
