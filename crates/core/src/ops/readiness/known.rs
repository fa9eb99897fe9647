//! What is known of a file besides its records, for the rules: whether it verifies, when it was backed up, which program was used.
//!
//! Nothing is guessed. What nobody looked at stays unknown, and the answer says so ([`Facts::unknown`]).

use super::super::file::ProductFile;
use super::super::refused::Refused;
use crate::domain::ids::RecordId;
use crate::domain::readiness::Facts;
use crate::store::Verification;
use mainstay_base::time::{Day, Moment};

impl ProductFile {
    /// What is known of the file now: the version of this program, and what was noted since it was opened.
    pub fn known(&self) -> Facts {
        let noted = Facts { program: env!("CARGO_PKG_VERSION").to_owned(), ..self.known.clone() };
        self.standing(noted)
    }

    /// Notes what a verification of the file found, for the rules about the audit trail and the signatures. That something is wrong stays
    /// noted. That everything is right holds for the event up to which it looked, and for what this open file itself writes after it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn note_verification(&mut self, found: &Verification) -> Result<(), Refused> {
        self.known = self.noted(found)?;
        Ok(())
    }

    fn noted(&self, found: &Verification) -> Result<Facts, Refused> {
        let signatures_broken = self.signatures_broken(found)?;
        let verified = Some(found.findings.is_empty());
        Ok(Facts { verified, verified_to: Some(found.head.clone()), signatures_broken, ..self.known() })
    }

    /// The same without a good verification that says nothing of the present events: somebody else may have written the later ones.
    fn standing(&self, noted: Facts) -> Facts {
        let holds =
            noted.verified != Some(true) || noted.verified_to.as_ref().is_some_and(|to| self.covers(to));
        Facts { verified: noted.verified.filter(|_| holds), ..noted }
    }

    /// Whether all events after this one, if there are any, were written through this open file: only who may write it appends to it, and
    /// a write that follows something foreign is refused.
    fn covers(&self, (seq, digest): &(u64, String)) -> bool {
        let head = self.head();
        let is_head = head.seq == *seq && head.digest == *digest;
        is_head
            || self.store.is_writable()
                && self.writes_after.is_some_and(|before| *seq >= before)
                && self.store.event_digest(*seq).is_ok_and(|known| known.as_ref() == Some(digest))
    }

    /// What is known of the file with what a verification found.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn known_with(&self, found: &Verification) -> Result<Facts, Refused> {
        Ok(self.standing(self.noted(found)?))
    }

    /// Notes that a verified backup of the file was made on a day (UTC).
    pub fn note_backup(&mut self, day: Day) {
        self.known.last_backup = self.known.last_backup.max(Some(day));
    }

    /// The records with a signature that does not match: because of the signature itself, or because the record is not what its events
    /// made it.
    fn signatures_broken(&self, found: &Verification) -> Result<Vec<RecordId>, Refused> {
        let mut broken = found.signatures_broken.clone();
        for place in found.findings.iter().filter_map(|finding| finding.place.parse::<RecordId>().ok()) {
            if !self.store.signatures(place)?.is_empty() {
                broken.insert(place);
            }
        }
        Ok(broken.into_iter().collect())
    }

    /// What was known at a moment that is past. Of the backups only the last one is known.
    pub(super) fn known_then(&self, known: &Facts, moment: Moment) -> Result<Facts, Refused> {
        let program =
            if known.program.is_empty() { String::new() } else { self.store.program_until(moment)? };
        Ok(then(known, moment, program))
    }
}

/// The same with the version of the program that was used then.
pub(super) fn then(known: &Facts, moment: Moment, program: String) -> Facts {
    let last_backup = known.last_backup.filter(|day| *day <= moment.day());
    Facts { last_backup, program, ..known.clone() }
}
