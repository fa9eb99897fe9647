//! Whether a record names a product. A record that names none clears no product: whatever its status, only its text can show which products
//! it concerns.

use crate::model::advisory::{Advisory, ApplicabilityNode, CpeCriterion, PackageClaim};
use crate::model::cpe::{self, Cpe, PRODUCT, VENDOR};
use crate::model::purl::Purl;

/// Words in place of a name.
const NO_NAMES: [&str; 22] = [
    "n/a",
    "n.a.",
    "na",
    "none",
    "null",
    "unknown",
    "unspecified",
    "undefined",
    "not specified",
    "not applicable",
    "not available",
    "various",
    "multiple",
    "multiple products",
    "several products",
    "other",
    "tbd",
    "*",
    "-",
    "--",
    "?",
    "all",
];

/// Whether a record names no product.
pub(super) fn names_nothing(advisory: &Advisory) -> bool {
    !advisory.packages.iter().any(is_named) && !advisory.applicability.iter().any(is_tree)
}

fn is_named(claim: &PackageClaim) -> bool {
    is_word(&claim.name)
        || claim.product.as_deref().is_some_and(is_word)
        || claim.purl.as_deref().is_some_and(|purl| Purl::parse(purl).is_ok())
        || claim.cpes.iter().any(|name| is_product(name))
}

fn is_word(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !NO_NAMES.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a tree names something that is itself vulnerable. Walked without recursion, because its depth is foreign.
pub(super) fn is_tree(root: &ApplicabilityNode) -> bool {
    let mut nodes = vec![root];
    while let Some(node) = nodes.pop() {
        let names = |criterion: &CpeCriterion| criterion.vulnerable && is_product(&criterion.criteria);
        if node.criteria.iter().any(names) {
            return true;
        }
        nodes.extend(&node.children);
    }
    false
}

/// Whether a CPE name names a vendor or a product. One that cannot be parsed to its end may still start with them.
fn is_product(name: &str) -> bool {
    match Cpe::parse(name) {
        Ok(cpe) => [VENDOR, PRODUCT].into_iter().any(|position| {
            cpe.attribute(position).text().is_some_and(is_word) || cpe.attribute(position).has_wildcard()
        }),
        Err(_) => cpe::head(name).is_some_and(|[_, vendor, product]| is_word(vendor) || is_word(product)),
    }
}
