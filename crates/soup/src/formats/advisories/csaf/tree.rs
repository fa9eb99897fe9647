//! The product tree of a CSAF document: every product with its path, groups, and products made of two others.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::model::advisory::{AS_WRITTEN, Bound, ClaimStatus, Interval, PackageClaim, Versions};
use crate::model::version::{Vers, requirement};
use crate::model::vex::Subject;
use mainstay_base::note::{Gravity, Notes};

use super::super::fields::lax;

#[derive(Default, Deserialize)]
pub(super) struct ProductTree {
    #[serde(default, deserialize_with = "lax")]
    branches: Vec<Branch>,
    #[serde(default, deserialize_with = "lax")]
    full_product_names: Vec<FullName>,
    #[serde(default, deserialize_with = "lax")]
    relationships: Vec<Relationship>,
    #[serde(default, deserialize_with = "lax")]
    product_groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(default, deserialize_with = "lax")]
    category: String,
    #[serde(default, deserialize_with = "lax")]
    name: String,
    #[serde(default, deserialize_with = "lax")]
    product: Option<FullName>,
    #[serde(default, deserialize_with = "lax")]
    branches: Vec<Branch>,
}

#[derive(Deserialize)]
struct FullName {
    #[serde(default, deserialize_with = "lax")]
    name: String,
    product_id: String,
    #[serde(default, deserialize_with = "lax", rename = "product_identification_helper")]
    helper: Helper,
}

#[derive(Clone, Default, Deserialize)]
struct Helper {
    #[serde(default, deserialize_with = "lax")]
    purl: Option<String>,
    /// The form of 2.1.
    #[serde(default, deserialize_with = "lax")]
    purls: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    cpe: Option<String>,
}

#[derive(Deserialize)]
struct Relationship {
    #[serde(default, deserialize_with = "lax")]
    category: String,
    product_reference: String,
    relates_to_product_reference: String,
    full_product_name: FullName,
}

#[derive(Deserialize)]
struct Group {
    group_id: String,
    #[serde(default, deserialize_with = "lax")]
    product_ids: BTreeSet<String>,
}

/// A product of the tree.
#[derive(Clone, Default)]
pub(super) struct Product {
    id: String,
    name: String,
    vendor: Option<String>,
    /// The name without vendor and version, if the tree has it separately.
    short_name: Option<String>,
    version: Option<String>,
    range: Option<String>,
    /// Further conditions: architecture, platform.
    conditions: Vec<String>,
    purl: Option<String>,
    cpe: Option<String>,
    /// The part that contains the vulnerability, if this is a product that contains another one.
    part: Option<String>,
}

/// All products of a document.
#[derive(Default)]
pub(super) struct Products {
    by_id: BTreeMap<String, Product>,
    groups: BTreeMap<String, BTreeSet<String>>,
}

impl Products {
    /// Walks the tree. Its depth is limited by the JSON parser.
    pub fn of(tree: ProductTree, notes: &mut Notes) -> Self {
        let ProductTree { branches, full_product_names, relationships, product_groups } = tree;
        let mut products = Self::default();
        for branch in branches {
            products.branch(branch, &Product::default(), notes);
        }
        for full in full_product_names {
            products.add(Product::default().named(full), notes);
        }
        for relationship in relationships {
            products.relationship(relationship, notes);
        }
        products.groups =
            product_groups.into_iter().map(|group| (group.group_id, group.product_ids)).collect();
        products
    }

    /// A product by its id.
    pub fn get(&self, id: &str) -> Option<&Product> {
        self.by_id.get(id)
    }

    /// Whether a group holds a product.
    pub fn in_group(&self, group: &str, id: &str) -> bool {
        self.groups.get(group).is_some_and(|ids| ids.contains(id))
    }

    /// The subject of a statement about a product.
    pub fn subject(&self, id: &str) -> Subject {
        let Some(product) = self.get(id) else { return Subject { id: id.to_owned(), ..Subject::default() } };
        Subject {
            id: id.to_owned(),
            name: Some(product.name.clone()).filter(|name| name != id),
            purl: product.purl.clone(),
            cpe: product.cpe.clone(),
            subcomponents: product.part.clone().into_iter().collect(),
            versions: product.range.clone().filter(|range| range.starts_with("vers:")).into_iter().collect(),
        }
    }

    fn add(&mut self, product: Product, notes: &mut Notes) {
        let id = product.id.clone();
        if self.by_id.insert(id.clone(), product).is_some() {
            let text = format!("product id `{}` is defined twice", super::short(&id));
            notes.add(Gravity::Warning, "$.product_tree", text);
        }
    }

    fn branch(&mut self, branch: Branch, above: &Product, notes: &mut Notes) {
        let Branch { category, name, product, branches } = branch;
        let mut here = above.clone();
        match category.as_str() {
            "vendor" => here.vendor = Some(name),
            "product_name" => here.short_name = Some(name),
            "product_version" | "service_pack" | "patch_level" => here.version = Some(name),
            "product_version_range" => here.range = Some(name),
            "architecture" | "language" | "host_name" | "platform" => {
                here.conditions.push(format!("{}: {name}", category.replace('_', " ")));
            }
            "product_family" | "specification" | "legacy" => {}
            other => {
                notes.not_understood(&format!("product_tree.branches[] category {}", super::short(other)));
            }
        }
        if let Some(full) = product {
            self.add(here.clone().named(full), notes);
        }
        for inner in branches {
            self.branch(inner, &here, notes);
        }
    }

    /// A product that is another one as a part of a third: the claim is about the part, on condition of the whole.
    fn relationship(&mut self, relation: Relationship, notes: &mut Notes) {
        let Relationship { category, product_reference, relates_to_product_reference, full_product_name } =
            relation;
        let mut product = Product::default();
        for (id, place) in [
            (&product_reference, "product_reference"),
            (&relates_to_product_reference, "relates_to_product_reference"),
        ] {
            if self.get(id).is_none() {
                let text = format!("`{}` is not defined in the product tree", super::short(id));
                notes.add(Gravity::Warning, format!("$.product_tree.relationships[].{place}"), text);
            }
        }
        if let Some(part) = self.get(&product_reference) {
            product = part.clone();
            product.part =
                Some(part.purl.clone().or_else(|| part.cpe.clone()).unwrap_or_else(|| part.id.clone()));
        }
        let whole = self
            .get(&relates_to_product_reference)
            .map_or(&relates_to_product_reference, |whole| &whole.name);
        product.conditions.push(format!("{} {whole}", category.replace('_', " ")));
        let whole = self.get(&relates_to_product_reference);
        let own = (whole.and_then(|whole| whole.purl.clone()), whole.and_then(|whole| whole.cpe.clone()));
        let part = (product.purl.take(), product.cpe.take());
        let mut product = product.named(full_product_name);
        // A combination without identifiers of its own is identified by the whole, with the part as subcomponent. If the whole has none
        // either, those of the part are used.
        if product.purl.is_none() && product.cpe.is_none() {
            (product.purl, product.cpe) = if own == (None, None) { part } else { own };
        }
        self.add(product, notes);
    }
}

impl Product {
    fn named(mut self, full: FullName) -> Self {
        let Helper { purl, purls, cpe } = full.helper;
        self.id = full.product_id;
        self.name = full.name;
        self.purl = purl.or_else(|| purls.into_iter().next());
        self.cpe = cpe;
        self
    }

    /// The claim that a status makes about this product; `None` where it has no name.
    pub fn claim(&self, status: ClaimStatus) -> Option<PackageClaim> {
        let name = self.short_name.clone().unwrap_or_else(|| self.name.clone());
        if name.trim().is_empty() && self.purl.is_none() && self.cpe.is_none() {
            return None;
        }
        let versions: Vec<_> = self.versions(status).into_iter().collect();
        Some(PackageClaim {
            ecosystem: String::new(),
            product: None,
            vendor: self.vendor.clone(),
            name,
            purl: self.purl.clone(),
            cpes: self.cpe.iter().cloned().collect(),
            otherwise: versions.is_empty().then_some(status),
            versions,
            conditions: self.conditions.clone(),
        })
    }

    fn versions(&self, status: ClaimStatus) -> Option<Versions> {
        if let Some(range) = &self.range {
            let (order, intervals) = intervals(range);
            return Some(Versions { status, order, listed: Vec::new(), intervals });
        }
        let version = self.version.clone()?;
        Some(if Vers::parse(&version).is_ok() {
            let (order, intervals) = intervals(&version);
            Versions { status, order, listed: Vec::new(), intervals }
        } else {
            Versions { status, order: String::new(), listed: vec![version], intervals: Vec::new() }
        })
    }
}

/// A range in `vers` notation or as a requirement. Any other text becomes a bound that nothing can be compared with, so that no version
/// counts as outside.
fn intervals(range: &str) -> (String, Vec<Interval>) {
    let range = range.trim();
    if let Ok(vers) = Vers::parse(range) {
        match vers.scheme.as_str() {
            // It means no version at all.
            "none" => return (String::new(), Vec::new()),
            // Without an order of its own, its versions are compared like those of products that are identified by words.
            "generic" | "intdot" | "unknown" => {
                if let Some(intervals) = vers.in_series() {
                    return (String::new(), intervals);
                }
            }
            scheme => {
                if let Ok(intervals) = vers.intervals() {
                    return (format!("vers:{scheme}"), intervals);
                }
            }
        }
    }
    match requirement(range) {
        Some(intervals) => (String::new(), intervals),
        None => {
            let bound = Some(Bound { version: range.to_owned(), included: true });
            (AS_WRITTEN.to_owned(), vec![Interval { from: None, to: bound }])
        }
    }
}
