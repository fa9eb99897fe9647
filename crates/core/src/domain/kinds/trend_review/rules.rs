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
    Move::new("count", "Count the period", &[S::Open.code()], S::Open.code(), REVIEWERS)
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
    let known = review.installed.iter().any(|row| row.installed.is_some() && row.from <= review.period_from);
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
    let mut now = count(case.world, review, case.now.day());
    now.remove("counted_on");
    !now.is_empty() && now.iter().all(|(name, value)| case.data.value(name) == value)
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
