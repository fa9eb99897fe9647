//! What a record that is typed still lacks for its next step, with the clause, while it is typed.

use eframe::egui::Ui;

use super::super::field_context::zone;
use super::FormScreen;
use crate::domain::record::RecordData;
use crate::domain::workflow::Condition;
use crate::ui::cx::Cx;
use crate::ui::screens::panels::lint_of;
use crate::ui::screens::record::page::due_link_ui;
use crate::ui::theme::{Tone, bold, space};
use crate::ui::widgets::badge::tone_words_ui;

/// What the record of the form lacks, as it was typed last.
#[derive(Default)]
pub(super) struct Lint {
    of: Option<RecordData>,
    found: Vec<Condition>,
}

impl FormScreen {
    /// Draws what is missing, each as a link to its field.
    pub(super) fn lint_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>) {
        let Some(entry) = &self.entry else { return };
        let Some(lint) = lint_of(entry.data.head.id.kind) else { return };
        let typed = entry.after(zone(cx));
        if self.lint.of.as_ref() != Some(&typed) {
            // What cannot be read now is asked again before the step.
            self.lint.found = (lint.look)(cx, &typed).unwrap_or_default();
            self.lint.of = Some(typed);
        }
        ui.add_space(space::M);
        ui.label(bold(lint.title));
        let mut chosen = None;
        for (index, condition) in self.lint.found.iter().filter(|condition| !condition.met).enumerate() {
            let pressed = ui.push_id(index, |ui| due_link_ui(ui, &condition.text, condition.clause)).inner;
            if pressed {
                chosen = condition.field;
            }
        }
        if self.lint.found.iter().all(|condition| condition.met) {
            tone_words_ui(ui, Tone::Good, "Nothing is missing");
        }
        if let Some(field) = chosen {
            self.go_to = Some(field);
            self.tries = 0;
            ui.ctx().request_repaint();
        }
    }
}
