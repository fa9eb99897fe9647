//! Measures a search: `measure_search CACHE COUNT OUT BILL…`. Searches for the first COUNT different components with a version of the bills,
//! as a baseline names them, and writes the evidence to OUT.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use mainstay_base::clock;
use mainstay_soup::model::matching::Knowledge;
use mainstay_soup::{BillFile, SearchOptions, SearchRun, SearchSubject, run_again, run_search, since};

fn subjects(bills: &[PathBuf], count: usize) -> BTreeSet<SearchSubject> {
    let mut subjects = BTreeSet::new();
    for path in bills {
        let read = BillFile::read(path).and_then(|bill| bill.inspect());
        let components = read.map(|inspected| inspected.bill.components).unwrap_or_default();
        for component in components {
            let Some(version) = component.version.clone().filter(|version| !version.trim().is_empty()) else {
                continue;
            };
            if subjects.len() < count {
                let group = component.group.as_ref().map(|group| format!("{group}/")).unwrap_or_default();
                let item = format!("{group}{}", component.name);
                let purl = component.main_purl().unwrap_or_default();
                subjects.insert(SearchSubject { item, version, purl, cpes: component.cpes });
            }
        }
    }
    subjects
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [cache, count, out, bills @ ..] = arguments.as_slice() else {
        return Err("measure_search CACHE COUNT OUT BILL…".into());
    };
    let bills: Vec<PathBuf> = bills.iter().map(PathBuf::from).collect();
    let cache = Path::new(cache);
    let subjects: Vec<SearchSubject> = subjects(&bills, count.parse()?).into_iter().collect();
    let options = SearchOptions {
        today: clock::stamp().now.day(),
        max_age_days: 99_999,
        knowledge: Knowledge::default(),
    };
    let mut bytes = Vec::new();
    for _ in 0..3 {
        let begun = Instant::now();
        let run = run_search(&subjects, cache, &options, &|_| true)?;
        let searched = begun.elapsed();
        bytes = run.to_bytes();
        println!("searched {searched:?}, written {:?}", begun.elapsed());
    }
    std::fs::write(out, &bytes)?;
    let begun = Instant::now();
    let run = SearchRun::read(&bytes)?;
    println!("read {:?}", begun.elapsed());
    let hits: usize = run.subjects.iter().map(|one| one.hits.len()).sum();
    let sources = run.subjects.first().map_or(0, |one| one.results.len());
    println!(
        "{} subjects, {sources} sources, {hits} hits, {} records, {} bytes",
        run.subjects.len(),
        run.records.len(),
        bytes.len()
    );
    let begun = Instant::now();
    println!("{:?}, {} differences", run_again(&bytes, cache, &|_| true)?, since(&run, &run).len());
    println!("again {:?}", begun.elapsed());
    Ok(())
}
