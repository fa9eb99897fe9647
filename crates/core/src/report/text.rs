//! Makes foreign text safe to print, without hiding that it was changed.
//!
//! Belongs here: control characters, characters without a glyph, words that are wider than their space, and the
//! warnings about them. Does not belong here: where the text appears in the packet (`print`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use typst::text::is_default_ignorable;

use super::fonts::Fonts;

/// Replaces a character that has no visible form.
const PLACEHOLDER: char = '\u{FFFD}';

/// Marks a possible line break without a natural break point. The template puts a spacing there, so that nothing extra is copied from the
/// PDF with a digest.
pub(super) const BREAK: char = '\u{200B}';

/// From this length on, in bytes, a word is a digest or an address rather than a word of a language.
const LONG_WORD: usize = 32;

/// At most this many places are named in one warning, and at most this many warnings of a kind are made.
const NAMED_PLACES: usize = 3;
const NAMED_CHARACTERS: usize = 40;

/// The space of a text: a wider word gets break points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Width in points.
    pub(super) width: f32,
    /// Font size in points.
    pub(super) size: f32,
}

/// Cleans the texts of one packet and records the changes.
pub(super) struct Cleaner<'a> {
    fonts: &'a Fonts,
    covered: HashMap<char, bool>,
    unprintable: BTreeSet<char>,
    hidden: BTreeMap<char, BTreeSet<String>>,
    missing: BTreeMap<char, BTreeSet<String>>,
    place: String,
}

enum Printed {
    Itself,
    LineBreak,
    Spaces,
    Hidden,
    Missing,
}

impl<'a> Cleaner<'a> {
    /// `unprintable` are characters that did not print although a font claims to have them.
    pub(super) fn new(fonts: &'a Fonts, unprintable: &BTreeSet<char>) -> Self {
        Self {
            fonts,
            covered: HashMap::new(),
            unprintable: unprintable.clone(),
            hidden: BTreeMap::new(),
            missing: BTreeMap::new(),
            place: String::new(),
        }
    }

    /// Names the place of the following texts.
    pub(super) fn enter(&mut self, place: String) {
        self.place = place;
    }

    /// The text as it can be printed.
    pub(super) fn clean(&mut self, text: &str, room: Room) -> String {
        let mut out = String::with_capacity(text.len());
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            if character == '\r' && characters.peek() == Some(&'\n') {
                continue;
            }
            match self.judge(character) {
                Printed::Itself => out.push(character),
                Printed::LineBreak => out.push('\n'),
                Printed::Spaces => out.push_str("    "),
                Printed::Hidden => {
                    self.hidden.entry(character).or_default().insert(self.place.clone());
                    out.push(PLACEHOLDER);
                }
                Printed::Missing => {
                    self.missing.entry(character).or_default().insert(self.place.clone());
                    let _ = write!(out, "[U+{:04X}]", u32::from(character));
                }
            }
        }
        with_breaks(out, room)
    }

    fn judge(&mut self, character: char) -> Printed {
        match character {
            '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Printed::LineBreak,
            '\t' => Printed::Spaces,
            ' '..='~' => Printed::Itself,
            _ if character.is_control() || reorders(character) || is_noncharacter(character) => {
                Printed::Hidden
            }
            _ if is_private(character) || self.unprintable.contains(&character) => Printed::Missing,
            _ if is_default_ignorable(character) || character.is_whitespace() => Printed::Itself,
            _ => {
                let fonts = self.fonts;
                let covered = *self.covered.entry(character).or_insert_with(|| fonts.covers(character));
                if covered { Printed::Itself } else { Printed::Missing }
            }
        }
    }

    /// The changes, a sentence for each character.
    pub(super) fn warnings(&self) -> Vec<String> {
        let hidden = self.hidden.iter().map(|(character, places)| {
            let code = u32::from(*character);
            format!(
                "The invisible control character U+{code:04X} is printed as \u{FFFD} in {}. The attached data keeps it.",
                named(places)
            )
        });
        let missing = self.missing.iter().map(|(character, places)| {
            let code = u32::from(*character);
            format!(
                "No font on this computer has the character {character} (U+{code:04X}); it is printed as \
                 [U+{code:04X}] in {}. The attached data keeps it.",
                named(places)
            )
        });
        let total = self.hidden.len() + self.missing.len();
        let mut all: Vec<String> = hidden.chain(missing).take(NAMED_CHARACTERS).collect();
        if total > NAMED_CHARACTERS {
            let more = total - NAMED_CHARACTERS;
            all.push(format!("{more} more characters could not be printed and are printed as their code."));
        }
        all
    }
}

fn named(places: &BTreeSet<String>) -> String {
    let mut words = places.iter().take(NAMED_PLACES).cloned().collect::<Vec<_>>().join("; ");
    if places.len() > NAMED_PLACES {
        let _ = write!(words, "; and {} more places", places.len() - NAMED_PLACES);
    }
    words
}

/// Direction overrides and embeddings can make a print read differently from its record.
fn reorders(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

fn is_noncharacter(character: char) -> bool {
    let code = u32::from(character);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

/// Private-use characters mean something else in every font; PDF/A-3a refuses them.
fn is_private(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// A generous width of a character, as a fraction of the font size.
fn width_of(character: char) -> f32 {
    match character {
        'W' | 'M' | '@' | '%' | 'm' | 'w' => 0.95,
        'A'..='Z' => 0.75,
        '\0'..='\u{7F}' => 0.62,
        _ => 1.0,
    }
}

/// Inserts break points into words that are wider than their space.
fn with_breaks(text: String, room: Room) -> String {
    let limit = (room.width / room.size).max(2.0);
    // The generous widths would break ordinary words that fit; a digest has no narrow letters.
    let too_wide = |word: &str| {
        (word.len() >= LONG_WORD || word.len() as f32 * 0.4 > limit || is_code(word))
            && word.chars().map(width_of).sum::<f32>() > limit
    };
    if text.len() as f32 <= limit || !text.split(char::is_whitespace).any(too_wide) {
        return text;
    }
    let step = (limit / 8.0).max(0.9);
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for piece in text.split_inclusive(char::is_whitespace) {
        if too_wide(piece) { break_word(piece, step, &mut out) } else { out.push_str(piece) }
    }
    out
}

/// Whether a word is an identifier, a path or a version: it may break anywhere, and its capitals and digits are wide.
fn is_code(word: &str) -> bool {
    let inner = word.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    inner.contains(|c: char| c.is_ascii_digit() || matches!(c, '/' | '\\' | '_' | ':' | '@' | '.'))
}

fn break_word(word: &str, step: f32, out: &mut String) {
    let mut width = 0.0;
    let mut previous = ' ';
    for character in word.chars() {
        let fits = stands_alone(character) && stands_alone(previous);
        if width >= step && (fits || (width >= 8.0 * step && !joins(character) && !joins(previous))) {
            out.push(BREAK);
            width = 0.0;
        }
        out.push(character);
        width += width_of(character);
        previous = character;
    }
}

/// Whether a letter keeps its shape when separated from its neighbours.
fn stands_alone(character: char) -> bool {
    !('\u{530}'..'\u{2E80}').contains(&character) && !joins(character)
}

fn joins(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}' | '\u{200C}'..='\u{200D}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}')
        || matches!(character, '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0000}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Room = Room { width: 480.0, size: 9.5 };

    fn cleaned(text: &str) -> (String, Vec<String>) {
        let mut cleaner = Cleaner::new(Fonts::bundled(), &BTreeSet::new());
        cleaner.enter("cover".to_owned());
        let out = cleaner.clean(text, WIDE);
        (out, cleaner.warnings())
    }

    #[test]
    fn a_control_character_becomes_a_visible_placeholder_and_a_warning() {
        let (text, warnings) = cleaned("a\0b\u{202E}c");
        assert_eq!(text, "a\u{FFFD}b\u{FFFD}c");
        assert_eq!(warnings.len(), 2);
        assert!(warnings[0].contains("U+0000") && warnings[0].contains("cover"), "{warnings:?}");
    }

    #[test]
    fn every_kind_of_line_end_becomes_one_line_break() {
        assert_eq!(cleaned("a\r\nb\rc\u{2028}d").0, "a\nb\nc\nd");
    }

    #[test]
    fn a_character_without_a_glyph_is_printed_as_its_code_and_reported() {
        let (text, warnings) = cleaned("sign \u{13000} end");
        assert_eq!(text, "sign [U+13000] end");
        assert!(warnings[0].contains("U+13000"), "{warnings:?}");
    }

    #[test]
    fn a_word_that_fits_is_unchanged() {
        assert_eq!(cleaned("a plain sentence of some words").0, "a plain sentence of some words");
    }

    #[test]
    fn a_digest_gets_break_points_in_a_column_that_is_a_little_too_narrow() {
        let digest = "3fb974902205514a4899b51cae63cc149a2a0fde3ee01aed488bc2406871a877";
        let mut cleaner = Cleaner::new(Fonts::bundled(), &BTreeSet::new());
        let out = cleaner.clean(digest, Room { width: 207.0, size: 8.0 });
        assert!(out.contains(BREAK), "{out}");
        assert_eq!(cleaner.clean("organisation", Room { width: 54.0, size: 8.0 }), "organisation");
    }

    #[test]
    fn identifiers_and_paths_get_break_points_where_they_could_run_into_the_next_column() {
        let mut cleaner = Cleaner::new(Fonts::bundled(), &BTreeSet::new());
        for word in ["GHSA-JFH8-C2JP-5V3Q", "CVE-2021-44228", "src/import/profile.c", "org.apache.logging"] {
            let out = cleaner.clean(word, Room { width: 58.0, size: 8.0 });
            assert!(out.contains(BREAK), "{out}");
            assert_eq!(out.replace(BREAK, ""), word);
            assert_eq!(cleaner.clean(word, Room { width: 200.0, size: 8.0 }), word);
        }
        assert_eq!(cleaner.clean("1.2.3", Room { width: 58.0, size: 8.0 }), "1.2.3");
    }

    #[test]
    fn a_word_wider_than_its_room_gets_break_points_and_keeps_its_characters() {
        let word = "f".repeat(400);
        let (text, warnings) = cleaned(&word);
        assert!(text.contains(BREAK));
        assert_eq!(text.replace(BREAK, ""), word);
        assert!(warnings.is_empty());
    }
}
