//! The sources that the plan requires, and whether a review searched them (IEC 62304 6.1 f, 7.1.3; domain 3.6 REV-06, REV-16).

use std::collections::BTreeSet;

use super::evidence::KEV;
use super::{SearchedSource, SoupReview};
use crate::domain::maintenance_plan::{MaintenancePlan, RiskTier};
use crate::domain::review_item::{ReviewItem, lane_a_is_done};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::due;
use crate::domain::workflow::{Case, Condition};
use mainstay_base::distinct::distinct;

/// Days after which the data of a source does not count as searched. The shortest interval between reviews is usually a month, and
/// older data is what the review before has seen.
pub const DATA_AGE_MAX: u32 = 31;

/// The short name of the catalogue of known exploited vulnerabilities in plans.
const KEV_SHORT: &str = "KEV";

/// The sources that the plan requires for the tiers in scope were searched, in data that is not too old.
pub fn required_sources(case: &Case, review: &SoupReview, items: &[SharedRecord]) -> Vec<Condition> {
    let plan = review.plan.and_then(|id| case.world.record(id));
    let Some(plan) = plan.and_then(|data| data.typed::<MaintenancePlan>()) else { return Vec::new() };
    let items: Vec<_> = items.iter().filter_map(|data| data.typed::<ReviewItem>()).collect();
    let tiers: BTreeSet<Option<RiskTier>> = items.iter().map(|item| item.tier).collect();
    let mut names: Vec<String> = Vec::new();
    for tier in tiers {
        let required = due::rule_of(&plan, tier).map(|row| row.required_sources.to_string());
        names.extend(required.iter().flat_map(|line| source_names(line)));
    }
    let lists_read = items.iter().all(|item| lane_a_is_done(item));
    let of = |name: String| {
        let state = state_of(review.sources.iter().filter(|row| is_source(row, &name)));
        let list = is_supplier_list(&name) && lists_read;
        condition(&name, if list { Searched::Yes } else { state })
    };
    distinct(names).into_iter().map(of).collect()
}

/// How far a source was searched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Searched {
    No,
    /// In data of this age in days, or of an age that is not known.
    TooOld(Option<u32>),
    Yes,
}

fn state_of<'r>(rows: impl Iterator<Item = &'r SearchedSource>) -> Searched {
    let mut state = Searched::No;
    for row in rows {
        match row.age_days {
            Some(days) if days <= DATA_AGE_MAX => return Searched::Yes,
            age => state = Searched::TooOld(age),
        }
    }
    state
}

fn condition(name: &str, state: Searched) -> Condition {
    let whole = format!("The required source “{name}” was searched");
    let text = match state {
        Searched::Yes => whole,
        Searched::No => format!("{whole}; no source of the search has this name"),
        Searched::TooOld(age) => {
            let age = age.map_or_else(|| "of unknown age".to_owned(), |days| format!("{days} days old"));
            format!(
                "{whole} in data of at most {DATA_AGE_MAX} days; its data is {age}. Update the advisory data and search again"
            )
        }
    };
    Condition::new("IEC 62304 6.1 f", text, state == Searched::Yes).at("sources")
}

/// The sources that a line of the plan names.
fn source_names(line: &str) -> Vec<String> {
    let parts = line.split([',', ';', '\n', '+']).flat_map(|part| part.split(" and "));
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Whether a name of the plan means the suppliers' lists of anomalies, which are read for each item (lane A).
fn is_supplier_list(name: &str) -> bool {
    let name = name.to_lowercase();
    ["supplier", "tracker", "release notes", "anomaly list", "vendor", "change log", "changelog"]
        .into_iter()
        .any(|word| name.contains(word))
}

/// Whether a source has exactly this name, as the program writes its publisher or its format.
pub(super) fn is_source(row: &SearchedSource, name: &str) -> bool {
    let plain = |name: &str| name.trim().to_lowercase();
    let name = if plain(name) == plain(KEV_SHORT) { plain(KEV) } else { plain(name) };
    let short = plain(&row.source) == plain(KEV_SHORT) && name == plain(KEV);
    !name.is_empty() && (short || plain(&row.source) == name || plain(&row.format) == name)
}
