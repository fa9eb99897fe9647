//! The milestones that the dates of a retirement plan ask for (domain 5.3): dated tasks, laid out once and worked in from then on.

use serde_json::json;

use super::{RetirementPlan, groups};
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

/// Months before the end of life of the first notice if no audience says more (IMDRF N70: two years are typical).
const FIRST_NOTICE_MONTHS: u32 = 24;
/// Months before the supply stops by which authorities are told (MDR 10a).
const ARTICLE_10A_MONTHS: i32 = 6;
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
    let lead = lead.filter_map(|row| row.lead_months).max().unwrap_or(FIRST_NOTICE_MONTHS);
    let months = |count: u32| -i32::try_from(count).unwrap_or(i32::MAX);
    let mut all = vec![
        laid("Announce the end of life", eol.plus_months(months(lead))),
        laid("Remind of the end of life", eol.plus_months(months(lead / 2))),
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
