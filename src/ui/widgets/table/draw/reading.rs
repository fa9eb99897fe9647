//! What a screen reader gets of a table: its size, its rows with their cells, its heads and edges. Draws nothing.

use eframe::egui;
use egui::{
    Id, Rect, Sense, Ui,
    accesskit::{self, Role},
};

use super::super::{Cell, Sort};
use super::{Drawing, NARROWEST, STEP};
use crate::ui::theme::space;

impl Drawing<'_> {
    /// How large the table is, for a screen reader.
    pub(super) fn count(&self, ui: &Ui) {
        let mut place = ui.available_rect_before_wrap();
        // Where little room is left, the head and a row are drawn all the same.
        let room = place.max.y.max(place.min.y + space::ROW * 2.0);
        place.max.y = self.table.height.map_or(room, |height| place.min.y + height);
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_bounds(bounds(place));
            node.set_row_count(self.table.rows);
            node.set_column_count(self.table.columns.len());
            node.set_size_of_set(self.table.rows);
        });
    }

    /// The rest of a row for a screen reader, which says the name of a row alone otherwise, and where the row stands.
    pub(super) fn describe_row<'d>(
        &self,
        ui: &Ui,
        (row, id): (usize, Id),
        cell: &dyn Fn(usize, usize) -> Cell<'d>,
    ) {
        // Without a screen reader nothing is put together.
        if !has_reader(ui, id) {
            return;
        }
        let columns = self.table.columns.iter().enumerate().skip(1);
        let rest: Vec<String> = columns
            .map(|(index, column)| (column.title, cell(row, index).text))
            .filter(|(_, text)| !text.is_empty())
            .map(
                |(title, text)| if title.is_empty() { text.into_owned() } else { format!("{title}: {text}") },
            )
            .collect();
        ui.ctx().accesskit_node_builder(id, |node| {
            if !rest.is_empty() {
                node.set_description(rest.join(". "));
            }
            node.set_row_index(row);
            node.set_position_in_set(row);
        });
    }

    /// Makes the text of a cell available to a screen reader; costs nothing when none runs.
    pub(super) fn name_cell(&self, ui: &Ui, (row, index): (usize, usize), place: Rect, content: &Cell<'_>) {
        if content.text.is_empty() {
            return;
        }
        if !has_reader(ui, self.row_id(row)) {
            return;
        }
        let id = self.id.with((row, index));
        // Known as a part of the table, so that it is not read at the end of the window.
        ui.interact(place, id, Sense::hover());
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_role(Role::Label);
            node.set_value(content.text.as_ref());
            node.set_bounds(bounds(place));
        });
    }
}

/// The description of a column edge for a screen reader: the column and its width in points.
pub(super) fn describe_edge(node: &mut accesskit::Node, title: &str, width: f32) {
    node.set_role(Role::Splitter);
    node.set_label(format!("Width of {title}"));
    node.set_numeric_value(f64::from(width.round()));
    node.set_min_numeric_value(f64::from(NARROWEST));
    node.set_numeric_value_step(f64::from(STEP));
    node.add_action(accesskit::Action::Increment);
    node.add_action(accesskit::Action::Decrement);
}

pub(super) fn describe_head(node: &mut accesskit::Node, sort: Option<Sort>) {
    node.set_keyboard_shortcut("Shift+Left, Shift+Right");
    let Some(sort) = sort else { return };
    let (direction, words) = if sort.ascending {
        (accesskit::SortDirection::Ascending, "sorted, smallest first")
    } else {
        (accesskit::SortDirection::Descending, "sorted, largest first")
    };
    node.set_sort_direction(direction);
    node.set_description(words);
}

fn bounds(place: Rect) -> accesskit::Rect {
    let [x0, y0, x1, y1] = [place.min.x, place.min.y, place.max.x, place.max.y].map(f64::from);
    accesskit::Rect { x0, y0, x1, y1 }
}

/// Whether a screen reader runs and is told of this widget.
fn has_reader(ui: &Ui, id: Id) -> bool {
    ui.ctx().accesskit_node_builder(id, |_| ()).is_some()
}
