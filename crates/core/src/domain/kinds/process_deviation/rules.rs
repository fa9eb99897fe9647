//! Steps of process deviations (domain 2.13).

use super::{CLOSE, ProcessDeviation, ProcessDeviationState as S, REFUSED};
use crate::domain::approval;
use crate::domain::authority::AuthoritySubject;
use crate::domain::kind::{Approvable, Authors};
use crate::domain::person::Role;
use crate::domain::signature::{Meaning, Part};
use crate::domain::workflow::{Case, Condition, Effect, Move};

pub(super) const MOVES: &[Move] = &[
    Move::new(
        "contain",
        "Contained",
        &[S::Raised.code()],
        S::Contained.code(),
        &[Role::Quality, Role::DevLead],
    )
    .clause("ISO 13485 8.3.3")
    .guard(|case| case.with::<ProcessDeviation>(names_what)),
    Move::new(
        "analyse",
        "Conclude the analysis after the fact",
        &[S::Contained.code()],
        S::Analysed.code(),
        &[Role::RiskManager, Role::Quality],
    )
    .sign(Meaning::Reviewed)
    .clause("IEC 62304 7.4")
    .covers(|case| vec![(case.id(), Part::Scope)]),
    Move::new(
        "define_correction",
        "Ask for its closure",
        &[S::Analysed.code()],
        S::CorrectiveActionDefined.code(),
        &[Role::Quality],
    )
    .clause("ISO 13485 8.5.2")
    .effects(approval::request),
    Move::new(
        "return",
        "Return to analysis",
        &[S::Analysed.code(), S::CorrectiveActionDefined.code()],
        S::Contained.code(),
        &[Role::Quality],
    )
    .reason()
    .effects(approval::withdraw),
    Move::new(CLOSE, "Closed", &[S::CorrectiveActionDefined.code()], S::Closed.code(), &[]),
    Move::new(REFUSED, "Closure refused", &[S::CorrectiveActionDefined.code()], S::Analysed.code(), &[]),
];

/// How it is closed: by two persons, Quality and management (domain 2.15).
pub(super) static APPROVABLE: Approvable = Approvable {
    subjects: |_| vec![AuthoritySubject::WaiverOrDeviation],
    always: &[Role::Quality],
    also_fixes: |case| vec![(case.id(), Part::Content)],
    granted: |case| vec![Effect::Move { id: case.id(), go: CLOSE }],
    refused: |case| vec![Effect::Move { id: case.id(), go: REFUSED }],
    authors_rule: Authors::MaySign,
    final_at_once: true,
    ..approval::USUAL
};

fn names_what(_: &Case, deviation: &ProcessDeviation) -> Vec<Condition> {
    let named = !deviation.releases.is_empty()
        || !deviation.change_requests.is_empty()
        || !deviation.affected_versions.is_empty()
        || !deviation.affected_items.is_empty();
    let text = "The versions, releases, changes or items that it concerns are named";
    vec![Condition::new("IEC 62304 8.2.1", text, named).at("affected_versions")]
}
