//! A dry run of a request: the inputs that it needs, the unmet conditions, the content to be signed, and the changes.

use super::{Act, Actor, ChangeSet, Mode, ReadPart, RecordSource, run};
use crate::domain::canonical::Digest;
use crate::domain::event::RecordChange;
use crate::domain::ids::RecordId;
use crate::domain::refused::Refusal;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part, Signature};
use crate::domain::workflow::{Condition, World as _};

/// The inputs that a request needs from the person besides its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asks {
    /// What needs a reason, if one is needed and none is given.
    pub reason: Option<String>,
    /// What needs a reason for the late entry, if one is needed and none is given.
    pub late_reason: Option<String>,
    /// What is signed and therefore needs the password, whether or not it was entered.
    pub password: Option<String>,
}

/// A part of a record that would be signed, in its future form.
#[derive(Debug, Clone)]
pub struct SignedPart {
    /// The part.
    pub part: Part,
    /// What the signature means.
    pub meaning: Meaning,
    /// SHA-256 of the part's canonical text.
    pub digest: Digest,
    /// The record in its future form.
    pub data: SharedRecord,
    /// The records that are parts of it and whose digests are in its canonical text, in their future form. Only a dry run
    /// collects them.
    pub parts: Vec<SharedRecord>,
}

/// The result of a dry run.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Name of the request.
    pub request: String,
    /// The record that it concerns.
    pub record: Option<RecordId>,
    /// The inputs that it needs.
    pub asks: Asks,
    /// The conditions that are not met yet, all of them.
    pub missing: Vec<Condition>,
    /// The content that would be signed.
    pub signed: Vec<SignedPart>,
    /// The change of each record, as the event would contain it.
    pub changes: Vec<RecordChange>,
    /// The changed records in their future form.
    pub records: Vec<SharedRecord>,
}

impl Preview {
    /// What the person has read once the preview was shown; it is passed on with the request.
    pub fn read(&self) -> Vec<ReadPart> {
        self.signed.iter().map(SignedPart::read).collect()
    }
}

impl SignedPart {
    fn read(&self) -> ReadPart {
        ReadPart { record: self.data.head.id, part: self.part, digest: self.digest.clone() }
    }
}

/// Runs a request without writing anything, as if reason and password were given and its conditions met.
///
/// # Errors
/// Obstacles that no further input removes: a missing role, invalid values, a wrong state.
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

/// The parts that signatures cover, with the records in their future form.
pub(super) fn signed_parts<F>(
    change: &ChangeSet<'_, F>,
    signatures: &[Signature],
    mode: Mode,
) -> Result<Vec<SignedPart>, Refusal<F>> {
    let covers = signatures
        .iter()
        .flat_map(|signature| signature.covers.iter().map(move |cover| (signature.meaning, cover)));
    covers
        .map(|(meaning, cover)| {
            let data = change.get(cover.record)?;
            let parts = match mode {
                Mode::Perform => Vec::new(),
                Mode::Preview => change.covered_parts(&data, cover.part),
            };
            Ok(SignedPart { part: cover.part, meaning, digest: cover.digest.clone(), data, parts })
        })
        .collect()
}

/// Refuses a request that would sign other content than the person read.
pub(super) fn refuse_unread<F>(signed: &[SignedPart], read: Option<Vec<ReadPart>>) -> Result<(), Refusal<F>> {
    match read {
        Some(read) if read != signed.iter().map(SignedPart::read).collect::<Vec<_>>() => {
            Err(Refusal::ChangedWhileReading)
        }
        Some(_) | None => Ok(()),
    }
}
