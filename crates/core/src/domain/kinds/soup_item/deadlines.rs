//! Deadlines of SOUP items: their evaluation, and the end of their support. Their reviews follow from the coverage of the releases in
//! service (`due`), for all items of a tier at once.

use super::{SoupItem, SoupItemState as S};
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE, Task};
use crate::domain::finding::FindingState;
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::workflow::Case;

/// Days before the end of support from which it is assessed what follows (domain 2.16).
pub const SUPPORT_AHEAD: i64 = 180;

pub(super) const ALL: &[Deadline] = &[Deadline::new(
    "Approve the SOUP item for use, or reject it",
    Role::DevLead,
    &[S::Proposed.code(), S::UnderEvaluation.code()],
    Limit::Days("change_pending_days", STATE_SINCE),
    "IEC 62304 8.1.2",
)];

/// The task to assess that the support of an item ends soon or has ended; none if somebody assesses it, or it is not used.
pub fn support_ends(case: &Case) -> Option<Task> {
    let item = case.data.typed::<SoupItem>().filter(|_| !case.data.is_terminal())?;
    let day = item.end_of_support.filter(|day| day.days_since(case.now.day()) <= SUPPORT_AHEAD)?;
    let findings = case.world.naming(case.id(), Kind::Finding, "items");
    let assessed = findings.iter().any(|data| {
        data.text("finding_kind") == "obsolescence" && FindingState::of(data) != Some(FindingState::Void)
    });
    let what = || format!("Assess the end of support of {}", case.data.title());
    (!assessed).then(|| Task { what: what(), by: day })
}
