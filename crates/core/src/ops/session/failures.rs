//! Failed sign-ins: kept, delayed after, reported in the audit trail, and shown to the person and to administrators (21 CFR 11.300(d)).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

use super::Session;
use crate::domain::ids::RecordId;
use crate::domain::person::Role;
use crate::domain::requests::Request;
use crate::domain::text::counted;
use crate::ops::file::ProductFile;
use crate::ops::perform::draft;
use crate::ops::refused::Refused;
use crate::store::SignInFailure;

/// After this many failures the next attempt is delayed.
const FREE_FAILURES: usize = 3;
/// Longest delay after failed attempts, in seconds.
const WAIT_SECONDS_MAX: i64 = 15 * 60;

/// When each person last failed to sign in to a file, by the steady clock, in this run of the program. It survives closing the file.
static FAILED_HERE: Mutex<BTreeMap<(PathBuf, RecordId), Duration>> = Mutex::new(BTreeMap::new());

fn failed_here() -> MutexGuard<'static, BTreeMap<(PathBuf, RecordId), Duration>> {
    FAILED_HERE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn attempts(count: usize) -> String {
    counted(count, "failed attempt")
}

/// The delay after a number of failures, in seconds.
fn wait_after(failures: usize) -> i64 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(over) => (1i64 << (over + 2).min(20)).min(WAIT_SECONDS_MAX),
    }
}

impl Session {
    fn failure_json(&self, failure: &SignInFailure) -> serde_json::Value {
        let SignInFailure { person, at, machine } = failure;
        match person {
            Some(person) if *person == self.person => serde_json::json!({"at": at, "machine": machine}),
            Some(person) => serde_json::json!({"at": at, "machine": machine, "person": person}),
            None => serde_json::json!({"at": at, "machine": machine, "unknown_login": true}),
        }
    }
}

impl ProductFile {
    pub(super) fn note_failure(&mut self, person: Option<RecordId>, stamp: &Stamp) -> Result<(), Refused> {
        self.store.note_failure(person, stamp.now, &stamp.machine)?;
        if let Some(person) = person {
            failed_here().insert((self.store.path().to_owned(), person), stamp.steady);
        }
        Ok(())
    }

    /// Refuses an attempt too soon after failures; otherwise returns the failures. A clock that was set back neither ends the
    /// delay nor extends it: failures in the future count as having happened now. A clock that was set forward does not end it
    /// either while the program runs: a steady clock that nobody can set also measures the time since a failure.
    pub(super) fn refuse_in_delay(
        &mut self,
        person: RecordId,
        stamp: &Stamp,
    ) -> Result<Vec<(Moment, String)>, Refused> {
        let failures = self.store.failures(person)?;
        let Some(last) = failures.iter().map(|(at, _)| *at).max() else { return Ok(failures) };
        if last.is_ahead_of(stamp.now) && self.store.is_writable() {
            self.store.move_future_failures_to_now(person, stamp.now)?;
        }
        let steady = failed_here().get(&(self.store.path().to_owned(), person)).map(|at| {
            stamp
                .steady
                .checked_sub(*at)
                .map_or(i64::MAX, |passed| i64::try_from(passed.as_secs()).unwrap_or(i64::MAX))
        });
        let passed = stamp.now.seconds_since(last).max(0).min(steady.unwrap_or(i64::MAX));
        let wait_seconds = wait_after(failures.len()) - passed;
        if wait_seconds > 0 {
            return Err(Refused::Wait { failures: failures.len(), wait_seconds });
        }
        Ok(failures)
    }

    /// Failed sign-ins go into the audit trail with the next successful one (21 CFR 11.300(d)): those of the person, and if that is an
    /// administrator, those of everybody and those with unknown logins.
    pub(super) fn report_failures(&mut self, session: &mut Session, stamp: &Stamp) -> Result<(), Refused> {
        let administrates = session.roles.contains(&Role::SysAdmin);
        let unreported = self.store.unreported_failures((!administrates).then_some(session.person))?;
        if unreported.is_empty() && session.failures.is_empty() {
            return Ok(());
        }
        if !unreported.is_empty() {
            let failures: Vec<_> = unreported.iter().map(|failure| session.failure_json(failure)).collect();
            let mut tx = self.store.begin()?;
            let request = Request::NoteFailedSignIns { facts: serde_json::json!({"failures": failures}) };
            let actor = session.actor(false, stamp);
            let (commit, _, _) = draft(&tx, session, &actor, request.into(), stamp)?;
            tx.append(&commit)?;
            tx.commit()?;
        }
        self.store.mark_failures(session.person, administrates)?;
        let own = Some(session.person);
        session.failures_of_others = unreported.into_iter().filter(|failure| failure.person != own).collect();
        Ok(())
    }

    /// What a person who signed in should know of failed attempts, in sentences.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn failure_words(&self, session: &Session) -> Result<Vec<String>, Refused> {
        let mut words = Vec::new();
        if let Some((last, _)) = session.failures.last() {
            let count = attempts(session.failures.len());
            words.push(format!(
                "{count} to sign in as you since your last sign-in, the last one on {}.",
                last.words()
            ));
        }
        let Some(last) = session.failures_of_others.last() else { return Ok(words) };
        let mut by_person: BTreeMap<Option<RecordId>, usize> = BTreeMap::new();
        for failure in &session.failures_of_others {
            *by_person.entry(failure.person).or_default() += 1;
        }
        let names = self.names()?;
        for (person, count) in by_person {
            let whose = match person {
                Some(id) => format!("as {}", names.get(&id).cloned().unwrap_or_else(|| id.to_string())),
                None => "with unknown logins".to_owned(),
            };
            words.push(format!("{} to sign in {whose}.", attempts(count)));
        }
        words.push(format!(
            "The last one was on {}, on the machine {}. The audit trail lists them.",
            last.at.words(),
            last.machine
        ));
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_up_to_its_limit() {
        assert_eq!(wait_after(2), 0);
        assert_eq!(wait_after(3), 4);
        assert_eq!(wait_after(5), 16);
        assert_eq!(wait_after(500), WAIT_SECONDS_MAX);
    }
}
