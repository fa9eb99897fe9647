//! The plan for each row of a table of recipients: who is new, who is there already, what changes.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{PlannedRecipient, RecipientPlan, RecipientsPlan, of_communication};
use crate::domain::field::FieldDef;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::recipient::{self, RecipientState};
use crate::domain::record::{Fields, RecordData};
use crate::exchange::columns::Problems;
use crate::exchange::recipients::{self, COLUMNS, Listed};
use crate::ops::fields_csv::value_of;
use crate::ops::file::ProductFile;
use crate::ops::import::check_new;
use crate::ops::refused::Refused;
use mainstay_base::time::{Day, Moment};

const TITLE: &str = "title";
const ORGANISATION: &str = "organisation";
const EMAIL: &str = "email";
const SENT: &str = "sent_on";
const ACKNOWLEDGED: &str = "acknowledged_on";
const REFERENCE: &str = "acknowledgement_ref";

/// The field of a column of the table.
pub(super) fn field_of(column: usize) -> Option<&'static FieldDef> {
    let name = COLUMNS.get(column)?.name;
    let def = Kind::Recipient.def();
    def.field(name).or_else(|| def.field(TITLE))
}

/// The step by which a recipient acknowledges.
pub(super) fn acknowledge_step() -> &'static str {
    let to = RecipientState::Acknowledged.code();
    Kind::Recipient.def().moves.iter().find(|step| step.to == to).map_or("", |step| step.name)
}

/// A row with values of its fields.
struct Row {
    line: u64,
    set: Fields,
}

impl Row {
    fn text(&self, name: &str) -> &str {
        self.set.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn who(&self) -> Who {
        who(self.text(TITLE), self.text(ORGANISATION))
    }

    fn email(&self) -> String {
        self.text(EMAIL).trim().to_lowercase()
    }
}

/// Name and organisation, without regard to case.
type Who = (String, String);

fn who(name: &str, organisation: &str) -> Who {
    (name.trim().to_lowercase(), organisation.trim().to_lowercase())
}

/// The recipients that are there, by address and by name.
struct Present {
    records: HashMap<RecordId, RecordData>,
    by_email: HashMap<String, RecordId>,
    by_name: HashMap<Who, Vec<RecordId>>,
}

impl Present {
    fn of(parts: Vec<RecordData>) -> Self {
        let mut present = Self { records: HashMap::new(), by_email: HashMap::new(), by_name: HashMap::new() };
        for data in parts.into_iter().filter(recipient::counts) {
            let id = data.head.id;
            let email = data.text(EMAIL).trim().to_lowercase();
            if !email.is_empty() {
                present.by_email.entry(email).or_insert(id);
            }
            present.by_name.entry(who(data.text(TITLE), data.text(ORGANISATION))).or_default().push(id);
            present.records.insert(id, data);
        }
        present
    }

    /// The recipient of each row: first by its address, then by name and organisation among those that no other row is.
    fn of_rows(&self, rows: &[Row], problems: &mut Problems) -> Vec<Option<RecordId>> {
        let by_email = |row: &Row| self.by_email.get(&row.email()).copied();
        let mut found: Vec<Option<RecordId>> = rows.iter().map(by_email).collect();
        let mut taken: HashSet<RecordId> = found.iter().flatten().copied().collect();
        for (row, found) in rows.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let named = self.by_name.get(&row.who()).map(Vec::as_slice).unwrap_or_default();
            let free: Vec<RecordId> = named.iter().copied().filter(|id| !taken.contains(id)).collect();
            match free.as_slice() {
                [] => {}
                [only] => {
                    taken.insert(*only);
                    *found = Some(*only);
                }
                [first, second, ..] => problems.add(
                    row.line,
                    "name",
                    format!("could be {first} or {second}; give the e-mail address that one of them has"),
                ),
            }
        }
        found
    }
}

impl ProductFile {
    /// The plan for each row of a table of recipients at this moment. Defects are in the plan, each with its place.
    ///
    /// # Errors
    /// [`Refused::Rule`] if it is not a communication, or the file is no table with a column for the name.
    pub fn plan_recipients(
        &self,
        communication: RecordId,
        (bytes, file_name): (&[u8], &str),
        now: Moment,
    ) -> Result<RecipientsPlan, Refused> {
        of_communication(communication)?;
        self.record(communication)?;
        let listed = recipients::read(bytes).map_err(|error| {
            Refused::Rule(format!("{file_name} was not accepted as a table of recipients: {error}"))
        })?;
        let mut problems = listed.problems;
        let rows: Vec<Row> = listed.rows.iter().filter_map(|row| checked(row, now, &mut problems)).collect();
        twice(&rows, &mut problems);
        let present = Present::of(self.parts(communication, Kind::Recipient)?);
        let found = present.of_rows(&rows, &mut problems);
        let mut planned = Vec::with_capacity(rows.len());
        for (row, found) in rows.into_iter().zip(found) {
            let before = found.and_then(|id| present.records.get(&id));
            dates(&row, before, &mut problems);
            planned.push(PlannedRecipient {
                line: row.line,
                name: row.text(TITLE).to_owned(),
                plan: before.map_or_else(|| added(row.set.clone()), |before| updated(before, &row.set)),
            });
        }
        problems.sort();
        let (file_name, unread) = (file_name.to_owned(), listed.unread);
        Ok(RecipientsPlan {
            communication,
            file_name,
            rows: planned,
            problems,
            unread,
            reason: String::new(),
        })
    }
}

/// The values of a row in canonical form. What creating a recipient would refuse is told with its column.
fn checked(listed: &Listed, now: Moment, problems: &mut Problems) -> Option<Row> {
    let mut values = Fields::new();
    let mut usable = true;
    for (column, cell) in &listed.cells {
        let Some(field) = field_of(*column) else { continue };
        let value = value_of(field, cell).and_then(|value| field.parse(&value));
        match value.and_then(|value| field.in_future(&value, now).map_or(Ok(value), Err)) {
            Ok(value) => {
                values.insert(field.name.to_owned(), value);
            }
            Err(reason) => {
                usable = false;
                problems.add(listed.line, COLUMNS.get(*column).map_or("", |column| column.name), reason);
            }
        }
    }
    if !usable {
        return None;
    }
    match check_new(Kind::Recipient.def(), &values, now) {
        Ok(set) => Some(Row { line: listed.line, set }),
        Err(reasons) => {
            problems.add(listed.line, "", reasons.join("; "));
            None
        }
    }
}

/// Rows that name the same recipient.
fn twice(rows: &[Row], problems: &mut Problems) {
    let mut emails: HashMap<String, u64> = HashMap::new();
    let mut names: HashMap<Who, (u64, bool)> = HashMap::new();
    for row in rows {
        let email = row.email();
        if !email.is_empty()
            && let Some(line) = emails.insert(email.clone(), row.line)
        {
            problems.add(
                row.line,
                "email",
                format!("line {line} has the same address; list a recipient once"),
            );
            continue;
        }
        // Two people of one name are told apart by their addresses.
        let before = names.insert(row.who(), (row.line, email.is_empty()));
        if let Some((line, without)) = before
            && (without || email.is_empty())
        {
            let reason = format!(
                "line {line} has the same name and organisation; list a recipient once, or give both an address"
            );
            problems.add(row.line, "name", reason);
        }
    }
}

/// An acknowledgement needs the day on which it was sent, and is not earlier.
fn dates(row: &Row, before: Option<&RecordData>, problems: &mut Problems) {
    let day = |name: &str| {
        let text = if row.text(name).is_empty() {
            before.map_or("", |data| data.text(name))
        } else {
            row.text(name)
        };
        Day::parse(text).ok()
    };
    match (day(SENT), day(ACKNOWLEDGED)) {
        (None, Some(_)) => problems.add(row.line, SENT, "is missing, although it was acknowledged"),
        (Some(sent), Some(acknowledged)) if acknowledged < sent => {
            problems.add(row.line, ACKNOWLEDGED, format!("{acknowledged} is before it was sent, {sent}"));
        }
        (Some(_) | None, _) => {}
    }
}

/// Takes the values of the acknowledging step out of the others.
fn acknowledgement(set: &mut Fields) -> Option<Fields> {
    set.get(ACKNOWLEDGED)?;
    let mut step = Fields::new();
    for name in [ACKNOWLEDGED, REFERENCE] {
        if let Some(value) = set.remove(name) {
            step.insert(name.to_owned(), value);
        }
    }
    Some(step)
}

fn added(mut set: Fields) -> RecipientPlan {
    let acknowledge = acknowledgement(&mut set);
    RecipientPlan::Add { set, acknowledge }
}

/// What a row changes of a recipient that is there. An empty cell leaves its value.
fn updated(before: &RecordData, row: &Fields) -> RecipientPlan {
    let id = before.head.id;
    let listed = RecipientState::of(before) == Some(RecipientState::Listed);
    let changed = row.iter().filter(|(name, value)| before.value(name) != *value);
    let mut set: Fields = changed.map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut acknowledge = None;
    if listed && row.contains_key(ACKNOWLEDGED) {
        acknowledge = acknowledgement(&mut set).or_else(|| Some(Fields::new()));
    }
    if set.is_empty() && acknowledge.is_none() {
        return RecipientPlan::Same(id);
    }
    RecipientPlan::Update { id, set, acknowledge }
}
