//! The window itself over a desk's file, without a screen: driven by the names that a screen reader says.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::rc::Rc;

use eframe::egui;
use egui::accesskit::Role;
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::RecordData;
use mainstay::domain::time::Moment;
use mainstay::ops::{Act, Password, ProductFile, Receipt, Refused, Session};
use mainstay::ui::app::{App, Setup, Start};
use mainstay::ui::cx::Route;
use mainstay::ui::dialogs::{PathAnswer, PathQuestion};
use serde_json::{Value, json};

use crate::desk::{Desk, PASSWORD, fields, stamp};

/// Frames in which the window comes to rest.
const FRAMES: usize = 5;

/// The window, with those who may sit before it and a clock that the test moves.
pub struct Window {
    harness: Harness<'static, App>,
    pub people: BTreeMap<&'static str, Session>,
    pub folder: tempfile::TempDir,
    clock: Rc<Cell<Moment>>,
    asked: Rc<RefCell<Vec<PathQuestion>>>,
    /// The file that is chosen where one to read is asked for.
    pub chosen: Rc<RefCell<Option<PathBuf>>>,
    /// Whether the machine has no file dialog.
    pub no_dialog: Rc<Cell<bool>>,
}

/// A file that is dropped on the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

impl Deref for Window {
    type Target = Harness<'static, App>;

    fn deref(&self) -> &Self::Target {
        &self.harness
    }
}

impl DerefMut for Window {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.harness
    }
}

impl Window {
    /// The page of a feedback record that Ana has just entered, and its number.
    pub fn on_feedback() -> (Self, RecordId) {
        let mut desk = Desk::staffed_once();
        let set = json!({
            "title": "Alarm is late", "received_at": desk.now, "channel": "Telephone", "description_verbatim": "Late.",
        });
        let record = desk.create("ana", Kind::Feedback, set);
        (Self::new(desk, "ana", Route::Record(record), egui::vec2(1280.0, 900.0)), record)
    }

    /// The window on a desk's file, with a person signed in and a route on screen.
    pub fn new(desk: Desk, login: &str, route: Route, size: egui::Vec2) -> Self {
        Self::arranged(desk, login, (route, size), |_| {})
    }

    /// The same, after something else was arranged before the file is opened.
    pub fn arranged(
        desk: Desk,
        login: &str,
        (route, size): (Route, egui::Vec2),
        arrange: impl FnOnce(&mut App),
    ) -> Self {
        let Desk { folder, file, people, now, .. } = desk;
        let clock = Rc::new(Cell::new(now));
        let asked: Rc<RefCell<Vec<PathQuestion>>> = Rc::default();
        let chosen: Rc<RefCell<Option<PathBuf>>> = Rc::default();
        let session = people[login].for_job();
        let place = folder.path().to_owned();
        let (clock_of_app, asked_of_app) = (Rc::clone(&clock), Rc::clone(&asked));
        let no_dialog: Rc<Cell<bool>> = Rc::default();
        let (chosen_of_app, no_dialog_of_app) = (Rc::clone(&chosen), Rc::clone(&no_dialog));
        let harness = Harness::builder().with_size(size).with_max_steps(24).build_eframe(move |cc| {
            let setup = Setup {
                settings_path: None,
                data_folder: None,
                clock: Box::new(move || stamp(clock_of_app.get())),
                ask_path: Box::new(move |question| {
                    asked_of_app.borrow_mut().push(question.clone());
                    if no_dialog_of_app.get() {
                        return PathAnswer::NoDialog;
                    }
                    let suggested = question.write_to.as_deref().map(|path| path.file_name().unwrap());
                    suggested.map(|name| place.join(name)).or_else(|| chosen_of_app.borrow().clone()).into()
                }),
                patience: std::time::Duration::from_mins(1),
            };
            let mut app = App::with(cc, setup, Start::Nothing);
            arrange(&mut app);
            app.open_signed_in(file, session);
            app.go(route);
            app
        });
        let mut window = Self { harness, people, folder, clock, asked, chosen, no_dialog };
        window.settle();
        window
    }

    /// Draws until the window has come to rest.
    pub fn settle(&mut self) {
        self.harness.run_steps(FRAMES);
    }

    /// Drops a file on the window.
    pub fn drop_file(&mut self, path: PathBuf) {
        self.drop_files(vec![path]);
    }

    /// Drops several files on the window.
    pub fn drop_files(&mut self, paths: Vec<PathBuf>) {
        for path in paths {
            self.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path)));
        }
        self.settle();
    }

    pub fn go(&mut self, route: Route) {
        self.harness.state_mut().go(route);
        self.settle();
    }

    pub fn route(&self) -> Route {
        self.harness.state().route().unwrap().clone()
    }

    /// Somebody else sits down.
    pub fn sit_down(&mut self, login: &str) {
        let route = self.route();
        self.harness.state_mut().sign_out();
        let now = self.now();
        let session = self.file().sign_in(login, &Password::new(PASSWORD), &stamp(now)).unwrap();
        self.harness.state_mut().signed_in(session);
        self.go(route);
    }

    pub fn now(&self) -> Moment {
        self.clock.get()
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.set(self.clock.get().plus_seconds(seconds));
    }

    pub fn file(&mut self) -> &mut ProductFile {
        self.harness.state_mut().file().unwrap()
    }

    pub fn record(&mut self, id: RecordId) -> RecordData {
        self.file().record(id).unwrap()
    }

    pub fn state_of(&mut self, id: RecordId) -> String {
        self.record(id).head.state
    }

    /// Drafts of a person, by key.
    pub fn drafts(&mut self, login: &str) -> Vec<String> {
        let session = self.people[login].for_job();
        self.file().drafts(&session).unwrap().into_iter().map(|(key, ..)| key).collect()
    }

    /// Somebody acts on the same file beside the window.
    pub fn beside(
        &mut self,
        login: &str,
        act: impl Into<Act>,
        password: Option<&str>,
    ) -> Result<Receipt, Refused> {
        self.pass(60);
        let (now, session) = (self.now(), self.people[login].for_job());
        let password = password.map(Password::new);
        self.file().perform(&session, act.into(), password.as_ref(), &stamp(now))
    }

    /// What others do on the same file meanwhile, as at a desk.
    pub fn meanwhile(&mut self, act: impl FnOnce(&mut Desk)) {
        let mut desk = Desk::new();
        desk.people = self.people.iter().map(|(login, session)| (*login, session.for_job())).collect();
        desk.now = self.now();
        std::mem::swap(self.file(), &mut desk.file);
        act(&mut desk);
        std::mem::swap(self.file(), &mut desk.file);
        self.clock.set(desk.now);
        self.settle();
    }

    pub fn edit_beside(&mut self, login: &str, id: RecordId, set: Value) {
        let edit = mainstay::ops::Request::Edit { id, set: fields(set) };
        self.beside(login, Act::from(edit).because("As it came out"), None).unwrap();
        self.settle();
    }

    /// Whether the window asked where to write something.
    pub fn wrote(&self) -> bool {
        self.asked.borrow().last().is_some_and(|question| question.write_to.is_some())
    }

    /// Where the window was asked to write, last.
    pub fn written(&self) -> PathBuf {
        let asked = self.asked.borrow();
        let name = asked.last().unwrap().write_to.clone().unwrap();
        self.folder.path().join(name.file_name().unwrap())
    }

    pub fn has(&self, words: &str) -> bool {
        self.query_all_by_label_contains(words).next().is_some()
    }

    pub fn said(&self, words: &str) -> bool {
        self.harness.state().messages().iter().any(|message| message.contains(words))
    }

    /// Draws until something is so.
    pub fn until(&mut self, what: &str, mut is: impl FnMut(&mut Self) -> bool) {
        for _ in 0..3000 {
            self.run_steps(1);
            if is(self) {
                return self.settle();
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("{what} does not come: {:?}", self.state().messages());
    }

    /// Draws until these words are shown.
    pub fn until_shown(&mut self, words: &str) {
        self.until(words, |window| window.has(words));
    }

    pub fn press(&mut self, name: &str) {
        self.get_by_role_and_label(Role::Button, name).click_accesskit();
        self.settle();
    }

    /// Presses the button that is drawn last: of a dialog, where the page behind it has one of the same name.
    pub fn press_last(&mut self, name: &str) {
        let buttons = self.query_all_by_role_and_label(Role::Button, name);
        buttons.last().expect(name).click_accesskit();
        self.settle();
    }

    pub fn has_input(&self, name: &str) -> bool {
        self.query_all_by_label(name).any(|node| node.accesskit_node().is_text_input())
    }

    /// Types into an input, in the place of what stands there.
    pub fn type_into(&mut self, name: &str, text: &str) {
        let node = self.query_all_by_label(name).find(|node| node.accesskit_node().is_text_input());
        node.expect(name).focus();
        self.settle();
        self.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        self.settle();
        let node = self.query_all_by_label(name).find(|node| node.accesskit_node().is_text_input());
        node.expect(name).type_text(text);
        self.settle();
    }

    /// What the dialog of a signature shows: each signed part with its digest.
    pub fn shown_digests(&self) -> Vec<(RecordId, String)> {
        let mut shown: Vec<(RecordId, String)> = self
            .query_all_by_label_contains("SHA-256 of ")
            .filter_map(|node| {
                let node = node.accesskit_node();
                let words = node.label().or_else(|| node.value())?;
                let (part, digest) = words.strip_prefix("SHA-256 of ")?.split_once(": ")?;
                let (record, _) = part.split_once(',')?;
                Some((record.parse().ok()?, digest.to_owned()))
            })
            .collect();
        shown.dedup();
        shown
    }

    /// What the signatures of the last event cover.
    pub fn signed_digests(&mut self) -> Vec<(RecordId, String)> {
        let now = self.now();
        let file = self.file();
        let seq = file.head().seq;
        let last = file.events(&Default::default(), 1, 0).unwrap().remove(0).event;
        let page = file.page(last.record.unwrap(), None, now).unwrap();
        page.signatures
            .into_iter()
            .filter(|view| view.signature.event == seq)
            .flat_map(|view| view.signature.covers)
            .map(|cover| (cover.record, cover.digest))
            .collect()
    }

    /// Writes what is on screen as a picture, light and dark, where `MAINSTAY_GALLERY` names a folder.
    pub fn picture(&mut self, name: &str) {
        let Ok(folder) = std::env::var("MAINSTAY_GALLERY") else { return };
        for (word, theme) in [("light", egui::Theme::Light), ("dark", egui::Theme::Dark)] {
            self.ctx.set_theme(theme);
            self.settle();
            let image = self.render().expect("a picture");
            image.save(std::path::Path::new(&folder).join(format!("{name}_{word}.png"))).expect("written");
        }
        self.ctx.set_theme(egui::Theme::Light);
        self.settle();
    }
}

impl Window {
    /// Presses a choice among several.
    pub fn press_radio(&mut self, name: &str) {
        let found = self.query_all_by_role_and_label(Role::RadioButton, name).next();
        found.expect(name).click_accesskit();
        self.settle();
    }

    /// Chooses in a combo box.
    pub fn choose(&mut self, name: &str, word: &str) {
        let found = self.query_all_by_role_and_label(Role::ComboBox, name).next();
        found.expect(name).click_accesskit();
        self.settle();
        let found = self.query_all_by_label(word).last();
        found.expect(word).click_accesskit();
        self.settle();
    }
}
