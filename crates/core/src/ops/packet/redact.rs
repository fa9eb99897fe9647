//! The last check of a redacted packet: no personal string may remain, wherever it was copied.

use serde_json::Value;

use super::paper::REDACTED;
use crate::ops::refused::Refused;
use crate::report::Packet;

/// Keys of the model whose values come from the program, not from people.
const OURS: &[&str] = &["kind", "tone", "width", "align", "sha256", "chain_head_digest", "digest"];

/// Replaces every occurrence of the personal strings in any text of the packet.
///
/// # Errors
/// [`Refused::Rule`] if the packet cannot be converted to data; then nothing is returned.
pub(super) fn strings(packet: Packet, private: &[String]) -> Result<Packet, Refused> {
    let failed =
        |error: serde_json::Error| Refused::Rule(format!("the packet could not be redacted: {error}"));
    let mut value = serde_json::to_value(packet).map_err(failed)?;
    walk(&mut value, private);
    serde_json::from_value(value).map_err(failed)
}

fn walk(value: &mut Value, private: &[String]) {
    match value {
        Value::String(text) => {
            for word in private {
                if text.contains(word.as_str()) {
                    *text = replace(text, word);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, private)),
        Value::Object(fields) => fields
            .iter_mut()
            .filter(|(key, value)| !(OURS.contains(&key.as_str()) && value.is_string()))
            .for_each(|(_, value)| walk(value, private)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Replaces a string where it occurs as whole words.
fn replace(text: &str, word: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let inside = before.chars().next_back().is_some_and(char::is_alphanumeric)
            || after.chars().next().is_some_and(char::is_alphanumeric);
        result.push_str(before);
        result.push_str(if inside { word } else { REDACTED });
        rest = after;
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_string_is_replaced_as_whole_words_only() {
        assert_eq!(
            replace("Mary Major called; Mary Majors did not.", "Mary Major"),
            "[redacted] called; Mary Majors did not."
        );
        assert_eq!(replace("Ward 3", "Ward 3"), "[redacted]");
        assert_eq!(replace("é Ward é", "Ward"), "é [redacted] é");
    }

    crate::domain::record::rows! {
        /// A person who was informed.
        pub struct Told {
            /// Who.
            party: crate::domain::text::Line = "Party" => personal();
            /// How.
            by: crate::domain::text::Line = "By";
        }
    }

    #[test]
    fn personal_data_of_a_row_is_blanked_wherever_it_was_copied() {
        use crate::domain::field::{FieldDef, Table};
        let field = FieldDef::new::<Table<Told>>("told", "Told", "");
        let mut private = Vec::new();
        let rows = serde_json::json!([{"party": "Mary Major", "by": "Letter"}]);
        field.each_personal(&rows, &mut |text| private.push(text.to_owned()));
        let packet = Packet { title: "Letter to Mary Major".to_owned(), ..Packet::default() };
        assert_eq!(strings(packet, &private).unwrap().title, "Letter to [redacted]");
    }

    #[test]
    fn words_of_the_program_are_kept() {
        let packet = Packet {
            kind: "paragraph".to_owned(),
            title: "The paragraph of Mary".to_owned(),
            sections: vec![crate::report::Section::new(
                1,
                "1",
                "paragraph",
                vec![crate::report::Block::paragraph("x")],
            )],
            ..Packet::default()
        };
        let redacted = strings(packet, &["paragraph".to_owned()]).unwrap();
        assert_eq!(redacted.title, "The [redacted] of Mary");
        assert_eq!(redacted.sections[0].blocks, vec![crate::report::Block::paragraph("x")]);
    }
}
