//! SOUP items: third-party software of the product, what it must do and needs, and whether its failure can contribute to harm
//! (IEC 62304 8.1.2, 5.3.3, 5.3.4, 7.1.2, 7.1.3; domain 1.2, 2.8).
//!
//! Its exact versions are its parts (`soup_designator`). What a baseline has of the register is in `register`, when an item must be
//! reviewed in `due`.

mod deadlines;
pub mod due;
pub mod impact;
pub mod register;
mod rules;

pub use deadlines::{SUPPORT_AHEAD, support_ends};
pub use rules::{APPROVE, END_SUPPORT, RETIRE, UPDATE_DONE, UPDATE_PENDING, lint};

use crate::domain::choice::choice;
use crate::domain::field::Table;
use crate::domain::ids::Kind;
use crate::domain::kind::Place;
use crate::domain::maintenance_plan::RiskTier;
use crate::domain::person::Role;
use crate::domain::record::{KindDef, record, rows};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::states;

/// The rule set since which the SOUP register, reviews and findings are in the file.
pub const SOUP_RULES: u32 = 3;

choice! {
    /// What kind of software a SOUP item is.
    pub enum SoupKind {
        /// Open source software.
        OpenSource = "open_source", "Open source";
        /// A commercial product.
        Commercial = "commercial", "Commercial";
        /// An operating system.
        OperatingSystem = "operating_system", "Operating system";
        /// A runtime or standard library.
        Runtime = "runtime", "Runtime or standard library";
        /// A driver.
        Driver = "driver", "Driver";
        /// Firmware.
        Firmware = "firmware", "Firmware";
        /// A service that runs elsewhere.
        CloudService = "cloud_service", "Cloud service";
        /// Own software without adequate records of its development.
        FormerInternal = "former_internal", "Own, developed before";
    }
}

choice! {
    /// How far the maker is responsible for an item (IEC 81001-5-1 4.3).
    pub enum Responsibility {
        /// The maker maintains it.
        Maintained = "maintained", "Maintained software";
        /// The supplier supports it and the maker passes that on.
        Supported = "supported", "Supported software";
        /// The user provides it.
        Required = "required", "Required software";
    }
}

choice! {
    /// How well the supplier still supports an item.
    pub enum SupportLevel {
        /// Defects are corrected.
        ActivelyMaintained = "actively_maintained", "Actively maintained";
        /// It is no longer maintained.
        NoLongerMaintained = "no_longer_maintained", "No longer maintained";
        /// It was abandoned without notice.
        Abandoned = "abandoned", "Abandoned";
        /// That is not known.
        Unknown = "unknown", "Unknown";
    }
}

choice! {
    /// What kind of list of anomalies a supplier publishes.
    pub enum AnomalyListKind {
        /// An issue tracker.
        Tracker = "tracker", "Issue tracker";
        /// Release notes or a change log.
        ReleaseNotes = "release_notes", "Release notes";
        /// Advisories of the supplier.
        Advisories = "advisories", "Advisories of the supplier";
        /// The tracker of a distribution.
        Distribution = "distribution", "Tracker of the distribution";
    }
}

rows! {
    /// Where a supplier publishes the known anomalies of an item (IEC 62304 7.1.3).
    pub struct AnomalyList {
        /// Its address or document.
        place: Line = "Place" => required(SoupItemState::InUse.code());
        /// What kind of list it is.
        list_kind: Option<AnomalyListKind> = "Kind";
    }
}

states! {
    /// States of a SOUP item (domain 2.8).
    pub enum SoupItemState {
        /// It was proposed or read from a bill of materials.
        Proposed = "proposed", "Proposed", Due, 1, false;
        /// It is being evaluated.
        UnderEvaluation = "under_evaluation", "Under evaluation", Due, 2, false;
        /// It is approved for use.
        InUse = "in_use", "In use", Good, 3, false => finished();
        /// A change to another version is under way.
        UpdatePending = "update_pending", "Update pending", Due, 3, false;
        /// It may be used only with restrictions.
        Restricted = "restricted", "Restricted", Due, 4, false => finished();
        /// Its supplier no longer supports it.
        EndOfSupport = "end_of_support", "Out of support", Late, 3, false;
        /// No version in service contains it.
        Retired = "retired", "Retired", Neutral, 0, true;
        /// It must not be used.
        Rejected = "rejected", "Rejected", Neutral, 0, true;
    }
}

use SoupItemState as S;

impl SoupItemState {
    /// Whether a baseline may contain it.
    pub const fn may_be_used(self) -> bool {
        matches!(self, Self::InUse | Self::UpdatePending | Self::Restricted | Self::EndOfSupport)
    }

    /// Whether it is still being evaluated.
    pub const fn is_being_evaluated(self) -> bool {
        matches!(self, Self::Proposed | Self::UnderEvaluation)
    }
}

/// States in which an item and its designators are edited.
pub const ALIVE: &[&str] = &[
    S::Proposed.code(),
    S::UnderEvaluation.code(),
    S::InUse.code(),
    S::UpdatePending.code(),
    S::Restricted.code(),
    S::EndOfSupport.code(),
];

/// States in which its name may change.
const EVALUATED: &[&str] = &[S::Proposed.code(), S::UnderEvaluation.code()];

record! {
    /// Third-party software in the product.
    pub struct SoupItem : SoupItem {
        section "Name", "IEC 62304 8.1.2", true, EVALUATED => {
            /// Name of the item, as bills of materials and baselines write it. Findings name its versions by it, so it stays once the
            /// item is approved for use.
            title: Line = "Name" => required(S::Proposed.code()), clause("IEC 62304 8.1.2");
        }
        section "Identification", "IEC 62304 8.1.2", true, ALIVE => {
            /// Who makes it; for a community write “community:” and its name.
            supplier: Line = "Supplier" => required(S::InUse.code()), clause("IEC 62304 8.1.2"), hint("community: expat maintainers");
            /// What kind of software it is.
            soup_kind: Option<SoupKind> = "Kind of software";
            /// Its package URL without a version.
            package: Line = "Package URL" => hint("pkg:generic/libexpat");
            /// Its names in the CPE dictionary, with any version.
            cpes: Vec<Line> = "CPE names" => hint("cpe:2.3:a:libexpat_project:libexpat:*:*:*:*:*:*:*:*");
            /// Its licence.
            license: Line = "Licence";
            /// Whether the product uses it itself, and not only through other SOUP.
            direct: Option<bool> = "Used directly";
            /// Its programming language.
            language: Line = "Language";
        }
        section "Use", "IEC 62304 5.3.3, 5.3.4", true, ALIVE => {
            /// The software item of the product that uses it.
            host_item: Line = "Used by" => clause("IEC 62304 8.1.2");
            /// What it must do for the product, and how well.
            requirements: Text = "Functional and performance requirements" => clause("IEC 62304 5.3.3");
            /// The hardware and software that it needs.
            environment: Text = "Hardware and software that it needs" => clause("IEC 62304 5.3.4");
        }
        section "Safety", "IEC 62304 7.1.2", true, ALIVE => {
            /// Whether its failure or unexpected result can contribute to a hazardous situation.
            can_contribute: Option<bool> = "Failure can contribute to a hazardous situation" => required(S::InUse.code()), clause("IEC 62304 7.1.2");
            /// The hazards and hazardous situations, by their numbers in the risk management file.
            hazards: Vec<Line> = "Hazards" => clause("IEC 62304 7.1.4");
            /// Why.
            hazard_rationale: Text = "Why" => required(S::InUse.code()), clause("IEC 62304 7.1.2");
            /// The risk tier, on which the interval of reviews depends.
            risk_tier: Option<RiskTier> = "Risk tier" => required(S::InUse.code()), clause("IEC 62304 6.1 f");
            /// How far the maker is responsible for it.
            responsibility: Option<Responsibility> = "Responsibility" => required(S::InUse.code()), clause("IEC 81001-5-1 4.3");
            /// Why this responsibility.
            responsibility_rationale: Text = "Why this responsibility" => clause("IEC 81001-5-1 4.3");
        }
        section "Published anomalies", "IEC 62304 7.1.3", true, ALIVE => {
            /// Where the supplier publishes known anomalies.
            anomaly_lists: Table<AnomalyList> = "Anomaly lists" => clause("IEC 62304 7.1.3");
            /// If the supplier publishes none: how that was found, and why it can be used all the same.
            no_list: Text = "No list is published: evidence" => clause("IEC 62304 7.1.3");
            /// Sources of advisories about it.
            advisory_sources: Vec<Line> = "Advisory sources";
        }
        section "Support", "FD&C 524B, IMDRF N70", true, ALIVE => {
            /// How well it is supported.
            support_level: Option<SupportLevel> = "Support level" => clause("FD&C 524B");
            /// The day on which support ends.
            end_of_support: Option<Day> = "End of support" => clause("FD&C 524B");
            /// Where that day stands, or why there is none.
            support_source: Line = "Source of the end of support";
            /// When it was looked up.
            support_checked_on: Option<Day> = "Looked up on" => past();
            /// The newest version that is known.
            latest_known: Line = "Newest known version";
        }
        section "Review", "IEC 62304 7.1.3, 6.1 f", false, ALIVE => {
            /// Days between reviews, if not those of the plan for its tier.
            interval_days: Option<u32> = "Review every (days)" => clause("IEC 62304 6.1 f");
            /// Why it is reviewed in another interval than the plan says.
            interval_reason: Text = "Why this interval";
            /// The day of the search of its last approved review.
            reviewed_on: Option<Day> = "Last reviewed on" => by_system(), clause("IEC 62304 7.1.3");
            /// Where the approval for use is restricted to.
            restriction: Text = "Restriction";
        }
    }
}

/// Who keeps the SOUP register.
pub const KEEPERS: &[Role] =
    &[Role::DevLead, Role::Developer, Role::SecurityLead, Role::RiskManager, Role::Quality];

/// The declaration of SOUP items.
pub const DEF: KindDef = KindDef {
    purpose: "Third-party software in the product: which exact versions, what it must do and needs, whether its failure can harm, and where its known anomalies are published.",
    clause: "IEC 62304 8.1.2, 5.3.3, 7.1.2",
    since: SOUP_RULES,
    sections: SoupItem::SECTIONS,
    states: SoupItemState::ALL,
    moves: rules::MOVES,
    deadlines: deadlines::ALL,
    create_by: KEEPERS,
    edit_by: KEEPERS,
    violations: rules::violations,
    may_create: rules::may_create,
    why_reason: rules::why_reason,
    notices: rules::notices,
    columns: &["supplier", "risk_tier", "can_contribute", "reviewed_on", "end_of_support"],
    listed_parts: Some((Kind::SoupDesignator, "Versions")),
    place: Place::Area(46),
    referable: true,
    assignable: true,
    gist: "title",
    evidence: &["8.1.2", "5.3.3", "5.3.4", "7.1.2"],
    ..KindDef::new(Kind::SoupItem, "SOUP item", "SOUP")
};
