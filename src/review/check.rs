//! Whether the evidence of a review is what its items say, and whether the search gives the same again.

use std::collections::BTreeMap;
use std::path::Path;

use super::{item, refused};
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::review_item::{Hit, ReviewItem};
use crate::ops::{ProductFile, Refused};
use crate::soup::{SameResult, SearchRun, SearchedSubject, run_again};

/// Whether the kept evidence of a review is what its items say, and whether the same search gives the same again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceCheck {
    /// Where the evidence and the items differ, in words; empty if they agree.
    pub differs: Vec<String>,
    /// Whether the search gives the same on the present data; `None` if it was not repeated.
    pub again: Option<SameResult>,
}

/// Compares the items of a review with its evidence, and with `folder` repeats the search.
///
/// # Errors
/// When the evidence is missing, cannot be read, or the search cannot be repeated.
pub fn check(
    file: &ProductFile,
    review: RecordId,
    folder: Option<&Path>,
    go_on: &(dyn Fn(f32) -> bool + Sync),
) -> Result<EvidenceCheck, Refused> {
    let data = file.record(review)?;
    let sha256 = data.text("evidence_sha256").to_owned();
    let bytes = file
        .kept_bytes(review, &sha256)?
        .ok_or_else(|| Refused::Rule(format!("{review} has no evidence of its search in the file")))?;
    let run = SearchRun::read(&bytes)
        .map_err(|why| Refused::Rule(format!("the evidence of {review} cannot be read: {why}")))?;
    let differs = differences(file, review, &run)?;
    let again = folder.map(|folder| run_again(&bytes, folder, go_on).map_err(refused)).transpose()?;
    Ok(EvidenceCheck { differs, again })
}

/// Where the items of a review say something else than its evidence.
fn differences(file: &ProductFile, review: RecordId, run: &SearchRun) -> Result<Vec<String>, Refused> {
    let mut known: BTreeMap<(String, String), &SearchedSubject> = run
        .subjects
        .iter()
        .map(|one| ((one.subject.item.clone(), one.subject.version.clone()), one))
        .collect();
    let mut differs = Vec::new();
    for data in file.parts(review, Kind::ReviewItem)? {
        let Some(content) = data.typed::<ReviewItem>() else { continue };
        let version = content.version_searched.to_string();
        let name = content.title.strip_suffix(&version).unwrap_or(&content.title).trim().to_owned();
        let Some(one) = known.remove(&(name.clone(), version.clone())) else {
            differs.push(format!("{}: {name} {version} is not in the evidence", data.head.id));
            continue;
        };
        let told = item(data.head.id, one, &[], true);
        let ids = |hits: &[Hit]| hits.iter().map(|hit| hit.advisory.to_string()).collect::<Vec<_>>();
        if ids(&told.hits) != ids(&content.hits.0) || told.result != content.search_result {
            differs.push(format!("{}: its result is not that of the evidence", data.head.id));
        } else if Table(told.sources) != content.sources {
            differs.push(format!("{}: its sources are not those of the evidence", data.head.id));
        }
    }
    differs
        .extend(known.keys().map(|(name, version)| format!("{name} {version} was searched and has no item")));
    Ok(differs)
}
