//! A list of the records of one kind as plain data: its columns, rows, filter, order, groups and totals, for the window, the
//! command line and paper.
//!
//! Belongs here: what a list says, and in which order. Does not belong here: how it is drawn, and where its views are kept.

mod columns;
mod groups;
mod print;
mod query;
mod read;
#[cfg(test)]
mod tests;
mod totals;
mod views;

use std::collections::BTreeSet;

use crate::domain::ids::{Kind, RecordId};
use crate::domain::workflow::Tone;
use mainstay_base::time::Day;

pub use columns::{ListColumn, columns, default_columns, fields_of, groupings};
pub use groups::{Group, MONTH, grouped};
pub use print::{ListPaper, PRINTED_ROWS_MAX};
pub use query::{
    AWAITING, FINISHED, LATE, ListQuery, ListSort, MINE, NOBODY, OPEN, THIS_MONTH, THIS_YEAR, Viewer, WANTS,
    matching, sorted,
};
pub use read::{Source, Wants};
pub use totals::{NumberTotal, Totals, totals};
pub use views::built_in;

/// The rows of a list, with the text of its columns.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The columns, in their order.
    pub columns: Vec<ListColumn>,
    /// The rows, newest first.
    pub lines: Vec<ListLine>,
}

/// One row as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLine {
    /// The record.
    pub id: RecordId,
    /// Code of its state.
    pub state: String,
    /// Tone of its state.
    pub tone: Tone,
    /// Whether work remains on it.
    pub open: bool,
    /// Whether it waits for an approval.
    pub awaits: bool,
    /// Its owner.
    pub owner: Option<RecordId>,
    /// The local day on which it was entered.
    pub entered: Day,
    /// The local day on which it entered its state.
    pub since: Day,
    /// Whether it needs attention, and the reason.
    pub wants: Option<Wants>,
    /// The text of its cells, in the order of the columns.
    pub cells: Vec<String>,
    /// The group in which it stands, if the rows are grouped.
    pub group: groups::Key,
    /// All of its text in lower case, for the filter.
    haystack: String,
}

impl ListLine {
    /// The text of a cell; empty if there is none.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

impl Listing {
    /// The place of a column by its code.
    pub fn place(&self, code: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.code == code)
    }

    /// The titles of the columns.
    pub fn titles(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.title).collect()
    }

    /// Header and rows of what is shown, for a spreadsheet: the columns in their order, and first the group where it is no column.
    pub fn table(&self, order: &[usize], by: Option<&str>) -> (Vec<&'static str>, Vec<Vec<String>>) {
        let kind = self.lines.first().map(|line| line.id.kind);
        let by = by.filter(|code| self.place(code).is_none());
        let title = by.zip(kind).and_then(|(code, kind)| grouping_title(kind, code));
        let mut titles: Vec<&'static str> = title.into_iter().collect();
        titles.extend(self.titles());
        let rows = order.iter().filter_map(|index| self.lines.get(*index)).map(|line| {
            let mut cells: Vec<String> = title.iter().map(|_| line.group.name.clone()).collect();
            cells.extend(line.cells.iter().cloned());
            cells
        });
        (titles, rows.collect())
    }

    /// The same as tab separated text for the clipboard, protected against formulas as a CSV file is.
    pub fn tabbed(&self, order: &[usize], by: Option<&str>) -> String {
        let (titles, rows) = self.table(order, by);
        let mut text = String::new();
        let mut line = |cells: &mut dyn Iterator<Item = &str>| {
            for (index, cell) in cells.enumerate() {
                if index > 0 {
                    text.push('\t');
                }
                let flat = mainstay_base::csv_out::guarded(cell).replace(['\t', '\n', '\r'], " ");
                // A spreadsheet program takes a leading quotation mark for the begin of a quoted value.
                if flat.starts_with('"') {
                    text.push_str(&format!("\"{}\"", flat.replace('"', "\"\"")));
                } else {
                    text.push_str(&flat);
                }
            }
            text.push('\n');
        };
        line(&mut titles.iter().copied());
        for row in &rows {
            line(&mut row.iter().map(String::as_str));
        }
        text
    }
}

/// The title of a grouping.
pub fn grouping_title(kind: Kind, code: &str) -> Option<&'static str> {
    groupings(kind).into_iter().find(|(known, _)| *known == code).map(|(_, title)| title)
}

/// The codes of the states that occur.
pub fn states(listing: &Listing) -> BTreeSet<&str> {
    listing.lines.iter().map(|line| line.state.as_str()).collect()
}
