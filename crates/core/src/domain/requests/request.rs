//! Everything that can be done to a file, as data, with the names of the resulting events.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::canonical::Digest;
use crate::domain::clock::ACKNOWLEDGE;
use crate::domain::continuation::{CONTINUE, Continuation};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::packet::ISSUE;
use crate::domain::person::Role;
use crate::domain::record::Fields;
use crate::domain::signature::{Meaning, Part};
use crate::domain::time::Moment;
use crate::domain::time_stamp::{StampedEvent, TIME_STAMP};

/// Where the bytes of an attachment come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FileSource {
    /// A file on this machine; in a script relative to the script.
    Path(PathBuf),
    /// Text, taken as UTF-8.
    Text(String),
    /// Bytes that are already read.
    #[serde(skip)]
    Bytes(Vec<u8>),
    /// Bytes that are stored separately and identified by their digest. The other variants become this one before a request is
    /// performed.
    #[serde(skip)]
    Digest(FileDigest),
}

/// The data about the bytes of a file that a request needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileDigest {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// The number of bytes.
    pub bytes: u64,
    /// Their internet media type.
    pub media_type: String,
}

/// Something that can be done to a file, as data. It produces one event.
///
/// The window builds requests, `mainstay run` reads them, and imports and the example product consist of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Request {
    /// Creates a record.
    Create {
        /// Its kind.
        kind: Kind,
        /// The record of which it is a part, if its kind has a parent.
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
    /// Sets the owner of a record.
    Assign {
        /// Which record.
        id: RecordId,
        /// The person; no owner if absent.
        #[serde(default)]
        owner: Option<RecordId>,
    },
    /// Moves a record along one of its transitions.
    Move {
        /// Which record.
        id: RecordId,
        /// Name of the transition.
        go: String,
        /// Fields to set with the transition.
        #[serde(default)]
        set: Fields,
    },
    /// Signs a record without a transition; the effects of the signature are applied.
    Sign {
        /// Which record.
        id: RecordId,
        /// What the signature means; may be absent if there is only one meaning.
        #[serde(default)]
        meaning: Option<Meaning>,
    },
    /// Attaches a file to a record.
    Attach {
        /// The record.
        to: RecordId,
        /// Name of the file.
        file_name: String,
        /// Its bytes.
        file: FileSource,
        /// What it shows.
        #[serde(default)]
        description: String,
        /// Its origin.
        #[serde(default)]
        source: String,
        /// When it was captured at its source.
        #[serde(default)]
        captured_at: Option<Moment>,
    },
    /// Invites a person; the receipt contains their one-time code.
    InvitePerson {
        /// Login name.
        login: String,
        /// Full name as printed with signatures.
        full_name: String,
        /// Roles.
        roles: Vec<Role>,
    },
    /// Lets a person set a new password with a one-time code, which the receipt contains. Their key is replaced.
    ResetAccess {
        /// Which person.
        person: RecordId,
    },
    /// Confirms that a person's current key is theirs; required before they sign.
    VerifyIdentity {
        /// Which person.
        person: RecordId,
        /// How it was confirmed.
        how: String,
    },
    /// Acknowledges that the clock ran backwards, after which signing is possible again.
    AcknowledgeClock,
    /// Continues from a restored copy, although later events of the file were seen. It has a command of its own; scripts cannot
    /// use it.
    #[serde(skip)]
    Continue(Continuation),
    /// Records that feedback was imported from a file. The import adds it after its rows; scripts cannot use it.
    #[serde(skip)]
    NoteImport {
        /// The imported data, their source and the outcome.
        facts: Value,
    },
    /// Records that a packet was produced. The packet adds it; scripts cannot use it.
    #[serde(skip)]
    NotePacket {
        /// Number, scope and digest of the packet.
        facts: Value,
    },
    /// Adds a trusted time stamp on an event. The program obtains it; scripts cannot use it.
    #[serde(skip)]
    AddTimeStamp(StampedEvent),
    /// Records failed attempts to sign in. The next successful sign-in adds it.
    #[serde(skip)]
    NoteFailedSignIns {
        /// When and where.
        facts: Value,
    },
    /// Changes the person's own password, and their key with it.
    #[serde(skip)]
    ChangePassword,
    /// Enters with a new key and a one-time code.
    #[serde(skip)]
    EnterWithCode {
        /// Whether the code is the recovery code, not the person's own.
        recovers: bool,
    },
    /// Creates the file with its product, policy and first person.
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

/// A person's remarks on a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remarks {
    /// The reason.
    pub reason: Option<String>,
    /// When it happened, if earlier than now.
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

/// A request with the person's remarks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The request.
    #[serde(rename = "do")]
    pub request: Request,
    /// The reason, if one is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it happened, if earlier than now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
    /// Why it is entered late, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
    /// The content to be signed as a preview showed it to the person. The request is refused if that content has changed.
    /// Absent if nobody read it, as in a script.
    #[serde(skip)]
    pub read: Option<Vec<ReadPart>>,
}

impl From<Request> for Act {
    fn from(request: Request) -> Self {
        Self { request, reason: None, occurred_at: None, late_reason: None, read: None }
    }
}

impl Act {
    /// A request with the reason that is given, if one is.
    pub fn with_reason(request: Request, reason: Option<&str>) -> Self {
        Self { reason: reason.map(str::to_owned), ..Self::from(request) }
    }

    /// The same request with a reason.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// Who may use a one-time code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFor {
    /// This person.
    Person(RecordId),
    /// An administrator who lost their access.
    Recovery,
}

/// The means of access that a request issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandsOut {
    /// Nothing.
    Nothing,
    /// A one-time code for the person whom the request concerns.
    Code,
    /// The actor's own new key.
    Key,
    /// The actor's own new key, and the next recovery code.
    KeyAndRecoveryCode,
}

impl HandsOut {
    /// The one-time code, if the request concerns `record`.
    pub fn code(self, record: Option<RecordId>) -> Option<CodeFor> {
        match self {
            Self::Code => record.map(CodeFor::Person),
            Self::KeyAndRecoveryCode => Some(CodeFor::Recovery),
            Self::Nothing | Self::Key => None,
        }
    }

    /// The person whose new key takes effect.
    pub const fn lets_in(self, actor: RecordId) -> Option<RecordId> {
        match self {
            Self::Key | Self::KeyAndRecoveryCode => Some(actor),
            Self::Nothing | Self::Code => None,
        }
    }
}

impl Request {
    /// The name of the event that it produces: `kind.verb`.
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
            Self::Continue(_) => CONTINUE.to_owned(),
            Self::NoteImport { .. } => "feedback.import".to_owned(),
            Self::NotePacket { .. } => ISSUE.to_owned(),
            Self::AddTimeStamp(_) => TIME_STAMP.to_owned(),
            Self::NoteFailedSignIns { .. } => "person.failed_sign_ins".to_owned(),
            Self::ChangePassword => "person.change_password".to_owned(),
            Self::EnterWithCode { recovers: false } => "person.activate".to_owned(),
            Self::EnterWithCode { recovers: true } => "person.recover".to_owned(),
            Self::CreateFile { .. } => "file.create".to_owned(),
        }
    }

    /// Whether a person enters something with it. Notes of what the program does, and what has to do with keys, are none.
    pub const fn is_entry(&self) -> bool {
        match self {
            Self::Create { .. }
            | Self::Edit { .. }
            | Self::Assign { .. }
            | Self::Move { .. }
            | Self::Sign { .. }
            | Self::Attach { .. } => true,
            Self::InvitePerson { .. }
            | Self::ResetAccess { .. }
            | Self::VerifyIdentity { .. }
            | Self::AcknowledgeClock
            | Self::Continue(_)
            | Self::NoteImport { .. }
            | Self::NotePacket { .. }
            | Self::AddTimeStamp(_)
            | Self::NoteFailedSignIns { .. }
            | Self::ChangePassword
            | Self::EnterWithCode { .. }
            | Self::CreateFile { .. } => false,
        }
    }

    /// Whether it may be needed before a file can be continued from a restored copy. Nothing else is performed in a file that lacks
    /// events that were seen of it.
    pub const fn leads_to_continuing(&self) -> bool {
        matches!(self, Self::Continue(_) | Self::AcknowledgeClock | Self::VerifyIdentity { .. })
    }

    /// The one-time code that it issues, and whose new key takes effect.
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
            | Self::Continue(_)
            | Self::NoteImport { .. }
            | Self::NotePacket { .. }
            | Self::AddTimeStamp(_)
            | Self::NoteFailedSignIns { .. } => HandsOut::Nothing,
        }
    }
}
