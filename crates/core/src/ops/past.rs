//! The file as it was at an earlier moment.

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::ledger::Ledger;
use crate::domain::requests::RecordSource;
use crate::store::StoreError;
use mainstay_base::time::Moment;

impl ProductFile {
    /// The present records, signatures and accounts.
    pub const fn present(&self) -> &dyn RecordSource<StoreError> {
        &self.store
    }

    /// The records, signatures and accounts at a moment, derived from the events up to it.
    pub fn at(&self, moment: Moment) -> Result<Ledger, Refused> {
        let mut ledger = Ledger::default();
        self.store.each_event_until(moment, |event, signatures| ledger.follow(event, signatures))?;
        Ok(ledger)
    }

    /// Whether every event was entered by a moment, so that the present file is the file as it was then.
    pub(super) fn is_present_at(&self, moment: Moment) -> Result<bool, Refused> {
        Ok(self.store.last_event_until(moment)? == self.store.head().seq)
    }
}
