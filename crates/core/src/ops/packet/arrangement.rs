//! The order of the chapters of a period: by the clauses, or by the areas of an FDA inspection. A chapter keeps its number in both.
//!
//! Belongs here: which chapter stands in which area, and the page that says so. Does not belong here: what is in a chapter.

use crate::report::{Block, Cell, Column, Section};

/// In which order the chapters of a period stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChapterOrder {
    /// The order of the clauses of IEC 62304.
    #[default]
    Clauses,
    /// The order of the areas of FDA's Compliance Program 7382.850.
    Inspection,
}

/// The areas in which FDA inspects, each with the chapters that an inspector asks for there. First stand the chapters about the packet,
/// last the requirements of FDA beside the quality system.
const AREAS: [(&str, &[u8]); 9] = [
    ("The packet", &[1, 2]),
    ("Change control", &[10, 11, 17]),
    ("Design and development", &[12]),
    ("Outsourcing and purchasing", &[13, 14]),
    ("Production and service provision", &[18]),
    ("Measurement, analysis and improvement", &[5, 6, 8, 9, 15, 19]),
    ("Management oversight", &[3, 4, 20]),
    ("Medical device reporting", &[7]),
    ("Corrections and removals", &[16]),
];

impl ChapterOrder {
    /// The order in a sentence, for the page of the contents.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Clauses => "Chapters follow the clauses of IEC 62304.",
            Self::Inspection => {
                "Chapters follow the areas of an FDA inspection (Compliance Program 7382.850). Each keeps the number that it has in the \
                 order of the clauses."
            }
        }
    }

    /// Its name in the audit trail; absent for the usual order.
    pub(super) const fn fact(self) -> Option<&'static str> {
        match self {
            Self::Clauses => None,
            Self::Inspection => Some("inspection"),
        }
    }

    /// The sections in this order, after a page that names clause, area and page of each chapter.
    pub(super) fn arrange(self, sections: Vec<Section>) -> Vec<Section> {
        let mut chapters: Vec<Vec<Section>> = Vec::new();
        for section in sections {
            match chapters.last_mut() {
                Some(chapter) if section.level > 1 => chapter.push(section),
                Some(_) | None => chapters.push(vec![section]),
            }
        }
        match self {
            Self::Clauses => {}
            // One without an area stands last.
            Self::Inspection => chapters
                .sort_by_key(|chapter| chapter.first().and_then(place).map_or(usize::MAX, |(at, _)| at)),
        }
        let index = index(&chapters);
        std::iter::once(index).chain(chapters.into_iter().flatten()).collect()
    }
}

/// The page that names clause, area and page of each chapter. In which order they stand is said on the page of the contents.
fn index(chapters: &[Vec<Section>]) -> Section {
    let rows = chapters.iter().filter_map(|chapter| chapter.first()).map(|chapter| {
        let area = place(chapter).map_or("", |(_, area)| area);
        let cells: Vec<Cell> = vec![
            chapter.number.clone().into(),
            chapter.title.clone().into(),
            chapter.clause.clone().unwrap_or_default().into(),
            area.into(),
            Cell::page_of(chapter.number.clone()),
        ];
        cells
    });
    let columns = vec![
        Column::number("Chapter").points(46.0),
        Column::text("Title", 3),
        Column::text("Clauses", 4),
        Column::text("Area of an FDA inspection", 3),
        Column::number("Page").points(40.0),
    ];
    let about = "Clauses are those for which a chapter is evidence. The areas are those of FDA's Compliance Program 7382.850, in use \
                 since February 2026; which chapter is listed in which area is the choice of this program, not of FDA.";
    let blocks = vec![Block::paragraph(about), Block::table(columns, rows.collect())];
    Section::new(1, "", "Order of the chapters", blocks)
}

/// The place of a chapter in the order of the areas, and its area.
fn place(chapter: &Section) -> Option<(usize, &'static str)> {
    let number: u8 = chapter.number.parse().ok()?;
    let all = AREAS.iter().flat_map(|(area, chapters)| chapters.iter().map(move |one| (*one, *area)));
    all.enumerate().find_map(|(at, (one, area))| (one == number).then_some((at, area)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chapter_of_a_period_stands_in_one_area() {
        let mut listed: Vec<u8> = AREAS.iter().flat_map(|(_, chapters)| chapters.iter().copied()).collect();
        listed.sort_unstable();
        assert_eq!(listed, (1..=20).collect::<Vec<_>>());
    }

    #[test]
    fn the_sections_of_a_chapter_go_with_it_and_the_first_page_names_each_page() {
        let section = |level, number: &str| Section::new(level, number, "Title", Vec::new());
        let given = || {
            vec![section(1, "1"), section(1, "3"), section(2, "3.1"), section(1, "10"), section(2, "10.1")]
        };
        let numbers = |order: ChapterOrder| -> Vec<String> {
            order.arrange(given()).into_iter().map(|section| section.number).collect()
        };
        assert_eq!(numbers(ChapterOrder::Clauses), ["", "1", "3", "3.1", "10", "10.1"]);
        assert_eq!(numbers(ChapterOrder::Inspection), ["", "1", "10", "10.1", "3", "3.1"]);
        let first = ChapterOrder::Inspection.arrange(given()).remove(0);
        let about = serde_json::to_string(&first.blocks[0]).unwrap();
        assert!(!about.contains("Chapters follow"), "the page of the contents says it: {about}");
        let Some(Block::Table { rows, .. }) = first.blocks.get(1) else { panic!("no table") };
        let pages: Vec<&Cell> = rows.iter().filter_map(|row| row.last()).collect();
        assert_eq!(pages, [&Cell::page_of("1"), &Cell::page_of("10"), &Cell::page_of("3")]);
    }
}
