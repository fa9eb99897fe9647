//! A link to another place in the program. The caller decides where it leads.

use eframe::egui;
use egui::{
    CursorIcon, Response, Sense, Stroke, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText, accesskit::Role,
};

use crate::ui::theme::palette;

/// Text that looks like a link, takes focus, and is underlined so that colour is not the only sign.
pub fn link_ui(ui: &mut Ui, text: &str) -> Response {
    let galley = WidgetText::from(text).into_galley(
        ui,
        Some(TextWrapMode::Truncate),
        ui.available_width(),
        TextStyle::Body,
    );
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, ui.is_enabled(), text));
    if ui.is_rect_visible(rect) {
        let colour = palette(ui).accent;
        let width = if response.hovered() || response.has_focus() { 1.5 } else { 0.75 };
        ui.painter().galley(rect.min, galley.clone(), colour);
        ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(width, colour));
    }
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if galley.elided { response.on_hover_text(text) } else { response }
}
