//! Text that people write: one line, or paragraphs. It is checked once, on construction. Also: how a sentence is written.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize};

/// Longest single line, in characters.
pub const LINE_CHARS_MAX: usize = 500;
/// Longest text, in characters. Longer text is attached as a file.
pub const TEXT_CHARS_MAX: usize = 200_000;

/// One line of text without control characters, trimmed; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Line(String);

/// Paragraphs of text; may be empty. Line ends are `\n`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Text(String);

/// The words with a capital first letter.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A sentence: a capital first letter, a full stop at the end.
pub fn sentence(words: &str) -> String {
    let stop = if words.is_empty() || words.ends_with('.') { "" } else { "." };
    capital(words) + stop
}

/// Words for kinds of records that cannot be counted, so that they have no article.
const UNCOUNTABLE: [&str; 1] = ["feedback"];

/// Words inside a sentence: in small letters, without those that are abbreviations.
pub fn inside_a_sentence(words: &str) -> String {
    let lower = |word: &str| {
        let short = word.len() > 1 && word.chars().all(char::is_uppercase);
        if short { word.to_owned() } else { word.to_lowercase() }
    };
    words.split(' ').map(lower).collect::<Vec<_>>().join(" ")
}

/// A count with its noun, such as “1 row” and “2 rows”.
pub fn counted<N: Copy + std::fmt::Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let end = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{end}")
}

/// The first of some names, and how many more there are.
pub fn first_of(names: &[impl AsRef<str>], most: usize) -> String {
    let first: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(most) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// A text as one word of a shell.
pub fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A noun with its indefinite article, if it has one: `a person`, `an approval`, `feedback`.
pub fn with_article(noun: &str) -> String {
    if UNCOUNTABLE.contains(&noun) {
        return noun.to_owned();
    }
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

impl Line {
    /// Checks a line. Refuses control characters (including line breaks), bidirectional overrides, and a line that is too long.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        refuse_hidden(text, false)?;
        refuse_long(text, LINE_CHARS_MAX)?;
        Ok(Self(text.to_owned()))
    }
}

impl Text {
    /// Checks a text. Refuses control characters other than tab and line break, bidirectional overrides, and a text that is too long.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = if text.contains('\r') {
            text.replace("\r\n", "\n").replace('\r', "\n")
        } else {
            text.to_owned()
        };
        refuse_hidden(&text, true)?;
        refuse_long(&text, TEXT_CHARS_MAX)?;
        Ok(Self(text))
    }
}

/// Whether a character could make a signed text read differently from what was signed: it controls the direction of text.
const fn turns_text(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Foreign text without what a [`Line`] or a [`Text`] refuses: control characters other than line breaks and
/// tabs, and controls of direction.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || turns_text(*c))).collect()
}

/// Foreign text as one line of at most so many characters, which a [`Line`] accepts if they are not more than it takes.
pub fn one_line(text: &str, most: usize) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    plain(&words).chars().take(most).collect()
}

/// The beginning of a text that the program makes, as long as a title may be.
pub fn title(text: &str) -> String {
    text.chars().take(LINE_CHARS_MAX).collect()
}

/// The beginning of a text, at most so many characters with the “…” that shows the cut.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Invisible characters could make a signed text read differently from what was signed.
fn refuse_hidden(text: &str, line_breaks: bool) -> Result<(), String> {
    let printable = |byte: &u8| matches!(byte, b' '..=b'~') || line_breaks && matches!(byte, b'\n' | b'\t');
    if text.as_bytes().iter().all(printable) {
        return Ok(());
    }
    for (index, character) in text.chars().enumerate() {
        let place = index + 1;
        match character {
            '\n' | '\t' if line_breaks => {}
            '\n' => return Err(format!("a line break at character {place}; this is a single line")),
            '\0' => return Err(format!("a NUL character at character {place}; remove it")),
            _ if turns_text(character) => {
                return Err(format!(
                    "a hidden text-direction control (U+{:04X}) at character {place}; remove it",
                    u32::from(character)
                ));
            }
            _ if character.is_control() => {
                return Err(format!(
                    "a control character (U+{:04X}) at character {place}; remove it",
                    u32::from(character)
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a text is a SHA-256 in hexadecimal digits.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a text is invisible: spaces, and characters without width or shape.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
                | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
                | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
    })
}

fn refuse_long(text: &str, limit: usize) -> Result<(), String> {
    // No text has more characters than bytes.
    let count = if text.len() > limit { text.chars().count() } else { 0 };
    if count > limit {
        return Err(format!(
            "{count} characters, but at most {limit} are allowed; attach a longer text as a file"
        ));
    }
    Ok(())
}

macro_rules! text_type {
    ($name:ident) => {
        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

text_type!(Line);
text_type!(Text);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_of_something_is_singular() {
        assert_eq!(counted(0_usize, "row"), "0 rows");
        assert_eq!(counted(1_u64, "row"), "1 row");
        assert_eq!(counted(2_u64, "place"), "2 places");
    }

    #[test]
    fn a_sentence_begins_with_a_capital_and_ends_with_one_full_stop() {
        assert_eq!(sentence("éric wrote it"), "Éric wrote it.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!((sentence(""), capital("")), (String::new(), String::new()));
    }

    #[test]
    fn a_noun_gets_the_article_that_fits_its_first_letter() {
        assert_eq!(with_article("impact analysis"), "an impact analysis");
        assert_eq!(with_article("change request"), "a change request");
        assert_eq!(with_article("feedback"), "feedback");
    }

    #[test]
    fn hidden_characters_are_refused_with_their_place() {
        assert!(Line::new("a\0b").unwrap_err().contains("NUL character at character 2"));
        assert!(Text::new("abc\u{202E}def").unwrap_err().contains("U+202E) at character 4"));
        assert!(Line::new("two\nlines").unwrap_err().contains("single line"));
        assert!(Text::new("two\r\nlines\tand a tab").is_ok());
        assert_eq!(&*Line::new("  Żółć 🚑 مضخة  ").unwrap(), "Żółć 🚑 مضخة");
    }

    #[test]
    fn invisible_text_is_blank() {
        for text in ["", "  \n\t", "\u{200B}\u{200B}", "\u{3164} \u{2800}", "\u{FEFF}"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["-", "0", "無", "🚑", "\u{200B}a"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn a_megabyte_in_a_field_is_refused_with_the_limit() {
        let refusal = Text::new(&"x".repeat(1 << 20)).unwrap_err();
        assert!(refusal.contains("1048576") && refusal.contains("200000"), "{refusal}");
    }
}
