//! The product tree of a CSAF document: the products of the statements by vendor, name and version. A part of a product is a product of its own,
//! which a relationship defines. A list of full names would say the same, but receivers look for products in branches.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use crate::formats::vex_out::{Named, Products, is_uri};
use crate::model::component::Component;
use crate::model::purl::Purl;
use crate::model::vex::Subject;
use crate::model::vex_document::{Refusals, VexDocument, non_blank};

/// The form of a CPE name in the schema.
static CPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let part = r##"((\?*|\*?)([a-zA-Z0-9\-\._]|(\\[\\\*\?!"#\$%&'\(\)\+,/:;<=>@\[\]\^`\{\|\}~]))+(\?*|\*?))|[\*\-]"##;
    let language = r"([a-zA-Z]{2,3}(-([a-zA-Z]{2}|[0-9]{3}))?)|[\*\-]";
    let uri = r"[cC][pP][eE]:/[AHOaho]?(:[A-Za-z0-9\._\-~%]*){0,6}";
    Regex::new(&format!(r"^(cpe:2\.3:[aho\*\-](:({part})){{5}}(:({language}))(:({part})){{4}}|{uri})$")).ok()
});

/// The form of a package URL in the schema.
static PURL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^pkg:[A-Za-z\.\-\+][A-Za-z0-9\.\-\+]*/.+").ok());

/// The products of a document.
#[derive(Serialize)]
pub(super) struct ProductTree<'a> {
    branches: Vec<Branch<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relationships: Vec<Relationship<'a>>,
}

/// A branch: a vendor, a product or a version.
#[derive(Serialize)]
struct Branch<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    branches: Vec<Self>,
    category: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<FullName<'a>>,
}

#[derive(PartialEq, Eq, Serialize)]
struct FullName<'a> {
    name: String,
    product_id: String,
    #[serde(rename = "product_identification_helper", skip_serializing_if = "Option::is_none")]
    helper: Option<Helper<'a>>,
}

#[derive(PartialEq, Eq, Serialize)]
struct Helper<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Relationship<'a> {
    category: &'static str,
    full_product_name: FullName<'a>,
    product_reference: &'a str,
    relates_to_product_reference: &'a str,
}

/// All identifiers that statements use, so that the id of a part of a product is none of them.
fn identifiers(document: &VexDocument) -> BTreeSet<String> {
    let subjects = document.statements.iter().flat_map(|statement| &statement.subjects);
    subjects.flat_map(|subject| std::iter::once(&subject.id).chain(&subject.subcomponents)).cloned().collect()
}

/// Builds the product tree from the subjects of statements.
pub(super) struct TreeWriter<'a> {
    pub(super) products: Products<'a>,
    /// All product ids in use.
    taken: BTreeSet<String>,
    /// The products by id, with their components in the list of products.
    defined: BTreeMap<&'a str, (FullName<'a>, Option<&'a Component>)>,
    /// The product ids of parts, by whole and part.
    part_ids: BTreeMap<(&'a str, &'a str), String>,
    relationships: Vec<Relationship<'a>>,
    /// The statement that is being written.
    pub(super) place: String,
    pub(super) refusals: Refusals,
}

impl<'a> TreeWriter<'a> {
    /// The writer for a document, with the refusals so far.
    pub(super) fn of(document: &'a VexDocument, refusals: Refusals) -> Self {
        Self {
            products: Products::of(document),
            taken: identifiers(document),
            defined: BTreeMap::new(),
            part_ids: BTreeMap::new(),
            relationships: Vec::new(),
            place: String::new(),
            refusals,
        }
    }

    /// The tree, and all refusals.
    pub(super) fn done(self) -> (ProductTree<'a>, Refusals) {
        let branches = branches(self.defined.into_values());
        (ProductTree { branches, relationships: self.relationships }, self.refusals)
    }

    /// Adds a subject to the tree and returns its product ids.
    pub(super) fn subject(&mut self, subject: &'a Subject) -> Vec<String> {
        if !subject.versions.is_empty() {
            let reason = format!(
                "`{}` is limited to some versions, which CSAF cannot express; name a product for each version",
                subject.id
            );
            self.refusals.add(&self.place, reason);
        }
        let whole = self.products.subject(subject);
        let whole_name = whole.name.clone().unwrap_or_default();
        self.define(whole);
        if subject.subcomponents.is_empty() {
            return vec![subject.id.clone()];
        }
        let parts = subject.subcomponents.iter();
        parts.map(|part| self.part(part, &subject.id, &whole_name)).collect()
    }

    /// Adds a part inside a whole as a product and returns its id.
    fn part(&mut self, part: &'a str, whole: &'a str, whole_name: &str) -> String {
        let named = self.products.part(part);
        let name = format!("{} in {whole_name}", named.name.as_deref().unwrap_or_default());
        self.define(named);
        if let Some(known) = self.part_ids.get(&(whole, part)) {
            return known.clone();
        }
        let mut product_id = format!("{whole}::{part}");
        while !self.taken.insert(product_id.clone()) {
            product_id.push('+');
        }
        self.part_ids.insert((whole, part), product_id.clone());
        self.relationships.push(Relationship {
            category: "default_component_of",
            full_product_name: FullName { name, product_id: product_id.clone(), helper: None },
            product_reference: part,
            relates_to_product_reference: whole,
        });
        product_id
    }

    /// Adds a product to the tree once (6.1.1, 6.1.2).
    fn define(&mut self, named: Named<'a>) {
        let Named { id, name, purl, cpe, component } = named;
        let Some(name) = name else {
            let reason = format!("the full name of `{id}` is missing: list it among the products");
            self.refusals.add(&self.place, reason);
            return;
        };
        if let Some(purl) = purl.filter(|purl| !is_purl(purl)) {
            self.refusals.add(&self.place, format!("`{purl}` is not a package URL that CSAF accepts"));
        }
        if let Some(cpe) = cpe.filter(|cpe| !CPE.as_ref().is_some_and(|form| form.is_match(cpe))) {
            self.refusals.add(&self.place, format!("`{cpe}` is not a CPE name that CSAF accepts"));
        }
        let helper =
            (purl.is_some() || cpe.is_some()).then_some(Helper { cpe, purl: purl.map(whole_go_version) });
        let product = FullName { name, product_id: id.to_owned(), helper };
        match self.defined.get(id) {
            None => _ = self.defined.insert(id, (product, component)),
            Some((known, _)) if *known == product => {}
            Some(_) => {
                self.refusals.add(&self.place, format!("`{id}` is described differently here than before"));
            }
        }
    }
}

/// Words and signs that mark a version's name as a range, which 6.1.31 forbids.
const RANGE_WORDS: [&str; 10] =
    ["<", ">", "after", "all", "before", "earlier", "later", "prior", "versions", "vers:"];

/// The branches for products: by vendor, name and version, as far as these are known.
fn branches<'a>(products: impl Iterator<Item = (FullName<'a>, Option<&'a Component>)>) -> Vec<Branch<'a>> {
    let mut vendors: BTreeMap<Option<&str>, BTreeMap<String, Vec<Branch<'a>>>> = BTreeMap::new();
    for (product, component) in products {
        let vendor = component.and_then(|component| non_blank(component.supplier.as_ref()));
        let name = component.map_or_else(|| product.name.clone(), without_version);
        let version =
            component.and_then(|component| non_blank(component.version.as_ref())).filter(|version| {
                let small = version.to_lowercase();
                !RANGE_WORDS.iter().any(|word| small.contains(word))
            });
        let leaf = match version {
            Some(version) => ("product_version", version.to_owned()),
            // Other entries of the same product may have versions, so this one gets a branch of its own.
            None => ("product_name", name.clone()),
        };
        let leaf = Branch { category: leaf.0, name: leaf.1, branches: Vec::new(), product: Some(product) };
        vendors.entry(vendor).or_default().entry(name).or_default().push(leaf);
    }
    let mut branches = Vec::new();
    for (vendor, products) in vendors {
        let mut named = Vec::new();
        for (name, leaves) in products {
            let (alone, versions): (Vec<_>, Vec<_>) =
                leaves.into_iter().partition(|leaf| leaf.category == "product_name");
            named.extend(alone);
            if !versions.is_empty() {
                named.push(Branch { category: "product_name", name, branches: versions, product: None });
            }
        }
        match vendor {
            Some(vendor) => {
                branches.push(Branch {
                    category: "vendor",
                    name: vendor.to_owned(),
                    branches: named,
                    product: None,
                });
            }
            None => branches.extend(named),
        }
    }
    branches
}

fn without_version(component: &Component) -> String {
    Component { version: None, ..component.clone() }.label()
}

/// A package URL in which a Go version has three numbers: a validator that receivers use rejects `v1.20`, which for Go is `v1.20.0`.
fn whole_go_version(text: &str) -> Cow<'_, str> {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (head, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let numbers =
        head.rsplit_once("@v").map(|(_, version)| version).filter(|_| head.starts_with("pkg:golang/"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match numbers.map(|version| (version.split('.').all(is_number), version.split('.').count())) {
        Some((true, count @ 1..=2)) => Cow::Owned(format!("{head}{}{rest}", ".0".repeat(3 - count))),
        Some(_) | None => Cow::Borrowed(text),
    }
}

fn is_purl(text: &str) -> bool {
    is_uri(text) && PURL.as_ref().is_some_and(|form| form.is_match(text)) && Purl::parse(text).is_ok()
}
