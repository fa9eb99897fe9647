//! What is different in a search from an earlier one: for each subject, and for each advisory under any of its identifiers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::SearchRun;
use super::parts::{SearchHit, SearchScore, SearchedSubject, SubjectOutcome};
use crate::formats::advisories::KEV;
use crate::model::purl::Purl;

/// What is different. The first that holds counts; the words of a [`Delta`] name everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectChange {
    /// The subject was not searched for before.
    NewSubject,
    /// The subject has another version.
    VersionChanged,
    /// The subject is not searched for any more.
    Removed,
    /// It could be checked or compared before, but not now: the data does not cover the subject, or a source of the advisory is missing.
    NotCheckable,
    /// The advisory is new for the subject.
    New,
    /// The advisory is now known to be exploited.
    NewlyExploited,
    /// The advisory is now withdrawn.
    Withdrawn,
    /// Its records, its verdict or its affected versions are different.
    Changed,
    /// It is not found any more.
    Gone,
    /// It is the same.
    Same,
}

impl SubjectChange {
    /// The change in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NewSubject => "new SOUP item",
            Self::VersionChanged => "another version",
            Self::Removed => "not searched any more",
            Self::NotCheckable => "cannot be checked any more",
            Self::New => "new",
            Self::NewlyExploited => "now known to be exploited",
            Self::Withdrawn => "withdrawn",
            Self::Changed => "changed",
            Self::Gone => "not found any more",
            Self::Same => "the same",
        }
    }
}

/// One difference of a subject, or of an advisory for a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// The subject's name.
    pub item: String,
    /// Its version now; of a removed subject, its version then.
    pub version: String,
    /// Its package URL; may be empty.
    pub purl: String,
    /// The main identifier of the advisory; `None` for a difference of the subject itself.
    pub advisory: Option<String>,
    /// The title of the advisory; empty for a difference of the subject itself.
    pub title: String,
    /// What is different.
    pub change: SubjectChange,
    /// Everything that is different, in words.
    pub words: String,
}

/// The differences of a search from an earlier one, in the order of the subjects now, then those that were removed. Advisories that are the same
/// are among them.
pub fn since(former: &SearchRun, now: &SearchRun) -> Vec<Delta> {
    let pairs = pairs(former, now);
    let paired: BTreeSet<usize> = pairs.iter().filter_map(|pair| *pair).collect();
    let missing = missing_sources(former, now);
    let mut deltas = Vec::new();
    for (subject, was) in now.subjects.iter().zip(&pairs) {
        let was = was.and_then(|at| former.subjects.get(at));
        of_subject(was, subject, &mut deltas);
        of_hits((was, &missing), subject, &mut deltas);
    }
    for (at, subject) in former.subjects.iter().enumerate() {
        if !paired.contains(&at) {
            let words = SubjectChange::Removed.words().to_owned();
            deltas.push(delta(subject, None, (SubjectChange::Removed, words)));
        }
    }
    deltas
}

/// The sources of an earlier search of which there is no data now. What rests on them cannot be compared.
pub fn missing_sources(former: &SearchRun, now: &SearchRun) -> BTreeSet<String> {
    let names =
        |run: &SearchRun| run.sources.iter().map(|one| one.name.clone()).collect::<BTreeSet<String>>();
    &names(former) - &names(now)
}

/// The product of a subject without its version.
fn product(subject: &SearchedSubject) -> String {
    match Purl::parse(&subject.subject.purl) {
        Ok(purl) => purl.key(),
        Err(_) => format!("name:{}", subject.subject.item),
    }
}

/// For each subject now, the place of the same subject before. Of several versions of a product, the same ones belong together, then the
/// remaining ones in their order.
fn pairs(former: &SearchRun, now: &SearchRun) -> Vec<Option<usize>> {
    let (before, products): (Vec<String>, Vec<String>) =
        (former.subjects.iter().map(product).collect(), now.subjects.iter().map(product).collect());
    let mut left: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, product) in before.iter().enumerate() {
        left.entry(product).or_default().push(at);
    }
    let mut exact: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (at, (product, subject)) in before.iter().zip(&former.subjects).enumerate().rev() {
        exact.entry((product, &subject.subject.version)).or_default().push(at);
    }
    let mut pairs: Vec<Option<usize>> = products
        .iter()
        .zip(&now.subjects)
        .map(|(product, subject)| exact.get_mut(&(product.as_str(), subject.subject.version.as_str()))?.pop())
        .collect();
    let taken: BTreeSet<usize> = pairs.iter().filter_map(|pair| *pair).collect();
    let mut rest: BTreeMap<&str, std::vec::IntoIter<usize>> = left
        .into_iter()
        .map(|(product, places)| {
            let free: Vec<usize> = places.into_iter().filter(|at| !taken.contains(at)).collect();
            (product, free.into_iter())
        })
        .collect();
    for (pair, product) in pairs.iter_mut().zip(&products) {
        if pair.is_none() {
            *pair = rest.get_mut(product.as_str()).and_then(Iterator::next);
        }
    }
    pairs
}

fn delta(
    subject: &SearchedSubject,
    hit: Option<&SearchHit>,
    (change, words): (SubjectChange, String),
) -> Delta {
    Delta {
        item: subject.subject.item.clone(),
        version: subject.subject.version.clone(),
        purl: subject.subject.purl.clone(),
        advisory: hit.map(|hit| hit.id.clone()),
        title: hit.map(|hit| hit.title.clone()).unwrap_or_default(),
        change,
        words,
    }
}

/// Why a subject could not be checked.
fn unchecked(subject: &SearchedSubject) -> Option<String> {
    match subject.outcome() {
        SubjectOutcome::NotChecked { why } => Some(why),
        SubjectOutcome::Hits(_) | SubjectOutcome::NothingFound { .. } => None,
    }
}

fn of_subject(former: Option<&SearchedSubject>, now: &SearchedSubject, deltas: &mut Vec<Delta>) {
    let Some(was) = former else {
        let words = format!("not searched before; {}", now.outcome().words());
        deltas.push(delta(now, None, (SubjectChange::NewSubject, words)));
        return;
    };
    if was.subject.version != now.subject.version {
        let words = format!("version {} was searched before", was.subject.version);
        deltas.push(delta(now, None, (SubjectChange::VersionChanged, words)));
    }
    if let Some(why) = unchecked(now).filter(|_| unchecked(was).is_none()) {
        let words = format!("before: {}; now not checked: {why}", was.outcome().words());
        deltas.push(delta(now, None, (SubjectChange::NotCheckable, words)));
    }
}

/// The identifiers of an advisory, in capitals.
fn ids(hit: &SearchHit) -> impl Iterator<Item = String> {
    std::iter::once(&hit.id).chain(&hit.aliases).map(|id| id.to_uppercase())
}

fn of_hits(
    (former, missing): (Option<&SearchedSubject>, &BTreeSet<String>),
    now: &SearchedSubject,
    deltas: &mut Vec<Delta>,
) {
    let before: &[SearchHit] = former.map(|one| one.hits.as_slice()).unwrap_or_default();
    let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, hit) in before.iter().enumerate() {
        for id in ids(hit) {
            by_id.entry(id).or_default().push(at);
        }
    }
    let mut matched = BTreeSet::new();
    for hit in &now.hits {
        let same: BTreeSet<usize> = ids(hit).filter_map(|id| by_id.get(&id)).flatten().copied().collect();
        let was: Vec<&SearchHit> = same.iter().filter_map(|at| before.get(*at)).collect();
        deltas.push(delta(now, Some(hit), change_of(&was, hit, missing)));
        matched.extend(same);
    }
    for (_, hit) in before.iter().enumerate().filter(|(at, _)| !matched.contains(at)) {
        deltas.push(delta(now, Some(hit), gone((former, hit), now, missing)));
    }
}

/// What became of an advisory that is not found any more. Nothing is known of it where the subject or its source cannot be searched now.
fn gone(
    (former, hit): (Option<&SearchedSubject>, &SearchHit),
    now: &SearchedSubject,
    missing: &BTreeSet<String>,
) -> (SubjectChange, String) {
    if former.is_some_and(|was| was.subject.version != now.subject.version) {
        return (SubjectChange::Gone, format!("not found for version {}", now.subject.version));
    }
    if let Some(why) = unchecked(now) {
        let words = format!("not found any more, but the item was not checked: {why}");
        return (SubjectChange::NotCheckable, words);
    }
    let unsearched: BTreeSet<&str> = unsearched_of(hit, missing).collect();
    if !unsearched.is_empty() {
        return (SubjectChange::NotCheckable, format!("not found any more, but {}", no_data(&unsearched)));
    }
    (SubjectChange::Gone, "not found any more".to_owned())
}

/// The sources of a hit's records of which there is no data now.
fn unsearched_of<'h>(hit: &'h SearchHit, missing: &'h BTreeSet<String>) -> impl Iterator<Item = &'h str> {
    hit.records.iter().map(|record| record.source.as_str()).filter(|source| missing.contains(*source))
}

fn no_data(sources: &BTreeSet<&str>) -> String {
    format!("there is no data of {} now", sources.iter().copied().collect::<Vec<_>>().join(", "))
}

/// How an advisory differs from those that it was before, and everything that is different.
fn change_of(was: &[&SearchHit], now: &SearchHit, missing: &BTreeSet<String>) -> (SubjectChange, String) {
    if was.is_empty() {
        let exploited = if now.kev.is_some() { "; known to be exploited" } else { "" };
        return (SubjectChange::New, format!("new: {}{exploited}", now.verdict.replace('_', " ")));
    }
    let mut notes: Vec<(SubjectChange, String)> = Vec::new();
    let mut note = |kind: SubjectChange, text: String| notes.push((kind, text));
    if let Some(kev) = now.kev.as_ref().filter(|_| was.iter().all(|one| one.kev.is_none())) {
        note(SubjectChange::NewlyExploited, format!("known to be exploited since {}", kev.added));
    }
    if let Some(withdrawn) = now.withdrawn.as_ref().filter(|_| was.iter().any(|one| one.withdrawn.is_none()))
    {
        note(SubjectChange::Withdrawn, withdrawn.clone());
    }
    let unsearched: BTreeSet<&str> = was.iter().flat_map(|one| unsearched_of(one, missing)).collect();
    match was {
        [only] if unsearched.is_empty() => differences(only, now, &mut note),
        [only] => records_differ((only, now), &unsearched, &mut note),
        several => {
            note(SubjectChange::Changed, format!("{} advisories before are one now", several.len()));
        }
    }
    if was.iter().any(|one| one.kev.is_some()) && now.kev.is_none() && !missing.contains(KEV) {
        note(SubjectChange::Changed, "no longer in the catalogue of exploited vulnerabilities".to_owned());
    }
    if notes.is_empty() && !unsearched.is_empty() {
        notes.push((SubjectChange::NotCheckable, no_data(&unsearched)));
    }
    let change = notes.iter().map(|(kind, _)| *kind).min().unwrap_or(SubjectChange::Same);
    let words: Vec<String> = notes.into_iter().map(|(_, text)| text).collect();
    if words.is_empty() { (change, "the same".to_owned()) } else { (change, words.join("; ")) }
}

/// Notes what is different about verdict, versions, severity, title and records.
fn differences(was: &SearchHit, now: &SearchHit, note: &mut dyn FnMut(SubjectChange, String)) {
    let verdict = |hit: &SearchHit| match &hit.condition {
        Some(condition) => format!("{} ({condition})", hit.verdict.replace('_', " ")),
        None => hit.verdict.replace('_', " "),
    };
    for (what, before, after) in [
        ("verdict", verdict(was), verdict(now)),
        ("affected versions", was.range.clone(), now.range.clone()),
        ("versions with a fix", was.fixed.join(", "), now.fixed.join(", ")),
        ("severity", severities(was), severities(now)),
        ("title", was.title.clone(), now.title.clone()),
    ] {
        if before != after {
            note(SubjectChange::Changed, format!("{what}: {before:?} before, {after:?} now"));
        }
    }
    records_differ((was, now), &BTreeSet::new(), note);
}

/// The scores of an advisory, each with its rating or vector.
fn severities(hit: &SearchHit) -> String {
    let one = |score: &SearchScore| {
        let words = [score.score.as_deref(), score.severity.as_deref()];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        if words.is_empty() { score.vector.clone() } else { words.join(" ") }
    };
    hit.cvss.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Notes whether records are different, without those of sources of which there is no data now.
fn records_differ(
    (was, now): (&SearchHit, &SearchHit),
    unsearched: &BTreeSet<&str>,
    note: &mut dyn FnMut(SubjectChange, String),
) {
    let records = |hit: &SearchHit| {
        let searched = hit.records.iter().filter(|one| !unsearched.contains(one.source.as_str()));
        searched.map(|one| one.sha256.clone()).collect::<BTreeSet<_>>()
    };
    if records(was) != records(now) {
        note(SubjectChange::Changed, "its records are different".to_owned());
    }
}
