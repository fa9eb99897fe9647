//! Deadlines of releases: their approval, the next reading of their archive.

use super::{ArchiveCheck, Release, ReleaseState as S};
use crate::domain::approval;
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE, Task};
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
    .others(approval::who_must_sign),
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

/// The next reading of the archive, an interval after the last one that found it unchanged. A reading that found it changed is
/// looked into at once.
fn next_archive_check(case: &Case) -> Vec<Task> {
    let Some(release) = case.data.typed::<Release>() else { return Vec::new() };
    let same = |row: &&ArchiveCheck| row.sha256.eq_ignore_ascii_case(&release.archive_sha256);
    let newest =
        release.archive_checks.iter().filter(|row| row.checked_on.is_some()).max_by_key(|row| row.checked_on);
    if let Some(changed) = newest.filter(|row| !same(row))
        && let Some(by) = changed.checked_on
    {
        return vec![Task {
            what: "The archive was read with another SHA-256: find out why and restore it".to_owned(),
            by,
        }];
    }
    let Some(days) = case.world.governing().plan().archive_check_days else { return Vec::new() };
    let last = release.archive_checks.iter().filter(same).filter_map(|row| row.checked_on).max();
    last.map(|last| Task { what: String::new(), by: last.plus_days(i64::from(days)) }).into_iter().collect()
}
