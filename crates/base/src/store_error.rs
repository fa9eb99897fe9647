//! File errors, in words for people.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why the store could not do something. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full.
    #[error("the disk is full; free some space and try again; nothing was changed")]
    DiskFull,
    /// The file or its folder cannot be written.
    #[error("the file or its folder cannot be written; check their permissions; nothing was changed")]
    NotWritable,
    /// The file was opened for reading only.
    #[error("the file is open for reading only, so nothing can be changed in it")]
    ReadOnly,
    /// Another program is using the file.
    #[error("another program is using the file; close it there and try again; nothing was changed")]
    Busy,
    /// A write was interrupted, and a reader cannot roll it back.
    #[error("the last write to the file was interrupted; open it once for writing, which undoes that write")]
    Interrupted,
    /// The file is damaged.
    #[error("the file is damaged ({0}); open a backup, and keep the damaged file")]
    Damaged(String),
    /// A later program worked in the file, by a rule set that this one does not know.
    #[error("a newer version of the program worked in the file (rule set {0}); open it with that version")]
    NewerRules(u32),
    /// Another program replaced or wrote the file.
    #[error(
        "the file {0} was changed or replaced by another program since it was opened; nothing was written; close it and open it again"
    )]
    ChangedUnderneath(PathBuf),
    /// Written data does not read back the same.
    #[error("the written data did not read back the same, so nothing was saved; check the disk")]
    ReadBack,
    /// A rule of the database refused.
    #[error("the file refused the change ({0}); nothing was changed")]
    Refused(String),
    /// The person cancelled it.
    #[error("it was cancelled; nothing was changed")]
    Cancelled,
    /// The target of a write exists already.
    #[error("{0}: it already exists and is not overwritten; choose another name")]
    Exists(String),
    /// Reading or writing outside the database failed.
    #[error("{what}")]
    Io {
        /// The action that failed.
        what: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// Any other failure of SQLite.
    #[error("the file could not be read or written")]
    Sql(#[source] rusqlite::Error),
}

impl StoreError {
    /// An input or output error, with the action that failed.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable
            }
            std::io::ErrorKind::AlreadyExists => Self::Exists(what),
            _ => Self::Io { what, source },
        }
    }
}

/// A message for a value that the program does not write: of another type, too large, not text or not JSON.
fn unreadable(error: &rusqlite::Error) -> Option<String> {
    use rusqlite::Error;
    let value = matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
    );
    let json = matches!(error, Error::SqliteFailure(_, Some(words)) if words == "malformed JSON");
    (value || json).then(|| format!("a value in it cannot be read: {error}"))
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if let Some(what) = unreadable(&error) {
            return Self::Damaged(what);
        }
        let code = error.sqlite_error_code();
        if error
            .sqlite_error()
            .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK)
        {
            return Self::Interrupted;
        }
        match code {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::NotWritable
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            Some(ErrorCode::ConstraintViolation) => Self::Refused(error.to_string()),
            Some(ErrorCode::SystemIoFailure) => Self::NotWritable,
            Some(_) | None => Self::Sql(error),
        }
    }
}
