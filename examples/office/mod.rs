//! A file with three people who share the roles of maintenance, and what they do on the way from a change to a released
//! version. For the examples that need such a file; each of them uses a part of it.

mod change;
mod release;
#[path = "../../tests/it/search_file.rs"]
mod search_file;
mod soup;

pub use release::Content;

use std::error::Error;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::product::{Market, SafetyClass};
use mainstay::domain::record::Fields;
use mainstay::domain::time::Moment;
use mainstay::ops::{
    Act, FirstPerson, NewFile, NewProduct, Password, ProductFile, Receipt, Request, Session, Stamp,
    default_policy,
};
use serde_json::{Value, json};

/// What can go wrong here is printed and ends the example.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// The password of everybody.
pub const PASSWORD: &str = "violet tractor hums at noon";

/// A file as the examples begin it.
pub fn new_file() -> NewFile {
    NewFile {
        product: NewProduct {
            name: "Example pump gateway".to_owned(),
            manufacturer: "Example Devices".to_owned(),
            class: SafetyClass::B,
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

/// Who does something.
#[derive(Clone, Copy)]
pub enum Who {
    /// Quality, and administrator of the file.
    Ana,
    /// The developer.
    Ben,
    /// Everybody else who signs.
    Cleo,
}

/// The people at work on a file.
pub struct Office {
    pub file: ProductFile,
    ana: Session,
    ben: Session,
    cleo: Session,
    /// When the last request was performed.
    pub at: Moment,
}

impl Office {
    /// Invites Ben and Cleo into Ana's file, and puts its first plan in force.
    pub fn open(mut file: ProductFile, ana: Session, at: Moment) -> Outcome<Self> {
        let mut at = at;
        let ben = hire(&mut file, &ana, &mut at, ("ben", "Ben Example", &[Role::DevLead, Role::Developer]))?;
        let rest = [
            Role::DevLead,
            Role::RiskManager,
            Role::SecurityLead,
            Role::Regulatory,
            Role::ReleaseManager,
            Role::Tester,
            Role::Support,
        ];
        let cleo = hire(&mut file, &ana, &mut at, ("cleo", "Cleo Example", &rest))?;
        let mut office = Self { file, ana, ben, cleo, at };
        office.put_plan_in_force()?;
        Ok(office)
    }

    /// The person's number.
    pub fn person(&self, who: Who) -> RecordId {
        match who {
            Who::Ana => self.ana.person(),
            Who::Ben => self.ben.person(),
            Who::Cleo => self.cleo.person(),
        }
    }

    fn perform(&mut self, who: Who, request: Request, password: Option<&Password>) -> Outcome<Receipt> {
        self.at = self.at.plus_seconds(1);
        let session = match who {
            Who::Ana => &self.ana,
            Who::Ben => &self.ben,
            Who::Cleo => &self.cleo,
        };
        let name = request.name();
        let act = Act::from(request).because("As it came out");
        let stamp = Stamp::at(self.at, 60, "GENERATOR");
        self.file
            .perform(session, act, password, &stamp)
            .map_err(|refusal| format!("{name} was refused: {refusal}").into())
    }

    /// Performs a request that is not signed.
    pub fn act(&mut self, who: Who, request: Request) -> Outcome<Receipt> {
        self.perform(who, request, None)
    }

    /// Creates a record, or a part of `parent`.
    pub fn create(&mut self, who: Who, of: (Kind, Option<RecordId>), set: Value) -> Outcome<RecordId> {
        let (kind, parent) = of;
        let receipt = self.act(who, Request::Create { kind, parent, set: fields(set) })?;
        receipt.record.ok_or_else(|| "a record was made and has no number".into())
    }

    pub fn edit(&mut self, who: Who, id: RecordId, set: Value) -> Outcome<()> {
        self.act(who, Request::Edit { id, set: fields(set) })?;
        Ok(())
    }

    /// Takes a step that is not signed; returns the record that it made, if any.
    pub fn go(&mut self, who: Who, id: RecordId, go: &str) -> Outcome<Option<RecordId>> {
        Ok(self.act(who, step(id, go))?.made.first().copied())
    }

    /// Takes a step that is signed.
    pub fn sign_go(&mut self, who: Who, id: RecordId, go: &str) -> Outcome<Option<RecordId>> {
        Ok(self.perform(who, step(id, go), Some(&Password::new(PASSWORD)))?.made.first().copied())
    }

    /// Ana and Cleo sign an approval: with their roles that is enough.
    fn both_sign(&mut self, approval: Option<RecordId>) -> Outcome<()> {
        let id = approval.ok_or("no approval was requested")?;
        for who in [Who::Ana, Who::Cleo] {
            self.perform(who, Request::Sign { id, meaning: None }, Some(&Password::new(PASSWORD)))?;
        }
        Ok(())
    }

    /// The rows of a table of a record, each with more values.
    fn rows(&self, id: RecordId, field: &str, more: &Value) -> Outcome<Vec<Value>> {
        let record = self.file.record(id)?;
        let mut rows = record.value(field).as_array().cloned().unwrap_or_default();
        for row in rows.iter_mut().filter_map(Value::as_object_mut) {
            row.extend(fields(more.clone()));
        }
        Ok(rows)
    }

    /// Accepts the example values of the first plan, has it signed and puts it in force.
    fn put_plan_in_force(&mut self) -> Outcome<()> {
        let plan = RecordId::new(Kind::MaintenancePlan, 1);
        let roles = [("quality", Who::Ana), ("dev_lead", Who::Ben), ("regulatory", Who::Cleo)]
            .map(|(role, who)| json!({"role": role, "person": self.person(who)}));
        let decided = json!({"undecided": null, "effective_from": self.at.day(), "roles": roles});
        self.edit(Who::Ana, plan, decided)?;
        let approval = self.go(Who::Ana, plan, "submit")?;
        self.both_sign(approval)?;
        let effect = fields(json!({"impact_on_open": "None"}));
        let request = Request::Move { id: plan, go: "put_in_force".to_owned(), set: effect };
        self.perform(Who::Ana, request, Some(&Password::new(PASSWORD)))?;
        Ok(())
    }
}

/// Invites a person, who signs in; Ana confirms the identity.
fn hire(
    file: &mut ProductFile,
    ana: &Session,
    at: &mut Moment,
    (login, full_name, roles): (&str, &str, &[Role]),
) -> Outcome<Session> {
    let mut stamp = || {
        *at = at.plus_seconds(1);
        Stamp::at(*at, 60, "GENERATOR")
    };
    let invite = Request::InvitePerson {
        login: login.to_owned(),
        full_name: full_name.to_owned(),
        roles: roles.to_vec(),
    };
    let code = file.perform(ana, invite.into(), None, &stamp())?.code.ok_or("no code was given out")?;
    let session = file.activate(login, &code, &Password::new(PASSWORD), &stamp())?;
    let how = "In person, by passport".to_owned();
    let verify = Request::VerifyIdentity { person: session.person(), how };
    file.perform(ana, verify.into(), None, &stamp())?;
    Ok(session)
}

fn step(id: RecordId, go: &str) -> Request {
    Request::Move { id, go: go.to_owned(), set: Fields::new() }
}

/// The fields that a JSON object names.
pub fn fields(value: Value) -> Fields {
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Fields::new(),
    }
}
