//! Scrolling that follows the focus: what Tab reaches is brought into sight. Tables and texts follow their cursor by themselves.

use eframe::egui;
use egui::{Id, Key, ScrollArea, Ui, scroll_area::ScrollAreaOutput};

/// What stays in sight from one page to the next, in points.
const LINE: f32 = 40.0;

/// An area of a page that follows the focus.
#[must_use = "call show"]
pub struct Scrolled(ScrollArea);

/// The same area, following the focus.
pub const fn scrolled(area: ScrollArea) -> Scrolled {
    Scrolled(area)
}

impl Scrolled {
    /// Draws the area.
    pub fn show<R>(self, ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> ScrollAreaOutput<R> {
        self.0.show(ui, |ui| {
            let inner = contents(ui);
            follow_focus(ui);
            scroll_by_keys(ui);
            inner
        })
    }
}

fn main_slot() -> Id {
    Id::unique("in_the_screen")
}

/// Draws the screen: its area is the one that keys scroll while nothing has the focus.
pub fn as_screen<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.data_mut(|data| data.insert_temp(main_slot(), true));
    let inner = contents(ui);
    ui.data_mut(|data| data.insert_temp(main_slot(), false));
    inner
}

/// Page up and down, Home and End scroll the area with the focus, or the screen if nothing has it. In a text Home and End belong to the text.
fn scroll_by_keys(ui: &Ui) {
    let screen = ui.clip_rect().height();
    if ui.is_sizing_pass() || ui.min_rect().height() <= screen || !ui.is_enabled() {
        return;
    }
    let ctx = ui.ctx();
    let ours = match ctx.memory(|memory| memory.focused()) {
        None => ui.data(|data| data.get_temp(main_slot())).unwrap_or(false),
        Some(focused) => ctx.read_response(focused).is_some_and(|response| {
            response.layer_id == ui.layer_id() && ui.min_rect().contains_rect(response.rect)
        }),
    };
    if !ours || egui::Popup::is_any_open(ctx) {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
    let page = (screen - LINE).max(LINE);
    let mut by = 0.0;
    for (key, points) in [(Key::PageDown, -page), (Key::PageUp, page)] {
        by += if pressed(key) { points } else { 0.0 };
    }
    if !ctx.text_edit_focused() {
        let all = ui.min_rect().height();
        for (key, points) in [(Key::End, -all), (Key::Home, all)] {
            by += if pressed(key) { points } else { 0.0 };
        }
    }
    if by != 0.0 {
        ui.scroll_with_delta(egui::vec2(0.0, by));
    }
}

/// Scrolls to what has just got the focus, if it lies in this area and out of sight.
fn follow_focus(ui: &Ui) {
    let ctx = ui.ctx();
    let Some(focused) = ctx.memory(|memory| memory.focused()) else { return };
    let slot = ui.scope_id().with("followed");
    if ui.data(|data| data.get_temp::<Id>(slot)) == Some(focused) {
        return;
    }
    if ctx.viewport(|viewport| viewport.this_pass.widgets.get(focused).is_none()) {
        return;
    }
    let Some(response) = ctx.read_response(focused) else { return };
    if response.layer_id != ui.layer_id() || !ui.min_rect().intersects(response.rect) {
        return;
    }
    ui.data_mut(|data| data.insert_temp(slot, focused));
    let (seen, rect) = (ui.clip_rect().y_range(), response.rect.y_range());
    let is_in_sight = seen.contains(rect.min) && seen.contains(rect.max);
    // What is higher than the area is in sight where any of it is.
    let is_too_high = rect.span() > seen.span() && seen.intersects(rect);
    if !is_in_sight && !is_too_high {
        ui.scroll_to_rect(response.rect.expand(crate::ui::theme::space::S), None);
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;

    #[test]
    fn keys_scroll_the_screen_while_nothing_has_the_focus() {
        let mut harness = Harness::builder()
            .with_size(egui::vec2(300.0, 200.0))
            .with_max_steps(60)
            .with_context_setup(theme::install)
            .build_ui(|ui| {
                as_screen(ui, |ui| {
                    scrolled(ScrollArea::vertical().auto_shrink(false)).show(ui, |ui| {
                        for number in 0..40 {
                            ui.label(format!("Line {number}"));
                        }
                    });
                });
            });
        harness.run();
        let top = |harness: &Harness<'_>, line| harness.get_by_label(line).rect().top();
        let first = top(&harness, "Line 0");
        for (key, moved) in
            [(Key::PageDown, true), (Key::PageUp, false), (Key::End, true), (Key::Home, false)]
        {
            harness.key_press(key);
            harness.run();
            assert_eq!(top(&harness, "Line 0") < first - 100.0, moved, "{key:?}");
        }
        harness.key_press(Key::End);
        harness.run();
        assert!(harness.get_by_label("Line 39").rect().bottom() <= 200.0);
    }

    #[test]
    fn what_tab_reaches_is_brought_into_sight() {
        let mut harness = Harness::builder()
            .with_size(egui::vec2(300.0, 200.0))
            .with_max_steps(40)
            .with_context_setup(theme::install)
            .build_ui(|ui| {
                scrolled(ScrollArea::vertical().auto_shrink(false)).show(ui, |ui| {
                    for number in 0..40 {
                        ui.button(format!("Button {number}")).clicked();
                    }
                });
            });
        harness.run();
        for _ in 0..30 {
            harness.key_press(egui::Key::Tab);
            harness.run();
        }
        let button = harness.get_by_label("Button 29");
        assert!(button.is_focused());
        assert!(button.rect().bottom() <= 200.0, "{:?}", button.rect());
        for _ in 0..29 {
            harness.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::Tab);
            harness.run();
        }
        assert!(harness.get_by_label("Button 0").rect().top() >= 0.0, "and back");
    }
}
