//! CSAF 2.0, profile 5 (VEX): one item for each vulnerability, products in the product tree, reasons as flags, threats and remediations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::soup::note::{Gravity, Notes};
use crate::domain::soup::vex::{Status, Subject};

use super::{Checked, DocumentMeta, filled, justification_word, put};

/// Categories of remediations that our action texts begin with; other actions are mitigations.
const CATEGORIES: [(&str, &str); 5] = [
    ("workaround: ", "workaround"),
    ("none available: ", "none_available"),
    ("no fix planned: ", "no_fix_planned"),
    ("fix planned: ", "fix_planned"),
    ("optional patch: ", "optional_patch"),
];

/// The document.
pub(super) fn document(meta: &DocumentMeta, statements: &[Checked<'_>], notes: &mut Notes) -> Value {
    let mut products = BTreeMap::new();
    let mut by_vulnerability: BTreeMap<&str, Vec<&Checked<'_>>> = BTreeMap::new();
    for checked in statements {
        by_vulnerability.entry(&checked.told.vulnerability).or_default().push(checked);
        for subject in &checked.subjects {
            products.entry(subject.id.as_str()).or_insert_with(|| full_name(subject, notes));
        }
        if checked.told.at.as_ref().is_some_and(|at| *at != meta.time) {
            let text = "CSAF keeps one date for all: that of the document";
            notes.add(Gravity::Info, checked.told.vulnerability.clone(), text);
        }
    }
    let vulnerabilities: Vec<_> = by_vulnerability.values().map(|checked| vulnerability(checked)).collect();
    json!({
        "document": head(meta),
        "product_tree": { "full_product_names": products.into_values().collect::<Vec<_>>() },
        "vulnerabilities": vulnerabilities,
    })
}

fn head(meta: &DocumentMeta) -> Value {
    json!({
        "category": "csaf_vex",
        "csaf_version": "2.0",
        "title": meta.title,
        "publisher": { "category": "vendor", "name": meta.author, "namespace": meta.namespace },
        "tracking": {
            "id": meta.id,
            "status": "final",
            "version": "1",
            "initial_release_date": meta.time,
            "current_release_date": meta.time,
            "generator": { "engine": { "name": meta.tool.0, "version": meta.tool.1 } },
            "revision_history": [{ "date": meta.time, "number": "1", "summary": "First issue" }],
        },
    })
}

fn full_name(subject: &Subject, notes: &mut Notes) -> Value {
    let name = subject.name.clone().unwrap_or_else(|| subject.id.clone());
    let mut product = json!({ "product_id": subject.id, "name": name });
    let mut helper = json!({});
    put(&mut helper, "purl", subject.purl.clone());
    put(&mut helper, "cpe", subject.cpe.clone());
    if subject.purl.is_some() || subject.cpe.is_some() {
        put(&mut product, "product_identification_helper", Some(helper));
    }
    if !(subject.subcomponents.is_empty() && subject.versions.is_empty()) {
        let text = "parts and version ranges of a product are left out: name the product with its version";
        notes.add(Gravity::Warning, subject.id.clone(), text);
    }
    product
}

/// All statements about one vulnerability as one item, as the standard demands (6.1.23).
fn vulnerability(statements: &[&Checked<'_>]) -> Value {
    let mut status: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let (mut flags, mut threats, mut remediations, mut ids) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut name = String::new();
    for checked in statements {
        let products: Vec<&str> = checked.subjects.iter().map(|subject| subject.id.as_str()).collect();
        status.entry(word(checked.status)).or_default().extend(&products);
        let told = checked.told;
        name.clone_from(&told.vulnerability);
        ids.extend(told.aliases.iter().cloned());
        if let Some(justification) = told.justification {
            flags.push(json!({ "label": justification_word(justification), "product_ids": products }));
        }
        if let Some(impact) = &told.impact {
            threats.push(json!({ "category": "impact", "details": impact, "product_ids": products }));
        }
        if let Some(action) = &told.action {
            let (category, details) = remediation(action);
            remediations.push(json!({ "category": category, "details": details, "product_ids": products }));
        }
    }
    let text = format!("The status of products with regard to {name}");
    let mut item = json!({
        "notes": [{ "category": "summary", "text": text, "title": "Statement" }],
        "product_status": status,
    });
    if is_cve(&name) {
        put(&mut item, "cve", Some(name));
    } else {
        ids.insert(0, name);
    }
    let ids = super::openvex::unique(&ids);
    put(
        &mut item,
        "ids",
        filled(ids.iter().map(|id| json!({ "system_name": system(id), "text": id })).collect()),
    );
    put(&mut item, "flags", filled(flags));
    put(&mut item, "threats", filled(threats));
    put(&mut item, "remediations", filled(remediations));
    item
}

fn remediation(action: &str) -> (&'static str, &str) {
    let told =
        CATEGORIES.iter().find_map(|(prefix, category)| Some((*category, action.strip_prefix(prefix)?)));
    told.filter(|(_, details)| !details.is_empty()).unwrap_or(("mitigation", action))
}

/// The identifier's form as the standard has it: `CVE-`, four digits, four or more.
fn is_cve(id: &str) -> bool {
    let mut parts = id.split('-');
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next() == Some("CVE")
        && parts.next().is_some_and(|year| year.len() == 4 && digits(year))
        && parts.next().is_some_and(|number| number.len() >= 4 && digits(number))
        && parts.next().is_none()
}

/// Who numbers so: the part of the identifier before its first hyphen.
fn system(id: &str) -> &str {
    id.split('-').next().filter(|system| !system.is_empty()).unwrap_or(id)
}

fn word(status: Status) -> &'static str {
    match status {
        Status::NotAffected => "known_not_affected",
        Status::Affected => "known_affected",
        Status::Fixed => "fixed",
        Status::UnderInvestigation => "under_investigation",
    }
}
