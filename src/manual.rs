//! The manual: the whole help, the declaration of every kind, the keys and the command line as one document.
//!
//! Belongs here: its order and its tables. Does not belong here: the text (`help`), the pages (`report`). It stands above both user
//! interfaces, because it prints the commands of both.

mod commands;
mod conditions;
mod kinds;

use crate::domain::ids::Kind;
use crate::domain::kind::Place;
use crate::domain::time::Moment;
use crate::help::{self, Page, words_of};
use crate::ops::jobs::Progress;
use crate::ops::{PacketFonts, Refused};
use crate::qualification::{of_report, program};
use crate::report::{Block, Book, Cell, Column, PrintedBook, Section, Statement, Tone, Width, render_book};
use crate::ui::shortcuts::{COMMANDS, SCREEN_KEYS, plain_keys_of};

/// Prints the manual.
///
/// # Errors
/// [`Refused`] when it cannot be printed or was cancelled.
pub fn print(now: Moment, progress: &Progress) -> Result<PrintedBook, Refused> {
    progress.step("Writing the manual", 0.05)?;
    let book = book(now);
    progress.step("Printing the manual", 0.3)?;
    let go_on = |_| !progress.is_cancelled();
    render_book(&book, PacketFonts::bundled(), now.utc(), &go_on).map_err(of_report)
}

/// Pages of screens that stand in the chapter of a kind, by the name of the page and the code of the kind.
const BESIDE: [(&str, &str); 5] = [
    ("import", "feedback"),
    ("documents", "maintenance_plan"),
    ("coverage", "soup_item"),
    ("review_items", "soup_review"),
    ("triaging", "finding"),
];
/// The pages before the chapters of the areas.
const FIRST: [&str; 5] = ["opening", "first_day", "records", "signing", "safekeeping"];
/// The pages after them, each with its chapter.
const LAST: [&str; 7] =
    ["readiness", "packets", "audit_trail", "portfolio", "advisories", "settings", "auditors"];

/// The manual of this program.
pub fn book(now: Moment) -> Book {
    let mut chapters = Chapters::default();
    chapters.begin("First steps");
    FIRST.iter().for_each(|name| chapters.page(name, 2));
    chapters.begin_page("dashboard");
    chapters.page("search", 2);
    for kind in areas() {
        chapters.begin(kind.def().plural);
        for kind in chapter_of(kind) {
            chapters.kind(kind);
        }
        let code = kind.code();
        BESIDE.iter().filter(|(_, of)| *of == code).for_each(|(name, _)| chapters.page(name, 2));
    }
    chapters.begin("Records that belong to others");
    linked().for_each(|kind| chapters.kind(kind));
    chapters.begin_page("people");
    let setup = Kind::ALL.iter().filter(|kind| !kind.def().place.is_work());
    setup.for_each(|kind| chapters.kind(*kind));
    LAST.iter().for_each(|name| chapters.begin_page(name));
    chapters.begin("Keyboard");
    chapters.add(keyboard());
    chapters.begin("Command line");
    chapters.add(commands::overview());
    for section in commands::sections() {
        chapters.section(section);
    }
    chapters.begin_page("glossary");
    let fact = |name: &str, value: String| (name.to_owned(), value);
    Book {
        kind: "Manual".to_owned(),
        title: "Mainstay".to_owned(),
        subtitle: "Maintenance records of medical device software, kept as IEC 62304 clause 6 asks".to_owned(),
        facts: vec![
            fact("Version", env!("CARGO_PKG_VERSION").to_owned()),
            fact("Rule set", crate::domain::requests::RULES.to_string()),
            fact("Printed", now.day().to_string()),
        ],
        statements: vec![Statement {
            title: "About this manual".to_owned(),
            text: "It is printed by the program itself, from the declarations by which it works: fields, states, steps and conditions \
                   are those of this version. Clauses are named by their numbers; the text of the standards is not reproduced."
                .to_owned(),
        }],
        contents_depth: 2,
        sections: chapters.sections,
        signed_by: Vec::new(),
        program: program(),
    }
}

/// The kinds with an area of their own, in the order of the navigation.
fn areas() -> Vec<Kind> {
    let mut areas: Vec<(u8, Kind)> = Vec::new();
    for kind in Kind::ALL {
        if let Place::Area(at) = kind.def().place {
            areas.push((at, *kind));
        }
    }
    areas.sort_unstable();
    areas.into_iter().map(|(_, kind)| kind).collect()
}

/// The kind of an area, those reached from it, and the parts of both.
fn chapter_of(area: Kind) -> Vec<Kind> {
    let under = Kind::ALL.iter().filter(|kind| kind.def().place == Place::Under(area));
    let own: Vec<Kind> = std::iter::once(area).chain(under.copied()).collect();
    let with_parts = |kind: &Kind| {
        let parts: Vec<Kind> = kind.def().part_kinds().map(|(def, _)| def.kind).collect();
        std::iter::once(*kind).chain(parts)
    };
    own.iter().flat_map(with_parts).collect()
}

/// The kinds that are reached from other records only, and are parts of none.
fn linked() -> impl Iterator<Item = Kind> {
    let alone = |kind: &&Kind| kind.def().place == Place::Linked && kind.def().part_of.is_none();
    Kind::ALL.iter().filter(alone).copied()
}

/// The chapters as they are numbered.
#[derive(Default)]
struct Chapters {
    sections: Vec<Section>,
    chapter: u32,
    section: u32,
}

impl Chapters {
    fn begin(&mut self, title: &str) {
        self.chapter += 1;
        self.section = 0;
        self.sections.push(Section {
            number: self.chapter.to_string(),
            title: title.to_owned(),
            level: 1,
            new_page: true,
            ..Section::default()
        });
    }

    /// A chapter of one page.
    fn begin_page(&mut self, name: &str) {
        let Some(page) = help::page(name) else { return };
        self.begin(&page.title);
        self.add(blocks_of(&page.blocks));
        self.below(page, 2);
    }

    /// A page as a section of the chapter.
    fn page(&mut self, name: &str, level: u8) {
        let Some(page) = help::page(name) else { return };
        self.title(&page.title, level);
        self.add(blocks_of(&page.blocks));
        self.below(page, level + 1);
    }

    fn kind(&mut self, kind: Kind) {
        let def = kind.def();
        self.title(def.plural, 2);
        for section in kinds::sections(kind) {
            self.sections.push(section);
        }
    }

    fn title(&mut self, title: &str, level: u8) {
        self.section += 1;
        self.sections.push(Section {
            number: format!("{}.{}", self.chapter, self.section),
            title: title.to_owned(),
            level,
            ..Section::default()
        });
    }

    /// A section with its own content.
    fn section(&mut self, section: Section) {
        self.section += 1;
        let number = format!("{}.{}", self.chapter, self.section);
        self.sections.push(Section { number, ..section });
    }

    /// Adds blocks to the section that was begun last.
    fn add(&mut self, blocks: Vec<Block>) {
        if let Some(last) = self.sections.last_mut() {
            last.blocks.extend(blocks);
        }
    }

    /// The parts of a page below its first heading.
    fn below(&mut self, page: &Page, level: u8) {
        self.sections.extend(parts_of(&page.blocks, level));
    }
}

/// What stands before the first heading.
fn blocks_of(blocks: &[help::Block]) -> Vec<Block> {
    let first = blocks.iter().take_while(|block| !matches!(block, help::Block::Heading { .. }));
    first.flat_map(blocks_from).collect()
}

/// The headings with what stands under each, as sections of one level.
fn parts_of(blocks: &[help::Block], level: u8) -> Vec<Section> {
    let mut parts: Vec<Section> = Vec::new();
    for block in blocks {
        if let help::Block::Heading { text, .. } = block {
            parts.push(Section { title: text.clone(), level, ..Section::default() });
        } else if let Some(part) = parts.last_mut() {
            part.blocks.extend(blocks_from(block));
        }
    }
    parts
}

/// A block of the help on paper; each item of a numbered list is a paragraph.
fn blocks_from(block: &help::Block) -> Vec<Block> {
    vec![match block {
        help::Block::Heading { text, .. } | help::Block::Code(text) => {
            Block::Paragraph { text: text.clone() }
        }
        help::Block::Paragraph(spans) => Block::Paragraph { text: words_of(spans) },
        help::Block::Note(spans) => Block::Note { tone: Tone::Neutral, text: words_of(spans) },
        help::Block::List { numbered: false, items } => {
            Block::List { items: items.iter().map(|spans| words_of(spans)).collect() }
        }
        help::Block::List { numbered: true, items } => {
            let items = items.iter().zip(1..);
            let paragraph = |(spans, number): (&Vec<help::Span>, u32)| Block::Paragraph {
                text: format!("{number}. {}", words_of(spans)),
            };
            return items.map(paragraph).collect();
        }
        help::Block::Table { head, rows } => {
            let columns = head.iter().enumerate().map(|(at, spans)| {
                let share = if at == 0 { 2 } else { 4 };
                Column { width: Width::Share(share), ..Column::text(words_of(spans), share) }
            });
            let cells =
                |row: &Vec<Vec<help::Span>>| row.iter().map(|spans| Cell::from(words_of(spans))).collect();
            Block::Table { caption: None, columns: columns.collect(), rows: rows.iter().map(cells).collect() }
        }
    }]
}

fn keyboard() -> Vec<Block> {
    let columns =
        || vec![Column::text("Keys", 2), Column::text("Command", 3), Column::text("What it does", 5)];
    let row = |keys: &str, name: &str, words: &str| vec![keys.into(), name.into(), words.into()];
    let everywhere = COMMANDS.iter().filter(|def| def.keys.is_some());
    let everywhere = everywhere.map(|def| row(&plain_keys_of(def), def.text, def.tooltip));
    let by_palette = COMMANDS.iter().filter(|def| def.keys.is_none());
    let by_palette = by_palette.map(|def| vec![def.text.into(), def.tooltip.into()]);
    let screens = SCREEN_KEYS.iter().map(|(keys, words)| vec![(*keys).into(), (*words).into()]);
    let two = |first: &str, second: &str| vec![Column::text(first, 2), Column::text(second, 4)];
    vec![
        Block::Paragraph { text: "Everything can be done without a mouse.".to_owned() },
        Block::Table {
            caption: Some("Everywhere".to_owned()),
            columns: columns(),
            rows: everywhere.collect(),
        },
        Block::Table {
            caption: Some("In lists and forms".to_owned()),
            columns: two("Keys", "What they do"),
            rows: screens.collect(),
        },
        Block::Table {
            caption: Some("By a few letters, after Ctrl+K".to_owned()),
            columns: two("Command", "What it does"),
            rows: by_palette.collect(),
        },
    ]
}

#[cfg(test)]
mod tests;
