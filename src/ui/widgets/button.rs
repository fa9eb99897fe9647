//! Buttons: primary, dangerous, with an icon, and one that explains why it is blocked. No commands here.

use eframe::egui;
use egui::{Button, Response, RichText, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, vec2};

use super::icons::{Icon, paint_icon};
use crate::ui::theme::{palette, space};

/// The one button of a screen that continues.
pub fn primary_ui(ui: &mut Ui, text: &str) -> Response {
    filled(ui, text, Fill::Accent)
}

/// The button of a decision that cannot be undone, such as voiding.
pub fn danger_ui(ui: &mut Ui, text: &str) -> Response {
    filled(ui, text, Fill::Danger)
}

#[derive(Clone, Copy)]
enum Fill {
    Accent,
    Danger,
}

fn filled(ui: &mut Ui, text: &str, fill: Fill) -> Response {
    let palette = palette(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        let (rest, hover, ink) = match fill {
            Fill::Accent => (palette.accent, palette.accent_hover, palette.on_accent),
            Fill::Danger => {
                let late = palette.tone(crate::ui::theme::Tone::Late);
                (late.fill, late.fill, late.text)
            }
        };
        for (state, colour) in
            [(&mut widgets.inactive, rest), (&mut widgets.hovered, hover), (&mut widgets.active, hover)]
        {
            state.weak_bg_fill = colour;
            state.bg_stroke.color = match fill {
                Fill::Accent => colour,
                Fill::Danger => ink,
            };
        }
        ui.add(Button::new(RichText::new(text).family(crate::ui::theme::bold_family()).color(ink)))
    })
    .inner
}

/// The state of a [`guarded_ui`] button in this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guarded {
    /// Nothing.
    Idle,
    /// Pressed, and nothing is missing.
    Pressed,
    /// Pressed although something is missing: show all violations now.
    Refused,
}

/// A primary button that stays reachable while it is blocked, and explains why on hover and to a screen reader.
///
/// `missing` lists what is missing; empty means ready.
pub fn guarded_ui(ui: &mut Ui, text: &str, missing: &[String]) -> Guarded {
    if missing.is_empty() {
        return if primary_ui(ui, text).clicked() { Guarded::Pressed } else { Guarded::Idle };
    }
    let weak = palette(ui).weak;
    let response = ui.add(Button::new(RichText::new(text).color(weak)));
    let reason = missing.join("\n");
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_description(format!("Not possible yet. {}", missing.join(". ")));
    });
    let refused = response.clicked();
    response.on_hover_text(reason);
    if refused { Guarded::Refused } else { Guarded::Idle }
}

/// A square button with only an icon. `name` is for the screen reader and the hover text.
pub fn icon_ui(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    icon_sized_ui(ui, icon, name, space::ROW)
}

/// Like [`icon_ui`], with a side of `side` points.
pub fn icon_sized_ui(ui: &mut Ui, icon: Icon, name: &str, side: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if ui.is_rect_visible(rect) {
        let palette = palette(ui);
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 6.0, palette.hover);
        }
        let colour = if ui.is_enabled() { palette.text } else { palette.weak };
        paint_icon(ui.painter(), rect, icon, colour);
    }
    response.on_hover_text(name)
}

/// Buttons in a row, of which one is on, such as "Day", "Month". Returns the index of the pressed one.
pub fn segments_ui(ui: &mut Ui, words: &[&str], on: Option<usize>) -> Option<usize> {
    let mut pressed = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::XS, 0.0);
        for (index, word) in words.iter().enumerate() {
            let chosen = on == Some(index);
            let response = ui.add(Button::selectable(chosen, *word).frame_when_inactive(true));
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), chosen, word));
            if response.clicked() {
                pressed = Some(index);
            }
        }
    });
    pressed
}
