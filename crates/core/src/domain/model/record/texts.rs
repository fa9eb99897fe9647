//! Canonical texts of a record: the whole record, and the parts that signatures and approvals cover.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Fields, Head, RecordData};
use crate::domain::canonical;
use crate::domain::ids::RecordId;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Part;
use crate::domain::time::Moment;

/// The canonical text of a record; the fields are declared in alphabetical order.
#[derive(Serialize)]
struct Body<'a> {
    created_at: &'a Moment,
    created_by: &'a RecordId,
    fields: &'a Fields,
    id: &'a RecordId,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a RecordId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a RecordId>,
    revision: u32,
    state: &'a str,
    state_since: &'a Moment,
}

impl RecordData {
    /// The canonical text of the whole record: it is stored, and the audit event holds its SHA-256.
    pub fn canonical(&self) -> String {
        let Head { id, state, owner, parent, created_at, created_by, state_since, revision } = &self.head;
        canonical::text(&Body {
            created_at,
            created_by,
            fields: &self.fields,
            id,
            owner: owner.as_ref(),
            parent: parent.as_ref(),
            revision: *revision,
            state,
            state_since,
        })
    }

    /// The canonical text of the record's content, which a signature covers. It leaves out state and owner, but includes the
    /// state of the record's parts.
    pub fn content_canonical(&self, parts: &[SharedRecord]) -> String {
        self.covered_canonical(Part::Content, parts)
    }

    /// The canonical text of the sections and parts that an approval covers.
    pub fn scope_canonical(&self, parts: &[SharedRecord]) -> String {
        self.covered_canonical(Part::Scope, parts)
    }

    fn covered_canonical(&self, part: Part, parts: &[SharedRecord]) -> String {
        let sections = self.def().sections.iter().filter(|section| part.covers_section(section));
        let names = sections.flat_map(|section| section.fields);
        let mut fields = Map::new();
        for field in names {
            if let Some(value) = self.fields.get(field.name) {
                fields.insert(field.name.to_owned(), value.clone());
            }
        }
        let mut body = Map::new();
        body.insert("id".into(), self.head.id.to_string().into());
        body.insert(part.code().to_owned(), Value::Object(fields));
        let digests: Map<String, Value> = parts
            .iter()
            .filter(|data| part.covers_part(data))
            .map(|data| {
                let text =
                    format!("{}{}", data.covered_canonical(part, &[]), canonical::text(&data.head.state));
                (data.head.id.to_string(), canonical::digest(text.as_bytes()).into())
            })
            .collect();
        if !digests.is_empty() {
            body.insert("parts".into(), Value::Object(digests));
        }
        canonical::text(&Value::Object(body))
    }
}
