//! The packet of a sample: what was asked for, with the page of each record; what is missing or void is named; what is drawn can be drawn
//! again by plain tools.

use std::process::Command;

use mainstay::domain::ids::Kind;
use mainstay::domain::time::Day;
use mainstay::ops::{
    Act, BuiltPacket, ChapterOrder, EventFilter, PacketDraw, PacketFonts, PacketOptions, PacketScope,
    PacketSizes, SampleScope, render_packet,
};
use mainstay::report::{Block, Cell};
use mainstay::ui::cx::Route;
use serde_json::{Value, json};

use crate::chain::feedback;
use crate::desk::{Desk, go_to, id, stamp};
use crate::host::Window;
use crate::packet::{assert_in, build, chapter, chapters, keep, told_by_a_person};

fn of(desk: &Desk, sample: SampleScope) -> BuiltPacket {
    build(desk, PacketOptions { scope: PacketScope::Sample(sample), redact: false })
}

fn refused(desk: &Desk, sample: SampleScope) -> String {
    let options = PacketOptions { scope: PacketScope::Sample(sample), redact: false };
    let refused = desk.file.build_packet(&options, &desk.people["ana"], None, &stamp(desk.now)).unwrap_err();
    refused.to_string()
}

fn asked(numbers: &[&str]) -> SampleScope {
    SampleScope {
        records: numbers.iter().map(|number| id(number)).collect(),
        asked_by: "Dr. Vera Auditor, Example Notified Body".to_owned(),
        ..SampleScope::default()
    }
}

fn five_feedbacks(desk: &mut Desk) {
    for _ in 0..5 {
        feedback(desk);
    }
}

/// The cells of the list in chapter 1: number, state, picked, and the section whose page it names.
fn listed(built: &BuiltPacket) -> Vec<(String, String, String, String)> {
    let first = built.packet.sections.iter().find(|section| section.number == "1").unwrap();
    let table = first.blocks.iter().find_map(|block| match block {
        Block::Table { rows, .. } => Some(rows),
        _ => None,
    });
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Mark(mark) => mark.word.clone(),
        Cell::Page { page_of } => page_of.clone(),
    };
    let row = |row: &Vec<Cell>| (text(&row[0]), text(&row[3]), text(&row[4]), text(&row[5]));
    table.unwrap().iter().map(row).collect()
}

fn list(rows: &[(&str, &str, &str, &str)]) -> Vec<(String, String, String, String)> {
    rows.iter().map(|(a, b, c, d)| ((*a).into(), (*b).into(), (*c).into(), (*d).into())).collect()
}

#[test]
fn a_sample_lists_each_record_with_its_page_and_prints_it_as_its_own_packet_does() {
    let mut desk = Desk::staffed();
    let cr = told_by_a_person(&mut desk);
    let (cr, pr) = (cr.to_string(), "PR-0001");
    let sample = of(&desk, asked(&[&cr, pr, "FB-0001", "CR-0099", &cr]));
    assert_eq!(chapters(&sample.packet), ["1", "2", "3", "4"]);
    assert!(sample.packet.contents_by_chapter, "fourteen lines for each record would hide the records");
    let state = |number: &str| desk.file.record(id(number)).unwrap().state().unwrap().word.to_owned();
    assert_eq!(
        listed(&sample),
        list(&[
            (&cr, &state(&cr), "by number", "2"),
            (pr, &state(pr), "by number", "3"),
            ("FB-0001", &state("FB-0001"), "by number", "4"),
            ("CR-0099", "not in the file", "by number", "–"),
        ])
    );
    assert_in(
        &sample.packet,
        "1",
        &["Dr. Vera Auditor, Example Notified Body", "FB-0001, CR-0099", "Not in this file: CR-0099."],
    );
    let scope = PacketScope::Change(id(&cr));
    let alone = build(&desk, PacketOptions { scope, redact: false }).packet;
    let inside: Vec<_> =
        sample.packet.sections.iter().filter(|section| section.number.starts_with("2.")).collect();
    assert_eq!(inside.len(), alone.sections.len());
    assert!(!alone.contents_by_chapter);
    for (inside, alone) in inside.iter().zip(&alone.sections) {
        assert_eq!(inside.number, format!("2.{}", alone.number));
        assert_eq!((inside.level, &inside.title), (alone.level + 1, &alone.title));
        assert_eq!(inside.blocks, alone.blocks, "{}", alone.title);
    }
    assert_in(&sample.packet, "3", &["Audit trail of the record", "Linked records", &cr]);
    let rendered = render_packet(&sample, PacketFonts::bundled()).unwrap();
    assert_eq!(rendered.conformance, "PDF/A-3a and PDF/UA-1", "{:?}", rendered.warnings);
    assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
    keep("sample", &rendered.pdf);
}

#[test]
fn a_sample_is_an_act_that_names_what_was_asked_printed_and_missing() {
    let mut desk = Desk::staffed();
    five_feedbacks(&mut desk);
    let mut sample = asked(&["FB-0002", "PR-0007"]);
    sample.draws = vec![PacketDraw { kind: Kind::Feedback, count: 2 }];
    sample.seed = " 17 ".to_owned();
    let rendered = render_packet(&of(&desk, sample), PacketFonts::bundled()).unwrap();
    desk.file.issue_packet(&desk.people["ana"], &rendered, "sample.pdf", &stamp(desk.now)).unwrap();
    let filter = EventFilter { request: "packet.issue".to_owned(), ..EventFilter::default() };
    let facts = desk.file.events(&filter, 1, 0).unwrap().remove(0).event.facts;
    assert_eq!(facts["kind"], "Audit packet, sample of records");
    let said = &facts["sample"];
    assert_eq!(said["asked_by"], "Dr. Vera Auditor, Example Notified Body");
    assert_eq!((&said["missing"], &said["seed"]), (&json!(["PR-0007"]), &json!("17")));
    assert_eq!(said["draws"], json!([{ "kind": "feedback", "asked": 2, "drawn": 2, "of": 5 }]));
    let printed = said["printed"].as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>();
    assert!(printed.len() >= 2 && printed[0] == "FB-0002", "{printed:?}");
}

#[test]
fn what_is_drawn_is_drawn_again_by_the_commands_on_the_last_pages() {
    let mut desk = Desk::staffed();
    five_feedbacks(&mut desk);
    let draw = |seed: &str, count| SampleScope {
        draws: vec![PacketDraw { kind: Kind::Feedback, count }],
        seed: seed.to_owned(),
        ..SampleScope::default()
    };
    let drawn = |built: &BuiltPacket| listed(built).into_iter().map(|row| row.0).collect::<Vec<_>>();
    for seed in ["17", "it's $HOME"] {
        let built = of(&desk, draw(seed, 3));
        assert_eq!(drawn(&built).len(), 3);
        let commands = &built.packet.checks[0].commands;
        let output = Command::new("sh").arg("-c").arg(commands).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        let again: Vec<&str> = said.split_whitespace().filter(|word| word.starts_with("FB-")).collect();
        assert_eq!(again, drawn(&built), "{commands}");
    }
    let all = of(&desk, draw("17", 9));
    assert_eq!(drawn(&all).len(), 5);
    assert_in(&all.packet, "1", &["5 of 5 feedback, asked for 9; there are no more, by the seed “17”"]);
    let mut both = draw("17", 5);
    both.records = vec![id("FB-0003")];
    let both = listed(&of(&desk, both));
    assert_eq!((both.len(), both[0].2.as_str()), (5, "by number, and drawn"), "printed once");
    let mut none = draw("17", 5);
    none.entered = Some((Day::parse("2029-01-01").unwrap(), Day::parse("2029-12-31").unwrap()));
    let refusal = refused(&desk, none);
    assert!(refusal.contains("nothing of what was asked for"), "{refusal}");
}

#[test]
fn a_void_record_is_drawn_like_any_other_and_named_as_void() {
    let mut desk = Desk::staffed();
    five_feedbacks(&mut desk);
    let void = go_to(id("FB-0002"), "void", json!({}));
    desk.by("ana", Act::from(void).because("Entered twice")).unwrap();
    let sample = SampleScope {
        draws: vec![PacketDraw { kind: Kind::Feedback, count: 5 }],
        seed: "a".to_owned(),
        ..SampleScope::default()
    };
    let built = of(&desk, sample);
    assert_eq!(listed(&built)[1].1, "Void");
    assert_in(&built.packet, "1", &["Ended otherwise than by completion: FB-0002 (void)."]);
    assert!(chapter(&built.packet, "3").contains("Entered twice"));
}

#[test]
fn what_cannot_be_asked_for_is_refused_all_at_once() {
    let desk = Desk::staffed();
    let nothing = refused(&desk, SampleScope::default());
    assert!(nothing.contains("nothing is asked for"), "{nothing}");
    let none = refused(&desk, asked(&["CR-0099", "FB-0004"]));
    assert!(none.contains("CR-0099, FB-0004"), "{none}");
    let draw = |kind, count| PacketDraw { kind, count };
    let wrong = SampleScope {
        records: vec![id("PN-0001")],
        draws: vec![draw(Kind::Feedback, 0), draw(Kind::Feedback, 2)],
        entered: Some((Day::parse("2031-02-01").unwrap(), Day::parse("2031-01-01").unwrap())),
        ..SampleScope::default()
    };
    let said = refused(&desk, wrong);
    for words in [
        "FB is drawn 0 times",
        "FB is drawn twice",
        "are not picked",
        "drawn by a seed",
        "the days end on 2031-01-01, before they begin",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let mut days = asked(&["FB-0001"]);
    days.entered = Some((Day::parse("2031-01-01").unwrap(), Day::parse("2031-02-01").unwrap()));
    let said = refused(&desk, days);
    assert!(said.contains("none is drawn; leave them out"), "{said}");
}

#[test]
fn a_sample_without_personal_data_names_no_reporter() {
    let mut desk = Desk::staffed();
    let cr = told_by_a_person(&mut desk);
    let sample = asked(&["FB-0002", "PR-0001", &cr.to_string()]);
    let built = build(&desk, PacketOptions { scope: PacketScope::Sample(sample), redact: true });
    let text = serde_json::to_string(&built.packet).unwrap();
    for private in ["Mary Major", "mary@example.org", "St Example Hospital"] {
        assert!(!text.contains(private), "{private}");
    }
    assert!(text.contains("[redacted]"));
}

#[test]
fn a_long_sample_is_printed_in_volumes() {
    let mut desk = Desk::staffed();
    let cr = told_by_a_person(&mut desk);
    let mut built = of(&desk, asked(&["FB-0001", "FB-0002", "PR-0001", &cr.to_string()]));
    built.sizes = PacketSizes { longest: 1, volume: 4 };
    let rendered = render_packet(&built, PacketFonts::bundled()).unwrap();
    assert!(rendered.further.len() > 1);
    assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
    assert_eq!(rendered.conformance, "PDF/A-3a and PDF/UA-1");
}

#[test]
fn a_period_stands_in_the_order_of_the_clauses_or_of_the_areas_of_an_inspection() {
    let mut desk = Desk::staffed();
    told_by_a_person(&mut desk);
    let (from, to) = (Day::parse("2031-01-01").unwrap(), Day::parse("2031-12-31").unwrap());
    let period =
        |order| build(&desk, PacketOptions { scope: PacketScope::Period { from, to, order }, redact: false });
    let (clauses, inspection) = (period(ChapterOrder::Clauses), period(ChapterOrder::Inspection));
    assert_eq!(chapters(&clauses.packet)[..4], ["", "1", "2", "3"]);
    let order = chapters(&inspection.packet);
    assert_eq!(order[..6], ["", "1", "2", "10", "11", "17"]);
    assert_eq!(order.len(), chapters(&clauses.packet).len());
    for number in chapters(&clauses.packet).into_iter().skip(1) {
        assert_eq!(chapter(&inspection.packet, number), chapter(&clauses.packet, number), "{number}");
    }
    let first = serde_json::to_string(&inspection.packet.sections[0]).unwrap();
    for words in ["Compliance Program 7382.850", "Change control", "IEC 62304 6.2.3, 6.2.4, 8.2", "page_of"] {
        assert!(first.contains(words), "{words}");
    }
    let rendered = render_packet(&inspection, PacketFonts::bundled()).unwrap();
    assert_eq!(rendered.conformance, "PDF/A-3a and PDF/UA-1", "{:?}", rendered.warnings);
    keep("period-inspection", &rendered.pdf);
    desk.file.issue_packet(&desk.people["ana"], &rendered, "period.pdf", &stamp(desk.now)).unwrap();
    let filter = EventFilter { request: "packet.issue".to_owned(), ..EventFilter::default() };
    let facts = desk.file.events(&filter, 1, 0).unwrap().remove(0).event.facts;
    assert_eq!(facts["order"], "inspection");
}

#[test]
fn in_the_window_records_are_picked_by_number_from_a_list_and_by_a_seed() {
    let mut desk = Desk::staffed();
    told_by_a_person(&mut desk);
    let size = eframe::egui::vec2(1280.0, 1100.0);
    let mut window = Window::new(desk, "ana", Route::Packets(Some(id("PR-0001"))), size);
    assert!(window.has("PR-0001  Alarm is late on battery"), "it has no packet of its own");
    window.type_into("Records by number", "CR-0001, FB-0009");
    window.press("Add the numbers");
    assert!(window.has("FB-0009  is not in this file"));
    window.press("Remove FB-0009");
    assert!(!window.has("FB-0009"));
    window.type_into("Records by number", "CR1");
    window.press("Add the numbers");
    assert!(window.has("“CR1” is not a record number"));
    window.type_into("Records by number", "");
    window.choose("Kind of record", "Feedback");
    window.choose("Feedback", "FB-0001 Alarm is late on battery");
    window.press("Add the record");
    assert!(window.has("FB-0001  Alarm is late on battery"));
    window.type_into("How many to draw", "x");
    window.press("Draw records");
    assert!(window.has("write a whole number from 1"));
    window.type_into("How many to draw", "2");
    window.press("Draw records");
    assert!(window.has("Feedback  2 to draw"));
    window.press("Make preview");
    assert!(!window.has("Save PDF…"), "the seed is asked first");
    window.type_into("Seed", "17");
    window.type_into("Asked for by", "Dr. Vera Auditor");
    window.picture("packets-sample");
    window.press("Make preview");
    window.until_shown("Save PDF…");
    window.picture("packets-sample-preview");
    window.press("Save PDF…");
    let filter = EventFilter { request: "packet.issue".to_owned(), ..EventFilter::default() };
    window.until("the event", |window| !window.file().events(&filter, 1, 0).unwrap().is_empty());
    let facts = window.file().events(&filter, 1, 0).unwrap().remove(0).event.facts;
    assert_eq!(facts["sample"]["printed"], json!(["PR-0001", "CR-0001", "FB-0001", "FB-0002"]));
    assert_eq!(facts["sample"]["asked_by"], "Dr. Vera Auditor");
    window.press("Close preview");
    assert!(window.has("Sample of 4 records"));
}
