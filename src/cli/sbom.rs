//! `mainstay sbom inspect`, `convert` and `diff`.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::Said;
use super::advisories::{notes_words, pretty};
use super::args::{BillFormat, Sbom};
use super::failure::Failure;
use crate::base::note::Note;
use crate::ops;
use crate::soup::model::bill::Bill;
use crate::soup::model::component::{Component, Directness};
use crate::soup::model::diff::{BillDiff, Change};
use crate::soup::{self, BillSyntax, InspectedBill, Refused, compare_bills, convert_bill, inspect_bill};

/// Does what is asked of bills of materials.
pub fn sbom(what: Sbom) -> Said {
    match what {
        Sbom::Inspect { file, json } => {
            let inspected = inspect_bill(&file).map_err(not_taken)?;
            Ok(if json { inspected_json(&inspected) } else { inspected_words(&inspected) })
        }
        Sbom::Convert { file, to, out } => convert(&file, to, &out),
        Sbom::Diff { a, b, json } => {
            let difference = compare_bills(&a, &b).map_err(not_taken)?;
            Ok(if json { difference_json(&difference) } else { difference_words(&difference) })
        }
    }
}

fn convert(file: &Path, to: BillFormat, out: &Path) -> Said {
    let syntax = match to {
        BillFormat::Cyclonedx => BillSyntax::CycloneDx,
        BillFormat::Spdx => BillSyntax::Spdx,
    };
    let bill = convert_bill(file, syntax, out, &ops::stamp()).map_err(not_taken)?;
    Ok(format!("{} components written to {}\n", bill.components.len(), out.display()))
}

fn inspected_json(inspected: &InspectedBill) -> String {
    let bill = &inspected.bill;
    pretty(&json!({
        "format": 1, "sbom": soup::bill_head(inspected), "components": bill.components, "dependencies": bill.dependencies,
        "statements": bill.statements, "notes": bill.notes.notes, "more_notes": bill.notes.more,
        "not_understood": bill.notes.not_understood, "lint": inspected.lint,
    }))
}

fn inspected_words(inspected: &InspectedBill) -> String {
    let InspectedBill { bill, sha256, lint } = inspected;
    let mut said = format!("{}\nSHA-256 {sha256}\n", bill.format);
    let mut row = |what: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(said, "{what}  {value}");
        }
    };
    row("Serial", bill.serial.as_deref().unwrap_or_default());
    row("Made", bill.created.as_deref().unwrap_or_default());
    row("Authors", &bill.authors.join(", "));
    row("Tools", &bill.tools.join(", "));
    row("Product", &bill.subject.as_ref().map(Component::label).unwrap_or_default());
    said.push_str(&counts(bill));
    for component in &bill.components {
        let _ = writeln!(said, "  {}", component.register_line());
    }
    notes_words(&mut said, &bill.notes);
    list(&mut said, "Missing for IEC 62304 8.1.2 and the minimum elements", lint);
    said
}

fn counts(bill: &Bill) -> String {
    let direct = bill.components.iter().filter(|one| one.directness == Directness::Direct).count();
    format!(
        "{} components, {direct} direct; {} dependency lines; {} statements about vulnerabilities\n",
        bill.components.len(),
        bill.dependencies.len(),
        bill.statements.len()
    )
}

fn list(said: &mut String, title: &str, notes: &[Note]) {
    if notes.is_empty() {
        return;
    }
    let _ = writeln!(said, "\n{title}");
    for note in notes {
        let _ = writeln!(said, "  {}: {}", note.place, note.text);
    }
}

fn difference_json(difference: &BillDiff) -> String {
    pretty(&json!({
        "format": 1, "added": difference.added, "removed": difference.removed, "version_changed": difference.version_changed,
        "otherwise_changed": difference.otherwise_changed, "unchanged": difference.unchanged,
    }))
}

fn difference_words(difference: &BillDiff) -> String {
    let mut said = String::new();
    for (word, components) in [("Added", &difference.added), ("Removed", &difference.removed)] {
        for component in components {
            let _ = writeln!(said, "{word}  {}", component.label());
        }
    }
    changes(&mut said, "Version changed", &difference.version_changed);
    changes(&mut said, "Changed", &difference.otherwise_changed);
    let _ = writeln!(
        said,
        "{} added, {} removed, {} with another version, {} changed otherwise, {} unchanged",
        difference.added.len(),
        difference.removed.len(),
        difference.version_changed.len(),
        difference.otherwise_changed.len(),
        difference.unchanged
    );
    said
}

fn changes(said: &mut String, word: &str, changes: &[Change]) {
    for change in changes {
        let _ = writeln!(said, "{word}  {}", change.after.label());
        for field in &change.fields {
            let _ = writeln!(said, "  {}  {} → {}", field.field, empty(&field.before), empty(&field.after));
        }
    }
}

fn empty(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// A document that was not taken is a failure of the input, not a rule that refuses a person.
pub fn not_taken(refusal: Refused) -> Failure {
    match refusal {
        Refused::Rule(words) => Failure::failed(words),
        other @ Refused::Store(_) => other.into(),
    }
}
