//! A menu beside an input that offers known values. Free text stays possible, and the caller decides what the values are.

use eframe::egui;
use egui::{Popup, Response, ScrollArea, Ui, accesskit::Role, vec2};

use super::button::{button_or_why_ui, icon_ui};
use super::icons::Icon;
use super::lines::lines_ui;
use super::text::TextLine;
use crate::ui::theme::space;

/// A value that is offered, and its meaning, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The value.
    pub value: String,
    /// What it means.
    pub meaning: String,
}

/// One line of text with the offered values beside it.
pub fn offered_line_ui(ui: &mut Ui, text: &mut String, hint: &str, offered: &[Offered]) -> Response {
    if offered.is_empty() {
        return ui.add(TextLine::new(text).hint(hint));
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let width = (ui.available_width() - space::ROW - 3.0 * space::XS).max(80.0);
        let mut response = ui.add(TextLine::new(text).hint(hint).width(width));
        if let Some(value) = menu_ui(ui, offered) {
            *text = value;
            response.mark_changed();
        }
        response
    })
    .inner
}

/// Several lines of text, and below them the offered values that are not among them yet.
pub fn offered_lines_ui(ui: &mut Ui, lines: &mut Vec<String>, offered: &[Offered]) -> Response {
    if offered.is_empty() {
        return lines_ui(ui, lines, "line");
    }
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let mut response = lines_ui(ui, lines, "line");
        let left: Vec<Offered> =
            offered.iter().filter(|offer| !lines.contains(&offer.value)).cloned().collect();
        let button =
            button_or_why_ui(ui, !left.is_empty(), "Add a known value…", "Every known value is listed");
        if let Some(value) = popup_ui(&button, &left) {
            lines.retain(|line| !line.trim().is_empty());
            lines.push(value);
            response.mark_changed();
        }
        response
    })
    .inner
}

fn menu_ui(ui: &mut Ui, offered: &[Offered]) -> Option<String> {
    let button = icon_ui(ui, Icon::Down, "Choose a known value");
    popup_ui(&button, offered)
}

/// The values below a button; returns the chosen one.
fn popup_ui(button: &Response, offered: &[Offered]) -> Option<String> {
    let mut chosen = None;
    Popup::menu(button).show(|ui| {
        let explained = offered.iter().any(|offer| !offer.meaning.is_empty());
        ui.set_width(if explained { 420.0 } else { 180.0 });
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for offer in offered {
                let words = if offer.meaning.is_empty() {
                    offer.value.clone()
                } else {
                    format!("{}: {}", offer.value, offer.meaning)
                };
                let entry = egui::Button::new(words).wrap().min_size(vec2(ui.available_width(), 0.0));
                let response = ui.add(entry);
                response.widget_info(|| egui::WidgetInfo::labeled(Role::MenuItem, true, &offer.value));
                if response.clicked() {
                    chosen = Some(offer.value.clone());
                    ui.close();
                }
            }
        });
    });
    chosen
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;
    use crate::ui::widgets::field::Field;

    fn offered() -> Vec<Offered> {
        [("HARM", "Harm"), ("SPEC", "")]
            .map(|(value, meaning)| Offered { value: value.to_owned(), meaning: meaning.to_owned() })
            .to_vec()
    }

    #[test]
    fn a_known_value_is_chosen_by_keyboard_and_free_text_stays() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, text: &mut String| {
                Field::new("Criterion").show(ui, |ui| offered_line_ui(ui, text, "", &offered()));
            },
            String::new(),
        );
        harness.run();
        harness.get_by_label("Criterion").focus();
        harness.run();
        harness.get_by_label("Criterion").type_text("own words");
        harness.run();
        assert_eq!(harness.state(), "own words");
        harness.key_press(egui::Key::Tab);
        harness.run();
        harness.key_press(egui::Key::Enter);
        harness.run();
        harness.get_by_label("SPEC").focus();
        harness.run();
        harness.key_press(egui::Key::Enter);
        harness.run();
        assert_eq!(harness.state(), "SPEC");
    }

    #[test]
    fn known_lines_are_added_once() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, lines: &mut Vec<String>| {
                Field::new("Versions").show(ui, |ui| offered_lines_ui(ui, lines, &offered()));
            },
            vec![String::new(), "HARM".to_owned()],
        );
        harness.run();
        harness.get_by_label("Add a known value…").click();
        harness.run();
        assert!(harness.query_by_label("HARM").is_none(), "it is there already");
        harness.get_by_label("SPEC").click();
        harness.run();
        assert_eq!(harness.state(), &["HARM", "SPEC"]);
    }
}
