//! The editor of a table field without a key: rows are added, filled in and removed. Its columns are declared.

use eframe::egui;
use egui::{Frame, Margin, Response, Ui, UiBuilder, accesskit::Role};

use super::field_context::FieldContext;
use super::input::cell_ui;
use super::keyed::{same_by_key, same_ui};
use super::typed::{Typed, TypedRow, blank_row, fill_row, is_open};
use crate::domain::field::{FieldDef, FieldType};
use crate::domain::ids::Kind;
use crate::ui::theme::{bold, hint, palette, space};
use crate::ui::widgets::button::icon_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::icons::Icon;
use crate::ui::widgets::reach::{focus_what_follows, has_focus_within, open_is_here};

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
            let slot = ui.make_persistent_id(("new_row", field.name));
            for index in 0..rows.len() {
                let left = open_below(columns, rows, index);
                let Some(row) = rows.get_mut(index) else { continue };
                let inside = ui.push_id(index, |ui| {
                    let is_new = is_new(ui, slot, index);
                    let (typed, gone) = row_ui(ui, (kind, index, is_new), columns, (row, context));
                    changed |= typed;
                    if gone {
                        removed = Some(index);
                    }
                    let next = !is_open(columns, row) && left.first() == Some(&(index + 1));
                    next && same_ui(ui, "Same", left.len())
                });
                let (pressed, place, from) = (inside.inner, inside.response.rect, row.clone());
                let by_key = || !is_open(columns, &from) && has_focus_within(ui, place) && same_by_key(ui);
                if pressed || by_key() {
                    for at in left {
                        if let Some(row) = rows.get_mut(at) {
                            changed |= fill_row(columns, &from, row, false);
                        }
                    }
                }
            }
            if rows.len() >= field.rows_max {
                ui.label(hint(ui, format!("A field has at most {} rows.", field.rows_max)));
                return;
            }
            open_is_here(ui);
            let name = format!("Add row to {}", field.label.to_lowercase());
            if ui.button("Add row").accessible_name(name).clicked() {
                ui.data_mut(|data| data.insert_temp(slot, rows.len()));
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

/// Whether the row at `index` was just added, which is told once.
fn is_new(ui: &Ui, slot: egui::Id, index: usize) -> bool {
    let new = !ui.is_sizing_pass() && ui.data(|data| data.get_temp::<usize>(slot)) == Some(index);
    if new {
        ui.data_mut(|data| data.remove_temp::<usize>(slot));
    }
    new
}

/// The rows below one that are open.
fn open_below(columns: &[FieldDef], rows: &[TypedRow], index: usize) -> Vec<usize> {
    let below = rows.iter().enumerate().skip(index + 1).filter(|(_, row)| is_open(columns, row));
    below.map(|(at, _)| at).collect()
}

/// A new row gets the focus.
fn row_ui(
    ui: &mut Ui,
    (kind, index, is_new): (Kind, usize, bool),
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
            let head = ui.horizontal(|ui| {
                ui.set_min_size(egui::vec2(ui.available_width(), space::ROW));
                ui.label(bold(&name));
            });
            if is_new {
                focus_what_follows(ui);
            }
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
            // Drawn last, so that Tab comes to the cells first.
            let corner = egui::Rect::from_min_max(
                head.response.rect.right_top() - egui::vec2(space::ROW, 0.0),
                head.response.rect.right_bottom(),
            );
            ui.scope_builder(UiBuilder::new().max_rect(corner), |ui| {
                gone = icon_ui(ui, Icon::Close, &format!("Remove row {}", index + 1)).clicked();
            });
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
    if typed.is_blank() {
        open_is_here(ui);
    }
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
