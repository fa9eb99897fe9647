//! Transitions of problem reports and their guards (domain 2.3).

use crate::domain::change_request::ChangeRequest;
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::policy::AuthoritySubject;
use crate::domain::record::{Fields, RecordData};
use crate::domain::signature::{Meaning, Part};
use crate::domain::text::Text;
use crate::domain::workflow::{Case, Condition, Effect, Move, Signing};
use serde_json::json;

use super::ProblemState as S;
use super::*;

pub(super) const MOVES: &[Move] = &[
    Move::new(
        "investigate",
        "Start investigation",
        &[S::Open.code(), S::Reopened.code()],
        S::Investigating.code(),
        &[Role::DevLead],
    )
    .clause("IEC 62304 9.2")
    .guard(|case| vec![Condition::new("IEC 62304 9.2", "It has an owner", case.data.head.owner.is_some())]),
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
    Move::new("resolving", "Resolving", &[S::ChangeRequested.code()], S::Resolving.code(), &[]),
    Move::new(
        "verify_resolution",
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
    Move::new("void", "Void", NOT_VOID, S::Void.code(), &[Role::Quality]).reason(),
];

fn evaluated(case: &Case, problem: &ProblemReport) -> Vec<Condition> {
    let cause = !problem.cause_text.trim().is_empty() || !problem.why_not_identified.trim().is_empty();
    let known = !matches!(problem.safety_effect, None | Some(EffectLevel::Unknown));
    let decided =
        problem.advise_parties.iter().all(|party| party.decision.is_some() && !party.rationale.is_empty());
    vec![
        Condition::new("IEC 62304 9.2 a", "The cause is given, or why none was identified", cause)
            .at("cause_text"),
        Condition::new("IEC 62304 9.1", "The effect on safety is known", known).at("safety_effect"),
        Condition::new("IEC 62304 9.3", "Every party has a decision and a rationale", decided)
            .at("advise_parties"),
        Condition::new(
            "IEC 62304 6.2.1.3",
            "The risk manager signed the safety evaluation as it stands",
            signed_by(case, Role::RiskManager),
        ),
    ]
}

fn signed_by(case: &Case, role: Role) -> bool {
    case.world.signatures(case.id()).iter().any(|signature| {
        signature.roles.contains(&role)
            && signature.meaning != Meaning::Rejected
            && signature.covers.iter().all(|cover| cover.holds(case.data))
    })
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
    conditions.extend(risk_manager_agrees(case, problem));
    conditions
}

/// Where safety is touched, the risk manager signs no action and deferral too (domain 2.15).
fn risk_manager_agrees(case: &Case, problem: &ProblemReport) -> Vec<Condition> {
    let required = case.world.policy().required_roles(&[AuthoritySubject::ProblemNoAction], true);
    if problem.safety_effect == Some(EffectLevel::None) || !required.contains(&Role::RiskManager) {
        return Vec::new();
    }
    vec![Condition::new(
        "IEC 62304 9.2 b",
        "The risk manager signed the decision as it stands",
        signed_by(case, Role::RiskManager),
    )]
}

fn deferrable(case: &Case, problem: &ProblemReport) -> Vec<Condition> {
    let later = problem.reassess_by.is_some_and(|day| day > case.now.day());
    let mut conditions = vec![
        Condition::new(
            "IEC 62304 9.2 d",
            "The risk is acceptable meanwhile",
            problem.risk_acceptable == Some(true),
        )
        .at("risk_acceptable"),
        Condition::new("IEC 62304 9.2 d", "A later day for reassessment is set", later).at("reassess_by"),
        Condition::new(
            "IEC 62304 9.3",
            "The workaround, or that there is none, is told",
            !problem.workaround.trim().is_empty(),
        )
        .at("workaround"),
    ];
    conditions.extend(risk_manager_agrees(case, problem));
    conditions
}

/// A change is requested: if none names this problem yet, a draft is made (IEC 62304 8.2.4).
fn open_change_request(case: &Case, problem: &ProblemReport) -> Vec<Effect> {
    if !case.world.referring(case.id(), Kind::ChangeRequest).is_empty() {
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
    let done = ["verified", "released", "closed", "rejected", "cancelled", "void"];
    let changes = case.world.referring(case.id(), Kind::ChangeRequest);
    let mut conditions =
        vec![Condition::new("IEC 62304 8.2.4", "A change request is linked", !changes.is_empty())];
    conditions.extend(changes.iter().map(|change| {
        let id = change.head.id;
        let met = done.contains(&change.head.state.as_str());
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
            "Whether the problem is resolved is answered",
            no_action || problem.resolved == Some(true),
        )
        .at("resolved"),
        Condition::new(
            "IEC 62304 9.7 b",
            "Whether an adverse trend was reversed is answered",
            written(&problem.trend_reversed),
        )
        .at("trend_reversed"),
        Condition::new(
            "IEC 62304 9.7 c",
            "Where it was implemented is told",
            no_action || !problem.implemented_in.is_empty(),
        )
        .at("implemented_in"),
        Condition::new(
            "IEC 62304 9.7 d",
            "Whether new problems came with it is answered",
            written(&problem.new_problems),
        )
        .at("new_problems"),
        Condition::new("IEC 62304 9.7", "There is evidence", written(&problem.verification_evidence))
            .at("verification_evidence"),
        Condition::new(
            "IEC 62304 9.5",
            "The risk file was updated where that was needed",
            problem.risk_file_update_needed != Some(true)
                || (!problem.risk_file_ref.is_empty() && !problem.risk_file_version.is_empty()),
        )
        .at("risk_file_ref"),
        Condition::new(
            "IEC 62304 9.7",
            "The version with the fix, or “fixed, unreleased”, is told",
            no_action || !problem.released_in.is_empty(),
        )
        .at("released_in"),
    ];
    if case.world.policy().verifier_not_implementer == Some(true)
        && let Some(actor) = case.actor
    {
        let changes = case.world.referring(case.id(), Kind::ChangeRequest);
        let made_by = changes.iter().filter_map(RecordData::typed::<ChangeRequest>);
        let other = !problem.implemented_by.contains(&actor)
            && !made_by.into_iter().any(|change| change.implemented_by.contains(&actor));
        conditions.push(
            Condition::new("IEC 62304 9.7", "The verifier did not carry the change out", other)
                .at("implemented_by"),
        );
    }
    conditions
}

/// The risk manager signs the safety evaluation, and later no action or deferral, without moving the report on.
pub(super) fn signing(case: &Case) -> Signing {
    let open = matches!(S::of(case.data), Some(S::Investigating | S::Evaluated));
    let conditions = vec![Condition::new("", "The evaluation is under way", open)];
    Signing {
        by: vec![Role::RiskManager, Role::SecurityLead],
        meanings: vec![Meaning::Reviewed],
        conditions,
        covers: vec![(case.id(), Part::Content)],
        as_deputy: Vec::new(),
    }
}
