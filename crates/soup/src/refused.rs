//! Why something was not done, in words that help.

use mainstay_base::store_error::StoreError;

/// Why work on bills or advisories was refused or failed. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Something stands against it, in words.
    #[error("{0}")]
    Rule(String),
    /// A file could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
