//! Communications: what users and authorities are told, or the signed decision to tell them nothing (IEC 62304 6.2.5; domain
//! 1.2, 2.11).

mod deadlines;
mod drafts;
mod rules;

pub use drafts::draft_for;
pub use rules::{communications_of, decided_for_change, decided_for_release};

use crate::domain::choice::choice;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{ChainStep, Place, Trace};
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::product::Market;
use crate::domain::record::{KindDef, record};
use crate::domain::text::{Line, Text};
use crate::domain::time::{Day, Moment};
use crate::domain::workflow::states;

choice! {
    /// The kind of a communication.
    pub enum CommunicationKind {
        /// Notes on a release.
        ReleaseNote = "release_note", "Release note";
        /// A notice to customers.
        CustomerNotice = "customer_notice", "Customer notice";
        /// An advisory notice (ISO 13485 8.3.3).
        AdvisoryNotice = "advisory_notice", "Advisory notice";
        /// A field safety notice (MDR 89).
        FieldSafetyNotice = "field_safety_notice", "Field safety notice";
        /// A security advisory (IEC 81001-5-1 4.1.7).
        SecurityAdvisory = "security_advisory", "Security advisory";
        /// Exploitability statements.
        VexPublication = "vex_publication", "VEX publication";
        /// A notice to a supplier.
        SupplierNotice = "supplier_notice", "Notice to a supplier";
        /// Sharing with an information sharing organisation.
        IsaoShare = "isao_share", "Share with an ISAO";
        /// A report to an authority.
        RegulatorReport = "regulator_report", "Report to an authority";
        /// The end of sale is announced.
        EolNotice = "eol_notice", "End of life notice";
        /// The end of support is announced.
        EosNotice = "eos_notice", "End of support notice";
        /// An alert inside the organisation.
        InternalAlert = "internal_alert", "Internal alert";
    }
}

impl CommunicationKind {
    /// Whether recipients must acknowledge it, and its effectiveness is checked (ISO 13485 8.3.3).
    pub const fn is_acknowledged(self) -> bool {
        matches!(self, Self::AdvisoryNotice | Self::FieldSafetyNotice)
    }

    /// Whether it tells users of a change, so that both texts of 6.2.5 are needed.
    pub const fn tells_users(self) -> bool {
        matches!(
            self,
            Self::ReleaseNote
                | Self::CustomerNotice
                | Self::AdvisoryNotice
                | Self::FieldSafetyNotice
                | Self::SecurityAdvisory
        )
    }

    /// Whether it may be published instead of being sent to recipients.
    pub const fn may_be_published(self) -> bool {
        matches!(
            self,
            Self::ReleaseNote
                | Self::SecurityAdvisory
                | Self::VexPublication
                | Self::EolNotice
                | Self::EosNotice
        )
    }
}

states! {
    /// States of a communication (domain 2.11). While it is issued its recipients acknowledge it.
    pub enum CommunicationState {
        /// It is being written.
        Drafted = "drafted", "Draft", Due, 1, false;
        /// It waits for its signatures.
        UnderReview = "under_review", "Under review", Due, 2, false;
        /// It is approved and can be sent.
        Approved = "approved", "Approved", Due, 3, false;
        /// It is sent or published; acknowledgements are collected.
        Issued = "issued", "Issued", Good, 4, false;
        /// It is effective.
        Closed = "closed", "Closed", Good, 5, false => finished();
        /// It was decided and signed that nothing is communicated.
        NotRequired = "not_required", "Not required, signed", Good, 0, true;
        /// Entered by mistake; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use CommunicationState as S;

impl CommunicationState {
    /// Whether the decision is taken: it is approved or sent, or it is signed that it is not required.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Approved | Self::Issued | Self::Closed | Self::NotRequired)
    }

    /// Whether nothing more is written or sent.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Issued | Self::Closed | Self::NotRequired | Self::Void)
    }

    /// Whether it was sent, or it is signed that it is not required.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Issued | Self::Closed | Self::NotRequired)
    }
}

const DRAFT: &[&str] = &[S::Drafted.code()];
const ISSUED: &str = S::Issued.code();
/// States in which its recipients are entered, sent to and tracked.
pub const LISTS: &[&str] = &[S::Drafted.code(), S::UnderReview.code(), S::Approved.code(), S::Issued.code()];

record! {
    /// What somebody is told.
    pub struct Communication : Communication {
        section "Communication", "IEC 62304 6.2.5", true, DRAFT => {
            /// The subject in one line; it is printed as the subject of the letter.
            title: Line = "Subject" => required(S::Drafted.code());
            /// The kind.
            communication_kind: Option<CommunicationKind> = "Kind" => required(S::Drafted.code()), clause("IEC 62304 6.2.5");
            /// To whom it is addressed.
            audience: Line = "Audience" => required(S::UnderReview.code()), hint("Hospitals that use version 2.3.0");
            /// The markets that it concerns.
            markets: Vec<Market> = "Markets" => clause("IEC 62304 6.2.5");
            /// The authority, for a report.
            authority: Line = "Authority";
            /// The release that it announces.
            releases: Vec<RecordId> = "Releases" => target(Kind::Release), clause("IEC 62304 6.2.5");
            /// The changes of which it tells.
            change_requests: Vec<RecordId> = "Changes" => target(Kind::ChangeRequest), clause("IEC 62304 8.2.4");
            /// Other records that it concerns.
            subjects: Vec<RecordId> = "Other records";
            /// The versions that it concerns.
            affected_versions: Vec<Line> = "Affected versions" => offers(crate::domain::field::Offer::Versions);
        }
        section "Text", "IEC 62304 6.2.5 a, b", true, DRAFT => {
            /// The problem, and what happens if the software is used unchanged.
            problem_and_consequence: Text = "Problem, and consequence of unchanged use" => clause("IEC 62304 6.2.5 a");
            /// What changes, and how the change is obtained and installed.
            change_and_how_to_get_it: Text = "Change, and how to get and install it" => clause("IEC 62304 6.2.5 b");
            /// What users can do until then.
            compensating_controls: Text = "What users can do until then";
            /// The severity score, for a vulnerability.
            cvss: Line = "CVSS" => hint("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
            /// The languages in which it is sent.
            languages: Vec<Line> = "Languages" => required(S::UnderReview.code()), clause("MDR 89(8)");
            /// Day by which it must be sent.
            due_by: Option<Day> = "Due by" => clause("IEC 62304 6.2.5");
        }
        section "Not required", "21 CFR 806.20(b)", true, DRAFT => {
            /// Why nothing is communicated.
            not_required_justification: Text = "Justification" => clause("21 CFR 806.20(b)(4)");
            /// The conclusions.
            not_required_conclusions: Text = "Conclusions" => clause("21 CFR 806.20(b)(4)");
            /// What follows instead.
            not_required_follow_up: Text = "Follow-up" => clause("21 CFR 806.20(b)(4)");
            /// The designated person who decides. They sign.
            designated_person: Option<RecordId> = "Designated person" => target(Kind::Person), clause("21 CFR 806.20(b)(4)");
        }
        section "Sending", "IEC 62304 6.2.5", false, &[S::Approved.code(), ISSUED] => {
            /// Where it is published, if it is.
            published_at: Line = "Published at";
            /// When it was submitted to the authority.
            submitted_at: Option<Moment> = "Submitted at" => past();
            /// The reference that the authority gave.
            reference_no: Line = "Reference of the authority";
            /// Proof of submission or publication.
            proof: Text = "Proof";
        }
        section "Effectiveness", "ISO 13485 8.3.3", false, &[ISSUED] => {
            /// How it was checked that it reached its audience and was followed.
            effectiveness_check: Text = "Effectiveness check" => clause("ISO 13485 8.3.3");
        }
    }
}

/// Who writes communications and keeps their recipients.
pub const WRITERS: &[Role] = &[
    Role::Regulatory,
    Role::Quality,
    Role::Support,
    Role::DevLead,
    Role::SecurityLead,
    Role::ReleaseManager,
];

/// The declaration of communications.
pub const DEF: KindDef = KindDef {
    purpose: "What users and authorities are told of a change: the problem and the consequence of doing nothing, the change and how to get it. Or, signed: that nothing is required.",
    clause: "IEC 62304 6.2.5",
    since: PLAN_RULES,
    sections: Communication::SECTIONS,
    states: CommunicationState::ALL,
    moves: rules::MOVES,
    deadlines: deadlines::ALL,
    create_by: WRITERS,
    edit_by: WRITERS,
    sign_conditions: Some(rules::signing),
    approvable: Some(&rules::APPROVABLE),
    columns: &["communication_kind", "audience", "due_by"],
    place: Place::Area(50),
    referable: true,
    assignable: true,
    fixes_files: &[S::UnderReview.code(), S::Approved.code()],
    scope_by_edits: true,
    scope_fixed: "The text is fixed once it is submitted: return it to draft, which ends its approval",
    trace: Some(Trace { step: ChainStep::Communication, through: &["change_requests"] }),
    gist: "communication_kind",
    evidence: &["6.2.5"],
    chapter: Some(16),
    ..KindDef::new(Kind::Communication, "Communication", "Communications")
};
