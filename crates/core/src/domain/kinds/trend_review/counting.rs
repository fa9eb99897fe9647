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
        let into = i64::from(date.month0()) % months;
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
    // What was counted before and is nothing now goes.
    for value in set.values_mut().filter(|value| **value == Value::Array(Vec::new())) {
        *value = Value::Null;
    }
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

    use serde_json::json;

    use crate::domain::feedback::FeedbackState;
    use crate::domain::test_world::TestWorld;

    fn feedback(world: TestWorld, number: u32, state: FeedbackState, fields: Value) -> TestWorld {
        world.put(&format!("FB-{number:04}"), state.code(), "2026-05-15", fields)
    }

    fn review(fields: Value) -> TrendReview {
        let mut whole = json!({
            "counted": "feedback", "period_from": "2026-04-01", "period_to": "2026-06-30", "interval": "month", "method": "poisson",
        });
        whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    fn counted(world: &TestWorld, fields: Value) -> Fields {
        count(world, &review(fields), day("2026-07-01"))
    }

    fn received(at: &str) -> Value {
        json!({"received_at": at, "channel": "Telephone"})
    }

    #[test]
    fn both_ends_of_the_period_count_and_the_period_before_has_the_same_length() {
        let mut world = TestWorld::default();
        for (number, at) in (1..).zip([
            "2026-03-31T23:59:59Z",
            "2026-04-01T00:00:00Z",
            "2026-06-30T23:59:59Z",
            "2026-07-01T00:00:00Z",
            "2025-12-31T12:00:00Z",
            "2025-12-30T12:00:00Z",
        ]) {
            world = feedback(world, number, FeedbackState::Registered, received(at));
        }
        let found = counted(&world, json!({}));
        assert_eq!(
            (&found["total"], &found["total_before"]),
            (&json!(2), &json!(2)),
            "91 days before April begin on 2025-12-31"
        );
        let counts: Vec<&Value> =
            found["points"].as_array().unwrap().iter().map(|point| &point["count"]).collect();
        assert_eq!(counts, [&json!(1), &json!(0), &json!(1)]);
    }

    #[test]
    fn void_records_do_not_count_and_complaints_are_told_from_other_feedback() {
        let complaint = json!({"is_complaint": true});
        let world = feedback(TestWorld::default(), 1, FeedbackState::Closed, complaint.clone());
        let world = feedback(world, 2, FeedbackState::Void, complaint);
        let world = feedback(world, 3, FeedbackState::Received, json!({"is_complaint": false}));
        let world = feedback(world, 4, FeedbackState::Received, json!({}));
        assert_eq!(
            counted(&world, json!({}))["total"],
            json!(3),
            "without a day of receipt the day of entry counts"
        );
        assert_eq!(counted(&world, json!({"counted": "complaints"}))["total"], json!(1));
    }

    #[test]
    fn problems_whose_effect_on_safety_is_unknown_count_as_relevant_for_safety() {
        let mut world = TestWorld::default();
        for (number, effect) in (1..).zip([json!("none"), json!("minor"), json!("unknown"), Value::Null]) {
            let fields = json!({"detected_at": "2026-05-01T08:00:00Z", "safety_effect": effect});
            world = world.put(&format!("PR-{number:04}"), ProblemState::Open.code(), "2026-05-02", fields);
        }
        let world = world.put(
            "PR-0009",
            ProblemState::Void.code(),
            "2026-05-02",
            json!({"safety_effect": "serious"}),
        );
        assert_eq!(counted(&world, json!({"counted": "problems"}))["total"], json!(4));
        assert_eq!(counted(&world, json!({"counted": "safety_problems"}))["total"], json!(3));
    }

    #[test]
    fn many_values_of_a_property_are_summed_and_what_is_not_stated_is_a_value() {
        let mut world = TestWorld::default();
        for number in 1..=25 {
            world = feedback(
                world,
                number,
                FeedbackState::Registered,
                json!({"channel": format!("Channel {number:02}")}),
            );
        }
        let found = counted(&world, json!({}));
        let rows: Vec<BreakdownRow> = serde_json::from_value(found["breakdown"].clone()).unwrap();
        let channels: Vec<_> = rows.iter().filter(|row| &*row.by == "Channel").collect();
        assert_eq!(channels.len(), VALUES_MAX + 1);
        assert_eq!((&*channels[VALUES_MAX].value, channels[VALUES_MAX].count), ("5 other values", Some(5)));
        let versions: Vec<_> = rows.iter().filter(|row| &*row.by == "Version").collect();
        assert_eq!((&*versions[0].value, versions[0].count), ("not stated", Some(25)));
    }

    #[test]
    fn the_installed_base_of_an_interval_is_the_last_one_before_its_end() {
        let world =
            feedback(TestWorld::default(), 1, FeedbackState::Registered, received("2026-05-10T08:00:00Z"));
        let installed =
            json!([{"from": "2026-05-31", "installed": 200}, {"from": "2026-04-01", "installed": 100}]);
        let found = counted(&world, json!({"method": "u_chart", "installed": installed}));
        let points: Vec<TrendPoint> = serde_json::from_value(found["points"].clone()).unwrap();
        let base: Vec<_> = points.iter().map(|point| point.installed).collect();
        assert_eq!(base, [Some(100), Some(200), Some(200)]);
        assert_eq!(&*points[1].value, "5.000");
        let unknown = counted(&world, json!({"method": "u_chart"}));
        let points: Vec<TrendPoint> = serde_json::from_value(unknown["points"].clone()).unwrap();
        assert!(points.iter().all(|point| point.outside.is_none() && point.value.is_empty()));
    }

    #[test]
    fn nothing_is_counted_before_the_question_is_whole_and_what_is_nothing_now_is_emptied() {
        let world = TestWorld::default();
        assert!(count(&world, &TrendReview::default(), day("2026-07-01")).is_empty());
        let found = counted(&world, json!({}));
        assert_eq!((&found["total"], &found["breakdown"]), (&json!(0), &Value::Null));
    }
}
