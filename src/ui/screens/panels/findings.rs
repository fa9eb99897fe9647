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
        let states = rows.iter().filter_map(|row| FindingState::from_code(&row.state));
        let (proposed, open): (Vec<_>, Vec<_>) =
            states.filter(|state| state.is_undecided()).partition(|state| *state == FindingState::Proposed);
        ui.horizontal_wrapped(|ui| {
            let words = "One after the other, by keys: the safety question, the decision, its evidence";
            if button_in_reach_ui(ui, "Triage", words) {
                cx.go(Route::Triage);
            }
            let words = format!(
                "{} to decide, {} to confirm",
                counted(open.len(), "finding"),
                counted(proposed.len(), "proposed decision")
            );
            ui.label(hint(ui, words));
        });
        ui.add_space(space::S);
    }
}
