//! Paper: turns a packet model into PDF bytes.
//!
//! Belongs here: the generic model of a packet, its Typst templates (`assets/packet/`), fonts, PDF standards and page
//! images for a preview. Does not belong here: record kinds, the database, the file system and the clock; the caller
//! fills the model and passes the moment.
//!
//! User text reaches Typst only as JSON strings, never as markup. The same packet, files, fonts and moment give the same bytes.

mod attach;
mod block;
mod book;
mod fonts;
mod letter;
mod list;
mod model;
mod one_line;
mod pdf;
mod places;
mod preview;
mod print;
#[cfg(test)]
mod sample;
mod split;
#[cfg(test)]
mod tests;
mod text;
mod volumes;
mod widths;
mod world;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use thiserror::Error;
use typst::foundations::Bytes;
use typst_layout::PagedDocument;

pub use attach::EmbeddedFile;
pub use block::{
    Align, Block, Cell, Change, Column, Field, Figure, HistoryRow, SignatureBlock, TraceStep, Width,
};
pub use book::{Book, PrintedBook, render_book};
pub use fonts::Fonts;
pub use letter::{
    Letter, LetterCopy, LetterCover, LetterPart, Logo, LogoFormat, PrintedLetter, render_letter,
};
pub use list::{ListPrint, PrintedList, render_list};
pub use model::{AttachmentEntry, Check, Mark, Packet, Section, Statement, Tone, VolumeNumber};
pub use pdf::Conformance;
pub use preview::PageImage;
pub use split::Sizes;
pub use volumes::{Sink, Volume};

use attach::Placed;
use world::PaperWorld;

/// Why a packet could not be rendered.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The annex lists a file as embedded, but its bytes are missing or differ from the listed ones.
    #[error(
        "The annex lists \"{name}\" as embedded, but its content is missing or differs from the listed digest."
    )]
    AttachmentMissing {
        /// File name in the annex.
        name: String,
    },
    /// A file was passed that the annex does not list with this name, size and digest.
    #[error("The file \"{name}\" (SHA-256 {sha256}) is not in the annex with this name, size and digest.")]
    AttachmentNotListed {
        /// File name.
        name: String,
        /// Digest of the passed bytes.
        sha256: String,
    },
    /// The packet could not be serialised.
    #[error("The packet could not be written as data: {0}")]
    Data(#[from] serde_json::Error),
    /// A PDF date has a four-digit year.
    #[error("The moment of the packet is outside the years 0 to 9999.")]
    Moment,
    /// The page templates refused the data, which is a fault of this program.
    #[error("The page templates refused the packet: {0}")]
    Template(String),
    /// No PDF could be written in any standard.
    #[error("The PDF could not be written: {0}")]
    Pdf(String),
    /// The caller could not keep a volume.
    #[error("A volume could not be kept: {0}")]
    Volume(#[from] std::io::Error),
    /// The caller cancelled.
    #[error("The packet was cancelled.")]
    Cancelled,
}

/// The next step of rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Lay out the pages: first with 0, then again without characters that no font has.
    LayingOut(usize),
    /// Write this many pages as PDF.
    Writing(usize),
    /// Lay out and write the next volumes.
    Volumes {
        /// So many are written.
        done: usize,
        /// Of so many.
        of: usize,
    },
}

/// Told before each stage; `false` cancels.
pub type Progress<'a> = &'a (dyn Fn(Stage) -> bool + Sync);

/// A rendered packet.
#[derive(Debug)]
pub struct Rendered {
    /// The file; of a packet in volumes the first one, which is the index.
    pub pdf: Vec<u8>,
    /// Number of pages.
    pub pages: usize,
    /// Warnings for the person before handing out the packet: characters that could not be printed, a standard that
    /// could not be met. Each is a sentence.
    pub warnings: Vec<String>,
    /// The standards that the file conforms to.
    pub conformance: Conformance,
    /// The volumes after the first one, if the packet is printed in volumes.
    pub further: Vec<Volume>,
    document: PagedDocument,
}

/// How often the layout is repeated because a font lacks a character that it claims to have.
const LAYOUTS: usize = 3;

/// Lays out a packet and writes it as PDF/A-3a and PDF/UA-1, with its data (`packet.json`) and the given files inside.
///
/// `attachments` are the bytes of exactly the annex entries with `embedded`. `moment` is the creation date inside the
/// file. Hundreds of pages take seconds: call it from a background job.
///
/// # Errors
/// [`ReportError`]; in that case nothing is returned.
pub fn render(
    packet: &Packet,
    attachments: &[EmbeddedFile],
    fonts: &Fonts,
    moment: DateTime<Utc>,
) -> Result<Rendered, ReportError> {
    render_while(packet, attachments, fonts, moment, &|_| true)
}

/// The same for a job: `keep_going` is called before each stage; `false` cancels.
///
/// # Errors
/// [`ReportError::Cancelled`], and the errors of [`render`].
pub fn render_while(
    packet: &Packet,
    attachments: &[EmbeddedFile],
    fonts: &Fonts,
    moment: DateTime<Utc>,
    keep_going: Progress<'_>,
) -> Result<Rendered, ReportError> {
    let laid = lay(packet, attachments, fonts, keep_going)?;
    // Typst caches layouts between runs; a packet is seldom rendered twice.
    typst::comemo::evict(0);
    go_on(keep_going, Stage::Writing(laid.document.pages().len()))?;
    write(packet, laid, moment)
}

/// The same for a packet of any length: a long one is printed in volumes. The bytes of each volume but the first go to `sink` at once, so that only
/// a few volumes are in memory at a time.
///
/// # Errors
/// What `sink` refuses, and the errors of [`render_while`].
pub fn render_any(
    (packet, attachments): (&Packet, &[EmbeddedFile]),
    fonts: &Fonts,
    (moment, sizes): (DateTime<Utc>, Sizes),
    sink: Sink<'_>,
    keep_going: Progress<'_>,
) -> Result<Rendered, ReportError> {
    let cuts = if packet.brief { Vec::new() } else { split::cuts(&packet.sections, sizes) };
    if cuts.is_empty() {
        return render_while(packet, attachments, fonts, moment, keep_going);
    }
    let print = volumes::Print { packet, files: attachments, fonts, moment, cuts };
    volumes::render(&print, sink, keep_going)
}

/// A packet with its pages.
struct Laid {
    document: PagedDocument,
    warnings: Vec<String>,
}

fn lay(
    packet: &Packet,
    attachments: &[EmbeddedFile],
    fonts: &Fonts,
    keep_going: Progress<'_>,
) -> Result<Laid, ReportError> {
    let placed = attach::pair(&packet.annex, attachments)?;
    let names = attach::names(&packet.annex);
    let mut world = PaperWorld::new(fonts, world::PACKET)?;
    world.put("attachments.json", Bytes::new(attachment_list(packet, &placed, &names)?))?;
    world.put("data/packet.json", Bytes::new(serde_json::to_vec_pretty(packet)?))?;
    for (index, Placed { file, .. }) in placed.iter().enumerate() {
        world.put(&format!("data/{index}"), Bytes::new(file.bytes.clone()))?;
    }
    let prepare = |unprintable: &BTreeSet<char>| print::prepare(packet, &names, fonts, unprintable);
    let (document, warnings) = lay_out(&mut world, &prepare, keep_going)?;
    Ok(Laid { document, warnings })
}

fn write(packet: &Packet, laid: Laid, moment: DateTime<Utc>) -> Result<Rendered, ReportError> {
    let Laid { document, mut warnings } = laid;
    let volume = packet.volume.map_or_else(String::new, |volume| format!("/{}", volume.number));
    let identity = pdf::Identity {
        content: format!("{}/{}{volume}", packet.packet_number, packet.chain_head_digest),
        program: packet.program_version.clone(),
    };
    let written = pdf::write(&document, &identity, moment)?;
    warnings.extend(written.warning);
    Ok(Rendered {
        pdf: written.bytes,
        pages: document.pages().len(),
        warnings,
        conformance: written.conformance,
        further: Vec::new(),
        document,
    })
}

fn go_on(keep_going: Progress<'_>, stage: Stage) -> Result<(), ReportError> {
    if keep_going(stage) { Ok(()) } else { Err(ReportError::Cancelled) }
}

/// Makes the data of a print without the characters that did not print.
type Prepare<'a> = &'a dyn Fn(&BTreeSet<char>) -> Result<print::PrintData, ReportError>;

fn lay_out(
    world: &mut PaperWorld<'_>,
    prepare: Prepare<'_>,
    keep_going: Progress<'_>,
) -> Result<(PagedDocument, Vec<String>), ReportError> {
    let mut unprintable = BTreeSet::new();
    let mut layouts = 0;
    loop {
        go_on(keep_going, Stage::LayingOut(layouts))?;
        let data = prepare(&unprintable)?;
        world.put(world::DATA, Bytes::new(data.json))?;
        let compiled = typst::compile::<PagedDocument>(&*world);
        let document = compiled.output.map_err(|faults| world::refusal(world, &faults))?;
        layouts += 1;
        let known = unprintable.len();
        unprintable.extend(preview::missing_glyphs(&document));
        if unprintable.len() == known || layouts == LAYOUTS {
            let mut warnings = data.warnings;
            warnings.extend(compiled.warnings.iter().map(|warning| format!("Layout: {}", warning.message)));
            return Ok((document, warnings));
        }
    }
}

/// The files that the template attaches, in the order of the annex.
fn attachment_list(
    packet: &Packet,
    placed: &[Placed<'_>],
    names: &[Option<String>],
) -> Result<Vec<u8>, ReportError> {
    let mut order: Vec<(usize, usize)> = placed.iter().enumerate().map(|(file, p)| (p.entry, file)).collect();
    order.sort_unstable();
    let list: Vec<_> = order
        .into_iter()
        .filter_map(|(entry, file)| {
            let described = packet.annex.get(entry)?;
            let text: String = described.description.chars().filter(|c| !c.is_control()).take(400).collect();
            Some(serde_json::json!({
                "name": names.get(entry)?.as_deref()?,
                "file": format!("data/{file}"),
                "media_type": attach::media_type(&described.media_type),
                "description": if text.is_empty() { "Evidence" } else { &text },
            }))
        })
        .collect();
    Ok(serde_json::to_vec(&list)?)
}
