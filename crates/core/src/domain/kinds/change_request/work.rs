//! Conditions of a change after its approval: the work matches the approval, the activities to be repeated are done, and the
//! change is verified (domain 2.4).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::rules::analysis_of;
use super::*;
use crate::domain::approval;
use crate::domain::communication;
use crate::domain::impact_analysis::Answer;
use crate::domain::policy::PLAN_RULES;
use crate::domain::problem_report::{self, ProblemState};
use crate::domain::process_deviation;
use crate::domain::record::Fields;
use crate::domain::signature::Meaning;
use crate::domain::test_record::{self, TestOutcome};
use crate::domain::workflow::{Case, Condition, Effect};

/// Moves the problems to resolving, and adds a row for the evidence of each activity to be repeated.
pub(super) fn work_starts(case: &Case, change: &ChangeRequest) -> Vec<Effect> {
    let problems: BTreeSet<RecordId> = change.problem_reports.iter().copied().collect();
    let mut effects: Vec<Effect> = problems
        .into_iter()
        .filter_map(|id| case.world.record(id))
        .filter(|problem| {
            matches!(ProblemState::of(problem), Some(ProblemState::Evaluated | ProblemState::ChangeRequested))
        })
        .map(|problem| Effect::Move { id: problem.head.id, go: problem_report::RESOLVING })
        .collect();
    let mut rows: Vec<Value> =
        change.activities_done.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
    let known = |code: &str| change.activities_done.iter().any(|row| *row.activity == *code);
    let waiting = change
        .activities
        .iter()
        .filter(|row| row.decision == Some(RepeatDecision::Repeat) && !known(&row.activity));
    rows.extend(waiting.map(|row| json!({"activity": row.activity})));
    if rows.len() > change.activities_done.len() {
        let mut set = Fields::new();
        set.insert("activities_done".into(), Value::Array(rows));
        effects.push(Effect::Set { id: case.id(), set });
    }
    effects
}

pub(super) fn made_as_approved(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let approved: Vec<&str> = change.affected_cis.iter().map(|ci| &**ci).collect();
    let others: Vec<&str> =
        change.changed_cis.iter().map(|ci| &**ci).filter(|ci| !approved.contains(ci)).collect();
    let described = change.as_specified == Some(true) || !change.deviation.trim().is_empty();
    let since = approval::granted(case).map(|data| data.head.state_since);
    let after = matches!((change.work_started_at, since), (Some(start), Some(granted)) if start >= granted);
    vec![
        Condition::new("IEC 62304 8.2.2", "Any deviation from the approved change is described", described).at("deviation"),
        Condition::new(
            "IEC 62304 8.2.2",
            if others.is_empty() {
                "Only approved configuration items were changed".to_owned()
            } else {
                format!(
                    "Only approved configuration items were changed; {} is not among them: return the change to analysis",
                    others.join(", ")
                )
            },
            others.is_empty(),
        )
        .at("changed_cis"),
        started_after_approval(case, after),
    ]
}

/// The work started after the approval. If it did not, a process deviation says so: nothing is dated back (domain 2.13).
fn started_after_approval(case: &Case, after: bool) -> Condition {
    let told = case.rules >= PLAN_RULES && process_deviation::of_change(case.world, case.id()).is_some();
    let text = match (after, case.rules >= PLAN_RULES) {
        (false, true) => {
            "The work started after the approval, or a process deviation says that it did not: raise one that names this change, and contain it"
        }
        (true, _) | (false, false) => "The work started after the approval",
    };
    Condition::new("IEC 62304 6.2.4", text, after || told).at("work_started_at")
}

/// Activities that come after the start of verification: testing, and the release.
const BY_VERIFICATION: [&str; 3] = ["5.6", "5.7", "Cybersecurity"];
const BY_RELEASE: &str = "5.8";

pub(super) fn repeats_done_or_scheduled(_: &Case, change: &ChangeRequest) -> Vec<Condition> {
    repeats_done(change, true, |code| code != BY_RELEASE && !BY_VERIFICATION.contains(&code))
}

/// A condition for each activity to be repeated that `counts` selects: it has evidence and a date. In an emergency some
/// activities may follow by a date, if `may_follow` is set (domain 2.4).
fn repeats_done(change: &ChangeRequest, may_follow: bool, counts: fn(&str) -> bool) -> Vec<Condition> {
    let emergency = may_follow && change.urgency == Some(Urgency::Emergency);
    change
        .activities
        .iter()
        .filter(|row| row.decision == Some(RepeatDecision::Repeat) && counts(&row.activity))
        .map(|row| {
            let mut entries = change.activities_done.iter().filter(|done| done.activity == row.activity);
            let done = entries.clone().any(|done| done.done_at.is_some() && !done.evidence.trim().is_empty());
            let follows = emergency
                && questions::activity(&row.activity).is_some_and(|activity| activity.may_follow)
                && entries.any(|done| done.complete_by.is_some());
            let text = format!("{} was repeated, with evidence and date", row.activity);
            Condition::new("IEC 62304 6.3.1", text, done || follows).at("activities_done")
        })
        .collect()
}

pub(super) fn verified(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let tests = test_record::counted(case.world, case.id());
    let incomplete: Vec<String> = tests
        .iter()
        .flat_map(|(id, test)| test.missing().into_iter().map(move |what| format!("{what} of {id}")))
        .collect();
    let passed = tests.iter().all(|(_, test)| test.outcome == Some(TestOutcome::Pass));
    let failures_reported = passed || !change.problems_found.is_empty();
    let mut conditions = vec![
        Condition::new(
            "IEC 62304 9.8",
            if incomplete.is_empty() {
                "Every test record has its seven elements".to_owned()
            } else {
                format!("Every test record has its seven elements; missing: {}", incomplete.join(", "))
            },
            incomplete.is_empty(),
        ),
        Condition::new("IEC 62304 9.8", "There is a test record", !tests.is_empty()),
        Condition::new("IEC 62304 8.2.3", "A failed test has a problem report", failures_reported)
            .at("problems_found"),
    ];
    conditions.extend(repeats_done(change, true, |code| code != BY_RELEASE));
    if case.world.product().class().is_b_or_c() {
        conditions.push(
            Condition::new(
                "IEC 62304 7.3.1",
                "It is described how risk controls were verified again",
                !change.risk_control_verification.trim().is_empty(),
            )
            .at("risk_control_verification"),
        );
    }
    conditions.extend(class_approved_again(case, change));
    if let Some(actor) = case.actor
        && case.world.policy().verifier_not_implementer == Some(true)
    {
        let other = !change.implemented_by.contains(&actor);
        conditions.push(Condition::new("IEC 62304 9.7", "The verifier did not implement the change", other));
    }
    conditions
}

/// A change of the safety class requires that the class is approved again (IEC 62304 4.3, 8.2.2).
fn class_approved_again(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let changes_class = analysis_of(case, change).is_some_and(|(_, analysis)| {
        analysis.answer("Q08").is_some_and(|row| row.answer == Some(Answer::Yes))
    });
    if !changes_class {
        return Vec::new();
    }
    let product = RecordId::new(Kind::Product, 1);
    let approved = case.world.record(product).is_some_and(|data| {
        case.world.signatures(product).iter().any(|signature| {
            signature.meaning == Meaning::Approved
                && signature.at >= case.data.head.created_at
                && signature.covers.iter().all(|cover| case.world.holds(cover, &data))
        })
    });
    let text = "The safety class was approved again, because Q08 says that it changes";
    vec![Condition::new("IEC 62304 8.2.2, 4.3", text, approved).on(product)]
}

pub(super) fn closable(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let later: Vec<&str> = change
        .activities_done
        .iter()
        .filter(|done| done.complete_by.is_some() && done.done_at.is_none())
        .map(|done| &*done.activity)
        .collect();
    let mut conditions = vec![
        Condition::new(
            "IEC 62304 6.3.1",
            "Everything postponed in the emergency is complete",
            later.is_empty(),
        )
        .at("activities_done"),
    ];
    conditions.extend(repeats_done(change, false, |_| true));
    conditions.extend(case.records(&change.problem_reports).iter().map(|problem| {
        let id = problem.head.id;
        let met = ProblemState::of(problem).is_some_and(ProblemState::is_resolved);
        Condition::new("IEC 62304 9.7", format!("{id} is in verification of its resolution, or closed"), met)
            .on(id)
    }));
    if case.rules >= PLAN_RULES {
        conditions.extend(communication::decided_for_change(case, change));
    }
    conditions
}
