//! A place for an answer, shared by who asks and who answers.

use std::sync::{Arc, Mutex, PoisonError};

use crate::ops::Refused;

/// A place for one answer that arrives later. Cheap to clone: all clones share the same place.
#[derive(Debug)]
pub struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Slot<T> {
    /// Puts the answer in.
    pub fn put(&self, answer: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }

    /// Whether another clone is left that can take the answer.
    pub fn is_awaited(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Takes the answer out, if it has come.
    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// The outcome of a write, once it has come.
pub enum Wrote {
    /// It is not there yet, or nothing was asked.
    NotYet,
    /// It is written.
    Done,
    /// It was refused.
    Refused(Refused),
}

/// Takes the outcome of a write.
pub fn outcome_of(written: &mut Option<Slot<Option<Refused>>>) -> Wrote {
    match written.as_ref().and_then(Slot::take) {
        None => Wrote::NotYet,
        Some(None) => {
            *written = None;
            Wrote::Done
        }
        Some(Some(refusal)) => {
            *written = None;
            Wrote::Refused(refusal)
        }
    }
}
