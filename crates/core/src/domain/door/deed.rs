//! What can be asked for, as data, and the events by which it is told again.

use serde_json::Value;

use crate::domain::clock::ACKNOWLEDGE;
use crate::domain::event::{Event, FieldChange, RecordChange};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{Role, unconfirmed};
use crate::domain::record::Fields;
use crate::domain::signature::Meaning;
use mainstay_base::time::Moment;

/// A file that is to be attached, without its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttachedFile {
    /// Name of the file.
    pub name: String,
    /// Its internet media type.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// What it shows.
    pub description: String,
    /// Where it came from.
    pub source: String,
    /// When it was captured there.
    pub captured_at: Option<Moment>,
}

/// Something that can be done to a file. One event comes of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
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
        /// The fields and their new values.
        set: Fields,
    },
    /// Gives a record to an owner.
    Assign {
        /// Which record.
        id: RecordId,
        /// The person.
        owner: Option<RecordId>,
    },
    /// Moves a record along one of its transitions.
    Move {
        /// Which record.
        id: RecordId,
        /// Name of the transition.
        go: String,
        /// Fields that are given along with it.
        set: Fields,
    },
    /// Signs a record without moving it on.
    Sign {
        /// Which record.
        id: RecordId,
        /// What the signature means, where there is a choice.
        meaning: Option<Meaning>,
    },
    /// Attaches a file to a record.
    Attach {
        /// To which record.
        to: RecordId,
        /// The file.
        file: AttachedFile,
    },
    /// Invites a person.
    Invite {
        /// Login name.
        login: String,
        /// Full name.
        full_name: String,
        /// Roles.
        roles: Vec<Role>,
    },
    /// Lets a person set a new password with a one-time code.
    Reset {
        /// Which person.
        person: RecordId,
    },
    /// Confirms that a person's key is theirs.
    VerifyIdentity {
        /// Which person.
        person: RecordId,
        /// How it was confirmed.
        how: String,
    },
    /// Acknowledges that the clock ran backwards.
    AcknowledgeClock,
    /// Notes an import.
    NoteImport {
        /// What was imported.
        facts: Value,
    },
    /// Notes a packet.
    NotePacket {
        /// Number, scope and digest of the packet.
        facts: Value,
    },
    /// Notes failed attempts to sign in.
    NoteFailures {
        /// When and where.
        facts: Value,
    },
    /// Notes that the person changed their password. Their key stays.
    NotePassword,
    /// Comes in with a new key and a one-time code.
    Enter {
        /// Whether with the recovery code instead of one's own.
        recovers: bool,
    },
    /// Makes the file with its product, policy and first person.
    Found {
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

/// Whom a one-time code lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFor {
    /// This person.
    Person(RecordId),
    /// An administrator who lost their access.
    Recovery,
}

/// What a deed hands out by which somebody gets in.
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
    /// The one-time code, where the deed is done to `record`.
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

impl Deed {
    /// The name of the event that it leaves: `kind.verb`.
    pub fn name(&self) -> String {
        match self {
            Self::Create { kind, .. } => format!("{}.create", kind.code()),
            Self::Edit { id, .. } => format!("{}.edit", id.kind.code()),
            Self::Assign { id, .. } => format!("{}.assign", id.kind.code()),
            Self::Move { id, go, .. } => format!("{}.{go}", id.kind.code()),
            Self::Sign { id, .. } => format!("{}.sign", id.kind.code()),
            Self::Attach { .. } => "attachment.attach".to_owned(),
            Self::Invite { .. } => "person.invite".to_owned(),
            Self::Reset { .. } => "person.reset_access".to_owned(),
            Self::VerifyIdentity { .. } => "person.verify_identity".to_owned(),
            Self::AcknowledgeClock => ACKNOWLEDGE.to_owned(),
            Self::NoteImport { .. } => "feedback.import".to_owned(),
            Self::NotePacket { .. } => "packet.issue".to_owned(),
            Self::NoteFailures { .. } => "person.failed_sign_ins".to_owned(),
            Self::NotePassword => "person.change_password".to_owned(),
            Self::Enter { recovers: false } => "person.activate".to_owned(),
            Self::Enter { recovers: true } => "person.recover".to_owned(),
            Self::Found { .. } => "file.create".to_owned(),
        }
    }

    /// Which one-time code it gives out, and whose key it brings into force.
    pub const fn hands_out(&self) -> HandsOut {
        match self {
            Self::Invite { .. } | Self::Reset { .. } => HandsOut::Code,
            Self::Enter { recovers: false } => HandsOut::Key,
            Self::Enter { recovers: true } | Self::Found { .. } => HandsOut::KeyAndRecoveryCode,
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
            | Self::NoteFailures { .. }
            | Self::NotePassword => HandsOut::Nothing,
        }
    }

    /// What was asked for so that this event came of it; `meaning` is that of its first signature. Whatever else the event
    /// says, which does not follow from what was asked for, shows when the deed is done again. `None`: nothing that the
    /// program knows is called so, or the event says not of which record.
    pub fn of(event: &Event, meaning: Option<Meaning>) -> Option<Self> {
        let facts = event.facts.clone();
        let told = |kind: Kind| {
            let id = event.record.filter(|id| id.kind == kind)?;
            Some(event.changes.iter().find(|change| change.record == id))
        };
        let person = || event.record.filter(|id| id.kind == Kind::Person);
        match event.request.as_str() {
            "file.create" => {
                let of = |kind| event.changes.iter().find(|change| change.record == RecordId::new(kind, 1));
                return Some(Self::Found {
                    product: all(of(Kind::Product)),
                    policy: all(of(Kind::Policy)),
                    person: all(of(Kind::Person)),
                    facts,
                });
            }
            "person.activate" => return Some(Self::Enter { recovers: false }),
            "person.recover" => return Some(Self::Enter { recovers: true }),
            "person.failed_sign_ins" => return Some(Self::NoteFailures { facts }),
            "person.change_password" => return Some(Self::NotePassword),
            "packet.issue" => return Some(Self::NotePacket { facts }),
            "feedback.import" => return Some(Self::NoteImport { facts }),
            ACKNOWLEDGE => return Some(Self::AcknowledgeClock),
            "person.reset_access" => return Some(Self::Reset { person: person()? }),
            "person.invite" => return Some(invite(&all(told(Kind::Person)?))),
            "attachment.attach" => return attach(&all(told(Kind::Attachment)?)),
            "person.verify_identity" => {
                let fields = all(told(Kind::Person)?);
                let how = text(&fields, "identity_verified_how");
                return Some(Self::VerifyIdentity { person: person()?, how });
            }
            _ => {}
        }
        let (code, verb) = event.request.split_once('.')?;
        let kind = Kind::from_code(code)?;
        let change = told(kind)?;
        let id = event.record?;
        Some(match verb {
            "create" => Self::Create { kind, set: all(change) },
            "edit" => Self::Edit { id, set: edited(kind, change) },
            "assign" => Self::Assign { id, owner: owner(change) },
            "sign" => Self::Sign { id, meaning },
            go => {
                kind.def().find_move(go)?;
                Self::Move { id, go: go.to_owned(), set: given(event, change) }
            }
        })
    }
}

/// Whether records of the kind have an owner.
pub const fn assignable(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Feedback | Kind::ProblemReport | Kind::ChangeRequest | Kind::ImpactAnalysis | Kind::Approval
    )
}

/// The fields that changed, with their new values. State and owner are not among them.
fn all(change: Option<&RecordChange>) -> Fields {
    let of_record = |field: &&FieldChange| !["state", "owner"].contains(&field.field.as_str());
    let fields = change.into_iter().flat_map(|change| &change.fields).filter(of_record);
    fields.map(|field| (field.field.clone(), field.after.clone())).collect()
}

/// The fields that changed and may have been given along with a step: not those that the step itself fills.
fn given(event: &Event, change: Option<&RecordChange>) -> Fields {
    let Some(id) = event.record else { return Fields::new() };
    let def = id.kind.def();
    let made = |value: &Value| {
        let named: Option<RecordId> = value.as_str().and_then(|text| text.parse().ok());
        named.is_some_and(|id| event.changes.iter().any(|change| change.record == id && change.revision == 1))
    };
    let before = change.into_iter().flat_map(|change| &change.fields).find(|field| field.field == "state");
    let before = before.and_then(|field| field.before.as_str());
    let by_step = |name: &str, value: &Value| {
        let section = def.section_of(name);
        let in_scope = section.is_some_and(|section| section.scope);
        // What is closed before the step is filled by the step alone.
        let closed = section.zip(before).is_some_and(|(section, state)| !section.open_in.contains(&state));
        def.field(name).is_some_and(|field| field.by_system)
            || closed
            || (def.kind == Kind::ChangeRequest && in_scope)
            || made(value)
    };
    all(change).into_iter().filter(|(name, value)| !by_step(name, value)).collect()
}

/// The fields that an edit changed: not those that it empties by itself, as a new name does with what was confirmed.
fn edited(kind: Kind, change: Option<&RecordChange>) -> Fields {
    let ended = if kind == Kind::Person { unconfirmed() } else { Fields::new() };
    all(change).into_iter().filter(|(name, value)| ended.get(name) != Some(value)).collect()
}

fn owner(change: Option<&RecordChange>) -> Option<RecordId> {
    let field = change?.fields.iter().find(|field| field.field == "owner")?;
    field.after.as_str().and_then(|text| text.parse().ok())
}

fn text(fields: &Fields, name: &str) -> String {
    fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn invite(fields: &Fields) -> Deed {
    let roles = fields.get("roles").cloned().unwrap_or_default();
    Deed::Invite {
        login: text(fields, "login"),
        full_name: text(fields, "title"),
        roles: serde_json::from_value(roles).unwrap_or_default(),
    }
}

fn attach(fields: &Fields) -> Option<Deed> {
    let file = AttachedFile {
        name: text(fields, "title"),
        media_type: text(fields, "media_type"),
        bytes: fields.get("bytes").and_then(Value::as_u64).unwrap_or_default(),
        sha256: text(fields, "sha256"),
        description: text(fields, "description"),
        source: text(fields, "source"),
        captured_at: Moment::parse(&text(fields, "captured_at")).ok(),
    };
    Some(Deed::Attach { to: text(fields, "subject").parse().ok()?, file })
}
