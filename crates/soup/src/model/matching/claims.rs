//! Judges claims about packages and products by name (OSV, CVE JSON 5, CSAF) for a component.

use super::combine::{Answer, Cleared, Weight};
use super::hits::{self, Hit};
use super::identity::Identity;
use super::lines::Release;
use super::versions::{self, Order, Stand};
use super::{Verdict, Why, applicability, conditions, ecosystem, names};
use crate::model::advisory::{Advisory, ClaimStatus, PackageClaim, Source, Versions};
use crate::model::purl::Purl;

/// The words for a package that a distribution built.
pub(super) const BACKPORT: &str = "distribution backport: a distribution may have fixed it under its own version; only its own records decide";

/// Adds the answers of the package claims of a record.
pub(super) fn answers(identity: &Identity, advisory: &Advisory, into: &mut Vec<Answer>) {
    let mut all: Vec<Answer> = Vec::new();
    for claim in &advisory.packages {
        let (hits, criteria) = hits(identity, advisory, claim);
        let answers = hits.into_iter().map(|hit| answer(identity, advisory, claim, hit));
        all.extend(
            criteria.into_iter().chain(answers).filter(|answer| !identity.is_not(&answer.why.product)),
        );
    }
    // Commit ranges repeat a fact that versions state, in the same claim or in another one.
    let by_version: Vec<String> =
        all.iter().filter(|answer| !answer.commits).map(|answer| answer.why.product.clone()).collect();
    all.retain(|answer| !answer.commits || !by_version.contains(&answer.why.product));
    into.append(&mut all);
}

/// The package that a claim names, and the release of its distribution.
pub(super) fn package_of(claim: &PackageClaim) -> Option<(Purl, Option<Release>)> {
    let by_purl = claim.purl.as_deref().and_then(|text| Purl::parse(text).ok());
    let by_name = ecosystem::package(&claim.ecosystem, &claim.name);
    match (by_purl, by_name) {
        (Some(purl), by_name) => {
            let release = by_name.and_then(|(_, release)| release).or_else(|| Release::of_purl(&purl, None));
            Some((purl, release))
        }
        (None, by_name) => by_name,
    }
}

/// Keys of a product that is named in words.
pub(super) fn words_keys(claim: &PackageClaim) -> Vec<String> {
    let part = |text: &str| text.to_lowercase().replace(' ', "_");
    let vendor = claim.vendor.as_deref().map(part).filter(|vendor| !vendor.is_empty() && vendor != "n/a");
    let vendor = vendor.as_deref().unwrap_or("*");
    let names = std::iter::once(claim.name.as_str()).chain(claim.product.as_deref());
    names.map(|name| format!("cpe:{vendor}:{}", part(name))).collect()
}

/// The hits of a claim for the component: by package, else by CPE, else by name. For CPE names with a version of their own, the answers are
/// returned instead of hits.
pub(super) fn hits<'a>(
    identity: &'a Identity,
    advisory: &Advisory,
    claim: &PackageClaim,
) -> (Vec<Hit<'a>>, Vec<Answer>) {
    let package = package_of(claim);
    let mut hits = Vec::new();
    if let Some((purl, release)) = &package {
        hits = hits::by_package(identity, advisory, claim, (purl, release.as_ref()));
    }
    let mut ready = Vec::new();
    if hits.is_empty() && !claim.cpes.is_empty() {
        if claim.versions.is_empty() {
            ready = applicability::named(identity, advisory, claim);
        } else {
            hits = hits::by_cpe(identity, claim);
        }
    }
    if hits.is_empty() && ready.is_empty() {
        hits.extend(hits::by_name(identity, advisory, claim, package.as_ref().map(|(purl, _)| purl)));
    }
    (hits, ready)
}

/// Vendor and product of a key, folded.
pub(super) fn folded_key(key: &str) -> (String, String) {
    let (vendor, product) =
        key.strip_prefix("cpe:").and_then(|rest| rest.split_once(':')).unwrap_or_default();
    (names::fold(vendor), names::fold(product))
}

fn answer(identity: &Identity, advisory: &Advisory, claim: &PackageClaim, hit: Hit<'_>) -> Answer {
    let mut judged = judged(identity, advisory.source, claim, &hit);
    if let Some(why) = hit.doubt {
        judged = Judged { verdict: Verdict::NotComparable { why }, explicit: false, ..judged };
    }
    let all: Vec<String> = claim.conditions.iter().chain(&hit.conditions).cloned().collect();
    let (condition, place) = conditions::describe(&all);
    let version = hit.version.as_deref().unwrap_or("without version");
    let mut words = format!("{} {version} against {} {}", hit.identifier, claim.name, judged.range);
    for more in place.iter().map(String::as_str).chain(hit.only_candidate) {
        words.push_str(&format!("; {more}"));
    }
    Answer {
        weight: judged.weight,
        commits: judged.commits,
        tree: false,
        cleared: match judged.verdict == Verdict::NotAffected && judged.explicit && condition.is_none() {
            true if place.is_some() => Cleared::Places,
            true => Cleared::Product,
            false => Cleared::Nothing,
        },
        // A condition turns "affected" into "conditional". Agreement by name turns everything into a candidate.
        verdict: match (judged.verdict, hit.only_candidate, condition) {
            (Verdict::NotAffected, _, _) => Verdict::NotAffected,
            (_, Some(_), _) => Verdict::Candidate,
            (Verdict::Affected, None, Some(condition)) => Verdict::Conditional { condition },
            (verdict, None, _) => verdict,
        },
        why: Why {
            level: hit.level,
            identifier: hit.identifier.to_owned(),
            product: hit.product,
            range: judged.range,
            scheme: judged.scheme,
            source: advisory.source,
            record_date: advisory.modified.clone().or_else(|| advisory.published.clone()),
            words,
        },
    }
}

struct Judged {
    verdict: Verdict,
    weight: Weight,
    range: String,
    /// The scheme by which versions were compared.
    scheme: String,
    /// Whether the record says so explicitly.
    explicit: bool,
    /// Whether only ranges of commits are about it.
    commits: bool,
}

/// The verdict of a claim for a hit, with the words of its range.
fn judged(identity: &Identity, source: Source, claim: &PackageClaim, hit: &Hit<'_>) -> Judged {
    let version = identity.usable_version(hit.version.as_deref());
    // OSV lists exact versions. The others may have requirements and sentences where a version should be.
    let free = source != Source::Osv || claim.ecosystem.is_empty();
    if claim.versions.is_empty() {
        return without_versions(claim, hit, version, free);
    }
    let mut held: Vec<(Order, Weight, &Versions)> = Vec::new();
    let (mut unclear, mut commits, mut decided) = (None, None, None);
    let mut may_be_affected = false;
    for entry in &claim.versions {
        let order = Order::of(entry, &claim.ecosystem, &hit.kind);
        match versions::stand(entry, &order, version, free) {
            Stand::Holds(weight) => held.push((order, weight, entry)),
            Stand::Outside => decided = lesser(decided, order),
            Stand::Unclear(why) if versions::is_git(entry) => commits = lesser(commits, (why, order)),
            Stand::Unclear(why) => {
                may_be_affected |= !clears(entry.status);
                unclear = lesser(unclear, (why, order));
            }
        }
    }
    // If another entry leaves a doubt, a range that clears the version does not remove it. Only a list that names the version does.
    let doubted = |weight: Weight, entry: &Versions| {
        may_be_affected && clears(entry.status) && weight != Weight::Listed
    };
    if let Some((order, weight, entry)) =
        strongest(&held).filter(|(_, weight, entry)| !doubted(*weight, entry))
    {
        return of_status(entry.status, *weight, versions::entry_words(entry), order);
    }
    let range = versions::claim_words(&claim.versions);
    // Commit ranges repeat a fact that versions state: they count only if nothing else decides, or if the version is a commit itself.
    let by_commit = version.is_ok_and(versions::is_commit);
    let only_commits = unclear.is_none() && !by_commit;
    if let Some((why, order)) = unclear.or(commits.filter(|_| decided.is_none() || by_commit)) {
        let scheme = order.word().to_owned();
        let verdict = Verdict::NotComparable { why };
        return Judged {
            verdict,
            weight: Weight::Interval,
            range,
            scheme,
            explicit: false,
            commits: only_commits,
        };
    }
    let order = decided.unwrap_or(Order::Unknown(String::new()));
    match claim.otherwise {
        Some(status) => {
            of_status(status, Weight::Otherwise, format!("every version not named ({range})"), &order)
        }
        None => outside(range, &order),
    }
}

/// Whether a status says that a version is not affected.
fn clears(status: ClaimStatus) -> bool {
    match status {
        ClaimStatus::NotAffected | ClaimStatus::Fixed => true,
        ClaimStatus::Affected | ClaimStatus::Unknown => false,
    }
}

/// The lesser of two values, so that the order of the entries does not matter.
fn lesser<T: Ord>(one: Option<T>, other: T) -> Option<T> {
    Some(match one {
        Some(one) => one.min(other),
        None => other,
    })
}

/// Of the entries that name the version, the one that names it most exactly; of equals, the more serious one.
fn strongest<'a, 'c>(held: &'a [(Order, Weight, &'c Versions)]) -> Option<&'a (Order, Weight, &'c Versions)> {
    let gravity = |status: ClaimStatus| match status {
        ClaimStatus::Affected => 2,
        ClaimStatus::Unknown => 1,
        ClaimStatus::NotAffected | ClaimStatus::Fixed => 0,
    };
    let key = |one: &'a (Order, Weight, &'c Versions)| {
        (one.1, gravity(one.2.status), versions::entry_words(one.2), &one.0)
    };
    held.iter().max_by(|a, b| key(a).cmp(&key(b)))
}

fn of_status(status: ClaimStatus, weight: Weight, range: String, order: &Order) -> Judged {
    let verdict = match status {
        ClaimStatus::Affected => Verdict::Affected,
        ClaimStatus::NotAffected | ClaimStatus::Fixed => Verdict::NotAffected,
        ClaimStatus::Unknown => Verdict::NotComparable {
            why: "the record says that it is not known whether this version is affected".to_owned(),
        },
    };
    Judged { verdict, weight, range, scheme: order.word().to_owned(), explicit: true, commits: false }
}

fn outside(range: String, order: &Order) -> Judged {
    let scheme = order.word().to_owned();
    Judged {
        verdict: Verdict::NotAffected,
        weight: Weight::Otherwise,
        range,
        scheme,
        explicit: false,
        commits: false,
    }
}

/// The verdict of a claim that names no versions: it is about all of them, or about the version in its package URL.
fn without_versions(claim: &PackageClaim, hit: &Hit<'_>, version: Result<&str, &str>, free: bool) -> Judged {
    let status = claim.otherwise.unwrap_or_default();
    let named = claim.purl.as_deref().and_then(|text| Purl::parse(text).ok()).and_then(|purl| purl.version);
    let Some(named) = named else {
        let none = Order::Unknown(String::new());
        return of_status(status, Weight::Otherwise, "every version".to_owned(), &none);
    };
    let range = format!("= {named}");
    let entry = Versions { listed: vec![named], ..Versions::default() };
    let order = Order::of(&entry, &claim.ecosystem, &hit.kind);
    match versions::stand(&entry, &order, version, free) {
        Stand::Holds(weight) => of_status(status, weight, range, &order),
        Stand::Outside => outside(range, &order),
        Stand::Unclear(why) => {
            let verdict = Verdict::NotComparable { why };
            let scheme = order.word().to_owned();
            Judged { verdict, weight: Weight::Otherwise, range, scheme, explicit: false, commits: false }
        }
    }
}
