//! The product files below folders.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::base::regular;
use crate::domain::text::counted;

/// The ending of product files.
const ENDING: &str = "mainstay";
/// Most levels of folders below one that was named.
const DEPTH_MAX: usize = 24;
/// Most entries of folders that are looked at.
const ENTRIES_MAX: usize = 200_000;
/// Most product files.
const FILES_MAX: usize = 2_000;

/// A remark on a file or folder: it was not read, or something about it is worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Its path.
    pub path: PathBuf,
    /// What there is to say, as a part of a sentence.
    pub why: String,
    /// Whether the portfolio lacks what it would say. A copy of a file that was read lacks nothing.
    pub lacking: bool,
}

/// The product files that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// Their paths, sorted, each file once.
    pub found: Vec<PathBuf>,
    /// What could not be looked at, and links that lead back.
    pub remarks: Vec<Remark>,
}

/// Looks for product files in files and folders, and in the folders below them. A folder that is met again through a link is looked at
/// once, and a link that leads back to a folder above it is told. `going` is asked before each folder whether to go on; what was found
/// so far is returned when it says no.
pub fn files_below(places: &[PathBuf], going: &dyn Fn() -> bool) -> Files {
    let mut walk = Walk {
        files: Files::default(),
        seen: BTreeSet::new(),
        above: Vec::new(),
        entries: 0,
        full: false,
        going,
    };
    for place in places {
        walk.take(place);
    }
    walk.files.found.sort();
    walk.files
}

/// A path in one line: what would break the line, act on a terminal or turn the direction of reading is written as its code.
pub fn shown(path: &Path) -> String {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut words = String::new();
    for part in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        for c in part.valid().chars() {
            if c.is_control() || turns(c) {
                words.extend(c.escape_unicode());
            } else {
                words.push(c);
            }
        }
        words.extend(part.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    words
}

struct Walk<'a> {
    files: Files,
    /// The real paths of files and folders that were looked at.
    seen: BTreeSet<PathBuf>,
    /// The real paths of the folders that are being looked at, the outermost first.
    above: Vec<PathBuf>,
    entries: usize,
    full: bool,
    going: &'a dyn Fn() -> bool,
}

impl Walk<'_> {
    fn remark(&mut self, path: &Path, why: impl Into<String>, lacking: bool) {
        self.files.remarks.push(Remark { path: path.to_owned(), why: why.into(), lacking });
    }

    fn not_read(&mut self, path: &Path, why: impl Into<String>) {
        self.remark(path, why, true);
    }

    /// Takes a place that was named, or an entry of a folder.
    fn take(&mut self, path: &Path) {
        let named = self.above.is_empty();
        let about = match fs::metadata(path) {
            Ok(about) => about,
            // A link that leads nowhere matters only where it was named or looks like a product file.
            Err(error) if named || is_product(path) => return self.not_read(path, why(path, &error)),
            Err(_) => return,
        };
        if !about.is_dir() && !is_product(path) {
            if named {
                self.not_read(
                    path,
                    "it is neither a folder nor a product file, whose name ends in .mainstay",
                );
            }
            return;
        }
        if !about.is_dir() && !about.is_file() {
            return self.not_read(path, "it is a device or a pipe, not a file");
        }
        match fs::canonicalize(path) {
            Ok(real) if about.is_dir() => self.folder(path, real),
            Ok(real) => self.file(path, real),
            Err(error) => self.not_read(path, why(path, &error)),
        }
    }

    fn file(&mut self, path: &Path, real: PathBuf) {
        if self.files.found.len() >= FILES_MAX {
            let most = counted(FILES_MAX, "product file");
            return self.stop(path, &format!("more than {most} are not looked at"));
        }
        if self.seen.insert(real.clone()) {
            self.files.found.push(without_prefix(real));
        }
    }

    fn folder(&mut self, path: &Path, real: PathBuf) {
        if self.full || !(self.going)() {
            return;
        }
        if let Some(above) = self.above.iter().find(|above| above.starts_with(&real)) {
            let back = if *above == real {
                shown(above)
            } else {
                format!("{}, which contains {}", shown(&real), shown(above))
            };
            return self.remark(path, format!("this link leads back to {back}; it is not followed"), false);
        }
        if !self.seen.insert(real.clone()) {
            return;
        }
        if self.above.len() >= DEPTH_MAX {
            let words = format!("folders deeper than {DEPTH_MAX} levels are not looked into; name it itself");
            return self.not_read(path, words);
        }
        match self.entries_of(path) {
            Ok(entries) => {
                self.above.push(real);
                entries.iter().for_each(|entry| self.take(entry));
                self.above.pop();
            }
            Err(error) => self.not_read(path, why(path, &error)),
        }
    }

    /// The entries of a folder, sorted, so that every look takes the same ones.
    fn entries_of(&mut self, path: &Path) -> std::io::Result<Vec<PathBuf>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path)? {
            if self.entries >= ENTRIES_MAX {
                self.stop(path, &format!("more than {ENTRIES_MAX} files and folders are not looked at"));
                break;
            }
            self.entries += 1;
            match entry {
                Ok(entry) => entries.push(entry.path()),
                Err(error) => {
                    self.not_read(
                        path,
                        format!("a part of it could not be listed: {}", regular::why(&error)),
                    );
                    break;
                }
            }
        }
        entries.sort();
        Ok(entries)
    }

    /// Says once that there is too much.
    fn stop(&mut self, path: &Path, why: &str) {
        if !self.full {
            self.full = true;
            self.not_read(path, format!("{why}; name folders with fewer"));
        }
    }
}

/// Why a place cannot be looked at.
fn why(path: &Path, error: &std::io::Error) -> String {
    let is_link = fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
    match error.kind() {
        ErrorKind::NotFound if is_link => "this link leads nowhere".to_owned(),
        kind if is_link && kind != ErrorKind::PermissionDenied => {
            "this link leads back to itself; remove it".to_owned()
        }
        _ => regular::why(error),
    }
}

fn is_product(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}

/// A real path as people write it: Windows puts `\\?\` before a drive.
fn without_prefix(real: PathBuf) -> PathBuf {
    let plain =
        real.to_str().and_then(|text| text.strip_prefix(r"\\?\")).filter(|text| text.get(1..2) == Some(":"));
    plain.map(PathBuf::from).unwrap_or(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &Files) -> Vec<String> {
        files.found.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn product_files_are_found_at_every_level_and_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b/c");
        fs::create_dir_all(&deep).unwrap();
        for path in [folder.path().join("one.mainstay"), deep.join("two.MAINSTAY"), deep.join("notes.txt")] {
            fs::write(path, "").unwrap();
        }
        let files = files_below(&[folder.path().to_owned(), deep.clone()], &|| true);
        assert_eq!(names(&files), ["two.MAINSTAY", "one.mainstay"]);
        assert!(files.remarks.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_is_told_with_its_place_and_every_file_is_found_once() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let team = folder.path().join("team");
        let inner = team.join("inner");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("one.mainstay"), "").unwrap();
        fs::write(folder.path().join("of others.mainstay"), "").unwrap();
        symlink(&team, inner.join("back")).unwrap();
        symlink(folder.path(), inner.join("out")).unwrap();
        symlink("itself", inner.join("itself")).unwrap();
        symlink("itself.mainstay", inner.join("itself.mainstay")).unwrap();
        symlink(inner.join("one.mainstay"), team.join("same.mainstay")).unwrap();
        symlink(&inner, team.join("same folder")).unwrap();
        let files = files_below(std::slice::from_ref(&team), &|| true);
        assert_eq!(names(&files), ["one.mainstay"]);
        let told: Vec<(String, bool)> = files
            .remarks
            .iter()
            .map(|one| (one.path.file_name().unwrap().to_string_lossy().into_owned(), one.lacking))
            .collect();
        let expected = [("back", false), ("itself.mainstay", true), ("out", false)];
        assert_eq!(told, expected.map(|(name, lacking)| (name.to_owned(), lacking)), "{:?}", files.remarks);
        assert!(files.remarks[0].why.contains("leads back to") && files.remarks[0].why.contains("team"));
        assert!(files.remarks[1].why.contains("itself"), "{:?}", files.remarks[1]);
    }

    #[cfg(unix)]
    #[test]
    fn two_folders_that_link_to_each_other_end_and_nothing_is_lost() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        for (place, name) in [(&a, "a.mainstay"), (&b, "b.mainstay")] {
            fs::create_dir(place).unwrap();
            fs::write(place.join(name), "").unwrap();
        }
        symlink(&b, a.join("to b")).unwrap();
        symlink(&a, b.join("to a")).unwrap();
        let files = files_below(&[folder.path().to_owned()], &|| true);
        assert_eq!(names(&files), ["a.mainstay", "b.mainstay"]);
        assert_eq!(files.remarks.len(), 1, "{:?}", files.remarks);
    }

    #[test]
    fn a_place_that_is_no_folder_is_told_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("notes.txt");
        fs::write(&text, "").unwrap();
        let files = files_below(&[text, folder.path().join("gone")], &|| true);
        assert!(files.found.is_empty());
        assert_eq!(files.remarks.len(), 2, "{:?}", files.remarks);
        assert!(files_below(&[folder.path().to_owned()], &|| false).found.is_empty());
    }

    #[test]
    fn a_path_is_shown_in_one_line_whatever_is_in_it() {
        let path = Path::new("a\nNot read: b\u{202e}\u{1b}[2J\u{2028}.mainstay");
        assert_eq!(shown(path), "a\\u{a}Not read: b\\u{202e}\\u{1b}[2J\\u{2028}.mainstay");
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            assert_eq!(shown(Path::new(std::ffi::OsStr::from_bytes(b"caf\xe9 1"))), "caf\\xe9 1");
        }
        assert_eq!(shown(Path::new("Pümpe ポンプ 1.mainstay")), "Pümpe ポンプ 1.mainstay");
    }
}
