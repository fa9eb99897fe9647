//! The frame of a form field: label, mark, help on demand, input, violation. It does not know which fields exist.

use eframe::egui;
use egui::{Key, Modifiers, Response, TextStyle, Ui, WidgetInfo, accesskit};

use super::badge::tone_words_ui;
use super::link::link_ui;
use super::reach::has_focus_within;
use crate::ui::theme::{Tone, bold, hint, palette, space};

/// Room for the help button and the gap before it, in points.
const HELP: f32 = 28.0;

/// One field, configured and then shown with its input.
#[must_use = "call show"]
pub struct Field<'a> {
    label: &'a str,
    mark: Option<&'a str>,
    help: Option<(&'a str, &'a str)>,
    more: Option<&'a str>,
    violation: Option<&'a str>,
}

impl<'a> Field<'a> {
    /// A field with its visible label, which is also the accessible name of its input.
    pub const fn new(label: &'a str) -> Self {
        Self { label, mark: None, help: None, more: None, violation: None }
    }

    /// Marks the field as required: `words` says from when, such as "required" or "required from approved".
    pub const fn required(mut self, words: &'a str) -> Self {
        self.mark = Some(words);
        self
    }

    /// Help that is shown on demand, with the clause that requires the field (may be empty).
    pub const fn help(mut self, words: &'a str, clause: &'a str) -> Self {
        self.help = Some((words, clause));
        self
    }

    /// The address of what the help says besides, to which the shown help links.
    pub const fn more(mut self, address: Option<&'a str>) -> Self {
        self.more = address;
        self
    }

    /// The error of the input. `None` if there is none, or if the input was not touched yet.
    pub const fn violation(mut self, words: Option<&'a str>) -> Self {
        self.violation = words;
        self
    }

    /// Draws the field. `input` draws exactly one input and returns its response.
    pub fn show(self, ui: &mut Ui, input: impl FnOnce(&mut Ui) -> Response) -> Response {
        ui.push_id(("field", self.label), |ui| ui.vertical(|ui| self.contents(ui, input)).inner).inner
    }

    fn contents(self, ui: &mut Ui, input: impl FnOnce(&mut Ui) -> Response) -> Response {
        ui.spacing_mut().item_spacing.y = space::XS;
        let (label, head) = self.head(ui);
        let open_id = ui.scope_id().with("help");
        let open = ui.data(|data| data.get_temp::<bool>(open_id)).unwrap_or(false);
        if open && let Some((words, clause)) = self.help {
            ui.add(egui::Label::new(hint(ui, help_text(words, clause))).wrap());
            if let Some(address) = self.more
                && link_ui(ui, &format!("More about {}", self.label)).clicked()
            {
                ui.data_mut(|data| data.insert_temp(wanted_help(), address.to_owned()));
                ui.ctx().request_repaint();
            }
        }
        let response = ui.label_inputs_by(label, input);
        self.describe(ui, &response, label);
        let by_key = self.help.is_some()
            && has_focus_within(ui, response.rect)
            && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::F1));
        if self.help.is_some() && help_button(ui, head, self.label).clicked() || by_key {
            ui.data_mut(|data| data.insert_temp(open_id, !open));
        }
        if let Some(words) = self.violation {
            let shown = tone_words_ui(ui, Tone::Late, words);
            ui.ctx().accesskit_node_builder(shown.id, |node| node.set_live(accesskit::Live::Polite));
        }
        response
    }

    /// Draws label and mark; returns the id of the label and the place of the help button.
    fn head(&self, ui: &mut Ui) -> (egui::Id, egui::Rect) {
        let row = ui.horizontal(|ui| {
            ui.set_min_height(20.0);
            // A long label wraps and leaves room for the help button, which is drawn over the end of the row.
            let most = (ui.available_width() - HELP).max(0.0);
            let label = ui
                .scope(|ui| {
                    ui.set_max_width(most);
                    ui.add(egui::Label::new(bold(self.label)).wrap())
                })
                .inner;
            if let Some(words) = self.mark {
                let room = (ui.available_width() - HELP).max(0.0);
                ui.scope(|ui| {
                    ui.set_max_width(room);
                    ui.add(egui::Label::new(hint(ui, words)).truncate());
                });
            }
            label.id
        });
        let corner = row.response.rect.right_center() + egui::vec2(space::S, -10.0);
        (row.inner, egui::Rect::from_min_size(corner, egui::Vec2::splat(20.0)))
    }

    fn describe(&self, ui: &Ui, response: &Response, label: egui::Id) {
        ui.ctx().accesskit_node_builder(response.id, |node| {
            if node.label().is_none_or(str::is_empty) && node.labelled_by().is_empty() {
                node.push_labelled_by(label.accesskit_id());
            }
            if self.mark.is_some() {
                node.set_required();
            }
            let help = self.help.map(|(words, clause)| help_text(words, clause));
            if let Some(words) = self.violation {
                node.set_invalid(accesskit::Invalid::True);
                node.set_description(words);
            } else if let Some(words) = help.or_else(|| self.mark.map(str::to_owned)) {
                node.set_description(words);
            }
        });
    }
}

fn wanted_help() -> egui::Id {
    egui::Id::unique("wanted_help")
}

/// The address of the help that was asked for at a field since the last call.
pub fn take_wanted_help(ctx: &egui::Context) -> Option<String> {
    ctx.data_mut(|data| data.remove_temp(wanted_help()))
}

fn help_text(words: &str, clause: &str) -> String {
    if clause.is_empty() { words.to_owned() } else { format!("{words} ({clause})") }
}

/// No stop of Tab, which leads from input to input: Ctrl+F1 in the input does the same.
fn help_button(ui: &mut Ui, at: egui::Rect, label: &str) -> Response {
    let response = ui.interact(at, ui.scope_id().with("help_button"), egui::Sense::CLICK);
    response.widget_info(|| {
        WidgetInfo::labeled(accesskit::Role::Button, ui.is_enabled(), format!("Help for {label}"))
    });
    let palette = palette(ui);
    let colour = if response.hovered() { palette.accent } else { palette.weak };
    ui.painter().circle_stroke(at.center(), 7.0, egui::Stroke::new(1.0, colour));
    let font = egui::FontId { size: 11.0, ..TextStyle::Small.resolve(ui.style()) };
    ui.painter().text(at.center(), egui::Align2::CENTER_CENTER, "?", font, colour);
    response.on_hover_text(format!("Help for {label} (Ctrl+F1)"))
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::{theme, widgets::text::TextLine};

    #[test]
    fn a_field_names_its_input_says_that_it_is_required_and_shows_help_and_violation() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, text: &mut String| {
                let violation = text.is_empty().then_some("Title is missing");
                Field::new("Title")
                    .required("required from submitted")
                    .help("What the report is about, in one line", "6.2.1.2")
                    .violation(violation)
                    .show(ui, |ui| ui.add(TextLine::new(text).hint("One line")));
            },
            String::new(),
        );
        harness.run();
        harness.get_by_label("Title is missing");
        harness.get_by_label("required from submitted");
        assert!(harness.query_by_label_contains("(6.2.1.2)").is_none(), "help is on demand");
        harness.get_by_label("Help for Title").click();
        harness.run();
        harness.get_by_label("What the report is about, in one line (6.2.1.2)");

        harness.get_by_label("Title").focus();
        harness.run();
        harness.get_by_label("Title").type_text("Alarm is late");
        harness.run();
        assert_eq!(harness.state(), "Alarm is late");
        assert!(harness.query_by_label("Title is missing").is_none());
    }

    #[test]
    fn tab_goes_from_one_input_to_the_next_and_a_key_shows_the_help_of_an_input() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, (one, two): &mut (String, String)| {
                Field::new("First").help("What comes first", "").show(ui, |ui| ui.add(TextLine::new(one)));
                Field::new("Second").show(ui, |ui| ui.add(TextLine::new(two)));
            },
            (String::new(), String::new()),
        );
        harness.run();
        harness.get_by_label("Help for First");
        for name in ["First", "Second"] {
            harness.key_press(egui::Key::Tab);
            harness.run();
            assert!(harness.get_by_label(name).is_focused(), "{name} should have the focus");
        }
        harness.get_by_label("First").focus();
        harness.run();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::F1);
        harness.run();
        harness.get_by_label("What comes first");
    }
}
