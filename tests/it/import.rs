//! Feedback from a file: planned, taken in one transaction, and recognised the second time.

use std::sync::Arc;

use mainstay::domain::ids::Kind;
use mainstay::ops::import::{
    ImportJob, ImportSource, Mapping, ReadOptions, RowPlan, answered, find_mapping, import_mappings,
    save_mapping,
};
use mainstay::ops::{EventFilter, Refused};

use crate::desk::{Desk, id, stamp};

const MAUDE: &str = "feedback/maude-narratives/maude-infusion-pump-narratives.csv";
const CANADA: &str = "feedback/health-canada-mdi/INFUSOMAT_CANADIAN_COMPLAINTS_20251007_130602.csv";

const SMALL: &str = "number,text,received\nA 1,\"Alarm, late\",2031-03-01\nA 2,No alarm,2031-03-02\nA 1,Again,2031-03-01\nA 3,,2031-03-01\nA 4,Tomorrow,2031-04-01\n";

fn source(text: &str) -> Arc<ImportSource> {
    Arc::new(
        ImportSource::from_bytes(
            "calls.csv",
            "/tmp/calls.csv",
            text.as_bytes().to_vec(),
            &ReadOptions::default(),
        )
        .unwrap(),
    )
}

fn small_mapping() -> Mapping {
    Mapping::from_ron(
        r#"(name: "Calls", columns: [
            (target: "external_number", from: ["number"]),
            (target: "title", from: ["text"]),
            (target: "received_at", from: ["received"], parse: Moment(formats: ["%Y-%m-%d"])),
        ], constants: {"channel": "Telephone"}, rest_into: "source_columns")"#,
    )
    .unwrap()
}

#[test]
fn every_row_of_a_file_is_taken_or_refused_with_its_line_and_its_reason() {
    let mut desk = Desk::staffed();
    let plan = desk.file.plan_import(&source(SMALL), &small_mapping(), desk.now).unwrap();
    let counts = plan.counts();
    assert_eq!((counts.taken, counts.already, counts.refused), (2, 0, 3));
    let reasons: Vec<String> = plan
        .rows
        .iter()
        .filter_map(|row| match &row.plan {
            RowPlan::Refused(reasons) => Some(format!("{}: {}", row.line, reasons.join(", "))),
            RowPlan::Take(_) | RowPlan::Already(_) => None,
        })
        .collect();
    assert!(reasons[0].starts_with("4: ") && reasons[0].contains("line 2 already"), "{reasons:?}");
    assert!(reasons[1].starts_with("5: ") && reasons[1].contains("empty"), "{reasons:?}");
    assert!(reasons[2].starts_with("6: ") && reasons[2].contains("future"), "{reasons:?}");
    let before = desk.file.head().clone();
    assert_eq!(plan.dry_run().rows.len(), 5);
    assert_eq!(*desk.file.head(), before, "a dry run changes nothing");

    let at = desk.tick();
    let report = desk.file.import(&desk.people["dan"], &plan, &|_| true, &stamp(at)).unwrap();
    assert_eq!(report.rows[1].words(), ("Taken", "FB-0002".to_owned()));
    let csv = String::from_utf8(report.csv().unwrap()).unwrap();
    assert!(csv.contains("2,A 1,Taken,FB-0001"), "{csv}");
    let note = &desk
        .file
        .events(&EventFilter { request: "feedback.import".into(), ..EventFilter::default() }, 5, 0)
        .unwrap()[0];
    assert_eq!(note.event.facts["taken"], 2);
    let kept = desk.record(report.attachment.unwrap());
    assert_eq!(desk.file.attachment_bytes(&kept).unwrap().unwrap(), SMALL.as_bytes());

    let again = desk.file.plan_import(&source(SMALL), &small_mapping(), at).unwrap();
    assert_eq!((again.counts().taken, again.counts().already), (0, 2));
    assert_eq!(again.imported_before, Some(at));
    assert_eq!(again.rows[0].plan, RowPlan::Already(id("FB-0001")));
    desk.assert_verifies();
}

#[test]
fn a_cancelled_import_changes_nothing_and_a_job_tells_its_outcome_once() {
    let mut desk = Desk::staffed();
    let before = desk.file.head().clone();
    let job = ImportJob::new(desk.file.plan_import(&source(SMALL), &small_mapping(), desk.now).unwrap());
    job.cancel();
    job.run(&mut desk.file, &desk.people["dan"], &stamp(desk.now));
    assert!(job.take_outcome().unwrap().unwrap_err().to_string().contains("cancelled"));
    assert!(job.take_outcome().is_none());
    assert_eq!(*desk.file.head(), before);
}

#[test]
fn a_role_that_may_not_import_leaves_nothing_behind() {
    let mut desk = Desk::staffed();
    let plan = desk.file.plan_import(&source(SMALL), &small_mapping(), desk.now).unwrap();
    let before = desk.file.head().clone();
    let refusal = desk.file.import(&desk.people["cleo"], &plan, &|_| true, &stamp(desk.now)).unwrap_err();
    assert!(matches!(refusal, Refused::NotAllowed { .. }), "{refusal}");
    assert_eq!(*desk.file.head(), before);
}

#[test]
fn an_open_question_is_asked_and_a_mapping_is_kept_by_name() {
    let desk = Desk::new();
    let maude = find_mapping("fda maude narratives", None).unwrap();
    let file = source("report_number,event_date,device_name,event_text\n1,04-23-2025,Pump,Late\n");
    let refusal = desk.file.plan_import(&file, &maude, desk.now).unwrap_err().to_string();
    assert!(refusal.contains("received_at"), "{refusal}");
    let maude = answered(maude, "received_at", "2031-03-01").unwrap();
    assert!(answered(maude.clone(), "aware_at", "yesterday").is_err());
    let maude = answered(maude, "aware_at", "2031-03-01T08:00:00Z").unwrap();
    assert_eq!(desk.file.plan_import(&file, &maude, desk.now).unwrap().counts().taken, 1);
    let own = desk.folder.path().join("mappings");
    save_mapping(&own, &small_mapping()).unwrap();
    assert_eq!(find_mapping("Calls", Some(&own)).unwrap(), small_mapping());
    let (known, problems) = import_mappings(Some(&own));
    assert_eq!((known.len(), problems.len()), (3, 0));
}

fn taken_whole(path: &str, mapping: &str) {
    let Some(folder) = std::env::var_os("MAINSTAY_DATA") else {
        println!("skipped: MAINSTAY_DATA names no folder with real data");
        return;
    };
    let path = std::path::PathBuf::from(folder).join(path);
    let file = Arc::new(ImportSource::read(&path, &ReadOptions::default()).unwrap());
    let mut desk = Desk::staffed();
    let (mut suggested, notes) = file.suggested(&[]);
    assert_eq!((suggested.name.as_str(), notes.len()), (mapping, 0));
    for target in suggested.ask.clone() {
        suggested = answered(suggested, &target.target, "2031-03-01").unwrap();
    }
    let plan = desk.file.plan_import(&file, &suggested, desk.now).unwrap();
    assert_eq!(
        plan.counts().taken,
        file.rows.len(),
        "{:?}",
        plan.rows.iter().find(|row| matches!(row.plan, RowPlan::Refused(_)))
    );
    let at = desk.tick();
    let report = desk.file.import(&desk.people["dan"], &plan, &|_| true, &stamp(at)).unwrap();
    assert_eq!(report.counts.taken, file.rows.len());
    let records = desk.file.all(Kind::Feedback).unwrap();
    for (row, record) in file.rows.iter().zip(&records) {
        for (name, cell) in file.header.iter().zip(&row.cells).filter(|(_, cell)| !cell.is_empty()) {
            let cell = cell.replace("\r\n", "\n").replace('\r', "\n");
            let whole = [
                "external_number",
                "device_name",
                "description_verbatim",
                "reporter_organisation",
                "reporter_country",
            ]
            .iter()
            .any(|field| record.text(field).contains(&cell));
            let rest = record.text("source_columns").contains(&format!("{name}: {cell}"));
            assert!(whole || rest, "line {}, {name}: {cell:?} in {}", row.line, record.head.id);
        }
    }
    let kept = desk.record(report.attachment.unwrap());
    assert_eq!(desk.file.attachment_bytes(&kept).unwrap().unwrap(), std::fs::read(&path).unwrap());
    let again = desk.file.plan_import(&file, &suggested, at).unwrap();
    assert_eq!(again.counts().already, file.rows.len());
    desk.assert_verifies();
}

#[test]
fn the_maude_narratives_become_records_without_losing_a_character() {
    taken_whole(MAUDE, "FDA MAUDE narratives");
}

#[test]
fn the_health_canada_incidents_become_records_without_losing_a_character() {
    taken_whole(CANADA, "Health Canada incidents");
}

#[test]
fn ten_thousand_rows_are_taken_at_once() {
    let mut desk = Desk::staffed();
    let mut text = "number,text,received\n".to_owned();
    for row in 0..10_000 {
        text.push_str(&format!("N {row},The alarm number {row} came late,2031-03-01\n"));
    }
    let began = std::time::Instant::now();
    let plan = desk.file.plan_import(&source(&text), &small_mapping(), desk.now).unwrap();
    println!("planned in {:?}", began.elapsed());
    let report = desk.file.import(&desk.people["dan"], &plan, &|_| true, &stamp(desk.now)).unwrap();
    println!("taken in {:?}", began.elapsed());
    assert_eq!(report.counts.taken, 10_000);
    let began = std::time::Instant::now();
    assert_eq!(desk.file.search("alarm late", 200).unwrap().len(), 200);
    println!("searched in {:?}", began.elapsed());
}
