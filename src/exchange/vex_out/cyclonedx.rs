//! CycloneDX 1.6 JSON with `vulnerabilities`: what is affected stands among the components, so that every reference leads somewhere.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::soup::note::{Gravity, Notes};
use crate::domain::soup::vex::{Justification, Status, Subject};

use super::{Checked, DocumentMeta, filled, justification_word, put};

/// Name of the property that keeps a justification for which CycloneDX has no word of its own.
const JUSTIFICATION_PROPERTY: &str = "openvex:justification";

/// The document.
pub(super) fn document(meta: &DocumentMeta, statements: &[Checked<'_>], notes: &mut Notes) -> Value {
    let mut components = BTreeMap::new();
    for subject in statements.iter().flat_map(|checked| &checked.subjects) {
        if subject.id != meta.product.id {
            components.entry(subject.id.as_str()).or_insert_with(|| component(subject));
        }
    }
    let vulnerabilities: Vec<_> = statements.iter().map(|checked| vulnerability(checked, notes)).collect();
    let mut product = component(&meta.product);
    put(&mut product, "type", Some("application"));
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": meta.time,
            "authors": [{ "name": meta.author }],
            "tools": { "components": [{ "type": "application", "name": meta.tool.0, "version": meta.tool.1 }] },
            "component": product,
        },
        "vulnerabilities": vulnerabilities,
    });
    put(&mut document, "serialNumber", Some(meta.id.clone()).filter(|id| id.starts_with("urn:uuid:")));
    put(&mut document, "components", filled(components.into_values().collect()));
    document
}

fn component(subject: &Subject) -> Value {
    let name = subject.name.clone().unwrap_or_else(|| subject.id.clone());
    let mut component = json!({ "type": "library", "bom-ref": subject.id, "name": name });
    put(&mut component, "purl", subject.purl.clone());
    put(&mut component, "cpe", subject.cpe.clone());
    component
}

fn vulnerability(checked: &Checked<'_>, notes: &mut Notes) -> Value {
    let told = checked.told;
    let mut analysis = json!({ "state": state(checked.status) });
    put(&mut analysis, "justification", told.justification.map(nearest));
    put(&mut analysis, "detail", told.impact.clone());
    put(&mut analysis, "lastUpdated", told.at.clone());
    let affects: Vec<_> = checked.subjects.iter().map(|subject| affected(subject, notes)).collect();
    let mut vulnerability = json!({ "id": told.vulnerability, "analysis": analysis, "affects": affects });
    put(&mut vulnerability, "recommendation", told.action.clone());
    let aliases = super::openvex::unique(&told.aliases).into_iter().map(|id| {
        let source = id.split('-').next().unwrap_or(&id).to_owned();
        json!({ "id": id, "source": { "name": source } })
    });
    put(&mut vulnerability, "references", filled(aliases.collect()));
    if let Some(justification) = told.justification {
        let property = json!({ "name": JUSTIFICATION_PROPERTY, "value": justification_word(justification) });
        put(&mut vulnerability, "properties", Some(vec![property]));
    }
    vulnerability
}

fn affected(subject: &Subject, notes: &mut Notes) -> Value {
    let mut affected = json!({ "ref": subject.id });
    let versions = super::openvex::unique(&subject.versions).into_iter().map(|version| {
        let kind = if version.starts_with("vers:") { "range" } else { "version" };
        json!({ kind: version, "status": "affected" })
    });
    put(&mut affected, "versions", filled(versions.collect()));
    if !subject.subcomponents.is_empty() {
        let text = "CycloneDX does not tell in which part of a component a vulnerability sits: left out";
        notes.add(Gravity::Warning, subject.id.clone(), text);
    }
    affected
}

fn state(status: Status) -> &'static str {
    match status {
        Status::NotAffected => "not_affected",
        Status::Affected => "exploitable",
        Status::Fixed => "resolved",
        Status::UnderInvestigation => "in_triage",
    }
}

/// CycloneDX's nearest word; the exact one stands in a property.
fn nearest(justification: Justification) -> &'static str {
    match justification {
        Justification::ComponentNotPresent | Justification::VulnerableCodeNotPresent => "code_not_present",
        Justification::VulnerableCodeNotInExecutePath => "code_not_reachable",
        Justification::VulnerableCodeCannotBeControlledByAdversary => "requires_environment",
        Justification::InlineMitigationsAlreadyExist => "protected_by_mitigating_control",
    }
}
