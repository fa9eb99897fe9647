//! Claims about packages and products by name (OSV, CVE JSON 5, CSAF) against a component.

use super::combine::{Answer, Weight};
use super::identity::Identity;
use super::versions::{self, Order, Stand};
use super::{Verdict, Why, conditions, ecosystem, names};
use super::{applicability, criterion};
use crate::model::advisory::{Advisory, ClaimStatus, PackageClaim, Versions};
use crate::model::cpe::Cpe;
use crate::model::purl::{Level, Purl};

/// The words for what a distribution built.
pub(super) const BACKPORT: &str = "distribution backport: a distribution may have fixed it under its own version; only its own records decide";

/// How a component and the product of a claim were found to agree.
pub(super) struct Hit<'a> {
    pub level: Level,
    /// The component's identifier as a reason shows it.
    pub identifier: &'a str,
    /// Key of the claim's product.
    pub product: String,
    pub version: Option<String>,
    /// The purl type of the claim's package; empty when it is about none.
    pub kind: String,
    /// Why it can be a candidate at most.
    pub only_candidate: Option<&'static str>,
    /// What must hold besides.
    pub conditions: Vec<String>,
}

/// Adds what the package claims of a record say.
pub(super) fn answers(identity: &Identity, advisory: &Advisory, into: &mut Vec<Answer>) {
    for claim in &advisory.packages {
        let (hits, criteria) = hits(identity, advisory, claim);
        let answers = hits.into_iter().map(|hit| answer(identity, advisory, claim, hit));
        into.extend(
            criteria.into_iter().chain(answers).filter(|answer| !identity.is_not(&answer.why.product)),
        );
    }
}

/// The package that a claim names, and the release of its distribution.
pub(super) fn package_of(claim: &PackageClaim) -> Option<(Purl, Option<String>)> {
    let told = claim.purl.as_deref().and_then(|text| Purl::parse(text).ok());
    let by_name = ecosystem::package(&claim.ecosystem, &claim.name);
    match (told, by_name) {
        (Some(purl), by_name) => {
            let release =
                by_name.and_then(|(_, release)| release).or_else(|| ecosystem::release_of_purl(&purl));
            Some((purl, release))
        }
        (None, by_name) => by_name,
    }
}

/// Key of a product that is told only in words.
pub(super) fn words_key(claim: &PackageClaim) -> String {
    let part = |text: &str| text.to_lowercase().replace(' ', "_");
    let vendor = claim.vendor.as_deref().map(part).filter(|vendor| !vendor.is_empty() && vendor != "n/a");
    format!("cpe:{}:{}", vendor.as_deref().unwrap_or("*"), part(&claim.name))
}

/// Where the claim agrees with the component: by package, else by CPE, else by name. Answers of CPE names with a version of their own come ready.
fn hits<'a>(
    identity: &'a Identity,
    advisory: &Advisory,
    claim: &PackageClaim,
) -> (Vec<Hit<'a>>, Vec<Answer>) {
    let package = package_of(claim);
    let mut hits = Vec::new();
    if let Some((purl, release)) = &package {
        hits = package_hits(identity, claim, purl, release.as_deref());
    }
    let mut ready = Vec::new();
    if hits.is_empty() && !claim.cpes.is_empty() {
        if claim.versions.is_empty() {
            ready = applicability::named(identity, advisory, claim);
        } else {
            hits = cpe_hits(identity, claim);
        }
    }
    if hits.is_empty() && ready.is_empty() {
        hits.extend(name_hit(identity, claim, package.as_ref().map(|(purl, _)| purl)));
    }
    (hits, ready)
}

fn package_hits<'a>(
    identity: &'a Identity,
    claim: &PackageClaim,
    purl: &Purl,
    release: Option<&str>,
) -> Vec<Hit<'a>> {
    let key = purl.key();
    let mut hits = Vec::new();
    for known in &identity.purls {
        let mut only = None;
        let level = if known.key == key {
            let distribution = ecosystem::is_distribution(&known.purl.kind);
            match known.purl.level(purl) {
                _ if claim.purl.is_none() && known.purl.qualifiers.is_empty() => Level::Exact,
                // The release of a distribution is compared below, where its spellings are known.
                None if distribution => Level::WithoutQualifiers,
                None => continue,
                Some(level) => level,
            }
        } else if known.purl.level(purl) == Some(Level::ByName) {
            Level::ByName
        } else if let Some(words) = nearly(&known.key, &key) {
            only = Some(words);
            Level::ByName
        } else {
            continue;
        };
        let within = known.key.starts_with(&key);
        if level == Level::ByName && !within && names::too_common(&names::fold(&purl.name)) {
            continue;
        }
        let mut conditions = Vec::new();
        match (release, known.release.as_deref()) {
            (Some(told), Some(own)) if told != own => continue,
            (Some(told), None) => conditions.push(format!(
                "the package is that of release {told} of {}",
                purl.namespace.as_deref().unwrap_or(&purl.kind)
            )),
            (_, _) => {}
        }
        hits.push(Hit {
            level,
            identifier: &known.shown,
            product: key.clone(),
            version: known.version.clone(),
            kind: purl.kind.clone(),
            only_candidate: only.or((level == Level::ByName)
                .then_some("only the names agree: one of the two package URLs has no namespace")),
            conditions,
        });
    }
    hits
}

/// What two keys have in common that are not the same, where that is enough for a person to look at it.
fn nearly(own: &str, told: &str) -> Option<&'static str> {
    let inside = |rest: &str| rest.starts_with('/');
    if own.eq_ignore_ascii_case(told) {
        Some("the package URLs agree except for upper and lower case")
    } else if own.starts_with("pkg:golang/") && own.strip_prefix(told).is_some_and(inside) {
        Some("the component's path lies in the module of the record, which may be another module")
    } else {
        None
    }
}

fn cpe_hits<'a>(identity: &'a Identity, claim: &PackageClaim) -> Vec<Hit<'a>> {
    let mut hits = Vec::new();
    for name in claim.cpes.iter().filter_map(|text| Cpe::parse(text).ok()) {
        for known in &identity.cpes {
            let Some(conditions) = criterion::same_product(known, &name) else { continue };
            let backport = identity.distribution().map(|_| BACKPORT);
            hits.push(Hit {
                level: Level::Exact,
                identifier: &known.shown,
                product: super::cpe_key(&name),
                version: if backport.is_some() { identity.upstream_version() } else { known.version.clone() },
                kind: String::new(),
                only_candidate: backport,
                conditions,
            });
        }
    }
    hits
}

/// By name: only where nothing better is known of the component, or where vendor and product are those of its CPE.
fn name_hit<'a>(identity: &'a Identity, claim: &PackageClaim, package: Option<&Purl>) -> Option<Hit<'a>> {
    let bare = package.map_or(claim.name.as_str(), |purl| purl.name.as_str());
    let folded = names::fold(bare);
    let key = package.map_or_else(|| words_key(claim), Purl::key);
    let by_cpe =
        identity.cpes.iter().find(|known| package.is_none() && folded_key(&known.key) == folded_key(&key));
    let by_name = || {
        let other_registry =
            package.is_some_and(|purl| identity.of_registry() || ecosystem::is_distribution(&purl.kind));
        identity.cpes.is_empty() && !other_registry && identity.names.contains(&folded)
    };
    if by_cpe.is_none() && !by_name() {
        return None;
    }
    Some(Hit {
        level: Level::ByName,
        identifier: by_cpe.map_or(identity.name.as_str(), |known| known.shown.as_str()),
        product: key,
        version: identity.upstream_version(),
        kind: package.map(|purl| purl.kind.clone()).unwrap_or_default(),
        only_candidate: Some(identity.distribution().map_or("only the names agree", |_| BACKPORT)),
        conditions: Vec::new(),
    })
}

/// Vendor and product of a key, folded.
pub(super) fn folded_key(key: &str) -> (String, String) {
    let (vendor, product) =
        key.strip_prefix("cpe:").and_then(|rest| rest.split_once(':')).unwrap_or_default();
    (names::fold(vendor), names::fold(product))
}

fn answer(identity: &Identity, advisory: &Advisory, claim: &PackageClaim, hit: Hit<'_>) -> Answer {
    let judged = judged(identity, claim, &hit);
    let all: Vec<String> = claim.conditions.iter().chain(&hit.conditions).cloned().collect();
    let (condition, place) = conditions::told(&all);
    let version = hit.version.as_deref().unwrap_or("without version");
    let mut words = format!("{} {version} against {} {}", hit.identifier, claim.name, judged.range);
    for more in place.iter().map(String::as_str).chain(hit.only_candidate) {
        words.push_str(&format!("; {more}"));
    }
    Answer {
        weight: judged.weight,
        cleared: judged.verdict == Verdict::NotAffected && judged.said && condition.is_none(),
        // What must hold besides turns affected into conditional; agreement by name, everything into a candidate.
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
    /// The order in which versions were compared.
    scheme: String,
    /// The record says so in so many words.
    said: bool,
}

/// What the claim says, and in which words of its range.
fn judged(identity: &Identity, claim: &PackageClaim, hit: &Hit<'_>) -> Judged {
    let version = identity.told(hit.version.as_deref());
    if claim.versions.is_empty() {
        return without_versions(claim, hit, version);
    }
    let mut held: Vec<(Order, Weight, &Versions)> = Vec::new();
    let (mut unclear, mut commits, mut decided) = (None, None, None);
    let free = claim.ecosystem.is_empty();
    for entry in &claim.versions {
        let order = Order::of(entry, &claim.ecosystem, &hit.kind);
        match versions::stand(entry, &order, version, free) {
            Stand::Holds(weight) => held.push((order, weight, entry)),
            Stand::Outside => decided = lesser(decided, order),
            Stand::Unclear(why) if versions::is_git(entry) => commits = lesser(commits, (why, order)),
            Stand::Unclear(why) => unclear = lesser(unclear, (why, order)),
        }
    }
    if let Some((order, weight, entry)) = strongest(&held) {
        return of_status(entry.status, *weight, versions::entry_words(entry), order);
    }
    let range = versions::claim_words(&claim.versions);
    // Commit ranges stand beside versions for the same fact: they count only where nothing else tells.
    if let Some((why, order)) = unclear.or(commits.filter(|_| decided.is_none())) {
        let verdict = Verdict::NotComparable { why };
        return Judged {
            verdict,
            weight: Weight::Interval,
            range,
            scheme: order.word().to_owned(),
            said: false,
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

/// Of two the one that comes first by its words, so that the order of the entries does not matter.
fn lesser<T: Ord>(one: Option<T>, other: T) -> Option<T> {
    Some(match one {
        Some(one) => one.min(other),
        None => other,
    })
}

/// Of the entries that name the version, the one that names it most exactly; of equals, the graver one.
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
    Judged { verdict, weight, range, scheme: order.word().to_owned(), said: true }
}

fn outside(range: String, order: &Order) -> Judged {
    let scheme = order.word().to_owned();
    Judged { verdict: Verdict::NotAffected, weight: Weight::Otherwise, range, scheme, said: false }
}

/// A claim that names no versions is about all of them, or about the one in its package URL.
fn without_versions(claim: &PackageClaim, hit: &Hit<'_>, version: Result<&str, &str>) -> Judged {
    let status = claim.otherwise.unwrap_or_default();
    let told = claim.purl.as_deref().and_then(|text| Purl::parse(text).ok()).and_then(|purl| purl.version);
    let Some(told) = told else {
        let none = Order::Unknown(String::new());
        return of_status(status, Weight::Otherwise, "every version".to_owned(), &none);
    };
    let range = format!("= {told}");
    let entry = Versions { listed: vec![told], ..Versions::default() };
    let order = Order::of(&entry, &claim.ecosystem, &hit.kind);
    match versions::stand(&entry, &order, version, false) {
        Stand::Holds(weight) => of_status(status, weight, range, &order),
        Stand::Outside => outside(range, &order),
        Stand::Unclear(why) => {
            let verdict = Verdict::NotComparable { why };
            Judged { verdict, weight: Weight::Otherwise, range, scheme: order.word().to_owned(), said: false }
        }
    }
}
