//! A team's own document beside IEC 62304 6.1: it is chosen, typed or dropped and read beside the window, each point is found or
//! missing, and what a person accepts becomes a draft of the plan, or a list of SOUP the register.
//!
//! Does not belong here: the rules of the review, and what is written of it.

mod answers;
mod drafting;
mod lists;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui;
use egui::{Key, Label, ScrollArea, Ui};

use self::answers::AnswersPart;
use self::drafting::Drafting;
use self::lists::ListsPart;
use super::parts::{boxed_ui, heading_ui, in_a_row_ui, lowered_ui, problem_ui, progress_ui};
use crate::base::regular;
use crate::domain::choice::Choice as _;
use crate::domain::document_review::{DocumentKind, Review};
use crate::domain::ids::Kind;
use crate::domain::text::counted;
use crate::ops::documents::{ENDINGS, PlanForTexts, review_document};
use crate::ops::jobs::{Job, Progress};
use crate::ops::{Head, Refused, read_bytes};
use crate::ui::cx::{Command, Cx, Slot};
use crate::ui::screens::handing::{To, dropped_or_given};
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::primary_ui;
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::empty::{Empty, empty_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::scrolled::scrolled;
use crate::ui::widgets::text::TextLine;

/// What the program says of its rules, so that nobody takes them for more than they are.
const WHAT_IT_IS: &str = "A maintenance plan, a procedure, a list of SOUP or a change record of yours, laid beside IEC 62304 6.1. \
                          The rules look for stated English words: what is found is a passage to read, not a proof. Nothing leaves this \
                          machine.";
/// Widest text, in points.
const WIDEST: f32 = 900.0;

/// A document that was read.
struct Reviewed {
    path: PathBuf,
    format: String,
    review: Review,
    bytes: Arc<Vec<u8>>,
}

impl Reviewed {
    fn name(&self) -> String {
        regular::name_of(&self.path)
    }
}

/// The plan that takes the texts, with the event up to which it was read.
type Target = (Head, Result<PlanForTexts, Refused>);

/// The review of a document.
#[derive(Default)]
pub struct DocumentScreen {
    path: String,
    chosen: Slot<PathBuf>,
    reading: Option<Job<Reviewed>>,
    reviewed: Option<Reviewed>,
    problem: Option<String>,
    target: Option<Target>,
    /// The points that the person accepts, by their identifiers.
    accepted: BTreeSet<&'static str>,
    answers: AnswersPart,
    lists: ListsPart,
    drafting: Option<Drafting>,
}

impl DocumentScreen {
    /// Reads and reviews a document. `kind` is what the person says that it is.
    fn open(&mut self, ui: &Ui, cx: &mut Cx<'_>, path: PathBuf, kind: Option<DocumentKind>) {
        self.path = path.display().to_string();
        self.problem = None;
        self.reviewed = None;
        self.accepted.clear();
        self.lists = ListsPart::default();
        self.drafting = None;
        self.reading = cx.start(ui.ctx(), "Reviewing a document", move |progress| read(path, kind, progress));
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if let Some(path) = self.chosen.take().or_else(|| dropped_or_given(ui.ctx(), To::Documents)) {
            self.open(ui, cx, path, None);
        }
        self.watch(cx);
        self.heading_ui(ui, cx);
        scrolled(ScrollArea::vertical().id_salt("document").auto_shrink(false)).show(ui, |ui| {
            ui.set_max_width(ui.available_width().min(WIDEST));
            ui.add(Label::new(hint(ui, WHAT_IT_IS)).wrap());
            self.choose_ui(ui, cx);
            if let Some(reading) = &self.reading {
                progress_ui(ui, reading.progress());
            }
            if let Some(problem) = &self.problem {
                problem_ui(ui, problem);
            }
            self.review_ui(ui, cx);
        });
        self.drafting_ui(ui, cx);
        self.lists.dialog_ui(ui, cx);
    }

    /// Takes what the job has read, and looks at the plan again after each event.
    fn watch(&mut self, cx: &Cx<'_>) {
        if let Some(outcome) = self.reading.as_ref().and_then(Job::poll) {
            self.reading = None;
            match outcome {
                Ok(reviewed) => self.reviewed = Some(reviewed),
                Err(refusal) => self.problem = Some(refusal.to_string()),
            }
        }
        let stale = self.target.as_ref().is_none_or(|(head, _)| head != cx.file.head());
        if stale && self.reviewed.is_some() {
            self.target = Some((cx.file.head().clone(), cx.file.plan_for_texts()));
        }
    }

    /// The heading, with the button that drafts what is accepted, so that it is there wherever the page is scrolled.
    fn heading_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let mut pressed = false;
        let count = self.accepted.len();
        heading_ui(ui, "Document review", |ui| {
            if count > 0 {
                pressed =
                    primary_ui(ui, &format!("Draft the plan from {}…", counted(count, "point"))).clicked();
            }
        });
        if pressed && let (Some(reviewed), Some((_, plan))) = (&self.reviewed, &self.target) {
            let plan = plan.as_ref().map_err(ToString::to_string);
            let begun = plan.and_then(|plan| {
                Drafting::begin(reviewed, plan, &self.accepted).map_err(|refusal| refusal.to_string())
            });
            match begun {
                Ok(drafting) => self.drafting = Some(drafting),
                Err(words) => cx.ask(Command::Notify(Notice::problem(words, "Nothing was drafted."))),
            }
        }
    }

    fn choose_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.add_space(space::S);
        let mut wanted = None;
        in_a_row_ui(ui, |ui| {
            let width = (ui.available_width() - 260.0).clamp(160.0, 560.0);
            let entered = boxed_ui(ui, "Path of the document", width, |ui| {
                ui.add(TextLine::new(&mut self.path).limit(4096))
            });
            let enter = entered.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let read = lowered_ui(ui, |ui| ui.button("Read").clicked()) || enter;
            if read && !self.path.trim().is_empty() {
                wanted = Some(PathBuf::from(self.path.trim()));
            }
            if lowered_ui(ui, |ui| ui.button("Choose a document…").clicked()) {
                self.choose(cx);
            }
        });
        if let Some(path) = wanted {
            self.open(ui, cx, path, None);
        }
        let nothing = self.reviewed.is_none() && self.reading.is_none() && self.problem.is_none();
        if nothing && empty_ui(ui, &EMPTY).is_some_and(|button| button.clicked()) {
            self.choose(cx);
        }
    }

    fn choose(&self, cx: &mut Cx<'_>) {
        let title = "Review a document".to_owned();
        cx.ask(Command::ChooseFile {
            title,
            kind: "Document",
            endings: ENDINGS,
            answer: self.chosen.clone(),
        });
    }

    fn review_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(reviewed) = &self.reviewed else { return };
        let review = &reviewed.review;
        ui.add_space(space::M);
        title_ui(ui, reviewed.name());
        ui.add(Label::new(hint(ui, format!("{}. {}", reviewed.format, review.why))).wrap());
        let said = kind_ui(ui, review.kind);
        summary_ui(ui, review);
        let may = cx.may_make(Kind::MaintenancePlan);
        let plan = match &self.target {
            Some((_, Ok(plan))) if may => Some(plan),
            Some((_, Err(refusal))) if may => {
                banner_ui(ui, &Notice::info(refusal.to_string()), false);
                None
            }
            Some(_) | None => None,
        };
        self.lists.ui(ui, cx, &reviewed.path, &review.lists);
        self.answers.ui(ui, (review, plan), &mut self.accepted);
        if let Some(kind) = said {
            let path = reviewed.path.clone();
            self.open(ui, cx, path, Some(kind));
        }
    }

    fn drafting_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let (Some(drafting), Some(reviewed)) = (&mut self.drafting, &self.reviewed) else { return };
        if drafting.ui(ui, cx, reviewed) {
            return;
        }
        if drafting.is_done() {
            self.accepted.clear();
        }
        self.drafting = None;
    }
}

const EMPTY: Empty<'_> = Empty {
    title: "Begin with what you have",
    purpose: "Choose a document or drop it on the window: .docx, .odt, .pdf, .md, .txt, or a table as .xlsx, .ods or .csv. For each point of \
              6.1 it is said where the document answers it, or what is missing and what an audit usually finds there. What you accept \
              becomes a draft of the maintenance plan; a list of SOUP becomes the register. The document is kept as evidence.",
    clause: "IEC 62304 6.1, 7.1.3, 8.1.2",
    button: "Choose a document",
};

/// The choice of what the document is; returns another one that was chosen.
fn kind_ui(ui: &mut Ui, now: DocumentKind) -> Option<DocumentKind> {
    let choices: Vec<Choice<'_>> = DocumentKind::OPTIONS
        .iter()
        .map(|option| Choice { code: option.code, word: option.word, meaning: "" })
        .collect();
    let mut chosen = Some(now.code().to_owned());
    ui.add_space(space::XS);
    Field::new("Read as").show(ui, |ui| choice_ui(ui, &mut chosen, &choices, false));
    chosen.and_then(|code| DocumentKind::from_code(&code)).filter(|kind| *kind != now)
}

/// What was found in numbers, and what a reader must know.
fn summary_ui(ui: &mut Ui, review: &Review) {
    ui.add_space(space::XS);
    if !review.answers.is_empty() {
        let (all, missing) = (review.answers.len(), review.missing());
        let tone = if missing == 0 { Tone::Good } else { Tone::Due };
        let words = format!("{} of {} found, {missing} missing", review.found(), counted(all, "point"));
        tone_words_ui(ui, tone, &words);
    }
    for note in &review.notes {
        tone_words_ui(ui, Tone::Neutral, note);
    }
}

/// Reads and reviews a document, beside the window.
fn read(path: PathBuf, kind: Option<DocumentKind>, progress: &Progress) -> Result<Reviewed, Refused> {
    let name = regular::name_of(&path);
    progress.step(&format!("Reading {name}"), 0.0)?;
    let bytes = read_bytes(&path)?;
    let (format, review) =
        review_document(&bytes, &name, kind, &|words, share| progress.step(words, share).is_ok())?;
    Ok(Reviewed { path, format, review, bytes: Arc::new(bytes) })
}
