//! What follows from the decision on a finding: an action, that it reached the users, and that nothing is left open (domain 2.10).

use super::verdicts::releases_concerned;
use super::{Finding, FindingState as S, RiskControl};
use crate::domain::change_request::ChangeState;
use crate::domain::communication::{CommunicationState, communications_of};
use crate::domain::ids::RecordId;
use crate::domain::workflow::{Case, Condition};

/// A change, a communication, or why nothing is done.
pub(super) fn has_action(_: &Case, finding: &Finding) -> Vec<Condition> {
    let linked = finding.change_request.is_some()
        || !finding.communications.is_empty()
        || !finding.no_action.trim().is_empty();
    let text = "A change or communication is named, or it is said why nothing is done";
    let mut conditions = vec![Condition::new("IEC 62304 6.2.2", text, linked).at("change_request")];
    if finding.risk_control == Some(RiskControl::Uncontrolled) {
        let text = "An uncontrolled risk has a problem report";
        conditions.push(
            Condition::new("IEC 62304 9.1", text, finding.problem_report.is_some()).at("problem_report"),
        );
        let acts = finding.change_request.is_some() || !finding.communications.is_empty();
        let text = "An uncontrolled risk has a change or a communication";
        conditions.push(Condition::new("IEC 62304 6.2.2", text, acts).at("change_request"));
    }
    conditions
}

/// The change is in a released version, and the communications about it were issued.
pub(super) fn reached_users(case: &Case, finding: &Finding) -> Vec<Condition> {
    let released = finding.change_request.is_none_or(|id| {
        let change = case.world.record(id);
        change.is_some_and(|data| {
            matches!(ChangeState::of(&data), Some(ChangeState::Released | ChangeState::Closed))
        })
    });
    let mut conditions = vec![
        Condition::new("IEC 62304 6.3.2", "The change is in a released version", released)
            .at("change_request"),
    ];
    let shown = !finding.remediation.trim().is_empty();
    let text = "It is stated what shows that the remedy reached the users";
    conditions.push(Condition::new("IEC 62304 9.7", text, shown).at("remediation"));
    conditions.extend(issued(case, finding));
    conditions
}

/// What is named as a communication of the finding names it too, and everything that names it was issued, unless it was left out.
fn issued(case: &Case, finding: &Finding) -> Vec<Condition> {
    let about = communications_of(case.world, case.id());
    let names_it = |id: RecordId| about.iter().any(|data| data.head.id == id);
    let foreign = finding.communications.iter().copied().filter(|id| !names_it(*id));
    let mut conditions: Vec<Condition> = foreign
        .map(|id| {
            let text = format!(
                "{id}, which is named as a communication of the finding, names it among its “Other records”"
            );
            Condition::new("IEC 62304 6.2.5", text, false).at("communications").on(id)
        })
        .collect();
    for data in &about {
        let state = CommunicationState::of(data);
        let left_out = matches!(state, Some(CommunicationState::NotRequired | CommunicationState::Void));
        let id = data.head.id;
        if left_out && !finding.communications.contains(&id) {
            continue;
        }
        let issued = matches!(state, Some(CommunicationState::Issued | CommunicationState::Closed));
        conditions.push(Condition::new("IEC 62304 6.2.5", format!("{id} was issued"), issued).on(id));
    }
    conditions
}

pub(super) fn may_be_closed(case: &Case, finding: &Finding) -> Vec<Condition> {
    let open =
        finding.risk_control == Some(RiskControl::Uncontrolled) && S::of(case.data) != Some(S::Remediated);
    let text = "An uncontrolled risk is remediated before its finding is closed";
    let mut conditions = vec![Condition::new("FDA postmarket cybersecurity", text, !open)];
    let missing: Vec<RecordId> = releases_concerned(case.world, finding)
        .into_iter()
        .filter(|id| !super::verdicts::verdict_for(case.world, case.data, *id, case.now.day()).is_decided())
        .collect();
    let text = match missing.first() {
        Some(id) => format!("Every release in service has its verdict; {id} has none"),
        None => "Every release in service has its verdict".to_owned(),
    };
    conditions.push(Condition::new("FD&C 524B", text, missing.is_empty()).at("per_release"));
    conditions.extend(super::stage::is_announced(case, finding));
    conditions
}
