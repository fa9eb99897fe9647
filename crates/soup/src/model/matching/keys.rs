//! Keys for looking up the records that may concern a component, so that a scan judges only few of many records.
//!
//! The rule: if [`super::judge`] gives a reason for a record and a component, they share a key.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::{claims, cpe_key, names};
use crate::model::advisory::{Advisory, ApplicabilityNode, CpeCriterion};
use crate::model::cpe::{self, Attribute, Cpe, PRODUCT, VENDOR};

/// A lookup key: `cpe:vendor:product`, `pkg:type/namespace/name`, `words:vendor:product`,
/// `name:words`, or `cpe:*` for criteria that name products by a wildcard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub String);

/// The key of criteria that name vendor or product by a wildcard. Every component with a CPE name has this key.
pub const OPEN: &str = "cpe:*";

/// The keys of a component.
pub fn keys_of_identity(identity: &Identity) -> Vec<Key> {
    let mut keys: BTreeSet<String> = identity.names.iter().map(|name| format!("name:{name}")).collect();
    for known in &identity.purls {
        keys.insert(known.key.clone());
        keys.extend(modules_above(&known.key));
    }
    for known in &identity.cpes {
        keys.insert(known.key.clone());
        keys.insert(OPEN.to_owned());
        keys.insert(words_key(&known.key));
        keys.extend(name_key(known.cpe.attribute(PRODUCT).text().unwrap_or_default()));
    }
    keys.into_iter().map(Key).collect()
}

/// The keys of a record.
pub fn keys_of_advisory(advisory: &Advisory) -> Vec<Key> {
    let mut keys = BTreeSet::new();
    for claim in &advisory.packages {
        keys.extend(name_key(&claim.name));
        if let Some((purl, _)) = claims::package_of(claim) {
            keys.extend(name_key(&purl.name));
            keys.insert(purl.key());
        }
        keys.extend(claim.product.as_deref().and_then(name_key));
        if claim.vendor.is_some() || claim.purl.is_none() && claim.ecosystem.is_empty() {
            keys.extend(claims::words_keys(claim).iter().map(|key| words_key(key)));
        }
    }
    // Records name one product in many versions, one after the other.
    let mut last = None;
    each_name(advisory, &mut |text| {
        let head = cpe::head(text);
        if head.is_none() || head != last {
            of_criterion(text, &mut keys);
        }
        last = head;
    });
    keys.into_iter().map(Key).collect()
}

/// The names in a record that leave vendor or product open. If a component has only the key [`OPEN`] in common with the record, judging is
/// useless unless [`Identity::may_be`] accepts one of these names.
pub fn open_names(advisory: &Advisory) -> Vec<Cpe> {
    let mut names = Vec::new();
    each_name(advisory, &mut |text| {
        let Ok(cpe) = Cpe::parse(text) else { return };
        if [VENDOR, PRODUCT].iter().any(|position| cpe.attribute(*position).text().is_none()) {
            names.push(cpe);
        }
    });
    names
}

/// The CPE names by which a record can concern a component.
fn each_name<'a>(advisory: &'a Advisory, with: &mut dyn FnMut(&'a str)) {
    advisory.packages.iter().flat_map(|claim| &claim.cpes).for_each(|text| with(text));
    let mut nodes: Vec<&ApplicabilityNode> = advisory.applicability.iter().collect();
    while let Some(node) = nodes.pop() {
        let vulnerable = |criterion: &&CpeCriterion| criterion.vulnerable;
        node.criteria.iter().filter(vulnerable).for_each(|criterion| with(&criterion.criteria));
        nodes.extend(&node.children);
    }
}

/// The words of title and description of a record, for searching its text. These are many, so they are used only for records that are not
/// analysed.
pub fn text_keys_of_advisory(advisory: &Advisory) -> Vec<Key> {
    let title = advisory.title.as_deref().unwrap_or_default();
    let words = [title, &advisory.description].into_iter().flat_map(names::words);
    let keys: BTreeSet<String> = words.map(|word| format!("text:{}", word.to_lowercase())).collect();
    keys.into_iter().map(Key).collect()
}

/// The longest word of each name that is searched for in texts: a record that mentions the component has one of them.
pub fn text_keys_of_identity(identity: &Identity) -> Vec<Key> {
    let longest = |name: &Vec<String>| name.iter().max_by_key(|word| word.len()).cloned();
    let keys: BTreeSet<String> =
        identity.watched.iter().filter_map(longest).map(|word| format!("text:{word}")).collect();
    keys.into_iter().map(Key).collect()
}

fn of_criterion(text: &str, keys: &mut BTreeSet<String>) {
    // Nearly all criteria name vendor and product plainly: their head is enough.
    if let Some([_, vendor, product]) = cpe::head(text).filter(|head| head.iter().all(|part| is_plain(part)))
    {
        let (vendor, product) = (vendor.to_lowercase(), product.to_lowercase());
        keys.extend(name_key(&product));
        keys.insert(format!("cpe:{vendor}:{product}"));
        return;
    }
    let Ok(cpe) = Cpe::parse(text) else { return };
    let plain = |position: usize| cpe.attribute(position).text();
    match (plain(VENDOR), plain(PRODUCT)) {
        (Some(_), Some(product)) => {
            keys.insert(cpe_key(&cpe));
            keys.extend(name_key(product));
        }
        (_, product) => {
            keys.extend(product.and_then(name_key));
            if [VENDOR, PRODUCT].iter().any(|position| *cpe.attribute(*position) != Attribute::Any) {
                keys.insert(OPEN.to_owned());
            }
        }
    }
}

/// Whether a part has neither escapes nor a sign for "any" or "none".
fn is_plain(part: &str) -> bool {
    !part.is_empty()
        && part != "-"
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// The keys of the Go modules that may contain a package path, with two parts or more.
fn modules_above(key: &str) -> Vec<String> {
    const PARTS: usize = 3;
    let go = key.starts_with("pkg:golang/");
    let ends = key.match_indices('/').map(|(at, _)| at).skip(PARTS - 1).filter(|_| go);
    ends.filter_map(|at| key.get(..at)).map(str::to_owned).collect()
}

/// The key for vendor and product in words.
fn words_key(key: &str) -> String {
    let (vendor, product) = claims::folded_key(key);
    format!("words:{vendor}:{product}")
}

fn name_key(name: &str) -> Option<String> {
    let folded = names::fold(name);
    (!folded.is_empty() && !names::too_common(&folded)).then(|| format!("name:{folded}"))
}
