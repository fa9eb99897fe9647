//! Rules about problem reports (domain 3.3).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Hit, Look, Rule, Severity as S};
use crate::domain::approval::ApprovalState;
use crate::domain::change_request::{ChangeRequest, ChangeState, Origin, changes_for};
use crate::domain::feedback::FeedbackState;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::problem_report::{AdverseEvent, ChangeNeeded, ProblemReport, ProblemState as State};
use crate::domain::release::{ProblemsByVersion, Release, versions};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Meaning;
use crate::domain::text::Line;
use crate::domain::time::Moment;

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

/// Whether cause and safety are evaluated, by its state.
fn is_evaluated(data: &SharedRecord) -> bool {
    State::of(data).is_some_and(|state| !state.may_be_edited_whole() && !state.is_void())
}

/// It is stated when the problem is evaluated, at the latest by the limit for that.
fn no_criticality(look: &Look) -> Vec<Hit> {
    let tasks = ["Evaluate the problem", "Evaluate the safety-relevant problem"];
    let late: BTreeSet<RecordId> =
        tasks.iter().flat_map(|task| look.late(KIND, task)).map(|(data, _)| data.head.id).collect();
    let due = standing(look).into_iter();
    due.filter(|(data, _)| is_evaluated(data) || late.contains(&data.head.id))
        .filter_map(|(data, content)| {
            let asked = [
                ("performance_effect", "performance", content.performance_effect.is_none()),
                ("safety_effect", "safety", content.safety_effect.is_none()),
                ("security_effect", "security", content.security_effect.is_none()),
            ];
            Hit::lacking(data.head.id, &asked, "It is not stated what the effect is on")
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

/// The changes for a problem that were not given up.
fn changes(look: &Look, problem: RecordId) -> Vec<SharedRecord> {
    let mut found = changes_for(look.world, problem);
    found.retain(|change| !ChangeState::of(change).is_some_and(ChangeState::is_given_up));
    found
}

/// The day on which a change was approved, if its approval stands.
fn approved_at(look: &Look, change: RecordId) -> Option<Moment> {
    let approvals = look.world.naming(change, Kind::Approval, "subject");
    let granted = approvals.iter().filter(|data| ApprovalState::of(data) == Some(ApprovalState::Granted));
    granted.map(|data| data.head.state_since).max()
}

fn late_evaluation(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in standing(look) {
        let evaluated = content.new_hazard.is_some()
            && content.risk_acceptable.is_some()
            && !content.safety_method.trim().is_empty();
        let approved =
            |change: &&SharedRecord| ChangeState::of(change).is_some_and(ChangeState::is_approved_or_later);
        let changes = changes(look, data.head.id);
        let mut approved = changes.iter().filter(approved);
        let signatures = look.world.signatures(data.head.id);
        let signed = signatures.iter().filter(|one| one.meaning == Meaning::Reviewed).map(|one| one.at).min();
        let text = if evaluated {
            let before = |change: &&SharedRecord| {
                signed.zip(approved_at(look, change.head.id)).is_some_and(|(signed, at)| at < signed)
            };
            approved.find(before).map(|change| {
                format!("{} was approved before the effect on safety was evaluated", change.head.id)
            })
        } else if let Some(change) = approved.next() {
            Some(format!("{} is approved, and the effect on safety is not evaluated", change.head.id))
        } else {
            let closed = State::of(&data) == Some(State::Closed);
            closed.then(|| "It is closed, and the effect on safety is not evaluated".to_owned())
        };
        hits.extend(text.map(|text| Hit::at(data.head.id, text).field("safety_method")));
    }
    hits
}

fn no_action(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in standing(look) {
        let decided = is_evaluated(&data) && State::of(&data) != Some(State::Evaluated);
        let reasoned = !content.no_change_rationale.trim().is_empty();
        if decided && !reasoned && changes(look, data.head.id).is_empty() {
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
        (is_evaluated(data) && content.advise_parties.is_empty())
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
    let closed = standing(look).into_iter().filter(|(data, _)| State::of(data) == Some(State::Closed));
    closed
        .filter_map(|(data, content)| {
            let no_change =
                content.change_needed == Some(ChangeNeeded::No) || changes(look, data.head.id).is_empty();
            let asked = [
                ("resolved", "whether it is resolved", content.resolved.is_none() && !no_change),
                (
                    "trend_reversed",
                    "whether an adverse trend was reversed",
                    content.trend_reversed.trim().is_empty(),
                ),
                (
                    "implemented_in",
                    "where it is implemented",
                    content.implemented_in.is_empty() && !no_change,
                ),
                ("new_problems", "whether new problems came", content.new_problems.trim().is_empty()),
            ];
            Hit::lacking(data.head.id, &asked, "It is closed without saying")
        })
        .collect()
}

fn own_verification(look: &Look) -> Vec<Hit> {
    if look.world.policy().verifier_not_implementer != Some(true) {
        return Vec::new();
    }
    let closed = standing(look).into_iter().filter(|(data, _)| State::of(data) == Some(State::Closed));
    closed
        .filter(|(data, content)| {
            let signatures = look.world.signatures(data.head.id);
            let verified = signatures.iter().rfind(|signature| signature.meaning == Meaning::Verified);
            let made = changes(look, data.head.id);
            let made = made.iter().filter_map(SharedRecord::typed::<ChangeRequest>);
            let mut makers = made.flat_map(|change| change.implemented_by.clone());
            verified.is_some_and(|signature| {
                content.implemented_by.contains(&signature.signer)
                    || makers.any(|maker| maker == signature.signer)
            })
        })
        .map(|(data, _)| {
            Hit::at(data.head.id, "Who implemented the fix also verified it").field("implemented_by")
        })
        .collect()
}

/// The releases in the field by the items of their baselines, to look each up once.
fn by_item(fielded: &[(SharedRecord, Arc<Release>)]) -> BTreeMap<&str, Vec<usize>> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, (_, release)) in fielded.iter().enumerate() {
        for row in release.baseline_items.iter() {
            found.entry(&row.item).or_default().push(at);
        }
    }
    found
}

/// Every version that was in the field when the problem was evaluated, or came while its report is open.
fn versions_left_out(look: &Look) -> Vec<Hit> {
    let fielded = look.fielded();
    let by_item = by_item(&fielded);
    let mut hits = Vec::new();
    for (data, content) in standing(look).into_iter().filter(|(data, _)| is_evaluated(data)) {
        if !content.other_fielded_versions.trim().is_empty() {
            continue;
        }
        let closed = State::of(&data) == Some(State::Closed);
        let named =
            |version: &str| content.affected_product_versions.iter().any(|own| versions::same(own, version));
        let items = content.affected_software_items.iter();
        let with = items.filter_map(|item| by_item.get(&**item)).flatten();
        let left = with.filter_map(|at| fielded.get(*at)).find(|(release, content)| {
            let was_there = !closed || look.released_at(release) <= data.head.state_since;
            was_there && !named(&content.version)
        });
        if let Some((release, content)) = left {
            let text = format!(
                "It is not said whether version {} ({}), which contains the item, is affected",
                content.version, release.head.id
            );
            hits.push(Hit::at(data.head.id, text).field("other_fielded_versions"));
        }
    }
    hits
}

/// A problem that was known at the release stands in its list. One that was raised later, and stays, names the version itself.
fn not_residual(look: &Look) -> Vec<Hit> {
    let problems = ProblemsByVersion::of(look.world);
    let mut hits = Vec::new();
    for (data, release) in look.fielded() {
        let listed: BTreeSet<RecordId> =
            release.residual_anomalies.iter().filter_map(|row| row.problem).collect();
        let since = look.released_at(&data);
        for id in problems.standing(look.world, &release).into_iter().filter(|id| !listed.contains(id)) {
            let Some(problem) = look.world.record(id) else { continue };
            if problem.head.created_at <= since {
                let text =
                    format!("{id} affects version {} and is not in its residual list", release.version);
                hits.push(Hit::at(data.head.id, text).field("residual_anomalies"));
            } else if stays_unsaid(&problem, &release.version) {
                let text = format!(
                    "It stays in version {} and is not named there as a residual anomaly",
                    release.version
                );
                hits.push(Hit::at(id, text).field("residual_in_releases"));
            }
        }
    }
    hits
}

/// Whether it is decided that a problem stays in a version that it affects, and it does not name that version.
fn stays_unsaid(data: &SharedRecord, version: &str) -> bool {
    let Some(content) = data.typed::<ProblemReport>() else { return false };
    let stays = matches!(State::of(data), Some(State::NoActionJustified | State::Deferred | State::Closed));
    let names = |versions: &[Line]| versions.iter().any(|own| versions::same(own, version));
    stays && names(&content.affected_product_versions) && !names(&content.residual_in_releases)
}

fn broken_trace(look: &Look) -> Vec<Hit> {
    let changes = look.all::<ChangeRequest>().into_iter();
    changes
        .filter(|(data, change)| {
            let counts = ChangeState::of(data)
                .is_some_and(|state| state != ChangeState::Draft && !state.is_given_up());
            counts && change.origin == Some(Origin::ProblemReport) && change.problem_reports.is_empty()
        })
        .map(|(data, _)| {
            Hit::at(data.head.id, "It comes from a problem report, and none is named")
                .field("problem_reports")
        })
        .collect()
}

fn adverse_event(look: &Look) -> Vec<Hit> {
    let all = standing(look).into_iter();
    all.filter(|(_, content)| {
        let adverse =
            matches!(content.is_adverse_event, Some(AdverseEvent::Potential | AdverseEvent::Actual));
        let feedback = content.source_feedback.iter().filter_map(|id| look.world.record(*id));
        let mut counted = feedback.filter(|data| FeedbackState::of(data) != Some(FeedbackState::Void));
        adverse && counted.next().is_none()
    })
    .map(|(data, _)| {
        let text = "It is an adverse event, and no feedback with a decision on reportability is linked";
        Hit::at(data.head.id, text).field("source_feedback")
    })
    .collect()
}
