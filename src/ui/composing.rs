//! Whether an input method is composing text, as for Japanese, Chinese and Korean: letters in the input that are not its text yet.
//!
//! Belongs here: knowing it. Does not belong here: the composition itself, which the inputs of egui show.

use std::sync::Arc;

use eframe::egui;
use egui::{Context, Event, Id, ImeEvent, Ui};

fn slot() -> Id {
    Id::unique("mainstay_composing")
}

/// Follows the input method of a window. Call once, before the first frame.
pub fn follow(ctx: &Context) {
    ctx.on_begin_pass("composition", Arc::new(look));
}

fn look(ui: &mut Ui) {
    let ctx = ui.ctx();
    let last = ctx.input(|input| {
        input.events.iter().rev().find_map(|event| match event {
            Event::Ime(ImeEvent::Preedit { text, .. }) => Some(!text.is_empty()),
            Event::Ime(ImeEvent::Commit(_)) => Some(false),
            _ => None,
        })
    });
    if let Some(composes) = last {
        ctx.data_mut(|data| data.insert_temp(slot(), composes));
    }
}

/// Whether letters in the input that has the focus are still being composed. What an input makes of its text, and keys of the window,
/// wait until they are its text.
pub fn is_composing(ctx: &Context) -> bool {
    ctx.text_edit_focused() && ctx.data(|data| data.get_temp(slot())).unwrap_or(false)
}
