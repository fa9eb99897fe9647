//! The register of SOUP, its reviews and the findings, where they are worked on in numbers: coverage, reading lists, the items of a
//! review, the triage.
//!
//! Belongs here: screens and dialogs of these. Does not belong here: their rules, and what the declaration of a kind can say.

pub mod coverage;
pub mod deciding;
pub mod events;
pub mod items;
mod picked;
pub mod reading;
pub mod several;
pub mod starting;
pub mod triage;

use eframe::egui;
use egui::{Event, Key, Modifiers, Panel, Ui};

use crate::ops::Refused;
use crate::ui::widgets::table::TableState;
use crate::ui::widgets::text::TextLine;

/// The panel for what is chosen in a list, with its least, first and largest width: beside the list, or below it in a narrow window.
fn beside_list(ui: &Ui, id: &'static str, (least, first, most): (f32, f32, f32)) -> Panel {
    if ui.available_width() < first + LIST {
        let height = ui.available_height();
        return Panel::bottom((id, "below"))
            .resizable(true)
            .default_size(height * 0.6)
            .max_size(height * 0.8);
    }
    Panel::right(id).default_size(first).size_range(least..=most)
}

/// Least width of a list that has a panel beside it, in points.
const LIST: f32 = 240.0;

/// The input that filters a table by words, reached by Ctrl+F and “/”; the arrow down leads from it to the table.
fn filter_ui(ui: &mut Ui, text: &mut String, table: &mut TableState) {
    let mut find = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::F));
    if !ui.ctx().text_edit_focused() {
        find |= ui.input_mut(|input| {
            let is_slash = |event: &Event| matches!(event, Event::Text(text) if text == "/");
            let typed = input.events.iter().any(is_slash);
            input.events.retain(|event| !is_slash(event));
            input.consume_key(Modifiers::NONE, Key::Slash) || typed
        });
    }
    let edit = ui.add(TextLine::new(text).hint("Filter (Ctrl+F)").width(180.0)).accessible_name("Filter");
    if find {
        edit.request_focus();
    }
    if edit.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown)) {
        table.go_to(0);
        table.focus();
    }
}

/// The refusal of the second of two writes, where the first is in the file: `first` says so. That nothing was changed does not hold.
fn second_refused(first: &str, refusal: &Refused) -> Refused {
    let why = refusal.to_string();
    let ends = [". Nothing was changed", "; nothing was changed"];
    let why = ends.into_iter().find_map(|end| why.strip_suffix(end)).unwrap_or(&why);
    Refused::Rule(format!("{first}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::StoreError;

    #[test]
    fn what_is_stored_is_named_before_the_reason_for_which_the_rest_is_not() {
        let words = |refusal: Refused| second_refused("one is written, but two is not", &refusal).to_string();
        let refused = Refused::Rule("RI-0001: it is done. Nothing was changed".to_owned());
        assert_eq!(words(refused), "one is written, but two is not: RI-0001: it is done");
        let cancelled = Refused::Store(StoreError::Cancelled);
        assert_eq!(words(cancelled), "one is written, but two is not: it was cancelled");
        let full = words(Refused::Store(StoreError::DiskFull));
        assert_eq!(full, "one is written, but two is not: the disk is full; free some space and try again");
    }
}
