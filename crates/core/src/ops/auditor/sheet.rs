//! The lists and records as an auditor sees them: words only, with what is personal hidden.

use std::collections::BTreeMap;

use serde_json::Value;

use super::veil::{HIDDEN, Veil};
use crate::domain::choice::Choice as _;
use crate::domain::event::{Event, FieldChange};
use crate::domain::field::{FieldDef, ValueFormat, is_empty};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::text::{capital, counted};
use crate::domain::workflow::Tone;
use crate::ops::file::ProductFile;
use crate::ops::page::{LinkedRecord, SignatureView, TraceStep};
use crate::ops::refused::Refused;
use crate::ops::{field_label, value_words};
use crate::store::EventFilter;
use mainstay_base::time::Moment;

/// Most events of a record that are shown.
const EVENTS: u32 = 500;

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditorRow {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// The word and tone of its state.
    pub state: (&'static str, Tone),
    /// The day on which it was entered.
    pub entered: String,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditorField {
    /// Its label.
    pub label: &'static str,
    /// Its value.
    pub words: String,
}

/// A section of a record with the fields that hold something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditorSection {
    /// Its title.
    pub title: &'static str,
    /// Its clause.
    pub clause: &'static str,
    /// Its fields.
    pub fields: Vec<AuditorField>,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditorSignature {
    /// Who, in which role, with which meaning, and when.
    pub words: String,
    /// Whether the signed content is unchanged; else what is different.
    pub state: Result<&'static str, String>,
}

/// An event of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditorEvent {
    /// What was done, by whom, and when.
    pub words: String,
    /// What it changed, field by field.
    pub changes: Vec<String>,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditorSheet {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// The word and tone of its state.
    pub state: (&'static str, Tone),
    /// Its revision.
    pub revision: u32,
    /// When and by whom it was entered.
    pub entered: String,
    /// The chain to which it belongs.
    pub trace: Vec<TraceStep>,
    /// Its fields.
    pub sections: Vec<AuditorSection>,
    /// Its parts and the records that are linked with it.
    pub linked: Vec<LinkedRecord>,
    /// Its files, each in a line. Their bytes are not shown.
    pub attachments: Vec<String>,
    /// Its signatures.
    pub signatures: Vec<AuditorSignature>,
    /// Its history, newest first.
    pub history: Vec<AuditorEvent>,
}

/// The records of a chain, in its order.
pub fn chain_of(trace: &[TraceStep]) -> Vec<RecordId> {
    trace.iter().flat_map(|step| step.records.iter().map(|(id, ..)| *id)).collect()
}

/// The record that stands before (`-1`) or after (`1`) another one in a chain.
pub fn beside(trace: &[TraceStep], id: RecordId, step: isize) -> Option<RecordId> {
    let chain = chain_of(trace);
    let at = chain.iter().position(|of| *of == id)?;
    chain.get(at.checked_add_signed(step)?).copied()
}

/// Values as an auditor reads them.
struct Veiled<'a> {
    names: &'a BTreeMap<RecordId, String>,
}

impl ValueFormat for Veiled<'_> {
    fn record(&self, id: RecordId) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn replacement(&self, field: &FieldDef) -> Option<&'static str> {
        field.personal.then_some(HIDDEN)
    }
}

/// The word and tone of a state.
fn state_of(kind: Kind, code: &str) -> (&'static str, Tone) {
    kind.def().state(code).map_or(("", Tone::Neutral), |state| (state.word, state.tone))
}

impl ProductFile {
    /// The records of a kind, newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn auditor_list(&self, veil: &Veil, kind: Kind) -> Result<Vec<AuditorRow>, Refused> {
        let row = |row: crate::store::ListRow| AuditorRow {
            id: row.id,
            title: veil.title(row.id, &row.title),
            state: state_of(kind, &row.state),
            entered: row.created_at.day().to_string(),
        };
        Ok(self.list(kind)?.into_iter().map(row).collect())
    }

    /// A record.
    ///
    /// # Errors
    /// When there is no such record, or the file cannot be read.
    pub fn auditor_sheet(&self, veil: &Veil, id: RecordId, now: Moment) -> Result<AuditorSheet, Refused> {
        let page = self.page(id, None, now)?;
        let data = &page.data;
        let by = page.names.get(&data.head.created_by).cloned();
        let by = by.unwrap_or_else(|| data.head.created_by.to_string());
        let mut trace = page.trace.clone();
        for step in &mut trace {
            // One order from whichever record the chain is looked at.
            step.records.sort_by_key(|(of, ..)| *of);
            for (of, title, _) in &mut step.records {
                *title = veil.title(*of, title);
            }
        }
        let mut linked = page.linked.clone();
        for other in &mut linked {
            other.title = veil.title(other.id, &other.title);
        }
        Ok(AuditorSheet {
            id,
            title: veil.title(id, data.title()),
            state: state_of(id.kind, &data.head.state),
            revision: data.head.revision,
            entered: format!("Entered {} by {by}", data.head.created_at.words()),
            trace,
            sections: sections(veil, data, &page.names),
            linked,
            attachments: page.attachments.iter().map(|file| attached(veil, file)).collect(),
            signatures: page.signatures.iter().map(|view| signature(veil, view)).collect(),
            history: self.auditor_history(veil, id, &page.names)?,
        })
    }

    fn auditor_history(
        &self,
        veil: &Veil,
        id: RecordId,
        names: &BTreeMap<RecordId, String>,
    ) -> Result<Vec<AuditorEvent>, Refused> {
        let filter = EventFilter { record: Some(id), ..EventFilter::default() };
        let rows = self.events(&filter, EVENTS, 0)?;
        Ok(rows.iter().map(|row| event(veil, (id, &row.event), names)).collect())
    }
}

fn sections(veil: &Veil, data: &RecordData, names: &BTreeMap<RecordId, String>) -> Vec<AuditorSection> {
    let format = Veiled { names };
    let field = |field: &&'static FieldDef| {
        let value = data.value(field.name);
        (field.name != "title" && !is_empty(value))
            .then(|| AuditorField { label: field.label, words: veil.text(&field.display(value, &format)) })
    };
    let section = |section: &crate::domain::record::Section| AuditorSection {
        title: section.title,
        clause: section.clause,
        fields: section.fields.iter().collect::<Vec<_>>().iter().filter_map(field).collect(),
    };
    data.def().sections.iter().map(section).filter(|section| !section.fields.is_empty()).collect()
}

/// A file: its digest proves that it is there, and nobody sees whose it is.
fn attached(veil: &Veil, file: &RecordData) -> String {
    let name = veil.title(file.head.id, file.title());
    let bytes = counted(usize::try_from(file.value("bytes").as_u64().unwrap_or(0)).unwrap_or(0), "byte");
    let description = veil.text(file.text("description"));
    let words = [name, description, bytes, format!("SHA-256 {}", file.text("sha256"))];
    words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn signature(veil: &Veil, view: &SignatureView) -> AuditorSignature {
    let of = &view.signature;
    let reason = of.reason.as_ref().map_or_else(String::new, |reason| format!(", “{}”", veil.text(reason)));
    let words = format!(
        "{}, {}: {}{reason}, {}",
        of.printed_name,
        of.role_words(),
        of.meaning.word(),
        of.when_words()
    );
    let different = |(id, signed, now, fields): &(RecordId, u32, u32, Vec<String>)| {
        let fields = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
        format!("covers {id} revision {signed}, now {now}{fields}")
    };
    let state = if view.holds {
        Ok("The signed content is unchanged")
    } else {
        Err(view.differences.iter().map(different).collect::<Vec<_>>().join("; "))
    };
    AuditorSignature { words, state }
}

fn event(veil: &Veil, (id, event): (RecordId, &Event), names: &BTreeMap<RecordId, String>) -> AuditorEvent {
    let reason =
        event.reason.as_ref().map_or_else(String::new, |reason| format!(", because {}", veil.text(reason)));
    let when = event.at.with_offset_words(event.offset_minutes);
    let act = capital(&event.request.replacen('.', ": ", 1).replace('_', " "));
    let words = format!("{act}, by {}, {when}, event {}{reason}", event.name, event.seq);
    let changes = event.changes.iter().filter(|change| change.record == id);
    let changes =
        changes.flat_map(|change| change.fields.iter().map(|field| changed(veil, (id, field), names)));
    AuditorEvent { words, changes: changes.filter(|words| !words.is_empty()).collect() }
}

fn changed(
    veil: &Veil,
    (id, change): (RecordId, &FieldChange),
    names: &BTreeMap<RecordId, String>,
) -> String {
    let declared = id.kind.def().field(&change.field);
    let words = |value: &Value| match declared {
        Some(_) if is_empty(value) => String::new(),
        Some(field) => veil.text(&field.display(value, &Veiled { names })),
        None => veil.text(&value_words(id, &change.field, value, &|of| names.get(&of).cloned())),
    };
    let (before, after) = (words(&change.before), words(&change.after));
    let label = field_label(id, &change.field);
    match (before.is_empty(), after.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("{label}: {after}"),
        (false, true) => format!("{label}: cleared; it was {before}"),
        (false, false) => format!("{label}: {before} → {after}"),
    }
}
