//! `mainstay verify`, `backup` and `export`: commands on the whole file.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::failure::Failure;
use super::words::counted;
use super::{CommandResult, heads, open};
use crate::ops::{self, Discrepancy, ProductFile, Verification};

/// Verifies the whole file.
pub fn verify(path: &Path, head: Option<(u64, String)>, json: bool) -> CommandResult {
    // A file that is not a product file is reported like by every other command. A damaged one is examined.
    // A head that is given is compared here: a wrong one does not say that the file is damaged.
    let (missing, remembered) = match open::to_read(path) {
        Ok(file) => match &head {
            Some(head) => (absent(&file, head)?, None),
            None => (None, heads::seen_of(&file)),
        },
        Err(failure) if failure.is_integrity() => (None, head.clone()),
        Err(failure) => return Err(failure),
    };
    let mut found = ProductFile::verify(path, remembered, &|_| true)?;
    let damaged = found.findings.len();
    found.findings.extend(missing.clone());
    let mut output = if json { verification_json(path, &found) } else { verification_words(&found) };
    if let (Some((seq, _)), None, 0, false) = (&head, &missing, damaged, json) {
        let _ = writeln!(output, "Event {seq} is the one given");
    }
    let words = match (damaged, missing) {
        (0, None) => return Ok(output),
        (0, Some(missing)) => format!(
            "{} of {} {}: this is another file or an older copy, or the head was mistyped",
            missing.place,
            path.display(),
            missing.what
        ),
        (places, _) => format!(
            "{} contradicts itself in {}; keep it, and open a backup",
            path.display(),
            counted(places, "place")
        ),
    };
    Err(Failure::integrity(words).after(output))
}

/// What does not match if a file does not have the event that is given by number and digest.
fn absent(file: &ProductFile, (seq, digest): &(u64, String)) -> Result<Option<Discrepancy>, Failure> {
    let what = match file.event_digest(*seq)? {
        Some(known) if known.starts_with(digest.as_str()) => return Ok(None),
        Some(_) => "is not the one given".to_owned(),
        None => format!("is not there; the file ends at event {}", file.head().seq),
    };
    Ok(Some(Discrepancy { place: format!("event {seq}"), what }))
}

fn verification_words(found: &Verification) -> String {
    let (seq, digest) = &found.head;
    let mut output = format!(
        "Checked {}, {}, {} and {}\nLast event {seq}, SHA-256 {digest}\n",
        counted(found.events, "event"),
        counted(found.records, "record"),
        counted(found.signatures, "signature"),
        counted(found.attachments, "attachment")
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
