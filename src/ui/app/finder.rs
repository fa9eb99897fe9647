//! The search box and the command palette.

use super::menu::PaletteEntry;
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
    }
}
