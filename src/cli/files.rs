//! `mainstay verify`, `backup` and `export`: commands on the whole file.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::failure::Failure;
use super::{CommandResult, heads, open};
use crate::base::fresh_file::FreshFile;
use crate::domain::continuation::Continued;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::counted;
use crate::ops::{self, Discrepancy, EventHead, ProductFile, Refused, Verification};

/// Verifies a temporary copy of the file, in which an interrupted write is taken back.
pub fn verify_a_copy(path: &Path, head: Option<EventHead>, json: bool) -> CommandResult {
    let copy = ops::ScratchCopy::of(path)?;
    if copy.took_back_a_write() {
        eprintln!("mainstay: the last write was interrupted; it was taken back in the copy that is verified");
    }
    verify(copy.path(), path, head, json)
}

/// Verifies the whole file at `path`, and calls it `named`.
pub fn verify(path: &Path, named: &Path, head: Option<EventHead>, json: bool) -> CommandResult {
    // A file that is not a product file is reported like by every other command. A damaged one is examined.
    // A head that is given is compared here: a wrong one does not say that the file is damaged.
    let mut continued = Continued::default();
    let (missing, remembered) = match open::to_read(path) {
        Ok(file) => {
            continued = file.continued()?;
            match &head {
                Some(head) => (absent(&file, head)?, None),
                None => (None, heads::seen_of(&file)),
            }
        }
        Err(failure) if failure.is_integrity() => (None, head.clone().map(|head| (head.seq, head.digest))),
        Err(failure) => return Err(with_copy(path, failure)),
    };
    let mut found = ProductFile::verify(path, remembered, &|_| true)?;
    let damaged = found.findings.len();
    found.findings.extend(missing.clone());
    let mut output = if json {
        verification_json(named, &found, &continued)
    } else {
        verification_words(&found, &continued)
    };
    if let (Some(head), None, 0, false) = (&head, &missing, damaged, json) {
        let _ = writeln!(output, "Event {} is the one given", head.seq);
    }
    let words = match (damaged, missing) {
        (0, None) => return Ok(output),
        (0, Some(missing)) => format!(
            "{} of {} {}: this is another file or an older copy, or the head was mistyped",
            missing.place,
            named.display(),
            missing.what
        ),
        (places, _) => format!(
            "{} contradicts itself in {}; keep it, and open a backup",
            named.display(),
            counted(places, "place")
        ),
    };
    Err(Failure::integrity(words).after(output))
}

/// What helps where a write was interrupted and cannot be taken back in its place.
fn with_copy(path: &Path, failure: Failure) -> Failure {
    if !ops::has_journal(path) {
        return failure;
    }
    let words = format!("{}; if you may not write there, use `mainstay verify --copy`", failure.words);
    Failure { words, ..failure }
}

/// What does not match if a file does not have the event that is given by number and digest.
fn absent(file: &ProductFile, head: &EventHead) -> Result<Option<Discrepancy>, Failure> {
    let mut what = match file.event_digest(head.seq)? {
        Some(known) if head.is(head.seq, &known) => return Ok(None),
        Some(_) => "is not the one given".to_owned(),
        None => format!("is not there; the file ends at event {}", file.head().seq),
    };
    if let Some(by) = file.continued()?.without(head) {
        let _ = write!(what, "; event {by} continues the file from a restored copy without it");
    }
    Ok(Some(Discrepancy { place: format!("event {}", head.seq), what }))
}

fn verification_words(found: &Verification, continued: &Continued) -> String {
    let (seq, digest) = &found.head;
    let mut output = format!(
        "Checked {}, {}, {} and {}\nLast event {seq}, SHA-256 {digest}\n",
        counted(found.events, "event"),
        counted(found.records, "record"),
        counted(found.signatures, "signature"),
        counted(found.attachments, "attachment")
    );
    if let Some((seq, at)) = found.last_stamped {
        let stamps = counted(found.time_stamps, "trusted time stamp");
        let _ = writeln!(output, "{stamps}; the last one proves that event {seq} existed at {}", at.words());
    }
    if let Some((seq, seconds)) = found.clock_ahead {
        let _ = writeln!(
            output,
            "Note: event {seq} is dated {seconds} seconds after the time that a time stamp proves for it; the clock was ahead"
        );
    }
    for (seq, said) in continued.iter() {
        let lost = said.lost.as_ref().map_or_else(String::new, |lost| format!(" without event {}", lost.seq));
        let _ = writeln!(output, "Event {seq} continues the file from a restored copy{lost}");
    }
    if found.findings.is_empty() {
        output.push_str("Everything matches\n");
    }
    for finding in &found.findings {
        let _ = writeln!(output, "{}: {}", finding.place, finding.what);
    }
    output
}

fn verification_json(path: &Path, found: &Verification, continued: &Continued) -> String {
    let findings: Vec<_> =
        found.findings.iter().map(|finding| json!({"place": finding.place, "what": finding.what})).collect();
    let continued: Vec<_> = continued
        .iter()
        .map(|(seq, said)| json!({"event": seq, "lost": said.lost, "next": said.next, "next_packet": said.next_packet}))
        .collect();
    let value = json!({
        "format": 1, "path": path.display().to_string(), "events": found.events, "records": found.records,
        "signatures": found.signatures, "attachments": found.attachments,
        "head": {"seq": found.head.0, "digest": found.head.1}, "findings": findings,
        "continued": continued,
        "time_stamps": {"count": found.time_stamps, "clock_ahead": found.clock_ahead.map(|(event, seconds)| json!({"event": event, "seconds": seconds})),
            "last": found.last_stamped.map(|(event, at)| json!({"event": event, "time": at}))},
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

/// Exports the bytes of one attachment.
pub fn export_attachment(path: &Path, id: &str, out: &Path) -> CommandResult {
    let id: RecordId = id.parse().map_err(Failure::usage)?;
    if id.kind != Kind::Attachment {
        return Err(Failure::usage(format!("{id} is not an attachment; write a number such as AT-0001")));
    }
    let file = open::to_read(path)?;
    let attachment = file.record(id)?;
    let target = FreshFile::new(out, Some(path)).map_err(Refused::from)?;
    file.write_attachment(&attachment, target, &|_| true)?.persist().map_err(Refused::from)?;
    Ok(format!("Wrote {}\n", out.display()))
}

/// Writes bytes that were made of a product file to a new file beside it, or elsewhere.
pub fn write_new(out: &Path, file: &Path, bytes: &[u8]) -> CommandResult {
    let mut target = FreshFile::new(out, Some(file)).map_err(Refused::from)?;
    target.put(bytes).map_err(Refused::from)?;
    target.persist().map_err(Refused::from)?;
    Ok(format!("Wrote {}\n", out.display()))
}
