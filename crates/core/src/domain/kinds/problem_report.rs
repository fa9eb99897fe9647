//! Problem reports: one per problem, investigated, evaluated for safety, resolved, verified (IEC 62304 clause 9; domain 2.3).

mod deadlines;
mod rules;

use crate::domain::choice::{Choice as _, choice};
use crate::domain::field::{Offer, Table};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{ChainStep, NextRecords, Place, Trace, Via};
use crate::domain::person::Role;
use crate::domain::record::{KindDef, RecordData, record, rows};
use crate::domain::text::{Line, Text};
use crate::domain::time::{Day, Moment};
use crate::domain::workflow::states;

choice! {
    /// In which phase the problem was detected.
    pub enum DetectedIn {
        /// In the field.
        Field = "field", "Field";
        /// In production.
        Production = "production", "Production";
        /// In development.
        Development = "development", "Development";
        /// In a test.
        Test = "test", "Test";
        /// At a supplier.
        Supplier = "supplier", "Supplier";
        /// In a SOUP review.
        SoupReview = "soup_review", "SOUP review";
        /// In an audit.
        Audit = "audit", "Audit";
    }
}

choice! {
    /// How seriously a problem affects performance, safety or security (IEC 62304 9.1).
    pub enum EffectLevel {
        /// Not at all.
        None = "none", "None";
        /// A little.
        Minor = "minor", "Minor";
        /// Seriously.
        Serious = "serious", "Serious";
        /// It is not known yet.
        Unknown = "unknown", "Unknown";
    }
}

choice! {
    /// Whether it is an adverse event (IEC 62304 6.2.1.2).
    pub enum AdverseEvent {
        /// It is not.
        No = "no", "No";
        /// It could have become one.
        Potential = "potential", "Potential";
        /// It is one.
        Actual = "actual", "Actual";
    }
}

choice! {
    /// Whether a change is needed (IEC 62304 6.2.1.3).
    pub enum ChangeNeeded {
        /// A change request follows.
        Yes = "yes", "Yes";
        /// No change, for the reason given.
        No = "no", "No";
        /// Later, with a date for reassessment.
        Deferred = "deferred", "Deferred";
    }
}

choice! {
    /// The kind of cause that was found.
    pub enum CauseCategory {
        /// A wrong or incomplete specification.
        Specification = "specification", "Specification";
        /// A defect of design or code.
        Defect = "defect", "Software defect";
        /// SOUP that failed or behaved unexpectedly.
        Soup = "soup", "SOUP";
        /// Hardware or other software that disturbed execution.
        Environment = "environment", "Hardware or environment";
        /// Foreseeable misuse or use error.
        Use = "use", "Use error or misuse";
        /// Anything else.
        Other = "other", "Other";
    }
}

choice! {
    /// Whether a party is advised of the problem (IEC 62304 9.3).
    pub enum AdviseDecision {
        /// It is advised.
        Advise = "advise", "Advise";
        /// It is not advised, for the reason given.
        DoNotAdvise = "do_not_advise", "Do not advise";
    }
}

rows! {
    /// Whether one party is advised of the problem (IEC 62304 9.3).
    pub struct AdvisedParty {
        /// Users, regulatory affairs, notified body, distributors, SOUP supplier, other product teams.
        party: Line = "Party";
        /// The decision.
        decision: Option<AdviseDecision> = "Decision";
        /// Why.
        rationale: Line = "Rationale";
        /// When it was advised.
        at: Option<Day> = "Advised on" => past();
    }
}

states! {
    /// States of a problem report (domain 2.3).
    pub enum ProblemState {
        /// Recorded.
        Open = "open", "Open", Due, 1, false;
        /// The cause is being investigated.
        Investigating = "investigating", "Investigating", Due, 2, false;
        /// Cause and safety relevance are evaluated.
        Evaluated = "evaluated", "Evaluated", Due, 3, false;
        /// A change request will resolve it.
        ChangeRequested = "change_requested", "Change requested", Neutral, 4, false;
        /// No action, justified and signed.
        NoActionJustified = "no_action_justified", "No action, justified", Neutral, 4, false;
        /// Deferred until a date.
        Deferred = "deferred", "Deferred", Neutral, 4, false;
        /// The change is being implemented.
        Resolving = "resolving", "Resolving", Neutral, 5, false;
        /// The resolution is being verified.
        VerifyingResolution = "verifying_resolution", "Verifying resolution", Due, 6, false;
        /// Resolved and verified.
        Closed = "closed", "Closed", Good, 7, false => finished();
        /// The problem occurred again.
        Reopened = "reopened", "Reopened", Due, 1, false;
        /// Entered by mistake; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use ProblemState as S;

impl ProblemState {
    /// Whether it was entered by mistake.
    pub const fn is_void(self) -> bool {
        matches!(self, Self::Void)
    }

    /// Whether what it says of the problem can still be edited.
    pub const fn may_be_edited_whole(self) -> bool {
        matches!(self, Self::Open | Self::Investigating | Self::Reopened)
    }

    /// Whether it is being resolved, and its report is not closed.
    pub const fn is_being_resolved(self) -> bool {
        matches!(self, Self::Resolving | Self::VerifyingResolution)
    }

    /// Whether its resolution is being verified, or is verified.
    pub const fn is_resolved(self) -> bool {
        matches!(self, Self::VerifyingResolution | Self::Closed)
    }
}

const BEFORE: &[&str] = &[S::Open.code(), S::Investigating.code(), S::Reopened.code()];
const INVESTIGATION: &[&str] = &[S::Investigating.code()];
const AFTER: &[&str] =
    &[S::Evaluated.code(), S::ChangeRequested.code(), S::Deferred.code(), S::Resolving.code()];
const UNDECIDED: &[&str] = &[S::Evaluated.code()];
const VERIFYING: &[&str] = &[S::VerifyingResolution.code(), S::NoActionJustified.code()];
const NOT_VOID: &[&str] = &[
    S::Open.code(),
    S::Investigating.code(),
    S::Evaluated.code(),
    S::ChangeRequested.code(),
    S::NoActionJustified.code(),
    S::Deferred.code(),
    S::Resolving.code(),
    S::VerifyingResolution.code(),
    S::Reopened.code(),
];

record! {
    /// One problem with the product.
    pub struct ProblemReport : ProblemReport {
        section "Problem", "IEC 62304 9.1", true, BEFORE => {
            /// The problem in one line.
            title: Line = "Title" => required(S::Open.code());
            /// When it was detected.
            detected_at: Option<Moment> = "Detected at" => past(), required(S::Investigating.code()), clause("IEC 62304 9.1");
            /// Who detected it.
            detected_by: Line = "Detected by" => personal();
            /// In which phase it was detected.
            detected_in_phase: Option<DetectedIn> = "Detected in" => required(S::Investigating.code()), clause("IEC 62304 9.1");
            /// The feedback that reported it.
            source_feedback: Vec<RecordId> = "Source feedback" => target(Kind::Feedback), clause("IEC 62304 8.2.4");
            /// What is wrong.
            description: Text = "Description" => required(S::Investigating.code()), personal(), clause("IEC 62304 9.1");
            /// How to reproduce it.
            reproduction_steps: Text = "Steps to reproduce";
            /// What was expected and what happened.
            expected_vs_actual: Text = "Expected and actual behaviour";
            /// Whether it deviates from the specification.
            is_spec_deviation: Option<bool> = "Deviation from specification" => clause("IEC 62304 6.2.1.2");
            /// Requirements that are not met.
            requirement_refs: Vec<Line> = "Requirements concerned";
            /// Whether it is an adverse event.
            is_adverse_event: Option<AdverseEvent> = "Adverse event" => required(S::Investigating.code()), clause("IEC 62304 6.2.1.2");
        }
        section "Affected items", "IEC 62304 9.1", true, BEFORE => {
            /// Released versions that show it, one per line.
            affected_product_versions: Vec<Line> = "Affected product versions" => required(S::Investigating.code()), clause("IEC 62304 9.1"), offers(Offer::Versions);
            /// The first version that shows it.
            first_affected_version: Line = "First affected version" => offers(Offer::Versions);
            /// Software items that show it.
            affected_software_items: Vec<Line> = "Affected software items";
            /// Accessories and interfaces that are affected.
            affected_accessories: Vec<Line> = "Affected accessories and interfaces" => clause("IEC 62304 9.1");
        }
        section "Criticality", "IEC 62304 9.1", true, BEFORE => {
            /// Effect on performance.
            performance_effect: Option<EffectLevel> = "Effect on performance" => required(S::Investigating.code()), clause("IEC 62304 9.1");
            /// Effect on safety.
            safety_effect: Option<EffectLevel> = "Effect on safety" => required(S::Investigating.code()), clause("IEC 62304 9.1");
            /// Effect on security.
            security_effect: Option<EffectLevel> = "Effect on security" => required(S::Investigating.code()), clause("IEC 62304 9.1");
            /// The criticality in words.
            criticality_text: Text = "Criticality statement" => clause("IEC 62304 9.1");
        }
        section "Investigation", "IEC 62304 9.2", true, INVESTIGATION => {
            /// When the investigation started.
            investigation_started_at: Option<Day> = "Investigation started" => past();
            /// Who investigated.
            investigated_by: Line = "Investigated by" => required(S::Evaluated.code()), clause("IEC 62304 9.2");
            /// How it was investigated.
            investigation_method: Text = "Method";
            /// What was found.
            findings: Text = "Findings" => required(S::Evaluated.code()), clause("IEC 62304 9.2 a");
            /// The kind of cause.
            cause_category: Option<CauseCategory> = "Kind of cause";
            /// The cause.
            cause_text: Text = "Cause" => clause("IEC 62304 9.2 a");
            /// Why no cause was identified.
            why_not_identified: Text = "Why no cause was identified" => clause("IEC 62304 9.2 a");
        }
        section "Safety evaluation", "IEC 62304 6.2.1.3", true, INVESTIGATION => {
            /// Hazards concerned, as the risk management file numbers them.
            hazard_refs: Vec<Line> = "Hazards" => clause("IEC 62304 7.1");
            /// Hazardous situations concerned.
            hazardous_situation_refs: Vec<Line> = "Hazardous situations" => clause("IEC 62304 7.1");
            /// Whether it is a new hazard.
            new_hazard: Option<bool> = "New hazard" => required(S::Evaluated.code()), clause("IEC 62304 9.2 b");
            /// Severity of harm, by the risk management process.
            severity: Line = "Severity" => required(S::Evaluated.code()), clause("ISO 14971");
            /// Probability, or exploitability for a security problem.
            probability: Line = "Probability or exploitability" => required(S::Evaluated.code()), clause("ISO 14971");
            /// Whether the risk is acceptable without a change.
            risk_acceptable: Option<bool> = "Risk acceptable" => required(S::Evaluated.code()), clause("IEC 62304 9.2 b");
            /// How the risk was evaluated.
            safety_method: Text = "Method and reasoning" => required(S::Evaluated.code()), clause("IEC 62304 9.2 b");
            /// The effect on the other versions in the field.
            other_fielded_versions: Text = "Other fielded versions" => required(S::Evaluated.code()), clause("IEC 62304 6.2.1.3");
            /// Whether the risk management file must change.
            risk_file_update_needed: Option<bool> = "Risk file update needed" => required(S::Evaluated.code()), clause("IEC 62304 9.5");
            /// Parties to be advised of the problem.
            advise_parties: Table<AdvisedParty> = "Parties to advise" => required(S::Evaluated.code()), clause("IEC 62304 9.3");
        }
        section "Decision", "IEC 62304 9.2", true, AFTER => {
            /// Whether a change is needed.
            change_needed: Option<ChangeNeeded> = "Change needed" => clause("IEC 62304 6.2.1.3");
            /// Why no change is made.
            no_change_rationale: Text = "Why no change" => clause("IEC 62304 9.2 d");
        }
        section "Deferral", "IEC 62304 9.2 d", true, UNDECIDED => {
            /// Day by which a deferred problem is evaluated again. It is fixed when the problem is deferred.
            reassess_by: Option<Day> = "Reassess by" => clause("IEC 62304 9.2 d");
        }
        section "Workaround and follow-up", "IEC 62304 9.2", true, AFTER => {
            /// What users can do until the problem is resolved.
            workaround: Text = "Workaround";
            /// Versions in which it stays as a residual anomaly.
            residual_in_releases: Vec<Line> = "Residual anomaly in versions" => clause("IEC 62304 5.8.2"), offers(Offer::Versions);
            /// The related corrective or preventive action.
            capa_ref: Line = "CAPA reference" => clause("ISO 13485 8.5.2");
            /// Keywords for trend analysis.
            trend_tags: Vec<Line> = "Trend tags" => clause("IEC 62304 9.6");
        }
        section "Verification of the resolution", "IEC 62304 9.7", false, VERIFYING => {
            /// Where the risk management file was updated.
            risk_file_ref: Line = "Risk file reference" => clause("IEC 62304 9.5");
            /// Version of the risk management file with the update.
            risk_file_version: Line = "Risk file version" => clause("IEC 62304 9.5");
            /// Whether the problem is resolved.
            resolved: Option<bool> = "Problem resolved" => clause("IEC 62304 9.7 a");
            /// Whether an adverse trend was reversed.
            trend_reversed: Text = "Adverse trend reversed" => clause("IEC 62304 9.7 b");
            /// Where the change was implemented.
            implemented_in: Vec<Line> = "Implemented in" => clause("IEC 62304 9.7 c"), offers(Offer::Versions);
            /// Whether the change introduced new problems.
            new_problems: Text = "New problems introduced" => clause("IEC 62304 9.7 d");
            /// Evidence of the verification.
            verification_evidence: Text = "Evidence" => clause("IEC 62304 9.7");
            /// Who implemented the change.
            implemented_by: Vec<RecordId> = "Implemented by" => target(Kind::Person);
            /// The version with the fix, or "fixed, unreleased".
            released_in: Line = "Released in" => hint("2.3.2, or fixed, unreleased"), offers(Offer::Versions);
        }
        section "Links", "", false, NOT_VOID => {
            /// Other related records.
            related: Vec<RecordId> = "Related records";
        }
    }
}

/// The transition that follows when work on a change for the problem starts.
pub const RESOLVING: &str = "resolving";
/// The transition by which its resolution is verified; it also follows when the version with the fix is released.
pub const VERIFY_RESOLUTION: &str = "verify_resolution";
/// The transition that follows when the last change for the problem is given up.
pub const CHANGE_GIVEN_UP: &str = "change_given_up";

/// Whether an effect on safety is not excluded: it is serious, minor, unknown, or not evaluated yet.
pub fn may_touch_safety(effect: Option<EffectLevel>) -> bool {
    effect != Some(EffectLevel::None)
}

/// Whether a record is a safety-relevant problem report: an effect on safety is not excluded.
pub fn is_safety_relevant(data: &RecordData) -> bool {
    let effect = || EffectLevel::from_code(data.text("safety_effect"));
    data.head.id.kind == Kind::ProblemReport && may_touch_safety(effect())
}

/// The declaration of problem reports.
pub const DEF: KindDef = KindDef {
    purpose: "One record for each problem: what it is, what caused it, how it affects safety, and what is done about it.",
    clause: "IEC 62304 clause 9",
    sections: ProblemReport::SECTIONS,
    states: ProblemState::ALL,
    moves: rules::MOVES,
    deadlines: deadlines::ALL,
    create_by: Role::EVERYONE,
    edit_by: Role::EVERYONE,
    sign_conditions: Some(rules::signing),
    columns: &["safety_effect", "detected_in_phase", "reassess_by"],
    place: Place::Area(20),
    referable: true,
    assignable: true,
    fixes_files: &[ProblemState::Closed.code()],
    trace: Some(Trace { step: ChainStep::ProblemReport, through: &[] }),
    next_records: &[NextRecords {
        from: &[ProblemState::ChangeRequested.code()],
        via: Via::Referring { kind: Kind::ChangeRequest, field: "problem_reports" },
    }],
    evidence: &["6.2.1.3", "6.2.2", "9.1", "9.2", "9.3", "9.5", "9.7"],
    ..KindDef::new(Kind::ProblemReport, "Problem report", "Problem reports")
};
