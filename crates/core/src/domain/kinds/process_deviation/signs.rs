//! Signs in the file that the process was bypassed, for which the program offers to raise a deviation (domain 3.4 CR-03, CR-04;
//! 3.5 REL-01).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::json;

use super::{ProcessDeviation, ProcessDeviationState as S};
use crate::domain::approval::ApprovalState;
use crate::domain::change_request::{ChangeRequest, ChangeState};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::release::{Release, ReleaseState, uncovered, versions};
use crate::domain::shared_record::SharedRecord;
use crate::domain::text;
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// A sign of a bypass.
#[derive(Debug, Clone, PartialEq)]
pub struct Sign {
    /// What the file shows, as a sentence.
    pub what: String,
    /// The rule that it breaks.
    pub rule: &'static str,
    /// The clause of that rule.
    pub clause: &'static str,
    /// The records that show it.
    pub records: Vec<RecordId>,
    /// The fields of the deviation that is offered.
    pub offered: Fields,
}

impl Sign {
    fn new(what: String, rule: &'static str, clause: &'static str, records: Vec<RecordId>) -> Self {
        let mut offered = Fields::new();
        let title = text::title(what.trim_end_matches('.'));
        offered.insert("title".to_owned(), title.into());
        offered.insert("rule_bypassed".to_owned(), format!("{clause}: {rule}").into());
        offered.insert("description".to_owned(), what.clone().into());
        Self { what, rule, clause, records, offered }
    }

    fn with(mut self, field: &str, value: serde_json::Value) -> Self {
        self.offered.insert(field.to_owned(), value);
        self
    }
}

/// The deviations of a file.
fn deviations(world: &dyn World) -> Vec<std::sync::Arc<ProcessDeviation>> {
    world.all(Kind::ProcessDeviation).iter().filter_map(SharedRecord::typed).collect()
}

/// Whether a deviation about a change is at least contained, so that the work can go on truthfully.
pub fn of_change(world: &dyn World, change: RecordId) -> Option<RecordId> {
    let found = world.naming(change, Kind::ProcessDeviation, "change_requests");
    found.iter().find(|data| S::of(data).is_some_and(|state| state != S::Raised)).map(|data| data.head.id)
}

/// Whether a version is told by a deviation.
pub fn is_told(deviations: &[std::sync::Arc<ProcessDeviation>], version: &str) -> bool {
    let version = versions::plain(version);
    deviations
        .iter()
        .any(|deviation| deviation.affected_versions.iter().any(|told| versions::plain(told) == version))
}

/// The clause of the sign that a version in the field has no release record.
pub const NO_RECORD: &str = "IEC 62304 6.3.2";

/// What a search in the lists of a file found, so that not every record is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// The versions that feedback and problem reports name, each with a record that names it.
    pub reported: BTreeMap<String, RecordId>,
    /// The changes of which an approval was granted after their work began.
    pub started: Vec<RecordId>,
}

/// The signs that the file shows and no deviation tells.
pub fn signs_of(world: &dyn World, traces: &Traces) -> Vec<Sign> {
    let releases: Vec<(SharedRecord, std::sync::Arc<Release>)> = world
        .all(Kind::Release)
        .into_iter()
        .filter_map(|data| data.typed().map(|release| (data, release)))
        .collect();
    let told = deviations(world);
    let mut signs = versions_without_release(&releases, &told, &traces.reported);
    signs.extend(work_before_approval(world, &traces.started));
    signs.extend(differences_without_change(world, &releases, &told));
    signs
}

/// A version is in the field, and no release record says that it was released. A file that holds no released version yet says
/// nothing about the field.
fn versions_without_release(
    releases: &[(SharedRecord, std::sync::Arc<Release>)],
    told: &[std::sync::Arc<ProcessDeviation>],
    reported: &BTreeMap<String, RecordId>,
) -> Vec<Sign> {
    let was_released = |data: &SharedRecord| ReleaseState::of(data).is_some_and(ReleaseState::was_released);
    let known: Vec<String> = releases
        .iter()
        .filter(|(data, _)| was_released(data))
        .map(|(_, release)| versions::plain(&release.version))
        .collect();
    // Versions before the first one of the file were released elsewhere, before the file was kept.
    let earlier = |version: &str| {
        known.iter().all(|known| versions::order(version, known).is_some_and(Ordering::is_lt))
    };
    reported
        .iter()
        .filter(|(version, _)| {
            versions::names_one(version)
                && !earlier(version)
                && !known.contains(&versions::plain(version))
                && !is_told(told, version)
        })
        .map(|(version, record)| {
            Sign::new(
                format!(
                    "Version {version} is in the field, and no release record says that it was released."
                ),
                "modified software is released again under 5.8",
                NO_RECORD,
                vec![*record],
            )
            .with("affected_versions", json!([version]))
            .with("related", json!([record]))
        })
        .collect()
}

/// The work on a change began before it was approved.
fn work_before_approval(world: &dyn World, changes: &[RecordId]) -> Vec<Sign> {
    let made = |data: &SharedRecord| {
        ChangeState::of(data).is_some_and(|state| state.is_being_made() || state.is_done())
    };
    let mut signs = Vec::new();
    for data in changes.iter().filter_map(|id| world.record(*id)).filter(made) {
        let id = data.head.id;
        let Some(started) = data.typed::<ChangeRequest>().and_then(|change| change.work_started_at) else {
            continue;
        };
        let approvals = world.referring(id, Kind::Approval);
        // After a return to analysis the work may have begun under an approval that has ended since.
        let ended = approvals.iter().any(|data| {
            data.head.created_at <= started
                && matches!(
                    ApprovalState::of(data),
                    Some(ApprovalState::Invalidated | ApprovalState::Expired)
                )
        });
        let granted = approvals.iter().filter(|data| ApprovalState::of(data) == Some(ApprovalState::Granted));
        let before =
            !ended && granted.map(|data| data.head.state_since).min().is_some_and(|since| started < since);
        let told = !world.naming(id, Kind::ProcessDeviation, "change_requests").is_empty();
        if before && !told {
            let day: Day = started.day();
            signs.push(
                Sign::new(
                    format!("The work on {id} began on {day}, before it was approved."),
                    "a change is approved before it is made",
                    "IEC 62304 8.2.1",
                    vec![id],
                )
                .with("change_requests", json!([id]))
                .with("occurred_on", json!(day)),
            );
        }
    }
    signs
}

/// Most signs of one release.
const SIGNS_MAX: usize = 20;

/// An item differs from the version before, and no change of the release is behind it.
fn differences_without_change(
    world: &dyn World,
    releases: &[(SharedRecord, std::sync::Arc<Release>)],
    told: &[std::sync::Arc<ProcessDeviation>],
) -> Vec<Sign> {
    let mut signs = Vec::new();
    for (data, release) in releases {
        let open = ReleaseState::of(data).is_some_and(ReleaseState::is_before_release);
        if !open || (release.baseline_items.is_empty() && release.soup_baseline.is_empty()) {
            continue;
        }
        let id = data.head.id;
        for difference in uncovered(world, release).into_iter().take(SIGNS_MAX) {
            let named = |deviation: &std::sync::Arc<ProcessDeviation>| {
                deviation.releases.contains(&id)
                    && deviation.affected_items.iter().any(|item| **item == *difference.item)
            };
            if told.iter().any(named) {
                continue;
            }
            signs.push(
                Sign::new(
                    format!(
                        "{} in {}, and no change of the release is behind it.",
                        difference.words(),
                        release.version
                    ),
                    "no configuration item changes without an approved change request",
                    "IEC 62304 8.2.1",
                    vec![id],
                )
                .with("releases", json!([id]))
                .with("affected_items", json!([difference.item])),
            );
        }
    }
    signs
}
