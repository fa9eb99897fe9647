//! The editor of a table field without a key: rows are added, filled and removed. Which columns there are is declared.

use eframe::egui;
use egui::{Frame, Margin, Response, Ui, UiBuilder, accesskit::Role};

use super::input::cell_ui;
use super::places::Places;
use super::typed::{Typed, TypedRow, blank_row};
use crate::domain::field::{FieldDef, FieldType};
use crate::ui::theme::{bold, palette, space};
use crate::ui::widgets::button::icon_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::icons::Icon;

/// All rows, each with a button that removes it, and one that adds another.
pub fn rows_ui(ui: &mut Ui, columns: &'static [FieldDef], rows: &mut Vec<TypedRow>, places: &Places) -> Response {
    let mut changed = false;
    let mut removed = None;
    let mut response = ui
        .scope_builder(UiBuilder::new().accessibility_role(Role::Group), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            for (index, row) in rows.iter_mut().enumerate() {
                ui.push_id(index, |ui| {
                    let (typed, gone) = row_ui(ui, index, columns, (row, places));
                    changed |= typed;
                    if gone {
                        removed = Some(index);
                    }
                });
            }
            if ui.button("Add row").clicked() {
                rows.push(blank_row(columns));
                changed = true;
            }
        })
        .response;
    if let Some(index) = removed.filter(|index| *index < rows.len()) {
        rows.remove(index);
        changed = true;
    }
    if changed {
        response.mark_changed();
    }
    response
}

fn row_ui(
    ui: &mut Ui,
    index: usize,
    columns: &'static [FieldDef],
    (row, places): (&mut TypedRow, &Places),
) -> (bool, bool) {
    let palette = palette(ui);
    let name = format!("Row {}", index + 1);
    let mut changed = false;
    let mut gone = false;
    let frame = Frame::new()
        .stroke(egui::Stroke::new(1.0, palette.line))
        .corner_radius(6)
        .inner_margin(Margin::symmetric(12, 8));
    let builder = UiBuilder::new().accessibility_role(Role::Group).accessibility_label(name.clone());
    ui.scope_builder(builder, |ui| {
        frame.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            ui.horizontal(|ui| {
                ui.label(bold(&name));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    gone = icon_ui(ui, Icon::Close, &format!("Remove row {}", index + 1)).clicked();
                });
            });
            for pair in pairs(columns) {
                match pair {
                    [one] => changed |= cell(ui, one, (row, places)),
                    several => ui.columns(2, |sides| {
                        for (side, column) in sides.iter_mut().zip(several) {
                            changed |= cell(side, column, (row, places));
                        }
                    }),
                }
            }
        });
    });
    (changed, gone)
}

fn cell(ui: &mut Ui, column: &'static FieldDef, (row, places): (&mut TypedRow, &Places)) -> bool {
    let typed = row.entry(column.name.to_owned()).or_insert_with(|| Typed::of(column, &serde_json::Value::Null));
    let help = column.help();
    Field::new(column.label)
        .help(&help, column.clause)
        .show(ui, |ui| cell_ui(ui, column, typed, places))
        .changed()
}

/// Columns side by side where two narrow ones follow each other; a wide one alone.
fn pairs(columns: &'static [FieldDef]) -> Vec<&'static [FieldDef]> {
    let wide = |column: &FieldDef| {
        matches!(
            column.ty,
            FieldType::Text | FieldType::Moment | FieldType::Rows(_) | FieldType::Lines | FieldType::Records
        )
    };
    let mut pairs = Vec::new();
    let mut rest = columns;
    while !rest.is_empty() {
        let take = match rest {
            [one, two, ..] if !wide(one) && !wide(two) => 2,
            _ => 1,
        };
        let (now, later) = rest.split_at(take);
        pairs.push(now);
        rest = later;
    }
    pairs
}
