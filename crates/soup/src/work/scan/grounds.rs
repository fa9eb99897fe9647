//! What a scan may rely on: for each source what it covers, how old that is, and in which ways it is not whole.
//!
//! Data counts as old as the oldest file that still tells something, for each part of what it covers. A file is superseded by a later one of
//! the same name and source, and by later files that told all of its records again. Files of one record each, as some sources publish, are one
//! collection: it is as old as its newest record.

use std::collections::{BTreeMap, BTreeSet};

use super::ScanOptions;
use crate::cache::Cache;
use crate::formats::advisories::Part;
use crate::model::advisory::Source;
use crate::model::matching::{Coverage, SourceFacts};
use crate::refused::Refused;
use crate::work::advisories::{SourceStatus, body};

/// What a scan may rely on.
pub(super) struct Grounds {
    /// What is known of each source, by its name.
    pub(super) facts: BTreeMap<String, SourceFacts>,
    /// Whether some file tells of exploitation or prediction.
    pub(super) joins: bool,
}

/// What is gathered of one source.
#[derive(Default)]
struct Gathered {
    kind: Option<Source>,
    /// By part of what it covers and name of the file: the newest such file.
    parts: BTreeMap<(Coverage, String), i64>,
    /// Pages by name of the file.
    pages: BTreeMap<String, (i64, Vec<Part>)>,
}

impl Grounds {
    /// Of the files in a cache; `files` has the position in `sources` by number.
    pub(super) fn of(
        cache: &Cache,
        sources: &[SourceStatus],
        files: &BTreeMap<i64, usize>,
        options: &ScanOptions,
    ) -> Result<Self, Refused> {
        let telling: BTreeSet<i64> = cache.telling()?.into_iter().collect();
        let source_of = |file: &i64| files.get(file).and_then(|at| sources.get(*at));
        let mut joins = false;
        let mut gathered: BTreeMap<String, Gathered> = BTreeMap::new();
        for (file, covered) in cache.coverage()? {
            let Some(source) = source_of(&file).filter(|_| telling.contains(&file)) else { continue };
            let entry = gathered.entry(source.name.clone()).or_default();
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
        let facts = gathered.into_iter().filter_map(|(name, all)| {
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
        Ok(Self { facts: facts.collect(), joins })
    }
}

impl Gathered {
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

    /// In which ways the data is not whole.
    fn gaps<'s>(&self, name: &str, source_of: &dyn Fn(&i64) -> Option<&'s SourceStatus>) -> Vec<String> {
        let mut gaps = Vec::new();
        let mut wholes: BTreeMap<u64, Vec<Part>> = BTreeMap::new();
        for page in self.pages.values().flat_map(|(_, pages)| pages) {
            wholes.entry(page.total).or_default().push(*page);
        }
        for (total, mut pages) in wholes {
            let here = covered(&mut pages);
            if here < total {
                gaps.push(format!("{name} announces {total} records, and {here} of them are here"));
            }
        }
        let files: BTreeSet<&i64> = self.parts.values().collect();
        let files: Vec<&SourceStatus> = files.into_iter().filter_map(source_of).collect();
        if files.iter().map(|source| source.records).sum::<u64>() == 1 {
            gaps.push(format!(
                "a single record of {name} is here, which says nothing of what others would say"
            ));
        }
        let refused = files.into_iter().filter(|source| source.refused > 0);
        gaps.extend(
            refused.map(|source| format!("{} records of {} could not be read", source.refused, source.file)),
        );
        gaps
    }
}

/// How old files are together.
fn age(files: &[&SourceStatus]) -> Option<u32> {
    let days =
        |source: &SourceStatus| source.age_days.map(|days| u32::try_from(days.max(0)).unwrap_or(u32::MAX));
    let (single, many): (Vec<&SourceStatus>, Vec<&SourceStatus>) =
        files.iter().partition(|source| source.records <= 1);
    let newest_single = single.into_iter().filter_map(days).min();
    let oldest = many.into_iter().map(days).collect::<Option<Vec<u32>>>()?.into_iter().max();
    oldest.into_iter().chain(newest_single).max()
}

/// How many records pages cover together.
fn covered(pages: &mut [Part]) -> u64 {
    pages.sort_unstable_by_key(|page| page.start);
    let mut end = 0;
    let mut here = 0;
    for page in pages {
        let last = page.start.saturating_add(page.count);
        here += last.saturating_sub(page.start.max(end));
        end = end.max(last);
    }
    here
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
