//! Books: documents of the program itself, such as the manual and the qualification pack. They belong to no product file.
//!
//! Belongs here: the model of a book and its printing. Does not belong here: its content; the caller fills the model and passes the
//! moment.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use typst::foundations::Bytes;

use super::fonts::Fonts;
use super::model::{Section, Statement};
use super::pdf::{self, Conformance};
use super::world::{self, PaperWorld};
use super::{Progress, ReportError, Stage, go_on, lay_out, print};

/// A document of the program: title page, contents, sections, and places for signatures by hand.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Book {
    /// What kind of document, in words.
    pub kind: String,
    /// Title on the first page and of the PDF.
    pub title: String,
    /// A line under the title; may be empty.
    pub subtitle: String,
    /// Name and value pairs on the first page.
    pub facts: Vec<(String, String)>,
    /// Titled paragraphs on the first page.
    pub statements: Vec<Statement>,
    /// Levels of headings in the list of contents, 1 to 3.
    pub contents_depth: u8,
    /// The body, in print order.
    pub sections: Vec<Section>,
    /// Who signs by hand on the last page: each gets lines for name, function, date and signature.
    pub signed_by: Vec<String>,
    /// Name and version of the program; printed on every page.
    pub program: String,
}

/// A printed book.
#[derive(Debug)]
pub struct PrintedBook {
    /// The file.
    pub pdf: Vec<u8>,
    /// Number of pages.
    pub pages: usize,
    /// What could not be printed as it is, each a sentence.
    pub warnings: Vec<String>,
    /// The standards that the file conforms to.
    pub conformance: Conformance,
}

/// Prints a book as PDF. `keep_going` is called before each stage; `false` cancels.
///
/// # Errors
/// [`ReportError`]; in that case nothing is returned.
pub fn render_book(
    book: &Book,
    fonts: &Fonts,
    moment: DateTime<Utc>,
    keep_going: Progress<'_>,
) -> Result<PrintedBook, ReportError> {
    let mut world = PaperWorld::new(fonts, world::BOOK)?;
    let prepare = |unprintable: &BTreeSet<char>| print::prepare_book(book, fonts, unprintable);
    let (document, mut warnings) = lay_out(&mut world, &prepare, keep_going)?;
    typst::comemo::evict(0);
    go_on(keep_going, Stage::Writing(document.pages().len()))?;
    let identity = pdf::Identity {
        content: format!("{}/{}/{}", book.program, book.title, Bytes::new(serde_json::to_vec(book)?).len()),
        program: book.program.clone(),
    };
    let written = pdf::write(&document, &identity, moment)?;
    warnings.extend(written.warning);
    Ok(PrintedBook {
        pdf: written.bytes,
        pages: document.pages().len(),
        warnings,
        conformance: written.conformance,
    })
}

#[cfg(test)]
mod tests {
    use super::super::block::{Block, Cell, Column};
    use super::super::model::Mark;
    use super::*;

    fn book() -> Book {
        let rows = vec![vec![Cell::from("OQ-01"), Cell::from(Mark::late("failed"))]];
        let columns = vec![Column::text("Check", 1), Column::mark("Result")];
        Book {
            kind: "Manual".to_owned(),
            title: "How it is used".to_owned(),
            facts: vec![("Version".to_owned(), "0.1.0".to_owned())],
            contents_depth: 2,
            sections: vec![Section {
                number: "1".to_owned(),
                title: "First chapter".to_owned(),
                level: 1,
                blocks: vec![
                    Block::Paragraph { text: "A sentence.".to_owned() },
                    Block::Table { caption: None, columns, rows },
                ],
                ..Section::default()
            }],
            signed_by: vec!["Performed by".to_owned(), "Reviewed by".to_owned()],
            program: "Mainstay 0.1.0".to_owned(),
            ..Book::default()
        }
    }

    #[test]
    fn a_book_is_archival_and_accessible_and_has_the_same_bytes_again() {
        let moment = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let print = || render_book(&book(), Fonts::bundled(), moment, &|_| true).unwrap();
        let (first, again) = (print(), print());
        assert_eq!(first.conformance, Conformance::ArchivalAndAccessible, "{:?}", first.warnings);
        assert!(first.warnings.is_empty(), "{:?}", first.warnings);
        assert!(first.pdf.starts_with(b"%PDF-") && first.pages >= 2);
        assert!(first.pdf == again.pdf, "the same book, fonts and moment");
    }

    #[test]
    fn a_book_can_be_cancelled() {
        let moment = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let refusal = render_book(&book(), Fonts::bundled(), moment, &|_| false).unwrap_err();
        assert!(matches!(refusal, ReportError::Cancelled));
    }
}
