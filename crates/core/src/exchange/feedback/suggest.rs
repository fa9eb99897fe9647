//! A first mapping for a file that no shipped mapping fits, from its column names and a few rows.

use super::apply::folded;
use super::{ColumnRule, Mapping, Parse, dates};
use mainstay_base::delimited::Row;
use std::collections::BTreeMap;

/// A proposal for a person to check, never to be applied unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The proposed mapping.
    pub mapping: Mapping,
    /// The open points and their reasons, in sentences.
    pub notes: Vec<String>,
}

/// Field codes with the usual names of their columns, the most certain first. Letters and digits only, in lower case.
const SYNONYMS: &[(&str, &[&str])] = &[
    (
        "external_number",
        &[
            "externalnumber",
            "reportnumber",
            "reportno",
            "reportid",
            "incidentid",
            "incidentnumber",
            "complaintnumber",
            "complaintno",
            "complaintid",
            "casenumber",
            "caseno",
            "caseid",
            "ticketnumber",
            "ticketid",
            "ticket",
            "issuekey",
            "referencenumber",
            "reference",
            "number",
            "id",
            "key",
        ],
    ),
    (
        "received_at",
        &[
            "receivedat",
            "received",
            "datereceived",
            "receiveddate",
            "receiptdate",
            "receiptdt",
            "reportdate",
            "created",
            "createdat",
            "datecreated",
            "date",
        ],
    ),
    ("aware_at", &["awareat", "awaredate", "dateaware", "awarenessdate", "incawaredt", "becameaware"]),
    ("title", &["title", "subject", "summary", "shortdescription", "headline"]),
    (
        "description_verbatim",
        &[
            "descriptionverbatim",
            "description",
            "eventtext",
            "eventdescription",
            "complainttext",
            "complaint",
            "narrative",
            "details",
            "text",
            "message",
            "comment",
            "body",
        ],
    ),
    ("device_name", &["devicename", "device", "product", "productname", "tradename", "brandname", "model"]),
    (
        "software_version_reported",
        &[
            "softwareversionreported",
            "softwareversion",
            "swversion",
            "firmwareversion",
            "firmware",
            "productversion",
            "version",
        ],
    ),
    (
        "reporter_organisation",
        &[
            "reporterorganisation",
            "reporterorganization",
            "organisation",
            "organization",
            "company",
            "companyname",
            "customer",
            "customername",
            "hospital",
            "institution",
            "facility",
            "site",
        ],
    ),
    ("reporter_country", &["reportercountry", "country", "countrycode"]),
    ("channel", &["channel", "receivedvia", "via", "medium"]),
    ("source_kind", &["sourcekind", "source", "reportertype", "reporterkind"]),
    ("patient_or_user_harm", &["patientoruserharm", "harm", "patientharm", "severity", "outcome"]),
];

/// Date formats that need no question.
const DATE_FORMATS: &[&str] = &[
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
];
/// Formats that differ only in whether the day or the month comes first.
const DAY_OR_MONTH_FIRST: &[(&str, &str)] = &[("%d/%m/%Y", "%m/%d/%Y"), ("%d-%m-%Y", "%m-%d-%Y")];

const SOURCE_KINDS: &[&str] = &[
    "user",
    "patient",
    "distributor",
    "service",
    "internal",
    "pms",
    "literature",
    "regulator",
    "security_researcher",
    "supplier",
    "similar_device",
];
const HARMS: &[&str] = &["none", "potential", "actual", "unknown"];
/// Length of a title that is made from the description, in characters.
const TITLE_CHARS: usize = 100;

/// Proposes a mapping from the column names. `rows` are sample rows, from which the date format is detected.
pub fn suggest_columns(header: &[String], rows: &[Row]) -> Suggestion {
    let mut notes = Vec::new();
    let mut columns: Vec<ColumnRule> = Vec::new();
    let plain: Vec<String> = header.iter().map(|name| letters(name)).collect();
    let mut taken = vec![false; header.len()];
    for (target, names) in SYNONYMS {
        let free = |index: &usize| !taken.get(*index).copied().unwrap_or(true);
        let places = names.iter().filter_map(|name| plain.iter().position(|own| own == name));
        let found = places.into_iter().find(free);
        let Some((index, name)) = found.and_then(|index| header.get(index).map(|name| (index, name))) else {
            continue;
        };
        if let Some(parse) = parse_for(target, index, name, (rows, &mut notes)) {
            if let Some(mark) = taken.get_mut(index) {
                *mark = true;
            }
            let optional = *target != "external_number";
            columns.push(rule(target, name, parse, optional));
        }
    }
    let has = |target: &str| columns.iter().any(|rule| rule.target == target);
    if !has("external_number") {
        notes.push(
            "No column has a number by which a row is recognised when the file is imported again.".to_owned(),
        );
    }
    if !has("title")
        && let Some(text) =
            columns.iter().find(|rule| rule.target == "description_verbatim").map(|rule| rule.from.concat())
    {
        let parse = Parse::TitleFrom { max_chars: TITLE_CHARS, start_after: Vec::new(), skip: Vec::new() };
        columns.push(rule("title", &text, parse, true));
    }
    let mapping = Mapping {
        name: "Proposed from the names of the columns".to_owned(),
        description: "Check every rule before importing the file.".to_owned(),
        recognise: Vec::new(),
        columns,
        constants: BTreeMap::new(),
        ask: Vec::new(),
        rest_into: Some("source_columns".to_owned()),
    };
    Suggestion { mapping, notes }
}

fn rule(target: &str, from: &str, parse: Parse, optional: bool) -> ColumnRule {
    ColumnRule {
        target: target.to_owned(),
        from: vec![from.to_owned()],
        parse,
        separator: " ".to_owned(),
        prefix: String::new(),
        unknown: Vec::new(),
        optional,
    }
}

fn letters(name: &str) -> String {
    folded(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// How the column is read; `None` if a person has to decide.
fn parse_for(
    target: &str,
    index: usize,
    name: &str,
    (rows, notes): (&[Row], &mut Vec<String>),
) -> Option<Parse> {
    let cells = || {
        rows.iter()
            .filter_map(move |row| row.cells.get(index))
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    };
    match target {
        "received_at" | "aware_at" => match date_formats(cells()) {
            Ok(formats) => Some(Parse::Moment { formats }),
            Err(why) => {
                notes.push(format!("Column “{name}” {why}"));
                None
            }
        },
        "source_kind" => choice(SOURCE_KINDS, name, cells(), notes),
        "patient_or_user_harm" => choice(HARMS, name, cells(), notes),
        _ => Some(Parse::Text),
    }
}

/// A table from the codes to themselves, if all values already are codes.
fn choice<'r>(
    codes: &[&str],
    name: &str,
    mut cells: impl Iterator<Item = &'r str>,
    notes: &mut Vec<String>,
) -> Option<Parse> {
    let table: BTreeMap<String, String> = codes
        .iter()
        .flat_map(|code| {
            [(*code).to_owned(), code.replace('_', " ")].map(|source| (source, (*code).to_owned()))
        })
        .collect();
    match cells.find(|cell| !table.contains_key(&folded(cell))) {
        Some(cell) => {
            notes.push(format!(
                "Column “{name}” needs a table from its values, such as “{}”, to codes.",
                dates::short(cell)
            ));
            None
        }
        None => Some(Parse::Choice { table, default: None }),
    }
}

fn date_formats<'r>(cells: impl Iterator<Item = &'r str> + Clone) -> Result<Vec<String>, String> {
    let fits = |format: &str| {
        let formats = [format.to_owned()];
        cells.clone().any(|cell| dates::moment(cell, &formats).is_ok())
    };
    let mut formats: Vec<String> =
        DATE_FORMATS.iter().filter(|format| fits(format)).map(|format| (*format).to_owned()).collect();
    for (day_first, month_first) in DAY_OR_MONTH_FIRST {
        match (
            fits_all_of_form(cells.clone(), day_first, month_first),
            fits_all_of_form(cells.clone(), month_first, day_first),
        ) {
            (true, true) => {
                let sample = cells
                    .clone()
                    .find(|cell| dates::moment(cell, &[(*day_first).to_owned()]).is_ok())
                    .unwrap_or_default();
                return Err(format!(
                    "has dates such as “{sample}”: choose whether the day or the month comes first."
                ));
            }
            (true, false) => formats.push((*day_first).to_owned()),
            (false, true) => formats.push((*month_first).to_owned()),
            (false, false) => {}
        }
    }
    if formats.is_empty() {
        return Err("has no date in a known format: give its format.".to_owned());
    }
    Ok(formats)
}

/// Whether `format` reads every cell that it or `other` can read, and there is at least one.
fn fits_all_of_form<'r>(cells: impl Iterator<Item = &'r str>, format: &str, other: &str) -> bool {
    let (format, other) = ([format.to_owned()], [other.to_owned()]);
    let mut any = false;
    for cell in cells {
        let this = dates::moment(cell, &format).is_ok();
        if !this && dates::moment(cell, &other).is_ok() {
            return false;
        }
        any |= this;
    }
    any
}
