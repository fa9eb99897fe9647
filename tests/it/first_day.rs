//! The first day of a new user: from “New product file…” by keyboard alone, along the checklist on the dashboard. Every press and every
//! typed character is counted.
//!
//! What others sign on paper of their own (the plan by three persons, the change and its approval) stands in the walks of `walk` and
//! `soup_walk`, which begin where this one ends: with people, a plan in force, and a list of SOUP.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

use eframe::egui;
use egui::{Event, Key, Modifiers, accesskit::Role as Shown};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use mainstay::domain::time::Moment;
use mainstay::ops::{FirstStep, ProductFile};
use mainstay::ui::app::{App, Setup, Start};
use mainstay::ui::cx::Route;

use crate::desk::{PASSWORD, stamp};

/// Most presses of one key that lead to an input.
const FAR: usize = 14;

/// A person at the keyboard of a window with nothing open.
struct Newcomer {
    window: Harness<'static, App>,
    folder: tempfile::TempDir,
    clock: Rc<Cell<Moment>>,
    presses: usize,
    letters: usize,
    secret: usize,
}

impl Newcomer {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Rc::new(Cell::new(Moment::parse("2031-03-03T09:00:00Z").unwrap()));
        let (of_app, place) = (Rc::clone(&clock), folder.path().to_owned());
        let mut window = Harness::builder()
            .with_size(egui::vec2(1280.0, 840.0))
            .with_max_steps(24)
            .build_eframe(move |cc| {
                let data = place.join("data");
                let setup = Setup {
                    settings_path: None,
                    data_folder: Some(data),
                    clock: Box::new(move || stamp(of_app.get())),
                    ask_path: Box::new(move |question| {
                        let name = question.write_to.as_deref().and_then(|path| path.file_name());
                        name.map(|name| place.join(name)).into()
                    }),
                    patience: std::time::Duration::from_mins(1),
                };
                App::with(cc, setup, Start::Nothing)
            });
        window.run_steps(5);
        Self { window, folder, clock, presses: 0, letters: 0, secret: 0 }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("gateway.mainstay")
    }

    /// The names of the input with the focus: its own, and those of the groups around it.
    fn names(&self) -> Vec<String> {
        let focused = self.window.query_all_by(|node| node.is_focused()).next();
        let mut at = focused.map(|node| node.accesskit_node());
        let mut names = Vec::new();
        while let Some(node) = at {
            names.extend(node.label().filter(|label| !label.is_empty()));
            at = node.parent();
        }
        names
    }

    fn around(&self) -> String {
        let state = self.window.state();
        format!("focus {:?}, route {:?}, messages {:?}", self.names(), state.route(), state.messages())
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        let held = [modifiers.command, modifiers.shift, modifiers.alt];
        self.presses += 1 + held.into_iter().filter(|held| *held).count();
        self.window.key_press_modifiers(modifiers, key);
        self.window.run_steps(5);
    }

    fn key(&mut self, key: Key) {
        self.press(Modifiers::NONE, key);
    }

    fn save(&mut self) {
        self.press(Modifiers::COMMAND, Key::Enter);
    }

    fn text(&mut self, text: &str) {
        assert!(!self.names().is_empty(), "nothing has the focus for “{text}”: {}", self.around());
        self.letters += text.chars().count();
        self.window.event(Event::Text(text.to_owned()));
        self.window.run_steps(3);
    }

    fn password(&mut self) {
        self.text(PASSWORD);
        let count = PASSWORD.chars().count();
        self.letters -= count;
        self.secret += count;
    }

    /// Presses Tab until an input of this name has the focus.
    fn tab_to(&mut self, name: &str) {
        let mut seen = Vec::new();
        for _ in 0..FAR {
            if self.names().first().is_some_and(|first| first.starts_with(name))
                || self.names().iter().any(|found| found == name)
            {
                return;
            }
            self.key(Key::Tab);
            seen.push(self.names().first().cloned().unwrap_or_default());
        }
        panic!("Tab does not lead to “{name}” but to {seen:?}: {}", self.around());
    }

    /// Chooses the first entry that the palette finds for some letters; it must be the one that is meant.
    fn palette(&mut self, letters: &str, title: &str) {
        self.press(Modifiers::COMMAND, Key::K);
        self.text(letters);
        let first = self
            .window
            .query_all_by_role(Shown::ListBoxOption)
            .map(|node| node.accesskit_node().label().unwrap_or_default())
            .next()
            .unwrap_or_default();
        assert!(first.contains(title), "the palette finds “{first}” for “{letters}”: {}", self.around());
        self.key(Key::Enter);
        self.window.run_steps(5);
    }

    fn has(&self, words: &str) -> bool {
        self.window.query_all_by_label_contains(words).next().is_some()
    }

    fn until(&mut self, words: &str) {
        for _ in 0..2000 {
            self.window.run_steps(1);
            if self.has(words) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("“{words}” does not come: {}", self.around());
    }

    fn file(&mut self) -> &mut ProductFile {
        self.window.state_mut().file().unwrap()
    }

    fn done(&mut self) -> Vec<FirstStep> {
        let day = self.file().first_day().unwrap();
        day.rows.into_iter().filter(|row| row.done).map(|row| row.step).collect()
    }

    fn pass(&self, seconds: i64) {
        self.clock.set(self.clock.get().plus_seconds(seconds));
    }

    /// Notes a code that is shown once, and goes on.
    fn note_code(&mut self, title: &str) -> String {
        assert!(self.has(title), "no code is shown: {}", self.around());
        let is_code = |text: &str| {
            text.len() >= 16
                && text.contains('-')
                && text.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == '-')
        };
        let texts = self.window.query_all_by(|_| true).filter_map(|node| {
            let node = node.accesskit_node();
            node.value().or_else(|| node.label())
        });
        let code = texts.into_iter().find(|text| is_code(text)).expect("a code");
        self.tab_to("I have written it");
        self.key(Key::Space);
        self.save();
        assert!(!self.has(title), "the dialog stays: {}", self.around());
        code
    }
}

#[test]
fn a_newcomer_goes_along_the_checklist_by_keyboard_from_a_new_file_to_a_second_person_and_a_backup() {
    let mut hand = Newcomer::new();
    create(&mut hand);
    assert_eq!(hand.window.state().title(), "Infusion gateway – gateway.mainstay – Mainstay");
    assert!(hand.has("First day checklist") && hand.has("Describe the product, not done yet"));
    assert_eq!(hand.done(), []);
    report(&hand, "a file");

    hand.palette("descr", "Describe the product");
    assert!(matches!(hand.window.state().route(), Some(Route::Edit(..))), "{}", hand.around());
    hand.text("Shows the pump's alarms on the ward");
    hand.save();
    assert!(hand.done().contains(&FirstStep::Product), "{}", hand.around());
    report(&hand, "the product");

    hand.press(Modifiers::ALT, Key::Home);
    second_person(&mut hand);
    assert!(hand.done().contains(&FirstStep::SecondPerson), "{}", hand.around());
    report(&hand, "a second person");

    hand.press(Modifiers::ALT, Key::Home);
    hand.palette("new feedback", "New feedback");
    hand.text("Alarm is late");
    hand.save();
    assert!(hand.done().contains(&FirstStep::Feedback), "{}", hand.around());
    report(&hand, "the first feedback");

    hand.palette("new soup", "New SOUP item");
    hand.text("libexpat");
    hand.save();
    assert!(hand.done().contains(&FirstStep::Soup), "{}", hand.around());
    report(&hand, "the first SOUP");

    hand.press(Modifiers::ALT, Key::Home);
    hand.palette("back up", "Back up now…");
    hand.until("The last one is of 2031-03-03");
    assert!(hand.done().contains(&FirstStep::Backup), "{}", hand.around());
    report(&hand, "a backup");
    put_away(&mut hand);
}

/// From the start screen to the dashboard of a new file.
fn create(hand: &mut Newcomer) {
    hand.tab_to("New product file…");
    hand.key(Key::Enter);
    hand.text("Infusion gateway");
    hand.tab_to("Manufacturer");
    hand.text("Example Devices");
    hand.tab_to("Software safety class");
    hand.text("b");
    hand.tab_to("Rationale for the class");
    hand.text("Non-serious injury is possible");
    hand.tab_to("European Union");
    hand.key(Key::Space);
    hand.save();
    hand.text("Ana Example");
    hand.tab_to("Password");
    hand.password();
    hand.tab_to("Password again");
    hand.password();
    hand.tab_to("Where the file is kept");
    hand.press(Modifiers::COMMAND, Key::A);
    let path = hand.path().display().to_string();
    hand.text(&path);
    hand.letters -= path.chars().count();
    hand.save();
    hand.note_code("Keep the recovery code");
}

/// A colleague is invited, sets a password with the code, and is confirmed.
fn second_person(hand: &mut Newcomer) {
    hand.palette("invite a pe", "Invite a person…");
    hand.text("Ben Example");
    hand.tab_to("Development lead");
    hand.key(Key::Space);
    hand.save();
    let code = hand.note_code("Hand over the one-time code");
    hand.pass(60);
    hand.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    hand.tab_to("I have a one-time code");
    hand.key(Key::Enter);
    hand.tab_to("Login");
    hand.text("ben");
    hand.tab_to("One-time code");
    hand.text(&code);
    hand.tab_to("New password");
    hand.password();
    hand.tab_to("New password again");
    hand.password();
    hand.key(Key::Enter);
    assert!(hand.window.state().is_signed_in(), "{}", hand.around());
    hand.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    hand.text("ana");
    hand.tab_to("Password");
    hand.password();
    hand.key(Key::Enter);
    assert!(hand.window.state().is_signed_in(), "{}", hand.around());
    hand.palette("people", "People & policy");
    hand.palette("confirm id", "Confirm identity of Ben Example");
    hand.text("In person");
    hand.save();
}

/// The checklist is put away, stays away, and comes back when it is asked for.
fn put_away(hand: &mut Newcomer) {
    hand.press(Modifiers::ALT, Key::Home);
    hand.window.get_by_label("Put it away").click();
    hand.window.run_steps(5);
    assert!(!hand.has("First day checklist"));
    let uuid = hand.file().uuid().unwrap();
    let noted =
        std::fs::read_to_string(hand.folder.path().join("data").join(uuid).join("first-day")).unwrap();
    assert_eq!(noted.trim(), "put-away");
    hand.palette("first day", "First day checklist");
    assert!(hand.has("Put the maintenance plan in force, not done yet"));
}

/// Prints what was pressed so far.
fn report(hand: &Newcomer, what: &str) {
    println!("{what}: {} presses, {} letters, {} of passwords", hand.presses, hand.letters, hand.secret);
}
