//! Searching texts: records that name no product yet (NVD: awaiting analysis) are found by the component's name in title and description.

use super::identity::Identity;
use super::names;
use crate::model::advisory::Advisory;

/// Whether title or description of a record contains the component's name as whole words. Names that are too common never match.
pub fn mentions(identity: &Identity, advisory: &Advisory) -> bool {
    let title = advisory.title.as_deref().unwrap_or_default();
    !identity.watched.is_empty()
        && [title, &advisory.description].iter().any(|text| {
            let words: Vec<&str> = names::words(text).collect();
            identity.watched.iter().any(|name| has(&words, name))
        })
}

fn has(words: &[&str], name: &[String]) -> bool {
    words.windows(name.len()).any(|window| {
        window.iter().zip(name).all(|(word, part)| {
            word.eq_ignore_ascii_case(part) || (!word.is_ascii() && word.to_lowercase() == *part)
        })
    })
}
