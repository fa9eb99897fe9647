//! Feedback from a file: planned, taken in one transaction, and recognised the second time.

use std::io::Write as _;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mainstay::domain::ids::Kind;
use mainstay::ops::import::{
    IMPORT_RUNS, ImportJob, ImportSource, Mapping, ReadOptions, RowOutcome, RowPlan, answered, find_mapping,
    import_mappings, save_mapping,
};
use mainstay::ops::jobs::{Job, Progress};
use mainstay::ops::{EventFilter, Password, ProductFile, Refused, Request};

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
    assert!(reasons[0].starts_with("4: ") && reasons[0].contains("already on line 2"), "{reasons:?}");
    assert!(reasons[1].starts_with("5: ") && reasons[1].contains("empty"), "{reasons:?}");
    assert!(reasons[2].starts_with("6: ") && reasons[2].contains("future"), "{reasons:?}");
    let before = desk.file.head().clone();
    assert_eq!(plan.dry_run().rows.len(), 5);
    assert_eq!(*desk.file.head(), before, "a dry run changes nothing");

    let at = desk.tick();
    let report = desk.file.import(&desk.people["dan"], &plan, &|_| true, &stamp(at)).unwrap();
    assert_eq!(report.rows[1].words(), ("Imported", "FB-0002".to_owned()));
    let csv = String::from_utf8(report.csv().unwrap()).unwrap();
    assert!(csv.contains("2,A 1,Imported,FB-0001"), "{csv}");
    for row in &report.rows {
        let RowOutcome::Taken(Some(id)) = row.outcome else {
            continue;
        };
        let title = desk.record(id).text("title").to_owned();
        assert!(!title.is_empty() && csv.contains(&title), "{csv}");
        assert_eq!(row.title, title);
    }
    let note = &desk
        .file
        .events(&EventFilter { request: "feedback.import".into(), ..EventFilter::default() }, 5, 0)
        .unwrap()[0];
    assert_eq!(note.event.facts["taken"], 2);
    let kept = desk.record(report.attachment.unwrap());
    assert_eq!(desk.file.attachment_bytes(&kept).unwrap().unwrap(), SMALL.as_bytes());

    let again = desk.file.plan_import(&source(SMALL), &small_mapping(), at).unwrap();
    assert_eq!((again.counts().taken, again.counts().already), (0, 2));
    assert_eq!(again.rows[0].title, report.rows[0].title, "what was taken before is shown by its title");
    assert_eq!(again.imported_before, Some(at));
    assert_eq!(again.rows[0].plan, RowPlan::Already(id("FB-0001")));
    desk.assert_verifies();
}

#[test]
fn a_cancelled_import_changes_nothing_and_a_job_tells_its_outcome_once() {
    let mut desk = Desk::staffed();
    let before = desk.file.head().clone();
    let plan = desk.file.plan_import(&source(SMALL), &small_mapping(), desk.now).unwrap();
    let job = ImportJob::new(Arc::new(plan), Progress::new("Import", || {}));
    job.progress().cancel();
    job.run(&mut desk.file, &desk.people["dan"], &stamp(desk.now));
    assert!(job.take_outcome().unwrap().unwrap_err().to_string().contains("cancelled"));
    assert!(job.take_outcome().is_none());
    let words = job.outcome_words().unwrap().unwrap_err();
    assert!(words.contains("cancelled"), "the window says it, whoever took the outcome first: {words}");
    assert_eq!(*desk.file.head(), before);
}

/// Lends the writer to an import that stops at every two hundredths, for the test to look, until the test lets it go on.
struct Watched {
    job: Job<ProductFile>,
    import: Arc<ImportJob>,
    told: Receiver<()>,
    go: SyncSender<()>,
}

impl Watched {
    fn begin(desk: &mut Desk, rows: usize) -> Self {
        let mut text = "number,text,received\n".to_owned();
        for row in 0..rows {
            text.push_str(&format!("N {row},The alarm number {row} came late,2031-03-01\n"));
        }
        let plan = desk.file.plan_import(&source(&text), &small_mapping(), desk.now).unwrap();
        let (tell, told) = sync_channel(0);
        let (go, wait) = sync_channel(0);
        let wait = Mutex::new(wait);
        let progress = Progress::new("Import", move || {
            if tell.send(()).is_ok() {
                let _ = wait.lock().unwrap().recv();
            }
        });
        let import = Arc::new(ImportJob::new(Arc::new(plan), progress.clone()));
        let mut writer = desk.file.hand_over_writer(IMPORT_RUNS).unwrap();
        let (work, session, at) = (Arc::clone(&import), desk.people["dan"].for_job(), stamp(desk.now));
        let job = Job::start_with(progress, move |_| {
            work.run(&mut writer, &session, &at);
            Ok(writer)
        });
        Self { job: job.unwrap(), import, told, go }
    }

    /// Looks at every stop, and takes the writer back at the end.
    fn watch(self, desk: &mut Desk, mut look: impl FnMut(&mut Desk, &Progress)) -> Arc<ImportJob> {
        while !self.import.progress().has_ended() {
            if self.told.recv_timeout(Duration::from_millis(50)).is_ok() {
                look(desk, self.import.progress());
                self.go.send(()).unwrap();
            }
        }
        let writer = self.job.poll().expect("the job has ended").unwrap();
        desk.file.take_back_writer(writer).unwrap();
        self.import
    }
}

#[test]
fn an_import_cancelled_half_way_leaves_the_file_as_it_was() {
    let mut desk = Desk::staffed_once();
    let before = desk.file.head().clone();
    let mut shares = Vec::new();
    let watched = Watched::begin(&mut desk, 500);
    let import = watched.watch(&mut desk, |desk, progress| {
        shares.push(progress.share());
        assert!(!desk.file.refresh().unwrap(), "nothing is seen of it before the end");
        assert_eq!(desk.file.list(Kind::Feedback).unwrap().len(), 0);
        if progress.share() > 0.5 {
            progress.cancel();
        }
    });
    let refusal = import.take_outcome().unwrap().unwrap_err();
    assert!(refusal.to_string().contains("cancelled"), "{refusal}");
    assert!(shares.is_sorted() && shares.len() > 20, "{shares:?}");
    assert!(shares.last().is_some_and(|share| (0.5..0.6).contains(share)), "{shares:?}");
    assert_eq!(*desk.file.head(), before);
    assert_eq!(desk.file.all(Kind::Feedback).unwrap().len(), 0);
    assert_eq!(desk.file.all(Kind::Attachment).unwrap().len(), 0);
    crate::chain::feedback(&mut desk);
    desk.assert_verifies();
}

#[test]
fn while_an_import_runs_everything_else_is_refused_and_drafts_are_kept() {
    let mut desk = Desk::staffed_once();
    let dan = desk.people["dan"].for_job();
    desk.file.save_draft(&dan, "old", r#""typed before""#, desk.now).unwrap();
    let watched = Watched::begin(&mut desk, 200);
    let mut looks = 0;
    let import = watched.watch(&mut desk, |desk, _| {
        looks += 1;
        if looks != 5 {
            return;
        }
        let refusal = desk.by("ana", Request::AcknowledgeClock).unwrap_err();
        assert!(refusal.to_string().contains("An import is running"), "{refusal}");
        let at = stamp(desk.now);
        let password = Password::new(crate::desk::PASSWORD);
        assert!(desk.file.sign_in("ana", &password, &at).is_err());
        assert!(desk.file.hand_over_writer("A second one").is_err());
        assert!(
            !desk.file.take_over(&at).unwrap() && desk.file.writer_is_away(),
            "it is not taken from the job"
        );
        desk.file.save_draft(&dan, "new", r#""typed meanwhile""#, desk.now).unwrap();
        desk.file.drop_draft(&dan, "old").unwrap();
        let drafts = desk.file.drafts(&dan).unwrap();
        assert_eq!(drafts.len(), 1);
        assert_eq!(drafts[0].1, r#""typed meanwhile""#);
    });
    assert!(looks > 20);
    assert_eq!(import.take_outcome().unwrap().unwrap().counts.taken, 200);
    assert_eq!(desk.file.drafts(&dan).unwrap()[0].1, r#""typed meanwhile""#);
    assert_eq!(desk.file.drafts(&dan).unwrap().len(), 1);
    assert_eq!(desk.file.all(Kind::Feedback).unwrap().len(), 200);
    crate::chain::feedback(&mut desk);
    desk.assert_verifies();
}

#[test]
fn the_window_reads_on_while_a_large_import_is_under_way() {
    let mut desk = Desk::staffed_once();
    crate::chain::feedback(&mut desk);
    let mut longest = Duration::ZERO;
    let watched = Watched::begin(&mut desk, 3_000);
    let import = watched.watch(&mut desk, |desk, progress| {
        let began = std::time::Instant::now();
        // At the last stop the import is committed.
        let seen = desk.file.list(Kind::Feedback).unwrap().len();
        assert!(seen == 1 || progress.share() > 0.99, "{seen} at {}", progress.share());
        desk.file.page(id("FB-0001"), None, desk.now).unwrap();
        longest = longest.max(began.elapsed());
    });
    assert_eq!(import.take_outcome().unwrap().unwrap().counts.taken, 3_000);
    println!("the longest look took {longest:?}");
    assert!(longest < Duration::from_secs(1), "reading took {longest:?}");
    assert!(desk.file.search("alarm late", 10).unwrap().len() == 10);
}

#[test]
fn a_planning_that_is_cancelled_ends_at_once() {
    let desk = Desk::new();
    let beside = ProductFile::open_for_job(desk.file.path()).unwrap();
    let refusal =
        beside.plan_import_while(&source(SMALL), &small_mapping(), desk.now, &|_| false).unwrap_err();
    assert!(refusal.to_string().contains("cancelled"), "{refusal}");
}

#[test]
fn a_verification_gives_way_to_whoever_writes_and_begins_anew() {
    let mut desk = Desk::staffed_once();
    let path = desk.file.path().to_owned();
    let (tell, told) = sync_channel(0);
    let (go, wait) = sync_channel::<()>(0);
    let wait = Mutex::new(wait);
    let job = Job::start(
        "Verifying the file",
        move || {
            if tell.send(()).is_ok() {
                let _ = wait.lock().unwrap().recv();
            }
        },
        move |progress| ProductFile::verify_in_background(&path, None, progress, 1.0),
    )
    .unwrap();
    told.recv().unwrap();
    assert!(job.progress().share() > 0.0, "it looks at the file now");
    job.progress().ask_to_yield();
    let began = std::time::Instant::now();
    // From here on it does not stop any more.
    drop((told, go));
    crate::chain::feedback(&mut desk);
    assert!(began.elapsed() < Duration::from_secs(5), "it was held up for {:?}", began.elapsed());
    while !job.progress().has_ended() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let verification = job.poll().unwrap().unwrap();
    assert_eq!(verification.head.0, desk.file.head().seq, "what was written is verified, too");
    assert_eq!(verification.findings, []);
    assert_eq!(job.progress().words(), "Verifying the file once more");
}

#[test]
fn a_writer_that_is_lost_with_its_job_is_taken_anew() {
    let mut desk = Desk::staffed_once();
    let dan = desk.people["dan"].for_job();
    let writer = desk.file.hand_over_writer(IMPORT_RUNS).unwrap();
    desk.file.save_draft(&dan, "new", r#""typed meanwhile""#, desk.now).unwrap();
    drop(writer);
    assert!(desk.file.take_over(&stamp(desk.now)).unwrap());
    assert_eq!(desk.file.drafts(&dan).unwrap()[0].1, r#""typed meanwhile""#);
    crate::chain::feedback(&mut desk);
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
    for (target, answer, words) in [
        ("received_at", "2031-03-01", "is not a date and time"),
        ("aware_at", "yesterday", "is not a date and time"),
        ("awareness", "2031-03-01 08:00", "feedback has no field “awareness”"),
    ] {
        let refusal = answered(maude.clone(), target, answer).unwrap_err().to_string();
        assert!(refusal.contains(words), "{answer}: {refusal}");
    }
    let maude = answered(maude, "received_at", "2031-03-01 08:00").unwrap();
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
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: MAINSTAY_DATA names no folder with real data",
            module_path!()
        );
        return;
    };
    let path = std::path::PathBuf::from(folder).join(path);
    let file = Arc::new(ImportSource::read(&path, &ReadOptions::default()).unwrap());
    let mut desk = Desk::staffed();
    let (mut suggested, notes) = file.suggested(&[]);
    assert_eq!((suggested.name.as_str(), notes.len()), (mapping, 0));
    for target in suggested.ask.clone() {
        suggested = answered(suggested, &target.target, "2031-03-01T12:00:00Z").unwrap();
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
