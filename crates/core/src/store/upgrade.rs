//! Upgrading a product file with an older schema: first a verified copy, then the steps in one transaction.
//!
//! The SQL of the steps does not belong here; it is kept next to the schema.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::identity::SCHEMA_VERSION;
use super::lock::{self, Holder, Taken};
use super::open::{self, FileState};
use super::verify::{self, Discrepancy, Verification};
use super::{backup, ddl, leftovers};
use mainstay_base::database::{self, Access};
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::store_error::StoreError;

/// A step from one version of the schema to the next.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The version that it upgrades.
    pub from: i32,
    /// The complete schema of that version, by which a file of that version is verified.
    pub schema: &'static str,
    /// The SQL that upgrades it to the next version. Never edited after its release.
    pub sql: &'static str,
}

/// The steps that upgrade older files to the schema of this program, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Steps(&'static [Step]);

impl Steps {
    /// The steps of all released versions. Version 1 is the first, so there are none yet.
    pub const RELEASED: Self = Self(&[]);

    /// Other steps: tests of upgrading need them while there is only one version.
    #[doc(hidden)]
    pub const fn of(steps: &'static [Step]) -> Self {
        Self(steps)
    }

    /// The steps from a version to the version of this program; `None` if one is missing.
    fn leading_from(self, version: i32) -> Option<&'static [Step]> {
        let first = self.0.iter().position(|step| step.from == version)?;
        let steps = self.0.get(first..)?;
        let unbroken = steps.iter().zip(version..).all(|(step, from)| step.from == from);
        (unbroken && i32::try_from(steps.len()) == Ok(SCHEMA_VERSION - version)).then_some(steps)
    }

    /// The schema of a version.
    pub fn schema(self, version: i32) -> Option<&'static str> {
        if version == SCHEMA_VERSION {
            return Some(ddl::V1);
        }
        self.0.iter().find(|step| step.from == version).map(|step| step.schema)
    }
}

/// The result of an upgrade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgraded {
    /// The version that the file had.
    pub from: i32,
    /// The version that it has now.
    pub to: i32,
    /// The verified copy of the file as it was.
    pub copy: PathBuf,
    /// Whether an earlier interrupted write was rolled back first.
    pub took_back_a_write: bool,
    /// The counts of the verification of the upgraded file, which found no discrepancy.
    pub verified: Verification,
}

/// Receives the current step and the share of all steps that is done, 0 to 1; returns whether to continue.
pub type Report<'a> = &'a (dyn Fn(&'static str, f32) -> bool + Sync);

/// Upgrades a file. `Err(Ok(state))` is the state that prevents it. After any error the file is as it was.
pub fn upgrade(
    path: &Path,
    holder: &Holder,
    steps: Steps,
    report: Report<'_>,
) -> Result<Upgraded, Result<FileState, StoreError>> {
    match open::look(path) {
        // A file may seem to be ready although an interrupted upgrade must still be rolled back.
        FileState::NeedsUpgrade { .. } | FileState::Ready => {}
        found => return Err(Ok(found)),
    }
    let _lock = match lock::take(path, holder).map_err(Err)? {
        Taken::Ours(lock) => lock,
        Taken::Theirs(holder) => return Err(Ok(FileState::Locked(holder))),
    };
    let took_back_a_write = open::has_journal(path);
    let mut conn = database::open(path, Access::Write).map_err(Err)?;
    open::set_up(&conn).map_err(Err)?;
    let version = match open::look_again(&conn, path).map_err(Err)? {
        FileState::NeedsUpgrade { version } => version,
        found => return Err(Ok(found)),
    };
    if let Some(rules) = open::newer_rules(&conn).map_err(Err)? {
        return Err(Ok(FileState::NewerRules { rules }));
    }
    let upgrade = Upgrade { path, steps, version, took_back_a_write, report };
    let copy = upgrade.change(&mut conn, holder).map_err(Err)?;
    drop(conn);
    upgrade.verified(copy).map_err(Err)
}

/// One upgrade under way.
struct Upgrade<'a> {
    path: &'a Path,
    steps: Steps,
    version: i32,
    took_back_a_write: bool,
    report: Report<'a>,
}

impl Upgrade<'_> {
    /// Copies the file and changes it while nobody else can write. Returns the path of the copy.
    fn change(&self, conn: &mut Connection, holder: &Holder) -> Result<PathBuf, StoreError> {
        let version = self.version;
        let steps = self.steps.leading_from(version).ok_or_else(|| {
            StoreError::Refused(format!(
                "no way is known from version {version} of the file to version {SCHEMA_VERSION}; use the program that made it"
            ))
        })?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let copy = self.copy(holder)?;
        let changed = self.run(&tx, steps).and_then(|()| Ok(tx.commit()?));
        if let Err(error) = changed {
            // The file is as it was, so the copy is not needed.
            let _ = std::fs::remove_file(&copy);
            return Err(error);
        }
        Ok(copy)
    }

    /// Makes a copy next to the file and verifies it.
    fn copy(&self, holder: &Holder) -> Result<PathBuf, StoreError> {
        let target = leftovers::free_name_before_upgrade(self.path, holder.since);
        let part = FreshFile::new(&target, Some(self.path))?;
        backup::copy(self.path, part.path(), &|share| (self.report)("Copying the file", share * 0.2))?;
        let keep_going = |share: f32| (self.report)("Verifying the copy", 0.2 + share * 0.3);
        let found = verify::verify_by(part.path(), self.steps, None, &keep_going)?;
        if let Some(first) = first_of(&found.findings) {
            return Err(StoreError::Damaged(format!(
                "it does not match its own record: {first}; nothing was upgraded"
            )));
        }
        part.persist()?;
        Ok(target)
    }

    /// Runs the steps in the transaction, and checks the resulting schema before the commit.
    fn run(&self, tx: &Connection, steps: &[Step]) -> Result<(), StoreError> {
        let _ = (self.report)("Upgrading the file", 0.5);
        for step in steps {
            tx.execute_batch(step.sql)?;
        }
        ddl::refresh_views(tx)?;
        tx.execute_batch(&format!("PRAGMA user_version = {SCHEMA_VERSION}"))?;
        let findings = verify::structure(tx, ddl::V1)?;
        if let Some(first) = first_of(&findings) {
            return Err(StoreError::Refused(format!(
                "the upgrade did not produce the schema of this program: {first}"
            )));
        }
        if (self.report)("Upgrading the file", 0.6) { Ok(()) } else { Err(StoreError::Cancelled) }
    }

    /// Verifies the upgraded file. If it does not verify, the copy is written back over it in one transaction.
    fn verified(&self, copy: PathBuf) -> Result<Upgraded, StoreError> {
        // The change is committed; from here on it cannot be cancelled.
        let keep_going = |share: f32| {
            let _ = (self.report)("Verifying the upgraded file", 0.6 + share * 0.4);
            true
        };
        let verified = verify::verify_by(self.path, self.steps, None, &keep_going)?;
        if let Some(first) = first_of(&verified.findings) {
            backup::copy(&copy, self.path, &|_| true)?;
            return Err(StoreError::Refused(format!(
                "the upgraded file did not match its own record: {first}; it was put back as it was"
            )));
        }
        let (from, took_back_a_write) = (self.version, self.took_back_a_write);
        Ok(Upgraded { from, to: SCHEMA_VERSION, copy, took_back_a_write, verified })
    }
}

fn first_of(findings: &[Discrepancy]) -> Option<String> {
    findings.first().map(|finding| format!("{}: {}", finding.place, finding.what))
}
