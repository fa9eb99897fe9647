//! The file as it was at a moment of its past.

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::ledger::Ledger;
use crate::domain::requests::RecordSource;
use crate::store::StoreError;
use mainstay_base::time::Moment;

impl ProductFile {
    /// The records, signatures and accounts as they are now.
    pub const fn present(&self) -> &dyn RecordSource<StoreError> {
        &self.store
    }

    /// The records, signatures and accounts as the events up to a moment say that they were then.
    pub fn at(&self, moment: Moment) -> Result<Ledger, Refused> {
        let mut ledger = Ledger::default();
        self.store.each_event_until(moment, |event, signatures| ledger.follow(event, signatures))?;
        Ok(ledger)
    }

    /// Whether every event was entered by a moment, so that the file as it is now is the file as it was then.
    pub(super) fn is_present_at(&self, moment: Moment) -> Result<bool, Refused> {
        Ok(self.store.last_event_until(moment)? == self.store.head().seq)
    }
}
