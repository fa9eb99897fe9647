//! A SOUP review and its search: what is searched for, what the search says in the words of the product file, and whether kept evidence
//! is the same again (IEC 62304 7.1.3).
//!
//! What a search becomes in a review belongs here, for the window and the command line. Searching belongs to `soup`, the rules of a
//! review to `domain`.

mod changes;
mod check;
mod listed;
mod news;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::base::distinct::distinct;
use crate::domain::finding::FindingKind;
use crate::domain::ids::RecordId;
use crate::domain::maintenance_plan::PatchSeverity;
use crate::domain::review_item::{Hit, SinceLast, is_affected};
use crate::domain::soup_review::events::WatchedFinding;
use crate::domain::soup_review::evidence::{SearchSaid, SubjectSaid, line};
use crate::domain::text::{self, counted};
use crate::domain::time::{Day, Moment};
use crate::ops::{
    EvidenceFile, FoundAdvisory, FoundItem, FoundSearch, ProductFile, Refused, ReviewSubject, Session, Stamp,
    StartedReview,
};
use crate::soup::model::matching::Knowledge;
use crate::soup::{
    self, Delta, MAX_AGE_DAYS, RecordText, SearchHit, SearchOptions, SearchRun, SearchSubject,
    SearchedSubject, SubjectChange, SubjectOutcome, VexClaims, exploited_among, run_search, since,
    vex_claims,
};

pub use check::{EvidenceCheck, check};
pub use listed::{ListedAnomalies, anomalies_of};
pub use news::{LastLook, News, NotCompared, Seen, news};

/// Most characters of a description that is taken over from a source.
const TEXT_CHARS: usize = 4_000;

/// How a review searches.
#[derive(Debug, Clone)]
pub struct ReviewSearch<'a> {
    /// The folder of the advisory cache.
    pub folder: &'a Path,
    /// Days after which data counts as too old.
    pub max_age_days: u32,
    /// Aliases and exclusions that people added.
    pub knowledge: Knowledge,
}

impl<'a> ReviewSearch<'a> {
    /// A search in this folder with the usual limits.
    pub fn of(folder: &'a Path) -> Self {
        Self { folder, max_age_days: MAX_AGE_DAYS, knowledge: Knowledge::default() }
    }

    /// The same on a day.
    fn on(&self, today: Day) -> SearchOptions {
        SearchOptions { today, max_age_days: self.max_age_days, knowledge: self.knowledge.clone() }
    }
}

fn refused(refusal: soup::Refused) -> Refused {
    match refusal {
        soup::Refused::Rule(words) => Refused::Rule(words),
        soup::Refused::Store(error) => Refused::Store(error),
    }
}

/// Searches for the versions that a review covers, compares it with the last search, and looks up the findings in the catalogue of known
/// exploited vulnerabilities.
///
/// # Errors
/// When the file cannot be read, when there is no advisory data, it cannot be read, or the search was cancelled.
pub fn search(
    file: &ProductFile,
    (review, subjects): (RecordId, &[ReviewSubject]),
    options: &ReviewSearch<'_>,
    now: Moment,
    go_on: &(dyn Fn(f32) -> bool + Sync),
) -> Result<FoundSearch, Refused> {
    let wanted: Vec<SearchSubject> = subjects.iter().map(searched).collect();
    let run = run_search(&wanted, options.folder, &options.on(now.day()), go_on).map_err(refused)?;
    let former = file.last_search(review, now)?.and_then(|(_, bytes)| SearchRun::read(&bytes).ok());
    let deltas = former.map(|former| since(&former, &run)).unwrap_or_default();
    let mut made = found(subjects, &run, &deltas)?;
    add_claims(&mut made, options.folder)?;
    made.listed = listed(options.folder, &file.watched_findings(now)?)?;
    Ok(made)
}

/// Which names of findings the catalogue of known exploited vulnerabilities lists: as it writes them, and since when.
fn listed(folder: &Path, watched: &[WatchedFinding]) -> Result<BTreeMap<String, (String, String)>, Refused> {
    let names = watched.iter().flat_map(|one| one.names.iter().cloned()).collect();
    let listed = exploited_among(folder, &names).map_err(refused)?;
    Ok(listed.into_iter().map(|(name, entry)| (name, (entry.cve, entry.added))).collect())
}

/// Most vulnerabilities for which the claims of suppliers are looked up.
const CLAIMED_MAX: usize = 5_000;
/// Most characters of one claim.
const CLAIM_CHARS: usize = 1_000;

/// What suppliers claim in imported VEX documents about what becomes a finding.
fn add_claims(made: &mut FoundSearch, folder: &Path) -> Result<(), Refused> {
    let raised = |item: &FoundItem| -> Vec<String> {
        let hits = item.hits.iter().zip(&item.advisories).filter(|(_, more)| more.raises);
        hits.flat_map(|(hit, _)| std::iter::once(&hit.advisory).chain(&hit.aliases))
            .map(ToString::to_string)
            .collect()
    };
    let all: BTreeSet<String> = made.items.iter().flat_map(raised).collect();
    let ids: BTreeSet<String> = all.into_iter().take(CLAIMED_MAX).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let claims = vex_claims(folder, &ids).map_err(refused)?;
    for item in &mut made.items {
        for (hit, more) in item.hits.iter().zip(&mut item.advisories) {
            let names = std::iter::once(&hit.advisory).chain(&hit.aliases);
            let about: Vec<&VexClaims> = names.filter_map(|name| claims.get(&**name)).collect();
            let told = about.iter().flat_map(|one| &one.claims);
            more.claims = distinct(told.map(|claim| text::one_line(&claim.words(), CLAIM_CHARS)));
            let left: usize = about.iter().map(|one| one.more).sum();
            if left > 0 {
                let left = counted(left, "more claim");
                more.claims.push(format!("{left} in the advisory data of the workstation"));
            }
        }
    }
    Ok(())
}

fn searched(subject: &ReviewSubject) -> SearchSubject {
    SearchSubject {
        item: subject.name.clone(),
        version: subject.version.clone(),
        purl: subject.purl.clone(),
        cpes: subject.cpes.clone(),
    }
}

/// What a search says, in the words of the product file: as its evidence is read there, with what changed since the last search and what
/// findings are made from.
fn found(subjects: &[ReviewSubject], run: &SearchRun, deltas: &[Delta]) -> Result<FoundSearch, Refused> {
    let bytes = run.to_bytes();
    let said = SearchSaid::read(&bytes)
        .map_err(|why| Refused::Rule(format!("the search cannot be kept as evidence: {why}")))?;
    let by_subject: BTreeMap<&SearchSubject, (&SearchedSubject, &SubjectSaid)> =
        run.subjects.iter().zip(&said.subjects).map(|(one, said)| (&one.subject, (one, said))).collect();
    let mut changes: BTreeMap<(&str, &str, &str), Vec<&Delta>> = BTreeMap::new();
    for delta in deltas {
        let of = (delta.item.as_str(), delta.version.as_str(), delta.purl.as_str());
        changes.entry(of).or_default().push(delta);
    }
    let mut items = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let wanted = searched(subject);
        let Some(one) = by_subject.get(&wanted) else { continue };
        let of = (subject.name.as_str(), subject.version.as_str(), subject.purl.as_str());
        let changed = changes.get(&of);
        let changed = (!deltas.is_empty()).then(|| changed.map_or(&[][..], Vec::as_slice));
        let told = item(subject.designator, *one, changed);
        let advisories = one.0.hits.iter().map(|hit| advisory(hit, run.text_of(hit))).collect();
        items.push(FoundItem { advisories, ..told });
    }
    let evidence = EvidenceFile {
        name: format!("soup-search-{}.json", said.on),
        place: said.program.clone(),
        description: "Evidence of the search: queries, sources, results and matching records".to_owned(),
        bytes,
    };
    let SearchSaid { on, program, sources, .. } = said;
    let limitations = limitations(run);
    Ok(FoundSearch { evidence, on, program, sources, items, listed: BTreeMap::new(), limitations })
}

/// An item without its advisories. `changed`: what became of it and its hits since the last search, if there was one.
fn item(
    designator: RecordId,
    (one, said): (&SearchedSubject, &SubjectSaid),
    changed: Option<&[&Delta]>,
) -> FoundItem {
    let of_hit = |id: &str| {
        let own = changed?.iter().find(|delta| delta.advisory.as_deref() == Some(id));
        own.map_or(Some(SinceLast::New), |delta| since_last(delta.change))
    };
    let hits = one.hits.iter().zip(&said.hits);
    FoundItem {
        designator: Some(designator),
        result: Some(said.result),
        sources: said.sources.clone(),
        hits: hits.map(|(hit, said)| Hit { since_last: of_hit(&hit.id), ..said.clone() }).collect(),
        advisories: Vec::new(),
        since_last: changed.map(changes_of),
        support_until: said.support_until,
        support_source: said.support_source.clone(),
    }
}

/// What became of an item: the strongest of its changes.
fn changes_of(changed: &[&Delta]) -> SinceLast {
    // What cannot be checked any more is a change of the item.
    let since = |delta: &Delta| since_last(delta.change).unwrap_or(SinceLast::Changed);
    let all = changed.iter().map(|delta| (delta.advisory.is_none(), since(delta)));
    let mut strongest = SinceLast::Same;
    for (whole, change) in all {
        let change = match change {
            SinceLast::New if !whole => SinceLast::Changed,
            other => other,
        };
        let rank = |change: SinceLast| match change {
            SinceLast::NewlyExploited => 4,
            SinceLast::New => 3,
            SinceLast::Changed => 2,
            SinceLast::Withdrawn => 1,
            SinceLast::Same => 0,
        };
        if rank(change) > rank(strongest) {
            strongest = change;
        }
    }
    strongest
}

/// `None`: it cannot be compared, because a source of the last search is not there now.
const fn since_last(change: SubjectChange) -> Option<SinceLast> {
    Some(match change {
        SubjectChange::NewSubject | SubjectChange::VersionChanged | SubjectChange::New => SinceLast::New,
        SubjectChange::NewlyExploited => SinceLast::NewlyExploited,
        SubjectChange::Withdrawn | SubjectChange::Gone | SubjectChange::Removed => SinceLast::Withdrawn,
        SubjectChange::Changed => SinceLast::Changed,
        SubjectChange::Same => SinceLast::Same,
        SubjectChange::NotCheckable => return None,
    })
}

/// The score with its vector, the newest version of CVSS first.
fn score(hit: &SearchHit) -> Option<&soup::SearchScore> {
    let mut scores: Vec<&soup::SearchScore> = hit.cvss.iter().filter(|score| score.score.is_some()).collect();
    scores.sort_by(|a, b| b.version.cmp(&a.version));
    scores.first().copied()
}

/// What a source that publishes something as information only means by its word (RustSec: `unmaintained`, `unsound`, `notice`).
fn kind_of(hit: &SearchHit) -> FindingKind {
    match hit.informational.as_deref() {
        None => FindingKind::Vulnerability,
        Some("unmaintained") => FindingKind::Obsolescence,
        Some(_) => FindingKind::FunctionalAnomaly,
    }
}

/// What the source says of a hit, at most 4,000 characters of it. Where the end is missing, that is said.
fn source_text(hit: &SearchHit, found: Option<RecordText>) -> String {
    let RecordText { text, is_cut } = found.unwrap_or_default();
    let text = text::plain(text.trim());
    let title = hit.title.trim_end_matches('…').trim();
    let whole = if text.contains(title) { text } else { format!("{}\n{text}", hit.title).trim().to_owned() };
    let shown: String = whole.chars().take(TEXT_CHARS).collect();
    if is_cut || shown.len() < whole.len() {
        return format!("{}… (cut here; its source has the whole text)", shown.trim_end());
    }
    shown
}

/// Whether a hit says that the version is affected, possibly on a condition.
fn affects(hit: &SearchHit) -> bool {
    hit.withdrawn.is_none() && is_affected(&hit.verdict)
}

fn advisory(hit: &SearchHit, found: Option<RecordText>) -> FoundAdvisory {
    let severity = score(hit).and_then(|score| score.severity.as_deref()).and_then(severity_of);
    let vector = score(hit).map_or_else(String::new, |score| {
        format!("{} {}", score.score.as_deref().unwrap_or_default(), score.vector)
    });
    let day = |text: &str| Day::parse(text.get(..10).unwrap_or(text)).ok();
    let published = hit
        .informational
        .as_ref()
        .map(|word| format!("its source publishes it as information ({word}), not as a vulnerability"));
    let matched = [
        ("Published", published.as_deref()),
        ("Condition", hit.condition.as_deref()),
        ("Match", hit.why.as_deref()),
    ];
    let matched = matched.into_iter().filter_map(|(word, text)| Some((word, text?)));
    let matched = matched.filter(|(_, text)| !text.trim().is_empty());
    let sources = distinct(hit.records.iter().map(|record| record.source.clone()));
    FoundAdvisory {
        raises: affects(hit),
        kind: Some(kind_of(hit)),
        description: source_text(hit, found),
        matched: matched.map(|(word, text)| line(&format!("{word}: {text}")).to_string()).collect(),
        affected_range: line(&hit.range).to_string(),
        fixed_in: line(&hit.fixed.join(", ")).to_string(),
        cvss: line(&vector).to_string(),
        severity,
        cwe: hit.cwe.iter().map(|cwe| line(cwe).to_string()).collect(),
        kev_added: hit.kev.as_ref().and_then(|kev| day(&kev.added)),
        kev_due: hit.kev.as_ref().and_then(|kev| kev.due.as_deref()).and_then(day),
        epss: hit.epss.as_ref().map_or_else(String::new, |epss| line(&epss.probability).to_string()),
        claims: Vec::new(),
        sources,
    }
}

fn severity_of(word: &str) -> Option<PatchSeverity> {
    match word.to_lowercase().as_str() {
        "critical" => Some(PatchSeverity::Critical),
        "high" => Some(PatchSeverity::High),
        "medium" | "moderate" => Some(PatchSeverity::Medium),
        "low" | "none" => Some(PatchSeverity::Low),
        _ => None,
    }
}

/// What the sources cannot show, in sentences.
fn limitations(run: &SearchRun) -> String {
    let mut words = Vec::new();
    let not_checked =
        run.subjects.iter().filter(|one| matches!(one.outcome(), SubjectOutcome::NotChecked { .. })).count();
    if not_checked > 0 {
        words.push(format!(
            "{not_checked} of {} versions could not be checked by the search; each says why.",
            run.subjects.len()
        ));
    }
    let old = run.sources.iter().filter(|source| source.too_old);
    let old = distinct(old.map(|source| source.name.as_str()));
    if !old.is_empty() {
        words.push(format!(
            "Data older than {}, or without a date: {}.",
            counted(run.max_age_days, "day"),
            old.join(", ")
        ));
    }
    if run.sources.iter().any(|source| source.name.to_lowercase().contains("nvd")) {
        words.push(
            "The NVD names the products of only part of the vulnerabilities that it lists; those without products are found by their text alone.".to_owned(),
        );
    }
    words.push("Advisories that no searched source had on the date of its data are not found.".to_owned());
    words.join(" ")
}

/// Starts a review: searches for what it covers, and stores all that follows, or nothing. `prepared` is a search that was made before.
///
/// # Errors
/// When it cannot be searched, or a step is refused; then nothing was changed.
pub fn start(
    file: &mut ProductFile,
    session: &Session,
    (review, options): (RecordId, &ReviewSearch<'_>),
    go_on: &(dyn Fn(f32) -> bool + Sync),
    stamp: &Stamp,
) -> Result<StartedReview, Refused> {
    file.may_start_review(session, review, stamp)?;
    let subjects = file.review_subjects(review, stamp.now)?;
    let found = search(file, (review, &subjects), options, stamp.now, go_on)?;
    file.start_review(session, (review, found), &|_| true, stamp)
}
