//! How the streams of a PDF say that they are packed (ISO 32000-1, 7.4), as far as their size is not told by their bytes.

use mainstay_base::note::Unreadable;

/// How many bytes one byte becomes at most where runs are packed.
const RUN: u64 = 64;
/// Longest name that is looked at.
const NAME_MAX: usize = 64;
/// Most white space and comment that is passed over before a filter.
const SPACES_MAX: usize = 1024;

/// What is said of the streams of a PDF.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Packing {
    /// Whether one of them is written as text: hexadecimal or to the base 85.
    pub as_text: bool,
    /// How many bytes those with packed runs become at most.
    pub run_lengths: u64,
}

/// Looks at every filter that is named, wherever it stands.
///
/// # Errors
/// When a stream is packed in a way whose size cannot be told.
pub(super) fn of(bytes: &[u8]) -> Result<Packing, Unreadable> {
    let mut packing = Packing::default();
    let mut from = 0;
    while let Some(at) = super::find(bytes, b"/", from) {
        from = at + 1;
        let (name, after) = name(bytes, at);
        if name != b"Filter" {
            continue;
        }
        let Some(filters) = named(bytes, after) else {
            return Err(untold("names its packing elsewhere"));
        };
        let is =
            |filter: &[u8], long: &str, short: &str| filter == long.as_bytes() || filter == short.as_bytes();
        let count = |long: &str, short: &str| filters.iter().filter(|filter| is(filter, long, short)).count();
        if count("LZWDecode", "LZW") > 0 {
            return Err(untold("is packed as programs of the 1990s did (LZW)"));
        }
        let texts = count("ASCIIHexDecode", "AHx") + count("ASCII85Decode", "A85");
        let runs = count("RunLengthDecode", "RL");
        if texts > 1 || (runs > 0 && filters.len() > 1) {
            return Err(untold("is packed several times"));
        }
        packing.as_text |= texts > 0;
        if runs > 0 {
            let rest = bytes.get(after..).unwrap_or_default();
            let ends = super::find(rest, b"endstream", 0).unwrap_or(rest.len());
            packing.run_lengths = packing.run_lengths.saturating_add(RUN * ends as u64);
            if packing.run_lengths > super::UNPACKED_MAX {
                // It is refused whatever follows, which is not looked through again for each filter.
                return Ok(packing);
            }
        }
    }
    Ok(packing)
}

fn untold(what: &str) -> Unreadable {
    let reason =
        format!("this PDF {what}, so that its size cannot be told; open it and print it to a new PDF");
    Unreadable::at("document", reason)
}

/// The name that begins at a slash, without its escapes, and the place after it.
fn name(bytes: &[u8], at: usize) -> (Vec<u8>, usize) {
    let mut name = Vec::new();
    let mut next = at + 1;
    while let Some(byte) = bytes.get(next).copied().filter(|byte| is_regular(*byte) && name.len() < NAME_MAX)
    {
        next += 1;
        let escaped = (byte == b'#').then(|| bytes.get(next..next + 2)).flatten();
        let escaped = escaped.and_then(|digits| Some(digit(digits[0])? << 4 | digit(digits[1])?));
        next += if escaped.is_some() { 2 } else { 0 };
        name.push(escaped.unwrap_or(byte));
    }
    (name, next)
}

/// The filters of a name or an array of names; `None` if something else is there, such as a reference, or nothing near.
fn named(bytes: &[u8], at: usize) -> Option<Vec<Vec<u8>>> {
    let mut at = after_spaces(bytes, at)?;
    match bytes.get(at) {
        Some(b'/') => return Some(vec![name(bytes, at).0]),
        Some(b'[') => at = after_spaces(bytes, at + 1)?,
        // A dictionary that ends here, or the null object: there is no filter.
        Some(b'n' | b'>') | None => return Some(Vec::new()),
        Some(_) => return None,
    }
    let mut filters = Vec::new();
    while bytes.get(at) == Some(&b'/') {
        let (filter, after) = name(bytes, at);
        filters.push(filter);
        at = after_spaces(bytes, after)?;
    }
    (bytes.get(at) == Some(&b']')).then_some(filters)
}

/// The next place that is neither white space nor in a comment; `None` if that is far.
fn after_spaces(bytes: &[u8], from: usize) -> Option<usize> {
    let mut in_comment = false;
    for at in from..=from + SPACES_MAX {
        match bytes.get(at) {
            Some(b'\n' | b'\r') => in_comment = false,
            Some(b'%') => in_comment = true,
            Some(byte) if in_comment || is_space(*byte) => {}
            Some(_) | None => return Some(at),
        }
    }
    None
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

const fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// What hexadecimal digits say, up to the first other character.
pub(super) fn hexadecimal(data: &[u8]) -> Vec<u8> {
    let digits = data.iter().filter(|byte| !is_space(**byte)).map_while(|byte| digit(*byte));
    let digits: Vec<u8> = digits.collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or_default()).collect()
}

/// What digits to the base 85 say, up to the first other character.
pub(super) fn base_85(data: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut group = Vec::new();
    for byte in data.iter().filter(|byte| !is_space(**byte)) {
        match byte {
            b'z' if group.is_empty() => decoded.extend([0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => break,
        }
        if group.len() == 5 {
            decoded.extend(group_of(&group));
            group.clear();
        }
    }
    if let length @ 2.. = group.len() {
        group.resize(5, 84);
        decoded.extend(group_of(&group).into_iter().take(length - 1));
    }
    decoded
}

fn group_of(digits: &[u8]) -> [u8; 4] {
    digits.iter().fold(0_u32, |sum, digit| sum.wrapping_mul(85).wrapping_add(u32::from(*digit))).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_of_packing_are_read_however_they_are_written() {
        let as_text = Packing { as_text: true, run_lengths: 0 };
        for (text, expected) in [
            ("<</Filter/FlateDecode>>", Packing::default()),
            ("<< /Filter [ /FlateDecode /DCTDecode ] >>", Packing::default()),
            ("<</Filter null>> <</Filter[]>>", Packing::default()),
            ("<</Filter[/ASCII85Decode/FlateDecode]>>", as_text),
            ("<</Filter /A#38#35>>", as_text),
            ("<</Filter/RL>>stream\n1234endstream", Packing { as_text: false, run_lengths: RUN * 16 }),
        ] {
            assert_eq!(of(text.as_bytes()).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn packing_whose_size_cannot_be_told_is_refused_however_it_is_written() {
        for (text, why) in [
            ("<</Filter/LZWDecode>>", "LZW"),
            ("<</Filter /LZW>>", "LZW"),
            ("<</#46ilter%c\n[/FlateDecode /#4cZW]>>", "LZW"),
            ("<</Filter 5 0 R>>", "elsewhere"),
            ("<</Filter[/FlateDecode 5 0 R]>>", "elsewhere"),
            ("<</Filter[/RunLengthDecode/RL]>>", "several times"),
            ("<</Filter[/FlateDecode/RunLengthDecode]>>", "several times"),
            ("<</Filter[/AHx/A85/FlateDecode]>>", "several times"),
        ] {
            let refusal = of(text.as_bytes()).unwrap_err().to_string();
            assert!(refusal.contains(why) && refusal.contains("print it to a new PDF"), "{text}: {refusal}");
        }
    }

    #[test]
    fn what_follows_too_much_is_not_looked_through_again_for_each_filter() {
        let many = |what: &str| what.repeat((20 << 20) / what.len());
        let comments = of(many("/Filter%").as_bytes()).unwrap_err().to_string();
        assert!(comments.contains("elsewhere"), "{comments}");
        let runs = of(many("/Filter/RL ").as_bytes()).unwrap().run_lengths;
        assert!(runs > super::super::UNPACKED_MAX, "{runs}");
        let far = format!("<</Filter{}/FlateDecode>>", " ".repeat(SPACES_MAX));
        assert_eq!(of(far.as_bytes()).unwrap(), Packing::default());
    }

    #[test]
    fn text_becomes_bytes_as_far_as_it_is_sound() {
        assert_eq!(hexadecimal(b"48 65\n6c6C6f>00"), b"Hello");
        assert_eq!(hexadecimal(b"4>"), [0x40]);
        assert_eq!(base_85(b"87cUR\nD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(base_85(b"z87cURDZ~>"), b"\0\0\0\0Hello");
    }
}
