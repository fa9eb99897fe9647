//! The checklist of the first day: whether it is shown, and what the file says of it.
//!
//! Belongs here: when it is read, shown and put away. Does not belong here: its steps (`ops`), or drawing it (`screens`).

use std::rc::Rc;

use crate::domain::time::Day;
use crate::ops::FirstDay;
use crate::ops::workstation::FirstDayNote;
use crate::ui::cx::{Command, Cx};

/// The event up to which it was read, the day of the last backup then, and what was found.
type Read = (u64, Option<Day>, Rc<FirstDay>);

/// The checklist of one open file.
#[derive(Default)]
pub struct FirstDayState {
    /// What is noted on this workstation.
    noted: Option<FirstDayNote>,
    /// Whether it was put away since the file was opened.
    away: bool,
    /// Whether somebody asked for it.
    wanted: bool,
    read: Option<Read>,
}

impl FirstDayState {
    /// With what is noted of the file on this workstation.
    pub fn noted(note: Option<FirstDayNote>) -> Self {
        Self { noted: note, away: note == Some(FirstDayNote::PutAway), ..Self::default() }
    }

    /// Shows it, whatever was decided before.
    pub const fn want(&mut self) {
        self.wanted = true;
        self.away = false;
    }
}

impl Cx<'_> {
    /// The checklist, where it is to be shown: in a young file that leaves something to do, and once more when all is done.
    pub fn first_day(&mut self) -> Option<Rc<FirstDay>> {
        if self.cache.first_day.away {
            return None;
        }
        let found = self.read_first_day()?;
        let state = &mut self.cache.first_day;
        let note = match (found.is_done(), state.noted) {
            (false, _) if !state.wanted && !found.is_young(self.stamp.now) => return None,
            (true, None) if !state.wanted => return None,
            (false, _) => FirstDayNote::Begun,
            // It says that all is done, and is not there any more when the file is opened again.
            (true, _) => FirstDayNote::PutAway,
        };
        if state.noted != Some(note) {
            state.noted = Some(note);
            self.ask(Command::NoteFirstDay(note));
        }
        Some(found)
    }

    /// Puts the checklist away, for this file on this workstation.
    pub fn put_first_day_away(&mut self) {
        let state = &mut self.cache.first_day;
        (state.away, state.wanted, state.noted) = (true, false, Some(FirstDayNote::PutAway));
        self.ask(Command::NoteFirstDay(FirstDayNote::PutAway));
    }

    /// What the file says; read again after each event and each backup. `None` if it cannot be read, which other parts of the
    /// dashboard say.
    fn read_first_day(&mut self) -> Option<Rc<FirstDay>> {
        let (seq, backup) = (self.file.head().seq, self.file.known().last_backup);
        if let Some((at, of, found)) = &self.cache.first_day.read
            && (*at, *of) == (seq, backup)
        {
            return Some(Rc::clone(found));
        }
        let found = Rc::new(self.file.first_day().ok()?);
        self.cache.first_day.read = Some((seq, backup, Rc::clone(&found)));
        Some(found)
    }
}
