//! The page of a maintenance plan: since when it is in force, its next review, its feedback sources with their checks; and what it
//! changes of the version before.

use eframe::egui;
use egui::{Button, Grid, Label, Ui};
use serde_json::json;

use super::plan_changes::Changes;
use super::{FirstRecord, Panel, PanelDef};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::{MaintenancePlan, MaintenancePlanState, WatchedSource, in_force};
use crate::domain::record::Fields;
use crate::domain::time::Day;
use crate::ops::{Head, PlanDates, RecordPage, Refused};
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::record::page::heading_ui;
use crate::ui::theme::{Tone, body, bold, hint, space};
use crate::ui::widgets::badge::tone_inline_ui;
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::link::link_ui;

pub(super) const PANEL: PanelDef =
    PanelDef { kind: Kind::MaintenancePlan, open: |id| Box::new(PlanPanel::of(id)) };

pub(super) const FIRST: FirstRecord = FirstRecord {
    kind: Kind::MaintenancePlan,
    button: "Write the first plan",
    fields: |cx| cx.file.first_plan(),
};

/// Width of the columns of the sources besides their names, in points.
const COLUMNS: f32 = 430.0;
/// Of that, the button.
const BUTTON: f32 = 140.0;
/// Least width of the name of a source.
const NAME: f32 = 120.0;

struct PlanPanel {
    id: RecordId,
    dates: Option<(Head, Result<PlanDates, Refused>)>,
    changes: Changes,
}

impl PlanPanel {
    fn of(id: RecordId) -> Self {
        Self { id, dates: None, changes: Changes::of(id) }
    }
}

impl Panel for PlanPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        if in_force(&page.data) {
            self.in_force_ui(ui, cx, page);
        } else if !page.data.is_terminal() {
            self.changes.ui(ui, cx);
        }
        let button = match MaintenancePlanState::of(&page.data) {
            Some(MaintenancePlanState::Draft) => "Draft from a document…",
            Some(MaintenancePlanState::Effective) => "Draft the next version from a document…",
            Some(
                MaintenancePlanState::InReview
                | MaintenancePlanState::Approved
                | MaintenancePlanState::Superseded
                | MaintenancePlanState::Void,
            )
            | None => return,
        };
        if cx.may_make(Kind::MaintenancePlan) {
            document_ui(ui, cx, button);
        }
    }
}

impl PlanPanel {
    fn in_force_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        let stale = self.dates.as_ref().is_none_or(|(head, _)| head != cx.file.head());
        if stale {
            self.dates = Some((cx.file.head().clone(), cx.file.plan_dates(self.id, cx.now())));
        }
        let dates = match &self.dates {
            Some((_, Ok(dates))) => dates,
            Some((_, Err(refusal))) => return refusal_ui(ui, refusal),
            None => return,
        };
        let Some(plan) = page.data.typed::<MaintenancePlan>() else { return };
        let today = cx.today();
        heading_ui(ui, "In force", "IEC 62304 6.1");
        ui.horizontal_wrapped(|ui| {
            if let Some(since) = plan.in_force_from {
                tone_inline_ui(
                    ui,
                    Tone::Good,
                    &format!("In force since {since} ({})", since.relative_words(today)),
                );
            }
            if let Some(next) = dates.next_review {
                let words = format!("Next review of the plan: {next} ({})", next.relative_words(today));
                tone_inline_ui(ui, tone_of(next, today), &words);
            }
        });
        if cx.may_make(Kind::PlanReview) && ui.button("Record a plan review…").clicked() {
            cx.go(Route::new_from(Kind::PlanReview, review_of(self.id, &plan, today)));
        }
        heading_ui(ui, "Checks of the feedback sources", "IEC 62304 6.2.1.1");
        if dates.sources.is_empty() {
            ui.label(hint(ui, "The plan names no feedback source."));
        } else {
            sources_ui(ui, cx, &dates.sources);
        }
        ui.add_space(space::XS);
        if link_ui(ui, "All source checks").clicked() {
            cx.go(Route::List(Kind::SourceCheck));
        }
    }
}

/// The way to the review of a document.
fn document_ui(ui: &mut Ui, cx: &mut Cx<'_>, button: &str) {
    let words =
        "What a plan or procedure of yours says, laid beside 6.1; what you accept is drafted into the plan";
    if button_in_reach_ui(ui, button, words) {
        cx.go(Route::Documents);
    }
}

fn tone_of(due: Day, today: Day) -> Tone {
    if due < today { Tone::Late } else { Tone::Neutral }
}

fn review_of(id: RecordId, plan: &MaintenancePlan, today: Day) -> Fields {
    let mut set = Fields::new();
    set.insert(
        "title".to_owned(),
        format!("Review of the maintenance plan, version {}", plan.version).into(),
    );
    set.insert("plan".to_owned(), json!(id));
    set.insert("reviewed_on".to_owned(), json!(today));
    set
}

fn check_of(source: &WatchedSource, today: Day) -> Fields {
    let mut set = Fields::new();
    set.insert("title".to_owned(), format!("Check of {}", source.source.name).into());
    set.insert("source".to_owned(), json!(source.source.code));
    set.insert("checked_on".to_owned(), json!(today));
    set
}

/// The button that records a check of a source, for whom it may.
fn record_ui(ui: &mut Ui, cx: &mut Cx<'_>, watched: &WatchedSource) {
    if !cx.may_make(Kind::SourceCheck) {
        ui.label("");
        return;
    }
    let button = ui.add(Button::new("Record a check…"));
    if button.accessible_name(format!("Record a check of {}", watched.source.code)).clicked() {
        cx.go(Route::new_from(Kind::SourceCheck, check_of(watched, cx.today())));
    }
}

/// The sources in rows: what, who, last and next check, and the button to record one.
fn sources_ui(ui: &mut Ui, cx: &mut Cx<'_>, sources: &[WatchedSource]) {
    let today = cx.today();
    let room = ui.available_width();
    // In a narrow window the button stands below the name.
    let narrow = room < COLUMNS + NAME;
    let name_width = if narrow { room - COLUMNS + BUTTON } else { room - COLUMNS }.max(NAME);
    Grid::new("sources").num_columns(4).min_row_height(space::ROW).spacing([space::M, space::S]).show(
        ui,
        |ui| {
            for head in ["Source", "Last check", "Next check", ""] {
                ui.label(bold(head));
            }
            ui.end_row();
            for watched in sources {
                let source = &watched.source;
                ui.vertical(|ui| {
                    ui.set_width(name_width);
                    ui.spacing_mut().item_spacing.y = 0.0;
                    ui.add(Label::new(body(source.name.to_string())).wrap());
                    ui.add(Label::new(hint(ui, format!("{} · {}", source.code, source.owner))).truncate());
                    if narrow {
                        record_ui(ui, cx, watched);
                    }
                });
                ui.label(watched.last.map_or_else(|| hint(ui, "never"), |day| body(day.to_string())));
                match watched.next {
                    Some(next) => {
                        let words = format!("{next}, {}", next.relative_words(today));
                        ui.horizontal(|ui| tone_inline_ui(ui, tone_of(next, today), &words));
                    }
                    None => {
                        ui.label(hint(ui, "—"));
                    }
                }
                if !narrow {
                    record_ui(ui, cx, watched);
                }
                ui.end_row();
            }
        },
    );
}
