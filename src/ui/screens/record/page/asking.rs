//! Asking for a step or a signature: the dialog of a step that asks for more, and what is shown before the password.

use eframe::egui;
use egui::{Label, Ui};

use super::super::input::input_ui;
use super::super::places::{Places, zone};
use super::super::show::shown;
use super::super::typed::Typed;
use crate::domain::choice::Choice as _;
use crate::domain::field::FieldDef;
use crate::domain::record::{Fields, RecordData};
use crate::domain::signature::{Meaning, Part, part_digest};
use crate::domain::workflow::{Condition, Move};
use crate::ops::{Act, Refused, Request, SigningOffer};
use crate::ui::cx::{Command, Cx, Then};
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::text::TextArea;

/// A step that asks for a reason or for fields before it is taken.
pub struct MoveDialog {
    data: RecordData,
    step: &'static Move,
    reason: String,
    values: Vec<(&'static FieldDef, Typed)>,
    /// What the fields must come to, by field.
    unmet: Vec<(&'static str, String)>,
    /// Number of the last event when it was asked for; a later one means that it was done.
    sent: Option<u64>,
}

impl MoveDialog {
    /// The dialog of a step of a record.
    pub fn new(data: &RecordData, step: &'static Move, conditions: &[Condition]) -> Self {
        let def = data.def();
        let values = step
            .asks
            .iter()
            .filter_map(|name| def.field(name))
            .map(|field| (field, Typed::of(field, data.value(field.name))))
            .collect();
        let unmet = conditions
            .iter()
            .filter(|condition| !condition.met)
            .filter_map(|condition| Some((condition.field?, condition.text.clone())))
            .collect();
        Self { data: data.clone(), step, reason: String::new(), values, unmet, sent: None }
    }

    /// Draws the dialog; returns whether it stays open.
    pub fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>, places: &Places) -> bool {
        let done = self.sent.is_some_and(|seq| cx.file.head().seq > seq);
        if done {
            return false;
        }
        let missing = self.missing(cx);
        let heading = format!("{} {}", self.step.label, self.data.head.id);
        let word = if self.step.sign.is_some() {
            format!("{}…", self.step.label)
        } else {
            self.step.label.to_owned()
        };
        let kind = self.data.head.id.kind;
        let grave = matches!(self.step.name, "void" | "withdraw" | "cancel" | "refuse");
        let mut dialog = Dialog::new("move", &heading, &word).missing(&missing).width(560.0);
        if grave {
            dialog = dialog.grave();
        }
        let outcome = dialog.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            if !self.data.title().is_empty() {
                ui.add(Label::new(hint(ui, self.data.title())).wrap());
            }
            if let Some(refusal) = cx.refusal.filter(|_| self.sent.is_some()) {
                banner_ui(ui, &Notice::problem(sentence(refusal), ""), false);
            }
            for (field, typed) in &mut self.values {
                let help = field.help();
                let wrong = violation(cx.refusal.filter(|_| self.sent.is_some()), field);
                Field::new(field.label)
                    .help(&help, field.clause)
                    .violation(wrong.as_deref())
                    .show(ui, |ui| input_ui(ui, kind, field, typed, (places, None)));
                for (_, words) in
                    self.unmet.iter().filter(|(name, _)| *name == field.name && typed.is_blank())
                {
                    tone_words_ui(ui, Tone::Due, words);
                }
            }
            if self.step.reason {
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
        if self.step.reason && self.reason.trim().is_empty() {
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

    fn confirm(&mut self, cx: &mut Cx<'_>) -> bool {
        let reason = self.reason.trim();
        let reason = (!reason.is_empty()).then(|| reason.to_owned());
        let set = self.set(cx);
        ask_move(cx, &self.data, self.step, (set, reason));
        self.sent = Some(cx.file.head().seq);
        self.step.sign.is_none()
    }
}

fn sentence(refusal: &Refused) -> String {
    let text = refusal.to_string();
    let mut letters = text.chars();
    let text: String =
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    format!("{text}.")
}

/// Why a field was refused, where it was.
pub(super) fn violation(refusal: Option<&Refused>, field: &FieldDef) -> Option<String> {
    let Some(Refused::Invalid { violations }) = refusal else { return None };
    violations
        .iter()
        .find(|violation| violation.field == field.name)
        .map(|violation| violation.reason.clone())
}

/// Asks for a step: at once, or with the password where it is signed.
pub(super) fn ask_move(
    cx: &mut Cx<'_>,
    data: &RecordData,
    step: &'static Move,
    (set, reason): (Fields, Option<String>),
) {
    let id = data.head.id;
    let mut after = data.clone();
    for (name, value) in &set {
        if value.is_null() {
            after.fields.remove(name);
        } else {
            after.fields.insert(name.clone(), value.clone());
        }
    }
    let mut act = Act::from(Request::Move { id, go: step.name.to_owned(), set });
    act.reason = reason;
    let Some(meaning) = step.sign else {
        cx.ask(Command::Perform { act, then: Then::Stay, draft: None });
        return;
    };
    let names = cx.names().unwrap_or_default();
    let mut rows = shown(&after, Part::Content, &names);
    if let Some(reason) = &act.reason {
        rows.push((id.to_string(), "Reason".to_owned(), reason.clone()));
    }
    cx.ask(Command::Sign {
        act,
        title: format!("{} {id}", step.label),
        meaning: meaning.word().to_owned(),
        shown: rows,
        digest: part_digest(&after, Part::Content, &[]),
        then: Then::Stay,
    });
}

/// Asks for a signature without a step: shows everything that it covers, the other records too.
pub(super) fn ask_signature(cx: &mut Cx<'_>, data: &RecordData, offer: &SigningOffer, meaning: Meaning) {
    let names = cx.names().unwrap_or_default();
    let mut rows = Vec::new();
    for cover in &offer.covers {
        if let Ok(page) = cx.page(cover.record) {
            rows.extend(shown(&page.data, cover.part, &names));
        }
    }
    let digests: Vec<&str> = offer.covers.iter().map(|cover| cover.digest.as_str()).collect();
    cx.ask(Command::Sign {
        act: Act::from(Request::Sign { id: data.head.id, meaning: Some(meaning) }),
        title: format!("Signature on {}", data.head.id),
        meaning: meaning.word().to_owned(),
        shown: rows,
        digest: digests.join(" "),
        then: Then::Stay,
    });
}
