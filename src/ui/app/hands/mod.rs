//! What hands do besides keys and menus: dropping files, pasting, copying, following links, undoing, what the desktop is told, and the spelling.
//!
//! Belongs here: what waits for an answer between two frames. Does not belong here: what a screen does with a file that it gets.

mod checking;
mod choices;
mod copying;
mod dropping;
mod due;
mod linking;
mod pasting;
mod telling;
mod undoing;

pub use self::copying::COPY;
pub use self::linking::links_in;
pub use self::telling::Tell;

use eframe::egui::Context;

use self::checking::Checking;
use self::dropping::Dropping;
use self::linking::Linking;
use self::pasting::Pasting;
use self::undoing::Undoing;
use super::App;

/// What hands have begun and what waits for an answer.
#[derive(Default)]
pub struct Hands {
    dropping: Dropping,
    linking: Linking,
    pasting: Pasting,
    undoing: Undoing,
    telling: telling::Telling,
    checking: Checking,
}

impl Hands {
    /// Whether a dialog is open that the user has to answer first.
    pub fn ask(&self) -> bool {
        self.dropping.asks() || self.linking.asks() || self.undoing.asks()
    }

    /// Drops what belongs to the person who was signed in.
    pub fn close_of_person(&mut self) {
        self.dropping = Dropping::default();
        self.linking.close();
        self.pasting = Pasting::default();
        self.undoing = Undoing::default();
    }
}

impl App {
    /// Takes what was dropped and pasted in this frame.
    pub(super) fn take_hands(&mut self, ctx: &Context) {
        self.take_drops(ctx);
        self.take_paste(ctx);
        self.tell_when_due(ctx);
        self.keep_spelling(ctx);
    }

    /// Draws the dialogs of this part.
    pub(super) fn draw_hands(&mut self, ctx: &Context) {
        self.draw_hover(ctx);
        self.draw_dropped(ctx);
        self.draw_attaching_several(ctx);
        self.draw_other_file(ctx);
        self.draw_undoing(ctx);
    }
}
