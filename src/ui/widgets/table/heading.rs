//! The heading of a group of rows, drawn across the whole table.

use eframe::egui;
use egui::{FontFamily, FontId, Rect, Response, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::draw::{Drawing, PAD, line};
use crate::ui::{
    theme::{bold_family, size},
    widgets::icons::{Icon, SHAPE, paint_icon},
};

/// The heading of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// Its name.
    pub name: String,
    /// What stands after the name: how many rows it has.
    pub count: String,
    /// Whether its rows are shown.
    pub open: bool,
}

impl Drawing<'_> {
    /// Draws a heading in its place and tells a screen reader whether its group is open.
    pub(super) fn heading(&self, ui: &Ui, rect: Rect, response: &Response, heading: &Heading) {
        let seen = rect.intersect(ui.clip_rect());
        ui.painter().rect_filled(rect, 0.0, self.palette.stripe);
        if response.hovered() {
            ui.painter().rect_filled(rect, 0.0, self.palette.hover);
        }
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, self.palette.line));
        let left = seen.left().max(rect.left()) + PAD;
        let mark = Rect::from_min_size(pos2(left, rect.top()), vec2(SHAPE, rect.height()));
        let icon = if heading.open { Icon::Down } else { Icon::Forward };
        paint_icon(ui.painter(), mark, icon, self.palette.text);
        let room = (seen.right() - mark.right() - 2.0 * PAD).max(0.0);
        let name = FontId::new(size::BODY, bold_family());
        let name = line(ui, &heading.name, name, self.palette.text, room * 0.75);
        let middle = |height: f32| rect.center().y - height / 2.0;
        let at = pos2(mark.right() + PAD, middle(name.size().y));
        let after = at.x + name.size().x + PAD;
        ui.painter().galley(at, name, self.palette.text);
        let count = FontId::new(size::SMALL, FontFamily::Proportional);
        let count = line(ui, &heading.count, count, self.palette.weak, room);
        ui.painter().galley(pos2(after, middle(count.size().y)), count, self.palette.weak);
        let words = format!("{}, {}", heading.name, heading.count);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &words));
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(heading.open));
    }
}
