//! Writes CSAF 2.0, profile 5 (VEX): `document.category` is `csaf_vex`.
//!
//! All statements about one vulnerability become one entry, as 6.1.23 requires. `tree.rs` writes the products. Every test of 6.1 holds for each
//! document that is written; a document for which one would fail is refused.

mod tree;

use std::collections::BTreeMap;

use serde::Serialize;

use super::{is_uri, justification_word, system_of, to_json};
use crate::model::vex::{Statement, Status};
use crate::model::vex_document::{Refusals, Response, Unwritable, VexDocument, is_cve, non_blank, responses};
use mainstay_base::time::Moment;
use tree::{ProductTree, TreeWriter};

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

#[derive(Serialize)]
struct Vulnerability<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cve: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<Flag>,
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
struct Flag {
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
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
    date: Option<String>,
    details: &'a str,
    product_ids: Vec<String>,
}

/// Writes a document as CSAF 2.0 VEX.
///
/// Refuses, in addition to [`VexDocument::refusals`]: a missing title or publisher's address, an empty summary of a revision, products
/// without a full name, invalid package URLs and CPE names, products limited to versions, and vulnerabilities without a description
/// (6.1.27.5).
pub fn csaf_2_0_vex(document: &VexDocument) -> Result<String, Unwritable> {
    document.refusals().done()?;
    let mut refusals = Refusals::default();
    check_document(document, &mut refusals);
    let mut tree = TreeWriter::of(document, refusals);
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
    let (product_tree, refusals) = tree.done();
    refusals.done()?;
    to_json(&Csaf { document: head(document), product_tree, vulnerabilities })
}

/// Why a document without the address of its issuer is refused, and where it is given.
const NO_ADDRESS: &str = "CSAF requires the address of the issuer, such as https://psirt.example.com, and it is missing or no address: \
    give it as “Address of the issuer” in the window, with --namespace on the command line, or as `namespace` of the author in a file of \
    statements";

fn check_document(document: &VexDocument, refusals: &mut Refusals) {
    if document.title.trim().is_empty() {
        refusals.add("document", "its title is missing, which CSAF requires");
    }
    if document.id.trim() != document.id || document.id.chars().any(char::is_control) {
        refusals.add("document", "its identifier begins or ends with white space or has control characters");
    }
    if !document.author.namespace.as_deref().is_some_and(is_uri) {
        refusals.add("document", NO_ADDRESS);
    }
    for (number, revision) in (1..).zip(&document.revisions) {
        if revision.summary.trim().is_empty() {
            refusals
                .add("document", format!("the summary of revision {number} is missing, which CSAF requires"));
        }
    }
}

/// The head of the document. Dates and numbers are those of the revisions, so that 6.1.14, 6.1.16 to 6.1.22 and 6.1.30 hold.
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
            contact_details: non_blank(author.contact.as_ref()),
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

/// All statements about one vulnerability, with the ids of their products.
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
        let Some(text) = described.find_map(|text| non_blank(Some(text))) else {
            let reason = "its description is missing, which CSAF requires (6.1.27.5)";
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
            vulnerability.add(statement, ids, document.released());
        }
        Some(vulnerability)
    }
}

impl<'a> Vulnerability<'a> {
    /// Adds a statement. If it has no date of its own, it gets the date `released` of the last revision.
    fn add(&mut self, statement: &'a Statement, product_ids: Vec<String>, released: Option<Moment>) {
        let Some(status) = statement.status else { return };
        let date = statement.at.clone().or_else(|| released.map(|at| at.to_string()));
        self.flags.extend(statement.justification.map(|justification| Flag {
            date: date.clone(),
            label: justification_word(justification),
            product_ids: product_ids.clone(),
        }));
        self.threats.extend(non_blank(statement.impact.as_ref()).map(|details| Details {
            category: "impact",
            date: date.clone(),
            details,
            product_ids: product_ids.clone(),
        }));
        self.remediations.extend(non_blank(statement.action.as_ref()).map(|action| {
            let (category, details) = remediation(action);
            Details { category, date: date.clone(), details, product_ids: product_ids.clone() }
        }));
        self.product_status.entry(status_word(status)).or_default().extend(product_ids);
    }
}

/// The category and the details of an action. The reader of CSAF puts the category in front of the text (`workaround: …`); otherwise the first
/// response in the text decides. Advice without either is a mitigation.
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
