//! Why something was not done, in words that help.

use crate::domain::refused::Refusal;
use crate::domain::requests;
use crate::store::StoreError;

/// Why a request was refused. A refused request changes nothing.
pub type Refused = Refusal<StoreError>;

/// A change in the making, laid over the file.
pub type ChangeSet<'a> = requests::ChangeSet<'a, StoreError>;

impl Refused {
    /// The person stopped it half-way.
    pub(super) const fn cancelled() -> Self {
        Self::Store(StoreError::Cancelled)
    }
}
