//! SOUP reviews: a dated session in which the published anomalies and vulnerabilities of the SOUP in service are looked through
//! (IEC 62304 7.1.3, 6.1 f; domain 1.2, 2.9).
//!
//! A session has no verdict: its conclusion is made of the results of its items (`review_item`). What it covers is frozen when it
//! starts (`scope`).

pub mod agreement;
mod deadlines;
pub mod events;
pub mod evidence;
mod left_out;
pub mod newest;
mod rules;
pub mod scope;
pub mod sources;

pub use rules::{START, conclusion_of, may_be_handed_over};

use crate::domain::choice::choice;
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::maintenance_plan::RiskTier;
use crate::domain::person::Role;
use crate::domain::record::{KindDef, record, rows};
use crate::domain::soup_item::SOUP_RULES;
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::states;

choice! {
    /// Why a review is made.
    pub enum ReviewTrigger {
        /// The interval of the plan.
        Interval = "interval", "Interval of the plan";
        /// A vulnerability is known to be exploited.
        KnownExploited = "known_exploited", "Known exploited vulnerability";
        /// An advisory of a supplier.
        Advisory = "advisory", "Advisory";
        /// SOUP of the product changed.
        SoupChange = "soup_change", "SOUP change";
        /// A version is about to be released.
        BeforeRelease = "before_release", "Before a release";
        /// Anything else, with its reference.
        Other = "other", "Other";
    }
}

rows! {
    /// SOUP that is left out of a review, and why (domain 3.6, REV-10).
    pub struct Exclusion {
        /// The item.
        item: Line = "SOUP item" => required(SoupReviewState::InProgress.code());
        /// Its version; empty: all versions.
        version: Line = "Version";
        /// Why it is left out.
        reason: Line = "Why" => required(SoupReviewState::InProgress.code());
    }
}

rows! {
    /// A release in service that is left out of a review, and why (domain 3.6, REV-09).
    pub struct ReleaseLeftOut {
        /// The release.
        release: Option<RecordId> = "Release" => target(Kind::Release), required(SoupReviewState::InProgress.code());
        /// Why it is left out.
        reason: Line = "Why" => required(SoupReviewState::InProgress.code());
    }
}

rows! {
    /// A source that was searched, as a whole.
    pub struct SearchedSource {
        /// The source.
        source: Line = "Source";
        /// The format of its data.
        format: Line = "Format";
        /// How the items were looked for in it.
        identifiers: Line = "Identifiers";
        /// The date of its data.
        data_date: Line = "Data of";
        /// Days from that date to the search.
        age_days: Option<u32> = "Age (days)";
        /// Items for which it has records.
        found: Option<u32> = "Found";
        /// Items for which it has nothing.
        nothing: Option<u32> = "Nothing found";
        /// Items that it cannot answer for.
        not_checked: Option<u32> = "Not checked";
        /// SHA-256 of the files that hold its data.
        files: Vec<Line> = "SHA-256 of its files";
        /// What it cannot show.
        limitation: Line = "Limitation";
    }
}

rows! {
    /// When the next review of a risk tier is due.
    pub struct NextReview {
        /// The tier.
        tier: Option<RiskTier> = "Risk tier";
        /// The day.
        on: Option<Day> = "Due on";
    }
}

states! {
    /// States of a SOUP review (domain 2.9). Whether a scheduled one is overdue follows from its day.
    pub enum SoupReviewState {
        /// It is planned.
        Scheduled = "scheduled", "Scheduled", Due, 1, false;
        /// Its scope is frozen, and its items are looked through.
        InProgress = "in_progress", "In progress", Due, 2, false;
        /// Every item has its result; a second person looks at it.
        AwaitingSecondReview = "awaiting_second_review", "Awaiting second review", Due, 3, false;
        /// Two persons reviewed it; Quality approves it.
        Completed = "completed", "Completed", Due, 4, false;
        /// It is approved, and the next dates are set.
        Approved = "approved", "Approved", Good, 5, true;
        /// It was given up; it counts for nothing.
        Abandoned = "abandoned", "Abandoned", Neutral, 0, true;
    }
}

use SoupReviewState as S;

impl SoupReviewState {
    /// Whether somebody signed that it is done: what it says of its search and of its items counts.
    pub const fn is_handed_over(self) -> bool {
        matches!(self, Self::AwaitingSecondReview | Self::Completed | Self::Approved)
    }

    /// Whether two persons have reviewed: it counts for a release.
    pub const fn is_completed(self) -> bool {
        matches!(self, Self::Completed | Self::Approved)
    }
}

const SCHEDULED: &[&str] = &[S::Scheduled.code()];
const WORKED_ON: &[&str] = &[S::InProgress.code()];
const HANDED_OVER: &str = S::AwaitingSecondReview.code();

/// Most rows of exclusions, as many as a baseline has.
const EXCLUSIONS_MAX: usize = 10_000;

record! {
    /// A review of the SOUP.
    pub struct SoupReview : SoupReview {
        section "Review", "IEC 62304 7.1.3, 6.1 f", true, SCHEDULED => {
            /// What it is about, in a few words.
            title: Line = "Title" => required(S::Scheduled.code());
            /// Why it is made.
            trigger: Option<ReviewTrigger> = "Reason" => required(S::Scheduled.code()), clause("IEC 62304 6.1 f");
            /// The advisory, release or change that it follows.
            trigger_ref: Line = "Reference of the reason";
            /// The day by which it must be done.
            due_on: Option<Day> = "Due on" => clause("IEC 62304 6.1 f");
            /// The risk tiers that it covers; empty: all.
            tiers: Vec<RiskTier> = "Risk tiers";
            /// Releases before their own release that it covers too.
            candidates: Vec<RecordId> = "Releases that are not in service yet" => target(Kind::Release), clause("IEC 62304 5.8.2");
            /// SOUP that is left out, each with the reason.
            exclusions: Table<Exclusion> = "SOUP that is left out" => rows_at_most(EXCLUSIONS_MAX), clause("IEC 62304 7.1.3");
            /// Releases in service that are left out, each with the reason.
            releases_left_out: Table<ReleaseLeftOut> = "Releases that are left out" => clause("IEC 62304 7.1.3");
            /// How anomalies and vulnerabilities are searched for and judged. Empty: as the plan says.
            method: Text = "Method" => clause("IEC 62304 7.1.3");
        }
        section "Scope", "IEC 62304 7.1.3, 8.1.3", true, &[] => {
            /// The plan in force when it started.
            plan: Option<RecordId> = "Maintenance plan" => by_system(), target(Kind::MaintenancePlan), clause("IEC 62304 6.1 f");
            /// Its version.
            plan_version: Line = "Version of the plan" => by_system();
            /// The releases whose SOUP is reviewed.
            releases: Vec<RecordId> = "Releases" => by_system(), target(Kind::Release), clause("IEC 62304 8.1.3");
            /// The day on which its scope was frozen.
            started_on: Option<Day> = "Started on" => by_system();
        }
        section "Search", "IEC 62304 7.1.3", true, WORKED_ON => {
            /// SHA-256 of the attached evidence of the search.
            evidence_sha256: Line = "SHA-256 of the search evidence" => required(HANDED_OVER), clause("IEC 62304 7.1.3");
            /// The day of the search.
            searched_on: Option<Day> = "Searched on" => required(HANDED_OVER), past(), clause("IEC 62304 7.1.3");
            /// The program that searched.
            program: Line = "Searched with" => required(HANDED_OVER);
            /// The sources that were searched.
            sources: Table<SearchedSource> = "Sources" => required(HANDED_OVER), clause("IEC 62304 7.1.3");
        }
        section "Conclusion", "IEC 62304 7.1.3", true, WORKED_ON => {
            /// What the sources and the method cannot show.
            limitations: Text = "Limitations" => required(HANDED_OVER), clause("IEC 62304 7.1.3");
            /// Anything else that a reader should know. The conclusion itself is made of the results of the items.
            comment: Text = "Comment";
            /// Where the competence of the reviewers is shown.
            competence_ref: Line = "Competence of the reviewers" => hint("TRN-14, TRN-22");
        }
        section "Result", "IEC 62304 7.1.3", true, &[] => {
            /// The conclusion, made of the results of the items.
            conclusion: Text = "Conclusion" => by_system(), clause("IEC 62304 7.1.3");
            /// The first reviewer.
            reviewer: Option<RecordId> = "Reviewer" => by_system(), target(Kind::Person);
        }
        section "After approval", "IEC 62304 6.1 f", false, &[] => {
            /// The second reviewer.
            second_reviewer: Option<RecordId> = "Second reviewer" => by_system(), target(Kind::Person);
            /// When the next review of each tier is due, from the day of the search.
            next_reviews: Table<NextReview> = "Next reviews" => by_system(), clause("IEC 62304 6.1 f");
        }
    }
}

/// Who reviews SOUP.
pub const REVIEWERS: &[Role] =
    &[Role::SecurityLead, Role::DevLead, Role::Developer, Role::RiskManager, Role::Quality];
/// States in which its items are made and worked on.
pub const ITEMS_OPEN: &[&str] = WORKED_ON;

/// The declaration of SOUP reviews.
pub const DEF: KindDef = KindDef {
    purpose: "A dated look through the published anomalies and vulnerabilities of the SOUP in service: with what method, in which sources, for which exact versions, by whom, and the evidence.",
    clause: "IEC 62304 7.1.3, 6.1 f",
    since: SOUP_RULES,
    sections: SoupReview::SECTIONS,
    states: SoupReviewState::ALL,
    moves: rules::MOVES,
    deadlines: deadlines::ALL,
    create_by: REVIEWERS,
    edit_by: REVIEWERS,
    violations: rules::violations,
    notices: rules::notices,
    columns: &["trigger", "due_on", "searched_on"],
    place: Place::Area(47),
    referable: true,
    assignable: true,
    fixes_files: &[S::AwaitingSecondReview.code(), S::Completed.code()],
    gist: "title",
    evidence: &["7.1.3", "6.1"],
    ..KindDef::new(Kind::SoupReview, "SOUP review", "SOUP reviews")
};
