//! Moments and days. They never mix: a moment is an instant in UTC to the second, a day is a calendar date.
//!
//! Nothing here reads a clock. `clock.rs` does, and passes the moment in.

use std::fmt;

use chrono::{
    DateTime, Datelike as _, Days, Months, NaiveDate, NaiveDateTime, SecondsFormat, Timelike as _, Utc,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds by which two clocks may differ unnoticed.
pub const CLOCK_BACK_SECONDS: i64 = 120;
/// First and last year allowed in a date of a record. Anything else is a typing error.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// An instant, UTC, to the second. Written `2026-11-22T14:05:00Z` (RFC 3339).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(DateTime<Utc>);

impl Moment {
    /// The moment of a UTC date and time, truncated to the second.
    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Self(at.with_nanosecond(0).unwrap_or(at))
    }

    /// The last second of a day in UTC.
    pub fn end_of(day: Day) -> Self {
        Self(day.0.and_hms_opt(23, 59, 59).unwrap_or_default().and_utc())
    }

    /// The moment as chrono's type.
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// The calendar day in UTC.
    pub fn day(self) -> Day {
        Day(self.0.date_naive())
    }

    /// Seconds from `earlier` to `self`; negative when `earlier` is the later one.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_seconds()
    }

    /// Whether it is later than `now` by more than clocks may differ ([`CLOCK_BACK_SECONDS`]).
    pub fn is_ahead_of(self, now: Self) -> bool {
        self.seconds_since(now) > CLOCK_BACK_SECONDS
    }

    /// The moment this many seconds later (earlier if negative).
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.checked_add_signed(chrono::Duration::seconds(seconds)).unwrap_or(self.0))
    }

    /// Reads RFC 3339 (`2026-11-22T14:05:00Z`, any offset), or `2026-11-22 14:05` as UTC.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let at = DateTime::parse_from_rfc3339(text)
            .map(|at| at.to_utc())
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").map(|at| at.and_utc()))
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").map(|at| at.and_utc()))
            .map_err(|_| {
                format!("“{text}” is not a date and time; write 2026-11-22 14:05 or 2026-11-22T14:05:00Z")
            })?;
        Day::new(at.date_naive())?;
        Ok(Self::from_utc(at))
    }

    /// `20261122T140500Z`: as part of a file name.
    pub fn in_file_name(self) -> String {
        self.to_string().replace([':', '-'], "")
    }

    /// `2026-11-22 14:05 UTC`, for people.
    pub fn words(self) -> String {
        self.0.format("%Y-%m-%d %H:%M UTC").to_string()
    }

    /// With the local offset of the place where it was written: `2026-11-22 15:05:00 +01:00`.
    pub fn with_offset_words(self, offset_minutes: i32) -> String {
        let local = self.plus_seconds(i64::from(offset_minutes) * 60).0;
        let sign = if offset_minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
        format!("{} {sign}{hours:02}:{minutes:02}", local.format("%Y-%m-%d %H:%M:%S"))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A calendar day. Written `2026-11-22` (ISO 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// The day, if its year is within [`YEARS`].
    pub fn new(date: NaiveDate) -> Result<Self, String> {
        if YEARS.contains(&date.year()) {
            Ok(Self(date))
        } else {
            Err(format!("the year {} is outside {} to {}", date.year(), YEARS.start(), YEARS.end()))
        }
    }

    /// The day as chrono's type.
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// Reads `2026-11-22`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| format!("“{text}” is not a date; write one such as 2026-11-22"))?;
        Self::new(date)
    }

    /// Whether it is in the future on a day. A day is in a person's local time, which may be a day ahead of UTC.
    pub fn is_ahead_of(self, today: Self) -> bool {
        self > today.plus_days(1)
    }

    /// The day this many days later (earlier if negative).
    pub fn plus_days(self, days: i64) -> Self {
        let moved = if days >= 0 {
            self.0.checked_add_days(Days::new(days.unsigned_abs()))
        } else {
            self.0.checked_sub_days(Days::new(days.unsigned_abs()))
        };
        Self(moved.unwrap_or(self.0))
    }

    /// The same day of the month this many months later (earlier if negative); the last day of a month that is too short for it.
    pub fn plus_months(self, months: i64) -> Self {
        let count = Months::new(u32::try_from(months.unsigned_abs()).unwrap_or(u32::MAX));
        let moved =
            if months >= 0 { self.0.checked_add_months(count) } else { self.0.checked_sub_months(count) };
        Self(moved.unwrap_or(self.0))
    }

    /// Days from `earlier` to `self`; negative when `earlier` is later.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// The distance from `today` in words: `today`, `in 3 days`, `3 days ago`.
    pub fn relative_words(self, today: Self) -> String {
        match self.days_since(today) {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            -1 => "yesterday".to_owned(),
            days if days > 0 => format!("in {days} days"),
            days => format!("{} days ago", -days),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_back_and_years_are_bounded() {
        let moment = Moment::parse("2026-11-22T15:05:00+01:00").unwrap();
        assert_eq!(moment.to_string(), "2026-11-22T14:05:00Z");
        assert_eq!(Moment::parse("2026-11-22 14:05"), Ok(moment));
        assert_eq!(moment.with_offset_words(60), "2026-11-22 15:05:00 +01:00");
        assert!(Moment::parse("0000-01-01T00:00:00Z").unwrap_err().contains("year 0"));
        assert!(Day::parse("0000-01-01").unwrap_err().contains("year 0"));
        assert!(Day::parse("2026-02-31").is_err());
        assert!(Day::parse("2026-13-01").is_err());
    }

    #[test]
    fn a_day_states_its_distance_from_today() {
        let today = Day::parse("2026-11-22").unwrap();
        assert_eq!(today.plus_days(-3).relative_words(today), "3 days ago");
        assert_eq!(today.plus_days(12).relative_words(today), "in 12 days");
        assert_eq!(Moment::end_of(today).to_string(), "2026-11-22T23:59:59Z");
    }
}
