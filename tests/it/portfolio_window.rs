//! The portfolio in the window, driven by the names that a screen reader says.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use eframe::egui::{self, Key, Modifiers, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ui::app::{App, Setup, Start};
use mainstay::ui::cx::Route;
use mainstay::ui::dialogs::{PathAnswer, PathQuestion};
use serde_json::json;

use crate::desk::{Desk, PASSWORD, stamp};
use crate::soup_desk::{EXPAT, serviced};
use crate::team::{Team, raised, settle};

/// The question field.
const QUESTION: &str = "Which products contain";

/// A lock file with zlib.
const LOCK: &str = "version = 3\n[[package]]\nname = \"zlib\"\nversion = \"1.3.1\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";

/// The window of a workstation of a team.
struct Window {
    harness: Harness<'static, App>,
    chosen: Rc<RefCell<Option<PathBuf>>>,
    asked: Rc<RefCell<Vec<PathQuestion>>>,
}

impl Window {
    fn new(team: &Team, start: Start) -> Self {
        let (chosen, asked): (Rc<RefCell<Option<PathBuf>>>, Rc<RefCell<Vec<PathQuestion>>>) =
            Default::default();
        let (chosen_of_app, asked_of_app) = (Rc::clone(&chosen), Rc::clone(&asked));
        let (now, data) = (team.now, team.data());
        std::fs::create_dir_all(&data).unwrap();
        let harness = Harness::builder()
            .with_size(egui::vec2(1280.0, 840.0))
            .with_max_steps(24)
            .build_eframe(move |cc| {
                let setup = Setup {
                    settings_path: Some(data.join("settings.ron")),
                    data_folder: Some(data),
                    clock: Box::new(move || stamp(now)),
                    ask_path: Box::new(move |question| {
                        asked_of_app.borrow_mut().push(question.clone());
                        PathAnswer::from(chosen_of_app.borrow().clone())
                    }),
                    patience: Duration::from_mins(1),
                };
                App::with(cc, setup, start)
            });
        let mut window = Self { harness, chosen, asked };
        window.settle();
        window
    }

    /// The portfolio of the team's files, once it is read.
    fn on_portfolio(team: &Team) -> Self {
        let mut window = Self::new(team, Start::Portfolio(vec![team.files()]));
        window.until_read();
        window
    }

    fn settle(&mut self) {
        self.harness.run_steps(5);
    }

    fn has(&self, words: &str) -> bool {
        self.harness.query_all_by_label_contains(words).next().is_some()
    }

    fn until(&mut self, what: &str, mut is: impl FnMut(&mut Self) -> bool) {
        for _ in 0..3000 {
            self.harness.run_steps(1);
            if is(self) {
                return self.settle();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{what} does not come: {:?} {:?}", self.harness.state().messages(), self.labels());
    }

    fn until_shown(&mut self, words: &str) {
        self.until(words, |window| window.has(words));
    }

    /// Whether something can be cancelled.
    fn is_busy(&self) -> bool {
        self.harness.query_all_by_role_and_label(Role::Button, "Cancel").next().is_some()
    }

    /// Until no job runs.
    fn until_read(&mut self) {
        self.until("the end of the look", |window| !window.is_busy() && window.radio("Products").is_some());
    }

    fn labels(&self) -> Vec<String> {
        let all = self.harness.query_all(egui_kittest::kittest::By::new());
        all.filter_map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value()))
            .collect()
    }

    fn press(&mut self, name: &str) {
        self.harness.get_by_role_and_label(Role::Button, name).click_accesskit();
        self.settle();
    }

    /// The words of a segment that begins with these.
    fn radio(&self, begin: &str) -> Option<String> {
        let all = self.harness.query_all_by_role(Role::RadioButton);
        all.filter_map(|node| node.accesskit_node().label()).find(|label| label.starts_with(begin))
    }

    fn press_radio(&mut self, begin: &str) {
        let label = self.radio(begin).expect(begin);
        self.harness.get_by_role_and_label(Role::RadioButton, &label).click_accesskit();
        self.settle();
    }

    /// The rows of the table on screen: the name of each, and the rest as it is read.
    fn rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        for role in [Role::Link, Role::Row] {
            for node in self.harness.query_all_by_role(role) {
                let node = node.accesskit_node();
                let label = node.label().unwrap_or_default();
                if node.description().is_some() && !label.starts_with("Remove ") {
                    rows.push((label, node.description().unwrap_or_default()));
                }
            }
        }
        rows
    }

    /// The first row of the table on screen that leads to a record.
    fn row(&self) -> Option<egui_kittest::Node<'_>> {
        self.harness.query_all_by_role(Role::Link).find(|node| {
            let node = node.accesskit_node();
            node.description().is_some() && node.label().is_some_and(|label| !label.starts_with("Remove "))
        })
    }

    fn key(&mut self, key: Key) {
        self.harness.key_press(key);
        self.settle();
    }

    /// Types into the question field, which has the focus, and asks.
    fn ask(&mut self, text: &str) {
        let is_input = |node: &egui_kittest::Node<'_>| node.accesskit_node().is_text_input();
        let input = self.harness.query_all_by_label(QUESTION).find(is_input).expect(QUESTION);
        input.focus();
        self.settle();
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.settle();
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.settle();
        self.key(Key::Enter);
        self.until("the answer", |window| !window.is_busy() && !window.has("Asking for"));
    }

    fn sign_in(&mut self, login: &str) {
        for (label, text) in [("Login", login), ("Password", PASSWORD)] {
            self.harness.get_by_label(label).focus();
            self.settle();
            self.harness.get_by_label(label).type_text(text);
            self.settle();
        }
        self.press("Sign in");
        assert!(self.harness.state().is_signed_in(), "{:?}", self.harness.state().messages());
    }

    fn route(&self) -> Option<&Route> {
        self.harness.state().route()
    }

    /// Writes what is on screen as a picture, light and dark, where `MAINSTAY_GALLERY` names a folder.
    fn picture(&mut self, name: &str) {
        let Ok(folder) = std::env::var("MAINSTAY_GALLERY") else { return };
        for (word, theme) in [("light", egui::Theme::Light), ("dark", egui::Theme::Dark)] {
            self.harness.ctx.set_theme(theme);
            self.settle();
            let image = self.harness.render().expect("a picture");
            image.save(std::path::Path::new(&folder).join(format!("{name}_{word}.png"))).expect("written");
        }
        self.harness.ctx.set_theme(egui::Theme::Light);
        self.settle();
    }
}

fn names(window: &Window) -> Vec<String> {
    window.rows().into_iter().map(|(name, _)| name).collect()
}

#[test]
fn from_the_start_screen_a_folder_is_added_remembered_and_removed() {
    let team = Team::of_three();
    let mut window = Window::new(&team, Start::Nothing);
    window.picture("portfolio_start");
    window.press("Portfolio");
    assert!(window.has("No folder yet") && window.has("Name the folders with the product files"));
    window.picture("portfolio_empty");
    window.press("Add a folder…");
    assert!(window.has("No folder yet"), "nothing was chosen");
    *window.chosen.borrow_mut() = Some(team.files());
    window.press("Add a folder…");
    assert!(window.asked.borrow().iter().all(|question| question.folder));
    window.until_read();
    assert_eq!(names(&window), ["Alpha", "Beta", "Gamma"]);
    window.press("Back");
    assert!(window.has("Recent files"));
    drop(window);
    let mut window = Window::new(&team, Start::Nothing);
    window.press("Portfolio");
    window.until_read();
    assert_eq!(names(&window), ["Alpha", "Beta", "Gamma"], "remembered");
    let link = format!("Remove {} from the portfolio", team.files().display());
    window.harness.get_by_label(&link).click_accesskit();
    window.settle();
    assert!(window.has("No folder yet"));
    assert!(team.path("Alpha").exists());
    drop(window);
    let mut window = Window::new(&team, Start::Nothing);
    window.press("Portfolio");
    assert!(window.has("No folder yet"), "no longer remembered");
}

#[test]
fn the_products_stand_side_by_side_with_what_waits_and_what_is_covered() {
    let mut team = Team::of_three();
    let mut desk = serviced();
    raised(&mut desk, "CVE-2031-0004");
    let plan = desk.create("ana", Kind::RetirementPlan, json!({"title": "Retirement of the pump"}));
    desk.edit("ana", plan, json!({"eos_date": "2037-01-31"})).unwrap();
    team.add("Delta", desk);
    std::fs::write(team.files().join("letter.mainstay"), "Dear all").unwrap();
    let mut window = Window::on_portfolio(&team);
    let rows = window.rows();
    assert_eq!(names(&window), ["Alpha", "Beta", "Delta", "Gamma"]);
    let delta = &rows[2].1;
    for words in [
        "Class: Class B",
        "Overdue: ",
        "For approval: 0",
        "SOUP reviewed: 0 of 2",
        "In service: 2.3.0",
        "2037-01-31",
    ] {
        assert!(delta.contains(words), "{words}: {delta}");
    }
    assert!(window.has("What 1 place would say is missing here: see “Notes”."));
    window.picture("portfolio_products");
    window.press_radio("Overdue and due");
    assert!(!window.rows().is_empty());
    window.picture("portfolio_work");
    window.press_radio("For approval");
    window.picture("portfolio_approval");
    window.press_radio("Retirement ahead");
    assert!(window.rows()[0].1.contains("Day: 2037-01-31"), "{:?}", window.rows());
    window.picture("portfolio_retirement");
    window.press_radio("Notes");
    assert!(window.rows()[0].1.contains("It is not a product file"), "{:?}", window.rows());
    window.picture("portfolio_notes");
}

#[test]
fn a_question_is_typed_at_once_and_answered_with_the_decisions() {
    let team = Team::of_three();
    let mut window = Window::on_portfolio(&team);
    window.harness.event(egui::Event::Text("libexpat".to_owned()));
    window.settle();
    window.key(Key::Enter);
    window.until_shown("libexpat: in service in 2 of 3 products.");
    let rows = window.rows();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].1.contains("CVE-2031-0001: not affected"), "{rows:?}");
    assert!(rows[1].1.contains("No finding: nothing is decided"), "{rows:?}");
    window.picture("portfolio_answer");
    window.ask("openssl");
    assert!(window.has("openssl: in no release in service of 3 products."), "{:?}", window.labels());
    window.ask("CVE-2031-0001");
    assert!(window.has("There is no advisory data on this workstation"), "{:?}", window.labels());
    window.ask("pkg:nonsense");
    assert!(window.has("is not a package URL such as"));
    std::fs::write(team.files().join("letter.mainstay"), "Dear all").unwrap();
    window.press("Look again");
    window.until_read();
    window.ask("openssl");
    assert!(window.has("openssl: not found in the 3 products that were read."), "{:?}", window.labels());
    assert!(window.has("Missing is what 1 place would say"), "{:?}", window.labels());
}

#[test]
fn a_bill_is_asked_for_and_a_wrong_one_is_refused_with_the_reason() {
    let team = Team::of_three();
    let bill = team.data().join("Cargo.lock");
    let mut window = Window::on_portfolio(&team);
    std::fs::write(&bill, LOCK).unwrap();
    *window.chosen.borrow_mut() = Some(bill.clone());
    window.press("Ask for a bill…");
    window.until_shown("Cargo.lock with 1 component: in service in 2 of 3 products.");
    assert_eq!(window.rows().len(), 2);
    std::fs::write(&bill, "nonsense").unwrap();
    window.press("Ask for a bill…");
    window.until_shown("Cargo.lock was not accepted");
}

#[test]
fn a_row_opens_its_file_at_its_record_by_the_keyboard_alone() {
    let team = Team::of_three();
    let mut window = Window::on_portfolio(&team);
    window.ask("libexpat");
    // From the question to the table, down to the second row, and into the file.
    for _ in 0..40 {
        if window.row().is_some_and(|row| row.accesskit_node().is_focused()) {
            break;
        }
        window.key(Key::Tab);
    }
    window.key(Key::ArrowDown);
    window.key(Key::Enter);
    assert!(window.has("Sign in") && window.has("Beta"), "{:?}", window.labels());
    window.sign_in("ben");
    assert_eq!(window.route(), Some(&Route::Record(EXPAT)));
}

#[test]
fn over_an_open_file_it_comes_by_the_palette_and_goes_by_escape() {
    let team = Team::of_three();
    let mut window = Window::new(&team, Start::File(team.path("Alpha")));
    window.sign_in("ben");
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    window.harness.event(egui::Event::Text("portfolio".to_owned()));
    window.settle();
    window.key(Key::Enter);
    assert!(window.has("No folder yet"));
    *window.chosen.borrow_mut() = Some(team.files());
    window.press("Add a folder…");
    window.until_read();
    assert!(window.harness.query_by_role_and_label(Role::Button, "Back to Alpha").is_some());
    window.ask("CVE-2031-0001");
    window.picture("portfolio_over_file");
    // Escape leaves the input, then the portfolio.
    window.harness.get_by_role_and_label(Role::Button, "Ask").focus();
    window.settle();
    for _ in 0..3 {
        window.key(Key::Escape);
    }
    assert!(window.harness.query_by_role_and_label(Role::Button, "Ask").is_none(), "{:?}", window.labels());
    assert!(window.harness.state().is_signed_in());
    // A record of the file that is open is gone to without a new sign-in.
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    window.harness.event(egui::Event::Text("portfolio".to_owned()));
    window.settle();
    window.key(Key::Enter);
    window.until_read();
    window.press_radio("Answer");
    window.row().unwrap().click_accesskit();
    window.settle();
    window.key(Key::Enter);
    assert_eq!(window.route(), Some(&Route::Record(RecordId::new(Kind::Finding, 1))));
    assert!(window.harness.state().is_signed_in());
}

#[test]
fn what_cannot_be_opened_any_more_is_said_over_the_portfolio() {
    let team = Team::of_three();
    let mut window = Window::on_portfolio(&team);
    std::fs::write(team.path("Alpha"), "Dear all").unwrap();
    window.row().unwrap().click_accesskit();
    window.settle();
    window.key(Key::Enter);
    assert!(window.radio("Products").is_some());
    assert!(window.harness.state().messages().iter().any(|words| words.contains("alpha.mainstay")));
}

#[test]
fn what_is_kept_is_shown_at_once_and_the_look_can_be_cancelled() {
    let mut team = Team::new();
    let desk = Desk::new();
    let bytes = std::fs::read(desk.file.path()).unwrap();
    for number in 0..150 {
        let path = team.files().join(format!("{number}.mainstay"));
        std::fs::write(&path, &bytes).unwrap();
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.pragma_update(None, "synchronous", "OFF").unwrap();
        conn.execute("UPDATE product_file SET uuid = ?1", [format!("uuid {number}")]).unwrap();
        drop(conn);
        settle(&path);
    }
    team.now = desk.now;
    team.look();
    team.now = team.now.plus_seconds(3 * 86_400);
    let mut window = Window::new(&team, Start::Portfolio(vec![team.files()]));
    window.until("what is kept", |window| window.radio("Products 150").is_some());
    let words = "What waits in 150 products is as it was read on an earlier day";
    assert!(window.has(words) || !window.is_busy());
    if window.is_busy() {
        window.press("Cancel");
        window.until_shown("The look was cancelled; what is shown was read before.");
        assert!(window.has(words));
        assert!(window.radio("Products 150").is_some());
    }
    window.press("Look again");
    window.until_read();
    assert!(!window.has("as it was read on an earlier day"));
}

#[test]
fn folders_without_a_product_file_say_what_is_looked_for() {
    let team = Team::new();
    let mut window = Window::new(&team, Start::Portfolio(vec![team.files(), team.files().join("gone")]));
    window.until_read();
    assert!(window.has("What 1 place would say is missing here"), "{:?}", window.labels());
    let link = format!("Remove {} from the portfolio", team.files().join("gone").display());
    window.harness.get_by_label(&link).click_accesskit();
    window.until_read();
    assert!(
        window.has("No product file was found here. Product files end in .mainstay."),
        "{:?}",
        window.labels()
    );
    // Folders that were named for this time are not remembered.
    drop(window);
    let mut window = Window::new(&team, Start::Nothing);
    window.press("Portfolio");
    assert!(window.has("No folder yet"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_whose_name_is_no_text_is_shown_and_does_not_keep_the_settings_from_being_written() {
    use std::os::unix::ffi::OsStrExt as _;
    let team = Team::of_three();
    let strange = team.files().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&strange).unwrap();
    std::fs::rename(team.path("Beta"), strange.join("beta.mainstay")).unwrap();
    let mut window = Window::new(&team, Start::Nothing);
    window.press("Portfolio");
    for folder in [strange, team.files()] {
        *window.chosen.borrow_mut() = Some(folder);
        window.press("Add a folder…");
        window.until_read();
    }
    assert_eq!(names(&window), ["Alpha", "Beta", "Gamma"]);
    drop(window);
    let mut window = Window::new(&team, Start::Nothing);
    window.press("Portfolio");
    window.until_read();
    assert_eq!(names(&window), ["Alpha", "Beta", "Gamma"], "the other folder is remembered");
}
