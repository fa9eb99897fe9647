//! Decoding the bytes of a foreign document: UTF-8 with or without byte order mark, UTF-16 in either byte order.
//!
//! Nothing is replaced or guessed: bytes that are not text are refused with their place. `delimited` reads tables from spreadsheet
//! programs, which use older encodings too.

use std::borrow::Cow;
use std::str;

use crate::note::Unreadable;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";
const UTF16_LITTLE_MARK: &[u8] = b"\xFF\xFE";
const UTF16_BIG_MARK: &[u8] = b"\xFE\xFF";

/// The text of a document. Refuses NUL characters and anything but UTF-8 and UTF-16, with the place of the byte, counted from 0.
pub fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let text = if let Some(rest) = bytes.strip_prefix(UTF16_LITTLE_MARK) {
        Cow::Owned(utf16(rest, u16::from_le_bytes)?)
    } else if let Some(rest) = bytes.strip_prefix(UTF16_BIG_MARK) {
        Cow::Owned(utf16(rest, u16::from_be_bytes)?)
    } else if let [first, 0, _, 0, ..] = bytes
        && *first != 0
    {
        Cow::Owned(utf16(bytes, u16::from_le_bytes)?)
    } else if let [0, first, 0, _, ..] = bytes
        && *first != 0
    {
        Cow::Owned(utf16(bytes, u16::from_be_bytes)?)
    } else {
        Cow::Borrowed(utf8(bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes), bytes.starts_with(UTF8_MARK))?)
    };
    match text.bytes().position(|byte| byte == 0) {
        None => Ok(text),
        Some(at) => Err(Unreadable::at(
            format!("byte {at}"),
            "a NUL character: this is not text, or the file is damaged",
        )),
    }
}

fn utf8(bytes: &[u8], marked: bool) -> Result<&str, Unreadable> {
    str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to() + if marked { UTF8_MARK.len() } else { 0 };
        let what = bytes.get(error.valid_up_to()).map_or_else(String::new, |byte| format!(" (0x{byte:02X})"));
        Unreadable::at(
            format!("byte {at}"),
            format!("not UTF-8{what}: save the file as UTF-8 and read it again"),
        )
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Unreadable> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Unreadable::at(
            format!("byte {}", bytes.len()),
            "UTF-16 with half a character at the end: the file is cut short",
        ));
    }
    let mut text = String::with_capacity(bytes.len());
    for (index, character) in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).enumerate() {
        text.push(character.map_err(|_| {
            Unreadable::at(
                format!("character {index}"),
                "not UTF-16: half of a surrogate pair without the other half",
            )
        })?);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unicode_encoding_gives_the_same_text() {
        let words = "{\"name\": \"Müller\"}";
        let little: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            words.as_bytes().to_vec(),
            [UTF8_MARK, words.as_bytes()].concat(),
            [UTF16_LITTLE_MARK, &little].concat(),
            [UTF16_BIG_MARK, &big].concat(),
            little,
            big,
        ] {
            assert_eq!(text(&bytes).unwrap(), words);
        }
        assert_eq!(text(b"").unwrap(), "");
    }

    #[test]
    fn bytes_that_are_not_text_are_refused_with_their_place() {
        for (bytes, place) in [
            (&b"ab\xFFcd"[..], "byte 2"),
            (b"\xEF\xBB\xBFab\xFF", "byte 5"),
            (b"abc\0def", "byte 3"),
            (b"\xFF\xFEa\0b", "byte 3"),
            (b"\xFF\xFE\0\xD8a\0", "character 0"),
            (b"\0\0\0\0", "byte 0"),
        ] {
            assert_eq!(text(bytes).unwrap_err().place, place, "{bytes:?}");
        }
    }
}
