//! The packet model: the content of the paper, in words.
//!
//! Belongs here: plain serde data that a caller fills. Does not belong here: record kinds, the database, the clock, and
//! anything about fonts, pages or Typst. The serialised form of [`Packet`] is also the machine-readable `packet.json`
//! that is attached to every PDF, so a field's name is part of that format.

use serde::{Deserialize, Serialize};

use super::block::Block;

/// One audit packet: cover, statements, sections in the order of the clauses, and the annex of attachments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Packet {
    /// What kind of packet, in words: "Audit packet, whole period", "Audit packet, one change request".
    pub kind: String,
    /// Title on the cover and of the PDF.
    pub title: String,
    /// Number of the packet in the product file; printed on every page.
    pub packet_number: String,
    /// Product name; printed on every page.
    pub product: String,
    /// Manufacturer as it should be named to an authority.
    pub manufacturer: String,
    /// Software safety class in words (IEC 62304 4.3), for example "Class C".
    pub safety_class: String,
    /// Device identifier (UDI-DI), if there is one.
    #[serde(default)]
    pub udi: Option<String>,
    /// The scope of the packet, in one or two sentences.
    pub scope: String,
    /// First and last day of the period, if the packet covers one.
    #[serde(default)]
    pub period: Option<(String, String)>,
    /// In which order the sections stand, if there is more than one: a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arranged: Option<String>,
    /// Whether the list of contents names its chapters only, because each of them is as long as a packet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contents_by_chapter: bool,
    /// Moment up to which data is included, RFC 3339.
    pub cut_off: String,
    /// Printed name and role of the person who made the packet.
    pub generated_by: String,
    /// Name and version of the program.
    pub program_version: String,
    /// Name and version of the readiness rule set.
    pub rule_set: String,
    /// Sequence number of the newest audit event that the packet is based on.
    pub chain_head_seq: u64,
    /// Digest of that event, lower-case hexadecimal.
    pub chain_head_digest: String,
    /// Result of verifying the audit chain, and its words: "Verified: 412 events, no break".
    pub chain_verified: Mark,
    /// Whether personal data is redacted; stated on every page if so. The caller redacts it: everything in the packet
    /// is printed, and attached as data.
    pub redacted: bool,
    /// Who may have it, in a word on the cover and in the head of every page: "Internal".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marking: Option<String>,
    /// Whether it is a sheet for users: without contents, legend and annex.
    #[serde(default)]
    pub brief: bool,
    /// Further statements on the cover: limits of the packet, who may receive it.
    #[serde(default)]
    pub statements: Vec<Statement>,
    /// How to check the packet without this program, step by step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Which volume it is, if the packet is printed in volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<VolumeNumber>,
    /// The body, in print order.
    pub sections: Vec<Section>,
    /// Every attachment of the records in the packet, embedded or only listed.
    #[serde(default)]
    pub annex: Vec<AttachmentEntry>,
}

/// A volume among all volumes of a packet. The first one is the index of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeNumber {
    /// From 1.
    pub number: usize,
    /// Of so many.
    pub of: usize,
}

/// A step of checking a packet with plain tools.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What it shows.
    pub what: String,
    /// The commands, for a POSIX shell.
    pub commands: String,
}

/// A titled paragraph on the cover.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// A few words.
    pub title: String,
    /// The statement itself.
    pub text: String,
}

/// A section of the packet: a chapter, or one record inside a chapter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Printed number, for example "10" or "10.2"; may be empty.
    pub number: String,
    /// Title without the number.
    pub title: String,
    /// Clauses for which the section is evidence, for example "IEC 62304 6.2.3, 7.4".
    #[serde(default)]
    pub clause: Option<String>,
    /// Heading level, 1 to 4. A level that skips one is printed one level below its predecessor.
    pub level: u8,
    /// Number of the record in the section, printed in the page header. Sections below inherit it.
    #[serde(default)]
    pub record_id: Option<String>,
    /// Whether it begins on a new page, so that it can be taken out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new_page: bool,
    /// Contents. A section without blocks prints "No records in period", unless a deeper section follows.
    #[serde(default)]
    pub blocks: Vec<Block>,
}

/// A file that belongs to a record in the packet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AttachmentEntry {
    /// File name as it was attached to the record.
    pub file_name: String,
    /// Media type, for example "application/pdf".
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, lower-case hexadecimal.
    pub sha256: String,
    /// Its content, and the record to which it belongs.
    pub description: String,
    /// Number of the record to which it belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// Whether the file itself is inside the PDF. If so, its bytes must be passed to `render`.
    pub embedded: bool,
}

/// A judgement. Each tone has a symbol on paper, so that colour is never the only indication.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing to judge.
    #[default]
    Neutral,
    /// In order.
    Good,
    /// Needs attention, missing, or not yet done.
    Due,
    /// Overdue, violated or invalid.
    Late,
}

/// A tone with its word: "valid", "gap", "overdue by 12 days".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Determines the symbol and the colour.
    pub tone: Tone,
    /// The words.
    pub word: String,
}

impl Mark {
    /// A mark with the given tone and word.
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self { tone, word: word.into() }
    }

    /// Something that is in order.
    pub fn good(word: impl Into<String>) -> Self {
        Self::new(Tone::Good, word)
    }

    /// Something that needs attention or is missing.
    pub fn due(word: impl Into<String>) -> Self {
        Self::new(Tone::Due, word)
    }

    /// Something that is overdue, violated or invalid.
    pub fn late(word: impl Into<String>) -> Self {
        Self::new(Tone::Late, word)
    }

    /// Something without a judgement.
    pub fn neutral(word: impl Into<String>) -> Self {
        Self::new(Tone::Neutral, word)
    }
}

impl Section {
    /// A chapter or record heading with its blocks.
    pub fn new(level: u8, number: impl Into<String>, title: impl Into<String>, blocks: Vec<Block>) -> Self {
        Self { number: number.into(), title: title.into(), level, blocks, ..Self::default() }
    }

    /// The same section with the clauses for which it is evidence.
    pub fn with_clause(mut self, clause: impl Into<String>) -> Self {
        self.clause = Some(clause.into());
        self
    }

    /// The same section with the record that it shows.
    pub fn with_record(mut self, record_id: impl Into<String>) -> Self {
        self.record_id = Some(record_id.into());
        self
    }

    /// The same section at the top of a page.
    pub const fn on_new_page(mut self) -> Self {
        self.new_page = true;
        self
    }
}
