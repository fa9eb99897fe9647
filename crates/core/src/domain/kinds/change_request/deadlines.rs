//! Deadlines of change requests.

use super::{ChangeRequest, ChangeState as S, Urgency};
use crate::domain::approval::{self, ApprovalState};
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE, Task};
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::time::Day;
use crate::domain::workflow::Case;

const UNDER_WAY: &[&str] = &[S::Implementing.code(), S::Implemented.code(), S::Verifying.code()];
const STARTED: &[&str] = &[
    S::Implementing.code(),
    S::Implemented.code(),
    S::Verifying.code(),
    S::Verified.code(),
    S::Released.code(),
];

const APPROVE: Deadline = Deadline::new(
    "Approve or refuse the change",
    Role::Quality,
    &[S::AwaitingApproval.code()],
    Limit::Days("change_pending_days", STATE_SINCE),
    "IEC 62304 6.2.4",
)
.rank(1)
.others(approval::who_must_sign);
const SUBMIT: Deadline = Deadline::new(
    "Submit or cancel the change",
    Role::DevLead,
    &[S::Draft.code()],
    Limit::Days("change_pending_days", STATE_SINCE),
    "IEC 62304 6.2.3",
);
const ANALYSE: Deadline = Deadline::new(
    "Analyse the change",
    Role::DevLead,
    &[S::Submitted.code(), S::UnderAnalysis.code()],
    Limit::Days("change_pending_days", STATE_SINCE),
    "IEC 62304 6.2.3",
);
const START: Deadline = Deadline::new(
    "Start the approved change",
    Role::DevLead,
    &[S::Approved.code()],
    Limit::Days("change_pending_days", STATE_SINCE),
    "IEC 62304 6.2.4",
);
/// The shorter limit of an emergency.
const SHORT: Limit = Limit::Days("emergency_days", STATE_SINCE);

pub(super) const ALL: &[Deadline] = &[
    APPROVE.only(|case| !is_emergency(case)),
    Deadline { limit: SHORT, ..APPROVE }.only(is_emergency),
    SUBMIT.only(|case| !is_emergency(case)),
    Deadline { limit: SHORT, ..SUBMIT }.only(is_emergency),
    ANALYSE.only(|case| !is_emergency(case)),
    Deadline { limit: SHORT, ..ANALYSE }.only(is_emergency),
    Deadline::new(
        "Resume or cancel the change",
        Role::DevLead,
        &[S::OnHold.code()],
        Limit::Days("change_pending_days", STATE_SINCE),
        "IEC 62304 6.2.3",
    ),
    START.only(|case| last_day(case).is_none()),
    Deadline { limit: Limit::Tasks(start_in_time), ..START },
    Deadline::new(
        "Stop the work or restore a valid approval",
        Role::Quality,
        UNDER_WAY,
        Limit::AtOnce(STATE_SINCE),
        "IEC 62304 8.2.1",
    )
    .rank(0)
    .only(|case| approval::granted(case).is_none()),
    Deadline::new(
        "Tell users and authorities of the released change, and close it",
        Role::Quality,
        &[S::Released.code()],
        Limit::Days("follow_up_days", STATE_SINCE),
        "IEC 62304 6.2.5",
    )
    .rank(2),
    Deadline::new(
        "Complete what was postponed in the emergency",
        Role::DevLead,
        STARTED,
        Limit::Tasks(postponed),
        "IEC 62304 6.3.1",
    )
    .rank(2)
    .only(is_emergency),
];

fn is_emergency(case: &Case) -> bool {
    case.data.text("urgency") == Urgency::Emergency.code()
}

/// The last day of its granted approval, if it has one.
fn last_day(case: &Case) -> Option<Day> {
    let approvals = case.world.referring(case.id(), Kind::Approval);
    let granted = approvals.iter().find(|data| ApprovalState::of(data) == Some(ApprovalState::Granted))?;
    Day::parse(granted.text("expires_at")).ok()
}

/// The work must start by the last day of its approval. After that day it may not start, and the approval is to be marked as
/// expired.
fn start_in_time(case: &Case) -> Vec<Task> {
    let Some(by) = last_day(case) else { return Vec::new() };
    let expired = case.now.day() > by;
    let words = if expired { "Mark the approval as expired; the work may no longer start" } else { "" };
    vec![Task { what: words.to_owned(), by }]
}

/// The activities that were postponed in an emergency, each with its date.
fn postponed(case: &Case) -> Vec<Task> {
    let Some(change) = case.data.typed::<ChangeRequest>() else { return Vec::new() };
    let open = change.activities_done.iter().filter(|done| done.done_at.is_none());
    open.filter_map(|done| {
        let what = format!("Complete {}, postponed in the emergency", done.activity);
        Some(Task { what, by: done.complete_by? })
    })
    .collect()
}
