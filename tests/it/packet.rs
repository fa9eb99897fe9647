//! Packets: what stands in them, that they are the same twice, that redaction leaves nothing, and the event they leave.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::time::Day;
use mainstay::ops::{
    Act, BuiltPacket, ChapterOrder, EventFilter, FileSource, PacketFonts, PacketOptions, PacketScope,
    ProductFile, Request, render_packet,
};
use mainstay::report::{Block, Packet, Section};
use serde_json::json;

use crate::chain::{tested_change, verified_change, verify};
use crate::desk::{Desk, fields, go_to, id, stamp};

const PRIVATE: &[&str] =
    &["Mary Major", "+49 761 555 0199", "mary@example.org", "St Example Hospital", "ward 3 of"];

fn change_packet(desk: &Desk, cr: RecordId, redact: bool) -> BuiltPacket {
    build(desk, PacketOptions { scope: PacketScope::Change(cr), redact })
}

pub fn build(desk: &Desk, options: PacketOptions) -> BuiltPacket {
    let verification = ProductFile::verify(desk.file.path(), None, &|_| true).unwrap();
    desk.file.build_packet(&options, &desk.people["ana"], Some(&verification), &stamp(desk.now)).unwrap()
}

fn year(desk: &Desk, redact: bool) -> BuiltPacket {
    let scope = PacketScope::Period {
        from: Day::parse("2031-01-01").unwrap(),
        to: Day::parse("2031-12-31").unwrap(),
        order: ChapterOrder::Clauses,
    };
    build(desk, PacketOptions { scope, redact })
}

/// A verified change whose feedback names a person, with evidence attached.
pub fn told_by_a_person(desk: &mut Desk) -> RecordId {
    let (pr, cr) = tested_change(desk);
    attach(desk, cr, "alarm-test.csv", "");
    verify(desk, pr, cr);
    attach(desk, id("FB-0001"), "call.txt", "Recorded by Mary Major");
    let second = desk.create(
        "dan",
        Kind::Feedback,
        json!({
            "title": format!("Mary Major waited for the alarm {}", "in-one-very-long-word-".repeat(12)), "received_at": desk.now, "aware_at": desk.now, "channel": "E-mail",
            "source_kind": "user", "description_verbatim": "On ward 3 of the hospital Mary Major waited for the alarm.",
            "device_name": "Pump gateway", "software_version_reported": "2.3.0", "reporter_name": "Mary Major",
            "reporter_phone": "+49 761 555 0199", "reporter_email": "mary@example.org",
            "reporter_organisation": "St Example Hospital",
        }),
    );
    desk.go("dan", second, "register").unwrap();
    let screening = json!({
        "is_complaint": true, "complaint_rationale": "Mary Major alleges a deficiency", "patient_or_user_harm": "potential",
        "security_related": false, "reporter_name": "Mary Major",
    });
    desk.edit("dan", second, screening).unwrap();
    desk.go("ana", second, "evaluate").unwrap();
    let judged =
        json!({"criterion_code": "SPEC", "evaluation_rationale": "Same alarm", "problem_report": pr});
    desk.by("ana", go_to(second, "confirm_problem", judged)).unwrap();
    cr
}

/// The sections of a chapter as text.
pub fn chapter(packet: &Packet, number: &str) -> String {
    let below = format!("{number}.");
    let here = |section: &&Section| section.number == number || section.number.starts_with(&below);
    let sections: Vec<&Section> = packet.sections.iter().filter(here).collect();
    assert!(!sections.is_empty(), "there is no chapter {number}");
    serde_json::to_string(&sections).unwrap()
}

/// Asserts that a chapter contains all of this.
pub fn assert_in(packet: &Packet, number: &str, expected: &[&str]) {
    let text = chapter(packet, number);
    for words in expected {
        assert!(text.contains(words), "chapter {number} lacks {words}: {text}");
    }
}

/// The numbers of the chapters.
pub fn chapters(packet: &Packet) -> Vec<&str> {
    packet
        .sections
        .iter()
        .filter(|section| section.level == 1)
        .map(|section| section.number.as_str())
        .collect()
}

fn attach(desk: &mut Desk, to: RecordId, name: &str, source: &str) {
    desk.by(
        "dan",
        Request::Attach {
            to,
            file_name: name.to_owned(),
            file: FileSource::Text(format!("content of {name}")),
            description: "Log of the alarm test".to_owned(),
            source: source.to_owned(),
            captured_at: None,
        },
    )
    .unwrap();
}

fn text(packet: &Packet) -> String {
    serde_json::to_string(packet).unwrap()
}

fn order_word(packet: &Packet) -> String {
    let blocks = packet.sections.iter().flat_map(|section| &section.blocks);
    blocks
        .filter_map(
            |block| if let Block::Trace { order, .. } = block { Some(order.word.clone()) } else { None },
        )
        .collect()
}

#[test]
fn the_packet_of_a_change_has_its_fourteen_chapters_and_a_sequence_in_order() {
    let mut desk = Desk::staffed();
    let cr = told_by_a_person(&mut desk);
    let built = change_packet(&desk, cr, false);
    let packet = &built.packet;
    assert_eq!((built.number.as_str(), packet.packet_number.as_str()), ("PK-0001", "PK-0001"));
    let chapters: Vec<&str> = packet
        .sections
        .iter()
        .filter(|section| section.level == 1)
        .map(|section| section.number.as_str())
        .collect();
    assert_eq!(chapters, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14"]);
    assert_eq!(order_word(packet), "Sequence OK so far");
    assert!(packet.chain_verified.word.starts_with("Chain verified: yes"), "{:?}", packet.chain_verified);
    assert_eq!(packet.chain_head_seq, desk.file.head().seq);
    let text = text(packet);
    for expected in [
        "No release contains the change yet",
        "For Q28: only the timer of the alarm is touched",
        "RC-7 Alarm",
        "Fay Example",
        "Same digest as approved in AP-0002",
        "System test",
        "Mary Major",
        "FB-0002",
        "Documented in a letter to file",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
    assert_eq!(packet.annex.iter().filter(|entry| entry.embedded).count(), 2);
}

#[test]
fn work_that_began_before_the_approval_is_printed_as_violated() {
    let mut desk = Desk::staffed();
    let (_, cr) = verified_change(&mut desk);
    let data = desk.record(cr);
    assert!(order_word(&change_packet(&desk, cr, false).packet).starts_with("Sequence OK"));
    // The door refuses such a start, so only a file that was written around it can show one.
    let path = desk.file.path().to_owned();
    let early = data.canonical().replace(data.text("work_started_at"), "2031-03-01T08:00:00Z");
    assert_ne!(early, data.canonical());
    let conn = rusqlite::Connection::open(&path).unwrap();
    let triggers: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .and_then(|mut rows| rows.query_map([], |row| row.get(0))?.collect())
        .unwrap();
    for trigger in triggers {
        conn.execute_batch(&format!("DROP TRIGGER \"{trigger}\"")).unwrap();
    }
    conn.execute("UPDATE record SET body = ?1 WHERE key = ?2", rusqlite::params![early, cr.key()]).unwrap();
    drop(conn);
    let packet = change_packet(&desk, cr, false).packet;
    let word = order_word(&packet);
    assert!(word.contains("Sequence violated: “Work began, as declared” (2031-03-01 08:00 UTC)"), "{word}");
    assert!(packet.chain_verified.word.starts_with("Chain verified: no"), "{:?}", packet.chain_verified);
}

#[test]
fn the_same_data_and_moment_give_the_same_pages_with_the_data_inside() {
    let mut desk = Desk::staffed();
    let cr = told_by_a_person(&mut desk);
    let first = render_packet(&change_packet(&desk, cr, false), PacketFonts::bundled()).unwrap();
    let second = render_packet(&change_packet(&desk, cr, false), PacketFonts::bundled()).unwrap();
    assert_eq!(first.sha256, second.sha256);
    assert_eq!(first.conformance, "PDF/A-3a and PDF/UA-1", "{:?}", first.warnings);
    assert!(first.warnings.is_empty(), "{:?}", first.warnings);
    assert!(first.page_image(0, 0.2).is_some() && first.page_image(first.pages, 0.2).is_none());
    for name in [b"packet.json".as_slice(), b"alarm-test.csv".as_slice()] {
        assert!(first.pdf.windows(name.len()).any(|window| window == name));
    }
    keep("change", &first.pdf);
    assert!(first.pages <= 10, "{} pages", first.pages);
}

#[test]
fn redaction_leaves_no_personal_string_but_the_names_of_signers() {
    let mut desk = Desk::staffed();
    let cr = told_by_a_person(&mut desk);
    for (name, open, redacted) in [
        ("change", change_packet(&desk, cr, false), change_packet(&desk, cr, true)),
        ("period", year(&desk, false), year(&desk, true)),
    ] {
        let (open, hidden) = (text(&open.packet), text(&redacted.packet));
        for private in PRIVATE {
            assert!(!hidden.contains(private), "{name}: {private}");
        }
        assert!(open.contains("Mary Major"), "{name}");
        assert!(hidden.contains("Fay Example") && hidden.contains("[redacted]"), "{name}");
        assert!(!hidden.contains("The alarm came after two minutes"), "{name}");
        let embedded: Vec<&str> = redacted
            .packet
            .annex
            .iter()
            .filter(|entry| entry.embedded)
            .map(|entry| entry.file_name.as_str())
            .collect();
        assert_eq!(embedded, ["alarm-test.csv"], "{name}");
        render_packet(&redacted, PacketFonts::bundled()).unwrap();
    }
}

#[test]
fn a_struck_test_and_the_files_of_tests_are_in_the_packet_of_their_change() {
    let mut desk = Desk::staffed();
    let (pr, cr) = tested_change(&mut desk);
    let test = desk.file.parts(cr, Kind::TestRecord).unwrap()[0].head.id;
    let wrong = json!({"title": "Alarm on mains", "results": "Silent", "outcome": "fail"});
    let struck = desk.create_part("dan", Kind::TestRecord, cr, wrong);
    attach(&mut desk, test, "system-test.csv", "");
    attach(&mut desk, struck, "silent.csv", "");
    let strike = Act::from(go_to(struck, "strike", json!({}))).because("Tested the wrong build");
    desk.by("dan", strike).unwrap();
    verify(&mut desk, pr, cr);
    let built = change_packet(&desk, cr, false);
    let section = |number: &str| {
        built.packet.sections.iter().find(|section| section.number == number).expect(number).clone()
    };
    assert_eq!(section("8.1").title, format!("{test}: System test"));
    assert_eq!(section("8.2").title, format!("{struck}: Alarm on mains (struck out)"));
    let printed = serde_json::to_string(&section("8.2").blocks).unwrap();
    for expected in ["Struck out since ", "Silent", "Fail", "silent.csv", "does not count"] {
        assert!(printed.contains(expected), "{expected} in {printed}");
    }
    assert!(!printed.contains("Missing: "), "{printed}");
    let trail = serde_json::to_string(&section("14").blocks).unwrap();
    for expected in [format!("{struck} Created"), format!("{struck} Strike out")] {
        assert!(trail.contains(&expected), "{expected} in {trail}");
    }
    assert!(trail.contains("Tested the wrong build"), "{trail}");
    for name in ["system-test.csv", "silent.csv"] {
        let entry = built.packet.annex.iter().find(|entry| entry.file_name == name).expect(name);
        assert!(entry.embedded, "{name}");
        assert!(built.files.iter().any(|file| file.file_name == name), "{name}");
    }
    render_packet(&built, PacketFonts::bundled()).unwrap();
}

#[test]
fn the_packet_of_a_period_prints_twenty_chapters_also_where_there_is_nothing() {
    let desk = Desk::new();
    let empty = year(&desk, false).packet;
    let chapters =
        |packet: &Packet| crate::packet::chapters(packet).iter().filter(|number| !number.is_empty()).count();
    assert_eq!(chapters(&empty), 20);
    for number in ["6", "7", "8", "10", "11", "12", "13", "14", "15"] {
        let section = empty.sections.iter().find(|section| section.number == number).unwrap();
        assert!(section.blocks.is_empty(), "{number} {}", section.title);
    }
    assert_in(&empty, "16", &["No communication in the period", "No clock of an authority is running"]);
    assert_in(&empty, "17", &["No change departs", "has no process deviation", "No waiver is in force"]);
    assert_in(&empty, "18", &["The file has no retirement plan"]);
    let mut desk = Desk::staffed();
    told_by_a_person(&mut desk);
    let full = year(&desk, false);
    assert_eq!(chapters(&full.packet), 20);
    let rendered = render_packet(&full, PacketFonts::bundled()).unwrap();
    assert_eq!(rendered.conformance, "PDF/A-3a and PDF/UA-1", "{:?}", rendered.warnings);
    keep("period", &rendered.pdf);
}

#[test]
fn a_record_outside_the_period_is_not_printed() {
    let mut desk = Desk::staffed();
    told_by_a_person(&mut desk);
    let scope = PacketScope::Period {
        from: Day::parse("2030-01-01").unwrap(),
        to: Day::parse("2030-12-31").unwrap(),
        order: ChapterOrder::Clauses,
    };
    let packet = build(&desk, PacketOptions { scope, redact: false }).packet;
    assert!(!text(&packet).contains("Late alarm"));
    let scope = PacketScope::Period {
        from: Day::parse("2031-01-02").unwrap(),
        to: Day::parse("2031-01-01").unwrap(),
        order: ChapterOrder::Clauses,
    };
    let refusal = desk
        .file
        .build_packet(&PacketOptions { scope, redact: false }, &desk.people["ana"], None, &stamp(desk.now))
        .unwrap_err();
    assert!(refusal.to_string().contains("before it begins"), "{refusal}");
}

#[test]
fn issuing_leaves_an_event_with_the_digest_and_takes_the_number() {
    let mut desk = Desk::staffed();
    let (_, cr) = verified_change(&mut desk);
    let built = change_packet(&desk, cr, false);
    let rendered = render_packet(&built, PacketFonts::bundled()).unwrap();
    let head = desk.file.head().seq;
    let receipt =
        desk.file.issue_packet(&desk.people["eva"], &rendered, "CR-0001.pdf", &stamp(desk.now)).unwrap();
    assert_eq!(receipt.seq, head + 1);
    let filter = EventFilter { request: "packet.issue".to_owned(), ..EventFilter::default() };
    let event = desk.file.events(&filter, 1, 0).unwrap().remove(0).event;
    let expected = fields(json!({
        "number": "PK-0001", "kind": "Audit packet, one change request", "sha256": rendered.sha256, "pages": rendered.pages,
        "redacted": false, "chain_head": head, "chain_head_digest": built.packet.chain_head_digest,
        "program": built.packet.program_version, "record": "CR-0001", "file_name": "CR-0001.pdf",
    }));
    assert_eq!(event.facts.as_object(), Some(&expected));
    assert_eq!(desk.file.next_packet_number().unwrap(), "PK-0002");
    let refusal =
        desk.file.issue_packet(&desk.people["eva"], &rendered, "again.pdf", &stamp(desk.now)).unwrap_err();
    assert!(refusal.to_string().contains("PK-0001 was taken"), "{refusal}");
    desk.assert_verifies();
}

/// Keeps a PDF for looking at, where the environment names a folder.
pub fn keep(name: &str, pdf: &[u8]) {
    if let Some(folder) = std::env::var_os("MAINSTAY_KEEP_PACKETS") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), pdf).unwrap();
    }
}
