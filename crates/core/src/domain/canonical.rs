//! The exact bytes that are hashed and signed.
//!
//! Canonical form: JSON, UTF-8, object keys in byte order, no white space, integers only, strings escaped as
//! `serde_json` does (the shortest escapes; everything beyond ASCII is written as it is). `docs/file-format.md` has it
//! for strangers.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, lower-case hexadecimal when written.
pub type Digest = String;

/// The canonical text of a value.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// The canonical text of an object whose entries stand in canonical text already.
pub fn object(mut entries: Vec<(&str, String)>) -> String {
    entries.sort_unstable_by_key(|(key, _)| key.as_bytes());
    let mut out = String::with_capacity(entries.iter().map(|(key, entry)| key.len() + entry.len() + 4).sum());
    write_object(entries.iter().map(|(key, entry)| (*key, entry)), &mut out, |entry, out| {
        out.push_str(entry);
    });
    out
}

/// The canonical text of an object that is still a map.
pub fn map(map: &Map<String, Value>) -> String {
    let mut out = String::new();
    write_map(map, &mut out);
    out
}

/// The canonical text of an array whose items stand in canonical text already.
pub fn array(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(","))
}

/// The canonical text of a string.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_string(text, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => write_map(map, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::String(text) => write_string(text, out),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
    }
}

fn write_map(map: &Map<String, Value>, out: &mut String) {
    // The map keeps its keys sorted unless some crate asks for another order.
    if map.keys().is_sorted() {
        write_object(map.iter(), out, write);
    } else {
        let mut entries: Vec<_> = map.iter().collect();
        entries.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        write_object(entries.into_iter(), out, write);
    }
}

fn write_object<K: AsRef<str>, V>(
    entries: impl Iterator<Item = (K, V)>,
    out: &mut String,
    write_entry: impl Fn(V, &mut String),
) {
    out.push('{');
    for (index, (key, entry)) in entries.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(key.as_ref(), out);
        out.push(':');
        write_entry(entry, out);
    }
    out.push('}');
}

/// What `serde_json` escapes: quote, backslash and the control characters; most texts have none and are copied.
fn write_string(text: &str, out: &mut String) {
    if text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.push_str(&Value::from(text).to_string());
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

/// SHA-256 of bytes, in lower-case hexadecimal.
pub fn digest(bytes: &[u8]) -> Digest {
    hex::encode(Sha256::digest(bytes))
}

/// The first twelve hexadecimal digits of a digest, in groups of four: enough for a person to compare.
pub fn short(digest: &str) -> String {
    let head: String = digest.chars().take(12).collect();
    head.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_and_nothing_is_padded() {
        let value = json!({"b": [1, true, null], "a": {"z": "é\n\"", "y": ""}});
        assert_eq!(text(&value), "{\"a\":{\"y\":\"\",\"z\":\"é\\n\\\"\"},\"b\":[1,true,null]}");
    }

    #[test]
    fn parts_that_are_written_by_themselves_come_to_the_same_text() {
        let texts = ["", "plain", "é €", "a\"b", "a\\b", "line\nbreak", "\u{0}\u{1f}\u{7f}", "/"];
        for one in texts {
            assert_eq!(string(one), json!(one).to_string());
        }
        let value = json!({"b": texts, "a\"": {"z": 1, "é": null}});
        let entries = vec![("b", array(texts.map(string))), ("a\"", map(value["a\""].as_object().unwrap()))];
        assert_eq!(object(entries), text(&value));
        assert_eq!(text(&value), value.to_string());
    }

    #[test]
    fn the_digest_is_sha_256() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(short("ba7816bf8f01cfea"), "ba78 16bf 8f01");
    }
}
