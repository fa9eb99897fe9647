//! Performing: one function through which every change goes. What a request does, who may and what stands against it is told
//! by the door in `domain`; here it meets the file.
//!
//! Permission, rule, change, event, signature, read-back, commit; or a refusal, and nothing changed.

use super::file::ProductFile;
use super::files;
use super::refused::Refused;
use super::request::{Act, FileSource, Receipt, Request};
use super::secrets::{self, Password};
use super::session::Session;
use crate::domain::attachment::BYTES_MAX;
use crate::domain::canonical;
use crate::domain::door::{self, Actor, AttachedFile, CodeFor, Deed, Done, Said};
use crate::domain::event::{CodeKey, Event, Grant, NewKey};
use crate::domain::ids::RecordId;
use crate::domain::signature::Signature;
use crate::store::{Commit, Head, NewBlob, Tx};
use mainstay_base::clock::Stamp;

/// What a new key needs to come into force.
pub(super) struct NewAccess {
    pub grant: Grant,
    pub credential: crate::store::Credential,
}

/// Performs a deed as far as its event, which is signed. Answers it with the one-time code that it gives out, if any.
pub(super) fn draft(
    tx: &Tx<'_>,
    session: &Session,
    actor: &Actor,
    (deed, said): (Deed, Said),
    stamp: &Stamp,
) -> Result<(Commit, Done, Option<String>), Refused> {
    let done = door::perform(tx.store(), actor, deed, said)?;
    let code = done.code.map(|whom| Ok::<_, Refused>((whom, secrets::new_code()?))).transpose()?;
    let code_key = code.as_ref().map(|(whom, code)| CodeKey {
        person: match whom {
            CodeFor::Person(person) => Some(*person),
            CodeFor::Recovery => None,
        },
        public_key: secrets::public_hex(&secrets::code_key(code)),
    });
    let commit = commit(session, tx.store().head(), &done, code_key, stamp);
    Ok((commit, done, code.map(|(_, code)| code)))
}

fn commit(session: &Session, head: &Head, done: &Done, code_key: Option<CodeKey>, stamp: &Stamp) -> Commit {
    let seq = head.seq + 1;
    let signatures: Vec<_> = done
        .signatures
        .iter()
        .map(|signature| session.signed(Signature { event: seq, ..signature.clone() }.canonical()))
        .collect();
    let Said { reason, occurred_at, late_reason } = done.said.clone();
    let event = Event {
        seq,
        at: stamp.now,
        offset_minutes: stamp.offset_minutes,
        occurred_at,
        late_reason,
        clock_back_seconds: done.clock_back_seconds,
        actor: session.person,
        login: session.login.clone(),
        name: done.name.clone(),
        role: done.parts.role,
        request: done.request.clone(),
        record: done.parts.record,
        changes: done.changes.clone(),
        reason,
        facts: done.parts.facts.clone(),
        keys: Vec::new(),
        code_key,
        signatures: signatures.iter().map(|signed| canonical::digest(signed.body.as_bytes())).collect(),
        machine: stamp.machine.clone(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        previous: head.digest.clone(),
    };
    Commit {
        signed: session.signed(event.canonical()),
        event,
        records: done.records.clone(),
        signatures,
        blobs: Vec::new(),
        keys: Vec::new(),
        credentials: Vec::new(),
    }
}

/// Performs a deed that brings a new key into force, and writes it. Answers the one-time code that it gives out, if any.
pub(super) fn let_in(
    tx: &mut Tx<'_>,
    session: &Session,
    deed: Deed,
    access: NewAccess,
    stamp: &Stamp,
) -> Result<Option<String>, Refused> {
    let actor = session.actor(false, stamp);
    let (mut commit, done, code) = draft(tx, session, &actor, (deed, Said::default()), stamp)?;
    let public_key = secrets::public_hex(&session.key);
    commit.event.keys =
        done.lets_in.map(|person| NewKey { person, public_key, grant: access.grant }).into_iter().collect();
    commit.signed = session.signed(commit.event.canonical());
    commit.keys.push((session.key_number, session.person, session.key.verifying_key().to_bytes()));
    commit.credentials.push(access.credential);
    tx.append(&commit)?;
    Ok(code)
}

impl ProductFile {
    /// Performs one request. The password is needed where the request is signed.
    pub fn perform(
        &mut self,
        session: &Session,
        act: Act,
        password: Option<&Password>,
        stamp: &Stamp,
    ) -> Result<Receipt, Refused> {
        self.refuse_read_only()?;
        if let Some(password) = password {
            self.reauthenticate(session, password, stamp)?;
        }
        let mut tx = self.store.begin()?;
        let receipt = perform_in(&mut tx, session, act, password.is_some(), stamp)?;
        tx.commit()?;
        Ok(receipt)
    }

    /// Performs several requests in one transaction: all of them, or none. `keep_going` is asked before each with its
    /// index; `false` cancels. A refusal names the index of the request that was refused.
    pub fn perform_all(
        &mut self,
        session: &Session,
        acts: Vec<Act>,
        keep_going: &dyn Fn(usize) -> bool,
        stamp: &Stamp,
    ) -> Result<Vec<Receipt>, (usize, Refused)> {
        self.refuse_read_only().map_err(|refusal| (0, refusal))?;
        let mut tx = self.store.begin().map_err(|error| (0, error.into()))?;
        let mut receipts = Vec::with_capacity(acts.len());
        let count = acts.len();
        for (index, act) in acts.into_iter().enumerate() {
            if !keep_going(index) {
                return Err((index, Refused::cancelled()));
            }
            receipts
                .push(perform_in(&mut tx, session, act, false, stamp).map_err(|refusal| (index, refusal))?);
        }
        tx.commit().map_err(|error| (count, error.into()))?;
        Ok(receipts)
    }
}

fn perform_in(
    tx: &mut Tx<'_>,
    session: &Session,
    act: Act,
    signed: bool,
    stamp: &Stamp,
) -> Result<Receipt, Refused> {
    let actor = session.actor(signed, stamp);
    let Act { request, reason, occurred_at, late_reason } = act;
    let (deed, blobs) = deed(request)?;
    let said = Said { reason, occurred_at, late_reason };
    let (mut commit, done, code) = draft(tx, session, &actor, (deed, said), stamp)?;
    commit.blobs = blobs;
    tx.append(&commit)?;
    Ok(Receipt { seq: commit.event.seq, record: done.parts.record, made: done.made, code })
}

/// What a request asks for, with the bytes of the file that it brings.
fn deed(request: Request) -> Result<(Deed, Vec<NewBlob>), Refused> {
    let deed = match request {
        Request::Create { kind, set } => Deed::Create { kind, set },
        Request::Edit { id, set } => Deed::Edit { id, set },
        Request::Assign { id, owner } => Deed::Assign { id, owner },
        Request::Move { id, go, set } => Deed::Move { id, go, set },
        Request::Sign { id, meaning } => Deed::Sign { id, meaning },
        Request::Attach { to, file_name, file, description, source, captured_at } => {
            let told =
                AttachedFile { name: file_name, description, source, captured_at, ..AttachedFile::default() };
            return attach(to, told, file);
        }
        Request::InvitePerson { login, full_name, roles } => Deed::Invite { login, full_name, roles },
        Request::ResetAccess { person } => Deed::Reset { person },
        Request::VerifyIdentity { person, how } => Deed::VerifyIdentity { person, how },
        Request::AcknowledgeClock => Deed::AcknowledgeClock,
        Request::NoteImport { facts } => Deed::NoteImport { facts },
        Request::NotePacket { facts } => Deed::NotePacket { facts },
    };
    Ok((deed, Vec::new()))
}

fn attach(to: RecordId, told: AttachedFile, source: FileSource) -> Result<(Deed, Vec<NewBlob>), Refused> {
    let bytes = files::read(source)?;
    let sha256 = canonical::digest(&bytes);
    let media_type = files::media_type(&told.name).to_owned();
    let file = AttachedFile { media_type, bytes: bytes.len() as u64, sha256: sha256.clone(), ..told };
    let blobs = if file.bytes > BYTES_MAX { Vec::new() } else { vec![NewBlob { sha256, bytes }] };
    Ok((Deed::Attach { to, file }, blobs))
}
