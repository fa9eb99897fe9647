//! Whether imported data is all that its publisher has. Only then does its silence say something: “nothing found” in a part of the data
//! is “could not be checked”.
//!
//! Data is whole where an update fetched all of it, where it is the archive of its ecosystem, and where it has at least as many records
//! as its publisher is known to have. Everything else is a gap, in words. Hits count in any case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::Datelike as _;

use crate::cache::Cache;
use crate::formats::advisories::Part;
use crate::model::advisory::Source;
use crate::model::matching::Coverage;
use crate::refused::Refused;
use crate::work::advisories::{SourceStatus, body};
use mainstay_base::time::Day;

/// Records that the NVD and the CVE list have at least. Both counted more than 250,000 at the end of 2024 (the dashboard of nvd.nist.gov, the
/// metrics of cve.org), and neither removes any: rejected ones stay.
const CVE_RECORDS_MIN: u64 = 250_000;

/// The first year that has a feed of the NVD. It also holds the CVEs of the years before.
const FIRST_FEED: i32 = 2002;
/// Days of a new year after which its feed is expected.
const FEED_DAYS: i64 = 31;

/// Records about vulnerabilities of an ecosystem that its databases have at least: below what the GitHub Advisory Database (reviewed
/// advisories), the Go, Rust and Python databases, and the trackers of the distributions had at the end of 2025 (osv.dev, without records of
/// malicious packages). Counts that are known: on 2024-04-23 GitHub listed as reviewed 3,434 for Composer, 1,660 for Go, 4,922 for Maven,
/// 3,450 for npm, 594 for NuGet, 2,840 for pip, 823 for RubyGems and 764 for Rust (github.com/advisories); RustSec had 714 records in an
/// earlier copy and 1,022 in April 2026, the Python database 2,661 and 3,230, that of Go 3,079. None of them removes records. An
/// ecosystem that is not listed is whole only as its archive or by an update.
const PART_RECORDS_MIN: &[(&str, u64)] = &[
    ("pkg:apk/alpine", 2_500),
    ("pkg:cargo", 600),
    ("pkg:composer", 3_000),
    ("pkg:deb/debian", 30_000),
    ("pkg:deb/ubuntu", 15_000),
    ("pkg:gem", 700),
    ("pkg:golang", 1_500),
    ("pkg:maven", 4_000),
    ("pkg:npm", 3_000),
    ("pkg:nuget", 500),
    ("pkg:pypi", 3_000),
];

/// How the name of the archive of an ecosystem ends, as osv.dev publishes it.
const ARCHIVE: &str = "all.zip";

/// States of everything in the cache that it is all that its publishers have. Tests work with a few records; this is how they say that
/// these are meant to be all. No command and no screen calls it.
///
/// # Errors
/// When the cache cannot be written.
pub fn declare_whole(folder: &Path) -> Result<(), Refused> {
    Ok(Cache::open(folder)?.declare_whole(body::WHOLE)?)
}

/// What the cache knows about the content of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// The parts that its records are about.
    pub(super) parts: BTreeSet<Coverage>,
    /// Pages of a larger set that it declares.
    pub(super) pages: Vec<Part>,
    /// Number of its records about each part, whatever the release. Empty for a file of one record.
    pub(super) held: BTreeMap<Coverage, u64>,
    /// Number of its records about vulnerabilities of packages.
    pub(super) counted: u64,
    /// Whether it is declared to be whole.
    pub(super) declared: bool,
}

/// A file of a source.
#[derive(Debug, Clone)]
pub(super) struct File<'s> {
    pub(super) status: &'s SourceStatus,
    pub(super) content: Content,
}

impl File<'_> {
    fn is_confirmed(&self) -> bool {
        self.content.declared || self.status.confirmed_at.is_some()
    }

    fn is_single(&self) -> bool {
        self.status.records <= 1
    }

    /// Whether it is about one ecosystem, and about this one: nine in ten of its records are. Others name it beside that.
    fn is_of(&self, part: &Coverage) -> bool {
        let held = self.content.held.get(&part.clone().of_any_release()).copied().unwrap_or_default();
        self.content.counted > 0 && held.saturating_mul(10) >= self.content.counted.saturating_mul(9)
    }

    /// The parts for which it answers. A file about one ecosystem says nothing about others that some of its records name as well.
    pub(super) fn answers_for(&self) -> impl Iterator<Item = &Coverage> {
        let own = !self.content.declared && self.content.parts.iter().any(|part| self.is_of(part));
        self.content.parts.iter().filter(move |part| !own || self.is_of(part))
    }

    /// Whether it is all that is published about a part.
    fn is_whole(&self, part: &Coverage) -> bool {
        self.is_confirmed() || self.is_of(part) && self.status.file.to_lowercase().ends_with(ARCHIVE)
    }

    /// The year of a feed of the NVD, by its name: `nvdcve-2.0-2024.json`.
    fn year(&self) -> Option<i32> {
        let stem = self.status.file.split('.').filter(|part| part.contains('-'));
        stem.filter_map(|part| part.rsplit('-').next()).find_map(|year| {
            let digits = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
            year.parse().ok().filter(|year| digits && *year >= FIRST_FEED)
        })
    }
}

/// What is missing from a source as a whole, in words.
pub(super) fn gaps(name: &str, kind: Source, files: &[&File<'_>], today: Day) -> Vec<String> {
    let mut gaps = match kind {
        Source::Nvd => gaps_of_nvd(name, files, today),
        Source::Cve => too_few(name, count(files.iter().copied(), records), files).into_iter().collect(),
        Source::Osv => Vec::new(),
        Source::Csaf => single(name, files).into_iter().collect(),
    };
    let refused = files.iter().map(|file| file.status).filter(|status| status.refused > 0);
    gaps.extend(
        refused.map(|status| format!("{} records of {} could not be read", status.refused, status.file)),
    );
    gaps
}

fn single(name: &str, files: &[&File<'_>]) -> Option<String> {
    let one = files.iter().map(|file| file.status.records).sum::<u64>() == 1;
    let declared = files.iter().any(|file| file.content.declared);
    let words = "was imported, which says nothing about other vulnerabilities";
    (one && !declared).then(|| format!("only a single record of {name} {words}"))
}

/// Number of records of several files. Files of one record are counted together. Of larger ones, which may repeat each other, the one that
/// has most counts.
fn count<'f>(files: impl Iterator<Item = &'f File<'f>>, has: impl Fn(&File<'_>) -> u64) -> u64 {
    let (mut singles, mut largest) = (0_u64, 0);
    for file in files {
        if file.is_single() {
            singles += file.status.records;
        } else {
            largest = has(file).max(largest);
        }
    }
    singles + largest
}

const fn records(file: &File<'_>) -> u64 {
    file.status.records
}

fn too_few(name: &str, count: u64, files: &[&File<'_>]) -> Option<String> {
    let confirmed = files.iter().any(|file| file.is_confirmed());
    (!confirmed && count < CVE_RECORDS_MIN).then(|| {
        format!(
            "{name} has over {} records, but only {} were imported; update it, or import all of it",
            thousands(CVE_RECORDS_MIN),
            thousands(count)
        )
    })
}

fn gaps_of_nvd(name: &str, files: &[&File<'_>], today: Day) -> Vec<String> {
    // An update fetches every page itself, and says so only when it has the last one.
    if files.iter().any(|file| file.is_confirmed()) {
        return Vec::new();
    }
    let mut years: BTreeMap<i32, u64> = BTreeMap::new();
    let mut sets: BTreeMap<u64, Vec<Part>> = BTreeMap::new();
    let mut others = Vec::new();
    for file in files {
        let feed = file.year().filter(|_| !file.is_single());
        match feed {
            Some(year) => {
                let most = years.entry(year).or_default();
                *most = file.status.records.max(*most);
            }
            None => others.push(*file),
        }
        for page in &file.content.pages {
            sets.entry(page.total).or_default().push(*page);
        }
    }
    let mut gaps = Vec::new();
    let mut most = 0;
    for (total, mut pages) in sets {
        let present = covered(&mut pages);
        if present >= total && total >= CVE_RECORDS_MIN {
            return Vec::new();
        }
        most = present.max(most);
        if present < total {
            gaps.push(format!("{name} has {total} records, but only {present} of them were imported"));
        }
    }
    let last = today.plus_days(-FEED_DAYS).date().year();
    let missing: Vec<String> =
        (FIRST_FEED..=last).filter(|year| !years.contains_key(year)).map(|year| year.to_string()).collect();
    if !years.is_empty() && !missing.is_empty() {
        gaps.push(format!("the feeds of {name} for {} were not imported", missing.join(", ")));
    }
    let feeds: u64 = years.values().sum();
    gaps.extend(too_few(name, most.max(feeds + count(others.into_iter(), records)), files));
    gaps
}

/// What is missing from the data of a source about one part, in words. `files` are those that answer for it.
pub(super) fn gap_of_part(name: &str, part: &Coverage, files: &[&File<'_>]) -> Option<String> {
    if files.iter().any(|file| file.is_whole(part)) {
        return None;
    }
    let part = part.clone().of_any_release();
    let present =
        count(files.iter().copied(), |file| file.content.held.get(&part).copied().unwrap_or_default());
    let text = part.to_string();
    let least = PART_RECORDS_MIN.iter().find(|(known, _)| *known == text).map(|(_, least)| *least);
    let how = format!("update it, or import {ARCHIVE} of the ecosystem");
    match least {
        Some(least) if present >= least => None,
        Some(least) => Some(format!(
            "over {} records about {} are published, but only {} of {name} were imported; {how}",
            thousands(least),
            part.words(),
            thousands(present)
        )),
        None => Some(format!(
            "it is not known whether the {} imported records of {name} about {} are all; {how}",
            thousands(present),
            part.words()
        )),
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

/// A number with commas between its thousands.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut words = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(file: &str, records: u64) -> SourceStatus {
        SourceStatus {
            name: "NVD".to_owned(),
            file: file.to_owned(),
            format: String::new(),
            data_date: None,
            confirmed_at: None,
            age_days: Some(1),
            too_old: false,
            sha256: String::new(),
            records,
            refused: 0,
            imported_at: String::new(),
            program: String::new(),
        }
    }

    fn said(kind: Source, files: &[(&SourceStatus, Content)]) -> Vec<String> {
        let files: Vec<File<'_>> =
            files.iter().map(|(status, content)| File { status, content: content.clone() }).collect();
        gaps("NVD", kind, &files.iter().collect::<Vec<_>>(), Day::parse("2026-11-29").unwrap())
    }

    fn page(start: u64, count: u64, total: u64) -> Content {
        Content { pages: vec![Part { start, count, total }], ..Content::default() }
    }

    #[test]
    fn pages_that_overlap_or_leave_gaps_count_what_they_cover() {
        let page = |start, count| Part { start, count, total: 100 };
        assert_eq!(covered(&mut [page(50, 50), page(0, 50)]), 100);
        assert_eq!(covered(&mut [page(0, 60), page(50, 10), page(80, 20)]), 80);
        assert_eq!(covered(&mut [page(u64::MAX, 5)]), 0);
    }

    #[test]
    fn a_page_that_claims_a_small_total_and_the_feed_of_recent_records_are_not_the_nvd() {
        for (file, records) in
            [("page.json", 2_000), ("nvdcve-2.0-recent.json.gz", 900), ("nvdcve-2.0-modified.json", 9_000)]
        {
            let status = status(file, records);
            let gaps = said(Source::Nvd, &[(&status, page(0, records, records))]);
            assert!(gaps[0].starts_with("NVD has over 250,000 records, but only "), "{gaps:?}");
        }
        let (daily, again) = (status("monday.json", 130_000), status("tuesday.json", 130_000));
        let gaps = said(Source::Nvd, &[(&daily, Content::default()), (&again, Content::default())]);
        assert!(
            gaps[0].contains("only 130,000 were imported"),
            "what may repeat itself counts once: {gaps:?}"
        );
    }

    #[test]
    fn all_pages_of_a_large_total_are_the_nvd_and_a_missing_page_is_told() {
        let (one, two) = (status("1.json", 200_000), status("2.json", 100_000));
        let both = [(&one, page(0, 200_000, 300_000)), (&two, page(200_000, 100_000, 300_000))];
        assert_eq!(said(Source::Nvd, &both), Vec::<String>::new());
        let gaps = said(Source::Nvd, &both[..1]);
        assert_eq!(gaps[0], "NVD has 300000 records, but only 200000 of them were imported");
    }

    #[test]
    fn all_year_feeds_are_the_nvd_and_a_missing_year_is_told() {
        let statuses: Vec<SourceStatus> =
            (2002..=2026).map(|year| status(&format!("nvdcve-2.0-{year}.json.gz"), 12_000)).collect();
        let files: Vec<(&SourceStatus, Content)> =
            statuses.iter().map(|status| (status, page(0, 12_000, 12_000))).collect();
        assert_eq!(said(Source::Nvd, &files), Vec::<String>::new());
        let gaps = said(Source::Nvd, &files[2..]);
        assert_eq!(gaps, ["the feeds of NVD for 2002, 2003 were not imported"]);
        let gaps = said(Source::Nvd, &files[..2]);
        assert!(gaps[0].contains("2025, 2026") && gaps[1].contains("only 24,000 were imported"), "{gaps:?}");
    }

    #[test]
    fn what_an_update_confirmed_is_whole_and_a_part_of_the_cve_list_is_not() {
        let few = status("page.json", 3);
        let confirmed = SourceStatus { confirmed_at: Some("2026-11-29T08:00:00Z".to_owned()), ..few.clone() };
        assert_eq!(said(Source::Nvd, &[(&confirmed, page(0, 3, 3))]), Vec::<String>::new());
        assert!(said(Source::Cve, &[(&few, Content::default())])[0].contains("over 250,000 records"));
    }

    /// What is missing about a part, if these files are all: name, records, and how many of them name each part.
    fn missing(part: &str, files: &[(&str, u64, &[(&str, u64)])]) -> Option<String> {
        let statuses: Vec<SourceStatus> =
            files.iter().map(|(file, records, _)| status(file, *records)).collect();
        let files: Vec<File<'_>> = files
            .iter()
            .zip(&statuses)
            .map(|((_, records, held), status)| {
                let held: BTreeMap<Coverage, u64> =
                    held.iter().map(|(part, count)| (Coverage::parse(part).unwrap(), *count)).collect();
                let parts = held.keys().cloned().collect();
                let counted = if *records > 1 { *records } else { 0 };
                let held = if *records > 1 { held } else { BTreeMap::new() };
                File { status, content: Content { parts, held, counted, ..Content::default() } }
            })
            .collect();
        let part = Coverage::parse(part).unwrap();
        let answering: Vec<&File<'_>> =
            files.iter().filter(|file| file.answers_for().any(|own| *own == part)).collect();
        if answering.is_empty() {
            return Some("no file answers for it".to_owned());
        }
        gap_of_part("OSV", &part, &answering)
    }

    #[test]
    fn the_archive_of_an_ecosystem_answers_for_it_and_for_no_other() {
        let pypi: (&str, u64, &[(&str, u64)]) = ("PyPI-all.zip", 500, &[("pkg:pypi", 500), ("pkg:npm", 40)]);
        assert_eq!(missing("pkg:pypi", &[pypi]), None);
        assert_eq!(missing("pkg:npm", &[pypi]).unwrap(), "no file answers for it");
        let npm: (&str, u64, &[(&str, u64)]) = ("all.zip", 90, &[("pkg:npm", 90)]);
        assert_eq!(missing("pkg:npm", &[pypi, npm]), None);
        let debian: (&str, u64, &[(&str, u64)]) = ("all.zip", 9, &[("pkg:deb/debian", 9)]);
        assert_eq!(missing("pkg:deb/debian", &[debian]), None);
    }

    #[test]
    fn single_files_and_extracts_of_an_ecosystem_are_not_whole() {
        let why =
            missing("pkg:npm", &[("npm.jsonl", 20, &[("pkg:npm", 20)]), ("a.json", 1, &[("pkg:npm", 1)])])
                .unwrap();
        assert!(
            why.starts_with("over 3,000 records about npm packages are published, but only 21 of OSV"),
            "{why}"
        );
        let why = missing("pkg:npm", &[("all.zip", 1, &[("pkg:npm", 1)])]).unwrap();
        assert!(why.contains("only 1 of OSV"), "{why}");
        let why = missing("pkg:hex", &[("hex.jsonl", 20, &[("pkg:hex", 20)])]).unwrap();
        assert!(why.starts_with("it is not known whether the 20 imported records"), "{why}");
        let mixed: (&str, u64, &[(&str, u64)]) =
            ("advisory-database.zip", 25_000, &[("pkg:npm", 4_000), ("pkg:maven", 900)]);
        assert_eq!(missing("pkg:npm", &[mixed]), None);
        assert!(missing("pkg:maven", &[mixed]).unwrap().contains("only 900 of OSV"));
    }
}
