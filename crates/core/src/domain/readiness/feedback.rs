//! Rules about feedback (domain 3.2).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Hit, Look, Rule, Severity as S};
use crate::domain::choice::Choice as _;
use crate::domain::feedback::{Feedback, FeedbackState as State};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::problem_report::ProblemState;
use crate::domain::shared_record::SharedRecord;
use crate::domain::source_check::{SourceCheck, SourceCheckState};
use crate::domain::workflow::signature_holds;

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
        (
            "The evaluation has no person or date",
            "Reopen and close it again; the program records person and time.",
        ),
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

/// Whether it is decided that it is no problem: in its own state, or closed without anything that another decision leaves behind.
fn is_no_problem(data: &SharedRecord, content: &Feedback) -> bool {
    let other = content.problem_report.is_some()
        || content.duplicate_of.is_some()
        || content.change_request.is_some()
        || !content.declined_rationale.trim().is_empty();
    let state = State::of(data);
    state == Some(State::NotAProblem) || (state == Some(State::Closed) && !other)
}

fn no_basis(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let asked = [
            ("criterion_code", "a criterion", content.criterion_code.is_empty()),
            ("evaluation_rationale", "a reason", content.evaluation_rationale.trim().is_empty()),
        ];
        is_no_problem(data, content)
            .then(|| Hit::lacking(data.head.id, &asked, "It is “not a problem” without"))
            .flatten()
    })
}

fn no_problem(look: &Look) -> Vec<Hit> {
    let counts =
        |data: &SharedRecord| ProblemState::of(data).is_some_and(|state| state != ProblemState::Void);
    let confirmed = look.world.in_states(KIND, &[State::ProblemConfirmed.code()]);
    let without = confirmed.into_iter().filter(|data| {
        let named = data.typed::<Feedback>().and_then(|content| content.problem_report);
        let named = named.and_then(|id| look.world.record(id)).is_some_and(|problem| counts(&problem));
        let naming = look.world.naming(data.head.id, Kind::ProblemReport, "source_feedback");
        !named && !naming.iter().any(counts)
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
        let nobody = content.reporter_name.is_empty() && content.reporter_organisation.is_empty();
        let unreachable = content.reporter_address.trim().is_empty()
            && content.reporter_phone.is_empty()
            && content.reporter_email.is_empty();
        let asked = [
            ("device_name", "the device", content.device_name.is_empty()),
            ("received_at", "the day of receipt", content.received_at.is_none()),
            ("udi_di", "UDI or serial number", content.udi_di.is_empty() && content.udi_pi.is_empty()),
            ("reporter_name", "the reporter", nobody),
            ("reporter_address", "address, telephone or e-mail of the reporter", unreachable),
            (
                "description_verbatim",
                "the nature of the complaint",
                content.description_verbatim.trim().is_empty(),
            ),
            (
                "reply_ref",
                "the reply to the reporter, or why none",
                content.reply_ref.is_empty() && content.reply_sent_at.is_none(),
            ),
        ];
        Hit::lacking(data.head.id, &asked, "The complaint is closed without")
    })
}

/// Whether regulatory affairs signed the assessments as they are.
fn is_signed(look: &Look, data: &SharedRecord) -> bool {
    look.world.signatures(data.head.id).iter().any(|signature| {
        signature.roles.contains(&Role::Regulatory) && signature_holds(look.world, signature)
    })
}

/// It is assessed while the feedback is screened: before that only if the limit for the decision is over.
fn not_assessed(look: &Look) -> Vec<Hit> {
    let markets = look.world.product().markets.clone();
    let late: BTreeSet<RecordId> =
        look.late(KIND, "Decide reportability").into_iter().map(|(data, _)| data.head.id).collect();
    let mut hits = Vec::new();
    for (data, content) in look.all::<Feedback>() {
        let state = State::of(&data);
        let screened = !matches!(state, Some(State::Received | State::Registered));
        if state == Some(State::Void)
            || !content.needs_reportability()
            || !(screened || late.contains(&data.head.id))
        {
            continue;
        }
        let open = content.undecided_markets(&markets);
        for market in &open {
            let text = format!("Reportability is not assessed for {}", market.word());
            hits.push(Hit::at(data.head.id, text).field("reportability_assessments"));
        }
        let asked = !content.markets_to_assess(&markets).is_empty();
        if asked && open.is_empty() && state == Some(State::Closed) && !is_signed(look, &data) {
            let text = "Regulatory affairs did not sign the assessments of reportability as they are";
            hits.push(Hit::at(data.head.id, text).field("reportability_assessments"));
        }
    }
    hits
}

fn awareness(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let text = match content.aware_at {
            None if State::of(data) == Some(State::Received) => return None,
            None => "The day of awareness is not entered",
            Some(at) if at > data.head.created_at => "The day of awareness is after the entry",
            Some(_) => return None,
        };
        Some(Hit::at(data.head.id, text).field("aware_at"))
    })
}

fn not_investigated(look: &Look) -> Vec<Hit> {
    each(look, |data, content| {
        let left_out = content.investigation_needed == Some(false)
            || (is_no_problem(data, content) && content.investigation_needed != Some(true));
        let bare = content.is_complaint == Some(true)
            && left_out
            && content.no_investigation_reason.trim().is_empty();
        bare.then(|| {
            Hit::at(data.head.id, "The complaint is not investigated, and no reason is given")
                .field("no_investigation_reason")
        })
    })
}

/// Months without feedback after which it is asked whether anybody looked.
const QUIET_MONTHS: i64 = 12;

fn no_monitoring(look: &Look) -> Vec<Hit> {
    let since = look.today().plus_months(-QUIET_MONTHS);
    let old = look.fielded().iter().any(|(data, _)| look.released_at(data).day() < since);
    if !old {
        return Vec::new();
    }
    let heard = look.all::<Feedback>().iter().any(|(data, content)| {
        let on = content.received_at.unwrap_or(data.head.created_at).day();
        State::of(data) != Some(State::Void) && on >= since
    });
    let checked = look.all::<SourceCheck>().iter().any(|(data, check)| {
        SourceCheckState::of(data) == Some(SourceCheckState::Recorded)
            && check.checked_on.is_some_and(|day| day >= since)
    });
    if heard || checked {
        return Vec::new();
    }
    vec![Hit::missing(format!(
        "There is a release in service, and since {since} neither feedback nor a check of a source"
    ))]
}

fn no_evaluator(look: &Look) -> Vec<Hit> {
    let closed = look.world.in_states(KIND, &[State::Closed.code()]);
    let unsigned = closed.into_iter().filter(|data| look.world.signatures(data.head.id).is_empty());
    unsigned.map(|data| Hit::at(data.head.id, "It is closed, and nobody signed its evaluation")).collect()
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
