//! Rows with a key: the questions of an impact analysis and the repeat matrix of clause 5. One table serves both.

use eframe::egui;
use egui::{Key, Label, Modifiers, Response, Ui, UiBuilder, accesskit::Role};

use super::field_context::FieldContext;
use super::input::cell_ui;
use super::typed::{Typed, TypedRow, blank_row, fill_row};
use crate::domain::field::{FieldDef, FieldType};
use crate::domain::kind::{KeyRow, RowKey};
use crate::ui::theme::{Tone, bold, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::segments_ui;
use crate::ui::widgets::notice::rule_ui;
use crate::ui::widgets::reach::{Near, focus_what_follows, has_focus_within, open_is_here, reach};
use crate::ui::widgets::text::{TextArea, TextLine};

/// One row to fill.
struct RowToFill {
    code: String,
    text: &'static str,
    source: &'static str,
    mandatory: bool,
}

/// The rows to fill: those that are asked, and those that already exist.
fn to_fill(key: RowKey, known: &[KeyRow], rows: &[TypedRow]) -> Vec<RowToFill> {
    let there = |code: &str| rows.iter().any(|row| code_of(key, row) == code);
    let mut asked: Vec<RowToFill> = known
        .iter()
        .filter(|row| row.asked || there(row.code))
        .map(|row| RowToFill {
            code: row.code.to_owned(),
            text: row.text,
            source: row.source,
            mandatory: row.mandatory,
        })
        .collect();
    for row in rows {
        let code = code_of(key, row);
        if !code.is_empty() && asked.iter().all(|known| known.code != code) {
            asked.push(RowToFill { code: code.to_owned(), text: "", source: "", mandatory: false });
        }
    }
    asked
}

/// Width of the column of the codes, in points: enough for the longest.
pub fn code_width(known: &[KeyRow]) -> f32 {
    let longest = known.iter().map(|row| row.code.chars().count()).max().unwrap_or(0);
    19.2 + 5.6 * longest as f32
}

fn code_of(key: RowKey, row: &TypedRow) -> &str {
    match row.get(key.column) {
        Some(Typed::Text(code)) => code,
        Some(Typed::YesNo(_) | Typed::Choice(_) | Typed::Several(_) | Typed::Moment(..) | Typed::Rows(_))
        | None => "",
    }
}

/// The answer or decision: the first choice among the columns.
fn decided(columns: &[FieldDef], row: &TypedRow) -> bool {
    columns
        .iter()
        .find(|column| matches!(column.ty, FieldType::Choice(_)))
        .and_then(|column| row.get(column.name))
        .is_some_and(|cell| !cell.is_blank())
}

/// All rows of a keyed table, each with its question or activity, and the number of finished ones.
pub fn keyed_ui(
    ui: &mut Ui,
    (key, known): (RowKey, &[KeyRow]),
    columns: &'static [FieldDef],
    rows: &mut Vec<TypedRow>,
    context: &FieldContext,
) -> Response {
    let asked = to_fill(key, known, rows);
    let width = code_width(known);
    let mut changed = false;
    let mut response = ui
        .scope_builder(UiBuilder::new().accessibility_role(Role::Group), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            // One scope, so that the inputs below keep their ids, and the focus, when a line is added.
            ui.scope(|ui| progress_ui(ui, key, columns, (&asked, rows)));
            let mut offered = false;
            for (number, one) in asked.iter().enumerate() {
                rule_ui(ui);
                seek_ui(ui, key, columns, (one, rows));
                let inside = ui.push_id(&one.code, |ui| {
                    let at = rows.iter().position(|row| code_of(key, row) == one.code);
                    let mut row =
                        at.and_then(|at| rows.get(at).cloned()).unwrap_or_else(|| blank_row(columns));
                    if row_ui(ui, (one, width), key, columns, (&mut row, context)) {
                        changed = true;
                        row.insert(key.column.to_owned(), Typed::Text(one.code.clone()));
                        match at.and_then(|at| rows.get_mut(at)) {
                            Some(old) => *old = row.clone(),
                            None => rows.push(row.clone()),
                        }
                    }
                    let left = open_after(&asked, number, key, columns, rows);
                    let next = asked.get(number + 1).is_some_and(|next| left.contains(&next.code));
                    let offers = decided(columns, &row) && next && !std::mem::replace(&mut offered, true);
                    let words = if key.own_words { "Same answer" } else { "Same" };
                    // Inside the row, so that the inputs of other rows keep their ids and the focus.
                    let pressed = offers && same_ui(ui, words, left.len());
                    (row, left, pressed)
                });
                let ((row, left, pressed), place) = (inside.inner, inside.response.rect);
                let by_key = || decided(columns, &row) && has_focus_within(ui, place) && same_by_key(ui);
                if pressed || by_key() {
                    changed |= fill(&left, key, columns, rows, &row);
                }
            }
        })
        .response;
    if changed {
        response.mark_changed();
    }
    response
}

/// Gives a row the focus if it was chosen in the palette, or if an open one is sought.
fn seek_ui(ui: &Ui, key: RowKey, columns: &[FieldDef], (one, rows): (&RowToFill, &[TypedRow])) {
    if reach(ui, Near::Place, &one.code, one.text) {
        focus_what_follows(ui);
    } else if !rows.iter().any(|row| code_of(key, row) == one.code && decided(columns, row)) {
        open_is_here(ui);
    }
}

/// The codes of the mandatory rows after the one at `number` that are open.
fn open_after(
    asked: &[RowToFill],
    number: usize,
    key: RowKey,
    columns: &[FieldDef],
    rows: &[TypedRow],
) -> Vec<String> {
    let done = |code: &str| rows.iter().any(|row| code_of(key, row) == code && decided(columns, row));
    let after = asked.iter().skip(number + 1).filter(|one| one.mandatory && !done(&one.code));
    after.map(|one| one.code.clone()).collect()
}

/// Gives the open rows what a decided row says.
fn fill(
    left: &[String],
    key: RowKey,
    columns: &[FieldDef],
    rows: &mut Vec<TypedRow>,
    from: &TypedRow,
) -> bool {
    for code in left {
        if !rows.iter().any(|row| code_of(key, row) == code) {
            let mut row = blank_row(columns);
            row.insert(key.column.to_owned(), Typed::Text(code.clone()));
            rows.push(row);
        }
        if let Some(row) = rows.iter_mut().find(|row| code_of(key, row) == code) {
            fill_row(columns, from, row, key.own_words);
        }
    }
    !left.is_empty()
}

/// The button that copies a row into the open rows below it.
pub(super) fn same_ui(ui: &mut Ui, words: &str, left: usize) -> bool {
    let rows = if left == 1 { "row" } else { "rows" };
    ui.button(format!("{words} for the {left} open {rows}"))
        .on_hover_text("Ctrl+D. What is decided already stays as it is.")
        .clicked()
}

/// Whether its keys were pressed.
pub(super) fn same_by_key(ui: &Ui) -> bool {
    ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::D))
}

fn progress_ui(ui: &mut Ui, key: RowKey, columns: &[FieldDef], (asked, rows): (&[RowToFill], &[TypedRow])) {
    let done =
        |one: &&RowToFill| rows.iter().any(|row| code_of(key, row) == one.code && decided(columns, row));
    let mandatory: Vec<&RowToFill> = asked.iter().filter(|one| one.mandatory).collect();
    let count = mandatory.iter().filter(|one| done(one)).count();
    let all = count == mandatory.len();
    let words = format!("{count} of {} mandatory {}", mandatory.len(), key.filled);
    tone_words_ui(ui, if all { Tone::Good } else { Tone::Due }, &words);
    let open: Vec<&str> = mandatory.iter().filter(|one| !done(one)).map(|one| one.code.as_str()).collect();
    if !open.is_empty() && count > 0 {
        ui.add(Label::new(hint(ui, format!("Still open: {}", open.join(", ")))).wrap());
    }
}

fn row_ui(
    ui: &mut Ui,
    (one, width): (&RowToFill, f32),
    key: RowKey,
    columns: &'static [FieldDef],
    (row, context): (&mut TypedRow, &FieldContext),
) -> bool {
    ui.horizontal_top(|ui| {
        ui.scope(|ui| {
            ui.set_width(width);
            ui.label(bold(&one.code));
        });
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            if !one.text.is_empty() {
                ui.add(Label::new(one.text).wrap());
            }
            let need = if one.mandatory { "required" } else { "optional" };
            let under =
                if one.source.is_empty() { need.to_owned() } else { format!("{} · {need}", one.source) };
            ui.label(hint(ui, under));
            let mut changed = false;
            for column in columns.iter().filter(|column| column.name != key.column) {
                let name = format!("{} of {}", column.label, one.code);
                let cell = row
                    .entry(column.name.to_owned())
                    .or_insert_with(|| Typed::of(column, &serde_json::Value::Null));
                changed |= column_ui(ui, column, &name, (cell, context));
            }
            changed
        })
        .inner
    })
    .inner
}

fn column_ui(
    ui: &mut Ui,
    column: &'static FieldDef,
    name: &str,
    (cell, context): (&mut Typed, &FieldContext),
) -> bool {
    match (column.ty, cell) {
        (FieldType::Choice(options), Typed::Choice(code)) => {
            let words: Vec<&str> = options.iter().map(|option| option.word).collect();
            let on = options.iter().position(|option| Some(option.code) == code.as_deref());
            let builder =
                UiBuilder::new().accessibility_role(Role::RadioGroup).accessibility_label(name.to_owned());
            let pressed = ui.scope_builder(builder, |ui| segments_ui(ui, &words, on)).inner;
            let Some(option) = pressed.and_then(|index| options.get(index)) else { return false };
            // A second press clears the answer.
            *code = if code.as_deref() == Some(option.code) { None } else { Some(option.code.to_owned()) };
            true
        }
        (FieldType::Text, Typed::Text(text)) => ui
            .add(TextArea::new(text).hint(column.label).rows(1, 8))
            .accessible_name(name.to_owned())
            .changed(),
        (FieldType::Line, Typed::Text(text)) => {
            ui.add(TextLine::new(text).hint(column.label)).accessible_name(name.to_owned()).changed()
        }
        (_, cell) => cell_ui(ui, column, cell, context).changed(),
    }
}
