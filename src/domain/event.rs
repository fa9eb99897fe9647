//! Audit events: the exact text that is hashed, chained and signed (architecture: audit events are a signed hash chain).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::canonical::{self, Digest};
use super::ids::RecordId;
use super::person::Role;
use super::time::Moment;

/// What an event says of one record that it touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordChange {
    /// Which record.
    pub record: RecordId,
    /// Its revision after the event.
    pub revision: u32,
    /// SHA-256 of its canonical text after the event.
    pub digest: Digest,
    /// Fields that changed: name, before, after. The head's `state` and `owner` stand here too.
    pub fields: Vec<FieldChange>,
}

/// One changed field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// Name of the field.
    pub field: String,
    /// What it said before; `null` if nothing.
    pub before: Value,
    /// What it says now; `null` if nothing.
    pub after: Value,
}

/// A key of a person that comes into force with the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Whose key.
    pub person: RecordId,
    /// The Ed25519 public key, hexadecimal.
    pub public_key: String,
    /// What allows it: see [`Grant`].
    pub grant: Grant,
}

/// What allows a key to come into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Grant {
    /// The first person, made with the file.
    Founder,
    /// A one-time code: the event that invited, and the code's signature over the new public key, hexadecimal.
    Code {
        /// Number of the event whose `code_key` allows it.
        event: u64,
        /// Ed25519 signature by the code's key over the canonical text `{"person":…,"public_key":…}`.
        proof: String,
    },
}

/// One entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When it was entered, UTC: set by the program, never by a person.
    pub at: Moment,
    /// Offset of the place's local time from UTC, in minutes.
    pub offset_minutes: i32,
    /// When it happened, where a person says that this was earlier than its entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
    /// Why it is entered late; present for every late entry (more than one working day).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
    /// Seconds by which the clock stood before the previous event, where that is more than two minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_back_seconds: Option<u64>,
    /// Who did it.
    pub actor: RecordId,
    /// The actor's login name at that time.
    pub login: String,
    /// The actor's full name at that time.
    pub name: String,
    /// The role that allowed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// What was done: `kind.verb`.
    pub request: String,
    /// The record that it was done to, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
    /// Every record that it changed.
    pub changes: Vec<RecordChange>,
    /// Why, where the actor gave a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Further facts of this kind of event.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub facts: Value,
    /// Keys that come into force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<NewKey>,
    /// Public key of a one-time code that this event hands out, hexadecimal, with the person it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_key: Option<CodeKey>,
    /// SHA-256 of the canonical text of each signature that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Digest>,
    /// Name of the machine.
    pub machine: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 of the canonical text of the previous event; 64 zeros for the first.
    pub previous: Digest,
}

/// The public key of a one-time code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeKey {
    /// The person whom the code lets in; absent for the recovery code, which lets an administrator in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<RecordId>,
    /// Ed25519 public key, hexadecimal.
    pub public_key: String,
}

/// What stands for the digest of the event before the first.
pub const NO_PREVIOUS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Event {
    /// The canonical text that is stored, hashed and signed.
    pub fn canonical(&self) -> String {
        canonical::text(&serde_json::to_value(self).unwrap_or_default())
    }
}

/// The canonical text that the key of a one-time code signs to let a new key in.
pub fn grant_text(person: RecordId, public_key: &str) -> String {
    canonical::text(&serde_json::json!({"person": person, "public_key": public_key}))
}
