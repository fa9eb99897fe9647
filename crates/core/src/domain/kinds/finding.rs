//! Findings: a vulnerability, anomaly or obsolescence of SOUP, and the decision on it for every release in service (IEC 62304 7.1.3,
//! 7.1.4; domain 1.2, 2.10).
//!
//! One vulnerability is one finding under all its names. `verdicts` says what holds for each release, `rules` the steps.

mod deadlines;
mod effects;
mod follow_up;
mod rules;
mod stage;
pub mod verdicts;

pub use stage::StageFollows;

pub use effects::where_used_text;
pub use rules::{CONFIRMS, PROPOSE, REASSESS, RETURN, dispositions_of, known_as};

use crate::domain::choice::choice;
use crate::domain::field::{Offer, Table};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::maintenance_plan::PatchSeverity;
use crate::domain::person::Role;
use crate::domain::problem_report::EffectLevel;
use crate::domain::record::{KindDef, record, rows};
use crate::domain::soup_item::SOUP_RULES;
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::states;

choice! {
    /// What a finding is about.
    pub enum FindingKind {
        /// An anomaly of function that the supplier published.
        FunctionalAnomaly = "functional_anomaly", "Functional anomaly";
        /// A vulnerability.
        Vulnerability = "vulnerability", "Vulnerability";
        /// A component whose support ends.
        Obsolescence = "obsolescence", "Obsolescence";
        /// A licence or the integrity of a component.
        LicenceOrIntegrity = "licence_or_integrity", "Licence or integrity";
    }
}

choice! {
    /// What was decided.
    pub enum Disposition {
        /// The product is not affected.
        NotAffected = "not_affected", "Not affected";
        /// It is affected, and the risk is controlled.
        AffectedControlled = "affected_controlled", "Affected, risk controlled";
        /// It is affected, and the risk is not acceptable.
        AffectedUncontrolled = "affected_uncontrolled", "Affected, risk uncontrolled";
        /// The version in the product has the correction.
        Fixed = "fixed", "Fixed";
        /// The match was wrong: it is another product or version.
        FalsePositive = "false_positive", "False positive";
        /// It is affected, the risk is controlled, and it stays for a while.
        RiskAccepted = "risk_accepted", "Risk accepted";
    }
}

choice! {
    /// Why the product is not affected, in the words of VEX.
    pub enum Justification {
        /// The component is not in the product.
        ComponentNotPresent = "component_not_present", "Component not present";
        /// The vulnerable code is not in the product.
        VulnerableCodeNotPresent = "vulnerable_code_not_present", "Vulnerable code not present";
        /// The vulnerable code is never executed.
        VulnerableCodeNotInExecutePath = "vulnerable_code_not_in_execute_path", "Vulnerable code not in the execute path";
        /// An attacker cannot control the vulnerable code.
        VulnerableCodeCannotBeControlled = "vulnerable_code_cannot_be_controlled_by_adversary", "Vulnerable code cannot be controlled by an adversary";
        /// Protections are built in.
        InlineMitigationsAlreadyExist = "inline_mitigations_already_exist", "Inline mitigations already exist";
    }
}

choice! {
    /// Whether the residual risk of patient harm is acceptable (FDA).
    pub enum RiskControl {
        /// It is acceptable.
        Controlled = "controlled", "Controlled";
        /// It is not acceptable.
        Uncontrolled = "uncontrolled", "Uncontrolled";
        /// That is not decided.
        NotAssessed = "not_assessed", "Not assessed";
    }
}

choice! {
    /// What is done.
    pub enum Response {
        /// The component is updated.
        Update = "update", "Update";
        /// Users work around it.
        Workaround = "workaround", "Workaround";
        /// A compensating control lowers the risk.
        CompensatingControl = "compensating_control", "Compensating control";
        /// It is not corrected.
        WillNotFix = "will_not_fix", "Will not fix";
        /// It cannot be corrected.
        CanNotFix = "can_not_fix", "Cannot fix";
        /// An earlier version is restored.
        Rollback = "rollback", "Rollback";
    }
}

choice! {
    /// Whether one release is affected.
    pub enum Applicability {
        /// It is.
        Affected = "affected", "Affected";
        /// It is not.
        NotAffected = "not_affected", "Not affected";
        /// It has the correction.
        Fixed = "fixed", "Fixed";
        /// That is being investigated.
        UnderInvestigation = "under_investigation", "Under investigation";
    }
}

rows! {
    /// Whether one release in service is affected.
    pub struct ReleaseVerdict {
        /// The release.
        release: Option<RecordId> = "Release" => target(Kind::Release), required(FindingState::Proposed.code());
        /// Whether it is affected.
        applicability: Option<Applicability> = "Applicability" => required(FindingState::Proposed.code());
        /// Why, if it differs from the others.
        rationale: Line = "Why";
    }
}

rows! {
    /// A version that a release contained when a finding was decided.
    pub struct DecidedFor {
        /// The release.
        release: Option<RecordId> = "Release" => target(Kind::Release);
        /// Name and version of the SOUP item.
        version: Line = "SOUP version";
    }
}

/// The line between what a source says in a description and what the program says of the match.
const MATCHED: &str = "\nHow it was matched:\n";

/// The description of a finding: what the source says, then what the program says of the match.
pub fn described(source: &str, matched: &[String]) -> String {
    if matched.is_empty() { source.to_owned() } else { format!("{source}{MATCHED}{}", matched.join("\n")) }
}

/// What the source says in a description.
pub fn source_text(description: &str) -> &str {
    description.split_once(MATCHED).map_or(description, |(source, _)| source)
}

impl Finding {
    /// Why the product is not affected, in the words of VEX: as it is stated. A false positive of which nothing is stated is other code than
    /// the vulnerable one; that the component is absent would have to be said.
    pub fn vex_justification(&self) -> Option<Justification> {
        let other = (self.disposition == Some(Disposition::FalsePositive))
            .then_some(Justification::VulnerableCodeNotPresent);
        self.justification.or(other)
    }
}

/// The verdict for a release as it is stored, without empty cells.
pub fn verdict_value(row: &ReleaseVerdict) -> serde_json::Value {
    let mut value = serde_json::to_value(row).unwrap_or_default();
    if let Some(cells) = value.as_object_mut() {
        cells.retain(|_, cell| !crate::domain::field::is_empty(cell));
    }
    value
}

states! {
    /// States of a finding (domain 2.10).
    pub enum FindingState {
        /// It was found and nobody looked at it.
        New = "new", "New", Late, 1, false;
        /// It is known which versions in service it may concern.
        Triaged = "triaged", "Triaged", Due, 2, false;
        /// It is being investigated.
        UnderInvestigation = "under_investigation", "Under investigation", Due, 3, false;
        /// A decision is proposed; a second person confirms it.
        Proposed = "proposed", "Decision proposed", Due, 4, false;
        /// The product is not affected.
        NotAffected = "not_affected", "Not affected", Good, 5, false => finished();
        /// It is affected, and the risk is controlled.
        AffectedControlled = "affected_controlled", "Affected, controlled", Due, 5, false;
        /// It is affected, and the risk is not acceptable.
        AffectedUncontrolled = "affected_uncontrolled", "Affected, uncontrolled", Late, 5, false;
        /// The version in the product has the correction.
        Fixed = "fixed", "Fixed", Good, 5, false => finished();
        /// The match was wrong.
        FalsePositive = "false_positive", "False positive", Neutral, 5, false => finished();
        /// It stays for a while.
        RiskAccepted = "risk_accepted", "Risk accepted", Due, 5, false;
        /// A change, a communication or a documented decision follows.
        ActionLinked = "action_linked", "Action linked", Due, 6, false;
        /// The correction or the control reached the users.
        Remediated = "remediated", "Remediated", Good, 7, false;
        /// It is closed.
        Closed = "closed", "Closed", Good, 8, false => finished();
        /// Something changed: it is decided anew.
        Reassess = "reassess", "To be reassessed", Late, 2, false;
        /// Entered by mistake; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use FindingState as S;

impl FindingState {
    /// Whether a decision stands.
    pub const fn is_decided(self) -> bool {
        matches!(
            self,
            Self::NotAffected
                | Self::AffectedControlled
                | Self::AffectedUncontrolled
                | Self::Fixed
                | Self::FalsePositive
                | Self::RiskAccepted
                | Self::ActionLinked
                | Self::Remediated
                | Self::Closed
        )
    }

    /// Whether nobody has decided it yet, or it must be decided anew.
    pub const fn is_undecided(self) -> bool {
        matches!(self, Self::New | Self::Triaged | Self::UnderInvestigation | Self::Proposed | Self::Reassess)
    }
}

const UNDECIDED: &[&str] =
    &[S::New.code(), S::Triaged.code(), S::UnderInvestigation.code(), S::Reassess.code()];
const FOLLOWED_UP: &[&str] = &[
    S::AffectedControlled.code(),
    S::AffectedUncontrolled.code(),
    S::RiskAccepted.code(),
    S::ActionLinked.code(),
    S::Remediated.code(),
];
/// All states in which a review may meet it again.
const NOT_VOID: &[&str] = &[
    S::New.code(),
    S::Triaged.code(),
    S::UnderInvestigation.code(),
    S::Proposed.code(),
    S::NotAffected.code(),
    S::AffectedControlled.code(),
    S::AffectedUncontrolled.code(),
    S::Fixed.code(),
    S::FalsePositive.code(),
    S::RiskAccepted.code(),
    S::ActionLinked.code(),
    S::Remediated.code(),
    S::Closed.code(),
    S::Reassess.code(),
];
const TRIAGED: &str = S::Triaged.code();
const PROPOSED: &str = S::Proposed.code();

record! {
    /// A vulnerability, anomaly or obsolescence of SOUP.
    pub struct Finding : Finding {
        section "What is known", "IEC 62304 7.1.3", true, UNDECIDED => {
            /// What it is, in a few words.
            title: Line = "Title" => required(S::New.code());
            /// What kind of finding it is.
            finding_kind: Option<FindingKind> = "Kind" => required(S::New.code());
            /// Its identifier: CVE, advisory or number of the anomaly.
            external_id: Line = "Identifier" => hint("CVE-2026-0001");
            /// Its other names.
            aliases: Vec<Line> = "Other names";
            /// The SOUP items that it concerns.
            items: Vec<RecordId> = "SOUP items" => required(TRIAGED), target(Kind::SoupItem), clause("IEC 62304 7.1.3");
            /// Their versions in the product.
            versions: Vec<Line> = "Versions in the product" => required(TRIAGED), clause("IEC 62304 7.1.3");
            /// The versions that are affected, in the words of the source.
            affected_range: Line = "Affected versions";
            /// The versions with the correction.
            fixed_in: Line = "Corrected in";
            /// What the source says.
            description: Text = "Description";
            /// Where it was found.
            source: Line = "Source" => required(TRIAGED);
            /// When it was published.
            published_on: Option<Day> = "Published on" => past();
            /// When the maker learned of it. The clocks run from this day.
            learned_on: Option<Day> = "Learned on" => required(S::New.code()), past(), clause("FD&C 524B");
            /// The score and its vector.
            cvss: Line = "CVSS" => hint("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
            /// The severity.
            severity: Option<PatchSeverity> = "Severity" => clause("IEC 81001-5-1");
            /// The kinds of weakness.
            cwe: Vec<Line> = "CWE";
            /// Whether it is in the catalogue of known exploited vulnerabilities.
            kev_listed: Option<bool> = "Known exploited" => required(TRIAGED);
            /// Since when.
            kev_added: Option<Day> = "Exploited since";
            /// The date of the catalogue. It binds federal agencies of the United States only.
            kev_due: Option<Day> = "Date of the catalogue";
            /// How likely its exploitation is, by EPSS.
            epss: Line = "EPSS";
            /// SHA-256 of the records that describe it, as they were assessed.
            advisory_digest: Line = "SHA-256 of its records";
            /// What suppliers say about it. Claims, which are not taken over without a decision.
            supplier_claims: Text = "Claims of suppliers";
        }
        section "Safety", "IEC 62304 7.1.3, 7.1.4, ISO 14971", true, UNDECIDED => {
            /// Whether it could lead to a hazardous situation, or defeat a control of one. This comes before any score.
            hazardous: Option<bool> = "Could it lead to, or defeat a control for, a hazardous situation?" => required(PROPOSED), clause("IEC 62304 7.1.3");
            /// The sequence of events, or why there is none.
            sequence: Text = "Sequence of events, or why there is none" => required(PROPOSED), clause("IEC 62304 7.1.3");
            /// The hazards, by their numbers in the risk management file.
            hazards: Vec<Line> = "Hazards" => clause("IEC 62304 7.1.4");
            /// How serious the harm could be.
            harm: Option<EffectLevel> = "Harm" => clause("ISO 14971");
            /// How easily it can be exploited in the use of the product.
            exploitability: Line = "Exploitability in use";
        }
        section "Decision", "IEC 62304 7.1.3, IEC 81001-5-1", true, UNDECIDED => {
            /// The decision.
            disposition: Option<Disposition> = "Decision" => required(PROPOSED);
            /// Why the product is not affected.
            justification: Option<Justification> = "Justification" => clause("VEX");
            /// What it means for the product, or why it means nothing.
            impact_statement: Text = "Impact on the product";
            /// What shows it: code, build, test, configuration.
            evidence: Text = "Evidence" => clause("VEX");
            /// Whether the risk is controlled.
            risk_control: Option<RiskControl> = "Risk of patient harm" => clause("FDA postmarket cybersecurity");
            /// What lowers the risk until it is corrected.
            compensating_controls: Text = "Compensating controls";
            /// What is done.
            responses: Vec<Response> = "Response";
            /// What users and operators should do, for the VEX statement.
            action_statement: Text = "What users should do";
            /// The verdict for each release.
            per_release: Table<ReleaseVerdict> = "Verdict for each release" => clause("FD&C 524B");
            /// When it is assessed again.
            reassess_by: Option<Day> = "Assess again by";
            /// Which stage of the product follows when the support of a component ends.
            stage_follows: Option<StageFollows> = "What follows for the life cycle stage" => clause("IMDRF N70");
        }
        section "Reviews", "IEC 62304 7.1.3", false, NOT_VOID => {
            /// The reviews that raised it or met it again.
            reviews: Vec<RecordId> = "Reviews" => target(Kind::SoupReview);
        }
        section "Basis of the decision", "IEC 62304 8.3", false, &[] => {
            /// Who proposed the decision.
            proposed_by: Option<RecordId> = "Proposed by" => by_system(), target(Kind::Person);
            /// When it was decided.
            decided_on: Option<Day> = "Decided on" => by_system();
            /// How the items were used when it was proposed and decided. If that changes, the decision is neither confirmed nor carried over.
            where_used: Line = "Use of the items at the decision" => by_system();
            /// The versions that each release contained when it was proposed and decided. If those of a release change, the decision is not
            /// confirmed, and what was stated for the release no longer holds.
            decided_for: Table<DecidedFor> = "Versions at the decision" => by_system();
        }
        section "Follow-up", "IEC 62304 6.2.2, 6.2.5", false, FOLLOWED_UP => {
            /// The problem report.
            problem_report: Option<RecordId> = "Problem report" => target(Kind::ProblemReport), clause("IEC 62304 9.1");
            /// The change.
            change_request: Option<RecordId> = "Change request" => target(Kind::ChangeRequest), clause("IEC 62304 6.2.3");
            /// Communications about it.
            communications: Vec<RecordId> = "Communications" => target(Kind::Communication), clause("IEC 62304 6.2.5");
            /// Why nothing is done, if nothing is.
            no_action: Text = "Why nothing is done";
            /// What shows that the correction or control reached the users.
            remediation: Text = "Evidence of the remedy";
            /// The version with the remedy.
            remedied_in: Line = "Remedied in" => offers(Offer::Versions);
        }
    }
}

/// Whether a finding is known to be exploited, in words; empty if it is not, or if it is no vulnerability that a search found.
pub fn exploited_words(finding: &Finding) -> &'static str {
    let searched = finding.finding_kind == Some(FindingKind::Vulnerability) && !finding.reviews.is_empty();
    match finding.kev_listed {
        None if !searched => "",
        listed => crate::domain::review_item::exploited_words(listed),
    }
}

/// Who works on findings.
pub const ANALYSTS: &[Role] =
    &[Role::SecurityLead, Role::DevLead, Role::Developer, Role::RiskManager, Role::Quality];

/// Who works on findings or confirms decisions may return a proposal, with the reason.
const RETURNERS: &[Role] = &[
    Role::SecurityLead,
    Role::DevLead,
    Role::Developer,
    Role::RiskManager,
    Role::Quality,
    Role::Regulatory,
    Role::Management,
];

/// The declaration of findings.
pub const DEF: KindDef = KindDef {
    purpose: "A published vulnerability or anomaly of SOUP, or the end of its support: whether it could harm, what was decided for every release in service, why, and what follows.",
    clause: "IEC 62304 7.1.3, 7.1.4",
    since: SOUP_RULES,
    sections: Finding::SECTIONS,
    states: FindingState::ALL,
    moves: rules::MOVES,
    deadlines: deadlines::ALL,
    create_by: ANALYSTS,
    edit_by: ANALYSTS,
    may_create: rules::may_create,
    violations: rules::violations,
    sign_conditions: Some(rules::signing),
    notices: rules::notices,
    columns: &["external_id", "severity", "kev_listed", "hazardous", "disposition"],
    place: Place::Area(48),
    referable: true,
    assignable: true,
    fixes_files: &[S::Proposed.code()],
    gist: "external_id",
    evidence: &["7.1.3", "7.1.4"],
    ..KindDef::new(Kind::Finding, "Finding", "Findings")
};
