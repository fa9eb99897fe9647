//! The Markdown of the help, in the binary.

use crate::domain::ids::Kind;

macro_rules! pages {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../assets/help/", $name, ".md")))),+]
    };
}

/// The pages of screens and of what all screens share, in the order of a first reading.
pub const SCREENS: &[(&str, &str)] = pages![
    "opening",
    "first_day",
    "records",
    "signing",
    "safekeeping",
    "dashboard",
    "search",
    "readiness",
    "packets",
    "audit_trail",
    "people",
    "import",
    "documents",
    "coverage",
    "review_items",
    "triaging",
    "advisories",
    "portfolio",
    "settings",
    "shortcuts",
    "auditors",
    "glossary",
];

/// What is added to the pages of kinds, by the codes of the kinds.
pub const KINDS: &[(&str, &str)] = pages![
    "kinds/product",
    "kinds/feedback",
    "kinds/problem_report",
    "kinds/change_request",
    "kinds/impact_analysis",
    "kinds/approval",
    "kinds/attachment",
    "kinds/person",
    "kinds/policy",
    "kinds/test_record",
    "kinds/maintenance_plan",
    "kinds/plan_review",
    "kinds/source_check",
    "kinds/release",
    "kinds/communication",
    "kinds/recipient",
    "kinds/process_deviation",
    "kinds/soup_item",
    "kinds/soup_designator",
    "kinds/soup_review",
    "kinds/review_item",
    "kinds/finding",
    "kinds/trend_review",
    "kinds/retirement_plan",
    "kinds/milestone",
    "kinds/key_material",
    "kinds/clock_template",
    "kinds/regulatory_clock",
    "kinds/software_item",
    "kinds/legacy_file",
    "kinds/waiver",
];

/// What is added to the page of a kind.
pub fn of_kind(kind: Kind) -> Option<&'static str> {
    let found = KINDS.iter().find(|(name, _)| name.strip_prefix("kinds/") == Some(kind.code()));
    found.map(|(_, text)| *text)
}
