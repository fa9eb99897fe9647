//! OpenVEX 0.2.0.

use serde_json::{Value, json};

use crate::domain::soup::note::{Gravity, Notes};
use crate::domain::soup::vex::{Status, Subject};

use super::{Checked, DocumentMeta, filled, justification_word, put};

/// The document.
pub(super) fn document(meta: &DocumentMeta, statements: &[Checked<'_>], notes: &mut Notes) -> Value {
    let statements: Vec<_> = statements.iter().map(|checked| statement(checked, notes)).collect();
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": meta.id,
        "author": meta.author,
        "timestamp": meta.time,
        "version": 1,
        "tooling": format!("{} {}", meta.tool.0, meta.tool.1),
        "statements": statements,
    })
}

fn statement(checked: &Checked<'_>, notes: &mut Notes) -> Value {
    let told = checked.told;
    let mut vulnerability = json!({ "name": told.vulnerability });
    put(&mut vulnerability, "aliases", filled(unique(&told.aliases)));
    let products: Vec<_> = checked.subjects.iter().map(|subject| product(subject, notes)).collect();
    let mut statement = json!({
        "vulnerability": vulnerability,
        "products": products,
        "status": word(checked.status),
    });
    put(&mut statement, "justification", told.justification.map(justification_word));
    put(&mut statement, "impact_statement", told.impact.clone());
    put(&mut statement, "action_statement", told.action.clone());
    put(&mut statement, "timestamp", told.at.clone());
    statement
}

fn product(subject: &Subject, notes: &mut Notes) -> Value {
    let mut product = json!({ "@id": subject.id });
    let mut identifiers = json!({});
    put(&mut identifiers, "purl", subject.purl.clone());
    let kind =
        if subject.cpe.as_deref().is_some_and(|cpe| cpe.starts_with("cpe:/")) { "cpe22" } else { "cpe23" };
    put(&mut identifiers, kind, subject.cpe.clone());
    if subject.purl.is_some() || subject.cpe.is_some() {
        put(&mut product, "identifiers", Some(identifiers));
    }
    let parts = unique(&subject.subcomponents).into_iter().map(|id| json!({ "@id": id })).collect();
    put(&mut product, "subcomponents", filled(parts));
    if !subject.versions.is_empty() {
        let text = "OpenVEX knows no version ranges: put the version into the product's package URL";
        notes.add(Gravity::Warning, subject.id.clone(), text);
    }
    product
}

/// Each text once, in order: the schema allows no item twice.
pub(super) fn unique(texts: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.contains(text) {
            found.push(text.clone());
        }
    }
    found
}

fn word(status: Status) -> &'static str {
    match status {
        Status::NotAffected => "not_affected",
        Status::Affected => "affected",
        Status::Fixed => "fixed",
        Status::UnderInvestigation => "under_investigation",
    }
}
