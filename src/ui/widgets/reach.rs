//! What can be done on the screen, for the palette: a screen offers it while it is drawn, and is told once it was chosen.
//!
//! So every step, section, field and button of a page is a few letters away, wherever the focus is.

use eframe::egui;
use egui::{Context, FocusDirection, Id, Ui};

/// Passes after which a choice that nobody took is dropped.
const PASSES: u64 = 6;
/// Passes until the palette has closed, so that inputs below it can have the focus.
const CLOSING: u64 = 2;

/// How close something is to what is done next. The palette lists the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Near {
    /// The next step.
    Step,
    /// What is missing for it.
    Missing,
    /// Another place or button of the screen.
    Place,
}

/// What a screen offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within {
    /// How close it is.
    pub near: Near,
    /// Its title, by which it is chosen.
    pub title: String,
    /// What it does.
    pub detail: String,
}

#[derive(Clone, Default)]
struct Reach {
    pass: u64,
    offered: Vec<Within>,
    chosen: Option<(String, u64)>,
}

fn slot() -> Id {
    Id::unique("within_reach")
}

/// Offers something of the screen. Returns whether it was chosen in the palette.
pub fn reach(ui: &Ui, near: Near, title: &str, detail: &str) -> bool {
    if ui.is_sizing_pass() || !ui.is_enabled() {
        return false;
    }
    let pass = ui.ctx().cumulative_pass_nr();
    let (taken, waits) = ui.data_mut(|data| {
        let reach = data.get_temp_mut_or_default::<Reach>(slot());
        if reach.pass != pass {
            reach.pass = pass;
            reach.offered.clear();
            reach.chosen.take_if(|(_, since)| *since + PASSES < pass);
        }
        if reach.offered.iter().any(|known| known.title == title) {
            return (false, false);
        }
        reach.offered.push(Within { near, title: title.to_owned(), detail: detail.to_owned() });
        let taken = reach.chosen.take_if(|(chosen, since)| chosen == title && *since + CLOSING <= pass);
        (taken.is_some(), reach.chosen.is_some())
    });
    if waits {
        ui.ctx().request_repaint();
    }
    taken
}

/// What the screen offers, the closest first.
pub fn within(ctx: &Context) -> Vec<Within> {
    let pass = ctx.cumulative_pass_nr();
    let reach = ctx.data(|data| data.get_temp::<Reach>(slot())).unwrap_or_default();
    let mut offered = if reach.pass + 1 < pass { Vec::new() } else { reach.offered };
    offered.sort_by_key(|within| within.near);
    offered
}

/// Chooses what the screen offers under this title.
pub fn choose(ctx: &Context, title: &str) {
    let pass = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| {
        data.get_temp_mut_or_default::<Reach>(slot()).chosen = Some((title.to_owned(), pass));
    });
    ctx.request_repaint();
}

/// Gives the focus to the first input that is drawn after this, in whatever group it is.
pub fn focus_what_follows(ui: &Ui) {
    if !ui.is_sizing_pass() {
        ui.memory_mut(|memory| {
            memory.stop_text_input();
            memory.move_focus(FocusDirection::Next);
        });
    }
}

fn open_slot() -> Id {
    Id::unique("to_what_is_open")
}

/// Asks the table that is drawn after this to give the focus to its first open cell.
pub fn seek_open(ui: &Ui) {
    if !ui.is_sizing_pass() {
        ui.data_mut(|data| data.insert_temp(open_slot(), true));
    }
}

/// Seeks no open cell any more.
pub fn forget_open(ui: &Ui) {
    ui.data_mut(|data| data.remove_temp::<bool>(open_slot()));
}

/// Gives the focus to the next input if an open cell is sought. A table calls it before one, and at its end.
pub fn open_is_here(ui: &Ui) {
    if !ui.is_sizing_pass() && ui.data_mut(|data| data.remove_temp::<bool>(open_slot())).is_some() {
        focus_what_follows(ui);
    }
}

/// Whether the input with the focus is inside this place. Call it after drawing the place.
pub fn has_focus_within(ui: &Ui, place: egui::Rect) -> bool {
    let focused = ui.memory(egui::Memory::focused);
    focused
        .and_then(|id| ui.ctx().read_response(id))
        .is_some_and(|response| place.expand(1.0).contains(response.rect.center()))
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;

    use super::*;

    #[test]
    fn what_is_chosen_is_told_once_and_the_closest_comes_first() {
        let mut harness = Harness::builder().build_ui_state(
            |ui, taken: &mut u32| {
                reach(ui, Near::Place, "Edit", "The record");
                *taken += u32::from(reach(ui, Near::Step, "Submit", "A step"));
            },
            0,
        );
        harness.run();
        let titles: Vec<String> = within(&harness.ctx).into_iter().map(|within| within.title).collect();
        assert_eq!(titles, ["Submit", "Edit"]);
        choose(&harness.ctx.clone(), "Submit");
        harness.run();
        assert_eq!(*harness.state(), 1);
    }
}
