//! Entries that are dated back: a clock that is set to any moment before what the workstation saw is noticed, although the file
//! itself has no later event.

use std::path::PathBuf;

use eframe::egui::vec2;
use egui_kittest::kittest::Queryable as _;

use mainstay::domain::ids::Kind;
use mainstay::domain::time::Moment;
use mainstay::ops::import::{ImportSource, ReadOptions};
use mainstay::ops::workstation;
use mainstay::ops::{Act, EventFilter, Receipt, Refused, Request};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::desk::{Desk, fields, stamp, workstation as fresh};
use crate::forger::Forger;
use crate::host::Window;

/// A desk at a workstation that saw a later moment in another file, and whose clock was then set back.
struct Back {
    desk: Desk,
    place: PathBuf,
    seen: Moment,
}

fn feedback(title: &str) -> Act {
    Request::Create { kind: Kind::Feedback, parent: None, set: fields(json!({"title": title})) }.into()
}

fn sign() -> Act {
    let set = fields(json!({"warn_days": 14}));
    Act::from(Request::Edit { id: "PL-0001".parse().unwrap(), set }).because("As decided")
}

impl Back {
    fn new() -> Self {
        let mut desk = Desk::staffed_once();
        desk.hire("gil", "Gil Example", &[mainstay::domain::person::Role::SysAdmin]);
        let place = fresh();
        let seen = desk.now.plus_seconds(10 * 86_400);
        // Another file was open here ten days later.
        let mut other = Desk::new();
        workstation::remember(&place, &mut other.file, seen).unwrap();
        desk.now = desk.now.plus_seconds(86_400);
        let mut back = Self { desk, place, seen };
        back.look();
        back
    }

    /// What the program does at opening and after each event.
    fn look(&mut self) {
        workstation::remember(&self.place, &mut self.desk.file, self.desk.now).unwrap();
    }

    fn by(&mut self, who: &str, act: Act) -> Result<Receipt, Refused> {
        let receipt = self.desk.by(who, act);
        self.look();
        receipt
    }

    fn acknowledge(&mut self, who: &str) -> Result<Receipt, Refused> {
        self.by(who, Act::from(Request::AcknowledgeClock).because("Set back by mistake"))
    }
}

#[test]
fn an_entry_before_what_the_workstation_saw_asks_why_is_marked_and_blocks_signing() {
    let mut back = Back::new();
    let refusal = back.by("dan", feedback("Dated back")).unwrap_err();
    assert!(matches!(&refusal, Refused::NeedsReason(what) if what.contains("clock")), "{refusal}");
    back.by("dan", feedback("Dated back").because("The clock was not looked at")).unwrap();
    let event = back.desk.file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!(event.clock_seen, Some(back.seen));
    assert_eq!(event.clock_back_seconds, Some(back.seen.seconds_since(event.at).unsigned_abs()));
    let refusal = back.desk.signed("ana", sign()).unwrap_err().to_string();
    assert!(refusal.contains("clock of this machine ran backwards"), "{refusal}");
    // Also after the clock was set right, and without the memory of the workstation.
    back.desk.now = back.seen.plus_seconds(60);
    let refusal = back.desk.signed("ana", sign()).unwrap_err().to_string();
    assert!(refusal.contains("acknowledge it"), "{refusal}");
    back.desk.assert_verifies();
}

#[test]
fn somebody_else_than_who_dated_back_acknowledges_it_and_then_time_counts_from_there() {
    let mut back = Back::new();
    back.by("ana", feedback("Dated back").because("The clock was not looked at")).unwrap();
    let refusal = back.acknowledge("ana").unwrap_err().to_string();
    assert!(refusal.contains("somebody else acknowledges it, such as"), "{refusal}");
    back.acknowledge("gil").unwrap();
    back.by("dan", feedback("In time")).unwrap();
    back.desk.signed("ana", sign()).unwrap();
    // The moment that was wrong does not come back when the file is opened again.
    back.look();
    assert_eq!(back.desk.file.clock_behind(back.desk.now).unwrap(), None);
    back.desk.assert_verifies();
}

#[test]
fn a_clock_a_little_behind_is_no_clock_that_was_set_back() {
    let mut back = Back::new();
    back.desk.now = back.seen.plus_seconds(-100);
    back.by("dan", feedback("In time")).unwrap();
    let event = back.desk.file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!((event.clock_seen, event.clock_back_seconds), (None, None));
    back.desk.assert_verifies();
}

#[test]
fn a_file_that_was_changed_later_than_the_clock_says_proves_that_it_was_set_back() {
    let mut desk = Desk::staffed_once();
    let place = fresh();
    let changed = desk.now.plus_seconds(5 * 86_400);
    let file = std::fs::File::options().write(true).open(desk.file.path()).unwrap();
    let seconds =
        u64::try_from(changed.seconds_since(Moment::parse("1970-01-01T00:00:00Z").unwrap())).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
    workstation::remember(&place, &mut desk.file, desk.now).unwrap();
    assert!(matches!(desk.by("dan", feedback("Dated back")).unwrap_err(), Refused::NeedsReason(_)));
    assert_eq!(desk.file.clock_behind(desk.now).unwrap().unwrap() / 86_400, 4);
}

#[test]
fn an_event_that_names_a_moment_that_says_nothing_is_found() {
    for (seen, back) in [
        ("2031-01-01T00:00:00Z", None),
        ("2031-01-01T00:00:00Z", Some(300)),
        ("2041-01-01T00:00:00Z", Some(1)),
    ] {
        let forger = Forger::unguarded();
        let mut event = forger.event_like("feedback.create", "dan");
        event["request"] = json!("feedback.edit");
        forger.change(&mut event, "FB-0001", "title", json!("Dated back"));
        event["given"] = json!(["title"]);
        event["clock_seen"] = json!(seen);
        if let Some(back) = back {
            event["clock_back_seconds"] = json!(back);
        }
        forger.append_as(&event, "dan");
        let seq = forger.last();
        let found = forger.verify(None);
        assert!(
            found.iter().any(|finding| finding.place == format!("event {seq}")),
            "{seen} {back:?}: {found:?}"
        );
    }
}

#[test]
fn the_window_asks_why_where_the_screen_has_no_field_for_it() {
    let mut desk = Desk::staffed();
    let fb = desk.create("dan", Kind::Feedback, json!({"title": "Alarm is late"}));
    let mut window = Window::new(desk, "dan", Route::Record(fb), vec2(1240.0, 920.0));
    window.pass(-3 * 86_400);
    window.settle();
    window.get_by_label_contains("Problem. The clock of this machine is 3 days");
    window.press("Assign to…");
    window.press("Ben Example");
    assert_eq!(window.record(fb).head.owner, None, "it is not done without a reason");
    window.picture("reason");
    window.press("Go on");
    window.get_by_label("The reason is missing");
    window.type_into("Reason", "The battery was empty");
    window.press("Go on");
    assert_eq!(
        window.record(fb).head.owner,
        Some(window.people["ben"].person()),
        "{:?}",
        window.state().refusal()
    );
}

#[test]
fn an_acknowledgement_in_another_file_clears_nothing_here() {
    let mut back = Back::new();
    let mut other = Desk::new();
    other.now = back.desk.now;
    workstation::remember(&back.place, &mut other.file, other.now).unwrap();
    other.by("ana", Act::from(Request::AcknowledgeClock).because("A throw-away file")).unwrap();
    workstation::remember(&back.place, &mut other.file, other.now).unwrap();
    assert_eq!(other.file.clock_behind(other.now).unwrap(), None);
    back.look();
    assert!(matches!(back.by("dan", feedback("Dated back")).unwrap_err(), Refused::NeedsReason(_)));
}

#[test]
fn rows_are_imported_while_the_clock_is_behind_with_a_reason() {
    let mut back = Back::new();
    let bytes = b"number,title,received\n7,Alarm is late,2031-03-01 08:00\n".to_vec();
    let source = ImportSource::from_bytes("rows.csv", "rows.csv", bytes, &ReadOptions::default()).unwrap();
    let source = std::sync::Arc::new(source);
    let (mapping, _) = source.from_columns();
    let mut plan = back.desk.file.plan_import(&source, &mapping, back.desk.now).unwrap();
    assert_eq!(plan.counts().taken, 1, "{:?}", plan.rows);
    let at = stamp(back.desk.now);
    let dan = &back.desk.people["dan"];
    let refusal = back.desk.file.import(dan, &plan, &|_| true, &at).unwrap_err().to_string();
    assert!(refusal.contains("clock of this machine is behind"), "{refusal}");
    plan.reason = "The battery was empty".to_owned();
    back.desk.file.import(dan, &plan, &|_| true, &at).unwrap();
    let events = back.desk.file.events(&EventFilter::default(), 3, 0).unwrap();
    let reasons = events.iter().filter(|row| row.event.reason.as_deref() == Some("The battery was empty"));
    assert_eq!(reasons.count(), 2, "of the file and of the row");
    back.desk.assert_verifies();
}

#[test]
fn the_import_screen_asks_why_where_the_clock_is_behind() {
    let desk = Desk::staffed();
    let rows = desk.folder.path().join("rows.csv");
    std::fs::write(&rows, "number,title,received\n7,Alarm is late,2031-02-01 08:00\n").unwrap();
    let mut window = Window::new(desk, "dan", Route::Import, vec2(1240.0, 920.0));
    window.pass(-3 * 86_400);
    window.settle();
    window.type_into("Path of the file", rows.to_str().unwrap());
    window.press("Read");
    for _ in 0..3000 {
        window.settle();
        if window.has("1 will be imported") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    window.press("Import 1 row");
    assert!(!window.said("imported"), "not without a reason");
    window.picture("import-reason");
    window.type_into("Reason", "The battery was empty");
    for _ in 0..3000 {
        window.settle();
        if window.said("was imported") {
            break;
        }
        // While the rows are checked again, the button does nothing.
        if window.has("Import 1 row") {
            window.press("Import 1 row");
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    window.picture("import-after");
    assert!(window.said("1 row of rows.csv was imported"), "{:?}", window.state().messages());
    let events = window.file().events(&EventFilter::default(), 3, 0).unwrap();
    assert!(events.iter().any(|row| row.event.reason.as_deref() == Some("The battery was empty")));
}

#[test]
fn a_clock_that_is_set_back_while_the_window_is_open_is_noticed_without_an_event_between() {
    let desk = Desk::staffed();
    let mut window = Window::new(desk, "dan", Route::Dashboard, vec2(1240.0, 920.0));
    window.pass(300);
    window.settle();
    assert!(!window.has("behind what was seen before"));
    // Still after the last event of the file.
    window.pass(-200);
    window.settle();
    assert!(window.has("is 3 minutes and 20 seconds behind what was seen before."));
}
