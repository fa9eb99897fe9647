//! The results of a search, by kind.

use std::rc::Rc;

use eframe::egui;
use egui::{Key, Ui};

use super::parts::{heading_ui, problem_ui, tone_of};
use crate::domain::ids::Kind;
use crate::ops::{Head, Hit};
use crate::ui::cx::{Cx, Route};
use crate::ui::theme::{hint, space};
use crate::ui::widgets::empty::{Empty, empty_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::scrolled::scrolled;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};
use crate::ui::widgets::text::TextLine;

/// Most results that are shown.
const MOST: u32 = 500;

const COLUMNS: [Column<'static>; 3] = [
    Column::new("Number", Width::Fit(110.0)).unsortable(),
    Column::new("Title", Width::Rest(240.0)).unsortable(),
    Column::new("State", Width::Fit(200.0)).unsortable(),
];

/// The results of a search.
pub struct SearchScreen {
    typed: String,
    done: Option<(String, Head)>,
    groups: Vec<(Kind, Rc<Vec<Hit>>, TableState)>,
    problem: Option<String>,
    focus: bool,
}

impl SearchScreen {
    /// A search for the given words.
    pub const fn new(query: String) -> Self {
        Self { typed: query, done: None, groups: Vec::new(), problem: None, focus: true }
    }

    /// Draws the search.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        heading_ui(ui, "Search", |_| {});
        let input = Field::new("Words to search for").show(ui, |ui| {
            ui.add(TextLine::new(&mut self.typed).hint("Numbers, titles, texts").width(420.0))
        });
        if std::mem::take(&mut self.focus) {
            input.request_focus();
        }
        self.search(cx);
        let down = input.has_focus() && ui.input(|input| input.key_pressed(Key::ArrowDown));
        if down && let Some((_, _, table)) = self.groups.first_mut() {
            table.go_to(0);
            table.focus();
        }
        ui.add_space(space::S);
        if let Some(problem) = &self.problem {
            problem_ui(ui, problem);
        }
        self.results(ui, cx);
    }

    /// Searches again if the words or the file have changed.
    fn search(&mut self, cx: &Cx<'_>) {
        let wanted = (self.typed.trim().to_owned(), cx.file.head().clone());
        if self.done.as_ref() == Some(&wanted) {
            return;
        }
        self.groups.clear();
        self.problem = None;
        match cx.file.search(&wanted.0, MOST) {
            Ok(hits) => {
                for kind in Kind::ALL {
                    let of_kind: Vec<Hit> = hits.iter().filter(|hit| hit.id.kind == *kind).cloned().collect();
                    if !of_kind.is_empty() {
                        self.groups.push((*kind, Rc::new(of_kind), TableState::default()));
                    }
                }
            }
            Err(refusal) => self.problem = Some(refusal.to_string()),
        }
        self.done = Some(wanted);
    }

    fn results(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let found: usize = self.groups.iter().map(|(_, hits, _)| hits.len()).sum();
        if self.typed.trim().is_empty() {
            ui.label(hint(ui, "Type words, the beginning of words, or a number such as CR-0007."));
            return;
        }
        if found == 0 {
            let empty = Empty {
                title: "No match",
                purpose: "A record must contain every word. Try fewer words, or the beginning of a word.",
                clause: "",
                button: "",
            };
            empty_ui(ui, &empty);
            return;
        }
        let more =
            if found >= MOST as usize { ", the newest; type more words to narrow the search" } else { "" };
        ui.label(hint(ui, format!("{found} {}{more}", if found == 1 { "record" } else { "records" })));
        let mut opened = None;
        scrolled(egui::ScrollArea::vertical().id_salt("results").auto_shrink(false)).show(ui, |ui| {
            for (kind, hits, table) in &mut self.groups {
                ui.add_space(space::S);
                title_ui(ui, format!("{} ({})", kind.def().plural, hits.len()));
                let events = Table::new(kind.def().plural, &COLUMNS, hits.len()).within(340.0).show(
                    ui,
                    table,
                    |row, column| hits.get(row).map_or_else(Cell::default, |hit| cell(hit, column)),
                );
                opened = opened.or(events.opened.and_then(|row| Some(hits.get(row)?.id)));
            }
        });
        if let Some(id) = opened {
            cx.go(Route::of(id));
        }
    }
}

fn cell(hit: &Hit, column: usize) -> Cell<'static> {
    match column {
        0 => hit.id.to_string().into(),
        1 => hit.title.clone().into(),
        _ => hit
            .id
            .kind
            .def()
            .state(&hit.state)
            .map_or_else(Cell::default, |state| Cell::toned(tone_of(state.tone), state.word)),
    }
}
