//! Buttons: primary, dangerous, with an icon, and one that explains why it is blocked. No commands here.

use eframe::egui;
use egui::{
    Button, Event, EventFilter, Key, Modifiers, Response, RichText, Sense, Ui, Vec2, WidgetInfo,
    accesskit::Role,
};

use super::icons::{Icon, paint_icon};
use super::reach::{Near, reach};
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

/// A button that is on or says why it is off.
pub fn button_or_why_ui(ui: &mut Ui, is_on: bool, text: impl Into<String>, why: &str) -> Response {
    let response = ui.add_enabled(is_on, Button::new(text.into()));
    off_because(response, why)
}

/// Says why a button is off: on hover, and to a screen reader. Nothing where it is on.
pub fn off_because(response: Response, why: &str) -> Response {
    if !response.enabled() {
        response.ctx.accesskit_node_builder(response.id, |node| node.set_description(why));
    }
    response.on_disabled_hover_text(why)
}

/// A button that the palette offers too. Returns whether it was pressed here or chosen there.
pub fn button_in_reach_ui(ui: &mut Ui, text: &str, detail: &str) -> bool {
    let chosen = reach(ui, Near::Place, text, detail);
    ui.button(text).on_hover_text(detail).clicked() || chosen
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
///
/// The row is one stop of Tab: the arrows move to the next one, and the first letter of a word presses it.
pub fn segments_ui(ui: &mut Ui, words: &[&str], on: Option<usize>) -> Option<usize> {
    let mut pressed = None;
    wrapping_ui(ui, |ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(space::XS);
        let mut responses = Vec::with_capacity(words.len());
        for (index, word) in words.iter().enumerate() {
            let chosen = on == Some(index);
            let sense = if index == on.unwrap_or(0) { Sense::click() } else { Sense::CLICK };
            let button = Button::selectable(chosen, *word).frame_when_inactive(true).sense(sense);
            let response = ui.add(button);
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), chosen, word));
            if response.clicked() {
                pressed = Some(index);
            }
            responses.push(response);
        }
        let Some(focused) = responses.iter().position(Response::has_focus) else { return };
        let Some(held) = responses.get(focused) else { return };
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(held.id, filter));
        let Some(next) = moved_to(ui, words, on.unwrap_or(0)).or_else(|| lettered(ui, words, on)) else {
            return;
        };
        if on != Some(next) {
            pressed = Some(next);
        }
        if let Some(next) = responses.get(next) {
            next.request_focus();
        }
    });
    pressed
}

/// In a row that wraps: its own, or that of a row that already does.
fn wrapping_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let spacing = ui.spacing().item_spacing;
    if ui.layout().is_horizontal() && ui.layout().main_wrap() {
        content(ui);
        ui.spacing_mut().item_spacing = spacing;
    } else if ui.layout().is_horizontal() {
        ui.horizontal(content);
    } else {
        ui.horizontal_wrapped(content);
    }
}

/// Where an arrow leads from the segment `at`.
fn moved_to(ui: &Ui, words: &[&str], at: usize) -> Option<usize> {
    let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowRight) {
        Some((at + 1).min(words.len().saturating_sub(1)))
    } else if pressed(Key::ArrowLeft) {
        Some(at.saturating_sub(1))
    } else {
        None
    }
}

/// The next word after the present one that begins with the typed letter.
fn lettered(ui: &Ui, words: &[&str], on: Option<usize>) -> Option<usize> {
    let letter = typed_letter(ui)?;
    let begins = |word: &str| word.to_lowercase().starts_with(&letter);
    let after = on.map_or(0, |on| on + 1);
    let found = words.iter().enumerate().cycle().skip(after).take(words.len());
    found.filter(|(_, word)| begins(word)).map(|(index, _)| index).next()
}

/// The text that was typed in this frame, in lower case. It is taken out of the input.
pub fn typed_letter(ui: &Ui) -> Option<String> {
    ui.input_mut(|input| {
        let mut typed = String::new();
        input.events.retain(|event| match event {
            Event::Text(text) if !text.trim().is_empty() => {
                typed.push_str(&text.to_lowercase());
                false
            }
            _ => true,
        });
        if typed.is_empty() { None } else { Some(typed) }
    })
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;

    #[test]
    fn segments_are_one_stop_of_tab_and_are_chosen_by_letter_or_arrow() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, on: &mut Option<usize>| {
                if let Some(pressed) = segments_ui(ui, &["Yes", "No", "Not applicable"], *on) {
                    *on = Some(pressed);
                }
                ui.button("After").clicked();
            },
            None,
        );
        let mut press = |key: Option<Key>, text: &str| {
            if let Some(key) = key {
                harness.key_press(key);
            } else {
                harness.event(Event::Text(text.to_owned()));
            }
            harness.run();
            let after = harness.get_by_label("After").is_focused();
            (*harness.state(), after)
        };
        press(Some(Key::Tab), "");
        assert_eq!(press(None, "n"), (Some(1), false));
        assert_eq!(press(None, "n"), (Some(2), false), "the next one with this letter");
        assert_eq!(press(Some(Key::ArrowLeft), ""), (Some(1), false));
        assert_eq!(press(None, "y"), (Some(0), false));
        assert_eq!(press(None, "x"), (Some(0), false));
        assert_eq!(press(Some(Key::Tab), ""), (Some(0), true), "one stop");
    }
}
