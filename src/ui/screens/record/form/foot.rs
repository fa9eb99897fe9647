//! The foot of a form: missing values, and saving.

use eframe::egui;
use egui::{Label, Ui};

use super::super::field_context::zone;
use super::FormScreen;
use super::entry::Entry;
use crate::ui::cx::{Command, Cx, Then};
use crate::ui::theme::{Tone, hint, palette, small};
use crate::ui::widgets::button::{Guarded, guarded_ui};

impl FormScreen {
    /// What prevents saving.
    fn missing(&self, cx: &Cx<'_>) -> Vec<String> {
        let Some(entry) = &self.entry else { return Vec::new() };
        if let Some(why) = cx.file.why_read_only() {
            return vec![why.to_string()];
        }
        if !entry.allowed(cx.session.roles()) {
            return vec!["Your roles do not allow this".to_owned()];
        }
        let mut missing: Vec<String> = entry
            .wrong
            .iter()
            .map(|(field, words)| {
                if words.starts_with(field.label) {
                    words.clone()
                } else {
                    format!("{}: {words}", field.label)
                }
            })
            .collect();
        if self.dry_run.asks_late_reason() && entry.late_reason.trim().is_empty() {
            missing.push("Why it is entered late is missing".to_owned());
        }
        if missing.is_empty() && !entry.is_changed() {
            missing.push("Nothing has changed".to_owned());
        } else if self.dry_run.asks_reason() && entry.reason.trim().is_empty() {
            missing.push("Why it is changed is missing".to_owned());
        }
        missing
    }

    pub(super) fn foot(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let missing = self.missing(cx);
        ui.horizontal(|ui| {
            let word = if self.dry_run.is_signed() { "Sign and save…" } else { "Save" };
            match guarded_ui(ui, word, &missing) {
                Guarded::Idle => {}
                Guarded::Pressed | Guarded::Refused => self.save(ui, cx),
            }
            if ui.button("Cancel").clicked() {
                self.leave(cx);
                self.left = true;
                cx.ask(Command::Back);
            }
            if self.is_changed() && ui.button("Revert to saved").clicked() {
                if let Some(entry) = &mut self.entry {
                    entry.revert();
                    self.restored = None;
                }
                self.note_change(ui, cx);
            }
            if self.entry.as_ref().is_some_and(Entry::can_undo)
                && ui.button("Undo").on_hover_text("Undoes the last change (Ctrl+Z outside a text)").clicked()
            {
                self.undo(ui, cx);
            }
            // The banner may be out of sight: who pressed here looks here.
            let unchanged =
                self.sent.is_some() && self.sent == self.entry.as_ref().map(|entry| entry.values.clone());
            match cx.refusal.filter(|_| unchanged) {
                Some(refusal) => {
                    let colour = palette(ui).tone(Tone::Late).text;
                    let words = format!("Not saved: {refusal}");
                    ui.add(Label::new(small(words.as_str()).color(colour)).truncate()).on_hover_text(words);
                }
                None => {
                    let words = self.foot_words(&missing);
                    ui.add(Label::new(hint(ui, words)).truncate());
                }
            }
        });
    }

    fn foot_words(&self, missing: &[String]) -> String {
        match missing {
            _ if self.show_all && !missing.is_empty() => missing.join(" · "),
            [] | [_] if self.kept && self.is_changed() => "The draft is kept. Ctrl+Enter saves.".to_owned(),
            [] => "Ctrl+Enter saves.".to_owned(),
            [one] => format!("{}.", one.trim_end_matches('.')),
            several => format!("{} items are missing: {}", several.len(), several.join(" · ")),
        }
    }

    pub(super) fn save(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        self.update_dry_run(cx);
        let missing = self.missing(cx);
        let Some(entry) = &mut self.entry else { return };
        if !missing.is_empty() {
            self.show_all = true;
            self.go_to = entry.wrong.first().map(|(field, _)| field.name);
            self.to_reason = self.go_to.is_none() && self.dry_run.asks_reason();
            ui.ctx().request_repaint();
            return;
        }
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut act = entry.act(zone(cx));
        act.late_reason = filled(&entry.late_reason);
        act.reason = filled(&entry.reason).filter(|_| self.dry_run.asks_reason());
        self.sent = Some(entry.values.clone());
        // Content that is only shown for signing is not submitted: the form can still be left and is kept as a draft.
        self.refused = self.dry_run.is_signed();
        cx.ask(Command::Perform { act, then: Then::ShowRecord, draft: Some(entry.key()) });
    }
}
