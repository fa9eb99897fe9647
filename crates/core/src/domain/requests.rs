//! Requests: what each does, who may, what it needs and what follows from it.
//!
//! It has one place, because two use it: `ops` performs by it on a file, and the verification performs every
//! event of the audit trail again on what the events before it say. What the one refuses, the other finds.

mod change_set;
mod from_event;
mod moves;
mod people;
mod preview;
mod record_source;
mod records;
mod request;

use std::cell::RefCell;

use serde_json::Value;

pub use super::policy::POLICY;
pub use super::product::PRODUCT;
pub use change_set::ChangeSet;
pub use from_event::request_of;
pub use preview::{Asks, Preview, SignedPart, preview};
pub use record_source::{Account, RecordSource};
pub use records::{may_be_filled_when_made, refuse_parent};
pub use request::{Act, CodeFor, FileDigest, FileSource, HandsOut, ReadPart, Remarks, Request};

use crate::domain::event::RecordChange;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::record::Fields;
use crate::domain::refused::Refusal;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::time::Moment;
use crate::domain::workflow::{Condition, World};
use preview::{refuse_unread, signed_parts};
use records::AttachedFile;

/// The rule set by which this program performs requests. An event names the one by which it was performed, and verification
/// performs it again by that one: a guard that comes later applies from its rule set on (`docs/adr/0017`).
pub const RULES: u32 = 1;

/// Who acts, when, and with what proof.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The person.
    pub person: RecordId,
    /// Fingerprint of the key by which the person acts.
    pub fingerprint: String,
    /// Whether the password was just given.
    pub signed: bool,
    /// When.
    pub now: Moment,
    /// Offset of the place's local time from UTC, in minutes.
    pub offset_minutes: i32,
    /// By which rule set: [`RULES`] for a new request, the one that the event names where it is performed again.
    pub rules: u32,
}

/// What an event says besides who, when and what changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventParts {
    /// The record that it was done to.
    pub record: Option<RecordId>,
    /// The role that allows it.
    pub role: Option<Role>,
    /// Further facts.
    pub facts: Value,
}

/// What a request brings about: everything that its event says of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Name of the request.
    pub request: String,
    /// The actor's full name.
    pub name: String,
    /// What the event says besides.
    pub parts: EventParts,
    /// Names of the fields that the person gave and that changed, sorted.
    pub given: Vec<String>,
    /// The one-time code that it gives out.
    pub code: Option<CodeFor>,
    /// Whose key comes into force with it.
    pub lets_in: Option<RecordId>,
    /// What the person said about it.
    pub remarks: Remarks,
    /// Seconds by which the clock stood back.
    pub clock_back_seconds: Option<u64>,
    /// The electronic signatures; the number of their event is still open.
    pub signatures: Vec<Signature>,
    /// The records as they are afterwards.
    pub records: Vec<SharedRecord>,
    /// What the event says of them.
    pub changes: Vec<RecordChange>,
    /// The records that were made.
    pub made: Vec<RecordId>,
}

/// Performs a request on a source that it leaves as it is; answers what it brings about, or why it is refused.
pub fn perform<F>(source: &dyn RecordSource<F>, actor: &Actor, act: Act) -> Result<Outcome, Refusal<F>> {
    run(source, actor, act, Mode::Perform).map(|run| run.outcome)
}

/// Whether a request is performed, or only looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Whatever it still asks for is a refusal.
    Perform,
    /// Whatever it still asks for is noted, and it goes on as if that were given.
    Preview,
}

/// A request that was run: what it brings about, and what a dry run noted.
struct Run {
    outcome: Outcome,
    asks: Asks,
    missing: Vec<Condition>,
    signed: Vec<SignedPart>,
}

fn run<F>(source: &dyn RecordSource<F>, actor: &Actor, act: Act, mode: Mode) -> Result<Run, Refusal<F>> {
    let Act { request, reason, occurred_at, late_reason, read } = act;
    let remarks = Remarks { reason, occurred_at, late_reason };
    let name = request.name();
    let hands_out = request.hands_out();
    let mut change = ChangeSet::new(source, actor);
    let mut noted = Noted::default();
    let (parts, remarks, given, person) = match request {
        Request::CreateFile { product, policy, person, facts } => {
            let parts = people::create_file(&mut change, actor, [product, policy, person], facts)?;
            (parts, Remarks::default(), Vec::new(), change.get(actor.person)?.title().to_owned())
        }
        Request::EnterWithCode { recovers } => {
            let parts = people::enter(&mut change, actor, recovers)?;
            (parts, Remarks::default(), Vec::new(), change.get(actor.person)?.title().to_owned())
        }
        Request::ChangePassword => {
            let parts = people::change_password(&mut change, actor)?;
            (parts, Remarks::default(), Vec::new(), change.get(actor.person)?.title().to_owned())
        }
        other => {
            let mut job = Job::new(change, actor, mode)?;
            let remarks = job.read_remarks(&other, remarks)?;
            let parts = job.perform(other, remarks.reason.as_deref())?;
            let given = job.given_names()?;
            change = job.change;
            noted = job.noted.into_inner();
            (parts, remarks, given, job.account.1.title.to_string())
        }
    };
    let clock_back_seconds = change.clock()?.back(actor.now);
    let signatures = change.signatures_made();
    let signed = signed_parts(&change, &signatures)?;
    refuse_unread(&signed, read)?;
    let made = change.made().to_vec();
    let (records, changes) = change.finish()?;
    let (code, lets_in) = (hands_out.code(parts.record), hands_out.lets_in(actor.person));
    let eventful = code.is_some() || !parts.facts.is_null() || !signatures.is_empty();
    if changes.is_empty() && !eventful && name != crate::domain::clock::ACKNOWLEDGE {
        return Err(Refusal::NoChange);
    }
    let outcome = Outcome {
        request: name,
        name: person,
        parts,
        given,
        code,
        lets_in,
        remarks,
        clock_back_seconds,
        signatures,
        records,
        changes,
        made,
    };
    Ok(Run { outcome, asks: noted.asks, missing: noted.missing, signed })
}

/// What a dry run notes instead of refusing.
#[derive(Default)]
struct Noted {
    asks: Asks,
    missing: Vec<Condition>,
}

/// One request of somebody who has an account, while it is performed.
struct Job<'a, F> {
    change: ChangeSet<'a, F>,
    actor: RecordId,
    account: Account,
    signed: bool,
    now: Moment,
    offset_minutes: i32,
    mode: Mode,
    noted: RefCell<Noted>,
    /// The fields that the person gave for the record, with their values.
    given: Option<(RecordId, Fields)>,
}

impl<'a, F> Job<'a, F> {
    fn new(change: ChangeSet<'a, F>, actor: &Actor, mode: Mode) -> Result<Self, Refusal<F>> {
        let account = change
            .account(actor.person)?
            .ok_or_else(|| Refusal::Rule("your account cannot be read".to_owned()))?;
        let (state, person) = &account;
        if state != PersonState::Active.code() {
            return Err(Refusal::Rule(
                "your account is not active any more; ask an administrator".to_owned(),
            ));
        }
        if *person.key_fingerprint != *actor.fingerprint {
            return Err(Refusal::Rule("your key was replaced since you signed in; sign in again".to_owned()));
        }
        Ok(Self {
            change,
            actor: actor.person,
            account,
            signed: actor.signed,
            now: actor.now,
            offset_minutes: actor.offset_minutes,
            mode,
            noted: RefCell::default(),
            given: None,
        })
    }

    /// Asks for a reason where none is given.
    fn ask_reason(&self, given: Option<&str>, what: impl FnOnce() -> String) -> Result<(), Refusal<F>> {
        match (given, self.mode) {
            (Some(_), _) => Ok(()),
            (None, Mode::Perform) => Err(Refusal::NeedsReason(what())),
            (None, Mode::Preview) => {
                self.noted.borrow_mut().asks.reason.get_or_insert_with(what);
                Ok(())
            }
        }
    }

    /// Refuses what stands against a request; a dry run notes it and goes on.
    fn require(&self, what: String, conditions: Vec<Condition>) -> Result<(), Refusal<F>> {
        let unmet: Vec<_> = conditions.into_iter().filter(|condition| !condition.met).collect();
        match self.mode {
            Mode::Perform if unmet.is_empty() => Ok(()),
            Mode::Perform => Err(Refusal::Conditions { what, unmet }),
            Mode::Preview => {
                self.noted.borrow_mut().missing.extend(unmet);
                Ok(())
            }
        }
    }

    /// Names of the given fields that changed. What a person gives stands: nothing that follows from the request may set it
    /// to something else.
    fn given_names(&mut self) -> Result<Vec<String>, Refusal<F>> {
        let Some((id, given)) = self.given.take() else { return Ok(Vec::new()) };
        let after = self.change.get(id)?;
        for (name, value) in &given {
            if after.value(name) != value {
                return Err(Refusal::invalid(name, "is set by what follows from this act; leave it out")
                    .with_labels(id.kind.def()));
            }
        }
        let before = self.change.before(id);
        let changed =
            |name: &String| before.map_or(&Value::Null, |data| data.value(name)) != after.value(name);
        Ok(given.into_iter().map(|(name, _)| name).filter(|name| changed(name)).collect())
    }

    /// The person who acts, as they are before it.
    fn person(&self) -> &Person {
        &self.account.1
    }

    /// The role by which the person may, or a refusal that names those who may.
    fn role(&self, what: &str, roles: &[Role]) -> Result<Role, Refusal<F>> {
        roles
            .iter()
            .copied()
            .find(|role| self.person().roles.contains(role))
            .ok_or_else(|| Refusal::NotAllowed { what: what.to_owned(), roles: roles.to_vec() })
    }

    /// What the person says, as the event will have it.
    fn read_remarks(&self, request: &Request, remarks: Remarks) -> Result<Remarks, Refusal<F>> {
        let plain =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let occurred_at = match remarks.occurred_at {
            Some(at) => Some(at),
            None => self.received_at(request)?,
        };
        let late_reason = self.late(occurred_at, plain(remarks.late_reason))?;
        Ok(Remarks { reason: plain(remarks.reason), occurred_at, late_reason })
    }

    fn perform(&mut self, request: Request, reason: Option<&str>) -> Result<EventParts, Refusal<F>> {
        match request {
            Request::Create { kind, parent, set } => self.create(kind, parent, &set),
            Request::Edit { id, set } => self.edit(id, &set, reason),
            Request::Assign { id, owner } => self.assign(id, owner),
            Request::Move { id, go, set } => self.go(id, &go, &set, reason),
            Request::Sign { id, meaning } => self.sign(id, meaning, reason),
            Request::Attach { to, file_name, file, description, source, captured_at } => {
                let FileSource::Digest(file) = file else {
                    return Err(Refusal::Rule(format!("the bytes of {file_name} were not read")));
                };
                self.attach(to, AttachedFile { name: file_name, file, description, source, captured_at })
            }
            Request::InvitePerson { login, full_name, roles } => self.invite(&login, &full_name, &roles),
            Request::ResetAccess { person } => self.reset(person, reason),
            Request::VerifyIdentity { person, how } => self.verify_identity(person, &how),
            Request::AcknowledgeClock => self.acknowledge_clock(reason),
            Request::NoteImport { facts } => {
                self.note(&[Role::Support, Role::Quality], "Importing feedback", facts)
            }
            Request::NotePacket { facts } => self.note(&READERS, "Producing a packet", facts),
            Request::NoteFailedSignIns { facts } => {
                Ok(EventParts { record: Some(self.actor), facts, ..EventParts::default() })
            }
            Request::CreateFile { .. } | Request::EnterWithCode { .. } | Request::ChangePassword => {
                Err(Refusal::Rule("it is done with a new key".to_owned()))
            }
        }
    }

    /// A late entry, more than one working day after the fact, asks why (ALCOA+ "contemporaneous").
    fn late(
        &self,
        occurred_at: Option<Moment>,
        reason: Option<String>,
    ) -> Result<Option<String>, Refusal<F>> {
        let Some(occurred_at) = occurred_at else { return Ok(None) };
        if occurred_at.is_ahead_of(self.now) {
            return Err(Refusal::Rule(format!("{} lies in the future", occurred_at.words())));
        }
        // A working day later is never before the next day, and most entries are made at once.
        if self.now.day() <= occurred_at.day().plus_days(1) {
            return Ok(None);
        }
        // The calendar is that of the file's policy as it is before the act, so that verification counts the same.
        let world: &dyn World = &self.change;
        if self.now.day() <= world.policy().calendar().after(occurred_at.day(), 1) {
            return Ok(None);
        }
        let what =
            || format!("an entry more than one working day after it happened ({})", occurred_at.words());
        match (reason, self.mode) {
            (Some(reason), _) => Ok(Some(reason)),
            (None, Mode::Perform) => Err(Refusal::NeedsReason(what())),
            (None, Mode::Preview) => {
                self.noted.borrow_mut().asks.late_reason = Some(what());
                Ok(None)
            }
        }
    }

    /// When the thing of a feedback happened for the organisation, where the request tells it anew: its receipt.
    fn received_at(&self, request: &Request) -> Result<Option<Moment>, Refusal<F>> {
        let (set, before) = match request {
            Request::Create { kind: Kind::Feedback, set, .. } => (set, None),
            Request::Edit { id, set } | Request::Move { id, set, .. } if id.kind == Kind::Feedback => {
                (set, Some(self.change.get(*id)?))
            }
            _ => return Ok(None),
        };
        let moment = |value: &Value| value.as_str().and_then(|text| Moment::parse(text).ok());
        let told = set.get("received_at").and_then(moment);
        let known = before.and_then(|data| moment(data.value("received_at")));
        Ok(told.filter(|told| known != Some(*told)))
    }

    fn note(&self, roles: &[Role], what: &str, facts: Value) -> Result<EventParts, Refusal<F>> {
        let role = self.role(what, roles)?;
        let record = facts.get("record").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Ok(EventParts { record, role: Some(role), facts })
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
