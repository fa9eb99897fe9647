//! Change requests: specified, analysed, approved, and only then implemented (IEC 62304 6.2.3–6.2.5, 6.3, 8.2; domain 2.4).

mod deadlines;
mod rules;
mod work;

pub use rules::{changes_for, new_analysis, problems_without};

use crate::domain::choice::choice;
use crate::domain::field::{Offer, Table};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{ChainStep, NextRecords, Place, Trace, Via};
use crate::domain::person::Role;
use crate::domain::product::{Market, Product};
use crate::domain::questions::{self, Circumstances};
use crate::domain::record::{KindDef, record, rows};
use crate::domain::text::{Line, Text};
use crate::domain::time::{Day, Moment};
use crate::domain::workflow::states;

choice! {
    /// The origin of a change request.
    pub enum Origin {
        /// A problem report.
        ProblemReport = "problem_report", "Problem report";
        /// A finding of a SOUP review.
        SoupFinding = "soup_finding", "SOUP finding";
        /// A component reaches the end of its support.
        Obsolescence = "obsolescence", "Obsolescence";
        /// A wish for more functions.
        Enhancement = "enhancement", "Enhancement";
        /// A requirement of an authority.
        Regulatory = "regulatory", "Regulatory";
        /// A new edition of a standard.
        Standard = "standard", "Standard";
        /// A risk control to be added or changed.
        RiskControl = "risk_control", "Risk control";
        /// A need of the organisation.
        Internal = "internal", "Internal";
    }
}

choice! {
    /// The kind of a change.
    pub enum ChangeType {
        /// It corrects a problem.
        Corrective = "corrective", "Corrective";
        /// It prevents a problem.
        Preventive = "preventive", "Preventive";
        /// It adapts to a changed environment.
        Adaptive = "adaptive", "Adaptive";
        /// It improves the product.
        Perfective = "perfective", "Perfective";
        /// It removes a vulnerability.
        Security = "security", "Security";
    }
}

choice! {
    /// How urgent it is. An emergency needs fewer people and less time, but never changes the order of steps.
    pub enum Urgency {
        /// In the normal order.
        Routine = "routine", "Routine";
        /// Before other changes.
        Expedited = "expedited", "Expedited";
        /// Immediately: deputies may sign, and documents that safety does not depend on may follow by a date.
        Emergency = "emergency", "Emergency";
    }
}

choice! {
    /// Whether an activity is repeated for the change (IEC 62304 6.3.1).
    pub enum RepeatDecision {
        /// It is repeated.
        Repeat = "repeat", "Repeat";
        /// It is not needed, for the reason given.
        NotNeeded = "not_needed", "Not needed";
        /// It does not apply to the class.
        NotApplicable = "not_applicable", "Not applicable to the class";
    }
}

choice! {
    /// The result of a regulatory assessment.
    pub enum RegulatoryDecision {
        /// No submission; the rationale is kept on file.
        LetterToFile = "letter_to_file", "Documented in a letter to file";
        /// The authority or notified body is notified.
        Notify = "notify", "Notify";
        /// A submission must be cleared before release.
        Submission = "submission", "New submission before release";
    }
}

rows! {
    /// A SOUP item whose version changes.
    pub struct SoupChange {
        /// Name of the item.
        item: Line = "SOUP item";
        /// Exact version before; empty if it is added.
        from: Line = "From version";
        /// Exact version after; empty if it is removed.
        to: Line = "To version";
    }
}

rows! {
    /// One row of the clause-5 repeat matrix (IEC 62304 6.3.1).
    pub struct ActivityRow {
        /// Code of the activity.
        activity: Line = "Activity";
        /// Whether it is repeated.
        decision: Option<RepeatDecision> = "Decision";
        /// Why it is not repeated.
        rationale: Text = "Rationale";
    }
}

rows! {
    /// Evidence that a repeated activity was done (IEC 62304 6.3.1).
    pub struct ActivityDone {
        /// Code of the activity.
        activity: Line = "Activity";
        /// Evidence that it was done.
        evidence: Text = "Evidence";
        /// When it was done.
        done_at: Option<Day> = "Done on" => past();
        /// Who did it.
        done_by: Line = "Done by";
        /// In an emergency: the day by which it must be done.
        complete_by: Option<Day> = "Complete by";
    }
}

rows! {
    /// The regulatory decision for one market.
    pub struct MarketDecision {
        /// The market.
        market: Option<Market> = "Market";
        /// The decision.
        decision: Option<RegulatoryDecision> = "Decision";
        /// Why.
        rationale: Text = "Rationale";
    }
}

states! {
    /// States of a change request (domain 2.4).
    pub enum ChangeState {
        /// It is being written.
        Draft = "draft", "Draft", Neutral, 1, false;
        /// It was submitted.
        Submitted = "submitted", "Submitted", Due, 2, false;
        /// Its impact is being analysed.
        UnderAnalysis = "under_analysis", "Under analysis", Due, 3, false;
        /// It is analysed and waits for signatures.
        AwaitingApproval = "awaiting_approval", "Awaiting approval", Due, 4, false;
        /// It is approved; work may start.
        Approved = "approved", "Approved", Good, 5, false;
        /// It is being implemented.
        Implementing = "implementing", "Implementing", Neutral, 6, false;
        /// It is implemented.
        Implemented = "implemented", "Implemented", Neutral, 7, false;
        /// It is being verified.
        Verifying = "verifying", "Verifying", Neutral, 8, false;
        /// It is verified.
        Verified = "verified", "Verified", Good, 9, false;
        /// It is part of a released version.
        Released = "released", "Released", Good, 10, false;
        /// Finished.
        Closed = "closed", "Closed", Good, 11, false => finished();
        /// Approval was refused.
        Rejected = "rejected", "Rejected", Neutral, 0, true;
        /// Work is suspended.
        OnHold = "on_hold", "On hold", Neutral, 0, false;
        /// It was given up.
        Cancelled = "cancelled", "Cancelled", Neutral, 0, true;
        /// Entered by mistake; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use ChangeState as S;

impl ChangeState {
    /// Whether work on it is in progress, so that its problems are being resolved.
    pub const fn is_being_made(self) -> bool {
        matches!(self, Self::Implementing | Self::Implemented | Self::Verifying)
    }

    /// Whether it was analysed again or approved, and the work on it is not done.
    pub const fn is_before_implemented(self) -> bool {
        matches!(self, Self::UnderAnalysis | Self::AwaitingApproval | Self::Approved | Self::Implementing)
    }

    /// Whether it is approved, so that work on it may start, has started or is done.
    pub const fn is_approved_or_later(self) -> bool {
        matches!(self, Self::Approved | Self::Verified | Self::Released | Self::Closed)
            || self.is_being_made()
    }

    /// Whether it is neither verified nor given up.
    pub const fn is_before_verified(self) -> bool {
        matches!(
            self,
            Self::Draft
                | Self::Submitted
                | Self::UnderAnalysis
                | Self::AwaitingApproval
                | Self::Approved
                | Self::OnHold
        ) || self.is_being_made()
    }

    /// Whether it was verified, and possibly released or closed since.
    pub const fn is_verified(self) -> bool {
        matches!(self, Self::Verified | Self::Released | Self::Closed)
    }

    /// Whether the work on it is done.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Implemented | Self::Verifying) || self.is_verified()
    }

    /// Whether a version that contains it was released.
    pub const fn is_released(self) -> bool {
        matches!(self, Self::Released | Self::Closed)
    }

    /// Whether it was refused, given up or entered by mistake.
    pub const fn is_given_up(self) -> bool {
        matches!(self, Self::Rejected | Self::Cancelled | Self::Void)
    }
}

const SCOPE: &[&str] = &[S::Draft.code(), S::Submitted.code(), S::UnderAnalysis.code()];
const WORK: &[&str] = &[S::Implementing.code()];
const EVIDENCE: &[&str] = &[
    S::Implementing.code(),
    S::Implemented.code(),
    S::Verifying.code(),
    S::Verified.code(),
    S::Released.code(),
];
/// States in which its test records are created and edited.
pub const VERIFY: &[&str] = &[S::Verifying.code()];
const AFTERWARDS: &[&str] = &[
    S::Approved.code(),
    S::Implementing.code(),
    S::Implemented.code(),
    S::Verifying.code(),
    S::Verified.code(),
    S::Released.code(),
];
const BEFORE_APPROVAL: &[&str] = &[
    S::Draft.code(),
    S::Submitted.code(),
    S::UnderAnalysis.code(),
    S::AwaitingApproval.code(),
    S::OnHold.code(),
];

/// Most SOUP changes of one change request: as if a whole baseline went and another one came.
pub const SOUP_CHANGES_MAX: usize = 20_000;

record! {
    /// A specified change to a configuration item.
    pub struct ChangeRequest : ChangeRequest {
        section "Change", "IEC 62304 6.2.3, 8.2.1", true, SCOPE => {
            /// The change in one line.
            title: Line = "Title" => required(S::Draft.code());
            /// Its origin.
            origin: Option<Origin> = "Origin" => required(S::Submitted.code()), clause("IEC 62304 8.2.4");
            /// The kind of change. Security and SOUP changes require more of the analysis.
            change_type: Option<ChangeType> = "Kind of change" => required(S::Submitted.code()), clause("IEC 62304 6.2.3");
            /// How urgent it is.
            urgency: Option<Urgency> = "Urgency" => required(S::Submitted.code());
            /// Why it is an emergency.
            emergency_justification: Text = "Why it is an emergency";
            /// The problems that it resolves.
            problem_reports: Vec<RecordId> = "Problem reports" => target(Kind::ProblemReport), clause("IEC 62304 8.2.4");
            /// What is to be changed.
            description: Text = "Description" => required(S::Submitted.code()), clause("IEC 62304 8.2.1");
            /// Why it is to be changed.
            reason: Text = "Reason" => required(S::Submitted.code()), clause("IEC 62304 8.2.1");
        }
        section "Affected items", "IEC 62304 8.1, 8.2", true, SCOPE => {
            /// Configuration items that change, one per line.
            affected_cis: Vec<Line> = "Configuration items" => required(S::Submitted.code()), clause("IEC 62304 8.2.1");
            /// SOUP items whose version changes.
            affected_soup: Table<SoupChange> = "SOUP changes" => rows_at_most(SOUP_CHANGES_MAX), clause("IEC 62304 8.1.2, 7.1.3");
            /// Whether it modifies released software.
            affects_released_software: Option<bool> = "Modifies released software" => required(S::Submitted.code()), clause("IEC 62304 6.2.4");
            /// Versions that will contain it.
            target_releases: Vec<Line> = "Target versions" => clause("IEC 62304 6.3.2"), offers(Offer::Versions);
            /// Versions in the field that it concerns.
            affected_fielded_versions: Vec<Line> = "Fielded versions concerned" => clause("IEC 62304 6.2.3"), offers(Offer::Versions);
        }
        section "Analysis and plan", "IEC 62304 6.3.1, 6.2.5", true, SCOPE => {
            /// Its current impact analysis.
            impact_analysis: Option<RecordId> = "Impact analysis" => target(Kind::ImpactAnalysis), by_system(), clause("IEC 62304 6.2.3");
            /// Which activities of clause 5 are repeated.
            activities: Table<ActivityRow> = "Clause 5 repeat matrix" => clause("IEC 62304 6.3.1");
            /// The regulatory decision for each market.
            regulatory_decisions: Table<MarketDecision> = "Regulatory decisions" => clause("ISO 13485 7.3.9");
            /// Whether the work may start before a required clearance; the release then waits for it.
            implement_before_clearance: Option<bool> = "Implement now, release only once cleared" => clause("IEC 62304 6.2.4");
            /// Whether users or regulators are informed of it.
            communication_required: Option<bool> = "Communication required" => required(S::AwaitingApproval.code()), clause("IEC 62304 6.2.5");
            /// Why, or why not.
            communication_rationale: Text = "Why, or why not" => required(S::AwaitingApproval.code()), clause("IEC 62304 6.2.5");
        }
        section "Implementation", "IEC 62304 8.2.2", false, WORK => {
            /// Commits or configurations that contain it, one per line.
            commits: Vec<Line> = "Commits" => required(S::Implemented.code()), clause("IEC 62304 8.2.2");
            /// Who implemented it.
            implemented_by: Vec<RecordId> = "Implemented by" => required(S::Implemented.code()), target(Kind::Person), clause("IEC 62304 8.2.2");
            /// When the work started.
            work_started_at: Option<Moment> = "Work started at" => past(), required(S::Implemented.code()), clause("IEC 62304 6.2.4");
            /// Configuration items that were actually changed.
            changed_cis: Vec<Line> = "Items actually changed" => required(S::Implemented.code()), clause("IEC 62304 8.2.2");
            /// Whether it was implemented as specified.
            as_specified: Option<bool> = "Implemented as specified" => required(S::Implemented.code()), clause("IEC 62304 8.2.2");
            /// How it deviates, if the deviation is immaterial. After a material deviation the change returns to analysis.
            deviation: Text = "Immaterial deviation" => clause("IEC 62304 8.2.2");
        }
        section "Repeated activities", "IEC 62304 6.3.1", false, EVIDENCE => {
            /// Evidence that each repeated activity was done.
            activities_done: Table<ActivityDone> = "Evidence of repeated activities" => clause("IEC 62304 6.3.1");
        }
        section "Verification", "IEC 62304 8.2.3, 9.8", false, VERIFY => {
            /// What was tested again, and why that is sufficient.
            regression_rationale: Text = "Regression scope as tested, and why" => required(S::Verified.code()), clause("IEC 62304 5.7.3");
            /// How risk controls were verified again.
            risk_control_verification: Text = "Risk controls verified again" => clause("IEC 62304 7.3.1");
            /// Problems found during verification.
            problems_found: Vec<RecordId> = "Problems found during verification" => target(Kind::ProblemReport), clause("IEC 62304 8.2.3");
        }
        section "After approval", "IEC 62304 6.2.5", false, AFTERWARDS => {
            /// Reference of the clearance or opinion that a regulatory decision waits for.
            clearance_ref: Line = "Clearance reference" => clause("ISO 13485 7.3.9");
            /// Other related records.
            related: Vec<RecordId> = "Related records" => open_when_made();
        }
    }
}

impl ChangeRequest {
    /// Whether it is a security or SOUP change, which requires more of the analysis (domain 1.4).
    pub fn soup_or_security(&self) -> bool {
        self.change_type == Some(ChangeType::Security)
            || self.origin == Some(Origin::SoupFinding)
            || !self.affected_soup.is_empty()
    }

    /// The circumstances that decide which questions are asked.
    pub fn circumstances(&self, product: &Product) -> Circumstances {
        Circumstances {
            class: product.class(),
            markets: product.markets.clone(),
            soup_or_security: self.soup_or_security(),
        }
    }

    /// Whether a regulator must be notified or must approve.
    pub fn regulatory_significant(&self) -> bool {
        self.regulatory_decisions.iter().any(|row| {
            matches!(row.decision, Some(RegulatoryDecision::Notify | RegulatoryDecision::Submission))
        })
    }
}

/// The transition that follows from a refusal.
pub const REJECT: &str = "reject";
/// The transition that follows from the release of a version that contains it.
pub const RELEASE: &str = "release";
/// The transition by which a change is analysed again.
pub const REANALYSE: &str = "reanalyse";

/// The declaration of change requests.
pub const DEF: KindDef = KindDef {
    purpose: "A specified change. No configuration item is changed without an approved change request, and none is approved without an impact analysis.",
    clause: "IEC 62304 6.2.3, 6.2.4, 8.2.1",
    sections: ChangeRequest::SECTIONS,
    states: ChangeState::ALL,
    moves: rules::MOVES,
    deadlines: deadlines::ALL,
    create_by: Role::EVERYONE,
    edit_by: Role::EVERYONE,
    columns: &["change_type", "urgency", "origin"],
    place: Place::Area(30),
    referable: true,
    assignable: true,
    approvable: Some(&rules::APPROVABLE),
    fixes_files: &[
        ChangeState::AwaitingApproval.code(),
        ChangeState::Approved.code(),
        ChangeState::Verified.code(),
        ChangeState::Released.code(),
        ChangeState::Closed.code(),
    ],
    scope_by_edits: true,
    scope_fixed: "Approved content cannot be edited: return the change to analysis, which ends the approval",
    trace: Some(Trace { step: ChainStep::ChangeRequest, through: &[] }),
    next_records: &[NextRecords {
        from: &[ChangeState::Verified.code(), ChangeState::Released.code()],
        via: Via::Field("problem_reports"),
    }],
    evidence: &["6.3.1", "7.3", "8.2.2", "8.2.3", "8.2.4", "9.4", "9.8"],
    keyed: &[("activities", questions::BY_ACTIVITY)],
    ..KindDef::new(Kind::ChangeRequest, "Change request", "Change requests")
};
