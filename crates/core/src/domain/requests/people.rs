//! Accounts, identities and the clock.

use super::change_set::ChangeSet;
use super::records::{former, refuse_violations, values};
use super::{Actor, EventParts, Job};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{Person, PersonState, Role, is_login, unconfirmed};
use crate::domain::precis;
use crate::domain::record::{Fields, RecordData};
use crate::domain::refused::Refusal;
use crate::domain::shared_record::SharedRecord;
use crate::domain::workflow::{World as _, missing_fields};
use serde_json::Value;

/// Roles that acknowledge a clock that ran backwards.
const ACKNOWLEDGING: &[Role] = &[Role::Quality, Role::SysAdmin];
/// Roles that may confirm that a key belongs to a person.
const CONFIRMING: [Role; 2] = [Role::Quality, Role::SysAdmin];

impl<F> Job<'_, F> {
    pub(super) fn invite(
        &mut self,
        login: &str,
        full_name: &str,
        roles: &[Role],
    ) -> Result<EventParts, Refusal<F>> {
        let role = self.role("Inviting a person", &[Role::SysAdmin, Role::Quality])?;
        let login = as_login(login)?;
        if self.change.login_taken(&login)? {
            return Err(Refusal::invalid(
                "login",
                format!("{login} is or was in use; a login is never reused"),
            )
            .with_labels(Kind::Person.def()));
        }
        if roles.is_empty() {
            return Err(Refusal::invalid("roles", "give at least one role").with_labels(Kind::Person.def()));
        }
        let mut set = Fields::new();
        set.insert("title".into(), full_name.into());
        set.insert("login".into(), login.into());
        set.insert("roles".into(), serde_json::json!(roles));
        let set = values(Kind::Person.def(), &set)?;
        let id = self.change.make(Kind::Person, None, &set)?;
        self.refuse_unfilled(id)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    pub(super) fn reset(&mut self, person: RecordId, reason: Option<&str>) -> Result<EventParts, Refusal<F>> {
        let role = self.role("Resetting access", &[Role::SysAdmin])?;
        self.ask_reason(reason, || "resetting access".to_owned())?;
        if person.kind != Kind::Person || person == self.actor {
            return Err(Refusal::Rule(
                "you can reset only another person's access; change your own password under your name"
                    .to_owned(),
            ));
        }
        self.change.get(person)?;
        self.change.set_state(person, PersonState::Invited.code())?;
        // The former key and its confirmation are no longer valid.
        let mut set = unconfirmed();
        set.insert("key_fingerprint".into(), Value::Null);
        self.change.set(person, &set)?;
        Ok(EventParts { record: Some(person), role: Some(role), ..EventParts::default() })
    }

    /// Confirms the person's current key; a later key needs a new confirmation.
    pub(super) fn verify_identity(&mut self, person: RecordId, how: &str) -> Result<EventParts, Refusal<F>> {
        let role = self.role("Confirming an identity", &CONFIRMING)?;
        if person == self.actor {
            return Err(Refusal::Rule("another person must confirm your identity".to_owned()));
        }
        if how.trim().is_empty() {
            return Err(Refusal::invalid("identity_verified_how", "say how the identity was confirmed")
                .with_labels(Kind::Person.def()));
        }
        let data = self.change.get(person)?;
        let typed = data.typed::<Person>().ok_or(Refusal::NoSuchRecord(person))?;
        if typed.key_fingerprint.is_empty() {
            return Err(Refusal::Rule(format!(
                "{} has not set a password yet, so there is no key to confirm",
                typed.title
            )));
        }
        // The person who issued the code could have used it, so a second person confirms (21 CFR 11.200(a)(3)).
        let reset = self.change.last_actor("person.reset_access", person)?;
        let (handed, what) = match reset {
            Some(by) => (Some(by), "reset this person's access"),
            None => (self.change.last_actor("person.invite", person)?, "invited this person"),
        };
        if handed == Some(self.actor) && self.another_may_confirm(person) {
            return Err(Refusal::Rule(format!(
                "you {what}, so another quality manager or administrator must confirm the identity"
            )));
        }
        let mut set = Fields::new();
        set.insert("identity_verified_by".into(), self.actor.to_string().into());
        set.insert("identity_verified_at".into(), self.now.to_string().into());
        set.insert("identity_verified_how".into(), how.into());
        set.insert("identity_verified_key".into(), typed.key_fingerprint.to_string().into());
        let set = values(Kind::Person.def(), &set)?;
        self.change.set(person, &set)?;
        Ok(EventParts { record: Some(person), role: Some(role), ..EventParts::default() })
    }

    /// Whether a third person, besides the actor and the person, could confirm an identity now. In a file with only one quality
    /// manager or administrator there is none, and the audit trail shows that.
    fn another_may_confirm(&self, person: RecordId) -> bool {
        let third = |data: &RecordData| {
            let active = data.head.state == PersonState::Active.code();
            active && data.head.id != person && data.head.id != self.actor
        };
        self.somebody(&CONFIRMING, third).is_some()
    }

    /// The first person who holds one of the roles and fits.
    fn somebody(&self, roles: &[Role], fits: impl Fn(&RecordData) -> bool) -> Option<SharedRecord> {
        self.change.all(Kind::Person).into_iter().find(|data| {
            let holds = |person: &Person| roles.iter().any(|role| person.roles.contains(role));
            fits(data) && data.typed::<Person>().is_some_and(|person| holds(&person))
        })
    }

    pub(super) fn acknowledge_clock(&mut self, reason: Option<&str>) -> Result<EventParts, Refusal<F>> {
        let role = self.role("Acknowledging the clock", ACKNOWLEDGING)?;
        self.ask_reason(reason, || "acknowledging the clock".to_owned())?;
        let clock = self.change.clock()?;
        if !clock.open && clock.back(self.now).is_none() {
            return Err(Refusal::NoChange);
        }
        if !self.person().may_sign() {
            return Err(Refusal::Rule(
                "your identity is not confirmed, so you cannot acknowledge the clock; ask a quality manager or administrator to confirm it under People (21 CFR 11.100(b))".to_owned(),
            ));
        }
        self.refuse_own_acknowledgement()?;
        Ok(EventParts { role: Some(role), ..EventParts::default() })
    }

    /// Who made entries while the clock was behind does not acknowledge it, if anybody else may.
    fn refuse_own_acknowledgement(&self) -> Result<(), Refusal<F>> {
        let behind = self.change.made_while_behind()?;
        if !behind.contains(&self.actor) {
            return Ok(());
        }
        // Also who is only invited: an administrator could reset the access of everybody else.
        let other = self.somebody(ACKNOWLEDGING, |data| {
            data.head.state != PersonState::Inactive.code() && !behind.contains(&data.head.id)
        });
        match other {
            Some(other) => Err(Refusal::Rule(format!(
                "you made entries while the clock was behind, so somebody else acknowledges it, such as {}",
                other.title()
            ))),
            None => Ok(()),
        }
    }
}

/// A login in its stored form, or why it is invalid.
fn as_login<F>(typed: &str) -> Result<String, Refusal<F>> {
    let plain = || "a login may contain only letters, digits, dot, hyphen and underscore".to_owned();
    let found = precis::login(typed).and_then(|login| is_login(&login).then_some(login).ok_or_else(plain));
    found.map_err(|words| Refusal::invalid("login", words).with_labels(Kind::Person.def()))
}

/// A person changes their own password, and with it their key, so that an old copy of the file and the old password cannot sign
/// in the current file. The former key authorizes the new one, so the confirmation of the former key also applies to the new one.
pub(super) fn change_password<F>(
    change: &mut ChangeSet<'_, F>,
    actor: &Actor,
) -> Result<EventParts, Refusal<F>> {
    let id = actor.person;
    let data = change.get(id)?;
    let person = data.typed::<Person>().ok_or(Refusal::NoSuchRecord(id))?;
    if data.head.state != PersonState::Active.code() {
        return Err(Refusal::Rule("your account is no longer active; ask an administrator".to_owned()));
    }
    if person.key_fingerprint.is_empty() || *person.key_fingerprint == *actor.fingerprint {
        return Err(Refusal::Rule("a new password needs a new key".to_owned()));
    }
    let mut set = Fields::new();
    set.insert("key_fingerprint".into(), actor.fingerprint.clone().into());
    if person.may_sign() {
        set.insert("identity_verified_key".into(), actor.fingerprint.clone().into());
    }
    change.set(id, &values(Kind::Person.def(), &set)?)?;
    Ok(EventParts { record: Some(id), ..EventParts::default() })
}

/// A person enters with a one-time code and a new key: they were invited, or their access was reset, or they are an administrator.
pub(super) fn enter<F>(
    change: &mut ChangeSet<'_, F>,
    actor: &Actor,
    recovers: bool,
) -> Result<EventParts, Refusal<F>> {
    let id = actor.person;
    let data = change.get(id)?;
    let person = data.typed::<Person>().ok_or(Refusal::NoSuchRecord(id))?;
    if recovers && !person.roles.contains(&Role::SysAdmin) {
        return Err(Refusal::Rule("the recovery code restores only a system administrator".to_owned()));
    }
    if recovers && data.head.state == PersonState::Inactive.code() {
        return Err(Refusal::Rule(
            "the account is inactive; the recovery code restores only active or invited accounts".to_owned(),
        ));
    }
    if !recovers && data.head.state != PersonState::Invited.code() {
        let state = super::records::state_word(&data);
        return Err(Refusal::Rule(format!(
            "the account is {state}; ask an administrator to reset its access"
        )));
    }
    change.set_state(id, PersonState::Active.code())?;
    let mut set = Fields::new();
    set.insert("key_fingerprint".into(), actor.fingerprint.clone().into());
    change.set(id, &values(Kind::Person.def(), &set)?)?;
    Ok(EventParts { record: Some(id), ..EventParts::default() })
}

/// The first event: the product, the policy and the first person, who is active at once.
pub(super) fn create_file<F>(
    change: &mut ChangeSet<'_, F>,
    actor: &Actor,
    [product, policy, person]: [Fields; 3],
    facts: Value,
) -> Result<EventParts, Refusal<F>> {
    if person.get("key_fingerprint").and_then(Value::as_str) != Some(&*actor.fingerprint) {
        return Err(Refusal::Rule("the first person's key is not the key that signs".to_owned()));
    }
    let login = person.get("login").and_then(Value::as_str).unwrap_or_default();
    if as_login(login)? != login {
        return Err(
            Refusal::invalid("login", "is not in the stored form of a login").with_labels(Kind::Person.def())
        );
    }
    let mut founder = None;
    for (kind, set) in [(Kind::Product, product), (Kind::Policy, policy), (Kind::Person, person)] {
        let id = change.make(kind, None, &values(kind.def(), &set)?)?;
        let data = change.get(id)?;
        if id.number != 1 {
            return Err(Refusal::Rule("a file is created only once".to_owned()));
        }
        refuse_violations(&data, change.rules())?;
        let entered = data
            .fields
            .keys()
            .find(|name| kind.def().field(name).is_some_and(|field| field.is_former(change.rules())));
        if let Some(name) = entered {
            return Err(former(name).with_labels(kind.def()));
        }
        if let Some(missing) = missing_fields(&data, &data.head.state).into_iter().next() {
            return Err(
                Refusal::invalid(missing.field.unwrap_or_default(), "must be filled").with_labels(kind.def())
            );
        }
        founder = Some(id);
    }
    if let Some(id) = founder {
        change.set_state(id, PersonState::Active.code())?;
    }
    Ok(EventParts { facts, ..EventParts::default() })
}
