//! Background jobs that read a file while the window keeps working with it.
//!
//! Belongs here: the connections of such jobs, and how a verification yields to a writer. Does not belong here: what is read.

use std::path::Path;
use std::time::Duration;

use super::file::{ProductFile, WhyReadOnly};
use super::jobs::Progress;
use super::refused::Refused;
use crate::store::{self, StoreError, Verification};

/// How long a verification pauses after it yielded: a person who saves one thing often saves another.
const AWAY: Duration = Duration::from_millis(500);

impl ProductFile {
    /// A second, read-only connection for a background job.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open_for_job(path: &Path) -> Result<Self, Refused> {
        Ok(Self::reading(store::open_read_only(path)?, WhyReadOnly::NotWritable))
    }

    /// Verifies the file in a background job. Verification holds one snapshot of the file, so a writer has to wait for it.
    /// When the window wants to write, verification yields at once and starts again. `part` is its share of the whole job.
    ///
    /// # Errors
    /// When the file cannot be read, or the job was cancelled.
    pub fn verify_in_background(
        path: &Path,
        remembered: Option<(u64, String)>,
        progress: &Progress,
        part: f32,
    ) -> Result<Verification, Refused> {
        loop {
            let keep_going = |share: f32| progress.at(share * part) && !progress.is_asked_to_yield();
            match Self::verify(path, remembered.clone(), &keep_going) {
                Err(Refused::Store(StoreError::Cancelled))
                    if progress.take_yield_request() && !progress.is_cancelled() =>
                {
                    progress.say("Verifying the file once more");
                    std::thread::sleep(AWAY);
                }
                outcome => return outcome,
            }
        }
    }
}
