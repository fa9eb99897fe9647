//! Which anomalies of a supplier's list may concern the version in use. Every row has an answer; none is hidden.

use std::cmp::Ordering;

use serde::Serialize;

use super::TrackerRow;
use crate::model::version::{Scheme, compare};

/// What the versions and the state of an anomaly say about the version in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackerRelevance {
    /// An affected version is the version in use, or a line of versions that it belongs to.
    NamesVersion,
    /// It is open, or its state does not say, and it names no affected version.
    OpenWithoutVersion,
    /// It names no affected version and is fixed in a version after the one in use.
    FixedLater,
    /// It names only other affected versions.
    OtherVersions,
    /// It is closed and names no affected version.
    ClosedWithoutVersion,
}

impl TrackerRelevance {
    /// Whether it may concern the version in use.
    pub const fn may_concern(self) -> bool {
        match self {
            Self::NamesVersion | Self::OpenWithoutVersion | Self::FixedLater => true,
            Self::OtherVersions | Self::ClosedWithoutVersion => false,
        }
    }

    /// The reason in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NamesVersion => "names the version in use",
            Self::OpenWithoutVersion => "open, names no version",
            Self::FixedLater => "fixed in a later version",
            Self::OtherVersions => "names other versions",
            Self::ClosedWithoutVersion => "closed, names no version",
        }
    }
}

/// Marks which rows may concern a version: one answer for each row, in their order.
pub fn relevant_to(rows: &[TrackerRow], version: &str) -> Vec<TrackerRelevance> {
    rows.iter().map(|row| of_row(row, version)).collect()
}

fn of_row(row: &TrackerRow, version: &str) -> TrackerRelevance {
    if row.affected_version.iter().any(|named| names(named, version)) {
        return TrackerRelevance::NamesVersion;
    }
    if !row.affected_version.is_empty() {
        return TrackerRelevance::OtherVersions;
    }
    if row.open != Some(false) {
        return TrackerRelevance::OpenWithoutVersion;
    }
    let later = |fixed: &String| compare(Scheme::Nvd, bare(fixed), bare(version)).is_ok_and(Ordering::is_gt);
    if row.fixed_in.iter().any(later) {
        return TrackerRelevance::FixedLater;
    }
    TrackerRelevance::ClosedWithoutVersion
}

/// A version without a leading `v`.
fn bare(version: &str) -> &str {
    version.trim().trim_start_matches(['v', 'V'])
}

/// Whether a version as a tracker names it means the version in use: the same, or the beginning of it (`1.2`, `1.2.x`, `1.2 branch`). What says that
/// all versions are meant counts too.
fn names(named: &str, version: &str) -> bool {
    let (named, version) = (bare(named).to_lowercase(), bare(version).to_lowercase());
    let first = named.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let numbers = first.map_or(named.as_str(), |word| word.trim_end_matches([',', ';', ')']));
    let line = numbers.trim_end_matches(".x").trim_end_matches(".*");
    let begins = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_digit());
    matches!(named.as_str(), "all" | "any" | "all versions")
        || named == version
        || !line.is_empty() && version.strip_prefix(line).is_some_and(begins)
        || compare(Scheme::Nvd, numbers, &version).is_ok_and(Ordering::is_eq)
}
