//! CVE records in JSON 5 as the CVE List publishes them: one record, or an array of them.

use std::io::BufRead;

use serde::Deserialize;

use crate::model::advisory::{
    Advisory, ApplicabilityNode, Bound, ClaimStatus, Interval, PackageClaim, Score, Source, Standing,
    Versions,
};
use mainstay_base::note::{Gravity, Notes, Unreadable};

use super::Sink;
use super::documents::each;
use super::fields::{check_date, lax, parse};
use super::nvd2::{Configuration, CvssData, Text, in_english, root};

/// Reads one document.
pub(super) fn read(reader: &mut dyn BufRead, array: bool, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.told("CVE JSON 5", "CVE");
    each(reader, array, sink, &mut |raw, place, sink| {
        let outcome = advisory(raw, &place, &mut sink.report.notes);
        sink.advisory(raw, place, outcome)
    })
}

/// A delta list names records that changed and holds none: that is said.
pub(super) fn read_delta(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.told("CVE List delta", "CVE");
    // An object goes through the same walk as an array: its members are passed over.
    each(reader, true, sink, &mut |_, _, _| Ok(()))?;
    let text = "a list of changed records that holds none of them: import the records themselves";
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

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Affected,
    Unaffected,
    Unknown,
}

impl Status {
    fn claim(self) -> ClaimStatus {
        match self {
            Self::Affected => ClaimStatus::Affected,
            Self::Unaffected => ClaimStatus::NotAffected,
            Self::Unknown => ClaimStatus::Unknown,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Affected {
    #[serde(default, deserialize_with = "lax")]
    vendor: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    product: Option<String>,
    #[serde(default, deserialize_with = "lax", rename = "collectionURL")]
    collection_url: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    package_name: Option<String>,
    #[serde(default, deserialize_with = "lax", rename = "packageURL")]
    package_url: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    cpes: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    modules: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    program_files: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    program_routines: Vec<Routine>,
    #[serde(default, deserialize_with = "lax")]
    platforms: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    default_status: Option<Status>,
    #[serde(default, deserialize_with = "lax")]
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Routine {
    #[serde(default, deserialize_with = "lax")]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    version: String,
    status: Status,
    #[serde(default, deserialize_with = "lax")]
    version_type: String,
    #[serde(default, deserialize_with = "lax")]
    less_than: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    less_than_or_equal: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    at: String,
    status: Status,
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

/// What the containers of a record claim together.
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
        self.packages.extend(container.affected.into_iter().map(claim));
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

fn claim(affected: Affected) -> PackageClaim {
    let lists =
        [("platform", affected.platforms), ("module", affected.modules), ("file", affected.program_files)];
    let mut conditions: Vec<_> = lists
        .into_iter()
        .flat_map(|(word, list)| list.into_iter().map(move |text| format!("{word}: {text}")))
        .collect();
    conditions
        .extend(affected.program_routines.into_iter().map(|routine| format!("function: {}", routine.name)));
    PackageClaim {
        ecosystem: affected.package_name.as_ref().and(affected.collection_url).unwrap_or_default(),
        vendor: affected.vendor,
        name: affected.package_name.or(affected.product).unwrap_or_default(),
        purl: affected.package_url,
        cpes: affected.cpes,
        versions: affected.versions.into_iter().flat_map(versions).collect(),
        otherwise: affected.default_status.map(Status::claim),
        conditions,
    }
}

/// One entry: a single version, or an interval that its changes cut in pieces of their own status.
fn versions(entry: Version) -> Vec<Versions> {
    let Version { version, status, version_type: order, less_than, less_than_or_equal, changes } = entry;
    let unbounded = |version: &str| matches!(version, "*" | "unspecified");
    let end = match (less_than, less_than_or_equal) {
        (Some(version), _) => Some(Bound { version, included: false }),
        (None, Some(version)) => Some(Bound { version, included: true }),
        (None, None) => None,
    };
    let Some(end) = end else {
        return vec![Versions {
            status: status.claim(),
            order,
            listed: vec![version],
            intervals: Vec::new(),
        }];
    };
    let to = (!unbounded(&end.version)).then_some(end);
    let first = !unbounded(&version) && version != "0";
    let mut from = first.then_some(Bound { version, included: true });
    let mut status = status.claim();
    let mut found = Vec::new();
    let mut push = |status, from, to| {
        let intervals = vec![Interval { from, to }];
        found.push(Versions { status, order: order.clone(), listed: Vec::new(), intervals });
    };
    for change in changes {
        let at = |included| Some(Bound { version: change.at.clone(), included });
        push(status, from, at(false));
        (from, status) = (at(true), change.status.claim());
    }
    push(status, from, to);
    found
}
