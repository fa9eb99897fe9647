//! What changed since this workstation last left the file: how many more are overdue; and the checklist of the first day, which it notes too.
//!
//! Belongs here: comparing, and the banner. Does not belong here: the notes (`ops::workstation`), or what is overdue (`ops`).

use eframe::egui::Ui;

use super::App;
use super::seen::banner_panel;
use crate::domain::time::Moment;
use crate::domain::workflow::Tone;
use crate::ops::workstation::{self, FirstDayNote, Overdue};
use crate::ui::cx::Route;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::{Notice, banner_ui};

/// What is overdue since the file was last left here.
#[derive(Default)]
pub struct SinceThen {
    /// What was overdue then, until it was compared.
    then: Option<Overdue>,
    /// What is said, until it is read.
    words: Option<String>,
}

impl SinceThen {
    /// Nothing is compared yet.
    pub const fn new(then: Option<Overdue>) -> Self {
        Self { then, words: None }
    }
}

/// What is said of a count that grew; nothing of one that did not.
fn grown(then: Overdue, now: usize, offset_minutes: i32) -> Option<String> {
    let more = now.checked_sub(then.count).filter(|more| *more > 0)?;
    let at = local(then.at, offset_minutes);
    let are = if more == 1 { "is" } else { "are" };
    Some(format!("{more} more {are} overdue than when you left on {at}: {now} in all."))
}

/// Day and minute, by the clock on the wall: `2031-03-04 10:00`.
fn local(at: Moment, offset_minutes: i32) -> String {
    let words = at.plus_seconds(i64::from(offset_minutes) * 60).words();
    words.get(..16).unwrap_or(&words).to_owned()
}

impl App {
    /// How many are overdue, as far as that is known.
    fn overdue(&mut self) -> Option<usize> {
        let found = self.with_cx(|_, cx| cx.attention().ok().flatten())?.0?;
        Some(found.now.iter().filter(|item| item.tone == Tone::Late).count())
    }

    /// Compares what is overdue with what was, once after each sign-in.
    pub(super) fn keep_since(&mut self) {
        if self.session.is_none() || self.desk.as_ref().is_none_or(|desk| desk.overdue.then.is_none()) {
            return;
        }
        let (Some(now), offset) = (self.overdue(), self.stamp().offset_minutes) else { return };
        let Some(desk) = &mut self.desk else { return };
        desk.overdue.words = desk.overdue.then.take().and_then(|then| grown(then, now, offset));
    }

    /// Notes what is overdue as the file is left. Without a place for it nothing is compared next time.
    pub(super) fn note_overdue(&mut self) {
        if self.session.is_none() {
            return;
        }
        let (Some(count), at) = (self.overdue(), self.stamp().now) else { return };
        let folder = self.setup.data_folder.clone();
        let Some(desk) = &mut self.desk else { return };
        let left = Overdue { count, at };
        desk.overdue = SinceThen::new(Some(left));
        if let Some(folder) = folder
            && let Err(refusal) = workstation::note_overdue(&folder, &desk.uuid, left)
        {
            self.cannot_remember(&refusal);
        }
    }

    /// The banner that says how many more are overdue.
    pub(super) fn since_ui(&mut self, ui: &mut Ui) {
        let Some(words) = self.desk.as_ref().and_then(|desk| desk.overdue.words.clone()) else { return };
        let (mut closed, mut pressed) = (false, false);
        banner_panel("since", ui, |ui| {
            closed = banner_ui(ui, &Notice::info(words), true);
            pressed = link_ui(ui, "Show what is overdue").clicked();
        });
        if (closed || pressed)
            && let Some(desk) = &mut self.desk
        {
            desk.overdue.words = None;
        }
        if pressed {
            self.go(Route::Dashboard);
        }
    }

    /// Shows the checklist of the first day again.
    pub(super) fn show_first_day(&mut self) {
        if let Some(desk) = &mut self.desk {
            desk.cache.first_day.want();
        }
        self.go(Route::Dashboard);
    }

    /// Notes what was decided about it.
    pub(super) fn note_first_day(&mut self, note: FirstDayNote) {
        let (Some(folder), Some(desk)) = (&self.setup.data_folder, &self.desk) else { return };
        if let Err(refusal) = workstation::note_first_day(folder, &desk.uuid, note) {
            self.cannot_remember(&refusal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_count_that_grew_is_told() {
        let then = Overdue { count: 3, at: Moment::parse("2031-03-04T09:00:30Z").unwrap() };
        assert_eq!(grown(then, 3, 60), None);
        assert_eq!(grown(then, 1, 60), None);
        assert_eq!(
            grown(then, 4, 60).unwrap(),
            "1 more is overdue than when you left on 2031-03-04 10:00: 4 in all."
        );
        assert!(
            grown(then, 7, 0)
                .unwrap()
                .starts_with("4 more are overdue than when you left on 2031-03-04 09:00")
        );
    }
}
