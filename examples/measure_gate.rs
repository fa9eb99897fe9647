//! Measures the gate of a release with many changes: `cargo run --release --example measure_gate -- OUT [CHANGES]`. The file is
//! made first: each change is analysed, approved, implemented, tested and verified. The figures are kept in
//! `docs/measurements.md`.

mod office;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use mainstay::ops::{Password, ProductFile, Stamp, now};

use office::{Content, Office, Outcome, PASSWORD, new_file};

/// How often each thing is measured.
const TURNS: usize = 20;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args_os().skip(1);
    let path: PathBuf = arguments.next().ok_or("usage: measure_gate OUT [CHANGES]")?.into();
    let count = arguments.next().map_or(Ok(60), |count| count.to_string_lossy().parse::<usize>())?;
    // What follows takes a second for each request, and a review of SOUP must not be old when the gate is asked.
    let at = now().plus_seconds(-86_400);
    let stamp = Stamp::at(at, 60, "GENERATOR");
    let (file, ana, _) = ProductFile::create(&path, &new_file(), &Password::new(PASSWORD), &stamp)?;
    let mut office = Office::open(file, ana, at)?;
    let first = [("gateway/unit_0.c".to_owned(), "0".to_owned())];
    let mut items = first.to_vec();
    let initial = office.verified_change("gateway/unit_0.c")?;
    let before = Content { version: "3.0.0", changes: &[initial], items: &first, soup: 1 };
    let before = office.approved_release(&before)?;
    office.release(before)?;
    let mut changes = Vec::new();
    for number in 1..=count {
        let item = format!("gateway/unit_{number}.c");
        changes.push(office.verified_change(&item)?);
        items.push((item, "1".to_owned()));
    }
    let content = Content { version: "3.1.0", changes: &changes, items: &items, soup: 1 };
    let release = office.approved_release(&content)?;
    let mut times = Vec::new();
    let mut conditions = Vec::new();
    for _ in 0..TURNS {
        let start = Instant::now();
        conditions = office.file.gate(release)?;
        times.push(start.elapsed());
    }
    if let Some(unmet) = conditions.iter().find(|condition| !condition.met) {
        return Err(format!("the gate is closed: {}", unmet.text).into());
    }
    println!("| What | Fastest | Median of {TURNS} | Slowest |\n| --- | --- | --- | --- |");
    row(&format!("Gate of a release with {count} changes, {} conditions", conditions.len()), times);
    let start = Instant::now();
    office.release(release)?;
    row("The step that releases it, with the password, durable; once", vec![start.elapsed()]);
    Ok(())
}

fn row(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let [first, last] = [times.first(), times.last()].map(|time| time.copied().unwrap_or_default());
    println!("| {what} | {} | {} | {} |", ms(first), ms(median), ms(last));
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
