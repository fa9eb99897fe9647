//! A field's value as text: on the page and in a signature.

use std::collections::BTreeMap;

use eframe::egui;
use egui::{Align, Label, Layout, Ui, UiBuilder, accesskit::Role};
use serde_json::Value;

use super::keyed::code_width;
use crate::domain::field::{FieldDef, FieldType, ValueFormat, is_empty, record_ids};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::RowKey;
use crate::domain::record::RecordData;
use crate::domain::signature::Part;
use crate::domain::text::counted;
use crate::domain::time::{Day, Moment};
use crate::ui::theme::{bold, hint, size, space, text_width};
use crate::ui::widgets::date_field::{DateKind, relative_words};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::rule_ui;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};

/// Width of the label column, in points.
pub const LABELS: f32 = 200.0;
/// Most columns side by side; more are shown one below the other.
const COLUMNS_MAX: usize = 4;

/// Most rows of a table that are written out; longer tables scroll.
const ROWS_MAX: usize = 30;
/// Greatest height of a table that scrolls, in points.
const LONG: f32 = 340.0;

/// Names of persons by number.
pub type Names = BTreeMap<RecordId, String>;

/// The context for formatting a value.
pub struct Reading<'a> {
    /// Names of persons.
    pub names: &'a Names,
    /// Titles of other records.
    pub title: &'a dyn Fn(RecordId) -> Option<String>,
    /// Today, in local time.
    pub today: Day,
    /// Minutes by which local time is ahead of UTC.
    pub offset_minutes: i32,
}

impl ValueFormat for Reading<'_> {
    fn record(&self, id: RecordId) -> String {
        Signed(self.names).record(id)
    }

    fn day(&self, day: Day) -> String {
        format!("{day} ({})", relative_words(day.date(), self.today.date(), DateKind::Plain))
    }

    fn moment(&self, moment: Moment) -> String {
        moment.with_offset_words(self.offset_minutes)
    }
}

/// Values in signed form: persons by name and number, moments in UTC.
struct Signed<'a>(&'a Names);

impl ValueFormat for Signed<'_> {
    fn record(&self, id: RecordId) -> String {
        self.0.get(&id).map_or_else(|| id.to_string(), |name| format!("{name} ({id})"))
    }
}

/// The content of a part of a record that a signature covers: heading, label, value.
pub fn shown(data: &RecordData, part: Part, names: &Names) -> Vec<(String, String, String)> {
    let mut rows = Vec::new();
    for section in data.def().sections.iter().filter(|section| part == Part::Content || section.scope) {
        for field in section.fields {
            let value = data.value(field.name);
            if !is_empty(value) {
                let words = signed_words(data, field, value, names);
                rows.push((section.title.to_owned(), field.label.to_owned(), words));
            }
        }
    }
    rows
}

/// State and filled list columns of a record that is covered as a part of another, on one line.
pub fn covered_facts(data: &RecordData, names: &Names) -> String {
    let state = data.state().map_or(data.head.state.as_str(), |state| state.word);
    let mut facts = vec![state.to_owned()];
    for field in data.def().columns.iter().filter_map(|name| data.def().field(name)) {
        let value = data.value(field.name);
        if !is_empty(value) {
            facts.push(format!("{}: {}", field.label, field.display(value, &Signed(names))));
        }
    }
    facts.join(" · ")
}

/// A keyed row begins with the text of its code, so that the signer sees the question.
fn signed_words(data: &RecordData, field: &FieldDef, value: &Value, names: &Names) -> String {
    let (Some(key), FieldType::Rows(columns)) = (data.def().key_of(field.name), field.ty) else {
        return field.display(value, &Signed(names));
    };
    let Some(rows) = value.as_array() else { return String::new() };
    let lines = rows.iter().map(|row| {
        let code = row.get(key.column).and_then(Value::as_str).unwrap_or_default();
        let cells: Vec<String> = columns
            .iter()
            .filter(|column| column.name != key.column)
            .filter_map(|column| row.get(column.name).map(|cell| column.display(cell, &Signed(names))))
            .filter(|cell| !cell.is_empty())
            .collect();
        let said = if cells.is_empty() { "not answered".to_owned() } else { cells.join(" · ") };
        format!("{code}  {}\n{said}", key.text(code))
    });
    lines.collect::<Vec<_>>().join("\n\n")
}

/// Draws label and value side by side. Returns the record of a pressed link.
pub fn field_ui(
    ui: &mut Ui,
    kind: Kind,
    field: &'static FieldDef,
    value: &Value,
    reading: &Reading<'_>,
) -> Option<RecordId> {
    let wide = matches!(field.ty, FieldType::Rows(_));
    if wide {
        ui.add(Label::new(hint(ui, field.label)).wrap());
        let gone = value_ui(ui, kind, field, value, reading);
        ui.add_space(space::XS);
        return gone;
    }
    ui.horizontal_top(|ui| {
        let label_width = LABELS.min(ui.available_width() / 3.0);
        ui.allocate_ui_with_layout(egui::vec2(label_width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(label_width);
            ui.add(Label::new(hint(ui, field.label)).wrap());
        });
        let width = text_width(ui);
        let layout = Layout::top_down(Align::Min);
        ui.allocate_ui_with_layout(egui::vec2(width, 0.0), layout, |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = space::XS;
            value_ui(ui, kind, field, value, reading)
        })
        .inner
    })
    .inner
}

fn value_ui(
    ui: &mut Ui,
    kind: Kind,
    field: &'static FieldDef,
    value: &Value,
    reading: &Reading<'_>,
) -> Option<RecordId> {
    if is_empty(value) {
        ui.label(hint(ui, "—"));
        return None;
    }
    match field.ty {
        FieldType::Record | FieldType::Records => references_ui(ui, value, reading),
        FieldType::Rows(columns) => match kind.def().key_of(field.name) {
            Some(key) => {
                keyed_ui(ui, key, columns, value);
                None
            }
            None => {
                rows_ui(ui, columns, value, reading);
                None
            }
        },
        FieldType::Line
        | FieldType::Text
        | FieldType::YesNo
        | FieldType::Number
        | FieldType::Day
        | FieldType::Moment
        | FieldType::Choice(_)
        | FieldType::Choices(_)
        | FieldType::Lines => {
            ui.add(Label::new(field.display(value, reading)).wrap());
            None
        }
    }
}

fn references_ui(ui: &mut Ui, value: &Value, reading: &Reading<'_>) -> Option<RecordId> {
    let mut gone = None;
    for id in record_ids(value) {
        if id.kind == Kind::Person {
            let name = reading.names.get(&id).cloned().unwrap_or_else(|| id.to_string());
            ui.add(Label::new(name).wrap());
            continue;
        }
        let text = (reading.title)(id).map_or_else(|| id.to_string(), |title| format!("{id}  {title}"));
        if link_ui(ui, &text).clicked() {
            gone = Some(id);
        }
    }
    gone
}

fn keyed_ui(ui: &mut Ui, key: RowKey, columns: &'static [FieldDef], value: &Value) {
    let width = code_width(&(key.rows)(None)) + space::S;
    for row in value.as_array().into_iter().flatten() {
        let code = row.get(key.column).and_then(Value::as_str).unwrap_or_default();
        ui.horizontal_top(|ui| {
            fixed(ui, width, |ui| {
                ui.label(bold(code));
            });
            ui.vertical(|ui| {
                ui.set_max_width(text_width(ui));
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.add(Label::new(hint(ui, key.text(code))).wrap());
                let cells: Vec<String> = columns
                    .iter()
                    .filter(|column| column.name != key.column)
                    .filter_map(|column| row.get(column.name).map(|cell| column.words(cell)))
                    .filter(|cell| !cell.is_empty())
                    .collect();
                match cells.split_first() {
                    Some((answer, rest)) => {
                        ui.horizontal_wrapped(|ui| {
                            ui.label(bold(answer));
                            for more in rest {
                                ui.add(Label::new(more).wrap());
                            }
                        });
                    }
                    None => {
                        ui.label(hint(ui, "Not answered yet"));
                    }
                }
            });
        });
        ui.add_space(space::S);
    }
}

fn fixed(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(egui::vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        contents(ui);
    });
}

/// A small table; a row with many columns is shown as labels and values one below the other.
fn rows_ui(ui: &mut Ui, columns: &'static [FieldDef], value: &Value, reading: &Reading<'_>) {
    let none = Vec::new();
    let rows = value.as_array().unwrap_or(&none);
    let filled: Vec<&'static FieldDef> = columns
        .iter()
        .filter(|column| rows.iter().any(|row| row.get(column.name).is_some_and(|v| !is_empty(v))))
        .collect();
    let cell = |row: &Value, column: &'static FieldDef| {
        row.get(column.name).map(|value| column.display(value, reading)).unwrap_or_default()
    };
    if rows.len() > ROWS_MAX {
        return long_ui(ui, &filled, rows, &cell);
    }
    let builder = UiBuilder::new().accessibility_role(Role::Group);
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        if filled.len() <= COLUMNS_MAX {
            let width = (ui.available_width() / filled.len().max(1) as f32).min(280.0) - space::S;
            ui.horizontal_top(|ui| {
                for column in &filled {
                    fixed(ui, width, |ui| {
                        ui.label(
                            egui::RichText::new(column.label)
                                .family(crate::ui::theme::bold_family())
                                .size(size::SMALL),
                        );
                    });
                }
            });
            for row in rows {
                rule_ui(ui);
                ui.horizontal_top(|ui| {
                    for column in &filled {
                        fixed(ui, width, |ui| {
                            ui.add(Label::new(cell(row, column)).wrap());
                        });
                    }
                });
            }
            return;
        }
        for (index, row) in rows.iter().enumerate() {
            rule_ui(ui);
            ui.label(bold(format!("{} of {}", index + 1, rows.len())));
            for column in filled.iter().filter(|column| row.get(column.name).is_some_and(|v| !is_empty(v))) {
                ui.horizontal_top(|ui| {
                    fixed(ui, LABELS.min(ui.available_width() / 3.0), |ui| {
                        ui.add(Label::new(hint(ui, column.label)).wrap());
                    });
                    let width = text_width(ui);
                    fixed(ui, width, |ui| {
                        ui.add(Label::new(cell(row, column)).wrap());
                    });
                });
            }
        }
    });
}

/// A table of many rows, of which only the visible ones are laid out.
fn long_ui(
    ui: &mut Ui,
    filled: &[&'static FieldDef],
    rows: &[Value],
    cell: &dyn Fn(&Value, &'static FieldDef) -> String,
) {
    let columns: Vec<Column<'_>> =
        filled.iter().map(|column| Column::new(column.label, Width::Rest(120.0)).unsortable()).collect();
    let slot = ui.make_persistent_id("rows");
    let mut state: TableState = ui.data(|data| data.get_temp(slot)).unwrap_or_default();
    let name = counted(rows.len(), "row");
    ui.label(hint(ui, &name));
    Table::new(&name, &columns, rows.len()).only_read().within(LONG).show(
        ui,
        &mut state,
        |row, column| match (rows.get(row), filled.get(column)) {
            (Some(row), Some(column)) => cell(row, column).into(),
            (Some(_) | None, _) => Cell::default(),
        },
    );
    ui.data_mut(|data| data.insert_temp(slot, state));
}
