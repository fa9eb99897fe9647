//! National Vulnerability Database, the 1.1 feeds from before API 2.0, which archives and mirrors still have.

use std::io::BufRead;

use serde::Deserialize;

use crate::model::advisory::{Advisory, Source, Standing};
use mainstay_base::json_stream::{self, Piece};
use mainstay_base::note::{Gravity, Notes, Unreadable};

use super::Sink;
use super::documents::RECORD_BYTES_MAX;
use super::fields::{check_date, lax, parse};
use super::nvd2::{CvssData, Node, Text, in_english, weaknesses};

const LIST: &str = "CVE_Items";
const RECORD: &str = "CVE_Items[]";
const REJECTED: &str = "** REJECT **";

/// Reads one feed.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("NVD 1.1", "NVD");
    let mut announced: Option<String> = None;
    json_stream::read(reader, &[LIST], RECORD_BYTES_MAX, &mut |piece| {
        let place = piece.place();
        match piece {
            Piece::Element { raw, .. } => {
                let outcome = advisory(raw.get(), &place, &mut sink.report.notes);
                return sink.advisory(raw.get(), place, outcome);
            }
            Piece::Member { key: "CVE_data_timestamp", raw } => {
                sink.report.data_date = serde_json::from_str(raw.get()).ok();
                check_date(
                    sink.report.data_date.as_deref(),
                    "$",
                    "CVE_data_timestamp",
                    &mut sink.report.notes,
                );
            }
            Piece::Member { key: "CVE_data_numberOfCVEs", raw } => {
                announced = serde_json::from_str(raw.get()).ok();
            }
            Piece::Member { key: "CVE_data_type" | "CVE_data_format" | "CVE_data_version", .. } => {}
            Piece::Member { key, .. } => sink.report.notes.not_understood(key),
        }
        Ok(())
    })?;
    let found = sink.report.records + sink.report.refused;
    if let Some(announced) = announced
        && announced.parse() != Ok(found)
    {
        let text = format!("{announced} records are announced, but {found} are present");
        sink.report.notes.add(Gravity::Warning, "$.CVE_data_numberOfCVEs", text);
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    cve: Cve,
    #[serde(default, deserialize_with = "lax")]
    configurations: Configurations,
    #[serde(default, deserialize_with = "lax")]
    impact: Impact,
    #[serde(default, deserialize_with = "lax")]
    published_date: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    last_modified_date: Option<String>,
}

#[derive(Deserialize)]
struct Cve {
    #[serde(rename = "CVE_data_meta")]
    meta: Meta,
    #[serde(default, deserialize_with = "lax")]
    problemtype: ProblemType,
    #[serde(default, deserialize_with = "lax")]
    references: References,
    #[serde(default, deserialize_with = "lax")]
    description: Description,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "ID")]
    id: String,
}

#[derive(Default, Deserialize)]
struct ProblemType {
    #[serde(default, deserialize_with = "lax", rename = "problemtype_data")]
    data: Vec<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default, deserialize_with = "lax")]
    description: Vec<Text>,
}

#[derive(Default, Deserialize)]
struct References {
    #[serde(default, deserialize_with = "lax", rename = "reference_data")]
    data: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default, deserialize_with = "lax")]
    url: String,
}

#[derive(Default, Deserialize)]
struct Description {
    #[serde(default, deserialize_with = "lax", rename = "description_data")]
    data: Vec<Text>,
}

#[derive(Default, Deserialize)]
struct Configurations {
    #[serde(default, deserialize_with = "lax")]
    nodes: Vec<Node>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Impact {
    #[serde(default, deserialize_with = "lax")]
    base_metric_v3: MetricV3,
    #[serde(default, deserialize_with = "lax")]
    base_metric_v2: MetricV2,
}

#[derive(Default, Deserialize)]
struct MetricV3 {
    #[serde(default, deserialize_with = "lax", rename = "cvssV3")]
    cvss: CvssData,
}

#[derive(Default, Deserialize)]
struct MetricV2 {
    #[serde(default, deserialize_with = "lax", rename = "cvssV2")]
    cvss: CvssData,
}

fn advisory(raw: &str, place: &str, notes: &mut Notes) -> Result<Advisory, Unreadable> {
    let item: Item = parse(raw, place, RECORD, notes)?;
    let Item { cve, configurations, impact, published_date, last_modified_date } = item;
    if cve.meta.id.trim().is_empty() {
        return Err(Unreadable::at(format!("{place}.cve.CVE_data_meta.ID"), "the record has no identifier"));
    }
    check_date(published_date.as_deref(), place, "publishedDate", notes);
    check_date(last_modified_date.as_deref(), place, "lastModifiedDate", notes);
    let description = in_english(cve.description.data);
    let standing = if description.trim_start().starts_with(REJECTED) {
        Standing::Rejected(description.clone())
    } else if configurations.nodes.is_empty() {
        Standing::NotAnalysed
    } else {
        Standing::Published
    };
    let by_nvd = || Some("nvd@nist.gov".to_owned());
    Ok(Advisory {
        id: cve.meta.id,
        source: Source::Nvd,
        aliases: Vec::new(),
        related: Vec::new(),
        upstream: Vec::new(),
        title: None,
        description,
        published: published_date,
        modified: last_modified_date,
        standing,
        informational: None,
        packages: Vec::new(),
        applicability: configurations.nodes.into_iter().map(Node::applicability).collect(),
        scores: [impact.base_metric_v3.cvss, impact.base_metric_v2.cvss]
            .into_iter()
            .filter_map(|cvss| cvss.score(by_nvd()))
            .collect(),
        weaknesses: weaknesses(cve.problemtype.data.into_iter().flat_map(|problem| problem.description)),
        references: cve.references.data.into_iter().map(|reference| reference.url).collect(),
    })
}
