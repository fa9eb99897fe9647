//! `mainstay verify`, `backup` and `export`: commands on the whole file.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::failure::Failure;
use super::{CommandResult, heads, open};
use crate::ops::{self, ProductFile, Verification};

/// Verifies the whole file.
pub fn verify(path: &Path, head: Option<(u64, String)>, json: bool) -> CommandResult {
    // Reports a file that is not a product file like every other command.
    let file = open::to_read(path)?;
    let remembered = head.or_else(|| heads::seen_of(&file));
    drop(file);
    let found = ProductFile::verify(path, remembered, &|_| true)?;
    let output = if json { verification_json(path, &found) } else { verification_words(&found) };
    if found.findings.is_empty() {
        return Ok(output);
    }
    let words = format!(
        "{} contradicts itself in {} places; keep it, and open a backup",
        path.display(),
        found.findings.len()
    );
    Err(Failure::integrity(words).after(output))
}

fn verification_words(found: &Verification) -> String {
    let (seq, digest) = &found.head;
    let mut output = format!(
        "{} events, {} records, {} signatures and {} attachments were checked\nLast event {seq}, SHA-256 {digest}\n",
        found.events, found.records, found.signatures, found.attachments
    );
    if found.findings.is_empty() {
        output.push_str("Everything matches\n");
    }
    for finding in &found.findings {
        let _ = writeln!(output, "{}: {}", finding.place, finding.what);
    }
    output
}

fn verification_json(path: &Path, found: &Verification) -> String {
    let findings: Vec<_> =
        found.findings.iter().map(|finding| json!({"place": finding.place, "what": finding.what})).collect();
    let value = json!({
        "format": 1, "path": path.display().to_string(), "events": found.events, "records": found.records,
        "signatures": found.signatures, "attachments": found.attachments,
        "head": {"seq": found.head.0, "digest": found.head.1}, "findings": findings,
    });
    format!("{value:#}\n")
}

/// Copies the file.
pub fn backup(path: &Path, out: &Path) -> CommandResult {
    drop(open::to_read(path)?);
    ProductFile::backup(path, out, &|_| true)?;
    let copy = out.display();
    Ok(format!(
        "Copied to {copy}\nThe copy was read back: SQLite finds no damage in it, and it ends with the same event. \
         The audit trail was not verified: run mainstay verify {copy}\n"
    ))
}

/// Exports everything as JSON.
pub fn export(path: &Path, out: &Path) -> CommandResult {
    let file = open::to_read(path)?;
    file.export(out, ops::now())?;
    Ok(format!("Wrote {}\n", out.display()))
}
