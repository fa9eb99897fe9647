//! Rows of which several can be chosen, kept while the rows come and go: the chosen ones stay chosen, and where the row with the cursor
//! is gone, the next one takes its place.

use std::collections::BTreeSet;

use crate::domain::ids::RecordId;
use crate::ui::widgets::table::TableState;

/// The rows that are shown, and what is chosen of them.
#[derive(Default)]
pub struct Picked {
    /// The state of the table.
    pub table: TableState,
    /// The shown records, in their order on screen.
    pub order: Vec<RecordId>,
}

impl Picked {
    /// Shows other rows.
    pub fn show(&mut self, order: Vec<RecordId>) {
        let chosen: BTreeSet<RecordId> = self.chosen().into_iter().collect();
        let (at, cursor) = (self.table.cursor, self.at_cursor());
        self.order = order;
        self.table.forget_rows();
        let place = cursor.and_then(|id| self.order.iter().position(|other| *other == id));
        match (place, at) {
            (Some(row), _) => {
                self.table.go_to(row);
                let rows = self.order.iter().enumerate().filter(|(_, id)| chosen.contains(id));
                self.table.selected.extend(rows.map(|(row, _)| row));
            }
            (None, _) if self.order.is_empty() => {}
            (None, at) => self.table.go_to(at.unwrap_or(0).min(self.order.len() - 1)),
        }
    }

    /// The record with the cursor.
    pub fn at_cursor(&self) -> Option<RecordId> {
        self.table.cursor.and_then(|row| self.order.get(row)).copied()
    }

    /// The chosen records, in their order on screen.
    pub fn chosen(&self) -> Vec<RecordId> {
        self.table.selected.iter().filter_map(|row| self.order.get(*row)).copied().collect()
    }

    /// Moves the cursor by some rows.
    pub fn step(&mut self, by: isize) {
        if self.order.is_empty() {
            return;
        }
        let last = self.order.len() - 1;
        let row = self.table.cursor.map_or(0, |row| row.saturating_add_signed(by).min(last));
        self.table.go_to(row);
        self.table.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Kind;

    fn ids(numbers: &[u32]) -> Vec<RecordId> {
        numbers.iter().map(|number| RecordId::new(Kind::Finding, *number)).collect()
    }

    #[test]
    fn what_is_chosen_stays_chosen_and_the_next_row_follows_one_that_went_away() {
        let mut picked = Picked::default();
        picked.show(ids(&[1, 2, 3, 4]));
        assert_eq!(picked.at_cursor(), ids(&[1]).first().copied(), "the first row at the beginning");
        picked.step(1);
        picked.show(ids(&[4, 3, 2, 1]));
        assert_eq!(picked.chosen(), ids(&[2]));
        picked.show(ids(&[4, 3, 1]));
        assert_eq!(picked.chosen(), ids(&[1]), "the row that is now where 2 was");
        picked.show(Vec::new());
        assert_eq!((picked.at_cursor(), picked.chosen()), (None, Vec::new()));
        picked.step(1);
    }
}
