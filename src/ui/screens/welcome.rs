//! The start screen: recent files, a new file, the example; and the steps to a new product file.
//!
//! Belongs here: the forms before a file is open. Does not belong here: creating or opening a file.

use std::path::{Path, PathBuf};

use eframe::egui;
use egui::{Label, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use zeroize::Zeroizing;

use super::sign_in::StrengthWords;
use crate::domain::choice::Choice as _;
use crate::domain::product::{Market, SafetyClass};
use crate::domain::text::sentence;
use crate::ops::{
    FirstPerson, NewFile, NewProduct, Opened, Password, ProductFile, Refused, Stamp, default_policy,
    least_strength,
};
use crate::ui::dialogs::{self, PathAnswer};
use crate::ui::theme::{Tone, body, hint, palette, size, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::{Guarded, guarded_ui, primary_ui};
use crate::ui::widgets::choice::{Choice, choice_ui, choices_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::{page_heading_ui, title_ui};
use crate::ui::widgets::text::{TextArea, TextLine, password_ui};

/// A request to the app.
pub enum WelcomeRequest {
    /// Open this file.
    Open(PathBuf),
    /// Ask which file to open.
    Choose,
    /// Open the example product.
    Example,
    /// Create this file.
    Create(PathBuf, Box<NewFile>, Password),
}

/// A recent file with its quick summary.
struct Recent {
    path: PathBuf,
    words: String,
    tone: Tone,
}

/// The start screen, or the steps to a new file.
#[derive(Default)]
pub struct Welcome {
    recent: Vec<Recent>,
    new: Option<Box<Steps>>,
}

/// Most recent files that get a summary.
const LOOKED_INTO: usize = 6;

impl Welcome {
    /// Updates the recent files and their summaries.
    pub fn refresh_recent(&mut self, recent: &[PathBuf], stamp: &Stamp) {
        self.new = None;
        self.recent = recent
            .iter()
            .enumerate()
            .map(|(index, path)| {
                let (words, tone) =
                    if index < LOOKED_INTO { summary(path, stamp) } else { (String::new(), Tone::Neutral) };
                Recent { path: path.clone(), words, tone }
            })
            .collect();
    }

    /// Starts the steps to a new file.
    pub fn begin_new(&mut self) {
        self.new = Some(Box::default());
    }

    /// Shows why the file could not be created.
    pub fn refuse(&mut self, refusal: &Refused) {
        if let Some(steps) = &mut self.new {
            steps.refusal = Some(sentence(&refusal.to_string()));
        }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<WelcomeRequest> {
        if let Some(steps) = &mut self.new {
            return match steps.ui(ui) {
                Outcome::Stay => None,
                Outcome::Leave => {
                    self.new = None;
                    None
                }
                Outcome::Done(asked) => Some(*asked),
            };
        }
        self.start_ui(ui)
    }

    fn start_ui(&mut self, ui: &mut Ui) -> Option<WelcomeRequest> {
        let mut asked = None;
        page_heading_ui(ui, "Mainstay");
        ui.add(
            Label::new(
                body("Maintenance records of medical device software, as IEC 62304 clause 6 requires. One file per product, on your own disk.")
                    .color(palette(ui).weak),
            )
            .wrap(),
        );
        ui.add_space(space::L);
        ui.horizontal(|ui| {
            if primary_ui(ui, "New product file…").clicked() {
                self.new = Some(Box::default());
            }
            if ui.button("Open…").clicked() {
                asked = Some(WelcomeRequest::Choose);
            }
            if ui.button("Open the example product").clicked() {
                asked = Some(WelcomeRequest::Example);
            }
        });
        ui.add_space(space::XL);
        title_ui(ui, "Recent files");
        if self.recent.is_empty() {
            ui.label(
                body("None yet. A product file can also be dropped on this window.").color(palette(ui).weak),
            );
        }
        for recent in &self.recent {
            if recent_ui(ui, recent).clicked() {
                asked = Some(WelcomeRequest::Open(recent.path.clone()));
            }
        }
        asked
    }
}

/// The summary of a file: how much is overdue, or why it cannot be opened.
fn summary(path: &Path, stamp: &Stamp) -> (String, Tone) {
    match ProductFile::open_to_read(path) {
        Ok(Opened::Open(file)) => match file.attention(stamp.now) {
            Ok(attention) => {
                let late = attention
                    .now
                    .iter()
                    .filter(|item| item.tone == crate::domain::workflow::Tone::Late)
                    .count();
                match (late, attention.now.len()) {
                    (0, 0) => ("Nothing needs attention".to_owned(), Tone::Good),
                    (0, due) => (format!("{due} due"), Tone::Due),
                    (late, _) => (format!("{late} overdue"), Tone::Late),
                }
            }
            Err(_) => ("Cannot be read".to_owned(), Tone::Late),
        },
        Ok(Opened::Not(found)) => (crate::ui::app::found_words(path, &found).0, Tone::Late),
        Err(_) => ("Cannot be read".to_owned(), Tone::Late),
    }
}

fn recent_ui(ui: &mut Ui, recent: &Recent) -> egui::Response {
    let name = recent.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = recent.path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
    let words = if recent.words.is_empty() { name.clone() } else { format!("{name}, {}", recent.words) };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    if ui.is_rect_visible(rect) {
        let palette = palette(ui);
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 6.0, palette.hover);
        }
        let inner = rect.shrink2(vec2(space::S, space::XS));
        let colour = palette.tone(recent.tone).text;
        let font = egui::FontId::proportional(size::SMALL);
        let state = ui.painter().layout_no_wrap(recent.words.clone(), font.clone(), colour);
        let room = inner.width() - state.size().x - space::XL;
        let at = pos2(inner.right() - state.size().x, inner.center().y - state.size().y / 2.0);
        if !recent.words.is_empty() {
            let mark = egui::Rect::from_center_size(pos2(at.x - 10.0, inner.center().y), vec2(12.0, 12.0));
            crate::ui::widgets::icons::paint_tone(ui.painter(), mark, recent.tone, colour);
        }
        ui.painter().galley(at, state, colour);
        let line = |text: String, font: egui::FontId, colour, top: f32| {
            let mut job = egui::text::LayoutJob::simple_singleline(text, font, colour);
            job.wrap = egui::text::TextWrapping::truncate_at_width(room);
            let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
            ui.painter().galley(pos2(inner.left(), top), galley, colour);
        };
        line(name, egui::FontId::proportional(size::BODY), palette.text, inner.top() + 1.0);
        line(folder, font, palette.weak, inner.top() + 21.0);
    }
    response.on_hover_text(recent.path.display().to_string())
}

/// The step on screen.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Product,
    Person,
}

enum Outcome {
    Stay,
    Leave,
    Done(Box<WelcomeRequest>),
}

/// The steps to a new product file.
struct Steps {
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
    refusal: Option<String>,
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
    fn ui(&mut self, ui: &mut Ui) -> Outcome {
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
        ui.add_space(space::M);
        self.buttons(ui)
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

    fn buttons(&mut self, ui: &mut Ui) -> Outcome {
        let missing = self.missing();
        let mut outcome = Outcome::Stay;
        ui.horizontal(|ui| {
            let word = if self.step == Step::Product { "Continue" } else { "Create the file" };
            match guarded_ui(ui, word, &missing) {
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
