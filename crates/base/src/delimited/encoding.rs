//! Detects the encoding of bytes and decodes them. Bytes that are not a character are refused, never replaced.

use super::DelimitedError;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding};
use std::borrow::Cow;

/// The encoding of a file's characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// An older encoding from the WHATWG list, such as Windows-1252.
    Legacy(&'static Encoding),
}

/// Bytes that Windows-1252 does not define; decoders that accept them turn them into control characters.
const UNDEFINED_1252: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];
/// Bytes that the detector of older encodings gets, from shortly before the first one that is not ASCII.
const GUESS_BYTES: usize = 4 * 1024 * 1024;

impl TextEncoding {
    /// The encoding of western Windows, which spreadsheet programs there use for "CSV".
    pub const WINDOWS_1252: Self = Self::Legacy(encoding_rs::WINDOWS_1252);

    /// The encodings to offer to a person, likely ones first.
    pub const OFFERED: [Self; 7] = [
        Self::Utf8,
        Self::WINDOWS_1252,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Legacy(encoding_rs::WINDOWS_1250),
        Self::Legacy(encoding_rs::SHIFT_JIS),
        Self::Legacy(encoding_rs::GB18030),
    ];

    /// The name of the encoding in the WHATWG list.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Legacy(encoding) => encoding.name(),
        }
    }

    /// The encoding of this name, if it can be decoded. Case does not matter; customary aliases are accepted.
    pub fn from_name(name: &str) -> Option<Self> {
        let encoding = Encoding::for_label(name.as_bytes())?;
        if encoding == encoding_rs::UTF_8 {
            Some(Self::Utf8)
        } else if encoding == encoding_rs::UTF_16LE {
            Some(Self::Utf16Le)
        } else if encoding == encoding_rs::UTF_16BE {
            Some(Self::Utf16Be)
        } else if encoding == encoding_rs::REPLACEMENT || encoding == encoding_rs::X_USER_DEFINED {
            None
        } else {
            Some(Self::Legacy(encoding))
        }
    }

    fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xEF\xBB\xBF",
            Self::Utf16Le => b"\xFF\xFE",
            Self::Utf16Be => b"\xFE\xFF",
            Self::Legacy(_) => b"",
        }
    }
}

/// Detects the encoding and says why.
pub(super) fn guess(bytes: &[u8]) -> (TextEncoding, String) {
    for encoding in [TextEncoding::Utf8, TextEncoding::Utf16Le, TextEncoding::Utf16Be] {
        if bytes.starts_with(encoding.mark()) {
            return (encoding, format!("{}: the file begins with its byte order mark.", encoding.name()));
        }
    }
    if let Some(encoding) = guess_utf16(bytes) {
        let why = format!("{}: every other byte is zero at the beginning.", encoding.name());
        return (encoding, why);
    }
    match std::str::from_utf8(bytes) {
        Ok(_) if bytes.is_ascii() => (TextEncoding::Utf8, "UTF-8: every byte is plain ASCII.".to_owned()),
        Ok(_) => (TextEncoding::Utf8, "UTF-8: every byte sequence is valid.".to_owned()),
        Err(error) if mostly_utf8(bytes) => {
            let at = error.valid_up_to();
            (TextEncoding::Utf8, format!("UTF-8, but damaged: byte {at} is the first that does not fit."))
        }
        Err(error) => guess_legacy(bytes, error.valid_up_to()),
    }
}

/// UTF-16 without a mark shows by its zero bytes: letters, delimiters and line ends below 256 have one each.
fn guess_utf16(bytes: &[u8]) -> Option<TextEncoding> {
    let begin = &bytes[..bytes.len().min(4096) & !1];
    let pairs = begin.len() / 2;
    let even = begin.iter().step_by(2).filter(|byte| **byte == 0).count();
    let odd = begin.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    if pairs < 2 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    if odd * 5 > pairs * 2 && even * 20 <= odd {
        Some(TextEncoding::Utf16Le)
    } else if even * 5 > pairs * 2 && odd * 20 <= even {
        Some(TextEncoding::Utf16Be)
    } else {
        None
    }
}

/// Whether there are more valid multi-byte sequences than invalid ones: UTF-8 with a damaged place.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut invalid) = (0_usize, 0_usize);
    for chunk in bytes[..bytes.len().min(GUESS_BYTES)].utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    valid > invalid
}

fn guess_legacy(bytes: &[u8], first_bad: usize) -> (TextEncoding, String) {
    let from = first_bad.saturating_sub(1024);
    let part = &bytes[from..bytes.len().min(from + GUESS_BYTES)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(part, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let encoding = TextEncoding::from_name(encoding.name()).unwrap_or(TextEncoding::WINDOWS_1252);
    let why = format!(
        "{}: byte {first_bad} is not valid UTF-8, and the pattern of letters fits. Check the accented letters.",
        encoding.name()
    );
    (encoding, why)
}

/// Decodes without replacing anything. A byte order mark of this encoding is dropped.
pub(super) fn decode(bytes: &[u8], encoding: TextEncoding) -> Result<Cow<'_, str>, DelimitedError> {
    let skip = if bytes.starts_with(encoding.mark()) { encoding.mark().len() } else { 0 };
    let body = &bytes[skip..];
    match encoding {
        TextEncoding::Utf8 => std::str::from_utf8(body).map(Cow::Borrowed).map_err(|error| {
            let offset = error.valid_up_to();
            let length = error.error_len().unwrap_or(body.len() - offset);
            bad(bytes, skip + offset, length, encoding)
        }),
        TextEncoding::Utf16Le => decode_utf16(bytes, skip, encoding, u16::from_le_bytes),
        TextEncoding::Utf16Be => decode_utf16(bytes, skip, encoding, u16::from_be_bytes),
        TextEncoding::Legacy(legacy) => decode_legacy(bytes, legacy),
    }
}

fn decode_utf16(
    bytes: &[u8],
    skip: usize,
    encoding: TextEncoding,
    unit: fn([u8; 2]) -> u16,
) -> Result<Cow<'_, str>, DelimitedError> {
    let mut offset = skip;
    let (pairs, rest) = bytes[skip..].as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match decoded {
            Ok(character) => {
                text.push(character);
                offset += character.len_utf16() * 2;
            }
            Err(_) => return Err(bad(bytes, offset, 2, encoding)),
        }
    }
    if rest.is_empty() { Ok(Cow::Owned(text)) } else { Err(bad(bytes, bytes.len() - 1, 1, encoding)) }
}

fn decode_legacy<'b>(bytes: &'b [u8], legacy: &'static Encoding) -> Result<Cow<'b, str>, DelimitedError> {
    let encoding = TextEncoding::Legacy(legacy);
    if legacy == encoding_rs::WINDOWS_1252
        && let Some(offset) = bytes.iter().position(|byte| UNDEFINED_1252.contains(byte))
    {
        return Err(bad(bytes, offset, 1, encoding));
    }
    let mut decoder = legacy.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len());
    let mut done = 0;
    loop {
        let need = decoder.max_utf8_buffer_length_without_replacement(bytes.len() - done).unwrap_or(64);
        // At most a megabyte more at a time: the decoder's worst case is several times the actual need.
        text.reserve(need.clamp(64, 1024 * 1024));
        let (result, used) = decoder.decode_to_string_without_replacement(&bytes[done..], &mut text, true);
        done += used;
        match result {
            DecoderResult::InputEmpty => return Ok(Cow::Owned(text)),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, after) => {
                let length = usize::from(length);
                let offset = done.saturating_sub(length + usize::from(after));
                return Err(bad(bytes, offset, length, encoding));
            }
        }
    }
}

fn bad(bytes: &[u8], offset: usize, length: usize, encoding: TextEncoding) -> DelimitedError {
    let end = bytes.len().min(offset.saturating_add(length.clamp(1, 8)));
    let part = bytes.get(offset..end).unwrap_or_default();
    let shown = part.iter().map(|byte| format!("0x{byte:02X}")).collect::<Vec<_>>().join(" ");
    let line = line_of(bytes.get(..offset).unwrap_or_default(), encoding);
    DelimitedError::BadBytes { encoding: encoding.name(), offset, line, shown }
}

/// The line, from 1, that follows these bytes. CRLF, LF and CR each end a line.
fn line_of(before: &[u8], encoding: TextEncoding) -> u64 {
    let mut counter = LineCounter::default();
    let pairs = || before.as_chunks::<2>().0.iter();
    match encoding {
        TextEncoding::Utf8 | TextEncoding::Legacy(_) => {
            counter.take_all(before.iter().map(|byte| u16::from(*byte)));
        }
        TextEncoding::Utf16Le => counter.take_all(pairs().map(|pair| u16::from_le_bytes(*pair))),
        TextEncoding::Utf16Be => counter.take_all(pairs().map(|pair| u16::from_be_bytes(*pair))),
    }
    counter.ended + 1
}

#[derive(Default)]
struct LineCounter {
    ended: u64,
    after_return: bool,
}

impl LineCounter {
    fn take_all(&mut self, units: impl Iterator<Item = u16>) {
        for unit in units {
            let (feed, carriage_return) = (unit == u16::from(b'\n'), unit == u16::from(b'\r'));
            if carriage_return || (feed && !self.after_return) {
                self.ended += 1;
            }
            self.after_return = carriage_return;
        }
    }
}
