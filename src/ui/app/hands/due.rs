//! Saving what is due as a calendar for another program.

use crate::base::regular::name_of;
use crate::domain::text::sentence;
use crate::ops::DueCalendarOptions;
use crate::ui::app::App;

impl App {
    /// Asks where to save what is due and coming as iCalendar, and saves it.
    pub(in crate::ui::app) fn save_due_calendar(&mut self) {
        let now = self.stamp().now;
        let Some(desk) = &self.desk else { return };
        let name = name_of(desk.file.path());
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
        match desk.file.due_calendar(now, &DueCalendarOptions::default()) {
            Ok(bytes) => self.save_file(&format!("{stem} due.ics"), bytes),
            Err(refusal) => self.problem(sentence(&refusal.to_string()), "Verify the file."),
        }
    }
}
