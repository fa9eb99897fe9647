//! What the pages and lists of some kinds show besides their declared fields: dates of the plan, the gate of a release, recipients.
//!
//! Each panel is in a file of its own and names its kind there. Does not belong here: rules, and what the declaration can say.

mod communication;
mod findings;
mod guide;
mod plan;
mod plan_changes;
mod printing;
mod references;
mod register;
mod release;
mod restore;
mod retirement;
mod reviews;
mod signs;
mod soup_item;
mod soup_review;
mod starting_clock;
mod trend;

pub use self::release::{BILL_ENDINGS, baseline_is_open};

use std::path::Path;

use eframe::egui::Ui;

use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, RecordData};
use crate::domain::text::sentence;
use crate::domain::workflow::Condition;
use crate::ops::{RecordPage, Refused};
use crate::ui::cx::Cx;

/// A part of the page of a record.
pub trait Panel {
    /// Draws it.
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage);
}

/// The panel of a kind.
struct PanelDef {
    kind: Kind,
    open: fn(RecordId) -> Box<dyn Panel>,
}

const PANELS: [PanelDef; 12] = [
    plan::PANEL,
    plan_changes::PANEL,
    release::PANEL,
    communication::PANEL,
    soup_item::PANEL,
    soup_review::PANEL,
    retirement::PANEL,
    guide::PANEL,
    trend::PANEL,
    starting_clock::FEEDBACK,
    starting_clock::PROBLEM,
    starting_clock::FINDING,
];

/// The panels of a kind that has several, one below the other.
struct Several(Vec<Box<dyn Panel>>);

impl Panel for Several {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        for panel in &mut self.0 {
            panel.ui(ui, cx, page);
        }
    }
}

/// The panel of a record's page, if its kind has one.
pub fn panel_of(id: RecordId) -> Option<Box<dyn Panel>> {
    let own = PANELS.iter().filter(|panel| panel.kind == id.kind);
    let mut own: Vec<Box<dyn Panel>> = own.map(|panel| (panel.open)(id)).collect();
    if own.len() > 1 { Some(Box::new(Several(own))) } else { own.pop() }
}

/// A step that is taken with more than the step itself, by a button of the panel.
struct Instead {
    kind: Kind,
    step: &'static str,
    /// The button of the panel.
    button: &'static str,
}

const INSTEAD: [Instead; 1] = [soup_review::INSTEAD];

/// The button of the panel that takes a step with what belongs to it, if there is one.
pub fn instead_of(kind: Kind, step: &str) -> Option<&'static str> {
    let found = INSTEAD.iter().find(|instead| instead.kind == kind && instead.step == step);
    found.map(|instead| instead.button)
}

/// A part of the list of a kind, above its rows.
pub trait ListPart {
    /// Draws it.
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>);
}

/// The part of a kind's list.
struct ListPartDef {
    kind: Kind,
    open: fn() -> Box<dyn ListPart>,
}

const LIST_PARTS: [ListPartDef; 5] =
    [signs::LIST_PART, register::LIST_PART, reviews::LIST_PART, findings::LIST_PART, references::LIST_PART];

/// The part above a kind's list, if it has one.
pub fn list_part_of(kind: Kind) -> Option<Box<dyn ListPart>> {
    LIST_PARTS.iter().find(|part| part.kind == kind).map(|part| (part.open)())
}

/// What a record lacks for its next step, shown while it is typed.
pub struct LintDef {
    kind: Kind,
    /// The words above it.
    pub title: &'static str,
    /// What a record lacks, as it is typed.
    pub look: fn(&Cx<'_>, &RecordData) -> Result<Vec<Condition>, Refused>,
}

const LINTS: [LintDef; 1] = [soup_item::LINT];

/// What is shown of a kind while it is typed, if its kind has anything.
pub fn lint_of(kind: Kind) -> Option<&'static LintDef> {
    LINTS.iter().find(|lint| lint.kind == kind)
}

/// What can be done with several chosen records of a list, besides the steps that all kinds have.
pub trait SeveralPart {
    /// Draws its buttons for the chosen records.
    fn buttons_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, chosen: &[RecordId]);

    /// Whether it takes a step for several by a button of its own.
    fn takes(&self, step: &str) -> bool;

    /// Draws its dialog, if one is open.
    fn dialog_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>);
}

/// What can be done with several of a kind.
struct SeveralDef {
    kind: Kind,
    open: fn() -> Box<dyn SeveralPart>,
}

const SEVERAL: [SeveralDef; 1] = [register::SEVERAL];

/// What can be done with several records of a kind, if its kind has anything.
pub fn several_of(kind: Kind) -> Option<Box<dyn SeveralPart>> {
    SEVERAL.iter().find(|several| several.kind == kind).map(|several| (several.open)())
}

/// The first record of a kind, which the program writes from examples.
pub struct FirstRecord {
    kind: Kind,
    /// The button that makes it.
    pub button: &'static str,
    /// Its fields.
    pub fields: fn(&Cx<'_>) -> Result<Fields, Refused>,
}

const FIRST: [FirstRecord; 1] = [plan::FIRST];

/// How the first record of a kind is made, if the program writes it.
pub fn first_of(kind: Kind) -> Option<&'static FirstRecord> {
    FIRST.iter().find(|first| first.kind == kind)
}

/// Why a file was refused, as a sentence that may begin with the name of the file, which keeps its letters.
fn refused_words(refusal: &Refused, path: Option<&Path>) -> String {
    let words = refusal.to_string();
    let name = path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    match name.filter(|name| words.starts_with(name.as_str())) {
        Some(_) if words.ends_with('.') => words,
        Some(_) => words + ".",
        None => sentence(&words),
    }
}
