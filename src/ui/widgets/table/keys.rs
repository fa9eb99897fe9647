//! The keyboard of a table. Draws nothing.

use eframe::egui;
use egui::{EventFilter, Id, Key, Modifiers, Ui};

use super::{TableEvents, TableState};

/// The input of the keyboard handling.
pub(super) struct Keys {
    /// The row of the keyboard: the cursor if it is visible, otherwise the first visible row.
    pub row: usize,
    /// Id of that row.
    pub row_id: Id,
    /// How many rows there are.
    pub rows: usize,
    /// How many rows are visible at once.
    pub page: usize,
    /// Whether several rows may be selected.
    pub several: bool,
    /// Whether the group is open, if that row is a heading.
    pub heading: Option<bool>,
}

impl Keys {
    /// Handles the keys of this frame if the cursor's row has the focus. Where nothing has it, an arrow down gives it to that row.
    pub fn act(&self, ui: &Ui, state: &mut TableState, events: &mut TableEvents) {
        if self.rows > 0 && nothing_focused(ui) && pressed(ui, Modifiers::NONE, Key::ArrowDown) {
            state.choose_only(self.row.min(self.rows - 1));
            state.focus_cursor = true;
            events.selection_changed = true;
            return;
        }
        if self.rows == 0 || !ui.memory(|memory| memory.has_focus(self.row_id)) {
            return;
        }
        let sideways = self.heading.is_some();
        let arrows =
            EventFilter { vertical_arrows: true, horizontal_arrows: sideways, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(self.row_id, arrows));
        let row = self.row.min(self.rows - 1);
        if let Some(open) = self.heading {
            let sideways = if open { Key::ArrowLeft } else { Key::ArrowRight };
            let keys = [Key::Enter, Key::Space, sideways];
            if keys.into_iter().any(|key| pressed(ui, Modifiers::NONE, key)) {
                events.toggled = Some(row);
            }
        }
        if pressed(ui, Modifiers::NONE, Key::Enter) {
            events.opened = Some(row);
        }
        if pressed(ui, Modifiers::NONE, Key::Space) {
            if self.several {
                state.toggle(row);
            } else {
                state.choose_only(row);
            }
            events.selection_changed = true;
        }
        if self.several && pressed(ui, Modifiers::COMMAND, Key::A) {
            state.selected = (0..self.rows).collect();
            events.selection_changed = true;
        }
        if let Some((target, extend)) = self.target(ui, row) {
            if extend && self.several {
                state.extend_to(target);
            } else {
                state.choose_only(target);
            }
            state.scroll_to = Some(target);
            state.focus_cursor = true;
            events.selection_changed = true;
        }
    }

    /// The target row of the keys, and whether they extend the selection to it.
    fn target(&self, ui: &Ui, row: usize) -> Option<(usize, bool)> {
        let last = self.rows - 1;
        let steps: [(Key, usize); 6] = [
            (Key::ArrowDown, (row + 1).min(last)),
            (Key::ArrowUp, row.saturating_sub(1)),
            (Key::PageDown, (row + self.page).min(last)),
            (Key::PageUp, row.saturating_sub(self.page)),
            (Key::Home, 0),
            (Key::End, last),
        ];
        steps.into_iter().find_map(|(key, target)| {
            if pressed(ui, Modifiers::SHIFT, key) {
                Some((target, true))
            } else if pressed(ui, Modifiers::NONE, key) {
                Some((target, false))
            } else {
                None
            }
        })
    }
}

/// Whether no widget has the focus, nothing lies over the table, and the table is in sight.
fn nothing_focused(ui: &Ui) -> bool {
    let free = ui.memory(|memory| memory.focused().is_none() && memory.allows_interaction(ui.layer_id()));
    free && !egui::Popup::is_any_open(ui.ctx()) && ui.clip_rect().y_range().contains(ui.cursor().top())
}

fn pressed(ui: &Ui, modifiers: Modifiers, key: Key) -> bool {
    ui.input_mut(|input| input.consume_key(modifiers, key))
}
