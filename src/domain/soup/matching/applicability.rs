//! CPE applicability statements (NVD configurations) against a component.
//!
//! A component is one product. Criteria about other products are neither true nor false: they are the environment, and where an AND needs
//! them, the verdict is conditional and names them.

use super::claims::BACKPORT;
use super::combine::{Answer, Weight};
use super::criterion::{Told, concerned, order_of, product_words, range_words, restrictions};
use super::identity::{Identity, KnownCpe};
use super::{Verdict, Why, conditions, cpe_key};
use crate::domain::soup::advisory::{
    Advisory, ApplicabilityNode, ClaimStatus, CpeCriterion, Interval, Operator, PackageClaim,
};
use crate::domain::soup::cpe::{Attribute, Cpe, VERSION};
use crate::domain::soup::purl::Level;

/// Nodes below each other at most; what is deeper is not judged (foreign data has no say over the stack).
const DEPTH_MAX: usize = 64;

/// Adds what the applicability statements of a record say: one answer for each root that is about the component.
pub(super) fn answers(identity: &Identity, advisory: &Advisory, into: &mut Vec<Answer>) {
    let mut mine = Vec::new();
    advisory.applicability.iter().for_each(|node| collect(identity, node, &mut mine, DEPTH_MAX));
    if mine.is_empty() {
        return;
    }
    // A criterion with version "-" names no version. It is a doubt only where the record names none anywhere.
    let unversioned = mine.iter().all(|criterion| *criterion);
    let judge = Judge { identity, advisory, unversioned };
    into.extend(advisory.applicability.iter().filter_map(|root| match judge.node(root, DEPTH_MAX) {
        Found::Hit(hit) if hit.vulnerable && !hit.excluded => Some(hit.answer),
        Found::Not(Some(answer)) | Found::Elsewhere(_, Some(answer)) => {
            Some(*answer).filter(|answer| !identity.is_not(&answer.why.product))
        }
        Found::Hit(_) | Found::Not(None) | Found::Elsewhere(_, None) => None,
    }));
}

/// What CPE names of a claim without versions of its own say: the version is in the name.
pub(super) fn named(identity: &Identity, advisory: &Advisory, claim: &PackageClaim) -> Vec<Answer> {
    let judge = Judge { identity, advisory, unversioned: false };
    let status = claim.otherwise.unwrap_or_default();
    let (condition, _) = conditions::told(&claim.conditions);
    let mut all = Vec::new();
    for text in &claim.cpes {
        let criterion =
            CpeCriterion { criteria: text.clone(), vulnerable: true, interval: Interval::default() };
        let mut answer = match judge.criterion(&criterion) {
            Found::Hit(hit) => hit.answer,
            Found::Not(Some(answer)) => *answer,
            Found::Not(None) | Found::Elsewhere(..) => continue,
        };
        match (&answer.verdict, status) {
            (Verdict::Affected, ClaimStatus::NotAffected | ClaimStatus::Fixed) => {
                answer.verdict = Verdict::NotAffected;
                answer.cleared = condition.is_none();
            }
            (Verdict::Affected, ClaimStatus::Unknown) => {
                let why = "the record says that it is not known whether this version is affected".to_owned();
                answer.verdict = Verdict::NotComparable { why };
            }
            (Verdict::Affected, ClaimStatus::Affected) => {
                if let Some(condition) = &condition {
                    answer.verdict = Verdict::Conditional { condition: condition.clone() };
                }
            }
            (_, ClaimStatus::Affected) => {}
            (_, ClaimStatus::NotAffected | ClaimStatus::Fixed | ClaimStatus::Unknown) => {
                answer.verdict = Verdict::NotAffected;
            }
        }
        all.push(answer);
    }
    all
}

/// The vulnerable criteria of a tree that are about the component: whether each names no version.
fn collect(identity: &Identity, node: &ApplicabilityNode, into: &mut Vec<bool>, depth: usize) {
    for criterion in node.criteria.iter().filter(|criterion| criterion.vulnerable) {
        if concerned(identity, &criterion.criteria).is_some() {
            into.push(
                Cpe::parse(&criterion.criteria).is_ok_and(|cpe| *cpe.attribute(VERSION) == Attribute::Na),
            );
        }
    }
    if depth > 0 {
        node.children.iter().for_each(|child| collect(identity, child, into, depth - 1));
    }
}

/// What a node or a criterion comes to.
enum Found {
    /// It is not so; with the reason where it is about the component.
    Not(Option<Box<Answer>>),
    /// It is about other products, named in words; with the reason why it is not so for the component, where it is also about that.
    Elsewhere(Vec<String>, Option<Box<Answer>>),
    /// It is so.
    Hit(Box<Hit>),
}

struct Hit {
    /// What matched is itself vulnerable, not only the environment.
    vulnerable: bool,
    /// A person said that the component is not this product. The tree is judged as if nobody had, so that an exclusion can only take away.
    excluded: bool,
    answer: Answer,
}

impl Hit {
    /// The stronger of two; equals by their words, so that the order of criteria does not matter.
    fn rank(&self) -> (bool, bool, u8, Level, &Why) {
        (self.vulnerable, !self.excluded, self.answer.verdict.rank(), self.answer.why.level, &self.answer.why)
    }
}

struct Judge<'a> {
    identity: &'a Identity,
    advisory: &'a Advisory,
    /// No criterion about the component names a version.
    unversioned: bool,
}

impl Judge<'_> {
    fn node(&self, node: &ApplicabilityNode, depth: usize) -> Found {
        let criteria = node.criteria.iter().map(|criterion| self.criterion(criterion));
        let children = node.children.iter().filter(|_| depth > 0).map(|child| self.node(child, depth - 1));
        let found = match node.operator {
            Operator::Or => any(criteria.chain(children)),
            Operator::And => all(criteria.chain(children)),
        };
        if node.negate { reversed(found) } else { found }
    }

    fn criterion(&self, criterion: &CpeCriterion) -> Found {
        let Some(known) = concerned(self.identity, &criterion.criteria) else {
            return Found::Elsewhere(vec![product_words(criterion)], None);
        };
        let Ok(name) = Cpe::parse(&criterion.criteria) else { return Found::Not(None) };
        let (verdict, scheme) = self.verdict(known, &name, criterion);
        let by_name = std::ptr::eq(known, &raw const self.identity.unnamed);
        let capped = match (by_name, self.identity.distribution()) {
            (_, Some(_)) => Some(BACKPORT),
            (true, None) => Some("only the names agree"),
            (false, None) => None,
        };
        let held = verdict != Verdict::NotAffected;
        let verdict = if held && capped.is_some() { Verdict::Candidate } else { verdict };
        let answer = self.answer(known, &name, criterion, (verdict, scheme, capped));
        if held {
            let excluded = self.identity.is_not(&answer.why.product);
            Found::Hit(Box::new(Hit { vulnerable: criterion.vulnerable, excluded, answer }))
        } else {
            Found::Not(vulnerable(criterion, answer))
        }
    }

    fn verdict(&self, known: &KnownCpe, name: &Cpe, criterion: &CpeCriterion) -> (Verdict, String) {
        let Some(mut conditions) = restrictions(&known.cpe, name) else {
            return (Verdict::NotAffected, "none".to_owned());
        };
        let upstream = self.identity.distribution().and_then(|_| self.identity.upstream_version());
        let own = upstream.as_deref().or(known.version.as_deref());
        let told = Told { known, version: self.identity.told(own), order: order_of(name) };
        let scheme = told.order.word().to_owned();
        let verdict = match told.against(name, &criterion.interval, self.unversioned) {
            Ok(Some(update)) => {
                conditions.extend(update);
                if conditions.is_empty() {
                    Verdict::Affected
                } else {
                    Verdict::Conditional { condition: conditions.join(" and ") }
                }
            }
            Ok(None) => Verdict::NotAffected,
            Err(why) => Verdict::NotComparable { why },
        };
        (verdict, scheme)
    }

    fn answer(
        &self,
        known: &KnownCpe,
        name: &Cpe,
        criterion: &CpeCriterion,
        judged: (Verdict, String, Option<&str>),
    ) -> Answer {
        let (verdict, scheme, capped) = judged;
        let range = range_words(name, criterion);
        let version = known.version.as_deref().unwrap_or("without version");
        let reason = capped.map(|reason| format!("; {reason}")).unwrap_or_default();
        Answer {
            verdict,
            weight: if name.attribute(VERSION).text().is_some() { Weight::Listed } else { Weight::Interval },
            cleared: false,
            why: Why {
                level: if capped == Some("only the names agree") { Level::ByName } else { Level::Exact },
                identifier: known.shown.clone(),
                product: cpe_key(name),
                words: format!("{} {version} against {} {range}{reason}", known.shown, criterion.criteria),
                range,
                scheme,
                source: self.advisory.source,
                record_date: self.advisory.modified.clone().or_else(|| self.advisory.published.clone()),
            },
        }
    }
}

/// A reason for "not affected" counts only from what is itself vulnerable.
fn vulnerable(criterion: &CpeCriterion, answer: Answer) -> Option<Box<Answer>> {
    criterion.vulnerable.then(|| Box::new(answer))
}

/// Any is enough: the strongest. What is about others can still make it so where the component does not.
fn any(parts: impl Iterator<Item = Found>) -> Found {
    let mut all = Parts::of(parts);
    match all.best.take() {
        Some(hit) => Found::Hit(hit),
        None if all.elsewhere.is_empty() => Found::Not(all.not),
        None => Found::Elsewhere(all.elsewhere.concat(), all.not),
    }
}

/// All must be so. What is about other products becomes a condition.
fn all(parts: impl Iterator<Item = Found>) -> Found {
    let all = Parts::of(parts);
    match all.best {
        _ if all.denied => Found::Not(all.not),
        Some(hit) if all.elsewhere.is_empty() => Found::Hit(hit),
        Some(hit) => Found::Hit(conditional(hit, all.elsewhere)),
        None if all.elsewhere.is_empty() => Found::Not(None),
        None => Found::Elsewhere(all.elsewhere.into_iter().map(one_of).collect(), all.not),
    }
}

/// What the parts of a node come to, sorted.
#[derive(Default)]
struct Parts {
    /// The strongest that is so.
    best: Option<Box<Hit>>,
    /// What each part that is about other products names.
    elsewhere: Vec<Vec<String>>,
    /// Why a part is not so.
    not: Option<Box<Answer>>,
    /// A part is not so.
    denied: bool,
}

impl Parts {
    fn of(parts: impl Iterator<Item = Found>) -> Self {
        let mut all = Self::default();
        for part in parts {
            match part {
                Found::Hit(hit) if all.best.as_ref().is_none_or(|best| best.rank() < hit.rank()) => {
                    all.best = Some(hit);
                }
                Found::Hit(_) => {}
                Found::Elsewhere(words, answer) => {
                    all.elsewhere.push(words);
                    all.not = greater(all.not, answer);
                }
                Found::Not(answer) => {
                    all.denied = true;
                    all.not = greater(all.not, answer);
                }
            }
        }
        all
    }
}

fn conditional(mut hit: Box<Hit>, elsewhere: Vec<Vec<String>>) -> Box<Hit> {
    let told = elsewhere.into_iter().filter(|words| !words.is_empty());
    let mut conditions: Vec<String> = told.map(|words| format!("together with {}", one_of(words))).collect();
    conditions.sort();
    hit.answer.verdict = match hit.answer.verdict {
        Verdict::Affected if !conditions.is_empty() => {
            Verdict::Conditional { condition: conditions.join(" and ") }
        }
        Verdict::Conditional { condition } => {
            conditions.insert(0, condition);
            Verdict::Conditional { condition: conditions.join(" and ") }
        }
        verdict @ (Verdict::Affected
        | Verdict::NotAffected
        | Verdict::Candidate
        | Verdict::NotComparable { .. }) => verdict,
    };
    hit
}

/// What is reversed never makes a finding of its own: it is at most the environment.
fn reversed(found: Found) -> Found {
    match found {
        Found::Hit(_) => Found::Not(None),
        Found::Not(_) => Found::Elsewhere(Vec::new(), None),
        Found::Elsewhere(words, _) if words.is_empty() => Found::Elsewhere(words, None),
        Found::Elsewhere(words, _) => Found::Elsewhere(vec![format!("anything but {}", one_of(words))], None),
    }
}

fn greater(a: Option<Box<Answer>>, b: Option<Box<Answer>>) -> Option<Box<Answer>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a.why < b.why { b } else { a }),
        (one, other) => one.or(other),
    }
}

fn one_of(mut words: Vec<String>) -> String {
    const SHOWN: usize = 4;
    words.sort();
    words.dedup();
    let more = words.len().saturating_sub(SHOWN);
    words.truncate(SHOWN);
    let mut text = words.join(" or ");
    if more > 0 {
        text.push_str(&format!(" or {more} more"));
    }
    text
}
