//! What reviews left out with a reason: a decision that answers what asks for a review of it, until the item changes.

use std::collections::BTreeSet;

use super::evidence::KEV;
use super::scope::InScope;
use super::sources::is_source;
use super::{SoupReview, SoupReviewState as S};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::release::SoupVersion;
use crate::domain::shared_record::SharedRecord;
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// The reviews that left something out, were not given up and are not dated ahead.
pub struct LeftOut(Vec<Decided>);

struct Decided {
    /// The day of its search, and the review: the newest is the last.
    key: (Day, RecordId),
    /// The day of the catalogue of known exploited vulnerabilities that it searched; the day of its search where it does not say.
    catalogue: Day,
    /// Whether two persons have reviewed.
    is_completed: bool,
    /// The releases that it covers.
    releases: BTreeSet<RecordId>,
    /// Name and version of what it left out; without a version it is every one.
    left_out: BTreeSet<(String, String)>,
}

impl LeftOut {
    /// Reads them.
    pub fn of(world: &dyn World, today: Day) -> Self {
        let of = |data: SharedRecord| {
            let state = S::of(&data).filter(|state| *state != S::Abandoned)?;
            let review = data.typed::<SoupReview>().filter(|review| !review.exclusions.is_empty())?;
            let on = review.searched_on.filter(|on| !on.is_ahead_of(today))?;
            let left_out =
                review.exclusions.iter().map(|row| (row.item.to_string(), row.version.to_string()));
            let catalogue = review.sources.iter().find(|row| is_source(row, KEV));
            let catalogue = catalogue.and_then(|row| Day::parse(row.data_date.get(..10)?).ok());
            Some(Decided {
                key: (on, data.head.id),
                catalogue: catalogue.unwrap_or(on).min(on),
                is_completed: state.is_completed(),
                releases: review.releases.iter().copied().collect(),
                left_out: left_out.collect(),
            })
        };
        Self(world.all(Kind::SoupReview).into_iter().filter_map(of).collect())
    }

    /// Whether a completed review left out a version of a release. `known`: its item and its designator.
    pub fn is_decided(&self, release: RecordId, row: &SoupVersion, known: [&RecordData; 2]) -> bool {
        let decides = |one: &&Decided| one.is_completed && one.decides(&[release], row, known);
        self.0.iter().any(|one| decides(&one))
    }

    /// The day of the newest review that left out a version in all releases that contain it, if that is newer than the search of it, and the
    /// day of its catalogue of known exploited vulnerabilities.
    pub fn since(&self, searched: (Day, RecordId), version: &InScope) -> Option<(Day, Day)> {
        let known: [&RecordData; 2] = [&version.item, &version.designator];
        let newer = self.0.iter().filter(|one| one.key > searched);
        let newest = newer.filter(|one| one.decides(&version.releases, &version.row, known));
        newest.max_by_key(|one| one.key).map(|one| (one.key.0, one.catalogue))
    }
}

impl Decided {
    /// Whether it covers these releases and left the version out of them, and neither the item nor the version is another one since:
    /// registered later, or in another state.
    fn decides(&self, releases: &[RecordId], row: &SoupVersion, known: [&RecordData; 2]) -> bool {
        let leaves_out = |version: &str| self.left_out.contains(&(row.item.to_string(), version.to_owned()));
        releases.iter().all(|release| self.releases.contains(release))
            && (leaves_out("") || leaves_out(&row.version))
            && known.iter().all(|data| data.head.state_since.day() <= self.key.0)
    }
}
