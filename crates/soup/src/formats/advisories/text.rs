//! The bytes of an advisory file as a stream of UTF-8: a byte order mark is removed, UTF-16 is transcoded.
//!
//! Streaming counterpart of `base::decode`; the parser checks whether UTF-8 is well-formed.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

const HEAD_BYTES: u64 = 4;
const BUFFER_BYTES: usize = 1 << 16;

/// The bytes of a document with the first ones put back.
type Whole<'r> = Chain<Cursor<Vec<u8>>, &'r mut dyn BufRead>;

/// UTF-8 of a document in any of the Unicode encodings.
pub(super) enum Utf8<'r> {
    /// Already UTF-8.
    Plain(Whole<'r>),
    /// UTF-16.
    Transcoded(BufReader<Transcoder<Whole<'r>>>),
}

impl<'r> Utf8<'r> {
    /// Reads the first bytes of `reader` and decides.
    pub fn new(reader: &'r mut dyn BufRead) -> io::Result<Self> {
        let mut head = Vec::new();
        reader.take(HEAD_BYTES).read_to_end(&mut head)?;
        let (mark, encoding) = match head.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => (3, None),
            [0xFF, 0xFE, ..] => (2, Some(UTF_16LE)),
            [0xFE, 0xFF, ..] => (2, Some(UTF_16BE)),
            [1..=255, 0, 1..=255, 0] => (0, Some(UTF_16LE)),
            [0, 1..=255, 0, 1..=255] => (0, Some(UTF_16BE)),
            _ => (0, None),
        };
        head.drain(..mark);
        let whole = Cursor::new(head).chain(reader);
        Ok(match encoding {
            None => Self::Plain(whole),
            Some(encoding) => Self::Transcoded(BufReader::with_capacity(
                BUFFER_BYTES,
                Transcoder {
                    inner: whole,
                    decoder: encoding.new_decoder_without_bom_handling(),
                    ended: false,
                },
            )),
        })
    }
}

impl Read for Utf8<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(inner) => inner.read(buffer),
            Self::Transcoded(inner) => inner.read(buffer),
        }
    }
}

impl BufRead for Utf8<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Plain(inner) => inner.fill_buf(),
            Self::Transcoded(inner) => inner.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match self {
            Self::Plain(inner) => inner.consume(amount),
            Self::Transcoded(inner) => inner.consume(amount),
        }
    }
}

/// UTF-16 to UTF-8; a broken pair or half a character is an error, never replaced.
pub(super) struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    ended: bool,
}

impl<R: BufRead> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.ended {
                return Ok(0);
            }
            let source = self.inner.fill_buf()?;
            let last = source.is_empty();
            let (outcome, taken, written) =
                self.decoder.decode_to_utf8_without_replacement(source, buffer, last);
            self.inner.consume(taken);
            match outcome {
                DecoderResult::Malformed(..) => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "not well-formed UTF-16"));
                }
                DecoderResult::InputEmpty => self.ended = last,
                // A caller with a tiny buffer would wait for ever; `BufReader` has a large one.
                DecoderResult::OutputFull if written == 0 => {
                    return Err(io::Error::other("the buffer is too small for transcoding"));
                }
                DecoderResult::OutputFull => {}
            }
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        Utf8::new(&mut &*bytes)?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn each_unicode_encoding_gives_the_same_text() {
        let text = format!("{{\"a\": \"é😀\"}}{}", "ü".repeat(100_000));
        assert_eq!(read(text.as_bytes()).unwrap(), text);
        assert_eq!(read(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()).unwrap(), text);
        for mark in ["", "\u{FEFF}"] {
            assert_eq!(read(&utf16(&format!("{mark}{text}"), u16::to_le_bytes)).unwrap(), text);
            assert_eq!(read(&utf16(&format!("{mark}{text}"), u16::to_be_bytes)).unwrap(), text);
        }
        assert_eq!(read(b"").unwrap(), "");
        assert_eq!(read(b"{").unwrap(), "{");
    }

    #[test]
    fn broken_utf16_is_refused_and_never_replaced() {
        for bytes in [&b"\xFF\xFE{\0\x00\xD8{\0"[..], b"\xFF\xFE{\0{", b"\xFE\xFF\xDC\x00"] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
