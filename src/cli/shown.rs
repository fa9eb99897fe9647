//! Foreign text on a terminal: names in a bill or an advisory may contain characters that move the cursor, change colours or reverse the
//! direction of reading. They are shown as escapes.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character would act on a terminal instead of being shown. Line ends and tabs are part of the layout.
fn acts(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Marks, embeddings, overrides and isolates of the direction of reading.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => c.is_control(),
    }
}

/// Text as it is printed: what would act on the terminal is written as `\u001b`, which JSON reads as the same character.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_shown_and_everything_else_stays() {
        assert_eq!(shown("zürich\t1.0\n日本"), "zürich\t1.0\n日本");
        assert_eq!(
            shown("a\u{1b}[2Jb\r\u{7f}\u{9b}c\u{202e}d"),
            "a\\u001b[2Jb\\u000d\\u007f\\u009bc\\u202ed"
        );
        let json = "{\"name\":\"a\u{9b}b\"}";
        let read: serde_json::Value = serde_json::from_str(&shown(json)).unwrap();
        assert_eq!(read["name"], "a\u{9b}b");
    }
}
