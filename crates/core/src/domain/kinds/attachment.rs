//! Files kept byte for byte: evidence (domain 4.2, ALCOA+ "original").

use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::record::{KindDef, RecordData, record};
use crate::domain::release;
use crate::domain::shared_record::SharedRecord;
use crate::domain::text::{Line, Text};
use crate::domain::time::Moment;
use crate::domain::workflow::{Case, Condition, Move, World, states};

/// Largest attachment, in bytes: SQLite keeps at most 1,000,000,000 bytes in one row.
pub const BYTES_MAX: u64 = 900 * 1024 * 1024;

states! {
    /// States of an attachment.
    pub enum AttachmentState {
        /// It counts as evidence.
        Attached = "attached", "Attached", Good, 1, false => finished();
        /// Attached by mistake. It stays readable and is marked.
        Withdrawn = "withdrawn", "Withdrawn", Neutral, 0, true;
    }
}

record! {
    /// A file attached to a record.
    pub struct Attachment : Attachment {
        section "File", "IEC 62304 9.5", true, &[AttachmentState::Attached.code()] => {
            /// Name of the file when it was attached.
            title: Line = "File name" => required(AttachmentState::Attached.code()), by_system();
            /// The record to which it belongs.
            subject: Option<RecordId> = "Belongs to" => required(AttachmentState::Attached.code()), by_system();
            /// Type of the file, as an internet media type.
            media_type: Line = "Media type" => by_system();
            /// Its size.
            bytes: Option<u32> = "Size in bytes" => by_system();
            /// SHA-256 of its bytes, hexadecimal.
            sha256: Line = "SHA-256" => required(AttachmentState::Attached.code()), by_system();
            /// What it shows.
            description: Text = "Description";
            /// Its origin: a path, an address, a person.
            source: Line = "Source" => personal();
            /// When it was captured at its source.
            captured_at: Option<Moment> = "Captured at" => past();
            /// Who captured it.
            captured_by: Line = "Captured by" => personal();
        }
    }
}

/// Whether the files of a record are fixed by its own state: it has ended, is locked, closed or verified, or its content awaits or has
/// an approval. Signatures do not cover files, so no file may be added or withdrawn while the signatures count.
pub fn are_fixed(data: &RecordData) -> bool {
    data.is_terminal() || data.def().fixes_files.contains(&data.head.state.as_str())
}

/// Whether one of these files has this digest and is attached, not withdrawn.
pub fn is_attached<'a>(files: impl IntoIterator<Item = &'a RecordData>, sha256: &str) -> bool {
    let attached = |data: &&RecordData| AttachmentState::of(data) == Some(AttachmentState::Attached);
    files.into_iter().filter(attached).any(|data| data.text("sha256").eq_ignore_ascii_case(sha256))
}

/// The record by whose state the files of another one are fixed: itself, or the record of which it is a part.
fn fixing(world: &dyn World, subject: &SharedRecord) -> Option<SharedRecord> {
    if are_fixed(subject) {
        return Some(subject.clone());
    }
    let (part_of, whole) = (subject.def().part_of?, world.record(subject.head.parent?)?);
    (!part_of.open_in.contains(&whole.head.state.as_str())).then_some(whole)
}

/// The condition that the files of a record are not fixed.
fn not_fixed(world: &dyn World, subject: &SharedRecord) -> Condition {
    let id = subject.head.id;
    let fixing = fixing(world, subject);
    let text = match &fixing {
        Some(by) => {
            let state = by.state().map_or("", |state| state.word);
            format!("The files of {id} can be changed; they are fixed, because {} is “{state}”", by.head.id)
        }
        None => format!("The files of {id} can be changed"),
    };
    Condition::new("21 CFR 11.70", text, fixing.is_none()).on(id)
}

fn withdrawable(case: &Case, attachment: &Attachment) -> Vec<Condition> {
    let subject = attachment.subject.and_then(|id| case.world.record(id));
    let mut conditions: Vec<Condition> =
        subject.iter().map(|subject| not_fixed(case.world, subject)).collect();
    if case.rules >= PLAN_RULES
        && let Some(subject) = &subject
        && let Some(text) = release::keeps_as_evidence(subject, &attachment.sha256)
    {
        conditions.push(Condition::new("IEC 62304 8.1.2", text, false).on(subject.head.id));
    }
    conditions
}

/// The step by which a file no longer counts.
pub const WITHDRAW: &str = "withdraw";

/// The declaration of attachments.
pub const DEF: KindDef = KindDef {
    purpose: "A file kept byte for byte with its digest, source and time of capture.",
    clause: "IEC 62304 9.5",
    sections: Attachment::SECTIONS,
    states: AttachmentState::ALL,
    moves: &[Move::new(
        WITHDRAW,
        "Withdraw",
        &[AttachmentState::Attached.code()],
        AttachmentState::Withdrawn.code(),
        Role::EVERYONE,
    )
    .reason()
    .grave()
    .guard(|case| case.with::<Attachment>(withdrawable))],
    edit_by: Role::EVERYONE,
    columns: &["subject", "media_type", "bytes"],
    ..KindDef::new(Kind::Attachment, "Attachment", "Attachments")
};
