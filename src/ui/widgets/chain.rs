//! A chain of named steps below each other, joined by a line: how work goes on, as a picture. Nothing in it can be pressed.
//!
//! Belongs here: its look. Does not belong here: the words of a step. The steps of a record are a trace strip (`trace`).

use eframe::egui;
use egui::{FontId, Sense, Stroke, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::ui::theme::{bold_family, palette, size, space};

/// One step.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// Its name.
    pub label: &'a str,
    /// What happens there, in a few words.
    pub words: &'a str,
}

/// Height of a step, in points.
const STEP: f32 = 42.0;
/// Radius of the dot of a step.
const DOT: f32 = 5.0;

/// Draws the chain.
pub fn chain_ui(ui: &mut Ui, links: &[Link<'_>]) {
    let builder = UiBuilder::new().accessibility_role(Role::List).accessibility_label("The chain".to_owned());
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, link) in links.iter().enumerate() {
            link_ui(ui, link, index + 1 < links.len());
        }
    });
}

fn link_ui(ui: &mut Ui, link: &Link<'_>, goes_on: bool) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), STEP), Sense::hover());
    let name = format!("{}: {}", link.label, link.words);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let palette = palette(ui);
    let dot = pos2(rect.left() + DOT, rect.top() + 11.0);
    ui.painter().circle_filled(dot, DOT, palette.accent);
    if goes_on {
        let from = dot + vec2(0.0, DOT + space::XS);
        let to = pos2(dot.x, dot.y + STEP - DOT - space::XS);
        let stroke = Stroke::new(1.5, palette.edge);
        ui.painter().line_segment([from, to], stroke);
        ui.painter().line(vec![to + vec2(-3.5, -4.0), to, to + vec2(3.5, -4.0)], stroke);
    }
    let left = rect.left() + DOT * 2.0 + space::M;
    let line = |text: &str, font: FontId, colour, top: f32| {
        let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
        job.wrap = egui::text::TextWrapping::truncate_at_width(rect.right() - left);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        ui.painter().galley(pos2(left, rect.top() + top), galley, colour);
    };
    line(link.label, FontId::new(size::BODY, bold_family()), palette.text, 0.0);
    line(link.words, FontId::proportional(size::SMALL), palette.weak, 19.0);
}
