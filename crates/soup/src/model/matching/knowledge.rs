//! Knowledge that a person adds to the documents: products with several names, and products that a component is not.
//!
//! Each entry is plain data with a reason. The knowledge is empty by default: the program never guesses that products are the same.

use serde::{Deserialize, Serialize};

use super::names;
use crate::model::purl::Purl;

/// Products that are one and the same.
///
/// A product is written `vendor:product` as CPE has them (`openssl:openssl`), or as a package URL without version (`pkg:generic/openssl`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The names of the product.
    pub products: Vec<String>,
    /// Why they are the same; who says so.
    pub reason: String,
}

/// A product that a component is not, although its name or identifier agrees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// The component: its product as in [`Alias`], or its plain name.
    pub component: String,
    /// The product of advisories that it is not, as in [`Alias`].
    pub product: String,
    /// Why; who says so.
    pub reason: String,
}

/// Everything that a person added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knowledge {
    /// Products that are the same.
    pub aliases: Vec<Alias>,
    /// Products that a component is not.
    pub exclusions: Vec<Exclusion>,
}

impl Knowledge {
    /// All products that are the same as one of these, including these, in a stable order. The keys are those of [`product_key`].
    pub(super) fn same_as(&self, keys: &[String]) -> Vec<String> {
        let mut all = keys.to_vec();
        let classes: Vec<Vec<String>> = self
            .aliases
            .iter()
            .map(|alias| alias.products.iter().map(|p| product_key(p)).collect())
            .collect();
        let mut used = vec![false; classes.len()];
        loop {
            let next = classes
                .iter()
                .zip(&mut used)
                .find(|(class, used)| !**used && class.iter().any(|product| all.contains(product)));
            let Some((class, used)) = next else { return all };
            *used = true;
            for product in class {
                if !all.contains(product) {
                    all.push(product.clone());
                }
            }
        }
    }

    /// The products that a component with these keys and this name is not.
    pub(super) fn excluded(&self, keys: &[String], name: &str) -> Vec<String> {
        let name = names::fold(name);
        self.exclusions
            .iter()
            .filter(|one| keys.contains(&product_key(&one.component)) || names::fold(&one.component) == name)
            .map(|one| product_key(&one.product))
            .collect()
    }
}

/// The key of a product that a person wrote: `cpe:vendor:product` or that of a package URL.
pub(super) fn product_key(product: &str) -> String {
    let product = product.trim();
    if let Ok(purl) = Purl::parse(product) {
        return purl.key();
    }
    if let Ok(cpe) = crate::model::cpe::Cpe::parse(product) {
        return super::cpe_key(&cpe);
    }
    let bare = product.strip_prefix("cpe:").unwrap_or(product).to_lowercase();
    format!("cpe:{}", bare.replace(' ', "_"))
}
