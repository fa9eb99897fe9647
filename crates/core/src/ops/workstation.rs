//! Data that this workstation keeps for each product file: what it saw of it, and automatic backups.
//!
//! Belongs here: files in a folder that the caller names. Does not belong here: when they are made.

mod clock;
mod memory;
mod notes;

pub use clock::note_clock;
pub use memory::{Behind, Lack, Memory, Seen, SeenHead, enter, forget, heads, remember, take_over_heads};
pub use notes::{FirstDayNote, Overdue, first_day_note, note_first_day, note_overdue, overdue_then};

use std::fs;
use std::path::{Path, PathBuf};

use super::file::ProductFile;
use super::refused::Refused;
use crate::store::{self, StoreError};
use mainstay_base::fresh_file;
use mainstay_base::time::Moment;

/// The folder of one product file; its name is the file's identifier.
pub(super) fn folder_of(folder: &Path, uuid: &str) -> PathBuf {
    let name: String = uuid.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
    folder.join(if name.is_empty() { "unknown".to_owned() } else { name })
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

/// Notes the newest automatic backup of a file, for the rules about backups.
pub fn note_last_backup(folder: &Path, uuid: &str, file: &mut ProductFile) {
    if let Some((_, last)) = backups(folder, uuid).first() {
        file.note_backup(last.day());
    }
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
