//! Packets for the tests: one with every kind of block, and one of any length.

use chrono::{DateTime, TimeZone as _, Utc};
use sha2::{Digest as _, Sha256};

use super::*;

/// The moment of every test packet.
pub(super) fn moment() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 14, 5, 9).unwrap()
}

/// A packet without sections.
pub(super) fn bare() -> Packet {
    Packet {
        kind: "Audit packet, one change request".to_owned(),
        title: "CR-0012 Reject implausible SpO₂ values after sensor reconnect".to_owned(),
        packet_number: "PKT-0007".to_owned(),
        product: "Oxima Monitor".to_owned(),
        manufacturer: "Example Medical GmbH, Freiburg, Germany".to_owned(),
        safety_class: "Class C".to_owned(),
        udi: Some("04012345678901".to_owned()),
        scope: "Change request CR-0012 with its supporting and dependent records.".to_owned(),
        period: Some(("2026-01-01".to_owned(), "2026-11-22".to_owned())),
        cut_off: "2026-11-22T14:05:00Z".to_owned(),
        generated_by: "Ana Ferreira, quality manager".to_owned(),
        program_version: "Mainstay 0.1.0".to_owned(),
        rule_set: "rules 2026-11".to_owned(),
        chain_head_seq: 412,
        chain_head_digest: "9f2c4b1e7a3d5f60819e2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70".to_owned(),
        chain_verified: Mark::good("Verified: 412 events, every signature valid, no break"),
        ..Packet::default()
    }
}

/// A packet with every kind of block.
pub(super) fn full() -> Packet {
    let mut packet = bare();
    packet.sections = vec![
        Section::new(1, "1", "Trace", vec![trace(), figures()]).with_clause("IEC 62304 6.2, 7.3.3").with_record("CR-0012"),
        Section::new(1, "2", "Source feedback", vec![]).with_clause("IEC 62304 6.2.1"),
        Section::new(2, "2.1", "Value jumps to 100 % after reconnect", vec![record_fields()]).with_record("FB-0031"),
        Section::new(1, "3", "Problem report", vec![Block::empty()]).with_record("PR-0019"),
        Section::new(1, "5", "Impact analysis", vec![
            Block::paragraph("The change touches the signal filter only.\nNo interface changes.\n\nRisk controls RC-11 and RC-14 were examined again."),
            Block::note(Tone::Due, "Question 7 was answered after the first approval; the approval was given again on revision 3."),
            Block::List { items: vec!["RC-11 plausibility of the pulse".to_owned(), "RC-14 alarm on loss of signal".to_owned()] },
            question_table(),
        ]).with_clause("IEC 62304 6.2.3, 7.4.1 – 7.4.3").with_record("IA-0012"),
        Section::new(1, "6", "Approvals", vec![signatures(), Block::OrderCheck {
            order: Mark::good("Sequence OK"),
            detail: "Approval 2026-04-02 is before the first commit 2026-04-03 (IEC 62304 8.2.1).".to_owned(),
        }]).with_record("CR-0012"),
        Section::new(1, "14", "Audit trail", vec![history(14)]).with_clause("21 CFR 11.10(e)").with_record("CR-0012"),
    ];
    packet
}

fn figures() -> Block {
    let figure = |label: &str, value: &str, note: &str| Figure {
        label: label.to_owned(),
        value: value.to_owned(),
        note: note.to_owned(),
    };
    Block::Figures {
        figures: vec![
            figure("days from feedback to release", "38", "plan: 60"),
            figure("approvals", "2", ""),
            figure("verification records", "9", "all passed"),
            figure("open items", "0", ""),
        ],
    }
}

fn trace() -> Block {
    let step = |label: &str, record: &str, date: &str, word: &str, state: Mark| TraceStep {
        label: label.to_owned(),
        record_id: record.to_owned(),
        date: date.to_owned(),
        word: word.to_owned(),
        state,
    };
    let done = || Mark::good("in order");
    Block::Trace {
        steps: vec![
            step("Feedback", "FB-0031", "2026-03-12", "Complaint from a ward in Porto", done()),
            step("Problem report", "PR-0019", "2026-03-14", "Evaluated, safety-relevant", done()),
            step("Change request", "CR-0012", "2026-03-20", "Approved revision 3", done()),
            step("Impact analysis", "IA-0012", "2026-03-30", "Complete", done()),
            step("Approval", "CR-0012", "2026-04-02", "Two of two signatures", done()),
            step("Verification", "", "", "", Mark::due("gap")),
            step("Release", "REL-0004", "2026-04-19", "2.4.1", done()),
            step("Communication", "", "", "", Mark::neutral("not required")),
        ],
        order: Mark::late("Sequence violated: release 2026-04-19 without a verification before it"),
    }
}

fn record_fields() -> Block {
    Block::Fields {
        fields: vec![
            Field::new("Received", "2026-03-12, by telephone"),
            Field::new("Reporter", ""),
            Field::new("Description", "After the sensor was unplugged and plugged in again, SpO₂ shows 100 % for 4 to 6 seconds before the first true value. Seen on three devices. Staff noticed it because the patient was known to be at 88 %.".to_owned()),
            Field::new("Severity", "Serious").amended("amended after signature: event 214, was “Minor”"),
            Field::new("Digest", "9f2c4b1e7a3d5f60819e2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70").code(),
            Field::new("Source", "https://example.org/a/very/long/address/that/does/not/break/anywhere/2026/03/12/feedback?id=31&token=abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"),
        ],
    }
}

fn question_table() -> Block {
    Block::Table {
        caption: Some("Questions of the impact analysis".to_owned()),
        columns: vec![
            Column::id("Question"),
            Column::text("Asked", 3),
            Column::text("Answer", 2),
            Column::number("Controls"),
            Column::mark("State"),
        ],
        rows: (1..=18)
            .map(|n| {
                let state = if n == 7 { Mark::due("answered late") } else { Mark::good("answered") };
                vec![
                    format!("Q{n}").into(),
                    "Does the change introduce a new sequence of events that leads to a hazardous situation?"
                        .into(),
                    Cell::from("No"),
                    n.to_string().into(),
                    state.into(),
                ]
            })
            .collect(),
    }
}

fn signatures() -> Block {
    let signature = |name: &str, role: &str, validity: Mark| SignatureBlock {
        name: name.to_owned(),
        role: role.to_owned(),
        meaning: "Approved".to_owned(),
        signed_at: "2026-04-02 16:20:11 +02:00".to_owned(),
        covers: "CR-0012 revision 3".to_owned(),
        digest: "9f2c4b1e 7a3d5f60".to_owned(),
        validity,
    };
    Block::Signatures {
        signatures: vec![
            signature("Ana Ferreira", "Quality manager", Mark::good("valid")),
            signature("Jürgen Weiß", "Software architect", Mark::good("valid")),
            signature("Łukasz Żółć", "Risk manager", Mark::due("covers an earlier revision")),
        ],
    }
}

pub(super) fn history(rows: u64) -> Block {
    Block::History {
        rows: (1..=rows)
            .map(|n| HistoryRow {
                seq: 198 + n,
                time: "2026-03-20 09:41:07 +01:00".to_owned(),
                who: "Jürgen Weiß".to_owned(),
                role: "Software architect".to_owned(),
                what: "Change request edited".to_owned(),
                changes: vec![
                    Change { field: "Severity".to_owned(), before: "Minor".to_owned(), after: "Serious".to_owned() },
                    Change {
                        field: "Description".to_owned(),
                        before: String::new(),
                        after: "The filter takes the last plausible value until three new ones agree within two percent.".to_owned(),
                    },
                ],
                reason: "Answer of the ward came in".to_owned(),
            })
            .collect(),
    }
}

/// A file and its annex entry.
pub(super) fn evidence(name: &str, content: &[u8]) -> (AttachmentEntry, EmbeddedFile) {
    let entry = AttachmentEntry {
        file_name: name.to_owned(),
        media_type: "text/csv".to_owned(),
        bytes: content.len() as u64,
        sha256: hex::encode(Sha256::digest(content)),
        description: "Test log of VR-0044".to_owned(),
        record_id: None,
        embedded: true,
    };
    (entry, EmbeddedFile { file_name: name.to_owned(), bytes: content.into() })
}

/// A packet of a whole period with the given number of change requests, about a page each.
pub(super) fn period(changes: usize) -> Packet {
    let mut packet = bare();
    packet.kind = "Audit packet, whole period".to_owned();
    packet.sections = vec![Section::new(
        1,
        "1",
        "Change request log",
        vec![Block::table(
            vec![
                Column::id("Number"),
                Column::date("Opened"),
                Column::text("Title", 1),
                Column::mark("State"),
            ],
            (0..changes * 6)
                .map(|n| {
                    vec![
                        format!("CR-{n:04}").into(),
                        "2026-03-20".into(),
                        "Reject implausible values after sensor reconnect".into(),
                        Mark::good("closed").into(),
                    ]
                })
                .collect(),
        )],
    )];
    packet.sections.push(Section::new(1, "2", "Change requests", vec![]));
    for n in 0..changes {
        let blocks = vec![record_fields(), trace(), signatures(), history(2)];
        let section = Section::new(2, format!("2.{}", n + 1), "Reject implausible values", blocks);
        packet.sections.push(section.with_record(format!("CR-{n:04}")));
    }
    packet
}
