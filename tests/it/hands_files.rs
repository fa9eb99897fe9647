//! Files dropped on the window and what is pasted: told from their content, offered what fits, and never taken without a word.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{Color32, ColorImage, Event, Key};
use egui_kittest::kittest::Queryable as _;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::RecordData;
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::desk::go_to;
use crate::host::Window;

const BILL: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
    {"type": "library", "name": "zlib", "version": "1.3", "purl": "pkg:generic/zlib@1.3"}]}"#;
const TABLE: &str = "Number,Received,Channel,Description\n1,2031-03-01,Telephone,The alarm came late\n";

fn put(window: &Window, name: &str, text: &str) -> PathBuf {
    let path = window.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn drop(window: &mut Window, name: &str, text: &str) {
    let path = put(window, name, text);
    window.drop_file(path);
    window.settle();
}

fn files_of(window: &mut Window, record: RecordId) -> Vec<(String, Vec<u8>)> {
    let now = window.now();
    let page = window.file().page(record, None, now).unwrap();
    let file = window.file();
    let read = |data: &RecordData| (data.title().to_owned(), file.attachment_bytes(data).unwrap().unwrap());
    page.attachments.iter().map(read).collect()
}

#[test]
fn a_bill_on_the_page_of_a_record_is_asked_about_and_the_keyboard_answers() {
    let (mut window, record) = Window::on_feedback();
    drop(&mut window, "gateway.cdx.json", BILL);
    assert!(window.has("What should happen with gateway.cdx.json?"));
    assert!(window.has("gateway.cdx.json: bill of materials: CycloneDX"));
    assert!(window.has("Read into the register of SOUP"));
    window.picture("dropped_bill");
    mainstay::ui::theme::set_text_scale(&window.ctx, 200);
    window.settle();
    window.picture("dropped_bill_large");
    mainstay::ui::theme::set_text_scale(&window.ctx, 100);
    window.settle();
    window.key_press(Key::ArrowDown);
    window.settle();
    window.key_press(Key::Enter);
    window.settle();
    assert!(window.has("Attach gateway.cdx.json to FB-0001"));
    window.press("Attach");
    assert_eq!(files_of(&mut window, record), [("gateway.cdx.json".to_owned(), BILL.as_bytes().to_vec())]);
}

#[test]
fn what_alone_fits_goes_to_the_screen_that_reads_it() {
    let (mut window, _) = Window::on_feedback();
    window.go(Route::Dashboard);
    drop(&mut window, "complaints.csv", TABLE);
    assert_eq!(window.route(), Route::Import);
    window.until_shown("complaints.csv: 1 row, 4 columns");
    window.go(Route::Dashboard);
    drop(&mut window, "sbom.txt", BILL);
    assert_eq!(window.route(), Route::List(Kind::SoupItem));
    window.until_shown("Read a list of SOUP");
}

#[test]
fn several_files_become_evidence_together_with_one_description() {
    let (mut window, record) = Window::on_feedback();
    let first = put(&window, "log 1.txt", "02:14 alarm\n");
    let second = put(&window, "log 2.txt", "02:15 alarm\n");
    window.drop_files(vec![first, second]);
    window.press("Attach");
    window.until_shown("2 files attached to FB-0001.");
    let names: Vec<String> = files_of(&mut window, record).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn a_folder_of_ten_thousand_files_is_counted_and_nothing_of_it_is_taken() {
    let (mut window, record) = Window::on_feedback();
    let folder = window.folder.path().join("advisories");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..10_000 {
        let text = format!(r#"{{"id": "OSV-{number}", "modified": "2026-01-01T00:00:00Z", "affected": []}}"#);
        let text = if number % 1000 == 0 { "Notes\n".to_owned() } else { text };
        std::fs::write(folder.join(format!("{number}.json")), text).unwrap();
    }
    let before = window.file().head().seq;
    window.drop_file(folder);
    window
        .until_shown("advisories, a folder with 10000 files: 9990 files of advisory data, 10 not recognised");
    window.picture("dropped_folder");
    window.press("Cancel");
    assert_eq!(window.route(), Route::Record(record));
    assert_eq!(window.file().head().seq, before);
}

#[test]
fn a_record_whose_files_are_fixed_says_so_for_drops_and_pastes() {
    let (mut window, record) = Window::on_feedback();
    let void = mainstay::ops::Act::from(go_to(record, "void", json!({}))).because("Filed twice");
    window.beside("ana", void, None).unwrap();
    window.settle();
    drop(&mut window, "log.txt", "02:14 alarm\n");
    assert!(
        window.said("The files of FB-0001 are fixed, because it is “Void”."),
        "{:?}",
        window.state().messages()
    );
    window.event(Event::Paste("02:14 alarm".to_owned()));
    window.settle();
    assert!(!window.has("Attach what was pasted"));
    assert!(files_of(&mut window, record).is_empty());
}

#[test]
fn before_the_sign_in_a_file_is_named_and_nothing_is_taken() {
    let (mut window, _) = Window::on_feedback();
    window.state_mut().sign_out();
    window.settle();
    drop(&mut window, "gateway.cdx.json", BILL);
    assert!(
        window.said("gateway.cdx.json: bill of materials: CycloneDX."),
        "{:?}",
        window.state().messages()
    );
    assert!(window.said("Sign in, then drop it again."));
}

#[test]
fn a_pasted_text_and_a_pasted_picture_become_evidence() {
    let (mut window, record) = Window::on_feedback();
    window.event(Event::Paste("02:14 alarm\n02:15 reset".to_owned()));
    window.settle();
    assert!(window.has("Attach what was pasted to FB-0001"));
    assert!(window.has("23 characters"));
    window.type_into("Name of the file", "  ");
    window.press("Attach");
    assert!(window.has("The name is missing"));
    window.type_into("Name of the file", "console.txt");
    window.type_into("What it shows", "The console of the pump");
    window.press("Attach");
    let picture = ColorImage::new([40, 30], vec![Color32::from_gray(120); 1200]);
    window.event(Event::PasteImage(Arc::new(picture)));
    window.settle();
    window.until_shown("The pasted picture");
    window.picture("pasted_picture");
    window.press("Attach");
    let files = files_of(&mut window, record);
    let text = files.iter().find(|(name, _)| name == "console.txt").unwrap();
    assert_eq!(text.1, b"02:14 alarm\n02:15 reset");
    let png = files
        .iter()
        .find(|(name, _)| name.starts_with("Pasted 2031-03-03") && name.contains(".png"))
        .unwrap();
    assert_eq!(png.1[..8], *b"\x89PNG\r\n\x1a\n");
}

#[test]
fn what_is_pasted_into_an_input_stays_there_and_without_a_record_it_is_refused() {
    let (mut window, _) = Window::on_feedback();
    window.get_by_label("Search all records").focus();
    window.settle();
    window.event(Event::Paste("alarm".to_owned()));
    window.settle();
    assert!(!window.has("Attach what was pasted"));
    window.key_press(Key::Escape);
    window.settle();
    window.go(Route::Dashboard);
    window.event(Event::Paste("alarm".to_owned()));
    window.settle();
    assert!(
        window.said("What was pasted was not taken: no record is on screen."),
        "{:?}",
        window.state().messages()
    );
}

#[test]
fn while_files_are_dragged_the_window_says_what_will_happen() {
    let (mut window, _) = Window::on_feedback();
    let hovered =
        eframe::egui::HoveredFile { path: Some(PathBuf::from("/media/log.txt")), ..Default::default() };
    window.input_mut().hovered_files.push(hovered);
    window.settle();
    assert!(window.has("Drop as evidence of FB-0001, or to choose what else fits"));
    assert!(window.has("log.txt"));
    window.picture("dragged_over");
}
