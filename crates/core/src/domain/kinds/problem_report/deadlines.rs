//! Deadlines of problem reports.

use super::{ProblemState as S, is_safety_relevant};
use crate::domain::change_request::{ChangeState, changes_for};
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE, Start, Task};
use crate::domain::person::Role;
use crate::domain::time::Day;
use crate::domain::workflow::Case;

const UNEVALUATED: &[&str] = &[S::Open.code(), S::Investigating.code(), S::Reopened.code()];

const OPENED: Start = Start {
    words: "its entry or reopening",
    day: |data| {
        let again = S::of(data) == Some(S::Reopened);
        if again { data.head.state_since.day() } else { data.head.created_at.day() }
    },
};

pub(super) const ALL: &[Deadline] = &[
    Deadline::new(
        "Evaluate the safety-relevant problem",
        Role::DevLead,
        UNEVALUATED,
        Limit::WorkingDays("problem_safety_days", OPENED),
        "IEC 62304 9.2",
    )
    .rank(1)
    .only(|case| is_safety_relevant(case.data)),
    Deadline::new(
        "Evaluate the problem",
        Role::DevLead,
        UNEVALUATED,
        Limit::WorkingDays("problem_evaluation_days", OPENED),
        "IEC 62304 9.2",
    )
    .only(|case| !is_safety_relevant(case.data)),
    Deadline::new(
        "Reassess the deferred problem",
        Role::Quality,
        &[S::Deferred.code()],
        Limit::Tasks(|case| {
            let by = Day::parse(case.data.text("reassess_by"));
            // A problem that was deferred without a date is due since then.
            let by = by.unwrap_or_else(|_| case.data.head.state_since.day());
            vec![Task { what: String::new(), by }]
        }),
        "IEC 62304 9.2 d",
    )
    .rank(2),
    Deadline::new(
        "Decide what is done about the problem",
        Role::DevLead,
        &[S::Evaluated.code()],
        Limit::WorkingDays("problem_evaluation_days", STATE_SINCE),
        "IEC 62304 9.2 d",
    )
    .rank(2),
    Deadline::new(
        "Verify the resolution",
        Role::Tester,
        &[S::Resolving.code()],
        Limit::Days("follow_up_days", STATE_SINCE),
        "IEC 62304 9.7",
    )
    .only(|case| !waits_for_a_change(case)),
    Deadline::new(
        "Close the problem report",
        Role::Quality,
        &[S::NoActionJustified.code()],
        Limit::Days("follow_up_days", STATE_SINCE),
        "IEC 62304 9.7",
    )
    .rank(4),
    Deadline::new(
        "Verify the resolution and close",
        Role::Quality,
        &[S::VerifyingResolution.code()],
        Limit::Days("follow_up_days", STATE_SINCE),
        "IEC 62304 9.7",
    )
    .rank(4),
];

/// Whether a change that resolves it is not verified yet.
fn waits_for_a_change(case: &Case) -> bool {
    changes_for(case.world, case.id())
        .iter()
        .filter_map(|change| ChangeState::of(change))
        .any(ChangeState::is_before_verified)
}
