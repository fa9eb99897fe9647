//! Why a request was refused, in words that help.

use crate::domain::refused::Refusal;
use crate::domain::requests;
use crate::store::StoreError;

/// Why a request was refused. A refused request changes nothing.
pub type Refused = Refusal<StoreError>;

/// An unfinished change on top of the file.
pub type ChangeSet<'a> = requests::ChangeSet<'a, StoreError>;

impl Refused {
    /// The person cancelled it.
    pub(super) const fn cancelled() -> Self {
        Self::Store(StoreError::Cancelled)
    }
}
