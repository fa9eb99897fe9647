//! The start screen: recent files, a new file, the example, and what this is; and the steps to a new product file.
//!
//! Belongs here: what is shown before a file is open. Does not belong here: creating or opening a file.

mod recent;
mod steps;
mod what;

use std::path::PathBuf;

use eframe::egui;
use egui::{Context, Label, Layout, Ui, vec2};

use self::recent::Recents;
use self::steps::{Outcome, Steps};
use crate::domain::text::sentence;
use crate::ops::{NewFile, Password, Refused, Stamp};
use crate::ui::theme::{body, hint, palette, space};
use crate::ui::widgets::button::primary_ui;
use crate::ui::widgets::heading::{page_heading_ui, title_ui};

/// A request to the app.
pub enum WelcomeRequest {
    /// Open this file.
    Open(PathBuf),
    /// Ask which file to open.
    Choose,
    /// Open the example product.
    Example,
    /// Show many product files at a glance.
    Portfolio,
    /// Take this file from the list of recent ones.
    Forget(PathBuf),
    /// Create this file.
    Create(PathBuf, Box<NewFile>, Password),
}

/// The start screen, or the steps to a new file.
#[derive(Default)]
pub struct Welcome {
    recent: Recents,
    new: Option<Box<Steps>>,
}

/// Width of the column of what one does, in points.
const DOING: f32 = 520.0;
/// Width of the column that says what this is.
const TELLING: f32 = 400.0;
/// Space between both.
const BETWEEN: f32 = 56.0;

impl Welcome {
    /// Looks at the recent files, in the background.
    pub fn refresh_recent(&mut self, ctx: &Context, recent: &[PathBuf], stamp: &Stamp) {
        self.new = None;
        self.recent.look(ctx, recent, stamp);
    }

    /// Starts the steps to a new file.
    pub fn begin_new(&mut self) {
        self.new = Some(Box::default());
    }

    /// Shows why the file could not be created.
    pub fn refuse(&mut self, refusal: &Refused) {
        if let Some(steps) = &mut self.new {
            steps.refusal = Some(sentence(&refusal.to_string()));
        }
    }

    /// The width that it takes of a window that has this much: two columns where there is room for both.
    pub fn width(&self, room: f32) -> f32 {
        let both = DOING + BETWEEN + TELLING;
        if self.new.is_none() && room >= both { both } else { DOING.min(room) }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<WelcomeRequest> {
        if let Some(steps) = &mut self.new {
            return match steps.ui(ui) {
                Outcome::Stay => None,
                Outcome::Leave => {
                    self.new = None;
                    None
                }
                Outcome::Done(asked) => Some(*asked),
            };
        }
        if ui.available_width() < DOING + BETWEEN + TELLING {
            let asked = self.doing_ui(ui);
            ui.add_space(space::XL);
            what::what_ui(ui);
            return asked;
        }
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let down = Layout::top_down(egui::Align::Min);
            let column = |ui: &mut Ui, width: f32| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.x = space::S;
            };
            let asked = ui.allocate_ui_with_layout(vec2(DOING, 0.0), down, |ui| {
                column(ui, DOING);
                self.doing_ui(ui)
            });
            ui.add_space(BETWEEN);
            ui.allocate_ui_with_layout(vec2(TELLING, 0.0), down, |ui| {
                column(ui, TELLING);
                what::what_ui(ui);
            });
            asked.inner
        })
        .inner
    }

    /// What one can do here.
    fn doing_ui(&mut self, ui: &mut Ui) -> Option<WelcomeRequest> {
        let mut asked = None;
        page_heading_ui(ui, "Mainstay");
        ui.add(
            Label::new(
                body(
                    "Maintenance records of medical device software. One file per product, on your own disk.",
                )
                .color(palette(ui).weak),
            )
            .wrap(),
        );
        ui.add_space(space::L);
        ui.horizontal_wrapped(|ui| {
            if primary_ui(ui, "New product file…").clicked() {
                self.new = Some(Box::default());
            }
            if ui.button("Open…").clicked() {
                asked = Some(WelcomeRequest::Choose);
            }
            if ui.button("Open the example product").clicked() {
                asked = Some(WelcomeRequest::Example);
            }
        });
        ui.horizontal_wrapped(|ui| {
            if ui.button("Portfolio").clicked() {
                asked = Some(WelcomeRequest::Portfolio);
            }
            ui.label(hint(ui, "Many product files at a glance"));
        });
        ui.add_space(space::XL);
        title_ui(ui, "Recent files");
        self.recent.ui(ui).or(asked)
    }
}
