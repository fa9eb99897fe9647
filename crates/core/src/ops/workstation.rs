//! Data that this workstation keeps for each product file: the last verified event, and automatic backups.
//!
//! Belongs here: files in a folder that the caller names. Does not belong here: when they are made.

use std::fs;
use std::path::{Path, PathBuf};

use super::file::ProductFile;
use super::refused::Refused;
use crate::store::{self, StoreError};
use mainstay_base::fresh_file;
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
    let failed = || StoreError::io(format!("{} could not be written", own.display()));
    fs::create_dir_all(&own).map_err(failed())?;
    fs::write(own.join("head.new"), format!("{} {}\n", head.0, head.1)).map_err(failed())?;
    fs::rename(own.join("head.new"), own.join("head")).map_err(failed())?;
    Ok(())
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

/// `20261122T140500Z`: a moment as part of a file name.
fn name_of(at: Moment) -> String {
    at.to_string().replace([':', '-'], "")
}

/// An unused name for a backup. A second one within the same second gets a number after its moment.
fn free(folder: &Path, moment: &str) -> PathBuf {
    let numbered = (2..).map(|number| format!("{moment}-{number}"));
    let names = std::iter::once(moment.to_owned()).chain(numbered);
    let mut paths = names.map(|name| folder.join(format!("{name}.mainstay")));
    paths.find(|path| !path.exists()).unwrap_or_else(|| folder.join(moment))
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
    let target = free(&own, &name_of(now));
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

    #[test]
    fn the_name_of_a_backup_gives_its_moment() {
        let at = Moment::parse("2026-11-22T14:05:09Z").unwrap();
        assert_eq!(moment_of(&name_of(at)), Some(at));
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            let path = free(folder.path(), &name_of(at));
            fs::write(&path, "").unwrap();
            assert_eq!(moment_of(path.file_stem().unwrap().to_str().unwrap()), Some(at));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        assert_eq!(moment_of("ü"), None);
        assert_eq!(moment_of("nonsense"), None);
    }
}
