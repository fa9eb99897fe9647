//! Rules by hand-written records; laws by generated ones are in `tests/laws.rs`.

mod cpes;
mod doubts;
mod laws;
mod packages;
mod sums;

use super::*;
use crate::model::advisory::*;
use crate::model::component::Component;

pub(super) fn component(name: &str, version: Option<&str>, purls: &[&str], cpes: &[&str]) -> Component {
    let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Component {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        purls: all(purls),
        cpes: all(cpes),
        ..Component::default()
    }
}

pub(super) fn identity(component: &Component) -> Identity {
    Identity::of(component, &Knowledge::default())
}

/// A component by its purl alone.
pub(super) fn package(purl: &str) -> Identity {
    let parsed = crate::model::purl::Purl::parse(purl).unwrap();
    identity(&component(&parsed.name, parsed.version.as_deref(), &[purl], &[]))
}

/// A component by its CPE alone; the version is in it.
pub(super) fn product(cpe: &str) -> Identity {
    let parsed = Cpe::parse(cpe).unwrap();
    identity(&component(parsed.attribute(PRODUCT).text().unwrap(), None, &[], &[cpe]))
}

pub(super) fn advisory(source: Source) -> Advisory {
    Advisory {
        id: "CVE-2026-0001".to_owned(),
        source,
        aliases: Vec::new(),
        related: Vec::new(),
        upstream: Vec::new(),
        title: None,
        description: String::new(),
        published: Some("2026-01-02".to_owned()),
        modified: None,
        standing: Standing::Published,
        informational: None,
        packages: Vec::new(),
        applicability: Vec::new(),
        scores: Vec::new(),
        weaknesses: Vec::new(),
        references: Vec::new(),
    }
}

/// An interval as it is written in words: `>= 1.0`, `> 1.0`, `< 2.0`, `<= 2.0`, joined by a comma.
pub(super) fn interval(words: &str) -> Interval {
    let mut interval = Interval::default();
    for part in words.split(", ").filter(|part| !part.is_empty()) {
        let (sign, version) = part.split_once(' ').unwrap();
        let bound = Some(Bound { version: version.to_owned(), included: sign.ends_with('=') });
        if sign.starts_with('>') { interval.from = bound } else { interval.to = bound }
    }
    interval
}

pub(super) fn affected(order: &str, intervals: &[&str], listed: &[&str]) -> Versions {
    Versions {
        status: ClaimStatus::Affected,
        order: order.to_owned(),
        listed: listed.iter().map(|version| (*version).to_owned()).collect(),
        intervals: intervals.iter().map(|words| interval(words)).collect(),
    }
}

pub(super) fn claim(ecosystem: &str, name: &str, versions: Vec<Versions>) -> PackageClaim {
    PackageClaim {
        ecosystem: ecosystem.to_owned(),
        name: name.to_owned(),
        versions,
        ..PackageClaim::default()
    }
}

/// A record with these claims.
pub(super) fn record(claims: Vec<PackageClaim>) -> Advisory {
    Advisory { packages: claims, ..advisory(Source::Osv) }
}

pub(super) fn criterion(criteria: &str, words: &str) -> CpeCriterion {
    CpeCriterion { criteria: criteria.to_owned(), vulnerable: true, interval: interval(words) }
}

/// What the vulnerable thing runs on.
pub(super) fn environment(criteria: &str) -> CpeCriterion {
    CpeCriterion { vulnerable: false, ..criterion(criteria, "") }
}

pub(super) fn node(
    operator: Operator,
    criteria: Vec<CpeCriterion>,
    children: Vec<ApplicabilityNode>,
) -> ApplicabilityNode {
    ApplicabilityNode { operator, negate: false, criteria, children }
}

pub(super) fn any_of(criteria: Vec<CpeCriterion>) -> ApplicabilityNode {
    node(Operator::Or, criteria, Vec::new())
}

/// A record with these roots.
pub(super) fn nvd(roots: Vec<ApplicabilityNode>) -> Advisory {
    Advisory { applicability: roots, ..advisory(Source::Nvd) }
}

/// The verdict in one text: its word and, after it, the condition or why not.
pub(super) fn said(identity: &Identity, advisory: &Advisory) -> String {
    let judgement = judge(identity, advisory);
    let word = judgement.verdict.word().to_owned();
    match judgement.verdict {
        Verdict::Conditional { condition } => format!("{word}: {condition}"),
        Verdict::NotComparable { why } => format!("{word}: {why}"),
        Verdict::NotAffected if judgement.why.is_none() => "nothing".to_owned(),
        Verdict::NotAffected | Verdict::Candidate | Verdict::Affected => word,
    }
}
