//! What a version of the maintenance plan changes of the one that it replaces, field by field: on its page and on its approval.

use eframe::egui;
use egui::{Grid, Label, ScrollArea, Ui};

use super::{Panel, PanelDef};
use crate::domain::approval::Approval;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::MaintenancePlan;
use crate::domain::text::shortened;
use crate::ops::{FieldDifference, Head, RecordPage, Refused};
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::record::page::heading_ui;
use crate::ui::theme::{bold, hint, small, space};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::rule_ui;

pub(super) const PANEL: PanelDef =
    PanelDef { kind: Kind::Approval, open: |_| Box::new(OfApproval::default()) };

/// Most characters of a value that are shown; the whole is on hover.
const LONGEST: usize = 400;
/// Greatest height of the table, in points.
const HEIGHT: f32 = 420.0;

/// The panel of an approval whose subject is a plan.
#[derive(Default)]
struct OfApproval {
    changes: Option<Changes>,
}

impl Panel for OfApproval {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        if self.changes.is_none() {
            let subject = page.data.typed::<Approval>().and_then(|approval| approval.subject);
            self.changes = subject.filter(|id| id.kind == Kind::MaintenancePlan).map(Changes::of);
        }
        if let Some(changes) = &mut self.changes {
            changes.ui(ui, cx);
        }
    }
}

/// The version before, and what differs.
type Found = Option<(RecordId, Vec<FieldDifference>)>;

/// The differences of a version of the plan.
pub(super) struct Changes {
    plan: RecordId,
    read: Option<(Head, Result<Found, Refused>)>,
}

impl Changes {
    pub(super) const fn of(plan: RecordId) -> Self {
        Self { plan, read: None }
    }

    fn look(&self, cx: &Cx<'_>) -> Result<Found, Refused> {
        let plan = cx.file.record(self.plan)?.typed::<MaintenancePlan>();
        let Some(before) = plan.and_then(|plan| plan.supersedes) else { return Ok(None) };
        Ok(Some((before, cx.file.plan_differences(before, self.plan)?)))
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let stale = self.read.as_ref().is_none_or(|(head, _)| head != cx.file.head());
        if stale {
            self.read = Some((cx.file.head().clone(), self.look(cx)));
        }
        let (before, differences) = match &self.read {
            Some((_, Ok(Some(found)))) => found,
            Some((_, Err(refusal))) => return refusal_ui(ui, refusal),
            Some((_, Ok(None))) | None => return,
        };
        heading_ui(ui, "What this version changes", "ISO 13485 4.2.4");
        ui.horizontal_wrapped(|ui| {
            let count = differences.len();
            let noun = if count == 1 { "difference" } else { "differences" };
            ui.label(hint(ui, format!("{count} {noun} to")));
            if link_ui(ui, &before.to_string()).clicked() {
                cx.go(Route::Record(*before));
            }
        });
        if !differences.is_empty() {
            differences_ui(ui, differences);
        }
    }
}

/// Field, before, after.
fn differences_ui(ui: &mut Ui, differences: &[FieldDifference]) {
    let width = ((ui.available_width() - 2.0 * space::L) / 3.0).max(120.0);
    let area = ScrollArea::vertical().id_salt("changes").max_height(HEIGHT).min_scrolled_height(HEIGHT);
    area.auto_shrink([false, true]).show(ui, |ui| {
        let grid = Grid::new("changes").num_columns(3).min_col_width(width).max_col_width(width);
        grid.spacing([space::L, space::XS]).show(ui, |ui| {
            for head in ["Field", "Before", "Now"] {
                ui.label(bold(head));
            }
            ui.end_row();
            for difference in differences {
                ui.add(Label::new(hint(ui, difference.place())).wrap());
                value_ui(ui, &difference.before);
                value_ui(ui, &difference.after);
                ui.end_row();
            }
        });
    });
    rule_ui(ui);
}

fn value_ui(ui: &mut Ui, words: &str) {
    if words.is_empty() {
        ui.label(hint(ui, "—"));
        return;
    }
    let shown = ui.add(Label::new(small(shortened(words, LONGEST))).wrap());
    if words.chars().count() > LONGEST {
        shown.on_hover_text(words);
    }
}
