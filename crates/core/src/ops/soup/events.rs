//! Events that ask for a SOUP review: those that the file shows, and what of the versions in service is known, with which a search of
//! today is compared.

use super::review::{ReviewSubject, subject};
use crate::domain::soup_review::events::{self, KnownVersion, ReviewEvent};
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use mainstay_base::time::Moment;

impl ProductFile {
    /// The events that ask for a review as the file shows them: SOUP that changed in service, a candidate without a review.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn review_events(&self, now: Moment) -> Result<Vec<ReviewEvent>, Refused> {
        self.with_world(now, |world| events::of_file(world, now.day()))
    }

    /// The versions in service that a review has searched for, each with what is searched for and what is known of it.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn known_versions(&self, now: Moment) -> Result<Vec<(ReviewSubject, KnownVersion)>, Refused> {
        self.with_world(now, |world| {
            let known = events::known_versions(world).into_iter();
            known.map(|one| (subject(&one.version), one)).collect()
        })
    }
}
