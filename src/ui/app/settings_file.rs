//! The user's settings, and the file that stores them.

use std::path::PathBuf;

use eframe::egui;

use crate::ui::settings::{self, Settings};
use crate::ui::theme;

/// What happened and what to do.
type Problem = (String, String);

/// The current settings, and the settings as last written.
pub struct SettingsFile {
    pub values: Settings,
    written: Settings,
    /// The file; `None` keeps no settings.
    path: Option<PathBuf>,
    /// Whether they could not be written, which was said.
    refused: bool,
}

impl SettingsFile {
    /// Reads the settings. If they cannot be read, returns the defaults and the reason.
    pub fn load(path: Option<PathBuf>) -> (Self, Option<Problem>) {
        let loaded = path.as_deref().map(settings::load);
        let (values, trouble) =
            loaded.map_or_else(|| (Settings::default(), None), |loaded| (loaded.settings, loaded.notice));
        (Self { written: values.clone(), values, path, refused: false }, trouble)
    }

    /// Draws the window by another theme from now on.
    pub fn choose_theme(&mut self, ctx: &egui::Context, choice: theme::ThemeChoice) {
        self.values.theme = choice;
        choice.apply(ctx);
    }

    /// Updates size and zoom of the window, and writes the settings if anything else has changed.
    ///
    /// # Errors
    /// What happened and what to do, if they cannot be written.
    pub fn follow(&mut self, ctx: &egui::Context) -> Result<(), Problem> {
        let (size, maximised) = ctx.input(|input| {
            let viewport = input.viewport();
            (viewport.inner_rect.map(|rect| rect.size()), viewport.maximized.unwrap_or(false))
        });
        self.values.maximised = maximised;
        if let Some(size) = size.filter(|_| !maximised) {
            self.values.window_size = (size.x, size.y);
        }
        self.values.text_scale = theme::text_scale(ctx);
        let (now, written) = (&self.values, &self.written);
        let worth = now.theme != written.theme
            || now.text_scale != written.text_scale
            || now.renderer != written.renderer
            || now.notify != written.notify
            || now.spelling.language != written.spelling.language
            || now.notified != written.notified
            || now.recent != written.recent
            || now.portfolio != written.portfolio;
        if worth { self.save() } else { Ok(()) }
    }

    /// Writes the settings if they have changed.
    ///
    /// # Errors
    /// What happened and what to do, if they cannot be written. It is said once: a folder that cannot be written stays so, and the
    /// work does not depend on it.
    pub fn save(&mut self) -> Result<(), Problem> {
        if self.values == self.written {
            return Ok(());
        }
        self.written = self.values.clone();
        let Some(path) = &self.path else { return Ok(()) };
        match settings::save(path, &self.values) {
            Ok(()) => self.refused = false,
            Err(error) if !std::mem::replace(&mut self.refused, true) => {
                let remedy = format!(
                    "They count until the window closes, and work goes on. To keep them, make {} writable.",
                    path.display()
                );
                return Err((format!("The settings could not be saved: {error}."), remedy));
            }
            Err(_) => {}
        }
        Ok(())
    }
}
