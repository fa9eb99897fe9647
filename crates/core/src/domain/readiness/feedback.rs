//! Rules about feedback (domain 3.2).

use super::{Hit, Look, Rule, Severity as S};
use crate::domain::choice::Choice as _;
use crate::domain::feedback::{Feedback, FeedbackState as State};
use crate::domain::ids::Kind;
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::register::fielded;
use crate::domain::source_check::SourceCheck;
use std::sync::Arc;

const KIND: Kind = Kind::Feedback;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "FB-01",
        "IEC 62304 6.2.1.2",
        S::Major,
        ("Feedback is not evaluated within the limit of the plan", "Evaluate it."),
        |look| look.late_hits(KIND, "Evaluate the feedback", "It is not evaluated."),
    )
    .place(KIND),
    Rule::new(
        "FB-02",
        "IEC 62304 6.2.1.2",
        S::Major,
        ("“Not a problem” has no documented basis", "Name the criterion and the reason."),
        no_basis,
    )
    .place(KIND),
    Rule::new(
        "FB-03",
        "IEC 62304 6.2.1.2",
        S::Critical,
        ("A confirmed problem has no problem report", "Open the problem report."),
        no_problem,
    )
    .place(KIND),
    Rule::new(
        "FB-04",
        "ISO 13485 8.2.2, 21 CFR 820.35",
        S::Major,
        ("The complaint is not determined, or its elements are incomplete", "Enter what is missing."),
        elements,
    )
    .place(KIND),
    Rule::new(
        "FB-05",
        "ISO 13485 8.2.3",
        S::Critical,
        ("Reportability is not assessed for a market", "Decide reportability for that market."),
        not_assessed,
    )
    .place(KIND),
    Rule::new(
        "FB-06",
        "21 CFR 803, MDR 87",
        S::Minor,
        (
            "The day of awareness is missing or after the entry",
            "Enter when the first employee learned of it.",
        ),
        awareness,
    )
    .place(KIND),
    Rule::new(
        "FB-07",
        "ISO 13485 8.2.2",
        S::Major,
        ("A complaint that is not investigated lacks a justification", "Say why it is not investigated."),
        not_investigated,
    )
    .place(KIND),
    Rule::new(
        "FB-08",
        "IEC 62304 6.2.1.1",
        S::Major,
        ("No evidence that feedback is monitored", "Check the sources of the plan and record it."),
        no_monitoring,
    )
    .place(Kind::SourceCheck),
    Rule::new(
        "FB-09",
        "IEC 62304 6.2.1.2",
        S::Major,
        ("The evaluation has no person or date", "Evaluate it again; the program records person and time."),
        no_evaluator,
    )
    .place(KIND),
    Rule::new(
        "FB-10",
        "IEC 62304 9.8",
        S::Minor,
        ("The affected version is not established", "Ask for the version, or record the attempt."),
        no_version,
    )
    .place(KIND),
];

fn each(look: &Look, rule: fn(&SharedRecord, &Arc<Feedback>) -> Option<Hit>) -> Vec<Hit> {
    let all = look.all::<Feedback>().into_iter();
    all.filter(|(data, _)| State::of(data) != Some(State::Void))
        .filter_map(|(data, content)| rule(&data, &content))
        .collect()
}

fn no_basis(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let decided = State::of(data) == Some(State::NotAProblem);
        let reasoned = !content.criterion_code.is_empty() && !content.evaluation_rationale.trim().is_empty();
        (decided && !reasoned).then(|| {
            Hit::at(data.head.id, "It is “not a problem” without a criterion and a reason")
                .field("criterion_code")
        })
    })
}

fn no_problem(look: &Look) -> Vec<Hit> {
    let confirmed = look.world.in_states(KIND, &[State::ProblemConfirmed.code()]);
    let without = confirmed.into_iter().filter(|data| {
        let named = data.typed::<Feedback>().and_then(|content| content.problem_report);
        named.is_none() && look.world.naming(data.head.id, Kind::ProblemReport, "source_feedback").is_empty()
    });
    without
        .map(|data| {
            Hit::at(data.head.id, "The problem is confirmed, and there is no problem report")
                .field("problem_report")
        })
        .collect()
}

/// The seven elements of 21 CFR 820.35(a), as far as they are fields.
fn elements(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        if State::of(data) != Some(State::Closed) {
            return None;
        }
        if content.is_complaint.is_none() {
            return Some(
                Hit::at(data.head.id, "It is closed, and it is not determined whether it is a complaint")
                    .field("is_complaint"),
            );
        }
        if content.is_complaint != Some(true) {
            return None;
        }
        let reporter = !content.reporter_name.is_empty() || !content.reporter_organisation.is_empty();
        let missing: Vec<&str> = [
            ("the device", content.device_name.is_empty()),
            ("the day of receipt", content.received_at.is_none()),
            ("UDI-DI or serial number", content.udi_di.is_empty() && content.udi_pi.is_empty()),
            ("the reporter", !reporter),
            ("the nature of the complaint", content.description_verbatim.trim().is_empty()),
            (
                "the reply to the reporter, or why none",
                content.reply_ref.is_empty() && content.reply_sent_at.is_none(),
            ),
        ]
        .into_iter()
        .filter(|(_, missing)| *missing)
        .map(|(what, _)| what)
        .collect();
        (!missing.is_empty())
            .then(|| Hit::at(data.head.id, format!("The complaint is closed without {}", missing.join(", "))))
    })
}

fn not_assessed(look: &Look) -> Vec<Hit> {
    let markets = look.world.product().markets.clone();
    let mut hits = Vec::new();
    for (data, content) in look.all::<Feedback>() {
        if State::of(&data) == Some(State::Void) || !content.needs_reportability() {
            continue;
        }
        for market in content.undecided_markets(&markets) {
            let text = format!("Reportability is not assessed for {}", market.word());
            hits.push(Hit::at(data.head.id, text).field("reportability_assessments"));
        }
    }
    hits
}

fn awareness(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let text = match content.aware_at {
            None => "The day of awareness is not entered",
            Some(at) if at > data.head.created_at => "The day of awareness is after the entry",
            Some(_) => return None,
        };
        Some(Hit::at(data.head.id, text).field("aware_at"))
    })
}

fn not_investigated(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let bare = content.is_complaint == Some(true)
            && content.investigation_needed == Some(false)
            && content.no_investigation_reason.trim().is_empty();
        bare.then(|| {
            Hit::at(data.head.id, "The complaint is not investigated, and no reason is given")
                .field("no_investigation_reason")
        })
    })
}

/// Months without feedback after which it is asked whether anybody looked.
const QUIET_MONTHS: i32 = 12;

fn no_monitoring(look: &Look) -> Vec<Hit> {
    let since = look.today().plus_months(-QUIET_MONTHS);
    let fielded = fielded(look.world);
    let old = fielded.iter().any(|data| data.head.created_at.day() < since);
    let heard = look.world.all(KIND).iter().any(|data| data.head.created_at.day() >= since);
    let checked =
        look.all::<SourceCheck>().iter().any(|(_, check)| check.checked_on.is_some_and(|day| day >= since));
    if old && !heard && !checked {
        vec![Hit::missing(format!(
            "There is a release in service, and since {since} neither feedback nor a check of a source"
        ))]
    } else {
        Vec::new()
    }
}

fn no_evaluator(look: &Look) -> Vec<Hit> {
    let states = [State::ProblemConfirmed, State::NotAProblem, State::ChangeSuggestion, State::Closed];
    let codes: Vec<&str> = states.iter().map(|state| state.code()).collect();
    let decided = look.world.in_states(KIND, &codes);
    let unsigned = decided.into_iter().filter(|data| {
        let duplicate = data.typed::<Feedback>().is_some_and(|content| content.duplicate_of.is_some());
        !duplicate
            && look.world.signatures(data.head.id).is_empty()
            && look.world.editors(data.head.id).is_empty()
    });
    unsigned.map(|data| Hit::at(data.head.id, "Nobody is recorded as having evaluated it")).collect()
}

fn no_version(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let version = content.software_version_reported.trim().to_lowercase();
        let unknown = version.is_empty() || version == "unknown";
        let registered = State::of(data) != Some(State::Received);
        (registered && unknown && content.version_attempt.is_empty()).then(|| {
            Hit::at(data.head.id, "The version is unknown, and no attempt to obtain it is recorded")
                .field("version_attempt")
        })
    })
}
