//! Searches the cache for subjects, and makes the evidence of what was found.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::parts::{
    EvidenceRecord, HitRecord, SearchHit, SearchOptions, SearchProgram, SearchResult, SearchScore,
    SearchSource, SearchSubject, SearchedSubject, SourceResult,
};
use super::{FORMAT, KIND, SearchRun, canonical, digest_of_hit};
use crate::model::component::Component;
use crate::model::matching::{Outcome, Verdict};
use crate::model::purl::Purl;
use crate::refused::Refused;
use crate::work::advisories::body;
use crate::work::scan::{
    Checked, FoundAdvisory, FoundRecord, ScanOptions, ScannedComponent, Scanner, Score, each,
};

/// Maximum number of subjects of one search.
pub(super) const SUBJECTS_MAX: usize = 50_000;
/// Maximum length of an identifier of a subject, in bytes.
pub(super) const DESIGNATOR_BYTES_MAX: usize = 4096;
/// Maximum number of CPE names of a subject.
pub(super) const CPES_MAX: usize = 100;

/// Searches the cache in `folder` for subjects. `go_on` receives the share that is done and returns whether to continue.
///
/// # Errors
/// When there is no subject or a subject cannot be searched for, when there is no advisory data, when the cache cannot be read, and when it was
/// cancelled.
pub fn run_search(
    subjects: &[SearchSubject],
    folder: &Path,
    options: &SearchOptions,
    go_on: &(dyn Fn(f32) -> bool + Sync),
) -> Result<SearchRun, Refused> {
    check(subjects)?;
    let subjects: BTreeSet<&SearchSubject> = subjects.iter().collect();
    let components: Vec<Component> =
        subjects.iter().enumerate().map(|(at, subject)| subject.component(at)).collect();
    let scan_options = ScanOptions {
        today: options.today,
        max_age_days: options.max_age_days,
        all: false,
        knowledge: options.knowledge.clone(),
    };
    let scanner = Scanner::open(folder, &scan_options, &components)?.with_fixes();
    let collector = Collector { scanner: &scanner, known: Mutex::default() };
    let mut searched = Vec::with_capacity(components.len());
    let make = |component: &Component| collector.searched(scanner.component(component)?);
    each(&components, go_on, &make, &mut |found| {
        searched.push(found);
        true
    })?;
    let subjects = subjects
        .into_iter()
        .zip(searched)
        .map(|(subject, found)| SearchedSubject { subject: subject.clone(), ..found })
        .collect();
    Ok(SearchRun {
        kind: KIND.to_owned(),
        format: FORMAT,
        program: SearchProgram { name: "Mainstay".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        on: options.today,
        max_age_days: options.max_age_days,
        knowledge: options.knowledge.clone(),
        sources: sources(&scanner),
        subjects,
        records: collector.into_records(),
    })
}

/// Refuses subjects that cannot be searched for, all at once.
fn check(subjects: &[SearchSubject]) -> Result<(), Refused> {
    if subjects.is_empty() {
        return Err(Refused::Rule(
            "there is nothing to search for; choose releases whose baseline lists SOUP".to_owned(),
        ));
    }
    if subjects.len() > SUBJECTS_MAX {
        return Err(Refused::Rule(format!(
            "{} SOUP items are too many for one search, which takes at most {SUBJECTS_MAX}; search in parts",
            subjects.len()
        )));
    }
    let wrong: Vec<String> = subjects.iter().filter_map(problem).take(20).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Refused::Rule(wrong.join("; "))) }
}

/// Why a subject cannot be searched for.
pub(super) fn problem(subject: &SearchSubject) -> Option<String> {
    let SearchSubject { item, version, purl, cpes } = subject;
    let shown: String = item.chars().take(80).collect();
    let why = if item.trim().is_empty() {
        "has no name; name it in the baseline"
    } else if version.trim().is_empty() {
        "has no version; SOUP is identified by its exact version"
    } else if [item, version, purl].into_iter().chain(cpes).any(|text| text.len() > DESIGNATOR_BYTES_MAX) {
        "has a designator of more than 4096 bytes; shorten it"
    } else if cpes.len() > CPES_MAX {
        "has more than 100 CPE names; keep those of this product"
    } else {
        return None;
    };
    Some(format!("the SOUP item {shown:?} {why}"))
}

impl SearchSubject {
    /// It as a component for the engine, with its place as reference. A package URL gives group and name.
    pub fn component(&self, at: usize) -> Component {
        let of_purl = Purl::parse(&self.purl).ok().map(|purl| (purl.namespace, purl.name));
        let (group, name) = of_purl.unwrap_or_else(|| match self.item.rsplit_once('/') {
            Some((group, name)) if !group.is_empty() && !name.trim().is_empty() => {
                (Some(group.to_owned()), name.to_owned())
            }
            Some(_) | None => (None, self.item.clone()),
        });
        Component {
            reference: at.to_string(),
            name,
            group,
            version: Some(self.version.clone()),
            purls: Some(self.purl.clone()).filter(|purl| !purl.is_empty()).into_iter().collect(),
            cpes: self.cpes.clone(),
            ..Component::default()
        }
    }
}

/// The files that supply current records, sorted.
fn sources(scanner: &Scanner<'_>) -> Vec<SearchSource> {
    let mut sources: Vec<SearchSource> = scanner
        .current_sources()
        .map(|one| SearchSource {
            name: one.name.clone(),
            file: one.file.clone(),
            sha256: one.sha256.clone(),
            format: one.format.clone(),
            data_date: one.data_date.clone(),
            age_days: one.age_days,
            too_old: one.too_old,
            records: one.records,
            refused: one.refused,
        })
        .collect();
    sources.sort();
    sources
}

/// A record of the cache as evidence.
struct Collected {
    digest: String,
    cwe: BTreeSet<String>,
    record: EvidenceRecord,
}

/// Collects the records that matched, each once.
struct Collector<'s, 'o> {
    scanner: &'s Scanner<'o>,
    /// By their numbers in the cache.
    known: Mutex<HashMap<i64, Arc<Collected>>>,
}

impl Collector<'_, '_> {
    fn into_records(self) -> BTreeMap<String, EvidenceRecord> {
        let known = self.known.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut records: BTreeMap<String, EvidenceRecord> = BTreeMap::new();
        for collected in known.into_values() {
            let (digest, record) = match Arc::try_unwrap(collected) {
                Ok(one) => (one.digest, one.record),
                Err(shared) => (shared.digest.clone(), shared.record.clone()),
            };
            // Two records may have the same value: then it is held once, with all their files.
            let held = records.entry(digest).or_insert_with(|| record.clone());
            held.files.extend(record.files);
            held.files.sort();
            held.files.dedup();
            held.kind = held.kind.clone().min(record.kind);
        }
        records
    }

    fn collected(&self, found: &FoundRecord) -> Result<Arc<Collected>, Refused> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(collected) = known().get(&found.number) {
            return Ok(Arc::clone(collected));
        }
        let read = self.scanner.cache().text_of(found.number)?;
        let (kind, value) = match read {
            Some((kind, raw)) => (kind, canonical::value_of(&body::text(&raw)?)),
            None => (String::new(), Value::Null),
        };
        let mut cwe = BTreeSet::new();
        weaknesses(&value, &mut cwe);
        let value = canonical::cut(value);
        let record = EvidenceRecord { files: vec![found.file_sha256.clone()], kind, value };
        let collected = Arc::new(Collected { digest: canonical::digest(&record.value), cwe, record });
        known().insert(found.number, Arc::clone(&collected));
        Ok(collected)
    }

    fn searched(&self, component: ScannedComponent) -> Result<SearchedSubject, Refused> {
        let mut hits = Vec::with_capacity(component.verdicts.len());
        let mut matched: HashMap<String, u64> = HashMap::new();
        for found in component.verdicts {
            for record in found.records.iter().filter(|record| record.verdict != Verdict::NotAffected) {
                *matched.entry(record.source.clone()).or_default() += 1;
            }
            hits.push(self.hit(found)?);
        }
        let of = |checked| source_result(checked, &matched);
        let results = component.checked.into_iter().map(of).collect();
        Ok(SearchedSubject { subject: SearchSubject::default(), results, hits, support: component.support })
    }

    fn hit(&self, found: FoundAdvisory) -> Result<SearchHit, Refused> {
        let (mut cwe, mut fixed) = (BTreeSet::new(), BTreeSet::new());
        let mut records = Vec::with_capacity(found.records.len());
        for record in found.records {
            let collected = self.collected(&record)?;
            cwe.extend(collected.cwe.iter().cloned());
            fixed.extend(record.fixed);
            records.push(HitRecord {
                source: record.source,
                id: record.id,
                sha256: collected.digest.clone(),
                verdict: record.verdict.word().to_owned(),
                range: record.why.map(|why| why.range).unwrap_or_default(),
            });
        }
        records.sort();
        let mut aliases = found.aliases;
        aliases.sort();
        let why = found.why;
        Ok(SearchHit {
            id: found.id,
            aliases,
            title: found.title,
            verdict: found.verdict.to_owned(),
            condition: found.condition,
            identifier: why.as_ref().map(|why| why.identifier.clone()),
            range: why.as_ref().map(|why| why.range.clone()).unwrap_or_default(),
            why: why.map(|why| why.words),
            fixed: fixed.into_iter().collect(),
            informational: found.informational,
            withdrawn: found.withdrawn,
            not_analysed: found.not_analysed,
            cvss: found.cvss.into_iter().map(score).collect(),
            cwe: cwe.into_iter().collect(),
            digest: digest_of_hit(&records, found.kev.is_some()),
            kev: found.kev,
            epss: found.epss,
            records,
        })
    }
}

fn score(score: Score) -> SearchScore {
    SearchScore {
        vector: score.vector,
        version: score.version.map(str::to_owned),
        score: score.score,
        severity: score.severity.map(str::to_owned),
        by: score.by,
    }
}

fn source_result(checked: Checked, matched: &HashMap<String, u64>) -> SourceResult {
    SourceResult {
        result: match checked.outcome {
            Outcome::Found => SearchResult::Found,
            Outcome::NothingFound => SearchResult::NothingFound,
            Outcome::CouldNotBeChecked => SearchResult::NotChecked,
        },
        records: matched.get(&checked.source).copied().unwrap_or_default(),
        source: checked.source,
        identifier: checked.identifier,
        obstacle: checked.obstacle,
        why: checked.reason,
    }
}

/// The CWE identifiers anywhere in a record: each format has its own place for them, none uses such a text for anything else.
fn weaknesses(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => {
            let number = text.strip_prefix("CWE-").unwrap_or_default();
            if (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) {
                found.insert(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| weaknesses(item, found)),
        Value::Object(members) => members.values().for_each(|member| weaknesses(member, found)),
    }
}
