//! Where a claim agrees with a component: by package, else by CPE name, else by its name in words.

use super::claims::{BACKPORT, folded_key, package_of, words_keys};
use super::identity::{Identity, KnownCpe, KnownPurl};
use super::lines::{self, Line, Release};
use super::{criterion, ecosystem, names};
use crate::model::advisory::{Advisory, PackageClaim, Source};
use crate::model::cpe::Cpe;
use crate::model::purl::{Level, Purl};

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
    /// Why nothing can be told of the component's line.
    pub doubt: Option<String>,
}

/// Where a claim agrees with the packages of a component.
pub(super) fn by_package<'a>(
    identity: &'a Identity,
    advisory: &Advisory,
    claim: &PackageClaim,
    (purl, release): (&Purl, Option<&Release>),
) -> Vec<Hit<'a>> {
    let key = purl.key();
    let mut hits = Vec::new();
    for known in &identity.purls {
        let Some((level, only)) = agree(known, claim, purl, &key) else { continue };
        let told = lines::Told { purl, release, version: version_of(claim) };
        let own = lines::Own {
            purl: &known.purl,
            release: known.release.as_ref(),
            version: known.version.as_deref(),
        };
        let beside = |release: &Release| {
            advisory
                .packages
                .iter()
                .filter_map(package_of)
                .any(|(purl, told)| purl.key() == key && told.is_some_and(|told| told.is(release)))
        };
        let (conditions, doubt) = match lines::line(told, own, &beside) {
            Line::Other => continue,
            Line::Own => (Vec::new(), None),
            Line::If(condition) => (vec![condition], None),
            Line::Doubt(why) => (Vec::new(), Some(why)),
        };
        hits.push(Hit {
            level,
            identifier: &known.shown,
            product: key.clone(),
            version: known.version.clone(),
            kind: purl.kind.clone(),
            only_candidate: only,
            conditions,
            doubt,
        });
    }
    hits
}

/// How closely a package of a component is that of a claim, lines of a distribution left aside; and why it can be a candidate at most.
fn agree(
    known: &KnownPurl,
    claim: &PackageClaim,
    purl: &Purl,
    key: &str,
) -> Option<(Level, Option<&'static str>)> {
    const NO_NAMESPACE: &str = "only the names agree: one of the two package URLs has no namespace";
    if known.key == key {
        let level = match known.purl.level(purl) {
            _ if claim.purl.is_none() && known.purl.qualifiers.is_empty() => Level::Exact,
            Some(level) => level,
            // The release of a distribution is compared where its spellings are known.
            None if ecosystem::is_distribution(&known.purl.kind) => Level::WithoutQualifiers,
            // A subpath is part of a Go module's path.
            None if known.purl.kind == "golang" => Level::WithoutQualifiers,
            None => return None,
        };
        return Some((level, (level == Level::ByName).then_some(NO_NAMESPACE)));
    }
    let only =
        if known.purl.level(purl) == Some(Level::ByName) { NO_NAMESPACE } else { nearly(&known.key, key)? };
    let within = known.key.starts_with(key);
    (within || !names::too_common(&names::fold(&purl.name))).then_some((Level::ByName, Some(only)))
}

/// A version that a claim names, one built in a module of RPM before others.
fn version_of(claim: &PackageClaim) -> Option<&str> {
    let bounds = claim.versions.iter().flat_map(|entry| {
        let ends = entry.intervals.iter().flat_map(|interval| [&interval.to, &interval.from]).flatten();
        ends.map(|bound| &bound.version).chain(&entry.listed)
    });
    let told = || bounds.clone().map(String::as_str).filter(|version| *version != "0");
    told().find(|version| lines::is_modular(version)).or_else(|| told().next())
}

/// What two keys have in common that are not the same, where that is enough for a person to look at it.
pub(super) fn nearly(own: &str, told: &str) -> Option<&'static str> {
    if own.eq_ignore_ascii_case(told) {
        return Some("the package URLs agree except for upper and lower case");
    }
    let inside = own.strip_prefix(told).filter(|_| own.starts_with("pkg:golang/"))?.strip_prefix('/')?;
    // A major version is a module of its own.
    let major = inside.split('/').next().and_then(|first| first.strip_prefix('v'));
    let is_major =
        major.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    (!is_major)
        .then_some("the component's path lies in the module of the record, which may be another module")
}

/// Where a claim agrees with the CPE names of a component.
pub(super) fn by_cpe<'a>(identity: &'a Identity, claim: &PackageClaim) -> Vec<Hit<'a>> {
    let mut hits = Vec::new();
    for text in &claim.cpes {
        let Ok(name) = Cpe::parse(text) else {
            hits.extend(by_unreadable(identity, text));
            continue;
        };
        for known in &identity.cpes {
            let Some(conditions) = criterion::same_product(known, &name) else { continue };
            let backport = identity.distribution().map(|_| BACKPORT);
            let open = (!criterion::about(known, &name)).then_some(criterion::OPEN_NAME);
            hits.push(Hit {
                level: if open.is_some() { Level::ByName } else { Level::Exact },
                identifier: &known.shown,
                product: super::cpe_key(&name),
                version: version_by(identity, known),
                kind: String::new(),
                only_candidate: backport.or(open),
                conditions,
                doubt: None,
            });
        }
    }
    hits
}

/// A CPE name that names the product and is otherwise no name: what it says of versions and editions is not known.
fn by_unreadable<'a>(identity: &'a Identity, text: &str) -> Vec<Hit<'a>> {
    let hit = |known: &'a KnownCpe| {
        let by_name = std::ptr::eq(known, &raw const identity.unnamed);
        let only = by_name.then_some("only the names agree");
        Hit {
            level: if by_name { Level::ByName } else { Level::Exact },
            identifier: &known.shown,
            product: known.key.clone(),
            version: version_by(identity, known),
            kind: String::new(),
            only_candidate: identity.distribution().map(|_| BACKPORT).or(only),
            conditions: Vec::new(),
            doubt: Some(format!("the CPE name {text} of the record cannot be read")),
        }
    };
    criterion::concerned(identity, text).into_iter().map(hit).collect()
}

/// The version by which a CPE name is judged: what a distribution built has that of its upstream.
fn version_by(identity: &Identity, known: &KnownCpe) -> Option<String> {
    if identity.distribution().is_some() { identity.upstream_version() } else { known.version.clone() }
}

/// Whether the vendor that a claim tells in words may be one that the component's identifiers tell. Reporters whose words NVD repeats name
/// vendors as they like, and nobody puts them right.
fn may_be_vendor(identity: &Identity, advisory: &Advisory, claim: &PackageClaim) -> bool {
    let vendor = claim.vendor.as_deref().map(names::fold).unwrap_or_default();
    let mut closed = identity.cpes.iter().filter(|known| !known.open).peekable();
    if advisory.source == Source::Nvd || vendor.is_empty() || vendor == "n-a" || closed.peek().is_none() {
        return true;
    }
    let namespaces = identity.purls.iter().filter_map(|known| known.purl.namespace.as_deref());
    let own = closed.map(|known| known.vendor.as_str()).chain(namespaces).map(names::fold);
    let words = |text: &str| text.split('-').map(str::to_owned).collect::<Vec<String>>();
    let told = words(&vendor);
    own.map(|own| words(&own)).any(|own| {
        let (short, long) = if own.len() < told.len() { (&own, &told) } else { (&told, &own) };
        long.windows(short.len()).any(|window| window == short.as_slice())
    })
}

/// By name: where vendor and product in words are those of a CPE name, or the names agree. A package that both sides name otherwise is
/// another one; records of packages alone are held against a name only where nothing better is known of the component.
pub(super) fn by_name<'a>(
    identity: &'a Identity,
    advisory: &Advisory,
    claim: &PackageClaim,
    package: Option<&Purl>,
) -> Option<Hit<'a>> {
    let words = words_keys(claim);
    let same = |known: &&KnownCpe| words.iter().any(|key| folded_key(&known.key) == folded_key(key));
    let by_cpe = identity.cpes.iter().find(same);
    let by_name = || {
        let osv = advisory.source == Source::Osv;
        // A repository is no other package than that of a registry; OSV would name the package.
        let other_registry = package.is_some_and(|purl| {
            let named = osv || ecosystem::is_registry(&purl.kind);
            named && identity.of_registry() || ecosystem::is_distribution(&purl.kind)
        });
        let better = package.is_some() && osv && !identity.cpes.is_empty();
        let told =
            [package.map(|purl| purl.name.as_str()), Some(claim.name.as_str()), claim.product.as_deref()];
        !other_registry
            && !better
            && may_be_vendor(identity, advisory, claim)
            && told.into_iter().flatten().any(|name| identity.names.contains(&names::fold(name)))
    };
    if by_cpe.is_none() && !by_name() {
        return None;
    }
    let version = match by_cpe {
        Some(known) => version_by(identity, known),
        None => identity.upstream_version(),
    };
    Some(Hit {
        level: Level::ByName,
        identifier: by_cpe.map_or(identity.name.as_str(), |known| known.shown.as_str()),
        product: package.map_or_else(|| words.first().cloned().unwrap_or_default(), Purl::key),
        version,
        kind: package.map(|purl| purl.kind.clone()).unwrap_or_default(),
        only_candidate: Some(identity.distribution().map_or("only the names agree", |_| BACKPORT)),
        conditions: Vec::new(),
        doubt: None,
    })
}
