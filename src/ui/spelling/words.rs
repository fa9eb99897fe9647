//! The words of a text that a dictionary can know, with their places. Numbers of records, names of files and code are none.

use std::ops::Range;

/// Words with fewer letters are not looked up.
const LETTERS_MIN: usize = 3;
/// Longer words are not looked up.
const LETTERS_MAX: usize = 60;

/// A word with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its letters.
    pub text: String,
    /// Its characters in the text, not its bytes.
    pub chars: Range<usize>,
    /// Its bytes in the text.
    pub bytes: Range<usize>,
}

/// The words of a text, in their order.
pub fn words_of(text: &str) -> impl Iterator<Item = Word> {
    let mut chars = 0;
    let pieces = text.split_inclusive(char::is_whitespace).scan(0, |at, piece| {
        let start = *at;
        *at += piece.len();
        Some((start, piece))
    });
    pieces.flat_map(move |(start, piece)| {
        let before = chars;
        chars += piece.chars().count();
        if is_prose(piece.trim()) { pieces_of(piece, start, before) } else { Vec::new() }
    })
}

/// Whether what stands between two spaces is written in words: no number, path, address or name in a program.
fn is_prose(piece: &str) -> bool {
    let odd = |letter: char| {
        letter.is_ascii_digit()
            || matches!(letter, '_' | '/' | '\\' | '@' | '#' | '=' | '<' | '>' | '{' | '`')
    };
    let inner = piece.trim_matches(|letter: char| !letter.is_alphanumeric());
    !piece.contains(odd) && !inner.contains(['.', ':'])
}

/// The words of such a piece: parts with a hyphen between them are words of their own.
fn pieces_of(piece: &str, start: usize, before: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let end_of = piece.chars().count();
    let ends = piece.char_indices().enumerate().map(|(index, (byte, letter))| (index, byte, letter));
    for (index, byte, letter) in ends.chain([(end_of, piece.len(), ' ')]) {
        let is_inner = matches!(letter, '\'' | '’') && open.is_some();
        if letter.is_alphabetic() || is_inner {
            open.get_or_insert((index, byte));
        } else if let Some((first, from)) = open.take() {
            let text = piece.get(from..byte).unwrap_or_default();
            let kept = text.trim_end_matches(['\'', '’']);
            let letters = kept.chars().count();
            if is_word(kept, letters) {
                let chars = before + first..before + first + letters;
                let bytes = start + from..start + from + kept.len();
                words.push(Word { text: kept.to_owned(), chars, bytes });
            }
        }
    }
    words
}

/// Whether letters are a word: neither an abbreviation in capitals nor a name such as `camelCase`.
fn is_word(text: &str, letters: usize) -> bool {
    let inner_capital = text.chars().skip(1).any(char::is_uppercase);
    (LETTERS_MIN..=LETTERS_MAX).contains(&letters) && !inner_capital
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words_of(text).map(|word| word.text).collect()
    }

    #[test]
    fn numbers_of_records_paths_code_and_abbreviations_are_no_words() {
        let text = "The alarm of CR-0004 (see PR-12) wasn't heard: log.txt, alarm_delay=3, SOUP, camelCase, http://x.y re-tested “Übung”.";
        assert_eq!(texts(text), ["The", "alarm", "see", "wasn't", "heard", "tested", "Übung"]);
    }

    #[test]
    fn a_word_knows_its_place_in_characters_and_bytes() {
        let text = "größer ist\nder Fehlr";
        let word = words_of(text).last().unwrap();
        assert_eq!((&word.text[..], word.chars.clone()), ("Fehlr", 15..20));
        assert_eq!(text.get(word.bytes), Some("Fehlr"));
    }

    proptest! {
        #[test]
        fn places_always_fit_the_text(text in "\\PC{0,120}") {
            let letters: Vec<char> = text.chars().collect();
            for word in words_of(&text) {
                prop_assert_eq!(text.get(word.bytes.clone()), Some(word.text.as_str()));
                let by_chars: String = letters[word.chars.clone()].iter().collect();
                prop_assert_eq!(by_chars, word.text);
            }
        }
    }
}
