//! What a PDF may cost before it is read: how much its streams unpack, and that it is not encrypted, which would hide that.

use std::cell::Cell;
use std::io::{self, Cursor, Read};

use flate2::read::{DeflateDecoder, ZlibDecoder};
use mainstay_base::note::Unreadable;

/// Most bytes that all streams of a PDF may unpack, also in layers, and that are read for it.
const UNPACKED_MAX: u64 = 1 << 30;
/// How many bytes a layer reads ahead.
const AHEAD: usize = 2048;
/// How many layers of packing are looked through.
const LAYERS: u8 = 4;

/// Refuses a PDF that is encrypted, that unpacks to too much, or that packs in a way whose size cannot be told.
pub(super) fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    if has_encryption(bytes) {
        return Err(super::encrypted());
    }
    if find(bytes, b"/LZWDecode", 0).is_some() {
        let reason =
            "this PDF is packed as programs of the 1990s did (LZW); open it and print it to a new PDF";
        return Err(Unreadable::at("document", reason));
    }
    let (packed, unpacked) = (Cell::new(UNPACKED_MAX), Cell::new(UNPACKED_MAX));
    let mut from = 0;
    while let Some(at) = find(bytes, b"stream", from) {
        from = at + b"stream".len();
        let data = bytes.get(from..).unwrap_or_default();
        let ends = bytes.get(..from).is_some_and(|before| before.ends_with(b"endstream"));
        if ends || !data.starts_with(b"\n") && !data.starts_with(b"\r") {
            continue;
        }
        let skipped = if data.starts_with(b"\r\n") { 2 } else { 1 };
        // Where a stream ends is not known yet. What is read of it counts too, so that many that never end are not read over and over.
        let stream = Counting { inner: Box::new(data.get(skipped..).unwrap_or_default()), left: &packed };
        count(Box::new(stream), &unpacked, 0);
        if packed.get() == 0 || unpacked.get() == 0 {
            let reason = format!(
                "this PDF takes more to unpack than the {} MiB that are read; remove pictures or split it",
                UNPACKED_MAX >> 20
            );
            return Err(Unreadable::at("document", reason));
        }
    }
    Ok(())
}

/// Whether the trailer names an encryption: a dictionary or a reference follows the name.
fn has_encryption(bytes: &[u8]) -> bool {
    let name = b"/Encrypt";
    let mut from = 0;
    while let Some(at) = find(bytes, name, from) {
        from = at + name.len();
        let after = bytes.get(from..).unwrap_or_default();
        let next = after.iter().find(|byte| !byte.is_ascii_whitespace());
        let spaced = after.first().is_some_and(u8::is_ascii_whitespace);
        if next == Some(&b'<') || (spaced && next.is_some_and(u8::is_ascii_digit)) {
            return true;
        }
    }
    false
}

fn find(bytes: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(what.len()).position(|window| window == what).map(|at| at + from)
}

/// Counts what passes through, and ends when nothing is left.
struct Counting<'a> {
    inner: Box<dyn Read + 'a>,
    left: &'a Cell<u64>,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        if self.left.get() == 0 { Ok(0) } else { Ok(read) }
    }
}

/// Unpacks a stream, and what is packed in it again. One that is not packed, or that breaks off, counts as far as it goes.
fn count<'a>(mut stream: Box<dyn Read + 'a>, left: &'a Cell<u64>, layer: u8) {
    let mut head = [0_u8; 2];
    if layer > LAYERS || stream.read_exact(&mut head).is_err() {
        return;
    }
    let packed = head[0] & 0x0F == 8 && u16::from_be_bytes(head) % 31 == 0;
    let whole = Cursor::new(head).chain(stream);
    let inner: Box<dyn Read + 'a> = match (packed, layer) {
        (true, _) => Box::new(ZlibDecoder::new_with_buf(whole, vec![0; AHEAD])),
        (false, 0) => Box::new(DeflateDecoder::new_with_buf(whole, vec![0; AHEAD])),
        (false, _) => {
            let mut whole = whole;
            // What breaks off is counted as far as it went.
            let _ = io::copy(&mut whole, &mut io::sink());
            return;
        }
    };
    count(Box::new(Counting { inner, left }), left, layer + 1);
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn with_stream(data: &[u8]) -> Vec<u8> {
        [b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n".as_slice(), data, b"\nendstream\nendobj\n"].concat()
    }

    fn counted(bytes: &[u8]) -> u64 {
        let left = Cell::new(1 << 30);
        count(Box::new(bytes), &left, 0);
        (1 << 30) - left.get()
    }

    #[test]
    fn layers_of_packing_are_counted_and_what_is_not_packed_is_not() {
        let zeros = vec![0_u8; 1_000_000];
        let once = packed(&zeros);
        assert_eq!(counted(&once), 1_000_000);
        let twice = packed(&once);
        assert_eq!(counted(&twice), 1_000_000 + once.len() as u64);
        assert!(counted(b"BT (text) Tj ET") < 100);
        let cut = &once[..once.len() / 2];
        assert!(counted(cut) > 100_000, "what breaks off counts as far as it goes");
    }

    #[test]
    fn a_bomb_in_layers_is_refused_before_it_is_read() {
        // Two gibibytes of zeros, packed twice into a few kilobytes.
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        let block = vec![0_u8; 1 << 20];
        (0..2048).for_each(|_| encoder.write_all(&block).unwrap());
        let bomb = packed(&encoder.finish().unwrap());
        let refusal = check(&with_stream(&bomb)).unwrap_err().to_string();
        assert!(refusal.contains("takes more to unpack than the 1024 MiB"), "{refusal}");
    }

    #[test]
    fn what_is_read_of_streams_counts_too() {
        // Empty blocks of Deflate unpack to nothing, as far as they go.
        let blocks = [0_u8, 0, 0, 255, 255].repeat(4_000);
        let (packed, unpacked) = (Cell::new(1 << 20), Cell::new(1 << 20));
        let mut streams = 0;
        while packed.get() > 0 && streams < 1_000 {
            let stream = Counting { inner: Box::new(blocks.as_slice()), left: &packed };
            count(Box::new(stream), &unpacked, 0);
            streams += 1;
        }
        assert_eq!((packed.get(), unpacked.get()), (0, 1 << 20));
        assert!(streams < 100, "{streams}");
    }

    #[test]
    fn an_encrypted_pdf_is_told_from_one_that_only_names_it() {
        for (text, encrypted) in [
            ("trailer << /Encrypt 5 0 R >>", true),
            ("trailer <</Encrypt<</V 2>>>>", true),
            ("(the name /EncryptMetadata or /Encrypt alone)", false),
        ] {
            assert_eq!(has_encryption(text.as_bytes()), encrypted, "{text}");
        }
        let refusal = check(b"%PDF-1.7 trailer << /Encrypt 5 0 R >>").unwrap_err().to_string();
        assert!(refusal.contains("encrypted") && refusal.contains("Save it without both"), "{refusal}");
    }
}
