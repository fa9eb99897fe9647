//! Where a long packet is cut into volumes.
//!
//! Belongs here: the estimate of how high everything is, the cuts, and the content between two cuts. Does not belong here: layout.
//!
//! The estimate counts characters and rows. It decides only how long a volume is, so that an error of a tenth does no harm; the same packet is
//! always cut at the same places.

use std::collections::{BTreeSet, HashMap};

use super::block::{Block, Cell};
use super::model::{Packet, Section};
use super::widths::{self, CHARACTER as TABLE_CHARACTER, TEXT_WIDTH};

/// Height of the text of a page, in points.
const PAGE: f32 = 724.0;
/// Height of a line in a table and in a paragraph, in points.
const TABLE_LINE: f32 = 9.4;
const BODY_LINE: f32 = 11.5;
/// What a row needs besides its lines, in points.
const ROW: f32 = 1.5;
const HEADING: f32 = 32.0;
/// Average width of a character in a paragraph, in points.
const BODY_CHARACTER: f32 = 4.7;
/// Characters of two columns of a table of fields, in points.
const FIELD_VALUE: f32 = 367.0;

/// How many pages one PDF may have, by estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// A packet of more pages is printed in volumes.
    pub longest: usize,
    /// Most pages of such a volume. Two of them are in memory at a time.
    pub volume: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { longest: 500, volume: 56 }
    }
}

/// A place in a packet: before a row of a block of a section.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cut {
    section: usize,
    block: usize,
    row: usize,
}

/// The volumes of a packet, each from a place to the next; empty if it is short enough for one PDF.
pub(super) fn cuts(sections: &[Section], sizes: Sizes) -> Vec<(Cut, Cut)> {
    let pages = |height: f32| (height / PAGE).ceil() as usize;
    let mut ruler = Ruler::default();
    ruler.measure(sections);
    let total = ruler.total;
    if pages(total) <= sizes.longest {
        return Vec::new();
    }
    let count = pages(total).div_ceil(sizes.volume.max(1));
    let mut ruler = Ruler { limit: total / count as f32 * 1.01, ..Ruler::default() };
    ruler.measure(sections);
    let end = Cut { section: sections.len(), ..Cut::default() };
    let starts = std::iter::once(Cut::default()).chain(ruler.cuts);
    let mut starts: Vec<Cut> = starts.collect();
    starts.dedup();
    let ends = starts.iter().skip(1).copied().chain([end]).collect::<Vec<_>>();
    starts.into_iter().zip(ends).collect()
}

/// The sections of a long packet that begin on a new page: each long chapter and the one after it, and in a chapter of many pages now and then a
/// record. What stands between two such pages is laid out side by side with the rest.
pub(super) fn page_starts(sections: &[Section]) -> BTreeSet<usize> {
    // The pages before each section, and of all.
    let mut ruler = Ruler::default();
    let mut before = vec![0.0];
    for section in sections {
        ruler.measure(std::slice::from_ref(section));
        before.push(ruler.total / PAGE);
    }
    let at = |place: usize| before.get(place).copied().unwrap_or_default();
    if at(sections.len()) < LONG_PACKET {
        return BTreeSet::new();
    }
    let mut starts = BTreeSet::new();
    let chapters = sections.iter().enumerate().filter(|(_, section)| section.level == 1);
    let chapters: Vec<usize> = chapters.map(|(at, _)| at).collect();
    let ends = chapters.iter().skip(1).copied().chain([sections.len()]);
    for (start, end) in chapters.iter().copied().zip(ends) {
        if at(end) - at(start) < LONG_CHAPTER {
            continue;
        }
        starts.extend([start, end]);
        let mut last = start;
        for place in start + 1..end {
            let is_record = sections.get(place).is_some_and(|section| section.level == 2);
            if is_record && at(place) - at(last) >= RUN && at(end) - at(place) >= LONG_CHAPTER {
                starts.insert(place);
                last = place;
            }
        }
    }
    starts
}

/// The rows of a long table that begin on a new page with its head, for the same reason. `widths` are those of its columns.
pub(super) fn row_starts(rows: &[Vec<Cell>], widths: &[f32]) -> Vec<usize> {
    let heights: Vec<f32> = rows.iter().map(|cells| row_height(cells, widths) / PAGE).collect();
    let mut left = heights.iter().sum::<f32>();
    let (mut starts, mut used) = (Vec::new(), 0.0);
    for (row, height) in heights.into_iter().enumerate() {
        if used >= RUN && left >= LONG_CHAPTER {
            starts.push(row);
            used = 0.0;
        }
        used += height;
        left -= height;
    }
    starts
}

/// Pages from which a packet and a chapter are long, and after which a record begins on a new page, by estimate.
const LONG_PACKET: f32 = 30.0;
const LONG_CHAPTER: f32 = 6.0;
const RUN: f32 = 30.0;

/// Adds up heights and cuts where the limit is passed.
struct Ruler {
    limit: f32,
    used: f32,
    total: f32,
    cuts: Vec<Cut>,
}

impl Default for Ruler {
    fn default() -> Self {
        Self { limit: f32::INFINITY, used: 0.0, total: 0.0, cuts: Vec::new() }
    }
}

impl Ruler {
    fn measure(&mut self, sections: &[Section]) {
        for (section, content) in sections.iter().enumerate() {
            // A heading is not alone at the end of a volume.
            let start = Cut { section: first_heading(sections, section), ..Cut::default() };
            self.add(HEADING, start);
            for (block, content) in content.blocks.iter().enumerate() {
                let before = |row| if block == 0 && row == 0 { start } else { Cut { section, block, row } };
                match content {
                    Block::Table { columns, rows, .. } => {
                        let widths = widths::of(columns, rows);
                        self.add(2.0 * TABLE_LINE, before(0));
                        for (row, cells) in rows.iter().enumerate() {
                            self.add(row_height(cells, &widths), before(row));
                        }
                    }
                    Block::History { rows } => {
                        self.add(2.0 * TABLE_LINE, before(0));
                        for (row, content) in rows.iter().enumerate() {
                            let texts = content.changes.iter().map(|change| {
                                lines(&change.before, 280.0, TABLE_CHARACTER)
                                    + lines(&change.after, 280.0, TABLE_CHARACTER)
                            });
                            let count =
                                1.0 + texts.sum::<f32>() + lines(&content.reason, 280.0, TABLE_CHARACTER);
                            self.add(count.max(2.0) * TABLE_LINE + ROW, before(row));
                        }
                    }
                    other => self.add(block_height(other), before(0)),
                }
            }
        }
    }

    fn add(&mut self, height: f32, before: Cut) {
        self.total += height;
        let last = self.cuts.last().copied().unwrap_or_default();
        if self.used + height > self.limit && before > last {
            self.cuts.push(before);
            self.used = 0.0;
        }
        self.used += height;
    }
}

/// The first of the headings directly above a section that have nothing else below them yet.
fn first_heading(sections: &[Section], mut at: usize) -> usize {
    while let Some(above) = at.checked_sub(1) {
        let (Some(upper), Some(lower)) = (sections.get(above), sections.get(at)) else { break };
        if !upper.blocks.is_empty() || upper.level >= lower.level {
            break;
        }
        at = above;
    }
    at
}

fn lines(text: &str, width: f32, character: f32) -> f32 {
    if text.is_empty() {
        return 0.0;
    }
    let most = (width / character).max(1.0);
    text.lines().map(|line| lines_of(line, most)).sum()
}

/// The lines into which a line breaks between its words if each has so many characters; a longer word breaks too.
fn lines_of(line: &str, most: f32) -> f32 {
    let mut lines = 1.0;
    let mut used = 0.0;
    for word in line.split(' ') {
        let length = word.chars().count() as f32;
        let gap = if used > 0.0 { 1.0 } else { 0.0 };
        if used + gap + length <= most {
            used += gap + length;
            continue;
        }
        lines += if used > 0.0 { 1.0 } else { 0.0 } + (length / most).ceil().max(1.0) - 1.0;
        used = length % most;
    }
    lines
}

fn row_height(cells: &[Cell], widths: &[f32]) -> f32 {
    let high = cells.iter().zip(widths).map(|(cell, width)| match cell {
        Cell::Text(text) => lines(text, *width, TABLE_CHARACTER),
        Cell::Page { .. } => 1.0,
        Cell::Mark(mark) => ((mark.word.chars().count() + 2) as f32 * TABLE_CHARACTER / width).ceil(),
    });
    high.fold(1.0, f32::max) * TABLE_LINE + ROW
}

fn block_height(block: &Block) -> f32 {
    match block {
        Block::Paragraph { text } | Block::Note { text, .. } => {
            lines(text, TEXT_WIDTH, BODY_CHARACTER) * BODY_LINE + 10.0
        }
        Block::List { items } => {
            let high = items.iter().map(|item| lines(item, TEXT_WIDTH, BODY_CHARACTER) * BODY_LINE + 3.0);
            high.sum::<f32>() + 10.0
        }
        Block::Figures { figures } => figures.len().div_ceil(4) as f32 * 48.0,
        Block::Fields { fields } => {
            let high = fields.iter().map(|field| {
                let short = field.label.chars().count() <= 44 && field.value.chars().count() <= 30;
                let count = lines(&field.value, FIELD_VALUE, TABLE_CHARACTER).max(1.0);
                (count * TABLE_LINE + ROW) * if short { 0.55 } else { 1.0 }
            });
            high.sum::<f32>() + 14.0
        }
        Block::Trace { steps, .. } => steps.len() as f32 * 2.0 * TABLE_LINE + 40.0,
        Block::Signatures { signatures } => signatures.len().div_ceil(3) as f32 * 70.0,
        Block::Empty { text } => {
            let text = text.as_deref().unwrap_or_default();
            lines(text, TEXT_WIDTH, TABLE_CHARACTER).max(1.0) * BODY_LINE + 14.0
        }
        Block::OrderCheck { .. } | Block::Table { .. } | Block::History { .. } => 24.0,
    }
}

/// What stands between two cuts. A section that began before says so, and so do the headings above the first one.
pub(super) fn between(sections: &[Section], (from, to): (Cut, Cut)) -> Vec<Section> {
    let mut taken = above(sections, from);
    let last = to.section.min(sections.len().saturating_sub(1));
    for (at, section) in sections.iter().enumerate().take(last + 1).skip(from.section) {
        let begins = at > from.section || (from.block, from.row) == (0, 0);
        let ends_before = at == to.section && (to.block, to.row) == (0, 0);
        if ends_before {
            break;
        }
        let blocks = section.blocks.iter().enumerate().filter_map(|(number, block)| {
            let place = |row| Cut { section: at, block: number, row };
            let first = if place(0) < from { from } else { place(0) };
            let here = |cut: Cut| cut.section == at && cut.block == number;
            if first.section != at || first.block != number || first >= to {
                return None;
            }
            Some(rows_of(block, first.row, here(to).then_some(to.row)))
        });
        let blocks: Vec<Block> = blocks.collect();
        let title = if begins { section.title.clone() } else { continued(&section.title) };
        let new_page = section.new_page && begins;
        taken.push(Section { title, new_page, blocks, ..without_blocks(section) });
    }
    taken
}

fn without_blocks(section: &Section) -> Section {
    Section {
        number: section.number.clone(),
        title: String::new(),
        clause: section.clause.clone(),
        level: section.level,
        record_id: section.record_id.clone(),
        new_page: false,
        blocks: Vec::new(),
    }
}

fn continued(title: &str) -> String {
    format!("{title} (continued)")
}

/// The headings under which the first section of a volume stands.
fn above(sections: &[Section], from: Cut) -> Vec<Section> {
    let mut level = sections.get(from.section).map_or(1, |section| section.level);
    let mut found = Vec::new();
    for section in sections.iter().take(from.section).rev() {
        if section.level < level {
            level = section.level;
            found.push(Section { title: continued(&section.title), ..without_blocks(section) });
        }
    }
    found.reverse();
    found
}

/// A block with its rows from one up to another; a block without rows is whole.
fn rows_of(block: &Block, from: usize, to: Option<usize>) -> Block {
    let range = |count: usize| from.min(count)..to.unwrap_or(count).min(count);
    match block {
        Block::Table { caption, columns, rows } => Block::Table {
            caption: caption
                .as_ref()
                .map(|caption| if from > 0 { continued(caption) } else { caption.clone() }),
            columns: columns.clone(),
            rows: rows.get(range(rows.len())).unwrap_or_default().to_vec(),
        },
        Block::History { rows } => {
            Block::History { rows: rows.get(range(rows.len())).unwrap_or_default().to_vec() }
        }
        other => other.clone(),
    }
}

/// The volume (from 0) of each entry of the annex: that of the section about its record, or else of the first row that begins with it; the last
/// one if there is neither.
pub(super) fn annex_volumes(packet: &Packet, cuts: &[(Cut, Cut)]) -> Vec<usize> {
    let mut rows: HashMap<&str, usize> = HashMap::new();
    let mut own: HashMap<&str, usize> = HashMap::new();
    let volume_of = |cut: Cut| cuts.iter().rposition(|(from, _)| *from <= cut).unwrap_or_default();
    for (at, section) in packet.sections.iter().enumerate() {
        if let Some(record) = &section.record_id {
            own.entry(record).or_insert_with(|| volume_of(Cut { section: at, ..Cut::default() }));
        }
        for (block, content) in section.blocks.iter().enumerate() {
            let Block::Table { rows: content, .. } = content else { continue };
            for (row, cells) in content.iter().enumerate() {
                if let Some(Cell::Text(text)) = cells.first() {
                    rows.entry(text).or_insert_with(|| volume_of(Cut { section: at, block, row }));
                }
            }
        }
    }
    let last = cuts.len().saturating_sub(1);
    let place = |record: &str| own.get(record).or_else(|| rows.get(record)).copied().unwrap_or(last);
    packet.annex.iter().map(|entry| entry.record_id.as_deref().map_or(last, place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::block::Column;
    use crate::report::model::AttachmentEntry;

    fn table(rows: usize, name: &str) -> Block {
        let rows = (0..rows).map(|row| vec![format!("{name}-{row:04}").into(), "Title".into()]);
        Block::table(vec![Column::id("Number"), Column::text("Title", 1)], rows.collect())
    }

    fn long() -> Vec<Section> {
        vec![
            Section::new(1, "1", "Log", vec![table(500, "FB")]),
            Section::new(1, "2", "Problems", vec![]),
            Section::new(2, "2.1", "PR-0001 First", vec![table(300, "PR"), Block::empty()])
                .with_record("PR-0001"),
            Section::new(2, "2.2", "PR-0002 Second", vec![Block::empty()]).with_record("PR-0002"),
        ]
    }

    fn rows_in(sections: &[Section]) -> Vec<String> {
        let blocks = sections.iter().flat_map(|section| &section.blocks);
        let rows = blocks.flat_map(|block| match block {
            Block::Table { rows, .. } => rows.clone(),
            _ => Vec::new(),
        });
        rows.map(|row| serde_json::to_string(&row[0]).unwrap()).collect()
    }

    #[test]
    fn a_long_chapter_of_a_long_packet_and_the_chapter_after_it_begin_on_a_new_page() {
        let chapter = |number: &str, rows| Section::new(1, number, "Log", vec![table(rows, "FB")]);
        let sections = |rows: [usize; 4]| -> Vec<Section> {
            (1..).zip(rows).map(|(number, rows)| chapter(&number.to_string(), rows)).collect()
        };
        assert_eq!(page_starts(&sections([10, 10, 3_000, 10])), BTreeSet::from([2, 3]));
        assert_eq!(page_starts(&sections([10, 10, 10, 3_000])), BTreeSet::from([3, 4]));
        assert_eq!(page_starts(&sections([10, 500, 10, 10])), BTreeSet::new(), "the packet is short");
        let mut below = sections([10, 10, 10, 10]);
        below
            .extend((0..2_000).map(|at| Section::new(2, format!("4.{at}"), "Record", vec![table(10, "PR")])));
        let starts: Vec<usize> = page_starts(&below).into_iter().collect();
        assert_eq!((starts[0], *starts.last().unwrap()), (3, below.len()), "with what is below it");
        let runs: Vec<usize> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(runs.len() > 5, "{runs:?}");
        assert!(runs.iter().all(|run| run * 2 > runs[0]), "none is short: {runs:?}");
    }

    #[test]
    fn a_long_table_begins_a_page_now_and_then_and_never_for_a_few_rows() {
        let starts = |rows| {
            let Block::Table { columns, rows, .. } = table(rows, "FB") else { panic!("no table") };
            row_starts(&rows, &widths::of(&columns, &rows))
        };
        assert!(starts(1_000).is_empty());
        let found = starts(10_000);
        assert!(found.len() > 2, "{found:?}");
        let runs: Vec<usize> = found.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(runs.iter().all(|run| run.abs_diff(found[0]) <= 1), "{found:?}");
        assert!(10_000 - found.last().unwrap() > found[0] / 6, "{found:?}");
        assert!(starts(found[0] + 10).is_empty(), "a rest of ten rows stays with the others");
    }

    #[test]
    fn a_packet_that_is_short_enough_is_not_cut() {
        assert!(cuts(&long(), Sizes::default()).is_empty());
        assert!(cuts(&[], Sizes { longest: 0, volume: 1 }).len() <= 1);
    }

    #[test]
    fn every_row_and_block_stands_in_exactly_one_volume_in_its_order() {
        let sections = long();
        for volume in 1..12 {
            let cuts = cuts(&sections, Sizes { longest: 1, volume });
            let volumes: Vec<Vec<Section>> = cuts.iter().map(|cut| between(&sections, *cut)).collect();
            assert!(volumes.len() > 1, "{volume}: {cuts:?}");
            let rows: Vec<String> = volumes.iter().flat_map(|sections| rows_in(sections)).collect();
            assert_eq!(rows, rows_in(&sections), "{volume}");
            let blocks = volumes.iter().flatten().flat_map(|section| &section.blocks);
            assert_eq!(blocks.filter(|block| matches!(block, Block::Empty { .. })).count(), 2, "{volume}");
            for sections in &volumes {
                assert_eq!(sections[0].level, 1, "a volume begins with a chapter");
                let alone = sections.last().unwrap();
                assert!(!alone.blocks.is_empty(), "no heading is alone at the end: {}", alone.title);
            }
        }
    }

    #[test]
    fn a_section_that_began_in_another_volume_says_so() {
        let sections = long();
        let cuts = cuts(&sections, Sizes { longest: 1, volume: 3 });
        let last = between(&sections, cuts[1]);
        assert!(last[0].title.ends_with("(continued)"), "{:?}", last[0]);
    }

    #[test]
    fn a_file_stands_in_the_volume_of_its_record() {
        let entry = |record: &str| AttachmentEntry {
            record_id: Some(record.to_owned()),
            ..AttachmentEntry::default()
        };
        let annex = vec![entry("FB-0000"), entry("FB-0499"), entry("PR-0002"), entry("XX-0001")];
        let packet = Packet { sections: long(), annex, ..Packet::default() };
        let cuts = cuts(&packet.sections, Sizes { longest: 1, volume: 4 });
        let volumes = annex_volumes(&packet, &cuts);
        assert_eq!((volumes[0], volumes[2], volumes[3]), (0, cuts.len() - 1, cuts.len() - 1));
        assert!(volumes[1] > 0);
    }
}
