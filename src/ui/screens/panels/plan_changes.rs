//! What a version of the maintenance plan changes of the one that it replaces, field by field: on its page and on its approval.

use eframe::egui;
use egui::Ui;

use super::{Panel, PanelDef};
use crate::domain::approval::Approval;
use crate::domain::ids::{Kind, RecordId};
use crate::ops::RecordPage;
use crate::ui::cx::Cx;

pub(super) const PANEL: PanelDef = PanelDef { kind: Kind::Approval, open: |_| Box::new(OfApproval::default()) };

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

/// The differences of a version of the plan.
pub(super) struct Changes {
    plan: RecordId,
}

impl Changes {
    pub(super) const fn of(plan: RecordId) -> Self {
        Self { plan }
    }

    pub(super) fn ui(&mut self, _ui: &mut Ui, _cx: &mut Cx<'_>) {
        let _ = self.plan;
    }
}
