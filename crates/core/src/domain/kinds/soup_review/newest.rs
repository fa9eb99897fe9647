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
