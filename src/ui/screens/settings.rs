//! The settings of the window: theme, text size, renderer.

use eframe::egui;
use egui::{Label, Ui};

use crate::ui::settings::{Renderer, Settings};
use crate::ui::theme::{self, SCALE_MAX, SCALE_MIN, ThemeChoice, body, hint, palette, space, title};
use crate::ui::widgets::button::segments_ui;

const RENDERERS: [(Renderer, &str); 2] =
    [(Renderer::Auto, "Automatic"), (Renderer::Software, "Without graphics driver")];

/// Draws and changes the settings.
pub fn settings_ui(ui: &mut Ui, settings: &mut Settings) {
    ui.heading("Settings");
    ui.add_space(space::M);
    ui.label(title("Theme"));
    let on = ThemeChoice::ALL.iter().position(|choice| *choice == settings.theme);
    if let Some(choice) =
        segments_ui(ui, &ThemeChoice::ALL.map(ThemeChoice::word), on).and_then(|i| ThemeChoice::ALL.get(i))
    {
        settings.theme = *choice;
        choice.apply(ui.ctx());
    }
    ui.add_space(space::L);
    ui.label(title("Text size"));
    scale_ui(ui);
    ui.add_space(space::L);
    ui.label(title("How the window is drawn"));
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
    ui.add(
        Label::new(
            body("Limits, intervals and who must sign what belong to the file: see People & policy.")
                .color(palette(ui).weak),
        )
        .wrap(),
    );
}

fn scale_ui(ui: &mut Ui) {
    let now = theme::text_scale(ui.ctx());
    ui.horizontal(|ui| {
        let mut to = None;
        let smaller = ui.add_enabled(now > SCALE_MIN, egui::Button::new("Smaller"));
        if smaller.on_disabled_hover_text("This is the smallest").clicked() {
            to = Some(now.saturating_sub(10).max(SCALE_MIN));
        }
        ui.label(format!("{now} %"));
        let larger = ui.add_enabled(now < SCALE_MAX, egui::Button::new("Larger"));
        if larger.on_disabled_hover_text("This is the largest").clicked() {
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
