//! The areas on the left, each with its count of what needs attention.

use eframe::egui;
use egui::{FontId, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::domain::ids::Kind;
use crate::ops::Attention;
use crate::ui::cx::Route;
use crate::ui::screens::later;
use crate::ui::theme::{bold_family, hint, palette, size, space};

/// One area.
pub struct Area {
    /// Where it leads.
    pub route: Route,
    /// The kind whose attention is counted; `None`: of all for the dashboard, else nothing.
    kind: Option<Kind>,
}

const fn area(route: Route, kind: Option<Kind>) -> Area {
    Area { route, kind }
}

/// The areas that this version has.
pub const AREAS: &[Area] = &[
    area(Route::Dashboard, None),
    area(Route::List(Kind::Feedback), Some(Kind::Feedback)),
    area(Route::List(Kind::ProblemReport), Some(Kind::ProblemReport)),
    area(Route::List(Kind::ChangeRequest), Some(Kind::ChangeRequest)),
    area(Route::List(Kind::ImpactAnalysis), Some(Kind::ImpactAnalysis)),
    area(Route::Packets(None), None),
    area(Route::AuditTrail(None), None),
    area(Route::People, Some(Kind::Person)),
];

/// Whether a route lies in an area.
fn lies_in(route: &Route, area: &Route) -> bool {
    match (route, area) {
        (Route::Record(id) | Route::Edit(id, _), Route::List(kind)) => id.kind == *kind,
        (Route::New(kind), Route::List(other)) => kind == other,
        (Route::Import, Route::List(Kind::Feedback)) => true,
        (Route::Record(id), Route::People) => matches!(id.kind, Kind::Person | Kind::Policy | Kind::Product),
        (Route::Packets(_), Route::Packets(_)) | (Route::AuditTrail(_), Route::AuditTrail(_)) => true,
        (route, area) => route == area,
    }
}

fn count(area: &Area, attention: Option<&Attention>) -> usize {
    let Some(attention) = attention else { return 0 };
    match (&area.route, area.kind) {
        (Route::Dashboard, _) => attention.now.len(),
        (Route::People, _) => {
            [Kind::Person, Kind::Policy].iter().filter_map(|kind| attention.counts.get(kind)).sum()
        }
        (_, Some(kind)) => attention.counts.get(&kind).copied().unwrap_or(0),
        (_, None) => 0,
    }
}

/// Draws the areas and answers where to go.
pub fn nav_ui(ui: &mut Ui, now: &Route, attention: Option<&Attention>) -> Option<Route> {
    let mut go = None;
    ui.spacing_mut().item_spacing.y = 2.0;
    for area in AREAS {
        let item = Item {
            word: area.route.word(),
            on: lies_in(now, &area.route),
            count: count(area, attention),
            weak: false,
        };
        if item.show(ui).clicked() {
            go = Some(area.route.clone());
        }
    }
    ui.add_space(space::L);
    ui.horizontal(|ui| {
        ui.add_space(space::S);
        ui.label(hint(ui, "Not in this version"));
    });
    for later in later::AREAS {
        let on = *now == Route::Later(later.word);
        let item = Item { word: later.word, on, count: 0, weak: true };
        if item.show(ui).clicked() {
            go = Some(Route::Later(later.word));
        }
    }
    go
}

struct Item {
    word: &'static str,
    on: bool,
    count: usize,
    weak: bool,
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
        let ink = match (self.on, self.weak) {
            (true, _) => palette.on_select,
            (false, true) => palette.weak,
            (false, false) => palette.text,
        };
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
