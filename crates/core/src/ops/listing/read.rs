//! The rows of a list, read from the file and made text.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::columns::{Is, ListColumn, chosen, columns};
use super::groups::{self, MONTH};
use super::{ListLine, ListQuery, Listing, fields_of};
use crate::domain::approval::ApprovalState;
use crate::domain::field::{FieldDef, FieldType, ValueFormat};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::workflow::Tone;
use crate::ops::attention::Attention;
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::store::ListRow;
use mainstay_base::clock::Stamp;
use mainstay_base::time::{Day, Moment};

/// Why a record needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wants {
    /// Overdue, or due.
    pub tone: Tone,
    /// The action that is due.
    pub what: String,
    /// Days overdue; 0 where it is due now or no limit is set.
    pub days_late: i64,
}

/// What a list is made of.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Names of the fields that were read, in their order in each row.
    pub fields: Vec<&'static str>,
    /// Titles of the parts that the kind lists.
    pub parts: BTreeMap<RecordId, String>,
    /// Names of persons.
    pub names: BTreeMap<RecordId, String>,
    /// Records that wait for an approval.
    pub awaiting: BTreeSet<RecordId>,
}

impl ProductFile {
    /// Reads what the list of a kind needs for its columns and its grouping, besides its rows.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn list_source(&self, kind: Kind, query: &ListQuery) -> Result<Source, Refused> {
        let fields = fields_of(kind, &query.columns, query.group.as_deref());
        Ok(Source {
            parts: self.listed_parts(kind)?,
            names: self.names()?,
            awaiting: self.awaiting_approval(kind)?,
            fields,
        })
    }

    /// The rows of a list with the fields of its source.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn list_rows(&self, kind: Kind, source: &Source) -> Result<Vec<ListRow>, Refused> {
        Ok(self.store.list(kind, &source.fields)?)
    }

    /// The records of a kind for which an approval is open.
    fn awaiting_approval(&self, kind: Kind) -> Result<BTreeSet<RecordId>, Refused> {
        if kind.def().approvable.is_none() {
            return Ok(BTreeSet::new());
        }
        let open = [ApprovalState::Requested.code(), ApprovalState::PartiallySigned.code()];
        let approvals = self.store.list(Kind::Approval, &["subject"])?;
        let subjects = approvals.iter().filter(|row| open.contains(&row.state.as_str()));
        Ok(subjects.filter_map(|row| row.more.first()?.parse().ok()).collect())
    }
}

/// Why each record needs attention: the most severe reason.
fn wanting(attention: Option<&Attention>) -> BTreeMap<RecordId, Wants> {
    let mut wanting = BTreeMap::new();
    for item in attention.iter().flat_map(|attention| &attention.now) {
        let wants = Wants { tone: item.tone, what: item.what.clone(), days_late: item.days_late.max(0) };
        wanting.entry(item.record).or_insert(wants);
    }
    wanting
}

/// What a cell is made from, besides its row.
struct Making<'a> {
    source: &'a Source,
    fields: BTreeMap<&'static str, usize>,
    today: Day,
}

impl Listing {
    /// The rows as text, with these columns and this grouping.
    pub fn new(
        (kind, query): (Kind, &ListQuery),
        rows: &[ListRow],
        source: &Source,
        attention: Option<&Attention>,
        stamp: &Stamp,
    ) -> Self {
        let columns_ = chosen(kind, &query.columns);
        let local = |moment: Moment| moment.plus_seconds(i64::from(stamp.offset_minutes) * 60).day();
        let wanting = wanting(attention);
        let fields = source.fields.iter().enumerate().map(|(place, name)| (*name, place)).collect();
        let making = Making { source, fields, today: local(stamp.now) };
        let by = query.group.as_deref().and_then(|code| columns(kind).into_iter().find(|c| c.code == code));
        let lines = rows.iter().map(|row| {
            let state = kind.def().state(&row.state);
            let mut line = ListLine {
                id: row.id,
                state: row.state.clone(),
                tone: state.map_or(Tone::Neutral, |state| state.tone),
                open: row.is_open(),
                awaits: source.awaiting.contains(&row.id),
                owner: row.owner,
                entered: local(row.created_at),
                since: local(row.state_since),
                wants: wanting.get(&row.id).cloned(),
                cells: Vec::with_capacity(columns_.len()),
                group: groups::Key::default(),
                haystack: String::new(),
            };
            line.cells = columns_.iter().map(|column| making.cell(column, row, &line)).collect();
            line.group = match (&by, query.group.as_deref()) {
                (Some(column), _) => groups::by_column(column, &line, &making.cell(column, row, &line)),
                (None, Some(MONTH)) => groups::by_month(&line),
                (None, _) => groups::Key::default(),
            };
            line.haystack = haystack(row, &line);
            line
        });
        Self { lines: lines.collect(), columns: columns_ }
    }
}

/// All text of a row in lower case. Number and title are found whatever the columns are.
fn haystack(row: &ListRow, line: &ListLine) -> String {
    let mut text = format!("{}\n{}", row.id, row.title);
    for cell in &line.cells {
        text.push('\n');
        text.push_str(cell);
    }
    text.to_lowercase()
}

impl Making<'_> {
    fn cell(&self, column: &ListColumn, row: &ListRow, line: &ListLine) -> String {
        let days = |from: Day| self.today.days_since(from).max(0).to_string();
        let names = &self.source.names;
        match column.is {
            Is::Number => row.id.to_string(),
            Is::Title => row.title.clone(),
            Is::State => {
                let state = row.id.kind.def().state(&row.state);
                state.map_or(row.state.as_str(), |state| state.word).to_owned()
            }
            Is::Owner => row
                .owner
                .map(|id| names.get(&id).cloned().unwrap_or_else(|| id.to_string()))
                .unwrap_or_default(),
            Is::Parts => self.source.parts.get(&row.id).cloned().unwrap_or_default(),
            Is::Entered => line.entered.to_string(),
            Is::Since => line.since.to_string(),
            Is::OpenDays if line.open => days(line.entered),
            Is::OpenDays => String::new(),
            Is::LateDays => {
                let late = line.wants.as_ref().filter(|wants| wants.days_late > 0);
                late.map_or_else(String::new, |wants| wants.days_late.to_string())
            }
            Is::Wants => line.wants.as_ref().map_or_else(String::new, |wants| wants.what.clone()),
            Is::Field(field) => {
                let stored = self.fields.get(field.name).and_then(|place| row.more.get(*place));
                stored.map_or_else(String::new, |stored| words(field, stored, names))
            }
        }
    }
}

/// A stored value as a list shows it.
fn words(field: &FieldDef, stored: &str, names: &BTreeMap<RecordId, String>) -> String {
    if stored.is_empty() {
        return String::new();
    }
    let text = || Value::String(stored.to_owned());
    let value = match field.ty {
        FieldType::YesNo => match stored {
            "1" | "true" => Value::Bool(true),
            "0" | "false" => Value::Bool(false),
            _ => text(),
        },
        FieldType::Number
        | FieldType::Choices(_)
        | FieldType::Lines
        | FieldType::Records
        | FieldType::Rows(_) => serde_json::from_str(stored).unwrap_or_else(|_| text()),
        FieldType::Line
        | FieldType::Text
        | FieldType::Day
        | FieldType::Moment
        | FieldType::Choice(_)
        | FieldType::Record => text(),
    };
    field.display(&value, &InList(names))
}

/// Values in a list: persons by name, moments by their day.
struct InList<'a>(&'a BTreeMap<RecordId, String>);

impl ValueFormat for InList<'_> {
    fn record(&self, id: RecordId) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn moment(&self, moment: Moment) -> String {
        moment.day().to_string()
    }
}
