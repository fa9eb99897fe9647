//! The calendars from which a policy can take its working days: those that ship with the program, and a person's own.
//!
//! A calendar by itself has no effect. Only the days that the policy of a file took over count.

use std::path::Path;

use super::files;
use super::refused::Refused;
use crate::domain::calendar::CalendarSheet;

/// The calendars that ship with the program: code and text.
const SHIPPED: [(&str, &str); 7] = [
    ("austria", include_str!("../../../../assets/calendars/austria.ron")),
    ("france", include_str!("../../../../assets/calendars/france.ron")),
    ("germany", include_str!("../../../../assets/calendars/germany.ron")),
    ("switzerland", include_str!("../../../../assets/calendars/switzerland.ron")),
    ("united-kingdom", include_str!("../../../../assets/calendars/united-kingdom.ron")),
    ("united-states", include_str!("../../../../assets/calendars/united-states.ron")),
    ("weekends", include_str!("../../../../assets/calendars/weekends.ron")),
];

/// Reads a calendar from the text of a RON file. Reports all errors at once, each with its place.
pub fn parse_calendar(text: &str) -> Result<CalendarSheet, String> {
    let sheet: CalendarSheet = ron::from_str(text).map_err(|error| {
        let at = error.span.start;
        format!("line {}, column {}: {}", at.line, at.col, error.code)
    })?;
    let wrong = sheet.violations();
    if wrong.is_empty() { Ok(sheet) } else { Err(wrong.join("; ")) }
}

/// The calendars to choose from, by code: those that ship with the program, then a person's own from a folder. One of the
/// person's own replaces a shipped one of the same code. The second list names files that cannot be read.
pub fn calendars(folder: Option<&Path>) -> (Vec<(String, CalendarSheet)>, Vec<String>) {
    let shipped =
        SHIPPED.iter().filter_map(|(code, text)| Some(((*code).to_owned(), parse_calendar(text).ok()?)));
    let mut found: Vec<(String, CalendarSheet)> = shipped.collect();
    let mut problems = Vec::new();
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let mut paths: Vec<_> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "ron"))
        .collect();
    paths.sort();
    for path in paths {
        let Some(code) = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned) else { continue };
        match read_calendar(&path) {
            Ok(sheet) => {
                found.retain(|(known, _)| *known != code);
                found.push((code, sheet));
            }
            Err(refusal) => problems.push(refusal.to_string()),
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    (found, problems)
}

/// A calendar by its code, or by its file if the name ends in `.ron`.
pub fn find_calendar(named: &str, folder: Option<&Path>) -> Result<CalendarSheet, Refused> {
    let named = named.trim();
    if Path::new(named).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ron")) {
        return read_calendar(Path::new(named));
    }
    let (known, _) = calendars(folder);
    let codes = known.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>().join(", ");
    known.into_iter().find(|(code, _)| code == named).map(|(_, sheet)| sheet).ok_or_else(|| {
        Refused::Rule(format!("there is no calendar “{named}”; choose one of {codes}, or give a .ron file"))
    })
}

fn read_calendar(path: &Path) -> Result<CalendarSheet, Refused> {
    let place = path.display();
    let bytes = files::read(path)?;
    let text = String::from_utf8(bytes).map_err(|_| Refused::Rule(format!("{place} is not UTF-8 text")))?;
    parse_calendar(&text).map_err(|words| Refused::Rule(format!("{place}: {words}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::WorkCalendar;
    use mainstay_base::time::Day;

    #[test]
    fn every_shipped_calendar_can_be_read_and_covers_the_same_years() {
        let (known, problems) = calendars(None);
        assert_eq!((known.len(), problems), (SHIPPED.len(), Vec::new()));
        for (code, sheet) in known {
            let years = if code == "weekends" { "no year" } else { "2024 to 2035" };
            assert_eq!(sheet.known_years(), years, "{code}");
        }
    }

    #[test]
    fn holidays_from_an_almanac_are_in_the_shipped_calendars() {
        let table = [
            ("germany", "2026-04-06"),
            ("germany", "2035-05-14"),
            ("austria", "2026-06-04"),
            ("france", "2027-05-17"),
            ("switzerland", "2026-08-01"),
            // In 2026 the fourth of July is a Saturday, and so is the day after Christmas.
            ("united-states", "2026-07-03"),
            ("united-states", "2027-12-31"),
            ("united-kingdom", "2026-12-28"),
            ("united-kingdom", "2028-01-03"),
        ];
        for (code, text) in table {
            let sheet = find_calendar(code, None).unwrap();
            let days = sheet.years.iter().flat_map(|year| &year.holidays).map(|(day, _)| *day);
            let calendar = WorkCalendar::new(&sheet.weekend, days);
            assert!(!calendar.is_working(Day::parse(text).unwrap()), "{code} {text}");
        }
    }

    #[test]
    fn a_persons_own_calendar_replaces_the_shipped_one_and_errors_name_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("germany.ron", r#"(name: "Bavaria", weekend: ["sunday"], years: [])"#);
        write(
            "bad.ron",
            r#"(name: "Bad", weekend: [], years: [(year: 2026, holidays: []), (year: 2026, holidays: [])])"#,
        );
        write("worse.ron", "(name: \"Worse\",\n weekend: [\"someday\"], years: [])");
        write("note.txt", "nothing");
        let (known, problems) = calendars(Some(folder.path()));
        assert_eq!(known.len(), SHIPPED.len());
        assert_eq!(&*find_calendar("germany", Some(folder.path())).unwrap().name, "Bavaria");
        assert!(problems[0].ends_with("bad.ron: year 2026: it is listed twice"), "{problems:?}");
        assert!(problems[1].contains("worse.ron: line 2, column"), "{problems:?}");
        assert!(problems[1].contains("“someday” is not one of monday"), "{problems:?}");
        let refusal = find_calendar("utopia", None).unwrap_err().to_string();
        assert!(refusal.contains("choose one of austria, france"), "{refusal}");
        let path = folder.path().join("bad.ron");
        let refusal = find_calendar(path.to_str().unwrap(), None).unwrap_err().to_string();
        assert!(refusal.contains("it is listed twice"), "{refusal}");
    }
}
