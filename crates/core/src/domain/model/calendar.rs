//! Working days: the days off in every week, and the holidays.
//!
//! The calendar of a file is part of its policy, so that every verification of the file counts the same days. A calendar that
//! ships with the program, or that a user wrote, is only a source from which the policy copies.

mod sheet;

use std::collections::BTreeSet;

use chrono::Datelike as _;

use crate::domain::choice::choice;
use crate::domain::record::rows;
use crate::domain::text::Line;
use crate::domain::time::Day;

pub use sheet::{CalendarSheet, YearSheet, weekend_violation};

choice! {
    /// A day of the week.
    pub enum Weekday {
        /// Monday.
        Monday = "monday", "Monday";
        /// Tuesday.
        Tuesday = "tuesday", "Tuesday";
        /// Wednesday.
        Wednesday = "wednesday", "Wednesday";
        /// Thursday.
        Thursday = "thursday", "Thursday";
        /// Friday.
        Friday = "friday", "Friday";
        /// Saturday.
        Saturday = "saturday", "Saturday";
        /// Sunday.
        Sunday = "sunday", "Sunday";
    }
}

rows! {
    /// A day on which nobody works, whatever day of the week it is.
    pub struct Holiday {
        /// The day.
        day: Option<Day> = "Day";
        /// Its name.
        name: Line = "Name";
    }
}

/// The days off if a policy names none: Saturday and Sunday.
pub const USUAL_WEEKEND: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];

/// Distinguishes working days from days off, and counts them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    /// Whether each day of the week is off, from Monday on.
    off: [bool; 7],
    holidays: BTreeSet<Day>,
}

impl Default for WorkCalendar {
    fn default() -> Self {
        Self::new(&USUAL_WEEKEND, [])
    }
}

impl WorkCalendar {
    /// A calendar with these days off in every week and these holidays. A week without a working day is ignored: all its days
    /// count as working days.
    pub fn new(weekend: &[Weekday], holidays: impl IntoIterator<Item = Day>) -> Self {
        let mut off = [false; 7];
        for day in weekend {
            if let Some(place) = off.get_mut(*day as usize) {
                *place = true;
            }
        }
        if off == [true; 7] {
            off = [false; 7];
        }
        Self { off, holidays: holidays.into_iter().collect() }
    }

    /// Whether a day is a working day.
    pub fn is_working(&self, day: Day) -> bool {
        !self.is_off(day) && !self.holidays.contains(&day)
    }

    /// The day this many working days later. A day off counts as the working day before it.
    pub fn after(&self, day: Day, days: u32) -> Day {
        if days == 0 {
            return day;
        }
        let (mut from, mut at) = (day, self.weekdays_after(day, days));
        // Counting stops at the last representable day.
        while at > from {
            let missed =
                self.holidays.range(from.plus_days(1)..=at).filter(|day| !self.is_off(**day)).count();
            if missed == 0 {
                break;
            }
            from = at;
            at = self.weekdays_after(at, u32::try_from(missed).unwrap_or(u32::MAX));
        }
        at
    }

    /// The last year for which it has holidays.
    pub fn last_year(&self) -> Option<i32> {
        self.holidays.last().map(|day| day.date().year())
    }

    fn is_off(&self, day: Day) -> bool {
        let index = day.date().weekday().num_days_from_monday() as usize;
        self.off.get(index).copied().unwrap_or(false)
    }

    /// The same count without holidays, in whole weeks and a remainder.
    fn weekdays_after(&self, day: Day, days: u32) -> Day {
        let in_week = u32::try_from(self.off.iter().filter(|off| !**off).count()).unwrap_or(7).max(1);
        let mut at = day;
        while self.is_off(at) {
            at = at.plus_days(-1);
        }
        at = at.plus_days(i64::from(days / in_week) * 7);
        for _ in 0..days % in_week {
            at = at.plus_days(1);
            while self.is_off(at) {
                at = at.plus_days(1);
            }
        }
        at
    }
}

#[cfg(test)]
mod tests;
