//! Import of feedback from a file (IEC 62304 6.2.1): a plan for each row is shown first, then the rows are imported in one transaction.
//!
//! The plan, its answers and its report belong here. Reading foreign formats belongs to `exchange`; the rules of a record
//! belong to `domain`. The source file is kept byte for byte as an attachment of the product, so nothing of it is lost.

mod job;
mod mappings;
mod plan;

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::file::ProductFile;
use super::files::{self, READ_BYTES_MAX};
use super::refused::Refused;
use super::request::{Act, FileSource, Request};
use super::session::Session;
use crate::domain::canonical;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::requests::PRODUCT;
use crate::domain::requests::RecordSource as _;
use crate::exchange::feedback as rows;
use mainstay_base::clock::Stamp;
use mainstay_base::csv_out::{self, CsvOptions};
use mainstay_base::delimited;
use mainstay_base::regular;
use mainstay_base::time::Moment;

pub use job::{IMPORT_RUNS, ImportJob};
pub use mappings::{answered, find_mapping, import_mappings, read_mapping, save_mapping};
pub(super) use plan::check_new;

pub use crate::exchange::feedback::{Ask, ColumnRule, Mapping, Parse};
pub use mainstay_base::delimited::{Detected, Options as ReadOptions, Row, TextEncoding};

/// A file that was read: its rows, and the file itself unchanged.
#[derive(Debug, Clone)]
pub struct ImportSource {
    /// Name of the file without its folder.
    pub file_name: String,
    /// Its origin, as the person named it.
    pub place: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How it is read, and why.
    pub detected: Detected,
    /// Names of its columns.
    pub header: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Remarks about it, in sentences.
    pub warnings: Vec<String>,
    pub(super) bytes: Arc<Vec<u8>>,
}

/// The plan for one row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowPlan {
    /// It can be imported; these are the fields.
    Take(Fields),
    /// It was imported before, as this record.
    Already(RecordId),
    /// It cannot be imported, for these reasons.
    Refused(Vec<String>),
}

/// One row of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRow {
    /// Line in the source, from 1.
    pub line: u64,
    /// The number by which the row is recognised in a later import; empty if it has none.
    pub external_number: String,
    /// Title of the record that it becomes or became; for a refused row the title it would have had, if known.
    pub title: String,
    /// The plan for it.
    pub plan: RowPlan,
}

/// The dry run of an import. Making a plan changes nothing.
#[derive(Debug, Clone)]
pub struct ImportPlan {
    /// The file.
    pub source: Arc<ImportSource>,
    /// How its columns are mapped, with every question answered.
    pub mapping: Mapping,
    /// Every row that is not empty, in the order of the file.
    pub rows: Vec<PlannedRow>,
    /// When the same file was imported before, if it was.
    pub imported_before: Option<Moment>,
    /// Why it is imported although the clock of the machine is behind; empty if it is not.
    pub reason: String,
}

/// The number of rows for each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Rows that are, or were, imported.
    pub taken: usize,
    /// Rows that were imported before.
    pub already: usize,
    /// Rows that cannot be imported.
    pub refused: usize,
}

/// The outcome for one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// It became a record, or would become one; there is no number in a dry run.
    Taken(Option<RecordId>),
    /// It was imported before, as this record.
    Already(RecordId),
    /// It was refused for these reasons.
    Refused(Vec<String>),
}

/// One row of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// Line in the source, from 1.
    pub line: u64,
    /// The number by which the row is recognised in a later import.
    pub external_number: String,
    /// Title of the record that it becomes or became; for a refused row the title it would have had, if known.
    pub title: String,
    /// Its outcome.
    pub outcome: RowOutcome,
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// Name of the file.
    pub file_name: String,
    /// Name of the mapping.
    pub mapping: String,
    /// Every row.
    pub rows: Vec<ImportedRow>,
    /// The number of rows for each outcome.
    pub counts: ImportCounts,
    /// The attachment with the source file; absent in a dry run, and if no row was imported.
    pub attachment: Option<RecordId>,
}

impl ImportSource {
    /// Reads a file of this machine.
    pub fn read(path: &Path, options: &ReadOptions) -> Result<Self, Refused> {
        let bytes = files::read(path)?;
        let name = regular::name_of(path);
        Self::from_bytes(&name, &path.display().to_string(), bytes, options)
    }

    /// Reads bytes that are in memory. `place` is their origin, in words.
    pub fn from_bytes(
        name: &str,
        place: &str,
        bytes: Vec<u8>,
        options: &ReadOptions,
    ) -> Result<Self, Refused> {
        if bytes.len() as u64 > READ_BYTES_MAX {
            return Err(Refused::Rule(format!(
                "{name} is larger than {READ_BYTES_MAX} bytes; split it into smaller files"
            )));
        }
        let table =
            delimited::read(&bytes, options).map_err(|error| Refused::Rule(format!("{name}: {error}")))?;
        Ok(Self {
            file_name: name.to_owned(),
            place: place.to_owned(),
            sha256: canonical::digest(&bytes),
            detected: table.detected,
            header: table.header,
            rows: table.rows,
            warnings: table.warnings.iter().map(ToString::to_string).collect(),
            bytes: Arc::new(bytes),
        })
    }

    /// The mapping that seems to fit: a person's own, a shipped one, or one made from the names of the columns. Also
    /// returns the open points, in sentences.
    pub fn suggested(&self, own: &[Mapping]) -> (Mapping, Vec<String>) {
        let fits = |mapping: &&Mapping| {
            !mapping.recognise.is_empty()
                && mapping.recognise.iter().all(|name| {
                    self.header.iter().any(|column| column.trim().eq_ignore_ascii_case(name.trim()))
                })
        };
        if let Some(mapping) = own.iter().find(fits).or_else(|| rows::suggest(&self.header)) {
            return (mapping.clone(), Vec::new());
        }
        self.from_columns()
    }

    /// A mapping made from the names of the columns, and the open points, in sentences.
    pub fn from_columns(&self) -> (Mapping, Vec<String>) {
        let suggestion = rows::suggest_columns(&self.header, &self.rows);
        (suggestion.mapping, suggestion.notes)
    }
}

impl ImportPlan {
    /// The expected number of rows for each outcome.
    pub fn counts(&self) -> ImportCounts {
        let mut counts = ImportCounts::default();
        for row in &self.rows {
            match row.plan {
                RowPlan::Take(_) => counts.taken += 1,
                RowPlan::Already(_) => counts.already += 1,
                RowPlan::Refused(_) => counts.refused += 1,
            }
        }
        counts
    }

    /// The plan as a report: the output of a dry run.
    pub fn dry_run(&self) -> ImportReport {
        self.report(None, None)
    }

    fn report(&self, first: Option<u32>, attachment: Option<RecordId>) -> ImportReport {
        let mut next = first;
        let rows = self
            .rows
            .iter()
            .map(|row| {
                let outcome = match &row.plan {
                    RowPlan::Take(_) => {
                        let id = next.map(|number| RecordId::new(Kind::Feedback, number));
                        next = next.map(|number| number + 1);
                        RowOutcome::Taken(id)
                    }
                    RowPlan::Already(id) => RowOutcome::Already(*id),
                    RowPlan::Refused(reasons) => RowOutcome::Refused(reasons.clone()),
                };
                ImportedRow {
                    line: row.line,
                    external_number: row.external_number.clone(),
                    title: row.title.clone(),
                    outcome,
                }
            })
            .collect();
        ImportReport {
            file_name: self.source.file_name.clone(),
            mapping: self.mapping.name.clone(),
            rows,
            counts: self.counts(),
            attachment,
        }
    }
}

impl ImportedRow {
    /// The outcome: its word, and the record or the reasons.
    pub fn words(&self) -> (&'static str, String) {
        match &self.outcome {
            RowOutcome::Taken(Some(id)) => ("Imported", id.to_string()),
            RowOutcome::Taken(None) => ("Will be imported", String::new()),
            RowOutcome::Already(id) => ("Imported before", id.to_string()),
            RowOutcome::Refused(reasons) => ("Refused", reasons.join("; ")),
        }
    }
}

impl ImportReport {
    /// What was imported, in a sentence.
    pub fn sentence(&self) -> String {
        match self.counts.taken {
            1 => format!("1 row of {} was imported.", self.file_name),
            taken => format!("{taken} rows of {} were imported.", self.file_name),
        }
    }

    /// The report as CSV for spreadsheet programs.
    pub fn csv(&self) -> Result<Vec<u8>, Refused> {
        let rows = self.rows.iter().map(|row| {
            let (word, more) = row.words();
            [row.line.to_string(), row.external_number.clone(), word.to_owned(), more, row.title.clone()]
        });
        csv_out::write(
            &["Line", "External number", "Outcome", "Record or reasons", "Title"],
            rows,
            &CsvOptions::default(),
        )
        .map_err(|error| Refused::Rule(error.to_string()))
    }
}

impl ProductFile {
    /// Imports the rows of the plan in one transaction. `keep_going` is called before each row with its index among
    /// the imported rows; `false` cancels the import, and nothing is changed. A plan without rows to import changes nothing.
    pub fn import(
        &mut self,
        session: &Session,
        plan: &ImportPlan,
        keep_going: &dyn Fn(usize) -> bool,
        stamp: &Stamp,
    ) -> Result<ImportReport, Refused> {
        self.refuse_read_only()?;
        let counts = plan.counts();
        if counts.taken == 0 {
            return Ok(plan.dry_run());
        }
        let first = self.store.next_number(Kind::Feedback)?;
        let attachment = RecordId::new(Kind::Attachment, self.store.next_number(Kind::Attachment)?);
        let acts = plan.acts(counts, first, attachment);
        let lines: Vec<u64> =
            plan.rows.iter().filter(|row| matches!(row.plan, RowPlan::Take(_))).map(|row| row.line).collect();
        let go_on = |index: usize| keep_going(index.saturating_sub(1).min(counts.taken));
        let receipts =
            self.perform_all(session, acts, &go_on, stamp).map_err(|(index, refusal)| {
                match index.checked_sub(1).and_then(|row| lines.get(row)) {
                    Some(line) if !refusal.is_failure() => {
                        Refused::Rule(format!("line {line}: {refusal}. Nothing was changed"))
                    }
                    Some(_) | None => refusal,
                }
            })?;
        debug_assert_eq!(receipts.first().and_then(|receipt| receipt.record), Some(attachment));
        Ok(plan.report(Some(first), Some(attachment)))
    }
}

impl ImportPlan {
    /// The file is attached first, then follow the rows, then the note of their origin.
    fn acts(&self, counts: ImportCounts, first: u32, attachment: RecordId) -> Vec<Act> {
        let source = &self.source;
        let reason = format!("Imported from {}", source.file_name);
        let why = (!self.reason.is_empty()).then(|| self.reason.clone());
        let mut acts = Vec::with_capacity(counts.taken + 2);
        let attach = Act::from(Request::Attach {
            to: PRODUCT,
            file_name: source.file_name.clone(),
            file: FileSource::Bytes(source.bytes.to_vec()),
            description: format!("Feedback imported with the mapping “{}”", self.mapping.name),
            source: source.place.clone(),
            captured_at: None,
        });
        acts.push(Act { reason: why.clone(), ..attach });
        for row in &self.rows {
            if let RowPlan::Take(set) = &row.plan {
                let request = Request::Create { kind: Kind::Feedback, parent: None, set: set.clone() };
                acts.push(Act {
                    reason: why.clone(),
                    late_reason: Some(reason.clone()),
                    ..Act::from(request)
                });
            }
        }
        let last = first.saturating_add(u32::try_from(counts.taken).unwrap_or(u32::MAX)).saturating_sub(1);
        let facts = json!({
            "record": attachment,
            "attachment": attachment,
            "file": source.file_name,
            "sha256": source.sha256,
            "mapping": self.mapping.name,
            "rows": self.rows.len(),
            "taken": counts.taken,
            "already_taken": counts.already,
            "refused": counts.refused,
            "first": RecordId::new(Kind::Feedback, first),
            "last": RecordId::new(Kind::Feedback, last),
        });
        acts.push(Act::from(Request::NoteImport { facts }));
        acts
    }
}
