//! Copies of the product file, made with SQLite's backup interface and read back after writing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::{StoreError, events};
use mainstay_base::database::{self, Access};
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::time::{Day, Moment};

/// Pages copied between two looks at `keep_going`.
const PAGES_PER_STEP: i32 = 512;

/// Copies the file to `target` and reads the copy back: it must be whole and end with the same event. The audit trail is
/// not verified. Refuses to write over anything.
///
/// `keep_going` is asked now and then with the share that is done, 0 to 1; `false` cancels.
pub fn backup_to(source: &Path, target: &Path, keep_going: &dyn Fn(f32) -> bool) -> Result<(), StoreError> {
    let part = FreshFile::new(target, Some(source))?;
    copy(source, part.path(), keep_going)?;
    same(source, part.path())?;
    part.persist()
}

/// Copies every page of a file to another one, which is empty or is replaced.
pub fn copy(source: &Path, target: &Path, keep_going: &dyn Fn(f32) -> bool) -> Result<(), StoreError> {
    let from = read_only(source)?;
    let mut to = database::open(target, Access::Write)?;
    to.execute_batch("PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000")?;
    if std::fs::metadata(target).is_ok_and(|meta| meta.len() == 0) {
        // What is not whole is thrown away, so a new copy needs no journal beside it.
        to.execute_batch("PRAGMA journal_mode = OFF")?;
    }
    let backup = Backup::new(&from, &mut to)?;
    loop {
        let step = backup.step(PAGES_PER_STEP)?;
        let progress = backup.progress();
        let done = 1.0 - progress.remaining as f32 / progress.pagecount.max(1) as f32;
        match step {
            rusqlite::backup::StepResult::Done => return Ok(()),
            rusqlite::backup::StepResult::More if keep_going(done) => {}
            rusqlite::backup::StepResult::More => {
                return Err(StoreError::Cancelled);
            }
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn read_only(path: &Path) -> Result<Connection, StoreError> {
    let conn = database::open(path, Access::Read)?;
    conn.execute_batch("PRAGMA busy_timeout = 2000")?;
    Ok(conn)
}

/// The copy must be whole and end on the event on which the original stands, or stood a moment ago.
fn same(source: &Path, part: &Path) -> Result<(), StoreError> {
    let copy = read_only(part)?;
    let whole: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if whole != "ok" {
        return Err(StoreError::Damaged(format!("the copy: {whole}")));
    }
    let head = events::head(&copy)?;
    let original = read_only(source)?;
    let digest: Option<String> = original
        .query_row("SELECT digest FROM event WHERE seq = ?1", [head.seq.cast_signed()], |row| row.get(0))
        .ok();
    if head.seq > 0 && digest.as_deref() != Some(&head.digest) {
        return Err(StoreError::ReadBack);
    }
    Ok(())
}

/// Which of the kept backups to remove so that what stays is: all of the last two days, one a day for two weeks, one a
/// week for two months, one a month for good.
pub fn thin(backups: &[(PathBuf, Moment)], now: Moment) -> Vec<PathBuf> {
    let mut newest_first: Vec<_> = backups.to_vec();
    newest_first.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    let mut kept: Vec<String> = Vec::new();
    let mut remove = Vec::new();
    for (path, at) in newest_first {
        let age = now.day().days_since(at.day());
        let slot = match age {
            ..=1 => continue,
            2..=14 => format!("day {}", at.day()),
            15..=61 => format!("week {}", week_of(at.day())),
            _ => format!("month {}", &at.day().to_string()[..7]),
        };
        if kept.contains(&slot) {
            remove.push(path);
        } else {
            kept.push(slot);
        }
    }
    remove
}

fn week_of(day: Day) -> String {
    use chrono::Datelike as _;
    let week = day.date().iso_week();
    format!("{}-{}", week.year(), week.week())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_backups_are_thinned_and_new_ones_kept() {
        let now = Moment::parse("2026-11-22T12:00:00Z").unwrap();
        let backups: Vec<_> = (0..400)
            .flat_map(|day| (0..2).map(move |half| (day, half)))
            .map(|(day, half)| {
                let at = now.plus_seconds(-(day * 86_400 + half * 3600));
                (PathBuf::from(format!("{day}-{half}")), at)
            })
            .collect();
        let removed = thin(&backups, now);
        let kept = backups.len() - removed.len();
        assert!(!removed.contains(&PathBuf::from("0-0")) && !removed.contains(&PathBuf::from("1-1")));
        assert!((28..=45).contains(&kept), "{kept} kept");
        assert!(thin(&[], now).is_empty());
    }
}
