//! The latest moment that this workstation saw: of its own clock, of every file that it opened, and of the file system. A clock
//! before that runs behind, whatever a single file says.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::backups;
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::store::StoreError;
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::time::Moment;

/// Name of the file, beside the folders of the product files.
const NAME: &str = "clock";
/// Greatest size of what is remembered of the clock.
const BYTES_MAX: u64 = 1024;

/// What is remembered of the clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Remembered {
    /// The latest moment since a clock that ran ahead was acknowledged.
    latest: Option<Moment>,
    /// The latest moment that was acknowledged as wrong. Files and backups from before then prove nothing.
    wrong: Option<Moment>,
}

impl Remembered {
    fn of(folder: &Path) -> Self {
        let mut text = String::new();
        let read =
            fs::File::open(folder.join(NAME)).and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text));
        if read.is_err() {
            return Self::default();
        }
        let named = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.and_then(|moment| Moment::parse(moment).ok())
        };
        Self { latest: named("latest"), wrong: named("wrong") }
    }

    fn keep(self, folder: &Path) -> Result<(), Refused> {
        let line = |name: &str, moment: Option<Moment>| {
            moment.map(|moment| format!("{name} {moment}\n")).unwrap_or_default()
        };
        fs::create_dir_all(folder)
            .map_err(StoreError::io(format!("{} could not be written", folder.display())))?;
        let mut file = FreshFile::over(&folder.join(NAME), None)?;
        file.put((line("latest", self.latest) + &line("wrong", self.wrong)).as_bytes())?;
        Ok(file.persist_loosely()?)
    }
}

/// Compares the clock with what this workstation saw, and remembers the latest moment. The file then measures its entries against
/// it.
///
/// # Errors
/// When the file cannot be read or the folder cannot be written.
pub(super) fn watch(folder: &Path, file: &mut ProductFile, now: Moment) -> Result<(), Refused> {
    let before = Remembered::of(folder);
    let uuid = file.uuid()?;
    let elsewhere = changed_at(file.path())
        .into_iter()
        .chain(backups(folder, &uuid).first().map(|(_, at)| *at))
        .filter(|moment| before.wrong.is_none_or(|wrong| *moment > wrong))
        .max();
    let seen = before.latest.max(elsewhere);
    let remembered = if file.take_acknowledged() {
        // Somebody confirmed the clock: from now on time counts from here.
        Remembered { latest: Some(now), wrong: before.wrong.max(seen).filter(|seen| *seen > now) }
    } else {
        Remembered { latest: seen.max(Some(now)).max(file.head().at), ..before }
    };
    file.see_clock(remembered.latest);
    if remembered == before { Ok(()) } else { remembered.keep(folder) }
}

/// When a file was last changed, as the file system says.
fn changed_at(path: &Path) -> Option<Moment> {
    let changed = fs::metadata(path).ok()?.modified().ok()?;
    Some(Moment::from_utc(changed.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_of_the_clock_reads_back_and_nonsense_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Remembered::of(folder.path()), Remembered::default());
        let at = |text: &str| Some(Moment::parse(text).unwrap());
        for remembered in [
            Remembered { latest: at("2031-03-04T09:00:00Z"), wrong: None },
            Remembered { latest: at("2031-03-04T09:00:00Z"), wrong: at("2032-01-01T00:00:00Z") },
            Remembered::default(),
        ] {
            remembered.keep(folder.path()).unwrap();
            assert_eq!(Remembered::of(folder.path()), remembered);
        }
        fs::write(folder.path().join(NAME), b"latest tomorrow\nwrong \xff").unwrap();
        assert_eq!(Remembered::of(folder.path()), Remembered::default());
    }
}
