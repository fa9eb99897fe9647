//! A list for paper: what is shown, as the model of a print.

use super::columns::ListColumn;
use super::{ListLine, ListQuery, Listing, Totals, grouped, grouping_title, totals};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::counted;
use crate::domain::workflow;
use crate::ops::file::ProductFile;
use crate::ops::jobs::Progress;
use crate::ops::packet::PacketFonts;
use crate::ops::refused::Refused;
use crate::report::{
    Block, Cell, Column, ListPrint, Mark, PrintedList, ReportError, Stage, Tone, render_list,
};
use crate::store::StoreError;
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

/// Most rows that are printed: longer lists are read in a spreadsheet.
pub const PRINTED_ROWS_MAX: usize = 20_000;
/// Most columns that fit on a page.
const COLUMNS_MAX: usize = 12;
/// A column whose longest cell has no more characters is as wide as its longest word; the others share what is left.
const SHORT: usize = 22;
/// Most characters of a cell that ask for a share.
const WIDE: usize = 60;
/// So many characters are one share of the width.
const PER_SHARE: usize = 6;
/// Width of a character that surely has room, and the space beside a column, in points.
const ROOM: (f32, f32) = (5.0, 11.0);
/// So many rows, spread over the whole list, are looked at for the widths.
const SAMPLE: usize = 400;

/// A list to be printed, as plain data for a job.
#[derive(Debug, Clone)]
pub struct ListPaper {
    print: ListPrint,
    moment: Moment,
}

impl ListPaper {
    /// What is shown of a list.
    ///
    /// # Errors
    /// [`Refused::Rule`] for more rows or columns than a page can take; what reading the product refuses.
    pub fn new(
        file: &ProductFile,
        (kind, query): (Kind, &ListQuery),
        (listing, order): (&Listing, &[usize]),
        by: Option<&str>,
        stamp: &Stamp,
    ) -> Result<Self, Refused> {
        if order.len() > PRINTED_ROWS_MAX {
            let rows = order.len();
            return Err(Refused::Rule(format!(
                "{rows} rows are too many for paper, which takes {PRINTED_ROWS_MAX}; filter the list, or save it as CSV"
            )));
        }
        if listing.columns.len() > COLUMNS_MAX {
            let columns = listing.columns.len();
            return Err(Refused::Rule(format!(
                "{columns} columns are too many for a page, which takes {COLUMNS_MAX}; choose fewer columns"
            )));
        }
        let product = file.product()?;
        let names = file.names()?;
        let name = |id: RecordId| names.get(&id).cloned();
        let head = file.head();
        let at = stamp.now.with_offset_words(stamp.offset_minutes);
        let by =
            by.map_or_else(|| format!("by nobody signed in, on {}", stamp.machine), |by| format!("by {by}"));
        let print = ListPrint {
            product: product.title.to_string(),
            manufacturer: product.manufacturer.to_string(),
            title: kind.def().plural.to_owned(),
            shown: query.words(kind, &name),
            totals: totals(kind, listing, order).lines(),
            blocks: blocks((kind, query), listing, order),
            head: format!("{}:{}", head.seq, head.digest),
            printed: format!("{at} {by}"),
            program: format!("Mainstay {}", env!("CARGO_PKG_VERSION")),
        };
        Ok(Self { print, moment: stamp.now })
    }

    /// Prints it. A long list takes seconds: call it from a job.
    ///
    /// # Errors
    /// That the job was cancelled, and what the printing refuses.
    pub fn make(&self, fonts: &PacketFonts, progress: &Progress) -> Result<PrintedList, Refused> {
        let stage = |stage| {
            let (words, share) = match stage {
                Stage::LayingOut(0) => ("Laying out the pages".to_owned(), 0.2),
                Stage::LayingOut(_) => ("Laying out the pages once more".to_owned(), 0.5),
                Stage::Writing(pages) => (format!("Writing {}", counted(pages as u64, "page")), 0.8),
                Stage::Volumes { .. } => ("Writing".to_owned(), 0.8),
            };
            progress.step(&words, share).is_ok()
        };
        render_list(&self.print, fonts, self.moment.utc(), &stage).map_err(|error| match error {
            ReportError::Cancelled => Refused::cancelled(),
            error @ (ReportError::AttachmentMissing { .. }
            | ReportError::AttachmentNotListed { .. }
            | ReportError::Data(_)
            | ReportError::Moment
            | ReportError::Template(_)
            | ReportError::Pdf(_)
            | ReportError::Volume(_)) => {
                StoreError::io("the list could not be printed")(std::io::Error::other(error)).into()
            }
        })
    }
}

fn blocks((kind, query): (Kind, &ListQuery), listing: &Listing, order: &[usize]) -> Vec<Block> {
    let place = |(place, known): (usize, &ListColumn)| column(known, lengths(listing, order, place));
    let columns: Vec<Column> = listing.columns.iter().enumerate().map(place).collect();
    let row = |index: &usize| listing.lines.get(*index).map(|line| cells(listing, line));
    let table = |caption: Option<String>, order: &[usize]| Block::Table {
        caption,
        columns: columns.clone(),
        rows: order.iter().filter_map(row).collect(),
    };
    if order.is_empty() {
        return vec![Block::Empty { text: Some("No record matches the filters".to_owned()) }];
    }
    match query.group.as_deref().and_then(|code| grouping_title(kind, code)) {
        None => vec![table(None, order)],
        Some(_) => grouped(listing, order)
            .iter()
            .map(|group| {
                let rows = counted(group.rows.len() as u64, "record");
                table(Some(format!("{}: {rows}", group.name)), &group.rows)
            })
            .collect(),
    }
}

/// The longest cell of a column and its longest word, in characters, in the whole list, so that the tables of all groups look alike.
fn lengths(listing: &Listing, order: &[usize], place: usize) -> (usize, usize) {
    let step = order.len().div_ceil(SAMPLE).max(1);
    let rows = order.iter().step_by(step).filter_map(|index| listing.lines.get(*index));
    let word =
        |text: &str| text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or_default();
    let line = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    let known = listing.columns.get(place);
    let title = known.map_or(0, |column| word(column.title));
    // The mark of a state stands before its word.
    let mark = if known.is_some_and(ListColumn::is_state) { 2 } else { 0 };
    rows.map(|row| row.cell(place)).fold((title, title), |(longest, widest), cell| {
        (longest.max(line(cell) + mark), widest.max(word(cell) + mark))
    })
}

fn column(column: &ListColumn, (longest, widest): (usize, usize)) -> Column {
    let made = if column.is_number() {
        Column::number(column.title)
    } else {
        let share = u8::try_from(longest.min(WIDE).div_ceil(PER_SHARE)).unwrap_or(1);
        Column::text(column.title, share)
    };
    if !column.is_title() && longest <= SHORT {
        return made.points(widest as f32 * ROOM.0 + ROOM.1);
    }
    made
}

fn cells(listing: &Listing, line: &ListLine) -> Vec<Cell> {
    let cell = |(column, text): (&ListColumn, &String)| {
        if column.is_state() {
            Cell::Mark(Mark::new(tone(line.tone), text))
        } else {
            Cell::from(text.as_str())
        }
    };
    listing.columns.iter().zip(&line.cells).map(cell).collect()
}

const fn tone(tone: workflow::Tone) -> Tone {
    match tone {
        workflow::Tone::Neutral => Tone::Neutral,
        workflow::Tone::Good => Tone::Good,
        workflow::Tone::Due => Tone::Due,
        workflow::Tone::Late => Tone::Late,
    }
}

impl ListPaper {
    /// The totals that stand on it, one in each line.
    pub fn totals(&self) -> &[String] {
        &self.print.totals
    }
}

impl Totals {
    /// The durations and other numbers in words.
    pub fn number_words(&self) -> String {
        self.numbers.iter().map(super::NumberTotal::words).collect::<Vec<_>>().join(" · ")
    }
}
