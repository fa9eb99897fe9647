//! One CPE criterion against a component: whether it is about it, and whether its versions are meant.

use super::identity::{Identity, KnownCpe};
use super::names;
use super::versions::{self, Order};
use crate::model::advisory::{CpeCriterion, Interval};
use crate::model::cpe::{
    self, ATTRIBUTE_WORDS, Attribute, Cpe, PART, PRODUCT, Relation, UPDATE, VENDOR, VERSION,
};
use crate::model::version::Scheme;

/// Position of the attribute target software.
const TARGET_SOFTWARE: usize = 8;

/// The words for a CPE name of a component that leaves its vendor open.
pub(super) const OPEN_NAME: &str = "the component's CPE name leaves the vendor open";

/// The CPE names of the component that a criterion is about; quick, because nearly all are about something else.
pub(super) fn concerned<'a>(identity: &'a Identity, criteria: &str) -> Vec<&'a KnownCpe> {
    if let Some([part, vendor, product]) = cpe::head(criteria) {
        let same = |known: &&KnownCpe| {
            known.cpe.attribute(PART).text().is_none_or(|own| own.eq_ignore_ascii_case(part))
                && known.vendor.eq_ignore_ascii_case(vendor)
                && known.product.eq_ignore_ascii_case(product)
        };
        let own: Vec<&KnownCpe> = identity
            .cpes
            .iter()
            .filter(|known| {
                let open = known.open && known.product.eq_ignore_ascii_case(product);
                same(known) || open && Cpe::parse(criteria).is_ok_and(|name| may_be(known, &name))
            })
            .collect();
        // A name that leaves its vendor open was asked, and is of another one.
        let asked = |known: &KnownCpe| !known.open || known.product.eq_ignore_ascii_case(product);
        if !own.is_empty() || identity.cpes.iter().any(asked) {
            return own;
        }
        let by_name = part != "h" && identity.names.contains(&names::fold(&product.replace('\\', "")));
        return if by_name && !foreign(identity, criteria) { vec![&identity.unnamed] } else { Vec::new() };
    }
    let Ok(criterion) = Cpe::parse(criteria) else { return Vec::new() };
    identity.cpes.iter().filter(|known| about(known, &criterion) || may_be(known, &criterion)).collect()
}

/// Whether a component's CPE name that leaves its vendor open may mean the product of a name (NISTIR 7696: any value includes each).
pub(super) fn may_be(known: &KnownCpe, name: &Cpe) -> bool {
    let possible = |position: usize| {
        let own = known.cpe.attribute(position);
        let untold = position == VENDOR && *own == Attribute::Na;
        untold || own.compare(name.attribute(position)) != Relation::Disjoint
    };
    let names_product = *name.attribute(PRODUCT) != Attribute::Any;
    known.open && names_product && [PART, VENDOR, PRODUCT].into_iter().all(possible)
}

/// Whether a name, open ends and all, is about the product of a component's CPE. One for any vendor and any product names nothing.
pub(super) fn about(known: &KnownCpe, name: &Cpe) -> bool {
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

/// Whether a name is about the product of a component's CPE, or may be, versions left aside: what must hold besides.
pub(super) fn same_product(known: &KnownCpe, name: &Cpe) -> Option<Vec<String>> {
    (about(known, name) || may_be(known, name)).then(|| restrictions(&known.cpe, name)).flatten()
}

/// What attributes after the update ask for; `None` when the component is told to be something else.
pub(super) fn restrictions(own: &Cpe, criterion: &Cpe) -> Option<Vec<String>> {
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
/// Another product in words: `microsoft windows 10 < 1903`.
pub(super) fn product_words(criterion: &CpeCriterion) -> String {
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

pub(super) fn range_words(name: &Cpe, criterion: &CpeCriterion) -> String {
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
pub(super) fn scheme_of(name: &Cpe) -> Scheme {
    if name.attribute(PRODUCT).text() == Some("openssl") { Scheme::OpenSsl } else { Scheme::Nvd }
}

/// The component's side of a comparison of versions.
pub(super) struct Told<'a> {
    pub known: &'a KnownCpe,
    pub version: Result<&'a str, &'a str>,
    pub order: Order,
}

impl Told<'_> {
    /// Whether the component's version is one that the criterion names: `None` when not, else what the update must be besides. `unversioned`
    /// answers whether the record names no version of the product at all.
    pub fn against(
        &self,
        name: &Cpe,
        interval: &Interval,
        unversioned: &dyn Fn() -> bool,
    ) -> Result<Option<Option<String>>, String> {
        let bounded = !versions::is_everything(interval);
        if bounded && !self.order.within(self.version?, interval)? {
            return Ok(None);
        }
        let update = name.attribute(UPDATE);
        let own_update = self.known.cpe.attribute(UPDATE);
        match name.attribute(VERSION) {
            Attribute::Any => Ok(restriction(own_update, update, "update")),
            // The interval names the versions.
            Attribute::Na if bounded => Ok(restriction(own_update, update, "update")),
            Attribute::Na if self.known.cpe.attribute(VERSION) == &Attribute::Na => {
                Ok(restriction(own_update, update, "update"))
            }
            Attribute::Na if unversioned() => {
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
