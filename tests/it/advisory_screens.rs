//! The advisory data in the window.

use std::path::PathBuf;

use eframe::egui;
use egui::{accesskit::Role as Part, vec2};
use egui_kittest::kittest::Queryable as _;
use mainstay::soup::{UpdateSettings, UpdateSource};
use mainstay::ui::cx::Route;
use mainstay::ui::screens::advisories::AdvisoryPlaces;

use crate::advisory_server::{KEV, server, settings};
use crate::desk::Desk;
use crate::host::Window;

const SIZE: egui::Vec2 = vec2(1280.0, 1000.0);

struct Bench {
    window: Window,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(route: Route, settings: Option<&UpdateSettings>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("advisory-update.ron");
        if let Some(settings) = settings {
            settings.save(&file).unwrap();
        }
        let places = AdvisoryPlaces { cache: Some(folder.path().join("cache")), settings: Some(file) };
        let window =
            Window::arranged(Desk::staffed_once(), "ben", (route, SIZE), |app| app.keep_advisories(places));
        Self { window, folder }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn settings(&self) -> UpdateSettings {
        UpdateSettings::load(&self.folder.path().join("advisory-update.ron")).unwrap()
    }

    fn until(&mut self, words: &str) {
        self.window.until_shown(words);
    }
}

#[test]
fn the_data_is_reached_from_the_navigation_and_an_empty_cache_says_what_it_is_for() {
    let mut bench = Bench::new(Route::Dashboard, None);
    bench.window.get_by_role_and_label(Part::Link, "Advisory data").click_accesskit();
    bench.window.settle();
    assert_eq!(bench.window.route(), Route::Advisories);
    bench.until("There is no advisory data yet");
    assert!(bench.window.has("Nothing here needs a network"));
    assert!(bench.window.has("Updating from the network is switched off"));
    assert!(!bench.window.has_input("Address of NVD"));
    bench.window.picture("advisory_data_empty");
    bench.window.press("Update now");
    assert!(!bench.folder.path().join("cache").exists(), "nothing was fetched");
}

#[test]
fn files_and_folders_are_imported_and_refused_ones_say_why() {
    let mut bench = Bench::new(Route::Advisories, None);
    let good = bench.file("kev.json", KEV);
    *bench.window.chosen.borrow_mut() = Some(good);
    bench.window.press("Import a file…");
    bench.until("Last import");
    assert!(bench.window.said("Imported 1 file with 1 record."), "{:?}", bench.window.state().messages());
    // The report names the source too, and the data is read again after it: the date is only in the data.
    bench.until("2026-11-01");
    let folder = bench.folder.path().join("feeds");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("broken.json"), &KEV[..200]).unwrap();
    std::fs::write(folder.join("kev.json"), KEV).unwrap();
    *bench.window.chosen.borrow_mut() = Some(folder);
    bench.window.press("Import a folder…");
    bench.until("Imported before");
    assert!(bench.window.has("broken.json") && bench.window.has("Refused"));
    assert!(bench.window.said("1 of 2 files could not be imported."));
    bench.window.picture("advisory_data");
    let dropped = bench.file("notes.txt", "These are notes.");
    bench.window.drop_file(dropped);
    bench.until("not a known kind of advisory data");
    assert!(bench.window.has("notes.txt"));
    assert_eq!(bench.window.route(), Route::Advisories, "the drop is not opened as a product file");
}

#[test]
fn an_update_is_switched_on_by_a_person_and_shows_each_source() {
    let mut bench = Bench::new(Route::Advisories, Some(&settings(&server(), &[])));
    bench.until("There is no advisory data yet");
    bench.window.get_by_role_and_label(Part::CheckBox, "Allow updates from the network").click_accesskit();
    bench.window.settle();
    assert!(bench.settings().allowed, "it is kept at once");
    assert!(!bench.window.has("No source is chosen"), "it is told when it is needed");
    bench.window.press("Update now");
    assert!(bench.window.has("No source is chosen"));
    for source in [UpdateSource::Kev, UpdateSource::Epss, UpdateSource::Osv, UpdateSource::Nvd] {
        bench.window.get_by_role_and_label(Part::CheckBox, source.word()).click_accesskit();
        bench.window.settle();
    }
    assert!(bench.window.has("OSV: no ecosystem is named"));
    bench.window.type_into("NVD API key", "1111-secret");
    bench.window.get_by_label("Addresses and proxy").click_accesskit();
    bench.window.settle();
    assert!(bench.window.has_input("Address of NVD") && bench.window.has_input("Proxy"));
    bench.window.get_by_label("Update from the network").scroll_to_me();
    bench.window.settle();
    bench.window.picture("advisory_data_settings");
    for source in [UpdateSource::Osv, UpdateSource::Nvd] {
        bench.window.get_by_role_and_label(Part::CheckBox, source.word()).click_accesskit();
        bench.window.settle();
    }
    assert_eq!(bench.settings().nvd_key.text(), "1111-secret");
    bench.window.press("Update now");
    bench.until("Last update");
    bench.until("Today, fresh");
    assert!(bench.window.said("Updated 2 sources: 2 records."), "{:?}", bench.window.state().messages());
    bench.window.picture("advisory_data_updated");
}

#[test]
fn an_update_is_cancelled_at_once_and_says_so() {
    let mut settings = settings(&server(), &[UpdateSource::Kev, UpdateSource::Nvd]);
    settings.allowed = true;
    let mut bench = Bench::new(Route::Advisories, Some(&settings));
    bench.until("There is no advisory data yet");
    bench.window.press("Update now");
    bench.until("NVD: fetching records from 0");
    assert!(!bench.window.has("Import a file…"), "nothing else is begun meanwhile");
    bench.window.press_last("Cancel");
    bench.until("Cancelled; 1 file");
    bench.until("Today, fresh");
    assert!(bench.window.has("Import a file…"));
}

#[test]
fn settings_that_cannot_be_used_are_told_and_everything_is_off() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("advisory-update.ron");
    std::fs::write(&file, "(allowed: perhaps)").unwrap();
    let places = AdvisoryPlaces { cache: Some(folder.path().join("cache")), settings: Some(file.clone()) };
    let mut window = Window::arranged(Desk::staffed_once(), "ben", (Route::Advisories, SIZE), |app| {
        app.keep_advisories(places);
    });
    window.settle();
    assert!(window.has("Everything is off"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "(allowed: perhaps)", "it is not replaced by itself");
}

#[test]
fn a_system_without_a_folder_for_data_is_told() {
    let window = Window::new(Desk::staffed_once(), "ben", Route::Advisories, SIZE);
    assert!(window.has("names no folder for advisory data"));
}
