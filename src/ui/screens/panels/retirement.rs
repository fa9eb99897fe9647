//! The page of a retirement plan: how far each group is answered and by whom, how long records are kept with the working, its
//! milestones and the years ahead.

use std::sync::Arc;

use eframe::egui;
use egui::{Grid, Label, TextStyle, Ui};

use super::restore::RestoreTest;
use super::{Panel, PanelDef};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::retirement_plan::{
    CARRIED_OUT, GroupState, LISTS, Progress, Retention, RetirementPlanState, Until,
};
use crate::domain::text::{capital, counted, sentence};
use crate::domain::time::Day;
use crate::domain::workflow::to_fill_in;
use crate::ops::{CalendarEntry, RecordPage, Refused, Retirement};
use crate::ui::cx::{Command, Cx, Route, Slot, Write};
use crate::ui::looking::Looking;
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::record::page::heading_ui;
use crate::ui::theme::{Tone, body, bold, hint, palette, space};
use crate::ui::widgets::badge::{badge_ui, tone_inline_ui, tone_words_ui};
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::Notice;

pub(super) const PANEL: PanelDef =
    PanelDef { kind: Kind::RetirementPlan, open: |id| Box::new(RetirementPanel::of(id)) };

/// Width of the columns of the retention besides the rule, in points.
const COLUMNS: [f32; 3] = [120.0, 170.0, 150.0];

struct RetirementPanel {
    id: RecordId,
    looking: Looking<Arc<Retirement>>,
    laying_out: Option<Slot<Option<Refused>>>,
    testing: Option<RestoreTest>,
    refusal: Option<Refused>,
}

impl RetirementPanel {
    fn of(id: RecordId) -> Self {
        Self { id, looking: Looking::default(), laying_out: None, testing: None, refusal: None }
    }
}

impl Panel for RetirementPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        let id = self.id;
        self.looking.keep_up(ui.ctx(), cx, move |file, now| file.retirement(id, now).map(Arc::new));
        if let Some(outcome) = self.laying_out.as_ref().and_then(Slot::take) {
            self.laying_out = None;
            self.refusal = outcome;
        }
        let found = match self.looking.shown() {
            None => {
                ui.label(hint(ui, "The plan is being looked through…"));
                return;
            }
            Some(Err(refusal)) => return refusal_ui(ui, refusal),
            Some(Ok(found)) => Arc::clone(found),
        };
        if RetirementPlanState::of(&page.data) == Some(RetirementPlanState::Void) {
            return;
        }
        progress_ui(ui, cx, page, &found);
        retention_ui(ui, &found.retention);
        self.ahead_ui(ui, cx, page, &found);
        self.archive_ui(ui, cx, page);
    }
}

impl RetirementPanel {
    fn ahead_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage, found: &Retirement) {
        heading_ui(ui, "The years ahead", "IMDRF N70");
        if let Some(refusal) = &self.refusal {
            refusal_ui(ui, refusal);
        }
        let may = cx.may_make(Kind::Milestone) && LISTS.contains(&page.data.head.state.as_str());
        ui.horizontal_wrapped(|ui| {
            let words = "Makes the milestones that the dates ask for, all of them or none";
            let count = found.to_lay_out.len();
            if may && count > 0 && button_in_reach_ui(ui, "Lay out the milestones", words) {
                self.lay_out(cx);
            }
            if button_in_reach_ui(ui, "Export the calendar…", "An iCalendar file for any calendar program")
            {
                export(cx, self.id);
            }
            if count > 0 {
                let verb = if count == 1 { "follows" } else { "follow" };
                let words = format!("{} {verb} from the dates", counted(count, "milestone"));
                ui.label(hint(ui, words));
            }
        });
        ui.add_space(space::XS);
        calendar_ui(ui, cx, &found.calendar);
    }

    /// The restore test, while the plan is carried out.
    fn archive_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        if self.testing.as_mut().is_some_and(|testing| !testing.ui(ui, cx)) {
            self.testing = None;
        }
        if !CARRIED_OUT.contains(&page.data.head.state.as_str()) {
            return;
        }
        heading_ui(ui, "Restore test of the archive", "IEC 62304 5.8.7");
        let tests = page.data.value("restore_tests").as_array().map_or(0, Vec::len);
        let may = cx.may_edit(Kind::RetirementPlan);
        ui.horizontal_wrapped(|ui| {
            let words = "Opens and verifies a copy of this file, and notes the result in the plan";
            if may && button_in_reach_ui(ui, "Test a restored copy…", words) {
                self.testing = Some(RestoreTest::begin(cx, self.id));
            }
            let words = if tests == 0 { "No copy was tested yet".to_owned() } else { counted(tests, "test") };
            ui.label(hint(ui, words));
        });
    }

    fn lay_out(&mut self, cx: &mut Cx<'_>) {
        let id = self.id;
        let (write, answer) = Write::new(move |file, session, stamp| {
            let count = file.lay_out_milestones(session, (id, None), stamp)?;
            let verb = if count == 1 { "was" } else { "were" };
            Ok(format!("{} {verb} laid out.", counted(count, "milestone")))
        });
        self.laying_out = Some(answer);
        cx.ask(Command::Write(write));
    }
}

fn export(cx: &mut Cx<'_>, id: RecordId) {
    match cx.file.retirement_calendar(id, cx.now()) {
        Ok(bytes) => cx.ask(Command::SaveFile { suggested_name: format!("{id}-calendar.ics"), bytes }),
        Err(refusal) => {
            let words = sentence(&refusal.to_string());
            cx.ask(Command::Notify(Notice::problem(words, "Nothing was written.")));
        }
    }
}

const fn tone_of(state: GroupState) -> Tone {
    match state {
        GroupState::Answered | GroupState::NotApplicable => Tone::Good,
        GroupState::Begun => Tone::Due,
        GroupState::Empty => Tone::Neutral,
    }
}

fn progress_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage, found: &Retirement) {
    heading_ui(ui, "How far it is", "IMDRF N70");
    let done = found.answered() == found.progress.len();
    tone_words_ui(ui, if done { Tone::Good } else { Tone::Due }, &found.words());
    let is_draft = RetirementPlanState::of(&page.data) == Some(RetirementPlanState::Draft);
    let may = is_draft && cx.writable();
    ui.add_space(space::XS);
    for (index, group) in found.progress.iter().enumerate() {
        ui.push_id(index, |ui| group_ui(ui, cx, (page.data.head.id, may), group));
    }
}

/// One group: its name, how far it is, who usually answers it, and what is missing as links to the form.
fn group_ui(ui: &mut Ui, cx: &mut Cx<'_>, (id, may): (RecordId, bool), progress: &Progress) {
    ui.horizontal_wrapped(|ui| {
        ui.label(bold(progress.group.title));
        badge_ui(ui, tone_of(progress.state), progress.state.word()).on_hover_text(format!(
            "{}: {}",
            progress.group.title,
            progress.state.word()
        ));
        if !progress.state.is_done() {
            ui.label(hint(ui, format!("usually answered by {}", progress.group.by.word().to_lowercase())));
        }
    });
    if progress.missing.is_empty() {
        return;
    }
    ui.indent("missing", |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(hint(ui, "It needs:"));
            for (index, (field, text)) in progress.missing.iter().enumerate() {
                let words = missing_words(id, field, text);
                // A link is cut where its row ends; it begins the next row instead.
                if width_of(ui, &words) > ui.available_size_before_wrap().x {
                    ui.end_row();
                }
                ui.push_id(index, |ui| {
                    if !may {
                        ui.label(hint(ui, words));
                    } else if link_ui(ui, &words).clicked() {
                        cx.go(Route::Edit(id, Some(*field)));
                    }
                });
                ui.add_space(space::XS);
            }
        });
    });
}

/// What is missing: a field that is only empty by its label, because the sentence would say the same thirty times.
fn missing_words(id: RecordId, field: &str, text: &str) -> String {
    let label = id.kind.def().field(field).map(|field| field.label);
    match label.filter(|label| *text == to_fill_in(label)) {
        Some(label) => label.to_owned(),
        None => capital(text),
    }
}

/// The width of words on one line, in points.
fn width_of(ui: &Ui, words: &str) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    ui.painter().layout_no_wrap(words.to_owned(), font, palette(ui).text).size().x
}

fn until_ui(ui: &mut Ui, until: &Until) {
    match until {
        Until::Day(day) => ui.add(Label::new(body(day.to_string())).wrap()),
        Until::Nothing => ui.add(Label::new(hint(ui, "Asks for nothing")).wrap()),
        Until::Unknown(_) => tone_words_ui(ui, Tone::Due, &capital(&until.words())),
    };
}

fn retention_ui(ui: &mut Ui, retention: &Retention) {
    heading_ui(ui, "How long records are kept", "ISO 13485 4.2.5");
    let tone = if retention.until().is_some() { Tone::Neutral } else { Tone::Due };
    tone_words_ui(ui, tone, &retention.words());
    ui.add_space(space::XS);
    let rest: f32 = COLUMNS.iter().sum();
    let room = ui.available_width() - 3.0 * space::M;
    let rule = (room - rest).max(140.0);
    // In a narrow window all columns are narrower.
    let share = (room / (rest + rule)).min(1.0);
    let [rule, source, working, until] =
        [rule, COLUMNS[0], COLUMNS[1], COLUMNS[2]].map(|width| width * share);
    let cell = |ui: &mut Ui, width: f32, contents: &mut dyn FnMut(&mut Ui)| {
        ui.vertical(|ui| {
            ui.set_width(width);
            contents(ui);
        });
    };
    Grid::new("retention").num_columns(4).spacing([space::M, space::S]).show(ui, |ui| {
        for head in ["Rule", "Source", "Working", "Until"] {
            ui.label(bold(head));
        }
        ui.end_row();
        for row in &retention.rows {
            cell(ui, rule, &mut |ui| {
                ui.add(Label::new(body(row.rule)).wrap());
            });
            cell(ui, source, &mut |ui| {
                ui.add(Label::new(hint(ui, row.source)).wrap());
            });
            cell(ui, working, &mut |ui| {
                ui.add(Label::new(body(capital(&row.working))).wrap());
            });
            cell(ui, until, &mut |ui| until_ui(ui, &row.until));
            ui.end_row();
        }
    });
}

/// What comes, by year. What has passed is shown only where it is work that is late.
fn calendar_ui(ui: &mut Ui, cx: &mut Cx<'_>, entries: &[CalendarEntry]) {
    let today = cx.today();
    let shown: Vec<&CalendarEntry> =
        entries.iter().filter(|entry| entry.on >= today || entry.is_task).collect();
    if shown.is_empty() {
        ui.label(hint(
            ui,
            "No milestone and no end lies ahead. Enter the dates, then lay out the milestones.",
        ));
        return;
    }
    let mut year = String::new();
    for (index, entry) in shown.iter().enumerate() {
        let of = entry.on.to_string().get(..4).unwrap_or_default().to_owned();
        if of != year {
            ui.label(bold(of.as_str()));
            year = of;
        }
        ui.push_id(index, |ui| entry_ui(ui, cx, entry, today));
    }
}

fn entry_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &CalendarEntry, today: Day) {
    let late = entry.is_task && entry.on < today;
    ui.horizontal_wrapped(|ui| {
        let words = format!("{}, {}", entry.on, entry.on.relative_words(today));
        tone_inline_ui(ui, if late { Tone::Late } else { Tone::Neutral }, &words);
        if entry.field.is_none() && link_ui(ui, &entry.record.to_string()).clicked() {
            cx.go(Route::Record(entry.record));
        }
        ui.label(body(&*entry.what));
    });
}
