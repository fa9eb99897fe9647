//! The open screens, by route. A screen that was left is kept for a while, so that going back finds it unchanged.

use std::sync::Arc;

use eframe::egui;

use crate::ops::places;
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::advisories::{AdvisoriesScreen, AdvisoryPlaces};
use crate::ui::screens::audit::AuditScreen;
use crate::ui::screens::dashboard::DashboardScreen;
use crate::ui::screens::document::DocumentScreen;
use crate::ui::screens::import::ImportScreen;
use crate::ui::screens::packets::PacketsScreen;
use crate::ui::screens::people::PeopleScreen;
use crate::ui::screens::readiness::ReadinessScreen;
use crate::ui::screens::record::form::FormScreen;
use crate::ui::screens::record::list::ListScreen;
use crate::ui::screens::record::page::RecordScreen;
use crate::ui::screens::search::SearchScreen;
use crate::ui::screens::soup::coverage::CoverageScreen;
use crate::ui::screens::soup::items::ItemsScreen;
use crate::ui::screens::soup::triage::TriageScreen;
use crate::ui::screens::{settings, shortcuts};
use crate::ui::settings::Settings;

/// Most screens that are kept.
const KEPT: usize = 12;

/// A screen with its state.
enum Screen {
    Dashboard(Box<DashboardScreen>),
    List(Box<ListScreen>),
    Record(Box<RecordScreen>),
    Form(Box<FormScreen>),
    Audit(Box<AuditScreen>),
    People(Box<PeopleScreen>),
    Search(Box<SearchScreen>),
    Import(Box<ImportScreen>),
    Documents(Box<DocumentScreen>),
    Advisories(Box<AdvisoriesScreen>),
    Packets(Box<PacketsScreen>),
    Coverage(Box<CoverageScreen>),
    Items(Box<ItemsScreen>),
    Triage(Box<TriageScreen>),
    Shortcuts,
    Settings,
    Readiness(Box<ReadinessScreen>),
}

/// The kept screens, newest last.
#[derive(Default)]
pub struct Screens {
    kept: Vec<(Route, Screen)>,
    /// The route of the form that was on screen in the last frame.
    form: Option<Route>,
    /// Where the advisory data is.
    advisories: AdvisoryPlaces,
}

impl Screens {
    /// No screens yet.
    pub fn new(advisories: AdvisoryPlaces) -> Self {
        Self { advisories, ..Self::default() }
    }

    /// Draws the screen of a route.
    pub fn ui(&mut self, ui: &mut egui::Ui, route: &Route, cx: &mut Cx<'_>, settings: &mut Settings) {
        let found = self.kept.iter().position(|(kept, _)| kept == route);
        let entry = match found {
            Some(index) => self.kept.remove(index),
            None => (route.clone(), make_screen(route, settings, &self.advisories)),
        };
        if self.kept.len() >= KEPT {
            self.kept.remove(0);
        }
        self.kept.push(entry);
        let Some((_, screen)) = self.kept.last_mut() else { return };
        match screen {
            Screen::Dashboard(screen) => screen.ui(ui, cx),
            Screen::List(screen) => {
                screen.ui(ui, cx);
                let name = screen.kind().code();
                if settings.lists.get(name) != Some(screen.memory()) {
                    settings.lists.insert(name.to_owned(), screen.memory().clone());
                }
            }
            Screen::Record(screen) => screen.ui(ui, cx),
            Screen::Form(screen) => {
                self.form = Some(route.clone());
                screen.ui(ui, cx);
            }
            Screen::Audit(screen) => screen.ui(ui, cx),
            Screen::People(screen) => screen.ui(ui, cx),
            Screen::Search(screen) => screen.ui(ui, cx),
            Screen::Import(screen) => screen.ui(ui, cx),
            Screen::Documents(screen) => screen.ui(ui, cx),
            Screen::Advisories(screen) => screen.ui(ui, cx),
            Screen::Packets(screen) => screen.ui(ui, cx),
            Screen::Coverage(screen) => screen.ui(ui, cx),
            Screen::Items(screen) => screen.ui(ui, cx),
            Screen::Triage(screen) => screen.ui(ui, cx),
            Screen::Shortcuts => shortcuts::shortcuts_ui(ui),
            Screen::Settings => settings::settings_ui(ui, settings),
            Screen::Readiness(screen) => screen.ui(ui, cx),
        }
    }

    /// Notifies the form of the last frame that it was left, if another route is on screen now.
    pub fn leave(&mut self, now: &Route, cx: &mut Cx<'_>) {
        if self.form.as_ref().is_some_and(|route| route != now) {
            self.leave_all(cx);
        }
    }

    /// Notifies the form of the last frame that it was left, in any case.
    pub fn leave_all(&mut self, cx: &mut Cx<'_>) {
        let Some(route) = self.form.take() else { return };
        for (kept, screen) in &mut self.kept {
            if *kept == route
                && let Screen::Form(form) = screen
            {
                form.leave(cx);
            }
        }
    }

    /// Drops the screen of a route, because its form is done.
    pub fn forget(&mut self, route: &Route) {
        self.kept.retain(|(kept, _)| kept != route);
        if self.form.as_ref() == Some(route) {
            self.form = None;
        }
    }
}

fn make_screen(route: &Route, settings: &Settings, advisories: &AdvisoryPlaces) -> Screen {
    match route {
        Route::Dashboard => Screen::Dashboard(Box::default()),
        Route::List(kind) => {
            let memory = settings.lists.get(kind.code()).cloned().unwrap_or_default();
            Screen::List(Box::new(ListScreen::new(*kind, memory)))
        }
        Route::Record(id) => Screen::Record(Box::new(RecordScreen::new(*id))),
        Route::New(kind) => Screen::Form(Box::new(FormScreen::new_record(*kind))),
        Route::NewFrom(kind, set) => Screen::Form(Box::new(FormScreen::new_from(*kind, Arc::clone(set)))),
        Route::Edit(id, field) => Screen::Form(Box::new(FormScreen::edit(*id, *field))),
        Route::AuditTrail(record) => Screen::Audit(Box::new(AuditScreen::new(*record))),
        Route::People => Screen::People(Box::default()),
        Route::Packets(change) => Screen::Packets(Box::new(PacketsScreen::new(*change))),
        Route::Coverage => Screen::Coverage(Box::default()),
        Route::ReviewItems(id) => Screen::Items(Box::new(ItemsScreen::of(*id))),
        Route::Triage => Screen::Triage(Box::default()),
        Route::Documents => Screen::Documents(Box::default()),
        Route::Import => Screen::Import(Box::new(ImportScreen::new(mappings_folder()))),
        Route::Advisories => Screen::Advisories(Box::new(AdvisoriesScreen::new(advisories))),
        Route::Search(words) => Screen::Search(Box::new(SearchScreen::new(words.clone()))),
        Route::Shortcuts => Screen::Shortcuts,
        Route::Settings => Screen::Settings,
        Route::Readiness => Screen::Readiness(Box::default()),
    }
}

/// The folder of the user's own import mappings.
fn mappings_folder() -> Option<std::path::PathBuf> {
    places::settings_folder().map(|folder| folder.join("mappings"))
}
