//! CPE applicability statements (NVD configurations) against a component.
//!
//! A component is one product. Criteria about other products are neither true nor false: they are the environment, and where an AND needs
//! them, the verdict is conditional and names them.

use super::claims::BACKPORT as BACKPORT_WORDS;
use super::combine::{Answer, Weight};
use super::identity::{Identity, KnownCpe};
use super::versions::{self, Order};
use super::{Verdict, Why, cpe_key, names};
use crate::domain::soup::advisory::{
    Advisory, ApplicabilityNode, ClaimStatus, CpeCriterion, Interval, Operator, PackageClaim,
};
use crate::domain::soup::cpe::{
    self, ATTRIBUTE_WORDS, Attribute, Cpe, PART, PRODUCT, Relation, UPDATE, VENDOR, VERSION,
};
use crate::domain::soup::purl::Level;
use crate::domain::soup::version::Scheme;

/// Position of the attribute target software.
const TARGET_SOFTWARE: usize = 8;

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
        Found::Not(Some(answer)) => Some(*answer).filter(|answer| !identity.is_not(&answer.why.product)),
        Found::Hit(_) | Found::Not(None) | Found::Elsewhere(_) => None,
    }));
}

/// What CPE names of a claim without versions of its own say: the version is in the name.
pub(super) fn named(identity: &Identity, advisory: &Advisory, claim: &PackageClaim) -> Vec<Answer> {
    let judge = Judge { identity, advisory, unversioned: false };
    let status = claim.otherwise.unwrap_or_default();
    let mut all = Vec::new();
    for text in &claim.cpes {
        let criterion =
            CpeCriterion { criteria: text.clone(), vulnerable: true, interval: Interval::default() };
        let mut answer = match judge.criterion(&criterion) {
            Found::Hit(hit) => hit.answer,
            Found::Not(Some(answer)) => *answer,
            Found::Not(None) | Found::Elsewhere(_) => continue,
        };
        match (&answer.verdict, status) {
            (Verdict::Affected, ClaimStatus::NotAffected | ClaimStatus::Fixed) => {
                answer.verdict = Verdict::NotAffected;
                answer.cleared = claim.conditions.is_empty();
            }
            (Verdict::Affected, ClaimStatus::Unknown) => {
                let why = "the record says that it is not known whether this version is affected".to_owned();
                answer.verdict = Verdict::NotComparable { why };
            }
            (Verdict::Affected, ClaimStatus::Affected) if !claim.conditions.is_empty() => {
                answer.verdict = Verdict::Conditional { condition: claim.conditions.join(" and ") };
            }
            (_, ClaimStatus::Affected) => {}
            (_, ClaimStatus::NotAffected | ClaimStatus::Fixed | ClaimStatus::Unknown) => {
                answer.verdict = Verdict::NotAffected
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

/// The CPE of the component that a criterion is about; quick, because nearly all are about something else.
fn concerned<'a>(identity: &'a Identity, criteria: &str) -> Option<&'a KnownCpe> {
    if let Some([part, vendor, product]) = cpe::head(criteria) {
        let same = |known: &&KnownCpe| {
            known.cpe.attribute(PART).text().is_none_or(|own| own.eq_ignore_ascii_case(part))
                && known.vendor.eq_ignore_ascii_case(vendor)
                && known.product.eq_ignore_ascii_case(product)
        };
        if !identity.cpes.is_empty() {
            return identity.cpes.iter().find(same);
        }
        let by_name = part != "h" && identity.names.contains(&names::fold(&product.replace('\\', "")));
        return by_name.then_some(&identity.unnamed).filter(|_| !foreign(identity, criteria));
    }
    let criterion = Cpe::parse(criteria).ok()?;
    identity.cpes.iter().find(|known| about(known, &criterion))
}

/// Whether a name, open ends and all, is about the product of a component's CPE. One for any vendor and any product names nothing.
fn about(known: &KnownCpe, name: &Cpe) -> bool {
    let wider = |position: usize| {
        let relation = name.attribute(position).compare(known.cpe.attribute(position));
        matches!(relation, Relation::Equal | Relation::Superset)
    };
    let names_something =
        [VENDOR, PRODUCT].iter().any(|position| *name.attribute(*position) != Attribute::Any);
    let part = name.attribute(PART).compare(known.cpe.attribute(PART));
    names_something && wider(VENDOR) && wider(PRODUCT) && part != Relation::Disjoint
}

/// What a criterion runs on, where that is a language or a program with packages of its own; and the purl types of such packages.
const HOSTS: &[(&str, &[&str])] = &[
    ("node.js", &["npm"]),
    ("python", &["pypi", "conda"]),
    ("ruby", &["gem"]),
    ("rails", &["gem"]),
    ("ruby_on_rails", &["gem"]),
    ("rust", &["cargo"]),
    ("go", &["golang"]),
    ("perl", &["cpan"]),
    ("php", &["composer"]),
    ("java", &["maven"]),
    ("jenkins", &["maven"]),
    (".net", &["nuget"]),
    ("wordpress", &["composer"]),
    ("drupal", &["composer"]),
    ("joomla!", &["composer"]),
    ("magento", &["composer"]),
    ("mediawiki", &["composer"]),
    ("typo3", &["composer"]),
];

/// Whether a criterion that agrees only by name is about the packages of another language than the component's.
fn foreign(identity: &Identity, criteria: &str) -> bool {
    let Some(host) =
        Cpe::parse(criteria).ok().and_then(|cpe| cpe.attribute(TARGET_SOFTWARE).text().map(str::to_owned))
    else {
        return false;
    };
    let kinds = HOSTS.iter().find(|(name, _)| *name == host).map(|(_, kinds)| *kinds);
    kinds.is_some_and(|kinds| {
        identity.of_registry()
            && !identity.purls.iter().any(|known| kinds.contains(&known.purl.kind.as_str()))
    })
}

/// Whether a name is about the product of a component's CPE, versions left aside: what must hold besides.
pub(super) fn same_product(known: &KnownCpe, name: &Cpe) -> Option<Vec<String>> {
    about(known, name).then(|| restrictions(&known.cpe, name)).flatten()
}

/// What attributes after the update ask for; `None` when the component is told to be something else.
fn restrictions(own: &Cpe, criterion: &Cpe) -> Option<Vec<String>> {
    let mut conditions = Vec::new();
    for (position, word) in ATTRIBUTE_WORDS.iter().enumerate().skip(UPDATE + 1) {
        conditions.extend(restriction(own.attribute(position), criterion.attribute(position), word)?);
    }
    Some(conditions)
}

/// What one attribute asks for. A component that does not tell the attribute agrees with "not applicable".
fn restriction(own: &Attribute, criterion: &Attribute, word: &str) -> Option<Option<String>> {
    match criterion.compare(own) {
        Relation::Equal | Relation::Superset => Some(None),
        Relation::Subset if *criterion == Attribute::Na => Some(None),
        Relation::Subset | Relation::Undefined => Some(Some(format!("the {word} is {}", plain(criterion)))),
        Relation::Disjoint => None,
    }
}

fn plain(attribute: &Attribute) -> String {
    attribute.to_string().replace('\\', "").replace('_', " ")
}

/// What a node or a criterion comes to.
enum Found {
    /// It is not so; with the reason where it is about the component.
    Not(Option<Box<Answer>>),
    /// It is about other products, named in words.
    Elsewhere(Vec<String>),
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
            return Found::Elsewhere(vec![product_words(criterion)]);
        };
        let Ok(name) = Cpe::parse(&criterion.criteria) else { return Found::Not(None) };
        let (verdict, scheme) = self.verdict(known, &name, criterion);
        let by_name = std::ptr::eq(known, &raw const self.identity.unnamed);
        let capped = match (by_name, self.identity.distribution()) {
            (_, Some(_)) => Some(BACKPORT_WORDS),
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

/// Any is enough: the strongest.
fn any(parts: impl Iterator<Item = Found>) -> Found {
    let (mut best, mut elsewhere, mut not): (Option<Box<Hit>>, Vec<String>, Option<Box<Answer>>) =
        (None, Vec::new(), None);
    for part in parts {
        match part {
            Found::Hit(hit) if best.as_ref().is_none_or(|best| best.rank() < hit.rank()) => best = Some(hit),
            Found::Hit(_) => {}
            Found::Elsewhere(words) => elsewhere.extend(words),
            Found::Not(answer) => not = greater(not, answer),
        }
    }
    match best {
        Some(hit) => Found::Hit(hit),
        // About us and not so, or else about others: only the others can still make it so. The reason is kept where nothing hangs on them.
        None if elsewhere.is_empty() || not.is_some() => Found::Not(not),
        None => Found::Elsewhere(elsewhere),
    }
}

/// All must be so. What is about other products becomes a condition.
fn all(parts: impl Iterator<Item = Found>) -> Found {
    let (mut best, mut elsewhere): (Option<Box<Hit>>, Vec<Vec<String>>) = (None, Vec::new());
    let mut denied: Option<Option<Box<Answer>>> = None;
    for part in parts {
        match part {
            Found::Hit(hit) if best.as_ref().is_none_or(|best| best.rank() < hit.rank()) => best = Some(hit),
            Found::Hit(_) => {}
            Found::Elsewhere(words) => elsewhere.push(words),
            Found::Not(answer) => denied = Some(greater(denied.flatten(), answer)),
        }
    }
    match (denied, best) {
        (Some(answer), _) => Found::Not(answer),
        (None, Some(hit)) if elsewhere.is_empty() => Found::Hit(hit),
        (None, Some(hit)) => Found::Hit(conditional(hit, elsewhere)),
        (None, None) if elsewhere.is_empty() => Found::Not(None),
        (None, None) => Found::Elsewhere(elsewhere.into_iter().map(|words| one_of(words)).collect()),
    }
}

fn conditional(mut hit: Box<Hit>, elsewhere: Vec<Vec<String>>) -> Box<Hit> {
    let mut conditions: Vec<String> =
        elsewhere.into_iter().map(|words| format!("together with {}", one_of(words))).collect();
    conditions.sort();
    hit.answer.verdict = match hit.answer.verdict {
        Verdict::Affected => Verdict::Conditional { condition: conditions.join(" and ") },
        Verdict::Conditional { condition } => {
            Verdict::Conditional { condition: format!("{condition} and {}", conditions.join(" and ")) }
        }
        verdict @ (Verdict::NotAffected | Verdict::Candidate | Verdict::NotComparable { .. }) => verdict,
    };
    hit
}

/// What is reversed never makes a finding of its own: it is at most the environment.
fn reversed(found: Found) -> Found {
    match found {
        Found::Hit(_) => Found::Not(None),
        Found::Not(_) => Found::Elsewhere(Vec::new()),
        Found::Elsewhere(words) if words.is_empty() => Found::Elsewhere(words),
        Found::Elsewhere(words) => Found::Elsewhere(vec![format!("anything but {}", one_of(words))]),
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

/// Another product in words: `microsoft windows 10 < 1903`.
fn product_words(criterion: &CpeCriterion) -> String {
    let Ok(name) = Cpe::parse(&criterion.criteria) else { return criterion.criteria.clone() };
    let mut words: Vec<String> = [VENDOR, PRODUCT, VERSION, UPDATE]
        .iter()
        .filter_map(|position| name.attribute(*position).text())
        .map(|text| text.replace('_', " "))
        .collect();
    if !versions::is_everything(&criterion.interval) {
        words.push(versions::interval_words(&criterion.interval));
    }
    words.join(" ")
}

fn range_words(name: &Cpe, criterion: &CpeCriterion) -> String {
    let bounded = !versions::is_everything(&criterion.interval);
    let mut words = match name.attribute(VERSION) {
        Attribute::Any if bounded => versions::interval_words(&criterion.interval),
        Attribute::Any => "every version".to_owned(),
        Attribute::Na => "no version named".to_owned(),
        version @ Attribute::Is(_) if bounded => {
            format!("= {}, {}", plain(version), versions::interval_words(&criterion.interval))
        }
        version @ Attribute::Is(_) => format!("= {}", plain(version)),
    };
    if let update @ Attribute::Is(_) = name.attribute(UPDATE) {
        words.push_str(&format!(" {}", plain(update)));
    }
    words
}

/// OpenSSL has letters that only its own order knows; everything else is compared by the vendor-neutral order.
fn order_of(name: &Cpe) -> Order {
    Order::By(if name.attribute(PRODUCT).text() == Some("openssl") { Scheme::OpenSsl } else { Scheme::Nvd })
}

/// The component's side of a comparison of versions.
struct Told<'a> {
    known: &'a KnownCpe,
    version: Result<&'a str, &'a str>,
    order: Order,
}

impl Told<'_> {
    /// Whether the component's version is one that the criterion names: `None` when not, else what the update must be besides.
    fn against(
        &self,
        name: &Cpe,
        interval: &Interval,
        unversioned: bool,
    ) -> Result<Option<Option<String>>, String> {
        let bounded = !versions::is_everything(interval);
        if bounded && !self.order.within(self.version?, interval)? {
            return Ok(None);
        }
        let update = name.attribute(UPDATE);
        let own_update = self.known.cpe.attribute(UPDATE);
        match name.attribute(VERSION) {
            Attribute::Any => Ok(restriction(own_update, update, "update")),
            Attribute::Na if self.known.cpe.attribute(VERSION) == &Attribute::Na => {
                Ok(restriction(own_update, update, "update"))
            }
            Attribute::Na if unversioned => {
                Err("the record names the product but none of its versions".to_owned())
            }
            Attribute::Na => Ok(None),
            Attribute::Is(version) if version.is_wild() => Ok(if version.covers(self.version?) {
                restriction(own_update, update, "update")
            } else {
                None
            }),
            Attribute::Is(version) => self.equals(&version.text, update),
        }
    }

    /// Version and update may stand in one text on one side and apart on the other: `1.0rc1` and `1.0`, `rc1`.
    fn equals(&self, version: &str, update: &Attribute) -> Result<Option<Option<String>>, String> {
        let full = self.version?;
        let own = self.known.cpe.attribute(VERSION).text().unwrap_or(full);
        let own_update = self.known.cpe.attribute(UPDATE);
        if self.order.same(own, version)? {
            // CPE names of versions are names: 2.5 and 2.5.0 stand side by side in the dictionary, for some products as the same release.
            if pieces(own) != pieces(version) {
                return Err(format!("the record names version {version}, which may or may not be {own}"));
            }
            return Ok(restriction(own_update, update, "update"));
        }
        let whole = update.text().map_or_else(|| version.to_owned(), |update| format!("{version}-{update}"));
        if (update.text().is_some() || own_update.text().is_some()) && self.order.same(full, &whole)? {
            return Ok(Some(None));
        }
        Ok(None)
    }
}

fn pieces(version: &str) -> usize {
    version.split(['.', '-', '_']).count()
}
