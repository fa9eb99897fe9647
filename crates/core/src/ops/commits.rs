//! The commit list of a release: read from an export, stored with it as evidence, compared with the changes of the release.

use serde_json::json;

use super::evidence::EvidenceFile;
use super::file::ProductFile;
use super::gate::of_release;
use super::refused::Refused;
use super::session::Session;
use crate::domain::ids::RecordId;
use crate::domain::record::Fields;
use crate::domain::release::{self, BASELINE_MAX, CommitRow};
use crate::domain::text::Line;
use crate::exchange::commits;
use mainstay_base::clock::Stamp;

pub use crate::domain::release::{CommitComparison, MissingCommits};
pub use crate::exchange::commits::BYTES_MAX;

/// The commits of an export of the version control system, each once, in its order. `name` is the name of the file.
///
/// # Errors
/// [`Refused::Rule`] with the line and what was found there, if it is no list of commits.
pub fn read_commits(bytes: &[u8], name: &str) -> Result<Vec<CommitRow>, Refused> {
    let refused = |why: String| Refused::Rule(format!("{name} was not accepted as a list of commits: {why}"));
    let found = commits::read(bytes, BASELINE_MAX).map_err(|error| refused(error.to_string()))?;
    let line = |text: &str| Line::new(text).map_err(refused);
    found
        .into_iter()
        .map(|commit| Ok(CommitRow { commit: line(&commit.hash)?, subject: line(&commit.subject)? }))
        .collect()
}

/// Reads a commit list, attaches it to a release and puts its commits there, all of it or nothing. Returns the commits.
///
/// # Errors
/// As [`read_commits`], and the refusal of attaching or of the edit; then nothing was changed.
pub fn store(
    file: &mut ProductFile,
    session: &Session,
    (release, list): (RecordId, EvidenceFile),
    reason: Option<&str>,
    stamp: &Stamp,
) -> Result<Vec<CommitRow>, Refused> {
    of_release(release)?;
    let rows = read_commits(&list.bytes, &list.name)?;
    let mut set = Fields::new();
    set.insert("commits".to_owned(), json!(rows));
    set.insert("commits_sha256".to_owned(), list.sha256().into());
    file.keep_and_edit(session, (release, vec![list]), (set, reason), stamp)?;
    Ok(rows)
}

/// What the stored commit list of a release and its changes say of each other.
///
/// # Errors
/// When it is not a release, or there is no such record.
pub fn compare(file: &ProductFile, release: RecordId) -> Result<CommitComparison, Refused> {
    file.with_release(release, |world, content| release::compare(world, content))
}
