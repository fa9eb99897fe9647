//! Above the list of findings: what waits for a decision, and the way to the triage.

use eframe::egui::Ui;

use super::{ListPart, ListPartDef};
use crate::domain::finding::FindingState;
use crate::domain::ids::Kind;
use crate::domain::text::counted;
use crate::ui::cx::{Cx, Route};
use crate::ui::theme::{hint, space};
use crate::ui::widgets::button::button_in_reach_ui;

pub(super) const LIST_PART: ListPartDef = ListPartDef { kind: Kind::Finding, open: || Box::new(ToTriage) };

struct ToTriage;

impl ListPart for ToTriage {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Ok(rows) = cx.list(Kind::Finding) else { return };
        if rows.is_empty() {
            return;
        }
        let proposed = FindingState::Proposed.code();
        let of = |state: FindingState| rows.iter().filter(|row| row.state == state.code()).count();
        let undecided = [
            FindingState::New,
            FindingState::Triaged,
            FindingState::UnderInvestigation,
            FindingState::Reassess,
        ];
        let open: usize = undecided.into_iter().map(of).sum();
        let proposed = rows.iter().filter(|row| row.state == proposed).count();
        ui.horizontal_wrapped(|ui| {
            let words = "One after the other, by keys: the safety question, the decision, its evidence";
            if button_in_reach_ui(ui, "Triage", words) {
                cx.go(Route::Triage);
            }
            let words = format!(
                "{} to decide, {} to confirm",
                counted(open, "finding"),
                counted(proposed, "proposed decision")
            );
            ui.label(hint(ui, words));
        });
        ui.add_space(space::S);
    }
}
