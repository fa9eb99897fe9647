//! Rules about changes, their approval and their implementation (domain 3.4, CR). What an analysis must say is in `analyses`.

use std::sync::Arc;

use super::{Applies, Hit, Look, Rule, Severity as S, analyses};
use crate::domain::approval::{self, Approval, ApprovalState};
use crate::domain::change_request::{
    ActivityDone, ActivityRow, ChangeRequest, ChangeState as State, ChangeType, Urgency,
};
use crate::domain::choice::Choice as _;
use crate::domain::communication;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::impact_analysis::{ImpactAnalysis, ImpactState};
use crate::domain::release::{Release, ReleaseState, uncovered};
use crate::domain::role::Role;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Meaning;
use crate::domain::test_record::{TestRecord, TestRecordState};
use crate::domain::time::{Day, Moment};

const KIND: Kind = Kind::ChangeRequest;
const ANALYSIS: Kind = Kind::ImpactAnalysis;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "CR-01",
        "IEC 62304 6.2.3, 7.4.1",
        S::Critical,
        ("A change has no reviewed impact analysis", "Analyse the change and have the analysis reviewed."),
        no_analysis,
    )
    .place(KIND),
    Rule::new(
        "CR-02",
        "IEC 62304 7.4.1",
        S::Critical,
        (
            "A security patch or SOUP update was applied without an impact analysis",
            "Raise a deviation; analyse the change after the fact, marked as such.",
        ),
        patch_without_analysis,
    )
    .place(KIND),
    Rule::new(
        "CR-03",
        "IEC 62304 6.2.4, 8.2.1",
        S::Critical,
        ("Work started before the approval", "Raise a deviation that names the change."),
        early_work,
    )
    .place(KIND),
    Rule::new(
        "CR-04",
        "IEC 62304 8.2.1",
        S::Critical,
        (
            "A configuration item changed without an approved change request",
            "Open a change request and raise a deviation.",
        ),
        uncovered_items,
    )
    .place(Kind::Release),
    Rule::new(
        "CR-05",
        "IEC 62304 6.2.4",
        S::Major,
        ("Approved by somebody without authority", "Have the roles of the plan sign."),
        wrong_roles,
    )
    .place(Kind::Approval),
    Rule::new(
        "CR-06",
        "IEC 62304 8.2.1",
        S::Critical,
        ("A change was altered after its approval", "Return it to analysis and approve it again."),
        altered,
    )
    .place(KIND),
    Rule::new(
        "CR-07",
        "IEC 62304 6.2.3",
        S::Major,
        ("The effect on the organisation or on interfacing systems is not analysed", "Answer Q02 and Q03."),
        |look| analyses::unanswered(look, &["Q02", "Q03"], |_| true),
    )
    .place(ANALYSIS),
    Rule::new(
        "CR-08",
        "IEC 62304 7.4.2",
        S::Major,
        (
            "Interference with existing risk controls is not shown",
            "Answer Q06 and list the controls that were examined.",
        ),
        analyses::controls_not_shown,
    )
    .only(Applies::ClassBC)
    .place(ANALYSIS),
    Rule::new(
        "CR-09",
        "IEC 62304 7.4.3",
        S::Major,
        (
            "Risk activities are required and not evidenced",
            "Enter the version of the risk management file after the change.",
        ),
        analyses::risk_activities,
    )
    .only(Applies::ClassBC)
    .place(ANALYSIS),
    Rule::new(
        "CR-10",
        "IEC 62304 8.2.2, 4.3",
        S::Critical,
        ("A change of the safety class is not processed", "Approve the class of the product again."),
        analyses::class_not_approved,
    )
    .place(Kind::Product),
    Rule::new(
        "CR-11",
        "IEC 62304 6.3.1",
        S::Major,
        ("It is not determined which activities are repeated", "Decide each activity of clause 5."),
        activities_open,
    )
    .place(KIND),
    Rule::new(
        "CR-12",
        "IEC 62304 8.2.3, 5.7.3",
        S::Major,
        ("No justification of the regression tests", "Say which regression tests were chosen and why."),
        no_regression,
    )
    .place(KIND),
    Rule::new(
        "CR-13",
        "IEC 62304 9.8",
        S::Major,
        ("A test record is incomplete", "Enter what is missing."),
        test_records,
    )
    .place(KIND),
    Rule::new(
        "CR-14",
        "IEC 62304 6.2.5",
        S::Major,
        (
            "It is not decided whether users and authorities are told",
            "Issue a communication, or sign that none is required.",
        ),
        not_communicated,
    )
    .place(Kind::Communication),
    Rule::new(
        "CR-15",
        "IEC 62304 6.2.4",
        S::Minor,
        ("A change waits too long for its approval", "Decide it."),
        pending,
    )
    .place(KIND),
    Rule::new(
        "CR-16",
        "IEC 62304 6.2.4",
        S::Major,
        ("The documentation of an emergency is overdue", "Complete the activities that were postponed."),
        emergency_follow_up,
    )
    .place(KIND),
    Rule::new(
        "CR-17",
        "ISO 13485 7.3.9",
        S::Minor,
        ("The effect on products in the field is not considered", "Answer Q20."),
        |look| analyses::unanswered(look, &["Q20"], |_| true),
    )
    .place(ANALYSIS),
    Rule::new(
        "CR-18",
        "21 CFR 807.81",
        S::Major,
        ("The 510(k) decision is not documented", "Answer Q22, and attach the letter to file."),
        analyses::letter_to_file,
    )
    .only(Applies::Us)
    .place(KIND),
    Rule::new(
        "CR-19",
        "MDR 120, Annex IX",
        S::Major,
        ("Significance or UDI is not decided", "Answer Q23 and Q24."),
        |look| analyses::unanswered(look, &["Q23", "Q24"], |_| true),
    )
    .only(Applies::Eu)
    .place(ANALYSIS),
    Rule::new(
        "CR-20",
        "IEC 62304 8.2.2",
        S::Major,
        (
            "The implementation differs from the approved request",
            "Describe the deviation, or return the change to analysis.",
        ),
        differs,
    )
    .place(KIND),
];

pub(super) type Change = (SharedRecord, Arc<ChangeRequest>);

/// The changes that are neither given up nor void.
pub(super) fn standing(look: &Look) -> Vec<Change> {
    let all = look.all::<ChangeRequest>().into_iter();
    all.filter(|(data, _)| !State::of(data).is_some_and(State::is_given_up)).collect()
}

/// The analysis of a change, unless it is void.
pub(super) fn analysis_of(
    look: &Look,
    change: &ChangeRequest,
) -> Option<(SharedRecord, Arc<ImpactAnalysis>)> {
    let data = look.world.record(change.impact_analysis?)?;
    let content = data.typed::<ImpactAnalysis>()?;
    (ImpactState::of(&data) != Some(ImpactState::Void)).then_some((data, content))
}

/// Whether work on a change has started.
fn is_started(data: &SharedRecord, change: &ChangeRequest) -> bool {
    let state = State::of(data);
    change.work_started_at.is_some() || state.is_some_and(|state| state.is_being_made() || state.is_done())
}

/// The changes that wait for their approval, or are approved.
pub(super) fn submitted(look: &Look) -> Vec<Change> {
    let mut found = standing(look);
    found.retain(|(data, _)| {
        State::of(data).is_some_and(|state| state == State::AwaitingApproval || state.is_approved_or_later())
    });
    found
}

/// The changes on which the work is done.
pub(super) fn done(look: &Look) -> Vec<Change> {
    let mut found = standing(look);
    found.retain(|(data, _)| State::of(data).is_some_and(State::is_done));
    found
}

/// The changes that are verified.
pub(super) fn verified(look: &Look) -> Vec<Change> {
    let mut found = standing(look);
    found.retain(|(data, _)| State::of(data).is_some_and(State::is_verified));
    found
}

fn no_analysis(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in submitted(look) {
        let reviewed = analysis_of(look, &change)
            .is_some_and(|(analysis, _)| ImpactState::of(&analysis).is_some_and(ImpactState::is_reviewed));
        if !reviewed {
            hits.push(Hit::at(data.head.id, "It has no reviewed impact analysis").field("impact_analysis"));
        }
    }
    hits
}

/// Whether the work began under an approval that has ended since: after a return to analysis everything is newer than the work.
pub(super) fn began_under_another(look: &Look, change: RecordId, started: Moment) -> bool {
    look.world.naming(change, Kind::Approval, "subject").iter().any(|data| {
        data.head.created_at <= started
            && matches!(ApprovalState::of(data), Some(ApprovalState::Invalidated | ApprovalState::Expired))
    })
}

fn patch_without_analysis(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in standing(look) {
        let security = change.change_type == Some(ChangeType::Security);
        let id = data.head.id;
        let concerns = security || !change.affected_soup.is_empty();
        if !concerns || !is_started(&data, &change) {
            continue;
        }
        // Where it is not entered when the work started, it had at the latest when the change came into its state.
        let happened = change.work_started_at.unwrap_or(data.head.state_since);
        let what = if security { "security patch" } else { "SOUP update" };
        let Some((analysis, content)) = analysis_of(look, &change) else {
            let text = format!("The {what} was started without an impact analysis");
            hits.push(Hit::at(id, text).field("impact_analysis").told(look.told(id, happened)));
            continue;
        };
        let started = change.work_started_at;
        if started.is_some_and(|started| began_under_another(look, id, started)) {
            continue;
        }
        let locked = ImpactState::of(&analysis) == Some(ImpactState::Locked);
        let after = |at: Option<Moment>| at.zip(started).is_some_and(|(at, started)| at > started);
        if !locked || after(Some(analysis.head.state_since)) || after(content.performed_at) {
            let text = format!("Work on the {what} started before {} was approved with it", analysis.head.id);
            hits.push(Hit::at(id, text).field("work_started_at").told(look.told(id, happened)));
        }
    }
    hits
}

/// The approvals of a record that are granted.
pub(super) fn grants(look: &Look, subject: RecordId) -> Vec<SharedRecord> {
    let mut found = look.world.naming(subject, Kind::Approval, "subject");
    found.retain(|data| ApprovalState::of(data) == Some(ApprovalState::Granted));
    found
}

fn early_work(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in standing(look) {
        let id = data.head.id;
        let Some(start) = change.work_started_at else { continue };
        let granted = grants(look, id).iter().map(|approval| approval.head.state_since).min();
        let text = match granted {
            None => format!("Work started at {}, and there is no approval", start.words()),
            Some(granted) if start < granted => {
                format!("Work started at {}, before its approval at {}", start.words(), granted.words())
            }
            Some(_) => continue,
        };
        if !began_under_another(look, id, start) {
            hits.push(Hit::at(id, text).field("work_started_at").told(look.told(id, start)));
        }
    }
    hits
}

fn uncovered_items(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, release) in look.all::<Release>() {
        let id = data.head.id;
        if !ReleaseState::of(&data).is_some_and(ReleaseState::was_released) || release.predecessor.is_none() {
            continue;
        }
        for difference in uncovered(look.world, &release) {
            let text = format!("No approved change request is behind a difference: {}", difference.words());
            hits.push(
                Hit::at(id, text).field("change_requests").told(look.told(id, look.released_at(&data))),
            );
        }
    }
    hits
}

/// A role that an approval requires and in which nobody approved, whatever became of the content since.
pub(super) fn missing_role(look: &Look, approval: &SharedRecord) -> Option<Role> {
    let signatures = look.world.signatures(approval.head.id).into_iter();
    let approving = signatures.filter(|signature| signature.meaning == Meaning::Approved);
    let signed: Vec<Role> = approving.flat_map(|signature| signature.roles).collect();
    let content = approval.typed::<Approval>()?;
    content.required_roles.iter().copied().find(|role| !signed.contains(role))
}

fn wrong_roles(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for data in look.world.in_states(Kind::Approval, &[ApprovalState::Granted.code()]) {
        if let Some(role) = missing_role(look, &data) {
            let text = format!("It is granted, and nobody signed as {}", role.word().to_lowercase());
            hits.push(Hit::at(data.head.id, text).field("required_roles"));
        }
    }
    hits
}

fn altered(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, _) in standing(look) {
        if !State::of(&data).is_some_and(State::is_approved_or_later) {
            continue;
        }
        let last = grants(look, data.head.id).into_iter().max_by_key(|approval| approval.head.state_since);
        if let Some(granted) = last.filter(|granted| !approval::covers_hold(look.world, granted)) {
            let text = format!("What {} approved is no longer what the change says", granted.head.id);
            hits.push(Hit::at(data.head.id, text));
        }
    }
    hits
}

fn activities_open(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in done(look) {
        let open = change.activities.iter().find(|row: &&ActivityRow| row.decision.is_none());
        let text = match open {
            _ if change.activities.is_empty() => "No activity of clause 5 is decided".to_owned(),
            Some(row) => format!("The activity {} is not decided", row.activity),
            None => continue,
        };
        hits.push(Hit::at(data.head.id, text).field("activities"));
    }
    hits
}

fn no_regression(look: &Look) -> Vec<Hit> {
    let bare = verified(look).into_iter().filter(|(_, change)| change.regression_rationale.trim().is_empty());
    bare.map(|(data, _)| {
        Hit::at(data.head.id, "It is verified, and the regression tests are not justified")
            .field("regression_rationale")
    })
    .collect()
}

/// The elements of 9.8. While its change is being verified, a record is being written.
fn test_records(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, test) in look.all::<TestRecord>() {
        let change = data.head.parent.and_then(|id| look.world.record(id));
        let counts = TestRecordState::of(&data) == Some(TestRecordState::Recorded)
            && change.is_some_and(|change| State::of(&change).is_some_and(State::is_verified));
        let missing = test.missing_fields();
        if let (true, Some((field, _))) = (counts, missing.first()) {
            let words: Vec<&str> = missing.iter().map(|(_, words)| *words).collect();
            let text = format!("The test record lacks {}", words.join(", "));
            hits.push(Hit::at(data.head.id, text).field(field));
        }
    }
    hits
}

fn not_communicated(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in standing(look) {
        if !State::of(&data).is_some_and(State::is_released) {
            continue;
        }
        let open = communication::decided_for_change(&look.case(&data), &change).into_iter();
        let open = open.filter(|condition| !condition.met);
        hits.extend(open.map(|condition| Hit::at(data.head.id, format!("Still open: {}", condition.text))));
    }
    hits
}

fn pending(look: &Look) -> Vec<Hit> {
    let waiting = look.world.in_states(KIND, &[State::AwaitingApproval.code()]);
    let Some(days) = look.world.governing().plan().change_pending_days else { return Vec::new() };
    waiting
        .into_iter()
        .map(|data| (look.today().days_since(data.head.state_since.day()), data))
        .filter(|(waits, _)| *waits > i64::from(days))
        .map(|(waits, data)| Hit::at(data.head.id, format!("It waits for its approval for {waits} days")))
        .collect()
}

fn emergency_follow_up(look: &Look) -> Vec<Hit> {
    let today = look.today();
    let late = |row: &&ActivityDone| {
        let open = row.done_at.is_none() || row.evidence.trim().is_empty();
        open && row.complete_by.is_some_and(|by: Day| by < today)
    };
    let mut hits = Vec::new();
    for (data, change) in standing(look) {
        let emergency = change.urgency == Some(Urgency::Emergency);
        if let Some(row) = change.activities_done.iter().find(late).filter(|_| emergency) {
            let by = row.complete_by.map_or_else(String::new, |day| day.to_string());
            let text = format!("The evidence of {} was to be complete by {by}", row.activity);
            hits.push(Hit::at(data.head.id, text).field("activities_done"));
        }
    }
    hits
}

fn differs(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in done(look) {
        let other = change.changed_cis.iter().find(|ci| !change.affected_cis.contains(ci));
        if let Some(other) = other.filter(|_| change.deviation.trim().is_empty()) {
            let text = format!("Changed, and not among the approved items: {other}");
            hits.push(Hit::at(data.head.id, text).field("changed_cis"));
        }
    }
    hits
}
