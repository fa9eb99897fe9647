//! The register of SOUP, its reviews and the findings, where they are worked on in numbers: coverage, reading lists, the items of a
//! review, the triage.
//!
//! Belongs here: screens and dialogs of these. Does not belong here: their rules, and what the declaration of a kind can say.

pub mod coverage;
pub mod deciding;
pub mod items;
mod picked;
pub mod reading;
pub mod several;
pub mod starting;
pub mod triage;

use crate::ops::Refused;
use crate::ui::cx::Slot;

/// The outcome of a write, once it has come.
enum Wrote {
    /// It is not there yet, or nothing was asked.
    NotYet,
    /// It is written.
    Done,
    /// It was refused.
    Refused(Refused),
}

/// Takes the outcome of a write.
fn outcome_of(written: &mut Option<Slot<Option<Refused>>>) -> Wrote {
    match written.as_ref().and_then(Slot::take) {
        None => Wrote::NotYet,
        Some(None) => {
            *written = None;
            Wrote::Done
        }
        Some(Some(refusal)) => {
            *written = None;
            Wrote::Refused(refusal)
        }
    }
}
