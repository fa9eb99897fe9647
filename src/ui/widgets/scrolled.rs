//! Scrolling that follows the focus: what Tab reaches is brought into sight. Tables and texts follow their cursor by themselves.

use eframe::egui;
use egui::{Id, ScrollArea, Ui, scroll_area::ScrollAreaOutput};

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
            inner
        })
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
