//! Shared by all readers of advisory JSON: parsing one record with its unread fields counted, null as absent, dates.

use std::fmt::Write as _;

use serde::de::{Deserialize, Deserializer};
use serde_ignored::Path;

use crate::formats::json_text;
use mainstay_base::note::{Gravity, Notes, Unreadable};

/// Parses one record that starts at `place` in its document. Fields that no reader knows are counted under `root` in the notes; a record
/// that does not fit is refused with the path inside it.
pub(super) fn parse<'a, T: Deserialize<'a>>(
    raw: &'a str,
    place: &str,
    root: &str,
    notes: &mut Notes,
) -> Result<T, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    let mut name = String::new();
    let parsed = serde_ignored::deserialize(&mut deserializer, |path| {
        if repeats_vector(&path) {
            return;
        }
        name.clear();
        name.push_str(root);
        render(&path, &mut name);
        notes.not_understood(&name);
    });
    parsed
        .map_err(|error| located::<T>(raw, place).unwrap_or_else(|| Unreadable::at(place, error.to_string())))
}

/// Whether it is a part of a CVSS object: its vector contains the same in one line.
fn repeats_vector(path: &Path<'_>) -> bool {
    let Path::Map { parent, .. } = path else { return false };
    let mut parent = *parent;
    while let Path::Some { parent: outer } = parent {
        parent = outer;
    }
    matches!(parent, Path::Map { key, .. } if key.to_ascii_lowercase().starts_with("cvss"))
}

/// The exact place where a record does not fit: it is parsed a second time, only if it is bad.
fn located<'a, T: Deserialize<'a>>(raw: &'a str, place: &str) -> Option<Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    let error = serde_path_to_error::deserialize::<_, T>(&mut deserializer).err()?;
    Some(Unreadable::at(json_text::below(place, error.path()), error.inner().to_string()))
}

fn render(path: &Path<'_>, name: &mut String) {
    match path {
        Path::Root => {}
        Path::Seq { parent, .. } => {
            render(parent, name);
            name.push_str("[]");
        }
        Path::Map { parent, key } => {
            render(parent, name);
            // Writing to a string cannot fail.
            let _ = write!(name, "{}{}", if name.is_empty() { "" } else { "." }, shortened(key));
        }
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            render(parent, name);
        }
    }
}

/// A foreign field name, shortened so that the list of names stays small.
pub(super) fn shortened(key: &str) -> &str {
    key.char_indices().nth(80).map_or(key, |(end, _)| &key[..end])
}

/// A field that may be null: null is the same as absent.
pub(super) fn lax<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Adds a remark on a date that cannot be parsed; the date is kept as written.
pub(super) fn check_date(date: Option<&str>, place: &str, name: &str, notes: &mut Notes) {
    if let Some(date) = date
        && !is_date(date)
    {
        let shown: String = date.chars().take(40).collect();
        notes.add(
            Gravity::Warning,
            format!("{place}.{name}"),
            format!("`{shown}` is not a date: kept as written"),
        );
    }
}

/// Whether it starts with a day of the calendar (`2021-03-04`), followed by nothing or by a time of day (`T23:00Z`, `T12:00:00.000+01:00`).
pub(super) fn is_date(text: &str) -> bool {
    let Some((day, rest)) = text.split_at_checked(10) else { return false };
    is_day(day) && (rest.is_empty() || rest.strip_prefix(['T', 't', ' ']).is_some_and(is_time))
}

fn is_day(day: &str) -> bool {
    let mut parts = day.split('-').map(number);
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    chrono::NaiveDate::from_ymd_opt(year as i32, month, day).is_some()
}

fn is_time(text: &str) -> bool {
    let end = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = text.split_at(end);
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let limits = [24, 60, 61];
    let parts: Vec<_> = whole.split(':').map(number).collect();
    (2..=3).contains(&parts.len())
        && parts.iter().zip(limits).all(|(part, limit)| part.is_some_and(|part| part < limit))
        && number(fraction).is_some()
        && is_zone(zone)
}

fn is_zone(zone: &str) -> bool {
    match zone.strip_prefix(['+', '-']) {
        None => matches!(zone, "" | "Z" | "z"),
        Some(offset) => {
            offset.split(':').count() <= 2 && offset.split(':').all(|part| number(part).is_some())
        }
    }
}

/// Only digits, nine at most.
fn number(text: &str) -> Option<u32> {
    (text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The later of two dates as written; a text that is not a date never is.
pub(super) fn later(newest: &mut Option<String>, date: Option<&str>) {
    if let Some(date) = date
        && newest.as_deref().is_none_or(|newest| newest < date)
        && is_date(date)
    {
        *newest = Some(date.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_every_valid_form_are_accepted_and_others_are_not() {
        for right in [
            "2021-03-04",
            "2020-03-07T23:00Z",
            "2026-08-21T00:00:00.000",
            "2023-06-13T13:10:24Z",
            "2021-09-26T23:32:08.989778Z",
            "2021-09-26t23:32:08+01:00",
            "2021-09-26 23:32:08-0500",
            "2024-02-29",
            "2016-12-31T23:59:60Z",
        ] {
            assert!(is_date(right), "{right}");
        }
        for wrong in [
            "",
            "yesterday",
            "2021-13-01",
            "2021-02-30",
            "2023-02-29",
            "04.03.2021",
            "2021-3-4",
            "20210304",
            "2021-03-04T",
            "2021-03-04T25:00Z",
            "2021-03-04Tnoon",
            "2021-03-04Z",
            "1614816000",
            "0000000000",
            "2021-03-0é",
            "2021-03-04T10:00:00.Q",
            "２０２１-03-04",
        ] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_newest_date_is_one_that_can_be_parsed() {
        let mut newest = None;
        for date in [Some("2021-01-01"), None, Some("zzz"), Some("2022-05-05T00:00:00Z"), Some("2020-01-01")]
        {
            later(&mut newest, date);
        }
        assert_eq!(newest.as_deref(), Some("2022-05-05T00:00:00Z"));
    }
}
