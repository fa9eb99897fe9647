//! `mainstay verify`, `backup` and `export`: the whole file at once.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::failure::Failure;
use super::{Said, open};
use crate::ops::{self, ProductFile, Verification};

/// Checks the whole file.
pub fn verify(path: &Path, head: Option<(u64, String)>, json: bool) -> Said {
    // What is no product file is told in words, as everywhere. What is damaged is looked into.
    if let Err(failure) = open::to_read(path)
        && !failure.is_integrity()
    {
        return Err(failure);
    }
    let found = ProductFile::verify(path, head, &|_| true)?;
    let said = if json { verification_json(path, &found) } else { verification_words(&found) };
    if found.findings.is_empty() {
        return Ok(said);
    }
    let places = match found.findings.len() {
        1 => "one place".to_owned(),
        count => format!("{count} places"),
    };
    let words = format!("{} contradicts itself in {places}; keep it, and open a backup", path.display());
    Err(Failure::integrity(words).after(said))
}

fn verification_words(found: &Verification) -> String {
    let (seq, digest) = &found.head;
    let mut said = format!(
        "{} events, {} records, {} signatures and {} attachments were checked\nLast event {seq}, SHA-256 {digest}\n",
        found.events, found.records, found.signatures, found.attachments
    );
    if found.findings.is_empty() {
        said.push_str("Everything matches\n");
    }
    for finding in &found.findings {
        let _ = writeln!(said, "{}: {}", finding.place, finding.what);
    }
    said
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
pub fn backup(path: &Path, out: &Path) -> Said {
    drop(open::to_read(path)?);
    ProductFile::backup(path, out, &|_| true)?;
    Ok(format!("Copied to {}; the copy was read back and matches\n", out.display()))
}

/// Writes everything as JSON.
pub fn export(path: &Path, out: &Path) -> Said {
    let file = open::to_read(path)?;
    file.export(out, ops::now())?;
    Ok(format!("Wrote {}\n", out.display()))
}
