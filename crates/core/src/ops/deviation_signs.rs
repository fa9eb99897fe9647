//! Signs of a bypass of the process in a file, for which a process deviation is offered.
//!
//! What to look at is found by cheap queries of lists, because this is done after each event; what is a sign belongs to `domain`.

use std::collections::{BTreeMap, HashMap};

use super::attention::CachedSource;
use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::approval::ApprovalState;
use crate::domain::feedback::FeedbackState;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::problem_report::{DetectedIn, ProblemState};
use crate::domain::process_deviation::{self, Sign, Traces};
use crate::domain::record::ListRow;
use crate::domain::release::ReleaseState;
use crate::domain::requests::RecordSource;
use crate::domain::workflow::World;
use mainstay_base::distinct::distinct;
use mainstay_base::time::Moment;

impl ProductFile {
    /// The signs of a bypass that the file shows and no process deviation tells.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn deviation_signs(&self) -> Result<Vec<Sign>, Refused> {
        let cached = CachedSource::new(self.present());
        let signs = signs(cached.source, &cached)?;
        cached.failed()?;
        Ok(signs)
    }
}

/// The same by a source of records, which the rules read as `world`.
pub(super) fn signs<F>(source: &dyn RecordSource<F>, world: &dyn World) -> Result<Vec<Sign>, F> {
    let traces = Traces { reported: reported(source)?, started: started(source)? };
    Ok(process_deviation::signs_of(world, &traces))
}

/// The versions that feedback and problems of the field name, each with the first record that names it. Before a version of the file was
/// released they say nothing, so they are not looked for.
fn reported<F>(source: &dyn RecordSource<F>) -> Result<BTreeMap<String, RecordId>, F> {
    let released =
        |row: &ListRow| ReleaseState::from_code(&row.state).is_some_and(ReleaseState::was_released);
    let mut found = BTreeMap::new();
    if !source.list(Kind::Release, &[])?.iter().any(released) {
        return Ok(found);
    }
    // Newest first, so that the first record stays.
    for row in source.list(Kind::ProblemReport, &["affected_product_versions", "detected_in_phase"])? {
        let in_field = row.more.get(1).map(String::as_str) == Some(DetectedIn::Field.code());
        if in_field && row.state != ProblemState::Void.code() {
            let versions = serde_json::from_str::<Vec<String>>(value(&row)).unwrap_or_default();
            found.extend(versions.into_iter().map(|version| (version, row.id)));
        }
    }
    for row in source.list(Kind::Feedback, &["software_version_reported"])? {
        if row.state != FeedbackState::Void.code() && !value(&row).is_empty() {
            found.insert(value(&row).to_owned(), row.id);
        }
    }
    Ok(found)
}

/// The changes of which an approval was granted after their work began.
fn started<F>(source: &dyn RecordSource<F>) -> Result<Vec<RecordId>, F> {
    let mut began: HashMap<RecordId, Moment> = HashMap::new();
    for row in source.list(Kind::ChangeRequest, &["work_started_at"])? {
        if let Ok(at) = Moment::parse(value(&row)) {
            began.insert(row.id, at);
        }
    }
    if began.is_empty() {
        return Ok(Vec::new());
    }
    let approvals = source.list(Kind::Approval, &["subject"])?;
    let granted = approvals.iter().filter(|row| row.state == ApprovalState::Granted.code());
    let late = granted
        .filter_map(|row| Some((value(row).parse::<RecordId>().ok()?, row.state_since)))
        .filter(|(change, since)| began.get(change).is_some_and(|began| began < since))
        .map(|(change, _)| change);
    Ok(distinct(late))
}

/// The one additional column of a row.
fn value(row: &ListRow) -> &str {
    row.more.first().map_or("", String::as_str)
}
