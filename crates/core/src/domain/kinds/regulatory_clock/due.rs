//! When a limit ends: at the site that is responsible, by its calendar (domain 6).
//!
//! Days count from the day after the event. A limit in days ends with the last second of its last day at the site.

use chrono::{Duration, TimeZone as _};
use chrono_tz::Tz;

use crate::domain::calendar::WorkCalendar;
use crate::domain::clock_template::ClockUnit;
use crate::domain::time::{Day, Moment};

/// When a limit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockDue {
    /// The last day at the site.
    pub on: Day,
    /// The moment at which it ends.
    pub at: Moment,
}

/// The time zone with this IANA name; UTC if it is empty or not known.
pub fn zone_of(name: &str) -> Tz {
    name.trim().parse().unwrap_or(Tz::UTC)
}

/// When a limit of this amount and unit ends that started at a moment. With `rolls` a limit that ends on a day off ends on the next
/// working day.
pub fn due_of(
    started: Moment,
    (amount, unit, rolls): (u32, ClockUnit, bool),
    calendar: &WorkCalendar,
    zone: &str,
) -> ClockDue {
    let zone = zone_of(zone);
    if unit == ClockUnit::Hours {
        let at = started.plus_seconds(i64::from(amount).saturating_mul(3_600));
        return ClockDue { on: local_day(at, zone), at };
    }
    let first = local_day(started, zone);
    let mut on = match unit {
        ClockUnit::Hours | ClockUnit::CalendarDays => first.plus_days(i64::from(amount)),
        ClockUnit::WorkingDays => calendar.after(first, amount),
        ClockUnit::Months => first.plus_months(i64::from(amount)),
    };
    if rolls && !calendar.is_working(on) {
        on = calendar.after(on, 1);
    }
    ClockDue { on, at: end_of(on, zone) }
}

/// The day of a moment at the site.
fn local_day(at: Moment, zone: Tz) -> Day {
    let local = zone.from_utc_datetime(&at.utc().naive_utc());
    Day::new(local.date_naive()).unwrap_or_else(|_| at.day())
}

/// The last second of a day at the site. Where the clocks change at midnight the earlier one counts.
fn end_of(day: Day, zone: Tz) -> Moment {
    let next = day.plus_days(1).date().and_time(chrono::NaiveTime::MIN);
    let midnight = (0..=3)
        .find_map(|hour| zone.from_local_datetime(&(next + Duration::hours(hour))).earliest())
        .map_or_else(|| next.and_utc(), |local| local.to_utc());
    Moment::from_utc(midnight - Duration::seconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::USUAL_WEEKEND;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn due(started: &str, limit: (u32, ClockUnit), zone: &str) -> String {
        rolled(started, (limit.0, limit.1, false), zone)
    }

    fn rolled(started: &str, limit: (u32, ClockUnit, bool), zone: &str) -> String {
        let holidays = [day("2026-12-25"), day("2026-01-01"), day("2027-01-01")];
        let calendar = WorkCalendar::new(&USUAL_WEEKEND, holidays);
        let due = due_of(Moment::parse(started).unwrap(), limit, &calendar, zone);
        format!("{} {}", due.on, due.at)
    }

    /// 21 CFR 803.3 counts calendar days, 803.53 work days (Monday to Friday without federal holidays); MDR 87 counts days from the
    /// day after awareness (Regulation 1182/71, article 3(1)).
    #[test]
    fn limits_end_where_their_source_says() {
        use ClockUnit::{CalendarDays, Hours, Months, WorkingDays};
        let cases = [
            // 30 days after 2026-01-15; over the end of a month.
            ("2026-01-15T10:00:00Z", (30, CalendarDays), "UTC", "2026-02-14 2026-02-14T23:59:59Z"),
            // Over a leap day, and over the same days in a common year.
            ("2028-02-15T10:00:00Z", (15, CalendarDays), "UTC", "2028-03-01 2028-03-01T23:59:59Z"),
            ("2027-02-15T10:00:00Z", (15, CalendarDays), "UTC", "2027-03-02 2027-03-02T23:59:59Z"),
            // Work days skip the weekend and Christmas Day.
            ("2026-12-21T10:00:00Z", (5, WorkingDays), "UTC", "2026-12-29 2026-12-29T23:59:59Z"),
            // An event on a Saturday: the first work day is Monday.
            ("2026-11-28T10:00:00Z", (5, WorkingDays), "UTC", "2026-12-04 2026-12-04T23:59:59Z"),
            // 48 hours are hours, not days.
            ("2026-11-28T10:30:00Z", (48, Hours), "Australia/Sydney", "2026-11-30 2026-11-30T10:30:00Z"),
            // A month that is too short ends on its last day.
            ("2026-01-31T10:00:00Z", (1, Months), "UTC", "2026-02-28 2026-02-28T23:59:59Z"),
            ("2028-01-31T10:00:00Z", (1, Months), "UTC", "2028-02-29 2028-02-29T23:59:59Z"),
            ("2028-02-29T10:00:00Z", (12, Months), "UTC", "2029-02-28 2029-02-28T23:59:59Z"),
        ];
        for (started, limit, zone, expected) in cases {
            assert_eq!(due(started, limit, zone), expected, "{started} {limit:?}");
        }
    }

    #[test]
    fn the_day_is_that_of_the_responsible_site() {
        use ClockUnit::CalendarDays;
        // 23:30 in Berlin on the 14th is 22:30 UTC; 00:30 in Berlin on the 15th is 23:30 UTC of the 14th.
        assert_eq!(
            due("2026-01-14T22:30:00Z", (2, CalendarDays), "Europe/Berlin"),
            "2026-01-16 2026-01-16T22:59:59Z"
        );
        assert_eq!(
            due("2026-01-14T23:30:00Z", (2, CalendarDays), "Europe/Berlin"),
            "2026-01-17 2026-01-17T22:59:59Z"
        );
        // Over the change to summer time the day ends an hour earlier in UTC.
        assert_eq!(
            due("2026-03-27T10:00:00Z", (2, CalendarDays), "Europe/Berlin"),
            "2026-03-29 2026-03-29T21:59:59Z"
        );
        // 2026-01-14 in Tokyo begins at 15:00 UTC of the 13th.
        assert_eq!(
            due("2026-01-13T15:00:00Z", (15, CalendarDays), "Asia/Tokyo"),
            "2026-01-29 2026-01-29T14:59:59Z"
        );
        // Summer time began at midnight in Asuncion: the day ends when the clocks say so.
        assert_eq!(
            due("2019-10-04T12:00:00Z", (1, CalendarDays), "America/Asuncion"),
            "2019-10-05 2019-10-06T03:59:59Z"
        );
        assert_eq!(due("2026-01-14T10:00:00Z", (1, CalendarDays), ""), "2026-01-15 2026-01-15T23:59:59Z");
    }

    /// Regulation (EEC, Euratom) 1182/71, article 3(4): a period that ends on a holiday, Sunday or Saturday ends with the following
    /// working day.
    #[test]
    fn a_limit_that_rolls_ends_on_the_next_working_day() {
        use ClockUnit::CalendarDays;
        let rolls = (10, CalendarDays, true);
        assert_eq!(rolled("2026-12-15T10:00:00Z", rolls, "UTC"), "2026-12-28 2026-12-28T23:59:59Z");
        assert_eq!(rolled("2026-12-14T10:00:00Z", rolls, "UTC"), "2026-12-24 2026-12-24T23:59:59Z");
    }
}
