//! The reasons that saving a form may ask for: why it is late, and why what is signed changes.

use eframe::egui::{Align, Ui};

use super::FormScreen;
use crate::ui::theme::space;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::reach::focus_what_follows;
use crate::ui::widgets::text::TextLine;

impl FormScreen {
    /// Required for feedback that is entered later than the working day after its receipt.
    pub(super) fn late_reason(&mut self, ui: &mut Ui) -> bool {
        let show_all = self.show_all;
        let Some(entry) = self.entry.as_mut().filter(|_| self.dry_run.asks_late_reason()) else {
            return false;
        };
        let missing = show_all && entry.late_reason.trim().is_empty();
        let response = Field::new("Why it is entered late")
            .required("required")
            .help("It was received more than one working day ago.", "ALCOA+, contemporaneous")
            .violation(missing.then_some("Why it is entered late is missing"))
            .show(ui, |ui| ui.add(TextLine::new(&mut entry.late_reason)));
        ui.add_space(space::S);
        response.changed()
    }

    /// Required for a change to signed content or to a basis of approvals.
    pub(super) fn reason(&mut self, ui: &mut Ui) -> bool {
        let show_all = self.show_all;
        let Some(entry) = self.entry.as_mut().filter(|_| self.dry_run.asks_reason()) else {
            return false;
        };
        let missing = show_all && entry.reason.trim().is_empty();
        ui.add_space(space::M);
        let wanted = std::mem::take(&mut self.to_reason);
        if wanted {
            focus_what_follows(ui);
        }
        let response = Field::new("Why it is changed")
            .required("required")
            .help(
                "It has been signed, approvals depend on it, or reporting limits are counted from it.",
                "21 CFR 11.10(e)",
            )
            .violation(missing.then_some("Why it is changed is missing"))
            .show(ui, |ui| ui.add(TextLine::new(&mut entry.reason)));
        if wanted {
            response.scroll_to_me(Some(Align::Center));
        }
        response.changed()
    }
}
