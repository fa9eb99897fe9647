//! Checks of the maintenance process: the order of steps, independence, packets, readiness.

use std::fs;

use super::desk::{Room, holds, refused, words};
use super::{Check, Seen};
use crate::base::fresh_file::FreshFile;
use crate::domain::ids::Kind;
use crate::ops::{
    self, EventFilter, PacketFonts, PacketOptions, PacketScope, ProductFile, RecordId, render_packet,
};

/// The checks, in order.
pub const CHECKS: &[Check] = &[
    Check {
        id: "OQ-21",
        requirement: "A step waits for what its state requires, and all of it is said",
        clause: "IEC 62304 6.2.1.2, 21 CFR 11.10(f)",
        done: "Registered a feedback that has a title only",
        expected: "Refused, with every condition that is not met",
        run: required_field,
    },
    Check {
        id: "OQ-22",
        requirement: "A change is not approved before its impact was analysed",
        clause: "IEC 62304 6.2.3, 7.4.1",
        done: "Asked for the approval of a change whose analysis is a draft",
        expected: "Refused: the analysis is missing",
        run: approval_before_analysis,
    },
    Check {
        id: "OQ-23",
        requirement: "Work on a change does not begin before its approval",
        clause: "IEC 62304 6.2.4, 8.2.1",
        done: "Began the work on a change that waits for its approval",
        expected: "Refused",
        run: work_before_approval,
    },
    Check {
        id: "OQ-24",
        requirement: "Nobody approves their own work",
        clause: "ISO 13485 4.1.6, 21 CFR 11.10(g)",
        done: "Edited a change, had it analysed and reviewed again, and signed its approval as the one who edited it",
        expected: "Refused: an author does not approve",
        run: own_work,
    },
    Check {
        id: "OQ-25",
        requirement: "What was approved is not edited",
        clause: "IEC 62304 8.2.1, 21 CFR 11.70",
        done: "Edited the description of an approved change",
        expected: "Refused",
        run: edit_after_approval,
    },
    Check {
        id: "OQ-26",
        requirement: "A release lists every condition that is not met",
        clause: "IEC 62304 5.8, 6.3.2",
        done: "Read the gate of a planned release",
        expected: "Conditions with their clauses, some not met",
        run: gate,
    },
    Check {
        id: "OQ-27",
        requirement: "A packet is a PDF whose digest the audit trail has",
        clause: "21 CFR 11.10(b), IEC 62304 8.2.4",
        done: "Issued the packet of a change, read the file and the event",
        expected: "PDF/A-3a and PDF/UA-1, the same SHA-256 in file and event",
        run: packet,
    },
    Check {
        id: "OQ-28",
        requirement: "The rules of readiness find a known gap",
        clause: "IEC 62304 6.2.4, ISO 13485 8.2.4",
        done: "Looked for gaps in the example product, in which a change waits too long",
        expected: "At least one gap, each with clause and record",
        run: readiness,
    },
];

fn required_field(room: &Room<'_>) -> Seen {
    refused(room.perform("required_field")?.1, &["not possible yet"])
}

fn approval_before_analysis(room: &Room<'_>) -> Seen {
    refused(room.perform("approval_before_analysis")?.1, &["impact analysis", "6.2.3"])
}

fn work_before_approval(room: &Room<'_>) -> Seen {
    refused(room.perform("work_before_approval")?.1, &["Approved"])
}

fn own_work(room: &Room<'_>) -> Seen {
    refused(room.perform("own_work")?.1, &["not an author"])
}

fn edit_after_approval(room: &Room<'_>) -> Seen {
    refused(room.perform("edit_after_approval")?.1, &["Approved content cannot be edited"])
}

/// A release of the example product that is planned.
const PLANNED: RecordId = RecordId::new(Kind::Release, 4);
/// A change of the example product with everything from feedback to communication.
const CHANGE: RecordId = RecordId::new(Kind::ChangeRequest, 4);

fn gate(room: &Room<'_>) -> Seen {
    let mut desk = room.desk()?;
    let at = desk.stamp();
    let conditions = desk.file.gate_at(PLANNED, at.now).map_err(words)?;
    let unmet = conditions.iter().filter(|condition| !condition.met).count();
    let named = conditions.iter().filter(|condition| !condition.clause.is_empty()).count();
    let seen = format!("{} conditions, {unmet} of them not met, {named} with their clause", conditions.len());
    holds(unmet > 0 && named > 0, seen)
}

fn packet(room: &Room<'_>) -> Seen {
    let mut desk = room.desk()?;
    let session = desk.session("mara")?.for_job();
    let at = desk.stamp();
    let verification = ProductFile::verify(desk.file.path(), None, &|_| true).map_err(words)?;
    let options = PacketOptions { scope: PacketScope::Change(CHANGE), redact: false };
    let built = desk.file.build_packet(&options, &session, Some(&verification), &at).map_err(words)?;
    let rendered = render_packet(&built, PacketFonts::bundled()).map_err(words)?;
    let path = room.path("pdf");
    let target = FreshFile::new(&path, Some(desk.file.path())).map_err(words)?;
    desk.file.issue_packet_as(&session, &rendered, (target, false), &at).map_err(words)?;
    let bytes = fs::read(&path).map_err(words)?;
    let digest = ops::digest_of(&path, &|_| true).map_err(words)?;
    let rows = desk.file.events(&EventFilter::default(), 1, 0).map_err(words)?;
    let noted =
        rows.first().and_then(|row| row.event.facts["sha256"].as_str()).unwrap_or_default().to_owned();
    let seen = format!("{} pages, {}, SHA-256 {digest}", rendered.pages, rendered.conformance);
    let good = bytes.starts_with(b"%PDF-") && digest == noted && rendered.conformance.contains("PDF/A-3a");
    holds(good, seen)
}

fn readiness(room: &Room<'_>) -> Seen {
    let mut desk = room.desk()?;
    let at = desk.stamp();
    let known = desk.file.known();
    let found = desk.file.readiness(at.now, &known).map_err(words)?;
    let first = found.gaps.first().ok_or("No gap was found.")?;
    Ok(format!("{} gaps, the first: {}", found.gaps.len(), first.gap.hit.text))
}
