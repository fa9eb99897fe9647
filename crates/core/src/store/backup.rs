//! Copies of the product file. SQLite's backup interface writes them; then they are read back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::{StoreError, events};
use mainstay_base::database::{self, Access};
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::time::{Day, Moment};

/// Pages copied between two calls of `keep_going`.
const PAGES_PER_STEP: i32 = 512;

/// Copies the file to `target` and reads the copy back: it must be undamaged and end with the same event. The audit trail is
/// not verified. Never overwrites a file.
///
/// `keep_going` is called regularly with the share that is done, 0 to 1; `false` cancels.
pub fn backup_to(source: &Path, target: &Path, keep_going: &dyn Fn(f32) -> bool) -> Result<(), StoreError> {
    let part = FreshFile::new(target, Some(source))?;
    copy(source, part.path(), keep_going)?;
    check_copy(source, part.path())?;
    part.persist()
}

/// Copies every page of a file to another file, which is empty or is overwritten.
pub fn copy(source: &Path, target: &Path, keep_going: &dyn Fn(f32) -> bool) -> Result<(), StoreError> {
    let from = read_only(source)?;
    let mut to = database::open(target, Access::Write)?;
    to.execute_batch("PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000")?;
    if std::fs::metadata(target).is_ok_and(|meta| meta.len() == 0) {
        // An incomplete copy is deleted, so a new copy needs no journal.
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

/// The copy must be undamaged, and its last event must be an event of the original. The original may have grown since.
fn check_copy(source: &Path, part: &Path) -> Result<(), StoreError> {
    let copy = read_only(part)?;
    let integrity: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if integrity != "ok" {
        return Err(StoreError::Damaged(format!("the copy: {integrity}")));
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

/// The backups to remove. The others are kept: all of the last two days, one a day for two weeks, one a week for two months,
/// and one a month for good.
pub fn thin(backups: &[(PathBuf, Moment)], now: Moment) -> Vec<PathBuf> {
    let mut newest_first: Vec<_> = backups.to_vec();
    newest_first.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    let mut filled_slots: Vec<String> = Vec::new();
    let mut remove = Vec::new();
    for (path, at) in newest_first {
        let age = now.day().days_since(at.day());
        let slot = match age {
            ..=1 => continue,
            2..=14 => format!("day {}", at.day()),
            15..=61 => format!("week {}", week_of(at.day())),
            _ => format!("month {}", &at.day().to_string()[..7]),
        };
        if filled_slots.contains(&slot) {
            remove.push(path);
        } else {
            filled_slots.push(slot);
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
