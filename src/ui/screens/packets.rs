//! Packets for auditors: choose the scope, preview the pages, save as PDF; and the list of issued packets.

mod preview;
mod sample;

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui;
use egui::{Label, ScrollArea, Ui};

use self::preview::Preview;
use self::sample::Sample;
use super::parts::{boxed_ui, heading_ui, in_a_row_ui, problem_ui, progress_ui};
use crate::domain::event::Event;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::ops::jobs::Job;
use crate::ops::{
    ChapterOrder, EventFilter, EventRow, Head, PacketFonts, PacketOptions, PacketOrder, PacketScope,
    ReadinessScope, RenderedPacket,
};
use crate::ui::cx::{Command, Cx, Route};
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::{Guarded, guarded_ui, primary_ui, segments_ui};
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::empty::{Empty, empty_ui};
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::scrolled::scrolled;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};
use crate::ui::widgets::text::TextLine;

const ISSUED: [Column<'static>; 5] = [
    Column::new("Number", Width::Fit(110.0)).unsortable(),
    Column::new("Issued at", Width::Fit(180.0)).unsortable(),
    Column::new("By", Width::Fit(180.0)).unsortable(),
    Column::new("Covers", Width::Rest(240.0)).unsortable(),
    Column::new("SHA-256", Width::Rest(200.0)).unsortable(),
];

/// How many choices of what a packet covers are in a row.
const IN_A_ROW: usize = 3;

/// The orders of the chapters of a period.
const ORDERS: [(ChapterOrder, &str); 2] = [
    (ChapterOrder::Clauses, "Chapters by the clauses"),
    (ChapterOrder::Inspection, "Chapters by the areas of an FDA inspection"),
];

/// What a packet covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Covers {
    #[default]
    Change,
    Release,
    SoupReview,
    Vulnerability,
    Vex,
    Period,
    Retirement,
    Readiness,
    Sample,
}

impl Covers {
    /// In the order in which they are offered.
    const ALL: [Self; 9] = [
        Self::Change,
        Self::Release,
        Self::SoupReview,
        Self::Vulnerability,
        Self::Vex,
        Self::Period,
        Self::Retirement,
        Self::Readiness,
        Self::Sample,
    ];

    /// The kind of the record that it is about.
    const fn kind(self) -> Option<Kind> {
        match self {
            Self::Change => Some(Kind::ChangeRequest),
            Self::Release | Self::Vex => Some(Kind::Release),
            Self::SoupReview => Some(Kind::SoupReview),
            Self::Vulnerability => Some(Kind::Finding),
            Self::Retirement => Some(Kind::RetirementPlan),
            Self::Period | Self::Readiness | Self::Sample => None,
        }
    }

    /// What is chosen for a record of a kind.
    fn of(kind: Kind) -> Option<Self> {
        Self::ALL.into_iter().find(|covers| covers.kind() == Some(kind))
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Change => "One change",
            Self::Release => "One release",
            Self::SoupReview => "One SOUP review",
            Self::Vulnerability => "One vulnerability",
            Self::Vex => "VEX for users",
            Self::Period => "A whole period",
            Self::Retirement => "Retirement",
            Self::Readiness => "Readiness",
            Self::Sample => "A sample of records",
        }
    }
}

/// A day as it was typed.
fn day_of(label: &str, text: &str) -> Result<Day, String> {
    Day::parse(text.trim()).map_err(|reason| format!("{label}: {reason}"))
}

/// Whether a record of this kind can be printed: in a packet of its own, or in a sample.
pub const fn has_packet(kind: Kind) -> bool {
    kind.def().place.is_work()
}

/// Packets.
#[derive(Default)]
pub struct PacketsScreen {
    covers: Covers,
    /// The chosen record of each kind.
    chosen: BTreeMap<Kind, Option<String>>,
    from: String,
    to: String,
    order: ChapterOrder,
    sample: Sample,
    redact: bool,
    /// Whether it is looked since when each gap of readiness is there.
    since: bool,
    /// The packet being made.
    making: Option<Job<RenderedPacket>>,
    preview: Option<Preview>,
    problem: Option<String>,
    issued: Vec<EventRow>,
    table: TableState,
    read: Option<Head>,
}

impl PacketsScreen {
    /// The screen, optionally with a preselected record.
    pub fn new(record: Option<RecordId>) -> Self {
        let Some(id) = record else { return Self::default() };
        let Some(covers) = Covers::of(id.kind) else {
            return Self { covers: Covers::Sample, sample: Sample::with(id), ..Self::default() };
        };
        Self { covers, chosen: [(id.kind, Some(id.to_string()))].into(), ..Self::default() }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.keep_up(cx);
        self.watch();
        if let Some(preview) = &mut self.preview {
            let mut close = false;
            heading_ui(ui, &format!("Packet {}", preview.packet().number()), |ui| {
                if cx.writable() && primary_ui(ui, "Save PDF…").clicked() {
                    cx.ask(Command::SavePacket(Arc::clone(preview.packet())));
                }
                close = ui.button("Close preview").clicked();
            });
            preview.ui(ui);
            if close {
                self.preview = None;
            }
            return;
        }
        heading_ui(ui, "Packets", |_| {});
        scrolled(ScrollArea::vertical().id_salt("packets").auto_shrink(false)).show(ui, |ui| {
            self.choose_ui(ui, cx);
            if let Some(problem) = &self.problem {
                problem_ui(ui, problem);
            }
            self.issued_ui(ui, cx);
        });
    }

    fn keep_up(&mut self, cx: &Cx<'_>) {
        if self.read.as_ref() == Some(cx.file.head()) {
            return;
        }
        let filter = EventFilter { request: "packet.issue".to_owned(), ..EventFilter::default() };
        match cx.file.events(&filter, 1_000, 0) {
            Ok(rows) => self.issued = rows,
            Err(refusal) => self.problem = Some(refusal.to_string()),
        }
        self.read = Some(cx.file.head().clone());
    }

    /// Checks whether the packet is ready.
    fn watch(&mut self) {
        let Some(outcome) = self.making.as_ref().and_then(Job::poll) else { return };
        self.making = None;
        match outcome {
            Ok(packet) => self.preview = Some(Preview::new(Arc::new(packet))),
            Err(refusal) => self.problem = Some(refusal.to_string()),
        }
    }

    fn choose_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let words = "A packet is a PDF for an auditor: the records with their signatures, their history and the proof that \
                     the records were not tampered with.";
        ui.add(Label::new(body(words)).wrap());
        ui.add_space(space::S);
        for row in Covers::ALL.chunks(IN_A_ROW) {
            let words: Vec<&str> = row.iter().map(|covers| covers.words()).collect();
            let on = row.iter().position(|covers| *covers == self.covers);
            if let Some(covers) = segments_ui(ui, &words, on).and_then(|pressed| row.get(pressed)) {
                self.covers = *covers;
            }
            ui.add_space(space::XS);
        }
        match self.covers.kind() {
            Some(kind) => record_ui(ui, cx, kind, self.chosen.entry(kind).or_default()),
            None if self.covers == Covers::Readiness => readiness_ui(ui, &mut self.since),
            None if self.covers == Covers::Sample => self.sample.ui(ui, cx),
            None => self.period_ui(ui),
        }
        let words = if self.covers == Covers::Vex {
            "It goes to users: it names nobody who decided and nothing of the risk management file."
        } else {
            check_ui(ui, &mut self.redact, "Leave out personal data");
            "Names, addresses and texts that may name patients or reporters are replaced by a mark. The names of the signers are kept."
        };
        ui.add(Label::new(hint(ui, words)).wrap());
        ui.add_space(space::S);
        self.make_ui(ui, cx);
    }

    /// The days of a period, and the order of its chapters.
    fn period_ui(&mut self, ui: &mut Ui) {
        in_a_row_ui(ui, |ui| {
            boxed_ui(ui, "From", 140.0, |ui| ui.add(TextLine::new(&mut self.from).hint("2026-01-01")));
            boxed_ui(ui, "Until", 140.0, |ui| ui.add(TextLine::new(&mut self.to).hint("2026-12-31")));
        });
        let on = ORDERS.iter().position(|(order, _)| *order == self.order);
        let words: Vec<&str> = ORDERS.iter().map(|(_, words)| *words).collect();
        if let Some((order, _)) = segments_ui(ui, &words, on).and_then(|pressed| ORDERS.get(pressed)) {
            self.order = *order;
        }
        ui.add_space(space::XS);
    }

    fn options(&self) -> Result<PacketOptions, String> {
        let number = || {
            let kind = self.covers.kind();
            let chosen = kind.and_then(|kind| self.chosen.get(&kind)).and_then(Option::as_deref);
            let noun = kind.map_or_else(String::new, |kind| kind.def().noun());
            chosen.and_then(|text| text.parse().ok()).ok_or_else(|| format!("No {noun} is chosen"))
        };
        let scope = match self.covers {
            Covers::Change => PacketScope::Change(number()?),
            Covers::Release => PacketScope::Release(number()?),
            Covers::SoupReview => PacketScope::SoupReview(number()?),
            Covers::Vulnerability => PacketScope::Vulnerability(number()?),
            Covers::Vex => PacketScope::Vex(number()?),
            Covers::Period => {
                let (from, to) = (day_of("From", &self.from)?, day_of("Until", &self.to)?);
                PacketScope::Period { from, to, order: self.order }
            }
            Covers::Retirement => PacketScope::Retirement(number()?),
            Covers::Readiness => {
                let months = if self.since { ReadinessScope::MONTHS } else { 0 };
                PacketScope::Readiness(ReadinessScope { on: None, months })
            }
            Covers::Sample => PacketScope::Sample(self.sample.scope()?),
        };
        Ok(PacketOptions { scope, redact: self.redact })
    }

    fn make_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if let Some(making) = &self.making {
            progress_ui(ui, making.progress());
            return;
        }
        let options = self.options();
        let mut missing: Vec<String> = options.as_ref().err().cloned().into_iter().collect();
        if let Some(why) = cx.file.why_read_only().filter(|_| cx.file.writer_is_away()) {
            missing.push(why.to_string());
        }
        if guarded_ui(ui, "Make preview", &missing) != Guarded::Pressed {
            return;
        }
        let Ok(options) = options else { return };
        let order = PacketOrder::new(cx.file, options, cx.session, cx.stamp);
        self.problem = None;
        self.making = cx.start(ui.ctx(), "Making the packet", move |progress| {
            order.make(PacketFonts::with_system(), progress)
        });
    }

    fn issued_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.add_space(space::XL);
        title_ui(ui, "Issued packets");
        if self.issued.is_empty() {
            let empty = Empty {
                title: "No packet was issued yet",
                purpose: "Each saved packet is recorded with its number and digest, so that a copy can be identified.",
                clause: "21 CFR 11.10(b)",
                button: "",
            };
            empty_ui(ui, &empty);
            return;
        }
        let rows = &self.issued;
        let events = Table::new("Issued packets", &ISSUED, rows.len()).within(320.0).show(
            ui,
            &mut self.table,
            |row, column| rows.get(row).map_or_else(Cell::default, |row| issued_cell(row, column)),
        );
        if events.opened.is_some() {
            cx.go(Route::AuditTrail(None));
        }
    }
}

/// What a report of readiness is, and whether it looks back.
fn readiness_ui(ui: &mut Ui, since: &mut bool) {
    check_ui(ui, since, "Say since when each gap is there");
    let words = format!(
        "What the readiness rules find now, marked as internal on every page. Looking back over {} months takes longer.",
        ReadinessScope::MONTHS
    );
    ui.add(Label::new(hint(ui, words)).wrap());
}

/// The choice of one record of a kind.
fn record_ui(ui: &mut Ui, cx: &mut Cx<'_>, kind: Kind, chosen: &mut Option<String>) {
    let rows = match cx.list(kind) {
        Ok(rows) => rows,
        Err(refusal) => return problem_ui(ui, &refusal.to_string()),
    };
    if rows.is_empty() {
        let (noun, list) = (kind.def().noun(), kind.def().plural);
        let words = format!("There is no {noun} yet. Make one under {list}, or choose a whole period.");
        ui.add(Label::new(hint(ui, words)).wrap());
        return;
    }
    let known: Vec<(String, String)> =
        rows.iter().map(|row| (row.id.to_string(), format!("{} {}", row.id, row.title))).collect();
    let choices: Vec<Choice<'_>> =
        known.iter().map(|(code, word)| Choice { code, word, meaning: "" }).collect();
    boxed_ui(ui, kind.def().word, 320.0, |ui| choice_ui(ui, chosen, &choices, false));
}

fn issued_cell(row: &EventRow, column: usize) -> Cell<'static> {
    let event = &row.event;
    let fact = |name: &str| {
        event
            .facts
            .get(name)
            .map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    match column {
        0 => fact("number").into(),
        1 => event.at.words().into(),
        2 => event.name.clone().into(),
        3 => covers(event).into(),
        _ => Cell::weak(fact("sha256")),
    }
}

/// The scope of an issued packet, as text.
fn covers(event: &Event) -> String {
    let days: Vec<&str> = event
        .facts
        .get("period")
        .and_then(|period| period.as_array())
        .map(|days| days.iter().filter_map(|day| day.as_str()).collect())
        .unwrap_or_default();
    let redacted = event.facts.get("redacted").and_then(serde_json::Value::as_bool).unwrap_or(false);
    let readiness = event.facts.get("readiness_on").and_then(|day| day.as_str());
    let sample = event.facts.get("sample").and_then(|sample| sample["printed"].as_array());
    let scope = match (event.record, days.as_slice(), readiness) {
        (Some(id), _, _) => id.to_string(),
        (None, [from, to], _) => format!("{from} to {to}"),
        (None, _, Some(day)) => format!("Readiness on {day}"),
        (None, _, None) => sample
            .map_or_else(String::new, |records| format!("Sample of {}", counted(records.len(), "record"))),
    };
    if redacted { format!("{scope}, personal data left out") } else { scope }
}

/// The warnings to read before handing out a packet.
fn warnings_ui(ui: &mut Ui, packet: &RenderedPacket) {
    for warning in &packet.warnings {
        tone_words_ui(ui, Tone::Due, warning);
    }
}
