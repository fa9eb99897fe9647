//! The list of keyboard shortcuts, read from the table of commands.

use eframe::egui;
use egui::{Grid, RichText, ScrollArea, Ui};

use crate::ui::shortcuts::{COMMANDS, SCREEN_KEYS, keys_of};
use crate::ui::theme::{palette, space, title};

/// Draws the list.
pub fn shortcuts_ui(ui: &mut Ui) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.heading("Keyboard shortcuts");
        ui.add_space(space::M);
        ui.label(title("Everywhere"));
        let weak = palette(ui).weak;
        Grid::new("commands").num_columns(3).spacing([space::XL, space::XS]).show(ui, |ui| {
            for row in COMMANDS.iter().filter(|row| row.keys.is_some()) {
                ui.label(RichText::new(keys_of(ui.ctx(), row)).monospace());
                ui.label(row.text);
                ui.label(RichText::new(row.tooltip).color(weak));
                ui.end_row();
            }
        });
        ui.add_space(space::L);
        ui.label(title("In lists and forms"));
        Grid::new("screens").num_columns(2).spacing([space::XL, space::XS]).show(ui, |ui| {
            for (keys, words) in SCREEN_KEYS {
                ui.label(RichText::new(*keys).monospace());
                ui.label(*words);
                ui.end_row();
            }
        });
    });
}
