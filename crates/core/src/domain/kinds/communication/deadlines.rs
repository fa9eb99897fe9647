//! Deadlines of communications: their sending, their acknowledgement.

use super::{Communication, CommunicationKind, CommunicationState as S};
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE, Task};
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::recipient;
use crate::domain::workflow::Case;

pub(super) const ALL: &[Deadline] = &[
    Deadline::new(
        "Send the communication",
        Role::Regulatory,
        &[S::Drafted.code(), S::UnderReview.code(), S::Approved.code()],
        Limit::Tasks(due),
        "IEC 62304 6.2.5",
    )
    .rank(1),
    Deadline::new(
        "Decide or send the communication",
        Role::Regulatory,
        &[S::Drafted.code(), S::UnderReview.code(), S::Approved.code()],
        Limit::Days("change_pending_days", STATE_SINCE),
        "IEC 62304 6.2.5",
    )
    .rank(2)
    .only(|case| due(case).is_empty()),
    Deadline::new(
        "Follow up missing acknowledgements",
        Role::Regulatory,
        &[S::Issued.code()],
        Limit::Days("acknowledgement_days", STATE_SINCE),
        "ISO 13485 8.3.3",
    )
    .rank(1)
    .only(|case| !recipient::open(case.world, case.id()).is_empty() && is_acknowledged(case))
    .words(missing),
    Deadline::new(
        "Check the effectiveness and close the communication",
        Role::Quality,
        &[S::Issued.code()],
        Limit::Days("follow_up_days", STATE_SINCE),
        "ISO 13485 8.3.3",
    )
    .only(|case| recipient::open(case.world, case.id()).is_empty() || !is_acknowledged(case)),
];

fn due(case: &Case) -> Vec<Task> {
    let by = case.data.typed::<Communication>().and_then(|content| content.due_by);
    by.map(|by| Task { what: String::new(), by }).into_iter().collect()
}

fn is_acknowledged(case: &Case) -> bool {
    let kind = case.data.typed::<Communication>().and_then(|content| content.communication_kind);
    kind.is_some_and(CommunicationKind::is_acknowledged)
}

fn missing(case: &Case) -> String {
    let all =
        case.world.parts(case.id(), Kind::Recipient).iter().filter(|data| recipient::counts(data)).count();
    let open = recipient::open(case.world, case.id()).len();
    format!("Follow up {open} of {all} acknowledgements that are missing")
}
