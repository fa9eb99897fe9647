//! How long the records of the product are kept, with its working shown (ISO 13485 4.2.5, MDR 10(8), 21 CFR 803.18 and 806.20(c);
//! domain 5.4). An unknown date is said, never guessed.

use super::{RetirementPlan, RetirementPlanState as S};
use crate::domain::feedback::Feedback;
use crate::domain::ids::Kind;
use crate::domain::product::{Market, Product};
use crate::domain::record::RecordData;
use crate::domain::release::ReleaseState;
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
    day.plus_months(i32::try_from(years.saturating_mul(12)).unwrap_or(i32::MAX))
}

const NO_LIFETIME: &str = "the expected lifetime of the product is not entered";
const NO_LAST_SALE: &str = "the day on which the last one was placed on the market is not entered; for downloads and services it is \
                            the last unit, licence or activation that was supplied";

/// The last release plus the lifetime, at least two years (ISO 13485 4.2.5). A version that left service counts from then on.
fn last_release(world: &dyn World, lifetime: Option<u32>) -> RetentionRow {
    let releases = world.all(Kind::Release);
    let released =
        releases.iter().filter(|data| ReleaseState::of(data).is_some_and(ReleaseState::was_released));
    let last = released.map(|data| data.head.state_since.day()).max();
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
        content.needs_reportability().then(|| content.aware_at.unwrap_or(data.head.created_at).day())
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
