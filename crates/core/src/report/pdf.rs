//! Writes the laid-out packet as PDF.
//!
//! Belongs here: the standards, the identifier, the timestamp, and the fallback if a standard cannot be met. Does
//! not belong here: layout.

use chrono::{DateTime, Datelike, Timelike, Utc};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::ReportError;

/// The standards that a written PDF conforms to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conformance {
    /// PDF/A-3a (ISO 19005-3, for archiving, tagged) and PDF/UA-1 (ISO 14289-1, accessible).
    ArchivalAndAccessible,
    /// PDF/A-3b only: the appearance is preserved for archiving, but the text of some script cannot be extracted reliably.
    Archival,
    /// Neither: some font of the computer prevents it.
    Plain,
}

impl Conformance {
    /// Best first.
    const ALL: [Self; 3] = [Self::ArchivalAndAccessible, Self::Archival, Self::Plain];

    /// Name for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::ArchivalAndAccessible => "PDF/A-3a and PDF/UA-1",
            Self::Archival => "PDF/A-3b",
            Self::Plain => "PDF 1.7",
        }
    }

    fn standards(self) -> &'static [PdfStandard] {
        match self {
            Self::ArchivalAndAccessible => &[PdfStandard::A_3a, PdfStandard::Ua_1],
            Self::Archival => &[PdfStandard::A_3b],
            Self::Plain => &[PdfStandard::V_1_7],
        }
    }
}

/// How a PDF is identified.
pub(super) struct Identity {
    /// What it prints, so that the same content has the same identifier.
    pub(super) content: String,
    /// Name and version of the program.
    pub(super) program: String,
}

/// The written PDF.
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    pub(super) conformance: Conformance,
    pub(super) warning: Option<String>,
}

/// Writes the PDF with the best standards that it can meet. A packet is not refused because of one foreign word: a
/// lesser standard is reported by a warning.
///
/// # Errors
/// [`ReportError::Moment`] for a moment outside the years 0 to 9999, [`ReportError::Pdf`] if no PDF can be written.
pub(super) fn write(
    document: &PagedDocument,
    identity: &Identity,
    moment: DateTime<Utc>,
) -> Result<Written, ReportError> {
    let timestamp = timestamp(moment)?;
    let mut refusal = String::new();
    for conformance in Conformance::ALL {
        let standards = PdfStandards::new(conformance.standards())
            .map_err(|fault| ReportError::Pdf(fault.message().to_string()))?;
        let options = PdfOptions {
            ident: Smart::Custom(identity.content.clone()),
            creator: Smart::Custom(Some(identity.program.chars().filter(|c| !c.is_control()).collect())),
            timestamp: Some(timestamp),
            page_ranges: None,
            standards,
            tagged: true,
            pretty: false,
        };
        match typst_pdf::pdf(document, &options) {
            Ok(bytes) => {
                let warning = (!refusal.is_empty())
                    .then(|| format!("The PDF meets only {}, because: {refusal}", conformance.words()));
                return Ok(Written { bytes, conformance, warning });
            }
            Err(faults) => refusal = words(&faults),
        }
    }
    Err(ReportError::Pdf(refusal))
}

fn timestamp(moment: DateTime<Utc>) -> Result<Timestamp, ReportError> {
    let small = |number: u32| u8::try_from(number).ok();
    let datetime = (|| {
        if !(0..=9999).contains(&moment.year()) {
            return None;
        }
        let (month, day) = (small(moment.month())?, small(moment.day())?);
        let (hour, minute) = (small(moment.hour())?, small(moment.minute())?);
        Datetime::from_ymd_hms(moment.year(), month, day, hour, minute, small(moment.second())?)
    })();
    datetime.map(Timestamp::new_utc).ok_or(ReportError::Moment)
}

/// The messages of Typst, at most three.
fn words(faults: &[SourceDiagnostic]) -> String {
    let mut messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    messages.dedup();
    messages.truncate(3);
    messages.join("; ")
}
