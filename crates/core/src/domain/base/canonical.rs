//! The exact bytes that are hashed and signed.
//!
//! Canonical form: JSON, UTF-8, object keys in byte order, no white space, integers only, strings escaped as
//! `serde_json` does (the shortest escapes; non-ASCII characters are written unescaped). `docs/file-format.md`
//! specifies it for other programs.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, lower-case hexadecimal when written.
pub type Digest = String;

/// The canonical text of a value, or of a struct whose fields are declared in alphabetical order.
///
/// `serde_json` keeps the keys of its maps sorted, unless a crate turns on its feature `preserve_order`; a test checks
/// that none does.
pub fn text<T: Serialize + ?Sized>(what: &T) -> String {
    serde_json::to_string(what).unwrap_or_default()
}

/// SHA-256 of bytes, in lower-case hexadecimal.
pub fn digest(bytes: &[u8]) -> Digest {
    hex::encode(Sha256::digest(bytes))
}

/// The first sixteen hexadecimal digits of a digest: enough to find on paper what it is of.
pub fn first_digits(digest: &str) -> String {
    digest.chars().take(16).collect()
}

/// The first twelve hexadecimal digits of a digest, in groups of four: enough for people to compare.
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
