//! A record as a row of a list.

use serde_json::Value;

use super::RecordData;
use crate::domain::canonical;
use crate::domain::ids::RecordId;
use crate::domain::time::Moment;

/// A record as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Its number.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Code of its state.
    pub state: String,
    /// Its owner.
    pub owner: Option<RecordId>,
    /// When it was entered.
    pub created_at: Moment,
    /// When it entered its state.
    pub state_since: Moment,
    /// The values of the requested additional columns, as stored; empty if there is none.
    pub more: Vec<String>,
}

impl ListRow {
    /// The row of a record, with the fields of these names as additional columns.
    pub fn of(data: &RecordData, more: &[&str]) -> Self {
        let head = &data.head;
        let shown = |value: &Value| match value {
            Value::Null => String::new(),
            Value::Bool(yes) => u8::from(*yes).to_string(),
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Array(_) | Value::Object(_) => canonical::text(value),
        };
        let known = more.iter().filter(|name| data.def().field(name).is_some());
        Self {
            id: head.id,
            title: data.title().to_owned(),
            state: head.state.clone(),
            owner: head.owner,
            created_at: head.created_at,
            state_since: head.state_since,
            more: known.map(|name| shown(data.value(name))).collect(),
        }
    }

    /// Whether no work remains on it, see [`RecordData::is_finished`].
    pub fn is_finished(&self) -> bool {
        self.id.kind.def().state(&self.state).is_some_and(|state| state.finished)
    }

    /// Whether work remains on it.
    pub fn is_open(&self) -> bool {
        !self.is_finished()
    }
}
