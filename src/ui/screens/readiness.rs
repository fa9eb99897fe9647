//! The gaps that an auditor would find, and the clauses with what answers them.

use std::sync::Arc;

use eframe::egui;
use egui::{Label, Ui};
use serde_json::json;

use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::domain::readiness::{Gap, Severity};
use crate::domain::record::Fields;
use crate::ops::{FoundGap, Readiness};
use crate::ui::cx::{Cx, Route};
use crate::ui::looking::Looking;
use crate::ui::screens::parts::{heading_ui, refusal_ui};
use crate::ui::theme::{Tone, bold, hint, space};
use crate::ui::widgets::button::segments_ui;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};
use crate::ui::widgets::text::TextLine;

/// Height of what is said of the chosen gap.
const DETAIL: f32 = 196.0;

/// Which gaps are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    All,
    Of(Severity),
    Settled,
}

/// What the segments choose.
const CHOICES: [Shown; 6] = [
    Shown::All,
    Shown::Of(Severity::Critical),
    Shown::Of(Severity::Major),
    Shown::Of(Severity::Minor),
    Shown::Of(Severity::Info),
    Shown::Settled,
];

impl Shown {
    fn includes(self, gap: &Gap) -> bool {
        match self {
            Self::All => true,
            Self::Of(severity) => gap.is_open(severity),
            Self::Settled => gap.settled.is_some(),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Of(severity) => severity.word(),
            Self::Settled => "Settled",
        }
    }
}

/// The tone of a severity.
pub const fn tone_of(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::Major => Tone::Late,
        Severity::Minor => Tone::Due,
        Severity::Info => Tone::Neutral,
    }
}

/// The screen.
#[derive(Default)]
pub struct ReadinessScreen {
    looking: Looking<Readiness>,
    by_clause: bool,
    shown: Shown,
    text: String,
    /// The words of the segments with their counts, and of which round of looking.
    counted: Option<(u64, Vec<String>)>,
    order: Vec<usize>,
    ordered: Option<(u64, Shown, String)>,
    gaps: TableState,
    clauses: TableState,
}

impl ReadinessScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        heading_ui(ui, "Readiness", |_| {});
        self.looking.keep_up_rules(ui.ctx(), cx, |found| found);
        match self.looking.shown() {
            None => {
                ui.label(hint(ui, "The rules are being applied…"));
                return;
            }
            Some(Err(refusal)) => return refusal_ui(ui, refusal),
            Some(Ok(found)) => {
                ui.label(found.words());
                if let Some(words) = found.unknown_words() {
                    ui.label(hint(ui, words));
                }
            }
        }
        ui.add_space(space::XS);
        if let Some(chosen) = segments_ui(ui, &["Gaps", "Clauses"], Some(usize::from(self.by_clause))) {
            self.by_clause = chosen == 1;
        }
        ui.add_space(space::S);
        if self.by_clause { self.clauses_ui(ui) } else { self.gaps_ui(ui, cx) }
    }

    fn gaps_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.filters_ui(ui);
        self.reorder();
        let Some(found) = self.looking.get() else { return };
        if self.order.is_empty() {
            let words = if found.gaps.is_empty() {
                "No rule finds a gap. The file is ready for an audit as far as rules can tell."
            } else {
                "No gap matches."
            };
            ui.label(words);
            return;
        }
        let columns = [
            Column::new("Severity", Width::Fit(92.0)).unsortable(),
            Column::new("Rule", Width::Fit(84.0)).unsortable(),
            Column::new("What is missing", Width::Rest(260.0)).unsortable(),
            Column::new("Record", Width::Fit(220.0)).unsortable(),
            Column::new("Clause", Width::Fit(140.0)).unsortable(),
        ];
        let order = &self.order;
        let gap = |row: usize| order.get(row).and_then(|at| found.gaps.get(*at));
        let height = (ui.available_height() - DETAIL).max(space::ROW * 4.0);
        let table = Table::new("Gaps", &columns, order.len()).within(height);
        let events = table.show(ui, &mut self.gaps, |row, column| {
            gap(row).map(|gap| cell_of(gap, column)).unwrap_or_default()
        });
        let chosen = self.gaps.cursor.or(Some(0)).and_then(gap).cloned();
        let go = events.opened.and_then(gap).map(|one| place_of(&one.gap));
        if let Some(gap) = chosen {
            detail_ui(ui, cx, &gap);
        }
        if let Some(route) = go {
            cx.go(route);
        }
    }

    fn filters_ui(&mut self, ui: &mut Ui) {
        let Some(found) = self.looking.get() else { return };
        if self.counted.as_ref().is_none_or(|(round, _)| *round != self.looking.round()) {
            let count = |shown: &Shown| found.gaps.iter().filter(|one| shown.includes(&one.gap)).count();
            let words = CHOICES.iter().map(|shown| format!("{} {}", shown.word(), count(shown))).collect();
            self.counted = Some((self.looking.round(), words));
        }
        let words = self.counted.as_ref().map(|(_, words)| words.as_slice()).unwrap_or_default();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        ui.horizontal_wrapped(|ui| {
            ui.add(TextLine::new(&mut self.text).hint("Filter").width(220.0)).accessible_name("Filter");
            let on = CHOICES.iter().position(|shown| *shown == self.shown);
            if let Some(chosen) = segments_ui(ui, &words, on).and_then(|chosen| CHOICES.get(chosen)) {
                self.shown = *chosen;
            }
        });
        ui.add_space(space::S);
    }

    fn reorder(&mut self) {
        let wanted = (self.looking.round(), self.shown, self.text.to_lowercase());
        if self.ordered.as_ref() == Some(&wanted) {
            return;
        }
        let Some(found) = self.looking.get() else { return };
        let matches = |one: &FoundGap| {
            let (rule, record) = (one.gap.rule, one.record_words().unwrap_or_default());
            let all = format!("{} {} {} {record}", rule.id, one.gap.hit.text, rule.clause).to_lowercase();
            wanted.2.split_whitespace().all(|word| all.contains(word))
        };
        let shown =
            found.gaps.iter().enumerate().filter(|(_, one)| wanted.1.includes(&one.gap) && matches(one));
        self.order = shown.map(|(at, _)| at).collect();
        self.ordered = Some(wanted);
        self.gaps.forget_rows();
    }

    fn clauses_ui(&mut self, ui: &mut Ui) {
        let Some(found) = self.looking.get() else { return };
        let columns = [
            Column::new("Clause", Width::Fit(80.0)).unsortable(),
            Column::new("What it asks", Width::Rest(220.0)).unsortable(),
            Column::new("Answered by", Width::Rest(200.0)).unsortable(),
            Column::new("Gaps", Width::Fit(80.0)).unsortable(),
            Column::new("Beside it", Width::Fit(250.0)).unsortable(),
        ];
        let table = Table::new("Clauses", &columns, found.clauses.len()).only_read();
        table.show(ui, &mut self.clauses, |row, column| {
            let Some(one) = found.clauses.get(row) else { return Cell::default() };
            match column {
                0 => Cell::from(one.clause.number),
                1 => Cell::from(one.clause.asks),
                2 => Cell::from(one.words()),
                3 if one.gaps == 0 => Cell::toned(Tone::Good, "0"),
                3 => Cell::toned(Tone::Late, one.gaps.to_string()),
                _ => Cell::weak(one.clause.beside),
            }
        });
    }
}

/// Where a gap is remedied: its record, or the list in which one is missing.
fn place_of(gap: &Gap) -> Route {
    match (gap.hit.record, gap.rule.place) {
        (Some(id), _) => Route::Record(id),
        (None, Some(kind)) => Route::List(kind),
        (None, None) => Route::AuditTrail(None),
    }
}

fn cell_of(one: &FoundGap, column: usize) -> Cell<'_> {
    let gap = &one.gap;
    match column {
        0 if gap.settled.is_some() => Cell::weak("Settled"),
        0 => Cell::toned(tone_of(gap.severity()), gap.severity().word()),
        1 => Cell::from(gap.rule.id),
        2 => Cell::from(gap.hit.text.as_str()),
        3 => one.record_words().map_or_else(|| Cell::weak("None"), Cell::from),
        _ => Cell::weak(gap.rule.clause),
    }
}

/// What is said of the chosen gap, and what can be done.
fn detail_ui(ui: &mut Ui, cx: &mut Cx<'_>, one: &FoundGap) {
    let gap = &one.gap;
    ui.add_space(space::S);
    ui.separator();
    ui.add(Label::new(bold(format!("{}: {}", gap.rule.id, gap.rule.says))).wrap());
    let record = one.record_words().map_or_else(String::new, |words| format!("{words}: "));
    ui.add(Label::new(format!("{record}{}", gap.hit.text)).wrap());
    ui.add(Label::new(gap.rule.remedy).wrap());
    ui.label(hint(ui, format!("{}; counts for: {}", gap.rule.clause, gap.rule.applies.word())));
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        let word = match (gap.hit.record, gap.rule.place) {
            (Some(id), _) => format!("Open {id}"),
            (None, Some(kind)) => kind.def().plural.to_owned(),
            (None, None) => "Audit trail".to_owned(),
        };
        if ui.button(word).clicked() {
            cx.go(place_of(gap));
        }
        match gap.settled.zip(gap.settled_words()) {
            Some((id, words)) => {
                if ui.button(words).clicked() {
                    cx.go(Route::Record(id));
                }
            }
            None => {
                if ui.button("Waive…").clicked() {
                    cx.go(Route::NewFrom(Kind::Waiver, Arc::new(waiver_of(gap))));
                }
            }
        }
    });
}

/// A waiver of a gap, to be justified.
fn waiver_of(gap: &Gap) -> Fields {
    let mut set = Fields::new();
    set.insert(
        "title".into(),
        crate::domain::text::title(&format!("{}: {}", gap.rule.id, gap.rule.says)).into(),
    );
    set.insert("rule".into(), gap.rule.id.into());
    if let Some(id) = gap.hit.record {
        set.insert("subject".into(), json!(id));
    }
    set
}
