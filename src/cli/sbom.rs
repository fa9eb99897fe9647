//! `mainstay sbom inspect`, `convert` and `diff`.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::CommandResult;
use super::advisories::{notes_words, pretty};
use super::args::{BillFormat, Sbom};
use super::failure::Failure;
use crate::base::note::Note;
use crate::domain::text::counted;
use crate::ops;
use crate::soup::model::bill::Bill;
use crate::soup::model::component::{Component, Directness};
use crate::soup::model::diff::{BillDiff, Change};
use crate::soup::{self, BillSyntax, InspectedBill, Refused, compare_bills, convert_bill, inspect_bill};

/// Runs a command on bills of materials.
pub fn sbom(what: Sbom) -> CommandResult {
    match what {
        Sbom::Inspect { file, json } => {
            let inspected = inspect_bill(&file).map_err(input_failure)?;
            Ok(if json { inspected_json(&inspected) } else { inspected_words(&inspected) })
        }
        Sbom::Convert { file, to, out } => convert(&file, to, &out),
        Sbom::Diff { a, b, json } => {
            let difference = compare_bills(&a, &b).map_err(input_failure)?;
            Ok(if json { difference_json(&difference) } else { difference_words(&difference) })
        }
    }
}

fn convert(file: &Path, to: BillFormat, out: &Path) -> CommandResult {
    let syntax = match to {
        BillFormat::Cyclonedx => BillSyntax::CycloneDx,
        BillFormat::Spdx => BillSyntax::Spdx,
    };
    let bill = convert_bill(file, syntax, out, &ops::stamp()).map_err(input_failure)?;
    Ok(format!("{} written to {}\n", counted(bill.components.len(), "component"), out.display()))
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
    let mut output = format!("{}\nSHA-256 {sha256}\n", bill.format);
    let mut row = |what: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(output, "{what}  {value}");
        }
    };
    row("Serial", bill.serial.as_deref().unwrap_or_default());
    row("Made", bill.created.as_deref().unwrap_or_default());
    row("Authors", &bill.authors.join(", "));
    row("Tools", &bill.tools.join(", "));
    row("Product", &bill.subject.as_ref().map(Component::label).unwrap_or_default());
    output.push_str(&counts(bill));
    for component in &bill.components {
        let _ = writeln!(output, "  {}", component.register_line());
    }
    notes_words(&mut output, &bill.notes);
    list(&mut output, "Missing for IEC 62304 8.1.2 and the minimum elements", lint);
    output
}

fn counts(bill: &Bill) -> String {
    let direct = bill.components.iter().filter(|one| one.directness == Directness::Direct).count();
    format!(
        "{}, {direct} direct; {}; {} about vulnerabilities\n",
        counted(bill.components.len(), "component"),
        counted(bill.dependencies.len(), "dependency line"),
        counted(bill.statements.len(), "statement")
    )
}

fn list(output: &mut String, title: &str, notes: &[Note]) {
    if notes.is_empty() {
        return;
    }
    let _ = writeln!(output, "\n{title}");
    for note in notes {
        let _ = writeln!(output, "  {}: {}", note.place, note.text);
    }
}

fn difference_json(difference: &BillDiff) -> String {
    pretty(&json!({
        "format": 1, "added": difference.added, "removed": difference.removed, "version_changed": difference.version_changed,
        "otherwise_changed": difference.otherwise_changed, "unchanged": difference.unchanged,
    }))
}

fn difference_words(difference: &BillDiff) -> String {
    let mut output = String::new();
    for (word, components) in [("Added", &difference.added), ("Removed", &difference.removed)] {
        for component in components {
            let _ = writeln!(output, "{word}  {}", component.label());
        }
    }
    changes(&mut output, "Version changed", &difference.version_changed);
    changes(&mut output, "Changed", &difference.otherwise_changed);
    let _ = writeln!(
        output,
        "{} added, {} removed, {} with another version, {} changed otherwise, {} unchanged",
        difference.added.len(),
        difference.removed.len(),
        difference.version_changed.len(),
        difference.otherwise_changed.len(),
        difference.unchanged
    );
    output
}

fn changes(output: &mut String, word: &str, changes: &[Change]) {
    for change in changes {
        let _ = writeln!(output, "{word}  {}", change.after.label());
        for field in &change.fields {
            let _ = writeln!(output, "  {}  {} → {}", field.field, empty(&field.before), empty(&field.after));
        }
    }
}

fn empty(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}

/// A document that cannot be read is a failure of the input, not a refusal by a rule.
pub fn input_failure(refusal: Refused) -> Failure {
    match refusal {
        Refused::Rule(words) => Failure::failed(words),
        other @ Refused::Store(_) => other.into(),
    }
}
