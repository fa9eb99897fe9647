//! Rules about changes, their analysis, approval and implementation, and about bypasses (domain 3.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::approval::{self, Approval, ApprovalState};
use crate::domain::change_request::{
    ActivityRow, ChangeRequest, ChangeState as State, ChangeType, RegulatoryDecision,
};
use crate::domain::communication;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::impact_analysis::{Answer, ImpactAnalysis, ImpactState, RATIONALE_CHARS_MIN};
use crate::domain::process_deviation::ProcessDeviation;
use crate::domain::product::Market;
use crate::domain::release::{Release, ReleaseState, uncovered};
use crate::domain::review_item::{ReviewItem, is_done};
use crate::domain::shared_record::SharedRecord;
use crate::domain::test_record::{TestRecord, TestRecordState};
use crate::domain::time::Day;

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
        |look| unanswered(look, &["Q02", "Q03"], |_, _| true),
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
        controls_not_shown,
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
        risk_activities,
    )
    .only(Applies::ClassBC)
    .place(ANALYSIS),
    Rule::new(
        "CR-10",
        "IEC 62304 8.2.2, 4.3",
        S::Critical,
        ("A change of the safety class is not processed", "Approve the class of the product again."),
        class_not_approved,
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
        |look| unanswered(look, &["Q20"], |_, _| true),
    )
    .place(ANALYSIS),
    Rule::new(
        "CR-18",
        "21 CFR 807.81",
        S::Major,
        ("The 510(k) decision is not documented", "Answer Q22, and attach the letter to file."),
        letter_to_file,
    )
    .only(Applies::Us)
    .place(KIND),
    Rule::new(
        "CR-19",
        "MDR 120, Annex IX",
        S::Major,
        ("Significance or UDI is not decided", "Answer Q23 and Q24."),
        |look| unanswered(look, &["Q23", "Q24"], |_, _| true),
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
    Rule::new(
        "IA-01",
        "IEC 62304 7.4",
        S::Major,
        ("An impact analysis has no author or date", "Enter who analysed it and when."),
        no_author,
    )
    .place(ANALYSIS),
    Rule::new(
        "IA-02",
        "IEC 62304 7.4.1",
        S::Critical,
        (
            "An impact analysis was written after the work started",
            "Raise a deviation; the analysis stays marked.",
        ),
        after_the_fact,
    )
    .place(ANALYSIS),
    Rule::new(
        "IA-03",
        "IEC 62304 7.4",
        S::Minor,
        ("An impact analysis was not reviewed by a second person", "Have it reviewed."),
        not_reviewed,
    )
    .only(Applies::ClassBC)
    .place(ANALYSIS),
    Rule::new(
        "IA-04",
        "FDA postmarket cybersecurity",
        S::Minor,
        ("It is not shown that the fix is safer than the flaw", "Answer Q12."),
        |look| unanswered(look, &["Q12"], |change, _| change.change_type == Some(ChangeType::Security)),
    )
    .place(ANALYSIS),
    Rule::new(
        "IA-05",
        "Good practice",
        S::Info,
        ("The rationales look like boilerplate", "Write to each question what is special about this change."),
        boilerplate,
    )
    .place(ANALYSIS),
    Rule::new(
        "IA-06",
        "IEC 62304 7.1.3",
        S::Major,
        ("A new SOUP version was adopted without evaluating its anomalies", "Review the version."),
        new_soup_not_reviewed,
    )
    .only(Applies::ClassBC)
    .place(Kind::SoupReview),
    Rule::new(
        "DEV-01",
        "IEC 62304 8.2.1",
        S::Major,
        ("A bypass of change control is not corrected", "Close the deviation, with its corrective action."),
        open_deviations,
    )
    .place(Kind::ProcessDeviation),
];

type Change = (SharedRecord, Arc<ChangeRequest>);

/// The changes that are neither given up nor void.
fn standing(look: &Look) -> Vec<Change> {
    let all = look.all::<ChangeRequest>().into_iter();
    all.filter(|(data, _)| !State::of(data).is_some_and(State::is_given_up)).collect()
}

fn analysis_of(look: &Look, change: &ChangeRequest) -> Option<(SharedRecord, Arc<ImpactAnalysis>)> {
    let data = look.world.record(change.impact_analysis?)?;
    let content = data.typed::<ImpactAnalysis>()?;
    Some((data, content))
}

/// Whether work on a change may have started.
fn is_started(data: &SharedRecord, change: &ChangeRequest) -> bool {
    let state = State::of(data);
    change.work_started_at.is_some() || state.is_some_and(|state| state.is_being_made() || state.is_done())
}

fn waits_or_later(data: &SharedRecord) -> bool {
    State::of(data).is_some_and(|state| state == State::AwaitingApproval || state.is_approved_or_later())
}

fn no_analysis(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in standing(look).into_iter().filter(|(data, _)| waits_or_later(data)) {
        let reviewed = analysis_of(look, &change)
            .is_some_and(|(analysis, _)| ImpactState::of(&analysis).is_some_and(ImpactState::is_reviewed));
        if !reviewed {
            hits.push(Hit::at(data.head.id, "It has no reviewed impact analysis").field("impact_analysis"));
        }
    }
    hits
}

fn patch_without_analysis(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in standing(look) {
        if !change.soup_or_security() || !is_started(&data, &change) {
            continue;
        }
        let what =
            if change.change_type == Some(ChangeType::Security) { "security patch" } else { "SOUP update" };
        match analysis_of(look, &change) {
            None => hits.push(
                Hit::at(data.head.id, format!("The {what} was started without an impact analysis"))
                    .field("impact_analysis"),
            ),
            Some((analysis, content)) => {
                let late = content
                    .performed_at
                    .zip(change.work_started_at)
                    .is_some_and(|(made, start)| made > start);
                if late {
                    hits.push(Hit::at(
                        data.head.id,
                        format!("{} was made after work on the {what} started", analysis.head.id),
                    ));
                }
            }
        }
    }
    hits
}

/// The day and moment of the grant of the approvals of a change that stand.
fn grants(look: &Look, change: RecordId) -> Vec<(SharedRecord, Arc<Approval>)> {
    let all = look.world.naming(change, Kind::Approval, "subject");
    all.into_iter()
        .filter(|data| ApprovalState::of(data) == Some(ApprovalState::Granted))
        .filter_map(|data| {
            let content = data.typed::<Approval>()?;
            Some((data, content))
        })
        .collect()
}

fn early_work(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in standing(look) {
        let Some(start) = change.work_started_at else { continue };
        let granted =
            grants(look, data.head.id).into_iter().map(|(approval, _)| approval.head.state_since).min();
        let text = match granted {
            None if State::of(&data).is_some_and(State::is_approved_or_later) => continue,
            None => format!("Work started at {}, and there is no approval", start.words()),
            Some(granted) if start < granted => {
                format!("Work started at {}, before its approval at {}", start.words(), granted.words())
            }
            Some(_) => continue,
        };
        hits.push(Hit::at(data.head.id, text).field("work_started_at"));
    }
    hits
}

fn uncovered_items(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, release) in look.all::<Release>() {
        if !ReleaseState::of(&data).is_some_and(ReleaseState::was_released) || release.predecessor.is_none() {
            continue;
        }
        for difference in uncovered(look.world, &release) {
            hits.push(Hit::at(
                data.head.id,
                format!("{}: no approved change request is behind it", difference.words()),
            ));
        }
    }
    hits
}

fn wrong_roles(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in look.all::<Approval>() {
        if ApprovalState::of(&data) != Some(ApprovalState::Granted) {
            continue;
        }
        let signed = approval::signed_roles(look.world, &data);
        let missing = content.required_roles.iter().find(|role| !signed.contains(role));
        if let Some(role) = missing {
            let word = crate::domain::choice::Choice::word(*role).to_lowercase();
            hits.push(Hit::at(data.head.id, format!("It is granted, and nobody signed as {word}")));
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
        let grants = grants(look, data.head.id);
        let last = grants.iter().max_by_key(|(approval, _)| approval.head.state_since);
        if let Some((granted, _)) = last
            && !approval::covers_hold(look.world, granted)
        {
            hits.push(Hit::at(
                data.head.id,
                format!("What {} approved is no longer what the change says", granted.head.id),
            ));
        }
    }
    hits
}

/// The analyses of changes that wait or are approved whose answer to one of these questions is missing.
fn unanswered(
    look: &Look,
    questions: &[&str],
    asked: fn(&ChangeRequest, &ImpactAnalysis) -> bool,
) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (_, change) in standing(look).into_iter().filter(|(data, _)| waits_or_later(data)) {
        let Some((analysis, content)) = analysis_of(look, &change) else { continue };
        if !asked(&change, &content) {
            continue;
        }
        let open: Vec<&str> = questions
            .iter()
            .filter(|code| content.answer(code).is_none_or(|row| row.answer.is_none()))
            .copied()
            .collect();
        if !open.is_empty() {
            hits.push(
                Hit::at(analysis.head.id, format!("{} is not answered", open.join(", "))).field("answers"),
            );
        }
    }
    hits
}

fn controls_not_shown(look: &Look) -> Vec<Hit> {
    let mut hits = unanswered(look, &["Q06"], |_, _| true);
    for (_, change) in standing(look).into_iter().filter(|(data, _)| waits_or_later(data)) {
        let Some((analysis, content)) = analysis_of(look, &change) else { continue };
        let no = content.answer("Q06").is_some_and(|row| row.answer == Some(Answer::No));
        if no && content.controls_examined.is_empty() {
            let text = "Q06 is answered No, and no controls are listed that were examined";
            hits.push(Hit::at(analysis.head.id, text).field("controls_examined"));
        }
    }
    hits
}

fn risk_activities(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in standing(look) {
        if !State::of(&data).is_some_and(State::is_verified) {
            continue;
        }
        let Some((analysis, content)) = analysis_of(look, &change) else { continue };
        if !content.required_risk_activities.is_empty() && content.rmf_after.is_empty() {
            hits.push(Hit::at(analysis.head.id, "Risk activities are required, and no version of the risk management file after the change is named").field("rmf_after"));
        }
    }
    hits
}

fn class_not_approved(look: &Look) -> Vec<Hit> {
    let product = crate::domain::product::PRODUCT;
    let signatures = look.world.signatures(product);
    let mut hits = Vec::new();
    for (data, change) in
        standing(look).into_iter().filter(|(data, _)| State::of(data).is_some_and(State::is_done))
    {
        let Some((_, content)) = analysis_of(look, &change) else { continue };
        let changes = content.answer("Q08").is_some_and(|row| row.answer == Some(Answer::Yes));
        let since = change.work_started_at.unwrap_or(data.head.created_at);
        if changes && !signatures.iter().any(|signature| signature.at >= since) {
            hits.push(Hit::at(
                data.head.id,
                "Q08 says that the safety class changes, and the class was not approved again",
            ));
        }
    }
    hits
}

fn activities_open(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, change) in
        standing(look).into_iter().filter(|(data, _)| State::of(data).is_some_and(State::is_done))
    {
        let open = change.activities.iter().find(|row: &&ActivityRow| row.decision.is_none());
        if change.activities.is_empty() {
            hits.push(Hit::at(data.head.id, "No activity of clause 5 is decided").field("activities"));
        } else if let Some(row) = open {
            hits.push(
                Hit::at(data.head.id, format!("The activity {} is not decided", row.activity))
                    .field("activities"),
            );
        }
    }
    hits
}

fn each(look: &Look, rule: fn(&SharedRecord, &ChangeRequest) -> Option<Hit>) -> Vec<Hit> {
    standing(look).into_iter().filter_map(|(data, change)| rule(&data, &change)).collect()
}

fn no_regression(look: &Look) -> Vec<Hit> {
    each(look, |data, change| {
        let verified = State::of(data).is_some_and(State::is_verified);
        (verified && change.regression_rationale.trim().is_empty()).then(|| {
            Hit::at(data.head.id, "It is verified, and the regression tests are not justified")
                .field("regression_rationale")
        })
    })
}

/// The seven elements of 9.8.
fn test_records(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, test) in look.all::<TestRecord>() {
        if TestRecordState::of(&data) == Some(TestRecordState::Struck) {
            continue;
        }
        let missing: Vec<&str> = [
            ("results", test.results.trim().is_empty()),
            ("anomalies", test.anomalies_found.trim().is_empty()),
            ("version", test.version_tested.is_empty()),
            ("configuration", test.configuration.trim().is_empty()),
            ("tools", test.tools.is_empty()),
            ("date", test.date.is_none()),
            ("tester", test.tester.is_empty()),
        ]
        .into_iter()
        .filter(|(_, missing)| *missing)
        .map(|(what, _)| what)
        .collect();
        if !missing.is_empty() {
            hits.push(Hit::at(data.head.id, format!("The test record lacks {}", missing.join(", "))));
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
        let open = communication::decided_for_change(&look.case(&data), &change);
        hits.extend(
            open.into_iter()
                .filter(|condition| !condition.met)
                .map(|condition| Hit::at(data.head.id, condition.text)),
        );
    }
    hits
}

fn pending(look: &Look) -> Vec<Hit> {
    let late = look.world.in_states(KIND, &[State::AwaitingApproval.code()]);
    let days = look.world.governing().plan().change_pending_days;
    let Some(days) = days else { return Vec::new() };
    late.into_iter()
        .filter(|data| data.head.state_since.day().plus_days(i64::from(days)) < look.today())
        .map(|data| {
            let waits = look.today().days_since(data.head.state_since.day());
            Hit::at(data.head.id, format!("It waits for its approval for {waits} days"))
        })
        .collect()
}

fn emergency_follow_up(look: &Look) -> Vec<Hit> {
    let today = look.today();
    let mut hits = Vec::new();
    for (data, change) in standing(look) {
        let late = change
            .activities_done
            .iter()
            .find(|row| row.evidence.trim().is_empty() && row.complete_by.is_some_and(|by: Day| by < today));
        if let Some(row) = late {
            hits.push(
                Hit::at(
                    data.head.id,
                    format!(
                        "The evidence of {} was to be complete by {}",
                        row.activity,
                        row.complete_by.map_or_else(String::new, |day| day.to_string())
                    ),
                )
                .field("activities_done"),
            );
        }
    }
    hits
}

fn letter_to_file(look: &Look) -> Vec<Hit> {
    let mut hits = unanswered(look, &["Q22"], |_, _| true);
    for (data, change) in
        standing(look).into_iter().filter(|(data, _)| State::of(data).is_some_and(State::is_done))
    {
        let letter = change.regulatory_decisions.iter().any(|row| {
            row.market == Some(Market::Us) && row.decision == Some(RegulatoryDecision::LetterToFile)
        });
        let attached = look.world.naming(data.head.id, Kind::Attachment, "subject");
        if letter && attached.is_empty() {
            hits.push(
                Hit::at(data.head.id, "The decision is a letter to file, and none is attached")
                    .field("regulatory_decisions"),
            );
        }
    }
    hits
}

fn differs(look: &Look) -> Vec<Hit> {
    each(look, |data, change| {
        if !State::of(data).is_some_and(State::is_done) || !change.deviation.trim().is_empty() {
            return None;
        }
        let other = change.changed_cis.iter().find(|ci| !change.affected_cis.contains(ci))?;
        Some(
            Hit::at(data.head.id, format!("{other} was changed and is not among the approved items"))
                .field("changed_cis"),
        )
    })
}

fn analyses(look: &Look) -> Vec<(SharedRecord, Arc<ImpactAnalysis>)> {
    let all = look.all::<ImpactAnalysis>().into_iter();
    all.filter(|(data, _)| {
        ImpactState::of(data).is_some_and(|state| {
            matches!(state, ImpactState::Complete | ImpactState::Reviewed | ImpactState::Locked)
        })
    })
    .collect()
}

fn no_author(look: &Look) -> Vec<Hit> {
    let found = analyses(look).into_iter();
    found
        .filter(|(_, content)| content.performed_by.is_empty() || content.performed_at.is_none())
        .map(|(data, _)| Hit::at(data.head.id, "It has no author or no date").field("performed_by"))
        .collect()
}

fn after_the_fact(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in analyses(look) {
        let Some(change) = content.change_request.and_then(|id| look.world.record(id)) else { continue };
        let start = change.typed::<ChangeRequest>().and_then(|change| change.work_started_at);
        if let Some(start) = start.filter(|start| data.head.created_at > *start) {
            hits.push(Hit::at(
                data.head.id,
                format!("It was written after work on {} started at {}", change.head.id, start.words()),
            ));
        }
    }
    hits
}

fn not_reviewed(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in analyses(look) {
        if !ImpactState::of(&data).is_some_and(ImpactState::is_reviewed) {
            continue;
        }
        let signers = look.world.signatures(data.head.id);
        let second = signers.iter().any(|signature| !content.performed_by.contains(&signature.signer));
        if !second {
            hits.push(Hit::at(data.head.id, "Nobody but its authors reviewed it"));
        }
    }
    hits
}

/// How many of the last analyses are compared.
const COMPARED: usize = 5;
/// The share of rationales that may be alike, in percent.
const ALIKE_PERCENT: usize = 80;

fn boilerplate(look: &Look) -> Vec<Hit> {
    let all = analyses(look);
    let last: Vec<_> = all.iter().rev().take(COMPARED).collect();
    let texts: Vec<String> = last
        .iter()
        .flat_map(|(_, content)| content.answers.iter())
        .filter(|row| row.answer.is_some())
        .map(|row| row.rationale.trim().to_lowercase())
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in &texts {
        *counts.entry(text.as_str()).or_default() += 1;
    }
    let poor = texts
        .iter()
        .filter(|text| {
            text.chars().count() < RATIONALE_CHARS_MIN
                || counts.get(text.as_str()).is_some_and(|count| *count > 1)
        })
        .count();
    let alike = last.len() >= 2 && poor * 100 >= texts.len() * ALIKE_PERCENT && !texts.is_empty();
    match last.first() {
        Some((data, _)) if alike => {
            vec![Hit::at(
                data.head.id,
                format!(
                    "{poor} of the {} rationales of the last {} analyses are alike or very short",
                    texts.len(),
                    last.len()
                ),
            )]
        }
        _ => Vec::new(),
    }
}

fn new_soup_not_reviewed(look: &Look) -> Vec<Hit> {
    let items = look.all::<ReviewItem>();
    let reviewed = |name: &str, version: &str| {
        items.iter().any(|(data, item)| {
            let named = item.item.and_then(|id| look.world.record(id));
            is_done(data)
                && *item.version_searched == *version
                && named.is_some_and(|named| named.title() == name)
        })
    };
    let mut hits = Vec::new();
    for (data, change) in
        standing(look).into_iter().filter(|(data, _)| State::of(data).is_some_and(State::is_verified))
    {
        for row in change.affected_soup.iter().filter(|row| !row.to.is_empty()) {
            if !reviewed(&row.item, &row.to) {
                hits.push(
                    Hit::at(
                        data.head.id,
                        format!("{} {} was adopted, and no review evaluated its anomalies", row.item, row.to),
                    )
                    .field("affected_soup"),
                );
            }
        }
    }
    hits
}

fn open_deviations(look: &Look) -> Vec<Hit> {
    let mut hits =
        look.late_hits(Kind::ProcessDeviation, "Close the process deviation", "The deviation is open.");
    for (data, deviation) in look.all::<ProcessDeviation>() {
        let closed = crate::domain::process_deviation::ProcessDeviationState::of(&data)
            == Some(crate::domain::process_deviation::ProcessDeviationState::Closed);
        if closed && deviation.capa_ref.is_empty() {
            hits.push(Hit::at(data.head.id, "It is closed without a corrective action").field("capa_ref"));
        }
    }
    hits
}
