//! Text inputs: one line, many lines, password. The caller decides where the text goes.

use eframe::egui;
use egui::{Frame, Margin, Response, ScrollArea, Stroke, TextEdit, Ui, Widget, WidgetInfo, accesskit::Role};

use super::spelled::spelled_ui;
use crate::ui::theme::{palette, ring_around, space};

/// One line of text.
#[must_use = "add it to a Ui"]
pub struct TextLine<'a> {
    text: &'a mut String,
    hint: &'a str,
    limit: usize,
    width: f32,
}

impl<'a> TextLine<'a> {
    /// Full width, at most 500 characters.
    pub const fn new(text: &'a mut String) -> Self {
        Self { text, hint: "", limit: 500, width: f32::INFINITY }
    }

    /// A hint that is shown while the line is empty.
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// The most characters that can be typed.
    pub const fn limit(mut self, characters: usize) -> Self {
        self.limit = characters;
        self
    }

    /// Width in points.
    pub const fn width(mut self, points: f32) -> Self {
        self.width = points;
        self
    }
}

impl Widget for TextLine<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let length = self.text.chars().count();
        let edit = TextEdit::singleline(self.text).char_limit(self.limit).desired_width(self.width);
        let edit = if self.hint.is_empty() { edit } else { edit.hint_text(self.hint.to_owned()) };
        let response = ui.add(edit);
        let came = focus_came(ui, &response);
        if tab_was_pressed(ui) && came {
            select_all(ui, &response, length);
        }
        response
    }
}

/// Whether the focus came in this pass. Backwards it comes after the line was drawn, and [`Response::gained_focus`] does not tell it.
fn focus_came(ui: &Ui, response: &Response) -> bool {
    let slot = response.id.with("had_focus_in");
    let now = ui.ctx().cumulative_pass_nr();
    if !response.has_focus() {
        return false;
    }
    let before = ui.data_mut(|data| {
        let before = data.get_temp::<u64>(slot);
        data.insert_temp(slot, now);
        before
    });
    before.is_none_or(|pass| pass + 1 < now)
}

/// Whether Tab was pressed in this pass or the one before: backwards, the focus comes one pass later.
fn tab_was_pressed(ui: &Ui) -> bool {
    let slot = egui::Id::unique("tab_pressed");
    let now = ui.ctx().cumulative_pass_nr();
    if ui.input(|input| input.key_pressed(egui::Key::Tab)) {
        ui.data_mut(|data| data.insert_temp(slot, now));
    }
    ui.data(|data| data.get_temp::<u64>(slot)).is_some_and(|pass| pass + 1 >= now)
}

/// Who comes into a line by Tab replaces what stands there by typing, as elsewhere on a desktop.
fn select_all(ui: &Ui, response: &Response, length: usize) {
    use egui::text::{CCursor, CCursorRange};
    use egui::text_edit::TextEditState;
    let mut state = TextEditState::load(ui.ctx(), response.id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), CCursor::new(length))));
    state.store(ui.ctx(), response.id);
}

/// Many lines of text: full width, grows with the text up to a limit, then scrolls.
#[must_use = "add it to a Ui"]
pub struct TextArea<'a> {
    text: &'a mut String,
    hint: &'a str,
    limit: usize,
    rows: (usize, usize),
}

impl<'a> TextArea<'a> {
    /// Three to sixteen rows, at most 20,000 characters.
    pub const fn new(text: &'a mut String) -> Self {
        Self { text, hint: "", limit: 20_000, rows: (3, 16) }
    }

    /// A hint that is shown while the area is empty.
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// The most characters that can be typed.
    pub const fn limit(mut self, characters: usize) -> Self {
        self.limit = characters;
        self
    }

    /// The fewest and the most visible rows.
    pub const fn rows(mut self, fewest: usize, most: usize) -> Self {
        self.rows = (fewest, most);
        self
    }
}

impl Widget for TextArea<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let palette = palette(ui);
        let line = ui.text_style_height(&egui::TextStyle::Body) + ui.spacing().extra_text_line_spacing;
        let framed = Frame::new()
            .fill(palette.surface)
            .stroke(Stroke::new(1.0, palette.edge))
            .corner_radius(6)
            .inner_margin(Margin::symmetric(10, 4))
            .show(ui, |ui| {
                ScrollArea::vertical()
                    .max_height(line * self.rows.1 as f32)
                    .auto_shrink([false, true])
                    .show(ui, |ui| {
                        let edit = TextEdit::multiline(self.text)
                            .char_limit(self.limit)
                            .desired_rows(self.rows.0)
                            .desired_width(f32::INFINITY)
                            .frame(Frame::NONE);
                        let edit =
                            if self.hint.is_empty() { edit } else { edit.hint_text(self.hint.to_owned()) };
                        let output = edit.show(ui);
                        let changed = spelled_ui(ui, &output, self.text);
                        let mut response = output.response.response;
                        if changed {
                            response.mark_changed();
                        }
                        response
                    })
                    .inner
            });
        let response = framed.inner;
        if response.has_focus() {
            ring_around(ui.ctx(), response.id, framed.response.rect);
        }
        response
    }
}

/// A password: hidden until its button shows it.
///
/// The caller owns the text and has to wipe it after use.
pub fn password_ui(ui: &mut Ui, text: &mut String) -> Response {
    let shown_id = ui.make_persistent_id("password_shown");
    let mut shown = ui.data(|data| data.get_temp::<bool>(shown_id)).unwrap_or(false);
    ui.horizontal(|ui| {
        let room = (ui.available_width() - 64.0 - space::S).clamp(120.0, 320.0);
        let edit = ui.add(TextEdit::singleline(text).password(!shown).char_limit(256).desired_width(room));
        let (word, name) = if shown { ("Hide", "Hide password") } else { ("Show", "Show password") };
        let button = ui.button(word);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
        if button.clicked() {
            shown = !shown;
            ui.data_mut(|data| data.insert_temp(shown_id, shown));
        }
        edit
    })
    .inner
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::{theme, widgets::field::Field};

    #[test]
    fn a_text_area_takes_lines_and_grows_only_to_its_limit() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, text: &mut String| {
                Field::new("Description").show(ui, |ui| ui.add(TextArea::new(text).rows(2, 4)));
            },
            String::new(),
        );
        harness.run();
        let low = harness.get_by_label("Description").rect().height();
        harness.get_by_label("Description").focus();
        harness.run();
        harness.get_by_label("Description").type_text("one");
        harness.key_press(egui::Key::Enter);
        harness.get_by_label("Description").type_text("two");
        harness.run();
        assert_eq!(harness.state(), "one\ntwo");
        "\nmore".repeat(30).clone_into(harness.state_mut());
        harness.run();
        assert!(harness.get_by_label("Description").rect().height() > low);
    }

    #[test]
    fn who_comes_into_a_line_by_tab_replaces_what_stands_there() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, texts: &mut [String; 2]| {
                let [name, login] = texts;
                Field::new("Full name").show(ui, |ui| ui.add(TextLine::new(name)));
                Field::new("Login").show(ui, |ui| ui.add(TextLine::new(login)));
            },
            ["Ana Keller".to_owned(), "ana".to_owned()],
        );
        harness.run();
        harness.get_by_label("Full name").focus();
        harness.run();
        for (modifiers, text) in [(egui::Modifiers::NONE, "akeller"), (egui::Modifiers::SHIFT, "Anna Keller")]
        {
            harness.key_press_modifiers(modifiers, egui::Key::Tab);
            harness.run();
            harness.event(egui::Event::Text(text.to_owned()));
            harness.run();
        }
        assert_eq!(harness.state(), &["Anna Keller", "akeller"]);
    }

    #[test]
    fn a_password_is_hidden_until_its_button_shows_it() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, text: &mut String| {
                Field::new("Password").show(ui, |ui| password_ui(ui, text));
            },
            "correct horse".to_owned(),
        );
        harness.run();
        assert_ne!(harness.get_by_label("Password").value().as_deref(), Some("correct horse"));
        harness.get_by_label("Show password").click();
        harness.run();
        assert_eq!(harness.get_by_label("Password").value().as_deref(), Some("correct horse"));
        harness.get_by_label("Hide password");
    }
}
