//! One writer: an operating-system lock on a file beside the product file, which names the holder.
//!
//! The lock is the system's, so it is free again the moment its holder ends, also by a crash. The words in the file are
//! only for people: what is left of a crashed holder is recognised because the lock can be taken.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::StoreError;
use mainstay_base::time::Moment;

/// How often taking the lock is tried when its former holder just let go.
const TRIES: usize = 8;

/// How often a lock that is held is tried again, and after how long.
const LOOKS: usize = 2;
const LOOK: Duration = Duration::from_millis(5);

/// Who holds the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The person who is signed in, or the system's user name before anybody is.
    pub person: String,
    /// Name of the machine.
    pub machine: String,
    /// Since when.
    pub since: Moment,
}

/// The lock, held until dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// Outcome of trying to take the lock.
pub enum Taken {
    /// It is ours. What a crashed holder left in the file is replaced.
    Ours(Lock),
    /// Somebody else holds it.
    Theirs(Option<Holder>),
}

/// Where the lock of a product file lies.
pub fn lock_path(product_file: &Path) -> PathBuf {
    let mut name = product_file.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Tries to take the lock.
pub fn take(product_file: &Path, holder: &Holder) -> Result<Taken, StoreError> {
    take_at(lock_path(product_file), holder)
}

/// Tries to take the lock of a note that lies beside a product file.
pub(super) fn take_at(path: PathBuf, holder: &Holder) -> Result<Taken, StoreError> {
    let mut held = 0;
    for _ in 0..TRIES {
        refuse_planted(&path)?;
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(StoreError::io("the lock beside the file could not be written"))?;
        match file.try_lock() {
            Ok(()) if is_at(&file, &path) => {
                let mut lock = Lock { file, path };
                lock.name(holder)?;
                return Ok(Taken::Ours(lock));
            }
            // Its former holder removed it between our opening and our locking: the lock of a removed file is no lock.
            Ok(()) => {}
            // Somebody who looks whether the file is locked holds the lock for a moment.
            Err(TryLockError::WouldBlock) if held < LOOKS => {
                held += 1;
                std::thread::sleep(LOOK);
            }
            Err(TryLockError::WouldBlock) => return Ok(Taken::Theirs(read(&file))),
            Err(TryLockError::Error(error)) => {
                return Err(StoreError::io("the lock beside the file could not be taken")(error));
            }
        }
    }
    Err(StoreError::Busy)
}

/// A link, a device or a pipe that lies where the lock belongs is not written through.
fn refuse_planted(path: &Path) -> Result<(), StoreError> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => Err(StoreError::Refused(format!(
            "{} is a link or no file at all; a lock belongs there, so remove it",
            path.display()
        ))),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Whether the open file is still the one that lies at the path itself, not one behind a link.
fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(there)) = (file.metadata(), std::fs::symlink_metadata(path)) else { return false };
    super::identity::inode(&open) == super::identity::inode(&there)
}

/// Who holds the lock of a product file, if its lock file says. What a killed program left there names nobody.
pub fn holder_of(product_file: &Path) -> Option<Holder> {
    match held_at(&lock_path(product_file))? {
        Held::By(holder) => holder,
        Held::No(_) => None,
    }
}

/// What a lock says to somebody who only looks.
pub(super) enum Held {
    /// A running program holds it, in this name if it can be read.
    By(Option<Holder>),
    /// A killed program left it. Nobody else takes it while this is held.
    No(File),
}

/// Looks at the lock at a path; `None` if there is none.
pub(super) fn held_at(path: &Path) -> Option<Held> {
    let file = mainstay_base::regular::open(path).ok()?;
    Some(match file.try_lock_shared() {
        Ok(()) => Held::No(file),
        Err(_) => Held::By(read(&file)),
    })
}

fn read(mut file: &File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(4096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

impl Lock {
    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes who holds it.
    pub fn name(&mut self, holder: &Holder) -> Result<(), StoreError> {
        let failed = || StoreError::io("the lock beside the file could not be written");
        let text = serde_json::to_string(holder).unwrap_or_default();
        self.file.set_len(0).map_err(failed())?;
        self.file.rewind().map_err(failed())?;
        self.file.write_all(text.as_bytes()).map_err(failed())?;
        self.file.flush().map_err(failed())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still held; whoever opened it meanwhile notices with `is_at`.
        let _ = std::fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}
