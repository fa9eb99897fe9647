//! Which of our products, in which releases in service, contain this? And what was decided about it in each.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::advised::Advised;
use super::look::Portfolio;
use super::matcher::{Match, Matcher};
use super::question::{Asked, Question};
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::ops::{FieldedComponent, FindingSummary, ProductSummary, RecordId, SummaryVerdict};

/// A question to a portfolio, on a day.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The products.
    pub portfolio: &'a Portfolio,
    /// What is asked for.
    pub question: &'a Question,
    /// The day.
    pub today: Day,
    /// What the advisory data of this workstation says of an identifier, if it was asked.
    pub advised: Option<&'a Advised>,
}

/// What was decided about a component in a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The finding.
    pub finding: RecordId,
    /// Its identifiers.
    pub names: Vec<String>,
    /// What it is.
    pub title: String,
    /// Its state, in words.
    pub state: String,
    /// What holds for the release.
    pub verdict: SummaryVerdict,
}

impl Decision {
    /// What the finding is called: its first identifier, or else what it is.
    pub fn name(&self) -> &str {
        self.names.first().unwrap_or(&self.title)
    }
}

/// A component of a release in service that is what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The place of the product in the portfolio.
    pub product: usize,
    /// The release.
    pub release: RecordId,
    /// Its version.
    pub release_version: String,
    /// The component, with its version; empty where a finding names none.
    pub component: String,
    /// The item in the register.
    pub item: Option<RecordId>,
    /// How closely it is what was asked for.
    pub by: Match,
    /// Its review, in words.
    pub review: String,
    /// What was decided about it. For an identifier only the findings with it.
    pub decisions: Vec<Decision>,
}

/// All answers, by product, closeness, release and component, and what they do not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    /// The rows.
    pub rows: Vec<Answer>,
    /// The places of products of which no release in service contains it.
    pub without: Vec<usize>,
    /// The first line of the answer.
    pub headline: String,
    /// What the answer does not say, each a sentence.
    pub limits: Vec<String>,
    /// Components of the bill that are in no product.
    pub absent: Vec<String>,
}

/// Asks all products of a portfolio.
pub fn ask(asking: Asking<'_>) -> Answered {
    let matcher = Matcher::of(asking.question);
    let (mut answered, mut found) = (Answered::default(), BTreeSet::new());
    for (place, product) in asking.portfolio.products.iter().enumerate() {
        let one = OfProduct { place, summary: &product.summary, asking };
        let rows = one.rows_of(&matcher, &mut found);
        if rows.is_empty() {
            answered.without.push(place);
        }
        answered.rows.extend(rows);
    }
    if let Question::Bill(bill) = asking.question {
        let absent = bill.components.iter().enumerate().filter(|(place, _)| !found.contains(place));
        answered.absent = absent.map(|(_, asked)| asked.words()).collect();
    }
    let untold = untold(&answered, asking.portfolio);
    answered.headline = headline(&answered, asking, untold.is_empty());
    answered.limits = limits(&answered, asking, &untold);
    answered
}

/// Releases in service that do not say what SOUP they contain, of products without an answer.
fn untold(answered: &Answered, portfolio: &Portfolio) -> Vec<String> {
    let products = answered.without.iter().filter_map(|place| portfolio.products.get(*place));
    products
        .flat_map(|product| {
            let releases = product.summary.releases.iter().filter(|release| !release.tells_soup);
            releases.map(|release| format!("{} {}", product.summary.product, release.version))
        })
        .collect()
}

fn headline(answered: &Answered, asking: Asking<'_>, all_tell: bool) -> String {
    let question = asking.question.words();
    let all = asking.portfolio.products.len();
    let with = answered.rows.iter().map(|row| row.product).collect::<BTreeSet<_>>().len();
    let products = counted(all, "product");
    let whole =
        asking.portfolio.lacking() == 0 && all_tell && !matches!(asking.question, Question::Advisory(_));
    match (with, all) {
        (_, 0) => format!("{question}: no product was read"),
        (0, _) if whole => format!("{question}: in no release in service of {products}"),
        (0, 1) => format!("{question}: not found in the 1 product that was read"),
        (0, _) => format!("{question}: not found in the {products} that were read"),
        (_, _) => format!("{question}: in service in {with} of {products}"),
    }
}

fn limits(answered: &Answered, asking: Asking<'_>, untold: &[String]) -> Vec<String> {
    let mut limits = Vec::new();
    let lacking = asking.portfolio.lacking();
    if lacking > 0 {
        limits.push(format!(
            "Missing is what {} would say: not read, or an older copy.",
            counted(lacking, "place")
        ));
    }
    if !untold.is_empty() {
        let named = crate::domain::text::first_of(untold, 10);
        limits.push(format!("These releases in service do not say what SOUP they contain: {named}."));
    }
    match asking.question {
        Question::Advisory(id) => limits.push(advisory_limit(id, asking.advised)),
        Question::One(_) => limits.extend(other_versions(answered, asking)),
        Question::Bill(bill) => {
            if bill.unread > 0 {
                let parts = counted(bill.unread, "part");
                limits.push(format!(
                    "{parts} of the bill could not be read as a component and are not asked for."
                ));
            }
            if !answered.absent.is_empty() {
                let absent = counted(answered.absent.len(), "component");
                limits.push(format!("{absent} of the bill were found in no release in service."));
            }
        }
    }
    limits
}

fn advisory_limit(id: &str, advised: Option<&Advised>) -> String {
    let rest = "ask for the component to see all products that contain it.";
    match advised {
        None => format!("Only products with a finding of it are listed: {rest}"),
        Some(Advised::NoData) => {
            format!(
                "There is no advisory data on this workstation, so only products with a finding of it are listed: {rest}"
            )
        }
        Some(Advised::Unknown) => {
            format!(
                "The advisory data of this workstation does not have {id}, so only products with a finding of it are listed: {rest}"
            )
        }
        Some(Advised::Known(_)) => {
            format!(
                "Listed are findings of it, and versions that the advisory data of this workstation says it concerns. To be sure, {rest}"
            )
        }
    }
}

/// How many products have another version, where none has the one that was asked for.
fn other_versions(answered: &Answered, asking: Asking<'_>) -> Option<String> {
    let question = asking.question.of_any_version().filter(|_| answered.rows.is_empty())?;
    let matcher = Matcher::of(&question);
    let has = |summary: &ProductSummary| {
        summary.components.iter().any(|one| matcher.by(one, &mut BTreeSet::new()).is_some())
    };
    let count = asking.portfolio.products.iter().filter(|product| has(&product.summary)).count();
    let products = counted(count, "product");
    (count > 0).then(|| format!("Other versions are in service in {products}: ask without the version."))
}

/// One product as it is asked.
struct OfProduct<'a> {
    place: usize,
    summary: &'a ProductSummary,
    asking: Asking<'a>,
}

impl OfProduct<'_> {
    fn rows_of(&self, matcher: &Matcher<'_>, found: &mut BTreeSet<usize>) -> Vec<Answer> {
        let named = self.named();
        let mut rows: Vec<Answer> = Vec::new();
        for component in &self.summary.components {
            let is_named = named.iter().any(|finding| finding.is_about(component));
            let by = if is_named { Some(Match::Finding) } else { matcher.by(component, found) };
            let by = by.or_else(|| self.asking.advised?.by(component));
            let Some(by) = by else { continue };
            let of_identifier = matches!(self.asking.question, Question::Advisory(_));
            let findings: Vec<&FindingSummary> = if of_identifier {
                named.iter().copied().filter(|finding| finding.is_about(component)).collect()
            } else {
                self.summary.findings.iter().filter(|finding| finding.is_about(component)).collect()
            };
            rows.extend(
                component
                    .releases
                    .iter()
                    .filter_map(|place| self.row(*place, Some((component, by)), &findings)),
            );
        }
        let told: BTreeSet<RecordId> =
            rows.iter().flat_map(|row| row.decisions.iter().map(|decision| decision.finding)).collect();
        // A finding may concern a release without one of its components.
        for finding in named.into_iter().filter(|finding| !told.contains(&finding.id)) {
            rows.extend(finding.verdicts.keys().filter_map(|place| self.row(*place, None, &[finding])));
        }
        // What is closest to the question comes first.
        let order = |row: &Answer| (Reverse(row.by), row.release);
        rows.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.component.cmp(&b.component)));
        rows
    }

    /// The findings with the identifier that was asked for.
    fn named(&self) -> Vec<&FindingSummary> {
        let id = match self.asking.question {
            Question::Advisory(id) => id,
            Question::One(Asked::Named { name, version: None }) => name,
            Question::One(Asked::Named { .. } | Asked::Package(_)) | Question::Bill(_) => return Vec::new(),
        };
        let has = |finding: &&FindingSummary| finding.names.iter().any(|name| name.eq_ignore_ascii_case(id));
        self.summary.findings.iter().filter(has).collect()
    }

    fn row(
        &self,
        place: u32,
        component: Option<(&FieldedComponent, Match)>,
        findings: &[&FindingSummary],
    ) -> Option<Answer> {
        let release = self.summary.releases.get(usize::try_from(place).ok()?)?;
        let today = self.asking.today;
        let decisions = findings.iter().filter_map(|finding| {
            Some(Decision {
                finding: finding.id,
                names: finding.names.clone(),
                title: finding.title.clone(),
                state: finding.state.clone(),
                verdict: finding.verdict(place, today)?,
            })
        });
        Some(Answer {
            product: self.place,
            release: release.id,
            release_version: release.version.clone(),
            component: component.map_or_else(String::new, |(one, _)| format!("{} {}", one.name, one.version)),
            item: component.and_then(|(one, _)| one.item),
            by: component.map_or(Match::Finding, |(_, by)| by),
            review: component.map_or_else(String::new, |(one, _)| one.review_words(today)),
            decisions: decisions.collect(),
        })
    }
}
