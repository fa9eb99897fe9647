//! Where sections and records stand in a laid-out packet.
//!
//! Belongs here: reading the laid-out pages. Does not belong here: making them.

use typst::foundations::NativeElement as _;
use typst::introspection::Introspector as _;
use typst::model::HeadingElem;
use typst_layout::PagedDocument;

use super::model::Section;
use super::preview::each_text;
use crate::domain::ids::RecordId;

/// Headings before the first section: the contents, and how to read the packet.
const BEFORE: usize = 2;
/// Where the first column of a table begins, in points: `page-margin` of `style.typ`; and how far a text may be from it.
const LEFT: (f64, f64) = (57.0, 0.6);

/// A section with its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) level: u8,
    /// From 1.
    pub(super) page: usize,
}

/// The sections and records of a document, in their order on the pages.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) sections: Vec<Place>,
    /// Sections about a record.
    pub(super) records: Vec<(RecordId, usize)>,
    /// Rows that begin with the number of a record.
    pub(super) rows: Vec<(RecordId, usize)>,
}

impl Places {
    /// The places of these sections, of which the document was made.
    pub(super) fn of(sections: &[Section], document: &PagedDocument) -> Self {
        let introspector = document.introspector();
        let headings = introspector.query(&HeadingElem::ELEM.select());
        let pages = headings.iter().skip(BEFORE).map(|heading| {
            heading.location().and_then(|location| introspector.page(location)).map_or(1, |page| page.get())
        });
        let mut places = Self::default();
        for (section, page) in sections.iter().zip(pages) {
            let name = format!("{}  {}", section.number, section.title).trim().to_owned();
            places.sections.push(Place { name, level: section.level, page });
            if let Some(Ok(record)) = section.record_id.as_deref().map(str::parse) {
                places.records.push((record, page));
            }
        }
        // The record numbers that stand alone at the left edge of the text: rows that begin with them.
        each_text(document, |page, place, text| {
            if (place.x.to_pt() - LEFT.0).abs() < LEFT.1
                && let Ok(record) = text.text.parse()
            {
                places.rows.push((record, page + 1));
            }
        });
        places
    }
}
