//! The widgets of a list: a filter, its columns, its cells.

use std::rc::Rc;

use eframe::egui::{Align, Color32, Layout, TextStyle, Ui, vec2};

use super::ANY;
use super::shown::{FIXED, Line, cell_of, field_of, titles};
use crate::domain::field::FieldType;
use crate::domain::ids::Kind;
use crate::ops::Attention;
use crate::ui::theme::{hint, space};
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::table::{Cell, Column, Width};

/// A filter by one of some choices.
pub(super) fn filter_ui(ui: &mut Ui, label: &str, chosen: &mut Option<String>, choices: &[Choice<'_>]) {
    let font = TextStyle::Small.resolve(ui.style());
    let words = ui.painter().layout_no_wrap(label.to_owned(), font, Color32::PLACEHOLDER).size().x;
    // Both together go to the next line where they have no room in this one.
    let size = vec2(words + ui.spacing().item_spacing.x + FILTER, space::ROW);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        let name = ui.label(hint(ui, label)).id;
        ui.push_id(label, |ui| {
            ui.set_max_width(FILTER);
            let mut code = Some(chosen.clone().unwrap_or_else(|| ANY.to_owned()));
            let any = Choice { code: ANY, word: "Any", meaning: "" };
            let choices: Vec<Choice<'_>> = std::iter::once(any).chain(choices.iter().copied()).collect();
            ui.label_inputs_by(name, |ui| choice_ui(ui, &mut code, &choices, false));
            *chosen = code.filter(|code| code != ANY);
        });
    });
}

/// Width of the choices of a filter, in points.
const FILTER: f32 = 168.0;

/// The columns of a kind.
pub(super) fn columns(kind: Kind) -> Vec<Column<'static>> {
    let mut columns = Vec::new();
    let last = titles(kind).len().saturating_sub(1);
    for (index, title) in titles(kind).into_iter().enumerate() {
        let width = match index {
            0 => Width::Fixed(92.0),
            1 => Width::Rest(220.0),
            2 => Width::Fixed(172.0),
            3 => Width::Fixed(if kind.def().assignable { 130.0 } else { 72.0 }),
            _ if index == last => Width::Fixed(100.0),
            // Identifiers of advisories are up to 19 characters long.
            _ if field_of(kind, index).is_some_and(|field| field.ty == FieldType::Line) => {
                Width::Fixed(164.0)
            }
            _ => Width::Fixed(130.0),
        };
        let number = field_of(kind, index).is_some_and(|field| field.ty == FieldType::Number);
        let column = Column::new(title, width);
        columns.push(if number { column.right() } else { column });
    }
    columns
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
pub(super) fn cell(line: &Line, column: usize) -> Cell<'_> {
    let text = cell_of(line, column);
    match (column, &line.attention) {
        (0, Some((tone, _))) => Cell::toned(*tone, text),
        (2, _) => Cell::toned(line.tone, text),
        (FIXED.., _) => Cell::weak(text),
        (_, _) => Cell::from(text),
    }
}
