//! Registers of SOUP in tables: CSV with mapped columns, and rdm's `soup.yml`.
//!
//! Unknown columns are kept under their own names (`Component::more`), so that a risk level or a reasoning is not lost.

mod columns;
mod yaml;

pub use columns::{Meaning, TableMapping};
pub(super) use yaml::{looks_like as looks_like_yaml, read as read_yaml};

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::model::bill::Bill;
use crate::model::component::Component;
use mainstay_base::delimited::{self, Options, Row};
use mainstay_base::note::{Gravity, Unreadable};

/// Reads a table by a mapping, or by the one that its header suggests.
///
/// Refuses a text that is not a table, and a table without a title column. Rows that cannot be used are noted with their line.
pub fn read_table(bytes: &[u8], mapping: Option<&TableMapping>) -> Result<Bill, Unreadable> {
    let options = Options { short_rows: delimited::ShortRows::FillWithEmpty, ..Options::default() };
    let table =
        delimited::read(bytes, &options).map_err(|error| Unreadable::at("document", error.to_string()))?;
    let suggested;
    let mapping = if let Some(mapping) = mapping {
        mapping
    } else {
        suggested = TableMapping::suggest(&table.header).ok_or_else(|| without_title(&table.header))?;
        &suggested
    };
    if !table.header.iter().any(|name| mapping.meaning(name) == Some(Meaning::Title)) {
        return Err(without_title(&table.header));
    }
    let mut bill = Bill { format: "SOUP table".to_owned(), ..Bill::default() };
    for warning in &table.warnings {
        // None of these loses content: column names, empty lines, no rows.
        bill.notes.add(Gravity::Info, "document", warning.to_string().trim_end_matches('.'));
    }
    for row in table.rows.iter().filter(|row| !row.is_empty()) {
        take(row, &table.header, mapping, &mut bill);
    }
    Ok(bill)
}

/// Reads bytes that are not Unicode text as a table, if their header is that of one.
pub(super) fn read_if_table(bytes: &[u8]) -> Option<Result<Bill, Unreadable>> {
    looks_like_table(bytes).then(|| read_table(bytes, None))
}

/// Whether the header is that of a table of components.
pub(super) fn looks_like_table(bytes: &[u8]) -> bool {
    let mut known = false;
    let seen = delimited::visit(bytes, &Options::default(), |head, _| {
        known = TableMapping::suggest(&head.header).is_some();
        ControlFlow::Break(())
    });
    seen.is_ok() && known
}

fn without_title(header: &[String]) -> Unreadable {
    let names: String = header.join("`, `").chars().take(300).collect();
    Unreadable::at(
        "line 1",
        format!("no column contains the title of a component; the columns are `{names}`"),
    )
}

fn take(row: &Row, header: &[String], mapping: &TableMapping, bill: &mut Bill) {
    let place = format!("line {}", row.line);
    for issue in &row.issues {
        let gravity = if issue.forbids() { Gravity::Refused } else { Gravity::Warning };
        bill.notes.add(gravity, place.clone(), issue.to_string().trim_end_matches('.'));
    }
    if !row.is_usable() {
        return;
    }
    let cells = header.iter().zip(&row.cells).map(|(name, cell)| (name.as_str(), cell.trim()));
    let values: Vec<(&str, Option<Meaning>, &str)> = cells
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(name, cell)| (name, mapping.meaning(name), cell))
        .collect();
    match component(&values, place.clone()) {
        Some(component) => bill.components.push(component),
        None => bill.notes.add(Gravity::Refused, place, "a row without a title is skipped"),
    }
}

/// A component from values with or without a meaning; `None` without a title.
fn component(values: &[(&str, Option<Meaning>, &str)], place: String) -> Option<Component> {
    let all = |meaning: Meaning| {
        values.iter().filter(move |(_, of, _)| *of == Some(meaning)).map(|(_, _, text)| (*text).to_owned())
    };
    let one = |meaning: Meaning| all(meaning).next();
    let several = |meaning: Meaning| -> Vec<String> {
        let parts =
            all(meaning).flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        parts.map(|part| part.trim_matches([',', ';']).to_owned()).filter(|part| !part.is_empty()).collect()
    };
    let rest = values.iter().filter(|(_, meaning, _)| meaning.is_none());
    Some(Component {
        name: one(Meaning::Title)?,
        group: one(Meaning::Group),
        version: one(Meaning::Version),
        supplier: one(Meaning::Manufacturer),
        description: one(Meaning::Purpose),
        purls: several(Meaning::PackageUrl),
        cpes: several(Meaning::Cpe),
        swid: one(Meaning::Swid),
        licences: all(Meaning::Licence).collect(),
        addresses: several(Meaning::Address),
        more: rest
            .map(|(name, _, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        reference: place.clone(),
        place,
        ..Component::default()
    })
}
