//! What the advisory data of this workstation says of an identifier: which of the components in service it concerns.
//!
//! The register of a product knows only the findings that somebody raised. The advisory data also tells the sister product for which
//! nobody did.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::look::Portfolio;
use super::matcher::Match;
use crate::domain::time::Day;
use crate::ops::{FieldedComponent, Refused};
use crate::soup::model::bill::Bill;
use crate::soup::model::matching::{Knowledge, Verdict};
use crate::soup::{self, FoundAdvisory, MAX_AGE_DAYS, ScanOptions, SearchSubject, scan, show_advisory};

/// What the advisory data says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advised {
    /// There is no advisory data.
    NoData,
    /// It does not have this identifier.
    Unknown,
    /// It concerns these components.
    Known(BTreeMap<SearchSubject, Match>),
}

impl Advised {
    /// How it concerns a component, if it does.
    pub(super) fn by(&self, component: &FieldedComponent) -> Option<Match> {
        match self {
            Self::NoData | Self::Unknown => None,
            Self::Known(known) => known.get(&subject(component)).copied(),
        }
    }
}

/// A component as it is searched for in reviews.
fn subject(component: &FieldedComponent) -> SearchSubject {
    SearchSubject {
        item: component.name.clone(),
        version: component.version.clone(),
        purl: component.purl.clone(),
        cpes: component.cpes.clone(),
    }
}

/// Asks the advisory data in a folder which of the components in service an identifier concerns. `going` is told the share that is done,
/// and says whether to go on.
///
/// # Errors
/// When the data cannot be read, or it was cancelled.
pub fn advised(
    portfolio: &Portfolio,
    id: &str,
    (folder, today): (&Path, Day),
    going: &(dyn Fn(f32) -> bool + Sync),
) -> Result<Advised, Refused> {
    let refused = |refusal| match refusal {
        soup::Refused::Rule(words) => Refused::Rule(words),
        soup::Refused::Store(error) => Refused::Store(error),
    };
    // The only rule that refuses here is that there is no data.
    let is_known = match show_advisory(folder, id) {
        Ok(versions) => !versions.is_empty(),
        Err(soup::Refused::Rule(_)) => return Ok(Advised::NoData),
        Err(other) => return Err(refused(other)),
    };
    let all = portfolio.products.iter().flat_map(|product| &product.summary.components);
    let subjects: BTreeSet<SearchSubject> = all.map(subject).collect();
    let components = subjects.iter().enumerate().map(|(at, subject)| subject.component(at)).collect();
    let bill = Bill { components, ..Bill::default() };
    let options =
        ScanOptions { today, max_age_days: MAX_AGE_DAYS, all: false, knowledge: Knowledge::default() };
    let (_, found) = scan(&bill, folder, &options, going, &|scanned| {
        scanned.verdicts.iter().filter(|found| is_named(found, id)).filter_map(match_of).max()
    })
    .map_err(refused)?;
    let known: BTreeMap<_, _> =
        subjects.into_iter().zip(found).filter_map(|(subject, by)| Some((subject, by?))).collect();
    Ok(if known.is_empty() && !is_known { Advised::Unknown } else { Advised::Known(known) })
}

fn is_named(found: &FoundAdvisory, id: &str) -> bool {
    std::iter::once(&found.id).chain(&found.aliases).any(|name| name.eq_ignore_ascii_case(id))
}

fn match_of(found: &FoundAdvisory) -> Option<Match> {
    let words = |verdict: Verdict| verdict.word() == found.verdict;
    if found.withdrawn.is_some() || words(Verdict::NotAffected) {
        None
    } else if words(Verdict::Affected) {
        Some(Match::Advised)
    } else if words(Verdict::Candidate) {
        Some(Match::AdvisedByName)
    } else {
        Some(Match::AdvisedInDoubt)
    }
}
