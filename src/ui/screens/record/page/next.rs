//! What comes next for a record: its possible steps with their conditions, and the dialog of a step that asks for more.

use eframe::egui;
use egui::{Button, Frame, Label, Margin, Ui};

use super::super::input::input_ui;
use super::super::places::{Places, read_only_words, zone};
use super::super::show::shown;
use super::super::typed::Typed;
use crate::domain::choice::Choice as _;
use crate::domain::field::FieldDef;
use crate::domain::ids::RecordId;
use crate::domain::record::{Fields, RecordData};
use crate::domain::signature::{Meaning, Part, part_digest};
use crate::domain::workflow::{Condition, Move};
use crate::ops::{Act, NextStep, RecordPage, Refused, Request, SigningOffer};
use crate::ui::cx::{Command, Cx, Route, Then};
use crate::ui::theme::{Tone, hint, palette, space, title};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::primary_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::icons::{SHAPE, paint_tone};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::text::TextArea;

/// Unmet conditions of a step that are shown before the rest is folded away.
const UNMET_SHOWN: usize = 6;
/// Met conditions are told one by one up to so many.
const MET_SHOWN: usize = 4;

/// A step that asks for a reason or for fields before it is taken.
pub struct MoveDialog {
    data: RecordData,
    step: &'static Move,
    reason: String,
    values: Vec<(&'static FieldDef, Typed)>,
    /// Number of the last event when it was asked for; a later one means that it was done.
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
        Self { data: data.clone(), step, reason: String::new(), values, sent: None }
    }

    /// Draws the dialog; returns whether it stays open.
    pub fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>, places: &Places) -> bool {
        let done = self.sent.is_some_and(|seq| cx.file.head().seq > seq);
        if done {
            return false;
        }
        let missing = self.missing(cx);
        let heading = format!("{} {}", self.step.label, self.data.head.id);
        let word = if self.step.sign.is_some() { format!("{}…", self.step.label) } else { self.step.label.to_owned() };
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
    let text: String = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    format!("{text}.")
}

fn violation(refusal: Option<&Refused>, field: &FieldDef) -> Option<String> {
    let Some(Refused::Invalid { violations }) = refusal else { return None };
    violations.iter().find(|violation| violation.field == field.name).map(|violation| violation.reason.clone())
}

/// Asks for a step: at once, or with the password where it is signed.
fn ask_move(cx: &mut Cx<'_>, data: &RecordData, step: &'static Move, (set, reason): (Fields, Option<String>)) {
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
        digest: part_digest(&after, Part::Content),
        then: Then::Stay,
    });
}

/// Asks for a signature without a step: shows everything that it covers, the other records too.
fn ask_signature(cx: &mut Cx<'_>, data: &RecordData, offer: &SigningOffer, meaning: Meaning) {
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

/// The box with all steps. Returns the dialog that a pressed step opens.
pub fn next_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) -> Option<MoveDialog> {
    let palette = palette(ui);
    let mut opened = None;
    let frame = Frame::new().fill(palette.surface).corner_radius(8).inner_margin(Margin::same(16));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::S;
        ui.label(title("What’s next"));
        if page.next.is_empty() && page.signing.is_none() {
            let words = if page.data.is_terminal() { "Nothing: it is ended and read-only." } else { "Nothing from here; it moves on with the records it belongs to." };
            ui.add(Label::new(hint(ui, words)).wrap());
            return;
        }
        if !cx.writable() {
            let why = cx.file.why_read_only().map_or_else(String::new, read_only_words);
            ui.add(Label::new(hint(ui, format!("{why}. Nothing can be changed."))).wrap());
        }
        if let Some(offer) = &page.signing {
            signing_ui(ui, cx, page, offer);
        }
        let mut first = page.signing.is_none();
        for next in page.next.iter().filter(|next| !next.step.reason) {
            ui.push_id(next.step.name, |ui| {
                if step_ui(ui, cx, page, (next, first)) {
                    opened = take(cx, page, next);
                }
            });
            first = false;
        }
        let minor: Vec<&NextStep> = page.next.iter().filter(|next| next.step.reason).collect();
        if !minor.is_empty() {
            ui.add_space(space::XS);
            ui.label(hint(ui, "Other steps, with a reason"));
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.y = space::XS;
                for next in minor {
                    if minor_ui(ui, cx, next) {
                        opened = take(cx, page, next);
                    }
                }
            });
        }
    });
    opened
}

/// Takes a step at once, or opens its dialog.
fn take(cx: &mut Cx<'_>, page: &RecordPage, next: &NextStep) -> Option<MoveDialog> {
    if next.step.reason || !next.step.asks.is_empty() {
        return Some(MoveDialog::new(&page.data, next.step));
    }
    ask_move(cx, &page.data, next.step, (Fields::new(), None));
    None
}

/// Whether the step can be taken, perhaps after its dialog was filled.
fn possible(next: &NextStep) -> bool {
    let open = |condition: &Condition| {
        condition.met || condition.record.is_none() && condition.field.is_some_and(|field| next.step.asks.contains(&field))
    };
    next.allowed && next.conditions.iter().all(open)
}

fn caption(step: &Move) -> String {
    let more = step.reason || step.sign.is_some() || !step.asks.is_empty();
    if more { format!("{}…", step.label) } else { step.label.to_owned() }
}

/// One step on the way, with its conditions. Returns whether it is to be taken.
fn step_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage, (next, first): (&NextStep, bool)) -> bool {
    let ready = possible(next) && cx.writable();
    let caption = caption(next.step);
    let pressed = if ready && first {
        primary_ui(ui, &caption).clicked()
    } else {
        let why = next.why_not().unwrap_or_else(|| "The file is read-only".to_owned());
        let response = ui.add_enabled(ready, Button::new(&caption));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            if !ready {
                node.set_description(why.as_str());
            }
        });
        response.on_disabled_hover_text(&why).clicked()
    };
    if !next.allowed {
        ui.add(Label::new(hint(ui, next.why_not().unwrap_or_default())).wrap());
    }
    conditions_ui(ui, cx, page.data.head.id, &next.conditions);
    pressed
}

fn minor_ui(ui: &mut Ui, cx: &Cx<'_>, next: &NextStep) -> bool {
    let ready = possible(next) && cx.writable();
    let why = next.why_not().unwrap_or_else(|| "The file is read-only".to_owned());
    let response = ui.add_enabled(ready, Button::new(caption(next.step)));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        if !ready {
            node.set_description(why.as_str());
        }
    });
    response.on_disabled_hover_text(why).clicked()
}

fn signing_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage, offer: &SigningOffer) {
    let ready = offer.allowed && offer.conditions.iter().all(|condition| condition.met) && cx.writable();
    ui.horizontal_wrapped(|ui| {
        for (index, meaning) in offer.meanings.iter().enumerate() {
            let caption = format!("Sign as {}…", meaning.word().to_lowercase());
            let pressed = if ready && index == 0 {
                primary_ui(ui, &caption).clicked()
            } else {
                ui.add_enabled(ready, Button::new(caption)).clicked()
            };
            if pressed {
                ask_signature(cx, &page.data, offer, *meaning);
            }
        }
    });
    let roles: Vec<_> = offer.by.iter().map(|role| role.word()).collect();
    let words = if offer.allowed { format!("Still to sign: {}", roles.join(", ")) } else { format!("For {}", roles.join(" or ")) };
    ui.add(Label::new(hint(ui, words)).wrap());
    conditions_ui(ui, cx, page.data.head.id, &offer.conditions);
}

/// Conditions, the unmet ones first and as links to where they are mended.
fn conditions_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: RecordId, conditions: &[Condition]) {
    let unmet: Vec<&Condition> = conditions.iter().filter(|condition| !condition.met).collect();
    let met: Vec<&Condition> = conditions.iter().filter(|condition| condition.met).collect();
    let slot = ui.make_persistent_id("all_conditions");
    let all = unmet.len() <= UNMET_SHOWN + 1 || ui.data(|data| data.get_temp(slot)).unwrap_or(false);
    ui.spacing_mut().item_spacing.y = space::XS;
    let shown = if all { unmet.len() } else { UNMET_SHOWN };
    for (index, condition) in unmet.iter().take(shown).enumerate() {
        ui.push_id(index, |ui| unmet_ui(ui, cx, id, condition));
    }
    if !all && ui.button(format!("Show all {} open conditions", unmet.len())).clicked() {
        ui.data_mut(|data| data.insert_temp(slot, true));
    }
    if met.len() <= MET_SHOWN {
        for condition in met {
            let shown = tone_words_ui(ui, Tone::Good, &condition.text);
            shown.on_hover_text(condition.clause);
        }
    } else {
        tone_words_ui(ui, Tone::Good, &format!("{} conditions are met", met.len()));
    }
    ui.add_space(space::XS);
}

fn unmet_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: RecordId, condition: &Condition) {
    let target = match (condition.record, condition.field) {
        (Some(other), field) if other != id => Some(match field {
            Some(field) => Route::Edit(other, Some(field)),
            None => Route::Record(other),
        }),
        (_, Some(field)) => Some(Route::Edit(id, Some(field))),
        (_, None) => None,
    };
    let Some(target) = target else {
        tone_words_ui(ui, Tone::Due, &condition.text).on_hover_text(condition.clause);
        return;
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let (rect, _) = ui.allocate_exact_size(egui::Vec2::splat(SHAPE), egui::Sense::hover());
        paint_tone(ui.painter(), rect, Tone::Due, palette(ui).tone(Tone::Due).text);
        let hover = if condition.clause.is_empty() { "Go to where it is mended".to_owned() } else { format!("{}: go to where it is mended", condition.clause) };
        if link_ui(ui, &condition.text).on_hover_text(hover).clicked() {
            cx.go(target);
        }
    });
}

