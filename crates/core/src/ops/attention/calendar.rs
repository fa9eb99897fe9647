//! What is due and coming as iCalendar (RFC 5545), for the calendar program of a person.

use std::collections::BTreeMap;

use icalendar::{Alarm, Component as _, Event, EventLike as _};

use super::AttentionItem;
use crate::domain::text::capital;
use crate::ops::file::ProductFile;
use crate::ops::ical::calendar_named;
use crate::ops::refused::Refused;
use mainstay_base::time::Moment;

/// What a calendar of what is due contains besides the days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DueCalendarOptions {
    /// Days before the day that is due on which the calendar program reminds; without them it does not.
    pub alarm_days: Option<u16>,
}

impl ProductFile {
    /// Everything that is due or coming within a year and has a day, as an iCalendar file. The identity of an event is the same in
    /// every export, so that a calendar that imports it again changes the event and adds none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn due_calendar(&self, now: Moment, options: &DueCalendarOptions) -> Result<Vec<u8>, Refused> {
        let (file, product) = (self.uuid()?, self.product()?.title.to_string());
        let attention = self.attention(now)?;
        let mut calendar = calendar_named(&format!("Due in {product}"));
        let mut before = BTreeMap::new();
        for item in attention.now.iter().chain(&attention.coming) {
            let Some(due) = item.due else { continue };
            let place = before.entry(slot(item)).and_modify(|place| *place += 1).or_insert(1_u32);
            let uid = format!("{}.{place}.{file}@mainstay", slot(item));
            let what = capital(item.what.as_str());
            let late = if item.days_late > 0 { "Overdue: " } else { "" };
            let mut event = Event::new();
            event
                .uid(&uid)
                .timestamp(now.utc())
                .starts(due.date())
                .summary(&format!("{late}{what} ({})", item.record))
                .description(&description(item, &product))
                .add_property("TRANSP", "TRANSPARENT");
            if let Some(days) = options.alarm_days.filter(|_| item.days_late <= 0) {
                event.alarm(Alarm::display(&what, -chrono::Duration::days(i64::from(days))));
            }
            calendar.push(event.done());
        }
        Ok(calendar.to_string().into_bytes())
    }
}

/// What an item is, without its words and its day, which change.
fn slot(item: &AttentionItem) -> String {
    let letter =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let clause: String = item.clause.chars().map(letter).collect();
    format!("due.{}.{}.{clause}", item.record, item.rank)
}

fn description(item: &AttentionItem, product: &str) -> String {
    let provisional =
        if item.provisional { "\nThe day is provisional: no maintenance plan is in force." } else { "" };
    format!(
        "{} {}\n{}\n{}\nProduct file of {product}{provisional}",
        item.record, item.title, item.whose, item.clause
    )
}
