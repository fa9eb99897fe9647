//! The lists of SOUP of a document, line by line, and the button that reads one into the register.

use std::path::Path;

use eframe::egui;
use egui::{Label, Ui};

use crate::domain::document_review::{SoupGap, SoupList};
use crate::domain::ids::Kind;
use crate::domain::text::counted;
use crate::ui::cx::Cx;
use crate::ui::screens::soup::reading::ReadingList;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};

/// Most height of the table of gaps, in points.
const HEIGHT: f32 = 300.0;

const COLUMNS: [Column<'static>; 4] = [
    Column::new("Line", Width::Fixed(70.0)).unsortable(),
    Column::new("Item", Width::Fixed(170.0)).unsortable(),
    Column::new("What is missing", Width::Rest(260.0)).unsortable(),
    Column::new("Clause", Width::Fixed(150.0)).unsortable(),
];

/// The lists with the state of their tables.
#[derive(Default)]
pub(super) struct ListsPart {
    tables: Vec<TableState>,
    reading: Option<ReadingList>,
}

impl ListsPart {
    /// Draws the lists.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, path: &Path, lists: &[SoupList]) {
        self.tables.resize_with(lists.len(), TableState::default);
        let may = cx.may_make(Kind::SoupItem);
        for (list, table) in lists.iter().zip(&mut self.tables) {
            ui.push_id(&list.place, |ui| {
                ui.add_space(space::M);
                title_ui(ui, format!("List of SOUP, {}", list.place));
                let (items, gaps) = (counted(list.items(), "item"), counted(list.count(), "gap"));
                let tone = if list.count() == 0 { Tone::Good } else { Tone::Due };
                tone_words_ui(ui, tone, &format!("{items}, {gaps}"));
                gaps_ui(ui, list, table);
                if may && list.items() > 0 {
                    let button = ui.button("Read into the register…");
                    let name = format!("Read the list of {} into the register", list.place);
                    if button.on_hover_text(name).clicked() {
                        self.reading =
                            Some(ReadingList::of_document(cx, path.to_owned(), list.place.clone()));
                    }
                }
            });
        }
    }

    /// Draws the dialog that reads a list into the register, if it is open.
    pub(super) fn dialog_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if let Some(reading) = &mut self.reading
            && !reading.ui(ui, cx)
        {
            self.reading = None;
        }
    }
}

fn gaps_ui(ui: &mut Ui, list: &SoupList, state: &mut TableState) {
    if list.gaps.is_empty() {
        return;
    }
    let rows = list.gaps.len();
    let height = ((rows + 1) as f32 * space::ROW + space::S).min(HEIGHT);
    let table = Table::new("Gaps of the list", &COLUMNS, rows).only_read().within(height);
    table.show(ui, state, |row, column| {
        list.gaps.get(row).map(|gap| cell_of(gap, column)).unwrap_or_default()
    });
    if list.more > 0 {
        ui.label(hint(ui, format!("and {} more; mend the first ones and review again", list.more)));
    }
    let chosen = state.cursor.and_then(|row| list.gaps.get(row)).or(list.gaps.first());
    if let Some(gap) = chosen {
        let words = format!("{}: {} {}", gap.what, gap.finding, gap.write);
        ui.add(Label::new(hint(ui, words)).wrap());
    }
}

fn cell_of(gap: &SoupGap, column: usize) -> Cell<'_> {
    match column {
        0 => gap.line.map_or_else(|| Cell::weak("all"), |line| line.to_string().into()),
        1 => gap.item.as_str().into(),
        2 => gap.what.as_str().into(),
        _ => Cell::weak(gap.clause),
    }
}
