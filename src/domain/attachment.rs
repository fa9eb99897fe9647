//! Files kept byte for byte: evidence (domain 4.2, ALCOA+ "original").

use super::ids::{Kind, RecordId};
use super::person::Role;
use super::record::{KindDef, SignedEdits, record};
use super::text::{Line, Text};
use super::time::Moment;
use super::workflow::{Move, no_effects, no_notices, no_signing, states};

/// Largest attachment, in bytes.
pub const BYTES_MAX: u64 = 100 * 1024 * 1024;

states! {
    /// States of an attachment.
    pub enum AttachmentState {
        /// It counts as evidence.
        Attached = "attached", "Attached", Good, 1, false;
        /// Attached by mistake. It stays readable and is marked.
        Withdrawn = "withdrawn", "Withdrawn", Neutral, 0, true;
    }
}

record! {
    /// A file attached to a record.
    pub struct Attachment : Attachment {
        section "File", "IEC 62304 9.5", true, &[AttachmentState::Attached.code()] => {
            /// Name of the file as it was taken.
            title: Line = "File name" => required(AttachmentState::Attached.code()), by_system();
            /// The record to which it belongs.
            subject: Option<RecordId> = "Belongs to" => required(AttachmentState::Attached.code()), by_system();
            /// What kind of file it is, as an internet media type.
            media_type: Line = "Media type" => by_system();
            /// Its size.
            bytes: Option<u32> = "Size in bytes" => by_system();
            /// SHA-256 of its bytes, hexadecimal.
            sha256: Line = "SHA-256" => required(AttachmentState::Attached.code()), by_system();
            /// What it shows.
            description: Text = "Description";
            /// Where it came from: a path, an address, a person.
            source: Line = "Source" => personal();
            /// When it was captured at its source.
            captured_at: Option<Moment> = "Captured at";
            /// Who captured it.
            captured_by: Line = "Captured by" => personal();
        }
    }
}

/// The declaration of attachments.
pub const DEF: KindDef = KindDef {
    kind: Kind::Attachment,
    word: "Attachment",
    plural: "Attachments",
    purpose: "A file kept byte for byte with its digest, source and time of capture.",
    clause: "IEC 62304 9.5",
    sections: Attachment::SECTIONS,
    states: AttachmentState::ALL,
    moves: &[Move::new(
        "withdraw",
        "Withdraw",
        &[AttachmentState::Attached.code()],
        AttachmentState::Withdrawn.code(),
        Role::EVERYONE,
    )
    .reason()],
    create_by: &[],
    edit_by: Role::EVERYONE,
    edit_signed: SignedEdits::Never,
    sign_conditions: no_signing,
    on_create: no_effects,
    on_sign: no_effects,
    notices: no_notices,
};
