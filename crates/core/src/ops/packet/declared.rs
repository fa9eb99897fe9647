//! Kinds that only declare their chapter of a period's packet: a log, and each record in full, both from the declaration.

use std::collections::BTreeMap;

use super::authority;
use super::paper::{Paper, state_mark};
use super::record;
use crate::domain::field::FieldDef;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Section, Tone};

/// The records of the period by kind, for the kinds that declare a chapter.
pub(super) struct Chapters(BTreeMap<(u8, Kind), Vec<Declared>>);

/// A record with its approvals, if its kind is approved.
struct Declared {
    page: RecordPage,
    approvals: Vec<RecordPage>,
    /// Whether it was made after the end of the period.
    later: bool,
}

impl Chapters {
    /// Those among the given records of the period.
    pub fn of(paper: &mut Paper<'_>, ids: &[RecordId]) -> Result<Self, Refused> {
        let mut found = Self(BTreeMap::new());
        found.add(paper, ids, false)?;
        Ok(found)
    }

    /// Adds records that were made after the end of the period. They are marked as such.
    pub fn add_later(&mut self, paper: &mut Paper<'_>, ids: &[RecordId]) -> Result<(), Refused> {
        self.add(paper, ids, true)
    }

    fn add(&mut self, paper: &mut Paper<'_>, ids: &[RecordId], later: bool) -> Result<(), Refused> {
        for id in ids {
            if let Some(number) = id.kind.def().chapter {
                let approved = id.kind.def().approvable.is_some();
                let approvals = if approved { authority::of(paper, *id)? } else { Vec::new() };
                let declared = Declared { page: paper.page(*id)?, approvals, later };
                self.0.entry((number, id.kind)).or_default().push(declared);
            }
        }
        Ok(())
    }

    /// Adds each log to its chapter, and the records after the existing content of the chapter.
    pub fn add_to(&self, paper: &Paper<'_>, sections: &mut Vec<Section>) {
        for ((number, kind), pages) in &self.0 {
            let records = pages.iter().map(|declared| {
                let mut blocks = if kind.def().approvable.is_some() {
                    record::approved(paper, &declared.page, &declared.approvals)
                } else {
                    record::whole(paper, &declared.page)
                };
                if declared.later {
                    let entered = declared.page.data.head.created_at.day();
                    let text = format!(
                        "Entered on {entered}, after the end of the period. It is printed as it is at the cut-off."
                    );
                    blocks.insert(0, Block::note(Tone::Due, text));
                }
                record::section(paper, 2, "", &declared.page, blocks)
            });
            let (later, then): (Vec<&Declared>, Vec<&Declared>) = pages.iter().partition(|one| one.later);
            let plural = kind.def().plural;
            let logs =
                [(plural.to_owned(), then), (format!("{plural} entered after the end of the period"), later)];
            let logs = logs.into_iter().filter(|(_, records)| !records.is_empty());
            let logs = logs.map(|(caption, records)| {
                log(paper, (*kind, caption), records.iter().map(|one| &one.page.data))
            });
            let logs = logs.collect();
            place(sections, *number, logs, records.collect());
        }
    }
}

/// One line for each record: number, title, the columns of the list, state.
pub(super) fn log<'d>(
    paper: &Paper<'_>,
    (kind, caption): (Kind, String),
    records: impl Iterator<Item = &'d RecordData>,
) -> Block {
    let def = kind.def();
    let more: Vec<&FieldDef> = def.columns.iter().filter_map(|name| def.field(name)).collect();
    let rows = records
        .map(|data| {
            let mut cells: Vec<Cell> = vec![data.head.id.to_string().into(), paper.title(data).into()];
            cells.extend(more.iter().map(|field| Cell::from(paper.words(field, data.value(field.name)))));
            cells.push(state_mark(data).into());
            cells
        })
        .collect();
    let mut columns = vec![Column::id("Number"), Column::text("Title", 3)];
    columns.extend(more.iter().map(|field| record::shape(field)));
    columns.push(Column::mark("State"));
    Block::Table { caption: Some(caption), columns, rows }
}

/// Adds blocks at the end of a chapter, and sections below it with continued numbers.
fn place(sections: &mut Vec<Section>, number: u8, blocks: Vec<Block>, below: Vec<Section>) {
    let own = number.to_string();
    let Some(at) = sections.iter().position(|section| section.number == own) else { return };
    if let Some(chapter) = sections.get_mut(at) {
        chapter.blocks.extend(blocks);
    }
    let prefix = format!("{own}.");
    let there =
        sections.iter().skip(at + 1).take_while(|section| section.number.starts_with(&prefix)).count();
    let numbered = below.into_iter().zip(there + 1..).map(|(mut section, count)| {
        section.number = format!("{prefix}{count}");
        section
    });
    let after = at + 1 + there;
    sections.splice(after..after, numbered);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(level: u8, number: &str) -> Section {
        Section::new(level, number, format!("Title {number}"), Vec::new())
    }

    #[test]
    fn records_follow_the_content_of_their_chapter() {
        let mut sections = vec![section(1, "8"), section(2, "8.1"), section(1, "9"), section(1, "80")];
        place(&mut sections, 8, vec![Block::paragraph("log")], vec![section(2, ""), section(2, "")]);
        let numbers: Vec<&str> = sections.iter().map(|section| section.number.as_str()).collect();
        assert_eq!(numbers, ["8", "8.1", "8.2", "8.3", "9", "80"]);
        assert_eq!(sections[0].blocks, [Block::paragraph("log")]);
    }

    #[test]
    fn a_chapter_that_the_packet_does_not_have_gets_nothing() {
        let mut sections = vec![section(1, "8")];
        place(&mut sections, 7, vec![Block::paragraph("log")], vec![section(2, "")]);
        assert_eq!(sections, [section(1, "8")]);
    }

    #[test]
    fn every_declared_chapter_exists_in_the_packet() {
        for kind in Kind::ALL {
            assert!(
                kind.def().chapter.is_none_or(|number| (1..=20).contains(&number)),
                "{}",
                kind.def().word
            );
        }
    }
}
