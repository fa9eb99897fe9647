//! Lists, search and the audit trail, as plain data.

use std::collections::BTreeMap;

use serde_json::Value;

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::field::{self, ValueFormat as _, WithTitles};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::store::{EventFilter, EventRow, Hit, ListRow};
use mainstay_base::time::Moment;

impl ProductFile {
    /// The rows of a kind's list, newest first, with the extra columns that the kind declares.
    pub fn list(&self, kind: Kind) -> Result<Vec<ListRow>, Refused> {
        Ok(self.store.list(kind, kind.def().columns)?)
    }

    /// The titles of the parts that a kind shows in its list, one after the other, by record; empty if it shows none.
    pub fn listed_parts(&self, kind: Kind) -> Result<BTreeMap<RecordId, String>, Refused> {
        let Some((parts, _)) = kind.def().listed_parts else { return Ok(BTreeMap::new()) };
        let titles = self.store.part_titles(parts)?;
        Ok(titles.into_iter().map(|(id, titles)| (id, titles.join(", "))).collect())
    }

    /// All records of a kind, for export and packets.
    pub fn all(&self, kind: Kind) -> Result<Vec<RecordData>, Refused> {
        Ok(self.store.records(kind)?)
    }

    /// The parts of one kind of a record, in their order.
    pub fn parts(&self, parent: RecordId, kind: Kind) -> Result<Vec<RecordData>, Refused> {
        Ok(self.store.parts(parent, kind)?)
    }

    /// The records of a kind that refer to a record.
    pub fn referring(&self, id: RecordId, kind: Kind) -> Result<Vec<RecordData>, Refused> {
        Ok(self.store.referring(id, kind)?)
    }

    /// The records that match the typed words, at most `limit`, newest first.
    pub fn search(&self, typed: &str, limit: u32) -> Result<Vec<Hit>, Refused> {
        if let Ok(id) = typed.trim().parse::<RecordId>()
            && let Some(data) = self.store.record(id)?
        {
            return Ok(vec![Hit { id, title: data.title().to_owned(), state: data.head.state }]);
        }
        Ok(self.store.search(typed, limit)?)
    }

    /// The audit trail, newest first.
    pub fn events(&self, filter: &EventFilter, limit: u32, offset: u32) -> Result<Vec<EventRow>, Refused> {
        Ok(self.store.events(filter, limit, offset)?)
    }

    /// The bytes of an attachment, at once. For small ones, such as pictures.
    pub fn attachment_bytes(&self, attachment: &RecordData) -> Result<Option<Vec<u8>>, Refused> {
        Ok(self.store.blob(attachment.text("sha256"))?)
    }

    /// Reads the text of every event, so that visible damage is reported.
    pub fn check_event_texts(&self) -> Result<(), Refused> {
        Ok(self.store.check_event_texts()?)
    }

    /// Whether a clock that ran backwards is still unacknowledged.
    pub fn clock_open(&self) -> Result<bool, Refused> {
        Ok(self.present().clock()?.open)
    }

    /// When a request of this name was last performed.
    pub fn last_event_at(&self, request: &str) -> Result<Option<Moment>, Refused> {
        Ok(self.store.last_event_at(request)?)
    }
}

/// A value of an audit event in readable form: choices by word, persons by name if `name` knows them.
pub fn value_words(
    record: RecordId,
    field_name: &str,
    value: &Value,
    name: &dyn Fn(RecordId) -> Option<String>,
) -> String {
    let def = record.kind.def();
    if value.is_null() {
        return String::new();
    }
    match field_name {
        "state" => value
            .as_str()
            .and_then(|code| def.state(code))
            .map_or_else(String::new, |state| state.word.to_owned()),
        "owner" | "parent" => {
            field::record_ids(value).into_iter().map(|id| WithTitles(name).record(id)).collect()
        }
        _ => def
            .field(field_name)
            .map_or_else(|| value.to_string(), |declared| declared.display(value, &WithTitles(name))),
    }
}

/// The label of a field of an audit event.
pub fn field_label(record: RecordId, field_name: &str) -> &'static str {
    match field_name {
        "state" => "State",
        "owner" => "Owner",
        "parent" => "Part of",
        _ => record.kind.def().field(field_name).map_or("", |declared| declared.label),
    }
}
