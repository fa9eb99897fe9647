//! Requesting a step or a signature, and the dialog of a step that needs more input.

use eframe::egui;
use egui::{Label, Ui};

use super::super::field_context::{FieldContext, zone};
use super::super::input::input_ui;
use super::super::typed::Typed;
use crate::domain::field::FieldDef;
use crate::domain::ids::RecordId;
use crate::domain::record::{Fields, RecordData};
use crate::domain::signature::Meaning;
use crate::domain::text::sentence;
use crate::domain::workflow::Move;
use crate::ops::{Act, Refused, Request};
use crate::ui::cx::{Command, Cx, Then};
use crate::ui::dry_run::DryRun;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::text::TextArea;

/// A step that needs a reason or fields before it is taken.
pub struct MoveDialog {
    data: RecordData,
    step: &'static Move,
    reason: String,
    values: Vec<(&'static FieldDef, Typed)>,
    /// The dry run of the step.
    dry_run: DryRun,
    /// Number of the last event at the request; a later one means that the step was taken.
    sent: Option<u64>,
}

impl MoveDialog {
    /// The dialog of a step of a record.
    pub fn new(data: &RecordData, step: &'static Move) -> Self {
        let def = data.def();
        let values = step
            .asks
            .iter()
            .filter_map(|name| def.field(name))
            .map(|field| (field, Typed::of(field, data.value(field.name))))
            .collect();
        let dry_run = DryRun::default();
        Self { data: data.clone(), step, reason: String::new(), values, dry_run, sent: None }
    }

    /// Draws the dialog; returns whether it stays open.
    pub fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>, context: &FieldContext) -> bool {
        let done = self.sent.is_some_and(|seq| cx.file.head().seq > seq);
        if done {
            return false;
        }
        self.dry_run.update(cx, self.act(cx));
        let missing = self.missing(cx);
        let heading = format!("{} {}", self.step.label, self.data.head.id);
        let word = if self.dry_run.is_signed() {
            format!("{}…", self.step.label)
        } else {
            self.step.label.to_owned()
        };
        let kind = self.data.head.id.kind;
        let mut dialog = Dialog::new("move", &heading, &word).missing(&missing).width(560.0);
        if self.step.grave {
            dialog = dialog.grave();
        }
        let outcome = dialog.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            if !self.data.title().is_empty() {
                ui.add(Label::new(hint(ui, self.data.title())).wrap());
            }
            if let Some(refusal) = cx.refusal.filter(|_| self.sent.is_some()) {
                banner_ui(ui, &Notice::problem(sentence(&refusal.to_string()), ""), false);
            }
            for (field, typed) in &mut self.values {
                let help = field.help();
                let wrong = violation(cx.refusal.filter(|_| self.sent.is_some()), field);
                Field::new(field.label)
                    .help(&help, field.clause)
                    .violation(wrong.as_deref())
                    .show(ui, |ui| input_ui(ui, kind, field, typed, (context, None)));
                let unmet = self.dry_run.missing().iter();
                for condition in unmet.filter(|condition| condition.field == Some(field.name)) {
                    tone_words_ui(ui, Tone::Due, &condition.text);
                }
            }
            if self.dry_run.asks_reason() {
                Field::new("Reason")
                    .required("required")
                    .show(ui, |ui| ui.add(TextArea::new(&mut self.reason).rows(2, 6)));
            }
        });
        match outcome {
            Outcome::Open | Outcome::Refused => true,
            Outcome::Cancelled => false,
            Outcome::Confirmed => self.confirm(cx),
        }
    }

    fn missing(&self, cx: &Cx<'_>) -> Vec<String> {
        let mut missing = Vec::new();
        if self.dry_run.asks_reason() && self.reason.trim().is_empty() {
            missing.push("Reason is missing".to_owned());
        }
        for (field, typed) in &self.values {
            if let Err(reason) = typed.value(field, self.data.value(field.name), zone(cx)) {
                missing.push(format!("{}: {reason}", field.label));
            }
        }
        missing
    }

    fn set(&self, cx: &Cx<'_>) -> Fields {
        self.values
            .iter()
            .filter_map(|(field, typed)| {
                let saved = self.data.value(field.name);
                let value = typed.value(field, saved, zone(cx)).ok().filter(|value| value != saved)?;
                Some((field.name.to_owned(), value))
            })
            .collect()
    }

    /// The step without its reason.
    fn act(&self, cx: &Cx<'_>) -> Act {
        move_act(self.data.head.id, self.step, self.set(cx))
    }

    /// Requests the step. If it is signed, the signature dialog follows, unless something is missing, which is shown here.
    fn confirm(&mut self, cx: &mut Cx<'_>) -> bool {
        let reason = self.reason.trim();
        let mut act = self.act(cx);
        act.reason = (!reason.is_empty()).then(|| reason.to_owned());
        cx.ask(Command::Perform { act, then: Then::Stay, draft: None });
        self.sent = Some(cx.file.head().seq);
        !(self.dry_run.is_signed() && self.dry_run.missing().is_empty())
    }
}

/// The reason why a field was refused, if it was.
pub(super) fn violation(refusal: Option<&Refused>, field: &FieldDef) -> Option<String> {
    let Some(Refused::Invalid { violations }) = refusal else { return None };
    violations
        .iter()
        .find(|violation| violation.field == field.name)
        .map(|violation| violation.reason.clone())
}

fn move_act(id: RecordId, step: &Move, set: Fields) -> Act {
    Act::from(Request::Move { id, go: step.name.to_owned(), set })
}

/// Requests a step that needs no further input.
pub(super) fn ask_move(cx: &mut Cx<'_>, id: RecordId, step: &Move) {
    let act = move_act(id, step, Fields::new());
    cx.ask(Command::Perform { act, then: Then::Stay, draft: None });
}

/// Requests a signature without a step.
pub(super) fn ask_signature(cx: &mut Cx<'_>, id: RecordId, meaning: Meaning) {
    let act = Act::from(Request::Sign { id, meaning: Some(meaning) });
    cx.ask(Command::Perform { act, then: Then::Stay, draft: None });
}
