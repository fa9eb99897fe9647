//! The retirement of the product: what ends when, who is told, what remains to be done and by whom (IEC 81001-5-1 5.8.7, IMDRF N60
//! and N70, MDR 10(8) and 10a; domain 5).
//!
//! One plan is worked in at a time. It is useful from its first answer on: each group is answered, or says why it does not apply.

mod groups;
mod milestones;
mod retention;
mod rules;

pub use groups::{GROUPS, Group, GroupState, Progress, progress};
pub use milestones::{Laid, lay_out};
pub use retention::{Retention, RetentionRow, Until, retention};
pub use rules::{current_plan, review_interval_of_stage};

use crate::domain::choice::choice;
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::product::{Market, TplcStage};
use crate::domain::record::{KindDef, record, rows};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::states;

/// The rule set since which retirement, trends, clocks, classes and waivers are records.
pub const RETIREMENT_RULES: u32 = 4;

choice! {
    /// Who is told of the end of sale or of support.
    pub enum Audience {
        /// Customers: those who bought it.
        Customers = "customers", "Customers";
        /// Those who use it.
        Users = "users", "Users";
        /// Patients, where they are concerned.
        Patients = "patients", "Patients";
        /// Distributors and importers.
        Distributors = "distributors", "Distributors";
        /// Competent authorities.
        Authorities = "authorities", "Authorities";
        /// The notified body.
        NotifiedBody = "notified_body", "Notified body";
        /// An information sharing organisation.
        Isao = "isao", "ISAO";
        /// Everybody, by a notice on the web.
        Public = "public", "The public, on the web";
    }
}

choice! {
    /// Which end a notice or a date is about.
    pub enum EndKind {
        /// The end of sale: the product is no longer sold.
        Sale = "sale", "End of life (sale)";
        /// The end of all support.
        Support = "support", "End of support";
    }
}

choice! {
    /// An answer that is not known yet is not No.
    pub enum Foreseen {
        /// Yes.
        Yes = "yes", "Yes";
        /// No.
        No = "no", "No";
        /// It does not apply to this product or market.
        NotApplicable = "not_applicable", "Does not apply";
    }
}

rows! {
    /// What continues in a stage, and how often.
    pub struct StageRow {
        /// The stage.
        stage: Option<TplcStage> = "Stage" => required(RetirementPlanState::InReview.code());
        /// Complaints are taken.
        complaints: Line = "Complaints" => required(RetirementPlanState::InReview.code());
        /// Vigilance.
        vigilance: Line = "Vigilance" => required(RetirementPlanState::InReview.code());
        /// Bug fixes.
        bug_fixes: Line = "Bug fixes" => required(RetirementPlanState::InReview.code());
        /// Security updates.
        security_updates: Line = "Security updates" => required(RetirementPlanState::InReview.code());
        /// Patches of third parties only.
        third_party_patches: Line = "Patches of third parties";
        /// Days between two SOUP reviews in this stage; empty: as the maintenance plan says.
        soup_review_days: Option<u32> = "SOUP review every (days)";
        /// How vulnerabilities are told.
        vulnerability_notices: Line = "Notices of vulnerabilities" => required(RetirementPlanState::InReview.code());
        /// Spare parts and new installations.
        reinstallation: Line = "Spare parts, reinstallation";
    }
}

rows! {
    /// Somebody who must be told, and how long before.
    pub struct AudienceRow {
        /// Who.
        audience: Option<Audience> = "Audience" => required(RetirementPlanState::InReview.code());
        /// Of which end.
        end: Option<EndKind> = "Of" => required(RetirementPlanState::InReview.code());
        /// Months before that end.
        lead_months: Option<u32> = "Months before" => required(RetirementPlanState::InReview.code());
    }
}

rows! {
    /// The communication by which an audience was told.
    pub struct NoticeRow {
        /// Who.
        audience: Option<Audience> = "Audience";
        /// Of which end.
        end: Option<EndKind> = "Of";
        /// The communication.
        communication: Option<RecordId> = "Communication" => target(Kind::Communication);
    }
}

rows! {
    /// Data that outlives the product, or is deleted with it.
    pub struct DataRow {
        /// The category.
        category: Line = "Data" => required(RetirementPlanState::InReview.code());
        /// Who owns it.
        owner: Line = "Owner" => required(RetirementPlanState::InReview.code());
        /// The format in which it is handed over.
        export: Line = "Export format";
        /// Who must keep it, and how long.
        retention: Line = "Kept by, how long" => required(RetirementPlanState::InReview.code());
        /// How it is deleted.
        deletion: Line = "Deletion" => required(RetirementPlanState::InReview.code());
    }
}

rows! {
    /// A duty that remains after the end of support, and who has it.
    pub struct DutyRow {
        /// The duty.
        duty: Line = "Duty" => required(RetirementPlanState::InReview.code());
        /// The person.
        person: Option<RecordId> = "Person" => target(Kind::Person);
        /// The organisation, if it is not a person of this file.
        organisation: Line = "Organisation";
        /// Until when.
        until: Line = "Until" => required(RetirementPlanState::InReview.code());
    }
}

rows! {
    /// One copy of the archive.
    pub struct ArchiveRow {
        /// Where it is.
        location: Line = "Location" => required(RetirementPlanState::InReview.code());
        /// Who keeps it.
        custodian: Line = "Custodian" => required(RetirementPlanState::InReview.code());
        /// Who keeps it if that organisation closes.
        successor: Line = "Successor";
    }
}

rows! {
    /// A test that a copy of the archive can be read.
    pub struct RestoreRow {
        /// Where the copy is.
        location: Line = "Location";
        /// When it was restored.
        on: Option<Day> = "Restored on" => past();
        /// The SHA-256 of what was restored.
        sha256: Line = "SHA-256";
        /// Who restored it, and what was verified.
        result: Line = "Result";
    }
}

states! {
    /// States of the retirement plan (domain 5.3).
    pub enum RetirementPlanState {
        /// It is being written. Its first answers already count.
        Draft = "draft", "Draft", Due, 1, false;
        /// It waits for its signatures.
        InReview = "in_review", "In review", Due, 2, false;
        /// It is approved.
        Approved = "approved", "Approved", Good, 3, false;
        /// Every audience was told of the end of sale.
        Announced = "announced", "Announced", Good, 4, false;
        /// It is no longer sold; support is limited.
        LimitedSupport = "limited_support", "Limited support", Good, 5, false;
        /// The last version was released.
        FinalUpdateReleased = "final_update_released", "Final update released", Good, 6, false;
        /// All support has ended.
        EndOfSupport = "end_of_support", "End of support", Good, 7, false;
        /// It is taken out of use.
        Decommissioning = "decommissioning", "Decommissioning", Due, 8, false;
        /// Nothing is in service any more.
        Closed = "closed", "Closed", Good, 9, false => finished();
        /// Its records may be disposed of.
        RetentionExpired = "retention_expired", "Retention expired", Neutral, 10, true;
        /// Given up; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use RetirementPlanState as S;

const DRAFT: &[&str] = &[S::Draft.code()];
/// States in which the plan is carried out.
pub const CARRIED_OUT: &[&str] = &[
    S::Approved.code(),
    S::Announced.code(),
    S::LimitedSupport.code(),
    S::FinalUpdateReleased.code(),
    S::EndOfSupport.code(),
    S::Decommissioning.code(),
];
/// States in which its milestones and its inventory of keys are kept.
pub const LISTS: &[&str] = &[
    S::Draft.code(),
    S::Approved.code(),
    S::Announced.code(),
    S::LimitedSupport.code(),
    S::FinalUpdateReleased.code(),
    S::EndOfSupport.code(),
    S::Decommissioning.code(),
];
/// States in which milestones run.
pub const RUNNING: &[&str] = CARRIED_OUT;

record! {
    /// The retirement plan.
    pub struct RetirementPlan : RetirementPlan {
        section "Scope", "IMDRF N70", true, DRAFT => {
            /// Title of the plan.
            title: Line = "Title" => required(S::Draft.code());
            /// The versions that retire; empty: all.
            versions: Vec<Line> = "Versions" => offers(crate::domain::field::Offer::Versions);
            /// The markets in which it retires.
            markets: Vec<Market> = "Markets";
            /// How many are installed, and how that is known.
            install_base: Text = "Installed base" => hint("412 gateways at 37 sites, from the service portal");
            /// Why it retires.
            reason: Text = "Reason";
            /// What was considered instead.
            alternatives: Text = "Alternatives considered";
        }
        section "Dates", "IMDRF N60, N70", true, DRAFT => {
            /// The day of the last sale.
            last_sale_date: Option<Day> = "Last sale" => clause("MDR 10(8)");
            /// The end of life: from then on it is no longer sold.
            eol_date: Option<Day> = "End of life" => clause("IMDRF N60");
            /// The end of support that contracts guarantee.
            guaranteed_support_end: Option<Day> = "Support guaranteed until";
            /// The last day of security updates.
            security_support_end: Option<Day> = "Security updates until" => clause("FD&C 524B");
            /// The end of all support.
            eos_date: Option<Day> = "End of support" => clause("IMDRF N60");
            /// The day by which none should be in use.
            decommission_target: Option<Day> = "Out of use by";
            /// What the dates rest on, and where they were announced.
            dates_basis: Text = "Basis of the dates";
        }
        section "Stages", "IMDRF N60", true, DRAFT => {
            /// What continues in each stage, and how often.
            stages: Table<StageRow> = "What continues in each stage" => clause("IMDRF N60");
            /// Why no stages are planned.
            stages_na: Text = "Why no stages are planned";
        }
        section "Notices", "IMDRF N70, IEC 62304 6.2.5", true, DRAFT => {
            /// Who is told, and how long before.
            audiences: Table<AudienceRow> = "Who is told" => clause("IMDRF N70");
            /// What they are told: versions, dates, remaining maintenance, controls, options, residual risks.
            notice_content: Text = "What they are told" => clause("IMDRF N70");
            /// Why nobody is told.
            notices_na: Text = "Why nobody is told";
        }
        section "Supply", "MDR 10a", true, DRAFT => {
            /// Whether stopping the supply may foreseeably cause serious harm.
            serious_harm: Option<Foreseen> = "Serious harm foreseeable if supply stops" => clause("MDR 10a");
            /// The reasons for that answer.
            serious_harm_rationale: Text = "Reasons" => clause("MDR 10a");
            /// Whether a successor or an alternative is available.
            successor: Text = "Successor or alternative";
            /// Whether it is needed in a public health emergency (United States).
            emergency_device: Option<Foreseen> = "Needed in a public health emergency" => clause("FD&C 506J");
        }
        section "Data and hosted services", "IEC 81001-5-1 5.8.7", true, DRAFT => {
            /// The data and what happens to it.
            data_categories: Table<DataRow> = "Data" => clause("IEC 81001-5-1 5.8.7");
            /// The order in which hosted services stop, and the time to export data before that.
            hosted_services: Text = "Hosted services, order of their end";
            /// The last day on which users can export their data.
            export_until: Option<Day> = "Data can be exported until";
            /// Why there are no data and no services.
            data_na: Text = "Why there are no data and services";
        }
        section "SOUP", "IEC 62304 6.1 f", true, DRAFT => {
            /// The components that are out of support already, licences that end, sources in escrow.
            soup_state: Text = "State of the SOUP" => clause("IEC 62304 6.1 f");
            /// The open findings, by version, and what users are told.
            open_findings: Text = "Open findings" => clause("IEC 62304 7.1.3");
            /// Why there is no SOUP.
            soup_na: Text = "Why nothing is said of SOUP";
        }
        section "Keys and certificates", "IEC 81001-5-1 5.8.7", true, DRAFT => {
            /// Domains, update addresses, store listings and names that must be held.
            names_held: Text = "Names and addresses that are held";
            /// Why there are no keys.
            keys_na: Text = "Why there are no keys";
        }
        section "Residual risk", "ISO 14971 10", true, DRAFT => {
            /// The updated evaluation of benefit and risk.
            residual_risk: Text = "Residual risk" => clause("ISO 14971 10");
            /// Where the risk management file says so.
            risk_file_ref: Line = "Risk management file" => clause("ISO 14971 10");
            /// What is transferred to whom, and the controls that they need.
            risk_transfer: Text = "Risk that is transferred: to whom, what, which controls" => clause("IMDRF N70");
            /// Why no risk is transferred.
            risk_transfer_na: Text = "Why no risk is transferred";
        }
        section "Residual duties", "MDR 83, 87", true, DRAFT => {
            /// Who has complaints, vigilance, emergency fixes and the contact of the authorities.
            duties: Table<DutyRow> = "Duties that remain" => clause("MDR 83, 87");
        }
        section "Archive", "IEC 62304 5.8.7", true, DRAFT => {
            /// What is kept: releases, sources, tools, documents, risk file, records, this file and how to read it.
            archive_content: Text = "What is kept" => clause("IEC 62304 5.8.7");
            /// Where it is kept, at two places at least.
            archive_copies: Table<ArchiveRow> = "Copies" => clause("IEC 62304 5.8.7");
            /// Whether it is implantable decides on retention; a contract or a legal hold can lengthen it.
            contract_until: Option<Day> = "Contract asks until";
            /// Whether records must be kept for a legal matter.
            legal_hold: Option<bool> = "Legal hold";
            /// Which matter.
            legal_hold_ref: Line = "Reference of the legal hold";
        }
        section "Regulatory closing", "MDR 29, 21 CFR 807", true, DRAFT => {
            /// Registrations, UDI, certificates, last reports.
            regulatory_closing: Text = "Registrations, certificates, last reports";
            /// Why nothing is closed with an authority.
            regulatory_na: Text = "Why nothing is closed with an authority";
        }
        section "Decommissioning guide", "IEC 81001-5-1 5.8.7", true, DRAFT => {
            /// How users back up what they need.
            guide_backup: Text = "Back up" => clause("IEC 81001-5-1 5.8.7");
            /// Where data and credentials are, and how they are removed.
            guide_removal: Text = "Remove data and credentials" => clause("IEC 81001-5-1 5.8.7");
            /// How it is taken off the network.
            guide_isolation: Text = "Take off the network";
            /// How media are disposed of.
            guide_disposal: Text = "Dispose of media";
            /// How users confirm it.
            guide_confirmation: Text = "Confirmation";
            /// Why there is no guide.
            guide_na: Text = "Why there is no guide";
        }
        section "Notices given", "IEC 62304 6.2.5", false, CARRIED_OUT => {
            /// The communication for each audience.
            notices: Table<NoticeRow> = "Notices" => clause("IEC 62304 6.2.5");
            /// The address of the notice on the web.
            public_notice: Line = "Public notice at";
            /// Why the lead time is shorter than planned.
            short_notice: Text = "Why the notice was shorter than planned";
        }
        section "Final update", "IEC 62304 5.8", false, CARRIED_OUT => {
            /// The last version.
            final_release: Option<RecordId> = "Last release" => target(Kind::Release), clause("IEC 62304 6.3.2");
            /// Why findings with uncontrolled risk stay open.
            open_findings_justification: Text = "Why uncontrolled findings stay open" => clause("IEC 62304 7.1.3");
        }
        section "End of service", "IEC 81001-5-1 5.8.7", false, CARRIED_OUT => {
            /// How hosted services were stopped, and the proof of deletion.
            services_stopped: Text = "Hosted services stopped";
            /// Why it is taken as out of service, if that is not known.
            in_service_unknown: Text = "Why it counts as out of service";
            /// The tests that the archive can be read.
            restore_tests: Table<RestoreRow> = "Restore tests" => clause("IEC 62304 5.8.7");
        }
        section "Disposal", "ISO 13485 4.2.5", false, &[S::Closed.code()] => {
            /// What was disposed of, how, by whom.
            disposal: Text = "Disposal of records" => clause("ISO 13485 4.2.5");
        }
    }
}

/// Months before an end by which it is announced, if no audience says more (IMDRF N70: two years are typical).
pub const NOTICE_MONTHS: u32 = 24;
/// Months before the supply stops by which authorities are told (MDR 10a).
pub const ARTICLE_10A_MONTHS: i64 = 6;

impl RetirementPlan {
    /// The most months before an end by which somebody is told of it.
    pub fn lead_months(&self, end: EndKind) -> Option<u32> {
        self.audiences.iter().filter(|row| row.end == Some(end)).filter_map(|row| row.lead_months).max()
    }
}

/// Who writes the retirement plan and carries it out.
pub const WRITERS: &[Role] = &[
    Role::Quality,
    Role::Regulatory,
    Role::DevLead,
    Role::SecurityLead,
    Role::RiskManager,
    Role::ReleaseManager,
    Role::Management,
    Role::Support,
];

/// The declaration of retirement plans.
pub const DEF: KindDef = KindDef {
    purpose: "How the product is retired: dates, who is told, what continues in each stage, keys, data, archive, and who keeps the duties that remain. Each answer counts from the first on.",
    clause: "IEC 81001-5-1 5.8.7, IMDRF N70",
    since: RETIREMENT_RULES,
    sections: RetirementPlan::SECTIONS,
    states: RetirementPlanState::ALL,
    moves: rules::MOVES,
    create_by: WRITERS,
    edit_by: WRITERS,
    may_create: rules::may_create,
    violations: rules::violations,
    approvable: Some(&rules::APPROVABLE),
    sign_conditions: Some(rules::signing),
    notices: rules::notices,
    columns: &["eol_date", "eos_date"],
    place: Place::Area(80),
    referable: true,
    assignable: true,
    fixes_files: &[S::InReview.code()],
    scope_by_edits: true,
    scope_fixed: "The plan is fixed once it is submitted: return it to draft, which ends its approval",
    gist: "eos_date",
    evidence: &["6.1", "5.8.7"],
    chapter: Some(18),
    ..KindDef::new(Kind::RetirementPlan, "Retirement plan", "Retirement")
};
