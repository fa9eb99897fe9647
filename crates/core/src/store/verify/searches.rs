//! Whether SOUP reviews that somebody signed for say what the kept evidence of their search says (IEC 62304 7.1.3). The requests allow
//! their fields to be filled, so the replay finds nothing where evidence and review differ.

use super::Check;
use crate::domain::ids::Kind;
use crate::domain::record::RecordData;
use crate::domain::soup_review::evidence::BYTES_MAX;
use crate::domain::soup_review::{SoupReviewState, agreement};
use crate::store::{StoreError, blobs};

/// Most differences of one review that are listed.
const LISTED: usize = 5;

impl Check<'_> {
    pub(super) fn searches(&mut self) -> Result<(), StoreError> {
        for review in self.replay.all(Kind::SoupReview) {
            if !SoupReviewState::of(&review).is_some_and(SoupReviewState::is_handed_over) {
                continue;
            }
            self.progress.go_on(0.8)?;
            let items = self.replay.parts(review.head.id, Kind::ReviewItem);
            let items: Vec<&RecordData> = items.iter().map(|data| &**data).collect();
            let bytes = self.evidence(review.text("evidence_sha256"))?;
            let differs = agreement::differences(&review, &items, bytes.as_deref());
            let place = review.head.id.to_string();
            for what in differs.iter().take(LISTED) {
                self.findings.found(place.as_str(), what.as_str());
            }
            if differs.len() > LISTED {
                let more = differs.len() - LISTED;
                self.findings.found(
                    place,
                    format!("it differs from the evidence of its search in {more} more places"),
                );
            }
        }
        Ok(())
    }

    /// The kept bytes with a digest, no more of them than an evidence may have and one.
    fn evidence(&self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut bytes = Vec::new();
        let read = blobs::read(self.conn, &sha256.to_lowercase(), |piece| {
            let left = (BYTES_MAX + 1).saturating_sub(bytes.len());
            bytes.extend_from_slice(piece.get(..left).unwrap_or(piece));
            self.progress.check()
        })?;
        Ok(read.map(|_| bytes))
    }
}
