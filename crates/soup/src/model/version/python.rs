//! Python's versions by PEP 440, read by `pep440_rs`. Only old tools ordered versions that PEP 440 refuses (`2004d-final`, `1.0-foo`).

use super::{Judged, Refusal};
use pep440_rs::Version;

/// Reads a version.
pub(super) fn parse(text: &str) -> Result<Version, Refusal> {
    text.parse().map_err(|_| "it does not follow PEP 440")
}

/// The order of two versions, local versions above their public one.
pub(super) fn order(a: &Version, b: &Version) -> Judged {
    Judged::Ordered(a.cmp(b))
}
