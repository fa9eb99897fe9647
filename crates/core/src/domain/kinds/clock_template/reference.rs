//! Reference limits of authorities (domain 6). Each becomes a template that a person confirms or changes; none is used before.

use serde_json::json;

use super::ClockUnit::{self, CalendarDays, Hours, Months, WorkingDays};
use crate::domain::ids::Kind;
use crate::domain::product::Market;
use crate::domain::record::Fields;
use crate::domain::workflow::World;

/// One reference limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Its name.
    pub title: &'static str,
    /// The market; `None`: the maker's own policy, or informational.
    pub market: Option<Market>,
    /// The event from which it counts.
    pub starts_with: &'static str,
    /// How long, and in which unit.
    pub limit: (u32, ClockUnit),
    /// What ends it.
    pub ends_with: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

impl Reference {
    /// As the fields of a new template.
    pub fn fields(&self) -> Fields {
        let mut set = Fields::new();
        set.insert("title".into(), self.title.into());
        if let Some(market) = self.market {
            set.insert("market".into(), json!(market));
        }
        set.insert("starts_with".into(), self.starts_with.into());
        set.insert("amount".into(), json!(self.limit.0));
        set.insert("unit".into(), json!(self.limit.1));
        set.insert("ends_with".into(), self.ends_with.into());
        set.insert("source".into(), self.source.into());
        set
    }
}

const fn limit(
    (title, market): (&'static str, Option<Market>),
    starts_with: &'static str,
    limit: (u32, ClockUnit),
    (ends_with, source): (&'static str, &'static str),
) -> Reference {
    Reference { title, market, starts_with, limit, ends_with, source }
}

const US: Option<Market> = Some(Market::Us);
const EU: Option<Market> = Some(Market::Eu);
const UK: Option<Market> = Some(Market::Uk);
const CA: Option<Market> = Some(Market::Ca);
const AU: Option<Market> = Some(Market::Au);
const JP: Option<Market> = Some(Market::Jp);
const BR: Option<Market> = Some(Market::Br);
const SG: Option<Market> = Some(Market::Sg);

const AWARE: &str = "The manufacturer becomes aware";
const REPORTED: &str = "The report is submitted";

/// All reference limits. Limits without a number in the law, such as a trend report of MDR 88, have none here.
pub const REFERENCES: &[Reference] = &[
    limit(
        ("US 803 individual report", US),
        AWARE,
        (30, CalendarDays),
        ("The eMDR is submitted", "21 CFR 803.10(c), 803.50"),
    ),
    limit(
        ("US 803 five-day report", US),
        "Aware that remedial action is needed to prevent an unreasonable risk of substantial harm, or a written request of the FDA",
        (5, WorkingDays),
        ("The eMDR is submitted", "21 CFR 803.53"),
    ),
    limit(
        ("US 803 supplemental report", US),
        "New information is received",
        (30, CalendarDays),
        ("The supplement is submitted", "21 CFR 803.56"),
    ),
    limit(
        ("US 806 report of a correction or removal", US),
        "The correction or removal is initiated",
        (10, WorkingDays),
        ("The report is filed, or the decision not to report is signed", "21 CFR 806.10(b)"),
    ),
    limit(
        ("US 806 decision not to report", US),
        "The decision",
        (1, CalendarDays),
        ("The justification is signed by the designated person", "21 CFR 806.20; own policy"),
    ),
    limit(
        ("US uncontrolled risk: users are told", US),
        "The vulnerability is learned of",
        (30, CalendarDays),
        ("The communication is issued", "FDA, Postmarket Management of Cybersecurity"),
    ),
    limit(
        ("US uncontrolled risk: remedy is distributed", US),
        "The vulnerability is learned of",
        (60, CalendarDays),
        ("The fix is validated and distributed", "FDA, Postmarket Management of Cybersecurity"),
    ),
    limit(
        ("US PMA annual report", US),
        "The anniversary of the approval",
        (12, Months),
        (REPORTED, "21 CFR 814.84"),
    ),
    limit(
        ("EU serious public health threat", EU),
        AWARE,
        (2, CalendarDays),
        (REPORTED, "MDR 87(4), IVDR 82(4)"),
    ),
    limit(
        ("EU death or unanticipated serious deterioration", EU),
        AWARE,
        (10, CalendarDays),
        (REPORTED, "MDR 87(5), IVDR 82(5)"),
    ),
    limit(("EU other serious incident", EU), AWARE, (15, CalendarDays), (REPORTED, "MDR 87(3), IVDR 82(3)")),
    limit(
        ("EU periodic safety update, class IIb and III", EU),
        "The former report",
        (12, Months),
        ("The report is made", "MDR 86"),
    ),
    limit(
        ("EU periodic safety update, class IIa", EU),
        "The former report",
        (24, Months),
        ("The report is made", "MDR 86"),
    ),
    limit(("UK serious public health threat", UK), AWARE, (2, CalendarDays), (REPORTED, "SI 2024/1368")),
    limit(
        ("UK death or unanticipated serious deterioration", UK),
        AWARE,
        (10, CalendarDays),
        (REPORTED, "SI 2024/1368"),
    ),
    limit(("UK other serious incident", UK), AWARE, (15, CalendarDays), (REPORTED, "SI 2024/1368")),
    limit(
        ("Canada death or serious deterioration", CA),
        AWARE,
        (10, CalendarDays),
        (REPORTED, "SOR/98-282 59, 60"),
    ),
    limit(("Canada could recur", CA), AWARE, (30, CalendarDays), (REPORTED, "SOR/98-282 59, 60")),
    limit(
        ("Australia serious public health threat", AU),
        AWARE,
        (48, Hours),
        (REPORTED, "Therapeutic Goods (Medical Devices) Regulations 2002, 5.7"),
    ),
    limit(
        ("Australia death or serious injury", AU),
        AWARE,
        (10, CalendarDays),
        (REPORTED, "Therapeutic Goods (Medical Devices) Regulations 2002, 5.7"),
    ),
    limit(
        ("Australia near adverse event", AU),
        AWARE,
        (30, CalendarDays),
        (REPORTED, "Therapeutic Goods (Medical Devices) Regulations 2002, 5.7"),
    ),
    limit(
        ("Japan death, or serious and not foreseen", JP),
        AWARE,
        (15, CalendarDays),
        (REPORTED, "PMD Act, enforcement ordinance 228-20"),
    ),
    limit(
        ("Japan other", JP),
        AWARE,
        (30, CalendarDays),
        (REPORTED, "PMD Act, enforcement ordinance 228-20"),
    ),
    limit(
        ("Brazil death or serious public health threat", BR),
        AWARE,
        (72, Hours),
        (REPORTED, "RDC 67/2009"),
    ),
    limit(("Brazil serious adverse event", BR), AWARE, (10, CalendarDays), (REPORTED, "RDC 67/2009")),
    limit(("Brazil technical complaint", BR), AWARE, (30, CalendarDays), (REPORTED, "RDC 67/2009")),
    limit(
        ("Singapore death or serious deterioration", SG),
        AWARE,
        (10, CalendarDays),
        (REPORTED, "HSA GN-05"),
    ),
    limit(("Singapore could recur", SG), AWARE, (30, CalendarDays), (REPORTED, "HSA GN-05")),
];

/// The reference limits of the markets of the product of which there is no template yet, also none that was retired: who took one out
/// of use decided so.
pub fn untaken(world: &dyn World) -> Vec<&'static Reference> {
    let markets = world.product().markets.clone();
    let known = world.all(Kind::ClockTemplate);
    let concerns = |reference: &&Reference| reference.market.is_none_or(|market| markets.contains(&market));
    let is_new = |reference: &&Reference| !known.iter().any(|data| data.title() == reference.title);
    REFERENCES.iter().filter(concerns).filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_has_a_source_and_a_limit_and_no_two_have_one_name() {
        let mut names = std::collections::BTreeSet::new();
        for reference in REFERENCES {
            assert!(!reference.source.is_empty() && reference.limit.0 > 0, "{}", reference.title);
            assert!(names.insert(reference.title), "{}", reference.title);
        }
    }
}
