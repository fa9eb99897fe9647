//! Performing requests: the one function through which every change goes. `domain::requests` decides what a request does,
//! who may make it and what prevents it; this module applies that to the file.
//!
//! Permission, rule, change, event, signature, read-back, commit; or a refusal, and nothing is changed.

use super::file::ProductFile;
use super::files;
use super::refused::{Refused, require_clock};
use super::request::Receipt;
use super::secrets::{self, Password};
use super::session::Session;
use super::soup::evidence;
use crate::domain::attachment::BYTES_MAX;
use crate::domain::canonical;
use crate::domain::event::{CodeKey, Event, Grant, NewKey};
use crate::domain::requests::{
    self, Act, Actor, CodeFor, FileDigest, FileSource, Outcome, Preview, RULES, Remarks, Request,
};
use crate::domain::signature::Signature;
use crate::store::{Commit, Head, Measured, NewBlob, Reading, Tx};
use mainstay_base::clock::Stamp;

/// The share of the work on an attachment that is done once its file was read for its digest.
const MEASURED: f32 = 0.3;

/// The credential and the grant for a new key.
pub(super) struct NewAccess {
    pub grant: Grant,
    pub credential: crate::store::Credential,
}

/// Performs a request up to its signed event. Returns it with the one-time code that it issues, if any.
pub(super) fn draft(
    tx: &Tx<'_>,
    session: &Session,
    actor: &Actor,
    act: Act,
    stamp: &Stamp,
) -> Result<(Commit, Outcome, Option<String>), Refused> {
    let outcome = tx.read(|reading| requests::perform(reading, actor, act))?;
    let code = outcome.code.map(|whom| Ok::<_, Refused>((whom, secrets::new_code()?))).transpose()?;
    let code_key = code.as_ref().map(|(whom, code)| CodeKey {
        person: match whom {
            CodeFor::Person(person) => Some(*person),
            CodeFor::Recovery => None,
        },
        public_key: secrets::public_hex(&secrets::code_key(code)),
    });
    let commit = commit(session, tx.store().head(), &outcome, code_key, stamp);
    Ok((commit, outcome, code.map(|(_, code)| code)))
}

fn commit(
    session: &Session,
    head: &Head,
    outcome: &Outcome,
    code_key: Option<CodeKey>,
    stamp: &Stamp,
) -> Commit {
    let seq = head.seq + 1;
    let signatures: Vec<_> = outcome
        .signatures
        .iter()
        .map(|signature| session.signed(Signature { event: seq, ..signature.clone() }.canonical()))
        .collect();
    let Remarks { reason, occurred_at, late_reason } = outcome.remarks.clone();
    let event = Event {
        seq,
        at: stamp.now,
        offset_minutes: stamp.offset_minutes,
        occurred_at,
        late_reason,
        clock_back_seconds: outcome.clock_back_seconds,
        clock_seen: outcome.clock_seen,
        actor: session.person,
        login: session.login.clone(),
        name: outcome.name.clone(),
        role: outcome.parts.role,
        request: outcome.request.clone(),
        record: outcome.parts.record,
        changes: outcome.changes.clone(),
        rules: RULES,
        given: outcome.given.clone(),
        reason,
        facts: outcome.parts.facts.clone(),
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
        records: outcome.records.clone(),
        signatures,
        blobs: Vec::new(),
        keys: Vec::new(),
        credentials: Vec::new(),
    }
}

/// Performs and writes a request that brings a new key into force. Returns the one-time code that it issues, if any.
pub(super) fn perform_with_new_key(
    tx: &mut Tx<'_>,
    session: &Session,
    request: Request,
    access: NewAccess,
    stamp: &Stamp,
) -> Result<Option<String>, Refused> {
    let actor = session.actor(false, stamp);
    let (mut commit, outcome, code) = draft(tx, session, &actor, request.into(), stamp)?;
    let public_key = secrets::public_hex(&session.key);
    commit.event.keys = outcome
        .lets_in
        .map(|person| NewKey {
            person,
            credential: access.credential.digest(&public_key),
            public_key,
            grant: access.grant,
        })
        .into_iter()
        .collect();
    commit.signed = session.signed(commit.event.canonical());
    commit.keys.push((session.key_number, session.person, session.key.verifying_key().to_bytes()));
    commit.credentials.push(access.credential);
    tx.append(&commit)?;
    Ok(code)
}

impl ProductFile {
    /// Performs one request. A request that is signed needs the password.
    pub fn perform(
        &mut self,
        session: &Session,
        act: Act,
        password: Option<&Password>,
        stamp: &Stamp,
    ) -> Result<Receipt, Refused> {
        self.perform_while(session, (act, password), stamp, &|_| true)
    }

    /// The same, for a request that attaches a large file: `keep_going` is asked with the share that is done. `false` cancels,
    /// and nothing is changed.
    pub fn perform_while(
        &mut self,
        session: &Session,
        (act, password): (Act, Option<&Password>),
        stamp: &Stamp,
        keep_going: &dyn Fn(f32) -> bool,
    ) -> Result<Receipt, Refused> {
        let continues = matches!(act.request, Request::Continue(_));
        let acknowledges = matches!(act.request, Request::AcknowledgeClock);
        if act.request.leads_to_continuing() {
            self.refuse_reader()?;
        } else {
            self.refuse_read_only()?;
        }
        self.refuse_nothing_lost(&act.request)?;
        if let Some(password) = password {
            self.reauthenticate(session, password, stamp)?;
        }
        let act = with_digest(act, &|share| keep_going(share * MEASURED))?;
        // Without a transaction under way, because SQLite takes the setting only then.
        self.store.spill(act.1.iter().any(NewBlob::is_large))?;
        let receipt = self.perform_alone(session, act, (password.is_some(), stamp), keep_going);
        // What was performed stays performed, also if the setting cannot be taken back.
        let _ = self.store.spill(false);
        if continues && receipt.is_ok() {
            self.hold_back(None);
        }
        if acknowledges && receipt.is_ok() {
            self.clock_acknowledged();
        }
        receipt
    }

    fn perform_alone(
        &mut self,
        session: &Session,
        act: (Act, Vec<NewBlob>),
        signed_at: (bool, &Stamp),
        keep_going: &dyn Fn(f32) -> bool,
    ) -> Result<Receipt, Refused> {
        let all = act.1.iter().map(|blob| blob.bytes).sum::<u64>().max(1);
        let go_on = |written: u64| keep_going(MEASURED + (1.0 - MEASURED) * (written as f32 / all as f32));
        let mut tx = self.store.begin()?;
        let receipt = perform_in(&mut tx, session, act, signed_at, &go_on)?;
        tx.commit()?;
        Ok(receipt)
    }

    /// A preview of an act: its conditions, which of them are unmet, what would be signed and what would change. Nothing is written.
    pub fn preview(&self, session: &Session, act: Act, stamp: &Stamp) -> Result<Preview, Refused> {
        let (act, _) = with_digest(act, &|_| true)?;
        let unmet = evidence::unmet(&self.store, &act.request)?;
        let mut preview = requests::preview(&Reading::new(&self.store), &session.actor(false, stamp), act)?;
        preview.missing.extend(unmet.map(|(_, condition)| condition));
        Ok(preview)
    }

    /// Performs several requests in one transaction: all of them, or none. `keep_going` is called before each with
    /// its index; `false` cancels. A refusal names the index of the refused request.
    pub fn perform_all(
        &mut self,
        session: &Session,
        acts: Vec<Act>,
        keep_going: &dyn Fn(usize) -> bool,
        stamp: &Stamp,
    ) -> Result<Vec<Receipt>, (usize, Refused)> {
        self.refuse_read_only().map_err(|refusal| (0, refusal))?;
        self.perform_together(session, acts, (false, stamp), keep_going)
    }

    /// The same for requests that are signed. The password is entered once for all of them, each is signed for itself, and each is
    /// refused if its content is not what was read.
    pub fn perform_all_signed(
        &mut self,
        session: &Session,
        (acts, password): (Vec<Act>, &Password),
        keep_going: &dyn Fn(usize) -> bool,
        stamp: &Stamp,
    ) -> Result<Vec<Receipt>, (usize, Refused)> {
        self.refuse_read_only().map_err(|refusal| (0, refusal))?;
        self.reauthenticate(session, password, stamp).map_err(|refusal| (0, refusal))?;
        self.perform_together(session, acts, (true, stamp), keep_going)
    }

    fn perform_together(
        &mut self,
        session: &Session,
        acts: Vec<Act>,
        signed_at: (bool, &Stamp),
        keep_going: &dyn Fn(usize) -> bool,
    ) -> Result<Vec<Receipt>, (usize, Refused)> {
        let mut tx = self.store.begin().map_err(|error| (0, error.into()))?;
        let mut receipts = Vec::with_capacity(acts.len());
        let count = acts.len();
        let acknowledges = acts.iter().any(|act| matches!(act.request, Request::AcknowledgeClock));
        for (index, act) in acts.into_iter().enumerate() {
            if !keep_going(index) {
                return Err((index, Refused::cancelled()));
            }
            let done = with_digest(act, &|_| true)
                .and_then(|act| perform_in(&mut tx, session, act, signed_at, &|_| true));
            receipts.push(done.map_err(|refusal| (index, refusal))?);
        }
        tx.commit().map_err(|error| (count, error.into()))?;
        if acknowledges {
            self.clock_acknowledged();
        }
        Ok(receipts)
    }

    /// What the workstation saw elsewhere is over: somebody confirmed the clock.
    fn clock_acknowledged(&mut self) {
        self.acknowledged = true;
        self.see_clock(None);
    }
}

fn perform_in(
    tx: &mut Tx<'_>,
    session: &Session,
    (act, blobs): (Act, Vec<NewBlob>),
    (signed, stamp): (bool, &Stamp),
    keep_going: &dyn Fn(u64) -> bool,
) -> Result<Receipt, Refused> {
    require_clock(stamp)?;
    let actor = session.actor(signed, stamp);
    let unmet = evidence::unmet(tx.store(), &act.request)?;
    let drafted = draft(tx, session, &actor, act, stamp);
    let (mut commit, outcome, code) = evidence::require(drafted, unmet)?;
    commit.blobs = blobs;
    tx.append_while(&commit, keep_going)?;
    Ok(Receipt { seq: commit.event.seq, record: outcome.parts.record, made: outcome.made, code })
}

/// The act with the digest of its file, and the bytes separately.
fn with_digest(act: Act, keep_going: &dyn Fn(f32) -> bool) -> Result<(Act, Vec<NewBlob>), Refused> {
    let Act { request: Request::Attach { to, file_name, file, description, source, captured_at }, .. } = act
    else {
        return Ok((act, Vec::new()));
    };
    let from = files::source(file)?;
    let Measured { bytes, sha256 } = files::measure(&from, keep_going)?;
    let media_type = files::media_type(&file_name).to_owned();
    let file = FileDigest { media_type, bytes, sha256: sha256.clone() };
    let blobs = if bytes > BYTES_MAX { Vec::new() } else { vec![NewBlob { sha256, bytes, source: from }] };
    let file = FileSource::Digest(file);
    let request = Request::Attach { to, file_name, file, description, source, captured_at };
    Ok((Act { request, ..act }, blobs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Kind;
    use crate::domain::product::SafetyClass;
    use crate::ops::{FirstPerson, NewFile, NewProduct, default_policy};
    use mainstay_base::clock::stamp;

    #[test]
    fn writing_an_event_looks_through_no_rows_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let new = NewFile {
            product: NewProduct {
                name: "Pump".to_owned(),
                manufacturer: "Example Devices".to_owned(),
                class: SafetyClass::B,
                class_rationale: "Non-serious injury is possible".to_owned(),
                markets: Vec::new(),
            },
            person: FirstPerson {
                login: "ana".to_owned(),
                full_name: "Ana Example".to_owned(),
                roles: Vec::new(),
            },
            policy: default_policy(),
        };
        let password = Password::new("lantern orchard mends the quiet tide".to_owned());
        let path = folder.path().join("pump.mainstay");
        let (mut file, session, _) = ProductFile::create(&path, &new, &password, &stamp()).unwrap();
        let acts = (0..20)
            .map(|number| {
                let set = serde_json::json!({"title": format!("Review {number}"), "trigger": "other"});
                let set = set.as_object().cloned().unwrap_or_default();
                Act::from(Request::Create { kind: Kind::SoupReview, parent: None, set })
            })
            .collect();
        file.perform_all(&session, acts, &|_| true, &stamp()).unwrap();
        let (events, rows) = file.store.events_and_rows_looked_through();
        assert!(events >= 20, "the statement that is asked wrote the events: {events}");
        assert_eq!(rows, 0);
    }
}
