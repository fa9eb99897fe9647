//! Keeps the spelling in step with the settings: the dictionary of the chosen language, and the words that were accepted.

use eframe::egui::Context;

use crate::ui::app::App;
use crate::ui::spelling::{Speller, find, folders, keep_words, use_speller};

/// The language whose dictionary is in use.
#[derive(Default)]
pub struct Checking {
    language: String,
}

impl App {
    /// Uses the dictionary that the settings name, and keeps the words that were accepted.
    pub(super) fn keep_spelling(&mut self, ctx: &Context) {
        let wanted = &self.settings.values.spelling.language;
        if self.hands.checking.language != *wanted {
            self.hands.checking.language.clone_from(wanted);
            let path = find(&folders()).remove(wanted);
            use_speller(ctx, path.and_then(|path| Speller::start(path, self.jobs.wake())));
        }
        let file = self.desk.as_ref().map(|desk| desk.uuid.clone());
        let added = keep_words(ctx, &self.settings.values.spelling, file.as_deref());
        for word in added {
            self.settings.values.spelling.take(word, file.as_deref());
            self.save_settings();
        }
    }
}
