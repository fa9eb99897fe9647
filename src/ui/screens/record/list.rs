//! The list of a kind: filter, sort order, selection, and one step for all selected records.

mod drawn;
mod shown;

use std::collections::BTreeMap;
use std::rc::Rc;

use eframe::egui;
use egui::{Key, Modifiers, TextEdit, Ui};

use self::drawn::{cell, columns, filter_ui, same_list};
use self::shown::{Line, ListQuery, lines, order, states, titles};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::PersonState;
use crate::domain::workflow::Move;
use crate::ops::{Act, Attention, ListRow, Refused, Request};
use crate::ui::cx::{Command, Cx, Route, Then};
use crate::ui::screens::handing::note_in_hand;
use crate::ui::screens::panels::{FirstRecord, ListPart, SeveralPart, first_of, list_part_of, several_of};
use crate::ui::screens::parts::{heading_ui, tone_of};
use crate::ui::screens::record::page::copy_entries_ui;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::button::primary_ui;
use crate::ui::widgets::choice::Choice;
use crate::ui::widgets::empty::{Empty, empty_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::table::{Cell, Table, TableState};
use crate::ui::widgets::text::TextLine;

/// The code for "nobody" in the owner filter.
const NOBODY: &str = "";
/// The code for no filter.
const ANY: &str = "*";

/// The list.
pub struct ListScreen {
    kind: Kind,
    query: ListQuery,
    /// The inputs of the current order.
    ordered_for: Option<ListQuery>,
    order: Vec<usize>,
    lines: Vec<Line>,
    /// The states that occur in the list.
    states: Vec<Choice<'static>>,
    /// The inputs of the lines.
    source: Option<(Rc<Vec<ListRow>>, Option<Rc<Attention>>)>,
    table: TableState,
    find: bool,
    /// A step for several records that needs a reason: its name, and the typed reason.
    asking: Option<(&'static str, String)>,
    /// What is shown above the rows.
    part: Option<Box<dyn ListPart>>,
    /// What can be done with several of this kind besides its steps.
    several: Option<Box<dyn SeveralPart>>,
}

impl ListScreen {
    /// The list of a kind, unfiltered, with records that need attention first.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            query: ListQuery { attention_first: true, ..ListQuery::default() },
            ordered_for: None,
            order: Vec::new(),
            lines: Vec::new(),
            states: Vec::new(),
            source: None,
            table: TableState::default(),
            find: false,
            asking: None,
            part: list_part_of(kind),
            several: several_of(kind),
        }
    }

    /// The listed kind.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The widths that the user has set, by column, to be stored between runs.
    pub fn widths(&self) -> &[Option<f32>] {
        &self.table.widths
    }

    /// Sets stored widths.
    pub fn set_widths(&mut self, widths: Vec<Option<f32>>) {
        self.table.widths = widths;
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
        if self.lines.is_empty() {
            self.empty(ui, cx);
            return;
        }
        self.filters(ui, cx);
        self.keys(ui);
        self.reorder();
        self.summary_ui(ui, cx);
        self.table(ui, cx);
        self.dialog(ui, cx);
        if let Some(mut several) = self.several.take() {
            several.dialog_ui(ui, cx);
            self.several = Some(several);
        }
    }

    fn keep_up(&mut self, cx: &mut Cx<'_>) -> Result<(), Refused> {
        let rows = cx.list(self.kind)?;
        let attention = cx.attention()?;
        let same = self.source.as_ref().is_some_and(|(old, then)| {
            Rc::ptr_eq(old, &rows) && same_list(then.as_ref(), attention.as_ref())
        });
        if !same {
            let names = cx.names()?;
            let mut wanting: BTreeMap<RecordId, (Tone, String)> = BTreeMap::new();
            for item in attention.iter().flat_map(|attention| &attention.now) {
                wanting.entry(item.record).or_insert_with(|| (tone_of(item.tone), item.what.clone()));
            }
            let chosen: Vec<RecordId> = self.chosen().map(|line| line.id).collect();
            let cursor = self.table.cursor.and_then(|row| self.line(row)).map(|line| line.id);
            let parts = cx.file.listed_parts(self.kind)?;
            self.lines = lines(self.kind, (&rows, &parts), &names, &wanting, cx.stamp.offset_minutes);
            let present = states(&self.lines);
            let declared = self.kind.def().states.iter().filter(|state| present.contains(state.code));
            self.states =
                declared.map(|state| Choice { code: state.code, word: state.word, meaning: "" }).collect();
            self.source = Some((rows, attention));
            self.ordered_for = None;
            self.reorder();
            // The selected records stay selected at their new positions.
            let places: Vec<usize> = (0..self.order.len())
                .filter(|row| self.line(*row).is_some_and(|line| chosen.contains(&line.id)))
                .collect();
            self.table.cursor = cursor.and_then(|id| {
                (0..self.order.len()).find(|row| self.line(*row).is_some_and(|line| line.id == id))
            });
            self.table.selected = places.into_iter().collect();
        }
        Ok(())
    }

    fn reorder(&mut self) {
        if self.ordered_for.as_ref() != Some(&self.query) {
            self.order = order(&self.lines, &self.query);
            self.ordered_for = Some(self.query.clone());
            self.table.forget_rows();
        }
    }

    fn line(&self, row: usize) -> Option<&Line> {
        self.order.get(row).and_then(|index| self.lines.get(*index))
    }

    fn chosen(&self) -> impl Iterator<Item = &Line> {
        self.table.selected.iter().filter_map(|row| self.line(*row))
    }

    fn head(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let def = self.kind.def();
        heading_ui(ui, def.plural, |ui| {
            if cx.may_make(self.kind) && !self.lines.is_empty() {
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
            if !self.lines.is_empty() {
                ui.menu_button("Save as CSV", |ui| {
                    if ui.button("Rows as shown…").on_hover_text("The columns of this list").clicked() {
                        self.csv(cx);
                        ui.close();
                    }
                    let all = "Every record of this kind, one column per field; can be imported again";
                    if ui.button("All fields…").on_hover_text(all).clicked() {
                        self.fields_csv(cx);
                        ui.close();
                    }
                });
            }
        });
    }

    fn empty(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
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

    fn filters(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let owners = self.owners(cx);
        ui.horizontal_wrapped(|ui| {
            let edit = TextEdit::singleline(&mut self.query.text)
                .char_limit(200)
                .desired_width(260.0)
                .hint_text("Filter (Ctrl+F)");
            let edit = ui.add(edit).accessible_name("Filter");
            if std::mem::take(&mut self.find) {
                edit.request_focus();
            }
            if edit.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown)) {
                self.table.go_to(0);
                self.table.focus();
            }
            filter_ui(ui, "State", &mut self.query.state, &self.states);
            if self.kind.def().assignable {
                let choices: Vec<Choice<'_>> =
                    owners.iter().map(|(code, word)| Choice { code, word, meaning: "" }).collect();
                filter_ui(ui, "Owner", &mut self.query.owner, &choices);
            }
            ui.checkbox(&mut self.query.attention_first, "Needs attention first");
        });
    }

    fn owners(&self, cx: &mut Cx<'_>) -> Vec<(String, String)> {
        let mut owners = vec![(NOBODY.to_owned(), "Nobody".to_owned())];
        if let Ok(names) = cx.names() {
            owners.extend(names.iter().map(|(id, name)| (id.to_string(), name.clone())));
        }
        owners
    }

    fn keys(&mut self, ui: &Ui) {
        let find = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::F));
        let slash = !ui.ctx().text_edit_focused()
            && self.asking.is_none()
            && ui.input_mut(|input| {
                let typed =
                    input.events.iter().any(|event| matches!(event, egui::Event::Text(text) if text == "/"));
                input.consume_key(Modifiers::NONE, Key::Slash) || typed
            });
        if find || slash {
            self.find = true;
            ui.ctx().request_repaint();
        }
    }

    /// The number of records, and the actions for the selected ones.
    fn summary_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let chosen = self.table.selected.len();
        ui.horizontal(|ui| {
            ui.set_min_height(space::ROW);
            ui.label(hint(ui, self.count_words()));
            if chosen < 2 || !cx.writable() {
                return;
            }
            ui.add_space(space::S);
            ui.label(format!("{chosen} selected"));
            self.assign_menu(ui, cx);
            if let Some(mut several) = self.several.take() {
                let ids: Vec<RecordId> = self.chosen().map(|line| line.id).collect();
                several.buttons_ui(ui, cx, &ids);
                self.several = Some(several);
            }
            for step in self.common_moves(cx) {
                let word = if step.reason { format!("{}…", step.label) } else { step.label.to_owned() };
                if ui.button(word).clicked() {
                    if step.reason {
                        self.asking = Some((step.name, String::new()));
                    } else {
                        self.move_all(cx, step.name, None);
                    }
                }
            }
        });
    }

    fn count_words(&self) -> String {
        let wanting = self
            .order
            .iter()
            .filter_map(|index| self.lines.get(*index))
            .filter(|line| line.attention.is_some())
            .count();
        let count = if self.order.len() == self.lines.len() {
            let word = if self.lines.len() == 1 { "record" } else { "records" };
            format!("{} {word}", self.lines.len())
        } else {
            format!("{} of {}", self.order.len(), self.lines.len())
        };
        match wanting {
            0 => count,
            1 => format!("{count}, 1 needs attention"),
            several => format!("{count}, {several} need attention"),
        }
    }

    fn assign_menu(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if !self.kind.def().assignable {
            return;
        }
        let Ok(people) = cx.list(Kind::Person) else { return };
        let mut picked = None;
        ui.menu_button("Assign to…", |ui| {
            for person in people.iter().filter(|person| person.state == PersonState::Active.code()) {
                if ui.button(&person.title).clicked() {
                    picked = Some(person.id);
                    ui.close();
                }
            }
        });
        if let Some(owner) = picked {
            let ids: Vec<RecordId> = self.chosen().map(|line| line.id).collect();
            for id in ids {
                let act = Act::from(Request::Assign { id, owner: Some(owner) });
                cx.ask(Command::Perform { act, then: Then::Stay, draft: None });
            }
        }
    }

    /// Steps without signature that all selected records share and that need no further fields.
    fn common_moves(&self, cx: &Cx<'_>) -> Vec<&'static Move> {
        let mut chosen = self.chosen();
        let Some(first) = chosen.next() else { return Vec::new() };
        if chosen.any(|line| line.state != first.state) {
            return Vec::new();
        }
        let mine = |step: &Move| step.by.iter().any(|role| cx.session.roles().contains(role));
        self.kind
            .def()
            .moves
            .iter()
            .filter(|step| {
                step.from.contains(&first.state.as_str()) && step.sign.is_none() && step.asks.is_empty()
            })
            .filter(|step| mine(step))
            .filter(|step| self.several.as_ref().is_none_or(|several| !several.takes(step.name)))
            .collect()
    }

    fn move_all(&self, cx: &mut Cx<'_>, go: &str, reason: Option<&str>) {
        for line in self.chosen() {
            let request =
                Request::Move { id: line.id, go: go.to_owned(), set: crate::domain::record::Fields::new() };
            let mut act = Act::from(request);
            act.reason = reason.map(str::to_owned);
            cx.commands.push(Command::Perform { act, then: Then::Stay, draft: None });
        }
    }

    fn dialog(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let Some((name, mut reason)) = self.asking.take() else { return };
        let Some(step) = self.kind.def().find_move(name) else { return };
        let heading = format!("{} {} records", step.label, self.table.selected.len());
        let missing: Vec<String> =
            reason.trim().is_empty().then(|| "Reason is missing".to_owned()).into_iter().collect();
        let outcome = Dialog::new("several", &heading, step.label).missing(&missing).show(ui.ctx(), |ui| {
            Field::new("Reason").required("required").show(ui, |ui| ui.add(TextLine::new(&mut reason)));
        });
        match outcome {
            Outcome::Open | Outcome::Refused => self.asking = Some((name, reason)),
            Outcome::Confirmed => self.move_all(cx, name, Some(reason.trim())),
            Outcome::Cancelled => {}
        }
    }

    fn table(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let columns = columns(self.kind);
        if self.order.is_empty() {
            ui.add_space(space::L);
            ui.label("No record matches the filter.");
            if ui.button("Show all").clicked() {
                self.query = ListQuery {
                    attention_first: self.query.attention_first,
                    sort: self.query.sort,
                    ..ListQuery::default()
                };
            }
            return;
        }
        let (order, lines) = (&self.order, &self.lines);
        let events = Table::new(self.kind.def().plural, &columns, order.len()).several().show(
            ui,
            &mut self.table,
            |row, column| match order.get(row).and_then(|index| lines.get(*index)) {
                Some(line) => cell(line, column),
                None => Cell::default(),
            },
        );
        if events.sort_changed {
            self.query.sort = self.table.sort;
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

    fn csv(&self, cx: &mut Cx<'_>) {
        let rows: Vec<Vec<String>> = self
            .order
            .iter()
            .filter_map(|index| self.lines.get(*index))
            .map(|line| line.cells.clone())
            .collect();
        if let Ok(bytes) = crate::ops::csv(&titles(self.kind), &rows) {
            cx.ask(Command::SaveFile { suggested_name: self.file_name(""), bytes });
        }
    }

    fn fields_csv(&self, cx: &mut Cx<'_>) {
        match cx.file.fields_csv(self.kind) {
            Ok(bytes) => cx.ask(Command::SaveFile { suggested_name: self.file_name("-all-fields"), bytes }),
            Err(refusal) => cx.ask(Command::Notify(Notice::problem(refusal.to_string(), "Check the file."))),
        }
    }

    fn file_name(&self, what: &str) -> String {
        format!("{}{what}.csv", self.kind.def().plural.to_lowercase().replace(' ', "-"))
    }
}
