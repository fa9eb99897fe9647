//! `OpenDocument` texts and spreadsheets (.odt, .ods, ISO/IEC 26300): headings, paragraphs, tables.
//!
//! Deleted text, comments and generated indexes are not text of the document.

use mainstay_base::document::{Document, Row, Table, one_line};
use mainstay_base::note::Unreadable;
use mainstay_base::xml::Node;

use super::office::{Members, attribute, outermost, parsed, repeated};
use super::{Budget, bounded};

/// Parts that are taken as a whole. Those that are no text of the document are taken too, and left out.
const PARTS: [&str; 9] = [
    "h",
    "p",
    "table",
    "tracked-changes",
    "table-of-content",
    "alphabetical-index",
    "illustration-index",
    "forms",
    "calculation-settings",
];

pub(super) fn read(members: &Members) -> Result<Document, Unreadable> {
    let parsed = parsed(members.get("content.xml").map_or("", String::as_str), "content.xml")?;
    let encrypted =
        || Unreadable::at("content.xml", "it has no body; if it has a password, save it without one");
    let body = parsed.descendants().find(|node| node.tag_name().name() == "body").ok_or_else(encrypted)?;
    let sheets = body.children().any(|node| node.tag_name().name() == "spreadsheet");
    let format = if sheets { "OpenDocument spreadsheet" } else { "OpenDocument text" };
    let mut document = Document { format: format.to_owned(), ..Document::default() };
    let (mut paragraphs, mut tables, mut budget) = (0_usize, 0_usize, Budget::new());
    for node in outermost(body, &PARTS) {
        match node.tag_name().name() {
            "h" => {
                paragraphs += 1;
                let level = repeated(node, "outline-level", 9) as u8;
                document.heading(&words(node), level, format!("paragraph {paragraphs}"));
            }
            "p" => {
                paragraphs += 1;
                document.passage(&words(node), &format!("paragraph {paragraphs}"));
            }
            "table" => {
                tables += 1;
                let name = attribute(node, "name").unwrap_or_default();
                let place = if sheets { format!("sheet “{name}”") } else { format!("table {tables}") };
                if sheets {
                    document.heading(name, 1, place.clone());
                }
                document.table(table(node, &place, &mut budget)?);
            }
            _ => {}
        }
    }
    Ok(document)
}

fn words(node: Node<'_, '_>) -> String {
    let mut text = String::new();
    let mut after = 0;
    for part in node.descendants() {
        if part.range().start < after {
            continue;
        }
        if part.is_text() {
            text.push_str(part.text().unwrap_or_default());
            continue;
        }
        match part.tag_name().name() {
            "annotation" | "tracked-changes" => after = part.range().end,
            "s" | "tab" | "line-break" | "p" | "h" => text.push(' '),
            _ => {}
        }
    }
    text
}

/// A table. What is repeated is repeated only where something stands in it.
fn table(node: Node<'_, '_>, place: &str, budget: &mut Budget) -> Result<Table, Unreadable> {
    let mut rows: Vec<Row> = Vec::new();
    let mut number = 0_u64;
    for line in outermost(node, &["table-row"]) {
        let runs = runs(line);
        let times = repeated(line, "number-rows-repeated", usize::MAX >> 1);
        let count = if runs.is_empty() { 0 } else { times };
        let columns = runs.iter().fold(0_usize, |sum, (_, times)| sum.saturating_add(*times));
        bounded(rows.len().saturating_add(count), columns, place)?;
        let bytes = runs
            .iter()
            .fold(0_usize, |sum, (text, times)| sum.saturating_add(text.len().saturating_mul(*times)));
        budget.take(columns.saturating_mul(count), bytes.saturating_mul(count), place)?;
        let cells: Vec<String> =
            runs.iter().flat_map(|(text, times)| std::iter::repeat_n(text.clone(), *times)).collect();
        for index in 0..count {
            rows.push(Row { number: number.saturating_add(index as u64 + 1), cells: cells.clone() });
        }
        number = number.saturating_add(times as u64);
    }
    Ok(Table { place: place.to_owned(), rows })
}

/// The cells of a row with how often each is repeated, up to the last one that has text.
fn runs(line: Node<'_, '_>) -> Vec<(String, usize)> {
    let cells = outermost(line, &["table-cell", "covered-table-cell"]);
    let mut runs: Vec<(String, usize)> = cells
        .map(|cell| (one_line(&words(cell)), repeated(cell, "number-columns-repeated", usize::MAX >> 1)))
        .collect();
    while runs.last().is_some_and(|(text, _)| text.is_empty()) {
        runs.pop();
    }
    runs
}
