//! Audit readiness: through the operations, the command line and the window.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use eframe::egui::vec2;
use egui_kittest::kittest::Queryable as _;
use mainstay::domain::ids::Kind;
use mainstay::domain::readiness::{Facts, Severity};
use mainstay::domain::time::{Day, Moment};
use mainstay::ops::{
    Act, Opened, ProductFile, Readiness, Request, Verification, stamp as stamp_now, write_example,
};
use mainstay::ui::cx::Route;
use serde_json::{Value, json};

use crate::cli::{copy, run_at};
use crate::desk::{Desk, fields, id, program};
use crate::host::Window;

/// The example product, written once for the tests of this file.
fn example() -> &'static Path {
    static EXAMPLE: OnceLock<PathBuf> = OnceLock::new();
    EXAMPLE.get_or_init(|| {
        let path = tempfile::tempdir().unwrap().keep().join("example.mainstay");
        write_example(&path).unwrap();
        path
    })
}

fn opened(path: &Path) -> ProductFile {
    let Opened::Open(file) = ProductFile::open(path, &stamp_now()).unwrap() else { panic!("not opened") };
    *file
}

fn facts() -> Facts {
    Facts { program: "0.1.0".to_owned(), ..Facts::default() }
}

fn rules(found: &Readiness) -> Vec<&'static str> {
    let mut rules: Vec<&str> = found.gaps.iter().map(|one| one.gap.rule.id).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn end_of(day: &str) -> Moment {
    Moment::end_of(Day::parse(day).unwrap())
}

#[test]
fn the_example_fires_a_known_set_of_rules() {
    let file = opened(example());
    let found = file.readiness(end_of("2026-11-29"), &facts()).unwrap();
    let expected = [
        "COM-04", "CR-15", "CR-16", "DEV-01", "FB-01", "FB-04", "FB-05", "FIND-08", "FIND-11", "PLAN-10",
        "PR-01", "PR-10", "PR-11", "PR-12", "REV-07", "REV-15", "SOUP-07", "SOUP-08", "SOUP-11", "VAL-01",
    ];
    assert_eq!(rules(&found), expected);
    assert_eq!((found.rules, found.settled()), (147, 1));
    let waived = found.gaps.last().unwrap();
    assert_eq!(
        (waived.gap.rule.id, waived.gap.settled),
        ("CR-15", Some(id("WV-0001"))),
        "what is waived comes last"
    );
    assert!(found.gaps.first().unwrap().gap.severity() == Severity::Critical);
    let of_trends = found.clauses.iter().find(|one| one.clause.number == "9.6").unwrap();
    assert_eq!((of_trends.words().as_str(), of_trends.gaps), ("1 trend review", 0));
}

#[test]
fn a_waiver_ends_with_its_day() {
    let file = opened(example());
    let found = file.readiness(end_of("2027-04-01"), &facts()).unwrap();
    assert_eq!(found.settled(), 0);
    assert!(rules(&found).contains(&"CR-15"));
}

#[test]
fn the_gaps_of_a_past_moment_are_those_of_the_file_as_it_was_then() {
    let file = opened(example());
    let then = file.readiness_at(end_of("2026-09-01"), &facts()).unwrap();
    let expected = ["FB-04", "PLAN-10", "PLAN-14", "PR-12", "SOUP-07", "SOUP-08", "VAL-01"];
    assert_eq!(rules(&then), expected);
    let before = file.readiness_at(end_of("2020-01-01"), &facts()).unwrap();
    assert!(before.gaps.iter().all(|one| one.gap.hit.record.is_none_or(|id| !id.kind.def().place.is_work())));
}

#[test]
fn since_when_a_gap_is_there_is_the_end_of_the_first_month_without_a_break() {
    let file = opened(example());
    let found = file.readiness_since((end_of("2026-11-29"), 12), &facts(), &|_| true).unwrap();
    let since = |rule: &str, record: &str| {
        let one =
            found.gaps.iter().find(|one| one.gap.rule.id == rule && one.gap.hit.record == Some(id(record)));
        one.unwrap().first_seen.map(|day| day.to_string())
    };
    assert_eq!(since("FB-05", "FB-0026"), None, "it came in this month");
    assert_eq!(since("FB-04", "FB-0016").as_deref(), Some("2026-08-31"));
    let stopped = file.readiness_since((end_of("2026-11-29"), 12), &facts(), &|_| false);
    assert!(stopped.is_err_and(|why| why.to_string().contains("cancelled")));
}

#[test]
fn looking_writes_nothing() {
    let file = opened(example());
    let before = file.head().clone();
    file.readiness(end_of("2026-11-29"), &facts()).unwrap();
    file.readiness_since((end_of("2026-11-29"), 3), &facts(), &|_| true).unwrap();
    assert_eq!(*file.head(), before);
}

#[test]
fn the_command_ends_with_12_where_something_critical_is_found_and_0_where_nothing_is() {
    let run = |path: &Path, more: &[&str]| {
        let output = program().arg("readiness").arg(path).args(more).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = run(example(), &["--on", "2026-11-29"]);
    assert_eq!(code, Some(12));
    assert!(text.contains("FB-05") && text.contains("Decide reportability for that market."), "{text}");
    assert!(text.contains("Waived by WV-0001"), "{text}");
    let (code, text) = run(example(), &["--on", "2026-11-29", "--json"]);
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &read["format"], &read["rules"]), (Some(12), &json!(1), &json!(147)));
    let first = &read["gaps"][0];
    for key in ["rule", "clause", "severity", "says", "record", "what", "remedy"] {
        assert!(!first[key].is_null(), "{key} of {first}");
    }
    let desk = Desk::staffed();
    let (code, text) = run(desk.file.path(), &[]);
    assert_eq!(code, Some(0), "{text}");
    let (code, _) = run(example(), &["--on", "yesterday"]);
    assert_eq!(code, Some(2));
}

#[test]
fn a_waiver_names_a_rule_and_a_day_within_a_year_and_is_signed_by_two() {
    let mut desk = Desk::staffed();
    let set = json!({"title": "It waits", "rule": "whatever", "justification": "x", "until_then": "y", "expires_on": "2099-01-01"});
    let waiver = desk.create("ana", Kind::Waiver, set);
    let refusal = desk.go("ana", waiver, "submit").unwrap_err().to_string();
    assert!(refusal.contains("such as CR-15") && refusal.contains("at most a year"), "{refusal}");
    let until = desk.now.day().plus_days(30);
    desk.by("ana", Request::Edit { id: waiver, set: fields(json!({"rule": "CR-15", "expires_on": until})) })
        .unwrap();
    let approval = desk.go("ana", waiver, "submit").unwrap().made[0];
    desk.signed("ana", Request::Sign { id: approval, meaning: None }).unwrap();
    assert_eq!(desk.state(waiver), "in_review", "management has not signed");
}

#[test]
fn the_window_shows_the_gaps_and_leads_to_their_records() {
    let desk = Desk::staffed();
    let mut window = Window::new(desk, "ana", Route::Readiness, vec2(1280.0, 900.0));
    window.until_shown("rules count for the product");
    window.until_shown("No version of the program is recorded as validated");
    window.picture("readiness");
    window.get_by_label("Clauses").click_accesskit();
    window.settle();
    window.until_shown("Feedback is documented and evaluated");
    window.picture("readiness_clauses");
}

#[test]
fn a_gap_is_read_in_full_with_the_title_of_its_record_in_a_small_window() {
    let mut desk = Desk::staffed();
    crate::chain::confirmed_problem(&mut desk);
    let title = desk.record(id("PR-0001")).title().to_owned();
    desk.now = desk.now.plus_seconds(40 * 86_400);
    let found = desk.file.readiness(desk.now, &desk.file.known()).unwrap();
    let of_problem = found.gaps.iter().find(|one| one.gap.hit.record == Some(id("PR-0001"))).unwrap();
    let (rule, text) = (of_problem.gap.rule.id, of_problem.gap.hit.text.clone());
    let mut window = Window::new(desk, "ana", Route::Readiness, vec2(1280.0, 800.0));
    window.until_shown("rules count for the product");
    window.type_into("Filter", &format!("{rule} {title}"));
    assert!(window.has(&format!("PR-0001  {title}")), "the row names the record");
    let full = format!("PR-0001  {title}: {text}");
    let line = window.get_by_label(&full);
    let (place, room) = (line.rect(), window.ctx.content_rect());
    assert!(room.contains_rect(place), "{place:?} is not in {room:?}");
    window.picture("readiness_small");
}

fn set_policy(desk: &mut Desk, set: Value) {
    let edit = Act::from(Request::Edit { id: id("PL-0001"), set: fields(set) });
    desk.signed("ana", edit.because("As it came out")).unwrap();
}

/// The rules that are found in a file.
fn found_in(file: &ProductFile, at: Moment) -> (Vec<&'static str>, Vec<String>) {
    let found = file.readiness(at, &file.known()).unwrap();
    (rules(&found), found.unknown)
}

#[test]
fn a_good_verification_holds_for_what_is_written_here_and_not_for_what_others_write_after_it() {
    let mut desk = Desk::staffed();
    let Opened::Open(mut reader) = ProductFile::open_to_read(desk.file.path()).unwrap() else {
        panic!("not opened")
    };
    let clean = ProductFile::verify(desk.file.path(), None, &|_| true).unwrap();
    let seq = clean.head.0;
    desk.file.note_verification(&clean).unwrap();
    reader.note_verification(&clean).unwrap();
    assert_eq!((desk.file.known().verified, reader.known().verified), (Some(true), Some(true)));
    crate::chain::tested_change(&mut desk);
    assert!(desk.file.head().seq > seq);
    assert_eq!(desk.file.known().verified, Some(true), "it wrote all of that itself");
    reader.refresh().unwrap();
    assert_eq!(reader.known().verified, None, "somebody else wrote it");
    let (_, unknown) = found_in(&reader, desk.now);
    assert_eq!(unknown[0], format!("whether what was written elsewhere after event {seq} verifies"));
    let other = Verification { head: (seq, "0".repeat(64)), ..clean };
    desk.file.note_verification(&other).unwrap();
    assert_eq!(desk.file.known().verified, None, "that is another file");
    let again = ProductFile::verify(desk.file.path(), None, &|_| true).unwrap();
    reader.note_verification(&again).unwrap();
    assert_eq!(reader.known().verified, Some(true));
}

#[test]
fn what_is_known_of_a_file_stays_when_a_reader_becomes_its_writer_and_covers_no_event_of_others() {
    let mut desk = Desk::staffed();
    let path = desk.file.path().to_owned();
    let Opened::Open(mut late) = ProductFile::open_to_read(&path).unwrap() else { panic!("not opened") };
    let early = ProductFile::verify(&path, None, &|_| true).unwrap();
    crate::chain::tested_change(&mut desk);
    late.refresh().unwrap();
    late.note_backup(desk.now.day());
    desk.file.let_go().unwrap();
    assert!(late.take_over(&stamp_now()).unwrap());
    assert_eq!(late.known().last_backup, Some(desk.now.day()), "signing in forgets nothing");
    late.note_verification(&early).unwrap();
    assert_eq!(late.known().verified, None, "others wrote between the verification and the first own event");
    let now = ProductFile::verify(&path, None, &|_| true).unwrap();
    late.note_verification(&now).unwrap();
    let away = late.hand_over_writer("A job is running").unwrap();
    assert_eq!(late.known().verified, Some(true), "a job has the writer, and no event is new");
    assert_eq!(late.known().last_backup, Some(desk.now.day()));
    late.take_back_writer(away).unwrap();
    late.let_go().unwrap();
    assert_eq!(late.known().verified, Some(true), "nobody wrote since");
}

#[test]
fn a_signature_that_does_not_match_is_found_once_the_file_was_verified() {
    let mut desk = Desk::staffed();
    crate::chain::tested_change(&mut desk);
    let verify = |desk: &Desk| ProductFile::verify(desk.file.path(), None, &|_| true).unwrap();
    let (before, unknown) = found_in(&desk.file, desk.now);
    assert!(!before.contains(&"ESIG-01"));
    assert_eq!(unknown[0], "whether the audit trail and the signatures verify", "nobody looked yet");
    let clean = verify(&desk);
    desk.file.note_verification(&clean).unwrap();
    let (sound, unknown) = found_in(&desk.file, desk.now);
    assert!(!sound.contains(&"ESIG-01") && !sound.contains(&"ESIG-03"), "{sound:?}");
    assert!(unknown.iter().all(|what| !what.contains("signatures")), "{unknown:?}");
    let path = desk.folder.path().join("touched.mainstay");
    std::fs::copy(desk.file.path(), &path).unwrap();
    let damage = rusqlite::Connection::open(&path).unwrap();
    let guards =
        "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_schema WHERE type = 'trigger'";
    let unguard: String = damage.query_row(guards, [], |row| row.get(0)).unwrap();
    damage.execute_batch(&unguard).unwrap();
    damage.execute("UPDATE signature SET signature = randomblob(64) WHERE number = 1", []).unwrap();
    let subject: String =
        damage.query_row("SELECT subject FROM signature WHERE number = 1", [], |row| row.get(0)).unwrap();
    drop(damage);
    let found = ProductFile::verify(&path, None, &|_| true).unwrap();
    let Opened::Open(mut touched) = ProductFile::open_to_read(&path).unwrap() else { panic!("not opened") };
    touched.note_verification(&found).unwrap();
    let broken = touched.readiness(desk.now, &touched.known()).unwrap();
    let hits = broken.gaps.iter().filter(|one| one.gap.rule.id == "ESIG-01");
    let records: Vec<_> = hits.filter_map(|one| one.gap.hit.record).collect();
    assert_eq!(records, [id(&subject)]);
    assert!(rules(&broken).contains(&"ESIG-03"));
}

#[test]
fn an_old_backup_is_found_where_the_day_of_the_last_one_is_known() {
    let mut desk = Desk::staffed();
    set_policy(&mut desk, json!({"backup_days": 7}));
    let (rules_then, unknown) = found_in(&desk.file, desk.now);
    assert!(!rules_then.contains(&"ESIG-06"), "what is not known is not guessed");
    assert!(unknown.iter().any(|what| what == "when the file was last backed up"), "{unknown:?}");
    let today = desk.now.day();
    desk.file.note_backup(today.plus_days(-8));
    let (old, unknown) = found_in(&desk.file, desk.now);
    assert!(
        old.contains(&"ESIG-06") && !unknown.iter().any(|what| what == "when the file was last backed up")
    );
    desk.file.note_backup(today);
    desk.file.note_backup(today.plus_days(-8));
    assert!(!found_in(&desk.file, desk.now).0.contains(&"ESIG-06"), "the last one counts");
}

#[test]
fn a_past_day_is_compared_with_the_version_that_was_validated_and_used_then() {
    let mut desk = Desk::staffed();
    let version = env!("CARGO_PKG_VERSION");
    set_policy(&mut desk, json!({"validated_version": version}));
    let then = desk.now;
    assert!(!found_in(&desk.file, then).0.contains(&"VAL-01"));
    desk.now = desk.now.plus_seconds(40 * 86_400);
    set_policy(&mut desk, json!({"validated_version": "9.9.9"}));
    assert!(found_in(&desk.file, desk.now).0.contains(&"VAL-01"));
    let past = desk.file.readiness_at(then, &desk.file.known()).unwrap();
    assert!(!rules(&past).contains(&"VAL-01"), "it was in order then");
    let newer = Facts { program: "9.9.9".to_owned(), ..desk.file.known() };
    let past = desk.file.readiness_at(then, &newer).unwrap();
    assert!(!rules(&past).contains(&"VAL-01"), "the program of today was not used then");
}

#[test]
fn a_command_says_what_nobody_looked_at_and_verifies_where_it_is_asked_to() {
    let desk = Desk::staffed();
    let run = |more: &[&str]| {
        let output = program().arg("readiness").arg(desk.file.path()).args(more).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let what = "whether the audit trail and the signatures verify";
    assert!(run(&[]).contains(&format!("Not looked at: {what}")), "{}", run(&[]));
    assert!(!run(&["--verify"]).contains(what));
    let read: Value = serde_json::from_str(&run(&["--json"])).unwrap();
    assert_eq!(read["not_looked_at"][0], what);
}

#[test]
fn the_report_of_readiness_knows_the_last_backup_of_the_workstation_as_the_command_does() {
    let folder = tempfile::tempdir().unwrap();
    let (path, place) = (copy(folder.path()), crate::desk::workstation());
    let Opened::Open(file) = ProductFile::open_to_read(path.as_ref()).unwrap() else { panic!("not opened") };
    let uuid = file.uuid().unwrap();
    drop(file);
    let report = |name: &str| {
        let paper = folder.path().join(name);
        let out = paper.to_str().unwrap();
        let (code, _, err) = run_at(&place, &["packet", &path, "readiness", "-o", out, "--login", "mara"]);
        assert_eq!(code, 0, "{err}");
        let bytes = std::fs::read(&paper).unwrap();
        let text = format!("{:?}", mainstay_core::exchange::documents::read(&bytes, name).unwrap());
        text.replace("\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let unknown = "when the file was last backed up";
    assert!(report("before.pdf").contains(unknown), "{}", report("again.pdf"));
    let backups = place.join(&uuid).join("backups");
    std::fs::create_dir_all(&backups).unwrap();
    let at = Moment::parse("2026-11-20T12:00:00Z").unwrap();
    std::fs::write(backups.join(format!("{}.mainstay", at.in_file_name())), "a backup").unwrap();
    assert!(!report("after.pdf").contains(unknown));
}
