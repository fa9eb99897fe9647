//! The dialog that asks for a reason where the rules ask for one and the screen had no field for it.

use eframe::egui::{Context, Label};

use super::App;
use crate::domain::text::sentence;
use crate::ops::Act;
use crate::ui::cx::Then;
use crate::ui::theme::{body, space};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::text::TextArea;

/// An act that waits for its reason.
pub struct ReasonDialog {
    act: Act,
    then: Then,
    draft: Option<String>,
    /// What needs the reason, in words.
    what: String,
    reason: String,
    /// Whether it was confirmed without a reason.
    tried: bool,
}

impl ReasonDialog {
    /// Asks why an act is performed; `what` names what needs the reason.
    pub const fn new(act: Act, then: Then, draft: Option<String>, what: String) -> Self {
        Self { act, then, draft, what, reason: String::new(), tried: false }
    }
}

impl App {
    /// Draws the dialog. With a reason, the act is performed again.
    pub(super) fn draw_reason(&mut self, ctx: &Context) {
        let Some(asked) = &mut self.dialogs.reason else { return };
        if self.session.is_none() {
            self.dialogs.reason = None;
            return;
        }
        let empty = asked.reason.trim().is_empty();
        let missing: Vec<String> = empty.then(|| "The reason is missing".to_owned()).into_iter().collect();
        let outcome = Dialog::new("reason", "Reason", "Go on").missing(&missing).show(ctx, |ui| {
            ui.add(Label::new(body(sentence(&format!("{} needs a reason", asked.what)))).wrap());
            ui.add_space(space::S);
            Field::new("Reason")
                .required("required")
                .violation((asked.tried && empty).then_some("The reason is missing"))
                .show(ui, |ui| ui.add(TextArea::new(&mut asked.reason).rows(2, 6)));
        });
        match outcome {
            Outcome::Open => {}
            Outcome::Refused => asked.tried = true,
            Outcome::Cancelled => self.dialogs.reason = None,
            Outcome::Confirmed => {
                let Some(ReasonDialog { act, then, draft, reason, .. }) = self.dialogs.reason.take() else {
                    return;
                };
                self.perform(act.because(reason.trim()), then, draft);
            }
        }
    }
}
