//! The next steps of a record with their conditions, and the records in which the work continues.

use eframe::egui;
use egui::{Frame, Label, Margin, Ui};

use super::move_dialog::{MoveDialog, ask_move, ask_signature};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::signature::Signature;
use crate::domain::workflow::{Condition, Move};
use crate::ops::{Ahead, NextStep, RecordPage, SigningOffer};
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::panels::instead_of;
use crate::ui::theme::{Tone, hint, palette, size, small, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::{button_or_why_ui, primary_ui};
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::icons::{SHAPE, paint_tone};
use crate::ui::widgets::reach::{Near, choose, reach};

/// Unmet conditions of a step that are shown before the rest is collapsed.
const UNMET_SHOWN: usize = 6;
/// Met conditions are listed one by one up to this number.
const MET_SHOWN: usize = 4;

/// The box with all steps. Returns the dialog of a pressed step.
pub fn next_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) -> Option<MoveDialog> {
    let palette = palette(ui);
    let mut opened = None;
    let frame = Frame::new().fill(palette.surface).corner_radius(8).inner_margin(Margin::same(16));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::S;
        title_ui(ui, "What’s next");
        for (index, ahead) in page.ahead.iter().enumerate() {
            ui.push_id(("ahead", index), |ui| ahead_ui(ui, cx, ahead));
        }
        if page.next.is_empty() && page.signing.is_none() {
            if !page.ahead.is_empty() {
                return;
            }
            let words = if page.data.is_terminal() {
                "Nothing: the record is closed and read-only."
            } else {
                "Nothing here: the record moves on together with the records it belongs to."
            };
            ui.add(Label::new(hint(ui, words)).wrap());
            return;
        }
        if !cx.writable() {
            let why = cx.file.why_read_only().map(ToString::to_string).unwrap_or_default();
            ui.add(Label::new(hint(ui, format!("{why}. Nothing can be changed."))).wrap());
        }
        let offer = page.signing.as_ref();
        let comes_first = |offer: &SigningOffer| {
            may_sign(cx, offer) && signed_already(cx, page, offer).is_none() && !lacks_fields(page)
        };
        let (before, after) = if offer.is_some_and(comes_first) { (offer, None) } else { (None, offer) };
        if let Some(offer) = before {
            signing_ui(ui, cx, page, (offer, true));
        }
        let mut first = before.is_none();
        for next in page.next.iter().filter(|next| !next.step.reason) {
            ui.push_id(next.step.name, |ui| {
                if step_ui(ui, cx, page, (next, first)) {
                    opened = take(ui, cx, page, next);
                }
            });
            first = false;
        }
        if let Some(offer) = after {
            signing_ui(ui, cx, page, (offer, false));
        }
        let minor: Vec<&NextStep> = page.next.iter().filter(|next| next.step.reason).collect();
        if !minor.is_empty() {
            ui.add_space(space::XS);
            ui.label(hint(ui, "Other steps, with a reason"));
            if let Some(closed) = page.open_parent.as_ref().filter(|condition| !condition.met) {
                unmet_ui(ui, cx, page.data.head.id, closed);
            }
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.y = space::XS;
                for next in minor {
                    if minor_ui(ui, cx, page, next) {
                        opened = take(ui, cx, page, next);
                    }
                }
            });
        }
    });
    opened
}

/// Takes a step at once, or opens its dialog.
fn take(ui: &Ui, cx: &mut Cx<'_>, page: &RecordPage, next: &NextStep) -> Option<MoveDialog> {
    if let Some(button) = instead_of(page.data.head.id.kind, next.step.name) {
        choose(ui.ctx(), button);
        return None;
    }
    if next.step.reason || !next.step.asks.is_empty() {
        return Some(MoveDialog::new(&page.data, next.step));
    }
    ask_move(cx, page.data.head.id, next.step);
    None
}

/// Whether the step can be taken, possibly after filling in its dialog.
fn possible(next: &NextStep) -> bool {
    let open = |condition: &Condition| {
        condition.met
            || condition.record.is_none()
                && condition.field.is_some_and(|field| next.step.asks.contains(&field))
    };
    next.allowed && next.conditions.iter().all(open)
}

/// The words on the button of a step: those of the panel where it takes the step with what belongs to it.
fn caption(kind: Kind, step: &Move) -> String {
    if let Some(button) = instead_of(kind, step.name) {
        return button.to_owned();
    }
    let more = step.reason || step.sign.is_some() || !step.asks.is_empty();
    if more { format!("{}…", step.label) } else { step.label.to_owned() }
}

/// One main step with its conditions. Returns whether to take it.
fn step_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage, (next, first): (&NextStep, bool)) -> bool {
    let ready = possible(next) && cx.writable();
    let kind = page.data.head.id.kind;
    let caption = caption(kind, next.step);
    // The panel offers its own button in the palette.
    let chosen = ready && instead_of(kind, next.step.name).is_none() && step_in_reach(ui, page, &caption);
    let pressed = if ready && first {
        primary_ui(ui, &caption).clicked()
    } else {
        let why = next.why_not().unwrap_or_else(|| "The file is read-only".to_owned());
        button_or_why_ui(ui, ready, caption.as_str(), &why).clicked()
    };
    if !next.allowed {
        ui.add(Label::new(hint(ui, next.why_not().unwrap_or_default())).wrap());
    }
    needs_ui(ui, &next.conditions);
    conditions_ui(ui, cx, page.data.head.id, &next.conditions);
    pressed || chosen
}

/// Offers a step in the palette; returns whether it was chosen there.
fn step_in_reach(ui: &Ui, page: &RecordPage, caption: &str) -> bool {
    reach(ui, Near::Step, caption, &format!("Step of {}", page.data.head.id))
}

fn minor_ui(ui: &mut Ui, cx: &Cx<'_>, page: &RecordPage, next: &NextStep) -> bool {
    let ready = possible(next) && cx.writable();
    let caption = caption(page.data.head.id.kind, next.step);
    let detail = format!("Another step of {}, with a reason", page.data.head.id);
    let chosen = ready && reach(ui, Near::Place, &caption, &detail);
    let why = next.why_not().unwrap_or_else(|| "The file is read-only".to_owned());
    button_or_why_ui(ui, ready, caption, &why).clicked() || chosen
}

fn may_sign(cx: &Cx<'_>, offer: &SigningOffer) -> bool {
    offer.allowed && offer.conditions.iter().all(|condition| condition.met) && cx.writable()
}

/// Who signs. An approval waits for each of them; elsewhere a step says whose signature it needs.
fn whose_words(kind: Kind, offer: &SigningOffer) -> String {
    let words = if kind == Kind::Approval { "Still to sign" } else { "May sign" };
    format!("{words}: {}", offer.whose)
}

/// Why a person may not sign, in words.
fn why_not_sign(cx: &Cx<'_>, page: &RecordPage, offer: &SigningOffer) -> String {
    let unmet: Vec<&str> = offer.conditions.iter().filter(|c| !c.met).map(|c| c.text.as_str()).collect();
    if !cx.writable() {
        "The file is read-only".to_owned()
    } else if !offer.allowed || unmet.is_empty() {
        whose_words(page.data.head.id.kind, offer)
    } else {
        format!("Not yet: {}", unmet.join("; "))
    }
}

/// The signature of this person that still covers what the record says.
fn signed_already<'p>(cx: &Cx<'_>, page: &'p RecordPage, offer: &SigningOffer) -> Option<&'p Signature> {
    let is_mine = |signature: &Signature| {
        signature.signer == cx.session.person() && offer.meanings.contains(&signature.meaning)
    };
    page.signatures
        .iter()
        .rev()
        .find(|view| view.holds && is_mine(&view.signature))
        .map(|view| &view.signature)
}

/// Whether the next step lacks fields: who signs now signs what is not written yet.
fn lacks_fields(page: &RecordPage) -> bool {
    let next = page.next.iter().find(|next| !next.step.reason);
    next.is_some_and(|next| {
        next.conditions.iter().any(|condition| !condition.met && condition.field.is_some())
    })
}

fn signing_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage, (offer, first): (&SigningOffer, bool)) {
    let mine = signed_already(cx, page, offer).map(|signature| {
        let at = signature.at.with_offset_words(signature.offset_minutes);
        format!("You signed this as {} on {at}, and it holds.", signature.meaning.word().to_lowercase())
    });
    let ready = may_sign(cx, offer);
    let why = why_not_sign(cx, page, offer);
    ui.horizontal_wrapped(|ui| {
        for (index, meaning) in offer.meanings.iter().enumerate() {
            let caption = format!("Sign as {}…", meaning.word().to_lowercase());
            let pressed = if ready && first && index == 0 {
                primary_ui(ui, &caption).clicked()
            } else {
                button_or_why_ui(ui, ready, caption.as_str(), &why).clicked()
            };
            let chosen = ready && step_in_reach(ui, page, &caption);
            if pressed || chosen {
                ask_signature(cx, page.data.head.id, *meaning);
            }
        }
    });
    if let Some(words) = mine {
        tone_words_ui(ui, Tone::Good, &words);
    }
    ui.add(Label::new(hint(ui, whose_words(page.data.head.id.kind, offer))).wrap());
    needs_ui(ui, &offer.conditions);
    conditions_ui(ui, cx, page.data.head.id, &offer.conditions);
}

/// Says that what follows is not done yet, so that nobody reads a condition as a statement.
fn needs_ui(ui: &mut Ui, conditions: &[Condition]) {
    if conditions.iter().any(|condition| !condition.met) {
        ui.label(hint(ui, "It needs:"));
    }
}

/// Conditions, the unmet ones first and as links to the place where they can be met.
pub fn conditions_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: RecordId, conditions: &[Condition]) {
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

/// A link of several lines, as small as the met conditions next to it.
fn wrapped_link_ui(ui: &mut Ui, text: &str) -> egui::Response {
    let words = small(text).color(palette(ui).accent).underline();
    let response = ui.add(Label::new(words).wrap().selectable(false).sense(egui::Sense::click()));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Link, ui.is_enabled(), text));
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
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
    let hover = if condition.clause.is_empty() {
        "Go to the place to fix it".to_owned()
    } else {
        format!("{}: go to the place to fix it", condition.clause)
    };
    if due_link_ui(ui, &condition.text, &hover) {
        cx.go(target);
    }
}

/// Another record in which the work continues, as a link.
fn ahead_ui(ui: &mut Ui, cx: &mut Cx<'_>, ahead: &Ahead) {
    if due_link_ui(ui, &ahead.text, &format!("Open {}", ahead.record)) {
        cx.go(Route::Record(ahead.record));
    }
}

/// Open work as a link to the place where it is done. Returns whether it was clicked.
pub fn due_link_ui(ui: &mut Ui, text: &str, hover: &str) -> bool {
    let chosen = reach(ui, Near::Missing, text, hover);
    let clicked = ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let shape = egui::vec2(SHAPE, size::SMALL_LINE);
        let (rect, _) = ui.allocate_exact_size(shape, egui::Sense::hover());
        paint_tone(ui.painter(), rect, Tone::Due, palette(ui).tone(Tone::Due).text);
        wrapped_link_ui(ui, text).on_hover_text(hover).clicked()
    });
    clicked.inner || chosen
}
