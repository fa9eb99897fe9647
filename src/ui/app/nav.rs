//! The navigation on the left: the areas, each with its count of what needs attention.

use std::sync::LazyLock;

use eframe::egui;
use egui::{FontId, Frame, Margin, Panel, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::App;
use crate::domain::ids::Kind;
use crate::domain::kind::Place;
use crate::ops::Attention;
use crate::ui::cx::Route;
use crate::ui::theme::{bold_family, hint, palette, size, space};
use crate::ui::widgets::heading::landmark;
use crate::ui::widgets::scrolled::scrolled;

/// Below this width the areas open from the top bar; and their width there, in points.
const NARROW: f32 = 600.0;
const MENU: f32 = 220.0;

/// One area.
#[derive(Clone)]
pub struct Area {
    /// Its route.
    pub route: Route,
}

const fn area(route: Route) -> Area {
    Area { route }
}

/// The areas of this version: the dashboard, the kinds that declare an area, and the areas of the whole file.
pub fn areas() -> &'static [Area] {
    static AREAS: LazyLock<Vec<Area>> = LazyLock::new(|| {
        let mut kinds: Vec<(u8, Kind)> = Kind::ALL
            .iter()
            .filter_map(|kind| match kind.def().place {
                Place::Area(at) => Some((at, *kind)),
                Place::Under(_) | Place::Linked | Place::People | Place::UnderPeople => None,
            })
            .collect();
        kinds.sort_unstable();
        let mut areas = vec![area(Route::Dashboard)];
        areas.extend(kinds.into_iter().map(|(_, kind)| area(Route::List(kind))));
        areas.push(area(Route::Readiness));
        areas.push(area(Route::Packets(None)));
        areas.push(area(Route::AuditTrail(None)));
        areas.push(area(Route::People));
        areas
    });
    &AREAS
}

/// The kind in whose area the records of a kind are.
fn area_of(kind: Kind) -> Kind {
    match kind.def().place {
        Place::Under(other) => other,
        Place::Area(_) | Place::Linked | Place::People | Place::UnderPeople => kind,
    }
}

/// Whether a route belongs to an area.
fn belongs_to(route: &Route, area: &Route) -> bool {
    match (route, area) {
        (Route::Record(id) | Route::Edit(id, _), Route::List(kind)) => area_of(id.kind) == *kind,
        (Route::List(kind) | Route::New(kind) | Route::NewFrom(kind, _), Route::List(other)) => {
            area_of(*kind) == *other
        }
        (Route::Import, Route::List(Kind::Feedback)) => true,
        (Route::Documents, Route::List(Kind::MaintenancePlan)) => true,
        (Route::Coverage, Route::List(Kind::SoupItem)) => true,
        (Route::ReviewItems(id), Route::List(kind)) => id.kind == *kind,
        (Route::Triage, Route::List(Kind::Finding)) => true,
        (Route::Record(id), Route::People) => !id.kind.def().place.is_work(),
        (Route::Packets(_), Route::Packets(_)) | (Route::AuditTrail(_), Route::AuditTrail(_)) => true,
        (route, area) => route == area,
    }
}

fn count(area: &Area, attention: Option<&Attention>) -> usize {
    let Some(attention) = attention else { return 0 };
    let of = |kind: &Kind| attention.counts.get(kind).copied().unwrap_or(0);
    match &area.route {
        Route::Dashboard => attention.now.len(),
        Route::People => Kind::ALL.iter().filter(|kind| !kind.def().place.is_work()).map(of).sum(),
        Route::List(kind) => Kind::ALL.iter().filter(|other| area_of(**other) == *kind).map(of).sum(),
        Route::Record(_)
        | Route::New(_)
        | Route::NewFrom(..)
        | Route::Edit(..)
        | Route::AuditTrail(_)
        | Route::Packets(_)
        | Route::Import
        | Route::Documents
        | Route::Coverage
        | Route::ReviewItems(_)
        | Route::Triage
        | Route::Advisories
        | Route::Search(_)
        | Route::Shortcuts
        | Route::Settings
        | Route::Readiness => 0,
    }
}

/// Draws the areas and returns the chosen route.
pub fn nav_ui(ui: &mut Ui, now: &Route, attention: Option<&Attention>) -> Option<Route> {
    let mut go = None;
    ui.spacing_mut().item_spacing.y = 2.0;
    for area in areas() {
        let item =
            Item { word: area.route.word(), on: belongs_to(now, &area.route), count: count(area, attention) };
        if item.show(ui).clicked() {
            go = Some(area.route.clone());
        }
    }
    group_ui(ui, "This workstation");
    let on = *now == Route::Advisories;
    if (Item { word: Route::Advisories.word(), on, count: 0 }).show(ui).clicked() {
        go = Some(Route::Advisories);
    }
    go
}

/// An item of a navigation without a count.
pub fn item_ui(ui: &mut Ui, word: &'static str, on: bool) -> egui::Response {
    Item { word, on, count: 0 }.show(ui)
}

/// The head of a group of areas.
fn group_ui(ui: &mut Ui, words: &str) {
    ui.add_space(space::L);
    ui.horizontal(|ui| {
        ui.add_space(space::S);
        ui.label(hint(ui, words));
    });
}

struct Item {
    word: &'static str,
    on: bool,
    count: usize,
}

impl Item {
    fn show(&self, ui: &mut Ui) -> egui::Response {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), space::ROW), Sense::click());
        let words = match self.count {
            0 => self.word.to_owned(),
            1 => format!("{}, 1 needs attention", self.word),
            count => format!("{}, {count} need attention", self.word),
        };
        response.widget_info(|| WidgetInfo::selected(Role::Link, true, self.on, &words));
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, response.hovered());
        }
        if self.count > 0 { response.on_hover_text(words) } else { response }
    }

    fn paint(&self, ui: &Ui, rect: egui::Rect, hovered: bool) {
        let palette = palette(ui);
        if self.on {
            ui.painter().rect_filled(rect, 6.0, palette.select);
        } else if hovered {
            ui.painter().rect_filled(rect, 6.0, palette.hover);
        }
        let ink = if self.on { palette.on_select } else { palette.text };
        let font =
            if self.on { FontId::new(size::BODY, bold_family()) } else { FontId::proportional(size::BODY) };
        let galley = ui.painter().layout_no_wrap(self.word.to_owned(), font, ink);
        ui.painter().galley(
            pos2(rect.left() + space::M, rect.center().y - galley.size().y / 2.0),
            galley,
            ink,
        );
        if self.count > 0 {
            let text = if self.count > 999 { "999+".to_owned() } else { self.count.to_string() };
            let galley = ui.painter().layout_no_wrap(text, FontId::proportional(size::SMALL), ink);
            let at = pos2(rect.right() - space::M - galley.size().x, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley(at, galley, ink);
        }
    }
}

impl App {
    /// What draws the areas, as high as they are or as the room is, and returns the chosen one.
    fn areas_drawing(&mut self) -> Option<impl FnOnce(&mut Ui, bool) -> Option<Route> + use<>> {
        let at = self.with_cx(|at, cx| (at.now.clone(), cx.attention().ok().flatten()));
        let ((now, attention), _) = at?;
        Some(move |ui: &mut Ui, shrink: bool| {
            scrolled(ScrollArea::vertical().auto_shrink(shrink))
                .show(ui, |ui| nav_ui(ui, &now, attention.as_deref()))
                .inner
        })
    }

    /// Draws the areas beside the screen, where there is room.
    pub(super) fn draw_nav(&mut self, ui: &mut Ui) {
        if is_narrow(ui.ctx()) {
            return;
        }
        let Some(areas) = self.areas_drawing() else { return };
        let frame = Frame::new().fill(palette(ui).canvas).inner_margin(Margin::symmetric(8, 12));
        let panel = Panel::left("nav")
            .frame(frame)
            .default_size(self.settings.values.nav_width)
            .size_range(160.0..=360.0);
        let shown = panel.show(ui, |ui| {
            landmark(ui, Role::Navigation, "Areas");
            areas(ui, false)
        });
        self.settings.values.nav_width = shown.response.rect.width();
        if let Some(route) = shown.inner {
            self.go(route);
        }
    }

    /// In a narrow window the areas open from the top bar, so that the screen has the whole width.
    pub(super) fn areas_menu(&mut self, ui: &mut Ui) {
        let Some(areas) = self.areas_drawing() else { return };
        let menu = ui.menu_button("Areas", |ui| {
            ui.set_min_width(MENU);
            let chosen = areas(ui, true);
            if chosen.is_some() {
                ui.close();
            }
            chosen
        });
        if let Some(route) = menu.inner.flatten() {
            self.go(route);
        }
    }
}

/// Whether the window has no room for the areas beside the screen.
pub(super) fn is_narrow(ctx: &egui::Context) -> bool {
    ctx.content_rect().width() < NARROW
}
