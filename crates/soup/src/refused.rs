//! Why an operation was not done, and what to do about it.

use mainstay_base::store_error::StoreError;

/// Why work on bills or advisories was refused or failed. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The reason for the refusal, in words.
    #[error("{0}")]
    Rule(String),
    /// A file could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
