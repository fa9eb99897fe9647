//! The letters of a communication: made beside the window as PDF, or saved as text.

use eframe::egui::{Button, Ui};

use super::say;
use crate::domain::ids::RecordId;
use crate::ops::jobs::Job;
use crate::ops::{LetterOptions, PacketFonts, PrintedLetter, ProductFile, letter_pages, letter_text};
use crate::ui::cx::{Command, Cx};
use crate::ui::theme::hint;
use crate::ui::widgets::notice::Notice;

/// The buttons of the letters, and the letter that is being made.
pub(super) struct Letters {
    id: RecordId,
    printing: Option<Job<PrintedLetter>>,
}

impl Letters {
    pub(super) const fn of(id: RecordId) -> Self {
        Self { id, printing: None }
    }

    /// Draws the buttons.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.finish_printing(cx);
        let idle = self.printing.is_none();
        let words = "One letter for each recipient, as PDF on the letterhead of the maker";
        if ui.add_enabled(idle, Button::new("Print letter…")).on_hover_text(words).clicked() {
            self.print(ui, cx);
        }
        if ui.button("Save as text…").clicked() {
            self.save_text(cx);
        }
        if !idle {
            ui.label(hint(ui, "The letter is being made…"));
        }
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
                cx.ask(Command::SaveFile {
                    suggested_name: format!("{}.txt", self.id),
                    bytes: text.into_bytes(),
                });
            }
            Err(refusal) => say(cx, &refusal),
        }
    }
}
