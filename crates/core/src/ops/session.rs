//! Sign-in, one-time codes, passwords, and the proof that a person has just entered their password.

mod failures;

use ed25519_dalek::{Signer as _, SigningKey};

use super::file::{ProductFile, WhyReadOnly};
use super::perform::{NewAccess, perform_with_new_key};
use super::refused::{Refused, require_clock};
use super::secrets::{self, Password};
use crate::domain::event::Grant;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::policy::Policy;
use crate::domain::precis;
use crate::domain::record::RecordData;
use crate::domain::requests::{Actor, POLICY, RULES, Request};
use crate::store::{SignInFailure, SignedText, StoreError, Tx};
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

/// A signed-in person with their unwrapped key. Dropped at lock, sign-out or close.
pub struct Session {
    pub(super) person: RecordId,
    pub(super) login: String,
    pub(super) name: String,
    pub(super) roles: Vec<Role>,
    pub(super) key: SigningKey,
    pub(super) key_number: i64,
    /// Failed sign-ins since the last successful one: when, and on which machine.
    pub failures: Vec<(Moment, String)>,
    /// For an administrator: failed attempts of others, and with unknown logins, since an administrator last signed in.
    pub failures_of_others: Vec<SignInFailure>,
    /// Whether the password is older than the policy allows.
    pub password_is_old: bool,
}

impl Session {
    /// The person.
    pub const fn person(&self) -> RecordId {
        self.person
    }

    /// Login name.
    pub fn login(&self) -> &str {
        &self.login
    }

    /// Full name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Roles at sign-in. Each act reads the present roles from the file.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The session for a job that continues while the window is locked. Dropped with the job.
    pub fn for_job(&self) -> Self {
        Self {
            person: self.person,
            login: self.login.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
            key: self.key.clone(),
            key_number: self.key_number,
            failures: Vec::new(),
            failures_of_others: Vec::new(),
            password_is_old: false,
        }
    }

    /// The person as actor of a request, with or without having just entered the password.
    pub(super) fn actor(&self, signed: bool, stamp: &Stamp) -> Actor {
        Actor {
            person: self.person,
            fingerprint: secrets::fingerprint(&self.key),
            signed,
            now: stamp.now,
            offset_minutes: stamp.offset_minutes,
            rules: RULES,
        }
    }

    pub(super) fn signed(&self, body: String) -> SignedText {
        signed_with(&self.key, self.key_number, body)
    }
}

pub(super) fn signed_with(key: &SigningKey, number: i64, body: String) -> SignedText {
    let digest = crate::domain::canonical::digest(body.as_bytes());
    let signature = key.sign(digest.as_bytes()).to_bytes();
    SignedText { body, key: number, signature }
}

impl ProductFile {
    /// Every person with an account: record, person.
    pub fn people(&self) -> Result<Vec<(RecordData, Person)>, Refused> {
        let records = self.store.records(Kind::Person)?;
        Ok(records.into_iter().filter_map(|data| data.typed().map(|person| (data, person))).collect())
    }

    pub(super) fn person_by_login(&self, login: &str) -> Result<Option<(RecordData, Person)>, Refused> {
        let Ok(login) = precis::login(login) else { return Ok(None) };
        Ok(self.people()?.into_iter().find(|(_, person)| *person.login == *login))
    }

    /// The policy in force.
    pub fn policy(&self) -> Result<Policy, Refused> {
        Ok(self.store.record(POLICY)?.and_then(|data| data.typed()).unwrap_or_default())
    }

    /// Signs a person in. Failures are counted, delay the next attempt, and are shown at the next success.
    pub fn sign_in(&mut self, login: &str, password: &Password, stamp: &Stamp) -> Result<Session, Refused> {
        if self.writer_is_away() {
            // Without the writer a failure could not be counted.
            self.refuse_read_only()?;
        }
        require_clock(stamp)?;
        password.refuse_wrong()?;
        let Some((data, person)) = self.person_by_login(login)? else {
            secrets::unwrap_dummy(password)?;
            if self.store.is_writable() {
                self.note_failure(None, stamp)?;
            }
            return Err(Refused::WrongPassword);
        };
        let id = data.head.id;
        match data.head.state.as_str() {
            // The time of the answer does not say whether there is a password.
            state if state == PersonState::Invited.code() => {
                secrets::unwrap_dummy(password)?;
                return Err(Refused::Rule(format!(
                    "{login} has not set a password yet: use the one-time code first"
                )));
            }
            state if state == PersonState::Inactive.code() => {
                secrets::unwrap_dummy(password)?;
                return Err(Refused::Rule(format!("the account {login} is inactive; ask an administrator")));
            }
            _ => {}
        }
        let failures = self.refuse_in_delay(id, stamp)?;
        let credential = self.store.credential(id)?.ok_or(Refused::WrongPassword)?;
        let Some(key) = secrets::unwrap(&credential, password)? else {
            if self.store.is_writable() {
                self.note_failure(Some(id), stamp)?;
            }
            return Err(Refused::WrongPassword);
        };
        if *person.key_fingerprint != *secrets::fingerprint(&key) {
            return Err(Refused::Rule(format!(
                "the stored key of {login} is not the one in force; verify the file, and have the account reset"
            )));
        }
        let age_days = self.policy()?.password_age_days;
        let age = stamp.now.day().days_since(credential.changed_at.day());
        let mut session = Session {
            person: id,
            login: person.login.to_string(),
            name: person.title.to_string(),
            roles: person.roles.clone(),
            key,
            key_number: credential.key,
            password_is_old: age_days.is_some_and(|days| age > i64::from(days)),
            failures,
            failures_of_others: Vec::new(),
        };
        if self.store.is_writable() && self.behind.is_none() {
            self.report_failures(&mut session, stamp)?;
        }
        Ok(session)
    }

    /// Signs a person in and makes this program the writer in their name, unless another one is. The lock comes after the password:
    /// whoever has no account keeps nobody out.
    pub fn sign_in_to_write(
        &mut self,
        login: &str,
        password: &Password,
        stamp: &Stamp,
    ) -> Result<Session, Refused> {
        if !self.is_not_signed_in() {
            let session = self.sign_in(login, password, stamp)?;
            self.name_writer(&session, stamp);
            return Ok(session);
        }
        match self.sign_in(login, password, stamp) {
            Ok(mut session) => {
                self.become_writer(session.name(), stamp)?;
                if self.why_read_only().is_none() {
                    self.report_failures(&mut session, stamp)?;
                }
                Ok(session)
            }
            Err(Refused::WrongPassword) => {
                // The failure is written in a moment. Where another program writes, it is not counted.
                let id = self.person_by_login(login)?.map(|(data, _)| data.head.id);
                self.for_a_moment(login, stamp, |file| file.note_failure(id, stamp))?;
                Err(Refused::WrongPassword)
            }
            Err(other) => Err(other),
        }
    }

    /// Makes this program the writer in the name of a person who has signed in, unless another one is; or only names the writer anew.
    pub fn write_as(&mut self, session: &Session, stamp: &Stamp) -> Result<(), Refused> {
        if self.is_not_signed_in() {
            return self.become_writer(session.name(), stamp);
        }
        self.name_writer(session, stamp);
        Ok(())
    }

    /// Lets somebody in with a code as the writer; see [`Self::activate`] and [`Self::recover`]. Without the right code the lock is
    /// released at once.
    pub fn enter_to_write<T>(
        &mut self,
        login: &str,
        stamp: &Stamp,
        enter: impl FnOnce(&mut Self) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        if !self.is_not_signed_in() {
            return enter(self);
        }
        self.become_writer(login, stamp)?;
        let entered = enter(self);
        if entered.is_err() {
            self.let_go()?;
        }
        entered
    }

    fn for_a_moment(
        &mut self,
        login: &str,
        stamp: &Stamp,
        write: impl FnOnce(&mut Self) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        self.become_writer(login, stamp)?;
        if self.store.is_writable() {
            write(self)?;
        } else {
            self.why_read_only = Some(WhyReadOnly::NotSignedIn);
        }
        self.let_go()
    }

    fn become_writer(&mut self, name: &str, stamp: &Stamp) -> Result<(), Refused> {
        match self.take_over_as(name, stamp) {
            Ok(_) | Err(Refused::Store(StoreError::NotWritable | StoreError::ReadOnly)) => {}
            Err(other) => return Err(other),
        }
        if self.is_not_signed_in() {
            self.why_read_only = Some(WhyReadOnly::NotWritable);
        }
        Ok(())
    }

    /// Whether the writer is decided at the sign-in.
    pub const fn is_not_signed_in(&self) -> bool {
        matches!(self.why_read_only, Some(WhyReadOnly::NotSignedIn))
    }

    /// Proves that the person of a session has just entered their password (21 CFR 11.200(a)).
    pub(super) fn reauthenticate(
        &mut self,
        session: &Session,
        password: &Password,
        stamp: &Stamp,
    ) -> Result<(), Refused> {
        password.refuse_wrong()?;
        self.refuse_in_delay(session.person, stamp)?;
        let credential = self.store.credential(session.person)?.ok_or(Refused::WrongPassword)?;
        let fits = secrets::unwrap(&credential, password)?
            .is_some_and(|key| key.to_bytes() == session.key.to_bytes());
        if !fits {
            self.note_failure(Some(session.person), stamp)?;
            return Err(Refused::WrongPassword);
        }
        Ok(())
    }

    /// Changes the password and the key of the signed-in person, so that neither the old password nor an old copy of the file
    /// can sign any more. The former key authorises the new one. The audit trail records it (21 CFR 11.300(b)).
    pub fn change_password(
        &mut self,
        session: &mut Session,
        old: &Password,
        new: &Password,
        stamp: &Stamp,
    ) -> Result<(), Refused> {
        self.refuse_read_only()?;
        self.reauthenticate(session, old, stamp)?;
        let least = self.least_strength()?;
        secrets::check_strength(new, &[&session.name, &session.login], least)?;
        let key = secrets::new_key()?;
        let key_number = self.next_key_number()?;
        let credential = secrets::wrap(&key, key_number, session.person, new, stamp.now)?;
        let proof = secrets::grant_proof(&session.key, session.person, &secrets::public_hex(&key));
        let renewed = Session { key, key_number, ..session.for_job() };
        let mut tx = self.store.begin()?;
        let access = NewAccess { grant: Grant::Former { proof }, credential };
        perform_with_new_key(&mut tx, &renewed, Request::ChangePassword, access, stamp)?;
        tx.commit()?;
        *session = renewed;
        Ok(())
    }

    /// Sets the first or a new password with a one-time code, and signs in. The person gets a new key.
    pub fn activate(
        &mut self,
        login: &str,
        code: &str,
        password: &Password,
        stamp: &Stamp,
    ) -> Result<Session, Refused> {
        self.refuse_read_only()?;
        require_clock(stamp)?;
        let (data, person) = self.person_by_login(login)?.ok_or_else(wrong_code)?;
        let code = secrets::code_key(code);
        let given = self.code_event(&code, Some(data.head.id))?;
        let access = Access { recovers: false, code, given };
        Ok(self.new_access(&data, &person, password, access, stamp)?.0)
    }

    /// Restores an administrator with the recovery code. Returns the session and the next recovery code.
    pub fn recover(
        &mut self,
        login: &str,
        code: &str,
        password: &Password,
        stamp: &Stamp,
    ) -> Result<(Session, String), Refused> {
        // Without an administrator nobody could continue from a restored copy.
        self.refuse_reader()?;
        require_clock(stamp)?;
        let (data, person) = self.person_by_login(login)?.ok_or_else(wrong_code)?;
        if !person.roles.contains(&Role::SysAdmin) {
            return Err(Refused::Rule("the recovery code restores only a system administrator".to_owned()));
        }
        let code = secrets::code_key(code);
        let given = self.code_event(&code, None)?;
        let access = Access { recovers: true, code, given };
        let (session, next) = self.new_access(&data, &person, password, access, stamp)?;
        Ok((session, next.unwrap_or_default()))
    }

    /// The event that issued this code, if it has not been used since. `person`: whom it authorises; `None`: the recovery code.
    fn code_event(&self, code: &SigningKey, person: Option<RecordId>) -> Result<u64, Refused> {
        let public = secrets::public_hex(code);
        let filter = crate::store::EventFilter { text: public.clone(), ..Default::default() };
        let events = self.store.events(&filter, 10, 0)?;
        let given = events
            .iter()
            .filter_map(|row| row.event.code_key.as_ref().map(|key| (row.event.seq, key)))
            .find(|(_, key)| key.public_key == public && key.person == person)
            .map(|(seq, _)| seq)
            .ok_or_else(wrong_code)?;
        // Only the newest code of a person is valid, and only once.
        let uses = crate::store::EventFilter { text: "\"code_key\"".to_owned(), ..Default::default() };
        let newer = self.store.events(&uses, u32::MAX, 0)?.iter().any(|row| {
            row.event.seq > given && row.event.code_key.as_ref().is_some_and(|key| key.person == person)
        });
        let grants = crate::store::EventFilter { text: "\"grant\"".to_owned(), ..Default::default() };
        let used = self.store.events(&grants, u32::MAX, 0)?.iter().any(|row| {
            row.event
                .keys
                .iter()
                .any(|key| matches!(&key.grant, Grant::Code { event, .. } if *event == given))
        });
        if newer || used { Err(wrong_code()) } else { Ok(given) }
    }

    fn next_key_number(&self) -> Result<i64, Refused> {
        Ok(self.store.signing_keys()?.last().map_or(0, |row| row.number) + 1)
    }

    fn new_access(
        &mut self,
        data: &RecordData,
        person: &Person,
        password: &Password,
        access: Access,
        stamp: &Stamp,
    ) -> Result<(Session, Option<String>), Refused> {
        let id = data.head.id;
        let least = self.least_strength()?;
        secrets::check_strength(password, &[&person.title, &person.login], least)?;
        let key = secrets::new_key()?;
        let key_number = self.next_key_number()?;
        let credential = secrets::wrap(&key, key_number, id, password, stamp.now)?;
        let public_key = secrets::public_hex(&key);
        let grant =
            Grant::Code { event: access.given, proof: secrets::grant_proof(&access.code, id, &public_key) };
        let failures = self.store.failures(id)?;
        let mut session = Session {
            person: id,
            login: person.login.to_string(),
            name: person.title.to_string(),
            roles: person.roles.clone(),
            key,
            key_number,
            failures,
            failures_of_others: Vec::new(),
            password_is_old: false,
        };
        let mut tx: Tx<'_> = self.store.begin()?;
        let request = Request::EnterWithCode { recovers: access.recovers };
        let next = perform_with_new_key(&mut tx, &session, request, NewAccess { grant, credential }, stamp)?;
        tx.commit()?;
        self.report_failures(&mut session, stamp)?;
        Ok((session, next))
    }
}

/// How a new key is authorised.
struct Access {
    /// Whether by the recovery code.
    recovers: bool,
    code: SigningKey,
    given: u64,
}

fn wrong_code() -> Refused {
    Refused::Rule("login and one-time code do not match, or the code was already used or replaced".to_owned())
}
