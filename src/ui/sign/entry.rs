//! The password of a signature: its input, and what is said where it is missing.

use eframe::egui::Ui;

use super::Outcome;
use crate::ops::Password;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::Outcome as Ended;
use crate::ui::widgets::text::password_ui;

/// Passes in which the input tries to take the focus: a dialog that opens gives it to its first input.
const TRIES: u8 = 6;

/// What the input says without a password.
const MISSING: &str = "Your password is missing";

/// The password that is being entered.
pub(super) struct Entry {
    password: String,
    /// Whether signing was tried without a password.
    tried: bool,
    /// Passes that are left to take the focus.
    tries: u8,
}

impl Entry {
    /// An empty input that takes the focus.
    pub(super) const fn new() -> Self {
        Self { password: String::new(), tried: false, tries: TRIES }
    }

    /// What is missing before the dialog can be confirmed.
    pub(super) fn missing(&self) -> Vec<String> {
        self.password.is_empty().then(|| MISSING.to_owned()).into_iter().collect()
    }

    /// Draws the input.
    pub(super) fn ui(&mut self, ui: &mut Ui) {
        let violation = (self.tried && self.password.is_empty()).then_some(MISSING);
        let input = Field::new("Password")
            .required("required for every signature")
            .violation(violation)
            .show(ui, |ui| password_ui(ui, &mut self.password));
        if self.tries == 0 || ui.is_sizing_pass() {
            return;
        }
        // Enter ends the input. To take the focus back then would hide from the dialog that it is to be confirmed.
        if input.has_focus() || ui.memory(|memory| memory.had_focus_last_frame(input.id)) {
            self.tries = 0;
            return;
        }
        self.tries -= 1;
        input.request_focus();
        ui.ctx().request_repaint();
    }

    /// What the end of the dialog means for the signature.
    pub(super) fn outcome(&mut self, ended: Ended) -> Outcome {
        match ended {
            Ended::Open => Outcome::Pending,
            Ended::Refused => {
                self.tried = true;
                self.tries = TRIES;
                Outcome::Pending
            }
            Ended::Cancelled => Outcome::Cancelled,
            Ended::Confirmed => {
                self.tried = false;
                self.tries = TRIES;
                Outcome::Sign(Password::new(std::mem::take(&mut self.password)))
            }
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.password);
    }
}
