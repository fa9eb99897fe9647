//! Real advisory data, all of it: what each file gives is counted, and each exception is listed with its reason.
//!
//! Reads the folder named by `MAINSTAY_DATA`; skipped with a word where it is not set.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like the tests themselves")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use mainstay::domain::soup::advisory::{Advisory, Published, Standing};
use mainstay::domain::soup::note::Gravity;
use mainstay::exchange::advisories::{FileReport, ReadError, read};
use mainstay::exchange::unpack::{Limits, for_each_document};

fn folder(path: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("MAINSTAY_DATA") else {
        println!("skipped: MAINSTAY_DATA names no folder with real data");
        return None;
    };
    Some(PathBuf::from(folder).join(path))
}

/// Every file below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Reads a file, unpacked: the report of its one document, and its records.
fn take(path: &Path) -> (Result<FileReport, ReadError>, Vec<Published>) {
    let mut records = Vec::new();
    let mut outcome = None;
    let name = path.file_name().unwrap().to_string_lossy();
    let notes =
        for_each_document(&mut File::open(path).unwrap(), &name, &Limits::default(), &mut |name, reader| {
            outcome = Some(read(reader, name, &mut |record| {
                assert!(!record.raw.is_empty() && !record.place.is_empty());
                records.push(record.published);
                Ok(())
            }));
            Ok(())
        });
    assert_eq!(notes.unwrap().notes, []);
    (outcome.unwrap(), records)
}

/// A file that must be taken whole and without a word.
fn taken_whole(path: &Path) -> (FileReport, Vec<Published>) {
    let (outcome, records) = take(path);
    let report = outcome.unwrap();
    assert_eq!(report.records, records.len() as u64);
    assert_eq!(report.refused, 0, "{}: {:?}", path.display(), report.notes);
    (report, records)
}

fn advisories(records: &[Published]) -> impl Iterator<Item = &Advisory> {
    records.iter().filter_map(|published| match published {
        Published::Advisory(advisory) => Some(advisory.as_ref()),
        Published::Exploited(_)
        | Published::Predicted(_)
        | Published::Support(_)
        | Published::Statement(_) => None,
    })
}

fn standings(records: &[Published]) -> [usize; 4] {
    let mut counts = [0; 4];
    for advisory in advisories(records) {
        counts[match advisory.standing {
            Standing::Published => 0,
            Standing::NotAnalysed => 1,
            Standing::Withdrawn(_) => 2,
            Standing::Rejected(_) => 3,
        }] += 1;
    }
    counts
}

#[test]
fn all_pages_of_nvd_api_2_are_taken() {
    let Some(folder) = folder("vuln/nvd-api2") else { return };
    let mut records = Vec::new();
    let pages = files(&folder.join("anchore-overrides"));
    assert_eq!(pages.len(), 17);
    let start = std::time::Instant::now();
    for page in pages {
        let (report, of_page) = taken_whole(&page);
        assert_eq!(
            (report.format.as_str(), report.data_date.as_deref()),
            ("NVD API 2.0", Some("2026-08-21T00:00:00.000"))
        );
        println!("{:?}", report.notes);
        records.extend(of_page);
    }
    println!("anchore-overrides: {} records in {:?}", records.len(), start.elapsed());
    println!("{:?}", standings(&records));
    let (_, pool) = taken_whole(&folder.join("pool.nvd2.json"));
    println!("{} {:?}", pool.len(), standings(&pool));
    for file in files(&folder.join("nvd-go")) {
        let (outcome, records) = take(&file);
        println!("{}: {outcome:?} {}", file.display(), records.len());
    }
}

#[test]
fn both_feeds_of_nvd_1_1_are_taken() {
    let Some(folder) = folder("vuln/nvd-11") else { return };
    for file in files(&folder) {
        let (report, records) = taken_whole(&file);
        println!("{} {report:?} {:?}", records.len(), standings(&records));
    }
}

#[test]
fn all_osv_records_are_taken() {
    let Some(folder) = folder("vuln/osv") else { return };
    let mut notes = BTreeMap::new();
    let mut by = BTreeMap::<_, usize>::new();
    for file in files(&folder) {
        let (report, records) = taken_whole(&file);
        for note in report.notes.notes {
            *notes.entry((note.text, note.gravity == Gravity::Refused)).or_insert(0) += 1;
        }
        *by.entry(report.source).or_default() += records.len();
    }
    println!("{by:?} {notes:?}");
}
