//! An import under way, for the job that runs it and the screen that shows it.

use std::sync::{Arc, Mutex, PoisonError};

use super::{ImportPlan, ImportReport};
use crate::ops::file::ProductFile;
use crate::ops::jobs::Progress;
use crate::ops::refused::Refused;
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;

/// The reason for refusing other changes while an import runs.
pub const IMPORT_RUNS: &str = "An import is running: wait or cancel it";

/// An import under way.
#[derive(Debug)]
pub struct ImportJob {
    /// The plan.
    pub plan: Arc<ImportPlan>,
    progress: Progress,
    outcome: Mutex<Option<Result<ImportReport, Refused>>>,
    /// The outcome in words, which stay when the outcome was taken.
    words: Mutex<Option<Result<String, String>>>,
}

impl ImportJob {
    /// An import that has not started.
    pub const fn new(plan: Arc<ImportPlan>, progress: Progress) -> Self {
        Self { plan, progress, outcome: Mutex::new(None), words: Mutex::new(None) }
    }

    /// Runs it to its end with the writer that was handed over. The screen reads the outcome later.
    pub fn run(&self, file: &mut ProductFile, session: &Session, stamp: &Stamp) {
        let all = self.plan.counts().taken.max(1) as f32;
        let go_on = |index: usize| self.progress.at(index as f32 / all);
        self.progress.say(format!("Importing {}", self.plan.source.file_name));
        self.end(file.import(session, &self.plan, &go_on, stamp));
    }

    /// Records the outcome, also for an import that could not start or broke off.
    pub fn end(&self, outcome: Result<ImportReport, Refused>) {
        let words = outcome.as_ref().map(ImportReport::sentence).map_err(ToString::to_string);
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    /// Its progress, by which it can also be cancelled; then nothing is changed.
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The outcome in words: what was imported, or why nothing was. `None` before the end.
    pub fn outcome_words(&self) -> Option<Result<String, String>> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The outcome, once, after the end.
    pub fn take_outcome(&self) -> Option<Result<ImportReport, Refused>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
