//! The help: one page for each screen and each kind of record. The page of a kind is drawn from its declaration; Markdown in
//! `assets/help` adds what the declaration does not say: the purpose in a QA person's words, what audits find, an example.
//!
//! Belongs here: pages, their blocks, their search. Does not belong here: drawing (`ui`), printing (`manual`).

mod kinds;
mod markdown;
mod source;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::domain::ids::Kind;

pub use kinds::{facts, type_words, way, who};

/// How a piece of text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Running text.
    Plain,
    /// True bold.
    Bold,
    /// Italic.
    Italic,
    /// A name, a key, a command.
    Code,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// A page of the help, at a heading; an empty anchor is its beginning.
    Page(String, String),
    /// A screen of the window, by its name in the help.
    Screen(String),
}

/// A piece of text of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Its look.
    pub style: Style,
    /// Where it leads, if it is a link.
    pub link: Option<Link>,
}

impl Span {
    /// A piece without a link.
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, link: None }
    }
}

/// A piece of running text without a link, as a paragraph.
pub(crate) fn plain(text: impl Into<String>) -> Vec<Span> {
    vec![Span::new(text, Style::Plain)]
}

/// The words of a text without their looks.
pub fn words_of(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

/// A block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading; level 1 is the title of a page.
    Heading {
        /// 1 to 4.
        level: u8,
        /// Its words.
        text: String,
        /// Its name in links; for a field the name of the field.
        anchor: String,
    },
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A remark.
    Note(Vec<Span>),
    /// A list.
    List {
        /// Whether its items are numbered.
        numbered: bool,
        /// Its items.
        items: Vec<Vec<Span>>,
    },
    /// A table.
    Table {
        /// The heads of the columns.
        head: Vec<Vec<Span>>,
        /// The cells.
        rows: Vec<Vec<Vec<Span>>>,
    },
    /// Lines of code.
    Code(String),
}

/// A page of the help.
#[derive(Debug)]
pub struct Page {
    /// Its name in links and in `assets/help`; of a kind its code.
    pub name: &'static str,
    /// Its title.
    pub title: String,
    /// Its content, without the title.
    pub blocks: Vec<Block>,
    /// The kind that it is about.
    pub kind: Option<Kind>,
}

impl Page {
    /// Its first sentences, for a list of pages.
    pub fn gist(&self) -> String {
        let first = self.blocks.iter().find_map(|block| match block {
            Block::Paragraph(spans) => Some(words_of(spans)),
            Block::Heading { .. }
            | Block::Note(_)
            | Block::List { .. }
            | Block::Table { .. }
            | Block::Code(_) => None,
        });
        first.unwrap_or_default()
    }

    /// The headings inside it, with their anchors.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Heading { text, anchor, .. } => Some((text.as_str(), anchor.as_str())),
            Block::Paragraph(_)
            | Block::Note(_)
            | Block::List { .. }
            | Block::Table { .. }
            | Block::Code(_) => None,
        })
    }
}

/// All pages: those of the screens in the order of a first reading, then those of the kinds.
pub fn pages() -> &'static [Page] {
    static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
        let screens = source::SCREENS.iter().map(|(name, text)| {
            let mut blocks = markdown::parse(text);
            let title = match blocks.first() {
                Some(Block::Heading { level: 1, text, .. }) => text.clone(),
                Some(_) | None => String::new(),
            };
            if !title.is_empty() {
                blocks.remove(0);
            }
            Page { name, title, blocks, kind: None }
        });
        screens.chain(Kind::ALL.iter().map(|kind| kinds::page(*kind))).collect()
    });
    &PAGES
}

/// The page with this name.
pub fn page(name: &str) -> Option<&'static Page> {
    pages().iter().find(|page| page.name == name)
}

/// The page of a kind.
pub fn page_of(kind: Kind) -> Option<&'static Page> {
    page(kind.code())
}

/// Whether the page of a kind adds something about a field.
pub fn adds_about(kind: Kind, field: &str) -> bool {
    static ADDED: LazyLock<BTreeSet<(Kind, String)>> = LazyLock::new(|| {
        let of = |kind: &Kind| source::of_kind(*kind).map(kinds::added).unwrap_or_default();
        let all = Kind::ALL.iter().flat_map(|kind| of(kind).into_iter().map(|(name, _)| (*kind, name)));
        all.collect()
    });
    ADDED.iter().any(|(of, name)| *of == kind && name == field)
}

/// What the help says of single fields of a kind besides their declarations: name of the field and blocks.
pub fn added_to(kind: Kind) -> Vec<(String, Vec<Block>)> {
    source::of_kind(kind).map(kinds::added).unwrap_or_default()
}

/// The address of what the help adds about a field, if it adds something.
pub fn address_of(kind: Kind, field: &str) -> Option<String> {
    adds_about(kind, field).then(|| format!("{}#{field}", kind.code()))
}

/// A place that a search finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The page.
    pub page: &'static str,
    /// The heading on it; empty: its beginning.
    pub anchor: String,
    /// Page and heading, in words.
    pub title: String,
    /// The text in which the words occur.
    pub text: String,
}

/// Most places that a search lists.
const FOUND_MAX: usize = 40;
/// Characters of the text that is shown of a place.
const SHOWN: usize = 140;

/// The places that contain all words of a query: those in titles first, then those in headings, then those in the text.
pub fn find(query: &str) -> Vec<Found> {
    let wanted: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut ranked: Vec<(u8, Found)> = Vec::new();
    for page in pages() {
        // A group of fields has nothing of its own but its clause.
        let parts = sections_with_text(page).into_iter();
        for (heading, anchor, text) in parts.filter(|(_, anchor, _)| !anchor.starts_with(kinds::GROUP)) {
            let has = |place: &str| {
                let place = place.to_lowercase();
                wanted.iter().all(|word| place.contains(word))
            };
            let rank = if anchor.is_empty() && has(&page.title) {
                0
            } else if has(&heading) {
                1
            } else if has(&format!("{} {heading} {text}", page.title))
                && wanted.iter().any(|word| text.to_lowercase().contains(word))
            {
                2
            } else {
                continue;
            };
            let title =
                if anchor.is_empty() { page.title.clone() } else { format!("{}: {heading}", page.title) };
            ranked.push((rank, Found { page: page.name, anchor, title, text: around(&text, &wanted) }));
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, found)| found).take(FOUND_MAX).collect()
}

/// Heading, anchor and text of each part of a page; the first part is what stands before any heading.
fn sections_with_text(page: &Page) -> Vec<(String, String, String)> {
    let mut parts = vec![(page.title.clone(), String::new(), String::new())];
    for block in &page.blocks {
        if let Block::Heading { text, anchor, .. } = block {
            parts.push((text.clone(), anchor.clone(), String::new()));
            continue;
        }
        if let Some((_, _, text)) = parts.last_mut() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&text_of(block));
        }
    }
    parts
}

/// The words of a block in one line.
pub fn text_of(block: &Block) -> String {
    let joined =
        |cells: &[Vec<Span>]| cells.iter().map(|spans| words_of(spans)).collect::<Vec<_>>().join(" ");
    match block {
        Block::Heading { text, .. } => text.clone(),
        Block::Paragraph(spans) | Block::Note(spans) => words_of(spans),
        Block::List { items, .. } => joined(items),
        Block::Table { head, rows } => {
            let rows: Vec<String> = rows.iter().map(|row| joined(row)).collect();
            format!("{} {}", joined(head), rows.join(" "))
        }
        Block::Code(text) => text.replace('\n', " "),
    }
}

/// The part of a text around the first of the words.
fn around(text: &str, wanted: &[String]) -> String {
    let lower = text.to_lowercase();
    let at = wanted.iter().filter_map(|word| lower.find(word.as_str())).min().unwrap_or(0);
    let before = lower.get(..at).map_or(0, |before| before.chars().count());
    let from = before.saturating_sub(SHOWN / 4);
    let mut shown: String = text.chars().skip(from).take(SHOWN).collect();
    if let (true, Some((_, rest))) = (from > 0, shown.split_once(' ')) {
        shown = format!("…{rest}");
    }
    if text.chars().count() > from + SHOWN {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
