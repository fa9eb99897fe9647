//! Process deviations: a bypass of the process that happened, recorded truthfully (IEC 62304 8.2.1; domain 1.2, 2.13).
//!
//! There is no approval after the fact. A deviation is never void, and always printed.

mod rules;
mod signs;

pub use signs::{NO_RECORD, Sign, Traces, is_told, of_change, signs_of};

use crate::domain::deadline::{Deadline, Limit, Start};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::record::{KindDef, record};
use crate::domain::text::{Line, Text};
use crate::domain::time::{Day, Moment};
use crate::domain::workflow::states;

states! {
    /// States of a process deviation (domain 2.13).
    pub enum ProcessDeviationState {
        /// It was raised.
        Raised = "raised", "Raised", Late, 1, false;
        /// Its immediate effects are contained.
        Contained = "contained", "Contained", Due, 2, false;
        /// Its effect was analysed, after the fact.
        Analysed = "analysed", "Analysed after the fact", Due, 3, false;
        /// The corrective action is defined, and it waits for its closure.
        CorrectiveActionDefined = "corrective_action_defined", "Corrective action defined", Due, 4, false;
        /// It is closed by two persons.
        Closed = "closed", "Closed", Good, 5, true;
    }
}

use ProcessDeviationState as S;

const CONTAINED: &[&str] = &[S::Raised.code(), S::Contained.code()];
const ANALYSIS: &[&str] = &[S::Contained.code()];
const CORRECTION: &[&str] = &[S::Analysed.code()];
/// The analysis is signed on its own; who closes the deviation signs the correction too.
const LINKS: &[&str] = &[S::Raised.code(), S::Contained.code(), S::Analysed.code()];
const OPEN: &[&str] =
    &[S::Raised.code(), S::Contained.code(), S::Analysed.code(), S::CorrectiveActionDefined.code()];

record! {
    /// A bypass of the process.
    pub struct ProcessDeviation : ProcessDeviation {
        section "What happened", "IEC 62304 8.2.1", true, CONTAINED => {
            /// What happened, in one line.
            title: Line = "Title" => required(S::Raised.code());
            /// The rule that was bypassed.
            rule_bypassed: Line = "Rule that was bypassed" => required(S::Raised.code()), hint("IEC 62304 6.2.4: approval before the work");
            /// When it was discovered.
            discovered_at: Option<Moment> = "Discovered at" => past(), required(S::Contained.code());
            /// Who discovered it.
            discovered_by: Line = "Discovered by" => required(S::Contained.code()), personal();
            /// When it happened.
            occurred_on: Option<Day> = "Happened on" => past(), required(S::Contained.code());
            /// What happened, and how.
            description: Text = "Description" => required(S::Contained.code());
            /// The releases that it concerns.
            releases: Vec<RecordId> = "Releases" => target(Kind::Release);
            /// The changes that it concerns.
            change_requests: Vec<RecordId> = "Changes" => target(Kind::ChangeRequest);
            /// The versions that it concerns, also those without a release record.
            affected_versions: Vec<Line> = "Versions" => offers(crate::domain::field::Offer::Versions);
            /// The configuration items that it concerns.
            affected_items: Vec<Line> = "Configuration items";
        }
        section "Containment", "ISO 13485 8.3.3", true, CONTAINED => {
            /// What was done at once.
            immediate_containment: Text = "Immediate containment" => required(S::Contained.code()), clause("ISO 13485 8.3.3");
        }
        section "Analysis after the fact", "IEC 62304 6.2.3, 7.4", true, ANALYSIS => {
            /// The impact analysis, if a change request brings what was done under control.
            impact_analysis: Option<RecordId> = "Impact analysis" => target(Kind::ImpactAnalysis);
            /// The effect on the software in the field, its users, and systems that interface with it.
            effect_on_released: Text = "Effect on released software" => required(S::Analysed.code()), clause("IEC 62304 6.2.3");
            /// New causes of hazardous situations, and risk controls that it touches.
            effect_on_risk: Text = "Effect on risk and risk controls" => required(S::Analysed.code()), clause("IEC 62304 7.4");
            /// The consequence for safety.
            safety_consequence: Text = "Consequence for safety" => required(S::Analysed.code()), clause("IEC 62304 7.4.1");
            /// Who analysed it.
            analysed_by: Vec<RecordId> = "Analysed by" => required(S::Analysed.code()), target(Kind::Person);
        }
        section "Correction", "ISO 13485 8.5.2", false, CORRECTION => {
            /// What is done so that it does not happen again.
            corrective_action: Text = "Corrective action" => required(S::CorrectiveActionDefined.code()), clause("ISO 13485 8.5.2");
            /// The corrective or preventive action in the quality system.
            capa_ref: Line = "CAPA reference" => required(S::CorrectiveActionDefined.code()), clause("ISO 13485 8.5.2");
        }
        section "Links", "", false, LINKS => {
            /// Other related records.
            related: Vec<RecordId> = "Related records" => open_when_made();
        }
    }
}

/// The step that follows from the signatures of those who close it.
pub const CLOSE: &str = "close";
/// The step that follows when its closure is refused.
pub const REFUSED: &str = "closure_refused";

/// The day on which it was entered.
const RAISED_ON: Start = Start { words: "the day it was raised", day: |data| data.head.created_at.day() };

/// The declaration of process deviations.
pub const DEF: KindDef = KindDef {
    purpose: "A bypass of the process that happened: what it was, what it means for safety, and what is done so that it does not happen again. Anyone raises one; none is ever removed.",
    clause: "IEC 62304 8.2.1",
    since: PLAN_RULES,
    sections: ProcessDeviation::SECTIONS,
    states: ProcessDeviationState::ALL,
    moves: rules::MOVES,
    deadlines: &[Deadline::new(
        "Close the process deviation",
        Role::Quality,
        OPEN,
        Limit::Days("deviation_days", RAISED_ON),
        "IEC 62304 8.2.1",
    )
    .rank(1)],
    create_by: Role::EVERYONE,
    edit_by: Role::EVERYONE,
    approvable: Some(&rules::APPROVABLE),
    notices: |case| {
        let analysed = !case.data.text("safety_consequence").is_empty();
        let text = "The analysis of this deviation was made after the fact. It stays marked as such.";
        if analysed { vec![text.to_owned()] } else { Vec::new() }
    },
    columns: &["rule_bypassed", "occurred_on", "capa_ref"],
    place: Place::Area(70),
    referable: true,
    assignable: true,
    fixes_files: &[S::CorrectiveActionDefined.code()],
    scope_by_edits: true,
    gist: "rule_bypassed",
    evidence: &["8.2.1"],
    chapter: Some(17),
    ..KindDef::new(Kind::ProcessDeviation, "Process deviation", "Process deviations")
};
