//! The identity of a component: its identifiers, parsed once for judging many records.

use super::knowledge::Knowledge;
use super::lines::Release;
use super::{cpe_key, names};
use super::{criterion, ecosystem};
use crate::model::component::Component;
use crate::model::cpe::{Attribute, Cpe, PRODUCT, UPDATE, VENDOR, VERSION};
use crate::model::purl::{Purl, PurlError};
use crate::model::version::{Exactness, exactness};

/// The prefix of the properties in which Trivy names the source package of a package that a distribution built.
pub const SOURCE_PROPERTIES: &str = "aquasecurity:trivy:";

/// Properties by which cdxgen marks a package of a `pylock.toml` as a directory or a checkout. It nevertheless gives it a package URL of PyPI.
pub const OWN_PYTHON: [&str; 2] = ["cdx:pylock:directory", "cdx:pylock:vcs"];

/// The field of SPDX in which tools say where a package comes from.
pub const SOURCE_INFO: &str = "sourceInfo";

/// Whether a text of that field names the source package of a package that a distribution built.
pub fn names_source(text: &str) -> bool {
    source_of_sentence(text).is_some()
}

/// Whether a component names the source package from which a distribution built it.
pub fn has_source_package(component: &Component) -> bool {
    declared_source(component).is_some() || component.purls.iter().any(|purl| purl.contains("upstream="))
}

/// A package URL of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownPurl {
    pub purl: Purl,
    /// Its key, see [`Purl::key`].
    pub key: String,
    /// Its text in a reason.
    pub shown: String,
    /// The version to judge.
    pub version: Option<String>,
    /// The release of its distribution, and the stream.
    pub release: Option<Release>,
}

/// A CPE name of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownCpe {
    pub cpe: Cpe,
    /// `cpe:vendor:product`.
    pub key: String,
    /// Its text in a reason.
    pub shown: String,
    /// Vendor as formatted strings write it.
    pub vendor: String,
    /// Product as formatted strings write it.
    pub product: String,
    /// Version and update as one text.
    pub version: Option<String>,
    /// Whether it names a product, but not a single vendor.
    pub open: bool,
}

/// A component's identifiers, ready for judging.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name as written.
    pub name: String,
    /// The version as written.
    pub version: Option<String>,
    /// Problems of the identifiers, in words.
    pub problems: Vec<String>,
    pub(super) purls: Vec<KnownPurl>,
    pub(super) cpes: Vec<KnownCpe>,
    /// Used in place of a CPE name if the component has none and a criterion agrees by name.
    pub(super) unnamed: KnownCpe,
    /// Folded names, except those that are too common.
    pub(super) names: Vec<String>,
    /// Names that are searched for in texts, in folded words.
    pub(super) watched: Vec<Vec<String>>,
    /// Keys of products that it is not.
    pub(super) excluded: Vec<String>,
    /// Whether the source package is known, by which a distribution publishes.
    pub(super) source_known: bool,
    /// Why the version is not an exact one.
    pub(super) inexact: Option<String>,
    /// Why a CPE name was not used: it names too little to look up records.
    pub(super) unsought: Option<String>,
}

impl Default for KnownCpe {
    fn default() -> Self {
        Self::of(Cpe::default(), None)
    }
}

impl KnownCpe {
    fn of(cpe: Cpe, version: Option<&str>) -> Self {
        let own = |position: usize| cpe.attribute(position).text().map(str::to_owned);
        let version = match (own(VERSION), own(UPDATE)) {
            (Some(version), Some(update)) => Some(format!("{version}-{update}")),
            (Some(version), None) => Some(version),
            (None, _) => version.map(str::to_lowercase),
        };
        Self {
            key: cpe_key(&cpe),
            shown: cpe.to_string(),
            vendor: cpe.attribute(VENDOR).to_string(),
            product: cpe.attribute(PRODUCT).to_string(),
            version,
            open: cpe.attribute(VENDOR).text().is_none() && cpe.attribute(PRODUCT).text().is_some(),
            cpe,
        }
    }
}

impl Identity {
    /// Reads the identifiers of a component and applies the knowledge that a person added: aliases of the product, and products that it is not.
    pub fn of(component: &Component, knowledge: &Knowledge) -> Self {
        let mut identity = Self {
            name: component.name.clone(),
            version: component
                .version
                .clone()
                .filter(|version| exactness(Some(version)) != Exactness::Missing),
            ..Self::default()
        };
        identity.read_purls(component);
        identity.read_cpes(component);
        if identity.version.is_none() {
            let purl = identity.purls.iter().find_map(|purl| purl.version.clone());
            identity.version = purl.or_else(|| identity.cpes.iter().find_map(|cpe| cpe.version.clone()));
        }
        identity.read_exactness();
        let own = identity.product_keys();
        let all = knowledge.same_as(&own);
        identity.excluded = knowledge.excluded(&all, &identity.name);
        for key in all.iter().filter(|key| !own.contains(key)) {
            identity.add_alias(key);
        }
        identity.read_names();
        identity.unnamed = identity.name_only();
        identity
    }

    /// Keys of the products that it is known to be.
    fn product_keys(&self) -> Vec<String> {
        let purls = self.purls.iter().map(|known| &known.key);
        let mut keys: Vec<String> = purls.chain(self.cpes.iter().map(|known| &known.key)).cloned().collect();
        keys.dedup();
        keys
    }

    fn read_purls(&mut self, component: &Component) {
        for text in &component.purls {
            match read(text) {
                Ok(purl)
                    if purl.kind == "pypi"
                        && OWN_PYTHON.iter().any(|own| component.more.contains_key(*own)) =>
                {
                    self.problems.push(format!(
                        "the package URL “{text}” is not used: the component is a directory or a checkout, not a package of PyPI"
                    ));
                }
                Ok(purl) => {
                    if let Some(breach) = purl.breach() {
                        self.problems.push(format!("{text}: {breach}"));
                    }
                    self.add_purl(purl, declared_source(component));
                }
                Err(why) => self.problems.push(format!("the package URL “{text}” is not used: {why}")),
            }
        }
    }

    fn add_purl(&mut self, mut purl: Purl, declared: Option<(String, Option<String>)>) {
        let shown = purl.to_string();
        let is_built = ecosystem::is_distribution(&purl.kind);
        if let Some(namespace) = purl.namespace.take() {
            let one = if is_built { ecosystem::distribution(&namespace).to_owned() } else { namespace };
            purl.namespace = Some(one);
        }
        if purl.kind == "golang" {
            as_module(&mut purl);
        }
        let version = with_epoch(&purl, self.version.as_deref());
        let known = KnownPurl {
            key: purl.key(),
            shown,
            release: Release::of_purl(&purl, version.as_deref()),
            version,
            purl: purl.clone(),
        };
        // Distributions publish by source package; tools write it into a qualifier.
        let upstream = purl.qualifiers.get("upstream");
        let source = upstream
            .and_then(|upstream| source_package(upstream, &purl.kind))
            .or_else(|| declared.filter(|_| is_built));
        self.source_known |= source.is_some();
        if let Some((name, version)) = source.filter(|(name, _)| *name != purl.name) {
            let version = version.map(|version| as_of(version, known.version.as_deref(), &purl.kind));
            let version = version.or_else(|| known.version.clone());
            let mut purl = Purl { name, ..purl.clone() };
            // The version shows the stream; the name of the source package does not show that of the package.
            let release = Release::of_purl(&purl, version.as_deref());
            purl.subpath = None;
            let source = KnownPurl { key: purl.key(), version, release, purl, shown: known.shown.clone() };
            self.purls.extend([known, source]);
        } else {
            self.purls.push(known);
        }
        // A component that does not come from a registry is also identified by its repository.
        if !is_built && !ecosystem::is_registry(&purl.kind) {
            let repository =
                purl.qualifiers.get("vcs_url").and_then(|address| ecosystem::repository(address));
            if let Some(repository) = repository.filter(|repository| repository.key() != purl.key()) {
                let version = purl.version.clone().or_else(|| self.version.clone());
                let (key, shown) = (repository.key(), purl.to_string());
                self.purls.push(KnownPurl { key, shown, version, release: None, purl: repository });
            }
        }
    }

    fn read_cpes(&mut self, component: &Component) {
        for text in &component.cpes {
            match Cpe::parse(text) {
                Ok(cpe) => {
                    if cpe.missing > 0 {
                        self.problems.push(format!(
                            "the CPE name “{text}” is cut short; missing attributes count as any value"
                        ));
                    }
                    let known = KnownCpe::of(cpe, self.version.as_deref());
                    let product = known.cpe.attribute(PRODUCT).text().map(names::fold);
                    let is_sought =
                        product.is_some_and(|product| !known.open || !names::too_common(&product));
                    if is_sought {
                        self.cpes.push(known);
                    } else {
                        let why = format!(
                            "the CPE name “{text}” is not used: it does not name one vendor and one product to look up"
                        );
                        self.problems.push(why.clone());
                        self.unsought = self.unsought.take().or(Some(why));
                    }
                }
                Err(why) => self.problems.push(format!("the CPE name “{text}” is not used: {why}")),
            }
        }
    }

    fn read_exactness(&mut self) {
        if let Exactness::Range(why) | Exactness::Floating(why) = exactness(self.version.as_deref()) {
            self.inexact = Some(format!("the component's version is not one exact version: {why}"));
        }
    }

    fn read_names(&mut self) {
        let purls = self.purls.iter().map(|known| known.purl.name.as_str());
        let products = self.cpes.iter().filter_map(|known| known.cpe.attribute(PRODUCT).text());
        let is_major = |name: &&str| {
            name.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let purls = purls.filter(|name| !is_major(name));
        let all: Vec<String> = purls.chain(products).chain([self.name.as_str()]).map(names::fold).collect();
        for name in all {
            if !names::too_common(&name) && !self.names.contains(&name) {
                self.names.push(name);
            }
        }
        self.watched = self
            .names
            .iter()
            .filter(|name| !names::too_common_in_texts(name))
            .map(|name| name.split('-').map(str::to_owned).collect())
            .collect();
    }

    fn add_alias(&mut self, key: &str) {
        if let Ok(mut purl) = Purl::parse(key) {
            purl.version = self.version.clone();
            self.add_purl(purl, None);
        } else if let Some((vendor, product)) = key.strip_prefix("cpe:").and_then(|rest| rest.split_once(':'))
        {
            let mut cpe = self.cpes.first().map(|known| known.cpe.clone()).unwrap_or_default();
            cpe.attributes[VENDOR] = Attribute::of(vendor);
            cpe.attributes[PRODUCT] = Attribute::of(product);
            self.cpes.push(KnownCpe::of(cpe, self.version.as_deref()));
        }
    }

    fn name_only(&self) -> KnownCpe {
        let mut cpe = KnownCpe::of(Cpe::default(), self.upstream_version().as_deref());
        cpe.shown.clone_from(&self.name);
        cpe
    }

    /// Assumes that a package without a source package has the same name as its source package. Call this if the document names source packages
    /// that have other names.
    pub fn assume_named_like_source(&mut self) {
        self.source_known = true;
    }

    /// Whether a criterion of an applicability statement is about this component.
    pub fn is_meant_by(&self, criteria: &str) -> bool {
        !criterion::concerned(self, criteria).is_empty()
    }

    /// Whether one of these names, which may leave vendor or product open, is about the product of a CPE name of this component.
    pub fn may_be(&self, names: &[Cpe]) -> bool {
        let is = |known: &KnownCpe, name| criterion::about(known, name) || criterion::may_be(known, name);
        names.iter().any(|name| self.cpes.iter().any(|known| is(known, name)))
    }

    /// Whether a person excluded this product.
    pub(super) fn is_not(&self, product: &str) -> bool {
        self.excluded.iter().any(|excluded| excluded == product)
    }

    /// The purl type of the distribution that built the component.
    pub(super) fn distribution(&self) -> Option<&str> {
        self.purls.iter().map(|known| known.purl.kind.as_str()).find(|kind| ecosystem::is_distribution(kind))
    }

    /// Whether the component comes from a registry with names of its own.
    pub(super) fn of_registry(&self) -> bool {
        self.purls.iter().any(|known| ecosystem::is_registry(&known.purl.kind))
    }

    /// The version for a comparison, or why there is none.
    pub(super) fn usable_version<'v>(&'v self, version: Option<&'v str>) -> Result<&'v str, &'v str> {
        match (&self.inexact, version) {
            (Some(why), Some(version)) if self.version.as_deref() == Some(version) => Err(why),
            (_, Some(version)) => Ok(version),
            (_, None) => Err("the component has no version"),
        }
    }

    /// The version without the epoch and the revision that a distribution added.
    pub(super) fn upstream_version(&self) -> Option<String> {
        let version = self.version.as_deref()?;
        if self.distribution().is_none() {
            return Some(version.to_owned());
        }
        let version = version.split_once(':').map_or(version, |(_, rest)| rest);
        Some(version.rsplit_once('-').map_or(version, |(upstream, _)| upstream).to_owned())
    }
}

/// Reads a package URL. Go tools write the slashes in a module's path as `%2F`.
fn read(text: &str) -> Result<Purl, PurlError> {
    match Purl::parse(text) {
        Err(PurlError::Encoding)
            if text.get(..11).is_some_and(|head| head.eq_ignore_ascii_case("pkg:golang/")) =>
        {
            let end = text.find(['?', '#']).unwrap_or(text.len());
            let (path, rest) = text.split_at(end);
            Purl::parse(&format!("{}{rest}", path.replace("%2F", "/").replace("%2f", "/")))
        }
        read => read,
    }
}

/// Makes the subpath part of the module path: a version of a Go module belongs to the complete path, but tools write its end as a subpath.
fn as_module(purl: &mut Purl) {
    if purl.namespace.is_none() && purl.name == "std" {
        // Go's own records use this name for the standard library.
        purl.name = "stdlib".to_owned();
    }
    let Some(subpath) = purl.subpath.take().filter(|_| purl.namespace.is_some()) else { return };
    let path = format!("{}/{subpath}", purl.full_name());
    if let Some((namespace, name)) = path.rsplit_once('/') {
        (purl.namespace, purl.name) = (Some(namespace.to_owned()), name.to_owned());
    }
}

/// The version of a package with its epoch, which may be in a qualifier or only in the component's own version.
fn with_epoch(purl: &Purl, own: Option<&str>) -> Option<String> {
    let version = purl.version.as_deref().or(own)?;
    if version.contains(':') || !matches!(purl.kind.as_str(), "rpm" | "deb" | "alpm" | "opkg") {
        return Some(version.to_owned());
    }
    if let Some(epoch) = purl.qualifiers.get("epoch") {
        return Some(format!("{epoch}:{version}"));
    }
    let with_epoch = own.filter(|own| own.split_once(':').is_some_and(|(_, rest)| rest == version));
    Some(with_epoch.unwrap_or(version).to_owned())
}

/// The version of an RPM source package with the epoch of the package built from it: the name of the source file has no epoch.
fn as_of(version: String, built: Option<&str>, kind: &str) -> String {
    match built.and_then(|built| built.split_once(':')) {
        Some((epoch, _)) if kind == "rpm" && !version.contains(':') => format!("{epoch}:{version}"),
        Some(_) | None => version,
    }
}

/// Name and version of the source package in a sentence of Trivy: `built package from: util-linux 2.38.1-5+deb12u1`.
fn source_of_sentence(text: &str) -> Option<(String, Option<String>)> {
    let (_, source) = text.split_once("built package from:")?;
    let mut words = source.split_whitespace();
    Some((words.next()?.to_owned(), words.next().map(str::to_owned)))
}

/// Name and version of the source package in the properties or the sentence of Trivy.
fn declared_source(component: &Component) -> Option<(String, Option<String>)> {
    if let Some(source) = component.more.get(SOURCE_INFO).and_then(|text| source_of_sentence(text)) {
        return Some(source);
    }
    let property = |name: &str| component.more.get(&format!("{SOURCE_PROPERTIES}{name}")).map(String::as_str);
    let version = property("SrcVersion").map(|version| {
        let epoch = property("SrcEpoch").filter(|epoch| *epoch != "0").map(|epoch| format!("{epoch}:"));
        let release = property("SrcRelease").map(|release| format!("-{release}"));
        format!("{}{version}{}", epoch.unwrap_or_default(), release.unwrap_or_default())
    });
    Some((property("SrcName")?.to_owned(), version))
}

/// Name and version of the source package in the qualifier `upstream`: `openssl`, `openssl@1.1.1n-0`, `openssl-1.1.1k-6.el8.src.rpm`.
fn source_package(upstream: &str, kind: &str) -> Option<(String, Option<String>)> {
    if kind == "rpm" {
        let bare = upstream.strip_suffix(".src.rpm").or_else(|| upstream.strip_suffix(".rpm"))?;
        let (rest, release) = bare.rsplit_once('-')?;
        let (name, version) = rest.rsplit_once('-')?;
        return Some((name.to_owned(), Some(format!("{version}-{release}"))));
    }
    let (name, version) =
        upstream.split_once('@').map_or((upstream, None), |(name, version)| (name, Some(version)));
    (!name.is_empty()).then(|| (name.to_lowercase(), version.map(str::to_owned)))
}
