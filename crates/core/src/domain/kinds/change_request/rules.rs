//! Transitions of change requests and their guards (domain 2.4).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::approval;
use crate::domain::authority::AuthoritySubject;
use crate::domain::authorship;
use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::domain::impact_analysis::{self, Conclusion, ImpactAnalysis, ImpactState};
use crate::domain::kind::{Approvable, Authors};
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::problem_report::{self, ProblemState};
use crate::domain::product::Market;
use crate::domain::questions::ACTIVITIES;
use crate::domain::record::Fields;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part};
use crate::domain::soup_designator;
use crate::domain::soup_item::SOUP_RULES;
use crate::domain::workflow::{Case, Condition, Effect, Move, World};
use serde_json::{Value, json};

use super::ChangeState as S;
use super::work;
use super::*;

pub(super) const MOVES: &[Move] = &[
    Move::new("submit", "Submit", &[S::Draft.code()], S::Submitted.code(), Role::EVERYONE)
        .clause("IEC 62304 6.2.3")
        .guard(|case| case.with::<ChangeRequest>(submittable)),
    Move::new(
        "start_analysis",
        "Start impact analysis",
        &[S::Submitted.code()],
        S::UnderAnalysis.code(),
        &[Role::DevLead],
    )
    .clause("IEC 62304 6.2.3")
    .effects(|case| case.effects::<ChangeRequest>(start_analysis)),
    Move::new(
        "request_approval",
        "Request approval",
        &[S::UnderAnalysis.code()],
        S::AwaitingApproval.code(),
        &[Role::DevLead],
    )
    .clause("IEC 62304 6.2.4")
    .guard(|case| case.with::<ChangeRequest>(ready_for_approval))
    .effects(approval::request),
    Move::new(approval::APPROVE, "Approve", &[S::AwaitingApproval.code()], S::Approved.code(), &[]),
    Move::new(REJECT, "Reject", &[S::AwaitingApproval.code()], S::Rejected.code(), &[]),
    Move::new(
        REANALYSE,
        "Return to analysis",
        &[
            S::AwaitingApproval.code(),
            S::Approved.code(),
            S::Implementing.code(),
            S::Implemented.code(),
            S::Verifying.code(),
        ],
        S::UnderAnalysis.code(),
        &[Role::DevLead, Role::Quality],
    )
    .reason()
    .clause("IEC 62304 8.2.2")
    .effects(|case| case.effects::<ChangeRequest>(analyse_again)),
    Move::new(
        "implement",
        "Start implementation",
        &[S::Approved.code()],
        S::Implementing.code(),
        &[Role::DevLead],
    )
    .clause("IEC 62304 8.2.1")
    .guard(|case| case.with::<ChangeRequest>(may_be_made))
    .effects(|case| case.effects::<ChangeRequest>(work::work_starts)),
    Move::new(
        "implemented",
        "Implemented",
        &[S::Implementing.code()],
        S::Implemented.code(),
        &[Role::Developer, Role::DevLead],
    )
    .clause("IEC 62304 8.2.2")
    .guard(|case| case.with::<ChangeRequest>(work::made_as_approved)),
    Move::new(
        "start_verification",
        "Start verification",
        &[S::Implemented.code()],
        S::Verifying.code(),
        &[Role::Tester],
    )
    .clause("IEC 62304 8.2.3")
    .guard(|case| case.with::<ChangeRequest>(work::repeats_done_or_scheduled)),
    Move::new("verify", "Verify", &[S::Verifying.code()], S::Verified.code(), &[Role::Tester])
        .sign(Meaning::Verified)
        .clause("IEC 62304 8.2.3")
        .guard(|case| case.with::<ChangeRequest>(work::verified)),
    Move::new(RELEASE, "Released", &[S::Verified.code()], S::Released.code(), &[]),
    Move::new("close", "Close", &[S::Released.code()], S::Closed.code(), &[Role::Quality])
        .sign(Meaning::Approved)
        .clause("IEC 62304 6.2.5")
        .guard(|case| case.with::<ChangeRequest>(work::closable)),
    Move::new(
        "hold",
        "Put on hold",
        &[S::Submitted.code(), S::UnderAnalysis.code()],
        S::OnHold.code(),
        &[Role::DevLead, Role::Quality],
    )
    .reason(),
    Move::new("resume", "Resume", &[S::OnHold.code()], S::Submitted.code(), &[Role::DevLead, Role::Quality])
        .reason(),
    Move::new("cancel", "Cancel", BEFORE_APPROVAL, S::Cancelled.code(), &[Role::DevLead, Role::Quality])
        .reason()
        .grave()
        .effects(|case| case.effects::<ChangeRequest>(give_up)),
    Move::new("void", "Void", &[S::Draft.code(), S::Submitted.code()], S::Void.code(), &[Role::Quality])
        .reason()
        .grave()
        .effects(|case| case.effects::<ChangeRequest>(give_up)),
];

fn submittable(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let justified =
        change.urgency != Some(Urgency::Emergency) || !change.emergency_justification.trim().is_empty();
    let linked = change.origin != Some(Origin::ProblemReport) || !change.problem_reports.is_empty();
    let is_exact = if case.rules >= SOUP_RULES { soup_designator::is_exact } else { was_exact };
    let exact = change.affected_soup.iter().all(|soup| is_exact(&soup.from) && is_exact(&soup.to));
    vec![
        Condition::new("", "An emergency is justified", justified).at("emergency_justification"),
        Condition::new("IEC 62304 8.2.4", "The problem report of its origin is linked", linked)
            .at("problem_reports"),
        Condition::new("IEC 62304 8.1.2", "SOUP versions are exact, not ranges", exact).at("affected_soup"),
    ]
}

/// Whether a SOUP designator names one version, by the rule sets before the register.
fn was_exact(designator: &str) -> bool {
    !designator.contains(['^', '~', '*', '<', '>', '=']) && !designator.eq_ignore_ascii_case("latest")
}

/// Fills the repeat matrix: a row for each activity that applies to the class; the others are not applicable.
fn start_analysis(case: &Case, change: &ChangeRequest) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut set = Fields::new();
    let product = case.world.product();
    let mut rows: Vec<Value> =
        change.activities.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
    for activity in ACTIVITIES {
        if change.activities.iter().any(|row| *row.activity == *activity.code) {
            continue;
        }
        rows.push(if activity.applies(product.class()) {
            json!({"activity": activity.code})
        } else {
            json!({"activity": activity.code, "decision": RepeatDecision::NotApplicable.code()})
        });
    }
    set.insert("activities".into(), Value::Array(rows));
    let mut decisions: Vec<Value> =
        change.regulatory_decisions.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
    for market in product.markets.iter().copied() {
        if !change.regulatory_decisions.iter().any(|row| row.market == Some(market)) {
            decisions.push(json!({"market": market.code()}));
        }
    }
    set.insert("regulatory_decisions".into(), Value::Array(decisions));
    effects.push(Effect::Set { id: case.id(), set });
    if change.impact_analysis.is_none() {
        effects.push(Effect::Create {
            kind: Kind::ImpactAnalysis,
            set: impact_analysis::new_fields(case, change, None),
            link_back: Some((case.id(), "impact_analysis")),
        });
    }
    effects
}

pub(super) fn analysis_of(
    case: &Case,
    change: &ChangeRequest,
) -> Option<(SharedRecord, Arc<ImpactAnalysis>)> {
    let data = case.world.record(change.impact_analysis?)?;
    let analysis = data.typed()?;
    Some((data, analysis))
}

fn ready_for_approval(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let analysis = analysis_of(case, change);
    let reviewed =
        analysis.as_ref().is_some_and(|(data, _)| ImpactState::of(data) == Some(ImpactState::Reviewed));
    let what = if change.soup_or_security() { "The security or SOUP change has" } else { "The change has" };
    let first =
        Condition::new("IEC 62304 6.2.3, 7.4.1", format!("{what} a reviewed impact analysis"), reviewed);
    let first = match change.impact_analysis {
        Some(id) => first.on(id),
        None => first.at("impact_analysis"),
    };
    let linked = change.change_type != Some(ChangeType::Corrective) || !change.problem_reports.is_empty();
    let mut conditions = vec![
        first,
        Condition::new("IEC 62304 8.2.4", "A corrective change names its problem report", linked)
            .at("problem_reports"),
    ];
    if let Some((data, _)) = &analysis {
        conditions.extend(impact_analysis::still_reviewed(case, change, data));
    }
    conditions.extend(matrix_decided(case, change));
    conditions.extend(markets_decided(case, change));
    conditions
}

/// How a change request is approved. Class, markets and authority matrix may have changed since the approval was requested.
pub(super) static APPROVABLE: Approvable = Approvable {
    subjects: |case| with_analysis(case, subjects),
    always: &[],
    also_fixes: |case| {
        with_analysis(case, |change, _| {
            change.impact_analysis.map(|id| (id, Part::Content)).into_iter().collect()
        })
    },
    authors,
    ready: |case| case.with::<ChangeRequest>(still_ready),
    granted,
    refused,
    authors_rule: Authors::MayNotSign,
    final_at_once: false,
    persons: 1,
    expires: true,
};

fn with_analysis<T: Default>(case: &Case, look: impl FnOnce(&ChangeRequest, &ImpactAnalysis) -> T) -> T {
    let Some(change) = case.data.typed::<ChangeRequest>() else { return T::default() };
    let Some((_, analysis)) = analysis_of(case, &change) else { return T::default() };
    look(&change, &analysis)
}

/// The rows of the authority matrix that apply to a change.
fn subjects(change: &ChangeRequest, analysis: &ImpactAnalysis) -> Vec<AuthoritySubject> {
    let rows = [
        (change.soup_or_security(), AuthoritySubject::ChangeSecurity),
        (analysis.touches_safety(), AuthoritySubject::ChangeSafety),
        (change.regulatory_significant(), AuthoritySubject::ChangeRegulatory),
    ];
    let mut subjects: Vec<_> = rows.into_iter().filter(|(is, _)| *is).map(|(_, subject)| subject).collect();
    if subjects.is_empty() {
        subjects.push(AuthoritySubject::ChangeRoutine);
    }
    subjects
}

fn authors(case: &Case) -> Vec<RecordId> {
    let change = case.data.typed::<ChangeRequest>();
    let analysed = change.and_then(|change| case.world.record(change.impact_analysis?));
    authorship::of_change(case.world, case.data, analysed.as_ref())
}

fn granted(case: &Case) -> Vec<Effect> {
    let approve = Effect::Move { id: case.id(), go: approval::APPROVE };
    let lock = with_analysis(case, |change, _| change.impact_analysis)
        .map(|id| Effect::Move { id, go: impact_analysis::LOCK });
    std::iter::once(approve).chain(lock).collect()
}

/// A refusal rejects the change; its problems return to evaluation.
fn refused(case: &Case) -> Vec<Effect> {
    let mut effects = vec![Effect::Move { id: case.id(), go: REJECT }];
    if let Some(change) = case.data.typed::<ChangeRequest>() {
        effects.extend(problems_without(case.world, case.id(), &change));
    }
    effects
}

/// Conditions that must still be met when an approval of the change is signed, and when the work starts.
fn still_ready(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let analysis = analysis_of(case, change);
    let acceptable = analysis
        .as_ref()
        .is_some_and(|(_, analysis)| !matches!(analysis.conclusion, None | Some(Conclusion::Unacceptable)));
    let text = "The impact analysis does not conclude that the change is unacceptable";
    let mut conditions = vec![Condition::new("IEC 62304 7.4", text, acceptable)];
    if let Some((data, _)) = &analysis {
        conditions.extend(impact_analysis::still_reviewed(case, change, data));
    }
    conditions.extend(matrix_decided(case, change));
    conditions.extend(markets_decided(case, change));
    conditions
}

fn matrix_decided(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let class = case.world.product().class();
    let undecided: Vec<&str> = ACTIVITIES
        .iter()
        .filter(|activity| activity.applies(class))
        .filter(|activity| {
            change.activities.iter().find(|row| *row.activity == *activity.code).is_none_or(|row| {
                let without_reason =
                    row.decision == Some(RepeatDecision::NotNeeded) && row.rationale.trim().is_empty();
                let wrong = row.decision == Some(RepeatDecision::NotApplicable);
                row.decision.is_none() || without_reason || wrong
            })
        })
        .map(|activity| activity.code)
        .collect();
    let text = if undecided.is_empty() {
        "Every activity of clause 5 is to be repeated, or has a reason not to be".to_owned()
    } else {
        format!(
            "Every activity of clause 5 is to be repeated, or has a reason not to be; open: {}",
            undecided.join(", ")
        )
    };
    vec![Condition::new("IEC 62304 6.3.1", text, undecided.is_empty()).at("activities")]
}

fn markets_decided(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let decided = |market: &Market| {
        change.regulatory_decisions.iter().any(|row| {
            row.market == Some(*market) && row.decision.is_some() && !row.rationale.trim().is_empty()
        })
    };
    case.world
        .product()
        .markets
        .iter()
        .map(|market| {
            let text =
                format!("The regulatory decision for {} is recorded with its rationale", market.word());
            Condition::new("ISO 13485 7.3.9", text, decided(market)).at("regulatory_decisions")
        })
        .collect()
}

/// The change will not be made: its approval no longer counts, and its problems need a new decision.
fn give_up(case: &Case, change: &ChangeRequest) -> Vec<Effect> {
    let mut effects = approval::withdraw(case);
    effects.extend(problems_without(case.world, case.id(), change));
    effects
}

/// The changes that resolve a problem. A change may also name a problem that was found while it was verified, or that is only
/// related to it; such a change does not resolve the problem.
pub fn changes_for(world: &dyn World, problem: RecordId) -> Vec<SharedRecord> {
    world.naming(problem, Kind::ChangeRequest, "problem_reports")
}

/// Moves the problems of a change that will not be made: if another change for a problem is being made or was made, the problem
/// goes to resolving; if there is no other change, it returns to evaluation for a new decision.
pub fn problems_without(world: &dyn World, id: RecordId, change: &ChangeRequest) -> Vec<Effect> {
    let mut effects = Vec::new();
    let problems: BTreeSet<RecordId> = change.problem_reports.iter().copied().collect();
    for problem in problems.into_iter().filter_map(|id| world.record(id)) {
        if !matches!(
            ProblemState::of(&problem),
            Some(ProblemState::ChangeRequested | ProblemState::Resolving)
        ) {
            continue;
        }
        let others: Vec<S> = changes_for(world, problem.head.id)
            .iter()
            .filter(|other| other.head.id != id)
            .filter_map(|other| S::of(other))
            .filter(|state| !state.is_given_up())
            .collect();
        let made = others.iter().any(|state| state.is_being_made() || !state.is_before_verified());
        let go = if others.is_empty() {
            problem_report::CHANGE_GIVEN_UP
        } else if made && ProblemState::of(&problem) == Some(ProblemState::ChangeRequested) {
            problem_report::RESOLVING
        } else {
            continue;
        };
        effects.push(Effect::Move { id: problem.head.id, go });
    }
    effects
}

/// Scope or analysis will change after approval: the approval no longer counts, and a new analysis replaces the old one.
fn analyse_again(case: &Case, change: &ChangeRequest) -> Vec<Effect> {
    let mut effects = approval::withdraw(case);
    effects.extend(new_analysis(case, change));
    effects
}

/// Replaces the analysis with a new one that starts as a copy.
pub fn new_analysis(case: &Case, change: &ChangeRequest) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some((data, _)) = analysis_of(case, change) {
        effects.push(Effect::Move { id: data.head.id, go: impact_analysis::SUPERSEDE });
        effects.push(Effect::Create {
            kind: Kind::ImpactAnalysis,
            set: impact_analysis::new_fields(case, change, Some(&data)),
            link_back: Some((case.id(), "impact_analysis")),
        });
    }
    effects
}

fn may_be_made(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let mut conditions = approval::is_granted(case, "IEC 62304 6.2.4, 8.2.1");
    conditions.extend(still_ready(case, change));
    let submission =
        change.regulatory_decisions.iter().any(|row| row.decision == Some(RegulatoryDecision::Submission));
    if submission {
        let cleared = !change.clearance_ref.is_empty() || change.implement_before_clearance == Some(true);
        let text = "The submission is cleared, or the plan is to implement now and release only once cleared";
        conditions.push(Condition::new("ISO 13485 7.3.9", text, cleared).at("clearance_ref"));
    }
    conditions.extend(problems_evaluated(case, change));
    if case.rules >= PLAN_RULES {
        conditions.push(case.world.governing().is_in_force());
    }
    conditions
}

/// No change is made for a problem that is not evaluated yet, or for which it was decided to make no change.
fn problems_evaluated(case: &Case, change: &ChangeRequest) -> impl Iterator<Item = Condition> {
    case.records(&change.problem_reports).into_iter().map(|problem| {
        use ProblemState as P;
        let undecided = matches!(
            P::of(&problem),
            None | Some(P::Open | P::Investigating | P::Reopened | P::Deferred | P::NoActionJustified)
        );
        let id = problem.head.id;
        let text = format!("{id} is evaluated, and not deferred or left without action");
        Condition::new("IEC 62304 9.2", text, !undecided).on(id)
    })
}
