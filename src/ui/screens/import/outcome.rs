//! The table with the outcome of each row, planned or done, with a filter.

use eframe::egui;
use egui::Ui;

use crate::domain::ids::RecordId;
use crate::ops::import::{ImportPlan, ImportReport, ImportedRow, PlannedRow, RowOutcome, RowPlan};
use crate::ui::theme::{Tone, space};
use crate::ui::widgets::button::segments_ui;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};

const COLUMNS: [Column<'static>; 5] = [
    Column::new("Line", Width::Fixed(72.0)).unsortable(),
    Column::new("External number", Width::Fixed(160.0)).unsortable(),
    Column::new("Outcome", Width::Fixed(140.0)).unsortable(),
    Column::new("Record", Width::Fixed(90.0)).unsortable(),
    Column::new("Title or reasons", Width::Rest(320.0)).unsortable(),
];

/// Height of the table in points.
const HEIGHT: f32 = 420.0;

const FILTERS: [&str; 4] = ["All", "New", "Imported before", "Refused"];

/// The table with its filter.
#[derive(Default)]
pub(super) struct OutcomeTable {
    state: TableState,
    filter: usize,
}

impl OutcomeTable {
    /// The rows have changed.
    pub fn forget(&mut self) {
        self.state.forget_rows();
    }

    /// Draws the rows of a plan. Returns the opened record.
    pub fn plan_ui(&mut self, ui: &mut Ui, plan: &ImportPlan) -> Option<RecordId> {
        let class = |row: &PlannedRow| match row.plan {
            RowPlan::Take(_) => 1,
            RowPlan::Already(_) => 2,
            RowPlan::Refused(_) => 3,
        };
        let rows = self.shown(ui, &plan.rows, class);
        let opened = self.table_ui(ui, rows.len(), |row, column| {
            rows.get(row).map_or_else(Cell::default, |row| plan_cell(row, column))
        });
        match &rows.get(opened?)?.plan {
            RowPlan::Already(id) => Some(*id),
            RowPlan::Take(_) | RowPlan::Refused(_) => None,
        }
    }

    /// Draws the rows of a report. Returns the opened record.
    pub fn report_ui(&mut self, ui: &mut Ui, report: &ImportReport) -> Option<RecordId> {
        let class = |row: &ImportedRow| match row.outcome {
            RowOutcome::Taken(_) => 1,
            RowOutcome::Already(_) => 2,
            RowOutcome::Refused(_) => 3,
        };
        let rows = self.shown(ui, &report.rows, class);
        let opened = self.table_ui(ui, rows.len(), |row, column| {
            rows.get(row).map_or_else(Cell::default, |row| report_cell(row, column))
        });
        match &rows.get(opened?)?.outcome {
            RowOutcome::Taken(id) => *id,
            RowOutcome::Already(id) => Some(*id),
            RowOutcome::Refused(_) => None,
        }
    }

    fn shown<'r, R>(&mut self, ui: &mut Ui, rows: &'r [R], class: impl Fn(&R) -> usize) -> Vec<&'r R> {
        if let Some(pressed) = segments_ui(ui, &FILTERS, Some(self.filter)) {
            self.filter = pressed;
            self.state.forget_rows();
        }
        ui.add_space(space::XS);
        rows.iter().filter(|row| self.filter == 0 || class(row) == self.filter).collect()
    }

    fn table_ui<'d>(
        &mut self,
        ui: &mut Ui,
        rows: usize,
        cell: impl Fn(usize, usize) -> Cell<'d>,
    ) -> Option<usize> {
        Table::new("Rows of the file", &COLUMNS, rows).within(HEIGHT).show(ui, &mut self.state, cell).opened
    }
}

fn plan_cell(row: &PlannedRow, column: usize) -> Cell<'static> {
    match (column, &row.plan) {
        (0, _) => row.line.to_string().into(),
        (1, _) => row.external_number.clone().into(),
        (2, RowPlan::Take(_)) => Cell::toned(Tone::Good, "Will be imported"),
        (2, RowPlan::Already(_)) => Cell::toned(Tone::Neutral, "Imported before"),
        (2, RowPlan::Refused(_)) => Cell::toned(Tone::Late, "Refused"),
        (3, RowPlan::Already(id)) => id.to_string().into(),
        (4, RowPlan::Take(_) | RowPlan::Already(_)) => row.title.clone().into(),
        (4, RowPlan::Refused(reasons)) => reasons.join("; ").into(),
        (_, RowPlan::Take(_) | RowPlan::Already(_) | RowPlan::Refused(_)) => Cell::default(),
    }
}

fn report_cell(row: &ImportedRow, column: usize) -> Cell<'static> {
    let tone = match row.outcome {
        RowOutcome::Taken(_) => Tone::Good,
        RowOutcome::Already(_) => Tone::Neutral,
        RowOutcome::Refused(_) => Tone::Late,
    };
    let (word, more) = row.words();
    let refused = matches!(row.outcome, RowOutcome::Refused(_));
    match column {
        0 => row.line.to_string().into(),
        1 => row.external_number.clone().into(),
        2 => Cell::toned(tone, word),
        3 if !refused => more.into(),
        4 if refused => more.into(),
        4 => row.title.clone().into(),
        _ => Cell::default(),
    }
}
