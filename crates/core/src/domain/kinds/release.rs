//! Releases: a version of the product with its baseline, evidence and approval (IEC 62304 5.8, 6.3.2, 8.1.3, 8.3; domain 1.2, 2.7).
//!
//! `gate` holds what must be so at each step, `differences` what changed since the release before, and behind which change.

mod commit_list;
mod deadlines;
mod differences;
mod gate;
mod residual;
mod rules;
pub mod soup;
pub mod versions;

pub use commit_list::{CommitComparison, MissingCommits, compare};
pub use differences::{Difference, DifferenceKind, differences, uncovered};
pub use gate::{gate, markets_named};
pub use residual::{ProblemsByVersion, standing_problems};

use crate::domain::choice::choice;
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{ChainStep, Place, Trace};
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::product::Market;
use crate::domain::record::{KindDef, RecordData, record, rows};
use crate::domain::signature::Meaning;
use crate::domain::soup_item::SOUP_RULES;
use crate::domain::text::{Line, Text};
use crate::domain::time::{Day, Moment};
use crate::domain::workflow::{World, states};

choice! {
    /// The kind of a release. None has a shorter way.
    pub enum ReleaseKind {
        /// The first release of the product.
        Initial = "initial", "Initial";
        /// A maintenance release.
        Maintenance = "maintenance", "Maintenance";
        /// A release that removes a vulnerability.
        SecurityPatch = "security_patch", "Security patch";
        /// A release for one urgent problem.
        Hotfix = "hotfix", "Hotfix";
        /// The return to an earlier version.
        Rollback = "rollback", "Rollback";
    }
}

choice! {
    /// Whether the unique device identification changes (MDR Annex VI C 6.5).
    pub enum UdiDecision {
        /// A new UDI-DI: performance, safety, intended use or data interpretation change.
        NewUdiDi = "new_udi_di", "New UDI-DI";
        /// A new production identifier: a correction without such a change.
        NewUdiPi = "new_udi_pi", "New UDI-PI only";
        /// No change.
        NoChange = "no_change", "No change";
    }
}

choice! {
    /// Whether a version is in service.
    pub enum InService {
        /// It is in use.
        Yes = "yes", "In service";
        /// It is no longer in use.
        No = "no", "Not in service";
        /// That is not known.
        Unknown = "unknown", "Unknown";
    }
}

choice! {
    /// How a task before a release was answered (IEC 62304 5.8.6).
    pub enum TaskDecision {
        /// It was performed.
        Performed = "performed", "Performed";
        /// It does not apply, for the reason given.
        NotApplicable = "not_applicable", "Not applicable";
    }
}

rows! {
    /// A configuration item of the baseline (IEC 62304 8.1.3).
    pub struct BaselineItem {
        /// The item.
        item: Line = "Item" => required(ReleaseState::CandidateVerification.code());
        /// Its version.
        version: Line = "Version" => required(ReleaseState::CandidateVerification.code());
    }
}

rows! {
    /// A SOUP item of the baseline (IEC 62304 8.1.2).
    pub struct SoupVersion {
        /// The item.
        item: Line = "SOUP item" => required(ReleaseState::CandidateVerification.code());
        /// Its exact version.
        version: Line = "Version" => required(ReleaseState::CandidateVerification.code());
        /// Its package URL, if it has one.
        purl: Line = "Package URL";
    }
}

impl SoupVersion {
    /// Name and version in one line, as findings and reviews write them.
    pub fn label(&self) -> String {
        format!("{} {}", self.item, self.version)
    }

    /// Whether a line names this item in this version.
    pub fn is(&self, label: &str) -> bool {
        let rest = label.strip_prefix(&*self.item).and_then(|rest| rest.strip_prefix(' '));
        rest == Some(&*self.version)
    }
}

impl Release {
    /// The rows of the SOUP baseline with an item of this name.
    pub fn soup_named<'a>(&'a self, item: &'a str) -> impl Iterator<Item = &'a SoupVersion> {
        self.soup_baseline.iter().filter(move |row| *row.item == *item)
    }
}

rows! {
    /// A commit of the version, from the export of the version control system.
    pub struct CommitRow {
        /// Its hash.
        commit: Line = "Commit";
        /// Its first line.
        subject: Line = "Subject";
    }
}

rows! {
    /// A known anomaly that stays in the version, with its evaluation (IEC 62304 5.8.2, 5.8.3).
    pub struct ResidualAnomaly {
        /// The problem report.
        problem: Option<RecordId> = "Problem report" => target(Kind::ProblemReport);
        /// Its effect on safety and effectiveness, including use.
        evaluation: Text = "Evaluation";
        /// Whether the risk is acceptable.
        risk_acceptable: Option<bool> = "Risk acceptable";
        /// Why it stays for now.
        rationale: Text = "Why it stays";
        /// What users can do.
        workaround: Text = "Workaround";
    }
}

rows! {
    /// A task before the release and how it was answered (IEC 62304 5.8.6).
    pub struct TaskRow {
        /// The task, from the plan.
        task: Line = "Task";
        /// Whether it was performed.
        decision: Option<TaskDecision> = "Decision";
        /// Evidence, or why it does not apply.
        evidence: Text = "Evidence, or why not";
    }
}

rows! {
    /// The regulatory decision for one market.
    pub struct ReleaseMarket {
        /// The market.
        market: Option<Market> = "Market";
        /// Whether it may be placed on that market, and on what basis.
        decision: Line = "Decision" => hint("Covered by the letter to file of CR-0004");
        /// Whether nothing is awaited from an authority or notified body.
        clear: Option<bool> = "Nothing is awaited";
        /// Why it is not released there; empty if it is. Then nothing else is asked for that market.
        not_there: Line = "Not released there, because";
    }
}

rows! {
    /// A reading of the archive, with the digest that was found (IEC 62304 5.8.7).
    pub struct ArchiveCheck {
        /// When.
        checked_on: Option<Day> = "Checked on" => past();
        /// SHA-256 of the archive as it was read.
        sha256: Line = "SHA-256 as read";
        /// Who.
        checked_by: Line = "Checked by";
        /// How it was read, and whether it was restored.
        how: Line = "How";
    }
}

rows! {
    /// How many installations of the version there are in a market.
    pub struct InstallCount {
        /// The market.
        market: Option<Market> = "Market";
        /// How many.
        count: Option<u32> = "Installations";
        /// As of which day.
        as_of: Option<Day> = "As of" => past();
        /// Where the number comes from.
        source: Line = "Source";
    }
}

states! {
    /// States of a release (domain 2.7).
    pub enum ReleaseState {
        /// Its content is being planned.
        Planned = "planned", "Planned", Neutral, 1, false;
        /// It is being built, and its baseline is fixed.
        Building = "building", "Building", Neutral, 2, false;
        /// The candidate is being verified.
        CandidateVerification = "candidate_verification", "Candidate in verification", Neutral, 3, false;
        /// It waits for its signatures.
        ReadyForApproval = "ready_for_approval", "Ready for approval", Due, 4, false;
        /// It is approved; it may be released once it is archived.
        Approved = "approved", "Approved", Good, 5, false;
        /// It is released.
        Released = "released", "Released", Good, 6, false;
        /// A later version is released; installations may remain.
        Superseded = "superseded", "Superseded", Neutral, 7, false;
        /// It was withdrawn from the field.
        Withdrawn = "withdrawn", "Withdrawn", Late, 0, false;
        /// It is no longer in service.
        OutOfService = "out_of_service", "Out of service", Neutral, 0, false => finished();
        /// It is out of service and its archive is kept.
        Archived = "archived", "Archived", Neutral, 0, true;
        /// It was given up before its release; its version is not used again.
        Cancelled = "cancelled", "Cancelled", Neutral, 0, true;
    }
}

use ReleaseState as S;

/// When a release was released: when that step was signed; without a signature, since when it is in its state.
pub fn released_at(world: &dyn World, release: &RecordData) -> Moment {
    let signatures = world.signatures(release.head.id);
    let released = signatures.iter().filter(|signature| signature.meaning == Meaning::Released);
    released.map(|signature| signature.at).min().unwrap_or(release.head.state_since)
}

impl ReleaseState {
    /// Whether it was released to the field.
    pub const fn was_released(self) -> bool {
        matches!(
            self,
            Self::Released | Self::Superseded | Self::Withdrawn | Self::OutOfService | Self::Archived
        )
    }

    /// Whether installations of it may be in the field.
    pub const fn may_be_fielded(self) -> bool {
        matches!(self, Self::Released | Self::Superseded | Self::Withdrawn)
    }

    /// Whether installations of it may be in the field, or it is on its way to its release.
    pub const fn is_or_may_be_fielded(self) -> bool {
        self.may_be_fielded() || self.is_before_release()
    }

    /// Whether it is on its way to its release.
    pub const fn is_before_release(self) -> bool {
        matches!(
            self,
            Self::Planned
                | Self::Building
                | Self::CandidateVerification
                | Self::ReadyForApproval
                | Self::Approved
        )
    }
}

const BUILD: &[&str] = &[S::Planned.code(), S::Building.code()];
const CANDIDATE: &[&str] = &[S::CandidateVerification.code()];
const BEFORE: &[&str] = &[S::Planned.code(), S::Building.code(), S::CandidateVerification.code()];
const ARCHIVED: &[&str] = &[
    S::Approved.code(),
    S::Released.code(),
    S::Superseded.code(),
    S::Withdrawn.code(),
    S::OutOfService.code(),
];
const FIELD: &[&str] = &[S::Released.code(), S::Superseded.code(), S::Withdrawn.code()];
const CANDIDATE_STATE: &str = S::CandidateVerification.code();
const READY: &str = S::ReadyForApproval.code();

/// Most rows of a baseline, more than the largest bills of devices have.
pub const BASELINE_MAX: usize = 10_000;

record! {
    /// A version of the product.
    pub struct Release : Release {
        section "Identity", "IEC 62304 5.8.4", true, BUILD => {
            /// What the release is for, in a few words.
            title: Line = "Title" => required(S::Planned.code());
            /// The version, used once and never again.
            version: Line = "Version" => required(S::Planned.code()), clause("IEC 62304 5.8.4"), hint("2.3.1");
            /// The kind. A hotfix or a security patch has no shorter way.
            release_kind: Option<ReleaseKind> = "Kind of release" => required(S::Building.code()), clause("IEC 62304 6.3.2");
            /// The release that it follows.
            predecessor: Option<RecordId> = "Follows" => target(Kind::Release), clause("IEC 62304 8.3");
        }
        section "Content", "IEC 62304 6.3.2, 8.2.4", true, BUILD => {
            /// The changes that it contains.
            change_requests: Vec<RecordId> = "Changes" => target(Kind::ChangeRequest), clause("IEC 62304 8.2.4");
            /// The problems that these changes resolve.
            problems_fixed: Vec<RecordId> = "Problems fixed" => by_system(), target(Kind::ProblemReport), clause("IEC 62304 9.7");
        }
        section "Build", "IEC 62304 5.8.4, 5.8.5", true, BUILD => {
            /// Tag or commit from which it was built.
            tag_or_commit: Line = "Tag or commit" => required(CANDIDATE_STATE), clause("IEC 62304 5.8.4");
            /// Identity of the build.
            build_id: Line = "Build" => clause("IEC 62304 5.8.4");
            /// Name of the artifact that is delivered.
            artifact_name: Line = "Artifact" => required(CANDIDATE_STATE), clause("IEC 62304 5.8.4");
            /// SHA-256 of that artifact, 64 hexadecimal digits.
            artifact_sha256: Line = "SHA-256 of the artifact" => required(CANDIDATE_STATE), clause("IEC 62304 5.8.4");
            /// Where its signature is kept.
            artifact_signature_ref: Line = "Signature of the artifact";
            /// The build procedure.
            build_procedure_ref: Line = "Build procedure" => clause("IEC 62304 5.8.5");
            /// Operating system, compilers and tools with their versions.
            build_environment: Text = "Build environment" => clause("IEC 62304 5.8.5");
        }
        section "Baseline", "IEC 62304 8.1.2, 8.1.3, 8.3", true, BUILD => {
            /// The configuration items and their versions.
            baseline_items: Table<BaselineItem> = "Configuration items" => required(CANDIDATE_STATE), rows_at_most(BASELINE_MAX), clause("IEC 62304 8.1.3");
            /// The SOUP items and their exact versions.
            soup_baseline: Table<SoupVersion> = "SOUP" => rows_at_most(BASELINE_MAX), clause("IEC 62304 8.1.2");
            /// SHA-256 of the attached bill of materials from which the SOUP was read.
            bill_sha256: Line = "SHA-256 of the bill of materials" => clause("IEC 62304 8.1.2");
            /// Why there is no bill of materials, if there is no SOUP in the product.
            no_soup_reason: Text = "Why there is no SOUP" => clause("IEC 62304 8.1.2");
            /// The commits of the version, read from an export of the version control system.
            commits: Table<CommitRow> = "Commits" => rows_at_most(BASELINE_MAX), clause("IEC 62304 8.2.1");
            /// SHA-256 of the attached export.
            commits_sha256: Line = "SHA-256 of the commit list";
            /// The day on which the baseline was fixed.
            baseline_fixed_on: Option<Day> = "Baseline fixed on" => by_system();
        }
        section "Verification", "IEC 62304 5.8.1", true, CANDIDATE => {
            /// SHA-256 of the artifact that was tested. It must be the one that is released.
            tested_sha256: Line = "SHA-256 of the tested artifact" => required(READY), clause("IEC 62304 5.8.1");
            /// Where the records of the system test are.
            system_test_ref: Line = "System test records" => required(READY), clause("IEC 62304 5.7, 9.8");
            /// The last day of testing.
            tested_on: Option<Day> = "Last tested on" => required(READY), past(), clause("IEC 62304 5.8.1");
            /// Who tested.
            tested_by: Line = "Tested by" => required(READY), clause("IEC 62304 9.8");
            /// What was verified, with the results and their judgement.
            verification_summary: Text = "Verification summary" => required(READY), clause("IEC 62304 5.8.1");
            /// What was tested again, and why that is sufficient.
            regression_rationale: Text = "Regression scope, and why" => required(READY), clause("IEC 62304 5.7.3");
        }
        section "Residual anomalies", "IEC 62304 5.8.2, 5.8.3", true, CANDIDATE => {
            /// The known anomalies that stay in the version, each with its evaluation.
            residual_anomalies: Table<ResidualAnomaly> = "Residual anomalies" => rows_at_most(BASELINE_MAX), clause("IEC 62304 5.8.2");
            /// The statement that no anomaly is known, if the list is empty.
            none_known: Option<bool> = "No anomaly is known" => clause("IEC 62304 5.8.2");
        }
        section "Tasks before the release", "IEC 62304 5.8.6", true, CANDIDATE => {
            /// The tasks of the plan, each performed or not applicable.
            tasks: Table<TaskRow> = "Tasks" => clause("IEC 62304 5.8.6");
        }
        section "SOUP review and findings", "IEC 62304 7.1.3, IEC 81001-5-1 9.5", true, CANDIDATE => {
            /// Where the review of the SOUP in the baseline is recorded.
            soup_review_ref: Line = "SOUP review" => clause("IEC 62304 7.1.3"), former(SOUP_RULES);
            /// The day of that review.
            soup_reviewed_on: Option<Day> = "SOUP reviewed on" => past(), clause("IEC 62304 7.1.3"), former(SOUP_RULES);
            /// Known vulnerabilities and anomalies of the SOUP, each with its decision.
            findings_statement: Text = "Remarks on open findings" => clause("IEC 81001-5-1 9.5");
        }
        section "Risk, labelling and regulation", "IEC 62304 7.4, ISO 13485 7.3.9", true, CANDIDATE => {
            /// Version of the risk management file that covers it.
            risk_file_version: Line = "Risk management file version" => required(READY), clause("IEC 62304 7.4");
            /// The result of its review.
            risk_review: Text = "Risk management review" => required(READY), clause("ISO 14971");
            /// Version of labelling and instructions for use.
            ifu_version: Line = "Instructions for use, version" => required(READY);
            /// Whether the unique device identification changes.
            udi_decision: Option<UdiDecision> = "UDI" => required(READY), clause("MDR Annex VI C");
            /// Why.
            udi_rationale: Text = "Why this UDI decision" => required(READY), clause("MDR Annex VI C");
            /// The regulatory decision for each market.
            regulatory_decisions: Table<ReleaseMarket> = "Markets" => clause("ISO 13485 7.3.9");
        }
        section "Delivery", "IEC 62304 5.8.8", true, BEFORE => {
            /// How the version is delivered.
            delivery_method: Text = "Delivery" => required(READY), clause("IEC 62304 5.8.8");
            /// How recipients know that it is unchanged: signature, digest, channel.
            integrity_protection: Text = "Protection of integrity" => required(READY), clause("IEC 62304 5.8.8");
            /// Where the instructions for installation are.
            install_instructions_ref: Line = "Installation instructions" => required(READY), clause("IEC 62304 6.2.5 b");
        }
        section "Archive", "IEC 62304 5.8.7", false, &[S::Approved.code()] => {
            /// Where software, configuration items and documents are archived.
            archive_location: Line = "Archive" => required(S::Released.code()), clause("IEC 62304 5.8.7");
            /// SHA-256 of the archive when it was made.
            archive_sha256: Line = "SHA-256 of the archive" => required(S::Released.code()), clause("IEC 62304 5.8.7");
            /// Until when it is kept.
            retention_until: Option<Day> = "Kept until" => required(S::Released.code()), clause("ISO 13485 4.2.5");
        }
        section "Archive read again", "IEC 62304 5.8.7", false, ARCHIVED => {
            /// Each time that the archive was read again, with the digest that was found.
            archive_checks: Table<ArchiveCheck> = "Archive read again" => required(S::Released.code()), clause("IEC 62304 5.8.7");
        }
        section "Withdrawal", "ISO 13485 8.3.3", false, &[S::Released.code(), S::Superseded.code()] => {
            /// Why it is withdrawn, and whether that is a recall or field safety corrective action. Quality and regulatory affairs sign it.
            withdrawal_decision: Text = "Withdrawal: recall or field action" => clause("ISO 13485 8.3.3");
        }
        section "In the field", "IEC 62304 8.3", false, FIELD => {
            /// Whether it is in service.
            in_service: Option<InService> = "In service" => clause("IEC 62304 8.3");
            /// How many installations there are.
            installs: Table<InstallCount> = "Installations";
            /// Evidence that it is no longer in service.
            out_of_service_evidence: Text = "Evidence that it is out of service" => clause("IEC 62304 8.3");
            /// How it is supported.
            support_status: Line = "Support" => hint("Supported until 2029-12-31");
        }
    }
}

/// Why a file with this digest stays attached to a release, in words; `None` if it may be withdrawn: the bill of materials and the
/// commit list of a fixed baseline are evidence.
pub fn keeps_as_evidence(data: &RecordData, sha256: &str) -> Option<String> {
    let fixed = ReleaseState::of(data).is_some_and(|state| !matches!(state, S::Planned | S::Building));
    let named = ["bill_sha256", "commits_sha256"]
        .into_iter()
        .any(|field| data.text(field).eq_ignore_ascii_case(sha256));
    (fixed && named)
        .then(|| "It is not the bill of materials or the commit list of a fixed baseline".to_owned())
}

/// The step that follows when a later version is released.
pub const SUPERSEDE: &str = "supersede";

/// Who plans and builds releases.
const MAKERS: &[Role] = &[Role::ReleaseManager, Role::DevLead, Role::Quality];
/// Who fills the record of a release.
const WRITERS: &[Role] = &[
    Role::ReleaseManager,
    Role::DevLead,
    Role::Developer,
    Role::Tester,
    Role::Quality,
    Role::RiskManager,
    Role::SecurityLead,
    Role::Regulatory,
    Role::Support,
];

/// The declaration of releases.
pub const DEF: KindDef = KindDef {
    purpose: "A version of the product: what it contains, how it was built and tested, which anomalies stay, who approved it. A change reaches patients only through one.",
    clause: "IEC 62304 5.8, 6.3.2",
    sections: Release::SECTIONS,
    states: ReleaseState::ALL,
    moves: rules::MOVES,
    deadlines: deadlines::ALL,
    create_by: MAKERS,
    edit_by: WRITERS,
    violations: rules::violations,
    may_create: rules::may_create,
    on_create: rules::follows,
    sign_conditions: Some(rules::signing),
    approvable: Some(&rules::APPROVABLE),
    since: PLAN_RULES,
    notices: rules::notices,
    columns: &["version", "release_kind", "in_service"],
    place: Place::Area(45),
    referable: true,
    assignable: true,
    fixes_files: &[S::ReadyForApproval.code(), S::Approved.code()],
    scope_by_edits: true,
    scope_fixed: "The content of a candidate is fixed: return it to building, which ends its approval",
    trace: Some(Trace { step: ChainStep::Release, through: &["change_requests"] }),
    gist: "version",
    evidence: &["5.8", "5.8.7", "6.3.2", "8.1", "8.3"],
    ..KindDef::new(Kind::Release, "Release", "Releases")
};
