//! Judges CPE applicability statements (NVD configurations) for a component.
//!
//! A component is one product. Criteria about other products are neither true nor false: they are the environment. If an AND requires them, the
//! verdict is conditional and names them.

use std::cell::OnceCell;

use super::claims::BACKPORT;
use super::combine::{Answer, Cleared, Weight};
use super::criterion::{
    self, OPEN_NAME, OwnVersion, concerned, product_words, range_words, restrictions, scheme_of,
};
use super::identity::{Identity, KnownCpe};
use super::versions::Order;
use super::{Verdict, Why, conditions, cpe_key};
use crate::model::advisory::{
    Advisory, ApplicabilityNode, ClaimStatus, CpeCriterion, Interval, Operator, PackageClaim,
};
use crate::model::cpe::{Attribute, Cpe, VERSION};
use crate::model::purl::Level;

/// Maximum depth of a tree. Deeper nodes are not judged, so that foreign data cannot exhaust the stack.
const DEPTH_MAX: usize = 64;

/// The words for an agreement without a CPE name.
const ONLY_NAMES: &str = "only the names agree";

/// Adds the answers of the applicability statements of a record: one for each root that is about the component.
pub(super) fn answers(identity: &Identity, advisory: &Advisory, into: &mut Vec<Answer>) {
    let judge = Judge { identity, advisory, unversioned: OnceCell::new() };
    into.extend(advisory.applicability.iter().filter_map(|root| match judge.node(root, DEPTH_MAX) {
        NodeMatch::Hit(hit) if hit.reason.criterion.vulnerable && !hit.excluded => {
            Some(judge.answer(&hit.reason))
        }
        NodeMatch::Not(Some(reason)) | NodeMatch::Elsewhere(_, Some(reason)) => {
            Some(judge.answer(&reason)).filter(|answer| !identity.is_not(&answer.why.product))
        }
        NodeMatch::Hit(_) | NodeMatch::Not(None) | NodeMatch::Elsewhere(_, None) => None,
    }));
}

/// The answers of the CPE names of a claim that has no versions of its own: the version is in the name.
pub(super) fn named(identity: &Identity, advisory: &Advisory, claim: &PackageClaim) -> Vec<Answer> {
    let judge = Judge { identity, advisory, unversioned: OnceCell::from(false) };
    let status = claim.otherwise.unwrap_or_default();
    let (condition, _) = conditions::describe(&claim.conditions);
    let mut all = Vec::new();
    for text in &claim.cpes {
        let criterion =
            CpeCriterion { criteria: text.clone(), vulnerable: true, interval: Interval::default() };
        let mut answer = match judge.criterion(&criterion) {
            NodeMatch::Hit(hit) => judge.answer(&hit.reason),
            NodeMatch::Not(Some(reason)) => judge.answer(&reason),
            NodeMatch::Not(None) | NodeMatch::Elsewhere(..) => continue,
        };
        match (&answer.verdict, status) {
            (Verdict::Affected, ClaimStatus::NotAffected | ClaimStatus::Fixed) => {
                answer.verdict = Verdict::NotAffected;
                answer.cleared = if condition.is_none() { Cleared::Product } else { Cleared::Nothing };
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
        answer.tree = false;
        all.push(answer);
    }
    all
}

/// Whether none of the vulnerable criteria of a tree that are about the component names a version.
fn names_no_version(identity: &Identity, node: &ApplicabilityNode, depth: usize) -> bool {
    let own = |criterion: &&CpeCriterion| {
        criterion.vulnerable && !concerned(identity, &criterion.criteria).is_empty()
    };
    let unversioned = |criterion: &CpeCriterion| {
        Cpe::parse(&criterion.criteria).is_ok_and(|cpe| *cpe.attribute(VERSION) == Attribute::Na)
    };
    node.criteria.iter().filter(own).all(unversioned)
        && (depth == 0 || node.children.iter().all(|child| names_no_version(identity, child, depth - 1)))
}

/// The result of a node or a criterion. Its words are formed only for the final answer.
enum NodeMatch<'a> {
    /// It is false; with the reason if it is about the component.
    Not(Option<Box<Reason<'a>>>),
    /// It is about other products; if it is also about the component, with the reason why it is false for it.
    Elsewhere(Vec<Other<'a>>, Option<Box<Reason<'a>>>),
    /// It is true.
    Hit(Box<Hit<'a>>),
}

/// Other products that a criterion or a node names.
enum Other<'a> {
    /// The product of a criterion.
    Product(&'a CpeCriterion),
    /// In words.
    Words(String),
}

impl Other<'_> {
    fn words(&self) -> String {
        match self {
            Self::Product(criterion) => product_words(criterion),
            Self::Words(words) => words.clone(),
        }
    }
}

/// The verdict of a criterion for the component, by one of its names.
struct Reason<'a> {
    verdict: Verdict,
    known: &'a KnownCpe,
    criterion: &'a CpeCriterion,
    /// The name of the criterion; `None` if it cannot be read.
    name: Option<Cpe>,
    /// The scheme by which versions were compared.
    scheme: &'static str,
    /// Why it can only be a candidate.
    capped: Option<&'static str>,
}

impl Reason<'_> {
    /// The order of reasons that are otherwise equal, so that the order of the criteria does not matter.
    fn place(&self) -> (bool, &str, &str, &Interval) {
        (!self.is_by_name(), &self.known.shown, &self.criterion.criteria, &self.criterion.interval)
    }

    fn is_by_name(&self) -> bool {
        matches!(self.capped, Some(ONLY_NAMES | OPEN_NAME))
    }
}

struct Hit<'a> {
    /// Whether a person excluded this product for the component. The tree is judged without regard to this, so that an exclusion can only remove
    /// findings.
    excluded: bool,
    reason: Reason<'a>,
}

impl Hit<'_> {
    /// The order of strength.
    fn rank(&self) -> (bool, bool, u8, (bool, &str, &str, &Interval)) {
        let reason = &self.reason;
        (reason.criterion.vulnerable, !self.excluded, reason.verdict.rank(), reason.place())
    }
}

struct Judge<'a> {
    identity: &'a Identity,
    advisory: &'a Advisory,
    /// Whether no criterion about the component names a version. Then a criterion with the version "-" is a doubt; otherwise it says nothing.
    unversioned: OnceCell<bool>,
}

impl<'a> Judge<'a> {
    fn node(&self, node: &'a ApplicabilityNode, depth: usize) -> NodeMatch<'a> {
        let criteria = node.criteria.iter().map(|criterion| self.criterion(criterion));
        let children = node.children.iter().filter(|_| depth > 0).map(|child| self.node(child, depth - 1));
        let found = match node.operator {
            Operator::Or => any(criteria.chain(children)),
            Operator::And => all(criteria.chain(children)),
        };
        if node.negate { reversed(found) } else { found }
    }

    fn criterion<'c>(&self, criterion: &'c CpeCriterion) -> NodeMatch<'c>
    where
        'a: 'c,
    {
        match concerned(self.identity, &criterion.criteria).as_slice() {
            [] => NodeMatch::Elsewhere(vec![Other::Product(criterion)], None),
            [known] => self.by(known, criterion),
            // A component may have several names of one product: the strongest answer counts.
            all => any(all.iter().map(|known| self.by(known, criterion))),
        }
    }

    /// The result of a criterion for one of the component's names.
    fn by<'c>(&self, known: &'c KnownCpe, criterion: &'c CpeCriterion) -> NodeMatch<'c> {
        let name = Cpe::parse(&criterion.criteria);
        let (verdict, scheme) = match &name {
            Ok(name) => self.verdict(known, name, criterion),
            // It names the product, but its versions cannot be read.
            Err(why) => {
                let why = format!("the criterion {} cannot be read: {why}", criterion.criteria);
                (Verdict::NotComparable { why }, "none")
            }
        };
        let product = || name.as_ref().map_or_else(|_| known.key.clone(), cpe_key);
        let excluded = !self.identity.excluded.is_empty() && self.identity.is_not(&product());
        let by_name = std::ptr::eq(known, &raw const self.identity.unnamed);
        let capped = match (by_name, self.identity.distribution()) {
            (_, Some(_)) => Some(BACKPORT),
            (true, None) => Some(ONLY_NAMES),
            (false, None) => {
                name.as_ref().is_ok_and(|name| !criterion::about(known, name)).then_some(OPEN_NAME)
            }
        };
        let held = verdict != Verdict::NotAffected;
        let verdict = if held && capped.is_some() { Verdict::Candidate } else { verdict };
        let reason = Reason { verdict, known, criterion, name: name.ok(), scheme, capped };
        if held {
            NodeMatch::Hit(Box::new(Hit { excluded, reason }))
        } else {
            // Only a vulnerable criterion can give a reason for "not affected".
            NodeMatch::Not(criterion.vulnerable.then(|| Box::new(reason)))
        }
    }

    fn verdict(&self, known: &KnownCpe, name: &Cpe, criterion: &CpeCriterion) -> (Verdict, &'static str) {
        let Some(mut conditions) = restrictions(&known.cpe, name) else {
            return (Verdict::NotAffected, "none");
        };
        let upstream = self.identity.distribution().and_then(|_| self.identity.upstream_version());
        let own = upstream.as_deref().or(known.version.as_deref());
        let scheme = scheme_of(name);
        let own_version =
            OwnVersion { known, version: self.identity.usable_version(own), order: Order::By(scheme) };
        let verdict = match own_version.against(name, &criterion.interval, &|| self.is_unversioned()) {
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
        (verdict, scheme.word())
    }

    fn is_unversioned(&self) -> bool {
        let roots = || self.advisory.applicability.iter();
        *self.unversioned.get_or_init(|| roots().all(|root| names_no_version(self.identity, root, DEPTH_MAX)))
    }

    fn unreadable(&self, reason: &Reason<'_>) -> Answer {
        let Reason { verdict, known, criterion, .. } = reason;
        Answer {
            verdict: verdict.clone(),
            weight: Weight::Interval,
            cleared: Cleared::Nothing,
            commits: false,
            tree: true,
            why: Why {
                level: Level::Exact,
                identifier: known.shown.clone(),
                product: known.key.clone(),
                words: format!("{} against {}, which cannot be read", known.shown, criterion.criteria),
                range: criterion.criteria.clone(),
                scheme: "none".to_owned(),
                source: self.advisory.source,
                record_date: self.advisory.modified.clone().or_else(|| self.advisory.published.clone()),
            },
        }
    }

    fn answer(&self, reason: &Reason<'_>) -> Answer {
        let Reason { verdict, known, criterion, name, scheme, capped } = reason;
        let Some(name) = name else { return self.unreadable(reason) };
        let range = range_words(name, criterion);
        let version = known.version.as_deref().unwrap_or("without version");
        let but = capped.map_or(["", ""], |capped| ["; ", capped]).concat();
        let words =
            [&known.shown, " ", version, " against ", &criterion.criteria, " ", &range, &but].concat();
        Answer {
            verdict: verdict.clone(),
            weight: if name.attribute(VERSION).text().is_some() { Weight::Listed } else { Weight::Interval },
            cleared: Cleared::Nothing,
            commits: false,
            tree: true,
            why: Why {
                level: if reason.is_by_name() { Level::ByName } else { Level::Exact },
                identifier: known.shown.clone(),
                product: cpe_key(name),
                words,
                range,
                scheme: (*scheme).to_owned(),
                source: self.advisory.source,
                record_date: self.advisory.modified.clone().or_else(|| self.advisory.published.clone()),
            },
        }
    }
}

/// OR: the strongest hit. Without a hit, parts about other products can still make it true.
fn any<'a>(parts: impl Iterator<Item = NodeMatch<'a>>) -> NodeMatch<'a> {
    let mut all = Parts::of(parts);
    match all.best.take() {
        Some(hit) => NodeMatch::Hit(hit),
        None if all.elsewhere.is_empty() => NodeMatch::Not(all.not),
        None => NodeMatch::Elsewhere(all.elsewhere.into_iter().flatten().collect(), all.not),
    }
}

/// AND: all parts must be true. Parts about other products become a condition.
fn all<'a>(parts: impl Iterator<Item = NodeMatch<'a>>) -> NodeMatch<'a> {
    let all = Parts::of(parts);
    match all.best {
        _ if all.denied => NodeMatch::Not(all.not),
        Some(hit) if all.elsewhere.is_empty() => NodeMatch::Hit(hit),
        Some(mut hit) => {
            condition(&mut hit, &all.elsewhere);
            NodeMatch::Hit(hit)
        }
        None if all.elsewhere.is_empty() => NodeMatch::Not(None),
        None => {
            let each = all.elsewhere.iter().map(|others| Other::Words(one_of(others)));
            NodeMatch::Elsewhere(each.collect(), all.not)
        }
    }
}

/// The results of the parts of a node, by kind.
#[derive(Default)]
struct Parts<'a> {
    /// The strongest hit.
    best: Option<Box<Hit<'a>>>,
    /// The products of each part that is about other products.
    elsewhere: Vec<Vec<Other<'a>>>,
    /// Why a part is false.
    not: Option<Box<Reason<'a>>>,
    /// Whether a part is false.
    denied: bool,
}

impl<'a> Parts<'a> {
    fn of(parts: impl Iterator<Item = NodeMatch<'a>>) -> Self {
        let mut all = Self::default();
        for part in parts {
            match part {
                NodeMatch::Hit(hit) if all.best.as_ref().is_none_or(|best| best.rank() < hit.rank()) => {
                    all.best = Some(hit);
                }
                NodeMatch::Hit(_) => {}
                NodeMatch::Elsewhere(words, answer) => {
                    all.elsewhere.push(words);
                    all.not = greater(all.not, answer);
                }
                NodeMatch::Not(answer) => {
                    all.denied = true;
                    all.not = greater(all.not, answer);
                }
            }
        }
        all
    }
}

/// Adds other products to a hit as a condition.
fn condition(hit: &mut Hit<'_>, elsewhere: &[Vec<Other<'_>>]) {
    let named = elsewhere.iter().filter(|others| !others.is_empty());
    let mut conditions: Vec<String> =
        named.map(|others| format!("together with {}", one_of(others))).collect();
    conditions.sort();
    hit.reason.verdict = match std::mem::replace(&mut hit.reason.verdict, Verdict::NotAffected) {
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
}

/// NOT: a negated result never makes a finding by itself; it can only be the environment.
fn reversed(found: NodeMatch<'_>) -> NodeMatch<'_> {
    match found {
        NodeMatch::Hit(hit) if hit.reason.verdict == Verdict::Affected => NodeMatch::Not(None),
        // A doubt is still a doubt when it is negated.
        NodeMatch::Hit(hit) => {
            let words = product_words(hit.reason.criterion);
            NodeMatch::Elsewhere(vec![Other::Words(format!("anything but {words}"))], None)
        }
        NodeMatch::Not(_) => NodeMatch::Elsewhere(Vec::new(), None),
        NodeMatch::Elsewhere(others, _) if others.is_empty() => NodeMatch::Elsewhere(others, None),
        NodeMatch::Elsewhere(others, _) => {
            NodeMatch::Elsewhere(vec![Other::Words(format!("anything but {}", one_of(&others)))], None)
        }
    }
}

fn greater<'a>(a: Option<Box<Reason<'a>>>, b: Option<Box<Reason<'a>>>) -> Option<Box<Reason<'a>>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a.place() < b.place() { b } else { a }),
        (one, other) => one.or(other),
    }
}

fn one_of(others: &[Other<'_>]) -> String {
    const SHOWN: usize = 4;
    let mut words: Vec<String> = others.iter().map(Other::words).collect();
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
