//! Badges: a state as shape, colour and word; a count as number and word. No states of records here.

use eframe::egui;
use egui::{Rect, Response, Sense, TextStyle, Ui, WidgetInfo, accesskit::Role, vec2};

use super::icons::{SHAPE, paint_tone};
use crate::ui::theme::{Tone, palette, size, small, space};

/// A state: the shape and colour of its tone, and its word. A screen reader reads the word.
pub fn badge_ui(ui: &mut Ui, tone: Tone, word: &str) -> Response {
    let colours = palette(ui).tone(tone);
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(word.to_owned(), font, colours.text);
    let size = vec2(galley.size().x + SHAPE + space::S * 2.0 + space::XS, 20.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        painter.rect_filled(rect, 10.0, colours.fill);
        let shape = Rect::from_min_size(rect.min + vec2(space::S, 4.0), vec2(SHAPE, SHAPE));
        paint_tone(painter, shape, tone, colours.text);
        let at = egui::pos2(shape.right() + space::XS, rect.center().y - galley.size().y / 2.0);
        painter.galley(at, galley, colours.text);
    }
    response
}

/// The shape of a tone, followed by text in its colour, without a background.
pub fn tone_words_ui(ui: &mut Ui, tone: Tone, words: &str) -> Response {
    let colour = palette(ui).tone(tone).text;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let (rect, _) = ui.allocate_exact_size(vec2(SHAPE, size::SMALL_LINE), Sense::hover());
        paint_tone(ui.painter(), rect, tone, colour);
        ui.add(egui::Label::new(small(words).color(colour)).wrap())
    })
    .inner
}

/// Like [`tone_words_ui`], for use next to an input: on one line, or in a row that wraps within it.
pub fn tone_inline_ui(ui: &mut Ui, tone: Tone, words: &str) -> Response {
    let colour = palette(ui).tone(tone).text;
    let (rect, _) = ui.allocate_exact_size(vec2(SHAPE, space::ROW), Sense::hover());
    paint_tone(ui.painter(), rect, tone, colour);
    let label = egui::Label::new(small(words).color(colour));
    ui.add(if ui.layout().main_wrap() { label } else { label.extend() })
}

/// The count of items that need attention. Nothing is drawn for zero.
///
/// `words` completes the number for a screen reader: "need attention" makes "3 need attention".
pub fn count_badge_ui(ui: &mut Ui, count: usize, words: &str, tone: Tone) -> Option<Response> {
    if count == 0 {
        return None;
    }
    let colours = palette(ui).tone(tone);
    let font = TextStyle::Small.resolve(ui.style());
    let text = if count > 999 { "999+".to_owned() } else { count.to_string() };
    let galley = ui.painter().layout_no_wrap(text, font, colours.text);
    let size = vec2((galley.size().x + space::M).max(20.0), 18.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let words = format!("{count} {words}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    ui.painter().rect_filled(rect, 9.0, colours.fill);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, colours.text);
    Some(response.on_hover_text(words))
}
