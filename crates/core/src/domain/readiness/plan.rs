//! Rules about the maintenance plan and what it asks to be watched (domain 3.1).

use std::collections::BTreeMap;

use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::domain::maintenance_plan::{MaintenancePlan, next_trend_review, sections_of_letter};
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::product::{PRODUCT, SafetyClass};
use crate::domain::release::{Release, ReleaseState};
use crate::domain::retirement_plan::{RetirementPlan, current_plan};
use crate::domain::time::Day;

const PLAN: Kind = Kind::MaintenancePlan;

pub(super) const RULES: &[Rule] = &[
    Rule::new("PLAN-01", "IEC 62304 6.1", S::Critical, ("Released without an approved maintenance plan in force", "Put a plan in force; raise a deviation for the release."), released_without_plan).place(PLAN),
    Rule::new("PLAN-02", "IEC 62304 6.1", S::Major, ("The plan does not address a letter of 6.1", "Write the next version of the plan with that section."), empty_letter).place(PLAN),
    Rule::new("PLAN-03", "IEC 62304 6.1 b", S::Major, ("No criteria for deciding that feedback is a problem", "Write the next version of the plan with criteria."), |look| if_empty(look, |plan| plan.problem_criteria.is_empty(), "problem_criteria", "The plan has no criteria for deciding that feedback is a problem")).place(PLAN),
    Rule::new("PLAN-04", "IEC 62304 6.1 f, FD&C 524B", S::Major, ("The plan is not linked to vulnerability management", "Name the vulnerability plan, who is responsible, what is monitored and how often; or say why it does not apply."), not_linked).place(PLAN),
    Rule::new("PLAN-05", "IEC 62304 6.1 f", S::Major, ("The plan is silent on obsolescence of SOUP", "Write the next version of the plan with that procedure."), |look| if_empty(look, |plan| plan.soup_obsolescence_procedure.trim().is_empty(), "soup_obsolescence_procedure", "The plan says nothing about obsolete SOUP")).place(PLAN),
    Rule::new("PLAN-06", "FD&C 524B(b)(2)", S::Major, ("Regular and out-of-cycle updates are not both defined and justified", "Define and justify both cycles in the next version of the plan."), cadence).only(Applies::Cyber).place(PLAN),
    Rule::new("PLAN-07", "ISO 13485 4.2.4", S::Minor, ("The review of the plan is overdue", "Review the plan, and sign the review."), review_overdue).place(Kind::PlanReview),
    Rule::new("PLAN-08", "IEC 62304 6.1", S::Major, ("The plan names nobody active for a role", "Name an active person in the next version of the plan."), roles_not_held).place(PLAN),
    Rule::new("PLAN-09", "IEC 62304 6.1", S::Major, ("The history of the plan has a gap or an overlap", "Say in a deviation what governed in that time."), history).place(PLAN),
    Rule::new("PLAN-10", "IEC 62304 6.2.1.1", S::Major, ("A feedback source was not checked in time", "Check the source and record the check."), sources).place(Kind::SourceCheck),
    Rule::new("PLAN-11", "IEC 62304 6.1 d, 9.6", S::Major, ("The trend analysis is overdue", "Make a trend review and sign it."), trends).place(Kind::TrendReview),
    Rule::new("PLAN-12", "IEC 81001-5-1 6.1.1", S::Minor, ("No policy for the time to security updates", "Enter patch timelines by severity in the next version of the plan."), |look| if_empty(look, |plan| plan.patch_timelines.is_empty() && plan.not_cyber_justification.trim().is_empty(), "patch_timelines", "The plan sets no time to security updates")).only(Applies::Cyber).place(PLAN),
    Rule::new("PLAN-13", "IEC 62304 4.3", S::Major, ("No safety class is assigned: the rules of class C apply", "Assign the class with its rationale and sign it."), unassigned).place(Kind::Product),
    Rule::new("PLAN-14", "IMDRF N70", S::Info, ("No end of support is intended", "Begin a retirement plan; its first answers already count."), no_end).place(Kind::RetirementPlan),
];

/// The plan that governs, if it is in force.
fn effective(look: &Look) -> Option<(crate::domain::ids::RecordId, std::sync::Arc<MaintenancePlan>)> {
    look.world.plan_in_force()
}

fn if_empty(
    look: &Look,
    is_empty: fn(&MaintenancePlan) -> bool,
    field: &'static str,
    text: &str,
) -> Vec<Hit> {
    let found = effective(look).filter(|(_, plan)| is_empty(plan));
    found.map(|(id, _)| Hit::at(id, text).field(field)).into_iter().collect()
}

/// A version of the plan was in force from a day until another.
fn governs(plan: &MaintenancePlan, day: Day) -> bool {
    plan.in_force_from.is_some_and(|from| from <= day) && plan.in_force_until.is_none_or(|until| day <= until)
}

fn released_without_plan(look: &Look) -> Vec<Hit> {
    let plans = look.all::<MaintenancePlan>();
    let covered = |day: Day| plans.iter().any(|(_, plan)| governs(plan, day));
    look.all::<Release>()
        .into_iter()
        .filter(|(data, _)| ReleaseState::of(data).is_some_and(ReleaseState::was_released))
        .filter(|(data, _)| !covered(look.released_at(data).day()))
        .map(|(data, release)| {
            Hit::at(
                data.head.id,
                format!("Version {} was released while no maintenance plan was in force", release.version),
            )
            .told(look.told(data.head.id, look.released_at(&data)))
        })
        .collect()
}

fn empty_letter(look: &Look) -> Vec<Hit> {
    let Some((id, _)) = effective(look) else { return Vec::new() };
    let Some(data) = look.world.record(id) else { return Vec::new() };
    let mut hits = Vec::new();
    for (letter, title) in sections_of_letter() {
        let section = data.def().sections.iter().find(|section| section.title == title);
        let fields = section.map_or(&[][..], |section| section.fields);
        if fields.iter().all(|field| super::is_blank(&data, field.name)) {
            let hit = Hit::at(id, format!("The plan does not address 6.1 {letter}"));
            hits.push(match fields.first() {
                Some(field) => hit.field(field.name),
                None => hit,
            });
        }
    }
    hits
}

fn not_linked(look: &Look) -> Vec<Hit> {
    let Some((id, plan)) = effective(look) else { return Vec::new() };
    if !plan.not_cyber_justification.trim().is_empty() {
        return Vec::new();
    }
    let asked = [
        (
            "vulnerability_plan_ref",
            "the vulnerability management plan",
            plan.vulnerability_plan_ref.is_empty(),
        ),
        (
            "vulnerability_responsible",
            "who is responsible for vulnerabilities",
            plan.vulnerability_responsible.is_empty(),
        ),
        (
            "vulnerability_monitoring",
            "what is monitored and how often",
            plan.vulnerability_monitoring.trim().is_empty(),
        ),
    ];
    let missing = asked.into_iter().filter(|(_, _, empty)| *empty);
    missing
        .map(|(field, what, _)| Hit::at(id, format!("The plan does not name {what}")).field(field))
        .collect()
}

fn cadence(look: &Look) -> Vec<Hit> {
    let Some((id, plan)) = effective(look) else { return Vec::new() };
    if !plan.not_cyber_justification.trim().is_empty() {
        return Vec::new();
    }
    let asked = [
        ("regular_cycle_days", "no regular cycle", plan.regular_cycle_days.is_none()),
        (
            "regular_cycle_justification",
            "no justification of the regular cycle",
            plan.regular_cycle_justification.trim().is_empty(),
        ),
        (
            "out_of_cycle_criteria",
            "no criteria for updates out of cycle",
            plan.out_of_cycle_criteria.trim().is_empty(),
        ),
        ("out_of_cycle_days", "no limit for updates out of cycle", plan.out_of_cycle_days.is_none()),
    ];
    let missing = asked.into_iter().filter(|(_, _, empty)| *empty);
    missing.map(|(field, what, _)| Hit::at(id, format!("The plan has {what}")).field(field)).collect()
}

fn review_overdue(look: &Look) -> Vec<Hit> {
    let Some((id, _)) = effective(look) else { return Vec::new() };
    let Some(data) = look.world.record(id) else { return Vec::new() };
    let case = look.case(&data);
    let due = crate::domain::maintenance_plan::next_review(&case).filter(|due| *due < look.today());
    due.map(|due| {
        let days = look.today().days_since(due);
        Hit::at(id, format!("The review of the plan was due on {due}, {days} days ago"))
    })
    .into_iter()
    .collect()
}

fn roles_not_held(look: &Look) -> Vec<Hit> {
    let Some((id, plan)) = effective(look) else { return Vec::new() };
    let mut held: BTreeMap<Role, bool> = BTreeMap::new();
    for row in plan.roles.iter() {
        let (Some(role), Some(person)) = (row.role, row.person) else { continue };
        let data = look.world.record(person);
        let active = data.filter(|data| PersonState::of(data) == Some(PersonState::Active));
        let holds =
            active.and_then(|data| data.typed::<Person>()).is_some_and(|known| known.roles.contains(&role));
        *held.entry(role).or_default() |= holds;
    }
    let without = held.into_iter().filter(|(_, held)| !held);
    without
        .map(|(role, _)| {
            let text =
                format!("Nobody whom the plan names as {} is an active holder of that role", role.word());
            Hit::at(id, text).field("roles")
        })
        .collect()
}

fn history(look: &Look) -> Vec<Hit> {
    let mut spans: Vec<_> = look
        .all::<MaintenancePlan>()
        .into_iter()
        .filter_map(|(data, plan)| Some((plan.in_force_from?, plan.in_force_until, data)))
        .collect();
    spans.sort_by_key(|(from, _, data)| (*from, data.head.id));
    let mut hits = Vec::new();
    for pair in spans.windows(2) {
        let [(_, until, before), (from, _, data)] = pair else { continue };
        let text = match until {
            Some(until) if until == from => continue,
            Some(until) => format!(
                "This version is in force from {from}, and {} was until {until}: that is a gap or an overlap",
                before.head.id
            ),
            None => format!("{} is in force too", before.head.id),
        };
        hits.push(Hit::at(data.head.id, text).field("in_force_from"));
    }
    hits
}

fn sources(look: &Look) -> Vec<Hit> {
    let Some((id, _)) = effective(look) else { return Vec::new() };
    let Some(data) = look.world.record(id) else { return Vec::new() };
    let case = look.case(&data);
    let watched = crate::domain::maintenance_plan::watched_sources(&case);
    let late = watched.into_iter().filter(|source| source.next.is_some_and(|next| next < look.today()));
    late.map(|source| {
        let since = source.last.map_or_else(|| "never".to_owned(), |day| format!("last on {day}"));
        Hit::at(id, format!("The source {} was not checked in time: {since}", source.source.name))
    })
    .collect()
}

fn trends(look: &Look) -> Vec<Hit> {
    let Some((id, plan)) = effective(look) else { return Vec::new() };
    let due = next_trend_review(look.world, &plan).filter(|due| *due < look.today());
    due.map(|due| Hit::at(id, format!("The trend review was due on {due}"))).into_iter().collect()
}

fn unassigned(look: &Look) -> Vec<Hit> {
    let class = look.world.product().software_safety_class;
    if matches!(class, None | Some(SafetyClass::Unassigned)) {
        return vec![Hit::at(PRODUCT, "No safety class is assigned").field("software_safety_class")];
    }
    Vec::new()
}

fn no_end(look: &Look) -> Vec<Hit> {
    if look.fielded().is_empty() {
        return Vec::new();
    }
    match current_plan(look.world) {
        None => vec![Hit::missing("Releases are in service, and there is no retirement plan")],
        Some(data) => {
            let intended = data.typed::<RetirementPlan>().is_some_and(|plan| plan.eos_date.is_some());
            if intended {
                Vec::new()
            } else {
                vec![Hit::at(data.head.id, "The retirement plan names no end of support").field("eos_date")]
            }
        }
    }
}
