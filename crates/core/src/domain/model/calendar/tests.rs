use super::*;
use crate::domain::choice::Choice as _;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn germany() -> WorkCalendar {
    let free = [
        "2025-12-25",
        "2025-12-26",
        "2026-01-01",
        "2026-04-03",
        "2026-04-06",
        "2026-05-01",
        "2026-10-03",
        "2026-12-25",
        "2026-12-26",
        "2028-01-01",
        "2028-04-14",
        "2028-04-17",
    ];
    WorkCalendar::new(&USUAL_WEEKEND, free.map(day))
}

#[test]
fn working_days_are_counted_over_month_ends_leap_days_and_holidays() {
    let table = [
        // Over the end of a month, and of a year with its holidays.
        ("2026-01-30", 1, "2026-02-02"),
        ("2026-02-27", 1, "2026-03-02"),
        ("2025-12-24", 1, "2025-12-29"),
        ("2025-12-24", 4, "2026-01-02"),
        ("2026-12-31", 1, "2027-01-01"),
        // A leap day counts like any other day, and so does the end of a February without one.
        ("2028-02-28", 1, "2028-02-29"),
        ("2028-02-29", 1, "2028-03-01"),
        ("2027-02-26", 1, "2027-03-01"),
        // Easter: Friday and Monday are holidays.
        ("2026-04-02", 1, "2026-04-07"),
        ("2026-04-02", 2, "2026-04-08"),
        ("2028-04-13", 1, "2028-04-18"),
        // A holiday on a weekend does not change the count.
        ("2026-10-02", 1, "2026-10-05"),
        ("2026-12-24", 1, "2026-12-28"),
        ("2027-12-31", 1, "2028-01-03"),
        // A limit that starts on a day off counts from the working day before.
        ("2026-04-03", 1, "2026-04-07"),
        ("2026-04-04", 1, "2026-04-07"),
        ("2026-04-05", 0, "2026-04-05"),
    ];
    for (from, days, to) in table {
        assert_eq!(germany().after(day(from), days), day(to), "{days} working days after {from}");
    }
}

#[test]
fn counting_in_weeks_is_counting_day_by_day() {
    let calendars = [
        germany(),
        WorkCalendar::default(),
        WorkCalendar::new(&[Weekday::Friday, Weekday::Saturday], [day("2026-04-05"), day("2026-04-03")]),
        WorkCalendar::new(&[], [day("2026-04-05")]),
        WorkCalendar::new(&[Weekday::Monday, Weekday::Wednesday, Weekday::Friday, Weekday::Sunday], []),
    ];
    for calendar in calendars {
        for start in (0..14).map(|days| day("2026-03-25").plus_days(days)) {
            for days in 0..25 {
                let (mut counted, mut left) = (start, days);
                while left > 0 {
                    counted = counted.plus_days(1);
                    left -= u32::from(calendar.is_working(counted));
                }
                assert_eq!(
                    calendar.after(start, days),
                    counted,
                    "{start} and {days} working days, {calendar:?}"
                );
            }
        }
    }
}

#[test]
fn every_calendar_counts_quickly() {
    let friday = day("2026-11-20");
    assert!(germany().after(friday, u32::MAX) >= friday);
    let never = WorkCalendar::new(Weekday::VALUES, []);
    assert_eq!(never.after(friday, 3), day("2026-11-23"), "a week without working days is ignored");
    // Consecutive holidays are skipped together.
    let long = WorkCalendar::new(&USUAL_WEEKEND, (0..5000).map(|days| friday.plus_days(days)));
    assert_eq!(long.after(friday, 1), friday.plus_days(5001), "the day after the last one is a Sunday");
}

#[test]
fn the_calendar_of_a_week_in_another_country_is_its_own() {
    let calendar = WorkCalendar::new(&[Weekday::Friday, Weekday::Saturday], []);
    assert_eq!(calendar.after(day("2026-11-19"), 1), day("2026-11-22"), "Thursday, then Sunday");
}

fn sheet(text: &str) -> CalendarSheet {
    ron::from_str(text).unwrap()
}

#[test]
fn every_error_of_a_sheet_is_reported_with_its_place() {
    let good = sheet(
        r#"(name: "A", weekend: ["sunday"], years: [(year: 2026, holidays: [("2026-01-01", "New Year")])])"#,
    );
    assert!(good.violations().is_empty());
    let table = [
        (r#"(name: "", weekend: [], years: [])"#, "name: it is empty"),
        (r#"(name: "A", weekend: ["sunday", "sunday"], years: [])"#, "weekend: names a day twice"),
        (
            r#"(name: "A", weekend: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], years: [])"#,
            "weekend: leaves no working day",
        ),
        (
            r#"(name: "A", weekend: [], years: [(year: 2026, holidays: []), (year: 2026, holidays: [])])"#,
            "year 2026: it is listed twice",
        ),
        (
            r#"(name: "A", weekend: [], years: [(year: 2027, holidays: []), (year: 2026, holidays: [])])"#,
            "year 2026: it comes after 2027; list the years in order",
        ),
        (
            r#"(name: "A", weekend: [], years: [(year: 20260, holidays: [])])"#,
            "year 20260: it is outside 1900 to 2199",
        ),
        (
            r#"(name: "A", weekend: [], years: [(year: 2026, holidays: [("2027-01-01", "New Year")])])"#,
            "year 2026, holiday 1 (2027-01-01): it is in another year",
        ),
        (
            r#"(name: "A", weekend: [], years: [(year: 2026, holidays: [("2026-01-01", "A"), ("2026-01-01", "B")])])"#,
            "year 2026, holiday 2 (2026-01-01): the day is listed twice",
        ),
        (
            r#"(name: "A", weekend: [], years: [(year: 2026, holidays: [("2026-01-01", " ")])])"#,
            "year 2026, holiday 1 (2026-01-01): it has no name",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(sheet(text).violations(), [expected], "{text}");
    }
    let many = (0..101).map(|days| (day("2026-01-01").plus_days(days), Line::default())).collect();
    let year = YearSheet { year: 2026, holidays: many };
    let full = CalendarSheet { years: vec![year], ..good };
    assert_eq!(full.violations(), ["year 2026: it has more than 100 holidays"]);
}

#[test]
fn a_policy_copies_whole_years_and_only_those_that_the_sheet_covers() {
    let sheet = sheet(
        r#"(name: "A", weekend: ["sunday"], years: [
            (year: 2026, holidays: [("2026-01-01", "New Year")]), (year: 2027, holidays: [("2027-01-01", "New Year")])])"#,
    );
    let fields = sheet.policy_fields(2026..=2027).unwrap();
    assert_eq!(fields["holidays"].as_array().unwrap().len(), 2);
    assert_eq!(fields["weekend"], serde_json::json!(["sunday"]));
    let refusal = sheet.policy_fields(2027..=2028).unwrap_err();
    assert_eq!(refusal, "A has no holidays for 2028; it covers 2026 to 2027");
}
