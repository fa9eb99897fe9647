//! The triage of findings at the speed of a mail program: the list on the left, the finding with its decision on the right, all of it
//! by keys.

mod acts;
mod detail;
mod form;
mod keys;

use std::collections::{BTreeSet, HashMap};

use eframe::egui;
use egui::{CentralPanel, ScrollArea, Ui};

use self::acts::Acts;
use self::form::Form;
use super::picked::Picked;
use super::{beside_list, filter_ui};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::PatchSeverity;
use crate::domain::person::Role;
use crate::domain::record::RecordData;
use crate::domain::text::counted;
use crate::ops::TriageRow;
use crate::ui::cx::Cx;
use crate::ui::looking::Looking;
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::record::field_context::FieldContext;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::button::segments_ui;
use crate::ui::widgets::empty::{Empty, empty_ui};
use crate::ui::widgets::heading::page_heading_ui;
use crate::ui::widgets::scrolled::scrolled;
use crate::ui::widgets::table::{Cell, Column, Table, Width};

/// Width of the finding beside the list, in points.
const SIDE: f32 = 480.0;
/// Most drafts of decisions that are kept while others are looked at.
const DRAFTS_MAX: usize = 200;

/// Which findings are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Filter {
    #[default]
    ToDecide,
    ToPropose,
    ForMe,
    Proposed,
    Decided,
    All,
}

impl Filter {
    const ALL: [Self; 6] =
        [Self::ToDecide, Self::ToPropose, Self::ForMe, Self::Proposed, Self::Decided, Self::All];

    const fn word(self) -> &'static str {
        match self {
            Self::ToDecide => "To decide",
            Self::ToPropose => "To propose",
            Self::ForMe => "Waiting for me",
            Self::Proposed => "Proposed",
            Self::Decided => "Decided",
            Self::All => "All",
        }
    }
}

/// Who looks.
#[derive(Clone, Copy)]
struct Looker<'a> {
    person: RecordId,
    roles: &'a [Role],
}

/// The screen.
#[derive(Default)]
pub struct TriageScreen {
    looking: Looking<Vec<TriageRow>>,
    /// The answer from which the places were made.
    round: u64,
    places: HashMap<RecordId, usize>,
    filter: Filter,
    /// Findings whose decision was stored since the rows were read.
    stored: BTreeSet<RecordId>,
    text: String,
    /// How many findings each filter shows, and for which answer, stored decisions and person they were counted.
    counts: Option<((u64, usize, RecordId), [usize; Filter::ALL.len()])>,
    shown_for: Option<(u64, Filter, usize, String)>,
    picked: Picked,
    form: Option<Form>,
    /// Decisions that were begun and are not stored, by the findings that they are about.
    drafts: HashMap<Vec<RecordId>, Form>,
    /// The finding beside the list, as it was read last.
    read: Option<(RecordId, u64, RecordData)>,
    acts: Acts,
    begun: bool,
}

impl TriageScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.looking.keep_up(ui.ctx(), cx, |file, now| file.triage_rows(now));
        page_heading_ui(ui, "Triage");
        match self.looking.shown() {
            None => {
                ui.label(hint(ui, "The findings are being looked through…"));
                return;
            }
            Some(Err(refusal)) => return refusal_ui(ui, refusal),
            Some(Ok(rows)) if rows.is_empty() => return nothing_ui(ui),
            Some(Ok(_)) => {}
        }
        if self.round != self.looking.round() {
            self.round = self.looking.round();
            self.stored.clear();
            let rows = self.looking.get().map(Vec::as_slice).unwrap_or_default();
            self.places = rows.iter().enumerate().map(|(place, row)| (row.id, place)).collect();
        }
        let session = cx.session;
        let looker = Looker { person: session.person(), roles: session.roles() };
        self.follow_acts();
        self.filters_ui(ui, cx, looker);
        self.choose_rows(looker);
        self.keep_form(cx);
        self.take_keys(ui, cx);
        beside_list(ui, "finding", (360.0, SIDE, 900.0)).show(ui, |ui| {
            ui.take_available_space();
            self.side_ui(ui, cx);
        });
        CentralPanel::no_frame().show(ui, |ui| self.table_ui(ui));
        self.acts.dialog_ui(ui, cx);
    }

    fn rows(&self) -> &[TriageRow] {
        self.looking.get().map(Vec::as_slice).unwrap_or_default()
    }

    fn row(&self, id: RecordId) -> Option<&TriageRow> {
        self.places.get(&id).and_then(|place| self.rows().get(*place))
    }

    fn fits(&self, filter: Filter, row: &TriageRow, looker: Looker<'_>) -> bool {
        let stored = self.stored.contains(&row.id);
        match filter {
            Filter::ToDecide => row.is_to_decide() && !row.ready && !stored,
            Filter::ToPropose => row.is_to_decide() && (row.ready || stored),
            Filter::ForMe => row.waits_for(looker.person, looker.roles),
            Filter::Proposed => row.state.is_some_and(|state| state.is_undecided()) && !row.is_to_decide(),
            Filter::Decided => row.state.is_some_and(crate::domain::finding::FindingState::is_decided),
            Filter::All => true,
        }
    }

    /// The findings whose decision is written and can be proposed.
    fn to_propose(&self) -> Vec<RecordId> {
        let ready = |row: &&TriageRow| row.is_to_decide() && (row.ready || self.stored.contains(&row.id));
        self.rows().iter().filter(ready).map(|row| row.id).collect()
    }

    /// How many findings each filter shows; counted again when the rows change.
    fn counts(&mut self, looker: Looker<'_>) -> [usize; Filter::ALL.len()] {
        let of = (self.round, self.stored.len(), looker.person);
        if let Some((counted, counts)) = self.counts
            && counted == of
        {
            return counts;
        }
        let count = |filter| self.rows().iter().filter(|row| self.fits(filter, row, looker)).count();
        let counts = Filter::ALL.map(count);
        self.counts = Some((of, counts));
        counts
    }

    fn filters_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, looker: Looker<'_>) {
        let counts = self.counts(looker);
        let words =
            Filter::ALL.iter().zip(counts).map(|(filter, count)| format!("{} {count}", filter.word()));
        let words: Vec<String> = words.collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let on = Filter::ALL.iter().position(|filter| *filter == self.filter);
        ui.horizontal_wrapped(|ui| {
            filter_ui(ui, &mut self.text, &mut self.picked.table);
            if let Some(chosen) = segments_ui(ui, &words, on).and_then(|index| Filter::ALL.get(index)) {
                self.filter = *chosen;
                self.picked.table.focus();
            }
            let ready = self.ready_to_propose();
            if !ready.is_empty() && cx.writable() {
                let words = format!("Propose {} (p)", counted(ready.len(), "decision"));
                let about = "Signs the written decisions with one password; another person confirms them";
                if ui.button(words).on_hover_text(about).clicked() {
                    self.acts.propose(cx, &ready);
                }
            }
        });
        ui.add_space(space::S);
    }

    /// What the button proposes: the chosen ones where several are chosen among them, or else all.
    fn ready_to_propose(&self) -> Vec<RecordId> {
        let ready = self.to_propose();
        let chosen = self.picked.chosen();
        if self.filter == Filter::ToPropose && chosen.len() > 1 {
            return ready.into_iter().filter(|id| chosen.contains(id)).collect();
        }
        ready
    }

    fn choose_rows(&mut self, looker: Looker<'_>) {
        let wanted = (self.round, self.filter, self.stored.len(), self.text.to_lowercase());
        if self.shown_for.as_ref() == Some(&wanted) {
            return;
        }
        let words: Vec<&str> = wanted.3.split_whitespace().collect();
        let rows = self.rows().iter().filter(|row| self.fits(self.filter, row, looker));
        let order = rows.filter(|row| says(row, &words)).map(|row| row.id).collect();
        self.picked.show(order);
        self.shown_for = Some(wanted);
        if !std::mem::replace(&mut self.begun, true) {
            self.picked.table.focus();
        }
    }

    /// The form of what is chosen; one that was begun is kept until it is stored.
    fn keep_form(&mut self, cx: &Cx<'_>) {
        let chosen = self.picked.chosen();
        if self.form.as_ref().map(|form| &form.ids) == Some(&chosen) {
            return;
        }
        if let Some(form) = self.form.take().filter(|form| form.changed)
            && self.drafts.len() < DRAFTS_MAX
        {
            self.drafts.insert(form.ids.clone(), form);
        }
        self.form = match chosen.as_slice() {
            [] => None,
            [one] => self.drafts.remove(&chosen).or_else(|| {
                let data = cx.file.record(*one).ok()?;
                Some(Form::of_one(&data, self.row(*one)?))
            }),
            _ => Some(self.drafts.remove(&chosen).unwrap_or_else(|| Form::of_several(chosen))),
        };
    }

    /// Whether all chosen findings wait for a decision.
    fn decides(&self) -> bool {
        let chosen = self.picked.chosen();
        !chosen.is_empty() && chosen.iter().all(|id| self.row(*id).is_some_and(TriageRow::is_to_decide))
    }

    fn side_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let chosen = self.picked.chosen();
        if chosen.is_empty() {
            ui.label(hint(ui, "No finding is chosen."));
            return;
        }
        self.acts.problem_ui(ui);
        self.foot_ui(ui, cx, &chosen);
        // Each finding is read from its top.
        scrolled(ScrollArea::vertical().id_salt(("finding", &chosen)).auto_shrink([false, false])).show(
            ui,
            |ui| {
                ui.set_max_width(ui.available_width() - space::M);
                if let [one] = chosen.as_slice() {
                    self.one_ui(ui, cx, *one);
                } else {
                    let rows: Vec<&TriageRow> = chosen.iter().filter_map(|id| self.row(*id)).collect();
                    detail::several_ui(ui, &rows);
                }
                if self.decides()
                    && let (Some(form), Ok(context)) = (&mut self.form, FieldContext::of(cx))
                {
                    form.ui(ui, &context);
                }
            },
        );
    }

    fn one_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, id: RecordId) {
        let seq = cx.file.head().seq;
        if self.read.as_ref().is_none_or(|(read, at, _)| (*read, *at) != (id, seq)) {
            match cx.file.record(id) {
                Ok(data) => self.read = Some((id, seq, data)),
                Err(refusal) => return refusal_ui(ui, &refusal),
            }
        }
        let (Some((_, _, data)), Some(row)) = (&self.read, self.row(id)) else { return };
        detail::known_ui(ui, cx, (data, row));
        if !row.is_to_decide() {
            detail::decided_ui(ui, cx, data);
        }
    }

    /// The buttons of the finding, with their keys.
    fn foot_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, chosen: &[RecordId]) {
        if !cx.writable() {
            return;
        }
        ui.horizontal_wrapped(|ui| {
            if self.decides() {
                let words = "Stores the decision and goes to the next; it is proposed together with others";
                if ui.button("Store and next (Ctrl+Enter)").on_hover_text(words).clicked() {
                    self.store(cx);
                }
            } else if self.filter == Filter::ForMe || self.filter == Filter::Proposed {
                let words = format!("Confirm {} (Ctrl+Enter)", counted(chosen.len(), "decision"));
                if ui.button(words).on_hover_text("Signs what is proposed, with one password").clicked() {
                    self.acts.confirm(cx, chosen);
                }
                if ui.button("Return to investigation…").clicked() {
                    self.acts.begin_return(chosen);
                }
            }
        });
        ui.add_space(space::S);
    }

    fn table_ui(&mut self, ui: &mut Ui) {
        const COLUMNS: [Column<'static>; 5] = [
            Column::new("Finding", Width::Fit(164.0)).unsortable(),
            Column::new("Severity", Width::Fit(100.0)).unsortable(),
            Column::new("What it is", Width::Rest(140.0)).unsortable(),
            Column::new("In the product", Width::Fit(124.0)).unsortable(),
            Column::new("State", Width::Fit(128.0)).unsortable(),
        ];
        if self.picked.order.is_empty() {
            ui.label("Nothing here. Choose another filter above.");
            return;
        }
        let rows = self.looking.get().map(Vec::as_slice).unwrap_or_default();
        let (order, places) = (&self.picked.order, &self.places);
        let line = |row: usize| order.get(row).and_then(|id| places.get(id)).and_then(|at| rows.get(*at));
        let table = Table::new("Findings to triage", &COLUMNS, order.len()).several();
        let events = table.show(ui, &mut self.picked.table, |row, column| match line(row) {
            Some(row) => cell_of(row, column),
            None => Cell::default(),
        });
        if events.opened.is_some()
            && let Some(form) = &mut self.form
        {
            form.focus = Some(form.first_text());
        }
    }
}

/// Whether a finding names all of these words.
fn says(row: &TriageRow, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    let text =
        format!("{} {} {} {}", row.id, row.external_id, row.title, row.versions.join(" ")).to_lowercase();
    words.iter().all(|word| text.contains(word))
}

fn cell_of(row: &TriageRow, column: usize) -> Cell<'_> {
    match column {
        0 if row.external_id.is_empty() => Cell::from(row.id.to_string()),
        0 => Cell::from(row.external_id.as_str()),
        1 if row.exploited => Cell::toned(Tone::Late, "Exploited"),
        1 => match row.severity {
            Some(one @ (PatchSeverity::Critical | PatchSeverity::High)) => Cell::toned(Tone::Due, one.word()),
            Some(one @ (PatchSeverity::Medium | PatchSeverity::Low)) => {
                Cell::toned(Tone::Neutral, one.word())
            }
            None => Cell::weak("Not known"),
        },
        2 => Cell::from(row.title.as_str()),
        3 => Cell::weak(row.versions.join(", ")),
        _ => state_cell(row),
    }
}

fn state_cell(row: &TriageRow) -> Cell<'_> {
    if row.is_to_decide() && row.ready {
        return Cell::toned(Tone::Neutral, "Decision written");
    }
    let def = row.state.and_then(|state| Kind::Finding.def().state(state.code()));
    def.map_or_else(Cell::default, |def| Cell::toned(crate::ui::screens::parts::tone_of(def.tone), def.word))
}

fn nothing_ui(ui: &mut Ui) {
    let def = Kind::Finding.def();
    let purpose = "Reviews raise findings from what their search found. Each is decided here, proposed by one person and confirmed by another.";
    empty_ui(ui, &Empty { title: "No findings yet", purpose, clause: def.clause, button: "" });
}
