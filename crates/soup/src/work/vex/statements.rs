//! Reads a file of statements, in JSON or RON with the same fields. docs/command-line.md describes the fields; they must not change.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::tool;
use crate::formats::json_text;
use crate::model::component::{Component, ComponentKind};
use crate::model::vex::{Justification, Statement, Status, Subject};
use crate::model::vex_document::{Author, Revision, Role, TrackingStatus, VexDocument};
use mainstay_base::time::Moment;

/// Number of the file format; it grows when a field changes its meaning.
const FORM: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    id: String,
    #[serde(default)]
    title: String,
    author: Issuer,
    #[serde(default)]
    status: TrackingStatus,
    revisions: Vec<Released>,
    products: Vec<Product>,
    #[serde(default)]
    about: Option<String>,
    #[serde(default)]
    descriptions: BTreeMap<String, String>,
    statements: Vec<StatementEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Issuer {
    name: String,
    #[serde(default)]
    role: Role,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    contact: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Released {
    at: Moment,
    summary: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    reference: String,
    name: String,
    #[serde(default)]
    group: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    supplier: Option<String>,
    #[serde(default = "application")]
    kind: ComponentKind,
    #[serde(default)]
    purl: Option<String>,
    #[serde(default)]
    cpe: Option<String>,
}

fn application() -> ComponentKind {
    ComponentKind::Application
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementEntry {
    vulnerability: String,
    #[serde(default)]
    aliases: Vec<String>,
    products: Vec<String>,
    #[serde(default)]
    parts: Vec<String>,
    #[serde(default)]
    versions: Vec<String>,
    status: Status,
    #[serde(default)]
    justification: Option<Justification>,
    #[serde(default)]
    impact: Option<String>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    at: Option<String>,
}

/// Reads the file as JSON; an error names the place.
pub(super) fn of_json(text: &str) -> Result<VexDocument, String> {
    let file: File = json_text::parse(text.as_bytes()).map_err(|refused| refused.to_string())?;
    document(file)
}

/// Reads the file as RON, in which `Some(…)` may be left out; an error names line and column.
pub(super) fn of_ron(text: &str) -> Result<VexDocument, String> {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    let file: File = options.from_str(text).map_err(|error| {
        format!("neither the output of `scan --json` nor a file of statements in JSON or RON: {error}")
    })?;
    document(file)
}

fn document(file: File) -> Result<VexDocument, String> {
    if file.format != FORM {
        return Err(format!("format {} is not known; this program reads format {FORM}", file.format));
    }
    let Issuer { name, role, namespace, contact } = file.author;
    Ok(VexDocument {
        id: file.id,
        title: file.title,
        author: Author { name, role, namespace, contact },
        status: file.status,
        revisions: file
            .revisions
            .into_iter()
            .map(|revision| Revision { at: revision.at, summary: revision.summary })
            .collect(),
        tool: tool(),
        products: file.products.into_iter().map(component).collect(),
        about: file.about,
        descriptions: file.descriptions,
        statements: file.statements.into_iter().map(statement).collect(),
    })
}

fn component(product: Product) -> Component {
    Component {
        reference: product.reference,
        name: product.name,
        group: product.group,
        version: product.version,
        supplier: product.supplier,
        kind: product.kind,
        purls: product.purl.into_iter().collect(),
        cpes: product.cpe.into_iter().collect(),
        ..Component::default()
    }
}

fn statement(entry: StatementEntry) -> Statement {
    let subject = |id: String| Subject {
        id,
        subcomponents: entry.parts.clone(),
        versions: entry.versions.clone(),
        ..Subject::default()
    };
    Statement {
        vulnerability: entry.vulnerability,
        aliases: entry.aliases,
        subjects: entry.products.into_iter().map(subject).collect(),
        status: Some(entry.status),
        justification: entry.justification,
        impact: entry.impact,
        action: entry.action,
        own_words: None,
        at: entry.at,
        place: String::new(),
    }
}
