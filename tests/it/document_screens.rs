//! The review of a team's document in the window, by the names that a screen reader says.

use std::path::PathBuf;

use eframe::egui;
use egui::{Key, accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::Kind;
use mainstay::ops::EvidenceFile;
use mainstay::ops::documents::{Texts, review_document};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::cli_documents::{PLAN as PARAGRAPHS, docx};
use crate::desk::{Desk, PLAN, stamp};
use crate::host::Window;

const SIZE: egui::Vec2 = vec2(1280.0, 900.0);
const TALL: egui::Vec2 = vec2(1280.0, 3600.0);

fn window(desk: Desk, login: &str, size: egui::Vec2) -> Window {
    Window::new(desk, login, Route::Documents, size)
}

fn put(window: &Window, name: &str, bytes: &[u8]) -> PathBuf {
    let path = window.folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn choose(window: &mut Window, name: &str, bytes: &[u8]) {
    let path = put(window, name, bytes);
    *window.chosen.borrow_mut() = Some(path);
    window.press("Choose a document…");
}

fn tick(window: &mut Window, name: &str) {
    let found = window.query_all_by_role_and_label(Role::CheckBox, name).next();
    found.expect(name).click_accesskit();
    window.settle();
}

#[test]
fn the_empty_screen_says_what_is_read_and_that_the_rules_read_english() {
    let mut window = window(Desk::staffed_without_plan(), "ana", SIZE);
    assert!(window.has("Begin with what you have"));
    assert!(window.has("stated English words"));
    window.picture("document_empty");
}

#[test]
fn what_a_person_accepts_is_rehearsed_and_then_drafted_into_the_plan_with_the_document() {
    let mut window = window(Desk::staffed_without_plan(), "ana", TALL);
    choose(&mut window, "Maintenance plan.docx", &docx(&PARAGRAPHS));
    window.until_shown("Points of the clauses");
    assert!(window.has("read as") || window.has("Word document"));
    assert!(window.has("Found in section “Feedback”, paragraph 2"));
    assert!(window.has("Missing (IEC 62304 6.1 f)"));
    assert!(window.has("Common audit finding: Letter f is silent on obsolescence"));
    assert!(window.has("MP-0001, the draft of the maintenance plan"));
    window.picture("document_review");
    let before = window.file().head().seq;
    tick(&mut window, "Take A1 into “Procedure for feedback”");
    window.press("Draft the plan from 1 point…");
    assert!(window.has("1 text will be written into MP-0001"));
    window.picture("document_rehearsal");
    assert_eq!(window.file().head().seq, before, "a rehearsal writes nothing");
    window.press("Write the draft");
    window.until("the plan", |window| window.route() == Route::Record(PLAN));
    let plan = window.record(PLAN);
    assert!(plan.text("feedback_procedure").contains("evaluates it within 5 working days"));
    assert!(plan.text("feedback_procedure").contains("Taken from Maintenance plan.docx"));
    assert!(!plan.value("undecided").to_string().contains("feedback_procedure"), "a person accepted it");
    assert!(plan.value("undecided").to_string().contains("soup_upgrade_procedure"), "nobody accepted that");
    let kept = window.file().referring(PLAN, Kind::Attachment).unwrap();
    assert_eq!(
        kept.iter().map(|data| data.title().to_owned()).collect::<Vec<_>>(),
        ["Maintenance plan.docx"]
    );
}

#[test]
fn beside_a_plan_in_force_the_next_version_is_written_and_replaced_texts_are_told() {
    let mut window = window(Desk::staffed(), "ana", TALL);
    choose(&mut window, "Maintenance plan.docx", &docx(&PARAGRAPHS));
    window.until_shown("Points of the clauses");
    assert!(window.has("MP-0002, the next version of MP-0001, which is in force"));
    window.press("Accept all that the plan does not say");
    tick(&mut window, "Take A1 into “Procedure for feedback”, in the place of what the plan says");
    let draft = window.query_all_by_role(Role::Button).filter_map(|node| node.accesskit_node().label());
    let name = draft.into_iter().find(|name| name.starts_with("Draft the plan from")).unwrap();
    window.press(&name);
    assert!(window.has("in the place of what the plan says now"));
    window.press("Write the draft");
    let next = crate::desk::id("MP-0002");
    window.until("the next version", |window| window.route() == Route::Record(next));
    assert_eq!((window.state_of(PLAN).as_str(), window.state_of(next).as_str()), ("effective", "draft"));
    assert!(window.record(next).text("feedback_procedure").contains("within 5 working days"));
    let verification = mainstay::ops::ProductFile::verify(window.file().path(), None, &|_| true).unwrap();
    assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
}

#[test]
fn while_a_version_waits_for_its_approval_the_review_says_why_nothing_can_be_drafted() {
    let mut desk = Desk::staffed();
    let next = desk.go("ana", PLAN, "revise").unwrap().made[0];
    let set =
        serde_json::json!({"version": "2", "reason_for_version": "Quicker", "effective_from": "2031-03-03"});
    desk.edit("ana", next, set).unwrap();
    desk.go("ana", next, "submit").unwrap();
    let mut window = window(desk, "ana", TALL);
    choose(&mut window, "Maintenance plan.docx", &docx(&PARAGRAPHS));
    window.until_shown("Points of the clauses");
    assert!(window.has("MP-0002 waits for its approval or its day"));
    assert_eq!(window.query_all_by_role(Role::CheckBox).count(), 0);
}

#[test]
fn in_a_file_without_a_plan_the_first_one_is_written_with_its_examples() {
    let mut window = window(crate::plan_screens::older_desk(), "ana", TALL);
    choose(&mut window, "Maintenance plan.docx", &docx(&PARAGRAPHS));
    window.until_shown("Points of the clauses");
    assert!(window.has("MP-0001, the first maintenance plan, which begins with its examples"));
    window.press("Accept all that the plan does not say");
    window.press("Accept none");
    tick(&mut window, "Take F1 into “Upgrades of SOUP”");
    window.press("Draft the plan from 1 point…");
    window.press("Write the draft");
    window.until("the plan", |window| window.route() == Route::Record(PLAN));
    let plan = window.record(PLAN);
    assert!(plan.text("soup_upgrade_procedure").contains("the lead evaluates it"));
    assert!(plan.value("undecided").as_array().unwrap().len() > 30, "the rest are examples");
}

#[test]
fn a_draft_that_was_rehearsed_before_the_plan_changed_is_refused_and_changes_nothing() {
    let mut desk = Desk::staffed_without_plan();
    let bytes = docx(&PARAGRAPHS);
    let name = "Maintenance plan.docx".to_owned();
    let (_, review) = review_document(&bytes, &name, None, &|_, _| true).unwrap();
    let planned = desk.file.plan_for_texts().unwrap().draft(&review, &name, Texts::WhereOpen).unwrap();
    desk.edit("ana", PLAN, json!({"title": "Decided meanwhile"})).unwrap();
    let before = desk.file.head().seq;
    let document = EvidenceFile { name, place: String::new(), description: "Plan".to_owned(), bytes };
    let at = stamp(desk.tick());
    let refusal = desk.file.draft_plan(&desk.people["ana"], (planned, document), None, &at).unwrap_err();
    assert!(refusal.to_string().contains("The plan has changed meanwhile"), "{refusal}");
    assert_eq!(desk.file.head().seq, before);
}

#[test]
fn a_reason_is_asked_where_an_entry_needs_one() {
    let mut window = window(Desk::staffed_without_plan(), "ana", TALL);
    window.pass(-3 * 86_400);
    window.settle();
    choose(&mut window, "Maintenance plan.docx", &docx(&PARAGRAPHS));
    window.until_shown("Points of the clauses");
    tick(&mut window, "Take F1 into “Upgrades of SOUP”");
    window.press("Draft the plan from 1 point…");
    window.press("Write the draft");
    window.until_shown("Why it is changed");
    assert!(!window.record(PLAN).text("soup_upgrade_procedure").contains("the lead evaluates it"));
    window.type_into("Why it is changed", "The battery was empty");
    window.press("Write the draft");
    window.until("the plan", |window| window.route() == Route::Record(PLAN));
    assert!(window.record(PLAN).text("soup_upgrade_procedure").contains("the lead evaluates it"));
}

#[test]
fn a_list_of_soup_is_linted_by_line_and_read_into_the_register_with_its_document() {
    let mut window = window(Desk::staffed_without_plan(), "ana", TALL);
    let list = "# SOUP\n\n| SOUP name | Release | Supplier |\n|---|---|---|\n| zlib | 1.3.1 | Gailly |\n| expat | latest |  |\n";
    choose(&mut window, "soup list.md", list.as_bytes());
    window.until_shown("List of SOUP, line 3");
    assert!(window.has("2 items, 5 gaps"));
    assert!(window.has("“latest” is not one exact version"));
    window.picture("document_soup");
    window.press("Read into the register…");
    window.until_shown("soup list.md is attached to");
    window.picture("document_soup_rehearsal");
    window.press("Read into the register");
    window.until("the item", |window| !window.file().list(Kind::SoupItem).unwrap().is_empty());
    let item = window.record(crate::desk::id("SI-0001"));
    assert_eq!((item.title(), item.text("supplier")), ("zlib", "Gailly"));
    let kept = window.file().list(Kind::Attachment).unwrap();
    assert_eq!(kept.len(), 1, "the document is evidence");
}

#[test]
fn a_document_that_is_dropped_on_any_screen_is_reviewed_and_what_cannot_be_read_is_refused_in_words() {
    let mut window = Window::new(Desk::staffed_without_plan(), "ana", Route::Dashboard, SIZE);
    let path = put(&window, "plan.docx", &docx(&PARAGRAPHS));
    window.drop_file(path);
    window.settle();
    assert_eq!(window.route(), Route::Documents);
    window.until_shown("Points of the clauses");
    let path = put(&window, "empty.docx", b"");
    window.type_into("Path of the document", path.to_str().unwrap());
    window.key_press(Key::Enter);
    window.until_shown("it is empty; name the document itself");
    assert!(!window.has("Points of the clauses"), "the former document is not shown beside the refusal");
}

#[test]
fn who_may_not_write_the_plan_reads_the_review_and_accepts_nothing() {
    let mut desk = Desk::staffed_without_plan();
    desk.hire("tom", "Tom Example", &[mainstay::domain::person::Role::Auditor]);
    let mut window = window(desk, "tom", TALL);
    choose(&mut window, "Maintenance plan.docx", &docx(&PARAGRAPHS));
    window.until_shown("Points of the clauses");
    assert_eq!(window.query_all_by_role(Role::CheckBox).count(), 0);
    let another = "Procedure";
    window.choose("Read as", another);
    window.until_shown("You said so.");
}

#[test]
fn the_page_of_a_plan_leads_to_the_review_and_a_large_text_stays_within_a_narrow_window() {
    let mut window = Window::new(Desk::staffed_without_plan(), "ana", Route::Record(PLAN), SIZE);
    window.press("Draft from a document…");
    assert_eq!(window.route(), Route::Documents);
    choose(&mut window, "Maintenance plan.docx", &docx(&PARAGRAPHS));
    window.until_shown("Points of the clauses");
    let ctx = window.ctx.clone();
    mainstay::ui::theme::set_text_scale(&ctx, 200);
    window.settle();
    assert!(window.has("Found in section “Feedback”, paragraph 2"));
    window.picture("document_review_200");
}

#[test]
fn everything_is_reached_and_done_by_keys() {
    let mut window = window(Desk::staffed_without_plan(), "ana", SIZE);
    let path = put(&window, "plan.docx", &docx(&PARAGRAPHS));
    window.type_into("Path of the document", path.to_str().unwrap());
    window.key_press(Key::Enter);
    window.until_shown("Points of the clauses");
    focus(&mut window, Role::CheckBox, "Take A1 into “Procedure for feedback”");
    window.key_press(Key::Space);
    window.settle();
    focus(&mut window, Role::Button, "Draft the plan from 1 point…");
    window.key_press(Key::Enter);
    window.settle();
    assert!(window.has("1 text will be written into MP-0001"));
    window.key_press(Key::Enter);
    window.until("the plan", |window| window.route() == Route::Record(PLAN));
}

/// Reaches a widget by Tab.
fn focus(window: &mut Window, role: Role, name: &str) {
    for _ in 0..300 {
        if window.query_all_by_role_and_label(role, name).any(|node| node.is_focused()) {
            return;
        }
        window.key_press(Key::Tab);
        window.run_steps(1);
    }
    panic!("Tab does not reach “{name}”");
}
