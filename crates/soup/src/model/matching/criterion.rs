//! Compares one CPE criterion with a component: whether it is about the component, and whether it includes the component's version.

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

/// The CPE names of the component that a criterion is about. Optimised, because nearly all criteria are about something else.
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
        // Names in words count only if no CPE name of the component could have decided.
        let decides = |known: &KnownCpe| !known.open || known.product.eq_ignore_ascii_case(product);
        if !own.is_empty() || identity.cpes.iter().any(decides) {
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
        let no_vendor = position == VENDOR && *own == Attribute::Na;
        no_vendor || own.compare(name.attribute(position)) != Relation::Disjoint
    };
    let names_product = *name.attribute(PRODUCT) != Attribute::Any;
    known.open && names_product && [PART, VENDOR, PRODUCT].into_iter().all(possible)
}

/// Whether a name, which may leave attributes open, is about the product of a component's CPE name. A name for any vendor and any product is
/// about nothing.
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

/// Target software of criteria that is a language or a program with packages of its own, and the purl types of such packages.
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

/// Whether a criterion that agrees only by name is about packages of another language.
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

/// The further conditions if a name is, or may be, about the product of a component's CPE name, without regard to versions; otherwise `None`.
pub(super) fn same_product(known: &KnownCpe, name: &Cpe) -> Option<Vec<String>> {
    (about(known, name) || may_be(known, name)).then(|| restrictions(&known.cpe, name)).flatten()
}

/// The conditions of the attributes after the update; `None` if the component contradicts one of them.
pub(super) fn restrictions(own: &Cpe, criterion: &Cpe) -> Option<Vec<String>> {
    let mut conditions = Vec::new();
    for (position, word) in ATTRIBUTE_WORDS.iter().enumerate().skip(UPDATE + 1) {
        conditions.extend(restriction(own.attribute(position), criterion.attribute(position), word)?);
    }
    Some(conditions)
}

/// The condition of one attribute. A component that leaves the attribute open agrees with "not applicable".
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

/// The product of a criterion in words: `microsoft windows 10 < 1903`.
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

/// The scheme for a product: OpenSSL's version letters need its own scheme, everything else is compared by the vendor-neutral one.
pub(super) fn scheme_of(name: &Cpe) -> Scheme {
    if name.attribute(PRODUCT).text() == Some("openssl") { Scheme::OpenSsl } else { Scheme::Nvd }
}

/// The component's side of a comparison of versions.
pub(super) struct OwnVersion<'a> {
    pub known: &'a KnownCpe,
    pub version: Result<&'a str, &'a str>,
    pub order: Order,
}

impl OwnVersion<'_> {
    /// Whether the criterion includes the component's version: `None` if not, otherwise the condition for the update. `unversioned` returns
    /// whether the record names no version of the product at all.
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

    /// Compares version and update. One side may have them in one text and the other side separately: `1.0rc1`, and `1.0` with `rc1`.
    fn equals(&self, version: &str, update: &Attribute) -> Result<Option<Option<String>>, String> {
        let full = self.version?;
        let own = self.known.cpe.attribute(VERSION).text().unwrap_or(full);
        let own_update = self.known.cpe.attribute(UPDATE);
        if self.order.same(own, version)? {
            // Versions in CPE names are names: the dictionary has both 2.5 and 2.5.0, for some products as the same release.
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
