//! The groups of a retirement plan, and how far each is answered: a group is answered, or says why it does not apply (domain 5.2).

use super::RetirementPlan;
use crate::domain::field::is_empty;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::key_material::KeyMaterialState;
use crate::domain::person::Role;
use crate::domain::product::Market;
use crate::domain::record::RecordData;
use crate::domain::workflow::{Condition, World, to_fill_in};

/// One group of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The section of the plan.
    pub title: &'static str,
    /// The fields that answer it.
    pub needs: &'static [&'static str],
    /// The field that says why it does not apply, if that is possible.
    pub not_applicable: Option<&'static str>,
    /// Who usually knows the answers.
    pub by: Role,
}

/// All groups, in the order of the plan.
pub const GROUPS: &[Group] = &[
    group("Scope", &["markets", "install_base", "reason", "alternatives"], None, Role::Management),
    group(
        "Dates",
        &[
            "last_sale_date",
            "eol_date",
            "security_support_end",
            "eos_date",
            "decommission_target",
            "dates_basis",
        ],
        None,
        Role::Management,
    ),
    group("Stages", &["stages"], Some("stages_na"), Role::Quality),
    group("Notices", &["audiences", "notice_content"], Some("notices_na"), Role::Regulatory),
    group("Supply", &["serious_harm", "serious_harm_rationale"], None, Role::Regulatory),
    group(
        "Data and hosted services",
        &["data_categories", "hosted_services"],
        Some("data_na"),
        Role::DevLead,
    ),
    group("SOUP", &["soup_state", "open_findings"], Some("soup_na"), Role::SecurityLead),
    group("Keys and certificates", &["names_held"], Some("keys_na"), Role::SecurityLead),
    group("Residual risk", &["residual_risk", "risk_file_ref", "risk_transfer"], None, Role::RiskManager),
    group("Residual duties", &["duties"], None, Role::Management),
    group("Archive", &["archive_content", "archive_copies"], None, Role::ReleaseManager),
    group("Regulatory closing", &["regulatory_closing"], Some("regulatory_na"), Role::Regulatory),
    group(
        "Decommissioning guide",
        &["guide_backup", "guide_removal", "guide_isolation", "guide_disposal"],
        Some("guide_na"),
        Role::Support,
    ),
];

const fn group(
    title: &'static str,
    needs: &'static [&'static str],
    not_applicable: Option<&'static str>,
    by: Role,
) -> Group {
    Group { title, needs, not_applicable, by }
}

/// How far a group is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupState {
    /// Everything is answered.
    Answered,
    /// It says why it does not apply.
    NotApplicable,
    /// Something is answered.
    Begun,
    /// Nothing is answered.
    Empty,
}

impl GroupState {
    /// In a word or two.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Answered => "Answered",
            Self::NotApplicable => "Does not apply",
            Self::Begun => "Begun",
            Self::Empty => "Open",
        }
    }

    /// Whether nothing is left to answer.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Answered | Self::NotApplicable)
    }
}

/// How far one group of a plan is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The group.
    pub group: Group,
    /// How far it is.
    pub state: GroupState,
    /// What is missing: the field and a sentence.
    pub missing: Vec<(&'static str, String)>,
}

impl Progress {
    /// What is missing, as conditions of the plan's approval.
    pub fn conditions(&self) -> Vec<Condition> {
        let one = |(field, text): &(&'static str, String)| {
            Condition::new("IMDRF N70", format!("{}: {text}", self.group.title), false).at(field)
        };
        self.missing.iter().map(one).collect()
    }
}

/// How far each group of a plan is.
pub fn progress(world: &dyn World, data: &RecordData) -> Vec<Progress> {
    let plan = data.typed::<RetirementPlan>().unwrap_or_default();
    GROUPS.iter().map(|group| of_group(world, data, &plan, *group)).collect()
}

fn of_group(world: &dyn World, data: &RecordData, plan: &RetirementPlan, group: Group) -> Progress {
    let reason = group.not_applicable.filter(|field| !is_empty(data.value(field)));
    if reason.is_some() {
        return Progress { group, state: GroupState::NotApplicable, missing: Vec::new() };
    }
    let open = |field: &&&'static str| is_empty(data.value(field)) && !is_replaced(plan, field);
    let mut missing: Vec<(&'static str, String)> = group
        .needs
        .iter()
        .filter(open)
        .map(|field| {
            let label = data.def().field(field).map_or(*field, |field| field.label);
            (*field, to_fill_in(label))
        })
        .collect();
    let empty = missing.len() == group.needs.len();
    missing.extend(more_of(world, data.head.id, plan, group.title));
    let state = match (empty, missing.is_empty()) {
        (_, true) => GroupState::Answered,
        (true, false) => GroupState::Empty,
        (false, false) => GroupState::Begun,
    };
    Progress { group, state, missing }
}

/// Whether another field says why this one is empty.
fn is_replaced(plan: &RetirementPlan, field: &str) -> bool {
    field == "risk_transfer" && !plan.risk_transfer_na.trim().is_empty()
}

/// What a group needs besides filled fields.
fn more_of(
    world: &dyn World,
    id: RecordId,
    plan: &RetirementPlan,
    title: &str,
) -> Vec<(&'static str, String)> {
    let mut missing = Vec::new();
    let mut ask = |met: bool, field: &'static str, text: &str| {
        if !met {
            missing.push((field, text.to_owned()));
        }
    };
    match title {
        "Dates" => {
            let ordered = plan.eol_date.zip(plan.eos_date).is_none_or(|(eol, eos)| eol <= eos);
            ask(ordered, "eos_date", "the end of support is not before the end of life");
        }
        "Stages" => {
            use crate::domain::product::TplcStage as Stage;
            let has = |stage| plan.stages.iter().any(|row| row.stage == Some(stage));
            let both = has(Stage::LimitedSupport) && has(Stage::EndOfSupport);
            ask(both, "stages", "limited support and end of support each have a row");
        }
        "Supply" => {
            let markets = markets_of(world, plan);
            let answered = !matches!(plan.serious_harm, Some(super::Foreseen::NotApplicable));
            let eu = markets.contains(&Market::Eu);
            ask(answered || !eu, "serious_harm", "in the European Union the answer is Yes or No (MDR 10a)");
            let us = markets.contains(&Market::Us);
            ask(
                plan.emergency_device.is_some() || !us,
                "emergency_device",
                "“Needed in a public health emergency” is answered for the United States",
            );
        }
        "Keys and certificates" => {
            let keys = world.parts(id, Kind::KeyMaterial);
            let listed = keys.iter().any(|key| KeyMaterialState::of(key) != Some(KeyMaterialState::Struck));
            ask(listed, "keys_na", "the inventory lists keys and certificates, or says why there are none");
        }
        "Residual duties" => {
            let held = plan.duties.iter().all(|row| row.person.is_some() || !row.organisation.is_empty());
            ask(held, "duties", "every duty has a person or an organisation");
        }
        "Archive" => {
            ask(plan.archive_copies.len() >= 2, "archive_copies", "there are copies at two places");
            let named = plan.legal_hold != Some(true) || !plan.legal_hold_ref.is_empty();
            ask(named, "legal_hold_ref", "the legal hold is named");
        }
        _ => {}
    }
    missing
}

/// The markets in which it retires: its own, or those of the product.
pub(super) fn markets_of(world: &dyn World, plan: &RetirementPlan) -> Vec<Market> {
    if plan.markets.is_empty() { world.product().markets.clone() } else { plan.markets.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_names_a_section_and_fields_of_it() {
        let def = Kind::RetirementPlan.def();
        for group in GROUPS {
            assert!(def.sections.iter().any(|section| section.title == group.title), "{}", group.title);
            for field in group.needs.iter().chain(&group.not_applicable) {
                assert_eq!(def.section_of(field).map(|section| section.title), Some(group.title), "{field}");
            }
        }
    }

    use serde_json::{Value, json};

    use crate::domain::retirement_plan::RetirementPlanState;
    use crate::domain::test_world::{TestWorld, id};

    fn of(world: TestWorld, title: &str, fields: Value) -> Progress {
        let world = world.put("RP-0001", RetirementPlanState::Draft.code(), "2026-11-01", fields);
        let data = world.record(id("RP-0001")).unwrap();
        progress(&world, &data).into_iter().find(|one| one.group.title == title).unwrap()
    }

    fn sold(market: &str) -> TestWorld {
        let state = crate::domain::product::ProductState::Current.code();
        TestWorld::default().put("PD-0001", state, "2026-01-01", json!({"markets": [market]}))
    }

    fn fields_of(progress: &Progress) -> Vec<&'static str> {
        progress.missing.iter().map(|(field, _)| *field).collect()
    }

    #[test]
    fn an_empty_plan_has_empty_groups_and_each_first_answer_begins_one() {
        let world =
            TestWorld::default().put("RP-0001", RetirementPlanState::Draft.code(), "2026-11-01", json!({}));
        let data = world.record(id("RP-0001")).unwrap();
        let groups = progress(&world, &data);
        assert_eq!(groups.len(), GROUPS.len());
        for group in &groups {
            assert_eq!(group.state, GroupState::Empty, "{}", group.group.title);
            assert!(group.conditions().iter().all(|condition| !condition.met && condition.field.is_some()));
        }
        let begun = of(TestWorld::default(), "Scope", json!({"reason": "Its processor is no longer made."}));
        assert_eq!(begun.state, GroupState::Begun);
        assert_eq!(fields_of(&begun), ["markets", "install_base", "alternatives"]);
    }

    #[test]
    fn a_group_that_says_why_it_does_not_apply_is_done() {
        let group = of(TestWorld::default(), "SOUP", json!({"soup_na": "There is none."}));
        assert_eq!((group.state, group.state.is_done()), (GroupState::NotApplicable, true));
        let risk = json!({"residual_risk": "Low.", "risk_file_ref": "RMF-1", "risk_transfer_na": "Nobody takes one over."});
        assert_eq!(of(TestWorld::default(), "Residual risk", risk).state, GroupState::Answered);
    }

    #[test]
    fn support_does_not_end_before_sale_and_both_late_stages_are_described() {
        let dates = |eos: &str| {
            json!({"last_sale_date": "2027-01-01", "eol_date": "2027-01-01", "security_support_end": "2028-01-01",
                "eos_date": eos, "decommission_target": "2030-01-01", "dates_basis": "Contracts."})
        };
        assert_eq!(of(TestWorld::default(), "Dates", dates("2027-01-01")).state, GroupState::Answered);
        assert_eq!(fields_of(&of(TestWorld::default(), "Dates", dates("2026-12-31"))), ["eos_date"]);
        let stage = |stage: &str| json!({"stage": stage});
        let one = json!({"stages": [stage("limited_support")]});
        assert_eq!(of(TestWorld::default(), "Stages", one).state, GroupState::Begun);
        let both = json!({"stages": [stage("limited_support"), stage("end_of_support")]});
        assert_eq!(of(TestWorld::default(), "Stages", both).state, GroupState::Answered);
    }

    #[test]
    fn serious_harm_is_answered_yes_or_no_in_the_european_union_and_emergencies_in_the_united_states() {
        let supply =
            |harm: &str| json!({"serious_harm": harm, "serious_harm_rationale": "There are others."});
        assert_eq!(of(sold("eu"), "Supply", supply("no")).state, GroupState::Answered);
        assert_eq!(fields_of(&of(sold("eu"), "Supply", supply("not_applicable"))), ["serious_harm"]);
        assert_eq!(of(sold("ca"), "Supply", supply("not_applicable")).state, GroupState::Answered);
        assert_eq!(fields_of(&of(sold("us"), "Supply", supply("no"))), ["emergency_device"]);
        let own =
            json!({"serious_harm": "no", "serious_harm_rationale": "There are others.", "markets": ["eu"]});
        assert_eq!(
            of(sold("us"), "Supply", own).state,
            GroupState::Answered,
            "the markets of the plan count"
        );
    }

    #[test]
    fn keys_are_listed_duties_held_and_copies_at_two_places() {
        let keys = |state: KeyMaterialState| {
            let world =
                TestWorld::default().part("KM-0001", "RP-0001", state.code(), json!({"title": "Key"}));
            of(world, "Keys and certificates", json!({"names_held": "example.org"})).state
        };
        assert_eq!(keys(KeyMaterialState::InUse), GroupState::Answered);
        assert_eq!(keys(KeyMaterialState::Struck), GroupState::Begun, "what is struck out is no inventory");
        let duty =
            json!({"duties": [{"duty": "Vigilance", "organisation": "Example"}, {"duty": "Complaints"}]});
        assert_eq!(fields_of(&of(TestWorld::default(), "Residual duties", duty)), ["duties"]);
        let archive =
            json!({"archive_content": "All.", "archive_copies": [{"location": "Vault"}], "legal_hold": true});
        assert_eq!(
            fields_of(&of(TestWorld::default(), "Archive", archive)),
            ["archive_copies", "legal_hold_ref"]
        );
    }
}
