//! Import of a kind's records from a CSV of its fields: the plan for each row, and the import in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{HEAD, value_of};
use crate::domain::field::FieldDef;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, KindDef};
use crate::domain::requests::{PRODUCT, may_be_filled_when_made, refuse_parent};
use crate::ops::file::ProductFile;
use crate::ops::import::{ImportSource, check_new};
use crate::ops::refused::Refused;
use crate::ops::request::{Act, FileSource, Request};
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;
use mainstay_base::csv_out::unguarded;
use mainstay_base::delimited::Row;
use mainstay_base::time::Moment;

/// The plan for one row.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldsRowPlan {
    /// It can be imported: the parent record, if it becomes a part, and its fields.
    Take(Option<RecordId>, Fields),
    /// It cannot be imported, for these reasons, and because of the columns of [`FieldsRow::later`].
    Refused(Vec<String>),
}

/// One row of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldsRow {
    /// Line in the source, from 1.
    pub line: u64,
    /// The fields with a value that cannot be filled when the record is created. A row with such a value is refused.
    pub later: Vec<&'static str>,
    /// The plan for it.
    pub plan: FieldsRowPlan,
}

/// The dry run of an import. Making a plan changes nothing.
#[derive(Debug, Clone)]
pub struct FieldsPlan {
    /// The file.
    pub source: Arc<ImportSource>,
    /// The kind of record that each row becomes.
    pub kind: Kind,
    /// Every row that is not empty, in the order of the file.
    pub rows: Vec<FieldsRow>,
    /// The attachment with the same content, if there is one: the file was imported before, or a person attached it.
    pub known_as: Option<RecordId>,
    /// Why it is imported although the clock of the machine is behind; empty if it is not.
    pub reason: String,
}

impl FieldsPlan {
    /// The number of rows to import.
    pub fn taken(&self) -> usize {
        self.rows.iter().filter(|row| matches!(row.plan, FieldsRowPlan::Take(..))).count()
    }

    /// The rows that cannot be imported: line and reasons.
    pub fn refused(&self) -> impl Iterator<Item = (u64, &[String])> {
        self.rows.iter().filter_map(|row| match &row.plan {
            FieldsRowPlan::Take(..) => None,
            FieldsRowPlan::Refused(reasons) => Some((row.line, reasons.as_slice())),
        })
    }

    /// The columns because of which rows are refused, as names of fields, and how many rows fill them.
    pub fn later_columns(&self) -> BTreeMap<&'static str, usize> {
        let mut columns = BTreeMap::new();
        for name in self.rows.iter().flat_map(|row| &row.later) {
            *columns.entry(*name).or_insert(0) += 1;
        }
        columns
    }

    /// The file is attached first, so nothing of it is lost; then follow the rows.
    fn acts(&self) -> Vec<Act> {
        let source = &self.source;
        let reason = (!self.reason.is_empty()).then(|| self.reason.clone());
        let attach = Act::from(Request::Attach {
            to: PRODUCT,
            file_name: source.file_name.clone(),
            file: FileSource::Bytes(source.bytes.to_vec()),
            description: format!("{} imported, one record for each row", self.kind.def().plural),
            source: source.place.clone(),
            captured_at: None,
        });
        let mut acts = vec![Act { reason: reason.clone(), ..attach }];
        for row in &self.rows {
            if let FieldsRowPlan::Take(parent, set) = &row.plan {
                let request = Request::Create { kind: self.kind, parent: *parent, set: set.clone() };
                let late_reason = Some(format!("Imported from {}, line {}", source.file_name, row.line));
                acts.push(Act { reason: reason.clone(), late_reason, ..Act::from(request) });
            }
        }
        acts
    }
}

/// The meaning of a column.
enum Column {
    Field(&'static FieldDef),
    Parent,
    /// It is ignored.
    Ignored,
}

impl ProductFile {
    /// The plan for each row of a CSV of fields at this moment. Columns named in `leave_out`, by name or by label, are ignored.
    ///
    /// # Errors
    /// [`Refused::Rule`] for a kind that people do not create, and for a column that is not one of its fields or occurs twice.
    pub fn plan_fields(
        &self,
        kind: Kind,
        source: &Arc<ImportSource>,
        leave_out: &[String],
        now: Moment,
    ) -> Result<FieldsPlan, Refused> {
        let def = kind.def();
        if def.create_by.is_empty() {
            return Err(Refused::Rule(format!(
                "{} are created by the program itself and cannot be imported",
                def.plural.to_lowercase()
            )));
        }
        let columns = columns(def, &source.header, leave_out)?;
        let rows = source.rows.iter().filter(|row| !row.is_empty());
        let rows = rows
            .map(|row| {
                let later = filled_later(def, &columns, row);
                let plan = match self.plan_row(def, &columns, row, now)? {
                    FieldsRowPlan::Take(..) if !later.is_empty() => FieldsRowPlan::Refused(Vec::new()),
                    plan => plan,
                };
                Ok(FieldsRow { line: row.line, later, plan })
            })
            .collect::<Result<_, Refused>>()?;
        let known_as = self.store.find_by_line(Kind::Attachment, "sha256", &source.sha256)?;
        Ok(FieldsPlan { source: Arc::clone(source), kind, rows, known_as, reason: String::new() })
    }

    fn plan_row(
        &self,
        def: &KindDef,
        columns: &[Column],
        row: &Row,
        now: Moment,
    ) -> Result<FieldsRowPlan, Refused> {
        let mut reasons: Vec<String> =
            row.issues.iter().filter(|issue| issue.forbids()).map(ToString::to_string).collect();
        if !reasons.is_empty() {
            return Ok(FieldsRowPlan::Refused(reasons));
        }
        let mut values = Fields::new();
        let mut parent = None;
        for (column, cell) in columns.iter().zip(&row.cells) {
            match column {
                // Such a column is reported once for all rows.
                Column::Field(field) if !may_be_filled_when_made(def, field.name) => {}
                Column::Field(field) => match value_of(field, cell) {
                    Ok(value) if value.is_null() => {}
                    Ok(value) => {
                        values.insert(field.name.to_owned(), value);
                    }
                    Err(reason) => reasons.push(format!("{}: {reason}", field.label)),
                },
                Column::Parent if cell.trim().is_empty() => {}
                Column::Parent => match cell.trim().parse::<RecordId>() {
                    Ok(id) => parent = Some(id),
                    Err(reason) => reasons.push(format!("parent: {reason}")),
                },
                Column::Ignored => {}
            }
        }
        let checked = check_new(def, &values, now);
        let set = match checked {
            Ok(set) if reasons.is_empty() => set,
            Ok(_) => return Ok(FieldsRowPlan::Refused(reasons)),
            Err(more) => {
                reasons.extend(more);
                return Ok(FieldsRowPlan::Refused(reasons));
            }
        };
        for missing in self.missing(def, &set, parent)? {
            reasons.push(missing);
        }
        if reasons.is_empty() {
            let whole = parent.map(|id| self.store.record(id)).transpose()?.flatten();
            reasons
                .extend(refuse_parent(def, whole.as_ref()).err().map(|refusal: Refused| refusal.to_string()));
        }
        Ok(if reasons.is_empty() {
            FieldsRowPlan::Take(parent, set)
        } else {
            FieldsRowPlan::Refused(reasons)
        })
    }

    /// The records that a row names and that do not exist in this file.
    fn missing(&self, def: &KindDef, set: &Fields, parent: Option<RecordId>) -> Result<Vec<String>, Refused> {
        let mut named: Vec<(&str, RecordId)> = parent.into_iter().map(|id| ("parent", id)).collect();
        for field in def.fields() {
            if let Some(value) = set.get(field.name) {
                field.each_reference(value, &mut |_, id| named.push((field.label, id)));
            }
        }
        let mut missing = Vec::new();
        for (label, id) in named {
            if self.store.record(id)?.is_none() {
                missing.push(format!("{label}: there is no {id} in this file"));
            }
        }
        Ok(missing)
    }

    /// Imports the rows of the plan in one transaction and returns the new records. A plan without rows to import changes nothing.
    ///
    /// # Errors
    /// A refused request, with the line of its row; then nothing was changed.
    pub fn take_fields(
        &mut self,
        session: &Session,
        plan: &FieldsPlan,
        stamp: &Stamp,
    ) -> Result<Vec<RecordId>, Refused> {
        self.refuse_read_only()?;
        if plan.taken() == 0 {
            return Ok(Vec::new());
        }
        let lines: Vec<u64> = plan
            .rows
            .iter()
            .filter(|row| matches!(row.plan, FieldsRowPlan::Take(..)))
            .map(|row| row.line)
            .collect();
        let receipts = self.perform_all(session, plan.acts(), &|_| true, stamp).map_err(
            |(index, refusal)| match index.checked_sub(1).and_then(|row| lines.get(row)) {
                Some(line) if !refusal.is_failure() => {
                    Refused::Rule(format!("line {line}: {refusal}. Nothing was changed"))
                }
                Some(_) | None => refusal,
            },
        )?;
        Ok(receipts.into_iter().skip(1).filter_map(|receipt| receipt.record).collect())
    }
}

/// The fields of a row that have a value and that cannot be filled when the record is created.
fn filled_later(def: &KindDef, columns: &[Column], row: &Row) -> Vec<&'static str> {
    let filled = columns.iter().zip(&row.cells).filter_map(|(column, cell)| match column {
        Column::Field(field) if !unguarded(cell).trim().is_empty() => Some(field.name),
        Column::Field(_) | Column::Parent | Column::Ignored => None,
    });
    filled.filter(|name| !may_be_filled_when_made(def, name)).collect()
}

fn same(name: &str, other: &str) -> bool {
    name.trim().eq_ignore_ascii_case(other.trim())
}

/// A field by its name or its label.
fn field_called(def: &KindDef, name: &str) -> Option<&'static FieldDef> {
    def.fields()
        .find(|field| same(name, field.name))
        .or_else(|| def.fields().find(|field| same(name, field.label)))
}

/// Whether a column is called so: by its own words, or by the name or the label of its field.
fn is_called(def: &KindDef, column: &str, name: &str) -> bool {
    same(column, name)
        || field_called(def, column)
            .is_some_and(|field| field_called(def, name).is_some_and(|other| other.name == field.name))
}

/// The first of the names that is no column of a file with this header.
pub fn missing_column<'a>(def: &KindDef, header: &[String], names: &'a [String]) -> Option<&'a str> {
    let missing = names.iter().find(|name| !header.iter().any(|column| is_called(def, column, name)));
    missing.map(String::as_str)
}

/// The meaning of each column: a field by its name or label, or a common column.
fn columns(def: &KindDef, header: &[String], leave_out: &[String]) -> Result<Vec<Column>, Refused> {
    if let Some(unknown) = missing_column(def, header, leave_out) {
        return Err(Refused::Rule(format!("the file has no column “{unknown}” to leave out")));
    }
    let mut seen = BTreeSet::new();
    let mut columns = Vec::with_capacity(header.len());
    for name in header {
        let field = field_called(def, name);
        columns.push(if leave_out.iter().any(|left| is_called(def, name, left)) {
            Column::Ignored
        } else if let Some(field) = field {
            if !seen.insert(field.name) {
                return Err(Refused::Rule(format!("two columns give “{}”; leave one out", field.label)));
            }
            Column::Field(field)
        } else if same(name, "parent") {
            Column::Parent
        } else if HEAD.iter().any(|head| same(name, head)) {
            Column::Ignored
        } else {
            return Err(Refused::Rule(format!(
                "column “{name}” is not a field of {}; rename it or leave it out",
                def.plural.to_lowercase()
            )));
        });
    }
    Ok(columns)
}
