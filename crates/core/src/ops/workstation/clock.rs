//! The latest moment that this workstation saw: of its own clock, of every file that it opened, and of the file system. A clock
//! before that runs behind, whatever a single file says.

use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::{backups, folder_of};
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::store::StoreError;
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::time::Moment;

/// The latest moment that was seen; beside the folders of the product files.
const LATEST: &str = "clock";
/// The latest moment that was acknowledged as wrong in a file; in the folder of that file. What is not after it proves nothing there.
const WRONG: &str = "clock-wrong";
/// Most entries of a folder that are looked at.
const BESIDE_MAX: usize = 10_000;
/// Greatest size of what is remembered of the clock.
const BYTES_MAX: u64 = 1024;

/// A moment that is remembered under a name, beside the folders of the files or in that of one file.
fn remembered(folder: &Path, name: &str) -> Option<Moment> {
    let mut text = String::new();
    fs::File::open(folder.join(name)).ok()?.take(BYTES_MAX).read_to_string(&mut text).ok()?;
    Moment::parse(&text).ok()
}

fn write(folder: &Path, name: &str, moment: Moment) -> Result<(), Refused> {
    fs::create_dir_all(folder)
        .map_err(StoreError::io(format!("{} could not be written", folder.display())))?;
    let mut file = FreshFile::over(&folder.join(name), None)?;
    file.put(format!("{moment}\n").as_bytes())?;
    Ok(file.persist_loosely()?)
}

/// Compares the clock with what this workstation saw, and remembers the latest moment. The file then measures its entries against
/// it. What was acknowledged in a file counts in that file only: nobody clears the clock of one file in another.
///
/// # Errors
/// When the file cannot be read or the folder cannot be written.
pub(super) fn watch(folder: &Path, file: &mut ProductFile, now: Moment) -> Result<(), Refused> {
    let uuid = file.uuid()?;
    let own = folder_of(folder, &uuid);
    let latest = remembered(folder, LATEST);
    let wrong = remembered(&own, WRONG);
    let evidence = [latest, changed_beside(file.path()), backed_up(folder, &uuid)];
    let seen = evidence.into_iter().flatten().max();
    let acknowledged = file.take_acknowledged();
    let wrong = match seen.filter(|seen| acknowledged && *seen > now) {
        Some(seen) => {
            let wrong = wrong.unwrap_or(seen).max(seen);
            write(&own, WRONG, wrong)?;
            Some(wrong)
        }
        None => wrong,
    };
    let before = evidence.into_iter().flatten().filter(|moment| wrong.is_none_or(|wrong| *moment > wrong));
    // The present moment counts too: the clock may be set back after the file was opened.
    file.see_clock(before.max().max(Some(now)));
    let newest = [latest, Some(now), file.head().at].into_iter().flatten().max();
    match newest.filter(|_| newest > latest) {
        Some(newest) => write(folder, LATEST, newest),
        None => Ok(()),
    }
}

/// Remembers a moment of the clock while a file is open, so that setting the clock back is noticed after a restart too.
///
/// # Errors
/// When the folder cannot be written.
pub fn note_clock(folder: &Path, now: Moment) -> Result<(), Refused> {
    let latest = remembered(folder, LATEST);
    if latest.is_some_and(|latest| latest >= now) { Ok(()) } else { write(folder, LATEST, now) }
}

/// When the last backup was made: by its name, and as the file system says.
fn backed_up(folder: &Path, uuid: &str) -> Option<Moment> {
    let made = backups(folder, uuid);
    let (newest, at) = made.first()?;
    changed_at(newest).max(Some(*at))
}

/// When a product file, or another one in the same folder, such as a copy of it, was last changed.
fn changed_beside(path: &Path) -> Option<Moment> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let beside = fs::read_dir(folder).ok().into_iter().flatten().take(BESIDE_MAX).filter_map(Result::ok);
    let others =
        beside.map(|entry| entry.path()).filter(|path| path.extension() == Some(OsStr::new("mainstay")));
    others.filter_map(|path| changed_at(&path)).max().max(changed_at(path))
}

/// When a file was last changed, as the file system says; `None` if it says nothing sensible.
fn changed_at(path: &Path) -> Option<Moment> {
    let changed = fs::metadata(path).ok()?.modified().ok()?;
    let seconds = i64::try_from(changed.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    // Only what reads back: an event names it.
    Moment::parse(&chrono::DateTime::from_timestamp(seconds, 0)?.to_rfc3339()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_remembered_and_nonsense_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(remembered(folder.path(), LATEST), None);
        let at = Moment::parse("2031-03-04T09:00:00Z").unwrap();
        write(folder.path(), LATEST, at).unwrap();
        assert_eq!(remembered(folder.path(), LATEST), Some(at));
        fs::write(folder.path().join(LATEST), b"tomorrow \xff").unwrap();
        assert_eq!(remembered(folder.path(), LATEST), None);
    }

    #[test]
    fn a_time_of_change_beyond_all_years_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "").unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        for (seconds, known) in [(4_000_000_000, true), (15_000_000_000, false)] {
            if file.set_modified(UNIX_EPOCH + std::time::Duration::from_secs(seconds)).is_ok() {
                assert_eq!(changed_at(&path).is_some(), known, "{seconds}");
            }
        }
    }
}
