//! Requests as seen by the window and the command line, and their outcome.

use crate::domain::ids::{Kind, RecordId};
use crate::domain::packet::ISSUE;

pub use crate::domain::requests::{Act, FileSource, Request};

/// The outcome of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Number of the audit event.
    pub seq: u64,
    /// The record that it changed.
    pub record: Option<RecordId>,
    /// Records that it created.
    pub made: Vec<RecordId>,
    /// A one-time code to hand to the person; it is stored nowhere.
    pub code: Option<String>,
}

/// The names of all events that a person can cause, sorted, for filtering the audit trail.
pub fn request_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "attachment.attach",
        "clock.acknowledge",
        "feedback.import",
        "file.continue",
        "file.create",
        ISSUE,
        "person.activate",
        "person.change_password",
        "person.failed_sign_ins",
        "person.invite",
        "person.recover",
        "person.reset_access",
        "person.verify_identity",
    ]
    .map(str::to_owned)
    .to_vec();
    for kind in Kind::ALL {
        let def = kind.def();
        let verbs =
            def.moves.iter().filter(|candidate| !candidate.by.is_empty()).map(|candidate| candidate.name);
        let common = [
            (!def.create_by.is_empty(), "create"),
            (!def.edit_by.is_empty(), "edit"),
            (def.assignable, "assign"),
            (def.sign_conditions.is_some(), "sign"),
        ];
        let common = common.into_iter().filter(|(is, _)| *is).map(|(_, verb)| verb);
        names.extend(verbs.chain(common).map(|verb| format!("{}.{verb}", kind.code())));
    }
    names.sort();
    names.dedup();
    names
}
