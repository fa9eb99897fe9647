//! Transitions of feedback and their guards (domain 2.2).

use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::record::Fields;
use crate::domain::signature::{Meaning, Part};
use crate::domain::workflow::{Case, Condition, Effect, Move, Signing};
use serde_json::{Value, json};

use super::FeedbackState as S;
use super::*;

pub(super) const MOVES: &[Move] = &[
    Move::new(
        "register",
        "Register",
        &[S::Received.code()],
        S::Registered.code(),
        &[Role::Support, Role::Quality],
    )
    .clause("IEC 62304 6.2.1.2")
    .guard(|case| case.with::<Feedback>(registered)),
    Move::new(
        "evaluate",
        "Start evaluation",
        &[S::Registered.code(), S::Reopened.code()],
        S::UnderEvaluation.code(),
        &[Role::Quality, Role::Support],
    )
    .clause("IEC 62304 6.2.1.2")
    .effects(|case| case.effects::<Feedback>(ask_reportability)),
    Move::new(
        "confirm_problem",
        "Confirm as a problem",
        &[S::UnderEvaluation.code()],
        S::ProblemConfirmed.code(),
        &[Role::Quality],
    )
    .clause("IEC 62304 6.2.1.2")
    .asks(&["criterion_code", "evaluation_rationale", "problem_report"])
    .guard(|case| case.with::<Feedback>(judged))
    .effects(|case| case.effects::<Feedback>(open_problem_report)),
    Move::new(
        "not_a_problem",
        "Not a problem",
        &[S::UnderEvaluation.code()],
        S::NotAProblem.code(),
        &[Role::Quality],
    )
    .clause("IEC 62304 6.2.1.2")
    .asks(&["criterion_code", "evaluation_rationale", "investigation_needed", "no_investigation_reason"])
    .guard(|case| case.with::<Feedback>(judged_no_problem)),
    Move::new(
        "duplicate",
        "Mark as duplicate",
        &[S::UnderEvaluation.code()],
        S::Duplicate.code(),
        &[Role::Quality],
    )
    .asks(&["duplicate_of"])
    .guard(|case| case.with::<Feedback>(duplicate)),
    Move::new(
        "suggestion",
        "Mark as change suggestion",
        &[S::UnderEvaluation.code()],
        S::ChangeSuggestion.code(),
        &[Role::DevLead],
    )
    .asks(&["change_request", "declined_rationale"])
    .guard(|case| case.with::<Feedback>(suggestion)),
    Move::new("close", "Close", OUTCOMES, S::Closed.code(), &[Role::Quality])
        .sign(Meaning::Approved)
        .clause("ISO 13485 8.2.2")
        .guard(|case| case.with::<Feedback>(closable)),
    Move::new("reopen", "Reopen", &[S::Closed.code()], S::Reopened.code(), &[Role::Quality]).reason(),
    Move::new("void", "Void", NOT_VOID, S::Void.code(), &[Role::Quality]).reason().grave(),
];

fn registered(_: &Case, feedback: &Feedback) -> Vec<Condition> {
    let unknown = feedback.software_version_reported.eq_ignore_ascii_case("unknown");
    let in_order = match (feedback.aware_at, feedback.received_at) {
        (Some(aware), Some(received)) => aware <= received,
        (Some(_) | None, None) | (None, Some(_)) => true,
    };
    vec![
        Condition::new(
            "IEC 62304 9.8",
            "The version is stated, or the attempt to obtain it is described",
            !unknown || !feedback.version_attempt.is_empty(),
        )
        .at("version_attempt"),
        Condition::new("21 CFR 803", "“Aware since” is not after “Received at”", in_order).at("aware_at"),
    ]
}

/// One open reportability assessment for each market that has none (domain 2.2).
fn ask_reportability(case: &Case, feedback: &Feedback) -> Vec<Effect> {
    if !feedback.needs_reportability() {
        return Vec::new();
    }
    let mut rows: Vec<Value> =
        feedback.reportability_assessments.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
    let before = rows.len();
    for market in case.world.product().markets.iter().copied() {
        if !feedback.reportability_assessments.iter().any(|row| row.market == Some(market)) {
            rows.push(json!({"market": market.code()}));
        }
    }
    if rows.len() == before {
        return Vec::new();
    }
    let mut set = Fields::new();
    set.insert("reportability_assessments".into(), Value::Array(rows));
    vec![Effect::Set { id: case.id(), set }]
}

fn judged(case: &Case, feedback: &Feedback) -> Vec<Condition> {
    let known: Vec<String> = case
        .world
        .governing()
        .problem_criteria()
        .iter()
        .map(|criterion| criterion.code.to_string())
        .collect();
    vec![
        Condition::new(
            "IEC 62304 6.1 b",
            format!("The criterion is one of {}", known.join(", ")),
            known.iter().any(|code| **code == *feedback.criterion_code),
        )
        .at("criterion_code"),
        Condition::new(
            "IEC 62304 6.2.1.2",
            "The evaluation has a rationale",
            !feedback.evaluation_rationale.trim().is_empty(),
        )
        .at("evaluation_rationale"),
    ]
}

fn judged_no_problem(case: &Case, feedback: &Feedback) -> Vec<Condition> {
    let mut conditions = judged(case, feedback);
    let excused = !feedback.is_complaint.unwrap_or(false)
        || feedback.investigation_needed == Some(true)
        || !feedback.no_investigation_reason.trim().is_empty();
    conditions.push(
        Condition::new(
            "ISO 13485 8.2.2",
            "The complaint is investigated, or the reason for no investigation is given",
            excused,
        )
        .at("no_investigation_reason"),
    );
    conditions
}

fn duplicate(case: &Case, feedback: &Feedback) -> Vec<Condition> {
    let other = feedback.duplicate_of.filter(|id| *id != case.id() && case.world.record(*id).is_some());
    let mut conditions = vec![
        Condition::new("IEC 62304 6.2.1.2", "The feedback that it duplicates is named", other.is_some())
            .at("duplicate_of"),
    ];
    conditions.extend(reportability_decided(case, feedback));
    conditions
}

fn suggestion(case: &Case, feedback: &Feedback) -> Vec<Condition> {
    let taken_up = feedback.change_request.is_some_and(|id| case.world.record(id).is_some());
    let declined = !feedback.declined_rationale.trim().is_empty();
    vec![
        Condition::new(
            "",
            "A change request is linked, or the reason for declining is given",
            taken_up || declined,
        )
        .at("declined_rationale"),
    ]
}

/// One condition for each market of the product, and for each other market that an assessment names.
fn reportability_decided(case: &Case, feedback: &Feedback) -> Vec<Condition> {
    let product = case.world.product();
    let undecided = feedback.undecided_markets(&product.markets);
    feedback
        .markets_to_assess(&product.markets)
        .into_iter()
        .map(|market| {
            Condition::new(
                "ISO 13485 8.2.3",
                format!("Reportability is decided for {}, with basis and date", market.word()),
                !undecided.contains(&market),
            )
            .at("reportability_assessments")
        })
        .collect()
}

fn closable(case: &Case, feedback: &Feedback) -> Vec<Condition> {
    let mut conditions = reportability_decided(case, feedback);
    if feedback.needs_reportability() {
        let signed = case.world.signatures(case.id()).iter().any(|signature| {
            signature.roles.contains(&Role::Regulatory)
                && signature.covers.iter().all(|cover| case.world.holds(cover, case.data))
        });
        conditions.push(Condition::new(
            "ISO 13485 8.2.3",
            "Regulatory affairs signed the current reportability assessments",
            signed,
        ));
    }
    if S::of(case.data) == Some(S::ProblemConfirmed) {
        let linked = feedback.problem_report.is_some_and(|id| case.world.record(id).is_some());
        conditions.push(
            Condition::new("IEC 62304 6.2.2", "A problem report is linked", linked).at("problem_report"),
        );
    }
    conditions.push(
        Condition::new(
            "21 CFR 820.35(a)",
            "The reporter was answered, or the reason for no answer is given",
            !feedback.reply_ref.is_empty(),
        )
        .at("reply_ref"),
    );
    conditions
}

/// Creates the problem report of a confirmed problem that has none (IEC 62304 6.2.1.2).
fn open_problem_report(case: &Case, feedback: &Feedback) -> Vec<Effect> {
    if feedback.problem_report.is_some() {
        return Vec::new();
    }
    let mut set = Fields::new();
    set.insert("title".into(), feedback.title.to_string().into());
    set.insert("source_feedback".into(), json!([case.id()]));
    set.insert("detected_in_phase".into(), "field".into());
    set.insert("description".into(), feedback.description_verbatim.to_string().into());
    if let Some(at) = feedback.received_at {
        set.insert("detected_at".into(), at.to_string().into());
    }
    let version = &*feedback.software_version_reported;
    if !version.is_empty() && !version.eq_ignore_ascii_case("unknown") {
        set.insert("affected_product_versions".into(), json!([version]));
    }
    vec![Effect::Create { kind: Kind::ProblemReport, set, link_back: Some((case.id(), "problem_report")) }]
}

/// Regulatory affairs signs the reportability assessments without a transition.
pub(super) fn signing(case: &Case) -> Signing {
    let conditions = case.with::<Feedback>(|case, feedback| {
        let mut conditions =
            vec![Condition::new("ISO 13485 8.2.3", "Harm is not excluded", feedback.needs_reportability())];
        conditions.extend(reportability_decided(case, feedback));
        conditions
    });
    let covers = vec![(case.id(), Part::Scope)];
    Signing {
        by: vec![Role::Regulatory],
        meanings: vec![Meaning::Reviewed],
        conditions,
        covers,
        as_deputy: Vec::new(),
    }
}
