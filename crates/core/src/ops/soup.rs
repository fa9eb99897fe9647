//! The SOUP register, reviews and findings as people work on them: reading a list of components into the register, starting a review
//! with its search, raising findings, deciding many at once, and what is used where (IEC 62304 8.1.2, 7.1.3).
//!
//! Rules belong to `domain`; reading bills and searching advisory data belong to the crate of components.

mod events;
pub(super) mod evidence;
mod findings;
mod items;
mod register;
mod review;
mod statements;
mod triage;
mod views;

pub use findings::{FoundAdvisory, Raised};
pub use items::{ReviewRow, ReviewScope};
pub use register::{PlannedSoup, SoupAction, SoupImportCounts, SoupImportOptions, SoupImportPlan, SoupRow};
pub use review::{FoundItem, FoundSearch, ReviewSubject, StartedReview};
pub use statements::ReleaseStatement;
pub use statements::statements;
pub use triage::{TriageDecision, TriageRow};
pub use views::{CoverageCount, MayStep, SoupUse, count as count_coverage};
