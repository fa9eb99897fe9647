//! The search box and the command palette.

use eframe::egui;
use egui::{Context, Event};

use super::menu::PaletteEntry;
use crate::ui::shortcuts::{AppCommand, def_of};
use crate::ui::widgets::palette::CommandPalette;

/// The search box and the palette.
#[derive(Default)]
pub struct Finder {
    pub palette: CommandPalette,
    /// The entries of the palette; empty until it is drawn.
    pub entries: Vec<PaletteEntry>,
    /// The text in the search box.
    pub words: String,
    /// Whether the search box gets the focus in the next frame.
    pub wants_focus: bool,
    /// What was typed after the key of the palette, before its line could take it.
    held: Vec<Event>,
}

const fn is_typed(event: &Event) -> bool {
    matches!(event, Event::Key { .. } | Event::Text(_) | Event::Paste(_) | Event::Ime(_))
}

/// The place of the key press that opens the palette, if it is among the events.
fn opens_at(events: &[Event]) -> Option<usize> {
    let keys = def_of(AppCommand::Palette)?.keys?;
    events.iter().position(|event| {
        matches!(event, Event::Key { key, pressed: true, modifiers, .. }
            if *key == keys.logical_key && modifiers.matches_logically(keys.modifiers))
    })
}

impl Finder {
    /// Opens or closes the palette.
    pub fn toggle_palette(&mut self) {
        self.palette.toggle();
        self.entries.clear();
    }

    /// Closes the palette and drops its entries.
    pub fn close_palette(&mut self) {
        self.palette = CommandPalette::default();
        self.entries.clear();
        self.held.clear();
    }

    /// Keeps what is typed right after the key of the palette from the page behind it, and gives it to the line of the palette once that
    /// has the focus. Call it before anything else reads the input.
    pub fn hold(&mut self, ctx: &Context) {
        let from = match (self.palette.is_open(), self.palette.is_opening()) {
            (_, true) => Some(0),
            (true, false) => None,
            (false, false) => ctx.input(|input| opens_at(&input.events)).map(|at| at + 1),
        };
        if from.is_none() && self.held.is_empty() {
            return;
        }
        ctx.input_mut(|input| match from {
            Some(from) => {
                let later = input.events.split_off(from.min(input.events.len()));
                let (typed, other): (Vec<Event>, Vec<Event>) = later.into_iter().partition(is_typed);
                input.events.extend(other);
                self.held.extend(typed);
            }
            None if self.palette.is_open() => {
                input.events.splice(0..0, self.held.drain(..));
            }
            None => self.held.clear(),
        });
    }
}
