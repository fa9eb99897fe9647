//! The keys of the triage. They do nothing while something is typed or a dialog is open.

use eframe::egui;
use egui::{Event, Key, Modifiers, Ui};

use super::form::{DECISION_KEYS, JUSTIFICATION_KEYS, decisions};
use super::{Filter, TriageScreen};
use crate::domain::choice::Choice as _;
use crate::domain::finding::Justification;
use crate::ui::cx::Cx;

/// Whether a letter or digit was pressed alone. It is taken out of the input.
fn typed(ui: &Ui, key: char) -> bool {
    ui.input_mut(|input| {
        let name = key.to_uppercase().to_string();
        let by_key = Key::from_name(&name).is_some_and(|key| input.consume_key(Modifiers::NONE, key));
        let before = input.events.len();
        input.events.retain(|event| !matches!(event, Event::Text(text) if text.eq_ignore_ascii_case(&name)));
        by_key || input.events.len() < before
    })
}

impl TriageScreen {
    /// Does what the keys of this frame ask for.
    pub(super) fn take_keys(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let dialog = ui.ctx().memory(|memory| memory.top_modal_layer().is_some());
        if dialog || egui::Popup::is_any_open(ui.ctx()) || !ui.is_enabled() {
            return;
        }
        if cx.writable() && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
            self.store_or_confirm(cx);
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::F8))
            && let Some(form) = &mut self.form
        {
            form.focus = Some(form.first_text());
        }
        if ui.ctx().text_edit_focused() {
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
                self.picked.table.focus();
            }
            return;
        }
        if typed(ui, 'j') {
            self.picked.step(1);
        }
        if typed(ui, 'k') {
            self.picked.step(-1);
        }
        if typed(ui, 'p') && cx.writable() {
            let ready = self.ready_to_propose();
            if !ready.is_empty() {
                self.acts.propose(cx, &ready);
            }
        }
        if self.decides() && cx.writable() {
            self.take_decision(ui);
        }
    }

    fn store_or_confirm(&mut self, cx: &mut Cx<'_>) {
        if self.decides() {
            self.store(cx);
        } else if matches!(self.filter, Filter::ForMe | Filter::Proposed) {
            let chosen = self.picked.chosen();
            self.acts.confirm(cx, &chosen);
        }
    }

    fn take_decision(&mut self, ui: &Ui) {
        let Some(form) = &mut self.form else { return };
        if typed(ui, 'y') {
            form.answer(true);
        }
        if typed(ui, 'n') {
            form.answer(false);
        }
        for (key, disposition) in DECISION_KEYS.into_iter().zip(decisions()) {
            if typed(ui, key) {
                form.decide(disposition);
            }
        }
        for (key, justification) in JUSTIFICATION_KEYS.into_iter().zip(Justification::VALUES) {
            if typed(ui, key) {
                form.justify(*justification);
            }
        }
    }
}
