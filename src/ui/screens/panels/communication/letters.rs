//! The letters of a communication: made beside the window as PDF, or saved as text.

use eframe::egui::Ui;

use crate::domain::ids::RecordId;
use crate::ops::{LetterOptions, PacketFonts, letter_pages, letter_text};
use crate::ui::cx::{Command, Cx};
use crate::ui::screens::panels::printing::{Printing, Words, say};

const WORDS: Words = Words {
    button: "Print letter…",
    hover: "One letter for each recipient, as PDF on the letterhead of the maker",
    job: "Making the letter",
    meanwhile: "The letter is being made…",
};

/// The buttons of the letters, and the letter that is being made.
pub(super) struct Letters {
    id: RecordId,
    printing: Printing,
}

impl Letters {
    pub(super) fn of(id: RecordId) -> Self {
        Self { id, printing: Printing::new(format!("{id}.pdf")) }
    }

    /// Draws the buttons.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let id = self.id;
        self.printing.ui(ui, cx, &WORDS, move |file, stamp| {
            letter_pages(file, id, &LetterOptions::default(), PacketFonts::with_system(), stamp)
        });
        if ui.button("Save as text…").clicked() {
            self.save_text(cx);
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
