//! Whether a review says what its kept evidence says, and whether the search gives the same again.

use std::path::Path;

use super::refused;
use crate::domain::ids::RecordId;
use crate::ops::{ProductFile, Refused};
use crate::soup::{SameResult, SearchRun, run_again};

/// Whether the kept evidence of a review is what the review says, and whether the same search gives the same again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceCheck {
    /// Where the evidence and the review with its items differ, in sentences; empty if they agree.
    pub differs: Vec<String>,
    /// Whether the search gives the same on the present data; `None` if it was not repeated.
    pub again: Option<SameResult>,
}

/// Compares a review and its items with its evidence, and with `folder` repeats the search.
///
/// # Errors
/// When the file cannot be read, or the search cannot be repeated.
pub fn check(
    file: &ProductFile,
    review: RecordId,
    folder: Option<&Path>,
    go_on: &(dyn Fn(f32) -> bool + Sync),
) -> Result<EvidenceCheck, Refused> {
    let mut differs = file.evidence_differences(review)?;
    let data = file.record(review)?;
    let mut again = None;
    if let Some(bytes) = file.kept_bytes(review, data.text("evidence_sha256"))? {
        // What was edited by hand may still say the same. Searching again reads it the same way.
        if folder.is_none()
            && differs.is_empty()
            && let Err(why) = SearchRun::read(&bytes)
        {
            differs.push(format!("The evidence is not as the program wrote it: {why}"));
        }
        again = folder.map(|folder| run_again(&bytes, folder, go_on).map_err(refused)).transpose()?;
    }
    Ok(EvidenceCheck { differs, again })
}
