//! Finds the identifiers in which a claim and a component agree: packages, else CPE names, else names in words.

use super::claims::{BACKPORT, folded_key, package_of, words_keys};
use super::identity::{Identity, KnownCpe, KnownPurl};
use super::lines::{self, Line, Release};
use super::{criterion, ecosystem, names};
use crate::model::advisory::{Advisory, PackageClaim, Source};
use crate::model::cpe::Cpe;
use crate::model::purl::{Level, Purl};

/// An agreement of a component with the product of a claim.
pub(super) struct Hit<'a> {
    pub level: Level,
    /// The component's identifier as a reason shows it.
    pub identifier: &'a str,
    /// Key of the claim's product.
    pub product: String,
    pub version: Option<String>,
    /// The purl type of the claim's package; empty if the claim is not about a package.
    pub kind: String,
    /// Why it can only be a candidate.
    pub only_candidate: Option<&'static str>,
    /// Further conditions.
    pub conditions: Vec<String>,
    /// Why nothing can be decided for the component's line.
    pub doubt: Option<String>,
}

/// The hits of a claim among the packages of a component.
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
        let claimed = lines::Claimed { purl, release, version: version_of(claim) };
        let own = lines::Own {
            purl: &known.purl,
            release: known.release.as_ref(),
            version: known.version.as_deref(),
        };
        let has_claim = |release: &Release| {
            advisory
                .packages
                .iter()
                .filter_map(package_of)
                .any(|(purl, other)| purl.key() == key && other.is_some_and(|other| other.is(release)))
        };
        let (conditions, doubt) = match lines::line(claimed, own, &has_claim) {
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

/// How closely a package of a component agrees with that of a claim, without regard to lines of a distribution; and why it can only be a
/// candidate.
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
            // The release of a distribution is compared in `lines`, which knows its spellings.
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

/// A version that a claim names, preferably one that was built in an RPM module.
fn version_of(claim: &PackageClaim) -> Option<&str> {
    let bounds = claim.versions.iter().flat_map(|entry| {
        let ends = entry.intervals.iter().flat_map(|interval| [&interval.to, &interval.from]).flatten();
        ends.map(|bound| &bound.version).chain(&entry.listed)
    });
    let versions = || bounds.clone().map(String::as_str).filter(|version| *version != "0");
    versions().find(|version| lines::is_modular(version)).or_else(|| versions().next())
}

/// What two different keys have in common, if that is enough for a person to look at it.
pub(super) fn nearly(own: &str, other: &str) -> Option<&'static str> {
    if own.eq_ignore_ascii_case(other) {
        return Some("the package URLs agree except for upper and lower case");
    }
    let inside = own.strip_prefix(other).filter(|_| own.starts_with("pkg:golang/"))?.strip_prefix('/')?;
    // A major version is a module of its own.
    let major = inside.split('/').next().and_then(|first| first.strip_prefix('v'));
    let is_major =
        major.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    (!is_major)
        .then_some("the component's path is inside the module of the record, but it may be another module")
}

/// The hits of a claim among the CPE names of a component.
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

/// The hits of a CPE name that names the product but cannot be read completely: its versions and editions are not known.
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

/// The version by which a CPE name is judged: for a package of a distribution, the version of its upstream.
fn version_by(identity: &Identity, known: &KnownCpe) -> Option<String> {
    if identity.distribution().is_some() { identity.upstream_version() } else { known.version.clone() }
}

/// Whether the vendor that a claim names in words may be a vendor in the component's identifiers. NVD repeats the words of reporters, who name
/// vendors as they like; nobody corrects them.
fn may_be_vendor(identity: &Identity, advisory: &Advisory, claim: &PackageClaim) -> bool {
    let vendor = claim.vendor.as_deref().map(names::fold).unwrap_or_default();
    let mut closed = identity.cpes.iter().filter(|known| !known.open).peekable();
    if advisory.source == Source::Nvd || vendor.is_empty() || vendor == "n-a" || closed.peek().is_none() {
        return true;
    }
    let namespaces = identity.purls.iter().filter_map(|known| known.purl.namespace.as_deref());
    let own = closed.map(|known| known.vendor.as_str()).chain(namespaces).map(names::fold);
    let words = |text: &str| text.split('-').map(str::to_owned).collect::<Vec<String>>();
    let claimed = words(&vendor);
    own.map(|own| words(&own)).any(|own| {
        let (short, long) = if own.len() < claimed.len() { (&own, &claimed) } else { (&claimed, &own) };
        long.windows(short.len()).any(|window| window == short.as_slice())
    })
}

/// The hit by name: vendor and product in words are those of a CPE name, or the names agree. If both sides name different packages, there is no
/// hit. Records that are only about packages are compared by name only if nothing better is known about the component.
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
        // A repository may hold the package of a registry. But OSV would name that package.
        let other_registry = package.is_some_and(|purl| {
            let named = osv || ecosystem::is_registry(&purl.kind);
            named && identity.of_registry() || ecosystem::is_distribution(&purl.kind)
        });
        let better = package.is_some() && osv && !identity.cpes.is_empty();
        let claimed =
            [package.map(|purl| purl.name.as_str()), Some(claim.name.as_str()), claim.product.as_deref()];
        !other_registry
            && !better
            && may_be_vendor(identity, advisory, claim)
            && claimed.into_iter().flatten().any(|name| identity.names.contains(&names::fold(name)))
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
