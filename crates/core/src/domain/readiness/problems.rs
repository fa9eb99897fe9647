//! Rules about problem reports (domain 3.3).

use super::{Hit, Look, Rule, Severity as S};
use crate::domain::change_request::{ChangeRequest, ChangeState, Origin, changes_for};
use crate::domain::ids::Kind;
use crate::domain::problem_report::{AdverseEvent, ChangeNeeded, ProblemReport, ProblemState as State};
use crate::domain::release::{Release, standing_problems, versions};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::register::fielded;
use std::sync::Arc;

const KIND: Kind = Kind::ProblemReport;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "PR-01",
        "IEC 62304 9.1",
        S::Major,
        ("No statement of criticality", "Enter the effects on performance, safety and security."),
        no_criticality,
    )
    .place(KIND),
    Rule::new(
        "PR-02",
        "IEC 62304 9.2 a",
        S::Major,
        ("The cause is neither found nor explained", "Enter the cause, or why none was identified."),
        no_cause,
    )
    .place(KIND),
    Rule::new(
        "PR-03",
        "IEC 62304 6.2.1.3, 9.2 b",
        S::Critical,
        (
            "The relevance for safety is not evaluated, or was after the change was approved",
            "Evaluate the effect on safety.",
        ),
        late_evaluation,
    )
    .place(KIND),
    Rule::new(
        "PR-04",
        "IEC 62304 9.2 d",
        S::Major,
        (
            "No change request and no reason for no action",
            "Open a change request, or say why none is needed.",
        ),
        no_action,
    )
    .place(KIND),
    Rule::new(
        "PR-05",
        "IEC 62304 9.3",
        S::Major,
        ("It is not decided whom to advise", "Enter the parties and the decision for each."),
        nobody_advised,
    )
    .place(KIND),
    Rule::new(
        "PR-06",
        "IEC 62304 9.5",
        S::Major,
        ("The risk management file is not updated", "Enter its reference and version."),
        no_risk_file,
    )
    .place(KIND),
    Rule::new(
        "PR-07",
        "IEC 62304 9.7",
        S::Major,
        ("The verification of the resolution is incomplete", "Answer all four questions of 9.7."),
        unverified,
    )
    .place(KIND),
    Rule::new(
        "PR-08",
        "IEC 62304 9.7",
        S::Minor,
        ("The fix was verified by its implementer", "Have another person verify it."),
        own_verification,
    )
    .place(KIND),
    Rule::new(
        "PR-09",
        "IEC 62304 6.2.1.3",
        S::Major,
        (
            "A version in the field is not assessed",
            "Say of each version in the field whether it is affected.",
        ),
        versions_left_out,
    )
    .place(KIND),
    Rule::new(
        "PR-10",
        "IEC 62304 9.2",
        S::Critical,
        ("A safety-relevant problem is not evaluated in time", "Evaluate it."),
        |look| {
            look.late_hits(
                KIND,
                "Evaluate the safety-relevant problem",
                "It is safety-relevant and not evaluated.",
            )
        },
    )
    .place(KIND),
    Rule::new(
        "PR-11",
        "IEC 62304 9.2 d",
        S::Major,
        ("A deferred problem is overdue for reassessment", "Reassess it."),
        |look| look.late_hits(KIND, "Reassess the deferred problem", "It was deferred."),
    )
    .place(KIND),
    Rule::new(
        "PR-12",
        "IEC 62304 5.8.2",
        S::Major,
        (
            "A known anomaly is missing from the residual list",
            "Add it to the list of the release, or say why it does not affect it.",
        ),
        not_residual,
    )
    .place(Kind::Release),
    Rule::new(
        "PR-13",
        "IEC 62304 8.2.4",
        S::Major,
        ("A change for a problem names no problem report", "Link the problem report."),
        broken_trace,
    )
    .place(Kind::ChangeRequest),
    Rule::new(
        "PR-14",
        "IEC 62304 6.2.1.2",
        S::Critical,
        (
            "An adverse event has no record of reportability",
            "Link the feedback in which reportability is decided.",
        ),
        adverse_event,
    )
    .place(KIND),
];

type Found = (SharedRecord, Arc<ProblemReport>);

fn standing(look: &Look) -> Vec<Found> {
    let all = look.all::<ProblemReport>().into_iter();
    all.filter(|(data, _)| State::of(data).is_some_and(|state| !state.is_void())).collect()
}

fn each(look: &Look, rule: fn(&SharedRecord, &ProblemReport) -> Option<Hit>) -> Vec<Hit> {
    standing(look).into_iter().filter_map(|(data, content)| rule(&data, &content)).collect()
}

fn no_criticality(look: &Look) -> Vec<Hit> {
    let late = look.late(KIND, "Evaluate the problem");
    let late = late.into_iter().chain(look.late(KIND, "Evaluate the safety-relevant problem"));
    late.filter_map(|(data, _)| {
        let content = data.typed::<ProblemReport>()?;
        let whole = content.performance_effect.is_some()
            && content.safety_effect.is_some()
            && content.security_effect.is_some();
        (!whole).then(|| {
            Hit::at(data.head.id, "The effects on performance, safety and security are not all stated")
                .field("safety_effect")
        })
    })
    .collect()
}

fn no_cause(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let explained =
            !content.cause_text.trim().is_empty() || !content.why_not_identified.trim().is_empty();
        let closed = State::of(data) == Some(State::Closed);
        (closed && !explained).then(|| {
            Hit::at(data.head.id, "It is closed without a cause, and without saying why none was found")
                .field("cause_text")
        })
    })
}

fn late_evaluation(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in standing(look) {
        let evaluated = content.new_hazard.is_some()
            && content.risk_acceptable.is_some()
            && !content.safety_method.trim().is_empty();
        if evaluated {
            continue;
        }
        let changes = changes_for(look.world, data.head.id);
        let approved = changes
            .iter()
            .find(|change| ChangeState::of(change).is_some_and(ChangeState::is_approved_or_later));
        if let Some(change) = approved {
            let text = format!("{} is approved, and the effect on safety is not evaluated", change.head.id);
            hits.push(Hit::at(data.head.id, text).field("safety_method"));
        } else if State::of(&data) == Some(State::Closed) {
            hits.push(
                Hit::at(data.head.id, "It is closed, and the effect on safety is not evaluated")
                    .field("safety_method"),
            );
        }
    }
    hits
}

fn no_action(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in standing(look) {
        let decided = State::of(&data).is_some_and(|state| {
            matches!(state, State::ChangeRequested | State::NoActionJustified | State::Closed)
        });
        let reasoned = !content.no_change_rationale.trim().is_empty();
        if decided && !reasoned && changes_for(look.world, data.head.id).is_empty() {
            hits.push(
                Hit::at(data.head.id, "There is neither a change request nor a reason for no action")
                    .field("no_change_rationale"),
            );
        }
    }
    hits
}

fn nobody_advised(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let evaluated = !State::of(data)
            .is_some_and(|state| matches!(state, State::Open | State::Investigating | State::Reopened));
        (evaluated && content.advise_parties.is_empty())
            .then(|| Hit::at(data.head.id, "It is not decided whom to advise").field("advise_parties"))
    })
}

fn no_risk_file(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let closed = State::of(data) == Some(State::Closed);
        let named = !content.risk_file_ref.is_empty() && !content.risk_file_version.is_empty();
        (closed && content.risk_file_update_needed == Some(true) && !named).then(|| {
            Hit::at(data.head.id, "The risk management file needs an update, and none is named")
                .field("risk_file_ref")
        })
    })
}

fn unverified(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let closed = State::of(data) == Some(State::Closed);
        let no_change = content.change_needed == Some(ChangeNeeded::No);
        let missing: Vec<&str> = [
            ("whether it is resolved", content.resolved.is_none()),
            ("whether the trend is reversed", content.trend_reversed.trim().is_empty()),
            ("where it is implemented", content.implemented_in.is_empty() && !no_change),
            ("whether new problems came", content.new_problems.trim().is_empty()),
        ]
        .into_iter()
        .filter(|(_, missing)| *missing)
        .map(|(what, _)| what)
        .collect();
        (closed && !no_change && !missing.is_empty()).then(|| {
            Hit::at(data.head.id, format!("It is closed without saying {}", missing.join(", ")))
                .field("resolved")
        })
    })
}

fn own_verification(look: &Look) -> Vec<Hit> {
    if look.world.policy().verifier_not_implementer == Some(false) {
        return Vec::new();
    }
    let closed = standing(look).into_iter().filter(|(data, _)| State::of(data) == Some(State::Closed));
    closed
        .filter(|(data, content)| {
            let signers = look.world.signatures(data.head.id);
            signers.last().is_some_and(|signature| content.implemented_by.contains(&signature.signer))
        })
        .map(|(data, _)| {
            Hit::at(data.head.id, "Who implemented the fix also verified it").field("implemented_by")
        })
        .collect()
}

fn versions_left_out(look: &Look) -> Vec<Hit> {
    let fielded: Vec<(crate::domain::ids::RecordId, Arc<Release>)> = fielded(look.world)
        .into_iter()
        .filter_map(|data| Some((data.head.id, data.typed::<Release>()?)))
        .collect();
    let mut hits = Vec::new();
    for (data, content) in standing(look) {
        if content.affected_software_items.is_empty() || !content.other_fielded_versions.trim().is_empty() {
            continue;
        }
        let baselined = |release: &Release| {
            content
                .affected_software_items
                .iter()
                .any(|item| release.baseline_items.iter().any(|row| *row.item == **item))
        };
        let named =
            |version: &str| content.affected_product_versions.iter().any(|own| versions::same(own, version));
        let left = fielded.iter().find(|(_, release)| baselined(release) && !named(&release.version));
        if let Some((id, release)) = left {
            let text = format!(
                "It is not said whether version {} ({id}), which contains the item, is affected",
                release.version
            );
            hits.push(Hit::at(data.head.id, text).field("other_fielded_versions"));
        }
    }
    hits
}

fn not_residual(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for data in fielded(look.world) {
        let Some(release) = data.typed::<Release>() else { continue };
        let listed: Vec<_> = release.residual_anomalies.iter().filter_map(|row| row.problem).collect();
        for problem in standing_problems(look.world, &release) {
            let older = look
                .world
                .record(problem)
                .is_some_and(|problem| problem.head.created_at <= data.head.state_since);
            if older && !listed.contains(&problem) {
                hits.push(
                    Hit::at(
                        data.head.id,
                        format!(
                            "{problem} affects version {} and is not in its residual list",
                            release.version
                        ),
                    )
                    .field("residual_anomalies"),
                );
            }
        }
    }
    hits
}

fn broken_trace(look: &Look) -> Vec<Hit> {
    let changes = look.all::<ChangeRequest>().into_iter();
    changes
        .filter(|(data, change)| {
            let given_up = ChangeState::of(data).is_some_and(ChangeState::is_given_up);
            !given_up && change.origin == Some(Origin::ProblemReport) && change.problem_reports.is_empty()
        })
        .map(|(data, _)| {
            Hit::at(data.head.id, "It comes from a problem report, and none is named")
                .field("problem_reports")
        })
        .collect()
}

fn adverse_event(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let adverse =
            matches!(content.is_adverse_event, Some(AdverseEvent::Potential | AdverseEvent::Actual));
        (adverse && content.source_feedback.is_empty()).then(|| {
            Hit::at(
                data.head.id,
                "It is an adverse event, and no feedback with a decision on reportability is linked",
            )
            .field("source_feedback")
        })
    })
}
