//! Many product files at a glance, and the question which of them contain a component, a vulnerability or the parts of a bill.
//!
//! Belongs here: what is shown, and the requests of the person. Does not belong here: reading files (`portfolio`), opening one (the
//! app). Nothing is written to a product file, and nothing is read on the thread that draws.

mod sheets;
mod work;

use std::path::PathBuf;

use eframe::egui;
use egui::{Key, Label, Ui};

use self::sheets::{Row, Sheet};
use self::work::Work;
use super::parts::{heading_ui, problem_ui, progress_ui};
use crate::domain::ids::RecordId;
use crate::domain::text::{counted, sentence};
use crate::domain::time::Moment;
use crate::ops::LISTED_MAX;
use crate::portfolio::{Answered, Portfolio, Question, shown};
use crate::ui::theme::{body, hint, palette, space};
use crate::ui::widgets::button::{primary_ui, segments_ui};
use crate::ui::widgets::empty::{Empty, empty_ui};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::text::TextLine;

pub use self::work::DataFolders;

/// Characters of a question.
const QUESTION_MAX: usize = 400;
const PURPOSE: &str = "Name the folders with the product files of your team. They are shown side by side: what is overdue, what waits \
                       for approval, what is in service, and which products contain a component. The files are only read.";
const ASKED_HINT: &str = "Component, package URL or CVE";

/// A request to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortfolioRequest {
    /// Leave the screen.
    Leave,
    /// Ask for a folder, and add it.
    AddFolder,
    /// Ask for a bill of materials, and put its path here.
    ChooseBill,
    /// The folders have changed: remember them.
    Remember,
    /// Open a file, at a record.
    Open {
        /// The file.
        path: PathBuf,
        /// Its identity.
        uuid: String,
        /// The record.
        record: Option<RecordId>,
    },
}

/// What of the look is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Products,
    Answer,
    Work,
    Unapproved,
    Retirement,
    Remarks,
}

/// The portfolio.
pub struct PortfolioScreen {
    places: Vec<PathBuf>,
    /// Whether the places are those that the workstation remembers, and not others that were named for this time.
    remembered: bool,
    work: Work,
    text: String,
    /// Why the question cannot be asked.
    refused: Option<String>,
    view: View,
    sheets: Vec<(View, Sheet)>,
    wants_focus: bool,
}

impl PortfolioScreen {
    /// The products below these places.
    pub fn new(places: Vec<PathBuf>, remembered: bool, folders: DataFolders) -> Self {
        Self {
            places,
            remembered,
            work: Work::new(folders),
            text: String::new(),
            refused: None,
            view: View::Products,
            sheets: Vec::new(),
            wants_focus: true,
        }
    }

    /// The folders and files that are to be remembered; `None` where they were named for this time.
    pub fn to_remember(&self) -> Option<&[PathBuf]> {
        self.remembered.then_some(&self.places)
    }

    /// Moves the focus to the question.
    pub const fn focus(&mut self) {
        self.wants_focus = true;
    }

    /// Adds a folder.
    pub fn add(&mut self, ctx: &egui::Context, place: PathBuf, now: Moment) {
        if !self.places.contains(&place) {
            self.places.push(place);
            self.look(ctx, now);
        }
    }

    /// Looks at all files, in the background. What is shown stays until then.
    pub fn look(&mut self, ctx: &egui::Context, now: Moment) {
        self.work.look(ctx, &self.places, now);
        if self.places.is_empty() {
            self.sheets.clear();
        }
    }

    /// Asks which products contain something.
    pub fn ask(&mut self, ctx: &egui::Context, text: &str, now: Moment) {
        text.clone_into(&mut self.text);
        match Question::parse(text) {
            Ok(question) => {
                self.refused = None;
                self.work.ask(ctx, question, now);
                self.view = View::Answer;
            }
            Err(why) => self.refused = Some(sentence(&why)),
        }
    }

    /// Asks which products contain the components of a bill.
    pub fn ask_bill(&mut self, ctx: &egui::Context, path: PathBuf) {
        self.refused = None;
        self.work.read_bill(ctx, path);
    }

    fn lay_out(&mut self, now: Moment) {
        let Some(shown) = self.work.shown() else {
            self.sheets.clear();
            return;
        };
        let today = now.day();
        let mut sheets = vec![
            (View::Products, sheets::products(shown, today)),
            (View::Work, sheets::work(shown)),
            (View::Unapproved, sheets::unapproved(shown)),
            (View::Retirement, sheets::retirement(shown, today)),
            (View::Remarks, sheets::remarks(shown)),
        ];
        if let Some((_, Some(answered))) = self.work.asked() {
            sheets.insert(1, (View::Answer, sheets::answer(shown, answered)));
        }
        for (view, sheet) in &mut sheets {
            if let Some((_, former)) = self.sheets.iter_mut().find(|(other, _)| other == view) {
                sheet.follow(former);
            }
        }
        self.sheets = sheets;
    }

    fn keep_up(&mut self, ctx: &egui::Context, now: Moment) {
        if self.work.keep_up(ctx, now) {
            self.lay_out(now);
        }
        match self.work.bill_read() {
            Some(Ok(question)) => {
                self.work.ask(ctx, question, now);
                self.view = View::Answer;
            }
            Some(Err(why)) => self.refused = Some(why),
            None => {}
        }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, back: &str, now: Moment) -> Option<PortfolioRequest> {
        let ctx = ui.ctx().clone();
        self.keep_up(&ctx, now);
        let mut asked = None;
        heading_ui(ui, "Portfolio", |ui| {
            if ui.button(back).clicked() {
                asked = Some(PortfolioRequest::Leave);
            }
            if !self.places.is_empty() {
                if ui.button("Look again").on_hover_text("Read the files that have changed").clicked() {
                    self.look(ui.ctx(), now);
                }
                if ui.button("Add a folder…").clicked() {
                    asked = Some(PortfolioRequest::AddFolder);
                }
            }
        });
        if self.places.is_empty() {
            let empty = Empty {
                title: "No folder yet",
                purpose: PURPOSE,
                clause: "IEC 62304 6.1 f, 7.1.3",
                button: "Add a folder…",
            };
            let pressed = empty_ui(ui, &empty).is_some_and(|button| button.clicked());
            return pressed.then_some(PortfolioRequest::AddFolder).or(asked);
        }
        asked = self.places_ui(ui, now).or(asked);
        asked = self.question_ui(ui, now).or(asked);
        self.state_ui(ui, now);
        asked = self.sheet_ui(ui).or(asked);
        asked
    }

    fn places_ui(&mut self, ui: &mut Ui, now: Moment) -> Option<PortfolioRequest> {
        let mut gone = None;
        for (index, place) in self.places.iter().enumerate() {
            ui.push_id(index, |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.label(hint(ui, shown(place)));
                    let link = link_ui(ui, "Remove");
                    let name = format!("Remove {} from the portfolio", shown(place));
                    ui.ctx().accesskit_node_builder(link.id, |node| node.set_label(name));
                    if link.on_hover_text("The folder itself is left as it is").clicked() {
                        gone = Some(index);
                    }
                });
            });
        }
        self.places.remove(gone?);
        self.look(ui.ctx(), now);
        Some(PortfolioRequest::Remember)
    }

    fn question_ui(&mut self, ui: &mut Ui, now: Moment) -> Option<PortfolioRequest> {
        let mut asked = None;
        ui.add_space(space::S);
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("Which products contain");
            let width = (ui.available_width() - 320.0).clamp(180.0, 420.0);
            let line = TextLine::new(&mut self.text).hint(ASKED_HINT).limit(QUESTION_MAX).width(width);
            let input = ui.add(line).labelled_by(label.id);
            if std::mem::take(&mut self.wants_focus) {
                input.request_focus();
            }
            let entered = input.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if primary_ui(ui, "Ask").clicked() || entered {
                let text = self.text.clone();
                let ctx = ui.ctx().clone();
                self.ask(&ctx, &text, now);
            }
            if ui
                .button("Ask for a bill…")
                .on_hover_text("A bill of materials, a lock file or a table of SOUP")
                .clicked()
            {
                asked = Some(PortfolioRequest::ChooseBill);
            }
        });
        if let Some(why) = &self.refused {
            ui.add_space(space::XS);
            problem_ui(ui, why);
        }
        asked
    }

    /// What is being read, what is old, what is missing.
    fn state_ui(&self, ui: &mut Ui, now: Moment) {
        ui.add_space(space::S);
        for progress in self.work.progress() {
            progress_ui(ui, progress);
        }
        if let Some(why) = self.work.trouble() {
            problem_ui(ui, why);
        }
        let Some(shown) = self.work.shown() else { return };
        let earlier = shown.products.iter().filter(|one| one.summary.read_at.day() != now.day()).count();
        if earlier > 0 {
            let words = format!(
                "What waits in {} is as it was read on an earlier day, until the files are read.",
                counted(earlier, "product")
            );
            ui.add(Label::new(hint(ui, words)).wrap());
        }
        if self.work.is_looking() {
            return;
        }
        match shown.lacking() {
            0 if shown.products.is_empty() => {
                let words = "No product file was found here. Product files end in .mainstay.";
                ui.add(Label::new(body(words).color(palette(ui).weak)).wrap());
            }
            0 => {}
            lacking => {
                let places = counted(lacking, "place");
                problem_ui(ui, &format!("What {places} would say is missing here: see “Notes”."));
            }
        }
    }

    fn sheet_ui(&mut self, ui: &mut Ui) -> Option<PortfolioRequest> {
        let (shown, asked) = (self.work.shown()?, self.work.asked());
        let mut names: Vec<(View, String)> =
            self.sheets.iter().map(|(view, sheet)| (*view, segment(*view, sheet))).collect();
        if asked.is_some() && !names.iter().any(|(view, _)| *view == View::Answer) {
            names.insert(1.min(names.len()), (View::Answer, "Answer".to_owned()));
        }
        let words: Vec<&str> = names.iter().map(|(_, words)| words.as_str()).collect();
        let on = names.iter().position(|(view, _)| *view == self.view);
        if let Some((view, _)) = segments_ui(ui, &words, on).and_then(|index| names.get(index)) {
            self.view = *view;
        }
        ui.add_space(space::S);
        if let (View::Answer, Some((question, answered))) = (self.view, asked) {
            answer_words_ui(ui, question, answered);
        }
        let cut = shown.products.iter().any(|product| !product.summary.lists_all());
        if cut && matches!(self.view, View::Work | View::Unapproved) {
            let words = format!("The first {LISTED_MAX} of each product are listed. Its file has all.");
            ui.label(hint(ui, words));
        }
        let (view, sheet) = self.sheets.iter_mut().find(|(view, _)| *view == self.view)?;
        if sheet.rows.is_empty() {
            let words = nothing(*view, shown);
            if !words.is_empty() {
                ui.label(hint(ui, words));
            }
            return None;
        }
        let row: &Row = sheet.ui(ui)?;
        let (path, uuid) = row.file.clone()?;
        Some(PortfolioRequest::Open { path, uuid, record: row.record })
    }
}

/// What was asked, how many products answer, and what the answer does not say.
fn answer_words_ui(ui: &mut Ui, question: &Question, answered: Option<&Answered>) {
    let Some(answered) = answered else {
        ui.label(hint(ui, format!("Asking for {}…", question.words())));
        return;
    };
    ui.add(Label::new(body(format!("{}.", answered.headline))).wrap());
    for limit in &answered.limits {
        ui.add(Label::new(hint(ui, limit.as_str())).wrap());
    }
    ui.add_space(space::XS);
}

fn segment(view: View, sheet: &Sheet) -> String {
    let name = match view {
        View::Products => "Products",
        View::Answer => "Answer",
        View::Work => "Overdue and due",
        View::Unapproved => "For approval",
        View::Retirement => "Retirement ahead",
        View::Remarks => "Notes",
    };
    format!("{name} {}", sheet.rows.len())
}

/// What is said where there is no row. An answer without rows has said it already.
fn nothing(view: View, shown: &Portfolio) -> &'static str {
    match view {
        View::Products => "No product was read.",
        View::Answer => "",
        View::Work => "Nothing is overdue or due in what was read.",
        View::Unapproved => "Nothing waits for approval in what was read.",
        View::Retirement => "No retirement plan that was read names a day ahead.",
        View::Remarks if shown.products.is_empty() => "There is nothing to say.",
        View::Remarks => "Every product file was read.",
    }
}
