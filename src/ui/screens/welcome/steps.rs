//! The steps to a new product file: the product, the first person, and where the file is kept.
//!
//! Belongs here: the two forms. Does not belong here: creating the file (`ops`).

use std::path::{Path, PathBuf};

use eframe::egui;
use egui::{Key, Label, Modifiers, Ui};
use zeroize::Zeroizing;

use super::WelcomeRequest;
use crate::domain::choice::Choice as _;
use crate::domain::product::{Market, SafetyClass};
use crate::ops::{FirstPerson, NewFile, NewProduct, Password, default_policy, least_strength};
use crate::ui::dialogs::{self, PathAnswer};
use crate::ui::screens::sign_in::StrengthWords;
use crate::ui::theme::{Tone, body, hint, palette, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::{Guarded, guarded_ui};
use crate::ui::widgets::choice::{Choice, choice_ui, choices_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::page_heading_ui;
use crate::ui::widgets::modal::takes_save_key;
use crate::ui::widgets::text::{TextArea, TextLine, password_ui};

/// The step on screen.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Product,
    Person,
}

/// What came of a frame of the steps.
pub(super) enum Outcome {
    /// They go on.
    Stay,
    /// They are given up.
    Leave,
    /// The file is asked for.
    Done(Box<WelcomeRequest>),
}

/// The steps to a new product file.
pub(super) struct Steps {
    step: Step,
    name: String,
    manufacturer: String,
    class: Option<String>,
    rationale: String,
    markets: Vec<String>,
    full_name: String,
    login: String,
    login_touched: bool,
    password: Zeroizing<String>,
    again: Zeroizing<String>,
    strength: StrengthWords,
    /// The least strength of a password by the initial policy.
    least_strength: u32,
    path: String,
    path_touched: bool,
    tried: bool,
    focused: bool,
    pub refusal: Option<String>,
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            step: Step::Product,
            name: String::new(),
            manufacturer: String::new(),
            class: Some(SafetyClass::Unassigned.code().to_owned()),
            rationale: String::new(),
            markets: Vec::new(),
            full_name: String::new(),
            login: String::new(),
            login_touched: false,
            password: Zeroizing::default(),
            again: Zeroizing::default(),
            strength: StrengthWords::default(),
            least_strength: least_strength(&default_policy()),
            path: String::new(),
            path_touched: false,
            tried: false,
            focused: false,
            refusal: None,
        }
    }
}

fn class_choices() -> Vec<Choice<'static>> {
    let meaning = |class: SafetyClass, words: &'static str| {
        let meaning = if class == SafetyClass::Unassigned {
            "Class C rules apply until a class is assigned"
        } else {
            words
        };
        let word =
            if class == SafetyClass::Unassigned { "Not yet: class C rules apply" } else { class.word() };
        Choice { code: class.code(), word, meaning }
    };
    SafetyClass::VALUES
        .iter()
        .zip(SafetyClass::OPTIONS)
        .map(|(class, def)| meaning(*class, def.meaning.trim()))
        .collect()
}

impl Steps {
    /// Draws them.
    pub fn ui(&mut self, ui: &mut Ui) -> Outcome {
        // Outside a text it would press the focused button too; in a text it is read after the text has taken its letters.
        let mut by_key = takes_save_key(ui.ctx());
        page_heading_ui(ui, "New product file");
        ui.label(hint(
            ui,
            match self.step {
                Step::Product => "Step 1 of 2: the product",
                Step::Person => "Step 2 of 2: you, and where the file is kept",
            },
        ));
        ui.add_space(space::M);
        match self.step {
            Step::Product => self.product_ui(ui),
            Step::Person => self.person_ui(ui),
        }
        if let Some(words) = &self.refusal {
            tone_words_ui(ui, Tone::Late, words);
        }
        by_key |= ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter));
        ui.add_space(space::M);
        self.buttons(ui, by_key)
    }

    fn product_ui(&mut self, ui: &mut Ui) {
        let tried = self.tried;
        let need = |text: &str, words: &'static str| (tried && text.trim().is_empty()).then_some(words);
        let violation = need(&self.name, "The name is missing");
        let first = Field::new("Product name")
            .violation(violation)
            .show(ui, |ui| ui.add(TextLine::new(&mut self.name).limit(200)));
        if !self.focused {
            self.focused = true;
            first.request_focus();
        }
        ui.add_space(space::S);
        let violation = need(&self.manufacturer, "The manufacturer is missing");
        Field::new("Manufacturer")
            .help("Who places the product on the market, as on its label.", "")
            .violation(violation)
            .show(ui, |ui| ui.add(TextLine::new(&mut self.manufacturer).limit(200)));
        ui.add_space(space::S);
        Field::new("Software safety class")
            .help(
                "By the worst harm that a failure can contribute to, after controls outside the software.",
                "IEC 62304 4.3",
            )
            .show(ui, |ui| choice_ui(ui, &mut self.class, &class_choices(), false));
        if self.class() != SafetyClass::Unassigned {
            ui.add_space(space::S);
            let violation = need(&self.rationale, "The rationale for the class is missing");
            Field::new("Rationale for the class")
                .violation(violation)
                .show(ui, |ui| ui.add(TextArea::new(&mut self.rationale).rows(2, 6)));
        }
        ui.add_space(space::S);
        let choices: Vec<Choice<'_>> = Market::OPTIONS
            .iter()
            .map(|def| Choice { code: def.code, word: def.word, meaning: "" })
            .collect();
        Field::new("Markets")
            .help("Where it is sold. Decides which authorities the reportability questions cover.", "")
            .show(ui, |ui| choices_ui(ui, &mut self.markets, &choices));
    }

    fn person_ui(&mut self, ui: &mut Ui) {
        let tried = self.tried;
        let need = |text: &str, words: &'static str| (tried && text.trim().is_empty()).then_some(words);
        ui.add(
            Label::new(
                body("You are the first person of this file: quality manager and system administrator. You invite the others.")
                    .color(palette(ui).weak),
            )
            .wrap(),
        );
        ui.add_space(space::S);
        let violation = need(&self.full_name, "Your name is missing");
        let first = Field::new("Full name")
            .help("As printed with your signatures.", "21 CFR 11.50")
            .violation(violation)
            .show(ui, |ui| ui.add(TextLine::new(&mut self.full_name).limit(200)));
        if !self.focused {
            self.focused = true;
            first.request_focus();
        }
        if !self.login_touched {
            self.login = self.full_name.split_whitespace().next().unwrap_or_default().to_lowercase();
        }
        ui.add_space(space::S);
        let violation = need(&self.login, "The login is missing");
        let login = Field::new("Login")
            .help("A short name for signing in. It can never be reused for another person.", "21 CFR 11.300")
            .violation(violation)
            .show(ui, |ui| ui.add(TextLine::new(&mut self.login).limit(64).width(320.0)));
        self.login_touched |= login.changed();
        ui.add_space(space::S);
        Field::new("Password").show(ui, |ui| password_ui(ui, &mut self.password));
        self.strength.ui(ui, &self.password, &[&self.full_name, &self.login], self.least_strength);
        ui.add_space(space::S);
        let differs = tried && *self.again != *self.password;
        Field::new("Password again")
            .violation(differs.then_some("The passwords differ"))
            .show(ui, |ui| password_ui(ui, &mut self.again));
        ui.add_space(space::S);
        self.path_ui(ui);
    }

    fn path_ui(&mut self, ui: &mut Ui) {
        if !self.path_touched {
            self.path = suggested_path(&self.name).display().to_string();
        }
        let violation =
            (self.tried && self.path.trim().is_empty()).then_some("The path of the file is missing");
        let path = Field::new("Where the file is kept")
            .help("One file on a local or shared disk. One person writes at a time; others can read.", "")
            .violation(violation)
            .show(ui, |ui| ui.add(TextLine::new(&mut self.path).limit(4000)));
        self.path_touched |= path.changed();
        if ui.button("Choose a place…").clicked() {
            match dialogs::by_system(&dialogs::new_product(Path::new(&self.path))) {
                PathAnswer::Chosen(path) => {
                    (self.path, self.path_touched) = (path.display().to_string(), true);
                }
                PathAnswer::Cancelled => {}
                PathAnswer::NoDialog => self.refusal = Some(dialogs::NO_DIALOG.to_owned()),
            }
        }
    }

    fn class(&self) -> SafetyClass {
        self.class.as_deref().and_then(SafetyClass::from_code).unwrap_or(SafetyClass::Unassigned)
    }

    fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let mut need = |is_missing: bool, words: &str| {
            if is_missing {
                missing.push(words.to_owned());
            }
        };
        match self.step {
            Step::Product => {
                need(self.name.trim().is_empty(), "The name is missing");
                need(self.manufacturer.trim().is_empty(), "The manufacturer is missing");
                let reasoned = self.class() == SafetyClass::Unassigned || !self.rationale.trim().is_empty();
                need(!reasoned, "The rationale for the class is missing");
            }
            Step::Person => {
                need(self.full_name.trim().is_empty(), "Your name is missing");
                need(self.login.trim().is_empty(), "The login is missing");
                need(!self.strength.is_good(), "The password is missing or too easily guessed");
                need(*self.again != *self.password, "The passwords differ");
                need(self.path.trim().is_empty(), "The path of the file is missing");
            }
        }
        missing
    }

    /// The buttons. `by_key`: Ctrl+Enter was pressed, as in every form.
    fn buttons(&mut self, ui: &mut Ui, by_key: bool) -> Outcome {
        let missing = self.missing();
        let mut outcome = Outcome::Stay;
        ui.horizontal(|ui| {
            let word = if self.step == Step::Product { "Continue" } else { "Create the file" };
            let pressed = match (guarded_ui(ui, word, &missing), by_key) {
                (Guarded::Idle, true) if missing.is_empty() => Guarded::Pressed,
                (Guarded::Idle, true) => Guarded::Refused,
                (pressed, _) => pressed,
            };
            match pressed {
                Guarded::Idle => {}
                Guarded::Refused => self.tried = true,
                Guarded::Pressed if self.step == Step::Product => {
                    self.step = Step::Person;
                    self.tried = false;
                    self.focused = false;
                }
                Guarded::Pressed => outcome = Outcome::Done(Box::new(self.done())),
            }
            let word = if self.step == Step::Product { "Cancel" } else { "Back" };
            if ui.button(word).clicked() {
                if self.step == Step::Product {
                    outcome = Outcome::Leave;
                } else {
                    self.step = Step::Product;
                    self.refusal = None;
                }
            }
        });
        let missing = self.missing();
        if self.tried && !missing.is_empty() {
            ui.add_space(space::S);
            tone_words_ui(ui, Tone::Late, &format!("{}.", missing.join(". ")));
        }
        outcome
    }

    fn done(&mut self) -> WelcomeRequest {
        self.refusal = None;
        let new = NewFile {
            product: NewProduct {
                name: self.name.trim().to_owned(),
                manufacturer: self.manufacturer.trim().to_owned(),
                class: self.class(),
                class_rationale: if self.class() == SafetyClass::Unassigned {
                    String::new()
                } else {
                    self.rationale.trim().to_owned()
                },
                markets: self.markets.iter().filter_map(|code| Market::from_code(code)).collect(),
            },
            person: FirstPerson {
                login: self.login.trim().to_owned(),
                full_name: self.full_name.trim().to_owned(),
                roles: Vec::new(),
            },
            policy: default_policy(),
        };
        let (path, password) = (PathBuf::from(self.path.trim()), Password::new(self.password.as_str()));
        WelcomeRequest::Create(path, Box::new(new), password)
    }
}

/// A suggested path for the file of a product with this name.
fn suggested_path(product: &str) -> PathBuf {
    let slug: String = product
        .trim()
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .take(60)
        .collect();
    let slug = slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let name = if slug.is_empty() { "product".to_owned() } else { slug };
    let folder = directories::UserDirs::new()
        .and_then(|dirs| dirs.document_dir().map(Path::to_owned).or_else(|| Some(dirs.home_dir().to_owned())))
        .unwrap_or_default();
    folder.join(format!("{name}.{}", dialogs::ENDING))
}
