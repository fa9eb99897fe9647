//! Who waits to write: beside the product file, each has a note with their name, which their program keeps locked while it waits.
//!
//! As with the lock of the writer, the system frees a note when its program ends. What a killed program leaves asks for nothing.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::StoreError;
use super::lock::{self, Held, Holder, Lock, Taken};

/// What follows the name of the product file in the name of a note.
const ENDING: &str = ".asks-";
/// Most entries of the folder that are looked at, and most notes that are read. More than a team has.
const ENTRIES_MAX: usize = 10_000;
const WISHES_MAX: usize = 32;

/// A wish to write, until it is dropped.
#[derive(Debug)]
pub struct Wish(Lock);

/// Somebody who waits to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Who, and since when.
    pub who: Holder,
    /// The name of the note, which decides between two who asked in the same second.
    note: PathBuf,
}

/// Asks to write.
///
/// # Errors
/// When the note cannot be written, or the same person waits in another window of this machine.
pub fn ask(product_file: &Path, who: &Holder) -> Result<Wish, StoreError> {
    let digest = hex::encode(Sha256::digest(format!("{}\0{}", who.person, who.machine)));
    let mut name = product_file.as_os_str().to_owned();
    name.push(ENDING);
    name.push(digest.get(..12).unwrap_or(&digest));
    match lock::take_at(PathBuf::from(name), who)? {
        Taken::Ours(lock) => Ok(Wish(lock)),
        Taken::Theirs(_) => Err(StoreError::Refused(format!(
            "{} asks to write in another window of this machine already",
            who.person
        ))),
    }
}

/// Who waits to write, in the order in which they asked. Empty if the folder cannot be read.
pub fn waiting(product_file: &Path) -> Vec<Waiting> {
    let Ok(path) = std::path::absolute(product_file) else { return Vec::new() };
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let mut begins = name.to_owned();
    begins.push(ENDING);
    let entries = std::fs::read_dir(folder).into_iter().flatten().take(ENTRIES_MAX).filter_map(Result::ok);
    let notes = entries
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(begins.as_encoded_bytes()))
        .map(|entry| entry.path());
    let mut found: Vec<Waiting> = notes
        .take(WISHES_MAX)
        .filter_map(|note| match lock::held_at(&note)? {
            Held::By(Some(who)) => Some(Waiting { who, note }),
            Held::By(None) => None,
            Held::No(left) => {
                // Nobody waits here any more. It is removed while it is held, so that who begins to wait now makes a new one.
                let _ = std::fs::remove_file(&note);
                drop(left);
                None
            }
        })
        .collect();
    found.sort_by(|one, other| (one.who.since, &one.note).cmp(&(other.who.since, &other.note)));
    found
}

impl Wish {
    /// Who of those that wait asked before this wish.
    pub fn before(&self, all: &[Waiting]) -> Vec<Holder> {
        let ours = self.0.path().file_name();
        all.iter().take_while(|other| other.note.file_name() != ours).map(|other| other.who.clone()).collect()
    }
}
