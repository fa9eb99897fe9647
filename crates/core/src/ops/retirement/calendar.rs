//! The years ahead: milestones, ends of sale and support, ends of waivers, running clocks; shown, and written as iCalendar (RFC 5545).

use icalendar::{Component as _, Event, EventLike as _};

use super::of_plan;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::milestone::MilestoneState;
use crate::domain::time::{Day, Moment};
use crate::domain::waiver::WaiverState;
use crate::domain::workflow::Case;
use crate::ops::clocks;
use crate::ops::file::ProductFile;
use crate::ops::ical::calendar_named;
use crate::ops::refused::Refused;

/// One day of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEntry {
    /// The day.
    pub on: Day,
    /// What is on that day.
    pub what: String,
    /// The record that says so.
    pub record: RecordId,
    /// The field of the record, where it has several days.
    pub field: Option<&'static str>,
    /// Whether it is work that is late once its day has passed. An end that has passed is only past.
    pub is_task: bool,
}

impl CalendarEntry {
    /// Its identity in calendars: the same in every export of a file, also when its day or words change.
    fn uid(&self, file: &str) -> String {
        match self.field {
            Some(field) => format!("{}.{field}.{file}@mainstay", self.record),
            None => format!("{}.{file}@mainstay", self.record),
        }
    }
}

/// The days of a plan that are ends.
const ENDS: [&str; 7] = [
    "last_sale_date",
    "eol_date",
    "guaranteed_support_end",
    "security_support_end",
    "eos_date",
    "export_until",
    "decommission_target",
];

/// What is on which day, by day.
pub(super) fn entries(case: &Case) -> Vec<CalendarEntry> {
    let day = |text: &str| Day::parse(text).ok();
    let task = |on: Day, what: String, record: RecordId| CalendarEntry {
        on,
        what,
        record,
        field: None,
        is_task: true,
    };
    let mut all = Vec::new();
    for data in case.world.parts(case.id(), Kind::Milestone) {
        let planned = day(data.text("planned_on"))
            .filter(|_| MilestoneState::of(&data) == Some(MilestoneState::Planned));
        all.extend(planned.map(|on| task(on, data.title().to_owned(), data.head.id)));
    }
    for field in ENDS {
        let Some(on) = day(case.data.text(field)) else { continue };
        let what = case.data.def().field(field).map_or(field, |field| field.label).to_owned();
        all.push(CalendarEntry { on, what, record: case.id(), field: Some(field), is_task: false });
    }
    for data in case.world.all(Kind::Waiver) {
        let ends =
            day(data.text("expires_on")).filter(|_| WaiverState::of(&data) == Some(WaiverState::InForce));
        let what = || format!("Waiver of {} ends: {}", data.text("rule"), data.title());
        all.extend(ends.map(|on| task(on, what(), data.head.id)));
    }
    for clock in clocks::running(case.world) {
        let what = format!("Clock: {}", clock.title);
        all.extend(clock.due_on.map(|on| task(on, what, clock.id)));
    }
    all.sort_by(|a, b| (a.on, a.record, a.field).cmp(&(b.on, b.record, b.field)));
    all
}

impl ProductFile {
    /// The calendar of a retirement plan as an iCalendar file. The identity of an event is the same in every export, so that a
    /// calendar that imports it again changes the event and adds none.
    ///
    /// # Errors
    /// When it is not a retirement plan, or there is no such record.
    pub fn retirement_calendar(&self, plan: RecordId, now: Moment) -> Result<Vec<u8>, Refused> {
        of_plan(plan)?;
        let file = self.uuid()?;
        let (product, entries) = self
            .as_rules_see(plan, Some(now), |case| (case.world.product().title.to_string(), entries(case)))?;
        let mut calendar = calendar_named(&format!("Retirement of {product}"));
        for entry in &entries {
            calendar.push(
                Event::new()
                    .uid(&entry.uid(&file))
                    .timestamp(now.utc())
                    .starts(entry.on.date())
                    .summary(&format!("{product}: {}", entry.what))
                    .description(&format!("{} in the product file of {product}", entry.record))
                    .add_property("TRANSP", "TRANSPARENT")
                    .done(),
            );
        }
        Ok(calendar.to_string().into_bytes())
    }
}
