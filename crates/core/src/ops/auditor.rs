//! What an auditor is shown: lists and records without personal data, and the list of what was shown.
//!
//! Belongs here: hiding, and the words of a record. Nothing here writes to the product file. Does not belong here: when the mode begins and
//! ends (`ui`).

mod sheet;
mod shown;
mod veil;

pub use sheet::{
    AuditorEvent, AuditorField, AuditorRow, AuditorSection, AuditorSheet, AuditorSignature, beside, chain_of,
};
pub use shown::{ShownList, ShownRow, keep_shown};
pub use veil::{HIDDEN, Veil};
