//! Checks of the search in advisory data.

use std::path::{Path, PathBuf};

use super::desk::{Room, holds, words};
use super::{Check, Seen};
use crate::domain::time::{Day, Moment};
use crate::ops::Stamp;
use crate::soup::model::matching::Knowledge;
use crate::soup::{
    MAX_AGE_DAYS, SameResult, SearchOptions, SearchRun, SearchSubject, SubjectOutcome, import_advisories,
    run_again, run_search,
};

/// Advisory data with one record.
const ADVISORIES: &str = include_str!("../../assets/qualification/advisories.osv.jsonl");
/// The day of the search.
const TODAY: &str = "2026-12-01";

/// The checks, in order.
pub const CHECKS: &[Check] = &[
    Check {
        id: "OQ-29",
        requirement: "A search of advisory data can be repeated and gives the same evidence",
        clause: "IEC 62304 7.1.3",
        done: "Imported a record, searched twice for an affected version, and repeated the search from its evidence",
        expected: "The record is found, the same bytes each time",
        run: repeated,
    },
    Check {
        id: "OQ-30",
        requirement: "What no source could check is not reported as “nothing found”",
        clause: "IEC 62304 7.1.3, 6.1 f",
        done: "Searched for a component that no source knows",
        expected: "Not checked, with the reason",
        run: not_checked,
    },
];

fn subject(item: &str) -> SearchSubject {
    SearchSubject {
        item: item.to_owned(),
        version: "1.0.0".to_owned(),
        purl: format!("pkg:npm/{item}@1.0.0"),
        cpes: Vec::new(),
    }
}

fn cache(room: &Room<'_>) -> Result<PathBuf, String> {
    let file = room.path("osv.jsonl");
    std::fs::write(&file, ADVISORIES).map_err(words)?;
    let cache = room.path("cache");
    let at = Stamp::at(Moment::parse("2026-12-01T08:00:00Z")?, 0, "Self-test");
    let taken = import_advisories(&[file], &cache, &|_| true, &at).map_err(words)?;
    let records: u64 = taken.iter().map(|one| one.records).sum();
    if records == 1 { Ok(cache) } else { Err(format!("{records} records were imported, not one")) }
}

fn search(cache: &Path, item: &str) -> Result<SearchRun, String> {
    let options = SearchOptions {
        today: Day::parse(TODAY)?,
        max_age_days: MAX_AGE_DAYS,
        knowledge: Knowledge::default(),
    };
    run_search(&[subject(item)], cache, &options, &|_| true).map_err(words)
}

fn repeated(room: &Room<'_>) -> Seen {
    let cache = cache(room)?;
    let (first, second) = (search(&cache, "self-test-component")?, search(&cache, "self-test-component")?);
    let bytes = first.to_bytes();
    let hits: usize = first.subjects.iter().map(|one| one.hits.len()).sum();
    let again = run_again(&bytes, &cache, &|_| true).map_err(words)?;
    let same = bytes == second.to_bytes() && again == SameResult::Same;
    holds(
        hits == 1 && same,
        format!("{hits} record found; {} bytes of evidence, the same again", bytes.len()),
    )
}

fn not_checked(room: &Room<'_>) -> Seen {
    let run = search(&cache(room)?, "a-component-that-nobody-knows")?;
    match run.subjects.first().map(crate::soup::SearchedSubject::outcome) {
        Some(SubjectOutcome::NotChecked { why }) => Ok(format!("Not checked: {why}")),
        Some(SubjectOutcome::Hits(hits)) => Err(format!("{hits} hits were reported.")),
        Some(SubjectOutcome::NothingFound { .. }) => Err("“Nothing found” was reported.".to_owned()),
        None => Err("The search has no result.".to_owned()),
    }
}
