//! Replays the audit trail: performs every event again, by the door through which the program performs requests, on what the
//! events before it say. So an event that the program would never have made is found, whoever signed it.
//!
//! It looks at the texts only; digests and signatures are checked beside it.

mod mismatch;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use crate::domain::authority::Deputy;
use crate::domain::canonical;
use crate::domain::event::{Event, RecordChange};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::ledger::Ledger;
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::record::RecordData;
use crate::domain::refused::Refusal;
use crate::domain::requests::{
    self, Account, Act, Actor, ChangeSet, CodeFor, HandsOut, POLICY, RULES, RecordSource as _, Request,
    request_of,
};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::workflow::World;

/// The records as the events say they are, and what counts for entitlement.
#[derive(Default)]
pub struct Replay {
    ledger: Ledger,
    /// Digest of each record after its last event.
    pub digests: BTreeMap<RecordId, String>,
    /// The public key of each person that is in force, hexadecimal.
    keys: HashMap<RecordId, String>,
    /// The key of the last event, hexadecimal, with its fingerprint.
    fingerprint: (String, String),
    /// Who may sign as a deputy, read once for each revision of the plans and the policy.
    deputies: Arc<[Deputy]>,
    /// The rule set of the event before.
    rules: u32,
    /// Whether an event was not what the program makes of its request, so that records may not come to their digests.
    contradicted: bool,
}

impl Replay {
    /// A record as the events made it, where it surely has its digest: no event contradicted the replay.
    pub fn proven(&self, id: RecordId) -> Option<&SharedRecord> {
        self.ledger.get(id).filter(|_| !self.contradicted)
    }

    /// All records of a kind as the events made them, in order.
    pub fn all(&self, kind: Kind) -> Vec<SharedRecord> {
        let Ok(records) = self.ledger.all(kind);
        records
    }

    /// The parts of one kind of a record as the events made them, in order.
    pub fn parts(&self, parent: RecordId, kind: Kind) -> Vec<SharedRecord> {
        let Ok(parts) = self.ledger.parts(parent, kind);
        parts
    }

    /// The roles that a person holds at this point.
    pub fn roles(&self, person: RecordId) -> Vec<Role> {
        self.ledger.person(person).map(|account| account.1.roles.clone()).unwrap_or_default()
    }

    /// The public key of a person that is in force at this point, hexadecimal.
    pub fn key_in_force(&self, person: RecordId) -> Option<&str> {
        self.keys.get(&person).map(String::as_str)
    }

    /// Takes in the next event, signed with the key `public` and naming `signatures`; answers what contradicts.
    ///
    /// What the event says of itself comes first; that the program would have done it, where nothing else contradicts.
    pub fn event(&mut self, event: &Event, public: Option<&str>, signatures: &[Signature]) -> Vec<String> {
        self.ledger.begin(event);
        let mut wrong: Vec<String> = self.clock(event).into_iter().collect();
        wrong.extend(self.earlier_rules(event));
        let before = self.ledger.person(event.actor);
        let deputies = Arc::clone(&self.deputies);
        self.note_fingerprint(public.unwrap_or_default());
        let request = request_of(event, signatures.first().map(|signature| signature.meaning));
        wrong.extend(handed_out(event, request.as_ref(), public));
        let contradiction = match self.again(event, request, signatures) {
            Ok(records) => {
                for (data, change) in records.into_iter().zip(&event.changes) {
                    let before = self.ledger.take(change.record);
                    self.digests.insert(change.record, change.digest.clone());
                    self.ledger.put(before.as_deref(), data);
                }
                None
            }
            Err(what) => {
                self.contradicted = true;
                for change in &event.changes {
                    wrong.extend(self.apply(event, change));
                }
                Some(what)
            }
        };
        let governs = |id: RecordId| id == POLICY || id.kind == Kind::MaintenancePlan;
        if event.changes.iter().any(|change| governs(change.record)) {
            let now = ChangeSet::read_only(&self.ledger, event.actor, event.at);
            let world: &dyn World = &now;
            self.deputies = world.governing().deputies().into();
        }
        for key in &event.keys {
            self.keys.insert(key.person, key.public_key.clone());
        }
        let enters = event.keys.iter().any(|key| key.person == event.actor);
        let actor = if enters { self.ledger.person(event.actor) } else { before };
        wrong.extend(self.entitled(event, public, actor.as_ref(), &deputies));
        if contradiction.is_some() {
            for signature in signatures {
                wrong.extend(self.signed(event, signature, actor.as_ref(), &deputies));
            }
        }
        self.ledger.end(event, signatures);
        if wrong.is_empty() {
            wrong.extend(contradiction);
        }
        wrong
    }

    fn note_fingerprint(&mut self, public: &str) {
        if self.fingerprint.1.is_empty() || self.fingerprint.0 != public {
            let key = hex::decode(public).unwrap_or_default();
            self.fingerprint = (public.to_owned(), canonical::digest(&key));
        }
    }

    /// A guard that came with a later rule set is not evaded by naming an earlier one.
    fn earlier_rules(&mut self, event: &Event) -> Option<String> {
        let before = self.rules.max(event.rules);
        let earlier = event.rules < self.rules;
        self.rules = before;
        earlier.then(|| {
            format!("was performed by rule set {}, though rule set {before} was in force before", event.rules)
        })
    }

    /// The event says by how much the clock ran backwards, and only where it did.
    fn clock(&self, event: &Event) -> Option<String> {
        let clock = self.ledger.time();
        if clock.seen_before(event.at) != event.clock_seen {
            return Some(
                "names a moment that the workstation had seen, which says nothing of its clock".to_owned(),
            );
        }
        match (clock.back(event.at), event.clock_back_seconds) {
            (back, said) if back == said => None,
            (Some(_), None) => Some(
                "stands before an event before it and does not say that the clock ran backwards".to_owned(),
            ),
            (back, Some(said)) => Some(format!(
                "says that the clock ran backwards by {said} seconds; against the events before it, it was by {}",
                back.unwrap_or_default()
            )),
            (None, None) => None,
        }
    }

    /// Performs the event's request again; answers the records as they are afterwards, or what the program would have done
    /// otherwise.
    fn again(
        &self,
        event: &Event,
        request: Option<Request>,
        signatures: &[Signature],
    ) -> Result<Vec<SharedRecord>, String> {
        let name = &event.request;
        if !(1..=RULES).contains(&event.rules) {
            return Err(format!(
                "was performed by rule set {}, which this program does not know; verify the file with the program that made it",
                event.rules
            ));
        }
        let Some(request) = request else {
            return Err(format!("is called {name}, which the program does not do to what the event names"));
        };
        let actor = Actor {
            person: event.actor,
            fingerprint: self.fingerprint.1.clone(),
            signed: !event.signatures.is_empty(),
            now: event.at,
            offset_minutes: event.offset_minutes,
            rules: event.rules,
        };
        let act = Act {
            request,
            reason: event.reason.clone(),
            occurred_at: event.occurred_at,
            late_reason: event.late_reason.clone(),
            read: None,
        };
        let outcome = match requests::perform(&self.ledger, &actor, act) {
            Ok(outcome) => outcome,
            Err(Refusal::NoChange) => return Err(mismatch::idle(event)),
            Err(refusal) => return Err(format!("is “{name}”, which the program refuses here: {refusal}")),
        };
        if mismatch::fits(event, &outcome) {
            Ok(outcome.records)
        } else {
            Err(mismatch::describe(event, &outcome, signatures))
        }
    }

    /// Applies one change as the event says it; the record must come to the content that the event names.
    fn apply(&mut self, event: &Event, change: &RecordChange) -> Vec<String> {
        let id = change.record;
        let mut wrong = Vec::new();
        let before = self.ledger.take(id);
        let revision = before.as_ref().map_or(0, |data| data.head.revision);
        if change.revision != revision + 1 {
            wrong.push(format!("{id} skips a revision"));
        }
        for field in &change.fields {
            let said = before.as_ref().map_or(Value::Null, |data| present(data, &field.field));
            if said != field.before {
                wrong.push(format!("does not say of {id} what “{}” said before", field.field));
            }
        }
        let data = change.applied(event, before.clone());
        if canonical::digest(data.canonical().as_bytes()) != change.digest {
            wrong.push(format!("what it says of {id} does not come to the content that it names"));
        }
        self.digests.insert(id, change.digest.clone());
        self.ledger.put(before.as_deref(), data);
        wrong
    }

    /// The actor existed, was active, bore the printed name, used the key in force, and held the role.
    fn entitled(
        &self,
        event: &Event,
        public: Option<&str>,
        actor: Option<&Account>,
        deputies: &[Deputy],
    ) -> Vec<String> {
        let who = event.actor;
        let Some((state, person)) = actor else {
            return vec![format!("was made by {who}, who did not exist then")];
        };
        let mut wrong = Vec::new();
        if state != PersonState::Active.code() {
            wrong.push(format!("was made by {who}, whose account was not active then"));
        }
        if *person.login != *event.login {
            wrong.push(format!("names another login than that of {who}"));
        }
        if *person.title != *event.name {
            wrong.push(format!("names {who} “{}”, who was “{}” then", event.name, &*person.title));
        }
        if public.is_some() && self.keys.get(&who).map(String::as_str) != public {
            wrong.push(format!("was signed with a key of {who} that was not in force then"));
        }
        if let Some(role) = event.role
            && !may_use(role, who, person, deputies)
        {
            wrong.push(format!("rests on a role that {who} did not hold then"));
        }
        wrong
    }

    /// What an electronic signature says of its signer and covers, where the event is not as the program makes it.
    fn signed(
        &self,
        event: &Event,
        signature: &Signature,
        actor: Option<&Account>,
        deputies: &[Deputy],
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        let signer = signature.signer;
        if signer != event.actor || signature.at != event.at || signature.login != event.login {
            wrong.push("names a signature of another person or moment".to_owned());
        }
        if let Some((_, person)) = actor {
            if !signature.roles.iter().all(|role| may_use(*role, signer, person, deputies)) {
                wrong.push(format!("names a signature in a role that {signer} did not hold then"));
            }
            if !person.may_sign() {
                wrong.push(format!("names a signature of {signer}, whose identity was not confirmed then"));
            }
            if *person.title != *signature.printed_name {
                let printed = &signature.printed_name;
                wrong.push(format!(
                    "names a signature printed as “{printed}”, where {signer} was “{}” then",
                    &*person.title
                ));
            }
        }
        for cover in &signature.covers {
            let holds = self.ledger.get(cover.record).is_some_and(|data| {
                let Ok(parts) = self.ledger.covered_parts(data, cover.part);
                data.head.revision == cover.revision && cover.holds(data, &parts)
            });
            if !holds {
                let (record, revision) = (cover.record, cover.revision);
                wrong.push(format!(
                    "names a signature that does not cover what {record} said at revision {revision}"
                ));
            }
        }
        wrong
    }
}

/// The keys and the one-time code of an event are those that its request hands out.
fn handed_out(event: &Event, request: Option<&Request>, public: Option<&str>) -> Option<String> {
    let hands_out = request.map_or(HandsOut::Nothing, Request::hands_out);
    let request = &event.request;
    let code = hands_out.code(event.record);
    match (&event.code_key, code) {
        (None, None) => {}
        (Some(_), None) => return Some(format!("gives out a one-time code, which {request} does not")),
        (None, Some(_)) => return Some(format!("gives out no one-time code, which {request} does")),
        (Some(key), Some(code)) => {
            let whom = match code {
                CodeFor::Person(person) => Some(person),
                CodeFor::Recovery => None,
            };
            if key.person != whom {
                return Some("gives out a one-time code for somebody else than it names".to_owned());
            }
        }
    }
    let lets_in = hands_out.lets_in(event.actor);
    match (event.keys.as_slice(), lets_in) {
        ([], None) => None,
        ([], Some(_)) => Some(format!("brings no key into force, which {request} does")),
        ([key], Some(person)) if key.person == person => (Some(&*key.public_key) != public)
            .then(|| "brings another key into force than the one that signs it".to_owned()),
        (_, Some(_)) => Some("brings a key into force for somebody else than it names".to_owned()),
        (_, None) => Some(format!("brings a key into force, which {request} does not")),
    }
}

fn present(data: &RecordData, field: &str) -> Value {
    match field {
        "state" if data.head.state.is_empty() => Value::Null,
        "state" => data.head.state.clone().into(),
        "owner" => data.head.owner.map_or(Value::Null, |owner| owner.to_string().into()),
        "parent" => data.head.parent.map_or(Value::Null, |parent| parent.to_string().into()),
        name => data.value(name).clone(),
    }
}

/// A role is held, or the person is a named deputy for it; where a deputy may sign is decided by the door.
fn may_use(role: Role, who: RecordId, person: &Person, deputies: &[Deputy]) -> bool {
    person.roles.contains(&role)
        || deputies.iter().any(|row| row.person == Some(who) && row.role == Some(role))
}
