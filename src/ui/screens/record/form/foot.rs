//! The foot of a form: what is missing, and saving.

use eframe::egui;
use egui::{Label, Ui};

use super::super::places::{read_only_words, zone};
use super::super::show::shown;
use super::entry::Entry;
use super::{FormScreen, Target};
use crate::domain::choice::Choice as _;
use crate::domain::signature::{Meaning, Part, part_digest};
use crate::ops::{Act, Request};
use crate::ui::cx::{Command, Cx, Route, Then};
use crate::ui::theme::hint;
use crate::ui::widgets::button::{Guarded, guarded_ui};

impl FormScreen {
    /// What keeps the form from being saved, in words.
    fn missing(&self, cx: &Cx<'_>) -> Vec<String> {
        let Some(entry) = &self.entry else { return Vec::new() };
        if let Some(why) = cx.file.why_read_only() {
            return vec![read_only_words(why)];
        }
        if !entry.allowed(cx.session.roles()) {
            return vec!["Your roles do not allow it".to_owned()];
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
        if entry.is_late(zone(cx), cx.now()) && entry.late_reason.trim().is_empty() {
            missing.push("Why it is entered late is missing".to_owned());
        }
        if missing.is_empty() && !entry.is_changed() {
            missing.push("Nothing has changed".to_owned());
        } else if entry.asks_reason(zone(cx)) && entry.reason.trim().is_empty() {
            missing.push("Why it is changed is missing".to_owned());
        }
        missing
    }

    pub(super) fn foot(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let missing = self.missing(cx);
        ui.horizontal(|ui| {
            let word = if self.entry.as_ref().is_some_and(|entry| entry.is_signed_act(zone(cx))) {
                "Sign and save…"
            } else {
                "Save"
            };
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
                && ui
                    .button("Undo")
                    .on_hover_text("Takes the last change back (Ctrl+Z outside a text)")
                    .clicked()
            {
                self.undo(ui, cx);
            }
            let words = self.foot_words(&missing);
            ui.add(Label::new(hint(ui, words)).truncate());
        });
    }

    fn foot_words(&self, missing: &[String]) -> String {
        match missing {
            _ if self.show_all && !missing.is_empty() => missing.join(" · "),
            [] | [_] if self.kept && self.is_changed() => "The draft is kept. Ctrl+Enter saves.".to_owned(),
            [] => "Ctrl+Enter saves.".to_owned(),
            [one] => format!("{one}."),
            several => format!("{} things are missing: {}", several.len(), several.join(" · ")),
        }
    }

    pub(super) fn save(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let missing = self.missing(cx);
        let Some(entry) = &mut self.entry else { return };
        if !missing.is_empty() {
            self.show_all = true;
            self.go_to = entry.wrong.first().map(|(field, _)| field.name);
            ui.ctx().request_repaint();
            return;
        }
        let set = entry.set(zone(cx));
        let request = match self.target {
            Target::New(kind) => Request::Create { kind, parent: None, set },
            Target::Edit(id) => Request::Edit { id, set },
        };
        let mut act = Act::from(request);
        let late = entry.late_reason.trim();
        act.late_reason = (!late.is_empty()).then(|| late.to_owned());
        let reason = entry.reason.trim();
        act.reason = (entry.asks_reason(zone(cx)) && !reason.is_empty()).then(|| reason.to_owned());
        if entry.is_signed_act(zone(cx)) {
            let after = entry.after(zone(cx));
            let names = cx.names().unwrap_or_default();
            cx.ask(Command::Sign {
                act,
                title: format!("Change of {}", after.head.id),
                meaning: Meaning::Approved.word().to_owned(),
                shown: shown(&after, Part::Content, &names),
                digest: part_digest(&after, Part::Content, &[]),
                then: Then::Go(Route::Record(after.head.id)),
            });
        } else {
            self.sent = Some(entry.values.clone());
            self.refused = false;
            cx.ask(Command::Perform { act, then: Then::ShowRecord, draft: Some(entry.key()) });
        }
    }
}
