//! Which screen draws which route. Screens that were left are kept a while, so that going back finds them as they were.

use eframe::egui;

use crate::ui::cx::{Cx, Route};
use crate::ui::screens::dashboard::DashboardScreen;
use crate::ui::screens::later;

/// Most screens that are kept.
const KEPT: usize = 12;

/// A screen with its state.
enum Screen {
    Dashboard(Box<DashboardScreen>),
    Later(&'static str),
    Missing,
}

/// The screens that are kept, the latest last.
#[derive(Default)]
pub struct Screens {
    kept: Vec<(Route, Screen)>,
}

impl Screens {
    /// Draws the screen of a route.
    pub fn ui(&mut self, ui: &mut egui::Ui, route: &Route, cx: &mut Cx<'_>) {
        let found = self.kept.iter().position(|(kept, _)| kept == route);
        let entry = match found {
            Some(index) => self.kept.remove(index),
            None => (route.clone(), mount(route)),
        };
        if self.kept.len() >= KEPT {
            self.kept.remove(0);
        }
        self.kept.push(entry);
        let Some((_, screen)) = self.kept.last_mut() else { return };
        match screen {
            Screen::Dashboard(screen) => screen.ui(ui, cx),
            Screen::Later(area) => later::later_ui(ui, area),
            Screen::Missing => {
                ui.label("This screen is not there yet.");
            }
        }
    }

    /// Forgets the screen of a route: its form is done.
    pub fn forget(&mut self, route: &Route) {
        self.kept.retain(|(kept, _)| kept != route);
    }
}

fn mount(route: &Route) -> Screen {
    match route {
        Route::Dashboard => Screen::Dashboard(Box::default()),
        Route::Later(area) => Screen::Later(area),
        Route::List(_)
        | Route::Record(_)
        | Route::New(_)
        | Route::Edit(..)
        | Route::AuditTrail(_)
        | Route::People
        | Route::Packets(_)
        | Route::Import
        | Route::Search(_)
        | Route::Shortcuts
        | Route::Settings => Screen::Missing,
    }
}
