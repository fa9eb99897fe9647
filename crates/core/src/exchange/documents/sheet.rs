//! Excel workbooks (.xlsx, ECMA-376): each sheet is a section with one table.
//!
//! A formula gives the value that was stored with it; nothing is computed. Merged cells all say what the first of them says.

use std::collections::BTreeMap;

use mainstay_base::document::{Document, Row, Table, one_line};
use mainstay_base::note::Unreadable;
use mainstay_base::xml::Node;

use super::office::{Members, attribute, child, outermost, parsed};
use super::{Budget, bounded};

/// Most notes on single cells.
const NOTES_MAX: usize = 20;

pub(super) fn read(members: &Members) -> Result<Document, Unreadable> {
    let shared = shared(members)?;
    let mut document = Document { format: "Excel workbook".to_owned(), ..Document::default() };
    let mut budget = Budget::new();
    for (name, member) in sheets(members)? {
        let place = format!("sheet “{name}”");
        let Some(text) = members.get(&member) else {
            document.notes.push(format!("The sheet “{name}” is not in the workbook; save it again."));
            continue;
        };
        let parsed = parsed(text, &member)?;
        let mut sheet =
            Sheet { place: &place, shared: &shared, budget: &mut budget, notes: &mut document.notes };
        let rows = sheet.rows(parsed.root())?;
        document.heading(&name, 1, place.clone());
        document.table(Table { place, rows });
    }
    Ok(document)
}

/// The names of the sheets and the members that hold them.
fn sheets(members: &Members) -> Result<Vec<(String, String)>, Unreadable> {
    let book = parsed(members.get("xl/workbook.xml").map_or("", String::as_str), "xl/workbook.xml")?;
    let mut targets = BTreeMap::new();
    if let Some(text) = members.get("xl/_rels/workbook.xml.rels") {
        let relations = parsed(text, "xl/_rels/workbook.xml.rels")?;
        for one in outermost(relations.root(), &["Relationship"]) {
            if let (Some(id), Some(target)) = (attribute(one, "Id"), attribute(one, "Target")) {
                let target = target.trim_start_matches('/');
                let whole =
                    if target.starts_with("xl/") { target.to_owned() } else { format!("xl/{target}") };
                targets.insert(id.to_owned(), whole);
            }
        }
    }
    let found = outermost(book.root(), &["sheet"]).enumerate().map(|(index, sheet)| {
        let own = sheet.attributes().find(|one| one.name() == "id" && one.namespace().is_some());
        let target = own.and_then(|one| targets.get(one.value()).cloned());
        let name = one_line(attribute(sheet, "name").unwrap_or_default());
        (name, target.unwrap_or_else(|| format!("xl/worksheets/sheet{}.xml", index + 1)))
    });
    Ok(found.collect())
}

/// The texts that cells share.
fn shared(members: &Members) -> Result<Vec<String>, Unreadable> {
    let Some(text) = members.get("xl/sharedStrings.xml") else { return Ok(Vec::new()) };
    let parsed = parsed(text, "xl/sharedStrings.xml")?;
    Ok(outermost(parsed.root(), &["si"]).map(words).collect())
}

fn words(node: Node<'_, '_>) -> String {
    // Phonetic runs repeat the text in another script.
    let parts = outermost(node, &["t", "rPh"]).filter(|part| part.tag_name().name() == "t");
    one_line(&parts.filter_map(|part| part.text()).collect::<String>())
}

/// Reads one sheet.
struct Sheet<'a> {
    place: &'a str,
    shared: &'a [String],
    budget: &'a mut Budget,
    notes: &'a mut Vec<String>,
}

impl Sheet<'_> {
    fn rows(&mut self, root: Node<'_, '_>) -> Result<Vec<Row>, Unreadable> {
        let mut rows: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let mut next: usize = 1;
        for line in outermost(root, &["row"]) {
            let number = attribute(line, "r").and_then(|text| text.parse().ok()).unwrap_or(next);
            next = number.saturating_add(1);
            let cells = self.cells(line)?;
            if !cells.is_empty() {
                bounded(rows.len(), cells.len(), self.place)?;
                rows.insert(number, cells);
            }
        }
        for merged in outermost(root, &["mergeCell"]) {
            self.fill(attribute(merged, "ref").unwrap_or_default(), &mut rows)?;
        }
        Ok(rows.into_iter().map(|(number, cells)| Row { number: number as u64, cells }).collect())
    }

    fn cells(&mut self, line: Node<'_, '_>) -> Result<Vec<String>, Unreadable> {
        let mut cells: Vec<String> = Vec::new();
        for cell in outermost(line, &["c"]) {
            let name = attribute(cell, "r").unwrap_or_default();
            let column = reference(name).map_or(cells.len(), |(column, _)| column);
            let text = self.value(cell, name);
            if text.is_empty() {
                continue;
            }
            bounded(0, column + 1, self.place)?;
            let grown = (column + 1).saturating_sub(cells.len());
            self.budget.take(grown, text.len(), self.place)?;
            cells.resize(cells.len().max(column + 1), String::new());
            if let Some(place) = cells.get_mut(column) {
                *place = text;
            }
        }
        Ok(cells)
    }

    fn value(&mut self, cell: Node<'_, '_>, name: &str) -> String {
        let child = |wanted: &str| child(cell, wanted);
        let stored = child("v").and_then(|node| node.text()).unwrap_or_default();
        if child("f").is_some() && stored.is_empty() {
            self.note(format!(
                "Cell {name} of {} is a formula without a stored value; open the workbook, compute and save it.",
                self.place
            ));
        }
        match attribute(cell, "t") {
            Some("s") => {
                let index: Option<usize> = stored.trim().parse().ok();
                index.and_then(|index| self.shared.get(index)).cloned().unwrap_or_default()
            }
            Some("inlineStr") => child("is").map(words).unwrap_or_default(),
            Some("e") => {
                self.note(format!("Cell {name} of {} is an error ({stored}); mend its formula.", self.place));
                String::new()
            }
            _ => one_line(stored),
        }
    }

    fn note(&mut self, text: String) {
        if self.notes.len() < NOTES_MAX {
            self.notes.push(text);
        }
    }

    /// Gives all cells of a merged range the text of its first one.
    fn fill(&mut self, range: &str, rows: &mut BTreeMap<usize, Vec<String>>) -> Result<(), Unreadable> {
        let ends = range.split_once(':').and_then(|(from, to)| Some((reference(from)?, reference(to)?)));
        let Some(((left, top), (right, bottom))) = ends else { return Ok(()) };
        let text = rows.get(&top).and_then(|cells| cells.get(left)).cloned().unwrap_or_default();
        if text.is_empty() || right < left || bottom < top {
            return Ok(());
        }
        let width = right - left + 1;
        // Rows without any text stay out: a merged column of a whole sheet has a million of them.
        for (_, cells) in rows.range_mut(top..=bottom) {
            bounded(0, right.saturating_add(1), self.place)?;
            self.budget.take(width, text.len().saturating_mul(width), self.place)?;
            cells.resize(cells.len().max(right + 1), String::new());
            for cell in cells.iter_mut().skip(left).take(width) {
                cell.clone_from(&text);
            }
        }
        Ok(())
    }
}

/// Column from 0 and row from 1 of a reference such as `B3`.
fn reference(name: &str) -> Option<(usize, usize)> {
    let letters = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let (column, row) = name.split_at_checked(letters)?;
    if column.is_empty() || column.len() > 3 {
        return None;
    }
    let number = column.bytes().fold(0_usize, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    let row: usize = row.parse().ok()?;
    ((1..=1_048_576).contains(&row) && number <= 16_384).then_some((number - 1, row))
}
