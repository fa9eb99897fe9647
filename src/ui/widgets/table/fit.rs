//! How wide the columns of a table have to be for what stands in them.

use eframe::egui;
use egui::{Color32, FontFamily, FontId, Ui};

use super::draw::PAD;
use super::{Cell, Table, TableState, Width};
use crate::ui::{
    theme::{bold_family, size},
    widgets::icons::SHAPE,
};

/// So many rows, spread over the whole table, are measured.
const SAMPLE: usize = 120;
/// Most characters of a cell that are measured: what is longer is cut anyway.
const LONGEST: usize = 120;

/// A column is as wide as its widest cell, up to so many times what nine of ten cells need, and up to this width in any case: one long value in a
/// column that is mostly empty takes no room from the title.
const OF_MOST: f32 = 1.6;
const ANYWAY: f32 = 140.0;

/// The width for cells of these widths.
fn of_cells(mut widths: Vec<f32>) -> f32 {
    widths.sort_by(f32::total_cmp);
    let most = widths.get(widths.len().saturating_sub(1) * 9 / 10).copied().unwrap_or_default();
    widths.last().copied().unwrap_or_default().min((most * OF_MOST).max(ANYWAY))
}

/// Measures heads and cells once, until [`TableState::refit`] is called, there are other columns, or more rows than ever before. A filter that
/// leaves fewer rows moves no column.
pub(super) fn measure<'d>(
    ui: &Ui,
    table: &Table<'_>,
    state: &mut TableState,
    cell: &dyn Fn(usize, usize) -> Cell<'d>,
) {
    let fits = table.columns.iter().any(|column| matches!(column.width, Width::Fit(_)));
    let known = state.needed.len() == table.columns.len();
    if !fits || (known && table.rows <= state.measured) {
        return;
    }
    let before = |index: usize| state.needed.get(index).copied().filter(|_| known).unwrap_or_default();
    let width = |text: &str, font: FontId| {
        let first = text.split(['\n', '\r']).next().unwrap_or_default();
        let text: String = first.chars().take(LONGEST).collect();
        ui.painter().layout_no_wrap(text, font, Color32::PLACEHOLDER).size().x
    };
    let body = || FontId::new(size::BODY, FontFamily::Proportional);
    let step = table.rows.div_ceil(SAMPLE).max(1);
    let rows: Vec<usize> =
        (0..table.rows).step_by(step).filter(|row| table.heading_of(*row).is_none()).collect();
    let needed = table.columns.iter().enumerate().map(|(index, column)| {
        // The mark of the sort order stands beside the head.
        let head = width(column.title, FontId::new(size::SMALL, bold_family())) + SHAPE;
        if !matches!(column.width, Width::Fit(_)) {
            return 0.0;
        }
        let cells = rows.iter().map(|row| {
            let content = cell(*row, index);
            width(&content.text, body()) + if content.tone.is_some() { SHAPE * 1.5 } else { 0.0 }
        });
        (of_cells(cells.collect()).max(head) + 2.0 * PAD + 2.0).max(before(index))
    });
    let needed: Vec<f32> = needed.collect();
    state.needed = needed;
    state.measured = table.rows;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_in_a_sparse_column_is_cut_and_cells_of_similar_width_are_not() {
        let mut sparse = vec![0.0; 30];
        sparse[7] = 420.0;
        let is = |widths, wanted: f32| assert!((of_cells(widths) - wanted).abs() < 0.01, "{wanted}");
        is(sparse, ANYWAY);
        let numbers: Vec<f32> = (0..40).map(|row| if row < 36 { 200.0 } else { 300.0 }).collect();
        is(numbers, 300.0);
        is(vec![80.0, 0.0], 80.0);
        is(Vec::new(), 0.0);
    }
}
