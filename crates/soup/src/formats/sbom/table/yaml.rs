//! rdm's `soup.yml`: a list of components with title, manufacturer, version, purpose, requirements and anomaly_reference.

use std::collections::BTreeMap;

use super::{Meaning, component};
use crate::formats::sbom::limits;
use crate::model::bill::Bill;
use mainstay_base::note::{Gravity, Unreadable};

/// Values are read as text, so that version 1.10 does not become 1.1.
type Entry = BTreeMap<String, Option<String>>;

/// Whether the text has the keys of such a list.
pub(crate) fn looks_like(text: &str) -> bool {
    let has = |key: &str| {
        text.lines().any(|line| {
            let line = line.trim_start().trim_start_matches("- ").trim_start();
            line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'))
        })
    };
    has("title") && ["manufacturer", "purpose", "anomaly_reference"].into_iter().any(has)
}

/// Reads the list, at the root or under one key.
pub(crate) fn read(text: &str) -> Result<Bill, Unreadable> {
    let wrong = |error: serde_saphyr::Error| {
        let place =
            error.location().map_or_else(|| "document".to_owned(), |at| format!("line {}", at.line()));
        Unreadable::at(place, format!("not understood as a list of SOUP: {}", error.without_snippet()))
    };
    let first =
        text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#') && *line != "---");
    let lists: Vec<(String, Vec<Entry>)> = if first.is_some_and(|line| line.starts_with('-')) {
        vec![("$".to_owned(), serde_saphyr::from_str_with_options(text, limits::yaml()).map_err(wrong)?)]
    } else {
        let lists: BTreeMap<String, Vec<Entry>> =
            serde_saphyr::from_str_with_options(text, limits::yaml()).map_err(wrong)?;
        lists.into_iter().map(|(key, list)| (format!("$.{key}"), list)).collect()
    };
    let mut bill = Bill { format: "soup.yml".to_owned(), ..Bill::default() };
    for (place, list) in lists {
        for (index, entry) in list.iter().enumerate() {
            take(entry, format!("{place}[{index}]"), &mut bill);
        }
    }
    Ok(bill)
}

fn take(entry: &Entry, place: String, bill: &mut Bill) {
    let values = entry.iter().filter_map(|(key, text)| Some((key.as_str(), text.as_deref()?.trim())));
    let values: Vec<(&str, Option<Meaning>, &str)> = values
        .filter(|(_, text)| !text.is_empty())
        .map(|(key, text)| (key, meaning(key, text), text))
        .collect();
    match component(&values, place.clone()) {
        Some(component) => bill.components.push(component),
        None => bill.notes.add(Gravity::Refused, place, "an entry without a title is skipped"),
    }
}

fn meaning(key: &str, text: &str) -> Option<Meaning> {
    match key {
        "title" | "name" => Some(Meaning::Title),
        "manufacturer" => Some(Meaning::Manufacturer),
        "version" => Some(Meaning::Version),
        "purpose" => Some(Meaning::Purpose),
        "purl" => Some(Meaning::PackageUrl),
        "cpe" => Some(Meaning::Cpe),
        "license" => Some(Meaning::Licence),
        "anomaly_reference" | "website" | "url" if text.starts_with("http") && !text.contains(' ') => {
            Some(Meaning::Address)
        }
        _ => None,
    }
}
