//! The widgets of a list: a filter, its columns, its cells.

use std::rc::Rc;

use eframe::egui::{Align, Color32, Layout, TextStyle, Ui, vec2};

use super::ANY;
use crate::ops::Attention;
use crate::ops::listing::{ListColumn, ListLine};
use crate::ui::screens::parts::tone_of;
use crate::ui::theme::{hint, space};
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::table::{Cell, Column, Width};

/// A filter by one of some choices; `any` is the word for no filter.
pub(super) fn filter_ui(
    ui: &mut Ui,
    (label, any): (&str, &str),
    chosen: &mut Option<String>,
    choices: &[Choice<'_>],
) {
    let font = TextStyle::Small.resolve(ui.style());
    let words = ui.painter().layout_no_wrap(label.to_owned(), font, Color32::PLACEHOLDER).size().x;
    // Both together go to the next line where they have no room in this one.
    let size = vec2(words + ui.spacing().item_spacing.x + FILTER, space::ROW);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        let name = ui.label(hint(ui, label)).id;
        ui.push_id(label, |ui| {
            ui.set_max_width(FILTER);
            let mut code = Some(chosen.clone().unwrap_or_else(|| ANY.to_owned()));
            let any = Choice { code: ANY, word: any, meaning: "" };
            let choices: Vec<Choice<'_>> = std::iter::once(any).chain(choices.iter().copied()).collect();
            ui.label_inputs_by(name, |ui| choice_ui(ui, &mut code, &choices, false));
            *chosen = code.filter(|code| code != ANY);
        });
    });
}

/// Width of the choices of a filter, in points.
const FILTER: f32 = 150.0;
/// The widest column besides the title, in points: identifiers of advisories and packages are long.
const WIDEST: f32 = 240.0;
/// The narrowest title, in points.
const TITLE: f32 = 220.0;

/// The columns of the table: each as wide as it needs, and the title as wide as there is room.
pub(super) fn columns(columns: &[ListColumn]) -> Vec<Column<'static>> {
    let column = |column: &ListColumn| {
        let width = if column.is_title() { Width::Rest(TITLE) } else { Width::Fit(WIDEST) };
        let made = Column::new(column.title, width);
        if column.is_number() { made.right() } else { made }
    };
    columns.iter().map(column).collect()
}

/// Whether both are the same list, or both are none.
pub(super) fn same_list(one: Option<&Rc<Attention>>, other: Option<&Rc<Attention>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Rc::ptr_eq(one, other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// A cell of a line, borrowed. A record that needs attention has a shape before its number.
pub(super) fn cell<'a>(line: &'a ListLine, (place, column): (usize, &ListColumn)) -> Cell<'a> {
    let text = line.cell(place);
    if column.is_id() {
        return match &line.wants {
            Some(wants) => Cell::toned(tone_of(wants.tone), text),
            None => Cell::from(text),
        };
    }
    if column.is_state() {
        return Cell::toned(tone_of(line.tone), text);
    }
    if column.is_title() || column.code == "owner" { Cell::from(text) } else { Cell::weak(text) }
}
