//! The focus, given back to what had it before a dialog was opened.
//!
//! A dialog still keeps the focus from everything behind it in the pass after its last one, so it is offered a few times. Whatever took
//! the focus meanwhile keeps it, and what is not drawn any more does not get it.

use std::sync::Arc;

use eframe::egui;
use egui::{Context, Id, Ui};

/// Passes in which it is offered.
const TRIES: u8 = 3;

fn slot() -> Id {
    Id::unique("mainstay_focus_given_back")
}

/// Gives the focus back in the windows of this context. Call once, before the first frame.
pub fn install(ctx: &Context) {
    ctx.on_begin_pass("focus given back", Arc::new(offer));
}

/// Gives the focus to this widget once the dialog over it has gone.
pub fn give_back(ctx: &Context, to: Option<Id>) {
    ctx.memory_mut(|memory| {
        if let Some(focused) = memory.focused() {
            memory.surrender_focus(focused);
        }
    });
    if let Some(to) = to {
        ctx.data_mut(|data| data.insert_temp(slot(), (to, TRIES)));
        ctx.request_repaint();
    }
}

fn offer(ui: &mut Ui) {
    let ctx = ui.ctx();
    let Some((to, tries)) = ctx.data(|data| data.get_temp::<(Id, u8)>(slot())) else { return };
    let focused = ctx.memory(|memory| memory.focused());
    if tries == 0 || focused.is_some_and(|focused| focused != to) {
        ctx.data_mut(|data| data.remove::<(Id, u8)>(slot()));
        return;
    }
    ctx.data_mut(|data| data.insert_temp(slot(), (to, tries - 1)));
    ctx.memory_mut(|memory| memory.request_focus(to));
    ctx.request_repaint();
}
