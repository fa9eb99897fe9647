//! The page of a communication: how many recipients were reached, its letters, and its recipients as a table in and out.

mod importing;

use eframe::egui;
use egui::Ui;

use self::importing::Importing;
use super::{Panel, PanelDef};
use crate::domain::communication::{CommunicationState, LISTS};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::recipient::{self, RecipientState};
use crate::domain::record::RecordData;
use crate::ops::jobs::Job;
use crate::ops::{LetterOptions, PacketFonts, PrintedLetter, ProductFile, RecordPage, Refused, letter_pages, letter_text};
use crate::ui::cx::{Command, Cx};
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::record::page::heading_ui;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::{badge_ui, tone_words_ui};
use crate::ui::widgets::notice::Notice;

pub(super) const PANEL: PanelDef =
    PanelDef { kind: Kind::Communication, open: |id| Box::new(CommunicationPanel::of(id)) };

struct CommunicationPanel {
    id: RecordId,
    printing: Option<Job<PrintedLetter>>,
    importing: Option<Importing>,
}

/// How many recipients there are, by what happened to them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    all: usize,
    sent: usize,
    acknowledged: usize,
    unreachable: usize,
}

impl Counts {
    fn of(parts: &[RecordData]) -> Self {
        let mut counts = Self::default();
        for part in parts.iter().filter(|part| recipient::counts(part)) {
            counts.all += 1;
            counts.sent += usize::from(!part.value("sent_on").is_null());
            let state = RecipientState::of(part);
            counts.acknowledged += usize::from(state == Some(RecipientState::Acknowledged));
            counts.unreachable += usize::from(state == Some(RecipientState::Unreachable));
        }
        counts
    }
}

impl CommunicationPanel {
    const fn of(id: RecordId) -> Self {
        Self { id, printing: None, importing: None }
    }
}

impl Panel for CommunicationPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        self.finish_printing(cx);
        let Some(state) = CommunicationState::of(&page.data) else { return };
        if matches!(state, CommunicationState::NotRequired | CommunicationState::Void) {
            return;
        }
        let parts = match cx.parts(self.id, Kind::Recipient) {
            Ok(parts) => parts,
            Err(refusal) => return refusal_ui(ui, &refusal),
        };
        heading_ui(ui, "Sending and letters", "IEC 62304 6.2.5");
        counts_ui(ui, &Counts::of(&parts), state);
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
        let roles = cx.session.roles();
        let may = cx.writable()
            && Kind::Recipient.def().create_by.iter().any(|role| roles.contains(role))
            && LISTS.contains(&page.data.head.state.as_str());
        ui.horizontal_wrapped(|ui| {
            let idle = self.printing.is_none();
            let words = "One letter for each recipient, as PDF on the letterhead of the maker";
            if ui.add_enabled(idle, egui::Button::new("Print letter…")).on_hover_text(words).clicked() {
                self.print(ui, cx);
            }
            if ui.button("Save as text…").clicked() {
                self.save_text(cx);
            }
            if may && ui.button("Import recipients (CSV)…").clicked() {
                self.importing = Some(Importing::begin(cx, self.id));
            }
            if ui.button("Export recipients…").clicked() {
                match cx.file.recipients_csv(self.id) {
                    Ok(bytes) => cx.ask(Command::SaveFile { suggested_name: format!("{}-recipients.csv", self.id), bytes }),
                    Err(refusal) => say(cx, &refusal),
                }
            }
            if self.printing.is_some() {
                ui.label(hint(ui, "The letter is being made…"));
            }
        });
    }

    fn print(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let (id, path, stamp) = (self.id, cx.file.path().to_owned(), cx.stamp.clone());
        self.printing = cx.start(ui.ctx(), "Making the letter", move |_| {
            let file = ProductFile::open_for_job(&path)?;
            letter_pages(&file, id, &LetterOptions::default(), PacketFonts::with_system(), &stamp)
        });
    }

    fn finish_printing(&mut self, cx: &mut Cx<'_>) {
        let Some(outcome) = self.printing.as_ref().and_then(Job::poll) else { return };
        self.printing = None;
        match outcome {
            Ok(printed) => {
                for warning in printed.warnings {
                    cx.ask(Command::Notify(Notice::info(warning)));
                }
                cx.ask(Command::SaveFile { suggested_name: format!("{}.pdf", self.id), bytes: printed.pdf });
            }
            Err(refusal) => say(cx, &refusal),
        }
    }

    fn save_text(&self, cx: &mut Cx<'_>) {
        match letter_text(cx.file, self.id, &LetterOptions::default(), cx.stamp) {
            Ok(text) => {
                cx.ask(Command::SaveFile { suggested_name: format!("{}.txt", self.id), bytes: text.into_bytes() });
            }
            Err(refusal) => say(cx, &refusal),
        }
    }
}

fn say(cx: &mut Cx<'_>, refusal: &Refused) {
    let words = crate::domain::text::sentence(&refusal.to_string());
    cx.ask(Command::Notify(Notice::problem(words, "Nothing was written.")));
}

/// Sent, acknowledged, unreachable: in numbers and words.
fn counts_ui(ui: &mut Ui, counts: &Counts, state: CommunicationState) {
    if counts.all == 0 {
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
        badge_ui(ui, tone(counts.sent == counts.all), &format!("Sent {} of {}", counts.sent, counts.all));
        let settled = counts.acknowledged + counts.unreachable == counts.all;
        badge_ui(ui, tone(settled), &format!("Acknowledged {} of {}", counts.acknowledged, counts.all));
        let tone = if counts.unreachable > 0 { Tone::Late } else { Tone::Neutral };
        badge_ui(ui, tone, &format!("Unreachable {}", counts.unreachable));
    });
    if issued && counts.sent < counts.all {
        tone_words_ui(ui, Tone::Due, &format!("It was not sent to {} recipients yet", counts.all - counts.sent));
    }
}
