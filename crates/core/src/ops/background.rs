//! Reading a file on a job's thread while the window goes on working with it.
//!
//! Belongs here: connections of jobs, and how a long look gives way to a writer. Does not belong here: what is read.

use std::path::Path;
use std::time::Duration;

use super::file::{ProductFile, WhyReadOnly};
use super::jobs::Progress;
use super::refused::Refused;
use crate::store::{self, StoreError, Verification};

/// How long a verification stays away when it gave way: a person who saves one thing often saves another.
const AWAY: Duration = Duration::from_millis(500);

impl ProductFile {
    /// A second connection for a job beside the window: it reads, and nothing else.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open_for_job(path: &Path) -> Result<Self, Refused> {
        Ok(Self::reading(store::open_read_only(path)?, WhyReadOnly::NotWritable))
    }

    /// Verifies the file on a job's thread. Verification sees one moment of the file, so whoever writes has to wait for it;
    /// when the window wants to write, it gives way at once and begins anew. `part`: the share of the job that it is.
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
