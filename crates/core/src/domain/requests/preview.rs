//! A dry run of a request: what it asks for, what stands against it, what would be signed as it will be, and what would change.

use super::{Act, Actor, ChangeSet, Mode, ReadPart, RecordSource, run};
use crate::domain::canonical::Digest;
use crate::domain::event::RecordChange;
use crate::domain::ids::RecordId;
use crate::domain::refused::Refusal;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part, Signature};
use crate::domain::workflow::Condition;

/// What a request asks the person for besides its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asks {
    /// What asks for a reason, where something does and none is given.
    pub reason: Option<String>,
    /// What asks why it is entered late, where something does and no reason is given.
    pub late_reason: Option<String>,
    /// What is signed, so that the password is asked for; whether or not it was given.
    pub password: Option<String>,
}

/// A part of a record that would be signed, as it will be.
#[derive(Debug, Clone)]
pub struct SignedPart {
    /// Which part.
    pub part: Part,
    /// What the signature means.
    pub meaning: Meaning,
    /// SHA-256 of the part's canonical text.
    pub digest: Digest,
    /// The record as it will be.
    pub data: SharedRecord,
}

/// What would come of a request.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Name of the request.
    pub request: String,
    /// The record that it would be done to.
    pub record: Option<RecordId>,
    /// What it asks for.
    pub asks: Asks,
    /// The conditions that are not met yet, all of them.
    pub missing: Vec<Condition>,
    /// What would be signed.
    pub signed: Vec<SignedPart>,
    /// What the event would say of each record that changes.
    pub changes: Vec<RecordChange>,
    /// The records that change, as they will be.
    pub records: Vec<SharedRecord>,
}

impl Preview {
    /// What the person has read once the preview was shown: to be handed in with the request.
    pub fn read(&self) -> Vec<ReadPart> {
        self.signed.iter().map(SignedPart::read).collect()
    }
}

impl SignedPart {
    fn read(&self) -> ReadPart {
        ReadPart { record: self.data.head.id, part: self.part, digest: self.digest.clone() }
    }
}

/// Looks at what would come of a request, as if reason and password were given and its conditions met.
///
/// # Errors
/// What stands against it whatever is given: a role that is not held, values that cannot be taken, a wrong state.
pub fn preview<F>(source: &dyn RecordSource<F>, actor: &Actor, act: Act) -> Result<Preview, Refusal<F>> {
    let run = run(source, actor, act, Mode::Preview)?;
    Ok(Preview {
        request: run.outcome.request,
        record: run.outcome.parts.record,
        asks: run.asks,
        missing: run.missing,
        signed: run.signed,
        changes: run.outcome.changes,
        records: run.outcome.records,
    })
}

/// The parts that signatures cover, with the records as they will be.
pub(super) fn signed_parts<F>(
    change: &ChangeSet<'_, F>,
    signatures: &[Signature],
) -> Result<Vec<SignedPart>, Refusal<F>> {
    let covers = signatures
        .iter()
        .flat_map(|signature| signature.covers.iter().map(move |cover| (signature.meaning, cover)));
    covers
        .map(|(meaning, cover)| {
            let data = change.get(cover.record)?;
            Ok(SignedPart { part: cover.part, meaning, digest: cover.digest.clone(), data })
        })
        .collect()
}

/// Refuses a request by which something else would be signed than was read.
pub(super) fn refuse_unread<F>(signed: &[SignedPart], read: Option<Vec<ReadPart>>) -> Result<(), Refusal<F>> {
    match read {
        Some(read) if read != signed.iter().map(SignedPart::read).collect::<Vec<_>>() => {
            Err(Refusal::ChangedWhileReading)
        }
        Some(_) | None => Ok(()),
    }
}
