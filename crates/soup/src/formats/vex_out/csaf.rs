//! Writes CSAF 2.0, profile 5 (VEX): `document.category` is `csaf_vex`.
//!
//! All that is said about one vulnerability stands together, as 6.1.23 asks. Products are listed by their full names; a part of a product is a
//! product of its own, made by a relationship. What 6.1 asks of such a document either cannot be broken by what is written here or is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::{Named, Products, is_uri, justification_word, system_of, to_json};
use crate::model::purl::Purl;
use crate::model::vex::{Statement, Status, Subject};
use crate::model::vex_document::{Refusals, Response, Unwritable, VexDocument, is_cve, responses, said};

/// What the schema asks of a CPE name.
static CPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let part = r##"((\?*|\*?)([a-zA-Z0-9\-\._]|(\\[\\\*\?!"#\$%&'\(\)\+,/:;<=>@\[\]\^`\{\|\}~]))+(\?*|\*?))|[\*\-]"##;
    let language = r"([a-zA-Z]{2,3}(-([a-zA-Z]{2}|[0-9]{3}))?)|[\*\-]";
    let uri = r"[cC][pP][eE]:/[AHOaho]?(:[A-Za-z0-9\._\-~%]*){0,6}";
    Regex::new(&format!(r"^(cpe:2\.3:[aho\*\-](:({part})){{5}}(:({language}))(:({part})){{4}}|{uri})$")).ok()
});

/// What the schema asks of a package URL.
static PURL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^pkg:[A-Za-z\.\-\+][A-Za-z0-9\.\-\+]*/.+").ok());

#[derive(Serialize)]
struct Csaf<'a> {
    document: Document<'a>,
    product_tree: ProductTree<'a>,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Document<'a> {
    category: &'static str,
    csaf_version: &'static str,
    publisher: Publisher<'a>,
    title: &'a str,
    tracking: Tracking<'a>,
}

#[derive(Serialize)]
struct Publisher<'a> {
    category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_details: Option<&'a str>,
    name: &'a str,
    namespace: &'a str,
}

#[derive(Serialize)]
struct Tracking<'a> {
    current_release_date: String,
    generator: Generator<'a>,
    id: &'a str,
    initial_release_date: String,
    revision_history: Vec<Revision<'a>>,
    status: &'static str,
    version: String,
}

#[derive(Serialize)]
struct Generator<'a> {
    engine: Engine<'a>,
}

#[derive(Serialize)]
struct Engine<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
}

#[derive(Serialize)]
struct Revision<'a> {
    date: String,
    number: String,
    summary: &'a str,
}

#[derive(Default, Serialize)]
struct ProductTree<'a> {
    full_product_names: Vec<FullName<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relationships: Vec<Relationship<'a>>,
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
    purl: Option<&'a str>,
}

#[derive(Serialize)]
struct Relationship<'a> {
    category: &'static str,
    full_product_name: FullName<'a>,
    product_reference: &'a str,
    relates_to_product_reference: &'a str,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cve: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<Flag<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ids: Vec<Id<'a>>,
    notes: [Note<'a>; 1],
    product_status: BTreeMap<&'static str, Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remediations: Vec<Details<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    threats: Vec<Details<'a>>,
}

#[derive(Serialize)]
struct Flag<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    label: &'static str,
    product_ids: Vec<String>,
}

#[derive(Serialize)]
struct Id<'a> {
    system_name: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Note<'a> {
    category: &'static str,
    text: &'a str,
}

/// A threat or a remediation.
#[derive(Serialize)]
struct Details<'a> {
    category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    details: &'a str,
    product_ids: Vec<String>,
}

/// Writes a document as CSAF 2.0 VEX.
///
/// Refuses, beside what [`VexDocument::refusals`] names: a missing title or publisher's address, an empty summary of a revision, products
/// without a full name, package URLs and CPE names that are none, products limited to versions, and vulnerabilities without description
/// (6.1.27.5).
pub fn csaf_2_0_vex(document: &VexDocument) -> Result<String, Unwritable> {
    document.refusals().done()?;
    let mut refusals = Refusals::default();
    check_document(document, &mut refusals);
    let mut tree = TreeWriter {
        products: Products::of(document),
        taken: identifiers(document),
        defined: BTreeMap::new(),
        made: BTreeMap::new(),
        tree: ProductTree::default(),
        place: String::new(),
        refusals,
    };
    let mut items: Vec<Item<'_>> = Vec::new();
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, statement) in document.statements.iter().enumerate() {
        tree.place = statement.place_in_document(index);
        let at = *by_name.entry(statement.same_vulnerability()).or_insert(items.len());
        if at == items.len() {
            items.push(Item::default());
        }
        let ids = statement.subjects.iter().flat_map(|subject| tree.subject(subject)).collect();
        if let Some(item) = items.get_mut(at) {
            item.0.push((statement, ids));
        }
    }
    let vulnerabilities =
        items.into_iter().filter_map(|item| item.write(document, &mut tree.refusals)).collect();
    let TreeWriter { tree: product_tree, refusals, .. } = tree;
    refusals.done()?;
    to_json(&Csaf { document: head(document), product_tree, vulnerabilities })
}

fn check_document(document: &VexDocument, refusals: &mut Refusals) {
    if document.title.trim().is_empty() {
        refusals.add("document", "its title is missing, which CSAF asks for");
    }
    if document.id.trim() != document.id || document.id.chars().any(char::is_control) {
        refusals.add("document", "its identifier begins or ends with white space or has control characters");
    }
    if !document.author.namespace.as_deref().is_some_and(is_uri) {
        let reason = "the author's namespace is missing or no address such as https://psirt.example.com, which CSAF asks for";
        refusals.add("document", reason);
    }
    for (number, revision) in (1..).zip(&document.revisions) {
        if revision.summary.trim().is_empty() {
            refusals
                .add("document", format!("the summary of revision {number} is missing, which CSAF asks for"));
        }
    }
}

/// Dates and numbers are those of the revisions, so that 6.1.14, 6.1.16 to 6.1.22 and 6.1.30 hold.
fn head(document: &VexDocument) -> Document<'_> {
    let revision_history = (1..)
        .zip(&document.revisions)
        .map(|(number, revision): (usize, _)| Revision {
            date: revision.at.to_string(),
            number: number.to_string(),
            summary: &revision.summary,
        })
        .collect();
    let author = &document.author;
    Document {
        category: "csaf_vex",
        csaf_version: "2.0",
        publisher: Publisher {
            category: author.role.word(),
            contact_details: said(author.contact.as_ref()),
            name: &author.name,
            namespace: author.namespace.as_deref().unwrap_or_default(),
        },
        title: &document.title,
        tracking: Tracking {
            current_release_date: document.released().map(|at| at.to_string()).unwrap_or_default(),
            generator: Generator {
                engine: Engine {
                    name: &document.tool.name,
                    version: Some(document.tool.version.as_str()).filter(|version| !version.is_empty()),
                },
            },
            id: &document.id,
            initial_release_date: document.first_released().map(|at| at.to_string()).unwrap_or_default(),
            revision_history,
            status: document.status.word(),
            version: document.revisions.len().to_string(),
        },
    }
}

/// Every identifier that statements use, so that one made for a part of a product is a new one.
fn identifiers(document: &VexDocument) -> BTreeSet<String> {
    let subjects = document.statements.iter().flat_map(|statement| &statement.subjects);
    subjects.flat_map(|subject| std::iter::once(&subject.id).chain(&subject.subcomponents)).cloned().collect()
}

/// Makes the product tree out of what statements name.
struct TreeWriter<'a> {
    products: Products<'a>,
    /// Every identifier that is a product's already.
    taken: BTreeSet<String>,
    /// Where in the tree a product stands.
    defined: BTreeMap<&'a str, usize>,
    /// The identifier of a part in a whole.
    made: BTreeMap<(&'a str, &'a str), String>,
    tree: ProductTree<'a>,
    /// The statement that is being written.
    place: String,
    refusals: Refusals,
}

impl<'a> TreeWriter<'a> {
    /// The product ids that a subject has in the tree.
    fn subject(&mut self, subject: &'a Subject) -> Vec<String> {
        if !subject.versions.is_empty() {
            let reason = format!(
                "`{}` is limited to some versions, which is not written to CSAF; name a product for each version",
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

    /// The product that is a part as it is inside a whole.
    fn part(&mut self, part: &'a str, whole: &'a str, whole_name: &str) -> String {
        let named = self.products.part(part);
        let name = format!("{} in {whole_name}", named.name.as_deref().unwrap_or_default());
        self.define(named);
        if let Some(known) = self.made.get(&(whole, part)) {
            return known.clone();
        }
        let mut product_id = format!("{whole}::{part}");
        while !self.taken.insert(product_id.clone()) {
            product_id.push('+');
        }
        self.made.insert((whole, part), product_id.clone());
        self.tree.relationships.push(Relationship {
            category: "default_component_of",
            full_product_name: FullName { name, product_id: product_id.clone(), helper: None },
            product_reference: part,
            relates_to_product_reference: whole,
        });
        product_id
    }

    /// Takes a product into the tree once (6.1.1, 6.1.2).
    fn define(&mut self, named: Named<'a>) {
        let Named { id, name, purl, cpe, component: _ } = named;
        let Some(name) = name else {
            let reason = format!("the full name of `{id}` is missing: list it among the products");
            self.refusals.add(&self.place, reason);
            return;
        };
        if let Some(purl) = purl.filter(|purl| !is_purl(purl)) {
            self.refusals.add(&self.place, format!("`{purl}` is no package URL that CSAF takes"));
        }
        if let Some(cpe) = cpe.filter(|cpe| !CPE.as_ref().is_some_and(|form| form.is_match(cpe))) {
            self.refusals.add(&self.place, format!("`{cpe}` is no CPE name that CSAF takes"));
        }
        let helper = (purl.is_some() || cpe.is_some()).then_some(Helper { cpe, purl });
        let product = FullName { name, product_id: id.to_owned(), helper };
        let known = self.defined.get(id).and_then(|at| self.tree.full_product_names.get(*at));
        if known.is_none() {
            self.defined.insert(id, self.tree.full_product_names.len());
            self.tree.full_product_names.push(product);
        } else if known != Some(&product) {
            self.refusals.add(&self.place, format!("`{id}` is described here in another way than before"));
        }
    }
}

fn is_purl(text: &str) -> bool {
    is_uri(text) && PURL.as_ref().is_some_and(|form| form.is_match(text)) && Purl::parse(text).is_ok()
}

/// All that is said about one vulnerability: statements with the ids of their products.
#[derive(Default)]
struct Item<'a>(Vec<(&'a Statement, Vec<String>)>);

impl<'a> Item<'a> {
    fn write(self, document: &'a VexDocument, refusals: &mut Refusals) -> Option<Vulnerability<'a>> {
        let (first, _) = self.0.first()?;
        let cve = Some(first.same_vulnerability()).filter(|name| is_cve(name));
        let names =
            self.0.iter().flat_map(|(said, _)| std::iter::once(&said.vulnerability).chain(&said.aliases));
        let mut texts: Vec<&str> = Vec::new();
        for name in names.map(String::as_str).filter(|name| !name.trim().is_empty() && Some(*name) != cve) {
            if !texts.contains(&name) {
                texts.push(name);
            }
        }
        let mut described =
            self.0.iter().filter_map(|(statement, _)| document.descriptions.get(&statement.vulnerability));
        let Some(text) = described.find_map(|text| said(Some(text))) else {
            let reason = "its description is missing, which CSAF asks for (6.1.27.5)";
            refusals.add(format!("vulnerability {}", first.vulnerability), reason);
            return None;
        };
        let mut vulnerability = Vulnerability {
            cve,
            flags: Vec::new(),
            ids: texts.into_iter().map(|text| Id { system_name: system_of(text), text }).collect(),
            notes: [Note { category: "description", text }],
            product_status: BTreeMap::new(),
            remediations: Vec::new(),
            threats: Vec::new(),
        };
        for (statement, ids) in self.0 {
            vulnerability.say(statement, ids);
        }
        Some(vulnerability)
    }
}

impl<'a> Vulnerability<'a> {
    fn say(&mut self, statement: &'a Statement, product_ids: Vec<String>) {
        let Some(status) = statement.status else { return };
        let date = statement.at.as_deref();
        self.flags.extend(statement.justification.map(|justification| Flag {
            date,
            label: justification_word(justification),
            product_ids: product_ids.clone(),
        }));
        self.threats.extend(said(statement.impact.as_ref()).map(|details| Details {
            category: "impact",
            date,
            details,
            product_ids: product_ids.clone(),
        }));
        self.remediations.extend(said(statement.action.as_ref()).map(|action| {
            let (category, details) = remediation(action);
            Details { category, date, details, product_ids: product_ids.clone() }
        }));
        self.product_status.entry(status_word(status)).or_default().extend(product_ids);
    }
}

/// The category that an action statement begins with, as CSAF is read (`workaround: …`), or that of the response that it begins with; advice in
/// free words alone is a mitigation.
fn remediation(action: &str) -> (&'static str, &str) {
    const WORDS: [(&str, &str); 3] = [
        ("workaround: ", "workaround"),
        ("no fix planned: ", "no_fix_planned"),
        ("none available: ", "none_available"),
    ];
    for (beginning, category) in WORDS {
        if let Some(details) = action.strip_prefix(beginning).filter(|details| !details.is_empty()) {
            return (category, details);
        }
    }
    let category = match responses(action).0.first() {
        Some(Response::Update | Response::Rollback) => "vendor_fix",
        Some(Response::WorkaroundAvailable) => "workaround",
        Some(Response::WillNotFix) => "no_fix_planned",
        Some(Response::CanNotFix) => "none_available",
        None => "mitigation",
    };
    (category, action)
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::NotAffected => "known_not_affected",
        Status::Affected => "known_affected",
        Status::Fixed => "fixed",
        Status::UnderInvestigation => "under_investigation",
    }
}
