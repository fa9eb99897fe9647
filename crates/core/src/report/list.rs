//! A list as it is shown, on paper. It is a print and not a packet, and says so on each page.
//!
//! Belongs here: the model of such a print and its rendering. Does not belong here: which rows are listed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::block::Block;
use super::fonts::Fonts;
use super::world::{self, PaperWorld};
use super::{Progress, ReportError, Stage, go_on, lay_out, pdf, print};

/// A list to print.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ListPrint {
    /// Name of the product.
    pub product: String,
    /// Name of the manufacturer.
    pub manufacturer: String,
    /// What is listed.
    pub title: String,
    /// The filters, the order and the grouping in words; empty if everything is listed as it stands.
    pub shown: Vec<String>,
    /// The totals, one in each line.
    pub totals: Vec<String>,
    /// The tables: one, or one for each group with its caption.
    pub blocks: Vec<Block>,
    /// Number and digest of the newest event of the file.
    pub head: String,
    /// When and by whom it was printed.
    pub printed: String,
    /// Name and version of the program.
    pub program: String,
}

/// A printed list.
#[derive(Debug)]
pub struct PrintedList {
    /// The file.
    pub pdf: Vec<u8>,
    /// Number of pages.
    pub pages: usize,
    /// Warnings for the person, each a sentence.
    pub warnings: Vec<String>,
    /// The standards that the file conforms to.
    pub conformance: pdf::Conformance,
}

/// Prints a list as PDF. `keep_going` is called before each stage; `false` cancels.
///
/// # Errors
/// [`ReportError`]; in that case nothing is returned.
pub fn render_list(
    list: &ListPrint,
    fonts: &Fonts,
    moment: DateTime<Utc>,
    keep_going: Progress<'_>,
) -> Result<PrintedList, ReportError> {
    let mut world = PaperWorld::new(fonts, world::LIST)?;
    let prepare = |unprintable: &BTreeSet<char>| print::prepare_list(list, fonts, unprintable);
    let (document, mut warnings) = lay_out(&mut world, &prepare, keep_going)?;
    typst::comemo::evict(0);
    go_on(keep_going, Stage::Writing(document.pages().len()))?;
    let identity = pdf::Identity {
        content: format!("{}/{}/{}", list.title, list.head, list.printed),
        program: list.program.clone(),
    };
    let written = pdf::write(&document, &identity, moment)?;
    warnings.extend(written.warning);
    Ok(PrintedList {
        pdf: written.bytes,
        pages: document.pages().len(),
        warnings,
        conformance: written.conformance,
    })
}
