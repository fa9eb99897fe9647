//! A calendar file: the holidays of a country, year by year, from which a policy copies.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::Datelike as _;
use serde::Deserialize;
use serde_json::json;

use super::Weekday;
use crate::domain::choice::Choice as _;
use crate::domain::record::Fields;
use crate::domain::text::{Line, is_blank};
use crate::domain::time::{Day, YEARS};

/// Most holidays of a year: more is not a plausible calendar.
const HOLIDAYS_MAX: usize = 100;

/// A calendar file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSheet {
    /// Its name.
    pub name: Line,
    /// Days off in every week.
    pub weekend: Vec<Weekday>,
    /// The holidays of each year, in order.
    pub years: Vec<YearSheet>,
}

/// The holidays of one year.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearSheet {
    /// The year.
    pub year: i32,
    /// Its holidays with their names.
    pub holidays: Vec<(Day, Line)>,
}

impl CalendarSheet {
    /// The errors in it, each with its place.
    pub fn violations(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if is_blank(&self.name) {
            wrong.push("name: it is empty".to_owned());
        }
        wrong.extend(weekend_violation(&self.weekend).map(|reason| format!("weekend: {reason}")));
        let mut before: Option<i32> = None;
        for sheet in &self.years {
            let year = sheet.year;
            match before {
                Some(before) if before == year => wrong.push(format!("year {year}: it is listed twice")),
                Some(before) if before > year => {
                    wrong.push(format!("year {year}: it comes after {before}; list the years in order"));
                }
                Some(_) | None => {}
            }
            before = Some(before.map_or(year, |before| before.max(year)));
            wrong.extend(sheet.violations());
        }
        wrong
    }

    /// The fields of a policy that copies the holidays of these years. An error names a year for which there are no holidays.
    pub fn policy_fields(&self, years: RangeInclusive<i32>) -> Result<Fields, String> {
        let mut holidays = Vec::new();
        for year in years {
            let sheet = self.years.iter().find(|sheet| sheet.year == year);
            if sheet.is_none() && !self.years.is_empty() {
                let known = self.known_years();
                return Err(format!("{} has no holidays for {year}; it covers {known}", &*self.name));
            }
            let rows = sheet.into_iter().flat_map(|sheet| &sheet.holidays);
            holidays.extend(rows.map(|(day, name)| json!({"day": day, "name": name})));
        }
        let mut fields = Fields::new();
        fields.insert("calendar_name".to_owned(), json!(self.name));
        fields.insert("weekend".to_owned(), json!(self.weekend));
        fields.insert("holidays".to_owned(), json!(holidays));
        Ok(fields)
    }

    /// The years that it covers, `2026 to 2035`.
    pub fn known_years(&self) -> String {
        match (self.years.first(), self.years.last()) {
            (Some(first), Some(last)) if first.year == last.year => first.year.to_string(),
            (Some(first), Some(last)) => format!("{} to {}", first.year, last.year),
            (None, _) | (_, None) => "no year".to_owned(),
        }
    }
}

impl YearSheet {
    fn violations(&self) -> Vec<String> {
        let year = self.year;
        if !YEARS.contains(&year) {
            return vec![format!("year {year}: it is outside {} to {}", YEARS.start(), YEARS.end())];
        }
        if self.holidays.len() > HOLIDAYS_MAX {
            return vec![format!("year {year}: it has more than {HOLIDAYS_MAX} holidays")];
        }
        let mut wrong = Vec::new();
        let mut seen = BTreeSet::new();
        for ((day, name), number) in self.holidays.iter().zip(1..) {
            let place = format!("year {year}, holiday {number} ({day})");
            if day.date().year() != year {
                wrong.push(format!("{place}: it is in another year"));
            }
            if !seen.insert(*day) {
                wrong.push(format!("{place}: the day is listed twice"));
            }
            if is_blank(name) {
                wrong.push(format!("{place}: it has no name"));
            }
        }
        wrong
    }
}

/// The error in these days off, if any.
pub fn weekend_violation(weekend: &[Weekday]) -> Option<String> {
    let days: BTreeSet<Weekday> = weekend.iter().copied().collect();
    if days.len() == Weekday::VALUES.len() {
        return Some("leaves no working day".to_owned());
    }
    (days.len() != weekend.len()).then(|| "names a day twice".to_owned())
}
