//! How a published record lies in the cache: its value in a compact form, its text compressed.
//!
//! The value of an advisory is in two parts, one after the other: what judging needs, and what a finding shows besides. A scan reads the first
//! of every record that may concern a component, and the second only of those that do. What neither needs is in the text.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use serde::{Deserialize, Serialize};

use crate::domain::soup::advisory::{Advisory, Published, Score, Source, Standing};
use crate::domain::soup::matching::{keys_of_advisory, purl_type_of_ecosystem, text_keys_of_advisory};
use crate::domain::soup::purl::Purl;
use crate::ops::Refused;
use crate::store::StoreError;
use crate::store::cache::NewRecord;

/// Bytes of one record's text at most when it is read back.
const RAW_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What a finding shows of a record; the second part of an advisory's value.
#[derive(Serialize, Deserialize)]
struct Shown {
    title: Option<String>,
    description: String,
    scores: Vec<Score>,
}

/// What a record is, as the cache names it.
const fn kind_of(published: &Published) -> &'static str {
    match published {
        Published::Advisory(advisory) => source_code(advisory.source),
        Published::Exploited(_) => "kev",
        Published::Predicted(_) => "epss",
        Published::Support(_) => "support",
        Published::Statement(_) => "vex",
    }
}

/// A source as the cache names it.
pub const fn source_code(source: Source) -> &'static str {
    match source {
        Source::Nvd => "nvd",
        Source::Cve => "cve",
        Source::Osv => "osv",
        Source::Csaf => "csaf",
    }
}

/// The key under which exploitation and prediction of a CVE are found.
pub fn joined_key(cve: &str) -> String {
    format!("id:{}", cve.trim().to_ascii_uppercase())
}

/// What a file has anything to say about.
pub enum Covered {
    /// Records of a kind of source.
    Kind(Source),
    /// Packages of a purl type.
    PurlType(String),
    /// Exploitation or prediction, joined by identifier.
    Joined,
}

/// What a file is said to cover that tells of exploitation or prediction.
const JOINED: &str = "joined:id";

impl Covered {
    /// Reads what [`pack`] wrote; `None` for what says nothing about advisories.
    pub fn parse(text: &str) -> Option<Self> {
        if text == JOINED {
            return Some(Self::Joined);
        }
        match text.split_once(':')? {
            ("kind", code) => [Source::Nvd, Source::Cve, Source::Osv, Source::Csaf]
                .into_iter()
                .find(|source| source_code(*source) == code)
                .map(Self::Kind),
            ("purl", kind) => Some(Self::PurlType(kind.to_owned())),
            _ => None,
        }
    }
}

fn coverage(published: &Published) -> Vec<String> {
    let advisory = match published {
        Published::Advisory(advisory) => advisory,
        Published::Exploited(_) | Published::Predicted(_) => return vec![JOINED.to_owned()],
        Published::Support(_) | Published::Statement(_) => return Vec::new(),
    };
    let mut covered = vec![format!("kind:{}", source_code(advisory.source))];
    for claim in &advisory.packages {
        let told = claim.purl.as_deref().and_then(|purl| Purl::parse(purl).ok()).map(|purl| purl.kind);
        let kind = purl_type_of_ecosystem(&claim.ecosystem).map(str::to_owned).or(told);
        if let Some(kind) = kind.map(|kind| format!("purl:{kind}"))
            && !covered.contains(&kind)
        {
            covered.push(kind);
        }
    }
    covered
}

/// Prepares a record for the cache. `place` tells apart records that have no identifier of their own; `data_date` is that of the file, for
/// records that do not say when they were changed.
pub fn pack(
    published: &Published,
    raw: &str,
    place: &str,
    data_date: Option<&str>,
) -> Result<NewRecord, Refused> {
    let broken = |error: &dyn std::fmt::Display| {
        Refused::Rule(format!("the record at {place} could not be prepared for the cache: {error}"))
    };
    let body = value(published).map_err(|error| broken(&error))?;
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(raw.len() / 3 + 64), Compression::fast());
    let raw_packed =
        encoder.write_all(raw.as_bytes()).and_then(|()| encoder.finish()).map_err(|error| broken(&error))?;
    let (id, modified) = identity(published, place);
    Ok(NewRecord {
        kind: kind_of(published),
        id,
        modified: sortable(modified.or(data_date)),
        body,
        raw: raw_packed,
        digest: NewRecord::digest_of(raw),
        keys: keys(published),
        ecosystems: coverage(published),
    })
}

/// The parts of a record's value, one after the other. What is no advisory is all in the first.
fn value(published: &Published) -> Result<Vec<u8>, postcard::Error> {
    let Published::Advisory(advisory) = published else { return postcard::to_stdvec(published) };
    let mut judged = advisory.clone();
    let shown = Shown {
        title: judged.title.take(),
        description: std::mem::take(&mut judged.description),
        scores: std::mem::take(&mut judged.scores),
    };
    judged.related.clear();
    judged.weaknesses.clear();
    judged.references.clear();
    let body = postcard::to_stdvec(&Published::Advisory(judged))?;
    postcard::to_extend(&shown, body)
}

fn identity<'p>(published: &'p Published, place: &str) -> (String, Option<&'p str>) {
    match published {
        Published::Advisory(advisory) => (advisory.id.clone(), advisory.modified.as_deref()),
        Published::Exploited(known) => (known.cve.clone(), None),
        Published::Predicted(predicted) => (predicted.cve.clone(), None),
        Published::Support(cycle) => (format!("{}/{}", cycle.product, cycle.cycle), None),
        Published::Statement(statement) => {
            (format!("{} {place}", statement.vulnerability), statement.at.as_deref())
        }
    }
}

fn keys(published: &Published) -> Vec<String> {
    match published {
        Published::Advisory(advisory) => {
            // What its source has not analysed names no product, and is found by the words of its text.
            let watched = advisory.standing == Standing::NotAnalysed;
            let words = if watched { text_keys_of_advisory(advisory) } else { Default::default() };
            keys_of_advisory(advisory).into_iter().chain(words).map(|key| key.0).collect()
        }
        Published::Exploited(known) => vec![joined_key(&known.cve)],
        Published::Predicted(predicted) => vec![joined_key(&predicted.cve)],
        Published::Support(cycle) => vec![support_key(&cycle.product)],
        Published::Statement(statement) => std::iter::once(&statement.vulnerability)
            .chain(&statement.aliases)
            .map(|id| joined_key(id))
            .collect(),
    }
}

/// The key under which the support cycles of a product are found.
pub fn support_key(product: &str) -> String {
    format!("support:{}", product.to_ascii_lowercase())
}

/// A date and time as text whose order is that of time, as far as sources write ISO 8601 in UTC; empty when unknown.
fn sortable(written: Option<&str>) -> String {
    written.map(|text| text.trim().trim_end_matches('Z').replace(' ', "T")).unwrap_or_default()
}

/// The value of a record of the cache as far as judging needs it, and the bytes of what an advisory shows.
pub fn unpack(body: &[u8]) -> Result<(Published, &[u8]), StoreError> {
    postcard::take_from_bytes(body).map_err(|error| unreadable(&error))
}

/// Adds to an advisory what a finding shows of it.
pub fn show(advisory: &mut Advisory, shown: &[u8]) -> Result<(), StoreError> {
    let (shown, _): (Shown, _) = postcard::take_from_bytes(shown).map_err(|error| unreadable(&error))?;
    advisory.title = shown.title;
    advisory.description = shown.description;
    advisory.scores = shown.scores;
    Ok(())
}

fn unreadable(error: &postcard::Error) -> StoreError {
    StoreError::Damaged(format!("a record of the advisory cache cannot be read: {error}"))
}

/// The text of a record of the cache.
pub fn text(raw: &[u8]) -> Result<String, StoreError> {
    let mut text = String::new();
    ZlibDecoder::new(raw).take(RAW_BYTES_MAX).read_to_string(&mut text).map_err(|error| {
        StoreError::Damaged(format!("a text of the advisory cache cannot be read: {error}"))
    })?;
    Ok(text)
}
