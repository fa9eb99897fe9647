//! Audit events: the exact text that is hashed, chained and signed (architecture: audit events are a signed hash chain).
//!
//! The fields of each struct are declared in alphabetical order, so that its serialization is its canonical text; a test
//! checks that.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::canonical::{self, Digest};
use crate::domain::ids::RecordId;
use crate::domain::record::{Fields, Head, RecordData};
use crate::domain::role::Role;
use crate::domain::shared_record::SharedRecord;
use crate::domain::time::Moment;

/// The change of one record in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordChange {
    /// SHA-256 of its canonical text after the event.
    pub digest: Digest,
    /// Fields that changed: name, before, after. Includes the head's `state`, `owner` and `parent`.
    pub fields: Vec<FieldChange>,
    /// Which record.
    pub record: RecordId,
    /// Its revision after the event.
    pub revision: u32,
}

/// One changed field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// The value after the event; `null` if empty.
    pub after: Value,
    /// The value before the event; `null` if empty.
    pub before: Value,
    /// Name of the field.
    pub field: String,
}

/// A person's key that takes effect with the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// SHA-256 of the wrapped private key and the data stored with it.
    pub credential: Digest,
    /// What authorizes it: see [`Grant`].
    pub grant: Grant,
    /// Whose key.
    pub person: RecordId,
    /// The Ed25519 public key, hexadecimal.
    pub public_key: String,
}

/// What authorizes a new key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Grant {
    /// The first person, created with the file.
    Founder,
    /// A one-time code: the event that issued it, and the code's signature over the new public key, hexadecimal.
    Code {
        /// Number of the event whose `code_key` authorizes it.
        event: u64,
        /// Ed25519 signature by the code's key over the canonical text `{"person":…,"public_key":…}`.
        proof: String,
    },
    /// The person's previous key.
    Former {
        /// Ed25519 signature by that key over the same text, hexadecimal.
        proof: String,
    },
}

/// One entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Who did it.
    pub actor: RecordId,
    /// When it was entered, UTC: set by the program, never by people.
    pub at: Moment,
    /// Every record that it changed.
    pub changes: Vec<RecordChange>,
    /// Seconds by which the clock was behind the latest moment since it was last acknowledged, if more than two minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_back_seconds: Option<u64>,
    /// The moment against which that was measured, if no event of the file has it: the workstation had seen it elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_seen: Option<Moment>,
    /// Public key of a one-time code that this event issues, with the person it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_key: Option<CodeKey>,
    /// Further facts of this kind of event.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub facts: Value,
    /// Names of the record's fields that the person supplied and that changed, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    /// Keys that take effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<NewKey>,
    /// Why it is entered late; present for every late entry (more than one working day).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
    /// The actor's login name at that time.
    pub login: String,
    /// Name of the machine.
    pub machine: String,
    /// The actor's full name at that time.
    pub name: String,
    /// When it happened, if a person says that it was before its entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
    /// Offset of local time from UTC, in minutes.
    pub offset_minutes: i32,
    /// SHA-256 of the canonical text of the previous event; 64 zeros for the first.
    pub previous: Digest,
    /// Version of the program.
    pub program: String,
    /// The reason, if the actor gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The record that it concerns, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
    /// What was done: `kind.verb`.
    pub request: String,
    /// The role that allowed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The rule set under which it was performed.
    pub rules: u32,
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// SHA-256 of the canonical text of each signature that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Digest>,
}

/// The public key of a one-time code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeKey {
    /// The person to whom the code gives access; absent for the recovery code, which gives access to an administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<RecordId>,
    /// Ed25519 public key, hexadecimal.
    pub public_key: String,
}

/// The `previous` digest of the first event.
pub const NO_PREVIOUS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Event {
    /// How far the clock was behind, in words: `300 seconds behind an earlier event`.
    pub fn clock_words(&self) -> Option<String> {
        let against = match self.clock_seen {
            Some(seen) => format!("{}, a moment that the workstation had seen", seen.words()),
            None => "an earlier event".to_owned(),
        };
        self.clock_back_seconds.map(|seconds| format!("{seconds} seconds behind {against}"))
    }

    /// Whether it moved a record into a state.
    pub fn moves(&self, id: RecordId, state: &str) -> bool {
        self.changes.iter().filter(|change| change.record == id).any(|change| {
            change.fields.iter().any(|field| field.field == "state" && field.after.as_str() == Some(state))
        })
    }

    /// The canonical text that is stored, hashed and signed.
    pub fn canonical(&self) -> String {
        canonical::text(self)
    }
}

impl RecordChange {
    /// The record after the change, built from the record before it and the event.
    pub fn applied(&self, event: &Event, before: Option<SharedRecord>) -> SharedRecord {
        let mut shared = before.unwrap_or_else(|| self.empty_record(event).into());
        let data = shared.change();
        data.head.revision = self.revision;
        let named = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
        for field in &self.fields {
            match field.field.as_str() {
                "state" => {
                    field.after.as_str().unwrap_or_default().clone_into(&mut data.head.state);
                    data.head.state_since = event.at;
                }
                "owner" => data.head.owner = named(&field.after),
                "parent" => data.head.parent = named(&field.after),
                name if field.after.is_null() => {
                    data.fields.remove(name);
                }
                name => {
                    data.fields.insert(name.to_owned(), field.after.clone());
                }
            }
        }
        shared
    }

    /// A record before its first change.
    fn empty_record(&self, event: &Event) -> RecordData {
        let head = Head {
            id: self.record,
            state: String::new(),
            owner: None,
            parent: None,
            created_at: event.at,
            created_by: event.actor,
            state_since: event.at,
            revision: 0,
        };
        RecordData { head, fields: Fields::new() }
    }
}

/// The canonical text that the key of a one-time code, or the person's previous key, signs to authorize a new key.
pub fn grant_text(person: RecordId, public_key: &str) -> String {
    canonical::text(&serde_json::json!({"person": person, "public_key": public_key}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// An event with every field filled.
    fn full() -> Value {
        json!({
            "seq": 7, "at": "2026-11-22T10:00:00Z", "offset_minutes": -90, "occurred_at": "2026-11-20T09:00:00Z",
            "late_reason": "On the \"phone\"", "clock_back_seconds": 300, "actor": "PN-0001", "login": "ana",
            "name": "Ana Ex\u{e4}mple", "role": "sys_admin", "request": "person.activate", "record": "PN-0001",
            "changes": [
                {"record": "PN-0001", "revision": 2, "digest": "ab", "fields": [
                    {"field": "roles", "before": null, "after": ["qa", "line\nbreak"]},
                    {"field": "rows", "before": {"b": 1, "a": {"d": true, "c": "\\"}}, "after": 3},
                ]},
                {"record": "FB-0001", "revision": 1, "digest": "cd", "fields": []},
            ],
            "rules": 1, "given": ["roles"], "reason": "", "facts": {"z": 1, "file": "x"},
            "keys": [{"person": "PN-0001", "public_key": "00", "credential": "ee", "grant": {"code": {"event": 3, "proof": "ff"}}}],
            "code_key": {"person": "PN-0002", "public_key": "11"}, "signatures": ["aa", "bb"],
            "machine": "QA-PC2", "program": "0.1.0", "previous": NO_PREVIOUS,
        })
    }

    #[test]
    fn fields_are_in_alphabetical_order_so_that_the_text_is_canonical() {
        let mut value = full();
        let all: Event = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(all.canonical(), canonical::text(&value));
        let optional: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        for name in optional {
            let removed = value.as_object_mut().unwrap().remove(&name).unwrap();
            if let Ok(event) = serde_json::from_value::<Event>(value.clone()) {
                assert_eq!(event.canonical(), canonical::text(&value), "without {name}");
            } else {
                value[name] = removed;
            }
        }
        assert_eq!(value.as_object().unwrap().len(), 12, "only the mandatory fields are left");
    }
}
