//! The window: theme, widgets, screens. Depends on `base`, `domain`, `ops` and `soup` only.
//!
//! Belongs here: everything that is drawn or typed. Does not belong here: rules, SQL, file formats.

pub mod app;
pub mod asking;
pub mod composing;
pub mod cx;
pub mod dialogs;
pub mod drawing;
pub mod dry_run;
pub mod first_day;
#[cfg(test)]
mod gallery;
mod icon;
pub mod list_memory;
pub mod looking;
pub mod overview;
pub mod recognised;
#[cfg(test)]
mod sample;
pub mod screens;
pub mod settings;
pub mod shortcuts;
pub mod sign;
pub mod spelling;
pub mod theme;
pub mod widgets;

use std::ffi::OsString;
use std::path::PathBuf;

use eframe::egui;

use app::{App, Start};
use settings::{Renderer, Settings};

/// How the window starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The product file to open.
    pub file: Option<PathBuf>,
    /// Whether it is opened for an auditor.
    pub for_auditor: bool,
    /// The places of the portfolio that is shown instead of a file.
    pub portfolio: Option<Vec<PathBuf>>,
    /// What draws the window; [`Renderer::Auto`] follows the settings.
    pub renderer: Renderer,
}

impl Launch {
    /// The arguments that start the program in the same way, drawing in software.
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        if self.portfolio.is_some() {
            arguments.extend(["portfolio".into(), "--window".into()]);
        } else if self.for_auditor {
            arguments.push("audit".into());
        }
        arguments.extend(["--renderer".into(), "software".into()]);
        let paths: Vec<&PathBuf> = self.file.iter().chain(self.portfolio.iter().flatten()).collect();
        if !paths.is_empty() {
            arguments.push("--".into());
            arguments.extend(paths.into_iter().map(|path| path.clone().into_os_string()));
        }
        arguments
    }
}

/// Opens the window and returns when it closes.
///
/// # Errors
/// Returns a message if the window cannot be opened.
pub fn run(launch: Launch) -> Result<(), String> {
    let settings_path = settings::default_path();
    let settings = settings_path.as_deref().map(settings::load_quietly).unwrap_or_default();
    let renderer = if launch.renderer == Renderer::Auto { settings.renderer } else { launch.renderer };
    let again = || drawing::again_in_software(&launch.arguments());
    if renderer == Renderer::Software {
        again()?;
    }
    let start = match launch.file.clone() {
        None if launch.portfolio.is_some() => Start::Portfolio(launch.portfolio.clone().unwrap_or_default()),
        Some(path) if launch.for_auditor => Start::Audit(path),
        Some(path) => start_with(path),
        None => Start::Nothing,
    };
    let opened = eframe::run_native(
        "Mainstay",
        options(&settings, renderer),
        Box::new(move |cc| Ok(Box::new(App::new(cc, settings_path, start)))),
    );
    let Err(error) = opened else { return Ok(()) };
    let mut words = format!("the window cannot be opened: {}", drawing::words(&error));
    // Without a display nothing can draw, and a second attempt would hide the cause.
    if renderer == Renderer::Auto && !matches!(error, eframe::Error::WinitEventLoop(_)) {
        log::warn!("{words}; it is drawn without graphics driver");
        if let Err(why) = again() {
            words = format!("{words}; {why}");
        }
    }
    Err(format!("{words}; {}", drawing::REMEDY))
}

/// A file, or a link to a record: the desktop hands over both in the same way.
fn start_with(path: PathBuf) -> Start {
    match path.to_str() {
        Some(text) if crate::domain::link::is_link(text) => Start::Link(text.to_owned()),
        Some(_) | None => Start::File(path),
    }
}

fn options(settings: &Settings, renderer: Renderer) -> eframe::NativeOptions {
    let (width, height) = settings.window_size;
    let mut options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Mainstay")
            .with_app_id("mainstay")
            .with_inner_size([width, height])
            .with_min_inner_size([640.0, 480.0])
            .with_maximized(settings.maximised)
            .with_drag_and_drop(true),
        ..Default::default()
    };
    if let Some(icon) = icon::icon() {
        options.viewport = options.viewport.with_icon(icon);
    }
    drawing::choose(&mut options, renderer);
    options
}
