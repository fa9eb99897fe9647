//! Steps of the maintenance plan and their guards (domain 2.1).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{MaintenancePlan, MaintenancePlanState as S, RiskTier, SUPERSEDE};
use crate::domain::approval;
use crate::domain::authority::{AuthoritySubject, matrix_errors};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Approvable;
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::policy::DAYS_MAX;
use crate::domain::record::{Fields, RecordData};
use crate::domain::signature::{Meaning, Part};
use crate::domain::text::counted;
use crate::domain::workflow::{Case, Condition, Effect, Move};

/// The step that writes the next version of the plan in force.
pub const REVISE: &str = "revise";

pub(super) const MOVES: &[Move] = &[
    Move::new("submit", "Submit for signature", &[S::Draft.code()], S::InReview.code(), super::WRITERS)
        .clause("IEC 62304 6.1")
        .guard(|case| case.with::<MaintenancePlan>(complete))
        .effects(approval::request),
    Move::new(
        "return",
        "Return to draft",
        &[S::InReview.code(), S::Approved.code()],
        S::Draft.code(),
        super::WRITERS,
    )
    .reason()
    .effects(approval::withdraw),
    Move::new(approval::APPROVE, "Approve", &[S::InReview.code()], S::Approved.code(), &[]),
    Move::new(approval::REFUSED, "Approval refused", &[S::InReview.code()], S::Draft.code(), &[]),
    Move::new("put_in_force", "Put in force", &[S::Approved.code()], S::Effective.code(), &[Role::Quality])
        .sign(Meaning::Approved)
        .clause("IEC 62304 6.1")
        .asks(&["impact_on_open"])
        .guard(|case| case.with::<MaintenancePlan>(may_take_effect))
        .covers(|case| vec![(case.id(), Part::Scope)])
        .effects(|case| case.effects::<MaintenancePlan>(takes_effect)),
    Move::new(SUPERSEDE, "Superseded", &[S::Effective.code()], S::Superseded.code(), &[]),
    Move::new(REVISE, "Write the next version", &[S::Effective.code()], S::Effective.code(), super::WRITERS)
        .clause("ISO 13485 4.2.4")
        .guard(no_other_is_written)
        .effects(|case| case.effects::<MaintenancePlan>(next_version)),
    Move::new(
        "void",
        "Give up",
        &[S::Draft.code(), S::InReview.code(), S::Approved.code()],
        S::Void.code(),
        &[Role::Quality],
    )
    .reason()
    .grave()
    .effects(approval::withdraw),
];

/// Decisions that a plan must say who signs. The other rows of the matrix are for records that come with a retirement.
pub(super) const DECIDED: [AuthoritySubject; 11] = [
    AuthoritySubject::ChangeRoutine,
    AuthoritySubject::ChangeSafety,
    AuthoritySubject::ChangeSecurity,
    AuthoritySubject::ChangeRegulatory,
    AuthoritySubject::ProblemSafety,
    AuthoritySubject::ProblemNoAction,
    AuthoritySubject::MaintenancePlan,
    AuthoritySubject::Release,
    AuthoritySubject::CommunicationExternal,
    AuthoritySubject::RegulatorNotRequired,
    AuthoritySubject::WaiverOrDeviation,
];

/// How a plan is approved: Quality and the development lead sign it in any case (domain 2.1).
pub(super) static APPROVABLE: Approvable = Approvable {
    subjects: |_| vec![AuthoritySubject::MaintenancePlan],
    always: &[Role::Quality, Role::DevLead],
    ready: |case| case.with::<MaintenancePlan>(complete),
    ..approval::USUAL
};

/// The titles of the sections by the letter of 6.1 that they answer.
pub fn sections_of_letter() -> Vec<(char, &'static str)> {
    let titles = MaintenancePlan::SECTIONS.iter().map(|section| section.title);
    titles.filter_map(|title| Some((title.split_once(')')?.0.chars().next()?, title))).collect()
}

/// Whether a version of the plan is in force.
pub fn in_force(data: &RecordData) -> bool {
    S::of(data) == Some(S::Effective)
}

/// Values out of bounds or that contradict each other.
pub(super) fn violations(data: &RecordData, _: u32) -> Vec<(&'static str, String)> {
    let Some(plan) = data.typed::<MaintenancePlan>() else { return Vec::new() };
    let mut wrong = Vec::new();
    for field in data.def().fields().filter(|field| field.name.ends_with("_days")) {
        if data.value(field.name).as_u64().is_some_and(|days| days > u64::from(DAYS_MAX)) {
            wrong.push((field.name, format!("must be a number from 0 to {DAYS_MAX}")));
        }
    }
    let mut repeated = |field: &'static str, codes: Vec<&str>| {
        let mut seen = BTreeSet::new();
        for code in codes.into_iter().filter(|code| !code.is_empty()) {
            if !seen.insert(code.to_lowercase()) {
                wrong.push((field, format!("names “{code}” twice; name it once")));
            }
        }
    };
    repeated("problem_criteria", plan.problem_criteria.iter().map(|row| &*row.code).collect());
    repeated("feedback_sources", plan.feedback_sources.iter().map(|row| &*row.code).collect());
    wrong
}

/// Only one version is written at a time.
pub(super) fn may_create(case: &Case) -> Vec<Condition> {
    no_other_is_written(case)
}

fn no_other_is_written(case: &Case) -> Vec<Condition> {
    let plans = case.world.all(Kind::MaintenancePlan);
    let other =
        plans.iter().find(|data| data.head.id != case.id() && S::of(data).is_some_and(S::is_being_written));
    let text = "No other version of the plan is being written";
    vec![Condition::new("IEC 62304 6.1", text, other.is_none()).on_any(other.map(|data| data.head.id))]
}

/// A new version names the one in force, which it will replace.
pub(super) fn replaces(case: &Case) -> Vec<Effect> {
    let Some((id, _)) = case.world.plan_in_force() else { return Vec::new() };
    let mut set = Fields::new();
    set.insert("supersedes".into(), id.to_string().into());
    vec![Effect::Set { id: case.id(), set }]
}

/// The fields that an edit decides are no longer examples.
pub(super) fn decided_by_edit(data: &RecordData, changed: &[&str]) -> Fields {
    let mut set = Fields::new();
    let Some(plan) = data.typed::<MaintenancePlan>() else { return set };
    if changed.contains(&"undecided") || !plan.undecided.iter().any(|name| changed.contains(&&**name)) {
        return set;
    }
    let left: Vec<&str> =
        plan.undecided.iter().map(|name| &**name).filter(|name| !changed.contains(name)).collect();
    set.insert("undecided".into(), if left.is_empty() { Value::Null } else { json!(left) });
    set
}

/// A plan is complete when every letter of 6.1 is answered and no value is an example any more.
fn complete(case: &Case, plan: &MaintenancePlan) -> Vec<Condition> {
    let def = case.data.def();
    let mut conditions: Vec<Condition> = plan
        .undecided
        .iter()
        .filter_map(|name| def.field(name))
        .map(|field| {
            let text = format!("“{}” is decided: it still holds the example value", field.label);
            Condition::new(field.clause, text, false).at(field.name)
        })
        .collect();
    conditions.extend(matrix_errors(&plan.authority, &DECIDED).into_iter().map(|error| {
        Condition::new("IEC 62304 6.1 e", format!("The authority matrix is whole: {error}"), false)
            .at("authority")
    }));
    let tiers: Vec<&str> = RiskTier::VALUES
        .iter()
        .filter(|tier| !plan.soup_review_policy.iter().any(|row| row.tier == Some(**tier)))
        .map(|tier| tier.word())
        .collect();
    let text = if tiers.is_empty() {
        "The review of SOUP covers every risk tier".to_owned()
    } else {
        format!("The review of SOUP covers every risk tier; missing: {}", tiers.join(", "))
    };
    conditions.push(Condition::new("IEC 62304 7.1.3", text, tiers.is_empty()).at("soup_review_policy"));
    conditions.extend(vulnerabilities(case, plan));
    conditions.extend(roles_are_held(case, plan));
    conditions.extend(every_market(case, plan));
    conditions.push(version_is_new(case, plan));
    conditions
}

/// The plan is linked to the management of vulnerabilities, with both cadences justified; or it says why not (FD&C 524B).
fn vulnerabilities(case: &Case, plan: &MaintenancePlan) -> Vec<Condition> {
    let cyber = case.world.product().is_cyber_device == Some(true);
    let not_applicable = !cyber && !plan.not_cyber_justification.trim().is_empty();
    let filled = [
        (
            "vulnerability_plan_ref",
            "the vulnerability management plan",
            !plan.vulnerability_plan_ref.is_empty(),
        ),
        (
            "vulnerability_responsible",
            "who is responsible for vulnerabilities",
            !plan.vulnerability_responsible.is_empty(),
        ),
        ("vulnerability_monitoring", "what is monitored", !plan.vulnerability_monitoring.trim().is_empty()),
        ("patch_timelines", "patch timelines", !plan.patch_timelines.is_empty()),
        ("regular_cycle_days", "the regular update cycle", plan.regular_cycle_days.is_some()),
        (
            "regular_cycle_justification",
            "why this regular cycle",
            !plan.regular_cycle_justification.trim().is_empty(),
        ),
        (
            "out_of_cycle_criteria",
            "when an update is made out of cycle",
            !plan.out_of_cycle_criteria.trim().is_empty(),
        ),
        ("out_of_cycle_days", "the limit out of cycle", plan.out_of_cycle_days.is_some()),
        (
            "out_of_cycle_justification",
            "why this limit out of cycle",
            !plan.out_of_cycle_justification.trim().is_empty(),
        ),
    ];
    filled
        .into_iter()
        .map(|(field, what, filled)| {
            let text = format!("The plan names {what}, or says why it does not apply");
            Condition::new("FD&C 524B(b)", text, filled || not_applicable).at(field)
        })
        .collect()
}

fn every_market(case: &Case, plan: &MaintenancePlan) -> Vec<Condition> {
    let markets = case.world.product().markets.clone();
    markets
        .into_iter()
        .map(|market| {
            let named = plan.regulator_matrix.iter().any(|row| row.market == Some(market));
            let text = format!("The authority for {} is named", market.word());
            Condition::new("IEC 62304 6.2.5", text, named).at("regulator_matrix")
        })
        .collect()
}

fn version_is_new(case: &Case, plan: &MaintenancePlan) -> Condition {
    let plans = case.world.all(Kind::MaintenancePlan);
    let others = plans.iter().filter(|data| data.head.id != case.id() && S::of(data) != Some(S::Void));
    let used = others.into_iter().any(|data| data.text("version") == &*plan.version);
    Condition::new("ISO 13485 4.2.4", "No other plan has this version", !used).at("version")
}

fn may_take_effect(case: &Case, plan: &MaintenancePlan) -> Vec<Condition> {
    let granted = approval::granted(case);
    let approved_on = granted.as_ref().map(|data| data.head.state_since.day());
    let from = plan.effective_from;
    let after = matches!((from, approved_on), (Some(from), Some(on)) if from >= on);
    let early = from.is_none_or(|from| from > case.now.day());
    let text = match (from, approved_on) {
        (Some(from), Some(on)) if from < on => {
            format!(
                "The plan takes effect after its approval; it says {from}, and was approved on {on}: return it and enter a later day"
            )
        }
        _ => "The plan takes effect after its approval".to_owned(),
    };
    let day = from.map_or_else(String::new, |from| format!(", {from},"));
    let mut conditions = approval::is_granted(case, "IEC 62304 6.1");
    conditions.push(Condition::new("IEC 62304 6.1", text, after).at("effective_from"));
    let text = format!("Its day{day} has come");
    conditions.push(Condition::new("IEC 62304 6.1", text, !early).at("effective_from"));
    conditions
}

/// The plan is in force from today, and the former one until today: there is no gap and no overlap.
fn takes_effect(case: &Case, _: &MaintenancePlan) -> Vec<Effect> {
    let today = case.now.day().to_string();
    let one =
        |name: &str| -> Fields { [(name.to_owned(), Value::from(today.clone()))].into_iter().collect() };
    let mut effects = vec![Effect::Set { id: case.id(), set: one("in_force_from") }];
    for former in case.world.all(Kind::MaintenancePlan).iter().filter(|data| in_force(data)) {
        let id = former.head.id;
        effects.push(Effect::Set { id, set: one("in_force_until") });
        effects.push(Effect::Move { id, go: SUPERSEDE });
    }
    effects
}

/// The next version begins as a copy of this one.
fn next_version(case: &Case, _: &MaintenancePlan) -> Vec<Effect> {
    let scope = MaintenancePlan::SECTIONS.iter().filter(|section| section.scope);
    let names: BTreeSet<&str> = scope.flat_map(|section| section.fields).map(|field| field.name).collect();
    let own = ["version", "effective_from", "reason_for_version", "supersedes"];
    let copied = case
        .data
        .fields
        .iter()
        .filter(|(name, _)| names.contains(name.as_str()) && !own.contains(&name.as_str()));
    let set: Fields = copied.map(|(name, value)| (name.clone(), value.clone())).collect();
    vec![Effect::Create { kind: Kind::MaintenancePlan, set, link_back: None }]
}

/// What a reader of a plan must know.
pub(super) fn notices(case: &Case) -> Vec<String> {
    let Some(plan) = case.data.typed::<MaintenancePlan>() else { return Vec::new() };
    let mut notices = Vec::new();
    if S::of(case.data) == Some(S::Draft) && !plan.undecided.is_empty() {
        let count = plan.undecided.len();
        notices.push(format!(
            "{} still from the examples. Accept or change each; a plan with examples cannot be submitted.",
            counted(count, "value")
        ));
    }
    for row in plan.roles.iter() {
        let (Some(role), Some(person)) = (row.role, row.person) else { continue };
        let role_word = role.word();
        match holding(case, person, role) {
            Holding::Holds => {}
            Holding::Invited => notices.push(format!(
                "The invitation of {person} as {role_word} is open: they hold the role once they have signed in with their one-time code."
            )),
            Holding::Not => notices.push(format!("{person} does not hold the role {role_word} in this file.")),
        }
    }
    notices
}

/// Every role of the plan is held by an active person (domain 3.1, PLAN-08).
fn roles_are_held(case: &Case, plan: &MaintenancePlan) -> Vec<Condition> {
    let not_held = plan.roles.iter().filter_map(|row| {
        let (role, person) = (row.role?, row.person?);
        match holding(case, person, role) {
            Holding::Holds => None,
            Holding::Invited => Some(format!("{person} as {}, whose invitation is open", role.word())),
            Holding::Not => Some(format!("{person} as {}", role.word())),
        }
    });
    let not_held: Vec<String> = not_held.collect();
    let text = if not_held.is_empty() {
        "Every person of the plan is active and holds their role".to_owned()
    } else {
        format!("Every person of the plan is active and holds their role; not so: {}", not_held.join(", "))
    };
    vec![Condition::new("IEC 62304 6.1", text, not_held.is_empty()).at("roles")]
}

/// Whether somebody holds a role.
enum Holding {
    /// Active, with the role.
    Holds,
    /// Invited with the role, and not signed in yet.
    Invited,
    /// Without the role, or not active any more.
    Not,
}

fn holding(case: &Case, person: RecordId, role: Role) -> Holding {
    let Some(data) = case.world.record(person) else { return Holding::Not };
    if !data.typed::<Person>().is_some_and(|known| known.roles.contains(&role)) {
        return Holding::Not;
    }
    match PersonState::of(&data) {
        Some(PersonState::Active) => Holding::Holds,
        Some(PersonState::Invited) => Holding::Invited,
        Some(_) | None => Holding::Not,
    }
}
