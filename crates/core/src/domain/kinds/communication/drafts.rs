//! The first draft of a communication, from what a release and its records already say.

use serde_json::{Value, json};

use crate::domain::change_request::ChangeRequest;
use crate::domain::ids::RecordId;
use crate::domain::problem_report::ProblemReport;
use crate::domain::record::Fields;
use crate::domain::release::{Release, ReleaseKind};
use crate::domain::text;
use crate::domain::workflow::World;

use super::CommunicationKind;
use mainstay_base::distinct::distinct;

/// The fields of a communication about a release: its problems with their consequence, its changes, how it is installed. Empty if
/// the record is no release.
pub fn draft_for(world: &dyn World, id: RecordId) -> Fields {
    let Some(release) = world.record(id).and_then(|data| data.typed::<Release>()) else {
        return Fields::new();
    };
    let product = world.product();
    let kind = match release.release_kind {
        Some(ReleaseKind::SecurityPatch) => CommunicationKind::SecurityAdvisory,
        Some(ReleaseKind::Hotfix | ReleaseKind::Rollback) => CommunicationKind::CustomerNotice,
        Some(ReleaseKind::Initial | ReleaseKind::Maintenance) | None => CommunicationKind::ReleaseNote,
    };
    let problems = release.problems_fixed.iter().filter_map(|id| Some((*id, world.record(*id)?.typed()?)));
    let problems: Vec<(RecordId, std::sync::Arc<ProblemReport>)> = problems.collect();
    let changes = release.change_requests.iter().filter_map(|id| Some((*id, world.record(*id)?.typed()?)));
    let changes: Vec<(RecordId, std::sync::Arc<ChangeRequest>)> = changes.collect();
    let of_problems = problems.iter().flat_map(|(_, problem)| problem.affected_product_versions.iter());
    let of_changes = changes.iter().flat_map(|(_, change)| change.affected_fielded_versions.iter());
    let versions: Vec<String> = distinct(of_problems.chain(of_changes).map(ToString::to_string));
    let mut set = Fields::new();
    let mut put = |name: &str, value: Value| {
        if !crate::domain::field::is_empty(&value) {
            set.insert(name.to_owned(), value);
        }
    };
    let title = text::title(&format!("{} {}: {}", product.title, release.version, release.title));
    put("title", title.into());
    put("communication_kind", json!(kind));
    put("releases", json!([id]));
    put("change_requests", json!(release.change_requests));
    put("markets", json!(product.markets));
    put("affected_versions", json!(versions));
    put("problem_and_consequence", problems_text(&problems).into());
    put("change_and_how_to_get_it", change_text(&release, &changes).into());
    let workarounds: Vec<&str> = problems
        .iter()
        .map(|(_, problem)| problem.workaround.trim())
        .filter(|text| !text.is_empty())
        .collect();
    put("compensating_controls", workarounds.join("\n").into());
    set
}

fn problems_text(problems: &[(RecordId, std::sync::Arc<ProblemReport>)]) -> String {
    let texts: Vec<String> = problems
        .iter()
        .map(|(id, problem)| {
            let consequence = problem.criticality_text.trim();
            let consequence = if consequence.is_empty() {
                "The consequence of unchanged use is to be described."
            } else {
                consequence
            };
            format!("{} ({id}). {consequence}", problem.title)
        })
        .collect();
    texts.join("\n")
}

fn change_text(release: &Release, changes: &[(RecordId, std::sync::Arc<ChangeRequest>)]) -> String {
    let mut lines: Vec<String> =
        changes.iter().map(|(id, change)| format!("{} ({id}).", change.title)).collect();
    let delivery = release.delivery_method.trim();
    if !delivery.is_empty() {
        lines.push(format!("Version {} is delivered as follows: {delivery}", release.version));
    }
    if !release.install_instructions_ref.is_empty() {
        lines.push(format!("Installation: {}.", release.install_instructions_ref));
    }
    lines.join("\n")
}
