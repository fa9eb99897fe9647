//! `mainstay status --calendar`: what is due and coming as iCalendar, for a calendar program.

use std::path::Path;

use super::files::write_new;
use super::{CommandResult, open};
use crate::ops::{self, DueCalendarOptions};

/// Writes the calendar to a new file.
pub fn due(path: &Path, out: &Path, alarm_days: Option<u16>) -> CommandResult {
    let file = open::to_read(path)?;
    let bytes = file.due_calendar(ops::now(), &DueCalendarOptions { alarm_days })?;
    write_new(out, path, &bytes)
}
