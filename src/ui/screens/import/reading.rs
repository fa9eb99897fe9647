//! The user's corrections of the detection: the encoding of a file and its delimiter.

use eframe::egui::Ui;

use crate::ops::import::{ReadOptions, TextEncoding};
use crate::ui::screens::parts::{boxed_ui, in_a_row_ui};
use crate::ui::widgets::choice::{Choice, choice_ui};

/// Code and label of a detected value.
const DETECTED: (&str, &str) = ("", "As detected");

/// The offered delimiters, with their labels.
const DELIMITERS: [(&str, &str); 4] = [(",", "Comma ,"), (";", "Semicolon ;"), ("\t", "Tab"), ("|", "Bar |")];

/// The chosen options for reading a file.
#[derive(Default)]
pub(super) struct ReadingChoices {
    encoding: Option<TextEncoding>,
    delimiter: Option<char>,
}

impl ReadingChoices {
    /// The options for the reader; anything not chosen is detected.
    pub fn options(&self) -> ReadOptions {
        ReadOptions { encoding: self.encoding, delimiter: self.delimiter, ..ReadOptions::default() }
    }

    /// Draws the choices; returns whether to read the file again.
    pub fn ui(&mut self, ui: &mut Ui) -> bool {
        let mut encoding = Some(self.encoding.map_or(DETECTED.0, TextEncoding::name).to_owned());
        let mut delimiter = Some(self.delimiter.map(String::from).unwrap_or_default());
        in_a_row_ui(ui, |ui| {
            let names = TextEncoding::OFFERED.map(|offered| (offered.name(), offered.name()));
            choose_ui(ui, "Encoding", &mut encoding, &names);
            choose_ui(ui, "Delimiter", &mut delimiter, &DELIMITERS);
        });
        let encoding = encoding.as_deref().and_then(TextEncoding::from_name);
        let delimiter = delimiter.and_then(|text| text.chars().next());
        let changed = (encoding, delimiter) != (self.encoding, self.delimiter);
        (self.encoding, self.delimiter) = (encoding, delimiter);
        changed
    }
}

fn choose_ui(ui: &mut Ui, label: &str, chosen: &mut Option<String>, offered: &[(&str, &str)]) {
    let choices: Vec<Choice<'_>> = std::iter::once(&DETECTED)
        .chain(offered)
        .map(|&(code, word)| Choice { code, word, meaning: "" })
        .collect();
    ui.push_id(label, |ui| boxed_ui(ui, label, 190.0, |ui| choice_ui(ui, chosen, &choices, false)));
}
