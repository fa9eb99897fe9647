//! The window, driven by accessible names as a user would.
//!
//! `MAINSTAY_SHOTS=some/folder cargo test window` also writes its screens as pictures, light and dark.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use eframe::egui;
use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{Harness, kittest::Queryable as _};

use super::{App, Setup, Start};
use crate::domain::ids::Kind;
use crate::domain::time::Moment;
use crate::ops::{Password, ProductFile, Stamp, write_example};
use crate::ui::cx::Route;
use crate::ui::dialogs::PathAnswer;
use crate::ui::sample::new_pump;

pub(super) use crate::ui::sample::PASSWORD;

/// A clock that stands still until a test moves it.
#[derive(Clone)]
pub(super) struct Clock(Rc<Cell<Moment>>);

impl Clock {
    pub(super) fn at(text: &str) -> Self {
        Self(Rc::new(Cell::new(Moment::parse(text).unwrap())))
    }

    pub(super) fn stamp(&self) -> Stamp {
        Stamp::at(self.0.get(), 60, "QA-PC2")
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.0.set(self.0.get().plus_seconds(seconds));
    }
}

pub(super) type Window = Harness<'static, App>;

fn window(clock: &Clock, what: Start) -> Window {
    sized(clock, what, egui::Theme::Light)
}

fn sized(clock: &Clock, what: Start, theme: egui::Theme) -> Window {
    window_with_data(clock, what, None, theme)
}

/// A window that keeps backups and remembered heads in a folder.
pub(super) fn window_with_data(
    clock: &Clock,
    what: Start,
    data: Option<PathBuf>,
    theme: egui::Theme,
) -> Window {
    let clock = clock.clone();
    let mut window = Harness::builder()
        .with_size(egui::vec2(1280.0, 840.0))
        .with_theme(theme)
        .with_max_steps(16)
        .build_eframe(move |cc| {
            let setup = Setup {
                settings_path: None,
                data_folder: data,
                clock: Box::new(move || clock.stamp()),
                ask_path: Box::new(|_| PathAnswer::Cancelled),
                patience: std::time::Duration::from_mins(1),
            };
            App::with(cc, setup, what)
        });
    window.run_steps(4);
    window
}

pub(super) fn pump(folder: &Path, clock: &Clock) -> PathBuf {
    let path = folder.join("pump.mainstay");
    ProductFile::create(&path, &new_pump(), &Password::new(PASSWORD), &clock.stamp()).unwrap();
    path
}

pub(super) fn fill(window: &mut Window, label: &str, text: &str) {
    window.get_by_label(label).focus();
    window.run_steps(2);
    window.get_by_label(label).type_text(text);
    window.run_steps(2);
}

pub(super) fn press(window: &mut Window, label: &str) {
    window.get_by_role_and_label(Role::Button, label).click();
    window.run_steps(3);
}

pub(super) fn sign_in(window: &mut Window, login: &str, password: &str) {
    fill(window, "Login", login);
    fill(window, "Password", password);
    press(window, "Sign in");
}

pub(super) fn signed_in(folder: &Path, clock: &Clock) -> Window {
    let path = pump(folder, clock);
    let mut window = window(clock, Start::File(path));
    sign_in(&mut window, "ana", PASSWORD);
    assert!(window.state().is_signed_in(), "{:?}", window.state().messages());
    window
}

#[test]
fn a_new_product_file_is_created_step_by_step_and_ends_on_the_dashboard() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = window(&clock, Start::Nothing);
    press(&mut window, "New product file…");
    press(&mut window, "Continue");
    window.get_by_label("The name is missing");
    fill(&mut window, "Product name", "Example pump gateway");
    fill(&mut window, "Manufacturer", "Example Devices");
    press(&mut window, "Continue");
    fill(&mut window, "Full name", "Ana Example");
    fill(&mut window, "Password", "password");
    window.get_by_label_contains("too easily guessed");
    fill(&mut window, "Password", PASSWORD);
    window.get_by_label("Strong enough.");
    fill(&mut window, "Password again", &format!("password{PASSWORD}"));
    let path = folder.path().join("pump.mainstay");
    window.get_by_label("Where the file is kept").focus();
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window.get_by_label("Where the file is kept").type_text(&path.display().to_string());
    window.run_steps(2);
    press(&mut window, "Create the file");
    window.get_by_label("Keep the recovery code");
    press(&mut window, "Continue");
    window.get_by_label("Keep the recovery code");
    window.get_by_label("I have written it down").click();
    window.run_steps(3);
    press(&mut window, "Continue");
    assert!(window.query_by_label("Keep the recovery code").is_none());
    window.get_by_label("First day checklist");
    shot(&mut window, "first day", egui::Theme::Light);
    assert_eq!(window.state().route(), Some(&Route::Dashboard));
    assert!(path.exists());
}

#[test]
fn a_wrong_password_is_explained_and_nobody_is_signed_in() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = pump(folder.path(), &clock);
    let mut window = window(&clock, Start::File(path));
    sign_in(&mut window, "ana", "a wrong one");
    window.get_by_label_contains("Login and password do not match");
    assert!(!window.state().is_signed_in());
    fill(&mut window, "Password", PASSWORD);
    press(&mut window, "Sign in");
    assert!(window.state().is_signed_in());
    assert!(window.state().messages().iter().any(|words| words.contains("1 failed attempt")));
}

#[test]
fn the_window_is_locked_after_the_idle_time_of_the_policy_and_names_the_previous_person() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = signed_in(folder.path(), &clock);
    clock.pass(60);
    window.run_steps(2);
    assert!(window.state().is_signed_in());
    clock.pass(24 * 3600);
    window.run_steps(3);
    assert!(!window.state().is_signed_in());
    window.get_by_label_contains("Ana Example was signed in");
    fill(&mut window, "Password", PASSWORD);
    press(&mut window, "Sign in");
    assert!(window.state().is_signed_in());
}

/// Takes the idle lock out of the policy, past the rules of the file.
fn without_idle_lock(path: &Path) {
    let conn = rusqlite::Connection::open(path).unwrap();
    let rule = "SELECT sql FROM sqlite_schema WHERE name = 'record_changed'";
    let rule: String = conn.query_row(rule, [], |row| row.get(0)).unwrap();
    let change = "DROP TRIGGER record_changed;
        UPDATE record SET body = json_remove(body, '$.fields.idle_lock_minutes') WHERE id = 'PL-0001';";
    conn.execute_batch(&format!("{change} {rule}")).unwrap();
}

#[test]
fn an_idle_lock_that_cannot_be_read_is_reported_once_and_the_window_locks_after_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = pump(folder.path(), &clock);
    without_idle_lock(&path);
    let mut window = window(&clock, Start::File(path));
    sign_in(&mut window, "ana", PASSWORD);
    window.run_steps(3);
    assert!(window.state().is_signed_in(), "{:?}", window.state().messages());
    let words =
        "The idle lock of the policy cannot be read, so the window locks after 1 minute without input";
    let said = window.state().messages().iter().filter(|message| message.contains(words)).count();
    assert_eq!(said, 1, "{:?}", window.state().messages());
    clock.pass(61);
    window.run_steps(3);
    assert!(!window.state().is_signed_in());
    window.get_by_label_contains("Locked after 1 minute without input.");
}

#[test]
fn ctrl_l_locks_and_the_same_person_returns_to_the_same_screen() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = signed_in(folder.path(), &clock);
    window.get_by_label("Audit trail").click();
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    window.run_steps(3);
    assert!(!window.state().is_signed_in());
    fill(&mut window, "Password", PASSWORD);
    press(&mut window, "Sign in");
    assert_eq!(window.state().route(), Some(&Route::AuditTrail(None)));
}

#[test]
fn back_and_forward_work_with_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let mut window = signed_in(folder.path(), &clock);
    window.get_by_role_and_label(Role::Link, "Problem reports").click();
    window.run_steps(3);
    window.get_by_role_and_label(Role::Link, "Readiness").click();
    window.run_steps(3);
    window.key_press_modifiers(Modifiers::ALT, Key::ArrowLeft);
    window.run_steps(3);
    assert_eq!(window.state().route(), Some(&Route::List(Kind::ProblemReport)));
    window.key_press_modifiers(Modifiers::ALT, Key::ArrowRight);
    window.run_steps(3);
    assert_eq!(window.state().route(), Some(&Route::Readiness));
}

#[test]
fn escape_closes_an_open_list_or_calendar_and_not_the_form() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = signed_in(folder.path(), &Clock::at("2031-03-03T09:00:00Z"));
    window.state_mut().go(Route::New(Kind::Feedback));
    window.run_steps(4);
    window.get_by_role_and_label(Role::ComboBox, "Source").focus();
    window.run_steps(2);
    for key in [Key::Enter, Key::ArrowDown, Key::Escape] {
        window.key_press(key);
        window.run_steps(3);
        assert_eq!(window.state().route(), Some(&Route::New(Kind::Feedback)), "{key:?}");
    }
    assert!(window.query_all_by_role(Role::ListBoxOption).next().is_none(), "the list is closed");
    assert!(window.get_by_role_and_label(Role::ComboBox, "Source").is_focused());
}

#[test]
fn tab_begins_in_the_screen_and_not_at_what_locks_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = signed_in(folder.path(), &Clock::at("2031-03-03T09:00:00Z"));
    window.key_press(Key::Tab);
    window.run_steps(3);
    assert!(window.get_by_role_and_label(Role::Button, "Describe the product").is_focused());
}

#[test]
fn a_file_that_is_not_a_product_file_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = folder.path().join("notes.mainstay");
    std::fs::write(&path, "just some text").unwrap();
    let window = window(&clock, Start::File(path));
    assert!(window.state().messages().iter().any(|words| words.contains("is not a product file")));
    window.get_by_label("Recent files");
}

#[test]
fn a_second_window_reads_and_takes_over_when_the_writer_has_closed_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let writer = signed_in(folder.path(), &clock);
    let mut reader = window(&clock, Start::File(folder.path().join("pump.mainstay")));
    reader.get_by_label_contains("Read-only: Ana Example on QA-PC2");
    sign_in(&mut reader, "ana", PASSWORD);
    assert!(reader.state().is_signed_in());
    assert!(reader.query_by_label("Take over").is_none());
    drop(writer);
    reader.run_steps(12);
    press(&mut reader, "Take over");
    reader.get_by_label("You are writing");
}

#[test]
fn a_file_is_locked_after_the_password_in_the_name_of_the_person_and_released_by_signing_out() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = pump(folder.path(), &clock);
    let lock = PathBuf::from(format!("{}.lock", path.display()));
    let holder = || ProductFile::open_for_job(&path).unwrap().writer().map(|holder| holder.person);
    let mut first = window(&clock, Start::File(path.clone()));
    assert!(!lock.exists(), "somebody who has not signed in keeps nobody out");
    sign_in(&mut first, "ana", "not this one");
    assert!(!first.state().is_signed_in() && !lock.exists());
    // Another one signs in and writes meanwhile; the first one reads.
    let mut second = window(&clock, Start::File(path.clone()));
    sign_in(&mut second, "ana", PASSWORD);
    second.get_by_label("You are writing");
    assert_eq!(holder().as_deref(), Some("Ana Example"));
    let failed = second.state().messages().iter().any(|words| words.contains("1 failed attempt"));
    assert!(failed, "the failure of the first one was counted: {:?}", second.state().messages());
    // It is told who writes before somebody signs in to read.
    first.run_steps(12);
    first.get_by_label_contains("Read-only: Ana Example on QA-PC2");
    fill(&mut first, "Password", PASSWORD);
    press(&mut first, "Sign in");
    assert!(first.state().is_signed_in(), "{:?}", first.state().messages());
    first.get_by_label_contains("Read-only: Ana Example on QA-PC2");
    second.state_mut().sign_out();
    assert!(!lock.exists(), "signing out lets others write");
    first.run_steps(30);
    press(&mut first, "Take over");
    first.get_by_label("You are writing");
}

#[test]
fn window_every_area_of_the_example_draws_without_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.mainstay");
    let example = write_example(&path).unwrap();
    let seen = match ProductFile::open_to_read(&path).unwrap() {
        crate::ops::Opened::Open(file) => file.head().at.unwrap(),
        crate::ops::Opened::Not(found) => panic!("{found:?}"),
    };
    let clock = Clock(Rc::new(Cell::new(seen.plus_seconds(3600))));
    for theme in [egui::Theme::Light, egui::Theme::Dark] {
        let mut window = sized(&clock, Start::Nothing, theme);
        shot(&mut window, "start", theme);
        drop(window);
        let mut window = sized(&clock, Start::File(path.clone()), theme);
        shot(&mut window, "sign-in", theme);
        let login = &example.people.first().unwrap().login;
        sign_in(&mut window, login, &example.password);
        assert!(window.state().is_signed_in());
        shot(&mut window, "dashboard", theme);
        for area in super::nav::areas() {
            window.state_mut().go(area.route.clone());
            window.run_steps(4);
            shot(&mut window, area.route.word(), theme);
        }
        for (name, route) in [
            ("shortcuts", Route::Shortcuts),
            ("settings", Route::Settings),
            ("new", Route::New(Kind::Feedback)),
            ("record", Route::Record("CR-0006".parse().unwrap())),
            ("readiness", Route::Readiness),
        ] {
            window.state_mut().go(route);
            window.run_steps(4);
            shot(&mut window, name, theme);
        }
    }
}

pub(super) fn shot(window: &mut Window, name: &str, theme: egui::Theme) {
    let Some(folder) = std::env::var_os("MAINSTAY_SHOTS").map(PathBuf::from) else { return };
    let image = window.render().expect("a picture");
    let shade = if theme == egui::Theme::Dark { "dark" } else { "light" };
    let name = name.to_lowercase().replace([' ', '&'], "-");
    image.save(folder.join(format!("{name}-{shade}.png"))).expect("saved");
}

#[test]
fn window_the_lower_part_of_the_dashboard_shows_upcoming_dates_and_the_plots() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.mainstay");
    let example = write_example(&path).unwrap();
    let clock = Clock::at("2026-11-18T10:00:00Z");
    for theme in [egui::Theme::Light, egui::Theme::Dark] {
        let mut window = sized(&clock, Start::File(path.clone()), theme);
        sign_in(&mut window, &example.people.first().unwrap().login, &example.password);
        window.set_size(egui::vec2(1280.0, 2560.0));
        window.run_steps(4);
        window.get_by_label_contains("Dates by month");
        window.get_by_label_contains("Bars of Records by Month");
        window.get_by_label_contains("Open problem reports by age. Bars of Records by Age");
        window.get_by_label_contains("Findings without a decision by age. Bars of Records by Age");
        shot(&mut window, "dashboard-whole", theme);
    }
}

#[test]
fn window_whats_next_links_to_the_pending_record_and_names_who_acts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.mainstay");
    let example = write_example(&path).unwrap();
    let clock = Clock::at("2026-11-18T10:00:00Z");
    let mut window = sized(&clock, Start::File(path), egui::Theme::Light);
    sign_in(&mut window, &example.people.first().unwrap().login, &example.password);
    for (from, link, to) in [
        ("CR-0006", "AP-0011 waits for a signature: Development lead (Jonas Example)", "AP-0011"),
        ("IA-0004", "AP-0011 waits for a signature: Development lead (Jonas Example)", "AP-0011"),
        ("CR-0007", "The security or SOUP change has a reviewed impact analysis", "IA-0005"),
        ("IA-0006", "CR-0008 continues with “Verify”: Tester (Tomás Example)", "CR-0008"),
    ] {
        window.state_mut().go(Route::Record(from.parse().unwrap()));
        window.run_steps(4);
        shot(&mut window, from, egui::Theme::Light);
        window.get_by_role_and_label(egui::accesskit::Role::Link, link).click();
        window.run_steps(4);
        assert_eq!(window.state().route(), Some(&Route::Record(to.parse().unwrap())), "from {from}");
    }
}

#[test]
fn the_keys_alone_lead_from_signing_in_to_a_saved_feedback() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::at("2031-03-03T09:00:00Z");
    let path = pump(folder.path(), &clock);
    let mut window = window(&clock, Start::File(path));
    let say = |window: &mut Window, text: &str| {
        window.event(egui::Event::Text(text.to_owned()));
        window.run_steps(3);
    };
    let key = |window: &mut Window, modifiers: Modifiers, key: Key| {
        window.key_press_modifiers(modifiers, key);
        window.run_steps(4);
    };
    say(&mut window, "ana");
    key(&mut window, Modifiers::NONE, Key::Tab);
    say(&mut window, PASSWORD);
    key(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.state().is_signed_in(), "{:?}", window.state().messages());
    key(&mut window, Modifiers::COMMAND, Key::K);
    say(&mut window, "feedback");
    key(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().route(), Some(&Route::List(Kind::Feedback)));
    key(&mut window, Modifiers::COMMAND, Key::N);
    assert!(window.get_by_label("Title").is_focused());
    say(&mut window, "Alarm is late");
    key(&mut window, Modifiers::COMMAND, Key::Enter);
    assert_eq!(window.state().route(), Some(&Route::Record("FB-0001".parse().unwrap())));
}
