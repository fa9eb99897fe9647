//! Combines several claims of one record into one verdict: the strongest, with its reason. The order of the claims does not matter.

use super::{Judgement, Verdict, Why, names};
use crate::model::advisory::Source;

/// How exactly a claim names the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// The record says it about all versions that it does not name.
    Otherwise,
    /// The version is inside an interval.
    Interval,
    /// The version is named itself.
    Listed,
}

/// What a claim declares to be not affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cleared {
    /// Nothing, or only under a condition.
    Nothing,
    /// The product in the places that the claim names; it may be affected in others.
    Places,
    /// The product.
    Product,
}

/// The answer of one claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub verdict: Verdict,
    pub weight: Weight,
    /// What the claim explicitly declares to be not affected or fixed in this version.
    pub cleared: Cleared,
    /// Only ranges of commits are about the version.
    pub commits: bool,
    /// Whether it comes from an applicability statement, not from a claim.
    pub tree: bool,
    pub why: Why,
}

/// The strongest verdict. A claim that clears exactly this version outweighs claims of the same record about the same product that include it
/// only by an interval or by naming no version. Claims about another product never outweigh anything.
pub(super) fn combine(mut answers: Vec<Answer>) -> Judgement {
    if answers.len() == 1
        && let Some(Answer { verdict, why, .. }) = answers.pop()
    {
        return Judgement { verdict, why: Some(why) };
    }
    prefer_claims(&mut answers);
    let cleared: Vec<String> = answers
        .iter()
        .filter(|answer| answer.cleared == Cleared::Product && answer.weight == Weight::Listed)
        .map(|answer| answer.why.product.clone())
        .collect();
    if !cleared.is_empty() {
        answers.retain(|answer| {
            answer.verdict == Verdict::NotAffected
                || answer.weight == Weight::Listed
                || !cleared.contains(&answer.why.product)
        });
    }
    let strength = |answer: &Answer| (answer.verdict.rank(), answer.why.level, answer.weight);
    let strongest = answers.iter().map(strength).max();
    let mut best: Vec<Answer> =
        answers.into_iter().filter(|answer| Some(strength(answer)) == strongest).collect();
    best.sort_by(|a, b| a.why.cmp(&b.why).then_with(|| a.verdict.cmp(&b.verdict)));
    let mut best = best.into_iter();
    let Some(first) = best.next() else { return Judgement { verdict: Verdict::NotAffected, why: None } };
    let verdict = match first.verdict {
        Verdict::Conditional { condition } => joined(condition, best),
        verdict => verdict,
    };
    Judgement { verdict, why: Some(first.why) }
}

/// A CVE record contains the same facts twice: in claims, where a fix in one release line says nothing about another line, and in applicability
/// statements made from them, whose ranges do not distinguish lines. So a range does not override an explicit claim about the version by the
/// same vendor.
fn prefer_claims(answers: &mut Vec<Answer>) {
    let claims = || answers.iter().filter(|answer| !answer.tree && answer.why.source == Source::Cve);
    if claims().any(|answer| answer.verdict != Verdict::NotAffected) {
        return;
    }
    let vendor = |product: &str| {
        let named = product.strip_prefix("cpe:").and_then(|rest| rest.split_once(':'));
        named.map(|(vendor, _)| names::fold(vendor)).filter(|vendor| !vendor.is_empty())
    };
    let cleared: Vec<String> = claims()
        .filter(|answer| answer.cleared != Cleared::Nothing && answer.weight != Weight::Otherwise)
        .filter_map(|answer| vendor(&answer.why.product))
        .collect();
    answers.retain(|answer| {
        !answer.tree
            || answer.weight != Weight::Interval
            || vendor(&answer.why.product).is_none_or(|vendor| !cleared.contains(&vendor))
    });
}

/// A verdict with all conditions, any of which is enough.
fn joined(first: String, others: impl Iterator<Item = Answer>) -> Verdict {
    const SHOWN: usize = 3;
    let mut all = vec![first];
    for answer in others {
        if let Verdict::Conditional { condition } = answer.verdict
            && !all.contains(&condition)
        {
            all.push(condition);
        }
    }
    all.sort();
    let more = all.len().saturating_sub(SHOWN);
    all.truncate(SHOWN);
    let mut condition = all.join("; or if ");
    if more > 0 {
        condition.push_str(&format!("; or if one of {more} more conditions of the record holds"));
    }
    Verdict::Conditional { condition }
}
