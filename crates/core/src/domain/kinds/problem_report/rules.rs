//! Transitions of problem reports and their guards (domain 2.3).

use crate::domain::approval::signed_by_each;
use crate::domain::authority::AuthoritySubject;
use crate::domain::change_request::{ChangeRequest, ChangeState, changes_for};
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::record::Fields;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part};
use crate::domain::text::Text;
use crate::domain::workflow::{Case, Condition, Effect, Move, Signing};
use serde_json::json;

use super::ProblemState as S;
use super::*;
use mainstay_base::distinct::distinct;

pub(super) const MOVES: &[Move] = &[
    Move::new(
        "investigate",
        "Start investigation",
        &[S::Open.code(), S::Reopened.code()],
        S::Investigating.code(),
        &[Role::DevLead],
    )
    .clause("IEC 62304 9.2")
    .guard(|case| {
        vec![Condition::new(
            "IEC 62304 9.2",
            "The problem report has an owner",
            case.data.head.owner.is_some(),
        )]
    }),
    Move::new(
        "evaluate",
        "Conclude the evaluation",
        &[S::Investigating.code()],
        S::Evaluated.code(),
        &[Role::DevLead],
    )
    .sign(Meaning::Reviewed)
    .clause("IEC 62304 6.2.1.3")
    .guard(|case| case.with::<ProblemReport>(evaluated)),
    Move::new(
        "request_change",
        "Request a change",
        &[S::Evaluated.code()],
        S::ChangeRequested.code(),
        &[Role::DevLead],
    )
    .clause("IEC 62304 9.2 d")
    .effects(|case| case.effects::<ProblemReport>(open_change_request)),
    Move::new(
        "justify_no_action",
        "Justify no action",
        &[S::Evaluated.code()],
        S::NoActionJustified.code(),
        &[Role::Quality],
    )
    .sign(Meaning::Approved)
    .clause("IEC 62304 9.2 d")
    .asks(&["no_change_rationale", "residual_in_releases"])
    .guard(|case| case.with::<ProblemReport>(no_action)),
    Move::new("defer", "Defer", &[S::Evaluated.code()], S::Deferred.code(), &[Role::Quality])
        .sign(Meaning::Approved)
        .clause("IEC 62304 9.2 d")
        .asks(&["reassess_by", "no_change_rationale", "workaround"])
        .guard(|case| case.with::<ProblemReport>(deferrable)),
    Move::new(
        "reassess",
        "Reassess",
        &[S::Deferred.code()],
        S::Evaluated.code(),
        &[Role::DevLead, Role::Quality],
    )
    .reason(),
    Move::new(
        "investigate_again",
        "Return to investigation",
        &[S::Evaluated.code()],
        S::Investigating.code(),
        &[Role::DevLead, Role::Quality],
    )
    .reason()
    .clause("IEC 62304 9.2 a"),
    Move::new(
        RESOLVING,
        "Resolving",
        &[S::Evaluated.code(), S::ChangeRequested.code()],
        S::Resolving.code(),
        &[],
    ),
    Move::new(
        CHANGE_GIVEN_UP,
        "Change given up",
        &[S::ChangeRequested.code(), S::Resolving.code()],
        S::Evaluated.code(),
        &[],
    ),
    Move::new(
        VERIFY_RESOLUTION,
        "Verify the resolution",
        &[S::Resolving.code()],
        S::VerifyingResolution.code(),
        &[Role::Tester],
    )
    .clause("IEC 62304 9.7")
    .guard(changes_done),
    Move::new(
        "close",
        "Close",
        &[S::VerifyingResolution.code(), S::NoActionJustified.code()],
        S::Closed.code(),
        &[Role::Quality],
    )
    .sign(Meaning::Verified)
    .clause("IEC 62304 9.7")
    .guard(|case| case.with::<ProblemReport>(closable)),
    Move::new("reopen", "Reopen", &[S::Closed.code()], S::Reopened.code(), Role::EVERYONE).reason(),
    Move::new("void", "Void", NOT_VOID, S::Void.code(), &[Role::Quality]).reason().grave(),
];

fn evaluated(case: &Case, problem: &ProblemReport) -> Vec<Condition> {
    let cause = !problem.cause_text.trim().is_empty() || !problem.why_not_identified.trim().is_empty();
    let known = !matches!(problem.safety_effect, None | Some(EffectLevel::Unknown));
    let decided =
        problem.advise_parties.iter().all(|party| party.decision.is_some() && !party.rationale.is_empty());
    let mut conditions = vec![
        Condition::new("IEC 62304 9.2 a", "The cause is stated, or why no cause was identified", cause)
            .at("cause_text"),
        Condition::new("IEC 62304 9.1", "The effect on safety is known", known).at("safety_effect"),
        Condition::new("IEC 62304 9.3", "Every party has a decision and a rationale", decided)
            .at("advise_parties"),
    ];
    let required = case
        .world
        .governing()
        .required_roles(&[AuthoritySubject::ProblemSafety], case.world.product().class().is_b_or_c());
    let others = required.into_iter().chain([Role::RiskManager]).filter(|role| *role != Role::DevLead);
    conditions.extend(signed_by_each(case, others.collect(), "safety evaluation", "IEC 62304 6.2.1.3"));
    conditions
}

fn no_action(case: &Case, problem: &ProblemReport) -> Vec<Condition> {
    let mut conditions = vec![
        Condition::new(
            "IEC 62304 9.2 d",
            "The reason for no change is given",
            !problem.no_change_rationale.trim().is_empty(),
        )
        .at("no_change_rationale"),
        Condition::new("IEC 62304 9.2 d", "The risk is acceptable", problem.risk_acceptable == Some(true))
            .at("risk_acceptable"),
        Condition::new(
            "IEC 62304 5.8.2",
            "The versions that keep it as a residual anomaly are named",
            problem.affected_product_versions.is_empty() || !problem.residual_in_releases.is_empty(),
        )
        .at("residual_in_releases"),
    ];
    conditions.extend(others_agree(case, problem));
    conditions
}

/// The roles besides Quality that sign no action or deferral. The authority matrix names them, some only if safety may be
/// affected (domain 2.15).
fn others_agree(case: &Case, problem: &ProblemReport) -> Vec<Condition> {
    let subject = [AuthoritySubject::ProblemNoAction];
    let required = case.world.governing().required_roles(&subject, may_touch_safety(problem.safety_effect));
    let others = required.into_iter().filter(|role| *role != Role::Quality).collect();
    signed_by_each(case, others, "decision", "IEC 62304 9.2 b")
}

fn deferrable(case: &Case, problem: &ProblemReport) -> Vec<Condition> {
    let later = problem.reassess_by.is_some_and(|day| day > case.now.day());
    let mut conditions = vec![
        Condition::new(
            "IEC 62304 9.2 d",
            "The risk is acceptable until then",
            problem.risk_acceptable == Some(true),
        )
        .at("risk_acceptable"),
        Condition::new("IEC 62304 9.2 d", "The day for reassessment is in the future", later)
            .at("reassess_by"),
        Condition::new(
            "IEC 62304 9.3",
            "The workaround is described, or that there is none",
            !problem.workaround.trim().is_empty(),
        )
        .at("workaround"),
    ];
    conditions.extend(others_agree(case, problem));
    conditions
}

/// Creates a draft change request unless an unverified one already names this problem (IEC 62304 8.2.4). If work on such a
/// change has started, the problem is being resolved.
fn open_change_request(case: &Case, problem: &ProblemReport) -> Vec<Effect> {
    let changes = changes_for(case.world, case.id());
    let open: Vec<ChangeState> = changes
        .iter()
        .filter_map(|change| ChangeState::of(change))
        .filter(|state| state.is_before_verified())
        .collect();
    if open.iter().any(|state| state.is_being_made()) {
        return vec![Effect::Move { id: case.id(), go: RESOLVING }];
    }
    if !open.is_empty() {
        return Vec::new();
    }
    let mut set = Fields::new();
    set.insert("title".into(), problem.title.to_string().into());
    set.insert("origin".into(), "problem_report".into());
    set.insert("change_type".into(), "corrective".into());
    set.insert("problem_reports".into(), json!([case.id()]));
    set.insert("affected_fielded_versions".into(), json!(problem.affected_product_versions));
    vec![Effect::Create { kind: Kind::ChangeRequest, set, link_back: None }]
}

fn changes_done(case: &Case) -> Vec<Condition> {
    let changes = changes_for(case.world, case.id());
    let mut conditions =
        vec![Condition::new("IEC 62304 8.2.4", "A change request is linked", !changes.is_empty())];
    conditions.extend(changes.iter().map(|change| {
        let id = change.head.id;
        let met = ChangeState::of(change).is_some_and(|state| !state.is_before_verified());
        Condition::new("IEC 62304 9.7 c", format!("{id} is verified, or rejected with a reason"), met).on(id)
    }));
    conditions
}

fn closable(case: &Case, problem: &ProblemReport) -> Vec<Condition> {
    let no_action = S::of(case.data) == Some(S::NoActionJustified);
    let written = |text: &Text| !text.trim().is_empty();
    let mut conditions = vec![
        Condition::new(
            "IEC 62304 9.7 a",
            "The problem is resolved",
            no_action || problem.resolved == Some(true),
        )
        .at("resolved"),
        Condition::new(
            "IEC 62304 9.7 b",
            "It is stated whether an adverse trend was reversed",
            written(&problem.trend_reversed),
        )
        .at("trend_reversed"),
        Condition::new(
            "IEC 62304 9.7 c",
            "It is stated where the change was implemented",
            no_action || !problem.implemented_in.is_empty(),
        )
        .at("implemented_in"),
        Condition::new(
            "IEC 62304 9.7 d",
            "It is stated whether the change introduced new problems",
            written(&problem.new_problems),
        )
        .at("new_problems"),
        Condition::new(
            "IEC 62304 9.7",
            "Evidence of the verification is given",
            written(&problem.verification_evidence),
        )
        .at("verification_evidence"),
        Condition::new(
            "IEC 62304 9.5",
            "The risk management file was updated if needed",
            problem.risk_file_update_needed != Some(true)
                || (!problem.risk_file_ref.is_empty() && !problem.risk_file_version.is_empty()),
        )
        .at("risk_file_ref"),
        Condition::new(
            "IEC 62304 9.7",
            "The version with the fix is stated, or “fixed, unreleased”",
            no_action || !problem.released_in.is_empty(),
        )
        .at("released_in"),
    ];
    if case.world.policy().verifier_not_implementer == Some(true)
        && let Some(actor) = case.actor
    {
        let changes = changes_for(case.world, case.id());
        let made_by = changes.iter().filter_map(SharedRecord::typed::<ChangeRequest>);
        let other = !problem.implemented_by.contains(&actor)
            && !made_by.into_iter().any(|change| change.implemented_by.contains(&actor));
        conditions.push(
            Condition::new("IEC 62304 9.7", "The verifier did not implement the change", other)
                .at("implemented_by"),
        );
    }
    conditions
}

/// The risk manager and the other required roles sign the safety evaluation, and later no action or deferral, without a
/// transition.
pub(super) fn signing(case: &Case) -> Signing {
    let open = matches!(S::of(case.data), Some(S::Investigating | S::Evaluated));
    let conditions = vec![Condition::new("", "The evaluation is under way", open)];
    let subjects = [AuthoritySubject::ProblemSafety, AuthoritySubject::ProblemNoAction];
    let mut by = case.world.governing().required_roles(&subjects, true);
    by.extend([Role::RiskManager, Role::SecurityLead]);
    Signing {
        by: distinct(by),
        meanings: vec![Meaning::Reviewed],
        conditions,
        covers: vec![(case.id(), Part::Content)],
        as_deputy: Vec::new(),
    }
}
