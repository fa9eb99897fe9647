//! Deadlines of feedback.

use super::{Feedback, FeedbackState as S, OUTCOMES};
use crate::domain::choice::Choice as _;
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE, Start};
use crate::domain::person::Role;
use crate::domain::record::RecordData;
use crate::domain::time::Moment;
use crate::domain::workflow::Case;

/// The states before the decision whether it is a problem.
const UNDECIDED: &[&str] =
    &[S::Received.code(), S::Registered.code(), S::UnderEvaluation.code(), S::Reopened.code()];
/// Every state in which work remains.
const OPEN: &[&str] = &[
    S::Received.code(),
    S::Registered.code(),
    S::UnderEvaluation.code(),
    S::Reopened.code(),
    S::ProblemConfirmed.code(),
    S::NotAProblem.code(),
    S::Duplicate.code(),
    S::ChangeSuggestion.code(),
];

const RECEIVED: Start = Start {
    words: "its receipt or reopening",
    day: |data| {
        let again = S::of(data) == Some(S::Reopened);
        if again { data.head.state_since.day() } else { moment(data, "received_at").day() }
    },
};
const AWARE: Start = Start { words: "the day of awareness", day: |data| moment(data, "aware_at").day() };

pub(super) const ALL: &[Deadline] = &[
    Deadline::new(
        "Evaluate the feedback",
        Role::Quality,
        UNDECIDED,
        Limit::WorkingDays("feedback_triage_days", RECEIVED),
        "IEC 62304 6.2.1.2",
    ),
    Deadline::new(
        "Answer the reporter and close the feedback",
        Role::Quality,
        OUTCOMES,
        Limit::Days("follow_up_days", STATE_SINCE),
        "ISO 13485 8.2.2",
    )
    .rank(4),
    // The program does not decide the limits of the authorities.
    Deadline::new(
        "Decide reportability",
        Role::Regulatory,
        OPEN,
        Limit::WorkingDays("reportability_days", AWARE),
        "ISO 13485 8.2.3",
    )
    .rank(0)
    .only(|case| !undecided(case).is_empty())
    .words(|case| format!("Decide reportability for {}", undecided(case).join(", "))),
];

/// The moment in a field; if it is empty, when the record was entered.
fn moment(data: &RecordData, field: &str) -> Moment {
    Moment::parse(data.text(field)).unwrap_or(data.head.created_at)
}

/// The markets for which reportability is open.
fn undecided(case: &Case) -> Vec<&'static str> {
    let Some(feedback) = case.data.typed::<Feedback>().filter(|feedback| feedback.needs_reportability())
    else {
        return Vec::new();
    };
    let product = case.world.product();
    feedback.undecided_markets(&product.markets).into_iter().map(|market| market.word()).collect()
}
