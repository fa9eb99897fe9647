//! Files that are being written. They get a temporary name in the target's folder, and their own name when they are complete.
//!
//! Only this program uses names that end in [`UNFINISHED`]. So files that a killed program left are recognised, and no foreign file
//! is ever mistaken for one of them. The content of the files does not belong here.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::store_error::StoreError;

/// The ending of the name of a file that is being written.
pub const UNFINISHED: &str = ".mainstay-part";

/// The first unused path of `named("")`, `named("-2")`, `named("-3")` and so on.
pub fn unused_path(named: impl Fn(&str) -> PathBuf) -> PathBuf {
    let numbered = (2..1000).map(|number| named(&format!("-{number}")));
    let mut paths = std::iter::once(named("")).chain(numbered);
    paths.find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| named(""))
}

/// A file that is being written. If it is dropped before [`FreshFile::persist`], it is removed.
#[derive(Debug)]
pub struct FreshFile {
    temp: NamedTempFile,
    target: PathBuf,
}

impl FreshFile {
    /// Begins a file for `target`, which must not exist. Whoever may not read `original` may not read the new file either.
    ///
    /// # Errors
    /// When `target` exists, or its folder cannot be written.
    pub fn new(target: &Path, original: Option<&Path>) -> Result<Self, StoreError> {
        if target.symlink_metadata().is_ok() {
            return Err(StoreError::Exists(format!("{} could not be created", target.display())));
        }
        Self::over(target, original)
    }

    /// The same, but `target` may exist: the person agreed to replace it.
    ///
    /// # Errors
    /// When its folder cannot be written.
    pub fn over(target: &Path, original: Option<&Path>) -> Result<Self, StoreError> {
        let failed = || StoreError::io(format!("{} could not be written", target.display()));
        let target = std::path::absolute(target).map_err(failed())?;
        let folder = target.parent().ok_or_else(|| {
            StoreError::Refused(format!("{} is a folder, not a file name", target.display()))
        })?;
        if !folder.is_dir() {
            let words = format!("there is no folder {}", folder.display());
            return Err(failed()(std::io::Error::new(std::io::ErrorKind::NotFound, words)));
        }
        let mut prefix = target.file_name().unwrap_or_default().to_owned();
        prefix.push(".");
        let mut builder = Builder::new();
        builder.prefix(&prefix).suffix(UNFINISHED).rand_bytes(8);
        let original = original.and_then(|path| fs::metadata(path).ok());
        if let Some(permissions) = mode::begin(original.as_ref()) {
            builder.permissions(permissions);
        }
        let temp = builder.tempfile_in(folder).map_err(failed())?;
        if let Some(original) = &original {
            mode::narrow(temp.as_file(), original).map_err(failed())?;
        }
        // Marks the file as being written: see `is_being_written`. A file system without locks only loses that mark.
        let _ = in_use::mark(temp.as_file());
        Ok(Self { temp, target })
    }

    /// The name that it gets.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The temporary path while it is being written.
    pub fn path(&self) -> &Path {
        self.temp.path()
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let failed = StoreError::io(format!("{} could not be written", self.target.display()));
        self.temp.write_all(bytes).map_err(failed)
    }

    /// Makes what was written durable. Its name follows later.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn sync(&self) -> Result<(), StoreError> {
        let failed = StoreError::io(format!("{} could not be written", self.target.display()));
        self.temp.as_file().sync_all().map_err(failed)
    }

    /// Gives the file its name, or the next free one like it (`NAME-2`) if that name has been taken meanwhile: for what must not be lost any more,
    /// because it was recorded that it exists. With `over` it replaces what has the name. Returns where it is.
    ///
    /// # Errors
    /// When it cannot be given any name. Then it stays where it was written, and the error says where.
    pub fn persist_anyhow(self, over: bool) -> Result<PathBuf, StoreError> {
        let Self { temp, target } = self;
        let near = |more: &str| {
            let mut name = target.file_stem().unwrap_or_default().to_owned();
            name.push(more);
            if let Some(ending) = target.extension() {
                name.push(".");
                name.push(ending);
            }
            target.with_file_name(name)
        };
        let kept = if over { temp.persist(&target) } else { temp.persist_noclobber(&target) };
        let kept = match kept {
            Ok(_) => Ok(target.clone()),
            Err(first) => {
                let other = unused_path(near);
                first.file.persist_noclobber(&other).map(|_| other)
            }
        };
        match kept {
            Ok(path) => {
                sync_folder(&path);
                Ok(path)
            }
            Err(failed) => {
                let part = failed.file.path().display().to_string();
                let words = format!("{} could not be given its name; it is kept as {part}", target.display());
                // Where it cannot be kept either, the words are wrong, and nothing better can be said.
                let _ = failed.file.keep();
                Err(StoreError::io(words)(failed.error))
            }
        }
    }

    /// Makes the file durable and gives it its name, unless that name has been taken meanwhile.
    ///
    /// # Errors
    /// When the name is taken, or the disk fails. Then the file is removed.
    pub fn persist(self) -> Result<(), StoreError> {
        self.finish(false)
    }

    /// The same, but replaces an existing file.
    ///
    /// # Errors
    /// When the disk fails. Then the file is removed.
    pub fn persist_over(self) -> Result<(), StoreError> {
        self.finish(true)
    }

    /// Gives the file its name and replaces an existing file, without waiting for the disk. For files that are checked when they are
    /// read and can be created again.
    ///
    /// # Errors
    /// When it cannot be given its name. Then the file is removed.
    pub fn persist_loosely(self) -> Result<(), StoreError> {
        let words = format!("{} could not be given its name", self.target.display());
        self.temp.persist(&self.target).map(drop).map_err(|error| StoreError::io(words)(error.error))
    }

    fn finish(self, over: bool) -> Result<(), StoreError> {
        let Self { temp, target } = self;
        let words = format!("{} could not be given its name", target.display());
        if let Err(error) = temp.as_file().sync_all() {
            return Err(StoreError::io(words)(error));
        }
        let named = if over { temp.persist(&target) } else { temp.persist_noclobber(&target) };
        named.map_err(|error| StoreError::io(words)(error.error))?;
        sync_folder(&target);
        Ok(())
    }
}

impl std::io::Write for FreshFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.temp.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.temp.flush()
    }
}

/// Makes the name of a file durable. If folders cannot be synchronised, the system does this later by itself.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}

/// The unfinished files in a folder that no program is writing any more: the program that wrote them was ended.
pub fn unfinished_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        let own = name.as_encoded_bytes().ends_with(UNFINISHED.as_bytes());
        own && path.symlink_metadata().is_ok_and(|meta| meta.is_file()) && !is_being_written(path)
    };
    let mut found: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(ours).collect();
    found.sort();
    found
}

/// Whether a program is writing this file.
fn is_being_written(path: &Path) -> bool {
    in_use::is_marked(path)
}

/// Read and write permissions.
#[cfg(unix)]
mod mode {
    use std::fs::{File, Metadata, Permissions};
    use std::io::Result;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    /// Permissions for the owner, and for others as the original has them. The system then applies the person's `umask`.
    pub fn begin(original: Option<&Metadata>) -> Option<Permissions> {
        let mode = original.map_or(0o666, |original| original.mode() & 0o666);
        Some(Permissions::from_mode(mode | 0o600))
    }

    /// Removes the group's permissions if the file belongs to another group than the original.
    pub fn narrow(file: &File, original: &Metadata) -> Result<()> {
        let made = file.metadata()?;
        if made.gid() != original.gid() && made.mode() & 0o070 != 0 {
            file.set_permissions(Permissions::from_mode(made.mode() & 0o707 & 0o777))?;
        }
        Ok(())
    }
}

/// On other systems a file has the permissions of its folder.
#[cfg(not(unix))]
mod mode {
    use std::fs::{File, Metadata, Permissions};
    use std::io::Result;

    pub fn begin(_: Option<&Metadata>) -> Option<Permissions> {
        None
    }

    pub fn narrow(_: &File, _: &Metadata) -> Result<()> {
        Ok(())
    }
}

/// Marks a file with a lock. On Linux this lock does not conflict with the locks of SQLite.
#[cfg(target_os = "linux")]
mod in_use {
    use std::fs::File;
    use std::io::Result;
    use std::path::Path;

    pub fn mark(file: &File) -> Result<()> {
        file.try_lock().map_err(Into::into)
    }

    pub fn is_marked(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
    }
}

/// Marks nothing: on Windows, a file that is open somewhere cannot be opened exclusively.
#[cfg(windows)]
mod in_use {
    use std::fs::File;
    use std::io::Result;
    use std::os::windows::fs::OpenOptionsExt as _;
    use std::path::Path;

    pub fn mark(_: &File) -> Result<()> {
        Ok(())
    }

    pub fn is_marked(path: &Path) -> bool {
        File::options().read(true).share_mode(0).open(path).is_err()
    }
}

/// Marks nothing: on other systems a lock would prevent SQLite from opening the file.
#[cfg(not(any(windows, target_os = "linux")))]
mod in_use {
    use std::fs::File;
    use std::io::Result;
    use std::path::Path;

    pub fn mark(_: &File) -> Result<()> {
        Ok(())
    }

    pub fn is_marked(_: &Path) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_gets_its_name_only_when_it_is_complete_and_leaves_nothing_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.json");
        let mut file = FreshFile::new(&target, None).unwrap();
        file.put(b"half").unwrap();
        assert!(!target.exists());
        drop(file);
        assert!(names(folder.path()).is_empty());
        let mut file = FreshFile::new(&target, None).unwrap();
        file.put(b"whole").unwrap();
        file.persist().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(names(folder.path()), ["out.json"]);
    }

    #[test]
    fn an_existing_target_is_not_replaced_even_if_it_appears_late_and_foreign_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.json");
        let strange = folder.path().join("out.json.part");
        fs::write(&strange, "keep me").unwrap();
        let late = FreshFile::new(&target, None).unwrap();
        fs::write(&target, "first").unwrap();
        assert!(matches!(FreshFile::new(&target, None), Err(StoreError::Exists(_))));
        assert!(matches!(late.persist(), Err(StoreError::Exists(_))));
        assert_eq!(fs::read(&target).unwrap(), b"first");
        assert_eq!(fs::read(&strange).unwrap(), b"keep me");
        assert_eq!(names(folder.path()), ["out.json", "out.json.part"]);
        let mut over = FreshFile::over(&target, None).unwrap();
        over.put(b"second").unwrap();
        over.persist_over().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"second");
        let mut over = FreshFile::over(&target, None).unwrap();
        over.put(b"third").unwrap();
        over.persist_loosely().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"third");
        assert_eq!(names(folder.path()), ["out.json", "out.json.part"]);
    }

    #[test]
    fn leftovers_of_a_killed_program_are_found_and_files_being_written_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = FreshFile::new(&folder.path().join("a.mainstay"), None).unwrap();
        #[cfg(any(windows, target_os = "linux"))]
        assert!(unfinished_in(folder.path()).is_empty(), "it is being written");
        let left = folder.path().join(format!("a.mainstay.12345678{UNFINISHED}"));
        fs::write(&left, "half").unwrap();
        fs::write(folder.path().join("a.mainstay.part"), "of another program").unwrap();
        assert_eq!(unfinished_in(folder.path()), [left]);
        drop(file);
    }

    #[cfg(unix)]
    #[test]
    fn whoever_may_not_read_the_original_may_not_read_the_copy() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let original = folder.path().join("a.mainstay");
        fs::write(&original, "").unwrap();
        for (original_mode, most) in
            [(0o600, 0o600), (0o640, 0o640), (0o644, 0o644), (0o400, 0o600), (0o755, 0o644)]
        {
            fs::set_permissions(&original, fs::Permissions::from_mode(original_mode)).unwrap();
            let target = folder.path().join(format!("copy{original_mode:o}"));
            let file = FreshFile::new(&target, Some(&original)).unwrap();
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(file.path()) & !most, 0, "{original_mode:o} while it is written");
            file.persist().unwrap();
            assert_eq!(mode(&target) & !most, 0, "{original_mode:o}: {:o}", mode(&target));
            assert_eq!(mode(&target) & 0o600, 0o600);
        }
    }
}
