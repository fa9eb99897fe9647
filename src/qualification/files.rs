//! Checks of files: creating, locking, verifying, backing up, exporting, and refusing what is no product file.

use std::fs;

use super::desk::{Room, holds, refused, words};
use super::{Check, Seen};
use crate::domain::product::{Market, SafetyClass};
use crate::domain::time::Moment;
use crate::ops::{
    self, FirstPerson, NewFile, NewProduct, Opened, Password, ProductFile, WhyReadOnly, default_policy,
};

/// The checks, in order.
pub const CHECKS: &[Check] = &[
    Check {
        id: "OQ-01",
        requirement: "A product file is created and verifies",
        clause: "21 CFR 11.10(a), IEC 62304 6.1",
        done: "Created a file with its first person and verified it",
        expected: "No finding, and a recovery code",
        run: create,
    },
    Check {
        id: "OQ-02",
        requirement: "An intact file verifies as a whole",
        clause: "21 CFR 11.10(a), (e)",
        done: "Wrote the example product with a year of records and verified it",
        expected: "Every event, record, signature and attachment matches",
        run: verifies,
    },
    Check {
        id: "OQ-03",
        requirement: "An existing file is never replaced",
        clause: "21 CFR 11.10(c)",
        done: "Asked to create a file where another one is",
        expected: "Refused, and the other file has the same bytes",
        run: not_replaced,
    },
    Check {
        id: "OQ-04",
        requirement: "A weak password is refused",
        clause: "21 CFR 11.300",
        done: "Asked to create a file with the password “password1”",
        expected: "Refused, and no file is left",
        run: weak_password,
    },
    Check {
        id: "OQ-05",
        requirement: "A change outside the program is found",
        clause: "21 CFR 11.10(a), (e)",
        done: "Changed one byte in copies of the file: in an event, in a record, in an attached file, and verified each",
        expected: "Each change is found",
        run: changed_byte,
    },
    Check {
        id: "OQ-06",
        requirement: "A backup is complete and can be opened",
        clause: "21 CFR 11.10(c), ISO 13485 4.2.5",
        done: "Backed up the open file, opened and verified the copy",
        expected: "The same last event, no finding",
        run: backup,
    },
    Check {
        id: "OQ-07",
        requirement: "A backup replaces no file",
        clause: "21 CFR 11.10(c)",
        done: "Asked for a backup where a file is",
        expected: "Refused, and that file has the same bytes",
        run: backup_over,
    },
    Check {
        id: "OQ-08",
        requirement: "Only one person writes at a time",
        clause: "21 CFR 11.10(d)",
        done: "Opened a file to write while another one had it open to write",
        expected: "The second one may only read, and is told who writes",
        run: second_writer,
    },
    Check {
        id: "OQ-09",
        requirement: "What is no product file is refused and stays as it is",
        clause: "21 CFR 11.10(a)",
        done: "Opened a text file of the name of a product file",
        expected: "Not opened, and the same bytes",
        run: no_product_file,
    },
    Check {
        id: "OQ-10",
        requirement: "A complete copy in an open format can be made",
        clause: "21 CFR 11.10(b)",
        done: "Exported the file as JSON and counted its events",
        expected: "As many events as the file has",
        run: export,
    },
];

fn new_file() -> NewFile {
    NewFile {
        product: NewProduct {
            name: "Self-test".to_owned(),
            manufacturer: "Self-test".to_owned(),
            class: SafetyClass::C,
            class_rationale: "A self-test".to_owned(),
            markets: vec![Market::Eu, Market::Us],
        },
        person: FirstPerson {
            login: "selftest".to_owned(),
            full_name: "Self-test Example".to_owned(),
            roles: Vec::new(),
        },
        policy: default_policy(),
    }
}

const STRONG: &str = "violet tractor hums at noon";

fn create(room: &Room<'_>) -> Seen {
    let path = room.path("mainstay");
    let made = ProductFile::create(&path, &new_file(), &Password::new(STRONG), &ops::stamp());
    let (file, session, code) = made.map_err(words)?;
    let seq = file.head().seq;
    let name = session.name().to_owned();
    drop(file);
    let verification = ProductFile::verify(&path, None, &|_| true).map_err(words)?;
    let good = verification.findings.is_empty() && verification.events == seq && code.len() >= 20;
    holds(good, format!("Created and verified: {seq} events by {name}, recovery code given"))
}

fn not_replaced(room: &Room<'_>) -> Seen {
    let path = room.copy()?;
    let before = fs::read(&path).map_err(words)?;
    let made = ProductFile::create(&path, &new_file(), &Password::new(STRONG), &ops::stamp());
    let seen = refused(made, &[])?;
    holds(fs::read(&path).map_err(words)? == before, format!("{seen}; the file has the same bytes"))
}

fn weak_password(room: &Room<'_>) -> Seen {
    let path = room.path("mainstay");
    let made = ProductFile::create(&path, &new_file(), &Password::new("password1"), &ops::stamp());
    let seen = refused(made, &["password"])?;
    holds(!path.exists(), format!("{seen}; no file was left"))
}

fn verifies(room: &Room<'_>) -> Seen {
    let path = room.copy()?;
    let found = ProductFile::verify(&path, None, &|_| true).map_err(words)?;
    let seen = format!(
        "{} events, {} records, {} signatures, {} attachments, {} findings",
        found.events,
        found.records,
        found.signatures,
        found.attachments,
        found.findings.len()
    );
    holds(found.findings.is_empty() && found.events > 1000, seen)
}

/// Texts of the example, each at one place: in an event, in a record, in an attached file.
const KNOWN: [(&str, &str); 3] = [
    ("an event", "\"after\":\"Order messages by UTC"),
    ("a record", "\"title\":\"Order messages by UTC\""),
    ("an attached file", "clock set back by one hour"),
];

fn changed_byte(room: &Room<'_>) -> Seen {
    let (bytes, _) = room.example()?;
    let mut seen = Vec::new();
    for (place, text) in KNOWN {
        let text = text.as_bytes();
        let at = bytes.windows(text.len()).position(|part| part == text);
        // The last letter of the text, and another one in its place.
        let at = at.map(|at| at + text.len() - 2).ok_or(format!("The text in {place} was not found."))?;
        let path = room.path("mainstay");
        let mut changed = bytes.clone();
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1;
        }
        fs::write(&path, changed).map_err(words)?;
        let found = ProductFile::verify(&path, None, &|_| true).map_err(words)?;
        match found.findings.first() {
            Some(first) => seen.push(format!("in {place}, byte {at}: {}, {}", first.place, first.what)),
            None => return Err(format!("The change in {place}, byte {at}, was not found.")),
        }
        fs::remove_file(&path).map_err(words)?;
    }
    Ok(format!("Found {}", seen.join("; ")))
}

fn backup(room: &Room<'_>) -> Seen {
    let desk = room.desk()?;
    let target = room.path("mainstay");
    ProductFile::backup(desk.file.path(), &target, &|_| true).map_err(words)?;
    let found = ProductFile::verify(&target, None, &|_| true).map_err(words)?;
    let copy = match ProductFile::open_to_read(&target).map_err(words)? {
        Opened::Open(copy) => copy,
        Opened::Not(found) => return Err(format!("The copy was not opened: {found:?}")),
    };
    let same = copy.head() == desk.file.head();
    let seen = format!("The copy ends at event {}, {} findings", copy.head().seq, found.findings.len());
    holds(same && found.findings.is_empty(), seen)
}

fn backup_over(room: &Room<'_>) -> Seen {
    let path = room.copy()?;
    let target = room.path("txt");
    fs::write(&target, "somebody's file").map_err(words)?;
    let seen = refused(ProductFile::backup(&path, &target, &|_| true), &[])?;
    let same = fs::read(&target).map_err(words)? == b"somebody's file";
    holds(same, format!("{seen}; the file has the same bytes"))
}

fn second_writer(room: &Room<'_>) -> Seen {
    let mut first = room.desk()?;
    let at = first.stamp();
    let session = first.session("mara")?.for_job();
    first.file.name_writer(&session, &at);
    let second = match ProductFile::open(first.file.path(), &at).map_err(words)? {
        Opened::Open(second) => second,
        Opened::Not(found) => return Err(format!("It was not opened: {found:?}")),
    };
    match second.why_read_only() {
        Some(WhyReadOnly::Locked(Some(holder))) => {
            Ok(format!("Read-only: {} on {} is writing", holder.person, holder.machine))
        }
        Some(why) => Err(format!("Read-only, but it does not say who writes: {why:?}")),
        None => Err("The second one may write too.".to_owned()),
    }
}

fn no_product_file(room: &Room<'_>) -> Seen {
    let path = room.path("mainstay");
    let bytes = b"This is no product file.\n".repeat(100);
    fs::write(&path, &bytes).map_err(words)?;
    let at = ops::stamp();
    let seen = match ProductFile::open(&path, &at) {
        Ok(Opened::Open(_)) => return Err("It was opened.".to_owned()),
        Ok(Opened::Not(_)) => "Not opened: it is no product file of this program".to_owned(),
        Err(refusal) => format!("Not opened: {refusal}"),
    };
    holds(fs::read(&path).map_err(words)? == bytes, format!("{seen}; the file has the same bytes"))
}

fn export(room: &Room<'_>) -> Seen {
    let desk = room.desk()?;
    let path = room.path("json");
    let now = Moment::parse("2026-12-01T10:00:00Z")?;
    desk.file.export(&path, now).map_err(words)?;
    let text = fs::read_to_string(&path).map_err(words)?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(words)?;
    let events = value["events"].as_array().map_or(0, Vec::len) as u64;
    holds(
        events == desk.file.head().seq,
        format!("{events} events of {} in the export", desk.file.head().seq),
    )
}
