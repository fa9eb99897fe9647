//! An import on its way, for the job that runs it and the screen that watches it.

use std::sync::{Arc, Mutex, PoisonError};

use super::{ImportPlan, ImportReport};
use crate::ops::file::ProductFile;
use crate::ops::jobs::Progress;
use crate::ops::refused::Refused;
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;

/// Why nothing else is done while an import runs.
pub const IMPORT_RUNS: &str = "An import is running: wait or cancel it";

/// An import on its way.
#[derive(Debug)]
pub struct ImportJob {
    /// The plan.
    pub plan: Arc<ImportPlan>,
    progress: Progress,
    outcome: Mutex<Option<Result<ImportReport, Refused>>>,
}

impl ImportJob {
    /// An import that nobody runs yet.
    pub const fn new(plan: Arc<ImportPlan>, progress: Progress) -> Self {
        Self { plan, progress, outcome: Mutex::new(None) }
    }

    /// Runs it to its end with the writer that was lent for it; the outcome is kept for who watches.
    pub fn run(&self, file: &mut ProductFile, session: &Session, stamp: &Stamp) {
        let all = self.plan.counts().taken.max(1) as f32;
        let go_on = |index: usize| self.progress.at(index as f32 / all);
        self.progress.say(format!("Importing {}", self.plan.source.file_name));
        self.end(file.import(session, &self.plan, &go_on, stamp));
    }

    /// Notes the outcome, also of an import that could not begin or broke off.
    pub fn end(&self, outcome: Result<ImportReport, Refused>) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    /// How far it is, and the way to cancel it; then nothing is changed.
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The outcome in words: what was taken in, or why nothing was. `None` before the end, and once it was taken.
    pub fn said(&self) -> Option<Result<String, String>> {
        let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.as_ref().map(|outcome| match outcome {
            Ok(report) => Ok(format!("{} rows of {} were taken in.", report.counts.taken, report.file_name)),
            Err(refusal) => Err(refusal.to_string()),
        })
    }

    /// The outcome, once, when it has ended.
    pub fn take_outcome(&self) -> Option<Result<ImportReport, Refused>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
