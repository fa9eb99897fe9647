//! The content of an empty list: the purpose of its records, the clause that requires them, and a button for the first one.

use eframe::egui;
use egui::{Response, Ui};

use super::button::primary_ui;
use crate::ui::theme::{body, hint, palette, space};
use crate::ui::widgets::heading::title_ui;

/// An empty list.
#[derive(Clone, Copy, Debug)]
pub struct Empty<'a> {
    /// The title, such as "No feedback yet".
    pub title: &'a str,
    /// The purpose of such a record, in a sentence or two.
    pub purpose: &'a str,
    /// The clause that requires it, such as "IEC 62304, 6.2.1"; may be empty.
    pub clause: &'a str,
    /// The label of the button that creates the first one; empty if the person may not.
    pub button: &'a str,
}

/// Draws the empty state and returns the response of its button, if any.
pub fn empty_ui(ui: &mut Ui, empty: &Empty<'_>) -> Option<Response> {
    let mut response = None;
    ui.add_space(space::XXL);
    ui.vertical_centered(|ui| {
        ui.set_max_width(ui.available_width().min(440.0));
        title_ui(ui, empty.title);
        ui.add(egui::Label::new(body(empty.purpose).color(palette(ui).weak)).wrap());
        if !empty.clause.is_empty() {
            ui.label(hint(ui, empty.clause));
        }
        if !empty.button.is_empty() {
            ui.add_space(space::S);
            response = Some(primary_ui(ui, empty.button));
        }
    });
    ui.add_space(space::XXL);
    response
}
