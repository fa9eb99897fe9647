//! Marks under words that no dictionary knows, and the menu with suggestions, of a text that is being typed.
//!
//! Whether a word is known belongs to `spelling`.

use eframe::egui;
use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditOutput;
use egui::{
    Context, Id, Key, Modifiers, Popup, PopupCloseBehavior, Pos2, Rect, Response, Shape, Stroke, Ui, pos2,
};

use crate::ui::spelling::{Added, Word, accept, suggestions, unknown_words};
use crate::ui::theme::{Tone, hint, palette};

/// The key that goes to the next marked word and shows its menu.
pub const NEXT: Key = Key::F7;
/// Length of a wave under a word, in points.
const WAVE: f32 = 3.0;

/// The menu of a word.
#[derive(Clone)]
struct Menu {
    word: Word,
    at: Pos2,
    /// Whether it was shown before: the click that opened it does not close it.
    shown: bool,
    /// Whether the first suggestion got the focus.
    focused: bool,
}

fn menu_slot(id: Id) -> Id {
    id.with("spelling")
}

/// Marks the words of a text after it was drawn, and shows the menu of a word where it was asked for. Returns whether the text was changed.
pub fn spelled_ui(ui: &Ui, output: &TextEditOutput, text: &mut String) -> bool {
    let response = &output.response.response;
    let words = unknown_words(ui.ctx(), text);
    let stroke = Stroke::new(1.0, palette(ui).tone(Tone::Late).text);
    let painter = ui.painter().with_clip_rect(output.text_clip_rect.expand2(egui::vec2(0.0, 3.0)));
    for word in &words {
        for rect in rects(output, word) {
            painter.add(wave(rect, stroke));
        }
    }
    if let Some(menu) = asked(ui, output, &words) {
        ui.data_mut(|data| data.insert_temp(menu_slot(response.id), menu));
    }
    menu_ui(ui.ctx(), response, text)
}

/// The places of a word on the screen: several where it is broken over rows.
fn rects(output: &TextEditOutput, word: &Word) -> Vec<Rect> {
    let mut rects: Vec<Rect> = Vec::new();
    for index in word.chars.clone() {
        let place = |at: usize, next: bool| {
            let cursor = CCursor { index: at.into(), prefer_next_row: next };
            output.galley.pos_from_cursor(cursor).translate(output.galley_pos.to_vec2())
        };
        let (from, to) = (place(index, true), place(index + 1, false));
        let letter = Rect::from_min_max(from.min, pos2(to.max.x, from.max.y));
        match rects.last_mut() {
            Some(last) if (last.min.y - letter.min.y).abs() < 1.0 => *last = last.union(letter),
            Some(_) | None => rects.push(letter),
        }
    }
    rects
}

fn wave(rect: Rect, stroke: Stroke) -> Shape {
    let steps = ((rect.width() / WAVE).ceil() as usize).clamp(1, 400);
    let base = rect.bottom() - 1.0;
    let points = (0..=steps).map(|step| {
        let x = (rect.left() + step as f32 * WAVE).min(rect.right());
        pos2(x, if step % 2 == 0 { base } else { base + 2.0 })
    });
    Shape::line(points.collect(), stroke)
}

/// The word whose menu is asked for, by the key or by a click with the second button.
fn asked(ui: &Ui, output: &TextEditOutput, words: &[Word]) -> Option<Menu> {
    let response = &output.response.response;
    let open = ui.data(|data| data.get_temp::<Menu>(menu_slot(response.id))).is_some();
    if (response.has_focus() || open) && ui.input_mut(|input| input.consume_key(Modifiers::NONE, NEXT)) {
        let cursor = output.cursor_range.map_or(0, |range| range.primary.index.0);
        let touched = words.iter().find(|word| word.chars.start <= cursor && cursor <= word.chars.end);
        let later = || words.iter().find(|word| word.chars.end > cursor).or_else(|| words.first());
        let next = touched.filter(|_| !open).or_else(later)?;
        select(ui.ctx(), response.id, next.chars.end);
        let at = rects(output, next).last()?.left_bottom();
        return Some(Menu { word: next.clone(), at, shown: false, focused: false });
    }
    if !response.secondary_clicked() {
        return None;
    }
    let at = response.interact_pointer_pos()?;
    let word = words.iter().find(|word| rects(output, word).iter().any(|rect| rect.contains(at)))?;
    Some(Menu { word: word.clone(), at, shown: false, focused: false })
}

/// Puts the cursor behind a character.
fn select(ctx: &Context, id: Id, character: usize) {
    if let Some(mut state) = egui::TextEdit::load_state(ctx, id) {
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(character))));
        state.store(ctx, id);
    }
}

/// Shows the menu that is open. Returns whether the text was changed.
fn menu_ui(ctx: &Context, response: &Response, text: &mut String) -> bool {
    let slot = menu_slot(response.id);
    let Some(mut menu) = ctx.data(|data| data.get_temp::<Menu>(slot)) else { return false };
    if text.get(menu.word.bytes.clone()) != Some(menu.word.text.as_str()) {
        ctx.data_mut(|data| data.remove::<Menu>(slot));
        return false;
    }
    let (mut taken, mut done) = (None, false);
    let popup = Popup::new(slot.with("menu"), ctx.clone(), menu.at, response.layer_id)
        .close_behavior(PopupCloseBehavior::IgnoreClicks);
    let shown = popup.show(|ui| {
        ui.set_min_width(180.0);
        ui.label(hint(ui, format!("“{}” is in no dictionary", menu.word.text)));
        let first = choices_ui(ui, &menu.word, &mut taken, &mut done);
        if let Some(first) = first.filter(|_| !menu.focused) {
            first.request_focus();
            menu.focused = true;
        }
    });
    let outside = shown.is_some_and(|shown| shown.response.clicked_elsewhere()) && menu.shown;
    let escaped = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    if let Some(word) = &taken {
        text.replace_range(menu.word.bytes.clone(), word);
        select(ctx, response.id, menu.word.chars.start + word.chars().count());
    }
    if taken.is_some() || done || outside || escaped {
        ctx.data_mut(|data| data.remove::<Menu>(slot));
        if !outside {
            response.request_focus();
        }
    } else {
        menu.shown = true;
        ctx.data_mut(|data| data.insert_temp(slot, menu));
    }
    taken.is_some()
}

/// The entries of the menu; returns the first one once the suggestions are there, so that nothing is chosen by a key before.
fn choices_ui(ui: &mut Ui, word: &Word, taken: &mut Option<String>, done: &mut bool) -> Option<Response> {
    let mut first = None;
    let found = suggestions(ui.ctx(), &word.text);
    let ready = found.is_some();
    match found {
        None => {
            ui.label(hint(ui, "Looking for suggestions…"));
        }
        Some(found) => {
            if found.is_empty() {
                ui.label(hint(ui, "No suggestion"));
            }
            for suggestion in found {
                let button = ui.button(&suggestion);
                if button.clicked() {
                    *taken = Some(suggestion);
                }
                first.get_or_insert(button);
            }
        }
    }
    ui.separator();
    for (label, added) in [
        ("Add to my words", Added::Everywhere(word.text.clone())),
        ("Ignore in this file", Added::InThisFile(word.text.clone())),
    ] {
        let button = ui.button(label);
        if button.clicked() {
            accept(ui.ctx(), added);
            *done = true;
        }
        first.get_or_insert(button);
    }
    first.filter(|_| ready)
}
