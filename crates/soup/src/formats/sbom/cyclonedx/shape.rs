//! The description of a CycloneDX object: its fields, the versions that have them, their content, and their form in XML.
//!
//! The descriptions themselves are in `shapes.rs`. `check.rs` checks a document against them, and `xml.rs` turns elements into the objects
//! of JSON, so that one place checks and reads both syntaxes.

use serde_json::{Map, Value};

use super::check::Checker;
use super::words::Words;

/// The required format of a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Format {
    /// Any text.
    Any,
    /// Not empty: references and names.
    Filled,
    /// Date and time of day with offset.
    DateTime,
    /// An e-mail address.
    Email,
    /// An address without spaces.
    Uri,
    /// Type and subtype of media.
    Mime,
    /// `urn:uuid:` and a UUID.
    Serial,
    /// A licence identifier of SPDX.
    LicenceId,
    /// The digits of a digest. A text that does not fit is removed.
    Digest,
    /// One of some words, each with the minor version that introduced it. Another word is reported.
    Word(Words),
    /// One of some words; another one is removed.
    StrictWord(Words),
}

/// The content of a field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A text.
    Text(Format),
    /// A list of texts.
    Texts(Format),
    /// True or false.
    Bool,
    /// A number.
    Number,
    /// An object.
    Object(&'static Shape),
    /// A list of objects.
    Objects(&'static Shape),
    /// `metadata.tools`: a list of tools, or since 1.5 an object of components and services.
    Tools,
    /// Content that is not read here.
    Unread,
}

/// Whether a field is required.
#[derive(Debug, Clone, Copy)]
pub(super) enum Need {
    /// Optional.
    Free,
    /// Required, from one minor version to another; a missing field is reported.
    Asked(u8, u8),
    /// Required; without it the object means nothing and is removed.
    Vital,
}

/// The form of a field in XML if it is not an attribute or a child element of the field's name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Xml {
    /// A child element of that name; lists have one more element around each item.
    Plain,
    /// A list as several child elements of that name, without an element around them.
    Repeated,
    /// A list of references: the `ref` of each child element of the given name.
    Refs(&'static str),
    /// A list whose items differ by element: the element becomes the item's only member, unless it is `expression`.
    Choice,
    /// A list of elements of the given name, at any depth.
    Deep(&'static str),
}

/// One field of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Name in JSON.
    pub(super) name: &'static str,
    /// Its content.
    pub(super) kind: Kind,
    /// Version that introduced it: 5 for 1.5, 20 for 2.0.
    pub(super) since: u8,
    /// The last version that has it.
    pub(super) until: u8,
    /// Whether it is required.
    pub(super) need: Need,
    /// Its form in XML.
    pub(super) xml: Xml,
    /// Whether its content is used. A field that is only checked counts as not understood.
    pub(super) used: bool,
}

/// An object.
#[derive(Debug)]
pub(super) struct Shape {
    /// Its place in a document without indices, for counting: `components[]`.
    pub(super) name: &'static str,
    /// Its fields.
    pub(super) fields: &'static [Field],
    /// The field that is the element's text in XML.
    pub(super) text: Option<&'static str>,
    /// Minor version since which other fields are forbidden.
    pub(super) closed_since: u8,
    /// Rules between fields.
    pub(super) rule: Option<fn(&mut Map<String, Value>, &mut Checker)>,
}

impl Shape {
    /// The field with a name.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Field {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, since: 0, until: u8::MAX, need: Need::Free, xml: Xml::Plain, used: true }
    }

    pub(super) const fn since(mut self, minor: u8) -> Self {
        self.since = minor;
        self
    }

    pub(super) const fn until(mut self, minor: u8) -> Self {
        self.until = minor;
        self
    }

    pub(super) const fn asked(mut self) -> Self {
        self.need = Need::Asked(0, u8::MAX);
        self
    }

    pub(super) const fn asked_between(mut self, first: u8, last: u8) -> Self {
        self.need = Need::Asked(first, last);
        self
    }

    pub(super) const fn vital(mut self) -> Self {
        self.need = Need::Vital;
        self
    }

    pub(super) const fn xml(mut self, xml: Xml) -> Self {
        self.xml = xml;
        self
    }

    /// The field is checked, but its content is not used.
    pub(super) const fn only_checked(mut self) -> Self {
        self.used = false;
        self
    }
}

pub(super) const fn text(name: &'static str) -> Field {
    Field::new(name, Kind::Text(Format::Any))
}

pub(super) const fn formed(name: &'static str, format: Format) -> Field {
    Field::new(name, Kind::Text(format))
}

pub(super) const fn texts(name: &'static str, format: Format) -> Field {
    Field::new(name, Kind::Texts(format))
}

pub(super) const fn flag(name: &'static str) -> Field {
    Field::new(name, Kind::Bool)
}

pub(super) const fn number(name: &'static str) -> Field {
    Field::new(name, Kind::Number)
}

pub(super) const fn object(name: &'static str, shape: &'static Shape) -> Field {
    Field::new(name, Kind::Object(shape))
}

pub(super) const fn objects(name: &'static str, shape: &'static Shape) -> Field {
    Field::new(name, Kind::Objects(shape))
}

pub(super) const fn tools(name: &'static str) -> Field {
    Field::new(name, Kind::Tools)
}

pub(super) const fn unread(name: &'static str) -> Field {
    Field::new(name, Kind::Unread).only_checked()
}
