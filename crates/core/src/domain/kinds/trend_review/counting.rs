//! Counting: which records fall in which interval, and how many have which property.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use serde_json::{Value, json};

use super::limits::{Chart, limits_of};
use super::{BreakdownRow, Counted, INTERVALS_MAX, Interval, TrendMethod, TrendPoint, TrendReview};
use crate::domain::choice::Choice as _;
use crate::domain::feedback::Feedback;
use crate::domain::ids::Kind;
use crate::domain::problem_report::{EffectLevel, ProblemReport, ProblemState};
use crate::domain::record::Fields;
use crate::domain::text::{self, Line};
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// One interval of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name, such as `2026-05` or `2026 Q2`.
    pub name: String,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub to: Day,
}

/// The intervals from one day to another, at most [`INTERVALS_MAX`]. The first and the last may be shorter.
pub fn buckets(from: Day, to: Day, interval: Interval) -> Vec<Bucket> {
    let months = match interval {
        Interval::Month => 1,
        Interval::Quarter => 3,
    };
    let mut found = Vec::new();
    let mut at = from;
    while at <= to && found.len() < INTERVALS_MAX {
        let date = at.date();
        let into = (date.month0() as i32) % months;
        let first = at.plus_days(1 - i64::from(date.day()));
        let next = first.plus_months(months - into);
        let name = match interval {
            Interval::Month => date.format("%Y-%m").to_string(),
            Interval::Quarter => format!("{} Q{}", date.year(), date.month0() / 3 + 1),
        };
        let last = next.plus_days(-1).min(to);
        found.push(Bucket { name, from: at, to: last });
        if next <= at {
            break;
        }
        at = next;
    }
    found
}

/// What is known of one counted record.
struct Event {
    on: Day,
    properties: Vec<(&'static str, String)>,
}

/// What a review counts, as the fields that the program fills.
pub fn count(world: &dyn World, review: &TrendReview, today: Day) -> Fields {
    let mut set = Fields::new();
    let (Some(what), Some(from), Some(to), Some(interval), Some(method)) =
        (review.counted, review.period_from, review.period_to, review.interval, review.method)
    else {
        return set;
    };
    let events = events_of(world, what);
    let within = |from: Day, to: Day| events.iter().filter(move |event| event.on >= from && event.on <= to);
    let length = to.days_since(from) + 1;
    let (former_from, former_to) = (from.plus_days(-length), from.plus_days(-1));
    set.insert("total".into(), json!(within(from, to).count()));
    set.insert("total_before".into(), json!(within(former_from, former_to).count()));
    let counts: Vec<(Bucket, u32)> = buckets(from, to, interval)
        .into_iter()
        .map(|bucket| {
            let count = within(bucket.from, bucket.to).count();
            (bucket, u32::try_from(count).unwrap_or(u32::MAX))
        })
        .collect();
    set.insert("points".into(), json!(points(review, method, &counts)));
    let now = within(from, to).collect::<Vec<_>>();
    let before = within(former_from, former_to).collect::<Vec<_>>();
    set.insert("breakdown".into(), json!(breakdown(&now, &before)));
    set.insert("counted_on".into(), json!(today));
    set.retain(|_, value| *value != Value::Array(Vec::new()));
    set
}

/// The installed base on a day; 0 if it is not known.
fn installed_on(review: &TrendReview, day: Day) -> u32 {
    let rows = review.installed.iter().filter(|row| row.from.is_some_and(|from| from <= day));
    rows.max_by_key(|row| row.from).and_then(|row| row.installed).unwrap_or(0)
}

fn points(review: &TrendReview, method: TrendMethod, counts: &[(Bucket, u32)]) -> Vec<TrendPoint> {
    let charts: Vec<Chart> = counts
        .iter()
        .map(|(bucket, count)| Chart { count: *count, installed: installed_on(review, bucket.to) })
        .collect();
    let number = |value: f64| Line::new(&format!("{value:.3}")).unwrap_or_default();
    let rows = counts.iter().zip(&charts).zip(limits_of(method, &charts));
    rows.map(|(((bucket, count), chart), limits)| TrendPoint {
        interval: Line::new(&bucket.name).unwrap_or_default(),
        count: Some(*count),
        installed: (chart.installed > 0).then_some(chart.installed),
        value: limits.map(|limits| number(limits.value)).unwrap_or_default(),
        centre: limits.map(|limits| number(limits.centre)).unwrap_or_default(),
        lower: limits.map(|limits| number(limits.lower)).unwrap_or_default(),
        upper: limits.map(|limits| number(limits.upper)).unwrap_or_default(),
        outside: limits.map(super::Limits::is_outside),
    })
    .collect()
}

/// Most values of a property that are listed; the others are one row.
const VALUES_MAX: usize = 20;
/// Most characters of a value.
const VALUE_CHARS: usize = 120;

fn breakdown(now: &[&Event], before: &[&Event]) -> Vec<BreakdownRow> {
    let mut rows: BTreeMap<&'static str, BTreeMap<&str, (u32, u32)>> = BTreeMap::new();
    for (events, is_now) in [(now, true), (before, false)] {
        for (by, value) in events.iter().flat_map(|event| &event.properties) {
            let entry = rows.entry(by).or_default().entry(value.as_str()).or_default();
            let count = if is_now { &mut entry.0 } else { &mut entry.1 };
            *count = count.saturating_add(1);
        }
    }
    let mut found = Vec::new();
    for (by, values) in rows {
        let mut values: Vec<(&str, (u32, u32))> = values.into_iter().collect();
        values.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
        let rest = values.split_off(values.len().min(VALUES_MAX));
        let row = |value: &str, (count, before): (u32, u32)| BreakdownRow {
            by: Line::new(by).unwrap_or_default(),
            value: Line::new(&text::one_line(value, VALUE_CHARS)).unwrap_or_default(),
            count: Some(count),
            before: Some(before),
        };
        found.extend(values.into_iter().map(|(value, counts)| row(value, counts)));
        if !rest.is_empty() {
            let sum = rest.iter().fold((0_u32, 0_u32), |sum, (_, counts)| {
                (sum.0.saturating_add(counts.0), sum.1.saturating_add(counts.1))
            });
            found.push(row(&format!("{} other values", rest.len()), sum));
        }
    }
    found
}

fn events_of(world: &dyn World, what: Counted) -> Vec<Event> {
    match what {
        Counted::Feedback | Counted::Complaints => {
            let all = world.all(Kind::Feedback);
            let counted = all.iter().filter_map(|data| {
                let content = data.typed::<Feedback>()?;
                if data.head.state == crate::domain::feedback::FeedbackState::Void.code()
                    || (what == Counted::Complaints && content.is_complaint != Some(true))
                {
                    return None;
                }
                let on = content.received_at.unwrap_or(data.head.created_at).day();
                Some(Event { on, properties: of_feedback(&content) })
            });
            counted.collect()
        }
        Counted::Problems | Counted::SafetyProblems => {
            let all = world.all(Kind::ProblemReport);
            let counted = all.iter().filter_map(|data| {
                let content = data.typed::<ProblemReport>()?;
                let excluded = content.safety_effect == Some(EffectLevel::None);
                if ProblemState::of(data) == Some(ProblemState::Void)
                    || (what == Counted::SafetyProblems && excluded)
                {
                    return None;
                }
                let on = content.detected_at.unwrap_or(data.head.created_at).day();
                Some(Event { on, properties: of_problem(&content) })
            });
            counted.collect()
        }
    }
}

fn or_unknown(text: &str) -> String {
    if text.trim().is_empty() { "not stated".to_owned() } else { text.trim().to_owned() }
}

fn of_feedback(content: &Feedback) -> Vec<(&'static str, String)> {
    vec![
        ("Channel", or_unknown(&content.channel)),
        ("Source", or_unknown(content.source_kind.map_or("", |source| source.word()))),
        ("Version", or_unknown(&content.software_version_reported)),
        ("Harm", or_unknown(content.patient_or_user_harm.map_or("", |harm| harm.word()))),
    ]
}

fn of_problem(content: &ProblemReport) -> Vec<(&'static str, String)> {
    let mut found = vec![
        ("Cause", or_unknown(content.cause_category.map_or("", |cause| cause.word()))),
        ("Effect on safety", or_unknown(content.safety_effect.map_or("", |effect| effect.word()))),
        ("Detected in", or_unknown(content.detected_in_phase.map_or("", |phase| phase.word()))),
    ];
    let mut lines = |by: &'static str, lines: &[Line]| {
        if lines.is_empty() {
            found.push((by, or_unknown("")));
        }
        found.extend(lines.iter().map(|line| (by, line.to_string())));
    };
    lines("Software item", &content.affected_software_items);
    lines("Version", &content.affected_product_versions);
    lines("Trend tag", &content.trend_tags);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn intervals_follow_the_calendar_and_the_ends_are_cut() {
        let months = buckets(day("2026-01-15"), day("2026-03-10"), Interval::Month);
        let names: Vec<&str> = months.iter().map(|bucket| bucket.name.as_str()).collect();
        assert_eq!(names, ["2026-01", "2026-02", "2026-03"]);
        assert_eq!((months[0].from, months[0].to), (day("2026-01-15"), day("2026-01-31")));
        assert_eq!((months[2].from, months[2].to), (day("2026-03-01"), day("2026-03-10")));
        let quarters = buckets(day("2024-02-29"), day("2024-12-31"), Interval::Quarter);
        let names: Vec<&str> = quarters.iter().map(|bucket| bucket.name.as_str()).collect();
        assert_eq!(names, ["2024 Q1", "2024 Q2", "2024 Q3", "2024 Q4"]);
        assert_eq!(quarters[0].to, day("2024-03-31"));
    }

    #[test]
    fn a_period_that_ends_before_it_begins_has_no_interval_and_a_long_one_is_bounded() {
        assert!(buckets(day("2026-03-02"), day("2026-03-01"), Interval::Month).is_empty());
        assert_eq!(buckets(day("1950-01-01"), day("2050-01-01"), Interval::Month).len(), INTERVALS_MAX);
    }
}
