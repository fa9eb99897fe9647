//! Events that ask for a SOUP review: those that the file shows, and what is known of the versions in service and of findings, with which
//! advisory data of today is compared.

use super::review::{ReviewSubject, subject};
use crate::domain::soup_review::events::{self, KnownVersion, ReviewEvent, WatchedFinding};
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

    /// What advisory data of today is compared with: the versions in service that a review has searched for, each with what is searched for
    /// and what is known of it, and the [`Self::watched_findings`].
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn known_to_reviews(
        &self,
        now: Moment,
    ) -> Result<(Vec<(ReviewSubject, KnownVersion)>, Vec<WatchedFinding>), Refused> {
        self.with_world(now, |world| {
            let known = events::known_versions(world, now.day()).into_iter();
            (known.map(|one| (subject(&one.version), one)).collect(), events::watched_findings(world))
        })
    }

    /// The findings whose names are looked up in the catalogue of known exploited vulnerabilities, whether a search meets them or not.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn watched_findings(&self, now: Moment) -> Result<Vec<WatchedFinding>, Refused> {
        self.with_world(now, events::watched_findings)
    }
}
