//! Days and moments from foreign text, or the reason why it is not one.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use std::fmt::Write;

/// Plausible years of a record; others are errors such as a two-digit year.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Whether chrono understands the format.
pub(super) fn is_format(format: &str) -> bool {
    !format.is_empty() && !StrftimeItems::new(format).any(|item| matches!(item, Item::Error))
}

/// The day in the first matching format, as YYYY-MM-DD, or the reason why there is none.
pub(super) fn day(text: &str, formats: &[String]) -> Result<String, String> {
    let text = text.trim();
    match formats.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok()) {
        Some(day) => in_range(text, day).map(|day| day.format("%Y-%m-%d").to_string()),
        None => Err(reason(text, formats)),
    }
}

/// The moment in the first matching format, in RFC 3339, or the reason why there is none.
pub(super) fn moment(text: &str, formats: &[String]) -> Result<String, String> {
    let text = text.trim();
    for format in formats {
        if let Ok(moment) = DateTime::parse_from_str(text, format) {
            return written(text, moment.naive_utc());
        }
        if let Ok(moment) = NaiveDateTime::parse_from_str(text, format) {
            return written(text, moment);
        }
        // If the format has a time of day, parsing it failed above, so it must not be dropped here.
        if !has_time(format)
            && let Ok(day) = NaiveDate::parse_from_str(text, format)
        {
            let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
            return written(text, day.and_time(noon));
        }
    }
    Err(reason(text, formats))
}

fn has_time(format: &str) -> bool {
    ["%H", "%I", "%k", "%l", "%M", "%S", "%T", "%R", "%r", "%X"].iter().any(|part| format.contains(part))
}

fn written(text: &str, moment: NaiveDateTime) -> Result<String, String> {
    in_range(text, moment.date())?;
    // The detour through seconds since 1970 removes a leap second.
    let moment = DateTime::<Utc>::from_timestamp(moment.and_utc().timestamp(), 0).unwrap_or(moment.and_utc());
    Ok(moment.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn in_range(text: &str, day: NaiveDate) -> Result<NaiveDate, String> {
    if YEARS.contains(&day.year()) {
        Ok(day)
    } else {
        Err(format!(
            "“{}” is in the year {}; years {} to {} are accepted",
            short(text),
            day.year(),
            YEARS.start(),
            YEARS.end()
        ))
    }
}

fn reason(text: &str, formats: &[String]) -> String {
    let shown = short(text);
    let examples = examples(formats);
    if examples.is_empty() {
        return format!("“{shown}” cannot be read as a date: the mapping has no date format");
    }
    if examples.iter().any(|example| shape(example) == shape(text)) {
        return format!("“{shown}” is a date that does not exist");
    }
    format!("“{shown}” is not a date of the form {}", examples.join(" or "))
}

/// The formats, each shown by an example day.
fn examples(formats: &[String]) -> Vec<String> {
    let day = NaiveDate::from_ymd_opt(2025, 4, 23).and_then(|day| day.and_hms_opt(14, 30, 0));
    let sample = day.unwrap_or_default().and_utc();
    let mut shown = Vec::new();
    for format in formats.iter().filter(|format| is_format(format)) {
        let mut example = String::new();
        if write!(example, "{}", sample.format(format)).is_ok() {
            shown.push(example);
        }
    }
    shown
}

/// The text with every number collapsed to one digit. A well-formed date that does not exist has the same shape as an example.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    for c in text.chars() {
        let c = if c.is_ascii_digit() { '9' } else { c };
        if c != '9' || !shape.ends_with('9') {
            shape.push(c);
        }
    }
    shape
}

/// The text shortened to fit into a message.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(list: &[&str]) -> Vec<String> {
        list.iter().map(|format| (*format).to_owned()).collect()
    }

    #[test]
    fn a_day_becomes_noon_where_a_moment_is_required() {
        assert_eq!(moment("04-23-2025", &formats(&["%m-%d-%Y"])).unwrap(), "2025-04-23T12:00:00Z");
        assert_eq!(
            moment("2025-04-23", &formats(&["%m-%d-%Y", "%Y-%m-%d"])).unwrap(),
            "2025-04-23T12:00:00Z"
        );
    }

    #[test]
    fn a_moment_with_an_offset_is_written_in_utc() {
        let formats = formats(&["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M"]);
        assert_eq!(moment("2025-04-23T01:30:00+0200", &formats).unwrap(), "2025-04-22T23:30:00Z");
        assert_eq!(moment("2025-04-23 07:05", &formats).unwrap(), "2025-04-23T07:05:00Z");
    }

    #[test]
    fn dates_that_do_not_exist_are_distinguished_from_other_formats() {
        let formats = formats(&["%m-%d-%Y"]);
        for text in ["02-31-2025", "13-01-2025", "00-00-0000", "02-29-2023"] {
            assert_eq!(day(text, &formats).unwrap_err(), format!("“{text}” is a date that does not exist"));
        }
        for text in ["yesterday", "", "2025", "04-23-2025 later"] {
            assert_eq!(
                day(text, &formats).unwrap_err(),
                format!("“{text}” is not a date of the form 04-23-2025")
            );
        }
    }

    #[test]
    fn the_year_zero_and_years_of_two_digits_are_refused() {
        let formats = formats(&["%m-%d-%Y"]);
        assert_eq!(
            day("01-01-0000", &formats).unwrap_err(),
            "“01-01-0000” is in the year 0; years 1900 to 2200 are accepted"
        );
        assert!(day("04-23-25", &formats).unwrap_err().contains("year 25"));
        assert!(moment("04-23-99999", &formats).is_err());
    }

    #[test]
    fn a_time_of_day_is_not_dropped() {
        assert!(moment("2025-04-23 25:99", &formats(&["%Y-%m-%d %H:%M"])).is_err());
    }

    #[test]
    fn an_invalid_format_never_panics() {
        for format in ["%", "%Q", "", "%Y-%", "%H"] {
            let formats = formats(&[format]);
            assert!(day("2025", &formats).is_err());
            assert!(moment("2025", &formats).is_err());
        }
        assert!(!is_format("%Q"));
        assert!(is_format("%d/%m/%Y"));
    }
}
