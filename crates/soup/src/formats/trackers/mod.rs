//! A supplier's list of known anomalies (IEC 62304 7.1.3), as its issue tracker exports it: GitHub, GitLab, Bugzilla, Jira.
//!
//! The format is recognised by the content. Every row is kept as written; whether it concerns a product is for a person to say.

mod json;
mod relevant;
mod table;

use serde::Serialize;

use mainstay_base::note::{Gravity, Notes, Unreadable};

pub use relevant::{TrackerRelevance, relevant_to};

/// Maximum size of an export, in bytes.
pub const TRACKER_BYTES_MAX: usize = 64 << 20;
/// Maximum number of rows of an export.
pub const TRACKER_ROWS_MAX: usize = 50_000;
/// Maximum number of versions of one row.
const VERSIONS_MAX: usize = 1000;

/// The issue tracker that made an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackerKind {
    /// Issues of GitHub.
    GitHub,
    /// Issues of GitLab.
    GitLab,
    /// Bugzilla.
    Bugzilla,
    /// Jira.
    Jira,
}

impl TrackerKind {
    /// Its name.
    pub const fn words(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub issues",
            Self::GitLab => "GitLab issues",
            Self::Bugzilla => "Bugzilla",
            Self::Jira => "Jira",
        }
    }
}

/// One anomaly of a supplier's list, as written there. A field that the list does not give is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TrackerRow {
    /// Its number or key.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its state as written, with the resolution if there is one.
    pub state: String,
    /// Whether it is open; `None` if the state does not say.
    pub open: Option<bool>,
    /// Severity or priority.
    pub severity: String,
    /// The versions in which it occurs.
    pub affected_version: Vec<String>,
    /// The versions that contain the fix or are planned to: fix versions, milestones.
    pub fixed_in: Vec<String>,
}

/// A supplier's list of anomalies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrackerList {
    /// The tracker.
    pub kind: TrackerKind,
    /// The format in words.
    pub format: String,
    /// The anomalies, in the order of the list.
    pub rows: Vec<TrackerRow>,
    /// Pull requests that GitHub lists among the issues; they are not anomalies and were left out.
    pub pull_requests: usize,
    /// Remarks: rows that could not be read, and signs that the list is not complete.
    pub notes: Notes,
}

impl TrackerList {
    fn new(kind: TrackerKind, format: &str) -> Self {
        Self { kind, format: format.to_owned(), rows: Vec::new(), pull_requests: 0, notes: Notes::default() }
    }

    /// Adds a row; one without number or title is noted.
    fn add(&mut self, place: &str, row: TrackerRow) {
        let missing = match (row.id.is_empty(), row.title.is_empty()) {
            (true, _) => "it has no number",
            (false, true) => "it has no title",
            (false, false) => return self.rows.push(row),
        };
        self.notes.add(Gravity::Refused, place, missing);
    }
}

/// Reads an export of an issue tracker.
///
/// # Errors
/// When it is not one, or cannot be read; the place and the reason.
pub fn read_tracker(bytes: &[u8]) -> Result<TrackerList, Unreadable> {
    if bytes.len() > TRACKER_BYTES_MAX {
        return Err(Unreadable::at(
            "document",
            format!(
                "it has {} bytes, at most {TRACKER_BYTES_MAX} are read: export fewer issues, for example those of the last years",
                bytes.len()
            ),
        ));
    }
    let text = mainstay_base::decode::text(bytes);
    match &text {
        Ok(text) if text.trim_start().starts_with(['[', '{']) => {
            json::read(text.trim_start_matches('\u{feff}'))
        }
        Ok(text) if text.trim().is_empty() => {
            Err(Unreadable::at("document", "it is empty: export the list of issues again"))
        }
        // Tables may have older encodings.
        Ok(_) | Err(_) => table::read(bytes),
    }
}

/// The refusal of a list with too many rows.
fn too_many() -> String {
    format!(
        "the list has more than {TRACKER_ROWS_MAX} rows: export fewer issues, for example those of this product and the last years"
    )
}

/// A version as written, without what means that none is given.
fn version(text: &str) -> Option<String> {
    let text = text.trim();
    let none = ["", "-", "--", "---", "unspecified", "none", "n/a", "unknown", "null"];
    (!none.contains(&text.to_ascii_lowercase().as_str())).then(|| text.to_owned())
}

/// Whether a state means that an anomaly is open; `None` for a word that is not known.
fn is_open(state: &str) -> Option<bool> {
    let folded = state.trim().to_ascii_lowercase().replace(['_', '-'], " ");
    let open = [
        "open",
        "opened",
        "reopened",
        "new",
        "unconfirmed",
        "confirmed",
        "assigned",
        "in progress",
        "to do",
        "todo",
        "backlog",
        "in review",
        "waiting",
        "needinfo",
        "modified",
        "on qa",
        "post",
        "triage",
    ];
    let closed = ["closed", "resolved", "verified", "done", "cancelled", "canceled", "released", "fixed"];
    if open.contains(&folded.as_str()) {
        return Some(true);
    }
    closed.contains(&folded.as_str()).then_some(false)
}

#[cfg(test)]
mod tests;
