//! What hides personal data: every text of a field that may hold it, present or past, wherever it was copied.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::domain::field::{FieldDef, FieldType};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::store::EventFilter;

/// What stands in the place of personal data.
pub const HIDDEN: &str = "[hidden]";
/// Shortest text that is looked for elsewhere: shorter ones occur by chance.
const SHORTEST: usize = 4;
/// Events that are read at once.
const EVENTS: u32 = 2000;

/// Hides personal data.
#[derive(Debug, Default, Clone)]
pub struct Veil {
    /// Personal texts by the word with which they begin, longer ones first.
    texts: HashMap<String, Vec<String>>,
    /// Records whose title was taken from a personal text of theirs.
    titles: HashSet<RecordId>,
}

/// The word with which a text begins, or its first sign.
fn first_word(text: &str) -> &str {
    let end = text.char_indices().find(|(_, sign)| !sign.is_alphanumeric()).map_or(text.len(), |(at, _)| at);
    let end = if end == 0 { text.chars().next().map_or(0, char::len_utf8) } else { end };
    text.get(..end).unwrap_or_default()
}

/// Whether a kind has a field that may hold personal data.
fn is_private(kind: Kind) -> bool {
    kind.def().fields().any(|field| {
        field.personal
            || matches!(field.ty, FieldType::Rows(columns) if columns.iter().any(|column| column.personal))
    })
}

impl Veil {
    /// What is hidden of a file: the texts of its records, and those that its audit trail still has. `go_on` receives the share that is done.
    ///
    /// # Errors
    /// When the file cannot be read, or `go_on` returned `false`.
    pub fn of(file: &ProductFile, go_on: &dyn Fn(f32) -> bool) -> Result<Self, Refused> {
        let mut found = BTreeSet::new();
        let mut titles = HashSet::new();
        for kind in Kind::ALL.iter().filter(|kind| is_private(**kind)) {
            for data in file.all(*kind)? {
                if gather(&data, &mut found) {
                    found.insert(data.title().trim_end_matches('…').trim().to_owned());
                    titles.insert(data.head.id);
                }
            }
        }
        past(file, &mut found, go_on)?;
        let staff: BTreeSet<String> = file.names()?.into_values().collect();
        Ok(Self {
            titles,
            ..Self::hiding(found.iter().map(String::as_str).filter(|text| !staff.contains(*text)))
        })
    }

    /// Hides these texts.
    fn hiding<'a>(all: impl Iterator<Item = &'a str>) -> Self {
        let mut texts: HashMap<String, Vec<String>> = HashMap::new();
        for text in all.map(str::trim).filter(|text| text.chars().count() >= SHORTEST) {
            texts.entry(first_word(text).to_owned()).or_default().push(text.to_owned());
        }
        for of_word in texts.values_mut() {
            of_word.sort_by_key(|text| std::cmp::Reverse(text.len()));
            of_word.dedup();
        }
        Self { texts, titles: HashSet::new() }
    }

    /// A text without what is personal.
    pub fn text(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let (mut rest, mut inside) = (text, false);
        while let Some(sign) = rest.chars().next() {
            if !inside && let Some(after) = self.after(rest) {
                shown.push_str(HIDDEN);
                rest = after;
                continue;
            }
            shown.push(sign);
            inside = sign.is_alphanumeric();
            rest = rest.get(sign.len_utf8()..).unwrap_or_default();
        }
        shown
    }

    /// What follows after the personal text with which this one begins, if it does.
    fn after<'a>(&self, text: &'a str) -> Option<&'a str> {
        let known = self.texts.get(first_word(text))?;
        known.iter().find_map(|hidden| {
            let after = text.strip_prefix(hidden.as_str())?;
            let ends = !hidden.ends_with(char::is_alphanumeric) || !after.starts_with(char::is_alphanumeric);
            ends.then_some(after)
        })
    }

    /// The title of a record as it is shown.
    pub fn title(&self, id: RecordId, title: &str) -> String {
        let declared = id.kind.def().field("title").is_some_and(|field| field.personal);
        if (declared || self.titles.contains(&id)) && !title.is_empty() {
            HIDDEN.to_owned()
        } else {
            self.text(title)
        }
    }
}

/// Takes the personal texts of a record. Returns whether its title was taken from one of them.
fn gather(data: &RecordData, found: &mut BTreeSet<String>) -> bool {
    let title = data.title().trim_end_matches('…').trim();
    let long = title.chars().count() >= SHORTEST;
    let mut copied = false;
    for field in data.def().fields() {
        field.each_personal(data.value(field.name), &mut |text| {
            copied |= long && text.contains(title);
            found.insert(text.to_owned());
        });
    }
    copied
}

/// Takes the personal texts that the audit trail has: what was changed since may be copied elsewhere.
fn past(
    file: &ProductFile,
    found: &mut BTreeSet<String>,
    go_on: &dyn Fn(f32) -> bool,
) -> Result<(), Refused> {
    let all = file.head().seq.max(1);
    let mut read = 0;
    loop {
        if !go_on(f32::min(read as f32 / all as f32, 1.0)) {
            return Err(Refused::cancelled());
        }
        let rows = file.events(&EventFilter::default(), EVENTS, read)?;
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        for change in rows.iter().flat_map(|row| &row.event.changes) {
            for field in &change.fields {
                let Some(declared) = change.record.kind.def().field(&field.field) else { continue };
                take(declared, [&field.before, &field.after], found);
            }
        }
        if count < EVENTS {
            return Ok(());
        }
        read = read.saturating_add(count);
    }
}

fn take(field: &FieldDef, values: [&serde_json::Value; 2], found: &mut BTreeSet<String>) {
    for value in values {
        field.each_personal(value, &mut |text| {
            found.insert(text.to_owned());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_text_is_hidden_as_whole_words_wherever_it_stands() {
        let veil =
            Veil::hiding(["Mary Major", "Mary", "Ward 3", "(555) 0101", "mary@example.org"].into_iter());
        assert_eq!(
            veil.text("Mary Major called; Mary Majors and Rosemary did not."),
            "[hidden] called; [hidden] Majors and Rosemary did not."
        );
        assert_eq!(veil.text("On Ward 3, ward 3, Ward 31"), "On [hidden], ward 3, Ward 31");
        assert_eq!(veil.text("Call (555) 0101 or mary@example.org."), "Call [hidden] or [hidden].");
        assert_eq!(veil.text("äöü Mary"), "äöü [hidden]");
        assert_eq!(veil.text(""), "");
    }

    #[test]
    fn short_texts_are_not_looked_for() {
        let veil = Veil::hiding(["Bo", "  ", ""].into_iter());
        assert_eq!(veil.text("Bo and Bob"), "Bo and Bob");
    }
}
