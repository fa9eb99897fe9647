//! Why a command failed, as an exit code and a message.

use std::path::Path;

use crate::base::regular;
use crate::domain::record::Violation;
use crate::domain::workflow::Condition;
use crate::ops::{Refused, StoreError};

/// A file is missing, cannot be read or written, or its content is not what it should be.
const FAILED: u8 = 1;
/// Wrong usage: an unknown option, kind or name, a malformed number or date, a reversed range.
const USAGE: u8 = 2;
/// A rule or a permission refused.
const REFUSED: u8 = 3;
/// The file contradicts itself.
const INTEGRITY: u8 = 4;

/// A check found something: an unmet condition, commits that do not agree, a sign of a bypass.
pub const FOUND: u8 = 12;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// The message for the error stream.
    pub words: String,
    /// The text for the output stream.
    pub output: String,
}

impl Failure {
    fn new(code: u8, words: impl Into<String>) -> Self {
        Self { code, words: words.into(), output: String::new() }
    }

    /// The command failed for a reason outside the program.
    pub fn failed(words: impl Into<String>) -> Self {
        Self::new(FAILED, words)
    }

    /// The command was used wrongly.
    pub fn usage(words: impl Into<String>) -> Self {
        Self::new(USAGE, words)
    }

    /// An input was refused: its content is not what it should be.
    pub fn of_input(refusal: Refused) -> Self {
        match refusal {
            Refused::Rule(words) => Self::failed(words),
            other => other.into(),
        }
    }

    /// How a refusal of something is reported that is given by its name or as a .ron file.
    pub fn of_named(name: &str) -> fn(Refused) -> Self {
        let ron = Path::new(name.trim()).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ron"));
        if ron { Self::of_input } else { Self::of_argument }
    }

    /// An argument was refused.
    pub fn of_argument(refusal: Refused) -> Self {
        match refusal {
            Refused::Rule(words) => Self::usage(words),
            invalid @ Refused::Invalid { .. } => Self::usage(invalid.to_string()),
            other => other.into(),
        }
    }

    /// A rule or a permission refused the command.
    pub fn refused(words: impl Into<String>) -> Self {
        Self::new(REFUSED, words)
    }

    /// The file contradicts itself.
    pub fn integrity(words: impl Into<String>) -> Self {
        Self::new(INTEGRITY, words)
    }

    /// Whether the file contradicts itself or is damaged.
    pub const fn is_integrity(&self) -> bool {
        self.code == INTEGRITY
    }

    /// The command succeeded, and the exit code carries its answer.
    pub fn answer(code: u8, output: String) -> Self {
        Self { code, words: String::new(), output }
    }

    /// Adds text for the output stream.
    pub fn after(mut self, output: String) -> Self {
        self.output = output;
        self
    }
}

/// A condition in words, with the code of the field in which it is met: the command line knows fields by their codes.
pub(super) fn condition_words(condition: &Condition) -> String {
    match (condition.field, condition.record) {
        (None, _) => condition.text.clone(),
        (Some(field), None) => format!("{} (field {field})", condition.text),
        (Some(field), Some(record)) => format!("{} (field {field} of {record})", condition.text),
    }
}

/// The unmet conditions, each on a line of its own where there are several.
fn conditions_words(what: &str, unmet: &[Condition]) -> String {
    let words = unmet.iter().map(|condition| {
        let clause =
            if condition.clause.is_empty() { String::new() } else { format!(" ({})", condition.clause) };
        format!("{}{clause}", condition_words(condition))
    });
    let words: Vec<String> = words.collect();
    let between = if words.len() > 1 { "\n  " } else { " " };
    format!("{what} is not possible yet; it needs:{between}{}", words.join("\n  "))
}

fn violations_words(violations: &[Violation]) -> String {
    let words = violations.iter().map(|one| match one.field.as_str() {
        "" => one.reason.clone(),
        field => format!("{} (field {field})", one.reason),
    });
    words.collect::<Vec<_>>().join("; ")
}

impl From<Refused> for Failure {
    fn from(refusal: Refused) -> Self {
        match &refusal {
            Refused::Conditions { what, unmet } => Self::refused(conditions_words(what, unmet)),
            Refused::Invalid { violations } => Self::refused(violations_words(violations)),
            Refused::Store(StoreError::Damaged(_) | StoreError::ReadBack) => {
                Self::integrity(refusal.to_string())
            }
            Refused::Store(error) => store_failed(error),
            Refused::NotAllowed { .. }
            | Refused::Rule(_)
            | Refused::NoSuchRecord(_)
            | Refused::ChangedWhileReading
            | Refused::NoChange
            | Refused::NeedsReason(_)
            | Refused::NeedsPassword(_)
            | Refused::WrongPassword
            | Refused::Wait { .. } => Self::refused(refusal.to_string()),
        }
    }
}

impl From<crate::soup::Refused> for Failure {
    fn from(refusal: crate::soup::Refused) -> Self {
        match &refusal {
            crate::soup::Refused::Store(StoreError::Damaged(_) | StoreError::ReadBack) => {
                Self::integrity(refusal.to_string())
            }
            crate::soup::Refused::Store(error) => store_failed(error),
            crate::soup::Refused::Rule(_) => Self::refused(refusal.to_string()),
        }
    }
}

/// A failure of disk or file, with its cause.
fn store_failed(error: &StoreError) -> Failure {
    let cause = std::error::Error::source(error).map(|cause| match cause.downcast_ref::<std::io::Error>() {
        Some(cause) => format!(": {}", regular::why(cause)),
        None => format!(": {cause}"),
    });
    Failure::failed(format!("{error}{}", cause.unwrap_or_default()))
}
