//! Writes OpenVEX 0.2.0.
//!
//! Texts go where OpenVEX and its reference implementation allow them: the impact statement with "not affected", the action statement with
//! "affected", any other text in `status_notes`.

use serde::Serialize;

use super::{Named, Products, is_iri, justification_word, to_json};
use crate::model::cpe::Cpe;
use crate::model::vex::{Statement, Status, Subject};
use crate::model::vex_document::{Refusals, Unwritable, VexDocument, non_blank};

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@id")]
    id: &'a str,
    author: &'a str,
    role: &'static str,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated: Option<String>,
    version: usize,
    tooling: String,
    statements: Vec<WrittenStatement<'a>>,
}

#[derive(Serialize)]
struct WrittenStatement<'a> {
    vulnerability: Vulnerability<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    products: Vec<Product<'a>>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact_statement: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<&'a str>,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'a str>,
}

#[derive(Serialize)]
struct Product<'a> {
    #[serde(rename = "@id", skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifiers: Option<Identifiers<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subcomponents: Vec<Self>,
}

#[derive(Serialize)]
struct Identifiers<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe22: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe23: Option<&'a str>,
}

/// Writes a document as OpenVEX 0.2.0.
///
/// Refuses, in addition to [`VexDocument::refusals`]: an identifier of the document that is not an IRI, identifiers of products that are neither
/// IRI nor CPE name (a package URL is an IRI), and products limited to versions.
pub fn openvex_0_2(document: &VexDocument) -> Result<String, Unwritable> {
    document.refusals().done()?;
    let mut refusals = Refusals::default();
    if !is_iri(&document.id) {
        refusals.add(
            "document",
            format!("its identifier `{}` is not an IRI, which OpenVEX requires", document.id),
        );
    }
    let products = Products::of(document);
    let mut statements = Vec::new();
    for (index, statement) in document.statements.iter().enumerate() {
        let mut writer = Writer { products: &products, place: statement.place_in_document(index), refusals };
        statements.extend(writer.statement(document, statement));
        refusals = writer.refusals;
    }
    refusals.done()?;
    to_json(&Document {
        context: "https://openvex.dev/ns/v0.2.0",
        id: &document.id,
        author: &document.author.name,
        role: document.author.role.word(),
        timestamp: document.first_released().map(|at| at.to_string()).unwrap_or_default(),
        last_updated: document.released().filter(|_| document.revisions.len() > 1).map(|at| at.to_string()),
        version: document.revisions.len(),
        tooling: format!("{} {}", document.tool.name, document.tool.version).trim().to_owned(),
        statements,
    })
}

struct Writer<'w, 'a> {
    products: &'w Products<'a>,
    place: String,
    refusals: Refusals,
}

impl<'a> Writer<'_, 'a> {
    /// The statement; `None` if its status is not known, which has been refused already.
    fn statement(
        &mut self,
        document: &'a VexDocument,
        statement: &'a Statement,
    ) -> Option<WrittenStatement<'a>> {
        let status = statement.status?;
        let (impact, action) = (non_blank(statement.impact.as_ref()), non_blank(statement.action.as_ref()));
        let (of_impact, impact_note) =
            if status == Status::NotAffected { (impact, None) } else { (None, impact) };
        let (of_action, action_note) =
            if status == Status::Affected { (action, None) } else { (None, action) };
        let notes: Vec<&str> = impact_note.into_iter().chain(action_note).collect();
        Some(WrittenStatement {
            vulnerability: Vulnerability {
                name: &statement.vulnerability,
                description: non_blank(document.descriptions.get(&statement.vulnerability)),
                aliases: once_each(&statement.aliases),
            },
            // A statement without a date gets that of the document, because receivers look for one on each statement.
            timestamp: statement.at.clone().or_else(|| document.released().map(|at| at.to_string())),
            products: statement.subjects.iter().filter_map(|subject| self.product(subject)).collect(),
            status: status_word(status),
            status_notes: (!notes.is_empty()).then(|| notes.join("\n")),
            justification: statement.justification.map(justification_word),
            impact_statement: of_impact,
            action_statement: of_action,
        })
    }

    fn product(&mut self, subject: &'a Subject) -> Option<Product<'a>> {
        if !subject.versions.is_empty() {
            let reason = format!(
                "`{}` is limited to some versions, which OpenVEX cannot express; name a product for each version",
                subject.id
            );
            self.refusals.add(&self.place, reason);
        }
        let mut product = self.named(self.products.subject(subject))?;
        let parts = subject.subcomponents.iter();
        product.subcomponents = parts.filter_map(|part| self.named(self.products.part(part))).collect();
        Some(product)
    }

    /// A product with its IRI and other identifiers. A CPE name with characters that an IRI must not contain is its only identifier.
    fn named(&mut self, named: Named<'a>) -> Option<Product<'a>> {
        let id = Some(named.id).filter(|id| is_iri(id));
        if id.is_none() && !(named.cpe == Some(named.id) && Cpe::parse(named.id).is_ok()) {
            let reason = format!(
                "`{}` is not an IRI, which OpenVEX requires; name the product by its package URL",
                named.id
            );
            self.refusals.add(&self.place, reason);
            return None;
        }
        let cpe = named.cpe.filter(|cpe| Some(*cpe) != id);
        let purl = named.purl.filter(|purl| Some(*purl) != id);
        let (cpe23, cpe22) = cpe.map_or((None, None), |cpe| {
            if cpe.starts_with("cpe:2.3:") { (Some(cpe), None) } else { (None, Some(cpe)) }
        });
        let identifiers = (purl.is_some() || cpe.is_some()).then_some(Identifiers { purl, cpe22, cpe23 });
        Some(Product { id, identifiers, subcomponents: Vec::new() })
    }
}

fn once_each(names: &[String]) -> Vec<&str> {
    let mut once: Vec<&str> = Vec::new();
    for name in names.iter().filter(|name| !name.trim().is_empty()) {
        if !once.contains(&name.as_str()) {
            once.push(name);
        }
    }
    once
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::NotAffected => "not_affected",
        Status::Affected => "affected",
        Status::Fixed => "fixed",
        Status::UnderInvestigation => "under_investigation",
    }
}
