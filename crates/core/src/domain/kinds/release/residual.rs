//! The known anomalies that stay in a version (IEC 62304 5.8.2).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Release, versions};
use crate::domain::change_request::{ChangeState, changes_for};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::problem_report::{ProblemReport, ProblemState};
use crate::domain::shared_record::SharedRecord;
use crate::domain::workflow::{Case, Condition, World};

/// The problems by the versions that they name, for whoever asks about many releases.
pub struct ProblemsByVersion(BTreeMap<String, Vec<RecordId>>);

impl ProblemsByVersion {
    /// Those of a file.
    pub fn of(world: &dyn World) -> Self {
        let mut found: BTreeMap<String, Vec<RecordId>> = BTreeMap::new();
        for data in world.in_states(Kind::ProblemReport, &states(|state| !state.is_void())) {
            let Some(problem) = data.typed::<ProblemReport>() else { continue };
            let named = problem.affected_product_versions.iter().chain(problem.residual_in_releases.iter());
            for version in named {
                found.entry(versions::plain(version)).or_default().push(data.head.id);
            }
        }
        Self(found)
    }

    /// The problems that stand in a release: those that name its version or the one before, and those that stayed in the one before;
    /// without those that its changes resolve, or that an earlier release resolved. A problem that was closed without a change stays.
    pub fn standing(&self, world: &dyn World, release: &Release) -> Vec<RecordId> {
        let before: Option<Arc<Release>> =
            release.predecessor.and_then(|id| world.record(id)).and_then(|data| data.typed());
        let wanted =
            std::iter::once(release).chain(before.as_deref()).map(|one| versions::plain(&one.version));
        let mut standing: BTreeSet<RecordId> =
            wanted.filter_map(|version| self.0.get(&version)).flatten().copied().collect();
        let stayed = before.iter().flat_map(|before| before.residual_anomalies.iter());
        let counts = |id: &RecordId| world.record(*id).is_some_and(|data| !data.is_terminal());
        standing.extend(stayed.filter_map(|row| row.problem).filter(counts));
        standing.into_iter().filter(|problem| !is_resolved(world, release, *problem)).collect()
    }
}

/// The problems that stand in one release.
pub fn standing_problems(world: &dyn World, release: &Release) -> Vec<RecordId> {
    ProblemsByVersion::of(world).standing(world, release)
}

/// The residual anomalies are the problems that stand in the version, each evaluated; more may be listed. An empty list is a
/// statement.
pub(super) fn residual_evaluated(case: &Case, release: &Release) -> Vec<Condition> {
    let standing: BTreeSet<RecordId> = standing_problems(case.world, release).into_iter().collect();
    let listed: BTreeSet<RecordId> =
        release.residual_anomalies.iter().filter_map(|row| row.problem).collect();
    let mut conditions: Vec<Condition> = standing
        .difference(&listed)
        .map(|id| {
            let text = format!("{id} stands in {} and is among the residual anomalies", release.version);
            Condition::new("IEC 62304 5.8.2", text, false).at("residual_anomalies")
        })
        .collect();
    let gone = |id: &&RecordId| {
        is_resolved(case.world, release, **id)
            || case.world.record(**id).is_none_or(|data| data.is_terminal())
    };
    conditions.extend(listed.difference(&standing).filter(gone).map(|id| {
        let text = format!("{id} is resolved, and not among the residual anomalies");
        Condition::new("IEC 62304 5.8.2", text, false).at("residual_anomalies")
    }));
    conditions.extend(without_version(case.world).into_iter().map(|id| {
        let text = format!("{id} names each version that it affects, or is listed");
        Condition::new("IEC 62304 5.8.2", text, listed.contains(&id)).on(id)
    }));
    if release.residual_anomalies.is_empty() {
        let stated = release.none_known == Some(true);
        conditions.push(
            Condition::new("IEC 62304 5.8.2", "It is stated that no anomaly is known", stated)
                .at("none_known"),
        );
    } else if release.none_known == Some(true) {
        let text = "It is not stated that no anomaly is known, since some are listed";
        conditions.push(Condition::new("IEC 62304 5.8.2", text, false).at("none_known"));
    }
    for (row, number) in release.residual_anomalies.iter().zip(1..) {
        let evaluated =
            row.problem.is_some() && !row.evaluation.trim().is_empty() && !row.rationale.trim().is_empty();
        let what = row.problem.map_or_else(|| format!("row {number}"), |id| id.to_string());
        conditions.push(
            Condition::new(
                "IEC 62304 5.8.3",
                format!("The residual anomaly {what} is evaluated, with its reason to stay"),
                evaluated,
            )
            .at("residual_anomalies"),
        );
        let text = format!("The risk of the residual anomaly {what} is acceptable");
        conditions.push(
            Condition::new("IEC 62304 5.8.3", text, row.risk_acceptable == Some(true))
                .at("residual_anomalies"),
        );
    }
    conditions
}

/// The open problems that name no version of which it could be said whether they stand in a release: none, or a text that is no
/// single version.
fn without_version(world: &dyn World) -> Vec<RecordId> {
    let open = world.in_states(Kind::ProblemReport, &states(ProblemState::may_be_edited_whole));
    let unclear = |data: &&SharedRecord| {
        data.typed::<ProblemReport>().is_some_and(|problem| {
            problem.affected_product_versions.is_empty()
                || problem.affected_product_versions.iter().any(|version| !versions::names_one(version))
        })
    };
    open.iter().filter(unclear).map(|data| data.head.id).collect()
}

fn states(wanted: fn(ProblemState) -> bool) -> Vec<&'static str> {
    let all = ProblemState::ALL.iter().map(|state| state.code);
    all.filter(|code| ProblemState::from_code(code).is_some_and(wanted)).collect()
}

/// Whether the problem is being resolved or is closed, and every change for it that was not given up is in this release or was
/// released before. A problem that came back is not resolved, whatever was released for it.
fn is_resolved(world: &dyn World, release: &Release, problem: RecordId) -> bool {
    let state = world.record(problem).and_then(|data| ProblemState::of(&data));
    if !state.is_some_and(|state| state.is_being_resolved() || state.is_resolved()) {
        return false;
    }
    let changes = changes_for(world, problem);
    let alive: Vec<_> = changes
        .iter()
        .filter(|change| ChangeState::of(change).is_some_and(|state| !state.is_given_up()))
        .collect();
    !alive.is_empty()
        && alive.iter().all(|change| {
            release.change_requests.contains(&change.head.id)
                || ChangeState::of(change).is_some_and(ChangeState::is_released)
        })
}
