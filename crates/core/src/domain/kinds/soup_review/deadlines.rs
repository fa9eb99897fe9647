//! Deadlines of SOUP reviews.

use super::{SoupReview, SoupReviewState as S};
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE, Task};
use crate::domain::person::Role;
use crate::domain::workflow::Case;

const OPEN: &[&str] =
    &[S::Scheduled.code(), S::InProgress.code(), S::AwaitingSecondReview.code(), S::Completed.code()];

pub(super) const ALL: &[Deadline] = &[
    Deadline::new("Do the SOUP review", Role::SecurityLead, OPEN, Limit::Tasks(due), "IEC 62304 7.1.3")
        .rank(0),
    Deadline::new(
        "Finish the SOUP review",
        Role::SecurityLead,
        OPEN,
        Limit::Days("change_pending_days", STATE_SINCE),
        "IEC 62304 7.1.3",
    )
    .rank(2)
    .only(|case| due(case).is_empty()),
];

fn due(case: &Case) -> Vec<Task> {
    let by = case.data.typed::<SoupReview>().and_then(|review| review.due_on);
    by.map(|by| Task { what: String::new(), by }).into_iter().collect()
}
