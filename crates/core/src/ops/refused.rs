//! Why a request was refused, in words that help.

use crate::domain::ids::{Kind, RecordId};
use crate::domain::refused::Refusal;
use crate::domain::requests;
use crate::domain::text::with_article;
use crate::store::StoreError;
use mainstay_base::clock::{Stamp, disbelieved};

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

/// Refuses to sign in and to write by a clock that nobody can believe.
pub(super) fn require_clock(stamp: &Stamp) -> Result<(), Refused> {
    disbelieved(stamp.now).map_or(Ok(()), |words| Err(Refused::Rule(words)))
}

/// Refuses a record of another kind. `instead` says what to do, such as “name a release, such as RL-0001”.
pub(super) fn require_kind(id: RecordId, kind: Kind, instead: &str) -> Result<(), Refused> {
    if id.kind == kind {
        return Ok(());
    }
    let word = with_article(&id.kind.def().noun());
    Err(Refused::Rule(format!("{id} is {word}; {instead}")))
}
