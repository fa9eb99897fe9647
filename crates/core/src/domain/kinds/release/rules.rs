//! Steps of releases and what follows from them (domain 2.7).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::gate::{archive_reads_back, is_fixed, is_verified, last_released, may_be_built, may_be_released};
use super::{
    InService, Release, ReleaseState as S, ResidualAnomaly, SUPERSEDE, differences, standing_problems,
    versions,
};
use crate::domain::approval;
use crate::domain::authority::AuthoritySubject;
use crate::domain::change_request::{self, ChangeRequest, ChangeState};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{Approvable, Authors};
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::problem_report::{self, ProblemReport, ProblemState};
use crate::domain::record::{Fields, RecordData};
use crate::domain::signature::{Meaning, Part};
use crate::domain::text::is_sha256;
use crate::domain::workflow::{Case, Condition, Effect, Move, Signing, no_signing};

const BEFORE_RELEASE: &[&str] = &[
    S::Planned.code(),
    S::Building.code(),
    S::CandidateVerification.code(),
    S::ReadyForApproval.code(),
    S::Approved.code(),
];
/// The step that puts a candidate that waits for its signatures back to verification.
const BACK: &str = "return_to_verification";

pub(super) const MOVES: &[Move] = &[
    Move::new("build", "Start building", &[S::Planned.code()], S::Building.code(), &[Role::ReleaseManager])
        .clause("IEC 62304 6.3.2")
        .guard(|case| case.with::<Release>(may_be_built))
        .effects(|case| case.effects::<Release>(problems_fixed)),
    Move::new(
        "fix_baseline",
        "Fix the baseline",
        &[S::Building.code()],
        S::CandidateVerification.code(),
        &[Role::ReleaseManager],
    )
    .clause("IEC 62304 8.1.3")
    .guard(|case| {
        case.with::<Release>(|case, release| {
            let mut conditions = may_be_built(case, release);
            conditions.extend(is_fixed(case, release));
            conditions
        })
    })
    .effects(|case| {
        let mut effects = case.effects::<Release>(problems_fixed);
        effects.extend(case.effects::<Release>(to_be_answered));
        effects
    }),
    Move::new(
        "rebuild",
        "Return to building",
        &[S::CandidateVerification.code(), S::ReadyForApproval.code(), S::Approved.code()],
        S::Building.code(),
        &[Role::ReleaseManager, Role::Quality],
    )
    .reason()
    .effects(another_candidate),
    Move::new(
        "request_approval",
        "Request approval",
        &[S::CandidateVerification.code()],
        S::ReadyForApproval.code(),
        &[Role::Tester, Role::ReleaseManager],
    )
    .sign(Meaning::Verified)
    .clause("IEC 62304 5.8.1")
    .guard(|case| case.with::<Release>(is_verified))
    .covers(|case| vec![(case.id(), Part::Scope)])
    .effects(approval::request),
    Move::new(
        BACK,
        "Return to verification",
        &[S::ReadyForApproval.code(), S::Approved.code()],
        S::CandidateVerification.code(),
        &[Role::ReleaseManager, Role::Quality],
    )
    .reason()
    .effects(approval::withdraw),
    Move::new(approval::APPROVE, "Approve", &[S::ReadyForApproval.code()], S::Approved.code(), &[]),
    Move::new(
        approval::REFUSED,
        "Approval refused",
        &[S::ReadyForApproval.code()],
        S::CandidateVerification.code(),
        &[],
    ),
    Move::new("release", "Release", &[S::Approved.code()], S::Released.code(), &[Role::ReleaseManager])
        .sign(Meaning::Released)
        .clause("IEC 62304 5.8")
        .guard(|case| {
            case.with::<Release>(|case, release| {
                let mut conditions = is_verified(case, release);
                conditions.extend(may_be_released(case, release));
                conditions
            })
        })
        // Further readings of the archive and counts of installations follow, and must not end the signature.
        .covers(|case| vec![(case.id(), Part::Scope)])
        .effects(|case| case.effects::<Release>(released)),
    Move::new(SUPERSEDE, "Superseded", &[S::Released.code()], S::Superseded.code(), &[]),
    Move::new(
        "withdraw",
        "Withdraw from the field",
        &[S::Released.code(), S::Superseded.code()],
        S::Withdrawn.code(),
        &[Role::Quality, Role::Regulatory],
    )
    .reason()
    .grave()
    .sign(Meaning::Approved)
    .clause("ISO 13485 8.3.3")
    .guard(may_be_withdrawn),
    Move::new(
        "out_of_service",
        "Out of service",
        &[S::Released.code(), S::Superseded.code(), S::Withdrawn.code()],
        S::OutOfService.code(),
        &[Role::Quality],
    )
    .clause("IEC 62304 8.3")
    .asks(&["in_service", "out_of_service_evidence"])
    .guard(|case| case.with::<Release>(no_longer_in_use)),
    Move::new("archive", "Archived", &[S::OutOfService.code()], S::Archived.code(), &[Role::Quality])
        .clause("IEC 62304 5.8.7")
        .guard(|case| case.with::<Release>(|_, release| vec![archive_reads_back(release)])),
    Move::new(
        "cancel",
        "Cancel",
        BEFORE_RELEASE,
        S::Cancelled.code(),
        &[Role::ReleaseManager, Role::Quality],
    )
    .reason()
    .grave()
    .effects(approval::withdraw),
];

/// How a release is approved: Quality, the development lead and regulatory affairs sign it in any case (domain 2.7).
pub(super) static APPROVABLE: Approvable = Approvable {
    subjects: |_| vec![AuthoritySubject::Release],
    always: &[Role::Quality, Role::DevLead, Role::Regulatory],
    ready: |case| case.with::<Release>(is_verified),
    authors_rule: Authors::MaySign,
    ..approval::USUAL
};

/// The version is free, so that two people do not plan it twice.
pub(super) fn may_create(case: &Case) -> Vec<Condition> {
    let version = case.data.text("version");
    let others = case.world.all(Kind::Release);
    let same =
        others.iter().find(|data| data.head.id != case.id() && versions::same(data.text("version"), version));
    let who = same.map_or_else(String::new, |data| format!("; {} has it", data.head.id));
    let text = format!("No other release has the version {version}{who}");
    vec![Condition::new("IEC 62304 5.8.4", text, same.is_none()).at("version")]
}

/// A new release follows the last one that was released, unless another is named.
pub(super) fn follows(case: &Case) -> Vec<Effect> {
    if !case.data.value("predecessor").is_null() {
        return Vec::new();
    }
    let Some(last) = last_released(case.world, case.id()) else { return Vec::new() };
    let mut set = Fields::new();
    set.insert("predecessor".into(), last.head.id.to_string().into());
    vec![Effect::Set { id: case.id(), set }]
}

/// Digests have their form, and a release does not follow itself.
pub(super) fn violations(data: &RecordData, _: u32) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    for field in ["artifact_sha256", "tested_sha256", "archive_sha256", "bill_sha256", "commits_sha256"] {
        let text = data.text(field);
        if !text.is_empty() && !is_sha256(text) {
            wrong.push((field, "must be a SHA-256: 64 hexadecimal digits".to_owned()));
        }
    }
    if data.text("predecessor") == data.head.id.to_string() {
        wrong.push(("predecessor", "names the release itself; name the one before".to_owned()));
    }
    wrong
}

/// The problems that its changes resolve.
fn problems_fixed(case: &Case, release: &Release) -> Vec<Effect> {
    let changes = case.records(&release.change_requests);
    let problems: BTreeSet<RecordId> = changes
        .iter()
        .filter_map(|data| data.typed::<ChangeRequest>())
        .flat_map(|change| change.problem_reports.clone())
        .collect();
    let mut set = Fields::new();
    set.insert("problems_fixed".into(), if problems.is_empty() { Value::Null } else { json!(problems) });
    vec![Effect::Set { id: case.id(), set }]
}

/// Rows for what must be answered: the problems that stand, the tasks of the plan, the markets.
fn to_be_answered(case: &Case, release: &Release) -> Vec<Effect> {
    let mut set = Fields::new();
    set.insert("baseline_fixed_on".into(), case.now.day().to_string().into());
    let listed = |id: &RecordId| release.residual_anomalies.iter().any(|row| row.problem == Some(*id));
    let standing = standing_problems(case.world, release);
    let kept = release
        .residual_anomalies
        .iter()
        .filter(|row| row.problem.is_none_or(|id| standing.contains(&id)))
        .filter_map(|row| serde_json::to_value(row).ok());
    let mut rows: Vec<Value> = kept.collect();
    rows.extend(standing.iter().filter(|id| !listed(id)).map(|id| from_before(case, release, *id)));
    set.insert("residual_anomalies".into(), rows_or_empty(rows));
    let governing = case.world.governing();
    let mut rows: Vec<Value> =
        release.tasks.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
    let missing = governing
        .plan()
        .release_tasks
        .iter()
        .filter(|task| !release.tasks.iter().any(|row| row.task == task.task));
    rows.extend(missing.map(|task| json!({"task": task.task})));
    set.insert("tasks".into(), rows_or_empty(rows));
    let mut rows: Vec<Value> =
        release.regulatory_decisions.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
    for market in &case.world.product().markets {
        if !release.regulatory_decisions.iter().any(|row| row.market == Some(*market)) {
            rows.push(json!({"market": market}));
        }
    }
    set.insert("regulatory_decisions".into(), rows_or_empty(rows));
    vec![Effect::Set { id: case.id(), set }]
}

fn rows_or_empty(rows: Vec<Value>) -> Value {
    if rows.is_empty() { Value::Null } else { Value::Array(rows) }
}

/// A row for a problem that stands, with what the release before and the problem report say of it. Whether its risk is
/// acceptable is decided anew.
fn from_before(case: &Case, release: &Release, problem: RecordId) -> Value {
    let before =
        release.predecessor.and_then(|id| case.world.record(id)).and_then(|data| data.typed::<Release>());
    let row: Option<ResidualAnomaly> = before.and_then(|before| {
        before.residual_anomalies.iter().find(|row| row.problem == Some(problem)).cloned()
    });
    let workaround =
        case.world.record(problem).map_or_else(String::new, |data| data.text("workaround").to_owned());
    match row {
        Some(row) => {
            let row = ResidualAnomaly { risk_acceptable: None, ..row };
            serde_json::to_value(row).unwrap_or_default()
        }
        None => json!({"problem": problem, "workaround": workaround}),
    }
}

/// What was found of the former candidate does not count for the next one.
fn another_candidate(case: &Case) -> Vec<Effect> {
    let found = [
        "tested_sha256",
        "tested_on",
        "tested_by",
        "system_test_ref",
        "verification_summary",
        "tasks",
        "risk_review",
        "baseline_fixed_on",
    ];
    let set: Fields = found.into_iter().map(|name| (name.to_owned(), Value::Null)).collect();
    let mut effects = approval::withdraw(case);
    effects.push(Effect::Set { id: case.id(), set });
    effects
}

/// Quality and regulatory affairs decide a withdrawal: one of them signs the decision, the other one withdraws (domain 2.7).
const WITHDRAWERS: [Role; 2] = [Role::Quality, Role::Regulatory];

/// In the field a release may be signed by those who decide that it is withdrawn.
pub(super) fn signing(case: &Case) -> Signing {
    let mut signing = no_signing(case);
    if matches!(S::of(case.data), Some(S::Released | S::Superseded)) && case.rules >= PLAN_RULES {
        signing.by = WITHDRAWERS.to_vec();
        signing.meanings = vec![Meaning::Approved];
        signing.conditions = vec![withdrawal_decided(case)];
        signing.covers = vec![(case.id(), Part::Content)];
    }
    signing
}

fn withdrawal_decided(case: &Case) -> Condition {
    let text = "It is decided whether this is a recall or a field safety corrective action";
    let decided = !case.data.text("withdrawal_decision").trim().is_empty();
    Condition::new("ISO 13485 8.3.3", text, decided).at("withdrawal_decision")
}

fn may_be_withdrawn(case: &Case) -> Vec<Condition> {
    let roles = approval::roles_that_signed(case);
    let own = case
        .actor
        .and_then(|actor| case.person(actor))
        .map(|person| person.roles.clone())
        .unwrap_or_default();
    let missing: Vec<&str> = WITHDRAWERS
        .iter()
        .filter(|role| !roles.contains(role) && !own.contains(role))
        .map(|role| role.word())
        .collect();
    let text = if missing.is_empty() {
        "Quality and regulatory affairs signed the decision".to_owned()
    } else {
        format!("Quality and regulatory affairs signed the decision; missing: {}", missing.join(", "))
    };
    vec![withdrawal_decided(case), Condition::new("ISO 13485 8.3.3", text, missing.is_empty())]
}

/// The changes are released and their problems go on; the version before is superseded.
fn released(case: &Case, release: &Release) -> Vec<Effect> {
    let mut effects: Vec<Effect> = case
        .records(&release.change_requests)
        .iter()
        .filter(|data| ChangeState::of(data) == Some(ChangeState::Verified))
        .map(|data| Effect::Move { id: data.head.id, go: change_request::RELEASE })
        .collect();
    let problems: BTreeSet<RecordId> = release.problems_fixed.iter().copied().collect();
    for id in problems {
        effects.extend(problem_goes_on(case, release, id));
    }
    if let Some(before) = release.predecessor.and_then(|id| case.world.record(id))
        && S::of(&before) == Some(S::Released)
    {
        effects.push(Effect::Move { id: before.head.id, go: SUPERSEDE });
    }
    let mut set = Fields::new();
    set.insert("in_service".into(), json!(InService::Yes));
    effects.push(Effect::Set { id: case.id(), set });
    effects
}

/// A problem whose changes are all verified is verified itself, and names the version with the fix.
fn problem_goes_on(case: &Case, release: &Release, id: RecordId) -> Vec<Effect> {
    let Some(data) = case.world.record(id) else { return Vec::new() };
    let Some(problem) = data.typed::<ProblemReport>() else { return Vec::new() };
    let Some(state) = ProblemState::of(&data) else { return Vec::new() };
    let done = change_request::changes_for(case.world, id)
        .iter()
        .all(|change| ChangeState::of(change).is_some_and(|state| !state.is_before_verified()));
    let mut effects = Vec::new();
    if state == ProblemState::Resolving && done {
        effects.push(Effect::Move { id, go: problem_report::VERIFY_RESOLUTION });
    }
    if done
        && (state.is_being_resolved() || state.is_resolved())
        && (problem.released_in.is_empty() || problem.released_in.contains("unreleased"))
    {
        let mut set = Fields::new();
        set.insert("released_in".into(), release.version.to_string().into());
        effects.push(Effect::Set { id, set });
    }
    effects
}

fn no_longer_in_use(_: &Case, release: &Release) -> Vec<Condition> {
    vec![
        Condition::new(
            "IEC 62304 8.3",
            "It is stated that it is not in service",
            release.in_service == Some(InService::No),
        )
        .at("in_service"),
        Condition::new(
            "IEC 62304 8.3",
            "The evidence that it is out of service is given",
            !release.out_of_service_evidence.trim().is_empty(),
        )
        .at("out_of_service_evidence"),
    ]
}

/// What a reader of a release must know.
pub(super) fn notices(case: &Case) -> Vec<String> {
    let Some(release) = case.data.typed::<Release>() else { return Vec::new() };
    let mut notices = Vec::new();
    let state = S::of(case.data);
    if state.is_some_and(S::is_before_release) && case.rules >= PLAN_RULES {
        notices.extend(case.world.governing().standing.provisional());
    }
    let differences = differences(case.world, &release);
    let without = differences.iter().filter(|difference| difference.changes.is_empty()).count();
    if without > 0 {
        notices.push(format!(
            "{without} of {} differences to the version before have no change behind them.",
            differences.len()
        ));
    }
    notices
}
