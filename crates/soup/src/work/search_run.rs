//! A search of the advisory data for exact SOUP items, as one piece of evidence (IEC 62304 7.1.3): what was searched for, in what, what was
//! found, and the records that matched. The same subjects, options and data give the same bytes, so that a search can be repeated and compared.
//!
//! Matching belongs to `scan`; storing the bytes belongs to the caller.

mod again;
mod canonical;
mod parts;
mod read;
mod search;
mod since;
mod texts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::matching::Knowledge;
use mainstay_base::time::Day;

pub use again::{SameResult, run_again};
pub use parts::{
    EvidenceRecord, HitRecord, SearchHit, SearchOptions, SearchProgram, SearchResult, SearchScore,
    SearchSource, SearchSubject, SearchedSubject, SourceResult, SubjectOutcome,
};
pub use search::run_search;
pub use since::{Delta, SubjectChange, missing_sources, since};
pub use texts::RecordText;

/// The number of the form of the file.
const FORMAT: u32 = 1;
/// The name of the form of the file.
const KIND: &str = "mainstay soup search";

/// One search, as one piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRun {
    /// The name of the form.
    kind: String,
    /// The number of the form.
    format: u32,
    /// The program that searched.
    pub program: SearchProgram,
    /// The day of the search.
    pub on: Day,
    /// Days after which data counts as too old.
    pub max_age_days: u32,
    /// Knowledge that the user added.
    pub knowledge: Knowledge,
    /// The files that supplied records, sorted.
    pub sources: Vec<SearchSource>,
    /// The subjects with what was found, sorted, each once.
    pub subjects: Vec<SearchedSubject>,
    /// The records that matched, by their digests.
    pub records: BTreeMap<String, EvidenceRecord>,
}

impl SearchRun {
    /// The file: canonical JSON. Each source, subject and record is on a line of its own.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut members: BTreeMap<&str, String> = BTreeMap::new();
        let mut one = |name: &'static str, value: Value| members.insert(name, canonical::text(&value));
        one("format", self.format.into());
        one("kind", self.kind.as_str().into());
        one("knowledge", value_of(&self.knowledge));
        one("max_age_days", self.max_age_days.into());
        one("on", self.on.to_string().into());
        one("program", value_of(&self.program));
        let of_record = |(digest, record): (&String, &EvidenceRecord)| {
            format!("{}:{}", canonical::text(&Value::from(digest.as_str())), line(record))
        };
        members.insert("records", lines("{", self.records.iter().map(of_record), "}"));
        members.insert("sources", lines("[", self.sources.iter().map(line), "]"));
        members.insert("subjects", lines("[", self.subjects.iter().map(line), "]"));
        let members = members.iter().map(|(name, value)| format!("\"{name}\":{value}"));
        let mut text = lines("{", members, "}");
        text.push('\n');
        text.into_bytes()
    }
}

/// Several texts between brackets, each on a line of its own.
fn lines(open: &str, texts: impl Iterator<Item = String>, close: &str) -> String {
    let mut out = format!("{open}\n");
    let mut between = "";
    for text in texts {
        out.push_str(between);
        out.push_str(&text);
        between = ",\n";
    }
    if !between.is_empty() {
        out.push('\n');
    }
    out.push_str(close);
    out
}

/// The canonical text of a part.
fn line(part: &impl Serialize) -> String {
    canonical::text(&value_of(part))
}

/// A part as a value. Its types are plain data, which always have a value.
fn value_of(part: &impl Serialize) -> Value {
    serde_json::to_value(part).unwrap_or(Value::Null)
}

/// The digest of a hit: of the digests of its records and of whether it is known to be exploited.
fn digest_of_hit(records: &[HitRecord], exploited: bool) -> String {
    let digests: std::collections::BTreeSet<&str> = records.iter().map(|one| one.sha256.as_str()).collect();
    canonical::digest(&serde_json::json!({"kev": exploited, "records": digests}))
}

#[cfg(test)]
mod tests;
