//! National Vulnerability Database, API 2.0: pages of the service, and feeds in the same form.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::Number;
use serde_json::value::RawValue;

use crate::model::advisory::{
    Advisory, ApplicabilityNode, Bound, CpeCriterion, Interval, Operator, Score, Source, Standing,
};
use mainstay_base::json_stream::{self, Piece};
use mainstay_base::note::{Gravity, Notes, Unreadable};

use super::affected::Affected;
use super::documents::{RECORD_BYTES_MAX, each};
use super::fields::{check_date, lax, parse};
use super::{Part, Sink, naming};

const LIST: &str = "vulnerabilities";
const RECORD: &str = "vulnerabilities[]";

/// Reads one page or feed.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("NVD API 2.0", "NVD");
    let mut announced = Announced::default();
    json_stream::read(reader, &[LIST], RECORD_BYTES_MAX, &mut |piece| {
        let place = piece.place();
        match piece {
            Piece::Element { raw, .. } => {
                let outcome = advisory(raw.get(), &place, &mut sink.report.notes);
                sink.advisory(raw.get(), place, outcome)
            }
            Piece::Member { key, raw } => {
                member(key, raw, &mut announced, sink);
                Ok(())
            }
        }
    })?;
    let found = sink.report.records + sink.report.refused;
    if let (Some(start), Some(total)) = (announced.start, announced.total) {
        sink.report.part = Some(Part { start, count: found, total });
    }
    if let Some(announced) = announced.here
        && announced != found
    {
        let text = format!("{announced} records are announced on this page, but {found} are present");
        sink.report.notes.add(Gravity::Warning, "$.resultsPerPage", text);
    }
    Ok(())
}

/// Reads one record that was taken out of a page.
pub(super) fn read_record(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("NVD API 2.0 record", "NVD");
    each(reader, false, sink, &mut |raw, place, sink| {
        let outcome = advisory(raw, &place, &mut sink.report.notes);
        sink.advisory(raw, place, outcome)
    })
}

/// The head of a page.
#[derive(Default)]
struct Announced {
    here: Option<u64>,
    start: Option<u64>,
    total: Option<u64>,
}

fn member(key: &str, raw: &RawValue, announced: &mut Announced, sink: &mut Sink<'_, '_>) {
    let number = || serde_json::from_str(raw.get()).ok();
    match key {
        "timestamp" => {
            sink.report.data_date = serde_json::from_str(raw.get()).ok();
            check_date(sink.report.data_date.as_deref(), "$", key, &mut sink.report.notes);
        }
        "resultsPerPage" => announced.here = number(),
        "startIndex" => announced.start = number(),
        "totalResults" => announced.total = number(),
        "format" | "version" => {}
        _ => sink.report.notes.not_understood(key),
    }
}

#[derive(Deserialize)]
struct Item {
    cve: Cve,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cve {
    id: String,
    #[serde(default, deserialize_with = "lax")]
    published: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    last_modified: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    vuln_status: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    descriptions: Vec<Text>,
    #[serde(default, deserialize_with = "lax")]
    cisa_vulnerability_name: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    metrics: Metrics,
    #[serde(default, deserialize_with = "lax")]
    weaknesses: Vec<Weakness>,
    #[serde(default, deserialize_with = "lax")]
    configurations: Vec<Configuration>,
    #[serde(default, deserialize_with = "lax")]
    affected: Vec<Reported>,
    #[serde(default, deserialize_with = "lax")]
    references: Vec<Reference>,
}

/// A reporter's claims about products, repeated by NVD. Since April 2026 they are the only source of products for most records.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reported {
    #[serde(default, deserialize_with = "lax")]
    affected_data: Vec<Affected>,
}

/// A text in a language.
#[derive(Deserialize)]
pub(super) struct Text {
    #[serde(default, deserialize_with = "lax")]
    pub lang: String,
    #[serde(default, deserialize_with = "lax")]
    pub value: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    #[serde(default, deserialize_with = "lax")]
    cvss_metric_v40: Vec<Metric>,
    #[serde(default, deserialize_with = "lax")]
    cvss_metric_v31: Vec<Metric>,
    #[serde(default, deserialize_with = "lax")]
    cvss_metric_v30: Vec<Metric>,
    #[serde(default, deserialize_with = "lax")]
    cvss_metric_v2: Vec<Metric>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    #[serde(default, deserialize_with = "lax")]
    source: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    cvss_data: CvssData,
}

/// The part of a CVSS object that all of its users share.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CvssData {
    #[serde(default, deserialize_with = "lax")]
    vector_string: String,
    #[serde(default, deserialize_with = "lax")]
    base_score: Option<Number>,
}

impl CvssData {
    /// The score; `None` if the object has neither a vector nor a base score.
    pub fn score(self, by: Option<String>) -> Option<Score> {
        let published = self.base_score.map(|score| score.to_string());
        (!self.vector_string.is_empty() || published.is_some()).then_some(Score {
            vector: self.vector_string,
            by,
            base_score: published,
        })
    }
}

#[derive(Deserialize)]
struct Weakness {
    #[serde(default, deserialize_with = "lax")]
    description: Vec<Text>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default, deserialize_with = "lax")]
    url: String,
}

/// Configurations, of API 2.0 and of CVE JSON 5 (`cpeApplicability`).
#[derive(Deserialize)]
pub(super) struct Configuration {
    #[serde(default, deserialize_with = "lax")]
    operator: Operator,
    #[serde(default, deserialize_with = "lax")]
    negate: bool,
    #[serde(default, deserialize_with = "lax")]
    nodes: Vec<Node>,
}

/// A node of an applicability tree, of API 2.0 and of the 1.1 feeds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Node {
    #[serde(default, deserialize_with = "lax")]
    operator: Operator,
    #[serde(default, deserialize_with = "lax")]
    negate: bool,
    #[serde(default, deserialize_with = "lax", alias = "cpe_match")]
    cpe_match: Vec<CpeMatch>,
    #[serde(default, deserialize_with = "lax")]
    children: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CpeMatch {
    vulnerable: bool,
    #[serde(alias = "cpe23Uri")]
    criteria: String,
    #[serde(default, deserialize_with = "lax")]
    version_start_including: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    version_start_excluding: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    version_end_including: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    version_end_excluding: Option<String>,
}

fn advisory(raw: &str, place: &str, notes: &mut Notes) -> Result<Advisory, Unreadable> {
    let Item { cve } = parse(raw, place, RECORD, notes)?;
    if cve.id.trim().is_empty() {
        return Err(Unreadable::at(format!("{place}.cve.id"), "the record has no identifier"));
    }
    check_date(cve.published.as_deref(), place, "cve.published", notes);
    check_date(cve.last_modified.as_deref(), place, "cve.lastModified", notes);
    let description = in_english(cve.descriptions);
    let applicability: Vec<ApplicabilityNode> = cve.configurations.into_iter().filter_map(root).collect();
    let analysed = applicability.iter().any(naming::is_tree);
    let reported = cve.affected.into_iter().flat_map(|reported| reported.affected_data);
    Ok(Advisory {
        standing: standing(cve.vuln_status.as_deref(), analysed, &description),
        id: cve.id,
        source: Source::Nvd,
        aliases: Vec::new(),
        related: Vec::new(),
        upstream: Vec::new(),
        title: cve.cisa_vulnerability_name,
        description,
        published: cve.published,
        modified: cve.last_modified,
        informational: None,
        // Where the database itself names the products, the reporter's claims add nothing.
        packages: reported.filter(|_| !analysed).map(Affected::claim).collect(),
        applicability,
        scores: scores(cve.metrics),
        weaknesses: weaknesses(cve.weaknesses.into_iter().flat_map(|weakness| weakness.description)),
        references: cve.references.into_iter().map(|reference| reference.url).collect(),
    })
}

/// The English text, or the first one.
pub(super) fn in_english(texts: Vec<Text>) -> String {
    let at = texts.iter().position(|text| text.lang.starts_with("en")).unwrap_or(0);
    texts.into_iter().nth(at).map(|text| text.value).unwrap_or_default()
}

/// CWE identifiers without duplicates; `NVD-CWE-Other` and `NVD-CWE-noinfo` name none.
pub(super) fn weaknesses(texts: impl Iterator<Item = Text>) -> Vec<String> {
    let mut found = Vec::new();
    for text in texts {
        if text.value.starts_with("CWE-") && !found.contains(&text.value) {
            found.push(text.value);
        }
    }
    found
}

/// A record without products that its source has not marked as analysed makes no claim about products yet.
fn standing(status: Option<&str>, analysed: bool, description: &str) -> Standing {
    let status = status.unwrap_or_default();
    let is = |word: &str| status.eq_ignore_ascii_case(word);
    if is("Rejected") {
        Standing::Rejected(description.to_owned())
    } else if !analysed && !is("Analyzed") && !is("Modified") {
        Standing::NotAnalysed
    } else {
        Standing::Published
    }
}

fn scores(metrics: Metrics) -> Vec<Score> {
    let Metrics { cvss_metric_v40, cvss_metric_v31, cvss_metric_v30, cvss_metric_v2 } = metrics;
    [cvss_metric_v40, cvss_metric_v31, cvss_metric_v30, cvss_metric_v2]
        .into_iter()
        .flatten()
        .filter_map(|metric| metric.cvss_data.score(metric.source))
        .collect()
}

/// The configuration in our form; `None` if it has no node.
pub(super) fn root(configuration: Configuration) -> Option<ApplicabilityNode> {
    let Configuration { operator, negate, nodes } = configuration;
    let mut children: Vec<_> = nodes.into_iter().map(Node::applicability).collect();
    if children.len() == 1 && !negate {
        return children.pop();
    }
    (!children.is_empty()).then_some(ApplicabilityNode { operator, negate, criteria: Vec::new(), children })
}

impl Node {
    /// The node in our form.
    pub fn applicability(self) -> ApplicabilityNode {
        ApplicabilityNode {
            operator: self.operator,
            negate: self.negate,
            criteria: self.cpe_match.into_iter().map(CpeMatch::criterion).collect(),
            children: self.children.into_iter().map(Self::applicability).collect(),
        }
    }
}

impl CpeMatch {
    fn criterion(self) -> CpeCriterion {
        let bound = |including: Option<String>, excluding: Option<String>| {
            let included = including.is_some();
            including.or(excluding).map(|version| Bound { version, included })
        };
        CpeCriterion {
            criteria: self.criteria,
            vulnerable: self.vulnerable,
            interval: Interval {
                from: bound(self.version_start_including, self.version_start_excluding),
                to: bound(self.version_end_including, self.version_end_excluding),
            },
        }
    }
}
