//! The example product: a year of invented maintenance records, made by the same requests as everything else.
//!
//! Its steps are in `assets/example`, with a fixed clock, so numbers and dates are the same each time; keys and codes are not.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::file::ProductFile;
use super::new_file::{FirstPerson, NewFile, NewProduct, default_policy};
use super::refused::Refused;
use super::request::{Act, Receipt, Request};
use super::secrets::Password;
use super::session::Session;
use crate::domain::person::Role;
use crate::domain::product::{Market, SafetyClass};
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

/// The chapters of the story. Their steps are performed in the order of their clocks.
const CHAPTERS: &[(&str, &str)] = &[
    ("plan.ron", include_str!("../../../../assets/example/plan.ron")),
    ("releases.ron", include_str!("../../../../assets/example/releases.ron")),
    ("soup.ron", include_str!("../../../../assets/example/soup.ron")),
    ("deviation.ron", include_str!("../../../../assets/example/deviation.ron")),
    ("people.ron", include_str!("../../../../assets/example/people.ron")),
    ("feedback.ron", include_str!("../../../../assets/example/feedback.ron")),
    ("problems.ron", include_str!("../../../../assets/example/problems.ron")),
    ("changes.ron", include_str!("../../../../assets/example/changes.ron")),
    ("security-patch.ron", include_str!("../../../../assets/example/security-patch.ron")),
    ("gateway.ron", include_str!("../../../../assets/example/gateway.ron")),
    ("retirement.ron", include_str!("../../../../assets/example/retirement.ron")),
];

/// The example product after writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The password of every person.
    pub password: String,
    /// Every person who can sign in.
    pub people: Vec<ExamplePerson>,
}

/// A person of the example who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExamplePerson {
    /// Login name.
    pub login: String,
    /// Full name.
    pub full_name: String,
    /// Roles.
    pub roles: Vec<Role>,
}

/// The first step of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Beginning {
    at: Moment,
    offset_minutes: i32,
    machine: String,
    password: String,
    product: String,
    manufacturer: String,
    class: SafetyClass,
    class_rationale: String,
    markets: Vec<Market>,
    login: String,
    full_name: String,
    roles: Vec<Role>,
}

/// One step of the story.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: Moment,
    by: String,
    #[serde(rename = "do")]
    request: Request,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    occurred_at: Option<Moment>,
    #[serde(default)]
    late_reason: Option<String>,
    /// Whether the password is entered again.
    #[serde(default)]
    sign: bool,
    /// After an invitation: when the person sets their password with the code. Absent: not yet.
    #[serde(default)]
    activated_at: Option<Moment>,
}

impl Step {
    /// Whether one person did both at once, as a list is read or a review starts: then they are performed together.
    fn is_one_act_with(&self, next: &Self) -> bool {
        let plain = |step: &Self| !step.sign && step.activated_at.is_none() && step.occurred_at.is_none();
        self.at == next.at && self.by == next.by && plain(self) && plain(next)
    }

    fn act(self) -> Act {
        Act {
            request: self.request,
            reason: self.reason,
            occurred_at: self.occurred_at,
            late_reason: self.late_reason,
            read: None,
        }
    }
}

/// The login of the first person of the example product, and the password of every person in it.
pub fn example_access() -> Option<(String, String)> {
    let beginning: Beginning =
        read("beginning.ron", include_str!("../../../../assets/example/beginning.ron")).ok()?;
    Some((beginning.login, beginning.password))
}

/// Writes the example product to a new file at `path`.
pub fn write_example(path: &Path) -> Result<Example, Refused> {
    let beginning: Beginning =
        read("beginning.ron", include_str!("../../../../assets/example/beginning.ron"))?;
    let mut steps: Vec<Step> = Vec::new();
    for (name, text) in CHAPTERS {
        steps.extend(read::<Vec<Step>>(name, text)?);
    }
    steps.sort_by_key(|step| step.at);
    let mut story = Story::begin(path, beginning)?;
    for together in steps.chunk_by(Step::is_one_act_with) {
        if let Err(refusal) = story.perform_together(together) {
            let Story { file, .. } = story;
            drop(file);
            let _ = std::fs::remove_file(path);
            return Err(refusal);
        }
    }
    let people = story.sessions.values();
    let mut people: Vec<_> = people.map(|session| (session.person(), session)).collect();
    people.sort_by_key(|(id, _)| *id);
    let people = people
        .into_iter()
        .map(|(_, session)| ExamplePerson {
            login: session.login().to_owned(),
            full_name: session.name().to_owned(),
            roles: session.roles().to_vec(),
        })
        .collect();
    Ok(Example { password: story.password_text, people })
}

fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, Refused> {
    ron::Options::default()
        .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
        .from_str(text)
        .map_err(|error| Refused::Rule(format!("the example's {name} cannot be read: {error}")))
}

/// The example while it is being written.
struct Story {
    file: ProductFile,
    sessions: BTreeMap<String, Session>,
    password: Password,
    password_text: String,
    stamp: Stamp,
}

impl Story {
    fn begin(path: &Path, beginning: Beginning) -> Result<Self, Refused> {
        let stamp = Stamp::at(beginning.at, beginning.offset_minutes, beginning.machine);
        let new = NewFile {
            product: NewProduct {
                name: beginning.product,
                manufacturer: beginning.manufacturer,
                class: beginning.class,
                class_rationale: beginning.class_rationale,
                markets: beginning.markets,
            },
            person: FirstPerson {
                login: beginning.login.clone(),
                full_name: beginning.full_name,
                roles: beginning.roles,
            },
            policy: default_policy(),
        };
        let password = Password::new(beginning.password.clone());
        let (file, session, _recovery) = ProductFile::create(path, &new, &password, &stamp)?;
        let sessions = BTreeMap::from([(beginning.login, session)]);
        Ok(Self { file, sessions, password, password_text: beginning.password, stamp })
    }

    fn stamp(&self, now: Moment) -> Stamp {
        Stamp { now, ..self.stamp.clone() }
    }

    /// Performs steps that one person did at once, in one transaction.
    fn perform_together(&mut self, steps: &[Step]) -> Result<(), Refused> {
        let [first, _, ..] = steps else {
            for step in steps {
                self.perform(step.clone())?;
            }
            return Ok(());
        };
        let place = format!("steps of {} by {}", first.at, first.by);
        let stamp = self.stamp(first.at);
        let session = self
            .sessions
            .get(&first.by)
            .ok_or_else(|| Refused::Rule(format!("{place}: {} has no account yet", first.by)))?;
        let acts = steps.iter().cloned().map(Step::act).collect();
        self.file.perform_all(session, acts, &|_| true, &stamp).map_err(|(index, refusal)| {
            let what = steps.get(index).map_or_else(String::new, |step| step.request.name());
            if refusal.is_failure() { refusal } else { Refused::Rule(format!("{place}, {what}: {refusal}")) }
        })?;
        Ok(())
    }

    fn perform(&mut self, step: Step) -> Result<Receipt, Refused> {
        let place = format!("step of {} by {}, {}", step.at, step.by, step.request.name());
        let in_place = |refusal: Refused| {
            if refusal.is_failure() { refusal } else { Refused::Rule(format!("{place}: {refusal}")) }
        };
        let stamp = self.stamp(step.at);
        let invited =
            if let Request::InvitePerson { login, .. } = &step.request { Some(login.clone()) } else { None };
        let (sign, activated_at) = (step.sign, step.activated_at);
        let session = self
            .sessions
            .get(&step.by)
            .ok_or_else(|| Refused::Rule(format!("{place}: {} has no account yet", step.by)))?;
        let receipt = self
            .file
            .perform(session, step.act(), sign.then_some(&self.password), &stamp)
            .map_err(in_place)?;
        if let (Some(login), Some(at), Some(code)) = (invited, activated_at, &receipt.code) {
            let stamp = self.stamp(at);
            let session = self.file.activate(&login, code, &self.password, &stamp).map_err(in_place)?;
            self.sessions.insert(login, session);
        }
        Ok(receipt)
    }
}
