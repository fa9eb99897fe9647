//! The page of a communication: how many recipients were reached, its letters, and its recipients as a table in and out.

mod importing;
mod letters;

use eframe::egui::Ui;

use self::importing::Importing;
use self::letters::Letters;
use super::printing::say;
use super::{Panel, PanelDef};
use crate::domain::communication::{CommunicationState, LISTS};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::recipient::Reached;
use crate::ops::RecordPage;
use crate::ui::cx::{Command, Cx};
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::record::page::heading_ui;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::{badge_ui, tone_words_ui};
use crate::ui::widgets::button::button_in_reach_ui;

pub(super) const PANEL: PanelDef =
    PanelDef { kind: Kind::Communication, open: |id| Box::new(CommunicationPanel::of(id)) };

struct CommunicationPanel {
    id: RecordId,
    letters: Letters,
    importing: Option<Importing>,
}

impl CommunicationPanel {
    fn of(id: RecordId) -> Self {
        Self { id, letters: Letters::of(id), importing: None }
    }
}

impl Panel for CommunicationPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        let Some(state) = CommunicationState::of(&page.data) else { return };
        if matches!(state, CommunicationState::NotRequired | CommunicationState::Void) {
            return;
        }
        let parts = match cx.parts(self.id, Kind::Recipient) {
            Ok(parts) => parts,
            Err(refusal) => return refusal_ui(ui, &refusal),
        };
        heading_ui(ui, "Sending and letters", "IEC 62304 6.2.5");
        counts_ui(ui, Reached::of(parts.iter()), state);
        ui.add_space(space::S);
        self.buttons_ui(ui, cx, page);
        if let Some(importing) = &mut self.importing
            && !importing.ui(ui, cx)
        {
            self.importing = None;
        }
    }
}

impl CommunicationPanel {
    fn buttons_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        let may = cx.may_make(Kind::Recipient) && LISTS.contains(&page.data.head.state.as_str());
        ui.horizontal_wrapped(|ui| {
            self.letters.ui(ui, cx);
            if may
                && button_in_reach_ui(ui, "Import recipients (CSV)…", "A table with a row for each recipient")
            {
                self.importing = Some(Importing::begin(cx, self.id));
            }
            if ui.button("Export recipients…").clicked() {
                match cx.file.recipients_csv(self.id) {
                    Ok(bytes) => cx.ask(Command::SaveFile {
                        suggested_name: format!("{}-recipients.csv", self.id),
                        bytes,
                    }),
                    Err(refusal) => say(cx, &refusal),
                }
            }
        });
    }
}

/// Sent, acknowledged, unreachable: in numbers and words.
fn counts_ui(ui: &mut Ui, counts: Reached, state: CommunicationState) {
    if counts.listed == 0 {
        ui.label(hint(ui, "It has no recipients yet. Add them below, or import a table."));
        return;
    }
    let issued = state.is_done();
    let tone = |done: bool| match (done, issued) {
        (true, _) => Tone::Good,
        (false, true) => Tone::Due,
        (false, false) => Tone::Neutral,
    };
    ui.horizontal_wrapped(|ui| {
        badge_ui(
            ui,
            tone(counts.sent == counts.listed),
            &format!("Sent {} of {}", counts.sent, counts.listed),
        );
        badge_ui(
            ui,
            tone(counts.open() == 0),
            &format!("Acknowledged {} of {}", counts.acknowledged, counts.listed),
        );
        let tone = if counts.unreachable > 0 { Tone::Late } else { Tone::Neutral };
        badge_ui(ui, tone, &format!("Unreachable {}", counts.unreachable));
    });
    if issued && counts.sent < counts.listed {
        tone_words_ui(
            ui,
            Tone::Due,
            &format!("It was not sent to {} recipients yet", counts.listed - counts.sent),
        );
    }
}
