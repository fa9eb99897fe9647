//! A desk to test at: a product file in a folder of its own, five people, and a clock that the test moves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::product::{Market, SafetyClass};
use mainstay::domain::record::RecordData;
use mainstay::domain::time::Moment;
use mainstay::domain::workflow::Condition;
use mainstay::ops::{
    Act, EventFilter, FileSource, FirstPerson, NewFile, NewProduct, Opened, Password, ProductFile, Receipt,
    Refused, Request, Session, Stamp, default_policy,
};
use serde_json::{Value, json};

/// The first maintenance plan of a file.
pub const PLAN: RecordId = RecordId::new(Kind::MaintenancePlan, 1);
pub const PASSWORD: &str = "violet tractor hums at noon";

pub struct Desk {
    pub folder: tempfile::TempDir,
    pub file: ProductFile,
    pub people: BTreeMap<&'static str, Session>,
    pub recovery: String,
    pub now: Moment,
    /// The file before each request that was signed, where a test keeps it.
    pub before_signing: Option<Vec<BeforeSigning>>,
    /// Who did what, and whether they entered their password, where a test keeps it.
    pub said: Option<Vec<(&'static str, Act, bool)>>,
    /// The clock of the machine, where the desk has none of its own.
    pub clock: Option<fn() -> Moment>,
}

/// The file before somebody signed, and what they did.
pub struct BeforeSigning {
    pub file: Vec<u8>,
    pub login: &'static str,
    pub act: Act,
    pub at: Moment,
}

pub fn stamp(now: Moment) -> Stamp {
    Stamp::at(now, 60, "QA-PC2")
}

pub fn new_file(class: SafetyClass) -> NewFile {
    NewFile {
        product: NewProduct {
            name: "Example pump gateway".to_owned(),
            manufacturer: "Example Devices".to_owned(),
            class,
            class_rationale: "Non-serious injury is possible".to_owned(),
            markets: vec![Market::Us, Market::Eu],
        },
        person: FirstPerson {
            login: "ana".to_owned(),
            full_name: "Ana Example".to_owned(),
            roles: Vec::new(),
        },
        policy: default_policy(),
    }
}

impl Desk {
    /// A fresh file of class B with Ana (quality, administrator) alone.
    pub fn new() -> Self {
        Self::new_at(Moment::parse("2031-03-03T09:00:00Z").unwrap())
    }

    /// The same at another time.
    pub fn new_at(now: Moment) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pump.mainstay");
        let password = Password::new(PASSWORD);
        let (file, ana, recovery) =
            ProductFile::create(&path, &new_file(SafetyClass::B), &password, &stamp(now)).unwrap();
        Self {
            folder,
            file,
            people: BTreeMap::from([("ana", ana)]),
            recovery,
            now,
            before_signing: None,
            said: None,
            clock: None,
        }
    }

    /// The same with everybody who is needed, verified and signed in.
    pub fn staffed() -> Self {
        Self::new().with_staff_and_plan()
    }

    /// The same from a fresh file.
    pub fn with_staff_and_plan(mut self) -> Self {
        self.hire_all();
        self.put_plan_in_force(PLAN, json!({}));
        self
    }

    /// The same before a plan is in force: its draft gives provisional values.
    pub fn staffed_without_plan() -> Self {
        let mut desk = Self::new();
        desk.hire_all();
        desk
    }

    fn hire_all(&mut self) {
        self.hire("ben", "Ben Example", &[Role::DevLead, Role::Developer]);
        self.hire("cleo", "Cleo Example", &[Role::RiskManager, Role::SecurityLead]);
        self.hire("dan", "Dan Example", &[Role::Tester, Role::Support, Role::Developer]);
        self.hire("eva", "Eva Example", &[Role::Regulatory, Role::Auditor]);
    }

    /// Accepts the example values of a draft, changes some, has it signed and puts it in force.
    pub fn put_plan_in_force(&mut self, plan: RecordId, more: Value) {
        let roles = [("quality", "ana"), ("dev_lead", "ben"), ("regulatory", "eva")]
            .map(|(role, login)| json!({"role": role, "person": self.people[login].person()}));
        let mut set = json!({"undecided": null, "effective_from": self.now.day(), "roles": roles});
        for (name, value) in more.as_object().unwrap() {
            set[name] = value.clone();
        }
        self.edit("ana", plan, set).unwrap();
        let approval = self.go("ana", plan, "submit").unwrap().made[0];
        for login in ["ana", "ben", "eva"] {
            self.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
        }
        let effect = json!({"impact_on_open": "Nothing is open yet"});
        self.signed("ana", go_to(plan, "put_in_force", effect)).unwrap();
        assert_eq!(self.state(plan), "effective");
    }

    /// Changes values of the plan in force by a new version of it.
    pub fn change_plan(&mut self, more: Value) -> RecordId {
        let plans = self.file.list(Kind::MaintenancePlan).unwrap();
        let now = plans.iter().find(|row| row.state == "effective").unwrap().id;
        let next = self.go("ana", now, "revise").unwrap().made[0];
        self.change_draft(next, more);
        next
    }

    /// Changes values of the draft of a plan and puts it in force.
    pub fn change_draft(&mut self, next: RecordId, more: Value) {
        let mut set = json!({
            "version": next.number.to_string(), "reason_for_version": "Other values", "effective_from": self.now.day(),
        });
        for (name, value) in more.as_object().unwrap() {
            set[name] = value.clone();
        }
        self.put_plan_in_force(next, set);
    }

    /// The same from a copy that was made once: quicker where many are needed.
    pub fn staffed_once() -> Self {
        static MADE: std::sync::OnceLock<(Vec<u8>, Moment, String)> = std::sync::OnceLock::new();
        let (bytes, now, recovery) = MADE.get_or_init(|| {
            let desk = Self::staffed();
            (std::fs::read(desk.file.path()).unwrap(), desk.now, desk.recovery)
        });
        Self::copy_of(bytes, *now, recovery, &["ana", "ben", "cleo", "dan", "eva"])
    }

    /// A copy of a file in which these people sign in.
    pub fn copy_of(bytes: &[u8], now: Moment, recovery: &str, logins: &[&'static str]) -> Self {
        Self { recovery: recovery.to_owned(), ..Self::copy_with(bytes, now, PASSWORD, logins) }
    }

    /// The same with another password for all of them. The recovery code is not known.
    pub fn copy_with(bytes: &[u8], now: Moment, password: &str, logins: &[&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pump.mainstay");
        std::fs::write(&path, bytes).unwrap();
        let Opened::Open(mut file) = ProductFile::open(&path, &stamp(now)).unwrap() else {
            panic!("not opened")
        };
        let people = logins
            .iter()
            .map(|login| (*login, file.sign_in(login, &Password::new(password), &stamp(now)).unwrap()));
        let people = people.collect();
        Self {
            folder,
            file: *file,
            people,
            recovery: String::new(),
            now,
            before_signing: None,
            said: None,
            clock: None,
        }
    }

    pub fn hire(&mut self, login: &'static str, full_name: &str, roles: &[Role]) {
        let invite = Request::InvitePerson {
            login: login.to_owned(),
            full_name: full_name.to_owned(),
            roles: roles.to_vec(),
        };
        let receipt = self.by("ana", invite).unwrap();
        let at = self.tick();
        let session =
            self.file.activate(login, &receipt.code.unwrap(), &Password::new(PASSWORD), &stamp(at)).unwrap();
        let person = session.person();
        let confirms = |session: &Session| {
            session.roles().iter().any(|role| matches!(role, Role::Quality | Role::SysAdmin))
        };
        let others = self.people.iter().filter(|(login, session)| **login != "ana" && confirms(session));
        let second = others.map(|(login, _)| *login).next().unwrap_or("ana");
        self.people.insert(login, session);
        self.by(second, Request::VerifyIdentity { person, how: "In person, by passport".to_owned() })
            .unwrap();
    }

    /// A minute passes.
    pub fn tick(&mut self) -> Moment {
        self.now = self.clock.map_or_else(|| self.now.plus_seconds(60), |clock| clock());
        self.now
    }

    pub fn act(
        &mut self,
        login: &str,
        act: impl Into<Act>,
        password: Option<&str>,
    ) -> Result<Receipt, Refused> {
        let at = self.tick();
        let (act, password) = (act.into(), password.map(Password::new));
        let before =
            self.before_signing.as_ref().map(|_| (std::fs::read(self.file.path()).unwrap(), act.clone()));
        let (login, session) = self.people.get_key_value(login).unwrap();
        if let Some(said) = &mut self.said {
            said.push((login, act.clone(), password.is_some()));
        }
        let receipt = self.file.perform(session, act, password.as_ref(), &stamp(at))?;
        let signed =
            || !self.file.events(&EventFilter::default(), 1, 0).unwrap()[0].event.signatures.is_empty();
        if let (Some(kept), Some((file, act))) = (&mut self.before_signing, before)
            && signed()
        {
            kept.push(BeforeSigning { file, login, act, at });
        }
        Ok(receipt)
    }

    /// What does not hold yet of the step that a record takes next.
    pub fn unmet(&self, id: RecordId) -> Vec<Condition> {
        self.file.gate_at(id, self.now).unwrap().into_iter().filter(|condition| !condition.met).collect()
    }

    /// The same in words, one condition on a line.
    pub fn unmet_words(&self, id: RecordId) -> String {
        self.unmet(id).into_iter().map(|condition| condition.text + "\n").collect()
    }

    /// What a record asks of people after some days, and how late each is.
    pub fn asked(&self, id: RecordId, days: i64) -> Vec<(String, i64)> {
        let attention = self.file.attention(self.now.plus_seconds(days * 86_400)).unwrap();
        let items = attention.now.iter().chain(&attention.coming).filter(|item| item.record == id);
        items.map(|item| (item.what.clone(), item.days_late)).collect()
    }

    /// Attaches a file to a record; its digest.
    pub fn attached(&mut self, login: &str, to: RecordId, file_name: &str, content: &str) -> String {
        let file = Request::Attach {
            to,
            file_name: file_name.to_owned(),
            file: FileSource::Text(content.to_owned()),
            description: format!("The file {file_name}"),
            source: String::new(),
            captured_at: None,
        };
        let made = self.by(login, file).unwrap().record.unwrap();
        self.record(made).text("sha256").to_owned()
    }

    /// Performs without a signature.
    pub fn by(&mut self, login: &str, act: impl Into<Act>) -> Result<Receipt, Refused> {
        self.act(login, act, None)
    }

    /// Performs with the password given.
    pub fn signed(&mut self, login: &str, act: impl Into<Act>) -> Result<Receipt, Refused> {
        self.act(login, act, Some(PASSWORD))
    }

    pub fn create(&mut self, login: &str, kind: Kind, set: Value) -> RecordId {
        self.by(login, Request::Create { kind, parent: None, set: fields(set) }).unwrap().record.unwrap()
    }

    /// A part of a record.
    pub fn create_part(&mut self, login: &str, kind: Kind, parent: RecordId, set: Value) -> RecordId {
        let request = Request::Create { kind, parent: Some(parent), set: fields(set) };
        self.by(login, request).unwrap().record.unwrap()
    }

    /// Edits with a reason, as what is signed asks for one.
    pub fn edit(&mut self, login: &str, id: RecordId, set: Value) -> Result<Receipt, Refused> {
        self.by(login, Act::from(Request::Edit { id, set: fields(set) }).because("As it came out"))
    }

    pub fn go(&mut self, login: &str, id: RecordId, go: &str) -> Result<Receipt, Refused> {
        self.by(login, go_to(id, go, json!({})))
    }

    pub fn sign_go(&mut self, login: &str, id: RecordId, go: &str) -> Result<Receipt, Refused> {
        self.signed(login, go_to(id, go, json!({})))
    }

    pub fn record(&self, id: RecordId) -> RecordData {
        self.file.record(id).unwrap()
    }

    pub fn state(&self, id: RecordId) -> String {
        self.record(id).head.state
    }

    /// Nothing in the file contradicts anything else in it.
    pub fn assert_verifies(&self) {
        let verification = ProductFile::verify(self.file.path(), None, &|_| true).unwrap();
        assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
        assert_eq!(verification.events, self.file.head().seq);
    }
}

pub fn fields(value: Value) -> mainstay::domain::record::Fields {
    value.as_object().unwrap().clone()
}

pub fn go_to(id: RecordId, go: &str, set: Value) -> Request {
    Request::Move { id, go: go.to_owned(), set: fields(set) }
}

/// A folder for the data of a workstation that has seen nothing yet. It is made when something is kept there.
pub fn workstation() -> PathBuf {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let root = ROOT.get_or_init(|| tempfile::tempdir().unwrap().keep());
    root.join(NEXT.fetch_add(1, Ordering::Relaxed).to_string())
}

/// The built program on such a workstation.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mainstay"));
    command.env("MAINSTAY_DATA_FOLDER", workstation());
    command
}

/// Attaches a small log to a record.
pub fn attach_log(to: RecordId, text: &str) -> Request {
    Request::Attach {
        to,
        file_name: "log.csv".to_owned(),
        file: FileSource::Text(text.to_owned()),
        description: String::new(),
        source: String::new(),
        captured_at: None,
    }
}

pub fn id(text: &str) -> RecordId {
    text.parse().unwrap()
}

/// A test record with its seven elements, all of it as it should be.
pub fn passed_test() -> serde_json::Value {
    json!({
        "title": "System test", "results": "As expected", "anomalies_found": "None", "version_tested": "2.3.1-rc1",
        "configuration": "Pump A, gateway rev C", "tools": "Rig 2", "date": "2031-03-03", "tester": "Dan Example",
        "outcome": "pass",
    })
}
