//! What stands above a form: a draft that was found, who may edit, what is not open, why it was not saved.

use eframe::egui::Ui;

use super::super::field_context::zone;
use super::FormScreen;
use crate::domain::choice::Choice as _;
use crate::ops::Refused;
use crate::ui::cx::{Command, Cx};
use crate::ui::theme::space;
use crate::ui::widgets::notice::{Notice, banner_ui};

impl FormScreen {
    /// Draws the banners.
    pub(super) fn banners(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(entry) = &mut self.entry else { return };
        if let Some(words) = &self.restored {
            let words = words.clone();
            banner_ui(ui, &Notice::info(words), false);
            if ui.button("Discard draft").clicked() {
                entry.revert();
                entry.check(zone(cx));
                self.restored = None;
                self.unsaved_since = None;
                cx.ask(Command::DropDraft(entry.key()));
            }
            ui.add_space(space::S);
        }
        if !entry.allowed(cx.session.roles()) {
            let def = entry.data.def();
            let may = if entry.is_new { def.create_by } else { def.edit_by };
            let roles: Vec<_> = may.iter().map(|role| role.word()).collect();
            let who = if roles.is_empty() { "the program only".to_owned() } else { roles.join(" or ") };
            banner_ui(
                ui,
                &Notice::problem(format!("Only {who} can edit this."), "Ask a person with that role."),
                false,
            );
        }
        if let Some(field) = self.go_to.and_then(|name| entry.data.def().field(name))
            && entry.fields().all(|open| open.name != field.name)
        {
            let state = entry.data.state().map_or("", |state| state.word);
            let words = format!("“{}” cannot be changed in the state “{state}”.", field.label);
            banner_ui(
                ui,
                &Notice::problem(words, "Move the record to a state in which the field is open."),
                false,
            );
        }
        if entry.sections().next().is_none() {
            let state = entry.data.state().map_or("in its state", |state| state.word);
            let words = format!("Nothing of it can be edited while it is “{state}”.");
            banner_ui(ui, &Notice::info(words), false);
        }
        match cx.refusal {
            Some(Refused::Invalid { .. }) | None => {}
            Some(refusal) if self.sent.is_some() => {
                let words = refusal.to_string();
                banner_ui(ui, &Notice::problem(format!("Not saved: {words}."), ""), false);
            }
            Some(_) => {}
        }
    }
}
