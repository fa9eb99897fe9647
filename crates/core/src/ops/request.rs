//! Everything a person can ask for, as data. The window builds requests, `mainstay run` reads them, imports and the example
//! product are made of them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::door::assignable;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::record::Fields;
use crate::domain::signature::Meaning;
use mainstay_base::time::Moment;

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
}

/// A request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Request {
    /// Makes a record.
    Create {
        /// Of which kind.
        kind: Kind,
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
}

impl From<Request> for Act {
    fn from(request: Request) -> Self {
        Self { request, reason: None, occurred_at: None, late_reason: None }
    }
}

impl Act {
    /// The same with a reason.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Number of the audit event.
    pub seq: u64,
    /// The record that it was done to.
    pub record: Option<RecordId>,
    /// Records that were made.
    pub made: Vec<RecordId>,
    /// A one-time code, to be handed to the person; kept nowhere.
    pub code: Option<String>,
}

impl Request {
    /// The name of the audit event that it leaves: `kind.verb`.
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
            Self::AcknowledgeClock => "clock.acknowledge".to_owned(),
            Self::NoteImport { .. } => "feedback.import".to_owned(),
            Self::NotePacket { .. } => "packet.issue".to_owned(),
        }
    }
}

/// The names of all events that a person can bring about, sorted: the rows of the audit trail.
pub fn request_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "attachment.attach",
        "clock.acknowledge",
        "feedback.import",
        "file.create",
        "packet.issue",
        "person.activate",
        "person.change_password",
        "person.failed_sign_ins",
        "person.invite",
        "person.recover",
        "person.reset_access",
        "person.verify_identity",
    ]
    .map(str::to_owned)
    .to_vec();
    for kind in Kind::ALL {
        let def = kind.def();
        let verbs =
            def.moves.iter().filter(|candidate| !candidate.by.is_empty()).map(|candidate| candidate.name);
        let common = [
            (!def.create_by.is_empty(), "create"),
            (!def.edit_by.is_empty(), "edit"),
            (assignable(*kind), "assign"),
        ];
        let common = common.into_iter().filter(|(is, _)| *is).map(|(_, verb)| verb);
        names.extend(verbs.chain(common).map(|verb| format!("{}.{verb}", kind.code())));
    }
    for kind in [Kind::Product, Kind::Feedback, Kind::ProblemReport, Kind::ImpactAnalysis, Kind::Approval] {
        names.push(format!("{}.sign", kind.code()));
    }
    names.sort();
    names.dedup();
    names
}
