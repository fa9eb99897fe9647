//! Upgrading a product file of an older schema, and the leftovers of a killed program next to a file.
//!
//! How a file is upgraded does not belong here (`store`), nor what the person sees (window and command line).

use std::path::{Path, PathBuf};

use super::file::{ProductFile, holder};
use super::refused::Refused;
use crate::store::{self, FileState, Leftover, Report, Steps, StoreError, Upgraded, Verification};
use mainstay_base::clock::Stamp;

impl ProductFile {
    /// Upgrades a file of an older schema: first makes a verified copy next to it, then runs the steps in one transaction and
    /// verifies the result. `Err(Ok(state))`: the file is not such a file. After every refusal the file is as before.
    pub fn upgrade(
        path: &Path,
        steps: Steps,
        stamp: &Stamp,
        report: Report<'_>,
    ) -> Result<Upgraded, Result<FileState, Refused>> {
        store::upgrade(path, &holder("an upgrade", stamp), steps, report)
            .map_err(|not| not.map_err(Refused::from))
    }

    /// Verifies a file whose schema may be an older one known to `steps`.
    #[doc(hidden)]
    pub fn verify_by(path: &Path, steps: Steps) -> Result<Verification, Refused> {
        Ok(store::verify_by(path, steps, None, &|_| true)?)
    }

    /// The leftovers of this program next to a product file.
    pub fn leftovers(path: &Path) -> Vec<Leftover> {
        store::leftovers(path)
    }

    /// Removes the given files that are still leftovers. Returns those that could not be removed, and why.
    pub fn remove_leftovers(path: &Path, which: &[Leftover]) -> Vec<(PathBuf, Refused)> {
        let there = store::leftovers(path);
        let mut kept = Vec::new();
        for leftover in which.iter().filter(|leftover| there.contains(leftover)) {
            let at = leftover.path();
            if let Err(error) = std::fs::remove_file(at) {
                let failed = StoreError::io(format!("{} could not be removed", at.display()));
                kept.push((at.to_owned(), failed(error).into()));
            }
        }
        kept
    }

    /// Whether opening rolled back an interrupted write.
    pub const fn took_back_a_write(&self) -> bool {
        self.store.took_back_a_write()
    }
}
