//! What the kept evidence of a search says, in the words of a review and its items (IEC 62304 7.1.3). The form of the evidence is in
//! `docs/search-evidence.md`.
//!
//! Only what a review takes over is read. Whether each byte is as it was written, and whether the search gives the same again, is checked
//! by the crate of components.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::SearchedSource;
use crate::domain::review_item::{Hit, SearchResult, SourceAnswer, SourceRow};
use crate::domain::text::{self, Line};
use crate::domain::time::Day;

/// Most bytes of an evidence.
pub const BYTES_MAX: usize = 256 << 20;
/// The name and the number of its form.
const FORM: (&str, u32) = ("mainstay soup search", 1);
/// Most characters of a line that is taken over.
const LINE_CHARS: usize = 400;
/// Most digests of files that a review lists for a source; how many there are is said, and the evidence has them all.
const FILES_MAX: usize = 50;
/// The source of the catalogue of known exploited vulnerabilities, as the program names it.
pub const KEV: &str = "CISA KEV";

/// What a search says, as a review takes it over.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchSaid {
    /// The day of the search.
    pub on: Day,
    /// Name and version of the program.
    pub program: String,
    /// The sources.
    pub sources: Vec<SearchedSource>,
    /// The versions that were searched, in the order of the evidence.
    pub subjects: Vec<SubjectSaid>,
}

/// What a search says of one version, as an item of a review takes it over.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectSaid {
    /// The name of the item.
    pub item: String,
    /// Its version.
    pub version: String,
    /// The result over all sources.
    pub result: SearchResult,
    /// What each source answered.
    pub sources: Vec<SourceRow>,
    /// What was found, in the order of the evidence.
    pub hits: Vec<Hit>,
    /// The day on which its support ends, as published.
    pub support_until: Option<Day>,
    /// Where that stands, or what else is published of its support.
    pub support_source: String,
}

#[derive(Deserialize)]
struct Run {
    kind: String,
    format: u32,
    program: Program,
    on: Day,
    sources: Vec<Source>,
    subjects: Vec<Searched>,
}

#[derive(Deserialize)]
struct Program {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct Source {
    name: String,
    sha256: String,
    format: String,
    data_date: Option<String>,
    age_days: Option<i64>,
    too_old: bool,
}

#[derive(Deserialize)]
struct Searched {
    subject: Subject,
    results: Vec<Answered>,
    #[serde(default)]
    hits: Vec<Found>,
    support: Option<Support>,
}

#[derive(Deserialize)]
struct Subject {
    item: String,
    version: String,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Found,
    NothingFound,
    NotChecked,
}

#[derive(Deserialize)]
struct Answered {
    source: String,
    result: Answer,
    #[serde(default)]
    identifier: String,
    #[serde(default)]
    records: u64,
    obstacle: Option<String>,
    #[serde(default)]
    why: String,
}

#[derive(Deserialize)]
struct Found {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    title: String,
    verdict: String,
    withdrawn: Option<String>,
    /// The word of a source that publishes it as information only.
    informational: Option<String>,
    #[serde(default)]
    cvss: Vec<Score>,
    kev: Option<serde::de::IgnoredAny>,
    digest: String,
}

#[derive(Deserialize)]
struct Score {
    version: Option<String>,
    score: Option<String>,
    severity: Option<String>,
}

#[derive(Deserialize)]
struct Support {
    state: String,
    cycle: Cycle,
}

#[derive(Deserialize)]
struct Cycle {
    product: String,
    cycle: String,
    support: Option<String>,
    end_of_life: Option<String>,
}

impl SearchSaid {
    /// Reads the evidence of a search.
    ///
    /// # Errors
    /// When the bytes are no evidence of a search that this program knows; the reason.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > BYTES_MAX {
            return Err(format!("it has {} bytes, a search has at most {BYTES_MAX}", bytes.len()));
        }
        let run: Run = serde_json::from_slice(bytes)
            .map_err(|error| format!("it is not the file of a search by this program: {error}"))?;
        if (run.kind.as_str(), run.format) != FORM {
            return Err(format!("it is “{}”, form {}, and not the file of a search", run.kind, run.format));
        }
        let catalogue = run.sources.iter().any(|source| source.name == KEV && !source.too_old);
        Ok(Self {
            on: run.on,
            program: format!("{} {}", run.program.name, run.program.version),
            sources: sources(&run),
            subjects: run.subjects.iter().map(|one| subject(one, catalogue)).collect(),
        })
    }
}

/// Text from a source as one line, never refused.
pub fn line(text: &str) -> Line {
    Line::new(&text::one_line(text, LINE_CHARS)).unwrap_or_default()
}

/// The kind of an identifier, in words; empty if there is none.
fn identifier_kind(identifier: &str) -> &'static str {
    match identifier {
        "" => "",
        text if text.starts_with("pkg:") => "package URL",
        text if text.starts_with("cpe:") => "CPE name",
        _ => "name",
    }
}

/// The sources with how often they found something, found nothing, or could not be checked.
fn sources(run: &Run) -> Vec<SearchedSource> {
    let mut rows: BTreeMap<&str, SearchedSource> = BTreeMap::new();
    let named = |name: &str| SearchedSource { source: line(name), ..SearchedSource::default() };
    for row in run.subjects.iter().flat_map(|one| &one.results) {
        let entry = rows.entry(row.source.as_str()).or_insert_with(|| named(&row.source));
        let count = match row.result {
            Answer::Found => &mut entry.found,
            Answer::NothingFound => &mut entry.nothing,
            Answer::NotChecked => &mut entry.not_checked,
        };
        *count = Some(count.unwrap_or_default().saturating_add(1));
        let kind = identifier_kind(&row.identifier);
        if entry.identifiers.is_empty() {
            entry.identifiers = line(kind);
        } else if !entry.identifiers.contains(kind) {
            entry.identifiers = line(&format!("{}, {kind}", entry.identifiers));
        }
    }
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &run.sources {
        *files.entry(source.name.as_str()).or_default() += 1;
        let entry = rows.entry(source.name.as_str()).or_insert_with(|| named(&source.name));
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
    for (name, number) in files.into_iter().filter(|(_, number)| *number > FILES_MAX) {
        if let Some(entry) = rows.get_mut(name) {
            let words = format!(
                "{number} files, of which the first {FILES_MAX} are listed; the evidence of the search lists all"
            );
            entry.files.push(line(&words));
        }
    }
    rows.into_values().collect()
}

/// `catalogue`: whether the catalogue of known exploited vulnerabilities was searched, so that “not known to be exploited” can be said.
fn subject(one: &Searched, catalogue: bool) -> SubjectSaid {
    let sources = one.results.iter().map(|row| SourceRow {
        source: line(&row.source),
        answer: Some(match row.result {
            Answer::Found => SourceAnswer::Found,
            Answer::NothingFound => SourceAnswer::Nothing,
            Answer::NotChecked => SourceAnswer::NotChecked,
        }),
        identifier: line(&row.identifier),
        records: u32::try_from(row.records).ok(),
        why: line(&row.why),
    });
    let (support_until, support_source) = support(one);
    SubjectSaid {
        item: one.subject.item.clone(),
        version: one.subject.version.clone(),
        result: outcome(one),
        sources: sources.collect(),
        hits: one.hits.iter().map(|found| hit(found, catalogue)).collect(),
        support_until,
        support_source,
    }
}

/// What is known after the search: “nothing found” only if a source could check it, none of those that cover it is in doubt, and there
/// is no hit.
fn outcome(one: &Searched) -> SearchResult {
    let any = |answer: Answer| one.results.iter().any(|row| row.result == answer);
    if !any(Answer::Found) && !any(Answer::NothingFound) {
        return SearchResult::NotChecked;
    }
    if !one.hits.is_empty() {
        return SearchResult::Hits;
    }
    // With these obstacles a source does not cover the item; with all others it is in doubt.
    let covers_it_not = ["no_identifier", "no_data", "distribution"];
    let in_doubt = one.results.iter().any(|row| {
        row.result == Answer::NotChecked
            && !row.obstacle.as_deref().is_some_and(|why| covers_it_not.contains(&why))
    });
    if any(Answer::Found) || in_doubt { SearchResult::NotChecked } else { SearchResult::NothingFound }
}

fn hit(found: &Found, catalogue: bool) -> Hit {
    // The score of the newest version of CVSS; of several, the first.
    let scored = found.cvss.iter().filter(|score| score.score.is_some());
    let score = scored.rev().max_by(|a, b| a.version.cmp(&b.version));
    let severity = score.map_or_else(String::new, |score| {
        let rating = score.severity.as_deref().unwrap_or_default();
        format!("{} {rating}", score.score.as_deref().unwrap_or_default())
    });
    let verdict = match (&found.withdrawn, &found.informational) {
        (Some(_), _) => "withdrawn".to_owned(),
        (None, Some(word)) => format!("{}; information: {word}", found.verdict.replace('_', " ")),
        (None, None) => found.verdict.replace('_', " "),
    };
    Hit {
        advisory: line(&found.id),
        aliases: found.aliases.iter().map(|alias| line(alias)).collect(),
        title: line(&found.title),
        verdict: line(&verdict),
        severity: line(severity.trim()),
        exploited: if found.kev.is_some() { Some(true) } else { catalogue.then_some(false) },
        since_last: None,
        digest: line(&found.digest),
    }
}

/// The end of support that published cycles say, and where that stands.
fn support(one: &Searched) -> (Option<Day>, String) {
    let Some(Support { state, cycle }) = &one.support else { return (None, String::new()) };
    let day = |text: &Option<String>| text.as_deref().and_then(|text| Day::parse(text).ok());
    let until = day(&cycle.end_of_life).or_else(|| day(&cycle.support));
    let state = match state.as_str() {
        "supported" => "supported",
        "security_only" => "security fixes only",
        "ended" => "support has ended",
        _ => "dates are not published",
    };
    (until, line(&format!("{} {}: {state}", cycle.product, cycle.cycle)).to_string())
}
