//! P1: everything of a period (domain 7).

use super::paper::Paper;
use crate::domain::time::Day;
use crate::ops::refused::Refused;
use crate::report::Section;

/// The sections in the order of the clauses.
pub(super) fn sections(_paper: &mut Paper<'_>, _from: Day, _to: Day) -> Result<Vec<Section>, Refused> {
    Ok(Vec::new())
}
