//! The known anomalies that stay in a version (IEC 62304 5.8.2).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Release;
use crate::domain::change_request::{ChangeState, changes_for};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::problem_report::{ProblemReport, ProblemState};
use crate::domain::record::RecordData;
use crate::domain::workflow::World;

/// The problems that stand in a release: those that name its version or the one before, and those that stayed in the one before;
/// without those that its changes resolve, or that an earlier release resolved.
pub fn standing_problems(world: &dyn World, release: &Release) -> Vec<RecordId> {
    let before: Option<Arc<Release>> =
        release.predecessor.and_then(|id| world.record(id)).and_then(|data| data.typed());
    let mut versions: Vec<&str> = vec![&*release.version];
    versions.extend(before.as_ref().map(|before| &*before.version));
    let stayed: BTreeSet<RecordId> = before
        .iter()
        .flat_map(|before| before.residual_anomalies.iter())
        .filter_map(|row| row.problem)
        .collect();
    let mut standing: BTreeSet<RecordId> = world
        .in_states(Kind::ProblemReport, &open_states())
        .iter()
        .filter(|data| names_a_version(data, &versions))
        .map(|data| data.head.id)
        .collect();
    standing.extend(stayed.into_iter().filter(|id| world.record(*id).is_some_and(|data| !is_void(&data))));
    standing.into_iter().filter(|problem| !is_resolved(world, release, *problem)).collect()
}

fn open_states() -> Vec<&'static str> {
    ProblemState::ALL.iter().filter(|state| !state.finished).map(|state| state.code).collect()
}

fn is_void(data: &RecordData) -> bool {
    data.is_terminal()
}

fn names_a_version(data: &crate::domain::shared_record::SharedRecord, versions: &[&str]) -> bool {
    let Some(problem) = data.typed::<ProblemReport>() else { return false };
    let named = problem.affected_product_versions.iter().chain(problem.residual_in_releases.iter());
    named.into_iter().any(|version| versions.contains(&&**version))
}

/// Whether a change that resolves the problem is in this release or was released before, and no change for it is still to come.
fn is_resolved(world: &dyn World, release: &Release, problem: RecordId) -> bool {
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
