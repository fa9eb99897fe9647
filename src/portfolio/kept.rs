//! What is kept of product files between two looks, in a folder of this workstation.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::base::fresh_file::FreshFile;
use crate::base::regular;
use crate::ops::ProductSummary;

/// The ending of what is kept.
const ENDING: &str = "kept";
/// Greatest size of what is kept of a file.
const BYTES_MAX: u64 = 64 << 20;
/// The form of what is kept. Another one is made anew.
const FORM: u32 = 3;
/// What was kept so long ago is removed: the file is looked at no more, or has another place.
const AGE_MAX: Duration = Duration::from_hours(90 * 24);
/// A file that was written so shortly before it was read may have been written again within the same tick of its time.
const TICK: Duration = Duration::from_secs(2);

/// The folder of what is kept, in the folder of this workstation's data.
pub fn kept_in(data: &Path) -> PathBuf {
    data.join("portfolio")
}

/// How a file is told from the same file after a write, without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    bytes: u64,
    modified: Duration,
    /// On systems with inodes: its number and when it last changed, which no program sets back.
    inode: Option<(u64, i64, i64)>,
}

impl Mark {
    /// The mark of a file. `None` while it is being written, where its journal lies beside it, or if it was written just now.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let about = fs::metadata(path).ok()?;
        let modified = about.modified().ok()?;
        let settled = modified.elapsed().is_ok_and(|age| age > TICK);
        (settled && !has_journal(path)).then(|| Self::from(&about, modified)).flatten()
    }

    fn from(about: &Metadata, modified: SystemTime) -> Option<Self> {
        let modified = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(Self { bytes: about.len(), modified, inode: inode(about) })
    }
}

#[cfg(unix)]
fn inode(about: &Metadata) -> Option<(u64, i64, i64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((about.ino(), about.ctime(), about.ctime_nsec()))
}

#[cfg(not(unix))]
const fn inode(_: &Metadata) -> Option<(u64, i64, i64)> {
    None
}

/// Whether a write is under way or was interrupted, by this program or by another one that writes ahead.
fn has_journal(path: &Path) -> bool {
    ["-journal", "-wal"].iter().any(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        fs::symlink_metadata(PathBuf::from(name)).is_ok_and(|about| about.len() > 0)
    })
}

#[derive(Serialize, Deserialize)]
struct Kept {
    form: u32,
    program: String,
    mark: Mark,
    summary: ProductSummary,
}

/// The file in which the summary of a product file is kept. Its name tells nothing of the product.
fn place(folder: &Path, path: &Path) -> PathBuf {
    let digest = hex::encode(Sha256::digest(path.as_os_str().as_encoded_bytes()));
    folder.join(format!("{}.{ENDING}", digest.get(..32).unwrap_or(&digest)))
}

/// The summary that is kept of a file as it is. `None` if there is none, it was changed since, or what is kept is damaged.
pub(super) fn read(folder: &Path, path: &Path, mark: Mark) -> Option<ProductSummary> {
    let bytes = regular::bytes(&place(folder, path), BYTES_MAX).ok()?;
    let (digest, content) = bytes.split_at_checked(32)?;
    if digest != Sha256::digest(content).as_slice() {
        return None;
    }
    let kept: Kept = postcard::from_bytes(content).ok()?;
    let same = kept.form == FORM && kept.program == env!("CARGO_PKG_VERSION") && kept.mark == mark;
    same.then_some(kept.summary)
}

/// Keeps the summary of a file. What cannot be kept is made anew next time.
pub(super) fn write(folder: &Path, path: &Path, mark: Mark, summary: &ProductSummary) {
    let kept =
        Kept { form: FORM, program: env!("CARGO_PKG_VERSION").to_owned(), mark, summary: summary.clone() };
    let Ok(content) = postcard::to_allocvec(&kept) else { return };
    let mut bytes = Sha256::digest(&content).to_vec();
    bytes.extend(content);
    let written = || {
        fs::create_dir_all(folder).ok()?;
        // Who may not read the product file may not read this either.
        let mut file = FreshFile::over(&place(folder, path), Some(path)).ok()?;
        file.put(&bytes).ok()?;
        file.persist_loosely().ok()
    };
    // It only makes the next answer quicker.
    let _ = written();
}

/// Removes what was kept long ago, also what a killed program left there.
pub(super) fn thin_out(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let ours =
            Path::new(&name).extension().is_some_and(|ending| ending == ENDING || ending == "mainstay-part");
        let old = || {
            let about = entry.metadata().ok()?;
            let age = about.modified().ok()?.elapsed().ok()?;
            Some(about.is_file() && age > AGE_MAX)
        };
        if ours && old() == Some(true) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
