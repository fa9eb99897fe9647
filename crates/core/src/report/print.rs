//! Prepares the packet model for the templates: the same data, cleaned, with column widths and page headers decided.
//!
//! Belongs here: everything that would be slow or unsafe to decide inside a template. Does not belong here: the look.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::ReportError;
use super::block::{Block, Cell, Column};
use super::book::Book;
use super::fonts::Fonts;
use super::letter::Letter;
use super::list::ListPrint;
use super::model::{Packet, Section};
use super::one_line;
use super::split;
use super::text::{BREAK, Cleaner, Room};
use super::widths::{self, TABLE_SIZE, TEXT_WIDTH};
use crate::domain::text::shortened;

const BODY_SIZE: f32 = 9.0;
/// A row of cells no longer than this (in characters) is not split across pages.
const KEEP_TOGETHER: usize = 300;
/// Longest label and value (in characters) of a field that shares its row with another.
const SHORT_FIELD: (usize, usize) = (44, 30);
/// A longer contents list names only the chapters; the PDF's bookmarks name all sections.
const CONTENTS_ENTRIES: usize = 70;
/// Longest record number in the page header, in characters.
const RECORD_LENGTH: usize = 20;
/// Headings of deeper levels look the same.
const DEEPEST: u64 = 4;

/// The data for the templates.
pub(super) struct PrintData {
    pub(super) json: Vec<u8>,
    pub(super) warnings: Vec<String>,
}

/// Prepares a packet for print.
///
/// # Errors
/// [`ReportError::Data`] if the packet cannot be serialised.
pub(super) fn prepare(
    packet: &Packet,
    names: &[Option<String>],
    fonts: &Fonts,
    unprintable: &BTreeSet<char>,
) -> Result<PrintData, ReportError> {
    let mut value = serde_json::to_value(packet)?;
    let mut printer =
        Printer { cleaner: Cleaner::new(fonts, unprintable), wide: false, warnings: Vec::new() };
    if let Some(root) = value.as_object_mut() {
        printer.packet(root, (&packet.sections, names));
        root.insert("fonts".to_owned(), json!({ "body": fonts.body(), "mono": fonts.mono() }));
    }
    let mut warnings = printer.cleaner.warnings();
    warnings.append(&mut printer.warnings);
    Ok(PrintData { json: serde_json::to_vec(&value)?, warnings })
}

/// Prepares a letter for print.
///
/// # Errors
/// [`ReportError::Data`] if the letter cannot be serialised.
pub(super) fn prepare_letter(
    letter: &Letter,
    fonts: &Fonts,
    unprintable: &BTreeSet<char>,
) -> Result<PrintData, ReportError> {
    let mut value = serde_json::to_value(letter)?;
    let mut printer =
        Printer { cleaner: Cleaner::new(fonts, unprintable), wide: false, warnings: Vec::new() };
    if let Some(root) = value.as_object_mut() {
        printer.cleaner.enter(format!("letter {}", letter.reference));
        let mut running = json!({ "title": letter.subject, "author": letter.manufacturer });
        printer.all(&mut running, UNBROKEN);
        for (key, value) in root.iter_mut() {
            let room =
                if matches!(key.as_str(), "copies" | "address" | "signatures") { NARROW } else { PARAGRAPH };
            printer.all(value, room);
        }
        root.insert("running".to_owned(), running);
        root.insert("fonts".to_owned(), json!({ "body": fonts.body(), "mono": fonts.mono() }));
    }
    Ok(PrintData { json: serde_json::to_vec(&value)?, warnings: printer.cleaner.warnings() })
}

/// Prepares a book for print.
///
/// # Errors
/// [`ReportError::Data`] if the book cannot be serialised.
pub(super) fn prepare_book(
    book: &Book,
    fonts: &Fonts,
    unprintable: &BTreeSet<char>,
) -> Result<PrintData, ReportError> {
    let mut value = serde_json::to_value(book)?;
    let mut printer =
        Printer { cleaner: Cleaner::new(fonts, unprintable), wide: false, warnings: Vec::new() };
    if let Some(root) = value.as_object_mut() {
        let mut sections = root.remove("sections").unwrap_or_default();
        printer.cleaner.enter("the first page".to_owned());
        let mut running = json!({ "title": book.title, "author": book.program });
        printer.all(&mut running, UNBROKEN);
        for (key, value) in root.iter_mut() {
            let room = if key == "title" { HEADING } else { Room { width: 300.0, size: BODY_SIZE } };
            printer.all(value, room);
        }
        if let Some(list) = sections.as_array_mut() {
            anchor(list);
            printer.sections(list, &book.sections);
        }
        root.insert("sections".to_owned(), sections);
        root.insert("running".to_owned(), running);
        root.insert("fonts".to_owned(), json!({ "body": fonts.body(), "mono": fonts.mono() }));
    }
    let mut warnings = printer.cleaner.warnings();
    warnings.append(&mut printer.warnings);
    Ok(PrintData { json: serde_json::to_vec(&value)?, warnings })
}

/// Prepares a list for print.
///
/// # Errors
/// [`ReportError::Data`] if the list cannot be serialised.
pub(super) fn prepare_list(
    list: &ListPrint,
    fonts: &Fonts,
    unprintable: &BTreeSet<char>,
) -> Result<PrintData, ReportError> {
    let mut value = serde_json::to_value(list)?;
    let mut printer =
        Printer { cleaner: Cleaner::new(fonts, unprintable), wide: false, warnings: Vec::new() };
    if let Some(root) = value.as_object_mut() {
        printer.cleaner.enter(format!("the list “{}”", shortened(&list.title, 60)));
        let mut blocks = root.remove("blocks").unwrap_or_default();
        let mut running = json!({
            "product": shortened(&list.product, 48),
            "title": shortened(&list.title, 60),
            "author": shortened(&list.manufacturer, 200),
            "printed": shortened(&list.printed, 80),
            "head": shortened(&list.head, 26),
            "program": shortened(&list.program, 28),
        });
        printer.all(&mut running, UNBROKEN);
        for (key, value) in root.iter_mut() {
            printer.all(value, if key == "title" { HEADING } else { LIST_FACT });
        }
        if let Some(made) = blocks.as_array_mut() {
            *made = printer.blocks(std::mem::take(made), &list.blocks);
        }
        root.insert("blocks".to_owned(), blocks);
        root.insert("running".to_owned(), running);
        root.insert("fonts".to_owned(), json!({ "body": fonts.body(), "mono": fonts.mono() }));
    }
    let mut warnings = printer.cleaner.warnings();
    warnings.append(&mut printer.warnings);
    Ok(PrintData { json: serde_json::to_vec(&value)?, warnings })
}

struct Printer<'a> {
    cleaner: Cleaner<'a>,
    /// Whether a text since the last reset got break points, and so is no longer a plain string.
    wide: bool,
    warnings: Vec<String>,
}

const PARAGRAPH: Room = Room { width: TEXT_WIDTH - 16.0, size: BODY_SIZE };
/// Half the width of a letter, for addresses.
const NARROW: Room = Room { width: 140.0, size: BODY_SIZE };
const UNBROKEN: Room = Room { width: f32::INFINITY, size: BODY_SIZE };
/// What stands above a list, beside its label.
const LIST_FACT: Room = Room { width: TEXT_WIDTH - 96.0, size: BODY_SIZE };
/// The commands of a check.
const CODE: Room = Room { width: TEXT_WIDTH, size: 7.5 };
const HEADING: Room = Room { width: TEXT_WIDTH - 40.0, size: 22.0 };

impl Printer<'_> {
    /// `content` is what the sections of `root` were made of.
    fn packet(&mut self, root: &mut Map<String, Value>, (content, names): (&[Section], &[Option<String>])) {
        let mut sections = root.remove("sections").unwrap_or_default();
        let mut annex = root.remove("annex").unwrap_or_default();
        self.cleaner.enter("the cover".to_owned());
        let short = |root: &Map<String, Value>, key: &str, limit| {
            shortened(root.get(key).and_then(Value::as_str).unwrap_or_default(), limit)
        };
        // As `mainstay verify --head` takes it: the number of the event and the first 16 digits of its digest.
        let head = format!(
            "{}:{}",
            root.get("chain_head_seq").and_then(Value::as_u64).unwrap_or_default(),
            short(root, "chain_head_digest", 17).trim_end_matches('…')
        );
        let volume = |key: &str| root.get("volume").and_then(|volume| volume[key].as_u64());
        let volume = volume("number").zip(volume("of"));
        let volume = volume.map_or_else(String::new, |(number, of)| format!(", volume {number} of {of}"));
        let mut running = json!({
            "product": short(root, "product", 48),
            "number": short(root, "packet_number", 24) + &volume,
            "program": short(root, "program_version", 28),
            "head": head,
            "title": short(root, "title", 200),
            "author": short(root, "manufacturer", 200),
            "marking": short(root, "marking", 24),
        });
        self.all(&mut running, UNBROKEN);
        for (key, value) in root.iter_mut() {
            let room = match key.as_str() {
                "title" => HEADING,
                "checks" => CODE,
                _ => Room { width: 300.0, size: BODY_SIZE },
            };
            self.all(value, room);
        }
        root.insert("running".to_owned(), running);
        if let Some(list) = sections.as_array_mut() {
            anchor(list);
            let by_chapter = root.get("contents_by_chapter") == Some(&json!(true));
            root.insert("contents_depth".to_owned(), json!(contents_depth(list, by_chapter)));
            self.sections(list, content);
        }
        self.cleaner.enter("the annex".to_owned());
        if let Some(list) = annex.as_array_mut() {
            for (entry, name) in list.iter_mut().zip(names) {
                self.all(&mut entry["sha256"], Room { width: 300.0, size: 7.0 });
                self.all(&mut entry["description"], Room { width: 260.0, size: TABLE_SIZE });
                self.all(&mut entry["file_name"], Room { width: 130.0, size: TABLE_SIZE });
                self.all(&mut entry["media_type"], Room { width: 60.0, size: TABLE_SIZE });
                entry["attached_as"] = json!(
                    name.as_deref()
                        .map(|name| self.cleaner.clean(name, Room { width: 60.0, size: TABLE_SIZE }))
                );
            }
        }
        root.insert("sections".to_owned(), sections);
        root.insert("annex".to_owned(), annex);
    }

    fn sections(&mut self, sections: &mut [Value], content: &[Section]) {
        let new_pages = split::page_starts(content);
        let mut previous = 0;
        let mut holder: Option<(u64, Value)> = None;
        let levels: Vec<u64> =
            sections.iter().map(|section| section["level"].as_u64().unwrap_or(1)).collect();
        for (index, (section, content)) in sections.iter_mut().zip(content).enumerate() {
            let level = levels[index].clamp(1, DEEPEST).min(previous + 1);
            previous = level;
            let title = section["title"].as_str().unwrap_or_default();
            let number = section["number"].as_str().unwrap_or_default();
            let heading = format!("{number} {}", shortened(title, 60));
            self.cleaner.enter(format!("section {}", heading.trim()));
            let record = section["record_id"].as_str().map(|record| shortened(record, RECORD_LENGTH));
            for key in ["number", "title", "clause", "record_id"] {
                self.all(&mut section[key], HEADING);
            }
            section["level"] = json!(level);
            section["new_page"] = json!(content.new_page || new_pages.contains(&index));
            if holder.as_ref().is_some_and(|(held_from, _)| level <= *held_from) {
                holder = None;
            }
            if let Some(record) = record {
                let mut record = Value::String(record);
                self.all(&mut record, UNBROKEN);
                holder = Some((level, record));
            }
            section["running"] = holder.as_ref().map_or(Value::Null, |(_, record)| record.clone());
            let has_children = levels.get(index + 1).is_some_and(|next| *next > levels[index]);
            if let Some(blocks) = section["blocks"].as_array_mut() {
                *blocks = self.blocks(std::mem::take(blocks), &content.blocks);
                if blocks.is_empty() && !has_children {
                    blocks.push(json!({ "kind": "empty" }));
                }
            }
        }
    }

    /// Prepared blocks; the rest of a long table is a block of its own.
    fn blocks(&mut self, blocks: Vec<Value>, content: &[Block]) -> Vec<Value> {
        let mut printed = Vec::with_capacity(blocks.len());
        for (mut block, content) in blocks.into_iter().zip(content) {
            self.block(&mut block, content);
            let rests = rests(&mut block, content);
            printed.push(block);
            printed.extend(rests);
        }
        printed
    }

    fn block(&mut self, block: &mut Value, content: &Block) {
        self.wide = false;
        match content {
            Block::Table { columns, rows, .. } => self.table(block, (columns, rows)),
            Block::Fields { .. } => self.fields(block),
            Block::Figures { .. } => self.all(block, Room { width: 100.0, size: 16.0 }),
            Block::Trace { .. } | Block::Signatures { .. } => {
                self.all(block, Room { width: 84.0, size: TABLE_SIZE });
            }
            Block::History { .. } => {
                let longest = block["rows"].as_array().into_iter().flatten().map(length_of).max();
                self.all(block, Room { width: 70.0, size: TABLE_SIZE });
                block["keep"] = json!(longest.unwrap_or(0) <= 3 * KEEP_TOGETHER);
            }
            Block::Paragraph { .. }
            | Block::Note { .. }
            | Block::List { .. }
            | Block::OrderCheck { .. }
            | Block::Empty { .. } => self.all(block, PARAGRAPH),
        }
        if self.wide {
            block["wide"] = json!(true);
        }
    }

    fn fields(&mut self, block: &mut Value) {
        for field in block["fields"].as_array_mut().into_iter().flatten() {
            let short = is_short(field);
            self.all(&mut field["label"], Room { width: 98.0, size: TABLE_SIZE });
            let width = if short { 126.0 } else { 367.0 };
            for key in ["value", "amended"] {
                if let Some(text) = field.get_mut(key) {
                    self.all(text, Room { width, size: TABLE_SIZE });
                }
            }
            if short {
                field["short"] = json!(true);
            }
        }
    }

    fn table(&mut self, block: &mut Value, (columns, rows): (&[Column], &[Vec<Cell>])) {
        let widths = widths::of(columns, rows);
        let room = |column: usize| Room {
            width: widths.get(column).copied().unwrap_or(TEXT_WIDTH),
            size: TABLE_SIZE,
        };
        self.all(&mut block["caption"], PARAGRAPH);
        for (index, column) in block["columns"].as_array_mut().into_iter().flatten().enumerate() {
            self.all(&mut column["title"], room(index));
        }
        let mut one_line = Vec::new();
        let mut longest = 0;
        let mut cut = false;
        for row in block["rows"].as_array_mut().into_iter().flatten() {
            let Some(cells) = row.as_array_mut() else { continue };
            cut |= cells.len() > widths.len();
            cells.resize(widths.len(), json!(""));
            for (index, cell) in cells.iter_mut().enumerate() {
                let length = cell.as_str().map_or(0, str::len);
                longest = longest.max((length as f32 * 120.0 / room(index).width.max(1.0)) as usize);
                self.all(cell, room(index));
            }
            let mut cells = cells.iter().zip(columns).zip(&widths);
            one_line.push(cells.all(|((cell, column), width)| one_line::fits(cell, column.mono, *width)));
        }
        if cut {
            let title = block["caption"].as_str().unwrap_or("without a caption");
            self.warnings
                .push(format!("A table row has more cells than columns; the rest is not printed: {title}."));
        }
        block["tracks"] = json!(widths);
        block["one_line"] = json!(one_line);
        block["keep"] = json!(longest <= KEEP_TOGETHER);
    }

    fn all(&mut self, value: &mut Value, room: Room) {
        match value {
            Value::String(text) => {
                let text = self.cleaner.clean(text, room);
                *value = if room.width.is_infinite() {
                    Value::String(text.replace(BREAK, ""))
                } else if text.contains(BREAK) {
                    self.wide = true;
                    json!({ "pieces": text.split(BREAK).collect::<Vec<_>>() })
                } else {
                    Value::String(text)
                };
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.all(item, room)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.all(field, room)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// The rest of a long table, as tables that begin on a new page.
fn rests(block: &mut Value, content: &Block) -> Vec<Value> {
    let Block::Table { rows, .. } = content else { return Vec::new() };
    let widths = block["tracks"].as_array().into_iter().flatten().filter_map(Value::as_f64);
    let widths: Vec<f32> = widths.map(|width| width as f32).collect();
    let mut rests: Vec<Value> = Vec::new();
    for start in split::row_starts(rows, &widths).into_iter().rev() {
        let mut rest = json!({ "kind": "table", "new_page": true, "caption": null });
        for key in ["columns", "tracks", "keep", "wide"] {
            if let Some(same) = block.get(key) {
                rest[key] = same.clone();
            }
        }
        for key in ["rows", "one_line"] {
            if let Some(of_rows) = block[key].as_array_mut().filter(|of_rows| start < of_rows.len()) {
                rest[key] = of_rows.split_off(start).into();
            }
        }
        rests.push(rest);
    }
    rests.reverse();
    rests
}

/// Marks the sections whose page is printed somewhere.
fn anchor(sections: &mut [Value]) {
    let blocks = sections.iter().filter_map(|section| section["blocks"].as_array()).flatten();
    let cells = blocks.filter_map(|block| block["rows"].as_array()).flatten();
    let cells = cells.filter_map(Value::as_array).flatten();
    let named: BTreeSet<String> =
        cells.filter_map(|cell| Some(cell.get("page_of")?.as_str()?.to_owned())).collect();
    for section in sections {
        if section["number"].as_str().is_some_and(|number| named.contains(number)) {
            section["anchor"] = json!(format!("section-{}", section["number"].as_str().unwrap_or_default()));
        }
    }
}

/// Whether a field can share its row: a short label and a short value of one line without a remark.
fn is_short(field: &Value) -> bool {
    let text = |key: &str| field[key].as_str().unwrap_or_default();
    let (label, value) = (text("label"), text("value"));
    label.chars().count() <= SHORT_FIELD.0
        && value.chars().count() <= SHORT_FIELD.1
        && !value.contains('\n')
        && field["amended"].is_null()
        && field["mono"] != json!(true)
}

/// Levels of the list of contents: chapters with their sections where that is a list that a person reads, else the chapters alone.
fn contents_depth(sections: &[Value], by_chapter: bool) -> u8 {
    let entries = sections.iter().filter(|section| section["level"].as_u64().unwrap_or(1) <= 2).count();
    if by_chapter || entries > CONTENTS_ENTRIES { 1 } else { 2 }
}

/// Length of all texts in a value, in bytes; each list entry adds one line.
fn length_of(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| 40 + length_of(item)).sum(),
        Value::Object(fields) => fields.values().map(length_of).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_field_of_one_line_without_a_remark_shares_its_row() {
        let short = |field: Value| is_short(&field);
        assert!(short(json!({ "label": "Outcome", "value": "Pass" })));
        assert!(short(json!({ "label": "Device name", "value": "" })));
        assert!(!short(
            json!({ "label": "Results", "value": "All as expected; refused with a line in the log" })
        ));
        assert!(!short(json!({ "label": "Items", "value": "a\nb" })));
        assert!(!short(json!({ "label": "Commits", "value": "9c2e7a1", "mono": true })));
        assert!(!short(
            json!({ "label": "Outcome", "value": "Pass", "amended": "amended after it was signed" })
        ));
    }

    #[test]
    fn the_contents_of_a_sample_and_of_a_long_packet_name_the_chapters_only() {
        let sections = |count| vec![json!({"level": 2}); count];
        assert_eq!(contents_depth(&sections(CONTENTS_ENTRIES), false), 2);
        assert_eq!(contents_depth(&sections(CONTENTS_ENTRIES + 1), false), 1);
        assert_eq!(contents_depth(&sections(3), true), 1);
    }

    #[test]
    fn a_long_text_is_cut_visibly() {
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("abcd", 4), "abcd");
    }
}
