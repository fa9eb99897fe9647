//! An import on its way, for who runs it and who watches it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{ImportPlan, ImportReport};
use crate::clock::Stamp;
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::ops::session::Session;

/// An import on its way, shared by who runs it and who watches it.
#[derive(Debug)]
pub struct ImportJob {
    /// The plan.
    pub plan: ImportPlan,
    done: AtomicUsize,
    cancelled: AtomicBool,
    outcome: Mutex<Option<Result<ImportReport, Refused>>>,
}

impl ImportJob {
    /// A job that nobody runs yet.
    pub fn new(plan: ImportPlan) -> Self {
        Self { plan, done: AtomicUsize::new(0), cancelled: AtomicBool::new(false), outcome: Mutex::new(None) }
    }

    /// Runs it to its end; the outcome is kept for who watches.
    pub fn run(&self, file: &mut ProductFile, session: &Session, stamp: &Stamp) {
        let go_on = |index: usize| {
            self.done.store(index, Ordering::Relaxed);
            !self.cancelled.load(Ordering::Relaxed)
        };
        let outcome = file.import(session, &self.plan, &go_on, stamp);
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    /// How far it is, from 0 to 1.
    pub fn progress(&self) -> f32 {
        let all = self.plan.counts().taken.max(1);
        self.done.load(Ordering::Relaxed) as f32 / all as f32
    }

    /// Asks it to stop; then nothing is changed.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// The outcome, once, when it has ended.
    pub fn take_outcome(&self) -> Option<Result<ImportReport, Refused>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
