//! The door: what each request does, who may, what it needs and what follows from it.
//!
//! It has one place, because two look through it: `ops` performs by it on a file, and the verification performs every
//! event of the audit trail again on what the events before it say. What the one refuses, the other finds.

mod deed;
mod ground;
mod moves;
mod people;
mod records;
mod work;

use serde_json::Value;

pub use deed::{AttachedFile, CodeFor, Deed, HandsOut, assignable};
pub use ground::{Account, Ground};
pub use records::may_be_filled_when_made;
pub use work::{POLICY, PRODUCT, Work};

use super::event::RecordChange;
use super::ids::{Kind, RecordId};
use super::person::{Person, PersonState, Role};
use super::record::RecordData;
use super::refused::Refusal;
use super::signature::Signature;
use super::time::Moment;

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
}

/// What a person says about a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Why.
    pub reason: Option<String>,
    /// When it happened, where that was before now.
    pub occurred_at: Option<Moment>,
    /// Why it is entered late.
    pub late_reason: Option<String>,
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
pub struct Done {
    /// Name of the request.
    pub request: String,
    /// The actor's full name.
    pub name: String,
    /// What the event says besides.
    pub parts: EventParts,
    /// The one-time code that it gives out.
    pub code: Option<CodeFor>,
    /// Whose key comes into force with it.
    pub lets_in: Option<RecordId>,
    /// What the person said.
    pub said: Said,
    /// Seconds by which the clock stood back.
    pub clock_back_seconds: Option<u64>,
    /// The electronic signatures; the number of their event is still open.
    pub signatures: Vec<Signature>,
    /// The records as they are afterwards.
    pub records: Vec<RecordData>,
    /// What the event says of them.
    pub changes: Vec<RecordChange>,
    /// The records that were made.
    pub made: Vec<RecordId>,
}

/// Performs a request on a ground that it leaves as it is; answers what it brings about, or why it is refused.
pub fn perform<F>(ground: &dyn Ground<F>, actor: &Actor, deed: Deed, said: Said) -> Result<Done, Refusal<F>> {
    let request = deed.name();
    let hands_out = deed.hands_out();
    let mut work = Work::new(ground, actor.person, actor.now);
    let (parts, said, name) = match deed {
        Deed::Found { product, policy, person, facts } => {
            let parts = people::found(&mut work, actor, [product, policy, person], facts)?;
            (parts, Said::default(), work.get(actor.person)?.title().to_owned())
        }
        Deed::Enter { recovers } => {
            let parts = people::enter(&mut work, actor, recovers)?;
            (parts, Said::default(), work.get(actor.person)?.title().to_owned())
        }
        other => {
            let mut job = Job::new(work, actor)?;
            let said = job.heard(&other, said)?;
            let parts = job.deed(other, said.reason.as_deref())?;
            work = job.work;
            (parts, said, job.account.1.title.to_string())
        }
    };
    let clock_back_seconds = work.clock()?.back(actor.now);
    let signatures = work.signatures_made();
    let made = work.made().to_vec();
    let (records, changes) = work.finish()?;
    let (code, lets_in) = (hands_out.code(parts.record), hands_out.lets_in(actor.person));
    let eventful = code.is_some() || !parts.facts.is_null() || !signatures.is_empty();
    if changes.is_empty() && !eventful && request != super::clock::ACKNOWLEDGE {
        return Err(Refusal::NoChange);
    }
    Ok(Done {
        request,
        name,
        parts,
        code,
        lets_in,
        said,
        clock_back_seconds,
        signatures,
        records,
        changes,
        made,
    })
}

/// One request of somebody who has an account, on its way through the door.
struct Job<'a, F> {
    work: Work<'a, F>,
    actor: RecordId,
    account: Account,
    signed: bool,
    now: Moment,
    offset_minutes: i32,
}

impl<'a, F> Job<'a, F> {
    fn new(work: Work<'a, F>, actor: &Actor) -> Result<Self, Refusal<F>> {
        let account = work
            .account(actor.person)?
            .ok_or_else(|| Refusal::Rule("your account cannot be read".to_owned()))?;
        let (state, person) = &*account;
        if state != PersonState::Active.code() {
            return Err(Refusal::Rule(
                "your account is not active any more; ask an administrator".to_owned(),
            ));
        }
        if *person.key_fingerprint != *actor.fingerprint {
            return Err(Refusal::Rule("your key was replaced since you signed in; sign in again".to_owned()));
        }
        Ok(Self {
            work,
            actor: actor.person,
            account,
            signed: actor.signed,
            now: actor.now,
            offset_minutes: actor.offset_minutes,
        })
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
    fn heard(&self, deed: &Deed, said: Said) -> Result<Said, Refusal<F>> {
        let plain =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let occurred_at = match said.occurred_at {
            Some(at) => Some(at),
            None => self.received_at(deed)?,
        };
        let late_reason = self.late(occurred_at, plain(said.late_reason))?;
        Ok(Said { reason: plain(said.reason), occurred_at, late_reason })
    }

    fn deed(&mut self, deed: Deed, reason: Option<&str>) -> Result<EventParts, Refusal<F>> {
        match deed {
            Deed::Create { kind, set } => self.create(kind, &set),
            Deed::Edit { id, set } => self.edit(id, &set, reason),
            Deed::Assign { id, owner } => self.assign(id, owner),
            Deed::Move { id, go, set } => self.go(id, &go, &set, reason),
            Deed::Sign { id, meaning } => self.sign(id, meaning, reason),
            Deed::Attach { to, file } => self.attach(to, file),
            Deed::Invite { login, full_name, roles } => self.invite(&login, &full_name, &roles),
            Deed::Reset { person } => self.reset(person, reason),
            Deed::VerifyIdentity { person, how } => self.verify_identity(person, &how),
            Deed::AcknowledgeClock => self.acknowledge_clock(reason),
            Deed::NoteImport { facts } => {
                self.note(&[Role::Support, Role::Quality], "Importing feedback", facts)
            }
            Deed::NotePacket { facts } => self.note(&READERS, "Producing a packet", facts),
            Deed::NoteFailures { facts } => {
                Ok(EventParts { record: Some(self.actor), facts, ..EventParts::default() })
            }
            Deed::NotePassword => {
                let facts = serde_json::json!({"key": self.person().key_fingerprint});
                Ok(EventParts { record: Some(self.actor), facts, ..EventParts::default() })
            }
            Deed::Found { .. } | Deed::Enter { .. } => {
                Err(Refusal::Rule("it is not done by somebody who has an account".to_owned()))
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
        if self.now.day() <= occurred_at.day().plus_working_days(1) {
            return Ok(None);
        }
        match reason {
            Some(reason) => Ok(Some(reason)),
            None => Err(Refusal::NeedsReason(format!(
                "an entry more than one working day after it happened ({})",
                occurred_at.words()
            ))),
        }
    }

    /// When the thing of a feedback happened for the organisation, where the request tells it anew: its receipt.
    fn received_at(&self, deed: &Deed) -> Result<Option<Moment>, Refusal<F>> {
        let (set, before) = match deed {
            Deed::Create { kind: Kind::Feedback, set } => (set, None),
            Deed::Edit { id, set } | Deed::Move { id, set, .. } if id.kind == Kind::Feedback => {
                (set, Some(self.work.get(*id)?))
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
