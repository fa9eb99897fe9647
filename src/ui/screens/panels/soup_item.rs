//! The page of a SOUP item: where it is used, and what it lacks.

use eframe::egui::Ui;

use super::{LintDef, Panel, PanelDef};
use crate::domain::ids::{Kind, RecordId};
use crate::ops::{RecordPage, SoupUse};
use crate::ui::cx::{Cx, Route};
use crate::ui::looking::Looking;
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::record::page::{conditions_ui, heading_ui};
use crate::ui::theme::{hint, space};
use crate::ui::widgets::link::link_ui;

pub(super) const PANEL: PanelDef =
    PanelDef { kind: Kind::SoupItem, open: |id| Box::new(ItemPanel { id, looking: Looking::default() }) };

pub(super) const LINT: LintDef = LintDef {
    kind: Kind::SoupItem,
    title: "Before it is approved for use",
    look: |cx, data| cx.file.soup_lint(data, cx.now()),
};

/// Records of one sort that are shown at once.
const SHOWN: usize = 12;

struct ItemPanel {
    id: RecordId,
    looking: Looking<SoupUse>,
}

impl Panel for ItemPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        let id = self.id;
        self.looking.keep_up(ui.ctx(), cx, move |file, now| file.soup_use(id, now));
        let used = match self.looking.shown() {
            None => return,
            Some(Err(refusal)) => return refusal_ui(ui, refusal),
            Some(Ok(used)) => used,
        };
        if !page.data.is_terminal() && used.lint.iter().any(|condition| !condition.met) {
            heading_ui(ui, "What is missing for its use", "IEC 62304 8.1.2, 5.3.3, 5.3.4, 7.1.2");
            ui.push_id("lint", |ui| conditions_ui(ui, cx, id, &used.lint));
        }
        heading_ui(ui, "Where is this used?", "IEC 62304 8.1.2, 7.1.3");
        used_ui(ui, cx, used);
    }
}

fn used_ui(ui: &mut Ui, cx: &mut Cx<'_>, used: &SoupUse) {
    let releases: Vec<(RecordId, String)> = used
        .releases
        .iter()
        .map(|(id, version, versions)| (*id, format!("version {version} with {}", versions.join(", "))))
        .collect();
    let reviews: Vec<(RecordId, String)> =
        used.reviews.iter().map(|(id, review, title)| (review.unwrap_or(*id), title.clone())).collect();
    let none = releases.is_empty()
        && reviews.is_empty()
        && used.findings.is_empty()
        && used.changes.is_empty()
        && used.hazards.is_empty();
    if none {
        ui.label(hint(ui, "No release, finding, change or review names it yet."));
        return;
    }
    ui.spacing_mut().item_spacing.y = space::XS;
    records_ui(ui, cx, "Releases", &releases);
    if !used.hazards.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.label(hint(ui, "Hazards"));
            ui.label(used.hazards.join(", "));
        });
    }
    records_ui(ui, cx, "Findings", &used.findings);
    records_ui(ui, cx, "Changes", &used.changes);
    records_ui(ui, cx, "Reviews", &reviews);
}

/// Records with what they are, each as a link.
fn records_ui(ui: &mut Ui, cx: &mut Cx<'_>, words: &str, records: &[(RecordId, String)]) {
    if records.is_empty() {
        return;
    }
    ui.push_id(words, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(hint(ui, format!("{words}, {}", records.len())));
            for (index, (id, what)) in records.iter().rev().take(SHOWN).enumerate() {
                ui.push_id(index, |ui| {
                    if link_ui(ui, &id.to_string()).on_hover_text(what).clicked() {
                        cx.go(Route::Record(*id));
                    }
                    ui.label(what);
                });
            }
            if records.len() > SHOWN {
                ui.label(hint(ui, format!("and {} more", records.len() - SHOWN)));
            }
        });
    });
}
