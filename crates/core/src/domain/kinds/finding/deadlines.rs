//! Deadlines of findings: triage by severity, the clocks of an uncontrolled risk, patches, and when an accepted one is assessed again
//! (domain 6). All limits are values of the plan.

use super::{Finding, FindingState as S};
use crate::domain::communication::{CommunicationState, communications_of};
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE, Task};
use crate::domain::maintenance_plan::PatchSeverity;
use crate::domain::person::Role;
use crate::domain::workflow::Case;

const WAITING: &[&str] =
    &[S::New.code(), S::Triaged.code(), S::UnderInvestigation.code(), S::Proposed.code(), S::Reassess.code()];
const AFFECTED: &[&str] = &[
    S::AffectedControlled.code(),
    S::AffectedUncontrolled.code(),
    S::RiskAccepted.code(),
    S::ActionLinked.code(),
];

pub(super) const ALL: &[Deadline] = &[
    Deadline::new("Decide the finding", Role::SecurityLead, WAITING, Limit::Tasks(triage), "IEC 62304 7.1.3")
        .rank(1)
        .words(to_decide),
    Deadline::new(
        "Decide the finding",
        Role::SecurityLead,
        WAITING,
        Limit::Days("change_pending_days", STATE_SINCE),
        "IEC 62304 7.1.3",
    )
    .rank(2)
    .words(to_decide)
    .only(|case| triage(case).is_empty()),
    Deadline::new(
        "Act on the uncontrolled risk",
        Role::Regulatory,
        AFFECTED,
        Limit::Tasks(uncontrolled),
        "FDA postmarket cybersecurity",
    )
    .rank(0),
    Deadline::new(
        "Release the correction",
        Role::DevLead,
        AFFECTED,
        Limit::Tasks(patch),
        "IEC 81001-5-1 6.1.1",
    )
    .rank(1),
    Deadline::new(
        "Assess the accepted risk again",
        Role::RiskManager,
        &[S::RiskAccepted.code(), S::AffectedControlled.code(), S::ActionLinked.code()],
        Limit::Tasks(reassess),
        "ISO 14971",
    )
    .rank(1),
    Deadline::new(
        "Follow the finding up",
        Role::Quality,
        AFFECTED,
        Limit::Days("follow_up_days", STATE_SINCE),
        "IEC 62304 6.2.2",
    )
    .rank(2)
    .only(|case| uncontrolled(case).is_empty() && patch(case).is_empty() && reassess(case).is_empty()),
    Deadline::new(
        "Close the finding",
        Role::Quality,
        &[S::Remediated.code()],
        Limit::Days("follow_up_days", STATE_SINCE),
        "IEC 62304 7.1.3",
    ),
];

/// What is asked for: a decision, or the confirmation of the proposed one.
fn to_decide(case: &Case) -> String {
    let proposed = S::of(case.data) == Some(S::Proposed);
    if proposed { "Confirm the decision on the finding" } else { "Decide the finding" }.to_owned()
}

fn finding(case: &Case) -> Option<std::sync::Arc<Finding>> {
    case.data.typed::<Finding>()
}

fn triage(case: &Case) -> Vec<Task> {
    let Some(finding) = finding(case) else { return Vec::new() };
    let governing = case.world.governing();
    let severity = finding.severity.unwrap_or(PatchSeverity::Medium);
    let limit = governing.plan().finding_triage.iter().find(|row| row.severity == Some(severity));
    let again = S::of(case.data) == Some(S::Reassess);
    let from = if again { Some(case.data.head.state_since.day()) } else { finding.learned_on };
    let due = limit.and_then(|row| row.days).zip(from);
    due.map(|(days, from)| Task { what: String::new(), by: from.plus_days(i64::from(days)) })
        .into_iter()
        .collect()
}

fn uncontrolled(case: &Case) -> Vec<Task> {
    let Some(finding) = finding(case) else { return Vec::new() };
    if finding.risk_control != Some(super::RiskControl::Uncontrolled) {
        return Vec::new();
    }
    let Some(from) = finding.learned_on else { return Vec::new() };
    let governing = case.world.governing();
    let mut tasks = Vec::new();
    let told = communications_of(case.world, case.id())
        .iter()
        .any(|data| CommunicationState::of(data).is_some_and(CommunicationState::is_done));
    if let Some(days) = governing.plan().uncontrolled_tell_days.filter(|_| !told) {
        let what = "Tell users: interim controls and plan for the remedy".to_owned();
        tasks.push(Task { what, by: from.plus_days(i64::from(days)) });
    }
    if let Some(days) = governing.plan().uncontrolled_remedy_days {
        let what = "Bring a validated correction or lasting control to the users".to_owned();
        tasks.push(Task { what, by: from.plus_days(i64::from(days)) });
    }
    tasks
}

fn patch(case: &Case) -> Vec<Task> {
    let Some(finding) = finding(case) else { return Vec::new() };
    let governing = case.world.governing();
    let row = governing.plan().patch_timelines.iter().find(|row| row.severity == finding.severity);
    let due = row.and_then(|row| row.days).zip(finding.decided_on);
    due.map(|(days, from)| Task { what: String::new(), by: from.plus_days(i64::from(days)) })
        .into_iter()
        .collect()
}

fn reassess(case: &Case) -> Vec<Task> {
    let by = finding(case).and_then(|finding| finding.reassess_by);
    by.map(|by| Task { what: String::new(), by }).into_iter().collect()
}
