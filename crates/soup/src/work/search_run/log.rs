//! A search as rows for printing and CSV: one for each subject and source.

use serde::Serialize;

use super::SearchRun;
use super::parts::SourceResult;

/// What one source was asked about one subject, and what it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SearchLogRow {
    /// The subject.
    pub subject: String,
    /// The version that was searched for.
    pub version: String,
    /// Whose data was searched; empty if there was none.
    pub source: String,
    /// The identifier that was looked up; empty if there was none.
    pub identifier: String,
    /// What was looked up, in words.
    pub query: String,
    /// The dates of the source's data; its files that give no date are told too.
    pub data_date: String,
    /// The result in words, with the reason if it could not be checked.
    pub result: String,
    /// Identifiers of the advisories of this source that concern the subject.
    pub hits: String,
}

impl SearchLogRow {
    /// The headings of the columns, in the order of [`cells`](Self::cells).
    pub const HEADINGS: [&'static str; 8] = [
        "Subject",
        "Version searched",
        "Source",
        "Identifier",
        "Query",
        "Date of the data",
        "Result",
        "Hits",
    ];

    /// Its cells.
    pub fn cells(&self) -> [&str; 8] {
        let Self { subject, version, source, identifier, query, data_date, result, hits } = self;
        [subject, version, source, identifier, query, data_date, result, hits]
    }
}

/// The rows of a search, in the order of its subjects and sources.
pub fn search_log(run: &SearchRun) -> Vec<SearchLogRow> {
    let mut dates = std::collections::BTreeMap::new();
    let mut rows = Vec::new();
    for searched in &run.subjects {
        let (subject, version) = (&searched.subject.item, &searched.subject.version);
        if searched.results.is_empty() {
            rows.push(SearchLogRow {
                subject: subject.clone(),
                version: version.clone(),
                source: String::new(),
                identifier: String::new(),
                query: "nothing was looked up".to_owned(),
                data_date: String::new(),
                result: searched.outcome().words(),
                hits: String::new(),
            });
        }
        for result in &searched.results {
            let date = dates.entry(result.source.clone()).or_insert_with(|| dates_of(run, &result.source));
            let own = searched.hits.iter().filter(|hit| {
                let mut records = hit.records.iter();
                records.any(|record| record.source == result.source && record.verdict != "not_affected")
            });
            let hits: Vec<String> =
                own.map(|hit| format!("{} {}", hit.id, hit.verdict.replace('_', " "))).collect();
            rows.push(SearchLogRow {
                subject: subject.clone(),
                version: version.clone(),
                source: result.source.clone(),
                identifier: result.identifier.clone().unwrap_or_default(),
                query: query(result, version),
                data_date: date.clone(),
                result: match &result.why {
                    Some(why) => format!("{}: {why}", result.result.words()),
                    None => result.result.words().to_owned(),
                },
                hits: hits.join(", "),
            });
        }
    }
    rows
}

fn query(result: &SourceResult, version: &str) -> String {
    match &result.identifier {
        Some(identifier) => format!("{} {identifier}, version {version}", result.identifier_kind()),
        None => "no identifier that this source uses".to_owned(),
    }
}

/// The oldest and the newest date of a source's files, and how many give none.
fn dates_of(run: &SearchRun, source: &str) -> String {
    let files = || run.sources.iter().filter(|file| file.name == source);
    let mut dates: Vec<&str> = files().filter_map(|file| file.data_date.as_deref()).collect();
    dates.sort_unstable();
    let mut words = match (dates.first(), dates.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(only), _) => (*only).to_owned(),
        (None, _) => String::new(),
    };
    let undated = files().filter(|file| file.data_date.is_none()).count();
    if undated > 0 {
        let between = if words.is_empty() { "" } else { "; " };
        words.push_str(&format!("{between}{undated} without a date"));
    }
    words
}
