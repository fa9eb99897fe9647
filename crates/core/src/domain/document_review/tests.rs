use super::*;
use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use mainstay_base::document::Row;
use std::collections::BTreeSet;

fn document(sections: &[(&str, u8, &[&str])]) -> Document {
    let mut document = Document::default();
    for (heading, level, passages) in sections {
        document.heading(heading, *level, format!("line {}", document.sections.len() + 1));
        passages.iter().for_each(|text| document.passage(text, "line"));
    }
    document
}

fn reviewed(document: &Document, name: &str, kind: Option<DocumentKind>) -> Review {
    review(document, name, kind, &|_| true).unwrap()
}

fn answered(document: &Document, id: &str) -> Option<Found> {
    let review = reviewed(document, "maintenance plan.md", None);
    review.answers.into_iter().find(|answer| answer.point.id == id).unwrap().found
}

fn table(rows: &[&[&str]]) -> Document {
    let mut document = Document::default();
    let rows = rows.iter().enumerate().map(|(index, cells)| Row {
        number: index as u64 + 1,
        cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
    });
    document.table(Table { place: "file".to_owned(), rows: rows.collect() });
    document
}

#[test]
fn a_review_that_is_cancelled_says_nothing() {
    let plan = document(&[("Plan", 1, &["Feedback is evaluated within five days."])]);
    assert_eq!(review(&plan, "plan.md", None, &|share| share < 0.5), None);
}

#[test]
fn every_point_names_a_field_of_the_plan_and_covers_every_letter() {
    let mut ids = BTreeSet::new();
    let letters: BTreeSet<&str> = POINTS.iter().map(|point| point.letter).collect();
    for point in POINTS {
        assert!(ids.insert(point.id), "{} twice", point.id);
        let plan = Kind::MaintenancePlan.def();
        assert!(point.field.is_empty() || plan.field(point.field).is_some(), "{}", point.field);
        assert_eq!(point.field.is_empty(), point.kinds == [DocumentKind::ChangeRecord], "{}", point.id);
        for text in [point.clause, point.asks, point.finding, point.write] {
            assert!(!text.is_empty(), "{}", point.id);
        }
        for set in point.words {
            assert!(set.split('|').all(|phrase| !phrase.trim().is_empty()), "{}: {set}", point.id);
        }
    }
    assert!(["a", "b", "c", "d", "e", "f"].iter().all(|letter| letters.contains(letter)));
    assert!(DocumentKind::VALUES.len() == 4);
}

#[test]
fn what_a_plan_says_is_found_in_its_section_and_what_it_does_not_say_is_missing() {
    let plan = document(&[
        ("Software maintenance plan", 1, &[]),
        (
            "Feedback",
            2,
            &["Support records every complaint in the tracker and evaluates it within 5 working days."],
        ),
        ("SOUP", 2, &["SOUP trackers are checked every six months."]),
    ]);
    let found = answered(&plan, "A5").unwrap();
    assert_eq!((found.section.as_str(), found.place.as_str(), found.spread), ("Feedback", "line 2", false));
    assert!(found.quote.starts_with("Support records"));
    assert!(answered(&plan, "F4").is_some());
    for missing in ["B1", "F3", "V1", "C1"] {
        assert_eq!(answered(&plan, missing), None, "{missing}");
    }
}

#[test]
fn the_title_a_list_of_references_definitions_and_places_to_be_filled_prove_nothing() {
    let plan = document(&[
        ("Maintenance plan for feedback problems", 1, &["Acme Ltd."]),
        ("References", 2, &["SOP Problem resolution process", "Change request form: approval of changes"]),
        ("Definitions", 2, &["SOUP is third-party software; obsolete SOUP is at its end of life."]),
        ("SOUP", 2, &["Obsolete SOUP: to be defined."]),
    ]);
    assert!(answered(&plan, "D1").is_some(), "a reference answers where another document is asked for");
    for missing in ["E2", "F3"] {
        assert_eq!(answered(&plan, missing), None, "{missing}");
    }
    let review = reviewed(&plan, "plan.md", None);
    assert!(review.notes.iter().any(|note| note.contains("1 passage")), "{:?}", review.notes);
}

#[test]
fn words_that_are_spread_over_a_section_are_found_and_marked() {
    let plan = document(&[
        ("Plan", 1, &[]),
        (
            "Problem criteria",
            2,
            &["Something counts as one when:", "there is harm", "a requirement is not met"],
        ),
    ]);
    let found = answered(&plan, "B1").unwrap();
    assert_eq!((found.section.as_str(), found.spread), ("Problem criteria", true));
}

#[test]
fn the_names_of_columns_count_as_headings_above_a_row() {
    let mut plan = document(&[("Plan", 1, &["text"]), ("Activities", 2, &[])]);
    let activities = table(&[&["Activity", "Responsible"], &["Triage of tickets", "Developer"]]);
    plan.table(activities.sections[0].tables[0].clone());
    let found = answered(&plan, "E5").unwrap();
    assert_eq!((found.section.as_str(), found.spread), ("Activities", false));
    let mut without = document(&[("Plan", 1, &["text"]), ("Activities", 2, &[])]);
    let activities = table(&[&["Activity", "Where"], &["Triage of tickets", "Developer"]]);
    without.table(activities.sections[0].tables[0].clone());
    assert_eq!(answered(&without, "E5"), None);
}

#[test]
fn what_sounds_like_an_answer_and_is_none_is_missing() {
    for (id, section, text) in [
        ("V3", "Monitoring", "Vulnerability disclosures of suppliers are monitored."),
        ("V2", "SOUP", "Release notes are checked monthly for security patches."),
        ("H3", "Surveillance", "The PSUR document is reviewed yearly."),
        ("A3", "Feedback", "Users report issues in the issue tracker."),
        ("H4", "Open questions", "The end of life of the product isn't addressed here."),
        ("F5", "Problem report", "Defect, enhancement or SOUP anomaly"),
        ("B2", "Problems", "A problem is assessed by its severity: crash or cosmetic."),
    ] {
        let plan = document(&[("Plan", 1, &[]), (section, 2, &[text])]);
        assert_eq!(answered(&plan, id), None, "{id}: {text}");
    }
    for (id, section, text) in [
        ("V3", "Security", "Researchers report under our vulnerability disclosure policy."),
        ("V2", "Security", "A critical vulnerability is patched within 30 days."),
        ("H3", "Upkeep", "This plan is reviewed yearly."),
        ("F4", "SOUP", "Components are reviewed at each release."),
        ("E6", "Changes", "Affected tests are re-executed."),
        ("G1", "Safety", "A field safety notice goes to affected users."),
    ] {
        let plan = document(&[("Plan", 1, &[]), (section, 2, &[text])]);
        assert!(answered(&plan, id).is_some(), "{id}: {text}");
    }
}

#[test]
fn a_record_of_a_change_is_asked_for_what_was_done_and_not_for_what_is_planned() {
    let record = document(&[
        ("Change Request 7", 1, &[]),
        ("Why", 2, &["The limit is changed because pumps stopped."]),
        ("Tests", 2, &["Add regression tests."]),
        ("Notes", 2, &["It builds on CR-0010; the best library had its last version in 2022."]),
    ]);
    let review = reviewed(&record, "change.md", Some(DocumentKind::ChangeRecord));
    let found = review.answers.iter().filter(|answer| answer.found.is_some());
    assert_eq!(found.map(|answer| answer.point.id).collect::<Vec<_>>(), ["R1", "R2"]);
}

#[test]
fn a_text_in_another_language_is_told_and_a_table_in_english_is_not() {
    let note = |text: &str| {
        let text = text.repeat(30);
        let plan = document(&[("Plan", 1, &[]), ("Teil", 2, &[&text])]);
        reviewed(&plan, "plan.md", None).notes.iter().any(|note| note.contains("another language"))
    };
    assert!(note("Die Rückmeldung wird vom Support erfasst und bewertet. "));
    assert!(!note("SOUP vendor releases; Monthly; Check changelogs; Developer. "));
}

#[test]
fn a_document_is_recognised_by_its_name_and_headings() {
    let other = document(&[("Something", 1, &["text"])]);
    for (name, kind) in [
        ("SOP Problem Resolution.docx", DocumentKind::Procedure),
        ("soup_list.csv", DocumentKind::SoupList),
        ("Change Request 12.md", DocumentKind::ChangeRecord),
        ("x.md", DocumentKind::Plan),
    ] {
        assert_eq!(reviewed(&other, name, None).kind, kind, "{name}");
    }
    let said = reviewed(&other, "SOP.md", Some(DocumentKind::Plan));
    assert_eq!((said.kind, said.why.as_str()), (DocumentKind::Plan, "You said so."));
}

#[test]
fn a_list_of_soup_is_linted_by_column_and_line() {
    let list = table(&[
        &["List of third-party software"],
        &["Package", "Version", "Manufacturer", "Risk"],
        &["zlib", "1.3", "Gailly", "low"],
        &["expat", "^2.6", "", "low"],
        &["openssl", "3.0 or later", "OpenSSL Foundation", "TBD"],
        &["busybox", "", "Denys", "low"],
        &["python", "3.9–3.14", "PSF", "low"],
    ]);
    let review = reviewed(&list, "list.csv", None);
    assert_eq!(review.kind, DocumentKind::SoupList);
    let gaps: Vec<(Option<u64>, &str)> =
        review.lists[0].gaps.iter().map(|gap| (gap.line, gap.what.as_str())).collect();
    assert_eq!(
        gaps,
        [
            (None, "No column gives the place of the published list of anomalies"),
            (None, "No column gives what it must do for the product"),
            (Some(4), "“^2.6” is not one exact version"),
            (Some(4), "It lacks the manufacturer"),
            (Some(5), "“3.0 or later” is not one exact version"),
            (Some(5), "It lacks the decision whether a failure can contribute to a hazardous situation"),
            (Some(6), "It lacks the exact version"),
            (Some(7), "“3.9–3.14” is not one exact version"),
        ]
    );
    assert!(!review.is_complete());
}

#[test]
fn a_history_of_versions_is_no_list_of_soup() {
    let mut plan = document(&[("Plan", 1, &["text"]), ("Revision history", 2, &[])]);
    let history = table(&[&["Title", "Version", "Author", "Date"], &["First", "1.0", "Ana", "2026-01-01"]]);
    plan.table(history.sections[0].tables[0].clone());
    assert!(reviewed(&plan, "plan.md", None).lists.is_empty());
}

#[test]
fn gaps_beyond_the_limit_are_counted() {
    let mut rows: Vec<&[&str]> = vec![&["SOUP", "Version"]];
    rows.extend(std::iter::repeat_n(&["zlib", "latest"][..], 600));
    let review = reviewed(&table(&rows), "soup.csv", None);
    let list = &review.lists[0];
    assert_eq!((list.gaps.len(), list.count()), (soup_list::GAPS_MAX, 604));
}
