//! Deadlines of releases: their approval, the next reading of their archive.

use super::{Release, ReleaseState as S};
use crate::domain::approval;
use crate::domain::choice::Choice as _;
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE, Task};
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::workflow::Case;

pub(super) const ALL: &[Deadline] = &[
    Deadline::new(
        "Approve or refuse the release",
        Role::Quality,
        &[S::ReadyForApproval.code()],
        Limit::Days("change_pending_days", STATE_SINCE),
        "IEC 62304 5.8",
    )
    .rank(1)
    .others(who_must_sign),
    Deadline::new(
        "Archive and release the approved version",
        Role::ReleaseManager,
        &[S::Approved.code()],
        Limit::Days("change_pending_days", STATE_SINCE),
        "IEC 62304 5.8.7",
    )
    .rank(2),
    Deadline::new(
        "Complete the release",
        Role::ReleaseManager,
        &[S::Building.code(), S::CandidateVerification.code()],
        Limit::Days("change_pending_days", STATE_SINCE),
        "IEC 62304 6.3.2",
    ),
    Deadline::new(
        "Read the archive of the release again",
        Role::ReleaseManager,
        &[S::Released.code(), S::Superseded.code(), S::Withdrawn.code()],
        Limit::Tasks(next_archive_check),
        "IEC 62304 5.8.7",
    ),
];

fn who_must_sign(case: &Case) -> String {
    let approvals = case.world.referring(case.id(), Kind::Approval);
    let missing = approvals.iter().flat_map(|data| approval::missing_roles(case.world, data));
    let words: Vec<&str> = missing.map(Role::word).collect();
    if words.is_empty() { "Those who must sign".to_owned() } else { words.join(", ") }
}

/// The next reading of the archive, an interval after the last one.
fn next_archive_check(case: &Case) -> Vec<Task> {
    let Some(release) = case.data.typed::<Release>() else { return Vec::new() };
    let Some(days) = case.world.governing().plan().archive_check_days else { return Vec::new() };
    let last = release.archive_checks.iter().filter_map(|row| row.checked_on).max();
    last.map(|last| Task { what: String::new(), by: last.plus_days(i64::from(days)) }).into_iter().collect()
}
