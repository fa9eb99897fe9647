//! P2: one change request with everything it rests on (domain 7).

use super::paper::Paper;
use crate::domain::ids::RecordId;
use crate::ops::refused::Refused;
use crate::report::Section;

/// The sections in the order of the clauses.
pub(super) fn sections(paper: &mut Paper<'_>, id: RecordId) -> Result<Vec<Section>, Refused> {
    paper.page(id)?;
    Ok(Vec::new())
}
