//! How long the records of the product are kept, with its working shown (ISO 13485 4.2.5, MDR 10(8), 21 CFR 803.18 and 806.20(c);
//! domain 5.4). An unknown date is said, never guessed.

use super::{RetirementPlan, RetirementPlanState as S};
use crate::domain::feedback::{Feedback, FeedbackState};
use crate::domain::ids::Kind;
use crate::domain::product::{Market, Product};
use crate::domain::record::RecordData;
use crate::domain::release::{ReleaseState, released_at};
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// One rule of retention, and what it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRow {
    /// The rule and its source.
    pub rule: &'static str,
    /// The source.
    pub source: &'static str,
    /// The working: the day from which it counts, and how long.
    pub working: String,
    /// The day until which records are kept.
    pub until: Until,
}

/// What a rule of retention gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// Records are kept until this day.
    Day(Day),
    /// The rule asks for nothing.
    Nothing,
    /// It cannot be computed: what is not known.
    Unknown(String),
}

impl Until {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Day(day) => day.to_string(),
            Self::Nothing => "asks for nothing".to_owned(),
            Self::Unknown(why) => format!("cannot be computed: {why}"),
        }
    }
}

/// How long records are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// The rules that apply.
    pub rows: Vec<RetentionRow>,
    /// Whether a legal hold keeps them whatever the rules say.
    pub legal_hold: bool,
}

impl Retention {
    /// The latest day of all rules; `None` if one of them cannot be computed.
    pub fn until(&self) -> Option<Day> {
        if self.rows.iter().any(|row| matches!(row.until, Until::Unknown(_))) {
            return None;
        }
        let days = self.rows.iter().filter_map(|row| match row.until {
            Until::Day(day) => Some(day),
            Until::Nothing | Until::Unknown(_) => None,
        });
        days.max()
    }

    /// What is not known, in sentences.
    pub fn unknown(&self) -> Vec<String> {
        let unknown = |row: &RetentionRow| match &row.until {
            Until::Unknown(why) => Some(format!("{}: cannot be computed, because {why}.", row.rule)),
            Until::Day(_) | Until::Nothing => None,
        };
        self.rows.iter().filter_map(unknown).collect()
    }

    /// The result in a sentence.
    pub fn words(&self) -> String {
        let held = if self.legal_hold { " A legal hold keeps them longer." } else { "" };
        match self.until() {
            Some(until) => format!("Records are kept until {until}.{held}"),
            None => format!("How long records are kept cannot be computed.{held}"),
        }
    }
}

/// How long the records of the product are kept. The retirement plan adds a contract and a legal hold.
pub fn retention(world: &dyn World, today: Day) -> Retention {
    let product = world.product();
    let plan = super::current_plan(world).and_then(|data| data.typed::<RetirementPlan>());
    let lifetime = product.expected_lifetime_years;
    let last_placed = plan
        .as_ref()
        .and_then(|plan| plan.last_sale_date)
        .filter(|day| *day <= today)
        .or(product.last_placed_on_market_date);
    let mut rows = vec![last_release(world, lifetime)];
    if product.markets.contains(&Market::Eu) {
        rows.push(placed(&product, last_placed));
    }
    if product.markets.contains(&Market::Us) {
        rows.push(last_event(world, lifetime));
        rows.push(lifetime_end(last_placed, lifetime));
    }
    if let Some(until) = plan.as_ref().and_then(|plan| plan.contract_until) {
        rows.push(RetentionRow {
            rule: "Contract",
            source: "the retirement plan",
            working: format!("until {until}"),
            until: Until::Day(until),
        });
    }
    Retention { rows, legal_hold: plan.is_some_and(|plan| plan.legal_hold == Some(true)) }
}

fn years_later(day: Day, years: u32) -> Day {
    day.plus_months(i64::from(years) * 12)
}

const NO_LIFETIME: &str = "the expected lifetime of the product is not entered";
const NO_LAST_SALE: &str = "the day on which the last one was placed on the market is not entered; for downloads and services it is \
                            the last unit, licence or activation that was supplied";

/// The last release plus the lifetime, at least two years (ISO 13485 4.2.5). What became of the version later moves nothing.
fn last_release(world: &dyn World, lifetime: Option<u32>) -> RetentionRow {
    let releases = world.all(Kind::Release);
    let released =
        releases.iter().filter(|data| ReleaseState::of(data).is_some_and(ReleaseState::was_released));
    let last = released.map(|data| released_at(world, data).day()).max();
    let until = match (last, lifetime) {
        (None, _) => Until::Unknown("no version was released in this file".to_owned()),
        (_, None) => Until::Unknown(NO_LIFETIME.to_owned()),
        (Some(last), Some(years)) => Until::Day(years_later(last, years.max(2))),
    };
    RetentionRow {
        rule: "Lifetime after the last release, at least two years",
        source: "ISO 13485 4.2.5",
        working: working("last release", last, lifetime.map(|years| years.max(2))),
        until,
    }
}

/// Ten years after the last device was placed on the market, fifteen if implantable (MDR 10(8)).
fn placed(product: &Product, last: Option<Day>) -> RetentionRow {
    let years = if product.implantable == Some(true) { 15 } else { 10 };
    let until = match (last, product.implantable) {
        (None, _) => Until::Unknown(NO_LAST_SALE.to_owned()),
        (_, None) => Until::Unknown("it is not entered whether the product is implantable".to_owned()),
        (Some(last), Some(_)) => Until::Day(years_later(last, years)),
    };
    let rule = if years == 15 {
        "Fifteen years after the last implantable device was placed on the market"
    } else {
        "Ten years after the last device was placed on the market"
    };
    RetentionRow {
        rule,
        source: "MDR 10(8)",
        working: working("last placed on the market", last, Some(years)),
        until,
    }
}

/// Two years after the last event, or the lifetime if that is longer (21 CFR 803.18).
fn last_event(world: &dyn World, lifetime: Option<u32>) -> RetentionRow {
    let feedback = world.all(Kind::Feedback);
    let harmful = feedback.iter().filter_map(|data| {
        let content = data.typed::<Feedback>()?;
        let counts = FeedbackState::of(data) != Some(FeedbackState::Void) && content.needs_reportability();
        counts.then(|| content.aware_at.unwrap_or(data.head.created_at).day())
    });
    let last = harmful.max();
    let until = match (last, lifetime) {
        (None, _) => Until::Nothing,
        (_, None) => Until::Unknown(NO_LIFETIME.to_owned()),
        (Some(last), Some(years)) => Until::Day(years_later(last, years.max(2))),
    };
    RetentionRow {
        rule: "Two years after the last event, or the expected lifetime",
        source: "21 CFR 803.18",
        working: working("last feedback with possible harm", last, lifetime.map(|years| years.max(2))),
        until,
    }
}

/// Two years beyond the expected life of the last device (21 CFR 806.20(c)).
fn lifetime_end(last: Option<Day>, lifetime: Option<u32>) -> RetentionRow {
    let until = match (last, lifetime) {
        (None, _) => Until::Unknown(NO_LAST_SALE.to_owned()),
        (_, None) => Until::Unknown(NO_LIFETIME.to_owned()),
        (Some(last), Some(years)) => Until::Day(years_later(last, years.saturating_add(2))),
    };
    RetentionRow {
        rule: "Two years beyond the expected life",
        source: "21 CFR 806.20(c)",
        working: working("last placed on the market", last, lifetime.map(|years| years.saturating_add(2))),
        until,
    }
}

fn working(what: &str, from: Option<Day>, years: Option<u32>) -> String {
    let from = from.map_or_else(|| format!("{what} not known"), |day| format!("{what} {day}"));
    let years =
        years.map_or_else(|| "number of years not known".to_owned(), |years| format!("{years} years"));
    format!("{from} + {years}")
}

/// Whether the records of a plan may be disposed of on a day.
pub(super) fn may_dispose(world: &dyn World, data: &RecordData, today: Day) -> Result<(), String> {
    let retention = retention(world, today);
    if retention.legal_hold {
        return Err("a legal hold keeps the records".to_owned());
    }
    if S::of(data) != Some(S::Closed) {
        return Err("the product is not closed".to_owned());
    }
    match retention.until() {
        None => Err(retention.unknown().join(" ")),
        Some(until) if until >= today => Err(format!("records are kept until {until}")),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::test_world::{TestWorld, day};

    const TODAY: &str = "2026-11-30";

    fn world(product: Value) -> TestWorld {
        let product_state = crate::domain::product::ProductState::Current.code();
        TestWorld::default().put("PD-0001", product_state, "2026-01-01", product).put(
            "RL-0001",
            ReleaseState::Released.code(),
            "2026-06-01",
            json!({"version": "2.3.0"}),
        )
    }

    fn of(world: &TestWorld) -> Retention {
        retention(world, day(TODAY))
    }

    fn row<'a>(retention: &'a Retention, source: &str) -> &'a RetentionRow {
        retention.rows.iter().find(|row| row.source == source).unwrap()
    }

    #[test]
    fn an_unknown_date_is_said_with_its_reason_and_nothing_is_guessed() {
        let found = of(&world(json!({"markets": ["eu", "us"]})));
        assert_eq!(found.until(), None);
        assert_eq!(found.words(), "How long records are kept cannot be computed.");
        let unknown = found.unknown();
        assert_eq!(unknown.len(), 3, "{unknown:?}");
        assert!(unknown[0].contains("the expected lifetime of the product is not entered"), "{unknown:?}");
        assert!(unknown[1].contains("last one was placed on the market is not entered"), "{unknown:?}");
        assert_eq!(row(&found, "MDR 10(8)").working, "last placed on the market not known + 10 years");
        let without_release = TestWorld::default();
        assert!(of(&without_release).unknown()[0].contains("no version was released in this file"));
    }

    #[test]
    fn in_the_european_union_it_is_ten_years_and_fifteen_if_implantable() {
        let product = |implantable: Value| {
            json!({"markets": ["eu"], "expected_lifetime_years": 5, "last_placed_on_market_date": "2025-03-31",
                "implantable": implantable})
        };
        assert_eq!(of(&world(product(json!(false)))).until(), Some(day("2035-03-31")));
        assert_eq!(of(&world(product(json!(true)))).until(), Some(day("2040-03-31")));
        let undecided = of(&world(product(Value::Null)));
        assert_eq!(undecided.until(), None);
        assert!(undecided.unknown()[0].contains("whether the product is implantable"));
    }

    #[test]
    fn what_became_of_a_version_later_does_not_move_the_day_of_its_release() {
        use crate::domain::signature::Meaning;
        let released = world(json!({"markets": ["us"], "expected_lifetime_years": 5}));
        let signed = released.signed("RL-0001", ("PN-0001", Meaning::Released), &[], "2026-06-01");
        let later = signed.state("RL-0001", ReleaseState::Archived.code()).since("RL-0001", "2026-11-01");
        assert_eq!(row(&of(&later), "ISO 13485 4.2.5").until, Until::Day(day("2031-06-01")));
    }

    /// Regulation (EEC) 1182/71, Article 3: where the last month has no such day, a period ends with the last day of that month.
    #[test]
    fn years_from_a_leap_day_end_on_the_last_day_of_february() {
        let found = of(&world(json!({
            "markets": ["eu"], "expected_lifetime_years": 1, "last_placed_on_market_date": "2024-02-29", "implantable": false,
        })));
        assert_eq!(row(&found, "MDR 10(8)").until, Until::Day(day("2034-02-28")));
    }

    #[test]
    fn the_lifetime_counts_from_the_last_release_and_is_at_least_two_years() {
        let found = of(&world(json!({"expected_lifetime_years": 1})));
        assert_eq!(found.until(), Some(day("2028-06-01")));
        assert_eq!(found.rows[0].working, "last release 2026-06-01 + 2 years");
        let planned = world(json!({"expected_lifetime_years": 7})).put(
            "RL-0002",
            ReleaseState::Building.code(),
            "2026-09-01",
            json!({"version": "2.4.0"}),
        );
        assert_eq!(of(&planned).until(), Some(day("2033-06-01")), "what is not released does not count");
    }

    #[test]
    fn feedback_with_possible_harm_lengthens_it_in_the_united_states_unless_it_is_void() {
        let product = json!({"markets": ["us"], "expected_lifetime_years": 3, "last_placed_on_market_date": "2020-01-01"});
        let with = |state: FeedbackState| {
            let fields = json!({"patient_or_user_harm": "potential", "aware_at": "2026-10-01T08:00:00Z"});
            of(&world(product.clone()).put("FB-0001", state.code(), "2026-10-02", fields))
        };
        assert_eq!(with(FeedbackState::Closed).until(), Some(day("2029-10-01")));
        let void = with(FeedbackState::Void);
        assert_eq!(row(&void, "21 CFR 803.18").until, Until::Nothing);
        assert_eq!(row(&void, "21 CFR 806.20(c)").until, Until::Day(day("2025-01-01")));
        assert_eq!(void.until(), Some(day("2029-06-01")));
    }

    #[test]
    fn a_contract_and_a_sale_that_is_over_count_and_one_that_lies_ahead_does_not() {
        let product = json!({
            "markets": ["eu"], "expected_lifetime_years": 2, "implantable": false, "last_placed_on_market_date": "2020-05-05",
        });
        let with = |plan: Value, state: S| {
            of(&world(product.clone()).put("RP-0001", state.code(), "2026-10-02", plan))
        };
        let sold = with(json!({"last_sale_date": "2026-11-30"}), S::Draft);
        assert_eq!(sold.until(), Some(day("2036-11-30")));
        let ahead = with(json!({"last_sale_date": "2026-12-01"}), S::Draft);
        assert_eq!(ahead.until(), Some(day("2030-05-05")));
        let contract = with(json!({"contract_until": "2050-01-01", "legal_hold": true}), S::Draft);
        assert_eq!(contract.words(), "Records are kept until 2050-01-01. A legal hold keeps them longer.");
        assert_eq!(with(json!({"contract_until": "2050-01-01"}), S::Void).until(), Some(day("2030-05-05")));
    }

    #[test]
    fn records_are_disposed_of_only_after_the_last_day_of_a_closed_product_without_a_legal_hold() {
        let product = json!({"expected_lifetime_years": 2});
        let with = |plan: Value, state: S, today: &str| {
            let world = world(product.clone()).put("RP-0001", state.code(), "2026-10-02", plan);
            let data = super::super::current_plan(&world).unwrap();
            may_dispose(&world, &data, day(today))
        };
        assert_eq!(with(json!({}), S::Closed, "2028-06-02"), Ok(()));
        assert_eq!(
            with(json!({}), S::Closed, "2028-06-01"),
            Err("records are kept until 2028-06-01".to_owned())
        );
        assert!(with(json!({}), S::Decommissioning, "2028-06-02").is_err());
        assert!(
            with(json!({"legal_hold": true}), S::Closed, "2028-06-02").unwrap_err().contains("legal hold")
        );
    }
}
