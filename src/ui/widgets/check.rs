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
