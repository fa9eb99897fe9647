//! The canonical form of JSON: members sorted by name, no blanks, no number that could be written in two ways. `jq -cS` writes the same.
//!
//! What the values mean belongs to the callers.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// Length of a list, in bytes of its canonical text, from which it is told by its digest only.
const LIST_BYTES_MAX: usize = 4096;
/// Length of a text, in bytes, from which only its beginning is told.
const TEXT_BYTES_MAX: usize = 4096;
/// Characters of the beginning of such a text.
const BEGINNING_CHARS: usize = 1000;
/// Number of digits up to which every program writes an integer in the same way.
const DIGITS_MAX: usize = 15;

/// The canonical text of a value.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// SHA-256 of the canonical text of a value, lower-case hexadecimal.
pub(super) fn digest(value: &Value) -> String {
    sha256(text(value).as_bytes())
}

/// SHA-256 of bytes, lower-case hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Appends the canonical text of a value.
pub(super) fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let digits = number.to_string();
            let simple = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            if simple && digits.len() <= DIGITS_MAX && digits != "-0" {
                out.push_str(&digits);
            } else {
                write_string(&digits, out);
            }
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            // A map is sorted by name as it is.
            out.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// Appends a string with the escapes that `jq` writes.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\\' | '\u{0}'..='\u{1f}' | '\u{7f}')) {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = from.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(other) => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// The value of a JSON text. A number with a fraction or an exponent, and one with many digits, becomes a text as written, so that reading
/// does not round it. A text that is not JSON becomes a string.
pub(super) fn value_of(json: &str) -> Value {
    serde_json::from_str(&quoted_numbers(json)).unwrap_or_else(|_| Value::String(json.to_owned()))
}

/// A JSON text with quotes around the numbers that programs may write in several ways.
fn quoted_numbers(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 64);
    let mut rest = json;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let is_string = from.starts_with('"');
        let end = if is_string { end_of_string(from) } else { end_of_number(from) };
        let (token, after) = from.split_at(end);
        let exact = token.len() <= DIGITS_MAX && token != "-0" && !token.contains(['.', 'e', 'E', '+']);
        if is_string || exact {
            out.push_str(token);
        } else {
            let _ = write!(out, "\"{token}\"");
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where a string ends that begins a text.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn end_of_number(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E')))
        .unwrap_or(text.len())
}

/// A value whose long parts are told by their digests: a list of more than 4,096 bytes of canonical text, if its elements are still that long
/// after their own long parts were cut, and a text of more than 4,096 bytes. The digest is of the canonical text of the part as it was.
pub(super) fn cut(value: Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
        Value::String(text) if text.len() <= TEXT_BYTES_MAX => Value::String(text),
        Value::String(text) => {
            let begins: String = text.chars().take(BEGINNING_CHARS).collect();
            let whole = self::text(&Value::String(text));
            json!({"cut": {"begins": begins, "bytes": whole.len(), "sha256": sha256(whole.as_bytes())}})
        }
        Value::Array(items) => cut_list(items),
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, value)| (name, cut(value))).collect::<Map<String, Value>>(),
        ),
    }
}

fn cut_list(items: Vec<Value>) -> Value {
    let list = Value::Array(items);
    let whole = text(&list);
    if whole.len() <= LIST_BYTES_MAX {
        return list;
    }
    let Value::Array(items) = list else { return list };
    let entries = items.len();
    let shorter = Value::Array(items.into_iter().map(cut).collect());
    if text(&shorter).len() <= LIST_BYTES_MAX {
        return shorter;
    }
    json!({"cut": {"bytes": whole.len(), "entries": entries, "sha256": sha256(whole.as_bytes())}})
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn members_are_sorted_and_numbers_that_could_be_rounded_are_texts() {
        let value =
            value_of(r#"{"b": [1, -7, 1.50, 1e3, 12345678901234567890, "2.50\"3.5"], "a": null, "A": true}"#);
        let written = r#"{"A":true,"a":null,"b":[1,-7,"1.50","1e3","12345678901234567890","2.50\"3.5"]}"#;
        assert_eq!(text(&value), written);
        assert_eq!(text(&value_of("not JSON, 1.5")), r#""not JSON, 1.5""#);
    }

    #[test]
    fn strings_have_the_escapes_of_jq() {
        let all = Value::String("\u{0}\u{8}\t\n\u{c}\r\u{1f}\u{7f}\"\\/ä\u{2028}".to_owned());
        assert_eq!(text(&all), "\"\\u0000\\b\\t\\n\\f\\r\\u001f\\u007f\\\"\\\\/ä\u{2028}\"");
    }

    #[test]
    fn a_long_list_is_told_by_its_digest_and_short_parts_stay() {
        let long: Vec<String> = (0..1000).map(|n| format!("https://example.org/{n}")).collect();
        let value =
            json!({"id": "CVE-1", "references": long, "text": "x".repeat(5000), "of": [{"in": long}]});
        let whole = text(&json!(long));
        let shown = cut(value);
        let told = json!({"bytes": whole.len(), "entries": 1000, "sha256": sha256(whole.as_bytes())});
        assert_eq!(shown["references"]["cut"], told);
        assert_eq!(shown["of"][0]["in"]["cut"], told, "the list around it stays");
        assert_eq!(shown["id"], "CVE-1");
        assert_eq!(shown["text"]["cut"]["bytes"], 5002);
        assert_eq!(shown["text"]["cut"]["begins"].as_str().unwrap().len(), BEGINNING_CHARS);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|number| json!(number)),
            any::<f64>().prop_map(|number| json!(number)),
            any::<String>().prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_canonical_text_reads_back_as_itself_however_it_was_laid_out(value in any_json()) {
            let written = text(&value);
            prop_assert_eq!(&text(&value_of(&written)), &written);
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(text(&value_of(&pretty)), written);
        }

        #[test]
        fn any_text_is_a_value(any in any::<String>()) {
            let _ = text(&cut(value_of(&any)));
        }
    }
}
