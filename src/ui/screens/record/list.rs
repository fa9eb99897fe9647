//! The list of a kind: filter, order, groups, columns, selection, and one step for all selected records.
//!
//! Belongs here: what the list keeps between frames, and its drawing. Does not belong here: what a row says and in which order rows
//! stand (`ops::listing`).

mod choosing;
mod drawn;
mod filters;
mod head;
mod several;
mod views;

use std::collections::BTreeSet;
use std::rc::Rc;

use eframe::egui;
use egui::{Key, Modifiers, Ui};

use self::choosing::Choosing;
use self::drawn::{cell, columns, same_list};
use self::several::Asking;
use self::views::ViewDialog;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::counted;
use crate::ops::jobs::Job;
use crate::ops::listing::{
    Group, ListLine, ListQuery, ListSort, Listing, Source, Totals, Viewer, grouped, matching, sorted, states,
    totals,
};
use crate::ops::{Attention, ListRow, PrintedList, Refused};
use crate::ui::cx::{Cx, Route};
use crate::ui::list_memory::ListMemory;
use crate::ui::screens::handing::note_in_hand;
use crate::ui::screens::panels::{ListPart, SeveralPart, list_part_of, several_of};
use crate::ui::screens::record::page::copy_entries_ui;
use crate::ui::theme::{hint, space};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::table::{Cell, Heading, Table, TableState};

pub use self::head::PRINT;

/// The code for no filter.
const ANY: &str = "*";
/// The view that shows everything, with the columns that are remembered.
const ALL: &str = "All";
/// Height of the line of totals, in points.
const FOOT: f32 = 28.0;
/// Below this height the rows take the room of the totals, in points.
const LEAST: f32 = 160.0;

/// What stands in a row of the table.
#[derive(Clone, Copy)]
enum Entry {
    /// The heading of a group.
    Heading(usize),
    /// A record, by its place in the listing.
    Line(usize),
}

/// The inputs of the listing.
struct Made {
    rows: Rc<Vec<ListRow>>,
    attention: Option<Rc<Attention>>,
    columns: Vec<String>,
    group: Option<String>,
}

/// The list.
pub struct ListScreen {
    kind: Kind,
    query: ListQuery,
    memory: ListMemory,
    /// Name of the view that was chosen last, and what it shows.
    view: (String, ListQuery),
    made: Option<Made>,
    listing: Listing,
    /// All rows in their order, and what they were sorted by.
    sorted: (Vec<usize>, Option<(Option<ListSort>, bool)>),
    /// The rows that are shown, and the query that they match.
    order: (Vec<usize>, Option<ListQuery>),
    groups: Vec<Group>,
    /// Names of the closed groups.
    closed: BTreeSet<String>,
    entries: Vec<Entry>,
    totals: Totals,
    /// The states that occur in the list: code and word.
    states: Vec<(&'static str, &'static str)>,
    table: TableState,
    find: bool,
    /// Whether the filters are shown that are seldom used.
    more: bool,
    /// A step for several records that is asked about.
    asking: Option<Asking>,
    /// The columns that are being chosen.
    choosing: Option<Choosing>,
    view_dialog: Option<ViewDialog>,
    printing: Option<Job<PrintedList>>,
    /// What is shown above the rows.
    part: Option<Box<dyn ListPart>>,
    /// What can be done with several of this kind besides its steps.
    several: Option<Box<dyn SeveralPart>>,
}

impl ListScreen {
    /// The list of a kind, unfiltered, with records that need attention first and the columns that are remembered.
    pub fn new(kind: Kind, memory: ListMemory) -> Self {
        let query =
            ListQuery { attention_first: true, columns: memory.columns.clone(), ..ListQuery::default() };
        Self {
            kind,
            view: (ALL.to_owned(), query.clone()),
            query,
            memory,
            made: None,
            listing: Listing::default(),
            sorted: (Vec::new(), None),
            order: (Vec::new(), None),
            groups: Vec::new(),
            closed: BTreeSet::new(),
            entries: Vec::new(),
            totals: Totals::default(),
            states: Vec::new(),
            table: TableState::default(),
            find: false,
            more: false,
            asking: None,
            choosing: None,
            view_dialog: None,
            printing: None,
            part: list_part_of(kind),
            several: several_of(kind),
        }
    }

    /// The listed kind.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What is to be remembered between runs.
    pub const fn memory(&self) -> &ListMemory {
        &self.memory
    }

    /// Draws the list.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if let Err(refusal) = self.keep_up(cx) {
            banner_ui(ui, &Notice::problem(refusal.to_string(), "Check the file."), false);
            return;
        }
        self.head(ui, cx);
        if let Some(part) = &mut self.part {
            ui.push_id("part", |ui| part.ui(ui, cx));
        }
        self.print_ui(ui, cx);
        if self.listing.lines.is_empty() {
            self.empty(ui, cx);
            return;
        }
        self.filters(ui, cx);
        self.keys(ui, cx);
        if let Err(refusal) = self.keep_up(cx) {
            banner_ui(ui, &Notice::problem(refusal.to_string(), "Check the file."), false);
            return;
        }
        self.summary_ui(ui, cx);
        self.table(ui, cx);
        self.dialog(ui, cx);
        self.choosing_ui(ui);
        self.view_dialog_ui(ui, cx);
        if let Some(mut several) = self.several.take() {
            several.dialog_ui(ui, cx);
            self.several = Some(several);
        }
    }

    /// Brings rows, order and groups up to date with the file and the query.
    fn keep_up(&mut self, cx: &mut Cx<'_>) -> Result<(), Refused> {
        let rows = cx.list(self.kind)?;
        let attention = cx.attention()?;
        let fresh = self.made.as_ref().is_some_and(|made| {
            Rc::ptr_eq(&made.rows, &rows) && same_list(made.attention.as_ref(), attention.as_ref())
        });
        let shaped = self
            .made
            .as_ref()
            .is_some_and(|made| made.columns == self.query.columns && made.group == self.query.group);
        if !fresh || !shaped {
            let chosen = self.chosen_ids();
            let cursor = self.table.cursor.and_then(|row| self.line(row)).map(|line| line.id);
            self.make(cx, rows, attention)?;
            self.arrange(cx);
            self.choose_again(&chosen, cursor);
        }
        self.arrange(cx);
        Ok(())
    }

    /// Makes the listing anew.
    fn make(
        &mut self,
        cx: &mut Cx<'_>,
        rows: Rc<Vec<ListRow>>,
        attention: Option<Rc<Attention>>,
    ) -> Result<(), Refused> {
        let source = cx.file.list_source(self.kind, &self.query)?;
        let query = (self.kind, &self.query);
        self.listing = if is_declared(self.kind, &source) {
            Listing::new(query, &rows, &source, attention.as_deref(), cx.stamp)
        } else {
            let read = cx.file.list_rows(self.kind, &source)?;
            Listing::new(query, &read, &source, attention.as_deref(), cx.stamp)
        };
        let present = states(&self.listing);
        let declared = self.kind.def().states.iter().filter(|state| present.contains(state.code));
        self.states = declared.map(|state| (state.code, state.word)).collect();
        let widths = self.listing.columns.iter().map(|column| self.memory.widths.get(column.code).copied());
        self.table.widths = widths.collect();
        self.table.refit();
        self.made = Some(Made {
            rows,
            attention,
            columns: self.query.columns.clone(),
            group: self.query.group.clone(),
        });
        (self.sorted.1, self.order.1) = (None, None);
        Ok(())
    }

    /// Sorts, filters and groups where an input of it has changed.
    fn arrange(&mut self, cx: &Cx<'_>) {
        let by = (self.query.sort.clone(), self.query.attention_first);
        if self.sorted.1.as_ref() != Some(&by) {
            self.sorted = (sorted(&self.listing, &self.query), Some(by));
            self.order.1 = None;
        }
        if self.order.1.as_ref() == Some(&self.query) {
            return;
        }
        let viewer = Viewer { person: Some(cx.session.person()), today: cx.today() };
        self.order = (matching(&self.listing, &self.sorted.0, &self.query, viewer), Some(self.query.clone()));
        self.totals = totals(self.kind, &self.listing, &self.order.0);
        self.groups = match self.query.group {
            Some(_) => grouped(&self.listing, &self.order.0),
            None => Vec::new(),
        };
        self.lay_entries();
        self.table.forget_rows();
    }

    /// The rows of the table: without groups those that are shown, otherwise each heading with the rows of its group if it is open.
    fn lay_entries(&mut self) {
        self.entries.clear();
        if self.query.group.is_none() {
            self.entries.extend(self.order.0.iter().copied().map(Entry::Line));
            return;
        }
        for (place, group) in self.groups.iter().enumerate() {
            self.entries.push(Entry::Heading(place));
            if !self.closed.contains(&group.name) {
                self.entries.extend(group.rows.iter().copied().map(Entry::Line));
            }
        }
    }

    /// The line in a row of the table, if it is no heading.
    fn line(&self, row: usize) -> Option<&ListLine> {
        match self.entries.get(row)? {
            Entry::Line(index) => self.listing.lines.get(*index),
            Entry::Heading(_) => None,
        }
    }

    fn chosen(&self) -> impl Iterator<Item = &ListLine> {
        self.table.selected.iter().filter_map(|row| self.line(*row))
    }

    fn chosen_ids(&self) -> BTreeSet<RecordId> {
        self.chosen().map(|line| line.id).collect()
    }

    /// The selected records stay selected at their new positions.
    fn choose_again(&mut self, chosen: &BTreeSet<RecordId>, cursor: Option<RecordId>) {
        let at = |row: &usize| self.line(*row).map(|line| line.id);
        let rows = 0..self.entries.len();
        if chosen.is_empty() && cursor.is_none() {
            return;
        }
        let selected = rows.clone().filter(|row| at(row).is_some_and(|id| chosen.contains(&id))).collect();
        let place = cursor.and_then(|id| rows.clone().find(|row| at(row) == Some(id)));
        self.table.selected = selected;
        self.table.cursor = place;
    }

    /// Opens or closes the group of a heading.
    fn toggle(&mut self, row: usize) {
        let Some(Entry::Heading(place)) = self.entries.get(row).copied() else { return };
        let Some(name) = self.groups.get(place).map(|group| group.name.clone()) else { return };
        let chosen = self.chosen_ids();
        if !self.closed.remove(&name) {
            self.closed.insert(name);
        }
        self.lay_entries();
        self.choose_again(&chosen, None);
        self.table.cursor = Some(row);
    }

    fn keys(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let find = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::F));
        let free =
            !ui.ctx().text_edit_focused() && ui.memory(|memory| memory.allows_interaction(ui.layer_id()));
        let slash = free
            && ui.input_mut(|input| {
                let typed =
                    input.events.iter().any(|event| matches!(event, egui::Event::Text(text) if text == "/"));
                input.consume_key(Modifiers::NONE, Key::Slash) || typed
            });
        if find || slash {
            self.find = true;
            ui.ctx().request_repaint();
        }
        let copies = free
            && !egui::Popup::is_any_open(ui.ctx())
            && ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)));
        if copies {
            self.copy(ui, cx);
        }
    }

    fn table(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if self.order.0.is_empty() {
            ui.add_space(space::L);
            ui.label("No record matches the filter.");
            if ui.button("Show all").clicked() {
                self.query = self.query.unfiltered();
            }
            return;
        }
        let room = ui.available_height();
        if room < LEAST {
            return self.rows_ui(ui, cx);
        }
        let size = egui::vec2(ui.available_width(), room - FOOT);
        ui.allocate_ui_with_layout(size, egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_min_size(size);
            self.rows_ui(ui, cx);
        });
        self.foot(ui);
    }

    fn rows_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let columns = columns(&self.listing.columns);
        let (entries, listing, groups, closed) = (&self.entries, &self.listing, &self.groups, &self.closed);
        self.table.sort = self.query.sort.as_ref().and_then(|sort| {
            let column = listing.place(&sort.column)?;
            Some(crate::ui::widgets::table::Sort { column, ascending: sort.ascending })
        });
        let heading = |row: usize| match entries.get(row)? {
            Entry::Heading(place) => groups.get(*place).map(|group| Heading {
                name: group.name.clone(),
                count: counted(group.rows.len() as u64, "record"),
                open: !closed.contains(&group.name),
            }),
            Entry::Line(_) => None,
        };
        let mut table = Table::new(self.kind.def().plural, &columns, entries.len()).several();
        if self.query.group.is_some() {
            table = table.headings(&heading);
        }
        let events = table.show(ui, &mut self.table, |row, column| match entries.get(row) {
            Some(Entry::Line(index)) => match (listing.lines.get(*index), listing.columns.get(column)) {
                (Some(line), Some(known)) => cell(line, (column, known)),
                (Some(_) | None, _) => Cell::default(),
            },
            Some(Entry::Heading(_)) | None => Cell::default(),
        });
        if events.sort_changed {
            self.query.sort = self.table.sort.and_then(|sort| {
                let column = self.listing.columns.get(sort.column)?.code.to_owned();
                Some(ListSort { column, ascending: sort.ascending })
            });
            ui.ctx().request_repaint();
        }
        if events.widths_changed {
            for (column, width) in self.listing.columns.iter().zip(&self.table.widths) {
                match width {
                    Some(width) => self.memory.widths.insert(column.code.to_owned(), *width),
                    None => self.memory.widths.remove(column.code),
                };
            }
        }
        if let Some(row) = events.toggled {
            self.toggle(row);
            ui.ctx().request_repaint();
        }
        note_in_hand(ui.ctx(), self.table.cursor.and_then(|row| self.line(row)).map(|line| line.id));
        if let Some(row) = events.menu.and_then(|(_, id)| ui.ctx().read_response(id)) {
            row.context_menu(|ui| copy_entries_ui(ui, cx));
        }
        if let Some(line) = events.opened.and_then(|row| self.line(row)) {
            cx.go(Route::Record(line.id));
        }
    }

    /// The totals of what is shown.
    fn foot(&self, ui: &mut Ui) {
        let mut parts = vec![format!("Shown {}", self.totals.shown)];
        let chosen = self.chosen().count();
        if chosen > 0 {
            parts.push(format!("chosen {chosen}"));
        }
        parts.push(self.totals.state_words());
        parts.extend(self.totals.numbers.iter().map(crate::ops::listing::NumberTotal::words));
        let words = parts.join("  ·  ");
        ui.horizontal(|ui| {
            ui.set_min_height(FOOT - space::XS);
            ui.add(egui::Label::new(hint(ui, &words)).truncate()).on_hover_text(&words);
        });
    }
}

/// Whether a source has the fields that the kind declares for its list, which are read already.
fn is_declared(kind: Kind, source: &Source) -> bool {
    let def = kind.def();
    let declared = def.columns.iter().filter(|name| def.field(name).is_some());
    declared.eq(source.fields.iter())
}
