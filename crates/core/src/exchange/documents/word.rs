//! Word documents (.docx, ECMA-376): paragraphs, headings by style or outline level, tables.
//!
//! Deleted text, comments and generated tables of contents are not text of the document.

use std::collections::BTreeMap;

use mainstay_base::document::{Document, Row, Table, one_line};
use mainstay_base::note::Unreadable;
use mainstay_base::xml::Node;

use super::office::{Members, attribute, child, outermost, parsed};
use super::{Budget, COLUMNS_MAX, bounded};

/// Most characters of a bold line that counts as a heading.
const BOLD_HEADING_MAX: usize = 100;
/// Level of a heading that is only a bold line.
const BOLD_LEVEL: u8 = 9;
/// How far a style may stand on others.
const STYLES_DEEP: usize = 12;

pub(super) fn read(members: &Members) -> Result<Document, Unreadable> {
    let name = "word/document.xml";
    let parsed = parsed(members.get(name).map_or("", String::as_str), name)?;
    let styles = styles(members)?;
    let mut document = Document { format: "Word document".to_owned(), ..Document::default() };
    let (mut paragraphs, mut tables, mut budget) = (0_usize, 0_usize, Budget::new());
    for node in outermost(parsed.root(), &["p", "tbl", "txbxContent"]) {
        if node.tag_name().name() == "tbl" {
            tables += 1;
            document.table(table(node, &format!("table {tables}"), &mut budget)?);
            continue;
        }
        paragraphs += 1;
        let place = format!("paragraph {paragraphs}");
        let text = words(node);
        if text.trim().is_empty() {
            continue;
        }
        match level(node, &styles, &text) {
            Level::Contents => {}
            Level::Heading(level) => document.heading(&text, level, place),
            Level::Text => document.passage(&text, &place),
        }
    }
    Ok(document)
}

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Heading(u8),
    Text,
    /// A line of a table of contents.
    Contents,
}

/// What the styles of a document mean, by their identifier.
type Styles = BTreeMap<String, Level>;

fn styles(members: &Members) -> Result<Styles, Unreadable> {
    let Some(text) = members.get("word/styles.xml") else { return Ok(Styles::new()) };
    let parsed = parsed(text, "word/styles.xml")?;
    let mut own: BTreeMap<String, (Option<Level>, String)> = BTreeMap::new();
    for style in outermost(parsed.root(), &["style"]) {
        let value = |name: &str| {
            child(style, name).and_then(|node| attribute(node, "val")).unwrap_or_default().to_owned()
        };
        let by_name = of_name(&value("name"));
        let outline = style.descendants().find(|node| node.tag_name().name() == "outlineLvl");
        let by_outline = outline.and_then(outline_level);
        let id = attribute(style, "styleId").unwrap_or_default().to_owned();
        own.insert(id, (by_name.or(by_outline), value("basedOn")));
    }
    let level_of = |id: &String| {
        let mut id = id;
        for _ in 0..STYLES_DEEP {
            match own.get(id) {
                Some((Some(level), _)) => return Some(*level),
                Some((None, base)) => id = base,
                None => return None,
            }
        }
        None
    };
    Ok(own.keys().filter_map(|id| Some((id.clone(), level_of(id)?))).collect())
}

/// What a style is by its name, which is English in every language of the program.
fn of_name(name: &str) -> Option<Level> {
    let name = name.to_lowercase();
    if name.starts_with("toc") {
        return Some(Level::Contents);
    }
    if name == "title" {
        return Some(Level::Heading(1));
    }
    let level = name.strip_prefix("heading")?.trim().parse().ok()?;
    (1..=9).contains(&level).then_some(Level::Heading(level))
}

fn outline_level(node: Node<'_, '_>) -> Option<Level> {
    let level: u8 = attribute(node, "val")?.parse().ok()?;
    (level < 9).then(|| Level::Heading(level + 1))
}

fn level(paragraph: Node<'_, '_>, styles: &Styles, text: &str) -> Level {
    let properties = child(paragraph, "pPr");
    let of = |name: &str| properties.and_then(|all| child(all, name));
    if let Some(level) = of("outlineLvl").and_then(outline_level) {
        return level;
    }
    let style = of("pStyle").and_then(|node| attribute(node, "val")).unwrap_or_default();
    if let Some(level) = styles.get(style).copied().or_else(|| of_name(style)) {
        return level;
    }
    let short = text.chars().count() <= BOLD_HEADING_MAX && !text.trim_end().ends_with(['.', ':', ';', ',']);
    if short && of("numPr").is_none() && is_bold(paragraph) {
        Level::Heading(BOLD_LEVEL)
    } else {
        Level::Text
    }
}

/// Whether every run with text is bold.
fn is_bold(paragraph: Node<'_, '_>) -> bool {
    let runs: Vec<Node<'_, '_>> =
        outermost(paragraph, &["r"]).filter(|run| !words(*run).trim().is_empty()).collect();
    let bold = |run: &Node<'_, '_>| {
        let mark = child(*run, "rPr").and_then(|all| child(all, "b"));
        mark.is_some_and(|mark| !matches!(attribute(mark, "val"), Some("0" | "false" | "off")))
    };
    !runs.is_empty() && runs.iter().all(bold)
}

/// The text of a node: what a reader sees once, without what was deleted.
fn words(node: Node<'_, '_>) -> String {
    let mut text = String::new();
    let mut after = 0;
    for part in node.descendants().filter(|part| part.is_element()) {
        if part.range().start < after {
            continue;
        }
        match part.tag_name().name() {
            // The fallback repeats what the choice before it says.
            "Fallback" | "del" | "moveFrom" => after = part.range().end,
            "t" => text.push_str(part.text().unwrap_or_default()),
            "tab" | "br" | "cr" | "p" => text.push(' '),
            "noBreakHyphen" => text.push('-'),
            _ => {}
        }
    }
    text
}

fn table(node: Node<'_, '_>, place: &str, budget: &mut Budget) -> Result<Table, Unreadable> {
    let mut rows: Vec<Row> = Vec::new();
    for (index, line) in outermost(node, &["tr"]).enumerate() {
        let mut cells: Vec<String> = Vec::new();
        for cell in outermost(line, &["tc"]) {
            let properties = child(cell, "tcPr");
            let of = |name: &str| properties.and_then(|all| child(all, name));
            let span: usize =
                of("gridSpan").and_then(|node| attribute(node, "val")?.parse().ok()).unwrap_or(1);
            // A cell that goes on from the one above says what that one says.
            let goes_on = of("vMerge").is_some_and(|node| attribute(node, "val") != Some("restart"));
            let above =
                if goes_on { rows.last().and_then(|row| row.cells.get(cells.len()).cloned()) } else { None };
            let text = above.unwrap_or_else(|| one_line(&words(cell)));
            let span = span.clamp(1, COLUMNS_MAX + 1);
            budget.take(span, text.len(), place)?;
            cells.push(text);
            cells.extend((1..span).map(|_| String::new()));
            bounded(index, cells.len(), place)?;
        }
        rows.push(Row { number: index as u64 + 1, cells });
    }
    Ok(Table { place: place.to_owned(), rows })
}
