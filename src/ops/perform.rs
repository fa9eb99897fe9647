//! The door: one function through which every change goes.
//!
//! Permission, rule, change, event, signature, read-back, commit; or a refusal, and nothing changed.

mod moves;
mod people;
pub(super) mod records;

pub(super) use records::may_be_filled_when_made;

use serde_json::Value;

use super::file::ProductFile;
use super::refused::Refused;
use super::request::{Act, Receipt, Request};
use super::secrets::Password;
use super::session::Session;
use super::work::Work;
use crate::clock::Stamp;
use crate::domain::canonical;
use crate::domain::event::{CodeKey, Event, NewKey};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::signature::Signature;
use crate::domain::time::{CLOCK_TOLERANCE_SECONDS, Moment};
use crate::store::{Commit, NewBlob, Tx};

/// What an event says besides who, when and what changed.
#[derive(Debug, Default)]
pub(super) struct EventParts {
    pub request: String,
    pub record: Option<RecordId>,
    pub role: Option<Role>,
    pub reason: Option<String>,
    pub occurred_at: Option<Moment>,
    pub late_reason: Option<String>,
    pub facts: Value,
    pub keys: Vec<NewKey>,
    pub code_key: Option<CodeKey>,
    pub blobs: Vec<NewBlob>,
}

/// Ends a change: makes its event and signs it.
pub(super) fn draft_event(
    session: &Session,
    work: Work<'_>,
    parts: EventParts,
    stamp: &Stamp,
) -> Result<Commit, Refused> {
    let head = work.head().clone();
    let seq = head.seq + 1;
    let signatures: Vec<_> = work
        .signatures_made()
        .into_iter()
        .map(|signature| session.signed(Signature { event: seq, ..signature }.canonical()))
        .collect();
    let (records, changes) = work.finish()?;
    let back = head.at.map_or(0, |last| last.seconds_since(stamp.now));
    let event = Event {
        seq,
        at: stamp.now,
        offset_minutes: stamp.offset_minutes,
        occurred_at: parts.occurred_at,
        late_reason: parts.late_reason,
        clock_back_seconds: (back > CLOCK_TOLERANCE_SECONDS).then_some(back.unsigned_abs()),
        actor: session.person,
        login: session.login.clone(),
        name: session.name.clone(),
        role: parts.role,
        request: parts.request,
        record: parts.record,
        changes,
        reason: parts.reason,
        facts: parts.facts,
        keys: parts.keys,
        code_key: parts.code_key,
        signatures: signatures.iter().map(|signed| canonical::digest(signed.body.as_bytes())).collect(),
        machine: stamp.machine.clone(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        previous: head.digest,
    };
    let signed = session.signed(event.canonical());
    Ok(Commit {
        event,
        signed,
        records,
        signatures,
        blobs: parts.blobs,
        keys: Vec::new(),
        credentials: Vec::new(),
    })
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
    let (commit, receipt) = {
        let mut job = Job::new(tx, session, signed, stamp)?;
        let parts = job.request(act)?;
        let receipt =
            Receipt { seq: 0, record: parts.record, made: job.work.made().to_vec(), code: job.code.take() };
        let eventful =
            parts.code_key.is_some() || !parts.facts.is_null() || !job.work.signatures_made().is_empty();
        let commit = draft_event(session, job.work, parts, stamp)?;
        if commit.event.changes.is_empty() && !eventful && commit.event.request != "clock.acknowledge" {
            return Err(Refused::NoChange);
        }
        (commit, receipt)
    };
    tx.append(&commit)?;
    Ok(Receipt { seq: commit.event.seq, ..receipt })
}

/// One request on its way through the door.
struct Job<'a> {
    work: Work<'a>,
    session: &'a Session,
    person: Person,
    /// Whether the password was just given.
    signed: bool,
    stamp: &'a Stamp,
    code: Option<String>,
}

impl<'a> Job<'a> {
    fn new(tx: &'a Tx<'_>, session: &'a Session, signed: bool, stamp: &'a Stamp) -> Result<Self, Refused> {
        let work = Work::new(tx.store(), session.person, stamp.now);
        let data = work.get(session.person)?;
        if data.head.state != PersonState::Active.code() {
            return Err(Refused::Rule(
                "your account is not active any more; ask an administrator".to_owned(),
            ));
        }
        let person: Person =
            data.typed().ok_or_else(|| Refused::Rule("your account cannot be read".to_owned()))?;
        if *person.key_fingerprint != *super::secrets::fingerprint(&session.key) {
            return Err(Refused::Rule("your key was replaced since you signed in; sign in again".to_owned()));
        }
        Ok(Self { work, session, person, signed, stamp, code: None })
    }

    /// The role by which the person may, or a refusal that names those who may.
    fn role(&self, what: &str, roles: &[Role]) -> Result<Role, Refused> {
        roles
            .iter()
            .copied()
            .find(|role| self.person.roles.contains(role))
            .ok_or_else(|| Refused::NotAllowed { what: what.to_owned(), roles: roles.to_vec() })
    }

    fn request(&mut self, act: Act) -> Result<EventParts, Refused> {
        let Act { request, reason, occurred_at, late_reason } = act;
        let reason = reason.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let name = request.name();
        let occurred_at = match occurred_at {
            Some(at) => Some(at),
            None => self.received_at(&request)?,
        };
        let late_reason = self.late(occurred_at, late_reason)?;
        let mut parts = match request {
            Request::Create { kind, set } => self.create(kind, &set)?,
            Request::Edit { id, set } => self.edit(id, &set, reason.as_deref())?,
            Request::Assign { id, owner } => self.assign(id, owner)?,
            Request::Move { id, go, set } => self.go(id, &go, &set, reason.as_deref())?,
            Request::Sign { id, meaning } => self.sign(id, meaning, reason.as_deref())?,
            Request::Attach { to, file_name, file, description, source, captured_at } => {
                self.attach(to, &file_name, file, [description, source], captured_at)?
            }
            Request::InvitePerson { login, full_name, roles } => self.invite(&login, &full_name, &roles)?,
            Request::ResetAccess { person } => self.reset(person, reason.as_deref())?,
            Request::VerifyIdentity { person, how } => self.verify_identity(person, &how)?,
            Request::AcknowledgeClock => self.acknowledge_clock(reason.as_deref())?,
            Request::NoteImport { facts } => {
                self.note(&[Role::Support, Role::Quality], "Importing feedback", facts)?
            }
            Request::NotePacket { facts } => self.note(&READERS, "Producing a packet", facts)?,
        };
        parts.request = name;
        parts.reason = reason;
        parts.occurred_at = occurred_at;
        parts.late_reason = late_reason;
        Ok(parts)
    }

    /// A late entry, more than one working day after the fact, asks why (ALCOA+ "contemporaneous").
    fn late(&self, occurred_at: Option<Moment>, reason: Option<String>) -> Result<Option<String>, Refused> {
        let Some(occurred_at) = occurred_at else { return Ok(None) };
        if occurred_at.is_ahead_of(self.stamp.now) {
            return Err(Refused::Rule(format!("{} lies in the future", occurred_at.words())));
        }
        if self.stamp.now.day() <= occurred_at.day().plus_working_days(1) {
            return Ok(None);
        }
        match reason.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) {
            Some(reason) => Ok(Some(reason)),
            None => Err(Refused::NeedsReason(format!(
                "an entry more than one working day after it happened ({})",
                occurred_at.words()
            ))),
        }
    }

    /// When the thing of a feedback happened for the organisation, where the request tells it anew: its receipt.
    fn received_at(&self, request: &Request) -> Result<Option<Moment>, Refused> {
        let (set, before) = match request {
            Request::Create { kind: Kind::Feedback, set } => (set, None),
            Request::Edit { id, set } | Request::Move { id, set, .. } if id.kind == Kind::Feedback => {
                (set, Some(self.work.get(*id)?))
            }
            _ => return Ok(None),
        };
        let moment = |value: &Value| value.as_str().and_then(|text| Moment::parse(text).ok());
        let told = set.get("received_at").and_then(moment);
        let known = before.and_then(|data| moment(data.value("received_at")));
        Ok(told.filter(|told| known != Some(*told)))
    }

    fn note(&self, roles: &[Role], what: &str, facts: Value) -> Result<EventParts, Refused> {
        let role = self.role(what, roles)?;
        let record = facts.get("record").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Ok(EventParts { role: Some(role), record, facts, ..EventParts::default() })
    }
}

/// Everybody may produce a packet, the auditor too.
const READERS: [Role; 13] = [
    Role::Quality,
    Role::Regulatory,
    Role::DevLead,
    Role::Developer,
    Role::Tester,
    Role::RiskManager,
    Role::SecurityLead,
    Role::ReleaseManager,
    Role::Management,
    Role::Support,
    Role::Reporter,
    Role::SysAdmin,
    Role::Auditor,
];
