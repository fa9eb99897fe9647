//! The form of a published record in the cache: its value in compact form, its text compressed.
//!
//! The value of an advisory has two parts: the data for the verdict, then the further data that a finding shows. A scan reads the first
//! part of every record that may concern a component, and the second part only of those that do. Everything else is in the text.

use std::collections::BTreeSet;
use std::io::Read as _;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use flate2::read::ZlibDecoder;
use flate2::{Compress, CompressError, Compression, FlushCompress, Status};

use serde::{Deserialize, Serialize};

use crate::cache::NewRecord;
use crate::formats::advisories::Part;
use crate::model::advisory::{
    Advisory, ApplicabilityNode, Bound, CpeCriterion, Interval, Operator, PackageClaim, Published, Score,
    Source, Standing,
};
use crate::model::matching::{Coverage, keys_of_advisory, text_keys_of_advisory};
use crate::refused::Refused;
use mainstay_base::store_error::StoreError;
use mainstay_base::time::Moment;

/// Maximum number of bytes of one record's text when it is read back.
const RAW_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The data of a record that only a finding shows; the second part of an advisory's value.
#[derive(Serialize, Deserialize)]
struct Shown {
    title: Option<String>,
    description: String,
    scores: Vec<Score>,
}

/// The kind of a record, as named in the cache.
const fn kind_of(published: &Published) -> &'static str {
    match published {
        Published::Advisory(advisory) => source_code(advisory.source),
        Published::Exploited(_) => "kev",
        Published::Predicted(_) => "epss",
        Published::Support(_) => "support",
        Published::Statement(_) => "vex",
    }
}

/// A source, as named in the cache.
pub const fn source_code(source: Source) -> &'static str {
    match source {
        Source::Nvd => "nvd",
        Source::Cve => "cve",
        Source::Osv => "osv",
        Source::Csaf => "csaf",
    }
}

/// The key for the exploitation and prediction entries of a CVE.
pub fn joined_key(cve: &str) -> String {
    format!("id:{}", cve.trim().to_ascii_uppercase())
}

/// The CVE that an identifier is or ends in: distributions put their name before it (`DEBIAN-CVE-2026-0001`).
pub fn cve_of(id: &str) -> Option<String> {
    let id = id.trim().to_ascii_uppercase();
    let at = if id.starts_with("CVE-") { 0 } else { id.find("-CVE-")? + 1 };
    id.get(at..).map(str::to_owned)
}

/// The scope of a file.
pub enum Covered {
    /// All records of a source.
    Kind(Source),
    /// A part of a source, such as an ecosystem or a release.
    Part(Coverage),
    /// Exploitation or prediction entries, joined by identifier.
    Joined,
    /// A page of a larger set.
    Page(Part),
    /// Number of its records that are about a part, whatever the release.
    Held(Coverage, u64),
    /// Number of its records that are about vulnerabilities.
    Counted(u64),
    /// It is declared to be all that its publisher has.
    Whole,
}

/// The prefix for a source.
const KIND: &str = "kind:";
/// The prefix for the number of records about a part.
const HELD: &str = "held:";
/// The prefix for the number of records.
const COUNTED: &str = "counted:";
/// The coverage of a file that is declared to be whole.
pub const WHOLE: &str = "whole:";
/// The identifiers of records about packages that are malicious themselves. They are many, and say nothing about vulnerabilities.
const MALICIOUS: &str = "MAL-";
/// The prefix for a page of a larger set.
const PAGE: &str = "page:";
/// The coverage of a file with exploitation or prediction entries.
const JOINED: &str = "joined:id";

impl Covered {
    /// Parses the text from [`pack`] and [`page`]; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        if text == JOINED {
            return Some(Self::Joined);
        }
        if text == WHOLE {
            return Some(Self::Whole);
        }
        if let Some(count) = text.strip_prefix(COUNTED) {
            return count.trim().parse().ok().map(Self::Counted);
        }
        if let Some(held) = text.strip_prefix(HELD) {
            let (part, count) = held.rsplit_once(' ')?;
            return Some(Self::Held(Coverage::parse(part)?, count.parse().ok()?));
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

/// A page as coverage of a file.
pub fn page(part: Part) -> String {
    let Part { start, count, total } = part;
    format!("{PAGE}{start} {count} {total}")
}

/// Data that is stored with a record in addition to its content.
pub struct Packing<'a> {
    /// The record's text.
    pub raw: &'a str,
    /// Its place; distinguishes records that have no identifier.
    pub place: &'a str,
    /// The document, where several may contain different statements about the same identifier.
    pub document: Option<&'a str>,
    /// The date of the file, for records without a date of change.
    pub data_date: Option<&'a str>,
    /// The time of the import: a later date is invalid.
    pub now: Moment,
}

/// The parts of its source that a record is about.
fn parts_of(published: &Published) -> BTreeSet<Coverage> {
    match published {
        Published::Advisory(advisory) => Coverage::of(advisory),
        Published::Exploited(_)
        | Published::Predicted(_)
        | Published::Support(_)
        | Published::Statement(_) => BTreeSet::new(),
    }
}

fn coverage(published: &Published, parts: &BTreeSet<Coverage>) -> Vec<String> {
    let advisory = match published {
        Published::Advisory(advisory) => advisory,
        Published::Exploited(_) | Published::Predicted(_) => return vec![JOINED.to_owned()],
        Published::Support(_) | Published::Statement(_) => return Vec::new(),
    };
    let kind = format!("{KIND}{}", source_code(advisory.source));
    std::iter::once(kind).chain(parts.iter().map(Coverage::to_string)).collect()
}

/// What a record counts for in its file: a record of packages about vulnerabilities, for each part once, whatever the release.
fn counts(published: &Published, parts: &BTreeSet<Coverage>) -> Vec<String> {
    let advisory = match published {
        Published::Advisory(advisory) if advisory.source == Source::Osv => advisory,
        Published::Advisory(_)
        | Published::Exploited(_)
        | Published::Predicted(_)
        | Published::Support(_)
        | Published::Statement(_) => return Vec::new(),
    };
    if advisory.id.starts_with(MALICIOUS) {
        return Vec::new();
    }
    let parts: BTreeSet<Coverage> = parts.iter().cloned().map(Coverage::of_any_release).collect();
    std::iter::once(COUNTED.to_owned()).chain(parts.iter().map(|part| format!("{HELD}{part}"))).collect()
}

/// A record that is ready for the cache except for its text.
pub struct Draft {
    record: NewRecord,
    text: String,
    place: String,
}

impl Draft {
    /// Its approximate size in bytes.
    pub fn bytes(&self) -> usize {
        self.record.body.len() + self.text.len()
    }

    /// Compresses the text and computes its digest.
    pub fn sealed(mut self, sealer: &mut Sealer) -> Result<NewRecord, Refused> {
        let raw = sealer.compressed(self.text.as_bytes());
        self.record.raw = raw.map_err(|error| broken(&self.place, &error))?;
        self.record.digest = NewRecord::digest_of(&self.text);
        Ok(self.record)
    }
}

/// Compresses one text after another. Making the compressor costs as much as compressing a short text.
pub struct Sealer(Compress);

impl Sealer {
    /// A compressor for any number of texts.
    pub fn new() -> Self {
        Self(Compress::new(Compression::fast(), true))
    }

    fn compressed(&mut self, text: &[u8]) -> Result<Vec<u8>, CompressError> {
        self.0.reset();
        let mut raw = Vec::with_capacity(text.len() / 3 + 64);
        loop {
            let taken = usize::try_from(self.0.total_in()).unwrap_or(usize::MAX);
            let rest = text.get(taken..).unwrap_or_default();
            if self.0.compress_vec(rest, &mut raw, FlushCompress::Finish)? == Status::StreamEnd {
                return Ok(raw);
            }
            raw.reserve(raw.capacity().max(64));
        }
    }
}

fn broken(place: &str, error: &dyn std::fmt::Display) -> Refused {
    Refused::Rule(format!("the record at {place} could not be prepared for the cache: {error}"))
}

/// Prepares a record for the cache.
pub fn pack(published: Published, with: &Packing<'_>) -> Result<Draft, Refused> {
    let (id, modified) = identity(&published, with.place);
    let parts = parts_of(&published);
    let record = NewRecord {
        kind: kind_of(&published),
        // After the first blank: the document.
        id: with.document.map_or_else(|| id.clone(), |document| format!("{id} {document}")),
        modified: sortable(modified, with.now)
            .or_else(|| sortable(with.data_date, with.now))
            .unwrap_or_default(),
        keys: keys(&published),
        ecosystems: coverage(&published, &parts),
        counts: counts(&published, &parts),
        body: value(published).map_err(|error| broken(with.place, &error))?,
        raw: Vec::new(),
        digest: [0; 32],
    };
    Ok(Draft { record, text: with.raw.to_owned(), place: with.place.to_owned() })
}

/// The parts of a record's value in sequence. A record that is not an advisory is entirely in the first part.
fn value(published: Published) -> Result<Vec<u8>, postcard::Error> {
    let mut judged = match published {
        Published::Advisory(advisory) => advisory,
        other @ (Published::Exploited(_)
        | Published::Predicted(_)
        | Published::Support(_)
        | Published::Statement(_)) => return postcard::to_stdvec(&other),
    };
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
            // A record that its source has not analysed names no product. The words of its text find it.
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

/// The key for the support cycles of a product.
pub fn support_key(product: &str) -> String {
    format!("support:{}", product.to_ascii_lowercase())
}

/// A date and time as text that sorts by time; `None` for a text that is not a date or is in the future.
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

/// The part of a cached record's value for the verdict, and the bytes of the part that a finding shows.
pub fn unpack(body: &[u8]) -> Result<(Published, &[u8]), StoreError> {
    postcard::take_from_bytes(body).map_err(|error| unreadable(&error))
}

/// The part of a cached advisory for the verdict. Of its applicability statements, it keeps only those that `concerns` accepts: where any
/// of several criteria is enough, one about another product is left out, since it changes no verdict. Also returns the bytes of the part to
/// show; `None` for a record that is not an advisory.
pub fn unpack_advisory<'b>(
    body: &'b [u8],
    concerns: &dyn Fn(&str) -> bool,
) -> Result<Option<(Advisory, &'b [u8])>, StoreError> {
    let of = |body: &'b [u8]| -> Result<Option<(Advisory, &'b [u8])>, postcard::Error> {
        let (variant, rest): (u32, _) = postcard::take_from_bytes(body)?;
        if variant != ADVISORY {
            return Ok(None);
        }
        let (mut advisory, rest): (Advisory, _) = {
            let (head, rest): (Head, _) = postcard::take_from_bytes(rest)?;
            (head.advisory(), rest)
        };
        let (roots, rest): (Vec<Node<'b>>, _) = postcard::take_from_bytes(rest)?;
        advisory.applicability = roots.into_iter().map(|root| root.owned(concerns)).collect();
        // Data that neither the verdict nor the display needs is empty: scores, weaknesses, references.
        let (_, rest): ((Vec<Score>, Vec<String>, Vec<String>), _) = postcard::take_from_bytes(rest)?;
        Ok(Some((advisory, rest)))
    };
    of(body).map_err(|error| unreadable(&error))
}

/// The serialised index of an advisory among the kinds of records.
const ADVISORY: u32 = 0;

/// An advisory up to its applicability statements, in the order of serialisation.
#[derive(Deserialize)]
struct Head {
    id: String,
    source: Source,
    aliases: Vec<String>,
    related: Vec<String>,
    upstream: Vec<String>,
    title: Option<String>,
    description: String,
    published: Option<String>,
    modified: Option<String>,
    standing: Standing,
    informational: Option<String>,
    packages: Vec<PackageClaim>,
}

impl Head {
    fn advisory(self) -> Advisory {
        let Self { id, source, aliases, related, upstream, title, description, published, .. } = self;
        Advisory {
            id,
            source,
            aliases,
            related,
            upstream,
            title,
            description,
            published,
            modified: self.modified,
            standing: self.standing,
            informational: self.informational,
            packages: self.packages,
            applicability: Vec::new(),
            scores: Vec::new(),
            weaknesses: Vec::new(),
            references: Vec::new(),
        }
    }
}

/// A node of an applicability statement that borrows its texts.
#[derive(Deserialize)]
struct Node<'b> {
    operator: Operator,
    negate: bool,
    #[serde(borrow)]
    criteria: Vec<Criterion<'b>>,
    #[serde(borrow)]
    children: Vec<Node<'b>>,
}

#[derive(Deserialize)]
struct Criterion<'b> {
    criteria: &'b str,
    vulnerable: bool,
    #[serde(borrow)]
    from: Option<End<'b>>,
    #[serde(borrow)]
    to: Option<End<'b>>,
}

#[derive(Deserialize)]
struct End<'b> {
    version: &'b str,
    included: bool,
}

impl Node<'_> {
    fn owned(self, concerns: &dyn Fn(&str) -> bool) -> ApplicabilityNode {
        let any = self.operator == Operator::Or && !self.negate;
        let all: &dyn Fn(&str) -> bool = &|_| true;
        let accepts = if any { concerns } else { all };
        ApplicabilityNode {
            operator: self.operator,
            negate: self.negate,
            criteria: self
                .criteria
                .into_iter()
                .filter(|one| accepts(one.criteria))
                .map(Criterion::owned)
                .collect(),
            children: self.children.into_iter().map(|child| child.owned(accepts)).collect(),
        }
    }
}

impl Criterion<'_> {
    fn owned(self) -> CpeCriterion {
        let bound = |end: End<'_>| Bound { version: end.version.to_owned(), included: end.included };
        CpeCriterion {
            criteria: self.criteria.to_owned(),
            vulnerable: self.vulnerable,
            interval: Interval { from: self.from.map(bound), to: self.to.map(bound) },
        }
    }
}

/// Adds to an advisory the part that a finding shows.
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

/// The text of a cached record.
pub fn text(raw: &[u8]) -> Result<String, StoreError> {
    let mut text = String::new();
    ZlibDecoder::new(raw).take(RAW_BYTES_MAX).read_to_string(&mut text).map_err(|error| {
        StoreError::Damaged(format!("a text of the advisory cache cannot be read: {error}"))
    })?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(operator: Operator, criteria: &[&str], children: Vec<ApplicabilityNode>) -> ApplicabilityNode {
        let criterion = |name: &&str| CpeCriterion {
            criteria: (*name).to_owned(),
            vulnerable: true,
            interval: Interval { from: None, to: Some(Bound { version: "2".to_owned(), included: true }) },
        };
        ApplicabilityNode {
            operator,
            negate: false,
            criteria: criteria.iter().map(criterion).collect(),
            children,
        }
    }

    fn record() -> Published {
        let page = r#"{"format": "NVD_CVE", "vulnerabilities": [{"cve": {"id": "CVE-1", "lastModified": "2026-01-01", "vulnStatus": "Analyzed",
            "references": [{"url": "https://example.org"}], "metrics": {"cvssMetricV31": [{"cvssData": {"vectorString": "CVSS:3.1/AV:N"}}]}}}]}"#;
        let mut found = None;
        let _ = crate::formats::advisories::read(&mut page.as_bytes(), "page", &mut |record| {
            found = Some(record.published);
            Ok(())
        });
        let Some(Published::Advisory(mut advisory)) = found else { panic!("no record") };
        advisory.upstream = vec!["CVE-2".to_owned()];
        advisory.applicability = vec![
            node(Operator::Or, &["a", "b"], vec![node(Operator::And, &["b", "c"], Vec::new())]),
            node(Operator::And, &["a"], vec![node(Operator::Or, &["b"], Vec::new())]),
        ];
        Published::Advisory(advisory)
    }

    #[test]
    fn an_advisory_reads_back_the_same_part_by_part_and_whole() {
        let body = value(record()).unwrap();
        let (whole, shown) = unpack(&body).unwrap();
        let Published::Advisory(whole) = whole else { panic!("{whole:?}") };
        let (parts, shown_too) = unpack_advisory(&body, &|_| true).unwrap().unwrap();
        assert_eq!((&*whole, shown), (&parts, shown_too));
        let other =
            value(Published::Predicted(crate::model::advisory::ExploitPrediction::default())).unwrap();
        assert!(unpack_advisory(&other, &|_| true).unwrap().is_none());
    }

    #[test]
    fn texts_that_are_compressed_one_after_another_read_back_the_same() {
        let mut sealer = Sealer::new();
        let noise: String =
            (0..50_000_u32).filter_map(|n| char::from_u32(n.wrapping_mul(2_654_435_761) >> 12)).collect();
        for written in ["", "short", &"the same again ".repeat(100_000), &noise, "short"] {
            assert_eq!(text(&sealer.compressed(written.as_bytes()).unwrap()).unwrap(), written);
        }
    }

    #[test]
    fn criteria_of_others_are_left_out_only_where_any_is_enough() {
        let body = value(record()).unwrap();
        let (advisory, _) = unpack_advisory(&body, &|name| name == "a").unwrap().unwrap();
        assert_eq!(
            advisory.applicability,
            [
                node(Operator::Or, &["a"], vec![node(Operator::And, &["b", "c"], Vec::new())]),
                node(Operator::And, &["a"], vec![node(Operator::Or, &["b"], Vec::new())]),
            ]
        );
    }
}
