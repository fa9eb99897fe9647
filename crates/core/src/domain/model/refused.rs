//! Why a request was refused, with advice. A refused request changes nothing.

use crate::domain::choice::Choice as _;
use crate::domain::field::FieldDef;
use crate::domain::ids::RecordId;
use crate::domain::record::{KindDef, Violation};
use crate::domain::role::Role;
use crate::domain::workflow::Condition;

/// Why a request was refused; `F` is the error of the record source.
#[derive(Debug, thiserror::Error)]
pub enum Refusal<F> {
    /// The person holds none of the permitted roles.
    #[error("{what} is reserved for {}", role_list(roles))]
    NotAllowed {
        /// The request.
        what: String,
        /// The permitted roles.
        roles: Vec<Role>,
    },
    /// Conditions of a transition are not met.
    #[error("{what} is not possible yet; it needs: {}", condition_list(unmet))]
    Conditions {
        /// The request.
        what: String,
        /// The unmet conditions, all of them.
        unmet: Vec<Condition>,
    },
    /// Values are invalid.
    #[error("{}", violation_list(violations))]
    Invalid {
        /// Every invalid value, with its field and the reason.
        violations: Vec<Violation>,
    },
    /// Another rule forbids it; the text says which.
    #[error("{0}")]
    Rule(String),
    /// There is no such record.
    #[error("there is no {0} in this file")]
    NoSuchRecord(RecordId),
    /// The content to be signed differs from what the person read.
    #[error("the record changed while you were reading; read it again")]
    ChangedWhileReading,
    /// Nothing would change.
    #[error("nothing would change")]
    NoChange,
    /// A reason is required but not given.
    #[error("{0} needs a reason")]
    NeedsReason(String),
    /// Every signature requires the password.
    #[error("{0} is signed: enter your password again")]
    NeedsPassword(String),
    /// Login and password do not match.
    #[error("login and password do not match; after several failures the next attempt is delayed")]
    WrongPassword,
    /// Too many failures.
    #[error("after {failures} failed attempts, try again in {wait_seconds} seconds")]
    Wait {
        /// How many attempts failed.
        failures: usize,
        /// How long to wait, in seconds.
        wait_seconds: i64,
    },
    /// The file could not be read or written.
    #[error(transparent)]
    Store(#[from] F),
}

impl<F> Refusal<F> {
    /// One invalid value.
    pub fn invalid(field: &str, reason: impl Into<String>) -> Self {
        Self::Invalid { violations: vec![Violation { field: field.to_owned(), reason: reason.into() }] }
    }

    /// Whether the file failed, not a rule.
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Store(_))
    }

    /// Replaces field names in violations with labels.
    pub fn with_labels(self, def: &KindDef) -> Self {
        match self {
            Self::Invalid { violations } => Self::Invalid {
                violations: violations
                    .into_iter()
                    .map(|violation| {
                        let label = def.field(&violation.field).map(|field: &FieldDef| field.label);
                        let place = label.map_or(violation.field.clone(), |label| format!("“{label}”"));
                        Violation { reason: format!("{place}: {}", violation.reason), ..violation }
                    })
                    .collect(),
            },
            other => other,
        }
    }
}

fn role_list(roles: &[Role]) -> String {
    if roles.is_empty() {
        return "the program".to_owned();
    }
    let words: Vec<_> = roles.iter().map(|role| role.word()).collect();
    format!("{}; ask a person with that role", words.join(" or "))
}

fn condition_list(unmet: &[Condition]) -> String {
    unmet
        .iter()
        .map(|condition| {
            let clause =
                if condition.clause.is_empty() { String::new() } else { format!(" ({})", condition.clause) };
            format!("{}{clause}", condition.text)
        })
        .collect::<Vec<_>>()
        .join("; ")
}

fn violation_list(violations: &[Violation]) -> String {
    violations.iter().map(|violation| violation.reason.as_str()).collect::<Vec<_>>().join("; ")
}
