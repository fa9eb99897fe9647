//! Readers of published anomaly and vulnerability data: in every format, one record after another with its source text.
//!
//! This module recognises the formats and translates their records into `model::advisory`. Unpacking (`base::unpack`), storing records, and
//! judging what they mean for a component belong elsewhere.

mod affected;
mod csaf;
mod cve5;
mod cyclonedx_vex;
mod cyclonedx_vex_xml;
mod documents;
mod eol;
mod epss;
mod fields;
mod kev;
mod naming;
mod nvd11;
mod nvd2;
mod openvex;
mod osv;
mod shape;
mod table;
mod text;

use std::io::{BufRead, Cursor, Read};

use crate::model::advisory::{Advisory, ApplicabilityNode, Published, Standing};
use crate::model::cpe::Cpe;
pub use kev::SOURCE as KEV;
use mainstay_base::note::{Gravity, Notes, Unreadable};
pub use mainstay_base::unpack::Stop;

use documents::RECORD_BYTES_MAX;
use shape::Shape;
use text::Utf8;

/// Bytes at the start of a document that identify its format; twice as many, and so on, if they are not enough.
const HEAD_BYTES: u64 = 64 * 1024;
/// The readable formats, for the refusal of others.
const READABLE: &str = "NVD API 2.0 and 1.1, CVE JSON 5, OSV, CSAF, OpenVEX, CycloneDX VEX (JSON, XML), \
    CISA KEV, EPSS, endoflife.date, distro-info tables";

/// One record of an advisory file.
#[derive(Debug)]
pub struct Record<'a> {
    /// Its content.
    pub published: Published,
    /// Exactly this record's text.
    pub raw: &'a str,
    /// Where in the document: a JSON path (`$.vulnerabilities[3]`) or `line 12`.
    pub place: String,
    /// The date of the document's data, if it was given before this record.
    pub data_date: Option<&'a str>,
    /// The document, where several may contain different statements about the same identifier: its publisher and number there.
    pub document: Option<&'a str>,
}

/// The part of a larger set that a document declares itself to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Position of its first record.
    pub start: u64,
    /// Records in it.
    pub count: u64,
    /// Records in the whole set.
    pub total: u64,
}

/// Summary of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileReport {
    /// Format and version in words (`NVD API 2.0`).
    pub format: String,
    /// Publisher of the data, for display (`NVD`, `RustSec`, a CSAF publisher).
    pub source: String,
    /// The date of the data according to the document, as written; otherwise the newest change of a record.
    pub data_date: Option<String>,
    /// Number of records that were passed on.
    pub records: u64,
    /// Records that were refused; each is in the notes with its place.
    pub refused: u64,
    /// Its part of a larger set, if it declares one.
    pub part: Option<Part>,
    /// Remarks of the reader.
    pub notes: Notes,
}

/// Why a document was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read, or not any further; the records passed on before are not the whole.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The caller cancelled it.
    #[error("ended before the last record")]
    Stopped,
}

/// Receives the records one after another.
pub type OnRecord<'a> = dyn FnMut(Record<'_>) -> Result<(), Stop> + 'a;

/// Reads one unpacked document called `name` and passes on its records in order. A bad record is refused in the notes with its place, and
/// the rest continues. A document that is not recognised, is cut short or is not text is refused as a whole. Memory grows with the largest
/// record, and with the text before the first mark of a document's kind, which may be no longer than a record.
pub fn read(reader: &mut dyn BufRead, name: &str, on: &mut OnRecord<'_>) -> Result<FileReport, ReadError> {
    let cannot = |error: std::io::Error| Unreadable::at("document", error.to_string());
    let mut text = Utf8::new(reader).map_err(cannot)?;
    let mut head = Vec::new();
    let mut wanted = HEAD_BYTES;
    let format = loop {
        text.by_ref().take(wanted - head.len() as u64).read_to_end(&mut head).map_err(cannot)?;
        let ended = (head.len() as u64) < wanted || wanted >= RECORD_BYTES_MAX;
        match Format::of(&head, ended)? {
            Some(format) => break format,
            None => wanted = wanted.saturating_mul(2).min(RECORD_BYTES_MAX),
        }
    };
    let mut sink = Sink { on, report: FileReport::default(), newest: None, within: None, stopped: false };
    let mut whole = Cursor::new(head).chain(text);
    let outcome = format.read(&mut whole, name, &mut sink);
    if sink.stopped {
        return Err(ReadError::Stopped);
    }
    outcome?;
    let Sink { mut report, newest, .. } = sink;
    report.data_date = report.data_date.or(newest);
    Ok(report)
}

/// The formats that are distinguished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Nvd2,
    /// One record of API 2.0 outside its page.
    Nvd2Record,
    Nvd11,
    Cve5 {
        array: bool,
    },
    CveDelta,
    Osv {
        array: bool,
    },
    KevJson,
    KevTable,
    Epss,
    EolCycles {
        array: bool,
    },
    EolProducts,
    DistroInfo,
    Csaf,
    OpenVex {
        array: bool,
    },
    CycloneDxVex,
}

impl Format {
    /// The format of a document by its start; `None` if more of it is needed to decide, unless it has `ended`.
    fn of(head: &[u8], ended: bool) -> Result<Option<Self>, Unreadable> {
        if head.iter().all(u8::is_ascii_whitespace) {
            return if ended { Err(Unreadable::at("document", "the file is empty")) } else { Ok(None) };
        }
        match Shape::of(head) {
            Some(shape) => match Self::of_json(&shape) {
                Some(format) => Ok(Some(format)),
                None if shape.cut && !ended => Ok(None),
                None if shape.any(|path| path.ends_with("/cycle")) => {
                    Ok(Some(Self::EolCycles { array: shape.array }))
                }
                None => Err(not_recognised(&format!("JSON that starts with {}", shape.top()))),
            },
            None if head.trim_ascii_start().starts_with(b"<") => {
                Self::of_xml(&String::from_utf8_lossy(head)).map(Some)
            }
            None => Self::of_table(&String::from_utf8_lossy(head)).map(Some),
        }
    }

    /// The format that the marks identify, in any position.
    fn of_json(shape: &Shape) -> Option<Self> {
        let array = shape.array;
        if shape.has_any(&["document/csaf_version", "document/tracking", "vulnerabilities/product_status"]) {
            Some(Self::Csaf)
        } else if shape.has("CVE_Items") {
            Some(Self::Nvd11)
        } else if shape.has_any(&["format=NVD_CVE", "vulnerabilities/cve/id"]) {
            Some(Self::Nvd2)
        } else if shape.has("cve/id") {
            Some(Self::Nvd2Record)
        } else if shape.has_any(&["cveMetadata", "dataType=CVE_RECORD"]) {
            Some(Self::Cve5 { array })
        } else if shape.has("fetchTime") && shape.has("numberOfChanges") {
            Some(Self::CveDelta)
        } else if shape.has_any(&["catalogVersion", "vulnerabilities/cveID"]) {
            Some(Self::KevJson)
        } else if shape.any(|path| path.starts_with("@context=") && path.contains("openvex"))
            || (shape.has("statements/vulnerability") && shape.has("statements/status"))
        {
            Some(Self::OpenVex { array })
        } else if shape.has_any(&["bomFormat=CycloneDX", "specFormat=CycloneDX"]) {
            Some(Self::CycloneDxVex)
        } else if shape.has("schema_version") && shape.has("result") {
            Some(Self::EolProducts)
        } else if shape.has("id") && shape.has_any(&["modified", "affected", "schema_version"]) {
            Some(Self::Osv { array })
        } else if shape.has("cycle") {
            Some(Self::EolCycles { array })
        } else {
            None
        }
    }

    fn of_xml(head: &str) -> Result<Self, Unreadable> {
        if cyclonedx_vex_xml::is_beginning(head) {
            return Ok(Self::CycloneDxVex);
        }
        Err(not_recognised("XML that is not CycloneDX"))
    }

    fn of_table(head: &str) -> Result<Self, Unreadable> {
        let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        let columns = |line: &str| line.replace(['"', ' '], "").to_ascii_lowercase();
        let header = columns(first);
        if header.starts_with("cveid,vendorproject,") {
            Ok(Self::KevTable)
        } else if epss::is_header(&header) || epss::is_comment(first) {
            Ok(Self::Epss)
        } else if header.starts_with("cve-") && header.matches(',').count() == 2 {
            Err(Unreadable::at("line 1", epss::NO_HEADER))
        } else if header.starts_with("version,codename,series,created,release,eol") {
            Ok(Self::DistroInfo)
        } else if first.starts_with("# List of packages w") {
            Err(Unreadable::at("document", eol::PACKAGE_LIST))
        } else {
            Err(not_recognised("it is neither JSON nor a known table"))
        }
    }

    /// Its name for people; `None` for what are statements of a product rather than published data.
    const fn words(self) -> Option<&'static str> {
        Some(match self {
            Self::Nvd2 | Self::Nvd2Record | Self::Nvd11 => "NVD",
            Self::Cve5 { .. } | Self::CveDelta => "CVE List",
            Self::Osv { .. } => "OSV",
            Self::KevJson | Self::KevTable => "known exploited vulnerabilities",
            Self::Epss => "EPSS",
            Self::EolCycles { .. } | Self::EolProducts | Self::DistroInfo => "dates of support",
            Self::Csaf => "CSAF",
            Self::OpenVex { .. } | Self::CycloneDxVex => return None,
        })
    }

    fn read(self, reader: &mut dyn BufRead, name: &str, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
        match self {
            Self::Nvd2 => nvd2::read(reader, sink),
            Self::Nvd2Record => nvd2::read_record(reader, sink),
            Self::Nvd11 => nvd11::read(reader, sink),
            Self::Cve5 { array } => cve5::read(reader, array, sink),
            Self::CveDelta => cve5::read_delta(reader, sink),
            Self::Osv { array } => osv::read(reader, array, sink),
            Self::KevJson => kev::read_json(reader, sink),
            Self::KevTable => kev::read_table(reader, sink),
            Self::Epss => epss::read(reader, sink),
            Self::EolCycles { array } => eol::read_cycles(reader, array, name, sink),
            Self::EolProducts => eol::read_products(reader, sink),
            Self::Csaf => csaf::read(reader, sink),
            Self::OpenVex { array } => openvex::read(reader, array, sink),
            Self::CycloneDxVex => cyclonedx_vex::read(reader, name, sink),
            Self::DistroInfo => eol::read_distro_info(reader, sink),
        }
    }
}

/// What a JSON document is by its beginning, each with its format in words.
#[derive(Debug, Default)]
pub(in crate::formats) struct JsonKind {
    /// Published advisory data.
    pub advisories: Option<&'static str>,
    /// Statements about vulnerabilities of a product.
    pub statements: Option<&'static str>,
    /// A bill of materials.
    pub bill: Option<&'static str>,
    /// Whether it is a bill by its format and has statements but no component.
    pub only_statements: bool,
}

/// Tells a JSON document from its beginning.
pub(in crate::formats) fn json_kind(head: &[u8]) -> JsonKind {
    let Some(shape) = Shape::of(head) else { return JsonKind::default() };
    let mut kind = JsonKind::default();
    match Format::of_json(&shape) {
        Some(Format::CycloneDxVex) => {
            let (statements, components) = (shape.has("vulnerabilities"), shape.has("components"));
            kind.statements = statements.then_some("CycloneDX");
            kind.only_statements = statements && !components;
            kind.bill = (components || !statements).then_some("CycloneDX");
        }
        Some(Format::OpenVex { .. }) => kind.statements = Some("OpenVEX"),
        Some(format) => kind.advisories = format.words(),
        None if shape.any(|path| path.starts_with("spdxVersion")) => kind.bill = Some("SPDX"),
        None if shape.any(|path| path.starts_with("@context=") && path.contains("spdx")) => {
            kind.bill = Some("SPDX");
        }
        None if shape.has("lockfileVersion") => kind.bill = Some("lock file"),
        None => {}
    }
    kind
}

/// The kind of advisory data that a text which is neither JSON nor XML seems to be.
pub(in crate::formats) fn table_kind(text: &str) -> Option<&'static str> {
    Format::of_table(text).ok().and_then(Format::words)
}

fn not_recognised(what: &str) -> Unreadable {
    Unreadable::at("document", format!("not a known kind of advisory data ({what}): readable are {READABLE}"))
}

/// Where readers put their results.
struct Sink<'s, 'on> {
    on: &'s mut OnRecord<'on>,
    report: FileReport,
    /// The newest change of a record.
    newest: Option<String>,
    /// The current document, see [`Record::document`].
    within: Option<String>,
    stopped: bool,
}

impl Sink<'_, '_> {
    /// Passes on one record or counts its refusal; ends the reading when the caller cancels.
    fn give(
        &mut self,
        raw: &str,
        place: String,
        outcome: Result<Published, Unreadable>,
    ) -> Result<(), Unreadable> {
        match outcome {
            Ok(published) => {
                self.report.records += 1;
                let data_date = self.report.data_date.as_deref();
                let document = self.within.as_deref();
                (self.on)(Record { published, raw, place, data_date, document }).map_err(|Stop| {
                    self.stopped = true;
                    Unreadable::at("document", "ended")
                })
            }
            Err(refused) => {
                self.refuse(refused);
                Ok(())
            }
        }
    }

    /// Passes on an advisory or counts its refusal.
    fn advisory(
        &mut self,
        raw: &str,
        place: String,
        mut outcome: Result<Advisory, Unreadable>,
    ) -> Result<(), Unreadable> {
        if let Ok(advisory) = &mut outcome {
            if advisory.standing == Standing::Published && naming::names_nothing(advisory) {
                advisory.standing = Standing::NotAnalysed;
            }
            check_names(advisory, &place, &mut self.report.notes);
            fields::later(&mut self.newest, advisory.modified.as_deref());
        }
        self.give(raw, place, outcome.map(|advisory| Published::Advisory(Box::new(advisory))))
    }

    /// Sets the kind of this document and its publisher.
    fn describe(&mut self, format: &str, source: &str) {
        format.clone_into(&mut self.report.format);
        source.clone_into(&mut self.report.source);
    }

    /// Counts a refused record.
    fn refuse(&mut self, refused: Unreadable) {
        self.report.refused += 1;
        self.report.notes.add(Gravity::Refused, refused.place, refused.reason);
    }
}

/// Adds remarks on CPE names that cannot be parsed: it can only be guessed which products they name.
fn check_names(advisory: &Advisory, place: &str, notes: &mut Notes) {
    let claimed = advisory.packages.iter().flat_map(|claim| &claim.cpes);
    let mut nodes: Vec<&ApplicabilityNode> = advisory.applicability.iter().collect();
    let mut criteria = Vec::new();
    while let Some(node) = nodes.pop() {
        criteria.extend(node.criteria.iter().map(|criterion| &criterion.criteria));
        nodes.extend(&node.children);
    }
    for name in claimed.chain(criteria) {
        if let Err(why) = Cpe::parse(name) {
            let text = format!("the CPE name `{}` cannot be read: {why}", fields::shortened(name));
            notes.add(Gravity::Warning, place, text);
        }
    }
}

#[cfg(test)]
mod tests;
