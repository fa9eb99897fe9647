//! `mainstay status --calendar`: what is due and coming as iCalendar, for a calendar program.

use std::path::Path;

use super::{CommandResult, open};
use crate::base::fresh_file::FreshFile;
use crate::ops::{self, DueCalendarOptions, Refused};

/// Writes the calendar to a new file.
pub fn due(path: &Path, out: &Path, alarm_days: Option<u16>) -> CommandResult {
    let file = open::to_read(path)?;
    let bytes = file.due_calendar(ops::now(), &DueCalendarOptions { alarm_days })?;
    let mut target = FreshFile::new(out, Some(path)).map_err(Refused::from)?;
    target.put(&bytes).map_err(Refused::from)?;
    target.persist().map_err(Refused::from)?;
    Ok(format!("Wrote {}\n", out.display()))
}
