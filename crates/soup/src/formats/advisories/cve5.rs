//! CVE records in JSON 5, as published in the CVE List: one record, or an array of them.

use std::io::BufRead;

use serde::Deserialize;

use crate::model::advisory::{Advisory, ApplicabilityNode, PackageClaim, Score, Source, Standing};
use mainstay_base::note::{Gravity, Notes, Unreadable};

use super::Sink;
use super::affected::Affected;
use super::documents::each;
use super::fields::{check_date, lax, parse};
use super::nvd2::{Configuration, CvssData, Text, in_english, root};

/// Reads one document.
pub(super) fn read(reader: &mut dyn BufRead, array: bool, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("CVE JSON 5", "CVE");
    each(reader, array, sink, &mut |raw, place, sink| {
        let outcome = advisory(raw, &place, &mut sink.report.notes);
        sink.advisory(raw, place, outcome)
    })
}

/// A delta list names changed records but contains none; a remark reports that.
pub(super) fn read_delta(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("CVE List delta", "CVE");
    // An object takes the same path as an array: its members are skipped.
    each(reader, true, sink, &mut |_, _, _| Ok(()))?;
    let text = "a list of changed records that contains none of them: import the records themselves";
    sink.report.notes.add(Gravity::Info, "document", text);
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(default, deserialize_with = "lax")]
    data_version: Option<String>,
    cve_metadata: Metadata,
    #[serde(default, deserialize_with = "lax")]
    containers: Containers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    cve_id: String,
    #[serde(default, deserialize_with = "lax")]
    state: String,
    #[serde(default, deserialize_with = "lax")]
    date_published: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    date_updated: Option<String>,
}

#[derive(Default, Deserialize)]
struct Containers {
    #[serde(default, deserialize_with = "lax")]
    cna: Container,
    #[serde(default, deserialize_with = "lax")]
    adp: Vec<Container>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    #[serde(default, deserialize_with = "lax")]
    provider_metadata: Provider,
    #[serde(default, deserialize_with = "lax")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    descriptions: Vec<Text>,
    #[serde(default, deserialize_with = "lax")]
    rejected_reasons: Vec<Text>,
    #[serde(default, deserialize_with = "lax")]
    affected: Vec<Affected>,
    #[serde(default, deserialize_with = "lax")]
    cpe_applicability: Vec<Configuration>,
    #[serde(default, deserialize_with = "lax")]
    metrics: Vec<Metric>,
    #[serde(default, deserialize_with = "lax")]
    problem_types: Vec<ProblemType>,
    #[serde(default, deserialize_with = "lax")]
    references: Vec<Reference>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    #[serde(default, deserialize_with = "lax")]
    short_name: Option<String>,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(default, deserialize_with = "lax", rename = "cvssV4_0")]
    v4: CvssData,
    #[serde(default, deserialize_with = "lax", rename = "cvssV3_1")]
    v31: CvssData,
    #[serde(default, deserialize_with = "lax", rename = "cvssV3_0")]
    v30: CvssData,
    #[serde(default, deserialize_with = "lax", rename = "cvssV2_0")]
    v2: CvssData,
}

#[derive(Deserialize)]
struct ProblemType {
    #[serde(default, deserialize_with = "lax")]
    descriptions: Vec<Problem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Problem {
    #[serde(default, deserialize_with = "lax")]
    cwe_id: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default, deserialize_with = "lax")]
    url: String,
}

fn advisory(raw: &str, place: &str, notes: &mut Notes) -> Result<Advisory, Unreadable> {
    let record: Record = parse(raw, place, "", notes)?;
    let Record { data_version, cve_metadata: metadata, containers } = record;
    if metadata.cve_id.trim().is_empty() {
        return Err(Unreadable::at(format!("{place}.cveMetadata.cveId"), "the record has no identifier"));
    }
    if let Some(version) = data_version.filter(|version| !version.starts_with("5.")) {
        let text = format!("data version `{version}`; this program knows 5.x");
        notes.add(Gravity::Warning, format!("{place}.dataVersion"), text);
    }
    check_date(metadata.date_published.as_deref(), place, "cveMetadata.datePublished", notes);
    check_date(metadata.date_updated.as_deref(), place, "cveMetadata.dateUpdated", notes);
    let Containers { mut cna, adp } = containers;
    let description = in_english(std::mem::take(&mut cna.descriptions));
    let reason = in_english(std::mem::take(&mut cna.rejected_reasons));
    let title = cna.title.take();
    let mut claims = Claims::default();
    claims.take(cna);
    adp.into_iter().for_each(|container| claims.take(container));
    let Claims { packages, applicability, scores, weaknesses, references } = claims;
    let standing = match metadata.state.as_str() {
        "REJECTED" => Standing::Rejected(if reason.is_empty() { description.clone() } else { reason }),
        "RESERVED" => Standing::NotAnalysed,
        _ if packages.is_empty() && applicability.is_empty() => Standing::NotAnalysed,
        _ => Standing::Published,
    };
    Ok(Advisory {
        id: metadata.cve_id,
        source: Source::Cve,
        aliases: Vec::new(),
        related: Vec::new(),
        upstream: Vec::new(),
        title,
        description,
        published: metadata.date_published,
        modified: metadata.date_updated,
        standing,
        informational: None,
        packages,
        applicability,
        scores,
        weaknesses,
        references,
    })
}

/// The combined claims of a record's containers.
#[derive(Default)]
struct Claims {
    packages: Vec<PackageClaim>,
    applicability: Vec<ApplicabilityNode>,
    scores: Vec<Score>,
    weaknesses: Vec<String>,
    references: Vec<String>,
}

impl Claims {
    fn take(&mut self, container: Container) {
        let by = container.provider_metadata.short_name;
        self.packages.extend(container.affected.into_iter().map(Affected::claim));
        self.applicability.extend(container.cpe_applicability.into_iter().filter_map(root));
        for Metric { v4, v31, v30, v2 } in container.metrics {
            self.scores.extend([v4, v31, v30, v2].into_iter().filter_map(|cvss| cvss.score(by.clone())));
        }
        let problems = container.problem_types.into_iter().flat_map(|kind| kind.descriptions);
        for weakness in problems.filter_map(|problem| problem.cwe_id) {
            if !self.weaknesses.contains(&weakness) {
                self.weaknesses.push(weakness);
            }
        }
        for Reference { url } in container.references {
            if !self.references.contains(&url) {
                self.references.push(url);
            }
        }
    }
}
