//! How a published record lies in the cache: its value in a compact form, its text compressed.
//!
//! The value of an advisory is in two parts, one after the other: what judging needs, and what a finding shows besides. A scan reads the first
//! of every record that may concern a component, and the second only of those that do. What neither needs is in the text.

use std::io::{Read as _, Write as _};

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use serde::{Deserialize, Serialize};

use crate::cache::NewRecord;
use crate::formats::advisories::Part;
use crate::model::advisory::{Advisory, Published, Score, Source, Standing};
use crate::model::matching::{Coverage, keys_of_advisory, text_keys_of_advisory};
use crate::refused::Refused;
use mainstay_base::store_error::StoreError;
use mainstay_base::time::Moment;

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
    /// Part of what there is.
    Part(Coverage),
    /// Exploitation or prediction, joined by identifier.
    Joined,
    /// A page of a larger whole.
    Page(Part),
}

/// How the kind of a file's records is written.
const KIND: &str = "kind:";
/// How the page that a file is of a larger whole is written.
const PAGE: &str = "page:";
/// What a file is said to cover that tells of exploitation or prediction.
const JOINED: &str = "joined:id";

impl Covered {
    /// Reads what [`pack`] and [`page`] wrote; `None` for what says nothing.
    pub fn parse(text: &str) -> Option<Self> {
        if text == JOINED {
            return Some(Self::Joined);
        }
        if let Some(code) = text.strip_prefix(KIND) {
            let all = [Source::Nvd, Source::Cve, Source::Osv, Source::Csaf];
            return all.into_iter().find(|source| source_code(*source) == code).map(Self::Kind);
        }
        if let Some(numbers) = text.strip_prefix(PAGE) {
            let mut numbers = numbers.split(' ').map(str::parse);
            let mut next = || numbers.next()?.ok();
            return Some(Self::Page(Part { start: next()?, count: next()?, total: next()? }));
        }
        Coverage::parse(text).map(Self::Part)
    }
}

/// A page as what a file covers.
pub fn page(part: Part) -> String {
    let Part { start, count, total } = part;
    format!("{PAGE}{start} {count} {total}")
}

/// What is kept with a record besides what it says.
pub struct Packing<'a> {
    /// The record's text.
    pub raw: &'a str,
    /// Its place; tells apart records that have no identifier of their own.
    pub place: &'a str,
    /// The document that tells it, where several may tell different things about the same identifier.
    pub document: Option<&'a str>,
    /// The date of the file, for records that do not say when they were changed.
    pub data_date: Option<&'a str>,
    /// When it is imported: a date after that is none.
    pub now: Moment,
}

fn coverage(published: &Published) -> Vec<String> {
    let advisory = match published {
        Published::Advisory(advisory) => advisory,
        Published::Exploited(_) | Published::Predicted(_) => return vec![JOINED.to_owned()],
        Published::Support(_) | Published::Statement(_) => return Vec::new(),
    };
    let kind = format!("{KIND}{}", source_code(advisory.source));
    std::iter::once(kind).chain(Coverage::of(advisory).iter().map(Coverage::to_string)).collect()
}

/// Prepares a record for the cache.
pub fn pack(published: &Published, with: &Packing<'_>) -> Result<NewRecord, Refused> {
    let broken = |error: &dyn std::fmt::Display| {
        Refused::Rule(format!("the record at {} could not be prepared for the cache: {error}", with.place))
    };
    let body = value(published).map_err(|error| broken(&error))?;
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(with.raw.len() / 3 + 64), Compression::fast());
    let raw = encoder.write_all(with.raw.as_bytes()).and_then(|()| encoder.finish());
    let (id, modified) = identity(published, with.place);
    Ok(NewRecord {
        kind: kind_of(published),
        // Behind the first blank: who tells it.
        id: with.document.map_or_else(|| id.clone(), |document| format!("{id} {document}")),
        modified: sortable(modified, with.now)
            .or_else(|| sortable(with.data_date, with.now))
            .unwrap_or_default(),
        body,
        raw: raw.map_err(|error| broken(&error))?,
        digest: NewRecord::digest_of(with.raw),
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

/// A date and time as text whose order is that of time; `None` for what is no date, or lies in the future.
fn sortable(written: Option<&str>, now: Moment) -> Option<String> {
    let text = written?.trim();
    let zoned = DateTime::parse_from_rfc3339(text).map(|moment| moment.naive_utc());
    let plain = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
    let spaced = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok();
    let minutes = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%MZ").ok();
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    let moment = zoned.ok().or_else(plain).or_else(spaced).or_else(minutes).or_else(day)?;
    let sortable = moment.format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
    let tomorrow = now.day().plus_days(2).to_string();
    (sortable < tomorrow).then_some(sortable)
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
