//! The newest review of each version: what it says of it, and on which day it was searched for.

use std::collections::{BTreeMap, BTreeSet};

use super::{SoupReview, SoupReviewState as S};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::review_item::is_done;
use crate::domain::shared_record::SharedRecord;
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// What reviews say of versions, each with the day of the search.
pub type Newest = BTreeMap<RecordId, (Day, SharedRecord)>;

/// The review item of each of these designators in the last review that was completed: the day of its search, and what it says.
pub fn completed(world: &dyn World, wanted: &BTreeSet<RecordId>, today: Day) -> Newest {
    newest(world, (wanted, today), &|state, item| state.is_completed() && is_done(item))
}

/// The same of the last review that has searched and was not given up, completed or not.
pub fn searched(world: &dyn World, wanted: &BTreeSet<RecordId>, today: Day) -> Newest {
    newest(world, (wanted, today), &|state, _| state != S::Abandoned)
}

/// Reviews are looked through from the newest search on, until every designator is met. A search that is dated after today, because a
/// clock was ahead, counts for nothing yet.
fn newest(
    world: &dyn World,
    (wanted, today): (&BTreeSet<RecordId>, Day),
    counts: &dyn Fn(S, &SharedRecord) -> bool,
) -> Newest {
    let mut found = Newest::new();
    if wanted.is_empty() {
        return found;
    }
    let dated = |data: SharedRecord| {
        let on = data.typed::<SoupReview>()?.searched_on.filter(|on| !on.is_ahead_of(today))?;
        Some((on, data.head.id, S::of(&data)?))
    };
    let mut reviews: Vec<(Day, RecordId, S)> =
        world.all(Kind::SoupReview).into_iter().filter_map(dated).collect();
    reviews.sort_unstable_by_key(|(on, id, _)| std::cmp::Reverse((*on, *id)));
    for (on, review, state) in reviews {
        for item in world.parts(review, Kind::ReviewItem) {
            let Ok(designator) = item.text("designator").parse::<RecordId>() else { continue };
            if wanted.contains(&designator) && counts(state, &item) {
                found.entry(designator).or_insert((on, item));
            }
        }
        if found.len() == wanted.len() {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::review_item::ReviewItemState;
    use crate::domain::soup_item::SoupItemState;
    use crate::domain::soup_review::{START, may_be_handed_over};
    use crate::domain::test_world::{TestWorld, day, id, moment};
    use crate::domain::workflow::Case;

    /// Two completed reviews of a version, the second of them dated a year ahead.
    fn dated_ahead() -> TestWorld {
        let review = |on: &str| json!({"title": "Review", "searched_on": on});
        let item = json!({"title": "zlib 1.3", "item": "SI-0001", "designator": "SD-0001"});
        TestWorld::default()
            .put(
                "SI-0001",
                SoupItemState::InUse.code(),
                "2026-01-10",
                json!({"title": "zlib", "reviewed_on": "2027-06-01"}),
            )
            .put("SR-0001", S::Completed.code(), "2026-03-01", review("2026-03-01"))
            .part("RI-0001", "SR-0001", ReviewItemState::Done.code(), item.clone())
            .put("SR-0002", S::Completed.code(), "2026-04-01", review("2027-06-01"))
            .part("RI-0002", "SR-0002", ReviewItemState::Done.code(), item)
    }

    #[test]
    fn a_search_that_is_dated_ahead_is_the_newest_only_when_its_day_has_come() {
        let world = dated_ahead();
        let wanted = BTreeSet::from([id("SD-0001")]);
        let last = |today: &str| completed(&world, &wanted, day(today))[&id("SD-0001")].0;
        assert_eq!(last("2026-06-01"), day("2026-03-01"));
        assert_eq!(last("2027-06-01"), day("2027-06-01"));
        assert_eq!(searched(&world, &wanted, day("2026-06-01"))[&id("SD-0001")].0, day("2026-03-01"));
    }

    #[test]
    fn a_search_that_is_dated_ahead_is_neither_handed_over_nor_approved() {
        let world = dated_ahead();
        let data = world.record(id("SR-0002")).unwrap();
        let unmet = |now: &str, step: &str| {
            let case = Case { data: &data, world: &world, now: moment(now), actor: None, rules: u32::MAX };
            let conditions = match step {
                "submit" => may_be_handed_over(&case, &data.typed().unwrap()),
                other => Kind::SoupReview.def().find_move(other).unwrap().conditions(&case),
            };
            conditions.into_iter().any(|one| !one.met && one.text.contains("it says 2027-06-01"))
        };
        for step in ["submit", "approve"] {
            assert!(unmet("2026-06-01", step), "{step}");
            assert!(!unmet("2027-06-02", step), "{step}");
        }
        assert!(!unmet("2026-06-01", START));
    }
}
