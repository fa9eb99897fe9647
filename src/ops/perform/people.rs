//! Accounts, identities and the clock.

use super::{EventParts, Job};
use crate::domain::event::CodeKey;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::record::Fields;
use crate::domain::time::CLOCK_TOLERANCE_SECONDS;
use crate::ops::refused::Refused;
use crate::ops::secrets;

impl Job<'_> {
    pub(super) fn invite(
        &mut self,
        login: &str,
        full_name: &str,
        roles: &[Role],
    ) -> Result<EventParts, Refused> {
        let role = self.role("Inviting a person", &[Role::SysAdmin, Role::Quality])?;
        let login = login.trim().to_lowercase();
        if login.is_empty() || !login.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c)) {
            return Err(Refused::invalid(
                "login",
                "a login has letters, digits, dot, hyphen and underline only",
            )
            .with_labels(Kind::Person.def()));
        }
        if self.work.find_login(&login)? {
            return Err(Refused::invalid(
                "login",
                format!("{login} is taken, or was once; logins are never used again"),
            )
            .with_labels(Kind::Person.def()));
        }
        if roles.is_empty() {
            return Err(Refused::invalid("roles", "give at least one role").with_labels(Kind::Person.def()));
        }
        let mut set = Fields::new();
        set.insert("title".into(), full_name.into());
        set.insert("login".into(), login.into());
        set.insert("roles".into(), serde_json::json!(roles));
        let set = self.values(Kind::Person.def(), &set)?;
        let id = self.work.make(Kind::Person, &set)?;
        self.refuse_unfilled(id)?;
        self.give_code(id, role)
    }

    pub(super) fn reset(&mut self, person: RecordId, reason: Option<&str>) -> Result<EventParts, Refused> {
        let role = self.role("Resetting an access", &[Role::SysAdmin])?;
        if reason.is_none() {
            return Err(Refused::NeedsReason("resetting an access".to_owned()));
        }
        if person.kind != Kind::Person || person == self.session.person {
            return Err(Refused::Rule(
                "another person's access is reset; change your own password under your name".to_owned(),
            ));
        }
        self.work.get(person)?;
        self.work.state(person, PersonState::Invited.code())?;
        self.give_code(person, role)
    }

    pub(super) fn give_code(&mut self, person: RecordId, role: Role) -> Result<EventParts, Refused> {
        let code = secrets::new_code()?;
        let public_key = secrets::public_hex(&secrets::code_key(&code));
        self.code = Some(code);
        let code_key = Some(CodeKey { person: Some(person), public_key });
        Ok(EventParts { record: Some(person), role: Some(role), code_key, ..EventParts::default() })
    }

    /// The key that is confirmed is the one that the person uses now; a later key needs a new confirmation.
    pub(super) fn verify_identity(&mut self, person: RecordId, how: &str) -> Result<EventParts, Refused> {
        let role = self.role("Confirming an identity", &[Role::Quality, Role::SysAdmin])?;
        if person == self.session.person {
            return Err(Refused::Rule("another person confirms your identity".to_owned()));
        }
        if how.trim().is_empty() {
            return Err(Refused::invalid("identity_verified_how", "say how the identity was confirmed")
                .with_labels(Kind::Person.def()));
        }
        let data = self.work.get(person)?;
        let typed: Person = data.typed().ok_or(Refused::NoSuchRecord(person))?;
        if typed.key_fingerprint.is_empty() {
            return Err(Refused::Rule(format!(
                "{} has not set a password yet, so there is no key to confirm",
                typed.title
            )));
        }
        // Whoever handed out a new code could have used it: a second person confirms (21 CFR 11.200(a)(3)).
        if self.work.last_actor("person.reset_access", person)? == Some(self.session.person) {
            return Err(Refused::Rule(
                "you reset this access, so another quality manager or administrator confirms the identity"
                    .to_owned(),
            ));
        }
        let mut set = Fields::new();
        set.insert("identity_verified_by".into(), self.session.person.to_string().into());
        set.insert("identity_verified_at".into(), self.stamp.now.to_string().into());
        set.insert("identity_verified_how".into(), how.into());
        set.insert("identity_verified_key".into(), typed.key_fingerprint.to_string().into());
        let set = self.values(Kind::Person.def(), &set)?;
        self.work.set(person, &set)?;
        Ok(EventParts { record: Some(person), role: Some(role), ..EventParts::default() })
    }

    pub(super) fn acknowledge_clock(&mut self, reason: Option<&str>) -> Result<EventParts, Refused> {
        let role = self.role("Acknowledging the clock", &[Role::Quality, Role::SysAdmin])?;
        if reason.is_none() {
            return Err(Refused::NeedsReason("acknowledging the clock".to_owned()));
        }
        let back = self.work.head().at.map_or(0, |last| last.seconds_since(self.stamp.now));
        if back <= CLOCK_TOLERANCE_SECONDS && !self.work.clock_open()? {
            return Err(Refused::NoChange);
        }
        Ok(EventParts { role: Some(role), ..EventParts::default() })
    }
}
