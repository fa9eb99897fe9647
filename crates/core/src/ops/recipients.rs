//! Recipients of a communication as a table: import and export (IEC 62304 6.2.5).
//!
//! The plan for each row, its import in one transaction, and the table that import reads again belong here. Reading foreign tables belongs
//! to `exchange`; the rules of a recipient belong to `domain`.

mod plan;

use super::fields_csv::cell;
use super::file::ProductFile;
use super::refused::{Refused, require_kind};
use super::request::{Act, Request};
use super::session::Session;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::recipient;
use crate::domain::record::Fields;
use crate::domain::requests::RecordSource as _;
use crate::domain::text::counted;
use crate::exchange::recipients::COLUMNS;
use mainstay_base::clock::Stamp;
use mainstay_base::csv_out::{self, CsvOptions};

pub use crate::exchange::columns::{PROBLEMS_MAX, Problem, Problems};

/// The plan for one row.
#[derive(Debug, Clone, PartialEq)]
pub enum RecipientPlan {
    /// It becomes a recipient.
    Add {
        /// Its fields.
        set: Fields,
        /// It acknowledged the communication; these are the fields of that step.
        acknowledge: Option<Fields>,
    },
    /// It is a recipient already, of which values change.
    Update {
        /// The recipient.
        id: RecordId,
        /// The fields that change; may be empty.
        set: Fields,
        /// It acknowledged the communication now; these are the fields of that step.
        acknowledge: Option<Fields>,
    },
    /// It is a recipient already, with the same values.
    Same(RecordId),
}

/// One row of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRecipient {
    /// Line in the file, from 1.
    pub line: u64,
    /// Name of the recipient.
    pub name: String,
    /// The plan for it.
    pub plan: RecipientPlan,
}

/// The dry run of an import. Making a plan changes nothing.
#[derive(Debug, Clone)]
pub struct RecipientsPlan {
    /// The communication.
    pub communication: RecordId,
    /// Name of the file.
    pub file_name: String,
    /// Its rows, in the order of the file.
    pub rows: Vec<PlannedRecipient>,
    /// Rows that cannot be imported. While there is one, nothing is imported.
    pub problems: Problems,
    /// Names of columns that are not read.
    pub unread: Vec<String>,
    /// Why it is imported although the clock of the machine is behind; empty if it is not.
    pub reason: String,
}

/// The number of rows for each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecipientCounts {
    /// New recipients.
    pub added: usize,
    /// Recipients of which values changed.
    pub updated: usize,
    /// Recipients that stayed as they were.
    pub same: usize,
    /// New and present recipients that acknowledged.
    pub acknowledged: usize,
}

impl RecipientCounts {
    /// The counts in words.
    pub fn words(&self) -> String {
        format!(
            "{} added, {} changed, {} unchanged, {} acknowledged",
            counted(self.added, "recipient"),
            self.updated,
            self.same,
            self.acknowledged
        )
    }
}

impl RecipientsPlan {
    /// The number of rows for each outcome.
    pub fn counts(&self) -> RecipientCounts {
        let mut counts = RecipientCounts::default();
        for row in &self.rows {
            let acknowledge = match &row.plan {
                RecipientPlan::Add { acknowledge, .. } => {
                    counts.added += 1;
                    acknowledge
                }
                RecipientPlan::Update { acknowledge, .. } => {
                    counts.updated += 1;
                    acknowledge
                }
                RecipientPlan::Same(_) => {
                    counts.same += 1;
                    &None
                }
            };
            counts.acknowledged += usize::from(acknowledge.is_some());
        }
        counts
    }

    /// Why nothing can be imported, with the place of each defect; `None` if it can.
    pub fn refusal(&self) -> Option<Refused> {
        if self.problems.is_empty() {
            return None;
        }
        Some(Refused::Rule(format!(
            "{} has {}, and nothing was imported: {}",
            self.file_name,
            counted(self.problems.count(), "defect"),
            self.problems.lines().join("; ")
        )))
    }

    /// The requests, each with the line of its row. The new recipients have the numbers from `first` on.
    fn acts(&self, first: u32) -> Vec<(u64, Act)> {
        let reason = (!self.reason.is_empty()).then(|| self.reason.clone());
        let act = |request: Request| Act { reason: reason.clone(), ..Act::from(request) };
        let acknowledged = |id: RecordId, set: &Fields| {
            let go = plan::acknowledge_step();
            act(Request::Move { id, go: go.to_owned(), set: set.clone() })
        };
        let mut next = first;
        let mut acts = Vec::new();
        for row in &self.rows {
            let (id, acknowledge) = match &row.plan {
                RecipientPlan::Add { set, acknowledge } => {
                    let id = RecordId::new(Kind::Recipient, next);
                    next = next.saturating_add(1);
                    let parent = Some(self.communication);
                    acts.push((
                        row.line,
                        act(Request::Create { kind: Kind::Recipient, parent, set: set.clone() }),
                    ));
                    (id, acknowledge)
                }
                RecipientPlan::Update { id, set, acknowledge } => {
                    if !set.is_empty() {
                        acts.push((row.line, act(Request::Edit { id: *id, set: set.clone() })));
                    }
                    (*id, acknowledge)
                }
                RecipientPlan::Same(_) => continue,
            };
            acts.extend(acknowledge.as_ref().map(|set| (row.line, acknowledged(id, set))));
        }
        acts
    }
}

/// Refuses a record that is not a communication.
fn of_communication(id: RecordId) -> Result<(), Refused> {
    require_kind(id, Kind::Communication, "name a communication, such as CM-0001")
}

impl ProductFile {
    /// Imports the rows of a plan in one transaction: new recipients, changed values, acknowledgements. A plan that changes nothing
    /// writes nothing.
    ///
    /// # Errors
    /// The defects of the plan, or a refused request with the line of its row; then nothing was changed.
    pub fn import_recipients(
        &mut self,
        session: &Session,
        plan: &RecipientsPlan,
        keep_going: &dyn Fn(usize) -> bool,
        stamp: &Stamp,
    ) -> Result<RecipientCounts, Refused> {
        self.refuse_read_only()?;
        if let Some(refusal) = plan.refusal() {
            return Err(refusal);
        }
        let first = self.store.next_number(Kind::Recipient)?;
        let (lines, acts): (Vec<u64>, Vec<Act>) = plan.acts(first).into_iter().unzip();
        if !acts.is_empty() {
            self.perform_all(session, acts, keep_going, stamp).map_err(|(index, refusal)| {
                match lines.get(index) {
                    Some(line) if !refusal.is_failure() => {
                        Refused::Rule(format!("line {line}: {refusal}. Nothing was changed"))
                    }
                    Some(_) | None => refusal,
                }
            })?;
        }
        Ok(plan.counts())
    }

    /// The recipients of a communication as the table that the import reads, without those that are struck out.
    ///
    /// # Errors
    /// When it is not a communication, or the file cannot be read.
    pub fn recipients_csv(&self, communication: RecordId) -> Result<Vec<u8>, Refused> {
        of_communication(communication)?;
        self.record(communication)?;
        let parts = self.parts(communication, Kind::Recipient)?;
        let rows = parts.iter().filter(|data| recipient::counts(data)).map(|data| {
            let fields = (0..COLUMNS.len()).filter_map(plan::field_of);
            fields.map(|field| cell(field.ty, data.value(field.name))).collect::<Vec<_>>()
        });
        let header = COLUMNS.map(|column| column.name);
        csv_out::write(&header, rows, &CsvOptions::default())
            .map_err(|error| Refused::Rule(error.to_string()))
    }
}
