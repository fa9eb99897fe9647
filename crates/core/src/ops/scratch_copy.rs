//! A copy of a product file in the folder for temporary files, for verifying a file that lies where nobody may write.

use std::fs;
use std::path::{Path, PathBuf};

use super::refused::Refused;
use crate::store::{self, Holder, StoreError};
use mainstay_base::clock::stamp;
use mainstay_base::regular;

/// A copy that is removed with this value.
pub struct ScratchCopy {
    path: PathBuf,
    took_back_a_write: bool,
    _folder: tempfile::TempDir,
}

impl ScratchCopy {
    /// Copies a file with its journal, and takes back in the copy what was interrupted.
    ///
    /// # Errors
    /// When somebody is writing to the file, or it cannot be copied.
    pub fn of(path: &Path) -> Result<Self, Refused> {
        if let Some(holder) = store::holder_of(path) {
            return Err(Refused::Rule(format!(
                "{} on {} is writing to the file; verify it without a copy",
                holder.person, holder.machine
            )));
        }
        let failed = || StoreError::io(format!("{} could not be copied", path.display()));
        let folder = tempfile::tempdir().map_err(failed())?;
        let copy = folder.path().join("copy.mainstay");
        copied(path, &copy).map_err(failed())?;
        let journal = store::journal_of(path);
        if journal.exists() {
            copied(&journal, &store::journal_of(&copy)).map_err(failed())?;
        }
        let took_back_a_write = store::has_journal(&copy) && take_back(&copy)?;
        Ok(Self { path: copy, took_back_a_write, _folder: folder })
    }

    /// The copy.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether an interrupted write was taken back in it.
    pub const fn took_back_a_write(&self) -> bool {
        self.took_back_a_write
    }
}

/// Copies the bytes alone: the permissions of the original may forbid writing.
fn copied(from: &Path, to: &Path) -> std::io::Result<()> {
    std::io::copy(&mut regular::open(from)?, &mut fs::File::create_new(to)?)?;
    Ok(())
}

/// Opening for writing takes back what was interrupted. What cannot be opened is reported by the verification.
fn take_back(copy: &Path) -> Result<bool, Refused> {
    let stamp = stamp();
    let holder = Holder { person: String::new(), machine: stamp.machine, since: stamp.now };
    match store::open_writing(copy, &holder) {
        Ok((store, _lock)) => Ok(store.took_back_a_write()),
        Err(Ok(_)) => Ok(false),
        Err(Err(error)) => Err(error.into()),
    }
}
