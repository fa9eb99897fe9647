//! Building blocks that several sections share.

use crate::domain::ids::RecordId;
use crate::report::{Block, Section};

/// How many record numbers are listed individually.
const LISTED: usize = 6;

/// A chapter.
pub(super) fn chapter(number: u8, title: &str, clause: &str, blocks: Vec<Block>) -> Section {
    let section = Section::new(1, number.to_string(), title, blocks);
    if clause.is_empty() { section } else { section.with_clause(clause) }
}

/// Says that there is nothing, in a chapter's own words.
pub(super) fn nothing(text: &str) -> Block {
    Block::Empty { text: Some(text.to_owned()) }
}

/// The texts that say something, with something between them.
pub(super) fn joined(texts: &[&str], between: &str) -> String {
    let filled: Vec<&str> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    filled.join(between)
}

/// Record numbers in a few words: a few in full, of many the first, the last and the count.
pub(super) fn numbers(ids: &[RecordId]) -> String {
    match ids {
        [] => String::new(),
        [first, .., last] if ids.len() > LISTED => format!("{first} … {last} ({} records)", ids.len()),
        few => few.iter().map(RecordId::to_string).collect::<Vec<_>>().join(", "),
    }
}
