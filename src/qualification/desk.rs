//! The room of the self-tests: a folder, and copies of the example product in which people sign in.
//!
//! The copies have a clock of their own, after the last event of the example, so that a check is the same on every day.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ron::extensions::Extensions;
use serde::Deserialize;

use super::Seen;
use crate::domain::text::shortened;
use crate::domain::time::Moment;
use crate::ops::{self, Act, Opened, Password, ProductFile, Receipt, Refused, Request, Session, Stamp};

/// The moment of the first act in a copy.
const FIRST: &str = "2026-12-01T09:00:00Z";
/// Most characters of a refusal, so that a cell of the pack stays readable.
const SAID_MOST: usize = 261;
/// The acts of the checks.
const ACTS: &str = include_str!("../../assets/qualification/acts.ron");

/// One act of a check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    by: String,
    #[serde(rename = "do")]
    request: Request,
    #[serde(default)]
    reason: Option<String>,
    /// Whether the password is entered.
    #[serde(default)]
    sign: bool,
}

/// A temporary folder, and the example product in it, written when it is first asked for.
pub struct Room<'a> {
    folder: &'a Path,
    example: OnceCell<Result<(Vec<u8>, String), String>>,
    files: Cell<u32>,
}

impl<'a> Room<'a> {
    /// A room in a folder.
    pub const fn new(folder: &'a Path) -> Self {
        Self { folder, example: OnceCell::new(), files: Cell::new(0) }
    }

    /// The folder.
    pub const fn folder(&self) -> &'a Path {
        self.folder
    }

    /// A path that no check has used.
    pub fn path(&self, ending: &str) -> PathBuf {
        self.files.set(self.files.get() + 1);
        self.folder.join(format!("{}.{ending}", self.files.get()))
    }

    /// The bytes of the example product, and the password of everybody in it.
    pub fn example(&self) -> Result<&(Vec<u8>, String), String> {
        let made = self.example.get_or_init(|| {
            let path = self.path("mainstay");
            let made = ops::write_example(&path).map_err(|refusal| refusal.to_string())?;
            let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
            Ok((bytes, made.password))
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// A copy of the example product.
    pub fn copy(&self) -> Result<PathBuf, String> {
        let path = self.path("mainstay");
        std::fs::write(&path, &self.example()?.0).map_err(|error| error.to_string())?;
        Ok(path)
    }

    /// A copy of the example product that is open to write, in which nobody has signed in yet.
    pub fn desk(&self) -> Result<Desk, String> {
        let path = self.copy()?;
        let now = Moment::parse(FIRST)?;
        let password = Password::new(self.example()?.1.as_str());
        match ProductFile::open(&path, &stamp(now)) {
            Ok(Opened::Open(file)) => Ok(Desk { file: *file, people: BTreeMap::new(), now, password }),
            Ok(Opened::Not(found)) => Err(format!("The copy was not opened: {found:?}")),
            Err(refusal) => Err(refusal.to_string()),
        }
    }

    /// Performs the acts of a name in a copy of its own; the outcome of the last one is returned with the copy. An earlier one that is
    /// refused fails the check.
    pub fn perform(&self, name: &str) -> Result<(Desk, Result<Receipt, Refused>), String> {
        let mut desk = self.desk()?;
        let outcome = desk.perform(name)?;
        Ok((desk, outcome))
    }
}

fn stamp(now: Moment) -> Stamp {
    Stamp::at(now, 0, "Self-test")
}

/// The acts of a name.
fn acts(name: &str) -> Result<Vec<Step>, String> {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let mut all: BTreeMap<String, Vec<Step>> = options.from_str(ACTS).map_err(|error| error.to_string())?;
    all.remove(name).ok_or_else(|| format!("There are no acts of the name {name}"))
}

/// An open copy of the example product.
pub struct Desk {
    /// The file.
    pub file: ProductFile,
    people: BTreeMap<String, Session>,
    now: Moment,
    /// The password of everybody.
    pub password: Password,
}

impl Desk {
    /// The next moment: a minute later.
    pub fn stamp(&mut self) -> Stamp {
        self.now = self.now.plus_seconds(60);
        stamp(self.now)
    }

    /// The same, so many seconds before the last moment.
    pub fn stamp_before(&self, seconds: i64) -> Stamp {
        stamp(self.now.plus_seconds(-seconds))
    }

    /// The session of a person, who signs in if they have not.
    pub fn session(&mut self, login: &str) -> Result<&Session, String> {
        if !self.people.contains_key(login) {
            let (at, password) = (self.stamp(), self.password.clone());
            let session = self.file.sign_in(login, &password, &at).map_err(|refusal| refusal.to_string())?;
            self.people.insert(login.to_owned(), session);
        }
        self.people.get(login).ok_or_else(|| format!("{login} did not sign in"))
    }

    /// Performs one act.
    pub fn act(
        &mut self,
        login: &str,
        act: Act,
        password: Option<&Password>,
    ) -> Result<Result<Receipt, Refused>, String> {
        self.session(login)?;
        let at = self.stamp();
        let session = self.people.get(login).ok_or_else(|| format!("{login} did not sign in"))?;
        Ok(self.file.perform(session, act, password, &at))
    }

    /// Performs the acts of a name; the outcome of the last one is returned.
    pub fn perform(&mut self, name: &str) -> Result<Result<Receipt, Refused>, String> {
        let mut last = Err(Refused::NoChange);
        let steps = acts(name)?;
        let count = steps.len();
        for (at, step) in steps.into_iter().enumerate() {
            let password = step.sign.then(|| self.password.clone());
            let act = Act { reason: step.reason, ..Act::from(step.request) };
            last = self.act(&step.by, act, password.as_ref())?;
            if let (Err(refusal), true) = (&last, at + 1 < count) {
                return Err(format!("Act {} before it was refused: {refusal}", at + 1));
            }
        }
        Ok(last)
    }
}

/// Expects a refusal that says all of these words.
pub fn refused<T>(outcome: Result<T, Refused>, words: &[&str]) -> Seen {
    let Err(refusal) = outcome else { return Err("It was not refused.".to_owned()) };
    let said = refusal.to_string();
    if words.iter().all(|word| said.contains(word)) {
        Ok(format!("Refused: {}", shortened(&said, SAID_MOST)))
    } else {
        Err(format!("It was refused, but for another reason: {}", shortened(&said, SAID_MOST)))
    }
}

/// Passed if it holds.
pub fn holds(holds: bool, seen: impl Into<String>) -> Seen {
    if holds { Ok(seen.into()) } else { Err(seen.into()) }
}

/// The words of a refusal, for `?`.
pub fn words(refusal: impl std::fmt::Display) -> String {
    refusal.to_string()
}
