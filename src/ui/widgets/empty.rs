//! What a list shows while it is empty: what its records are for, which clause asks for them, and how to make the first.

use eframe::egui;
use egui::{Response, Ui};

use super::button::primary_ui;
use crate::ui::theme::{body, hint, palette, space, title};

/// An empty list.
#[derive(Clone, Copy, Debug)]
pub struct Empty<'a> {
    /// "No feedback yet".
    pub title: &'a str,
    /// What such a record is for, in a sentence or two.
    pub purpose: &'a str,
    /// The clause that asks for it, such as "IEC 62304, 6.2.1"; may be empty.
    pub clause: &'a str,
    /// The word on the button that makes the first one; empty when the person may not.
    pub button: &'a str,
}

/// Draws the empty state and returns the response of its button, if it has one.
pub fn empty_ui(ui: &mut Ui, empty: &Empty<'_>) -> Option<Response> {
    let mut response = None;
    ui.add_space(space::XXL);
    ui.vertical_centered(|ui| {
        ui.set_max_width(440.0);
        ui.label(title(empty.title));
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
