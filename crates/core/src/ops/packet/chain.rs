//! A change with its supporting records, and the moments of its steps from the audit trail.

use super::communications::Told;
use super::deviations::{self, Deviation};
use super::order::{OrderCheck, OrderStep, check_order};
use super::paper::Paper;
use super::releases::Released;
use super::trail;
use crate::domain::approval::ApprovalState;
use crate::domain::change_request::{ChangeRequest, ChangeState, REANALYSE};
use crate::domain::event::Event;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::impact_analysis::ImpactState;
use crate::domain::problem_report::ProblemState;
use crate::domain::record::RecordData;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use mainstay_base::time::Moment;

/// One change with its records.
pub(super) struct ChangeChain {
    pub change: RecordPage,
    pub content: ChangeRequest,
    pub feedback: Vec<RecordId>,
    pub problems: Vec<RecordId>,
    /// The analysis in force last, preceded by the earlier ones.
    pub analyses: Vec<RecordId>,
    pub approvals: Vec<RecordId>,
    /// The releases that contain it.
    pub releases: Vec<Released>,
    /// The communications that name it or one of its releases.
    pub told: Vec<Told>,
    pub deviations: Vec<Deviation>,
    /// Its test records, the struck ones included.
    pub tests: Vec<RecordData>,
}

/// A step of the order with the event that documents it.
pub(super) struct ShownStep {
    pub step: OrderStep,
    pub record: Option<RecordId>,
    pub event: Option<u64>,
    pub who: String,
}

impl ChangeChain {
    pub fn of(paper: &mut Paper<'_>, id: RecordId) -> Result<Self, Refused> {
        let change = paper.page(id)?;
        let content: ChangeRequest = change
            .data
            .typed()
            .ok_or_else(|| Refused::Rule(format!("{id} cannot be read; verify the file")))?;
        let ids = |page: &RecordPage, kind: Kind| -> Vec<RecordId> {
            page.trace
                .iter()
                .flat_map(|step| &step.records)
                .map(|(id, ..)| *id)
                .filter(|id| id.kind == kind)
                .collect()
        };
        let mut feedback = ids(&change, Kind::Feedback);
        feedback.dedup();
        let problems = content.problem_reports.clone();
        // A problem may have several changes. They share its feedback, but not their analyses.
        let refer = |kind: Kind| -> Result<Vec<RecordId>, Refused> {
            Ok(paper.file.referring(id, kind)?.iter().map(|data| data.head.id).collect())
        };
        let mut analyses = refer(Kind::ImpactAnalysis)?;
        analyses.sort_by_key(|analysis| {
            (Some(*analysis) != content.impact_analysis, std::cmp::Reverse(analysis.number))
        });
        let approvals = refer(Kind::Approval)?;
        let tests = paper.file.parts(id, Kind::TestRecord)?;
        for test in &tests {
            paper.mark_printed(test.head.id);
        }
        let releases = Released::with_change(paper, id)?;
        let mut named = vec![id];
        named.extend(releases.iter().map(|released| released.id()));
        let told = Told::about(paper, &named)?;
        let deviations = deviations::naming(paper, &[(id, "change_requests")])?;
        Ok(Self {
            change,
            content,
            feedback,
            problems,
            analyses,
            approvals,
            releases,
            told,
            deviations,
            tests,
        })
    }

    /// All records of the chain in the order of printing.
    pub fn ids(&self) -> Vec<RecordId> {
        let mut ids = vec![self.change.data.head.id];
        ids.extend(self.analyses.iter().chain(&self.approvals).chain(&self.problems).chain(&self.feedback));
        ids.extend(self.tests.iter().map(|test| test.head.id));
        ids
    }

    /// The steps of the change in their required order, each with the last event that took it, and the events that
    /// returned the change to analysis. Anything before the last return belongs to an earlier round.
    pub fn steps(&self, paper: &Paper<'_>) -> Result<(Vec<ShownStep>, Vec<u64>), Refused> {
        let change = self.change.data.head.id;
        let mut ids = vec![change];
        ids.extend(self.analyses.first());
        ids.extend(&self.approvals);
        ids.extend(&self.problems);
        let events = trail::events(paper, &ids)?;
        let reanalyse = format!("{}.{REANALYSE}", Kind::ChangeRequest.code());
        let returns: Vec<&Event> = events
            .iter()
            .filter(|event| event.request == reanalyse && event.record == Some(change))
            .collect();
        let round = returns.last().map_or(0, |event| event.seq);
        let opened = events.iter().find(|event| event.moves(change, ChangeState::Draft.code()));
        let in_round: Vec<Event> = events.iter().filter(|event| event.seq > round).cloned().collect();
        let into =
            |kind: Kind, state: &str| last_into(&in_round, kind, state, self.analyses.first().copied());
        let on = |state: ChangeState| {
            let entered = in_round.iter().rev().find(|event| event.moves(change, state.code()));
            entered.map(|event| (event, change))
        };
        let mut steps = vec![
            shown("Change request opened", "IEC 62304 8.2.1", false, opened.map(|event| (event, change))),
            shown(
                "Impact analysis completed",
                "IEC 62304 6.2.3",
                true,
                into(Kind::ImpactAnalysis, ImpactState::Complete.code()),
            ),
            shown(
                "Impact analysis reviewed",
                "IEC 62304 6.2.3, 7.4",
                true,
                into(Kind::ImpactAnalysis, ImpactState::Reviewed.code()),
            ),
            shown(
                "Approval granted",
                "IEC 62304 6.2.4, 8.2.1",
                true,
                into(Kind::Approval, ApprovalState::Granted.code()),
            ),
            self.declared_start(paper, returns.last().map(|event| event.at)),
            shown("Implemented", "IEC 62304 8.2.2", false, on(ChangeState::Implemented)),
            shown("Verified", "IEC 62304 8.2.3", false, on(ChangeState::Verified)),
        ];
        if steps[4].step.at.is_none() {
            steps[4] =
                shown("Work released to begin", "IEC 62304 8.2.1", false, on(ChangeState::Implementing));
        }
        steps.push(shown("Released", "IEC 62304 6.3.2", false, on(ChangeState::Released)));
        if !self.problems.is_empty() {
            let closed = into(Kind::ProblemReport, ProblemState::Closed.code());
            steps.push(shown("Problem closed", "IEC 62304 9.7", false, closed));
            // A problem may be closed as fixed and unreleased, so neither of the two comes first.
            let last = steps.len() - 2;
            steps[last..].sort_by_key(|shown| (shown.step.at.is_none(), shown.step.at));
        }
        Ok((steps, returns.iter().map(|event| event.seq).collect()))
    }

    /// The declared start of the work, which may be before its entry. A start in an earlier round does not count until
    /// the change is implemented again.
    fn declared_start(&self, paper: &Paper<'_>, returned: Option<Moment>) -> ShownStep {
        let made = !ChangeState::of(&self.change.data).is_some_and(ChangeState::is_before_implemented);
        let who: Vec<String> = self.content.implemented_by.iter().map(|id| paper.name(*id)).collect();
        let step = OrderStep {
            label: "Work began, as declared",
            clause: "IEC 62304 6.2.4",
            at: self
                .content
                .work_started_at
                .filter(|at| made || returned.is_none_or(|returned| *at >= returned)),
            mandatory: false,
        };
        ShownStep { step, record: Some(self.change.data.head.id), event: None, who: who.join(", ") }
    }

    /// The order check over the steps.
    pub fn check(steps: &[ShownStep]) -> OrderCheck {
        check_order(&steps.iter().map(|shown| shown.step.clone()).collect::<Vec<_>>())
    }
}

/// The last event that moved a record of the kind into the state; of analyses only the one in force counts.
fn last_into<'a>(
    events: &'a [Event],
    kind: Kind,
    state: &str,
    analysis: Option<RecordId>,
) -> Option<(&'a Event, RecordId)> {
    events.iter().rev().find_map(|event| {
        event
            .changes
            .iter()
            .map(|change| change.record)
            .filter(|id| id.kind == kind && (kind != Kind::ImpactAnalysis || Some(*id) == analysis))
            .find(|id| event.moves(*id, state))
            .map(|id| (event, id))
    })
}

fn shown(
    label: &'static str,
    clause: &'static str,
    mandatory: bool,
    found: Option<(&Event, RecordId)>,
) -> ShownStep {
    let at: Option<Moment> = found.map(|(event, _)| event.at);
    ShownStep {
        step: OrderStep { label, clause, at, mandatory },
        record: found.map(|(_, id)| id),
        event: found.map(|(event, _)| event.seq),
        who: found.map_or_else(String::new, |(event, _)| event.name.clone()),
    }
}
