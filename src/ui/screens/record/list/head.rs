//! The head of a list, and what leaves it: CSV, clipboard, paper. Also the empty list.

use eframe::egui::Ui;

use super::ListScreen;
use crate::domain::ids::Kind;
use crate::domain::kind::Place;
use crate::domain::text::{counted, sentence};
use crate::ops::jobs::Job;
use crate::ops::listing::ListPaper;
use crate::ops::{Act, PacketFonts, Refused, Request};
use crate::ui::cx::{Command, Cx, Route, Then};
use crate::ui::screens::panels::{FirstRecord, first_of};
use crate::ui::screens::parts::heading_ui;
use crate::ui::widgets::button::primary_ui;
use crate::ui::widgets::empty::{Empty, empty_ui};
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::reach::{Near, reach};

/// The name of the print of a list, by which the palette and Ctrl+P choose it.
pub const PRINT: &str = "Print the list…";
const PRINT_DETAIL: &str = "The list as shown, as PDF; it is a print and not a packet";

impl ListScreen {
    pub(super) fn head(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let def = self.kind.def();
        let some = !self.listing.lines.is_empty();
        heading_ui(ui, def.plural, |ui| {
            if cx.may_make(self.kind) && some {
                let word = format!("New {}…", def.noun());
                if primary_ui(ui, &word).on_hover_text("Ctrl+N").clicked() {
                    cx.go(Route::New(self.kind));
                }
            }
            for kind in Kind::ALL.iter().filter(|kind| kind.def().place == Place::Under(self.kind)) {
                if ui.button(kind.def().plural).on_hover_text(kind.def().purpose).clicked() {
                    cx.go(Route::List(*kind));
                }
            }
            if some {
                ui.menu_button("Save as CSV", |ui| self.csv_menu(ui, cx));
                let what = "The chosen rows, or all that are shown, for a spreadsheet (Ctrl+C)";
                if ui.button("Copy").on_hover_text(what).clicked() {
                    self.copy(ui, cx);
                }
                if ui.button("Print…").on_hover_text("Ctrl+P").clicked() {
                    self.print(ui, cx);
                }
            }
        });
    }

    fn csv_menu(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let shown = "The columns of this list in their order; closed groups are written too";
        if ui.button("Rows as shown…").on_hover_text(shown).clicked() {
            self.csv(cx);
            ui.close();
        }
        let all = "Every record of this kind, one column per field; can be imported again";
        if ui.button("All fields…").on_hover_text(all).clicked() {
            self.fields_csv(cx);
            ui.close();
        }
    }

    /// The shown rows in the order of the table: group by group if they are grouped, also those of closed groups.
    fn in_order(&self) -> Vec<usize> {
        if self.query.group.is_none() {
            return self.order.0.clone();
        }
        self.groups.iter().flat_map(|group| group.rows.iter().copied()).collect()
    }

    fn csv(&self, cx: &mut Cx<'_>) {
        let (titles, rows) = self.listing.table(&self.in_order(), self.query.group.as_deref());
        match crate::ops::csv(&titles, &rows) {
            Ok(bytes) => cx.ask(Command::SaveFile { suggested_name: self.file_name("", "csv"), bytes }),
            Err(refusal) => cx.ask(Command::Notify(Notice::problem(sentence(&refusal.to_string()), ""))),
        }
    }

    fn fields_csv(&self, cx: &mut Cx<'_>) {
        match cx.file.fields_csv(self.kind) {
            Ok(bytes) => {
                cx.ask(Command::SaveFile { suggested_name: self.file_name("-all-fields", "csv"), bytes });
            }
            Err(refusal) => cx.ask(Command::Notify(Notice::problem(refusal.to_string(), "Check the file."))),
        }
    }

    /// Puts the chosen rows, or all that are shown, on the clipboard.
    pub(super) fn copy(&self, ui: &Ui, cx: &mut Cx<'_>) {
        let chosen: Vec<usize> = self
            .table
            .selected
            .iter()
            .filter_map(|row| match self.entries.get(*row)? {
                super::Entry::Line(index) => Some(*index),
                super::Entry::Heading(_) => None,
            })
            .collect();
        let rows = if chosen.is_empty() { self.in_order() } else { chosen };
        ui.ctx().copy_text(self.listing.tabbed(&rows, self.query.group.as_deref()));
        let words = format!("Copied {} with the names of the columns.", counted(rows.len() as u64, "row"));
        cx.ask(Command::Notify(Notice::done(words)));
    }

    /// Prints where it is asked for by a key or in the palette, and offers to save what is printed.
    pub(super) fn print_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if reach(ui, Near::Place, PRINT, PRINT_DETAIL) {
            self.print(ui, cx);
        }
        let Some(outcome) = self.printing.as_ref().and_then(Job::poll) else { return };
        self.printing = None;
        match outcome {
            Ok(printed) => {
                for warning in printed.warnings {
                    cx.ask(Command::Notify(Notice::info(warning)));
                }
                let suggested_name = self.file_name("-list", "pdf");
                cx.ask(Command::SaveFile { suggested_name, bytes: printed.pdf });
            }
            Err(refusal) => self.not_printed(cx, &refusal),
        }
    }

    fn print(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if self.printing.is_some() {
            return cx.ask(Command::Notify(Notice::info("The list is being printed already.")));
        }
        if self.order.0.is_empty() {
            let remedy = "Show all, or clear a filter.";
            return cx.ask(Command::Notify(Notice::problem("There is no row to print.", remedy)));
        }
        let order = self.in_order();
        let shown = (&self.listing, order.as_slice());
        let by = Some(cx.session.name());
        match ListPaper::new(cx.file, (self.kind, &self.query), shown, by, cx.stamp) {
            Ok(paper) => {
                self.printing = cx.start(ui.ctx(), "Printing the list", move |progress| {
                    paper.make(PacketFonts::with_system(), progress)
                });
            }
            Err(refusal) => self.not_printed(cx, &refusal),
        }
    }

    fn not_printed(&self, cx: &mut Cx<'_>, refusal: &Refused) {
        let words = format!("The list was not printed: {refusal}");
        cx.ask(Command::Notify(Notice::problem(sentence(&words), "")));
    }

    fn file_name(&self, what: &str, ending: &str) -> String {
        format!("{}{what}.{ending}", self.kind.def().plural.to_lowercase().replace(' ', "-"))
    }

    pub(super) fn empty(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let def = self.kind.def();
        let first = first_of(self.kind).filter(|_| cx.may_make(self.kind));
        let none = format!("No {} yet", def.nouns());
        let button = if cx.may_make(self.kind) { format!("New {}…", def.noun()) } else { String::new() };
        let button = first.map_or(button, |first| first.button.to_owned());
        let empty = Empty { title: &none, purpose: def.purpose, clause: def.clause, button: &button };
        if empty_ui(ui, &empty).is_some_and(|response| response.clicked()) {
            match first {
                Some(first) => self.make_first(cx, first),
                None => cx.go(Route::New(self.kind)),
            }
        }
    }

    /// Makes the first record, which the program writes from examples.
    fn make_first(&self, cx: &mut Cx<'_>, first: &FirstRecord) {
        match (first.fields)(cx) {
            Ok(set) => {
                let act = Act::from(Request::Create { kind: self.kind, parent: None, set });
                cx.ask(Command::Perform { act, then: Then::ShowRecord, draft: None });
            }
            Err(refusal) => cx.ask(Command::Notify(Notice::problem(refusal.to_string(), "Check the file."))),
        }
    }
}
