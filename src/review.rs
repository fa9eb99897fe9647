//! A SOUP review and its search: what is searched for, what the search says in the words of the product file, and whether kept evidence
//! is the same again (IEC 62304 7.1.3).
//!
//! What a search becomes in a review belongs here, for the window and the command line. Searching belongs to `soup`, the rules of a
//! review to `domain`.

mod check;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::json;

use crate::base::distinct::distinct;
use crate::base::note::Gravity;
use crate::domain::ids::RecordId;
use crate::domain::maintenance_plan::PatchSeverity;
use crate::domain::record::{Fields, RecordData};
use crate::domain::review_item::{
    Hit, ListedAnomaly, ReviewItem, SearchResult, SinceLast, SourceAnswer, SourceRow,
};
use crate::domain::soup_review::SearchedSource;
use crate::domain::text::{self, Line, counted};
use crate::domain::time::Day;
use crate::ops::{
    EvidenceFile, FoundAdvisory, FoundItem, FoundSearch, ProductFile, Refused, ReviewSubject, Session, Stamp,
    StartedReview,
};
use crate::soup::formats::trackers::{TrackerList, read_tracker, relevant_to};
use crate::soup::model::matching::Knowledge;
use crate::soup::model::support::SupportState;
use crate::soup::{
    self, Delta, MAX_AGE_DAYS, SearchHit, SearchOptions, SearchRun, SearchSubject, SearchedSubject,
    SubjectChange, SubjectOutcome, run_search, since, vex_claims,
};

pub use check::{EvidenceCheck, check};

/// Most characters of a line that is taken over from a source.
const LINE_CHARS: usize = 400;
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
}

fn refused(refusal: soup::Refused) -> Refused {
    match refusal {
        soup::Refused::Rule(words) => Refused::Rule(words),
        soup::Refused::Store(error) => Refused::Store(error),
    }
}

/// Text from a source as one line, never refused.
fn line(text: &str) -> Line {
    Line::new(&text::one_line(text, LINE_CHARS)).unwrap_or_default()
}

/// Searches for the versions that a review covers. `former` is the evidence of the last search, with which it is compared.
///
/// # Errors
/// When there is no advisory data, it cannot be read, or the search was cancelled.
pub fn search(
    subjects: &[ReviewSubject],
    options: &ReviewSearch<'_>,
    (today, former): (Day, Option<&[u8]>),
    go_on: &(dyn Fn(f32) -> bool + Sync),
) -> Result<FoundSearch, Refused> {
    let wanted: Vec<SearchSubject> = subjects.iter().map(searched).collect();
    let search =
        SearchOptions { today, max_age_days: options.max_age_days, knowledge: options.knowledge.clone() };
    let run = run_search(&wanted, options.folder, &search, go_on).map_err(refused)?;
    let former = former.and_then(|bytes| SearchRun::read(bytes).ok());
    let deltas = former.map(|former| since(&former, &run)).unwrap_or_default();
    let mut made = found(subjects, &run, &deltas);
    add_claims(&mut made, options.folder)?;
    Ok(made)
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
            let about = names.filter_map(|name| claims.get(&**name)).flatten();
            let words: Vec<String> = about.map(|claim| text::one_line(&claim.words(), CLAIM_CHARS)).collect();
            more.claims = distinct(words);
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

/// What a search says, in the words of the product file.
fn found(subjects: &[ReviewSubject], run: &SearchRun, deltas: &[Delta]) -> FoundSearch {
    let by_subject: BTreeMap<&SearchSubject, &SearchedSubject> =
        run.subjects.iter().map(|one| (&one.subject, one)).collect();
    let mut changes: BTreeMap<(&str, &str), Vec<&Delta>> = BTreeMap::new();
    for delta in deltas {
        changes.entry((delta.item.as_str(), delta.version.as_str())).or_default().push(delta);
    }
    let mut items = Vec::with_capacity(subjects.len());
    for subject in subjects {
        let wanted = searched(subject);
        let Some(one) = by_subject.get(&wanted) else { continue };
        let changed = changes.get(&(subject.name.as_str(), subject.version.as_str()));
        items.push(item(subject.designator, one, changed.map_or(&[], Vec::as_slice), deltas.is_empty()));
    }
    let program = format!("{} {}", run.program.name, run.program.version);
    let name = format!("soup-search-{}.json", run.on);
    let evidence = EvidenceFile {
        name,
        place: program.clone(),
        description: "Evidence of the search: queries, sources, results and matching records".to_owned(),
        bytes: run.to_bytes(),
    };
    FoundSearch { evidence, on: run.on, program, sources: sources(run), items, limitations: limitations(run) }
}

fn item(designator: RecordId, one: &SearchedSubject, changed: &[&Delta], first: bool) -> FoundItem {
    let answer = |result| match result {
        soup::SearchResult::Found => SourceAnswer::Found,
        soup::SearchResult::NothingFound => SourceAnswer::Nothing,
        soup::SearchResult::NotChecked => SourceAnswer::NotChecked,
    };
    let sources = one.results.iter().map(|row| SourceRow {
        source: line(&row.source),
        answer: Some(answer(row.result)),
        identifier: line(row.identifier.as_deref().unwrap_or_default()),
        records: u32::try_from(row.records).ok(),
        why: line(row.why.as_deref().unwrap_or_default()),
    });
    let result = match one.outcome() {
        SubjectOutcome::Hits(_) => SearchResult::Hits,
        SubjectOutcome::NothingFound { .. } => SearchResult::NothingFound,
        SubjectOutcome::NotChecked { .. } => SearchResult::NotChecked,
    };
    let of_hit = |id: &str| {
        let own = changed.iter().find(|delta| delta.advisory.as_deref() == Some(id));
        if first { None } else { Some(own.map_or(SinceLast::New, |delta| since_last(delta.change))) }
    };
    let (support_until, support_source) = support(one);
    FoundItem {
        support_until,
        support_source,
        designator: Some(designator),
        result: Some(result),
        sources: sources.collect(),
        hits: one.hits.iter().map(|hit| hit_row(hit, of_hit(&hit.id))).collect(),
        advisories: one.hits.iter().map(advisory).collect(),
        since_last: if first { None } else { Some(changes_of(changed)) },
    }
}

/// The end of support that published cycles say, and where that stands.
fn support(one: &SearchedSubject) -> (Option<Day>, String) {
    let Some(status) = &one.support else { return (None, String::new()) };
    let cycle = &status.cycle;
    let day = |text: &Option<String>| text.as_deref().and_then(|text| Day::parse(text).ok());
    let until = day(&cycle.end_of_life).or_else(|| day(&cycle.support));
    let state = match status.state {
        SupportState::Supported => "supported",
        SupportState::SecurityOnly => "security fixes only",
        SupportState::Ended => "support has ended",
        SupportState::Unknown => "dates are not published",
    };
    (until, line(&format!("{} {}: {state}", cycle.product, cycle.cycle)).to_string())
}

/// What became of an item: the strongest of its changes.
fn changes_of(changed: &[&Delta]) -> SinceLast {
    let all = changed.iter().map(|delta| (delta.advisory.is_none(), since_last(delta.change)));
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

const fn since_last(change: SubjectChange) -> SinceLast {
    match change {
        SubjectChange::NewSubject | SubjectChange::VersionChanged | SubjectChange::New => SinceLast::New,
        SubjectChange::NewlyExploited => SinceLast::NewlyExploited,
        SubjectChange::Withdrawn | SubjectChange::Gone | SubjectChange::Removed => SinceLast::Withdrawn,
        SubjectChange::Changed | SubjectChange::NotCheckable => SinceLast::Changed,
        SubjectChange::Same => SinceLast::Same,
    }
}

/// The score with its vector, the newest version of CVSS first.
fn score(hit: &SearchHit) -> Option<&soup::SearchScore> {
    let mut scores: Vec<&soup::SearchScore> = hit.cvss.iter().filter(|score| score.score.is_some()).collect();
    scores.sort_by(|a, b| b.version.cmp(&a.version));
    scores.first().copied()
}

fn hit_row(hit: &SearchHit, since_last: Option<SinceLast>) -> Hit {
    let severity = score(hit).map_or_else(String::new, |score| {
        let rating = score.severity.as_deref().unwrap_or_default();
        format!("{} {rating}", score.score.as_deref().unwrap_or_default())
    });
    let verdict = match &hit.withdrawn {
        Some(_) => "withdrawn".to_owned(),
        None => hit.verdict.replace('_', " "),
    };
    Hit {
        advisory: line(&hit.id),
        aliases: hit.aliases.iter().map(|alias| line(alias)).collect(),
        title: line(&hit.title),
        verdict: line(&verdict),
        severity: line(severity.trim()),
        exploited: Some(hit.kev.is_some()),
        since_last,
        digest: line(&hit.digest),
    }
}

fn advisory(hit: &SearchHit) -> FoundAdvisory {
    let severity = score(hit).and_then(|score| score.severity.as_deref()).and_then(severity_of);
    let vector = score(hit).map_or_else(String::new, |score| {
        format!("{} {}", score.score.as_deref().unwrap_or_default(), score.vector)
    });
    let day = |text: &str| Day::parse(text.get(..10).unwrap_or(text)).ok();
    let mut description = hit.title.clone();
    for (word, text) in [("Condition", hit.condition.as_deref()), ("Match", hit.why.as_deref())] {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            description.push_str(&format!("\n{word}: {text}"));
        }
    }
    let sources = distinct(hit.records.iter().map(|record| record.source.clone()));
    FoundAdvisory {
        raises: hit.withdrawn.is_none() && matches!(hit.verdict.as_str(), "affected" | "conditional"),
        description: text::plain(&description).chars().take(TEXT_CHARS).collect(),
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

/// The sources with how often they found something, found nothing, or could not be checked.
fn sources(run: &SearchRun) -> Vec<SearchedSource> {
    let mut rows: BTreeMap<&str, SearchedSource> = BTreeMap::new();
    for one in &run.subjects {
        for row in &one.results {
            let entry = rows
                .entry(row.source.as_str())
                .or_insert_with(|| SearchedSource { source: line(&row.source), ..SearchedSource::default() });
            let count = match row.result {
                soup::SearchResult::Found => &mut entry.found,
                soup::SearchResult::NothingFound => &mut entry.nothing,
                soup::SearchResult::NotChecked => &mut entry.not_checked,
            };
            *count = Some(count.unwrap_or_default().saturating_add(1));
            let kind = row.identifier_kind();
            if !kind.is_empty() && !entry.identifiers.contains(kind) {
                let known = if entry.identifiers.is_empty() {
                    String::new()
                } else {
                    format!("{}, ", entry.identifiers)
                };
                entry.identifiers = line(&format!("{known}{kind}"));
            }
        }
    }
    for source in &run.sources {
        let entry = rows
            .entry(source.name.as_str())
            .or_insert_with(|| SearchedSource { source: line(&source.name), ..SearchedSource::default() });
        if let Some(date) = source.data_date.as_deref()
            && (entry.data_date.is_empty() || *date > *entry.data_date)
        {
            entry.data_date = line(date.get(..10).unwrap_or(date));
            entry.age_days = source.age_days.and_then(|days| u32::try_from(days.max(0)).ok());
        }
        if entry.format.is_empty() {
            entry.format = line(&source.format);
        }
        if source.too_old {
            entry.limitation = line("its data is older than the search allows");
        }
        if entry.files.len() < FILES_MAX {
            entry.files.push(line(&source.sha256));
        }
    }
    rows.into_values().collect()
}

/// Most file digests that a review lists for a source; the evidence has them all.
const FILES_MAX: usize = 50;

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
    let former = file.last_search(review)?.map(|(_, bytes)| bytes);
    let found = search(&subjects, options, (stamp.now.day(), former.as_deref()), go_on)?;
    file.start_review(session, (review, found), &|_| true, stamp)
}

/// What the export of an issue tracker says of an item of a review, as its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedAnomalies {
    /// The fields of the item: the anomalies that may concern its version, not judged yet, after those that it has.
    pub set: Fields,
    /// What was read, in a sentence.
    pub words: String,
}

/// Most remarks about an export that are told one by one.
const REMARKS_TOLD: usize = 20;

/// What an export does not give, in sentences: entries that could not be read, and signs that the list is not complete.
fn left_out(list: &TrackerList) -> Vec<String> {
    let mut words = Vec::new();
    if list.pull_requests > 0 {
        words.push(format!("{} left out.", counted(list.pull_requests, "pull request")));
    }
    let notes = &list.notes.notes;
    words.extend(notes.iter().take(REMARKS_TOLD).map(|note| match note.gravity {
        Gravity::Refused => format!("{} was not read: {}.", note.place, note.text),
        Gravity::Warning | Gravity::Info => format!("{}.", note.text),
    }));
    let more = notes.len().saturating_sub(REMARKS_TOLD) + list.notes.more;
    if more > 0 {
        words.push(format!("{} more.", counted(more, "remark")));
    }
    words
}

/// Reads the export of an issue tracker for an item of a review. Anomalies that its list names already stay as they are judged.
///
/// # Errors
/// When the bytes are no export of a tracker that is known, or the item cannot be read.
pub fn anomalies_of(item: &RecordData, (bytes, name): (&[u8], &str)) -> Result<ListedAnomalies, Refused> {
    let content = item.typed::<ReviewItem>().unwrap_or_default();
    let list = read_tracker(bytes).map_err(|why| Refused::Rule(format!("{name}: {why}")))?;
    let marks = relevant_to(&list.rows, &content.version_searched);
    let known: BTreeSet<&str> = content.anomalies.iter().map(|row| &*row.anomaly).collect();
    let mut rows: Vec<ListedAnomaly> = content.anomalies.iter().cloned().collect();
    let mut concern = 0;
    for (row, mark) in list.rows.iter().zip(&marks) {
        if !mark.may_concern() {
            continue;
        }
        concern += 1;
        if !known.contains(row.id.as_str()) {
            let severity =
                if row.severity.is_empty() { String::new() } else { format!("; {}", row.severity) };
            let title = line(&format!("{} ({}{severity})", row.title, mark.words()));
            rows.push(ListedAnomaly { anomaly: line(&row.id), title, ..ListedAnomaly::default() });
        }
    }
    let told = format!(
        "{name}, {}: {} of {} may concern version {}.",
        list.format,
        concern,
        counted(list.rows.len(), "row"),
        content.version_searched
    );
    let words = std::iter::once(told).chain(left_out(&list)).collect::<Vec<_>>().join(" ");
    let mut set = Fields::new();
    if !rows.is_empty() {
        set.insert("anomalies".to_owned(), json!(rows));
    }
    let judged = content.list_judgement.trim();
    if judged.is_empty() {
        set.insert("list_judgement".to_owned(), words.clone().into());
    } else if !judged.contains(&words) {
        set.insert("list_judgement".to_owned(), format!("{judged}\n{words}").into());
    }
    Ok(ListedAnomalies { set, words })
}
