//! Everything that can be done to a file, as data, and the events by which it is told again.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::canonical::Digest;
use crate::domain::clock::ACKNOWLEDGE;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::record::Fields;
use crate::domain::signature::{Meaning, Part};
use crate::domain::time::Moment;

/// Where the bytes of an attachment come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FileSource {
    /// A file on this machine; in a script relative to the script.
    Path(PathBuf),
    /// Text, taken as UTF-8.
    Text(String),
    /// Bytes that are already here.
    #[serde(skip)]
    Bytes(Vec<u8>),
    /// Bytes that are kept beside the request, told by their digest. The other three become this before a request is performed.
    #[serde(skip)]
    Digest(FileDigest),
}

/// What a request needs to know of the bytes of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileDigest {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// How many bytes there are.
    pub bytes: u64,
    /// Their internet media type.
    pub media_type: String,
}

/// Something that can be done to a file, as data. One event comes of it.
///
/// The window builds requests, `mainstay run` reads them, imports and the example product are made of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Request {
    /// Makes a record.
    Create {
        /// Of which kind.
        kind: Kind,
        /// The record of which it is a part, where its kind has a parent.
        #[serde(default)]
        parent: Option<RecordId>,
        /// Its fields.
        set: Fields,
    },
    /// Changes fields of a record.
    Edit {
        /// Which record.
        id: RecordId,
        /// The fields and their new values; `None` empties one.
        set: Fields,
    },
    /// Gives a record to an owner.
    Assign {
        /// Which record.
        id: RecordId,
        /// The person; nobody if absent.
        #[serde(default)]
        owner: Option<RecordId>,
    },
    /// Moves a record along one of its transitions.
    Move {
        /// Which record.
        id: RecordId,
        /// Name of the transition.
        go: String,
        /// Fields that are given along with it.
        #[serde(default)]
        set: Fields,
    },
    /// Signs a record without moving it on; what follows from the signature follows.
    Sign {
        /// Which record.
        id: RecordId,
        /// What the signature means; absent where there is only one meaning.
        #[serde(default)]
        meaning: Option<Meaning>,
    },
    /// Attaches a file to a record.
    Attach {
        /// To which record.
        to: RecordId,
        /// Name of the file.
        file_name: String,
        /// Its bytes.
        file: FileSource,
        /// What it shows.
        #[serde(default)]
        description: String,
        /// Where it came from.
        #[serde(default)]
        source: String,
        /// When it was captured there.
        #[serde(default)]
        captured_at: Option<Moment>,
    },
    /// Invites a person; the receipt carries their one-time code.
    InvitePerson {
        /// Login name.
        login: String,
        /// Full name as printed beside signatures.
        full_name: String,
        /// Roles.
        roles: Vec<Role>,
    },
    /// Lets a person set a new password with a one-time code, which the receipt carries. Their key is replaced.
    ResetAccess {
        /// Which person.
        person: RecordId,
    },
    /// Confirms that a person's present key is theirs; needed before they sign.
    VerifyIdentity {
        /// Which person.
        person: RecordId,
        /// How it was confirmed.
        how: String,
    },
    /// Acknowledges that the clock ran backwards, after which signing is possible again.
    AcknowledgeClock,
    /// Notes that feedback was imported from a file. Made by the import, after its rows; no script can say it.
    #[serde(skip)]
    NoteImport {
        /// What was imported, from what, with which outcome.
        facts: Value,
    },
    /// Notes that a packet was produced. Made by the packet itself; no script can say it.
    #[serde(skip)]
    NotePacket {
        /// Number, scope and digest of the packet.
        facts: Value,
    },
    /// Notes failed attempts to sign in. Made by the next sign-in that succeeds.
    #[serde(skip)]
    NoteFailedSignIns {
        /// When and where.
        facts: Value,
    },
    /// Changes the person's own password, and their key with it.
    #[serde(skip)]
    ChangePassword,
    /// Comes in with a new key and a one-time code.
    #[serde(skip)]
    EnterWithCode {
        /// Whether with the recovery code instead of one's own.
        recovers: bool,
    },
    /// Makes the file with its product, policy and first person.
    #[serde(skip)]
    CreateFile {
        /// Fields of the product.
        product: Fields,
        /// Fields of the policy.
        policy: Fields,
        /// Fields of the first person.
        person: Fields,
        /// The file's identity.
        facts: Value,
    },
}

/// What a person says about a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Why.
    pub reason: Option<String>,
    /// When it happened, where that was before now.
    pub occurred_at: Option<Moment>,
    /// Why it is entered late.
    pub late_reason: Option<String>,
}

/// One part of a record that a person read before signing, by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPart {
    /// Which record.
    pub record: RecordId,
    /// Which part of it.
    pub part: Part,
    /// SHA-256 of the canonical text that was shown.
    pub digest: Digest,
}

/// A request with what a person says about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The request.
    #[serde(rename = "do")]
    pub request: Request,
    /// Why, where it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it happened, where that was before now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
    /// Why it is entered late, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
    /// What the person read of what is signed, as a preview showed it. The request is refused if it no longer holds.
    /// Absent where nobody read, as in a script.
    #[serde(skip)]
    pub read: Option<Vec<ReadPart>>,
}

impl From<Request> for Act {
    fn from(request: Request) -> Self {
        Self { request, reason: None, occurred_at: None, late_reason: None, read: None }
    }
}

impl Act {
    /// The same with a reason.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// Whom a one-time code lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFor {
    /// This person.
    Person(RecordId),
    /// An administrator who lost their access.
    Recovery,
}

/// What a request hands out by which somebody gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandsOut {
    /// Nothing.
    Nothing,
    /// A one-time code for the person to whom it is done.
    Code,
    /// The actor's own new key.
    Key,
    /// The actor's own new key, and the next recovery code.
    KeyAndRecoveryCode,
}

impl HandsOut {
    /// The one-time code, where the request is done to `record`.
    pub fn code(self, record: Option<RecordId>) -> Option<CodeFor> {
        match self {
            Self::Code => record.map(CodeFor::Person),
            Self::KeyAndRecoveryCode => Some(CodeFor::Recovery),
            Self::Nothing | Self::Key => None,
        }
    }

    /// Whose key comes into force.
    pub const fn lets_in(self, actor: RecordId) -> Option<RecordId> {
        match self {
            Self::Key | Self::KeyAndRecoveryCode => Some(actor),
            Self::Nothing | Self::Code => None,
        }
    }
}

impl Request {
    /// The name of the event that it leaves: `kind.verb`.
    pub fn name(&self) -> String {
        match self {
            Self::Create { kind, .. } => format!("{}.create", kind.code()),
            Self::Edit { id, .. } => format!("{}.edit", id.kind.code()),
            Self::Assign { id, .. } => format!("{}.assign", id.kind.code()),
            Self::Move { id, go, .. } => format!("{}.{go}", id.kind.code()),
            Self::Sign { id, .. } => format!("{}.sign", id.kind.code()),
            Self::Attach { .. } => "attachment.attach".to_owned(),
            Self::InvitePerson { .. } => "person.invite".to_owned(),
            Self::ResetAccess { .. } => "person.reset_access".to_owned(),
            Self::VerifyIdentity { .. } => "person.verify_identity".to_owned(),
            Self::AcknowledgeClock => ACKNOWLEDGE.to_owned(),
            Self::NoteImport { .. } => "feedback.import".to_owned(),
            Self::NotePacket { .. } => "packet.issue".to_owned(),
            Self::NoteFailedSignIns { .. } => "person.failed_sign_ins".to_owned(),
            Self::ChangePassword => "person.change_password".to_owned(),
            Self::EnterWithCode { recovers: false } => "person.activate".to_owned(),
            Self::EnterWithCode { recovers: true } => "person.recover".to_owned(),
            Self::CreateFile { .. } => "file.create".to_owned(),
        }
    }

    /// Which one-time code it gives out, and whose key it brings into force.
    pub const fn hands_out(&self) -> HandsOut {
        match self {
            Self::InvitePerson { .. } | Self::ResetAccess { .. } => HandsOut::Code,
            Self::EnterWithCode { recovers: false } | Self::ChangePassword => HandsOut::Key,
            Self::EnterWithCode { recovers: true } | Self::CreateFile { .. } => HandsOut::KeyAndRecoveryCode,
            Self::Create { .. }
            | Self::Edit { .. }
            | Self::Assign { .. }
            | Self::Move { .. }
            | Self::Sign { .. }
            | Self::Attach { .. }
            | Self::VerifyIdentity { .. }
            | Self::AcknowledgeClock
            | Self::NoteImport { .. }
            | Self::NotePacket { .. }
            | Self::NoteFailedSignIns { .. } => HandsOut::Nothing,
        }
    }
}
