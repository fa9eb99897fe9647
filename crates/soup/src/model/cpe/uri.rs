//! The URI binding of CPE 2.2 (NISTIR 7695 §6.1).

use std::fmt::Write;

use super::{ATTRIBUTE_WORDS, Attribute, Cpe, CpeError, PRODUCT, Symbol, Text, Wild, value_of};

/// Position of the edition, into which the extended attributes are packed.
const EDITION: usize = 5;
/// Positions of the packed attributes in the order of the packing: edition, software edition, target software, target hardware, other.
const PACKED: [usize; 5] = [5, 7, 8, 9, 10];

/// Reads what follows `cpe:/`.
pub(super) fn parse(text: &str) -> Result<Cpe, CpeError> {
    let mut cpe = Cpe::default();
    for (position, raw) in text.split(':').enumerate() {
        let name = *ATTRIBUTE_WORDS.get(position).filter(|_| position < 7).ok_or(CpeError::TooMany)?;
        if position == EDITION && raw.starts_with('~') {
            for (slot, raw) in PACKED.iter().zip(raw.split('~').skip(1)) {
                put(&mut cpe, *slot, attribute(raw, name)?);
            }
        } else {
            put(&mut cpe, position, attribute(raw, name)?);
        }
    }
    if cpe.attributes[PRODUCT] == Attribute::Any {
        return Err(CpeError::Product);
    }
    Ok(cpe)
}

fn put(cpe: &mut Cpe, position: usize, attribute: Attribute) {
    if let Some(slot) = cpe.attributes.get_mut(position) {
        *slot = attribute;
    }
}

fn attribute(raw: &str, name: &'static str) -> Result<Attribute, CpeError> {
    match raw {
        "" => return Ok(Attribute::Any),
        "-" => return Ok(Attribute::Na),
        _ => {}
    }
    if raw.chars().any(char::is_control) {
        return Err(CpeError::Blank(name));
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit =
                || rest.next().and_then(|d| (d as char).to_digit(16)).ok_or(CpeError::Encoding(name));
            let value = digit()? * 16 + digit()?;
            bytes.push(u8::try_from(value).map_err(|_| CpeError::Encoding(name))?);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| CpeError::Encoding(name))?;
    let symbols: Vec<Symbol> = text
        .chars()
        .map(|c| match c {
            '\u{1}' => Symbol::One,
            '\u{2}' => Symbol::Many,
            c => Symbol::Literal(c),
        })
        .collect();
    value_of(&symbols, name)
}

/// Prints a name, without the empty attributes at its end.
pub(super) fn print(cpe: &Cpe) -> String {
    let packed = PACKED.iter().skip(1).any(|position| *cpe.attribute(*position) != Attribute::Any);
    let mut parts: Vec<String> = (0..7).map(|position| bound(cpe.attribute(position))).collect();
    if packed && let Some(edition) = parts.get_mut(EDITION) {
        *edition = PACKED
            .iter()
            .fold(String::new(), |all, position| format!("{all}~{}", bound(cpe.attribute(*position))));
    }
    while parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    format!("cpe:/{}", parts.join(":"))
}

fn bound(attribute: &Attribute) -> String {
    match attribute {
        Attribute::Any => String::new(),
        Attribute::Na => "-".to_owned(),
        Attribute::Is(value) => bound_text(value),
    }
}

fn bound_text(value: &Text) -> String {
    let mut out = wild(value.before);
    let lone_dash = value.text == "-" && !value.is_wild();
    for c in value.text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') || (c == '-' && !lone_dash) {
            out.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing into a string cannot fail.
                let _ = write!(out, "%{byte:02x}");
            }
        }
    }
    out + &wild(value.after)
}

fn wild(wild: Wild) -> String {
    match wild {
        Wild::Closed => String::new(),
        Wild::UpTo(count) => "%01".repeat(usize::from(count)),
        Wild::Many => "%02".to_owned(),
    }
}
