//! The settings of the window: theme, text size, renderer, notifications, spelling.

use std::sync::Arc;

use eframe::egui;
use egui::{Label, Ui};

use crate::ui::settings::{Renderer, Settings};
use crate::ui::spelling::{Dictionaries, find, folders};
use crate::ui::theme::{self, SCALE_MAX, SCALE_MIN, ThemeChoice, body, hint, palette, space};
use crate::ui::widgets::button::{button_or_why_ui, segments_ui};
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::{page_heading_ui, title_ui};

const RENDERERS: [(Renderer, &str); 2] =
    [(Renderer::Auto, "Automatic"), (Renderer::Software, "Without graphics driver")];

/// Draws and changes the settings.
pub fn settings_ui(ui: &mut Ui, settings: &mut Settings) {
    page_heading_ui(ui, "Settings");
    ui.add_space(space::M);
    title_ui(ui, "Theme");
    let on = ThemeChoice::ALL.iter().position(|choice| *choice == settings.theme);
    if let Some(choice) =
        segments_ui(ui, &ThemeChoice::ALL.map(ThemeChoice::word), on).and_then(|i| ThemeChoice::ALL.get(i))
    {
        settings.theme = *choice;
        choice.apply(ui.ctx());
    }
    ui.add_space(space::L);
    title_ui(ui, "Text size");
    scale_ui(ui);
    ui.add_space(space::L);
    title_ui(ui, "How the window is drawn");
    let on = RENDERERS.iter().position(|(renderer, _)| *renderer == settings.renderer);
    if let Some((renderer, _)) =
        segments_ui(ui, &RENDERERS.map(|(_, word)| word), on).and_then(|i| RENDERERS.get(i))
    {
        settings.renderer = *renderer;
    }
    ui.add(
        Label::new(hint(
            ui,
            "Takes effect at the next start. Choose “Without graphics driver” if the window is drawn incorrectly or does not open.",
        ))
        .wrap(),
    );
    ui.add_space(space::L);
    title_ui(ui, "Notifications");
    ui.checkbox(&mut settings.notify, "Tell the desktop once a day what is overdue");
    let words = "Only the numbers of records are shown, since others may see the screen. While the program runs and you are signed in.";
    ui.add(Label::new(hint(ui, words)).wrap());
    ui.add_space(space::L);
    title_ui(ui, "Spelling");
    spelling_ui(ui, &mut settings.spelling.language);
    ui.add_space(space::L);
    ui.add(
        Label::new(
            body("Limits, intervals and who must sign what belong to the file: see People & policy.")
                .color(palette(ui).weak),
        )
        .wrap(),
    );
}

/// The language of the dictionary that marks unknown words in long texts.
fn spelling_ui(ui: &mut Ui, language: &mut String) {
    let slot = egui::Id::unique("dictionaries");
    let known = ui.data(|data| data.get_temp::<Arc<Dictionaries>>(slot));
    let known = known.unwrap_or_else(|| {
        let found = Arc::new(find(&folders()));
        ui.data_mut(|data| data.insert_temp(slot, Arc::clone(&found)));
        found
    });
    if known.is_empty() && language.is_empty() {
        let words = "This workstation has no Hunspell dictionary. On Linux, install one such as hunspell-en-us, then start the program again.";
        ui.add(Label::new(hint(ui, words)).wrap());
        return;
    }
    let choices: Vec<Choice<'_>> =
        known.keys().map(|code| Choice { code, word: code, meaning: "" }).collect();
    let mut chosen = (!language.is_empty()).then(|| language.clone());
    let changed = Field::new("Mark unknown words in long texts")
        .show(ui, |ui| choice_ui(ui, &mut chosen, &choices, true));
    if changed.changed() {
        *language = chosen.unwrap_or_default();
    }
    let words = "F7 in a text goes to the next marked word and shows suggestions. Words that you accept stay on this workstation.";
    ui.add(Label::new(hint(ui, words)).wrap());
}

fn scale_ui(ui: &mut Ui) {
    let now = theme::text_scale(ui.ctx());
    ui.horizontal(|ui| {
        let mut to = None;
        if button_or_why_ui(ui, now > SCALE_MIN, "Smaller", "This is the smallest").clicked() {
            to = Some(now.saturating_sub(10).max(SCALE_MIN));
        }
        ui.label(format!("{now} %"));
        if button_or_why_ui(ui, now < SCALE_MAX, "Larger", "This is the largest").clicked() {
            to = Some((now + 10).min(SCALE_MAX));
        }
        if now != 100 && ui.button("Back to 100 %").clicked() {
            to = Some(100);
        }
        if let Some(percent) = to {
            theme::set_text_scale(ui.ctx(), percent);
        }
    });
}
