//! Data that this workstation keeps for each product file: the last event that it saw, and automatic backups.
//!
//! Belongs here: files in a folder that the caller names. Does not belong here: when they are made.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::ProductFile;
use super::refused::Refused;
use crate::store::{self, StoreError};
use mainstay_base::fresh_file::{self, FreshFile};
use mainstay_base::time::Moment;

/// The folder of one product file; its name is the file's identifier.
fn folder_of(folder: &Path, uuid: &str) -> PathBuf {
    let name: String = uuid.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
    folder.join(if name.is_empty() { "unknown".to_owned() } else { name })
}

/// The remembered head: number and digest of an event. `None` if there is none, or it cannot be read.
pub fn remembered_head(folder: &Path, uuid: &str) -> Option<(u64, String)> {
    let path = folder_of(folder, uuid).join("head");
    if fs::metadata(&path).ok()?.len() > 4096 {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    let (seq, digest) = text.trim().split_once(' ')?;
    Some((seq.parse().ok()?, digest.to_owned()))
}

/// Remembers a verified head, so that this workstation notices when the file is truncated later.
///
/// # Errors
/// When the folder cannot be written.
pub fn remember_head(folder: &Path, uuid: &str, head: &(u64, String)) -> Result<(), Refused> {
    let own = folder_of(folder, uuid);
    fs::create_dir_all(&own).map_err(StoreError::io(format!("{} could not be written", own.display())))?;
    let mut file = FreshFile::over(&own.join("head"), None)?;
    file.put(format!("{} {}\n", head.0, head.1).as_bytes())?;
    Ok(file.persist_loosely()?)
}

/// How a file compares with what this workstation saw of it earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// This workstation never saw it.
    First,
    /// It contains the event that was seen last.
    Continues,
    /// It ends before the event that was seen last: events were cut off, or it is an older copy.
    CutOff {
        /// Number of the event that was seen last.
        seen: u64,
    },
    /// It has another event under the number of the one that was seen last: it was rewritten, or two copies went different ways.
    Differs {
        /// That number.
        seen: u64,
    },
}

/// Compares a file with the event that this workstation saw last, and remembers its last event if the file contains that one.
///
/// # Errors
/// When the file cannot be read or the folder cannot be written.
pub fn remember(folder: &Path, file: &ProductFile) -> Result<Seen, Refused> {
    let uuid = file.uuid()?;
    let known = remembered_head(folder, &uuid);
    let seen = match &known {
        None => Seen::First,
        Some((seen, digest)) => match file.event_digest(*seen)? {
            None => Seen::CutOff { seen: *seen },
            Some(found) if found == *digest => Seen::Continues,
            Some(_) => Seen::Differs { seen: *seen },
        },
    };
    let head = (file.head().seq, file.head().digest.clone());
    if matches!(seen, Seen::First | Seen::Continues) && head.0 > 0 && known.as_ref() != Some(&head) {
        remember_head(folder, &uuid, &head)?;
    }
    Ok(seen)
}

/// The last event that a workstation saw of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenHead {
    /// Identifier of the file.
    pub file: String,
    /// Number of the event.
    pub seq: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub digest: String,
}

impl SeenHead {
    /// Why it cannot be one, if so.
    fn fault(&self) -> Option<String> {
        let is_uuid = uuid::Uuid::parse_str(&self.file).is_ok_and(|uuid| uuid.to_string() == self.file);
        let is_digest =
            self.digest.len() == 64 && self.digest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_uuid {
            return Some(format!("“{}” is not the identifier of a file", self.file));
        }
        if self.seq == 0 || !is_digest {
            return Some(format!("{}: the number or the digest of the event is not valid", self.file));
        }
        None
    }
}

/// Every file that this workstation remembers, in the order of the identifiers.
pub fn heads(folder: &Path) -> Vec<SeenHead> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<SeenHead> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|file| {
            let (seq, digest) = remembered_head(folder, &file)?;
            Some(SeenHead { file, seq, digest })
        })
        .filter(|head| head.fault().is_none())
        .collect();
    found.sort_by(|one, other| one.file.cmp(&other.file));
    found
}

/// Takes over what another workstation saw. Returns how many were later than what is remembered here.
///
/// # Errors
/// [`Refused::Rule`] if one of them is not valid, before any is taken over; and when the folder cannot be written.
pub fn take_over_heads(folder: &Path, heads: &[SeenHead]) -> Result<usize, Refused> {
    if let Some(fault) = heads.iter().find_map(SeenHead::fault) {
        return Err(Refused::Rule(fault));
    }
    let mut taken = 0;
    for head in heads {
        if remembered_head(folder, &head.file).is_none_or(|(seq, _)| seq < head.seq) {
            remember_head(folder, &head.file, &(head.seq, head.digest.clone()))?;
            taken += 1;
        }
    }
    Ok(taken)
}

/// Forgets what was seen of a file; `false` if nothing was.
///
/// # Errors
/// When the folder cannot be written.
pub fn forget(folder: &Path, uuid: &str) -> Result<bool, Refused> {
    let path = folder_of(folder, uuid).join("head");
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::io(format!("{} could not be removed", path.display()))(error).into()),
    }
}

/// The automatic backups of a file, newest first, with the moment from their name.
pub fn backups(folder: &Path, uuid: &str) -> Vec<(PathBuf, Moment)> {
    let Ok(entries) = fs::read_dir(folder_of(folder, uuid).join("backups")) else { return Vec::new() };
    let mut found: Vec<(PathBuf, Moment)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let path = entry.path();
            let at = moment_of(path.file_stem()?.to_str()?)?;
            (path.extension()? == "mainstay").then_some((path, at))
        })
        .collect();
    found.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    found
}

/// An unused path for a backup. A second one within the same second gets a number after its moment.
fn free(folder: &Path, at: Moment) -> PathBuf {
    let moment = at.in_file_name();
    fresh_file::unused_path(|more| folder.join(format!("{moment}{more}.mainstay")))
}

fn moment_of(name: &str) -> Option<Moment> {
    let part = |from: usize, to: usize| name.get(from..to);
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(9, 11)?,
        part(11, 13)?,
        part(13, 15)?
    );
    Moment::parse(&text).ok()
}

/// Makes a backup of the file at `path` in its folder below `folder`, verifies it, and thins older ones. Returns its path.
///
/// # Errors
/// When the copy cannot be written or does not match, or `keep_going` returned `false`.
pub fn automatic_backup(
    folder: &Path,
    path: &Path,
    uuid: &str,
    now: Moment,
    keep_going: &dyn Fn(f32) -> bool,
) -> Result<PathBuf, Refused> {
    let own = folder_of(folder, uuid).join("backups");
    fs::create_dir_all(&own).map_err(StoreError::io(format!("{} could not be made", own.display())))?;
    for left in fresh_file::unfinished_in(&own) {
        // Leftovers of interrupted backups. One that cannot be removed only takes space.
        let _ = fs::remove_file(left);
    }
    let target = free(&own, now);
    ProductFile::backup(path, &target, keep_going)?;
    for old in store::thin(&backups(folder, uuid), now) {
        // A backup that cannot be removed only takes space.
        let _ = fs::remove_file(old);
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_remembered_for_each_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(remembered_head(folder.path(), "one"), None);
        remember_head(folder.path(), "one", &(7, "abc".to_owned())).unwrap();
        assert_eq!(remembered_head(folder.path(), "one"), Some((7, "abc".to_owned())));
        assert_eq!(remembered_head(folder.path(), "two"), None);
    }

    fn seen(number: u8, seq: u64) -> SeenHead {
        let file = format!("00000000-0000-4000-8000-0000000000{number:02}");
        SeenHead { file, seq, digest: format!("{number:064}") }
    }

    #[test]
    fn heads_of_another_workstation_are_taken_over_where_they_are_later() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(take_over_heads(folder.path(), &[seen(1, 5), seen(2, 7)]).unwrap(), 2);
        assert_eq!(take_over_heads(folder.path(), &[seen(1, 4), seen(2, 9)]).unwrap(), 1);
        assert_eq!(heads(folder.path()), [seen(1, 5), seen(2, 9)]);
        assert!(forget(folder.path(), &seen(1, 0).file).unwrap());
        assert!(!forget(folder.path(), &seen(1, 0).file).unwrap());
        assert_eq!(heads(folder.path()), [seen(2, 9)]);
    }

    #[test]
    fn a_head_that_is_not_valid_is_refused_with_all_others() {
        let folder = tempfile::tempdir().unwrap();
        for bad in [
            SeenHead { file: "../other".to_owned(), ..seen(1, 5) },
            SeenHead { seq: 0, ..seen(1, 5) },
            SeenHead { digest: "a b".to_owned(), ..seen(1, 5) },
        ] {
            let refused = take_over_heads(folder.path(), &[seen(2, 7), bad]);
            assert!(matches!(refused, Err(Refused::Rule(_))), "{refused:?}");
            assert_eq!(heads(folder.path()), []);
        }
    }

    #[test]
    fn the_name_of_a_backup_gives_its_moment() {
        let at = Moment::parse("2026-11-22T14:05:09Z").unwrap();
        assert_eq!(moment_of(&at.in_file_name()), Some(at));
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            let path = free(folder.path(), at);
            fs::write(&path, "").unwrap();
            assert_eq!(moment_of(path.file_stem().unwrap().to_str().unwrap()), Some(at));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        assert_eq!(moment_of("ü"), None);
        assert_eq!(moment_of("nonsense"), None);
    }
}
