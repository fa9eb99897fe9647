//! Undoing the last act: by requests that verification performs again, refused with words where something rests on it.

use eframe::egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::kittest::Queryable as _;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{Receipt, Refused, Request, Undo, UndoBy};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::desk::{Desk, attach_log, fields, id, stamp};
use crate::host::Window;

fn feedback(desk: &mut Desk, login: &str, title: &str) -> RecordId {
    let set = json!({
        "title": title, "received_at": desk.now, "channel": "Telephone", "description_verbatim": "The alarm came late.",
    });
    desk.create(login, Kind::Feedback, set)
}

fn undo(desk: &Desk, login: &str) -> Result<Undo, Refused> {
    desk.file.undo(&desk.people[login], &stamp(desk.now))
}

/// Undoes the last act of a person.
fn undone(desk: &mut Desk, login: &str) -> Receipt {
    let undo = undo(desk, login).unwrap();
    desk.by(login, undo.act).unwrap()
}

fn why_not(desk: &Desk, login: &str) -> String {
    undo(desk, login).unwrap_err().to_string()
}

fn reason_of_last(desk: &Desk) -> Option<String> {
    desk.file.events(&Default::default(), 1, 0).unwrap().remove(0).event.reason
}

#[test]
fn an_edit_is_undone_by_an_edit_and_then_the_record_is_given_up() {
    let mut desk = Desk::staffed_once();
    let record = feedback(&mut desk, "ana", "Alarm is late");
    desk.edit("ana", record, json!({"title": "Alarm is early", "device_name": "Gateway"})).unwrap();
    let edited = desk.file.head().seq;
    undone(&mut desk, "ana");
    assert_eq!(desk.record(record).title(), "Alarm is late");
    assert!(desk.record(record).value("device_name").is_null());
    assert_eq!(reason_of_last(&desk).as_deref(), Some(format!("Undo of event {edited}").as_str()));
    let next = undo(&desk, "ana").unwrap();
    assert_eq!((next.event.seq, &next.by), (edited - 1, &UndoBy::GivingUp(record, "Void")));
    undone(&mut desk, "ana");
    assert_eq!(desk.state(record), "void");
    desk.assert_verifies();
}

#[test]
fn a_file_is_withdrawn_and_an_owner_is_set_back() {
    let mut desk = Desk::staffed_once();
    let record = feedback(&mut desk, "dan", "Alarm is late");
    let file = desk.by("dan", attach_log(record, "02:14 alarm")).unwrap().record.unwrap();
    undone(&mut desk, "dan");
    assert_eq!(desk.state(file), "withdrawn");
    let ben = desk.people["ben"].person();
    desk.by("dan", Request::Assign { id: record, owner: Some(ben) }).unwrap();
    undone(&mut desk, "dan");
    assert_eq!(desk.record(record).head.owner, None);
    desk.assert_verifies();
}

#[test]
fn what_is_signed_what_others_rest_on_and_what_has_no_way_back_stays() {
    let mut desk = Desk::staffed_once();
    let why = why_not(&desk, "ana");
    assert!(why.contains("is signed") && why.contains("signed acts stand"), "{why}");
    feedback(&mut desk, "dan", "Alarm is late");
    let why = why_not(&desk, "dan");
    assert!(why.contains("Void") || why.contains("Quality"), "{why}");
    let why = why_not(&desk, "ana");
    assert!(why.contains("by Dan Example came after your last act"), "{why}");
    let item = json!({"title": "Gateway", "item_kind": "item"});
    let item = desk.create("ana", Kind::SoftwareItem, item);
    let why = why_not(&desk, "ana");
    assert!(why.contains("are not given up once they are made") && why.contains(&item.to_string()), "{why}");
    desk.assert_verifies();
}

#[test]
fn a_reason_that_only_looks_like_an_undo_hides_no_later_change() {
    let mut desk = Desk::staffed_once();
    let record = feedback(&mut desk, "ana", "Alarm is late");
    desk.edit("ana", record, json!({"title": "Alarm is early"})).unwrap();
    let seq = desk.file.head().seq;
    let edit = Request::Edit { id: record, set: fields(json!({"title": "Alarm is odd"})) };
    // Event `seq` and the one that claims to undo it are passed over, so that the creation is next; the title is another one by now.
    desk.by("ana", mainstay::ops::Act::from(edit).because(format!("Undo of event {}", seq - 1))).unwrap();
    let why = why_not(&desk, "ana");
    assert!(why.contains("would not be as it was before"), "{why}");
    assert_eq!(desk.record(record).title(), "Alarm is odd");
}

#[test]
fn the_key_shows_what_is_set_back_and_an_input_keeps_its_own_key() {
    let mut desk = Desk::staffed_once();
    let record = feedback(&mut desk, "ana", "Alarm is late");
    desk.edit("ana", record, json!({"title": "Alarm is early"})).unwrap();
    let mut window = Window::new(desk, "ana", Route::Record(record), vec2(1280.0, 900.0));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.settle();
    assert!(window.has("Undo the last act"));
    assert!(window.has("Feedback edited, FB-0001"));
    assert!(window.has("Title: “Alarm is early” becomes “Alarm is late” again"));
    window.picture("undo");
    window.press("Undo");
    assert_eq!(window.record(record).title(), "Alarm is late");
    window.get_by_label("Search all records").focus();
    window.settle();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.settle();
    assert!(!window.has("Undo the last act"));
}

#[test]
fn the_palette_says_what_would_be_undone_and_a_refusal_says_why_nothing_is() {
    let mut desk = Desk::staffed_once();
    let record = feedback(&mut desk, "ana", "Alarm is late");
    desk.edit("ana", record, json!({"title": "Alarm is early"})).unwrap();
    let mut window = Window::new(desk, "ana", Route::Record(record), vec2(1280.0, 900.0));
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    let input = window.query_all_by_role(Role::TextInput).last().unwrap();
    input.type_text("undo");
    window.settle();
    assert!(window.has("Undo: Feedback edited, FB-0001"));
    window.key_press(Key::Enter);
    window.settle();
    assert!(window.has("Undo the last act"));
    window.press("Cancel");
    assert_eq!(window.record(record).title(), "Alarm is early");
    window.beside("dan", attach_log(id("FB-0001"), "02:14"), None).unwrap();
    window.settle();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.settle();
    assert!(window.said("by Dan Example came after your last act"), "{:?}", window.state().messages());
}
