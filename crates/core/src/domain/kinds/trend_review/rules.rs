//! Steps of trend reviews (IEC 62304 9.6, 9.7 b; domain 2.12, 3.7 TRD-01, TRD-02).

use serde_json::Value;

use super::{Adverse, INTERVALS_MAX, TrendReview, TrendReviewState as S, buckets, count};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::product::Market;
use crate::domain::record::{Fields, RecordData};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Meaning;
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Effect, Move, World};

/// Who reviews trends.
pub(super) const REVIEWERS: &[Role] =
    &[Role::Quality, Role::Regulatory, Role::DevLead, Role::RiskManager, Role::Support];

pub(super) const MOVES: &[Move] = &[
    Move::new("count_period", "Count the period", &[S::Open.code()], S::Open.code(), REVIEWERS)
        .clause("IEC 62304 9.6")
        .guard(|case| case.with::<TrendReview>(may_be_counted))
        .effects(|case| case.effects::<TrendReview>(counts)),
    Move::new(
        "conclude",
        "Conclude the review",
        &[S::Open.code()],
        S::Done.code(),
        &[Role::Quality, Role::Regulatory],
    )
    .sign(Meaning::Reviewed)
    .clause("IEC 62304 9.6")
    .guard(|case| case.with::<TrendReview>(may_be_concluded)),
    Move::new("void", "Give up", &[S::Open.code()], S::Void.code(), &[Role::Quality]).reason().grave(),
];

/// The fields on which counting depends.
const COUNTED_FROM: [&str; 6] = ["counted", "period_from", "period_to", "interval", "method", "installed"];
/// The fields that counting fills.
const FILLED: [&str; 5] = ["total", "total_before", "points", "breakdown", "counted_on"];

/// What was counted no longer stands when the question changes: it is counted again.
pub(super) fn counted_again(_: &RecordData, changed: &[&str]) -> Fields {
    let mut set = Fields::new();
    if COUNTED_FROM.iter().any(|field| changed.contains(field)) {
        set.extend(FILLED.iter().map(|field| ((*field).to_owned(), Value::Null)));
    }
    set
}

pub(super) fn violations(data: &RecordData, _: u32) -> Vec<(&'static str, String)> {
    let Some(review) = data.typed::<TrendReview>() else { return Vec::new() };
    let mut wrong = Vec::new();
    if let (Some(from), Some(to)) = (review.period_from, review.period_to) {
        if from > to {
            wrong.push(("period_to", format!("is before the first day, {from}")));
        } else if let Some(interval) = review.interval
            && buckets(from, to, interval).last().is_some_and(|last| last.to < to)
        {
            wrong.push((
                "period_from",
                format!(
                    "the period has more than {INTERVALS_MAX} intervals; choose quarters or a shorter period"
                ),
            ));
        }
    }
    wrong
}

fn filled(review: &TrendReview) -> Vec<Condition> {
    let asked = [
        ("period_from", "The first day is entered", review.period_from.is_some()),
        ("period_to", "The last day is entered", review.period_to.is_some()),
        ("interval", "The interval is chosen", review.interval.is_some()),
        ("method", "The method is chosen", review.method.is_some()),
    ];
    let conditions = asked.into_iter();
    conditions.map(|(field, text, met)| Condition::new("IEC 62304 9.6", text, met).at(field)).collect()
}

fn may_be_counted(case: &Case, review: &TrendReview) -> Vec<Condition> {
    let mut conditions = filled(review);
    let needs = review.method.is_some_and(super::TrendMethod::needs_base);
    let text =
        "The installed base is entered, from a day not after the first interval on: the method needs it";
    let known = review.installed.iter().any(|row| {
        row.installed.is_some_and(|count| count > 0)
            && row.from.zip(review.period_from).is_some_and(|(from, first)| from <= first)
    });
    conditions.push(Condition::new("MDR 88", text, !needs || known).at("installed"));
    let over = review.period_to.is_none_or(|to| to <= case.now.day());
    conditions.push(Condition::new("IEC 62304 9.6", "The period is over", over).at("period_to"));
    conditions
}

fn counts(case: &Case, review: &TrendReview) -> Vec<Effect> {
    vec![Effect::Set { id: case.id(), set: count(case.world, review, case.now.day()) }]
}

/// Whether what was counted is what counting gives now.
fn is_current(case: &Case, review: &TrendReview) -> bool {
    let mut again = (**case.data).clone();
    for (name, value) in count(case.world, review, case.now.day()) {
        // As when it is stored: an empty value is absent.
        if value.is_null() {
            again.fields.remove(&name);
        } else {
            again.fields.insert(name, value);
        }
    }
    let again = again.typed::<TrendReview>().unwrap_or_default();
    review.counted_on.is_some()
        && review.total == again.total
        && review.total_before == again.total_before
        && review.points == again.points
        && review.breakdown == again.breakdown
}

fn may_be_concluded(case: &Case, review: &TrendReview) -> Vec<Condition> {
    let mut conditions = filled(review);
    let text = "The period is counted, and counting gives the same now: take the step “Count the period”";
    conditions.push(Condition::new("IEC 62304 9.6", text, is_current(case, review)).at("counted_on"));
    let adverse = review.adverse == Some(Adverse::Yes);
    let follows = !review.problem_reports.is_empty() || !review.capa_ref.is_empty();
    let text = "An adverse trend has a problem report or a corrective action";
    conditions.push(Condition::new("IEC 62304 9.6", text, !adverse || follows).at("problem_reports"));
    let eu = case.world.product().markets.contains(&Market::Eu);
    let decided = review.article_88.is_some() && !review.article_88_rationale.trim().is_empty();
    let text = "For an adverse trend in the European Union it is decided, with reasons, whether it is reported (MDR 88)";
    conditions.push(Condition::new("MDR 88", text, !adverse || !eu || decided).at("article_88"));
    let outside = review.points.iter().any(|point| point.outside == Some(true));
    let text = "An interval is outside the limits: the rationale says what that means";
    let said = !outside || !review.rationale.trim().is_empty();
    conditions.push(Condition::new("IEC 62304 9.6", text, said).at("rationale"));
    let open = unanswered(case.world, Some(case.id()), review);
    conditions.push(match open.first() {
        Some(first) => Condition::new(
            "IEC 62304 9.7 b",
            format!("It is said whether the adverse trend of {first} was reversed"),
            false,
        )
        .at("reversed"),
        None => Condition::new("IEC 62304 9.7 b", "Earlier adverse trends are answered", true),
    });
    conditions
}

/// Whether a review says that a trend is adverse.
pub fn is_adverse(data: &SharedRecord) -> bool {
    S::of(data) == Some(S::Done)
        && data.typed::<TrendReview>().is_some_and(|review| review.adverse == Some(Adverse::Yes))
}

/// The earlier reviews with an adverse trend of the same count that no later review calls reversed, without those that `review`
/// answers.
pub fn unanswered(world: &dyn World, own: Option<RecordId>, review: &TrendReview) -> Vec<RecordId> {
    let all = world.all(Kind::TrendReview);
    let done = all.iter().filter(|data| S::of(data) == Some(S::Done) && Some(data.head.id) != own);
    let reversed: Vec<RecordId> = done
        .filter_map(|data| data.typed::<TrendReview>())
        .flat_map(|other| {
            let rows = other.reversed.iter().filter(|row| row.reversed == Some(true));
            rows.filter_map(|row| row.review).collect::<Vec<_>>()
        })
        .collect();
    let answered: Vec<RecordId> = review
        .reversed
        .iter()
        .filter(|row| row.reversed.is_some() && !row.evidence.is_empty())
        .filter_map(|row| row.review)
        .collect();
    let adverse = all.iter().filter(|data| is_adverse(data) && Some(data.head.id) != own);
    let same = adverse
        .filter(|data| data.typed::<TrendReview>().is_some_and(|other| other.counted == review.counted));
    same.map(|data| data.head.id).filter(|id| !reversed.contains(id) && !answered.contains(id)).collect()
}

/// The last day that a signed review covers.
pub fn last_review(world: &dyn World) -> Option<Day> {
    let all = world.all(Kind::TrendReview);
    let done = all.iter().filter(|data| S::of(data) == Some(S::Done));
    done.filter_map(|data| data.typed::<TrendReview>()?.period_to).max()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::feedback::FeedbackState;
    use crate::domain::product::ProductState;
    use crate::domain::retirement_plan::RETIREMENT_RULES;
    use crate::domain::test_world::{TestWorld, id, moment};

    fn world(fields: Value) -> TestWorld {
        let mut whole = json!({
            "title": "Trends", "counted": "feedback", "period_from": "2026-04-01", "period_to": "2026-06-30", "interval": "month",
            "method": "poisson", "adverse": "no", "rationale": "As before.",
        });
        whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        TestWorld::default()
            .put("PD-0001", ProductState::Current.code(), "2026-01-01", json!({"markets": ["eu"]}))
            .put("TV-0002", S::Open.code(), "2026-07-01", whole)
    }

    /// The same, counted.
    fn counted(world: TestWorld) -> TestWorld {
        let data = world.record(id("TV-0002")).unwrap();
        let set = count(&world, &data.typed::<TrendReview>().unwrap(), moment("2026-11-30").day());
        world.set("TV-0002", Value::Object(set))
    }

    /// What is unmet of a step: the fields.
    fn unmet(world: &TestWorld, step: &str, on: &str) -> Vec<&'static str> {
        let data = world.record(id("TV-0002")).unwrap();
        let case = Case { data: &data, world, now: moment(on), actor: None, rules: RETIREMENT_RULES };
        let step = data.def().find_move(step).unwrap();
        let open = (step.guard)(&case).into_iter().filter(|condition| !condition.met);
        open.filter_map(|condition| condition.field).collect()
    }

    #[test]
    fn a_period_is_counted_once_it_is_over_and_a_rate_needs_a_base_from_its_first_day_on() {
        assert!(unmet(&world(json!({})), "count_period", "2026-06-30").is_empty());
        assert_eq!(unmet(&world(json!({})), "count_period", "2026-06-29"), ["period_to"]);
        let based = |rows: Value| {
            unmet(&world(json!({"method": "u_chart", "installed": rows})), "count_period", "2026-11-30")
        };
        assert!(based(json!([{"from": "2026-04-01", "installed": 10}])).is_empty());
        for rows in [
            json!([]),
            json!([{"installed": 10}]),
            json!([{"from": "2026-04-02", "installed": 10}]),
            json!([{"from": "2026-04-01", "installed": 0}]),
        ] {
            assert_eq!(based(rows.clone()), ["installed"], "{rows}");
        }
    }

    #[test]
    fn a_review_is_concluded_only_on_what_counting_gives_now() {
        assert_eq!(unmet(&world(json!({})), "conclude", "2026-11-30"), ["counted_on"]);
        let current = counted(world(json!({})));
        assert!(unmet(&current, "conclude", "2026-11-30").is_empty());
        let one_more =
            current.put("FB-0001", FeedbackState::Received.code(), "2026-05-01", json!({"title": "Late"}));
        assert_eq!(unmet(&one_more, "conclude", "2026-11-30"), ["counted_on"]);
        let again = counted(one_more);
        assert!(unmet(&again, "conclude", "2026-11-30").is_empty());
        let void = counted(again.state("FB-0001", FeedbackState::Void.code()));
        assert!(void.record(id("TV-0002")).unwrap().value("breakdown").is_null(), "nothing of it stays");
        assert!(unmet(&void, "conclude", "2026-11-30").is_empty());
    }

    #[test]
    fn an_adverse_trend_has_a_problem_report_or_corrective_action_and_in_the_union_a_decision() {
        let adverse = |fields: Value| unmet(&counted(world(fields)), "conclude", "2026-11-30");
        assert_eq!(adverse(json!({"adverse": "yes"})), ["problem_reports", "article_88"]);
        let undecided = json!({"adverse": "yes", "capa_ref": "CAPA-1", "article_88": "report"});
        assert_eq!(adverse(undecided), ["article_88"], "the reasons are missing");
        let whole = json!({
            "adverse": "yes", "problem_reports": ["PR-0001"], "article_88": "report", "article_88_rationale": "Twice as many.",
        });
        assert!(adverse(whole).is_empty());
        assert!(adverse(json!({"adverse": "watch"})).is_empty());
    }

    #[test]
    fn an_interval_outside_the_limits_is_explained() {
        let mut many = world(json!({"rationale": ""}));
        for number in 1..=30 {
            let number = format!("FB-{number:04}");
            many = many.put(&number, FeedbackState::Received.code(), "2026-05-01", json!({"title": "Late"}));
        }
        assert_eq!(unmet(&counted(many), "conclude", "2026-11-30"), ["rationale"]);
    }

    #[test]
    fn an_earlier_adverse_trend_of_the_same_count_is_answered_until_it_is_reversed() {
        let earlier = |fields: Value, counts: &str| {
            let before =
                json!({"title": "Before", "counted": counts, "adverse": "yes", "period_to": "2026-03-31"});
            unmet(
                &counted(world(fields)).put("TV-0001", S::Done.code(), "2026-04-02", before),
                "conclude",
                "2026-11-30",
            )
        };
        assert_eq!(earlier(json!({}), "feedback"), ["reversed"]);
        assert!(earlier(json!({}), "problems").is_empty());
        let row = |evidence: &str| json!({"reversed": [{"review": "TV-0001", "reversed": false, "evidence": evidence}]});
        assert_eq!(earlier(row(""), "feedback"), ["reversed"]);
        assert!(earlier(row("Chart 4"), "feedback").is_empty());
        let world =
            counted(world(json!({}))).put("TV-0001", S::Void.code(), "2026-04-02", json!({"adverse": "yes"}));
        assert!(unmet(&world, "conclude", "2026-11-30").is_empty(), "one that was given up says nothing");
    }

    #[test]
    fn another_question_empties_what_was_counted_and_a_judgement_does_not() {
        let data = world(json!({})).record(id("TV-0002")).unwrap();
        assert_eq!(counted_again(&data, &["method"]).len(), FILLED.len());
        assert!(counted_again(&data, &["adverse", "title"]).is_empty());
    }

    #[test]
    fn a_period_that_ends_before_it_begins_or_is_too_long_is_refused() {
        let wrong = |from: &str, interval: &str| {
            let world = world(json!({"period_from": from, "interval": interval}));
            violations(&world.record(id("TV-0002")).unwrap(), RETIREMENT_RULES)
        };
        assert!(wrong("2016-07-01", "month").is_empty(), "ten years of months");
        assert_eq!(wrong("2016-06-30", "month")[0].0, "period_from");
        assert!(wrong("2016-06-30", "quarter").is_empty());
        assert_eq!(
            wrong("2026-07-01", "month"),
            [("period_to", "is before the first day, 2026-07-01".to_owned())]
        );
    }
}
