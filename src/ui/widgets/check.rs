//! A box to tick. Space ticks it; in a dialog Enter confirms, as it does in every other input there.

use eframe::egui;
use egui::{Context, Id, Response, Ui};

fn slot() -> Id {
    Id::unique("check_with_focus")
}

/// A box to tick, with its words.
pub fn check_ui<'a>(ui: &mut Ui, on: &'a mut bool, words: impl egui::IntoAtoms<'a>) -> Response {
    let response = ui.checkbox(on, words);
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(slot(), response.id));
    }
    response
}

/// Takes Enter from the box with the focus, before it is drawn. Whether it was pressed.
pub fn takes_enter(ctx: &Context) -> bool {
    let of_check = ctx.data(|data| data.get_temp::<Id>(slot()));
    of_check.is_some()
        && ctx.memory(|memory| memory.focused()) == of_check
        && ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Enter))
}

#[cfg(test)]
mod tests {
    use eframe::egui::Key;
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;
    use crate::ui::widgets::modal::{Dialog, Outcome};

    fn harness(grave: bool) -> Harness<'static, (bool, bool)> {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            move |ui, (noted, confirmed): &mut (bool, bool)| {
                let dialog = Dialog::new("code", "Keep the code", "Continue");
                let dialog = if grave { dialog.grave() } else { dialog };
                let outcome = dialog.show(ui.ctx(), |ui| {
                    check_ui(ui, noted, "I have written it down");
                });
                *confirmed |= outcome == Outcome::Confirmed;
            },
            (false, false),
        );
        harness.run();
        harness.get_by_label("I have written it down").focus();
        harness.run();
        for key in [Key::Space, Key::Enter] {
            harness.key_press(key);
            harness.run();
        }
        harness
    }

    #[test]
    fn in_a_dialog_space_ticks_and_enter_confirms() {
        assert_eq!(harness(false).state(), &(true, true));
    }

    #[test]
    fn what_cannot_be_undone_is_not_confirmed_by_enter_alone() {
        assert!(!harness(true).state().1);
    }
}
