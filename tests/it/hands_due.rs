//! What is due, for a calendar program and for the notifications of the desktop.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui::{accesskit::Role, vec2};
use egui_kittest::kittest::Queryable as _;
use mainstay::domain::ids::Kind;
use mainstay::ops::DueCalendarOptions;
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::desk::{Desk, program};
use crate::host::Window;

fn desk() -> Desk {
    let mut desk = Desk::staffed_once();
    let set = json!({
        "title": "Alarm is late", "received_at": desk.now, "channel": "Telephone", "description_verbatim": "Late.",
    });
    desk.create("ana", Kind::Feedback, set);
    desk
}

/// The lines of a calendar, unfolded.
fn lines(calendar: &[u8]) -> Vec<String> {
    let text = String::from_utf8(calendar.to_vec()).unwrap();
    text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

fn with(lines: &[String], property: &str) -> Vec<String> {
    lines.iter().filter(|line| line.starts_with(property)).cloned().collect()
}

#[test]
fn everything_with_a_day_is_an_event_that_keeps_its_identity() {
    let desk = desk();
    let now = desk.now;
    let attention = desk.file.attention(now).unwrap();
    let dated = attention.now.iter().chain(&attention.coming).filter(|item| item.due.is_some()).count();
    assert!(dated > 2);
    let calendar = |days: i64, alarm_days| {
        let options = DueCalendarOptions { alarm_days };
        lines(&desk.file.due_calendar(now.plus_seconds(days * 86_400), &options).unwrap())
    };
    let today = calendar(0, None);
    assert_eq!(today[0], "BEGIN:VCALENDAR");
    let identities = with(&today, "UID:");
    assert_eq!(identities.len(), dated);
    let distinct: std::collections::BTreeSet<&String> = identities.iter().collect();
    assert_eq!(distinct.len(), dated, "{identities:?}");
    assert!(with(&today, "BEGIN:VALARM").is_empty());
    assert!(today.iter().any(|line| line.starts_with("SUMMARY:") && line.contains("FB-0001")));
    let late = calendar(60, Some(3));
    let later: Vec<String> = with(&late, "UID:");
    assert!(identities.iter().filter(|uid| uid.contains("FB-0001")).all(|uid| later.contains(uid)));
    assert!(late.iter().any(|line| line.starts_with("SUMMARY:Overdue: ")));
    assert!(!with(&late, "BEGIN:VALARM").is_empty());
    assert!(with(&late, "TRIGGER").iter().all(|line| line == "TRIGGER:-PT259200S"), "three days");
}

#[test]
fn the_command_and_the_window_write_it() {
    let desk = desk();
    let path = desk.file.path().to_owned();
    let out = desk.folder.path().join("due.ics");
    let run = || {
        program()
            .arg("status")
            .arg(&path)
            .arg("--calendar")
            .arg(&out)
            .args(["--alarm", "2"])
            .output()
            .unwrap()
    };
    let first = run();
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    assert!(lines(&std::fs::read(&out).unwrap()).contains(&"BEGIN:VCALENDAR".to_owned()));
    assert_eq!(run().status.code(), Some(1), "it exists already");
    let mut window = Window::new(desk, "ana", Route::Dashboard, vec2(1280.0, 900.0));
    window.press("Ana Example");
    let save = window.query_all_by_label_contains("Save what is due as a calendar").next().unwrap();
    save.click_accesskit();
    window.settle();
    let written = window.written();
    assert_eq!(written.file_name().unwrap(), "pump due.ics");
    assert!(lines(&std::fs::read(written).unwrap()).contains(&"BEGIN:VEVENT".to_owned()));
}

#[test]
fn the_desktop_is_told_once_a_day_and_only_on_request() {
    let mut desk = desk();
    desk.now = desk.now.plus_seconds(90 * 86_400);
    let told: Rc<RefCell<Vec<String>>> = Rc::default();
    let kept = Rc::clone(&told);
    let mut window = Window::arranged(desk, "ana", (Route::Settings, vec2(1280.0, 900.0)), move |app| {
        app.tell_by(Box::new(move |title, text| kept.borrow_mut().push(format!("{title}: {text}"))));
    });
    assert!(told.borrow().is_empty(), "off at first");
    window.picture("settings_notifications");
    let name = "Tell the desktop once a day what is overdue";
    window.query_all_by_role_and_label(Role::CheckBox, name).next().unwrap().click_accesskit();
    window.settle();
    assert_eq!(told.borrow().len(), 1, "{:?}", told.borrow());
    let words = told.borrow()[0].clone();
    assert!(words.starts_with("Mainstay: Overdue: ") && words.contains("FB-0001"), "{words}");
    assert!(!words.contains("Alarm is late"), "{words}");
    window.go(Route::Dashboard);
    window.settle();
    assert_eq!(told.borrow().len(), 1);
    window.pass(86_400);
    window.sit_down("ana");
    window.settle();
    assert_eq!(told.borrow().len(), 2);
}
