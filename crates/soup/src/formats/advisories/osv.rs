//! The OSV format, schema 1.x: one record, an array of them, or JSON lines; from any publisher.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use crate::model::advisory::{
    Advisory, ClaimStatus, Interval, PackageClaim, Score, Source, Standing, Versions,
};
use mainstay_base::note::{Gravity, Notes, Unreadable};

use crate::model::matching::repository;
use crate::model::version::{self, EventKind, Scheme, intervals_of_events};

use super::Sink;
use super::documents::each;
use super::fields::{check_date, lax, parse};

/// Names of publishers by the prefix of their identifiers; the OSV schema lists the prefixes.
const PUBLISHERS: [(&str, &str); 17] = [
    ("RUSTSEC-", "RustSec"),
    ("PYSEC-", "PyPA"),
    ("GHSA-", "GitHub"),
    ("GO-", "Go"),
    ("MAL-", "OpenSSF malicious packages"),
    ("CVE-", "OSV (CVE)"),
    ("OSV-", "OSS-Fuzz"),
    ("DSA-", "Debian"),
    ("DLA-", "Debian"),
    ("DEBIAN-", "Debian"),
    ("USN-", "Ubuntu"),
    ("UBUNTU-", "Ubuntu"),
    ("ALPINE-", "Alpine"),
    ("RHSA-", "Red Hat"),
    ("SUSE-", "SUSE"),
    ("ALSA-", "AlmaLinux"),
    ("RLSA-", "Rocky Linux"),
];
const UNKNOWN_PUBLISHER: &str = "OSV";

/// Reads one document.
pub(super) fn read(reader: &mut dyn BufRead, array: bool, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    "OSV".clone_into(&mut sink.report.format);
    let mut publisher: Option<&str> = None;
    each(reader, array, sink, &mut |raw, place, sink| {
        let outcome = advisory(raw, &place, &mut sink.report.notes);
        if let Ok(advisory) = &outcome {
            let of = publisher_of(&advisory.id);
            publisher =
                Some(if publisher.is_none_or(|before| before == of) { of } else { UNKNOWN_PUBLISHER });
        }
        sink.advisory(raw, place, outcome)
    })?;
    publisher.unwrap_or(UNKNOWN_PUBLISHER).clone_into(&mut sink.report.source);
    Ok(())
}

fn publisher_of(id: &str) -> &'static str {
    let found = PUBLISHERS.iter().find(|(prefix, _)| id.starts_with(prefix));
    found.map_or(UNKNOWN_PUBLISHER, |(_, name)| name)
}

#[derive(Deserialize)]
struct Record {
    id: String,
    #[serde(default, deserialize_with = "lax")]
    schema_version: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    modified: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    published: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    withdrawn: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    aliases: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    related: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    upstream: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    summary: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    details: String,
    #[serde(default, deserialize_with = "lax")]
    severity: Vec<Severity>,
    #[serde(default, deserialize_with = "lax")]
    affected: Vec<Affected>,
    #[serde(default, deserialize_with = "lax")]
    references: Vec<Reference>,
    #[serde(default, deserialize_with = "lax")]
    database_specific: RecordSpecific,
}

/// Additions of publishers that this program knows; any form is accepted.
#[derive(Default, Deserialize)]
struct RecordSpecific {
    #[serde(default)]
    cwe_ids: Value,
    #[serde(default)]
    informational: Value,
}

#[derive(Deserialize)]
struct Severity {
    #[serde(default, deserialize_with = "lax", rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "lax")]
    score: String,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default, deserialize_with = "lax")]
    url: String,
}

#[derive(Deserialize)]
struct Affected {
    #[serde(default, deserialize_with = "lax")]
    package: Option<Package>,
    #[serde(default, deserialize_with = "lax")]
    severity: Vec<Severity>,
    #[serde(default, deserialize_with = "lax")]
    ranges: Vec<Range>,
    #[serde(default, deserialize_with = "lax")]
    versions: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    ecosystem_specific: EcosystemSpecific,
    #[serde(default, deserialize_with = "lax")]
    database_specific: AffectedSpecific,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: String,
    name: String,
    #[serde(default, deserialize_with = "lax")]
    purl: Option<String>,
}

#[derive(Deserialize)]
struct Range {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "lax")]
    repo: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    #[serde(default, deserialize_with = "lax")]
    introduced: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    fixed: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    last_affected: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    limit: Option<String>,
}

/// RustSec's and Go's limits of a claim; any form is accepted.
#[derive(Default, Deserialize)]
struct EcosystemSpecific {
    #[serde(default)]
    affects: Value,
    #[serde(default)]
    imports: Value,
}

#[derive(Default, Deserialize)]
struct AffectedSpecific {
    #[serde(default)]
    informational: Value,
    #[serde(default)]
    cwes: Value,
}

fn advisory(raw: &str, place: &str, notes: &mut Notes) -> Result<Advisory, Unreadable> {
    let record: Record = parse(raw, place, "", notes)?;
    if record.id.trim().is_empty() {
        return Err(Unreadable::at(format!("{place}.id"), "the record has no identifier"));
    }
    for (name, date) in
        [("modified", &record.modified), ("published", &record.published), ("withdrawn", &record.withdrawn)]
    {
        check_date(date.as_deref(), place, name, notes);
    }
    if let Some(version) = record.schema_version.as_deref().filter(|version| !version.starts_with("1.")) {
        let text = format!("schema version `{version}` is newer than the 1.x that this program knows");
        notes.add(Gravity::Warning, format!("{place}.schema_version"), text);
    }
    let informational = record.affected.iter().map(|affected| &affected.database_specific.informational);
    let informational =
        informational.chain([&record.database_specific.informational]).find_map(Value::as_str);
    let severities = record.severity.into_iter().map(score);
    let mut scores: Vec<_> = severities.collect();
    let mut weaknesses = texts(&record.database_specific.cwe_ids);
    let mut references: Vec<_> = record.references.into_iter().map(|reference| reference.url).collect();
    let informational = informational.map(str::to_owned);
    let mut packages = Vec::new();
    for (at, mut affected) in record.affected.into_iter().enumerate() {
        push_new(&mut scores, affected.severity.drain(..).map(score));
        push_new(&mut weaknesses, cwes(&affected.database_specific.cwes));
        push_new(&mut references, affected.ranges.iter().filter_map(|range| range.repo.clone()));
        packages.push(claim(affected, &format!("{place}.affected[{at}]"), notes));
    }
    Ok(Advisory {
        id: record.id,
        source: Source::Osv,
        aliases: record.aliases,
        related: record.related,
        upstream: record.upstream,
        title: record.summary,
        description: record.details,
        published: record.published,
        modified: record.modified,
        standing: record.withdrawn.map_or(Standing::Published, Standing::Withdrawn),
        informational,
        packages,
        applicability: Vec::new(),
        scores,
        weaknesses,
        references,
    })
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, items: impl Iterator<Item = T>) {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

/// A CVSS vector; words of other scales (`Ubuntu`: `medium`) stay words.
fn score(severity: Severity) -> Score {
    if severity.kind.starts_with("CVSS") {
        Score { vector: severity.score, by: None, base_score: None }
    } else {
        Score { vector: String::new(), by: Some(severity.kind), base_score: Some(severity.score) }
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn cwes(value: &Value) -> impl Iterator<Item = String> {
    let entries = value.as_array().into_iter().flatten();
    entries.filter_map(|entry| entry.get("cweId").and_then(Value::as_str)).map(str::to_owned)
}

fn claim(affected: Affected, place: &str, notes: &mut Notes) -> PackageClaim {
    let Affected { package, ranges, versions: listed, ecosystem_specific, .. } = affected;
    let repository = ranges.iter().find_map(|range| range.repo.clone());
    let ecosystem = package.as_ref().map_or("", |package| package.ecosystem.as_str());
    let mut versions: Vec<_> = ranges
        .into_iter()
        .enumerate()
        .map(|(at, range)| range_of(range, ecosystem, &format!("{place}.ranges[{at}]"), notes))
        .collect();
    if !listed.is_empty() {
        versions.push(Versions { order: "ECOSYSTEM".to_owned(), listed, ..Versions::default() });
    }
    if versions.is_empty() {
        notes.add(Gravity::Warning, place, "it names no version and no range");
    }
    // OSS-Fuzz and similar sources name projects differently from packages.
    let unknown = |package: &Package| matches!(package.ecosystem.as_str(), "" | "GIT" | "OSS-Fuzz");
    let package = package.map(|package| match &repository {
        Some(address) if package.purl.is_none() && unknown(&package) => {
            Package { purl: of_repository(address).purl, ..package }
        }
        Some(_) | None => package,
    });
    let package = package.unwrap_or_else(|| match repository {
        Some(address) => of_repository(&address),
        None => Package { ecosystem: String::new(), name: String::new(), purl: None },
    });
    PackageClaim {
        ecosystem: package.ecosystem,
        vendor: None,
        product: None,
        name: package.name,
        purl: package.purl,
        cpes: Vec::new(),
        versions,
        otherwise: None,
        conditions: conditions(&ecosystem_specific),
    }
}

/// A project identified only by its repository: its package URL at a known forge, otherwise its name at the end of the address.
fn of_repository(address: &str) -> Package {
    let purl = repository(address);
    let last = address.trim_end_matches('/').rsplit('/').next().unwrap_or(address);
    Package {
        ecosystem: "GIT".to_owned(),
        name: last.strip_suffix(".git").unwrap_or(last).to_owned(),
        purl: purl.map(|purl| purl.bare()),
    }
}

/// The limits of a claim in addition to the version: RustSec's `affects`, Go's `imports`.
fn conditions(specific: &EcosystemSpecific) -> Vec<String> {
    let mut found = Vec::new();
    for (key, word) in [("os", "operating system"), ("arch", "architecture"), ("functions", "function")] {
        for text in specific.affects.get(key).map(texts).unwrap_or_default() {
            found.push(format!("{word}: {text}"));
        }
    }
    for import in specific.imports.as_array().into_iter().flatten() {
        let path = import.get("path").and_then(Value::as_str).unwrap_or_default();
        let symbols = import.get("symbols").map(texts).unwrap_or_default();
        if symbols.is_empty() {
            found.push(format!("module: {path}"));
        }
        found.extend(symbols.iter().map(|symbol| format!("function: {path}.{symbol}")));
    }
    found
}

fn range_of(range: Range, ecosystem: &str, place: &str, notes: &mut Notes) -> Versions {
    let scheme = Scheme::of_claim(&range.kind, ecosystem);
    Versions {
        status: ClaimStatus::Affected,
        order: range.kind,
        listed: Vec::new(),
        intervals: intervals(range.events, scheme, place, notes),
    }
}

/// Events for the version order; those that only limit a search of commits are dropped.
fn intervals(events: Vec<Event>, scheme: Option<Scheme>, place: &str, notes: &mut Notes) -> Vec<Interval> {
    let mut known: Vec<_> = events.into_iter().flat_map(Event::known).collect();
    if !known.is_empty() && known.iter().all(|event| event.kind != EventKind::Introduced) {
        notes.add(Gravity::Warning, place, "no `introduced`: taken as affected from the first version on");
        known.insert(0, version::Event { kind: EventKind::Introduced, version: "0".to_owned() });
    }
    intervals_of_events(scheme, &known)
}

impl Event {
    fn known(self) -> impl Iterator<Item = version::Event> {
        let kinds = [
            (EventKind::Introduced, self.introduced),
            (EventKind::Fixed, self.fixed),
            (EventKind::LastAffected, self.last_affected),
            (EventKind::Limit, self.limit),
        ];
        kinds.into_iter().filter_map(|(kind, version)| Some(version::Event { kind, version: version? }))
    }
}
