//! Documents that are zip archives of XML: which they are, and their members within limits.
//!
//! What the XML says belongs to the readers of each format.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use mainstay_base::document::Document;
use mainstay_base::note::Unreadable;
use mainstay_base::unpack::{self, Limits, UnpackError};
use mainstay_base::xml::{self, Node, Parsed};

use super::{open_document, sheet, word};

/// Most unpacked bytes of the XML that is read.
const XML_BYTES_MAX: u64 = 24 << 20;
/// Most XML levels below each other.
const DEPTH_MAX: usize = 256;

/// The XML members of an archive, by name.
pub(super) type Members = BTreeMap<String, String>;

/// Reads a Word document, an `OpenDocument` text or spreadsheet, or an Excel workbook.
pub(super) fn read(bytes: &[u8]) -> Result<Document, Unreadable> {
    let members = members(bytes)?;
    if members.contains_key("word/document.xml") {
        word::read(&members)
    } else if members.contains_key("xl/workbook.xml") {
        sheet::read(&members)
    } else if members.contains_key("content.xml") {
        open_document::read(&members)
    } else {
        let reason =
            "an archive that is none of .docx, .xlsx, .odt and .ods; take the document out of it first";
        Err(Unreadable::at("document", reason))
    }
}

/// Whether a member is read: its text, its styles, its sheets. Pictures, macros and settings are not.
fn is_read(name: &str) -> bool {
    let known = [
        "word/document.xml",
        "word/styles.xml",
        "content.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/sharedStrings.xml",
    ];
    known.contains(&name)
        || name.strip_prefix("xl/worksheets/").is_some_and(|rest| rest.strip_suffix(".xml").is_some())
}

fn members(bytes: &[u8]) -> Result<Members, Unreadable> {
    let limits =
        Limits { unpacked_bytes: XML_BYTES_MAX * 4, ratio: 200, ratio_from: 4 << 20, members: 20_000 };
    let mut found = Members::new();
    let mut wrong = None;
    let mut read = 0;
    let visited = unpack::for_each_document(
        &mut Cursor::new(bytes),
        "document",
        &limits,
        &mut |place, source| {
            let name = place.strip_prefix("document: ").unwrap_or(place);
            if !is_read(name) {
                return Ok(());
            }
            let taken = member(source, name, &mut read).and_then(|text| match found.insert(name.to_owned(), text) {
            None => Ok(()),
            Some(_) => Err(Unreadable::at(
                name,
                "the archive has two members of this name, so that two programs would show two documents; save it again \
                 from the program that made it",
            )),
        });
            taken.map_err(|refused| {
                wrong = Some(refused);
                unpack::Stop
            })
        },
    );
    match (visited, wrong) {
        (_, Some(refused)) | (Err(UnpackError::Unreadable(refused)), None) => Err(refused),
        (Err(UnpackError::Stopped), None) => Err(Unreadable::at("document", "it was not read to its end")),
        (Ok(notes), None) => {
            match notes.notes.iter().find(|note| is_read(note.place.trim_start_matches("document: "))) {
                Some(note) => Err(Unreadable::at(note.place.clone(), note.text.clone())),
                None => Ok(found),
            }
        }
    }
}

fn member(source: &mut dyn std::io::BufRead, name: &str, read: &mut u64) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    let left = XML_BYTES_MAX.saturating_sub(*read);
    let taken = source.take(left + 1).read_to_end(&mut bytes);
    *read += taken.map_err(|error| Unreadable::at(name, format!("cannot be unpacked: {error}")))? as u64;
    if *read > XML_BYTES_MAX {
        let reason = format!(
            "the text unpacks to more than {} MiB, which is more than is read; split the document",
            XML_BYTES_MAX >> 20
        );
        return Err(Unreadable::at(name, reason));
    }
    let text =
        mainstay_base::decode::text(&bytes).map_err(|error| Unreadable::at(name, error.to_string()))?;
    refuse_deep(&text, name)?;
    Ok(text.into_owned())
}

/// Refuses XML that is nested deeper than any real document, before it is parsed. What stands in comments counts too.
fn refuse_deep(text: &str, name: &str) -> Result<(), Unreadable> {
    let (mut depth, mut in_element, mut last) = (0_usize, false, b' ');
    for byte in text.bytes() {
        match (last, byte) {
            (b'<', b'/') => depth = depth.saturating_sub(1),
            (b'<', b'?' | b'!') => in_element = false,
            (b'<', _) => {
                depth += 1;
                in_element = true;
            }
            (b'/', b'>') if in_element => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            let reason = format!(
                "more than {DEPTH_MAX} levels below each other: no office program writes this; save the document again"
            );
            return Err(Unreadable::at(name, reason));
        }
        last = byte;
    }
    Ok(())
}

/// The value of an attribute by its local name, whatever its namespace.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

/// The child with this local name, whatever its namespace.
pub(super) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

/// The XML of a member.
pub(super) fn parsed<'a>(text: &'a str, member: &str) -> Result<Parsed<'a>, Unreadable> {
    xml::parse(text).map_err(|error| Unreadable::at(format!("{member}, {}", error.place), error.reason))
}

/// The elements of some names that stand below a node and below no other of them, in the order of the document.
pub(super) fn outermost<'a, 'input: 'a>(
    node: Node<'a, 'input>,
    names: &'a [&'a str],
) -> impl Iterator<Item = Node<'a, 'input>> + 'a {
    let mut after = 0;
    node.descendants().skip(1).filter(move |found| {
        let taken =
            found.is_element() && names.contains(&found.tag_name().name()) && found.range().start >= after;
        if taken {
            after = found.range().end;
        }
        taken
    })
}

/// A repeated part of a document counts at most this often.
pub(super) fn repeated(node: Node<'_, '_>, name: &str, most: usize) -> usize {
    attribute(node, name).and_then(|text| text.parse().ok()).unwrap_or(1_usize).clamp(1, most)
}
