//! Items of a SOUP review: one designator each, with what the supplier's list says (lane A), what the search found (lane B), and its
//! own result (IEC 62304 7.1.3; domain 2.9). They are parts of the review.

mod rules;

pub use rules::{
    SearchOutcome, has_enough_sources, hits_undecided, is_done, lane_a_is_done, list_was_read, outcome,
};

use crate::domain::choice::choice;
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::RiskTier;
use crate::domain::record::{KindDef, PartOf, record, rows};
use crate::domain::soup_item::SOUP_RULES;
use crate::domain::soup_review::{ITEMS_OPEN, REVIEWERS};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Move, states};

choice! {
    /// What a source answered about an item.
    pub enum SourceAnswer {
        /// It has records that may concern it.
        Found = "found", "Found";
        /// It can answer for the item and has nothing.
        Nothing = "nothing", "Nothing found";
        /// It cannot answer for the item.
        NotChecked = "not_checked", "Could not be checked";
    }
}

choice! {
    /// What the search says of an item, over all sources.
    pub enum SearchResult {
        /// Something was found.
        Hits = "hits", "Found";
        /// At least one source can answer, and none has anything.
        NothingFound = "nothing_found", "Nothing found";
        /// No source can answer, or those that can are in doubt.
        NotChecked = "not_checked", "Could not be checked";
    }
}

choice! {
    /// What became of a hit or an item since the last review.
    pub enum SinceLast {
        /// It was not there.
        New = "new", "New";
        /// It changed.
        Changed = "changed", "Changed";
        /// It is now known to be exploited.
        NewlyExploited = "newly_exploited", "Newly exploited";
        /// It was withdrawn.
        Withdrawn = "withdrawn", "Withdrawn";
        /// It is as it was.
        Same = "same", "As before";
    }
}

choice! {
    /// The result of an item.
    pub enum ItemResult {
        /// Both lanes have nothing.
        NothingFound = "nothing_found", "Nothing found";
        /// What was found does not concern the product.
        NoneRelevant = "none_relevant", "Nothing relevant";
        /// What concerns the product is in findings.
        FindingsRaised = "findings_raised", "Findings";
        /// No source can answer for it; it is said what that means.
        NotChecked = "not_checked", "Could not be checked";
    }
}

rows! {
    /// What one source answered.
    pub struct SourceRow {
        /// The source.
        source: Line = "Source";
        /// The answer.
        answer: Option<SourceAnswer> = "Answer";
        /// By which identifier the item was looked for.
        identifier: Line = "Identifier";
        /// How many records may concern it.
        records: Option<u32> = "Records";
        /// Why it could not answer.
        why: Line = "Why not";
    }
}

rows! {
    /// A vulnerability that the search found.
    pub struct Hit {
        /// Its identifier.
        advisory: Line = "Advisory";
        /// Its other names.
        aliases: Vec<Line> = "Other names";
        /// Its title.
        title: Line = "Title";
        /// What the program says of it: affected, conditional, candidate, not comparable.
        verdict: Line = "Match";
        /// The severity score.
        severity: Line = "Severity";
        /// Whether it is known to be exploited; empty if the catalogue of such vulnerabilities was not searched.
        exploited: Option<bool> = "Known exploited";
        /// What became of it since the last review.
        since_last: Option<SinceLast> = "Since last time";
        /// SHA-256 of the records that describe it.
        digest: Line = "SHA-256 of its records";
    }
}

/// Whether the verdict on a hit says that the version is affected, possibly on a condition.
pub fn is_affected(verdict: &str) -> bool {
    matches!(verdict, "affected" | "conditional")
}

/// Whether a vulnerability is known to be exploited, in words; empty if the catalogue was searched and does not list it.
pub const fn exploited_words(exploited: Option<bool>) -> &'static str {
    match exploited {
        Some(true) => "Known to be exploited",
        Some(false) => "",
        None => "Whether it is exploited is not known: the KEV catalogue was not searched",
    }
}

rows! {
    /// Why a hit needs no finding.
    pub struct Dismissed {
        /// The advisory.
        advisory: Line = "Advisory" => required(ReviewItemState::Done.code());
        /// Why it does not concern the product.
        reason: Line = "Why it does not concern the product" => required(ReviewItemState::Done.code());
    }
}

rows! {
    /// A published anomaly of the supplier's list, and whether it matters.
    pub struct ListedAnomaly {
        /// Its number in the list.
        anomaly: Line = "Anomaly";
        /// Its title.
        title: Line = "Title";
        /// Whether it could lead to a hazardous situation in the product.
        relevant: Option<bool> = "Relevant" => required(ReviewItemState::Done.code());
        /// Why, in a few words.
        judgement: Line = "Why" => required(ReviewItemState::Done.code());
    }
}

states! {
    /// States of an item of a review.
    pub enum ReviewItemState {
        /// It waits for its result.
        Open = "open", "Open", Due, 1, false;
        /// It has its result.
        Done = "done", "Done", Good, 2, false => finished();
    }
}

use ReviewItemState as S;

/// The step that gives an item its result.
pub const CONCLUDE: &str = "conclude";
const OPEN: &[&str] = &[S::Open.code()];
/// Most hits of one item.
pub const HITS_MAX: usize = 50_000;
/// Most anomalies of a supplier's list that are judged one by one.
pub const ANOMALIES_MAX: usize = 5_000;

record! {
    /// One designator in a review.
    pub struct ReviewItem : ReviewItem {
        section "Item", "IEC 62304 7.1.3, 8.1.2", true, &[] => {
            /// The item and its version.
            title: Line = "Item" => required(S::Open.code()), open_when_made();
            /// The item in the register.
            item: Option<RecordId> = "SOUP item" => required(S::Open.code()), open_when_made(), target(Kind::SoupItem);
            /// The exact version that was searched.
            designator: Option<RecordId> = "Designator" => required(S::Open.code()), open_when_made(), target(Kind::SoupDesignator);
            /// That version, as it was searched.
            version_searched: Line = "Version searched" => required(S::Open.code()), open_when_made(), clause("IEC 62304 7.1.3");
            /// The releases that contain it.
            releases: Vec<RecordId> = "Releases" => open_when_made(), target(Kind::Release);
            /// Its risk tier.
            tier: Option<RiskTier> = "Risk tier" => open_when_made();
            /// Whether anything changed since the last review.
            since_last: Option<SinceLast> = "Since last time" => open_when_made();
        }
        section "Lane B: the search", "IEC 62304 7.1.3, IEC 81001-5-1 9.5", true, &[] => {
            /// What the search says, over all sources.
            search_result: Option<SearchResult> = "Search" => required(S::Open.code()), open_when_made(), clause("IEC 62304 7.1.3");
            /// What each source answered.
            sources: Table<SourceRow> = "Sources" => open_when_made();
            /// What was found.
            hits: Table<Hit> = "Hits" => open_when_made(), rows_at_most(HITS_MAX);
            /// The day on which published data says that support of the version ends.
            support_until: Option<Day> = "Support ends, as published" => open_when_made(), clause("FD&C 524B");
            /// Where that stands, or what else published data says of its support.
            support_source: Line = "Published support" => open_when_made();
        }
        section "Lane B: judgement", "IEC 62304 7.1.3", true, OPEN => {
            /// Hits that do not concern the product, each with the reason.
            dismissed: Table<Dismissed> = "Hits that do not concern the product" => rows_at_most(HITS_MAX);
            /// If no source can answer: what that means, and what was done instead.
            not_checked: Text = "Could not be checked: what was done instead" => clause("IEC 62304 7.1.3");
        }
        section "Lane A: the supplier's list", "IEC 62304 7.1.3", true, OPEN => {
            /// Where the list of the supplier was read.
            list_place: Line = "List" => clause("IEC 62304 7.1.3");
            /// When it was read.
            list_read_on: Option<Day> = "Read on" => past(), clause("IEC 62304 7.1.3");
            /// SHA-256 of the attached copy of it.
            list_sha256: Line = "SHA-256 of the copy" => clause("IEC 62304 7.1.3");
            /// The anomalies that were judged.
            anomalies: Table<ListedAnomaly> = "Anomalies" => rows_at_most(ANOMALIES_MAX);
            /// What the list says of the version, in a few words; needed if no anomaly of it is listed here.
            list_judgement: Text = "What it says of the version" => clause("IEC 62304 7.1.3");
            /// If no list is published: how that was found.
            no_list: Text = "No list is published: evidence" => clause("IEC 62304 7.1.3");
        }
        section "Result", "IEC 62304 7.1.3", true, OPEN => {
            /// The result.
            result: Option<ItemResult> = "Result" => by_system(), clause("IEC 62304 7.1.3");
            /// Why, where the numbers do not say it.
            rationale: Text = "Remark";
        }
    }
}

/// The declaration of items of a review.
pub const DEF: KindDef = KindDef {
    purpose: "One exact version of a SOUP item: what its supplier's list says, what the search found, and the result.",
    clause: "IEC 62304 7.1.3",
    since: SOUP_RULES,
    sections: ReviewItem::SECTIONS,
    part_of: Some(PartOf { kind: Kind::SoupReview, open_in: ITEMS_OPEN, scope: true }),
    states: ReviewItemState::ALL,
    moves: &[
        Move::new(CONCLUDE, "Done", OPEN, S::Done.code(), REVIEWERS)
            .clause("IEC 62304 7.1.3")
            .guard(|case| case.with::<ReviewItem>(rules::has_its_result))
            .effects(|case| case.effects::<ReviewItem>(rules::result)),
        Move::new("reopen", "Reopen", &[S::Done.code()], S::Open.code(), REVIEWERS).reason(),
    ],
    create_by: REVIEWERS,
    edit_by: REVIEWERS,
    may_create: rules::is_in_scope,
    violations: rules::violations,
    columns: &["tier", "search_result", "since_last", "result"],
    evidence: &["7.1.3"],
    ..KindDef::new(Kind::ReviewItem, "Reviewed item", "Reviewed items")
};
