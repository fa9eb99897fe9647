//! The audit trail: who did what, when and why, the changes of each event, and the chain that proves it (21 CFR 11.10(e)).

use std::cell::Cell as Seen;
use std::rc::Rc;

use eframe::egui;
use egui::{Label, Panel, ScrollArea, Ui};

use super::parts::{act_words, boxed_ui, heading_ui, in_a_row_ui, lowered_ui, problem_ui, subject_word};
use crate::domain::choice::Choice as _;
use crate::domain::event::{Event, RecordChange};
use crate::domain::ids::RecordId;
use crate::domain::text::{capital, shortened};
use crate::domain::time::Day;
use crate::ops::{
    self, Act, EventFilter, EventRow, Head, Refused, Request, field_label, request_names, value_words,
};
use crate::ui::cx::{Command, Cx, Route, Then};
use crate::ui::theme::{Tone, body, bold, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::empty::{Empty, empty_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::scrolled::scrolled;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};
use crate::ui::widgets::text::{TextArea, TextLine};

/// Events per read.
const PAGE: u32 = 200;
/// Events per read for an export.
const EXPORT_PAGE: u32 = 2_000;
/// Greatest number of characters shown of a value.
const VALUE_MOST: usize = 1_200;

const COLUMNS: [Column<'static>; 8] = [
    Column::new("No.", Width::Fixed(72.0)).unsortable(),
    Column::new("Entered at (UTC)", Width::Fixed(140.0)).unsortable(),
    Column::new("Person", Width::Fixed(130.0)).unsortable(),
    Column::new("Role", Width::Fixed(152.0)).unsortable(),
    Column::new("What", Width::Rest(180.0)).unsortable(),
    Column::new("Record", Width::Fixed(84.0)).unsortable(),
    Column::new("Reason", Width::Rest(90.0)).unsortable(),
    Column::new("Marks", Width::Fixed(130.0)).unsortable(),
];

const CSV_HEADER: [&str; 14] = [
    "No.",
    "Entered at (UTC)",
    "Happened at (UTC)",
    "Person",
    "Login",
    "Role",
    "Act",
    "What",
    "Record",
    "Reason",
    "Late because",
    "Changes",
    "Digest",
    "Previous digest",
];

/// The typed filters.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Filters {
    record: String,
    person: Option<String>,
    subject: Option<String>,
    from: String,
    until: String,
    text: String,
}

/// The audit trail.
#[derive(Default)]
pub struct AuditScreen {
    filters: Filters,
    table: TableState,
    rows: Rc<Vec<EventRow>>,
    read: Option<(EventFilter, Head)>,
    complete: bool,
    problem: Option<String>,
    clock_open: bool,
    /// The typed reason for acknowledging the clock.
    acknowledging: Option<String>,
}

impl Filters {
    /// The filter, or the error in it.
    fn parse(&self) -> Result<EventFilter, String> {
        let day = |label: &str, text: &str| match text.trim() {
            "" => Ok(String::new()),
            text => {
                Day::parse(text).map(|day| day.to_string()).map_err(|reason| format!("{label}: {reason}"))
            }
        };
        let record = match self.record.trim() {
            "" => None,
            text => {
                let id = text.to_uppercase().parse::<RecordId>();
                Some(id.map_err(|_| format!("“{text}” is not a record number; write one such as FB-0001"))?)
            }
        };
        Ok(EventFilter {
            record,
            actor: self.person.as_deref().and_then(|text| text.parse().ok()),
            request: self.subject.as_deref().map_or_else(String::new, |subject| format!("{subject}.")),
            from: day("From", &self.from)?,
            until: day("Until", &self.until)?,
            text: self.text.trim().to_owned(),
        })
    }
}

impl AuditScreen {
    /// The trail of one record, or of the whole file.
    pub fn new(record: Option<RecordId>) -> Self {
        let record = record.map_or_else(String::new, |id| id.to_string());
        Self { filters: Filters { record, ..Filters::default() }, ..Self::default() }
    }

    /// Draws the trail.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let filter = self.filters.parse();
        heading_ui(ui, "Audit trail", |ui| {
            if ui.button("Verify now").clicked() {
                cx.ask(Command::Verify);
            }
            if ui.button("Save as CSV…").clicked() {
                self.export(&filter, cx);
            }
        });
        self.filters_ui(ui, cx);
        match &filter {
            Ok(filter) => self.keep_up(filter, cx),
            Err(reason) => {
                tone_words_ui(ui, Tone::Late, reason);
            }
        }
        if let Some(problem) = &self.problem {
            problem_ui(ui, problem);
        }
        self.clock_ui(ui, cx);
        let chosen = self.table.cursor.and_then(|row| self.rows.get(row).cloned());
        if let Some(row) = chosen {
            Panel::bottom("audit_detail").resizable(true).default_size(300.0).show(ui, |ui| {
                self.detail_ui(ui, &row, cx);
            });
        }
        self.table_ui(ui, cx);
    }

    fn filters_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let names = cx.names().map(|names| (*names).clone()).unwrap_or_default();
        let people: Vec<(String, String)> =
            names.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
        let people: Vec<Choice<'_>> =
            people.iter().map(|(code, word)| Choice { code, word, meaning: "" }).collect();
        let mut subjects: Vec<String> =
            request_names().iter().filter_map(|name| Some(name.split_once('.')?.0.to_owned())).collect();
        subjects.dedup();
        let subjects: Vec<(String, String)> =
            subjects.into_iter().map(|code| (code.clone(), subject_word(&code))).collect();
        let subjects: Vec<Choice<'_>> =
            subjects.iter().map(|(code, word)| Choice { code, word, meaning: "" }).collect();
        let filters = &mut self.filters;
        in_a_row_ui(ui, |ui| {
            boxed_ui(ui, "Record", 110.0, |ui| ui.add(TextLine::new(&mut filters.record).hint("FB-0001")));
            boxed_ui(ui, "Person", 170.0, |ui| choice_ui(ui, &mut filters.person, &people, true));
            boxed_ui(ui, "Kind of act", 170.0, |ui| choice_ui(ui, &mut filters.subject, &subjects, true));
            boxed_ui(ui, "From", 120.0, |ui| ui.add(TextLine::new(&mut filters.from).hint("2026-11-22")));
            boxed_ui(ui, "Until", 120.0, |ui| ui.add(TextLine::new(&mut filters.until).hint("2026-11-22")));
            boxed_ui(ui, "Text", 180.0, |ui| ui.add(TextLine::new(&mut filters.text).hint("In any value")));
            if *filters != Filters::default() && lowered_ui(ui, |ui| ui.button("Clear filters").clicked()) {
                *filters = Filters::default();
            }
        });
        ui.add_space(space::S);
    }

    /// Reads the first page again if the filter or the file has changed.
    fn keep_up(&mut self, filter: &EventFilter, cx: &Cx<'_>) {
        let head = cx.file.head().clone();
        if self.read.as_ref().is_some_and(|(read, at)| read == filter && *at == head) {
            return;
        }
        let same = self.read.as_ref().is_some_and(|(read, _)| read == filter);
        if !same {
            self.table.forget_rows();
        }
        let chosen = self.table.cursor.and_then(|row| self.rows.get(row)).map(|row| row.event.seq);
        let wanted = if same { PAGE.max(u32::try_from(self.rows.len()).unwrap_or(PAGE)) } else { PAGE };
        match cx.file.events(filter, wanted, 0).and_then(|rows| Ok((rows, cx.file.clock_open()?))) {
            Ok((rows, clock_open)) => {
                self.complete = rows.len() < wanted as usize;
                self.clock_open = clock_open;
                self.problem = None;
                if let Some(row) = chosen.and_then(|seq| rows.iter().position(|row| row.event.seq == seq)) {
                    self.table.go_to(row);
                }
                self.rows = Rc::new(rows);
            }
            Err(refusal) => self.problem = Some(refusal.to_string()),
        }
        self.read = Some((filter.clone(), head));
    }

    fn more(&mut self, cx: &Cx<'_>) {
        let Some((filter, _)) = &self.read else { return };
        match cx.file.events(filter, PAGE, u32::try_from(self.rows.len()).unwrap_or(u32::MAX)) {
            Ok(rows) => {
                self.complete = rows.len() < PAGE as usize;
                Rc::make_mut(&mut self.rows).extend(rows);
            }
            Err(refusal) => {
                self.complete = true;
                self.problem = Some(refusal.to_string());
            }
        }
    }

    fn table_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let word = if self.rows.len() == 1 { "event" } else { "events" };
        let more = if self.complete { "" } else { " so far; scroll down for more" };
        ui.label(hint(ui, format!("{} {word}{more}, newest first", self.rows.len())));
        if self.rows.is_empty() && self.problem.is_none() {
            let empty = Empty {
                title: "No event matches",
                purpose: "Every act is recorded here as an event that nobody can change. Widen the filters to see others.",
                clause: "21 CFR 11.10(e)",
                button: "",
            };
            empty_ui(ui, &empty);
            return;
        }
        let furthest = Seen::new(0);
        let rows = Rc::clone(&self.rows);
        let events =
            Table::new("Audit trail", &COLUMNS, rows.len()).show(ui, &mut self.table, |row, column| {
                furthest.set(furthest.get().max(row));
                rows.get(row).map_or_else(Cell::default, |row| cell(&row.event, column))
            });
        if let Some(row) = events.opened {
            self.table.go_to(row);
        }
        if !self.complete && furthest.get() + 40 >= self.rows.len() {
            self.more(cx);
            ui.request_repaint();
        }
    }

    fn clock_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if !self.clock_open {
            return;
        }
        let words =
            "The clock of a machine ran backwards. Until this is acknowledged, nothing can be signed.";
        banner_ui(ui, &Notice::problem(words, "Set the clock, then acknowledge it with the reason."), false);
        if cx.writable() && ui.button("Acknowledge the clock…").clicked() {
            self.acknowledging = Some(String::new());
        }
        let Some(reason) = &mut self.acknowledging else { return };
        let missing: Vec<String> =
            if reason.trim().is_empty() { vec!["The reason is missing".to_owned()] } else { Vec::new() };
        let outcome = Dialog::new("acknowledge_clock", "Acknowledge the clock", "Acknowledge")
            .missing(&missing)
            .show(ui.ctx(), |ui| {
                Field::new("Reason")
                    .help("Why the clock ran backwards, and that it is now correct", "21 CFR 11.10(e)")
                    .show(ui, |ui| ui.add(TextArea::new(reason).rows(2, 6)));
            });
        match outcome {
            Outcome::Open | Outcome::Refused => {}
            Outcome::Cancelled => self.acknowledging = None,
            Outcome::Confirmed => {
                let act = Act::from(Request::AcknowledgeClock).because(reason.trim());
                cx.ask(Command::Perform { act, then: Then::Stay, draft: None });
                self.acknowledging = None;
            }
        }
    }

    fn detail_ui(&mut self, ui: &mut Ui, row: &EventRow, cx: &mut Cx<'_>) {
        let event = &row.event;
        egui::Sides::new().show(
            ui,
            |ui| {
                title_ui(ui, format!("Event {}", event.seq));
                title_ui(ui, act_words(&event.request));
                if let Some(id) = event.record
                    && link_ui(ui, &id.to_string()).clicked()
                {
                    cx.go(Route::Record(id));
                }
            },
            |ui| {
                if ui.button("Close details").clicked() {
                    self.table.forget_rows();
                }
            },
        );
        scrolled(ScrollArea::vertical().id_salt("changes").auto_shrink(false)).show(ui, |ui| {
            for change in &event.changes {
                change_ui(ui, change, cx);
            }
            ui.add_space(space::M);
            facts_ui(ui, row);
            ui.add_space(space::S);
        });
    }

    fn export(&mut self, filter: &Result<EventFilter, String>, cx: &mut Cx<'_>) {
        let Ok(filter) = filter else { return };
        match csv_of(filter, cx) {
            Ok(bytes) => {
                cx.ask(Command::SaveFile {
                    suggested_name: format!("audit-trail-{}.csv", cx.today()),
                    bytes,
                });
            }
            Err(refusal) => self.problem = Some(refusal.to_string()),
        }
    }
}

/// Every event that matches the filter, including those not yet read for the screen.
fn csv_of(filter: &EventFilter, cx: &mut Cx<'_>) -> Result<Vec<u8>, Refused> {
    let names = cx.names()?;
    let mut lines: Vec<Vec<String>> = Vec::new();
    loop {
        let offset = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let rows = cx.file.events(filter, EXPORT_PAGE, offset)?;
        let last = rows.len() < EXPORT_PAGE as usize;
        lines.extend(rows.iter().map(|row| csv_line(row, &|id| names.get(&id).cloned())));
        if last {
            return ops::csv(&CSV_HEADER, lines);
        }
    }
}

fn csv_line(row: &EventRow, name: &dyn Fn(RecordId) -> Option<String>) -> Vec<String> {
    let event = &row.event;
    let changes: Vec<String> = event
        .changes
        .iter()
        .flat_map(|change| {
            change.fields.iter().map(|field| {
                let words = |value| value_words(change.record, &field.field, value, name);
                let label = field_label(change.record, &field.field);
                format!("{} {label}: “{}” → “{}”", change.record, words(&field.before), words(&field.after))
            })
        })
        .collect();
    vec![
        event.seq.to_string(),
        event.at.to_string(),
        event.occurred_at.map_or_else(String::new, |at| at.to_string()),
        event.name.clone(),
        event.login.clone(),
        event.role.map_or_else(String::new, |role| role.word().to_owned()),
        event.request.clone(),
        act_words(&event.request),
        event.record.map_or_else(String::new, |id| id.to_string()),
        event.reason.clone().unwrap_or_default(),
        event.late_reason.clone().unwrap_or_default(),
        changes.join("\n"),
        row.digest.clone(),
        event.previous.clone(),
    ]
}

fn cell(event: &Event, column: usize) -> Cell<'static> {
    match column {
        0 => event.seq.to_string().into(),
        1 => event.at.words().trim_end_matches(" UTC").to_owned().into(),
        2 => event.name.clone().into(),
        3 => Cell::weak(event.role.map_or("", |role| role.word())),
        4 => act_words(&event.request).into(),
        5 => event.record.map_or_else(Cell::default, |id| id.to_string().into()),
        6 => event.reason.clone().unwrap_or_default().into(),
        _ => match (&event.clock_back_seconds, &event.late_reason) {
            (Some(_), _) => Cell::toned(Tone::Late, "Clock ran back"),
            (None, Some(_)) => Cell::toned(Tone::Due, "Late entry"),
            (None, None) if !event.signatures.is_empty() => Cell::toned(Tone::Good, "Signed"),
            (None, None) => Cell::default(),
        },
    }
}

fn facts_ui(ui: &mut Ui, row: &EventRow) {
    let event = &row.event;
    let role = event.role.map_or_else(String::new, |role| format!(", {}", role.word()));
    let mut facts: Vec<(String, String)> = vec![
        ("Who".into(), format!("{} ({}{role}) at {}", event.name, event.login, event.machine)),
        ("Entered at".into(), event.at.with_offset_words(event.offset_minutes)),
    ];
    let mut add = |label: &str, words: Option<String>| {
        if let Some(words) = words {
            facts.push((label.to_owned(), words));
        }
    };
    add("Happened at", event.occurred_at.map(|at| at.words()));
    add("Entered late because", event.late_reason.clone());
    add("Clock", event.clock_words());
    add("Reason", event.reason.clone());
    add("Signatures", (!event.signatures.is_empty()).then(|| event.signatures.len().to_string()));
    if let Some(more) = event.facts.as_object() {
        for (name, value) in more {
            let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            facts.push((capital(&name.replace('_', " ")), shortened(&words, VALUE_MOST)));
        }
    }
    facts.push(("Digest".into(), row.digest.clone()));
    facts.push(("Previous digest".into(), event.previous.clone()));
    facts.push(("Program".into(), event.program.clone()));
    let grid = egui::Grid::new(("facts", event.seq)).num_columns(2).min_row_height(20.0);
    grid.spacing([space::L, space::XS]).show(ui, |ui| {
        for (label, words) in facts {
            ui.label(hint(ui, label));
            ui.add(Label::new(body(words)).wrap());
            ui.end_row();
        }
    });
}

fn change_ui(ui: &mut Ui, change: &RecordChange, cx: &mut Cx<'_>) {
    ui.add_space(space::S);
    ui.horizontal(|ui| {
        if link_ui(ui, &change.record.to_string()).clicked() {
            cx.go(Route::Record(change.record));
        }
        ui.label(hint(ui, format!("{}, revision {}", change.record.kind.def().word, change.revision)));
    });
    let names = cx.names().ok();
    let name = |id: RecordId| names.as_ref().and_then(|names| names.get(&id).cloned());
    let room = (ui.available_width() - 220.0 - space::L * 2.0).max(200.0) / 2.0;
    egui::Grid::new(("change", change.record, change.revision))
        .num_columns(3)
        .striped(true)
        .min_col_width(160.0)
        .min_row_height(22.0)
        .spacing([space::L, space::XS])
        .show(ui, |ui| {
            for words in ["Field", "Before", "After"] {
                ui.label(hint(ui, words));
            }
            ui.end_row();
            for field in &change.fields {
                let words =
                    |value| shortened(&value_words(change.record, &field.field, value, &name), VALUE_MOST);
                ui.scope(|ui| {
                    ui.set_max_width(220.0);
                    ui.add(Label::new(bold(field_label(change.record, &field.field))).wrap());
                });
                for value in [&field.before, &field.after] {
                    ui.scope(|ui| {
                        ui.set_max_width(room);
                        let words = words(value);
                        let words = if words.is_empty() { "—".to_owned() } else { words };
                        ui.add(Label::new(body(words)).wrap());
                    });
                }
                ui.end_row();
            }
        });
}
