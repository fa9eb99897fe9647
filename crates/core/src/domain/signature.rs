//! Electronic signatures: what they say and what they cover (21 CFR 11.50, 11.70).

use serde::{Deserialize, Serialize};

use super::canonical::{self, Digest};
use super::choice::choice;
use super::ids::RecordId;
use super::person::Role;
use super::record::RecordData;
use super::time::Moment;

choice! {
    /// What a signature means (21 CFR 11.50(a)(3)).
    pub enum Meaning {
        /// The signer wrote the content.
        Authored = "authored", "Authored";
        /// The signer read it and found it right.
        Reviewed = "reviewed", "Reviewed";
        /// The signer agrees that it takes effect.
        Approved = "approved", "Approved";
        /// The signer checked that it was done as specified.
        Verified = "verified", "Verified";
        /// The signer lets it go to the field.
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

/// One piece of content that a signature covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// Which record.
    pub record: RecordId,
    /// At which revision.
    pub revision: u32,
    /// Which part of it.
    pub part: Part,
    /// SHA-256 of the canonical text of that part, hexadecimal.
    pub digest: Digest,
}

impl Cover {
    /// The cover of a record as it stands, with its parts.
    pub fn of(data: &RecordData, part: Part, parts: &[RecordData]) -> Self {
        let digest = part_digest(data, part, parts);
        Self { record: data.head.id, revision: data.head.revision, part, digest }
    }

    /// Whether the record and its parts still say what was signed.
    pub fn holds(&self, data: &RecordData, parts: &[RecordData]) -> bool {
        data.head.id == self.record && part_digest(data, self.part, parts) == self.digest
    }
}

/// SHA-256 of the canonical text of a part of a record; `parts` are the records that are parts of it.
pub fn part_digest(data: &RecordData, part: Part, parts: &[RecordData]) -> Digest {
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
    /// The record that bears it.
    pub subject: RecordId,
    /// Number of the audit event that it came with.
    pub event: u64,
    /// The person.
    pub signer: RecordId,
    /// The person's full name as printed (21 CFR 11.50(a)(1)).
    pub printed_name: String,
    /// The person's login name.
    pub login: String,
    /// The roles in which the person signs.
    pub roles: Vec<Role>,
    /// What it means (21 CFR 11.50(a)(3)).
    pub meaning: Meaning,
    /// When, UTC (21 CFR 11.50(a)(2)).
    pub at: Moment,
    /// Offset of the signer's local time from UTC, in minutes.
    pub offset_minutes: i32,
    /// What it covers; the subject first.
    pub covers: Vec<Cover>,
    /// What the signer wrote beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Signature {
    /// The canonical text that the signer's key signs.
    pub fn canonical(&self) -> String {
        canonical::text(&serde_json::to_value(self).unwrap_or_default())
    }

    /// When it was made, with the offset of the place.
    pub fn when_words(&self) -> String {
        self.at.with_offset_words(self.offset_minutes)
    }

    /// The roles as people read them.
    pub fn role_words(&self) -> String {
        use super::choice::Choice as _;
        self.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ")
    }
}
