//! Replays the audit trail: what every record said after each event, and whether its actor was entitled to it.
//!
//! It looks at the texts only; digests and signatures are checked beside it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::Value;

use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::canonical;
use crate::domain::change_request::ChangeState;
use crate::domain::event::{Event, RecordChange};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::policy::Policy;
use crate::domain::record::{Fields, Head, RecordData};
use crate::domain::signature::{Meaning, Signature};

/// Requests that need no role: they belong to the account itself.
const WITHOUT_ROLE: [&str; 4] =
    ["file.create", "person.activate", "person.recover", "person.failed_sign_ins"];
const POLICY: RecordId = RecordId::new(Kind::Policy, 1);
/// Seconds by which an event may stand before the one before it without saying so.
const CLOCK_BACK_SECONDS: i64 = 120;

/// The records as the events say they are, and what counts for entitlement.
#[derive(Default)]
pub struct Replay {
    pub records: BTreeMap<RecordId, RecordData>,
    /// Digest of each record after its last event.
    pub digests: BTreeMap<RecordId, String>,
    /// The public key of each person that is in force, hexadecimal.
    keys: HashMap<RecordId, String>,
    /// Signatures on approvals, so far.
    approvals: BTreeMap<RecordId, Vec<Signature>>,
    last_at: Option<crate::domain::time::Moment>,
    /// The policy as it stands, read once for each of its revisions.
    policy: Rc<Policy>,
    /// Each person's state and content, read once for each of their revisions.
    persons: RefCell<HashMap<RecordId, (u32, Account)>>,
}

/// A person's state and content.
type Account = Rc<(String, Person)>;

impl Replay {
    /// The roles that a person holds at this point.
    pub fn roles(&self, person: RecordId) -> Vec<Role> {
        self.person(person).map(|account| account.1.roles.clone()).unwrap_or_default()
    }

    fn person(&self, id: RecordId) -> Option<Account> {
        let data = self.records.get(&id)?;
        let revision = data.head.revision;
        if let Some((_, account)) = self.persons.borrow().get(&id).filter(|(known, _)| *known == revision) {
            return Some(Rc::clone(account));
        }
        let account = Rc::new((data.head.state.clone(), data.typed()?));
        self.persons.borrow_mut().insert(id, (revision, Rc::clone(&account)));
        Some(account)
    }

    /// Takes in the next event, signed with the key `public` and naming `signatures`; answers what contradicts.
    pub fn event(&mut self, event: &Event, public: Option<&str>, signatures: &[Signature]) -> Vec<String> {
        let mut wrong = Vec::new();
        if let Some(last) = self.last_at
            && last.seconds_since(event.at) > CLOCK_BACK_SECONDS
            && event.clock_back_seconds.is_none()
        {
            wrong.push(
                "stands before the event before it and does not say that the clock ran backwards".to_owned(),
            );
        }
        self.last_at = Some(event.at);
        let before = self.person(event.actor);
        let states: Vec<Option<String>> = event
            .changes
            .iter()
            .map(|change| self.records.get(&change.record).map(|data| data.head.state.clone()))
            .collect();
        let policy = Rc::clone(&self.policy);
        for change in &event.changes {
            wrong.extend(self.apply(event, change));
            if change.record == POLICY {
                let data = self.records.get(&POLICY);
                self.policy = Rc::new(data.and_then(RecordData::typed).unwrap_or_default());
            }
        }
        for key in &event.keys {
            self.keys.insert(key.person, key.public_key.clone());
        }
        let enters = event.keys.iter().any(|key| key.person == event.actor);
        let actor = if enters { self.person(event.actor) } else { before };
        wrong.extend(self.entitled(event, public, actor.as_deref(), &policy));
        for signature in signatures {
            wrong.extend(self.signed(event, signature, actor.as_deref(), &policy));
            if signature.subject.kind == Kind::Approval {
                self.approvals.entry(signature.subject).or_default().push(signature.clone());
            }
        }
        for (change, state) in event.changes.iter().zip(states) {
            wrong.extend(self.decided(change.record, state.as_deref()));
        }
        wrong
    }

    /// Applies one change; the record must come to the content that the event names.
    fn apply(&mut self, event: &Event, change: &RecordChange) -> Vec<String> {
        let id = change.record;
        let mut wrong = Vec::new();
        let mut data = self.records.remove(&id).unwrap_or_else(|| RecordData {
            head: Head {
                id,
                state: String::new(),
                owner: None,
                created_at: event.at,
                created_by: event.actor,
                state_since: event.at,
                revision: 0,
            },
            fields: Fields::new(),
        });
        if change.revision != data.head.revision + 1 {
            wrong.push(format!("{id} skips a revision"));
        }
        data.head.revision = change.revision;
        for field in &change.fields {
            if present(&data, &field.field) != field.before {
                wrong.push(format!("does not say of {id} what “{}” said before", field.field));
            }
            match field.field.as_str() {
                "state" => {
                    field.after.as_str().unwrap_or_default().clone_into(&mut data.head.state);
                    data.head.state_since = event.at;
                }
                "owner" => data.head.owner = field.after.as_str().and_then(|text| text.parse().ok()),
                name if field.after.is_null() => {
                    data.fields.remove(name);
                }
                name => {
                    data.fields.insert(name.to_owned(), field.after.clone());
                }
            }
        }
        if canonical::digest(data.canonical().as_bytes()) != change.digest {
            wrong.push(format!("what it says of {id} does not come to the content that it names"));
        }
        self.digests.insert(id, change.digest.clone());
        self.records.insert(id, data);
        wrong
    }

    /// The actor existed, was active, used the key in force, and held the role.
    fn entitled(
        &self,
        event: &Event,
        public: Option<&str>,
        actor: Option<&(String, Person)>,
        policy: &Policy,
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
        if public.is_some() && self.keys.get(&who).map(String::as_str) != public {
            wrong.push(format!("was signed with a key of {who} that was not in force then"));
        }
        match event.role {
            Some(role) if !may_use(role, who, person, policy) => {
                wrong.push(format!("rests on a role that {who} did not hold then"));
            }
            None if !WITHOUT_ROLE.contains(&event.request.as_str()) => {
                wrong.push("rests on no role".to_owned());
            }
            Some(_) | None => {}
        }
        let own = event.changes.iter().filter(|change| change.record == who && event.seq > 1);
        for field in own.flat_map(|change| &change.fields) {
            if field.field == "roles" {
                wrong.push(format!("{who} changes their own roles"));
            }
            if field.field == "identity_verified_by" && field.after == who.to_string() {
                wrong.push(format!("{who} confirms their own identity"));
            }
        }
        wrong
    }

    /// An electronic signature says the same as its event, and covers what the records say after it.
    fn signed(
        &self,
        event: &Event,
        signature: &Signature,
        actor: Option<&(String, Person)>,
        policy: &Policy,
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        let signer = signature.signer;
        if signer != event.actor || signature.at != event.at || signature.login != event.login {
            wrong.push("names a signature of another person or moment".to_owned());
        }
        if let Some((_, person)) = actor {
            if !signature.roles.iter().all(|role| may_use(*role, signer, person, policy)) {
                wrong.push(format!("names a signature in a role that {signer} did not hold then"));
            }
            if !person.may_sign() {
                wrong.push(format!("names a signature of {signer}, whose identity was not confirmed then"));
            }
        }
        for cover in &signature.covers {
            let holds = self
                .records
                .get(&cover.record)
                .is_some_and(|data| data.head.revision == cover.revision && cover.holds(data));
            if !holds {
                let (record, revision) = (cover.record, cover.revision);
                wrong.push(format!(
                    "names a signature that does not cover what {record} said at revision {revision}"
                ));
            }
        }
        wrong
    }

    /// An approval is granted only by the signatures of all required roles, a change approved only by a granted approval.
    fn decided(&self, id: RecordId, before: Option<&str>) -> Option<String> {
        let data = self.records.get(&id)?;
        if before == Some(data.head.state.as_str()) {
            return None;
        }
        match id.kind {
            Kind::Approval if data.head.state == ApprovalState::Granted.code() => {
                let approval: Approval = data.typed()?;
                let covers_hold = |signature: &&Signature| {
                    signature
                        .covers
                        .iter()
                        .all(|cover| self.records.get(&cover.record).is_some_and(|data| cover.holds(data)))
                };
                let signed: Vec<Role> = self
                    .approvals
                    .get(&id)
                    .into_iter()
                    .flatten()
                    .filter(|signature| signature.meaning == Meaning::Approved)
                    .filter(covers_hold)
                    .flat_map(|signature| signature.roles.iter().copied())
                    .collect();
                let missing = approval.required_roles.iter().any(|role| !signed.contains(role));
                missing.then(|| format!("grants {id} without the signatures that it requires"))
            }
            Kind::ChangeRequest if data.head.state == ChangeState::Approved.code() => {
                let granted = self.approvals.keys().filter_map(|id| self.records.get(id)).any(|approval| {
                    approval.head.state == ApprovalState::Granted.code()
                        && approval.text("subject") == id.to_string()
                });
                (!granted).then(|| format!("approves {id} without a granted approval"))
            }
            Kind::Product
            | Kind::Feedback
            | Kind::ProblemReport
            | Kind::ChangeRequest
            | Kind::ImpactAnalysis
            | Kind::Approval
            | Kind::Attachment
            | Kind::Person
            | Kind::Policy => None,
        }
    }
}

fn present(data: &RecordData, field: &str) -> Value {
    match field {
        "state" if data.head.state.is_empty() => Value::Null,
        "state" => data.head.state.clone().into(),
        "owner" => data.head.owner.map_or(Value::Null, |owner| owner.to_string().into()),
        name => data.value(name).clone(),
    }
}

/// A role is held, or the person is a named deputy for it.
fn may_use(role: Role, who: RecordId, person: &Person, policy: &Policy) -> bool {
    person.roles.contains(&role)
        || policy.deputies.iter().any(|row| row.person == Some(who) && row.role == Some(role))
}
