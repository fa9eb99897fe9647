//! The data that a scan is based on: for each source, what it covers, how old that is, and what is missing.
//!
//! Each part of a source is as old as its oldest file that still supplies current records. A file is superseded by a later file with the same
//! name and source, and by later files that contain all of its records again. Files with one record each, as some sources publish them, form
//! one collection: it is as old as its newest record. What an update found unchanged at its publisher is as old as that update.

use std::collections::{BTreeMap, BTreeSet};

use super::ScanOptions;
use crate::cache::Cache;
use crate::formats::advisories::Part;
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
    /// The number of the newest file for each part of the source and each file name.
    parts: BTreeMap<(Coverage, String), i64>,
    /// The number and the pages of the newest file with each name.
    pages: BTreeMap<String, (i64, Vec<Part>)>,
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
            match body::Covered::parse(&covered) {
                Some(body::Covered::Joined) => joins = true,
                Some(body::Covered::Kind(kind)) => entry.kind = Some(kind),
                Some(body::Covered::Part(part)) => {
                    let newest = entry.parts.entry((part, source.file.clone())).or_insert(file);
                    *newest = file.max(*newest);
                }
                Some(body::Covered::Page(page)) => {
                    let pages = entry.pages.entry(source.file.clone()).or_default();
                    if file > pages.0 {
                        *pages = (file, Vec::new());
                    }
                    pages.1.push(page);
                }
                None => {}
            }
        }
        let facts = by_source.into_iter().filter_map(|(name, all)| {
            let kind = all.kind?;
            let gaps = all.gaps(&name, &source_of);
            let facts = SourceFacts {
                source: kind,
                covers: all.ages(&source_of),
                allowed_days: Some(options.max_age_days),
                gaps,
            };
            Some((name, facts))
        });
        Ok(Self { facts: facts.collect(), joins, current })
    }
}

impl SourceFiles {
    /// The age of each part.
    fn ages<'s>(
        &self,
        source_of: &dyn Fn(&i64) -> Option<&'s SourceStatus>,
    ) -> BTreeMap<Coverage, Option<u32>> {
        let mut files: BTreeMap<Coverage, Vec<&SourceStatus>> = BTreeMap::new();
        for ((part, _), file) in &self.parts {
            files.entry(part.clone()).or_default().extend(source_of(file));
        }
        files.into_iter().map(|(part, files)| (part, age(&files))).collect()
    }

    /// What is missing from the data, in words.
    fn gaps<'s>(&self, name: &str, source_of: &dyn Fn(&i64) -> Option<&'s SourceStatus>) -> Vec<String> {
        let mut gaps = Vec::new();
        let mut by_total: BTreeMap<u64, Vec<Part>> = BTreeMap::new();
        // An update fetches every page itself, and says so only when it has the last one.
        let confirmed = |file: &i64| source_of(file).is_some_and(|source| source.confirmed_at.is_some());
        let whole = self.pages.values().any(|(file, _)| confirmed(file));
        for page in self.pages.values().flat_map(|(_, pages)| pages).filter(|_| !whole) {
            by_total.entry(page.total).or_default().push(*page);
        }
        for (total, mut pages) in by_total {
            let present = covered(&mut pages);
            if present < total {
                gaps.push(format!("{name} has {total} records, but only {present} of them were imported"));
            }
        }
        let files: BTreeSet<&i64> = self.parts.values().collect();
        let files: Vec<&SourceStatus> = files.into_iter().filter_map(source_of).collect();
        if files.iter().map(|source| source.records).sum::<u64>() == 1 {
            gaps.push(format!(
                "only a single record of {name} was imported, which says nothing about other vulnerabilities"
            ));
        }
        let refused = files.into_iter().filter(|source| source.refused > 0);
        gaps.extend(
            refused.map(|source| format!("{} records of {} could not be read", source.refused, source.file)),
        );
        gaps
    }
}

/// Number of records that pages cover together.
fn covered(pages: &mut [Part]) -> u64 {
    pages.sort_unstable_by_key(|page| page.start);
    let mut end = 0;
    let mut count = 0;
    for page in pages {
        let last = page.start.saturating_add(page.count);
        count += last.saturating_sub(page.start.max(end));
        end = end.max(last);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_overlap_or_leave_gaps_count_what_they_cover() {
        let page = |start, count| Part { start, count, total: 100 };
        assert_eq!(covered(&mut [page(50, 50), page(0, 50)]), 100);
        assert_eq!(covered(&mut [page(0, 60), page(50, 10), page(80, 20)]), 80);
        assert_eq!(covered(&mut [page(u64::MAX, 5)]), 0);
    }
}
