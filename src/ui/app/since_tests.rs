//! What the window says at its start and when a file is opened again: titles, what became overdue, folders that cannot be written, and a
//! clock in another century.

use std::path::PathBuf;

use eframe::egui;
use egui_kittest::{Harness, kittest::Queryable as _};

use super::tests::{Clock, PASSWORD, Window, fill, press, pump, shot, sign_in, signed_in, window_with_data};
use super::{App, Setup, Start};
use crate::domain::ids::Kind;
use crate::ops::Request;
use crate::ui::dialogs::PathAnswer;

fn window_with_settings(clock: &Clock, settings: PathBuf, data: PathBuf, what: Start) -> Window {
    let clock = clock.clone();
    let mut window =
        Harness::builder().with_size(egui::vec2(1280.0, 840.0)).with_max_steps(16).build_eframe(move |cc| {
            let setup = Setup {
                settings_path: Some(settings),
                data_folder: Some(data),
                clock: Box::new(move || clock.stamp()),
                ask_path: Box::new(|_| PathAnswer::Cancelled),
                patience: std::time::Duration::from_mins(1),
            };
            App::with(cc, setup, what)
        });
    window.run_steps(4);
    window
}

fn until(window: &mut Window, words: &str) {
    for _ in 0..500 {
        window.run_steps(1);
        if window.query_all_by_label_contains(words).next().is_some() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("“{words}” does not come: {:?}", window.state().messages());
}

#[test]
fn the_title_names_product_and_file_and_is_set_only_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = signed_in(folder.path(), &clock);
    assert_eq!(window.state().title(), "Example pump gateway – pump.mainstay – Mainstay");
    let sets = |window: &Window| {
        let output = window.output().viewport_output.values();
        let commands = output.flat_map(|viewport| &viewport.commands);
        commands.filter(|command| matches!(command, egui::ViewportCommand::Title(_))).count()
    };
    window.run_steps(1);
    assert_eq!(sets(&window), 0);
    let mut reader =
        window_with_data(&clock, Start::File(folder.path().join("pump.mainstay")), None, egui::Theme::Light);
    sign_in(&mut reader, "ana", PASSWORD);
    assert_eq!(reader.state().title(), "Example pump gateway – pump.mainstay (read-only) – Mainstay");
    window.state_mut().close_file();
    window.run_steps(1);
    assert_eq!((window.state().title(), sets(&window)), ("Mainstay", 1));
}

#[test]
fn what_became_overdue_since_the_file_was_left_here_is_told_once_and_leads_to_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let (path, data) = (pump(folder.path(), &clock), folder.path().join("data"));
    let mut first =
        window_with_data(&clock, Start::File(path.clone()), Some(data.clone()), egui::Theme::Light);
    sign_in(&mut first, "ana", PASSWORD);
    first.run_steps(3);
    assert!(first.query_all_by_label_contains("than when you left").next().is_none());
    let mut set = crate::domain::record::Fields::new();
    set.insert("title".into(), "Alarm is late".into());
    let entered = Request::Create { kind: Kind::Feedback, parent: None, set };
    first.state_mut().perform(entered.into(), crate::ui::cx::Then::Stay, None);
    first.run_steps(3);
    first.state_mut().close_file();
    first.run_steps(3);
    clock.pass(86_400 * 700);
    drop(first);
    let mut second = window_with_data(&clock, Start::File(path), Some(data), egui::Theme::Light);
    sign_in(&mut second, "ana", PASSWORD);
    until(&mut second, "overdue than when you left on 2031-03-03 10:00");
    shot(&mut second, "since then", egui::Theme::Light);
    second.state_mut().go(crate::ui::cx::Route::People);
    second.run_steps(3);
    second.get_by_label("Show what is overdue").click();
    second.run_steps(3);
    assert_eq!(second.state().route(), Some(&crate::ui::cx::Route::Dashboard));
    assert!(second.query_all_by_label_contains("than when you left").next().is_none());
}

#[test]
fn recent_files_are_looked_at_in_the_background_and_one_that_is_gone_is_taken_from_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let (settings, data) = (folder.path().join("settings.ron"), folder.path().join("data"));
    let path = pump(folder.path(), &clock);
    let gone = folder.path().join("gone.mainstay");
    let mut known = crate::ui::settings::Settings::default();
    known.opened(&gone);
    known.opened(&path);
    crate::ui::settings::save(&settings, &known).unwrap();
    let mut window = window_with_settings(&clock, settings.clone(), data, Start::Nothing);
    until(&mut window, "gone, Not there any more");
    until(&mut window, "pump, ");
    window.get_by_label("Take gone from the list").click();
    window.run_steps(3);
    assert!(window.query_all_by_label_contains("gone").next().is_none());
    assert_eq!(crate::ui::settings::load(&settings).settings.recent, [path]);
}

#[test]
fn the_start_screen_says_what_this_is_with_the_steps_of_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let settings = folder.path().join("settings.ron");
    let mut known = crate::ui::settings::Settings::default();
    known.opened(&folder.path().join("gone.mainstay"));
    known.opened(&pump(folder.path(), &clock));
    crate::ui::settings::save(&settings, &known).unwrap();
    let mut window = window_with_settings(&clock, settings, folder.path().join("data"), Start::Nothing);
    until(&mut window, "gone, Not there any more");
    for (size, theme) in [
        (egui::vec2(1024.0, 700.0), egui::Theme::Light),
        (egui::vec2(1280.0, 840.0), egui::Theme::Dark),
        (egui::vec2(2560.0, 1440.0), egui::Theme::Light),
        (egui::vec2(700.0, 840.0), egui::Theme::Light),
    ] {
        window.set_size(size);
        window.ctx.set_theme(theme);
        window.run_steps(4);
        window.get_by_label("What is this?");
        for step in crate::domain::kind::ChainStep::ALL {
            window.get_by_label_contains(&format!("{}: ", step.word()));
        }
        shot(&mut window, &format!("start {}", size.x), theme);
    }
}

#[test]
fn folders_that_cannot_be_written_are_told_once_and_work_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = pump(folder.path(), &clock);
    // A file where a folder should be cannot be written into, whoever asks.
    let home = folder.path().join("home");
    std::fs::write(&home, "no folder").unwrap();
    let mut window =
        window_with_settings(&clock, home.join("settings.ron"), home.join("data"), Start::File(path));
    sign_in(&mut window, "ana", PASSWORD);
    assert!(window.state().is_signed_in());
    for _ in 0..3 {
        window.ctx.set_zoom_factor(if window.ctx.zoom_factor() > 1.0 { 1.0 } else { 1.25 });
        clock.pass(700);
        window.run_steps(3);
    }
    let messages = window.state().messages();
    let count = |words: &str| messages.iter().filter(|said| said.contains(words)).count();
    assert_eq!(count("The settings could not be saved"), 1, "{messages:?}");
    assert_eq!(count("cannot remember what it saw"), 1, "{messages:?}");
}

#[test]
fn nobody_signs_in_by_a_clock_in_another_century_and_the_words_say_what_to_do() {
    for moment in ["1970-01-01T00:10:00Z", "2126-11-24T09:00:00Z"] {
        let folder = tempfile::tempdir().unwrap();
        let path = pump(folder.path(), &Clock::at("2031-03-03T09:00:00Z"));
        let before = std::fs::read(&path).unwrap();
        let mut window =
            window_with_data(&Clock::at(moment), Start::File(path.clone()), None, egui::Theme::Light);
        until(&mut window, "set date and time of the machine");
        fill(&mut window, "Login", "ana");
        fill(&mut window, "Password", PASSWORD);
        press(&mut window, "Sign in");
        assert!(!window.state().is_signed_in());
        assert!(window.query_all_by_label_contains("which cannot be").count() > 1, "the form says it too");
        assert_eq!(std::fs::read(&path).unwrap(), before);
        press_new(&mut window, folder.path().join("new.mainstay"));
    }
}

/// Tries to create a file.
fn press_new(window: &mut Window, path: PathBuf) {
    window.state_mut().close_file();
    window.run_steps(2);
    let new = crate::ui::sample::new_pump();
    let password = crate::ops::Password::new(PASSWORD);
    window.state_mut().welcome.begin_new();
    window.state_mut().create(&path, &new, &password);
    window.run_steps(3);
    until(window, "which cannot be");
    assert!(!path.exists());
}
