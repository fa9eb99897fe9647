//! Files that this program left next to a product file: copies made before an upgrade, and files that it did not finish.
//!
//! Messages about them do not belong here, nor do backups, which are wherever a person put them.

use std::path::{Path, PathBuf};

use mainstay_base::fresh_file;
use mainstay_base::time::Moment;

/// The part of a file name that marks a copy made before an upgrade.
const BEFORE_UPGRADE: &str = ".before-upgrade-";

/// A file that was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leftover {
    /// An unfinished file: the program was ended while writing it.
    Unfinished(PathBuf),
    /// The copy that an upgrade made before it changed the file.
    BeforeUpgrade(PathBuf),
}

impl Leftover {
    /// Its path.
    pub fn path(&self) -> &Path {
        match self {
            Self::Unfinished(path) | Self::BeforeUpgrade(path) => path,
        }
    }
}

/// All files that were left next to a product file.
pub fn leftovers(path: &Path) -> Vec<Leftover> {
    let Ok(path) = std::path::absolute(path) else { return Vec::new() };
    let Some(folder) = path.parent() else { return Vec::new() };
    let mut found: Vec<Leftover> =
        fresh_file::unfinished_in(folder).into_iter().map(Leftover::Unfinished).collect();
    let mut begins = path.file_name().unwrap_or_default().to_owned();
    begins.push(BEFORE_UPGRADE);
    let is_copy = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        name.starts_with(begins.as_encoded_bytes())
            && !name.ends_with(fresh_file::UNFINISHED.as_bytes())
            && path.symlink_metadata().is_ok_and(|meta| meta.is_file())
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut copies: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_copy).collect();
    copies.sort();
    found.extend(copies.into_iter().map(Leftover::BeforeUpgrade));
    found
}

/// An unused name for the copy that is made before an upgrade.
pub fn free_name_before_upgrade(path: &Path, at: Moment) -> PathBuf {
    let moment = at.in_file_name();
    fresh_file::unused_path(|more| {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!("{BEFORE_UPGRADE}{moment}{more}.mainstay"));
        path.with_file_name(name)
    })
}
