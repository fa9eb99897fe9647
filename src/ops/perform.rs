//! The door: one function through which every change goes.
//!
//! Permission, rule, change, event, signature, read-back, commit; or a refusal, and nothing changed.

use serde_json::Value;

use super::file::ProductFile;
use super::refused::Refused;
use super::request::{Act, FileSource, Receipt, Request, assignable};
use super::secrets::{self, Password};
use super::session::Session;
use super::work::Work;
use crate::clock::Stamp;
use crate::domain::attachment::BYTES_MAX;
use crate::domain::canonical;
use crate::domain::event::{CodeKey, Event, NewKey};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::record::{Fields, KindDef, RecordData, Violation, check_values};
use crate::domain::signature::{Cover, Meaning, Part, Signature};
use crate::domain::time::Moment;
use crate::domain::workflow::{Move, missing_fields};
use crate::store::{Commit, NewBlob, Tx};

/// Seconds by which the clock may stand before the last event without notice.
const CLOCK_BACK_SECONDS: i64 = 120;

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
        clock_back_seconds: (back > CLOCK_BACK_SECONDS).then_some(back.unsigned_abs()),
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
    Ok(Commit { event, signed, records, signatures, blobs: parts.blobs, keys: Vec::new(), credentials: Vec::new() })
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
                return Err((index, Refused::Rule("it was cancelled; nothing was changed".to_owned())));
            }
            receipts.push(perform_in(&mut tx, session, act, false, stamp).map_err(|refusal| (index, refusal))?);
        }
        tx.commit().map_err(|error| (count, error.into()))?;
        Ok(receipts)
    }
}

fn perform_in(tx: &mut Tx<'_>, session: &Session, act: Act, signed: bool, stamp: &Stamp) -> Result<Receipt, Refused> {
    let (commit, receipt) = {
        let mut job = Job::new(tx, session, signed, stamp)?;
        let parts = job.request(act)?;
        let receipt = Receipt {
            seq: 0,
            record: parts.record,
            made: job.work.made().to_vec(),
            code: job.code.take(),
        };
        let eventful = parts.code_key.is_some() || !parts.facts.is_null() || !job.work.signatures_made().is_empty();
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
            return Err(Refused::Rule("your account is not active any more; ask an administrator".to_owned()));
        }
        let person: Person =
            data.typed().ok_or_else(|| Refused::Rule("your account cannot be read".to_owned()))?;
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
        let occurred_at = occurred_at.or_else(|| received_at(&request));
        let late_reason = self.late(occurred_at, late_reason)?;
        let mut parts = match request {
            Request::Create { kind, set } => self.create(kind, &set)?,
            Request::Edit { id, set } => self.edit(id, &set)?,
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
            Request::NoteImport { facts } => self.note(&[Role::Support, Role::Quality], "Importing feedback", facts)?,
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
        if occurred_at.seconds_since(self.stamp.now) > CLOCK_BACK_SECONDS {
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

    fn create(&mut self, kind: Kind, set: &Fields) -> Result<EventParts, Refused> {
        let def = kind.def();
        let role = self.role(&format!("Making a {}", def.word.to_lowercase()), def.create_by)?;
        let set = self.values(def, set)?;
        for (name, value) in &set {
            let open = def.section_of(name).is_some_and(|section| section.open_in.contains(&def.initial()));
            let early = def.field(name).is_some_and(|field| !field.by_system);
            if !value.is_null() && (!early || !open && !OPEN_WHEN_MADE.contains(&name.as_str())) {
                return Err(closed_field(def, name, def.initial()));
            }
        }
        let id = self.work.make(kind, &set)?;
        self.refuse_unfilled(id)?;
        let effects = self.work.case(id, |case| (def.on_create)(case))?;
        self.work.apply(id, effects)?;
        self.references_exist(id, &set)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    fn edit(&mut self, id: RecordId, set: &Fields) -> Result<EventParts, Refused> {
        let def = id.kind.def();
        let role = self.role(&format!("Editing {id}"), def.edit_by)?;
        let data = self.work.get(id)?;
        if data.is_terminal() {
            return Err(Refused::Rule(format!("{id} is {} and read-only", state_word(&data))));
        }
        let set = self.values(def, set)?;
        self.refuse_closed(&data, &set)?;
        if id == self.session.person && set.contains_key("roles") {
            return Err(Refused::Rule("nobody changes their own roles; ask another administrator".to_owned()));
        }
        self.work.set(id, &set)?;
        self.refuse_unfilled(id)?;
        self.references_exist(id, &set)?;
        if def.edit_signed {
            self.sign_content(id, Meaning::Approved, vec![role], None)?;
        }
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    fn values(&self, def: &KindDef, set: &Fields) -> Result<Fields, Refused> {
        check_values(def, set).map_err(|violations| Refused::Invalid { violations }.with_labels(def))
    }

    /// Refuses changes to fields that the state has closed, and to those that only the program fills.
    fn refuse_closed(&self, data: &RecordData, set: &Fields) -> Result<(), Refused> {
        let def = data.def();
        for (name, value) in set {
            if data.value(name) == value {
                continue;
            }
            let section = def.section_of(name);
            let by_system = def.field(name).is_some_and(|field| field.by_system);
            let open = section.is_some_and(|section| section.open_in.contains(&data.head.state.as_str()));
            if by_system || !open {
                return Err(closed_field(def, name, &data.head.state));
            }
        }
        Ok(())
    }

    /// What the present state demands must not be emptied.
    fn refuse_unfilled(&self, id: RecordId) -> Result<(), Refused> {
        let data = self.work.get(id)?;
        let missing = missing_fields(&data, &data.head.state);
        if missing.is_empty() {
            return Ok(());
        }
        let violations = missing
            .into_iter()
            .map(|condition| Violation {
                field: condition.field.unwrap_or_default().to_owned(),
                reason: format!("must be filled in state {}", state_word(&data)),
            })
            .collect();
        Err(Refused::Invalid { violations }.with_labels(data.def()))
    }

    fn references_exist(&self, id: RecordId, set: &Fields) -> Result<(), Refused> {
        use crate::domain::field::{FieldType, record_ids};
        let def = id.kind.def();
        for field in def.fields().filter(|field| matches!(field.ty, FieldType::Record | FieldType::Records)) {
            for target in set.get(field.name).map(record_ids).unwrap_or_default() {
                self.work.get(target).map_err(|_| {
                    Refused::invalid(field.name, format!("there is no {target} in this file")).with_labels(def)
                })?;
            }
        }
        Ok(())
    }

    fn assign(&mut self, id: RecordId, owner: Option<RecordId>) -> Result<EventParts, Refused> {
        let def = id.kind.def();
        if !assignable(id.kind) {
            return Err(Refused::Rule(format!("a {} has no owner", def.word.to_lowercase())));
        }
        let role = self.role(&format!("Assigning {id}"), Role::EVERYONE)?;
        if let Some(owner) = owner {
            let data = self.work.get(owner)?;
            if owner.kind != Kind::Person || data.head.state == PersonState::Inactive.code() {
                return Err(Refused::Rule(format!("{owner} is no active person")));
            }
        }
        if self.work.get(id)?.is_terminal() {
            return Err(Refused::Rule(format!("{id} is ended and read-only")));
        }
        self.work.own(id, owner)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    fn go(&mut self, id: RecordId, go: &str, set: &Fields, reason: Option<&str>) -> Result<EventParts, Refused> {
        let def = id.kind.def();
        let data = self.work.get(id)?;
        let Some(step) = def.find_move(go).filter(|step| !step.by.is_empty()) else {
            let known: Vec<_> = def.moves.iter().filter(|step| !step.by.is_empty()).map(|step| step.name).collect();
            return Err(Refused::Rule(format!("“{go}” is no step of a {}; known are {}", def.word.to_lowercase(), known.join(", "))));
        };
        if !step.from.contains(&data.head.state.as_str()) {
            return Err(Refused::Rule(wrong_state(&data, step)));
        }
        let what = format!("“{}” on {id}", step.label);
        let role = self.role(&what, step.by)?;
        if step.reason && reason.is_none() {
            return Err(Refused::NeedsReason(what));
        }
        let set = self.values(def, set)?;
        self.refuse_closed(&data, &set)?;
        self.work.set(id, &set)?;
        self.references_exist(id, &set)?;
        let unmet: Vec<_> =
            self.work.case(id, |case| step.conditions(case))?.into_iter().filter(|condition| !condition.met).collect();
        if !unmet.is_empty() {
            return Err(Refused::Conditions { what, unmet });
        }
        if let Some(meaning) = step.sign {
            self.sign_content(id, meaning, vec![role], reason)?;
        }
        let effects = self.work.case(id, |case| (step.effects)(case))?;
        self.work.state(id, step.to)?;
        self.work.apply(id, effects)?;
        Ok(EventParts { record: Some(id), role: Some(role), ..EventParts::default() })
    }

    fn sign(&mut self, id: RecordId, meaning: Option<Meaning>, reason: Option<&str>) -> Result<EventParts, Refused> {
        let def = id.kind.def();
        let signing = self.work.case(id, |case| (def.sign_conditions)(case))?;
        let what = format!("Signing {id}");
        if signing.by.is_empty() {
            return Err(Refused::Rule(format!("{id} is not to be signed now; it is signed with its next step")));
        }
        let roles: Vec<Role> = signing.by.iter().copied().filter(|role| self.person.roles.contains(role)).collect();
        let first = self.role(&what, &signing.by)?;
        let unmet: Vec<_> = signing.conditions.into_iter().filter(|condition| !condition.met).collect();
        if !unmet.is_empty() {
            return Err(Refused::Conditions { what, unmet });
        }
        let meaning = match (meaning, signing.meanings.as_slice()) {
            (None, [only]) => *only,
            (Some(meaning), allowed) if allowed.contains(&meaning) => meaning,
            (Some(_) | None, _) => {
                return Err(Refused::Rule("choose one of the meanings that are offered for this signature".to_owned()));
            }
        };
        let covers = if signing.covers.is_empty() { vec![(id, Part::Content)] } else { signing.covers };
        self.put_signature(id, meaning, roles, covers, reason)?;
        let effects = self.work.case(id, |case| (def.on_sign)(case))?;
        self.work.apply(id, effects)?;
        Ok(EventParts { record: Some(id), role: Some(first), ..EventParts::default() })
    }

    fn sign_content(&mut self, id: RecordId, meaning: Meaning, roles: Vec<Role>, reason: Option<&str>) -> Result<(), Refused> {
        self.put_signature(id, meaning, roles, vec![(id, Part::Content)], reason)
    }

    fn put_signature(
        &mut self,
        id: RecordId,
        meaning: Meaning,
        roles: Vec<Role>,
        covers: Vec<(RecordId, Part)>,
        reason: Option<&str>,
    ) -> Result<(), Refused> {
        self.may_sign(id)?;
        let covers = covers
            .into_iter()
            .map(|(record, part)| Ok(Cover::of(&self.work.get(record)?, part)))
            .collect::<Result<_, Refused>>()?;
        self.work.sign(Signature {
            subject: id,
            event: 0,
            signer: self.session.person,
            printed_name: self.person.title.to_string(),
            login: self.session.login.clone(),
            roles,
            meaning,
            at: self.stamp.now,
            offset_minutes: self.stamp.offset_minutes,
            covers,
            reason: reason.map(str::to_owned),
        });
        Ok(())
    }

    fn may_sign(&self, id: RecordId) -> Result<(), Refused> {
        if !self.signed {
            return Err(Refused::NeedsPassword(id.to_string()));
        }
        if !self.person.may_sign() {
            return Err(Refused::Rule(
                "your identity is not verified for your present key; ask quality or the administrator to confirm it under People before you sign (21 CFR 11.100(b))".to_owned(),
            ));
        }
        let back = self.work.head().at.map_or(0, |last| last.seconds_since(self.stamp.now));
        if back > CLOCK_BACK_SECONDS || self.work.clock_open()? {
            return Err(Refused::Rule(
                "the clock of this machine ran backwards; set it right, then acknowledge it under Audit trail before anything is signed".to_owned(),
            ));
        }
        Ok(())
    }

    fn attach(
        &mut self,
        to: RecordId,
        file_name: &str,
        file: FileSource,
        [description, source]: [String; 2],
        captured_at: Option<Moment>,
    ) -> Result<EventParts, Refused> {
        let role = self.role("Attaching a file", Role::EVERYONE)?;
        let subject = self.work.get(to)?;
        if subject.head.state == "void" {
            return Err(Refused::Rule(format!("{to} is void and read-only")));
        }
        let bytes = super::files::read(file)?;
        if bytes.len() as u64 > BYTES_MAX {
            return Err(Refused::invalid("file", format!("{file_name} has {} bytes; at most {BYTES_MAX} can be attached", bytes.len())));
        }
        let sha256 = canonical::digest(&bytes);
        let mut set = Fields::new();
        set.insert("title".into(), file_name.into());
        set.insert("subject".into(), to.to_string().into());
        set.insert("media_type".into(), super::files::media_type(file_name).into());
        set.insert("bytes".into(), u32::try_from(bytes.len()).unwrap_or(u32::MAX).into());
        set.insert("sha256".into(), sha256.clone().into());
        set.insert("description".into(), description.into());
        set.insert("source".into(), source.into());
        set.insert("captured_by".into(), self.session.name.clone().into());
        if let Some(at) = captured_at {
            set.insert("captured_at".into(), at.to_string().into());
        }
        let set = self.values(Kind::Attachment.def(), &set)?;
        let id = self.work.make(Kind::Attachment, &set)?;
        self.refuse_unfilled(id)?;
        let blobs = vec![NewBlob { sha256, bytes }];
        Ok(EventParts { record: Some(id), role: Some(role), blobs, ..EventParts::default() })
    }

    fn invite(&mut self, login: &str, full_name: &str, roles: &[Role]) -> Result<EventParts, Refused> {
        let role = self.role("Inviting a person", &[Role::SysAdmin, Role::Quality])?;
        let login = login.trim().to_lowercase();
        if login.is_empty() || !login.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c)) {
            return Err(Refused::invalid("login", "a login has letters, digits, dot, hyphen and underline only")
                .with_labels(Kind::Person.def()));
        }
        if self.work.find_login(&login)? {
            return Err(Refused::invalid("login", format!("{login} is taken, or was once; logins are never used again"))
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

    fn reset(&mut self, person: RecordId, reason: Option<&str>) -> Result<EventParts, Refused> {
        let role = self.role("Resetting an access", &[Role::SysAdmin])?;
        if reason.is_none() {
            return Err(Refused::NeedsReason("resetting an access".to_owned()));
        }
        if person.kind != Kind::Person || person == self.session.person {
            return Err(Refused::Rule("another person's access is reset; change your own password under your name".to_owned()));
        }
        self.work.get(person)?;
        self.work.state(person, PersonState::Invited.code())?;
        self.give_code(person, role)
    }

    fn give_code(&mut self, person: RecordId, role: Role) -> Result<EventParts, Refused> {
        let code = secrets::new_code()?;
        let public_key = secrets::public_hex(&secrets::code_key(&code));
        self.code = Some(code);
        let code_key = Some(CodeKey { person: Some(person), public_key });
        Ok(EventParts { record: Some(person), role: Some(role), code_key, ..EventParts::default() })
    }

    /// The key that is confirmed is the one that the person uses now; a later key needs a new confirmation.
    fn verify_identity(&mut self, person: RecordId, how: &str) -> Result<EventParts, Refused> {
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
            return Err(Refused::Rule(format!("{} has not set a password yet, so there is no key to confirm", typed.title)));
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

    fn acknowledge_clock(&mut self, reason: Option<&str>) -> Result<EventParts, Refused> {
        let role = self.role("Acknowledging the clock", &[Role::Quality, Role::SysAdmin])?;
        if reason.is_none() {
            return Err(Refused::NeedsReason("acknowledging the clock".to_owned()));
        }
        let back = self.work.head().at.map_or(0, |last| last.seconds_since(self.stamp.now));
        if back <= CLOCK_BACK_SECONDS && !self.work.clock_open()? {
            return Err(Refused::NoChange);
        }
        Ok(EventParts { role: Some(role), ..EventParts::default() })
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

/// Fields of later sections that may be known when a record is made.
pub(super) const OPEN_WHEN_MADE: &[&str] = &["related", "patient_or_user_harm"];

/// When the thing of a new feedback happened for the organisation: its receipt.
fn received_at(request: &Request) -> Option<Moment> {
    match request {
        Request::Create { kind: Kind::Feedback, set } => {
            set.get("received_at").and_then(Value::as_str).and_then(|text| Moment::parse(text).ok())
        }
        Request::Create { .. }
        | Request::Edit { .. }
        | Request::Assign { .. }
        | Request::Move { .. }
        | Request::Sign { .. }
        | Request::Attach { .. }
        | Request::InvitePerson { .. }
        | Request::ResetAccess { .. }
        | Request::VerifyIdentity { .. }
        | Request::AcknowledgeClock
        | Request::NoteImport { .. }
        | Request::NotePacket { .. } => None,
    }
}

fn state_word(data: &RecordData) -> String {
    data.state().map_or(data.head.state.clone(), |state| format!("“{}”", state.word))
}

fn wrong_state(data: &RecordData, step: &Move) -> String {
    let def = data.def();
    let words: Vec<String> =
        step.from.iter().filter_map(|code| def.state(code)).map(|state| format!("“{}”", state.word)).collect();
    format!(
        "“{}” leads from {}, but {} is {}",
        step.label,
        words.join(" or "),
        data.head.id,
        state_word(data)
    )
}

/// Why a field cannot be changed, and what to do instead.
fn closed_field(def: &KindDef, name: &str, state: &str) -> Refused {
    let Some(field) = def.field(name) else { return Refused::invalid(name, format!("{} has no such field", def.word)) };
    if field.by_system {
        return Refused::invalid(name, "is filled by the program").with_labels(def);
    }
    let word = def.state(state).map_or(state, |state| state.word);
    let section = def.section_of(name);
    let open: Vec<String> = section
        .map(|section| section.open_in.iter().filter_map(|code| def.state(code)).map(|state| format!("“{}”", state.word)).collect())
        .unwrap_or_default();
    let mut reason = format!("is fixed in state “{word}”; it can be changed in {}", open.join(", "));
    if def.kind == Kind::ChangeRequest && section.is_some_and(|section| section.scope) {
        reason.push_str(". What is approved is not edited: return the change to analysis, which ends the approval");
    }
    if open.is_empty() {
        reason = format!("is fixed in state “{word}”");
    }
    Refused::invalid(name, reason).with_labels(def)
}
