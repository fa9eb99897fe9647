//! What a PDF may cost before it is read: how much its streams unpack, how much may be nested in it, and that it is not encrypted, which
//! would hide that.

mod filters;

use std::cell::Cell;
use std::io::{self, Cursor, Read};

use flate2::read::{DeflateDecoder, ZlibDecoder};
use mainstay_base::note::Unreadable;

/// Most bytes that all streams of a PDF may unpack, also in layers, and that are read for it.
const UNPACKED_MAX: u64 = 1 << 30;
/// Most arrays and dictionaries that a PDF may open, wherever: no more of them can be nested, and the stack of the reader has room for them.
pub(super) const OPENED_MAX: u64 = 1 << 20;
/// How many bytes a layer reads ahead.
const AHEAD: usize = 2048;
/// How many layers of packing are looked through.
const LAYERS: u8 = 4;

/// Refuses a PDF that is encrypted, that unpacks to too much, or that packs in a way whose size cannot be told.
pub(super) fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    if has_encryption(bytes) {
        return Err(super::encrypted());
    }
    let packing = filters::of(bytes)?;
    let left = Left::new(bytes, packing.run_lengths);
    let mut from = 0;
    while let Some(at) = find(bytes, b"stream", from) {
        from = at + b"stream".len();
        let data = bytes.get(from..).unwrap_or_default();
        let ends = bytes.get(..from).is_some_and(|before| before.ends_with(b"endstream"));
        if ends || !data.starts_with(b"\n") && !data.starts_with(b"\r") {
            continue;
        }
        let data = data.get(if data.starts_with(b"\r\n") { 2 } else { 1 }..).unwrap_or_default();
        // Where a stream ends is not known yet. What is read of it counts too, so that many that never end are not read over and over.
        count(Box::new(Counting { inner: Box::new(data), left: &left.packed, opened: None }), &left, 0);
        if packing.as_text {
            for decoded in [filters::hexadecimal(data), filters::base_85(data)] {
                take(&left.packed, 2 * decoded.len() as u64);
                count(Box::new(decoded.as_slice()), &left, 0);
            }
        }
        left.refuse()?;
    }
    left.refuse()
}

/// What may still be read, unpacked and opened.
struct Left {
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    opened: Cell<u64>,
}

impl Left {
    /// `unpacked` is how much unpacks already.
    fn new(bytes: &[u8], unpacked: u64) -> Self {
        let left = Self {
            packed: Cell::new(UNPACKED_MAX),
            unpacked: Cell::new(UNPACKED_MAX.saturating_sub(unpacked)),
            opened: Cell::new(OPENED_MAX),
        };
        take(&left.opened, openings(bytes, &mut 0));
        left
    }

    fn refuse(&self) -> Result<(), Unreadable> {
        let reason = if self.packed.get() == 0 || self.unpacked.get() == 0 {
            format!(
                "this PDF takes more to unpack than the {} MiB that are read; remove pictures or split it",
                UNPACKED_MAX >> 20
            )
        } else if self.opened.get() == 0 {
            format!(
                "this PDF has more than {OPENED_MAX} arrays and dictionaries, which is more than is read; remove pictures or split it"
            )
        } else {
            return Ok(());
        };
        Err(Unreadable::at("document", reason))
    }
}

fn take(left: &Cell<u64>, what: u64) {
    left.set(left.get().saturating_sub(what));
}

/// How many arrays and dictionaries some bytes open at most; `last` is the byte before them.
fn openings(bytes: &[u8], last: &mut u8) -> u64 {
    let opens = |byte: &u8| {
        let before = std::mem::replace(last, *byte);
        *byte == b'[' || (*byte == b'<' && before == b'<')
    };
    bytes.iter().map(opens).filter(|opens| *opens).count() as u64
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

/// Counts what passes through, and what it opens, and ends when nothing is left.
struct Counting<'a> {
    inner: Box<dyn Read + 'a>,
    left: &'a Cell<u64>,
    /// How much may still be opened, and the byte that was read last.
    opened: Option<(&'a Cell<u64>, u8)>,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        take(self.left, read as u64);
        let mut is_over = self.left.get() == 0;
        if let Some((opened, last)) = &mut self.opened {
            take(opened, openings(buffer.get(..read).unwrap_or_default(), last));
            is_over |= opened.get() == 0;
        }
        if is_over { Ok(0) } else { Ok(read) }
    }
}

/// Unpacks a stream, and what is packed in it again. One that is not packed, or that breaks off, counts as far as it goes.
fn count<'a>(mut stream: Box<dyn Read + 'a>, left: &'a Left, layer: u8) {
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
    let opened = Some((&left.opened, 0));
    count(Box::new(Counting { inner, left: &left.unpacked, opened }), left, layer + 1);
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
        let left = Left::new(b"", 0);
        count(Box::new(bytes), &left, 0);
        UNPACKED_MAX - left.unpacked.get()
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
    fn what_would_be_nested_deeper_than_the_stack_of_the_reader_is_refused_before_it_is_read() {
        let brackets = vec![b'['; OPENED_MAX as usize];
        let dictionaries = b"<<".repeat(OPENED_MAX as usize);
        for nested in
            [with_stream(&brackets), with_stream(&packed(&brackets)), with_stream(&packed(&dictionaries))]
        {
            let refusal = check(&nested).unwrap_err().to_string();
            assert!(refusal.contains("more than 1048576 arrays and dictionaries"), "{refusal}");
        }
        check(&with_stream(&packed(&brackets[..1000]))).unwrap();
    }

    #[test]
    fn a_bomb_that_is_written_as_text_is_refused_before_it_is_read() {
        let hidden = packed(&vec![b'['; OPENED_MAX as usize]);
        let text = hex::encode(hidden);
        let file = |filter: &str| {
            let head =
                format!("%PDF-1.7\n1 0 obj\n<</Filter{filter}>>\nstream\n{text}>\nendstream\nendobj\n");
            check(head.as_bytes())
        };
        for filter in ["[/ASCIIHexDecode/FlateDecode]", " [ /AHx /#46l ]", "%[]\n[/AHx/Fl]"] {
            let refusal = file(filter).unwrap_err().to_string();
            assert!(refusal.contains("arrays and dictionaries"), "{filter}: {refusal}");
        }
        file("/FlateDecode").unwrap();
    }

    #[test]
    fn what_is_read_of_streams_counts_too() {
        // Empty blocks of Deflate unpack to nothing, as far as they go.
        let blocks = [0_u8, 0, 0, 255, 255].repeat(4_000);
        let left = Left { packed: Cell::new(1 << 20), ..Left::new(b"", 0) };
        let mut streams = 0;
        while left.packed.get() > 0 && streams < 1_000 {
            let stream = Counting { inner: Box::new(blocks.as_slice()), left: &left.packed, opened: None };
            count(Box::new(stream), &left, 0);
            streams += 1;
        }
        assert_eq!((left.packed.get(), left.unpacked.get()), (0, UNPACKED_MAX));
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
