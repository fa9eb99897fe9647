//! What this workstation notes of a product file for the person who sits before it: what was overdue when it was left, and whether the
//! checklist of the first day was put away. None of it is evidence, and a file works without it.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::folder_of;
use crate::ops::refused::Refused;
use crate::store::StoreError;
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::time::Moment;

const OVERDUE: &str = "overdue";
const FIRST_DAY: &str = "first-day";
/// Greatest size of a note.
const BYTES_MAX: u64 = 256;

/// What was overdue when the file was left here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// How many.
    pub count: usize,
    /// When.
    pub at: Moment,
}

/// What was decided about the checklist of the first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstDayNote {
    /// It was shown while something was left to do.
    Begun,
    /// It was put away.
    PutAway,
}

impl FirstDayNote {
    const fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::PutAway => "put-away",
        }
    }
}

fn read(folder: &Path, uuid: &str, name: &str) -> Option<String> {
    let mut text = String::new();
    fs::File::open(folder_of(folder, uuid).join(name))
        .ok()?
        .take(BYTES_MAX)
        .read_to_string(&mut text)
        .ok()?;
    Some(text.trim().to_owned())
}

fn write(folder: &Path, uuid: &str, (name, text): (&str, &str)) -> Result<(), Refused> {
    let own = folder_of(folder, uuid);
    fs::create_dir_all(&own).map_err(StoreError::io(format!("{} could not be written", own.display())))?;
    let mut file = FreshFile::over(&own.join(name), None)?;
    file.put(format!("{text}\n").as_bytes())?;
    Ok(file.persist_loosely()?)
}

/// What was overdue when the file was last left here; `None` if that is not known.
pub fn overdue_then(folder: &Path, uuid: &str) -> Option<Overdue> {
    let text = read(folder, uuid, OVERDUE)?;
    let (count, at) = text.split_once(' ')?;
    Some(Overdue { count: count.parse().ok()?, at: Moment::parse(at).ok()? })
}

/// Notes what is overdue as the file is left.
///
/// # Errors
/// When the folder cannot be written.
pub fn note_overdue(folder: &Path, uuid: &str, now: Overdue) -> Result<(), Refused> {
    write(folder, uuid, (OVERDUE, &format!("{} {}", now.count, now.at)))
}

/// What was decided about the checklist; `None` if nothing was.
pub fn first_day_note(folder: &Path, uuid: &str) -> Option<FirstDayNote> {
    let text = read(folder, uuid, FIRST_DAY)?;
    [FirstDayNote::Begun, FirstDayNote::PutAway].into_iter().find(|note| note.word() == text)
}

/// Notes what was decided about the checklist.
///
/// # Errors
/// When the folder cannot be written.
pub fn note_first_day(folder: &Path, uuid: &str, note: FirstDayNote) -> Result<(), Refused> {
    write(folder, uuid, (FIRST_DAY, note.word()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_reads_back_and_nonsense_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = Moment::parse("2031-03-04T09:00:00Z").unwrap();
        assert_eq!(overdue_then(folder.path(), "one"), None);
        note_overdue(folder.path(), "one", Overdue { count: 7, at }).unwrap();
        assert_eq!(overdue_then(folder.path(), "one"), Some(Overdue { count: 7, at }));
        assert_eq!(overdue_then(folder.path(), "two"), None);
        note_first_day(folder.path(), "one", FirstDayNote::PutAway).unwrap();
        assert_eq!(first_day_note(folder.path(), "one"), Some(FirstDayNote::PutAway));
        for bad in [&b"many now"[..], b"7", b"\xff\xfe", b""] {
            fs::write(folder_of(folder.path(), "one").join(OVERDUE), bad).unwrap();
            fs::write(folder_of(folder.path(), "one").join(FIRST_DAY), bad).unwrap();
            assert_eq!(overdue_then(folder.path(), "one"), None);
            assert_eq!(first_day_note(folder.path(), "one"), None);
        }
    }
}
