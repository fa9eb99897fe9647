//! The kept evidence of a review beside what the review says: before it is handed over, confirmed and approved, and whenever somebody
//! asks (IEC 62304 7.1.3).

use super::review::of_review;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::soup_review::{SoupReviewState, agreement};
use crate::domain::workflow::Condition;
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::ops::request::Request;
use crate::store::Store;

impl ProductFile {
    /// Where a review and its items differ from the kept evidence of their search, in sentences; empty if they agree, or if nothing was
    /// searched yet.
    ///
    /// # Errors
    /// When it is not a review, or the file cannot be read.
    pub fn evidence_differences(&self, review: RecordId) -> Result<Vec<String>, Refused> {
        of_review(review)?;
        differences(&self.store, &self.record(review)?)
    }
}

fn differences(store: &Store, review: &RecordData) -> Result<Vec<String>, Refused> {
    let items = store.parts(review.head.id, Kind::ReviewItem)?;
    let sha256 = review.text("evidence_sha256");
    let handed_over = SoupReviewState::of(review).is_some_and(SoupReviewState::is_handed_over);
    if sha256.is_empty() && items.is_empty() && !handed_over {
        return Ok(Vec::new());
    }
    let bytes = store.blob(&sha256.to_lowercase())?;
    Ok(agreement::differences(review, &items.iter().collect::<Vec<_>>(), bytes.as_deref()))
}

/// The condition of a step that a review says what its evidence says, with the words for the step, if it is not met.
pub(in crate::ops) fn unmet(
    store: &Store,
    request: &Request,
) -> Result<Option<(String, Condition)>, Refused> {
    let Request::Move { id, go, .. } = request else { return Ok(None) };
    if !agreement::rests_on_evidence(*id, go) {
        return Ok(None);
    }
    let Some(review) = store.record(*id)? else { return Ok(None) };
    let Some(condition) = agreement::unmet(&differences(store, &review)?) else { return Ok(None) };
    let label = Kind::SoupReview.def().find_move(go).map_or(go.as_str(), |step| step.label);
    Ok(Some((format!("“{label}” on {id}"), condition)))
}

/// Refuses what was drafted if the condition is not met, together with the other conditions that are not met.
pub(in crate::ops) fn require<T>(
    drafted: Result<T, Refused>,
    unmet: Option<(String, Condition)>,
) -> Result<T, Refused> {
    let Some((what, condition)) = unmet else { return drafted };
    match drafted {
        Ok(_) => Err(Refused::Conditions { what, unmet: vec![condition] }),
        Err(Refused::Conditions { what, mut unmet }) => {
            unmet.push(condition);
            Err(Refused::Conditions { what, unmet })
        }
        Err(other) => Err(other),
    }
}
