//! Upgrading a product file of an older schema, and what a killed program left beside a file.
//!
//! Here does not belong how a file is upgraded (`store`), nor what is told to whom (the fronts).

use std::path::{Path, PathBuf};

use super::file::{ProductFile, holder};
use super::refused::Refused;
use crate::store::{self, FileState, Leftover, Report, Steps, StoreError, Upgraded, Verification};
use mainstay_base::clock::Stamp;

impl ProductFile {
    /// Upgrades a file of an older schema: a verified copy beside it first, the steps in one transaction, the result verified.
    /// `Err(Ok(found))`: it is no such file. In every refusal the file is as it was.
    pub fn upgrade(
        path: &Path,
        steps: Steps,
        stamp: &Stamp,
        report: Report<'_>,
    ) -> Result<Upgraded, Result<FileState, Refused>> {
        store::upgrade(path, &holder("an upgrade", stamp), steps, report)
            .map_err(|not| not.map_err(Refused::from))
    }

    /// Verifies a file whose schema may be an older one that `steps` know.
    #[doc(hidden)]
    pub fn verify_by(path: &Path, steps: Steps) -> Result<Verification, Refused> {
        Ok(store::verify_by(path, steps, None, &|_| true)?)
    }

    /// What this program left beside a product file.
    pub fn leftovers(path: &Path) -> Vec<Leftover> {
        store::leftovers(path)
    }

    /// Removes leftovers, those only that still are some. Answers which could not be removed, and why.
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

    /// Whether opening took back a write that was interrupted.
    pub const fn took_back_a_write(&self) -> bool {
        self.store.took_back_a_write()
    }
}
