//! The data that a scan is based on: for each source, what it covers, how old that is, and what is missing.
//!
//! Each part of a source is as old as its oldest file that still supplies current records. A file is superseded by a later file with the same
//! name and source, and by later files that contain all of its records again. Files with one record each, as some sources publish them, form
//! one collection: it is as old as its newest record. What an update found unchanged at its publisher is as old as that update.

use std::collections::{BTreeMap, BTreeSet};

use super::ScanOptions;
use super::whole::{self, Content, File};
use crate::cache::Cache;
use crate::model::advisory::Source;
use crate::model::matching::{Coverage, SourceFacts};
use crate::refused::Refused;
use crate::work::advisories::{SourceStatus, age, body};

/// The data that a scan is based on.
pub(super) struct Basis {
    /// The facts about each source, by its name.
    pub(super) facts: BTreeMap<String, SourceFacts>,
    /// Whether an imported file contains exploitation or prediction entries.
    pub(super) joins: bool,
    /// The files that supply current records.
    pub(super) current: BTreeSet<i64>,
}

/// The files of one source.
#[derive(Default)]
struct SourceFiles {
    kind: Option<Source>,
    /// By their numbers.
    files: BTreeMap<i64, Content>,
}

impl Basis {
    /// The basis of a scan with this cache; `files` maps the number of a file to its position in `sources`.
    pub(super) fn of(
        cache: &Cache,
        sources: &[SourceStatus],
        files: &BTreeMap<i64, usize>,
        options: &ScanOptions,
    ) -> Result<Self, Refused> {
        let current: BTreeSet<i64> = cache.files_with_current_records()?.into_iter().collect();
        let source_of = |file: &i64| files.get(file).and_then(|at| sources.get(*at));
        let mut joins = false;
        let mut by_source: BTreeMap<String, SourceFiles> = BTreeMap::new();
        for (file, covered) in cache.coverage()? {
            let Some(source) = source_of(&file).filter(|_| current.contains(&file)) else { continue };
            let entry = by_source.entry(source.name.clone()).or_default();
            let content = entry.files.entry(file).or_default();
            match body::Covered::parse(&covered) {
                Some(body::Covered::Joined) => joins = true,
                Some(body::Covered::Kind(kind)) => entry.kind = Some(kind),
                Some(body::Covered::Part(part)) => drop(content.parts.insert(part)),
                Some(body::Covered::Page(page)) => content.pages.push(page),
                Some(body::Covered::Held(part, count)) => drop(content.held.insert(part, count)),
                Some(body::Covered::Counted(count)) => content.counted = count,
                Some(body::Covered::Whole) => content.declared = true,
                None => {}
            }
        }
        let facts = by_source.into_iter().filter_map(|(name, all)| {
            let kind = all.kind?;
            let files: BTreeMap<i64, File<'_>> = all
                .files
                .into_iter()
                .filter_map(|(id, content)| Some((id, File { status: source_of(&id)?, content })))
                .collect();
            Some((name.clone(), facts_of(&name, kind, &files, options)))
        });
        Ok(Self { facts: facts.collect(), joins, current })
    }
}

/// The facts about one source. A file is superseded by a later one of the same name for each part for which that one answers.
fn facts_of(name: &str, kind: Source, files: &BTreeMap<i64, File<'_>>, options: &ScanOptions) -> SourceFacts {
    let mut newest: BTreeMap<(&Coverage, &str), i64> = BTreeMap::new();
    for (id, file) in files {
        for part in file.answers_for() {
            newest.insert((part, file.status.file.as_str()), *id);
        }
    }
    let mut parts: BTreeMap<&Coverage, Vec<&File<'_>>> = BTreeMap::new();
    for ((part, _), id) in &newest {
        parts.entry(part).or_default().extend(files.get(id));
    }
    let current: BTreeSet<i64> = newest.values().copied().collect();
    let current: Vec<&File<'_>> = current.iter().filter_map(|id| files.get(id)).collect();
    let mut facts = SourceFacts {
        source: kind,
        covers: BTreeMap::new(),
        allowed_days: Some(options.max_age_days),
        gaps: whole::gaps(name, kind, &current, options.today),
        partial: BTreeMap::new(),
    };
    for (part, files) in parts {
        let statuses: Vec<&SourceStatus> = files.iter().map(|file| file.status).collect();
        facts.covers.insert(part.clone(), age(&statuses));
        let gap = if kind == Source::Osv { whole::gap_of_part(name, part, &files) } else { None };
        facts.partial.extend(gap.map(|gap| (part.clone(), gap)));
    }
    facts
}
