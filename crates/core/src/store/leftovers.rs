//! What lies beside a product file and was left by this program: copies made before an upgrade, and files that it did not finish.
//!
//! Here does not belong what is told of it, nor backups, which lie where a person put them.

use std::path::{Path, PathBuf};

use mainstay_base::fresh_file;
use mainstay_base::time::Moment;

/// What stands in the name of a copy that was made before an upgrade.
const BEFORE_UPGRADE: &str = ".before-upgrade-";

/// Something that was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leftover {
    /// A file that was not finished: the program was ended while it wrote it.
    Unfinished(PathBuf),
    /// The copy that an upgrade made first.
    BeforeUpgrade(PathBuf),
}

impl Leftover {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        match self {
            Self::Unfinished(path) | Self::BeforeUpgrade(path) => path,
        }
    }
}

/// Everything that lies beside a product file and was left there.
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

/// A name for the copy of a file before its upgrade that nothing bears yet.
pub fn free_name_before_upgrade(path: &Path, at: Moment) -> PathBuf {
    let moment = at.in_file_name();
    fresh_file::unused_path(|more| {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!("{BEFORE_UPGRADE}{moment}{more}.mainstay"));
        path.with_file_name(name)
    })
}
