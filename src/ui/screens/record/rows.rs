//! The editor of a table field without a key: rows are added, filled in and removed. Its columns are declared.

use eframe::egui;
use egui::{Frame, Margin, Response, Ui, UiBuilder, accesskit::Role};

use super::field_context::FieldContext;
use super::input::cell_ui;
use super::typed::{Typed, TypedRow, blank_row};
use crate::domain::field::{FieldDef, FieldType};
use crate::domain::ids::Kind;
use crate::ui::theme::{bold, hint, palette, space};
use crate::ui::widgets::button::icon_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::icons::Icon;

/// All rows, each with a remove button, and a button to add one.
pub fn rows_ui(
    ui: &mut Ui,
    kind: Kind,
    field: &'static FieldDef,
    rows: &mut Vec<TypedRow>,
    context: &FieldContext,
) -> Response {
    let FieldType::Rows(columns) = field.ty else { return ui.label("") };
    let mut changed = false;
    let mut removed = None;
    let mut response = ui
        .scope_builder(UiBuilder::new().accessibility_role(Role::Group), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            for (index, row) in rows.iter_mut().enumerate() {
                ui.push_id(index, |ui| {
                    let (typed, gone) = row_ui(ui, (kind, index), columns, (row, context));
                    changed |= typed;
                    if gone {
                        removed = Some(index);
                    }
                });
            }
            if rows.len() >= field.rows_max {
                ui.label(hint(ui, format!("A field has at most {} rows.", field.rows_max)));
                return;
            }
            let name = format!("Add row to {}", field.label.to_lowercase());
            if ui.button("Add row").accessible_name(name).clicked() {
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
    (kind, index): (Kind, usize),
    columns: &'static [FieldDef],
    (row, context): (&mut TypedRow, &FieldContext),
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
                    [one] => changed |= cell(ui, kind, one, (row, context)),
                    several => ui.columns(2, |sides| {
                        for (side, column) in sides.iter_mut().zip(several) {
                            changed |= cell(side, kind, column, (row, context));
                        }
                    }),
                }
            }
        });
    });
    (changed, gone)
}

fn cell(
    ui: &mut Ui,
    kind: Kind,
    column: &'static FieldDef,
    (row, context): (&mut TypedRow, &FieldContext),
) -> bool {
    let typed =
        row.entry(column.name.to_owned()).or_insert_with(|| Typed::of(column, &serde_json::Value::Null));
    let help = column.help();
    let mark = mark(kind, column);
    let mut frame = Field::new(column.label).help(&help, column.clause);
    if let Some(mark) = &mark {
        frame = frame.required(mark);
    }
    frame.show(ui, |ui| cell_ui(ui, column, typed, context)).changed()
}

/// From when a cell is required, as text.
fn mark(kind: Kind, column: &FieldDef) -> Option<String> {
    let from = kind.def().state(column.required_from?)?;
    let at_once = from.code == kind.def().initial();
    Some(if at_once { "required".to_owned() } else { format!("required from “{}”", from.word) })
}

/// Groups of columns: two adjacent narrow ones side by side, a wide one alone.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Line;

    #[test]
    fn a_cell_is_marked_by_the_state_from_which_its_column_is_required() {
        let column = |state: &'static str| FieldDef::new::<Line>("party", "Party", "").required(state);
        let def = Kind::ProblemReport.def();
        assert_eq!(mark(Kind::ProblemReport, &column(def.initial())).as_deref(), Some("required"));
        assert_eq!(mark(Kind::ProblemReport, &column("closed")).as_deref(), Some("required from “Closed”"));
        assert_eq!(mark(Kind::ProblemReport, &FieldDef::new::<Line>("party", "Party", "")), None);
    }
}
