//! The test that a copy of the archive can be read: the program opens and verifies it, compares it with the file, and notes the result
//! in the retirement plan (IEC 62304 5.8.7, IMDRF N70).

use std::path::Path;

use serde_json::{Value, json};

use super::of_plan;
use crate::domain::ids::RecordId;
use crate::domain::record::{Fields, RecordData};
use crate::domain::retirement_plan::CARRIED_OUT;
use crate::domain::text::counted;
use crate::domain::workflow::Move;
use crate::ops::file::{Opened, ProductFile};
use crate::ops::files;
use crate::ops::refused::Refused;
use crate::ops::request::{Act, Request};
use crate::ops::session::Session;
use crate::store::{Head, Verification};
use mainstay_base::clock::Stamp;
use mainstay_base::regular;

/// A copy that was restored and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredCopy {
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// What was verified, in a sentence.
    pub result: String,
}

/// The reason of the entry, where the plan is signed already.
const REASON: &str = "Restore test of the archive";

/// What comes before a restore test can be noted in a plan that is not carried out.
fn next_words(data: &RecordData) -> String {
    let id = data.head.id;
    let state = data.head.state.as_str();
    if data.is_terminal() {
        return "Nothing is noted in it any more".to_owned();
    }
    let onward = |step: &&Move| step.from.contains(&state) && !step.reason && !step.by.is_empty();
    match data.def().moves.iter().find(onward) {
        Some(step) => format!(
            "Take the step “{}” (`{}`) on {id} first, and have its approval signed; then test the copy",
            step.label, step.name
        ),
        None => format!("Have the approval of {id} signed first; then test the copy"),
    }
}

impl ProductFile {
    /// Opens a copy of this file, verifies it wholly, and checks that it is this file at its last event or an earlier one. Nothing is
    /// written to either of them.
    ///
    /// # Errors
    /// When the copy cannot be opened, does not verify, or is another file; or `keep_going` says stop.
    pub fn test_restore(
        &self,
        copy: &Path,
        keep_going: &(dyn Fn(f32) -> bool + Sync),
    ) -> Result<RestoredCopy, Refused> {
        let name = copy.display();
        // Nothing is opened before: on Unix, closing the file by another name would release the locks that hold it here.
        if regular::is_same(copy, self.path()) {
            return Err(Refused::Rule(format!("{name} is the file itself; name a copy of it")));
        }
        let head = self.compare_with(copy)?;
        let sha256 = files::digest_of(copy, &|share| keep_going(share * 0.2))?;
        let found = Self::verify(copy, None, &|share| keep_going(share.mul_add(0.8, 0.2)))?;
        if let Some(first) = found.findings.first() {
            return Err(Refused::Rule(format!(
                "{name} does not verify in {}: {}: {}; keep it, and test another copy",
                counted(found.findings.len(), "place"),
                first.place,
                first.what
            )));
        }
        if found.head != (head.seq, head.digest.clone()) || files::digest_of(copy, &|_| true)? != sha256 {
            return Err(Refused::Rule(format!("{name} was changed while it was read; test it again")));
        }
        Ok(RestoredCopy { sha256, result: self.result_of(&found) })
    }

    /// The last event of a copy, if the copy is this file at its last event or an earlier one.
    fn compare_with(&self, copy: &Path) -> Result<Head, Refused> {
        let name = copy.display();
        let Opened::Open(other) = Self::open_to_read(copy)? else {
            return Err(Refused::Rule(format!(
                "{name} cannot be opened as a product file of this program; open it in the window to read why"
            )));
        };
        if other.uuid()? != self.uuid()? {
            return Err(Refused::Rule(format!("{name} is another product file; name a copy of this one")));
        }
        let head = other.head().clone();
        if self.event_digest(head.seq)?.as_deref() != Some(head.digest.as_str()) {
            return Err(Refused::Rule(format!(
                "{name} ends with event {}, which this file does not contain: it is no earlier state of this file, but went another way",
                head.seq
            )));
        }
        Ok(head)
    }

    fn result_of(&self, found: &Verification) -> String {
        let (seq, digest) = &found.head;
        let later = match self.head().seq.saturating_sub(*seq) {
            0 => "the last one of the file".to_owned(),
            more => format!("{} before the last one of the file", counted(more, "event")),
        };
        format!(
            "Verified by Mainstay {}: {}, {}, {}, {}; last event {seq}, SHA-256 {digest}, {later}",
            env!("CARGO_PKG_VERSION"),
            counted(found.events, "event"),
            counted(found.records, "record"),
            counted(found.signatures, "signature"),
            counted(found.attachments, "attachment")
        )
    }

    /// Refuses where a restore test cannot be noted in a plan: it is not carried out.
    ///
    /// # Errors
    /// When it is not a retirement plan that is carried out.
    pub fn refuse_restore_test(&self, plan: RecordId) -> Result<(), Refused> {
        of_plan(plan)?;
        let data = self.record(plan)?;
        if CARRIED_OUT.contains(&data.head.state.as_str()) {
            return Ok(());
        }
        let state = data.state().map_or("not known", |state| state.word);
        Err(Refused::Rule(format!(
            "a restore test is noted in a retirement plan that is carried out, from its approval until the product is closed; the state of {plan} is “{state}”. {}",
            next_words(&data)
        )))
    }

    /// Notes the test of a copy as a row of the plan.
    ///
    /// # Errors
    /// When the plan is not carried out, or the request is refused.
    pub fn note_restore_test(
        &mut self,
        session: &Session,
        (plan, reason): (RecordId, Option<&str>),
        (tested, location): (&RestoredCopy, &str),
        stamp: &Stamp,
    ) -> Result<(), Refused> {
        self.refuse_restore_test(plan)?;
        let data = self.record(plan)?;
        let mut rows = data.value("restore_tests").as_array().cloned().unwrap_or_default();
        rows.push(json!({
            "location": location, "on": stamp.now.day(), "sha256": tested.sha256, "result": tested.result,
        }));
        let mut set = Fields::new();
        set.insert("restore_tests".into(), Value::Array(rows));
        let edit = Request::Edit { id: plan, set };
        self.perform(session, Act::with_reason(edit, Some(reason.unwrap_or(REASON))), None, stamp)?;
        Ok(())
    }
}
