//! The list of keyboard shortcuts, read from the table of commands.

use eframe::egui;
use egui::{Grid, Label, RichText, ScrollArea, Ui};

use crate::ui::shortcuts::{COMMANDS, SCREEN_KEYS, keys_of};
use crate::ui::theme::{palette, space};
use crate::ui::widgets::heading::{page_heading_ui, title_ui};
use crate::ui::widgets::scrolled::scrolled;

/// Room for what stands before the explanation of a key, the least room for that beside it, and room for the keys alone, in points.
const BEFORE: f32 = 330.0;
const NARROWEST: f32 = 200.0;
const KEYS: f32 = 170.0;

/// A text that wraps within a cell.
fn wrapped_ui(ui: &mut Ui, width: f32, label: Label) {
    ui.scope(|ui| {
        ui.set_max_width(width);
        ui.add(label.wrap());
    });
}

/// Draws the list.
pub fn shortcuts_ui(ui: &mut Ui) {
    scrolled(ScrollArea::vertical().auto_shrink(false)).show(ui, |ui| {
        page_heading_ui(ui, "Keyboard shortcuts");
        ui.add_space(space::M);
        title_ui(ui, "Everywhere");
        let weak = palette(ui).weak;
        let room = ui.available_width();
        // In a narrow window the explanation stands below the name.
        let beside = room >= BEFORE + NARROWEST;
        let width = if beside { room - BEFORE } else { (room - KEYS).max(NARROWEST / 2.0) };
        Grid::new("commands").num_columns(3).spacing([space::XL, space::XS]).show(ui, |ui| {
            for row in COMMANDS.iter().filter(|row| row.keys.is_some()) {
                ui.label(RichText::new(keys_of(ui.ctx(), row)).monospace());
                let words = Label::new(RichText::new(row.tooltip).color(weak));
                if beside {
                    ui.label(row.text);
                    wrapped_ui(ui, width, words);
                } else {
                    ui.vertical(|ui| {
                        ui.label(row.text);
                        wrapped_ui(ui, width, words);
                    });
                }
                ui.end_row();
            }
        });
        ui.add_space(space::L);
        title_ui(ui, "In lists and forms");
        Grid::new("screens").num_columns(2).spacing([space::XL, space::XS]).show(ui, |ui| {
            for (keys, words) in SCREEN_KEYS {
                ui.label(RichText::new(*keys).monospace());
                wrapped_ui(ui, width, Label::new(*words));
                ui.end_row();
            }
        });
    });
}
