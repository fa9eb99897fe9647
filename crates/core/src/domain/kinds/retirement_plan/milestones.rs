//! The milestones that the dates of a retirement plan ask for (domain 5.3): dated tasks, laid out once and worked in from then on.

use serde_json::json;

use super::{ARTICLE_10A_MONTHS, NOTICE_MONTHS, RetirementPlan, groups};
use crate::domain::ids::Kind;
use crate::domain::product::Market;
use crate::domain::record::{Fields, RecordData};
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// A milestone that the dates ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Laid {
    /// What is done.
    pub title: String,
    /// By when.
    pub planned: Day,
}

impl Laid {
    /// As the fields of a new milestone.
    pub fn fields(&self) -> Fields {
        let mut set = Fields::new();
        set.insert("title".into(), self.title.clone().into());
        set.insert("planned_on".into(), json!(self.planned));
        set
    }
}

/// Days after the end of support until the acknowledgements are looked at.
const ACKNOWLEDGED_DAYS: i64 = 30;

/// The milestones that the dates of a plan ask for and that it does not have yet, by day.
pub fn lay_out(world: &dyn World, data: &RecordData) -> Vec<Laid> {
    let plan = data.typed::<RetirementPlan>().unwrap_or_default();
    let mut all = of_sale(world, &plan);
    all.extend(of_support(&plan));
    let known = world.parts(data.head.id, Kind::Milestone);
    all.retain(|laid| !known.iter().any(|part| part.title() == laid.title));
    all.sort_by(|a, b| (a.planned, &a.title).cmp(&(b.planned, &b.title)));
    all
}

fn laid(title: &str, planned: Day) -> Laid {
    Laid { title: title.to_owned(), planned }
}

fn of_sale(world: &dyn World, plan: &RetirementPlan) -> Vec<Laid> {
    let Some(eol) = plan.eol_date else { return Vec::new() };
    let lead = plan.audiences.iter().filter(|row| row.end != Some(super::EndKind::Support));
    let lead = lead.filter_map(|row| row.lead_months).max().unwrap_or(NOTICE_MONTHS);
    let mut all = vec![
        laid("Announce the end of life", eol.plus_months(-i64::from(lead))),
        laid("Remind of the end of life", eol.plus_months(-i64::from(lead / 2))),
        laid("End of life: the last sale", eol),
    ];
    if groups::markets_of(world, plan).contains(&Market::Eu) {
        let stop = plan.last_sale_date.unwrap_or(eol);
        all.push(laid("Tell the authorities, MDR 10a", stop.plus_months(-ARTICLE_10A_MONTHS)));
    }
    all
}

fn of_support(plan: &RetirementPlan) -> Vec<Laid> {
    let mut all = Vec::new();
    if let Some(eos) = plan.eos_date {
        all.extend([
            laid("Remind of the end of support", eos.plus_months(-6)),
            laid("Release the final update", plan.security_support_end.unwrap_or(eos).min(eos)),
            laid("End of support", eos),
            laid("Look at the acknowledgements", eos.plus_days(ACKNOWLEDGED_DAYS)),
        ]);
    }
    if let Some(export) = plan.export_until {
        all.push(laid("Last day on which data can be exported", export));
    }
    if let Some(out) = plan.decommission_target {
        all.extend([
            laid("Out of use", out),
            laid("Test that the archive can be restored", out),
            laid("Close the product", out.plus_months(1)),
        ]);
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::domain::milestone::MilestoneState;
    use crate::domain::retirement_plan::RetirementPlanState;
    use crate::domain::test_world::{TestWorld, day, id};

    fn of(world: TestWorld, fields: Value) -> Vec<(String, Day)> {
        let world = world.put("RP-0001", RetirementPlanState::Approved.code(), "2026-11-01", fields);
        let data = world.record(id("RP-0001")).unwrap();
        lay_out(&world, &data).into_iter().map(|laid| (laid.title, laid.planned)).collect()
    }

    fn on(laid: &[(String, Day)], title: &str) -> Option<Day> {
        laid.iter().find(|(known, _)| known == title).map(|(_, on)| *on)
    }

    #[test]
    fn without_dates_there_are_no_milestones_and_with_them_they_are_in_order() {
        assert!(of(TestWorld::default(), json!({})).is_empty());
        let laid = of(
            TestWorld::default(),
            json!({
                "eol_date": "2028-08-31", "eos_date": "2030-08-31", "export_until": "2030-09-30", "decommission_target": "2030-12-31",
            }),
        );
        assert!(laid.is_sorted_by_key(|(_, on)| *on), "{laid:?}");
        assert_eq!(laid.len(), 11, "{laid:?}");
        assert_eq!(on(&laid, "Announce the end of life"), Some(day("2026-08-31")));
        assert_eq!(on(&laid, "Remind of the end of life"), Some(day("2027-08-31")));
        assert_eq!(
            on(&laid, "Remind of the end of support"),
            Some(day("2030-02-28")),
            "the last day of February"
        );
        assert_eq!(on(&laid, "Look at the acknowledgements"), Some(day("2030-09-30")));
        assert_eq!(on(&laid, "Close the product"), Some(day("2031-01-31")));
        assert_eq!(on(&laid, "Tell the authorities, MDR 10a"), None, "it is not sold in the European Union");
    }

    #[test]
    fn the_longest_lead_of_a_sale_audience_counts_and_authorities_are_told_half_a_year_before_the_last_sale()
    {
        let rows = json!([
            {"audience": "customers", "end": "sale", "lead_months": 12}, {"audience": "users", "end": "sale", "lead_months": 18},
            {"audience": "public", "end": "support", "lead_months": 36},
        ]);
        let laid = of(
            TestWorld::default(),
            json!({
                "eol_date": "2028-09-30", "last_sale_date": "2028-06-30", "audiences": rows, "markets": ["eu"],
            }),
        );
        assert_eq!(on(&laid, "Announce the end of life"), Some(day("2027-03-30")));
        assert_eq!(on(&laid, "Tell the authorities, MDR 10a"), Some(day("2027-12-30")));
    }

    #[test]
    fn the_final_update_is_not_after_the_end_of_support_and_a_lead_without_bounds_breaks_nothing() {
        let laid =
            of(TestWorld::default(), json!({"eos_date": "2030-08-31", "security_support_end": "2031-01-01"}));
        assert_eq!(on(&laid, "Release the final update"), Some(day("2030-08-31")));
        let rows = json!([{"audience": "users", "end": "sale", "lead_months": u32::MAX}]);
        let laid = of(TestWorld::default(), json!({"eol_date": "2028-09-30", "audiences": rows}));
        assert!(on(&laid, "Announce the end of life").is_some_and(|on| on <= day("2028-09-30")), "{laid:?}");
    }

    #[test]
    fn what_the_plan_has_already_is_not_laid_out_again_also_if_it_was_dropped() {
        let world = TestWorld::default()
            .part("MS-0001", "RP-0001", MilestoneState::Reached.code(), json!({"title": "End of support"}))
            .part(
                "MS-0002",
                "RP-0001",
                MilestoneState::Dropped.code(),
                json!({"title": "Release the final update"}),
            );
        let laid = of(world, json!({"eos_date": "2030-08-31"}));
        let titles: Vec<&str> = laid.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, ["Remind of the end of support", "Look at the acknowledgements"]);
    }
}
