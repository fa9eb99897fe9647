//! Electronic signatures: their content and what they cover (21 CFR 11.50, 11.70).
//!
//! The fields of each struct are declared in alphabetical order, so that its serialization is its canonical text; a test
//! checks that.

use serde::{Deserialize, Serialize};

use crate::domain::canonical::{self, Digest};
use crate::domain::choice::choice;
use crate::domain::ids::RecordId;
use crate::domain::record::{PartOf, RecordData};
use crate::domain::role::Role;
use crate::domain::shared_record::SharedRecord;
use crate::domain::time::Moment;

choice! {
    /// What a signature means (21 CFR 11.50(a)(3)).
    pub enum Meaning {
        /// The signer wrote the content.
        Authored = "authored", "Authored";
        /// The signer read it and found it correct.
        Reviewed = "reviewed", "Reviewed";
        /// The signer agrees that it takes effect.
        Approved = "approved", "Approved";
        /// The signer checked that it was done as specified.
        Verified = "verified", "Verified";
        /// The signer releases it to the field.
        Released = "released", "Released";
        /// The signer refuses it.
        Rejected = "rejected", "Rejected";
        /// The signer took note of it.
        Acknowledged = "acknowledged", "Acknowledged";
        /// The signer saw it happen.
        Witnessed = "witnessed", "Witnessed";
    }
}

choice! {
    /// Which part of a record a signature covers.
    pub enum Part {
        /// All its fields.
        Content = "content", "All fields";
        /// The fields that an approval fixes: what is to be changed and why, not how the work went.
        Scope = "scope", "What is approved";
    }
}

impl Part {
    /// Whether a signature of it covers the parts of this kind.
    pub const fn covers(self, part_of: PartOf) -> bool {
        match self {
            Self::Content => true,
            Self::Scope => part_of.scope,
        }
    }
}

/// One piece of content that a signature covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// SHA-256 of the canonical text of that part, hexadecimal.
    pub digest: Digest,
    /// Which part of it.
    pub part: Part,
    /// Which record.
    pub record: RecordId,
    /// Its revision.
    pub revision: u32,
}

impl Cover {
    /// The cover of a record in its current form, with its parts.
    pub fn of(data: &RecordData, part: Part, parts: &[SharedRecord]) -> Self {
        let digest = part_digest(data, part, parts);
        Self { record: data.head.id, revision: data.head.revision, part, digest }
    }

    /// Whether the record and its parts are unchanged since they were signed.
    pub fn holds(&self, data: &RecordData, parts: &[SharedRecord]) -> bool {
        data.head.id == self.record && part_digest(data, self.part, parts) == self.digest
    }
}

/// SHA-256 of the canonical text of a part of a record; `parts` are its part records.
pub fn part_digest(data: &RecordData, part: Part, parts: &[SharedRecord]) -> Digest {
    let text = match part {
        Part::Content => data.content_canonical(parts),
        Part::Scope => data.scope_canonical(parts),
    };
    canonical::digest(text.as_bytes())
}

/// An electronic signature. Its canonical text is what the signer's key signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// When, UTC (21 CFR 11.50(a)(2)).
    pub at: Moment,
    /// What it covers, the subject first.
    pub covers: Vec<Cover>,
    /// Number of the audit event that it belongs to.
    pub event: u64,
    /// The person's login name.
    pub login: String,
    /// What it means (21 CFR 11.50(a)(3)).
    pub meaning: Meaning,
    /// Offset of the signer's local time from UTC, in minutes.
    pub offset_minutes: i32,
    /// The person's full name as printed (21 CFR 11.50(a)(1)).
    pub printed_name: String,
    /// The signer's remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The roles in which the person signs.
    pub roles: Vec<Role>,
    /// The person.
    pub signer: RecordId,
    /// The signed record.
    pub subject: RecordId,
}

impl Signature {
    /// The canonical text that the signer's key signs.
    pub fn canonical(&self) -> String {
        canonical::text(self)
    }

    /// When it was made, with the offset of local time.
    pub fn when_words(&self) -> String {
        self.at.with_offset_words(self.offset_minutes)
    }

    /// The words of the roles.
    pub fn role_words(&self) -> String {
        use crate::domain::choice::Choice as _;
        self.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_in_alphabetical_order_so_that_the_text_is_canonical() {
        let mut value = json!({
            "subject": "CR-0001", "event": 7, "signer": "PN-0001", "printed_name": "Ana Ex\u{e4}mple", "login": "ana",
            "roles": ["quality", "sys_admin"], "meaning": "approved", "at": "2026-11-22T10:00:00Z", "offset_minutes": -90,
            "covers": [{"record": "CR-0001", "revision": 2, "part": "scope", "digest": "ab"}], "reason": "a \"b\"",
        });
        for _ in 0..2 {
            let signature: Signature = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(signature.canonical(), canonical::text(&value));
            value.as_object_mut().unwrap().remove("reason");
        }
    }
}
