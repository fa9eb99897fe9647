//! Opening SQLite files. Every SQLite file is opened here, by its path and never by a URI.
//!
//! SQLite reads a name that begins with `file:` as a URI, in which `?`, `#` and `%` have a meaning, and so opens another file than
//! the person named. An absolute path never begins with `file:`. Reading and writing data do not belong here.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::store_error::StoreError;

/// The purpose for which a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading; the file must exist.
    Read,
    /// Reading and writing; the file must exist.
    Write,
    /// Reading and writing; a missing file is created empty.
    Create,
}

impl Access {
    const fn flags(self) -> OpenFlags {
        let kind = match self {
            Self::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Self::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Self::Create => OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_CREATE),
        };
        kind.union(OpenFlags::SQLITE_OPEN_NO_MUTEX)
    }
}

/// The version of SQLite inside the program.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Opens the file at exactly this path.
///
/// # Errors
/// When the path is empty or the file cannot be opened.
pub fn open(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let absolute =
        std::path::absolute(path).map_err(StoreError::io(format!("{} names no file", path.display())))?;
    Ok(Connection::open_with_flags(absolute, access.flags())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that would mean something else as a URI, or that look like options.
    const NAMES: [&str; 8] = [
        "file:ex.mainstay",
        "file:ex.mainstay?mode=memory",
        "Pump #3 100%41?mode=rwc&x=.mainstay",
        "a b.mainstay",
        "-rf.mainstay",
        "per%20cent.mainstay",
        ":memory:",
        "’Stück’;--.mainstay",
    ];

    #[test]
    fn exactly_the_named_file_is_created_and_opened() {
        let folder = tempfile::tempdir().unwrap();
        for name in NAMES {
            let path = folder.path().join(name);
            let made = open(&path, Access::Create).unwrap();
            made.execute_batch("CREATE TABLE a (b); INSERT INTO a VALUES (1)").unwrap();
            drop(made);
            let names: Vec<_> =
                std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(names, [name]);
            for access in [Access::Read, Access::Write] {
                let count: i64 = open(&path, access)
                    .unwrap()
                    .query_row("SELECT count(*) FROM a", [], |row| row.get(0))
                    .unwrap();
                assert_eq!(count, 1, "{name}");
            }
            std::fs::remove_file(&path).unwrap();
            assert!(open(&path, Access::Read).is_err() && open(&path, Access::Write).is_err());
            assert!(!path.exists(), "{name}: opening creates no file");
        }
    }

    #[test]
    fn a_relative_name_is_a_file_in_the_working_folder_and_reading_writes_nothing() {
        let absent = Path::new("file:there-is-no-such-file.mainstay?mode=memory");
        assert!(open(absent, Access::Read).is_err());
        assert!(open(absent, Access::Write).is_err());
        assert!(open(Path::new(""), Access::Create).is_err(), "an empty path would be a temporary database");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a?.db");
        open(&path, Access::Create).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(open(&path, Access::Read).unwrap().execute_batch("INSERT INTO a VALUES (1)").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}
