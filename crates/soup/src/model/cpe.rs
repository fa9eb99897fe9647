//! CPE names according to NISTIR 7695: the well-formed name, its formatted string (2.3) and its URI (2.2), reading and printing.
//!
//! `cpe/compare.rs` compares two names (NISTIR 7696). `matching.rs` judges what a match means for an advisory.

mod compare;
mod uri;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use compare::Relation;

/// Maximum number of characters of a name. A longer one is refused, so that hostile text cannot fill memory.
pub const CPE_LENGTH_MAX: usize = 4096;

/// Attributes of a name.
pub const ATTRIBUTES: usize = 11;

/// The attributes in the order of the formatted string, in words.
pub const ATTRIBUTE_WORDS: [&str; ATTRIBUTES] = [
    "part",
    "vendor",
    "product",
    "version",
    "update",
    "edition",
    "language",
    "software edition",
    "target software",
    "target hardware",
    "other",
];

/// Position of the attribute part.
pub const PART: usize = 0;
/// Position of the attribute vendor.
pub const VENDOR: usize = 1;
/// Position of the attribute product.
pub const PRODUCT: usize = 2;
/// Position of the attribute version.
pub const VERSION: usize = 3;
/// Position of the attribute update.
pub const UPDATE: usize = 4;

/// The wildcard at one end of a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wild {
    /// No wildcard.
    #[default]
    Closed,
    /// Up to this many characters (`?` each).
    UpTo(u8),
    /// Any number of characters (`*`).
    Many,
}

/// A value of an attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Text {
    /// The wildcard before the text.
    pub before: Wild,
    /// The text itself, in lower case, without escapes.
    pub text: String,
    /// The wildcard after the text.
    pub after: Wild,
}

impl Text {
    /// Whether one of its ends has a wildcard.
    pub fn is_wild(&self) -> bool {
        self.before != Wild::Closed || self.after != Wild::Closed
    }
}

/// An attribute of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// Any value, or none given (`*`).
    #[default]
    Any,
    /// Not applicable (`-`).
    Na,
    /// A value.
    Is(Text),
}

impl Attribute {
    /// The text of a value without wildcards.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Is(value) if !value.is_wild() => Some(&value.text),
            Self::Any | Self::Na | Self::Is(_) => None,
        }
    }

    /// Whether it is a text with wildcards.
    pub fn has_wildcard(&self) -> bool {
        matches!(self, Self::Is(value) if value.is_wild() && !value.text.is_empty())
    }

    /// A value from plain text; empty text counts as any value.
    pub fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self::Any;
        }
        Self::Is(Text { text: text.to_lowercase(), ..Text::default() })
    }
}

/// A well-formed name. `Display` prints the formatted string of CPE 2.3.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cpe {
    /// The attributes in the order of [`ATTRIBUTE_WORDS`].
    pub attributes: [Attribute; ATTRIBUTES],
    /// Attributes that the text omits at its end and that count as any; 0 for a complete name.
    pub missing: usize,
}

/// Why a text is not a CPE name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CpeError {
    /// It starts with neither `cpe:2.3:` nor `cpe:/`.
    #[error("a CPE name starts with “cpe:2.3:” or “cpe:/”")]
    Prefix,
    /// The part is none of `a`, `o`, `h`, `*`, `-`.
    #[error("the part of a CPE name is a (application), o (operating system) or h (hardware)")]
    Part,
    /// More than eleven attributes.
    #[error("it has more than eleven attributes")]
    TooMany,
    /// No product.
    #[error("it names no product")]
    Product,
    /// An attribute is empty.
    #[error("the attribute {0} is empty")]
    Empty(&'static str),
    /// A wildcard is inside a value, where the standard does not allow it.
    #[error("the attribute {0} has a wildcard that is not at its beginning or end")]
    Wildcard(&'static str),
    /// A percent sequence is not text.
    #[error("the attribute {0} has a percent sequence that is not text")]
    Encoding(&'static str),
    /// A blank or a control character.
    #[error("the attribute {0} has a blank or a control character")]
    Blank(&'static str),
    /// A backslash at the end of the attribute.
    #[error("the attribute {0} ends with a backslash that escapes nothing")]
    Escape(&'static str),
    /// Longer than [`CPE_LENGTH_MAX`].
    #[error("it is longer than {CPE_LENGTH_MAX} characters")]
    Length,
}

impl Cpe {
    /// Reads a formatted string (2.3) or a URI (2.2). A formatted string may end after the product or later: the omitted attributes count
    /// as any (`missing` counts them). Characters that should be escaped are accepted as they are.
    pub fn parse(text: &str) -> Result<Self, CpeError> {
        let text = text.trim();
        if text.len() > CPE_LENGTH_MAX {
            return Err(CpeError::Length);
        }
        let starts =
            |prefix: &str| text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
        let cpe = if starts("cpe:2.3:") {
            parse_formatted(text.get(8..).unwrap_or_default())?
        } else if starts("cpe:/") {
            uri::parse(text.get(5..).unwrap_or_default())?
        } else {
            return Err(CpeError::Prefix);
        };
        match &cpe.attributes[PART] {
            Attribute::Any | Attribute::Na => {}
            Attribute::Is(value) if matches!(value.text.as_str(), "a" | "o" | "h") && !value.is_wild() => {}
            Attribute::Is(_) => return Err(CpeError::Part),
        }
        // The printed form, with its escapes, must be readable again.
        if text.len() > CPE_LENGTH_MAX / 4 && cpe.to_string().len() > CPE_LENGTH_MAX {
            return Err(CpeError::Length);
        }
        Ok(cpe)
    }

    /// The URI of CPE 2.2, with the extended attributes packed into the edition.
    pub fn to_uri(&self) -> String {
        uri::print(self)
    }

    /// An attribute by its position.
    pub fn attribute(&self, position: usize) -> &Attribute {
        self.attributes.get(position).unwrap_or(&Attribute::Any)
    }
}

impl fmt::Display for Cpe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("cpe:2.3")?;
        self.attributes.iter().try_for_each(|attribute| write!(out, ":{attribute}"))
    }
}

impl fmt::Display for Attribute {
    /// The attribute in the spelling of the formatted string.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("*"),
            Self::Na => out.write_str("-"),
            Self::Is(value) => {
                write_wild(out, value.before)?;
                write_escaped(out, value)?;
                write_wild(out, value.after)
            }
        }
    }
}

fn write_wild(out: &mut fmt::Formatter<'_>, wild: Wild) -> fmt::Result {
    match wild {
        Wild::Closed => Ok(()),
        Wild::UpTo(count) => (0..count).try_for_each(|_| out.write_str("?")),
        Wild::Many => out.write_str("*"),
    }
}

fn write_escaped(out: &mut fmt::Formatter<'_>, value: &Text) -> fmt::Result {
    let lone_dash = value.text == "-" && !value.is_wild();
    value.text.chars().try_for_each(|c| {
        let plain = c.is_alphanumeric() || matches!(c, '_' | '.') || (c == '-' && !lone_dash);
        write!(out, "{}{c}", if plain { "" } else { "\\" })
    })
}

fn parse_formatted(text: &str) -> Result<Cpe, CpeError> {
    let mut cpe = Cpe::default();
    let mut given = 0;
    for raw in Pieces(Some(text)) {
        let slot = cpe.attributes.get_mut(given).ok_or(CpeError::TooMany)?;
        *slot = parse_attribute(raw, ATTRIBUTE_WORDS[given])?;
        given += 1;
    }
    if given <= PRODUCT {
        return Err(CpeError::Product);
    }
    cpe.missing = ATTRIBUTES - given;
    Ok(cpe)
}

/// The raw attributes of a formatted string, split at unescaped colons.
struct Pieces<'a>(Option<&'a str>);

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0?;
        let mut escaped = false;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b':' => {
                    self.0 = text.get(at + 1..);
                    return text.get(..at);
                }
                _ => {}
            }
        }
        self.0.take()
    }
}

/// The raw part, vendor and product of a formatted string, without reading the rest: a quick check whether it may concern a product.
/// `None` when it is not a formatted string or one of the three has a wildcard.
pub fn head(criteria: &str) -> Option<[&str; 3]> {
    let mut pieces = Pieces(Some(criteria.strip_prefix("cpe:2.3:")?));
    let head = [pieces.next()?, pieces.next()?, pieces.next()?];
    let open = |piece: &str| {
        let mut escaped = false;
        piece.bytes().any(|byte| {
            let wild = !escaped && matches!(byte, b'*' | b'?');
            escaped = !escaped && byte == b'\\';
            wild
        })
    };
    (!head.iter().any(|piece| open(piece))).then_some(head)
}

fn parse_attribute(raw: &str, name: &'static str) -> Result<Attribute, CpeError> {
    match raw {
        "" => return Err(CpeError::Empty(name)),
        "*" => return Ok(Attribute::Any),
        "-" => return Ok(Attribute::Na),
        _ => {}
    }
    // Nearly every value has neither escapes nor wildcards.
    if raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')) {
        return Ok(Attribute::Is(Text { text: raw.to_ascii_lowercase(), ..Text::default() }));
    }
    let mut symbols = Vec::with_capacity(raw.len());
    let mut escaped = false;
    for c in raw.chars() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '*' if !escaped => symbols.push(Symbol::Many),
            '?' if !escaped => symbols.push(Symbol::One),
            c => symbols.push(Symbol::Literal(c)),
        }
        escaped = false;
    }
    if escaped {
        return Err(CpeError::Escape(name));
    }
    value_of(&symbols, name)
}

/// One character of a value after its escapes are resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Literal(char),
    One,
    Many,
}

/// The value of an attribute; a value that consists only of a wildcard counts as any.
fn value_of(symbols: &[Symbol], name: &'static str) -> Result<Attribute, CpeError> {
    let (before, rest) = match symbols {
        [Symbol::Many, rest @ ..] => (Wild::Many, rest),
        symbols => {
            let count = symbols.iter().take_while(|symbol| **symbol == Symbol::One).count();
            (up_to(count), symbols.get(count..).unwrap_or_default())
        }
    };
    let (rest, after) = match rest {
        [rest @ .., Symbol::Many] => (rest, Wild::Many),
        rest => {
            let count = rest.iter().rev().take_while(|symbol| **symbol == Symbol::One).count();
            (rest.get(..rest.len() - count).unwrap_or_default(), up_to(count))
        }
    };
    let mut text = String::with_capacity(rest.len());
    for symbol in rest {
        match symbol {
            Symbol::Literal(c) if c.is_whitespace() || c.is_control() => return Err(CpeError::Blank(name)),
            Symbol::Literal(c) => text.extend(c.to_lowercase()),
            Symbol::One | Symbol::Many => return Err(CpeError::Wildcard(name)),
        }
    }
    if text.is_empty() && (before == Wild::Many || after == Wild::Many) {
        return Ok(Attribute::Any);
    }
    Ok(Attribute::Is(Text { before, text, after }))
}

fn up_to(count: usize) -> Wild {
    match u8::try_from(count) {
        Ok(0) => Wild::Closed,
        Ok(count) => Wild::UpTo(count),
        Err(_) => Wild::Many,
    }
}

#[cfg(test)]
mod tests;
