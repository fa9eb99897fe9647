//! A list of short texts: add, remove and reorder, all by keyboard. It does not know what the texts mean.

use eframe::egui;
use egui::{Button, Id, Key, Modifiers, Response, TextEdit, Ui, UiBuilder, accesskit::Role, vec2};

use super::{
    button::{icon_ui, off_because},
    icons::Icon,
};
use crate::domain::text::capital;
use crate::ui::theme::space;

enum Act {
    Up(usize),
    Down(usize),
    Remove(usize),
    Insert(usize),
}

/// The position of a row.
struct Row<'a> {
    list: Id,
    noun: &'a str,
    index: usize,
    count: usize,
}

/// Short texts, one per row. `noun` names them: "step" gives "Step 1", "Add step".
///
/// Alt+Up and Alt+Down move the focused row; Enter adds one below it.
pub fn lines_ui(ui: &mut Ui, lines: &mut Vec<String>, noun: &str) -> Response {
    let list = ui.make_persistent_id(("lines", noun));
    let mut act = None;
    let mut changed = false;
    let mut response = ui
        .scope_builder(UiBuilder::new().accessibility_role(Role::Group), |ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            let count = lines.len();
            for (index, line) in lines.iter_mut().enumerate() {
                let row = Row { list, noun, index, count };
                let (typed, asked) = row.show(ui, line);
                changed |= typed;
                act = asked.or(act.take());
            }
            if ui.add(Button::new(format!("Add {noun}"))).clicked() {
                act = Some(Act::Insert(count));
            }
        })
        .response;
    if let Some(act) = act {
        let focus = perform(lines, act);
        if focus < lines.len() {
            ui.memory_mut(|memory| memory.request_focus(list.with(focus)));
        }
        changed = true;
    }
    if changed {
        response.mark_changed();
    }
    response
}

impl Row<'_> {
    /// Draws the row; returns whether its text changed, and the action of its buttons and keys.
    fn show(&self, ui: &mut Ui, line: &mut String) -> (bool, Option<Act>) {
        let name = format!("{} {}", capital(self.noun), self.index + 1);
        let mut act = self.keys(ui);
        let mut changed = false;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let width = (ui.available_width() - 3.0 * (space::ROW + space::XS)).max(120.0);
            let edit = TextEdit::singleline(line).id(self.list.with(self.index)).char_limit(500);
            let edit =
                ui.add(edit.min_size(vec2(width, 0.0)).desired_width(width)).accessible_name(name.clone());
            changed = edit.changed();
            if edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                act = Some(Act::Insert(self.index + 1));
            }
            let mut button = |enabled: bool, icon: Icon, words: String, then: Act| {
                let button = ui.add_enabled_ui(enabled, |ui| icon_ui(ui, icon, &words)).inner;
                if off_because(button, "It is at the end").clicked() {
                    act = Some(then);
                }
            };
            button(self.index > 0, Icon::Up, format!("Move {name} up"), Act::Up(self.index));
            let last = self.index + 1 == self.count;
            button(!last, Icon::Down, format!("Move {name} down"), Act::Down(self.index));
            button(true, Icon::Close, format!("Remove {name}"), Act::Remove(self.index));
        });
        (changed, act)
    }

    fn keys(&self, ui: &Ui) -> Option<Act> {
        if !ui.memory(|memory| memory.has_focus(self.list.with(self.index))) {
            return None;
        }
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::ALT, key));
        if self.index > 0 && pressed(Key::ArrowUp) {
            return Some(Act::Up(self.index));
        }
        (self.index + 1 < self.count && pressed(Key::ArrowDown)).then_some(Act::Down(self.index))
    }
}

/// Performs the action and returns the row to focus.
fn perform(lines: &mut Vec<String>, act: Act) -> usize {
    match act {
        Act::Up(index) => {
            lines.swap(index - 1, index);
            index - 1
        }
        Act::Down(index) => {
            lines.swap(index, index + 1);
            index + 1
        }
        Act::Remove(index) => {
            lines.remove(index);
            index.saturating_sub(1)
        }
        Act::Insert(index) => {
            lines.insert(index, String::new());
            index
        }
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::{theme, widgets::field::Field};

    fn harness(lines: &[&str]) -> Harness<'static, Vec<String>> {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, lines: &mut Vec<String>| {
                Field::new("Steps to see it").show(ui, |ui| lines_ui(ui, lines, "step"));
            },
            lines.iter().map(|&line| line.to_owned()).collect(),
        );
        harness.run();
        harness
    }

    #[test]
    fn a_line_is_added_typed_and_removed() {
        let mut harness = harness(&["Switch on"]);
        harness.get_by_label("Add step").click();
        harness.run();
        assert!(harness.get_by_label("Step 2").is_focused(), "the new line has the focus");
        harness.get_by_label("Step 2").type_text("Wait");
        harness.run();
        assert_eq!(harness.state(), &["Switch on", "Wait"]);
        harness.get_by_label("Remove Step 1").click();
        harness.run();
        assert_eq!(harness.state(), &["Wait"]);
    }

    #[test]
    fn alt_and_an_arrow_move_the_focused_line() {
        let mut harness = harness(&["one", "two", "three"]);
        harness.get_by_label("Step 3").focus();
        harness.run();
        harness.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
        harness.run();
        assert_eq!(harness.state(), &["one", "three", "two"]);
        assert!(harness.get_by_label("Step 2").is_focused(), "the focus moves with the line");
        harness.get_by_label("Move Step 1 down").click();
        harness.run();
        assert_eq!(harness.state(), &["three", "one", "two"]);
    }
}
