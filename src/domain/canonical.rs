//! The exact bytes that are hashed and signed.
//!
//! Canonical form: JSON, UTF-8, object keys in byte order, no white space, integers only, strings escaped as
//! `serde_json` does (the shortest escapes; everything beyond ASCII is written as it is). `docs/file-format.md` has it
//! for strangers.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, lower-case hexadecimal when written.
pub type Digest = String;

/// The canonical text of a value.
pub fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
            out.push('{');
            for (index, (key, entry)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write(entry, out);
            }
            out.push('}');
        }
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
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string());
        }
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
    fn the_digest_is_sha_256() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(short("ba7816bf8f01cfea"), "ba78 16bf 8f01");
    }
}
