//! A virtual table over plain data: sort marks, widths, selection, keyboard. It does not sort or filter by itself.
//!
//! Only the visible rows are processed, so ten thousand rows cost as much as forty. The file has three parts: the state that the
//! caller keeps ([`TableState`]), the table that the caller describes ([`Table`], [`Column`], [`Cell`]), and the drawing in `draw`.

mod draw;
mod fit;
mod heading;
mod keys;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::BTreeSet};

use eframe::egui;
use egui::{Align, Ui};

pub use heading::Heading;

use crate::ui::theme::{Tone, space};

/// How a column gets its width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    /// This many points until the user changes it.
    Fixed(f32),
    /// As wide as its head and its cells need, but at most this many points. Cells out of sight are asked for too.
    Fit(f32),
    /// The remaining width, but at least this many points.
    Rest(f32),
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// The text of its head. The button that sorts by it is named "Sort by" and this text.
    pub title: &'a str,
    /// Its width.
    pub width: Width,
    /// Left for words, right for numbers.
    pub align: Align,
    /// Whether pressing the head sorts by it.
    pub sortable: bool,
}

impl<'a> Column<'a> {
    /// A sortable column of words.
    pub const fn new(title: &'a str, width: Width) -> Self {
        Self { title, width, align: Align::Min, sortable: true }
    }

    /// Aligns to the right, for numbers.
    pub const fn right(mut self) -> Self {
        self.align = Align::Max;
        self
    }

    /// Turns sorting off.
    pub const fn unsortable(mut self) -> Self {
        self.sortable = false;
        self
    }
}

/// The content of one cell, borrowed from the data where possible.
#[derive(Clone, Debug, Default)]
pub struct Cell<'a> {
    /// The text, on one line.
    pub text: Cow<'a, str>,
    /// Draws the shape of a tone before the text, and the text in its colour.
    pub tone: Option<Tone>,
    /// Draws the text in the secondary colour.
    pub weak: bool,
}

impl<'a> Cell<'a> {
    /// A cell with the shape and colour of a tone.
    pub fn toned(tone: Tone, text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), tone: Some(tone), weak: false }
    }

    /// A cell in the secondary colour.
    pub fn weak(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), tone: None, weak: true }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), ..Self::default() }
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self { text: Cow::Owned(text), ..Self::default() }
    }
}

/// The sort order that the caller has applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Index of the column.
    pub column: usize,
    /// Ascending order.
    pub ascending: bool,
}

/// The state that the caller keeps for a table between frames. Row indexes are positions on screen.
#[derive(Clone, Debug, Default)]
pub struct TableState {
    /// The row with the keyboard cursor.
    pub cursor: Option<usize>,
    /// The selected rows.
    pub selected: BTreeSet<usize>,
    /// The sort order shown in the head.
    pub sort: Option<Sort>,
    /// The widths that the user has set, by column, in points; `None` where unchanged.
    pub widths: Vec<Option<f32>>,
    /// The widths that head and cells need, by column; empty until they are measured.
    needed: Vec<f32>,
    /// How many rows there were when they were measured.
    measured: usize,
    anchor: Option<usize>,
    scroll_to: Option<usize>,
    focus_cursor: bool,
}

impl TableState {
    /// A table with a stored sort order and stored widths, and no selection.
    pub fn new(sort: Option<Sort>, widths: Vec<Option<f32>>) -> Self {
        Self { sort, widths, ..Self::default() }
    }

    /// Drops cursor and selection, for when the rows or their order have changed.
    pub fn forget_rows(&mut self) {
        self.cursor = None;
        self.anchor = None;
        self.selected.clear();
    }

    /// Measures again how wide head and cells are, for when the rows or the columns have changed.
    pub fn refit(&mut self) {
        self.needed.clear();
        self.measured = 0;
    }

    /// Moves the cursor to `row`, selects it alone, and scrolls it into view.
    pub fn go_to(&mut self, row: usize) {
        self.choose_only(row);
        self.scroll_to = Some(row);
    }

    /// Moves the focus to the table in the next frame.
    pub const fn focus(&mut self) {
        self.focus_cursor = true;
    }

    fn choose_only(&mut self, row: usize) {
        self.cursor = Some(row);
        self.anchor = Some(row);
        self.selected.clear();
        self.selected.insert(row);
    }

    fn toggle(&mut self, row: usize) {
        self.cursor = Some(row);
        self.anchor = Some(row);
        if !self.selected.remove(&row) {
            self.selected.insert(row);
        }
    }

    fn extend_to(&mut self, row: usize) {
        let anchor = self.anchor.unwrap_or(row);
        self.cursor = Some(row);
        self.anchor = Some(anchor);
        self.selected = (anchor.min(row)..=anchor.max(row)).collect();
    }

    fn clamp_to(&mut self, rows: usize) {
        self.cursor = self.cursor.filter(|&row| row < rows);
        self.anchor = self.anchor.filter(|&row| row < rows);
        drop(self.selected.split_off(&rows));
    }
}

/// What the user did with a table in this frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableEvents {
    /// The row to open: Enter, a double click, or a press on its first cell.
    pub opened: Option<usize>,
    /// The selection has changed.
    pub selection_changed: bool,
    /// [`TableState::sort`] has changed: sort, then draw.
    pub sort_changed: bool,
    /// The heading that was pressed: open or close its group.
    pub toggled: Option<usize>,
    /// A width was changed by dragging or by keys: store [`TableState::widths`].
    pub widths_changed: bool,
    /// The row whose menu is asked for or open, and the widget of the row, to which the menu belongs.
    pub menu: Option<(usize, egui::Id)>,
}

/// A table to be drawn.
#[must_use = "call show"]
pub struct Table<'a> {
    id_salt: &'a str,
    columns: &'a [Column<'a>],
    rows: usize,
    /// What its rows are for.
    rows_are: RowsAre,
    height: Option<f32>,
    /// Which rows are headings of groups.
    heading: Option<&'a dyn Fn(usize) -> Option<Heading>>,
}

/// What the rows of a table are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowsAre {
    /// One is opened.
    Opened,
    /// Several are selected, and one is opened.
    Selected,
    /// They are read; nothing opens.
    Read,
}

impl<'a> Table<'a> {
    /// A table with `rows` rows. `id_salt` is unique within its parent and names the table for a screen reader.
    pub const fn new(id_salt: &'a str, columns: &'a [Column<'a>], rows: usize) -> Self {
        Self { id_salt, columns, rows, rows_are: RowsAre::Opened, height: None, heading: None }
    }

    /// Allows selecting several rows with Ctrl, Shift and Space.
    pub const fn several(mut self) -> Self {
        self.rows_are = RowsAre::Selected;
        self
    }

    /// The rows are only read: nothing opens, and the first cell does not look like a link.
    pub const fn only_read(mut self) -> Self {
        self.rows_are = RowsAre::Read;
        self
    }

    /// Whether several rows can be selected.
    fn is_several(&self) -> bool {
        self.rows_are == RowsAre::Selected
    }

    /// Some rows are headings of groups, which are opened and closed and never selected.
    pub const fn headings(mut self, heading: &'a dyn Fn(usize) -> Option<Heading>) -> Self {
        self.heading = Some(heading);
        self
    }

    /// The heading in a row, if it is one.
    fn heading_of(&self, row: usize) -> Option<Heading> {
        self.heading.and_then(|heading| heading(row))
    }

    /// As high as its rows, but at most `points`, for a table within a scrolling page.
    pub fn within(mut self, points: f32) -> Self {
        // One row more for the head, and a little more to avoid a needless scroll bar.
        self.height = Some(((self.rows + 1) as f32 * space::ROW + space::XS).min(points));
        self
    }

    /// Draws the table into the remaining space. `cell` is called for the visible cells, by row and column.
    pub fn show<'d>(
        self,
        ui: &mut Ui,
        state: &mut TableState,
        cell: impl Fn(usize, usize) -> Cell<'d>,
    ) -> TableEvents {
        fit::measure(ui, &self, state, &cell);
        draw::Drawing::new(self, ui, state).show(ui, state, &cell)
    }
}
