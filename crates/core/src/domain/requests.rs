//! Requests: what each does, who may perform it, what it needs and what follows from it.
//!
//! There is one implementation for two users: `ops` performs requests on a file, and verification performs every event of the
//! audit trail again on the state that the earlier events produced. What the first refuses, the second reports.

mod change_set;
mod continuing;
mod from_event;
mod moves;
mod people;
mod preview;
mod record_source;
mod records;
mod request;
mod time_stamp;

use std::cell::RefCell;

use serde_json::Value;

pub use super::person::NOBODY;
pub use super::policy::POLICY;
pub use super::product::PRODUCT;
pub use change_set::ChangeSet;
pub use from_event::request_of;
pub use preview::{Asks, Preview, SignedPart, preview};
pub use record_source::{Account, RecordSource};
pub use records::{may_be_filled_when_made, open_parent, refuse_parent, why_closed_for};
pub use request::{Act, CodeFor, FileDigest, FileSource, HandsOut, ReadPart, Remarks, Request};

use crate::domain::event::RecordChange;
use crate::domain::ids::RecordId;
use crate::domain::packet;
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::record::Fields;
use crate::domain::refused::Refusal;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::time::Moment;
use crate::domain::workflow::{Condition, World};
use preview::{refuse_unread, signed_parts};
use records::AttachedFile;

/// The rule set of this program. An event names the rule set under which it was performed, and verification performs it again
/// under the same one: a guard that is added later applies from its rule set on (`docs/adr/0017`).
pub const RULES: u32 = 4;

/// Who acts, when, and with what proof.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The person.
    pub person: RecordId,
    /// Fingerprint of the key with which the person acts.
    pub fingerprint: String,
    /// Whether the password was just entered.
    pub signed: bool,
    /// The current time.
    pub now: Moment,
    /// Offset of local time from UTC, in minutes.
    pub offset_minutes: i32,
    /// The rule set: [`RULES`] for a new request, the one that the event names when it is performed again.
    pub rules: u32,
}

/// The parts of an event besides person, time and changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventParts {
    /// The record that it concerns.
    pub record: Option<RecordId>,
    /// The role that allows it.
    pub role: Option<Role>,
    /// Further facts.
    pub facts: Value,
}

/// The outcome of a request: everything that its event will contain.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Name of the request.
    pub request: String,
    /// The actor's full name.
    pub name: String,
    /// Further parts of the event.
    pub parts: EventParts,
    /// Names of the fields that the person supplied and that changed, sorted.
    pub given: Vec<String>,
    /// The one-time code that it issues.
    pub code: Option<CodeFor>,
    /// The person whose new key takes effect with it.
    pub lets_in: Option<RecordId>,
    /// The person's remarks.
    pub remarks: Remarks,
    /// Seconds by which the clock was behind.
    pub clock_back_seconds: Option<u64>,
    /// The moment against which that is measured, if no event of the file has it.
    pub clock_seen: Option<Moment>,
    /// The electronic signatures; the number of their event is not set yet.
    pub signatures: Vec<Signature>,
    /// The records after the request.
    pub records: Vec<SharedRecord>,
    /// Their changes, for the event.
    pub changes: Vec<RecordChange>,
    /// The records that were created.
    pub made: Vec<RecordId>,
}

/// Performs a request on a source without changing the source. Returns the outcome, or why the request is refused.
pub fn perform<F>(source: &dyn RecordSource<F>, actor: &Actor, act: Act) -> Result<Outcome, Refusal<F>> {
    run(source, actor, act, Mode::Perform).map(|run| run.outcome)
}

/// Whether a request is performed or previewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A missing input or unmet condition is a refusal.
    Perform,
    /// A missing input or unmet condition is noted, and the run continues as if it were met.
    Preview,
}

/// A request that was run: its outcome, and the notes of a dry run.
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
    let clock = change.clock()?;
    let signatures = change.signatures_made();
    let signed = signed_parts(&change, &signatures, mode)?;
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
        clock_back_seconds: clock.back(actor.now),
        clock_seen: clock.seen_before(actor.now),
        signatures,
        records,
        changes,
        made,
    };
    Ok(Run { outcome, asks: noted.asks, missing: noted.missing, signed })
}

/// The notes of a dry run, which does not refuse.
#[derive(Default)]
struct Noted {
    asks: Asks,
    missing: Vec<Condition>,
}

/// A request of a person with an account, while it is performed.
struct Job<'a, F> {
    change: ChangeSet<'a, F>,
    actor: RecordId,
    account: Account,
    signed: bool,
    now: Moment,
    offset_minutes: i32,
    mode: Mode,
    noted: RefCell<Noted>,
    /// The fields that the person supplied for the record, with their values.
    given: Option<(RecordId, Fields)>,
}

impl<'a, F> Job<'a, F> {
    fn new(change: ChangeSet<'a, F>, actor: &Actor, mode: Mode) -> Result<Self, Refusal<F>> {
        let account = change
            .account(actor.person)?
            .ok_or_else(|| Refusal::Rule("your account cannot be read".to_owned()))?;
        let (state, person) = &account;
        if state != PersonState::Active.code() {
            return Err(Refusal::Rule("your account is no longer active; ask an administrator".to_owned()));
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

    /// Requires a reason.
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

    /// Refuses a request with unmet conditions; a dry run notes them and continues.
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

    /// Names of the supplied fields that changed. No effect of the request may overwrite a value that the person supplied.
    fn given_names(&mut self) -> Result<Vec<String>, Refusal<F>> {
        let Some((id, given)) = self.given.take() else { return Ok(Vec::new()) };
        let after = self.change.get(id)?;
        for (name, value) in &given {
            if after.value(name) != value {
                return Err(Refusal::invalid(name, "is set by an effect of this step; leave it out")
                    .with_labels(id.kind.def()));
            }
        }
        let before = self.change.before(id);
        let changed =
            |name: &String| before.map_or(&Value::Null, |data| data.value(name)) != after.value(name);
        Ok(given.into_iter().map(|(name, _)| name).filter(|name| changed(name)).collect())
    }

    /// The acting person, before the request.
    fn person(&self) -> &Person {
        &self.account.1
    }

    /// The role that permits the person, or a refusal that lists the permitted roles.
    fn role(&self, what: &str, roles: &[Role]) -> Result<Role, Refusal<F>> {
        roles
            .iter()
            .copied()
            .find(|role| self.person().roles.contains(role))
            .ok_or_else(|| Refusal::NotAllowed { what: what.to_owned(), roles: roles.to_vec() })
    }

    /// The person's remarks in the form of the event.
    fn read_remarks(&self, request: &Request, remarks: Remarks) -> Result<Remarks, Refusal<F>> {
        let plain =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let entered = self.occurrence(request)?;
        let late_reason = self.late([remarks.occurred_at, entered], plain(remarks.late_reason))?;
        let occurred_at = remarks.occurred_at.or(entered);
        Ok(Remarks { reason: plain(remarks.reason), occurred_at, late_reason })
    }

    /// An entry while the clock is behind what is known needs a reason, since it may be dated back (ALCOA+ "contemporaneous").
    fn ask_why_clock_is_behind(&self, request: &Request, reason: Option<&str>) -> Result<(), Refusal<F>> {
        // A signature alone is refused while the clock is behind, whatever the reason.
        let signs = matches!(request, Request::Sign { .. });
        if signs || !request.is_entry() || self.change.clock()?.back(self.now).is_none() {
            return Ok(());
        }
        self.ask_reason(reason, || "an entry while the clock of this machine is behind".to_owned())
    }

    fn perform(&mut self, request: Request, reason: Option<&str>) -> Result<EventParts, Refusal<F>> {
        self.ask_why_clock_is_behind(&request, reason)?;
        self.refuse_later_kind(&request)?;
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
            Request::Continue(said) => self.continue_from_copy(&said, reason),
            Request::NoteImport { facts } => {
                self.note(&[Role::Support, Role::Quality], "Importing feedback", facts)
            }
            Request::NotePacket { facts } => self.note_packet(facts),
            Request::AddTimeStamp(stamped) => self.add_time_stamp(&stamped),
            Request::NoteFailedSignIns { facts } => {
                Ok(EventParts { record: Some(self.actor), facts, ..EventParts::default() })
            }
            Request::CreateFile { .. } | Request::EnterWithCode { .. } | Request::ChangePassword => {
                Err(Refusal::Rule("this request needs a new key".to_owned()))
            }
        }
    }

    /// A kind that came with a later rule set is not used under an earlier one.
    fn refuse_later_kind(&self, request: &Request) -> Result<(), Refusal<F>> {
        let kind = match request {
            Request::Create { kind, .. } => *kind,
            Request::Edit { id, .. }
            | Request::Assign { id, .. }
            | Request::Move { id, .. }
            | Request::Sign { id, .. }
            | Request::Attach { to: id, .. } => id.kind,
            _ => return Ok(()),
        };
        let (since, rules) = (kind.def().since, self.change.rules());
        if rules < since {
            let word = kind.def().plural;
            return Err(Refusal::Rule(format!(
                "{word} came with rule set {since}, and rule set {rules} has none"
            )));
        }
        Ok(())
    }

    /// A late entry, more than one working day after the fact, needs a reason (ALCOA+ "contemporaneous"). The fact is the
    /// earlier one of what the person says and what the record says, so that a recent moment does not hide a late receipt.
    fn late(
        &self,
        happened: [Option<Moment>; 2],
        reason: Option<String>,
    ) -> Result<Option<String>, Refusal<F>> {
        let happened = happened.into_iter().flatten();
        if let Some(ahead) = happened.clone().find(|at| at.is_ahead_of(self.now)) {
            return Err(Refusal::Rule(format!("{} is in the future", ahead.words())));
        }
        let Some(occurred_at) = happened.min() else { return Ok(None) };
        // The next working day is never before the next day, and most entries are made immediately.
        if self.now.day() <= occurred_at.day().plus_days(1) {
            return Ok(None);
        }
        // The calendar comes from the file's policy before the request, so that verification counts the same days.
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

    /// When the entered fact occurred, if the request sets or changes a field that says so: of feedback, its receipt.
    fn occurrence(&self, request: &Request) -> Result<Option<Moment>, Refusal<F>> {
        let (kind, id, set) = match request {
            Request::Create { kind, set, .. } => (*kind, None, set),
            Request::Edit { id, set } | Request::Move { id, set, .. } => (id.kind, Some(*id), set),
            _ => return Ok(None),
        };
        let Some(field) = kind.def().fields().find(|field| field.occurrence) else { return Ok(None) };
        let moment = |value: &Value| value.as_str().and_then(|text| Moment::parse(text).ok());
        let before = id.map(|id| self.change.get(id)).transpose()?;
        let given = set.get(field.name).and_then(moment);
        let known = before.and_then(|data| moment(data.value(field.name)));
        Ok(given.filter(|given| known != Some(*given)))
    }

    /// A packet gets the next number, so that none is given twice.
    fn note_packet(&self, facts: Value) -> Result<EventParts, Refusal<F>> {
        let next = packet::words(self.change.next_packet()?);
        if facts.get("number").and_then(Value::as_str) != Some(&next) {
            return Err(Refusal::Rule(format!(
                "the next packet has the number {next}; make the packet again"
            )));
        }
        self.note(&READERS, "Producing a packet", facts)
    }

    fn note(&self, roles: &[Role], what: &str, facts: Value) -> Result<EventParts, Refusal<F>> {
        let role = self.role(what, roles)?;
        let record = facts.get("record").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Ok(EventParts { record, role: Some(role), facts })
    }
}

/// Everybody may produce a packet, including the auditor.
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
