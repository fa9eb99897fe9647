//! A program that is killed at any moment loses nothing that it said was done.
//!
//! `MAINSTAY_KILLS` is the number of kills.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use mainstay::ops::{Opened, ProductFile};

use super::{Bench, Known, Random, WORKS, Work, count, now, said_done, unfinished_below};
use crate::desk::stamp;

/// Kills in the short form.
const SHORT: u32 = 24;
/// After so many a file of the beginning is taken again, so that it stays small.
const FRESH: u32 = 300;
/// Each so many the whole file is verified.
const VERIFIED: u32 = 25;

/// What came of a work.
struct Came {
    /// Whether it ended by itself, and well.
    done: bool,
    out: String,
}

/// Begins a work, and kills it after a while.
fn killed(bench: &Bench, work: Work, turn: u32, wait: Duration) -> Came {
    let mut child = bench
        .command()
        .args(bench.arguments(work, turn))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(wait);
    // A work that has ended already is not killed.
    let _ = child.kill();
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    Came { done: child.wait().unwrap().success(), out }
}

/// What a work takes by itself. It is done once before, so that nothing is slow only because it is the first.
fn takes(bench: &Bench, work: Work, turn: u32) -> Duration {
    let since = Instant::now();
    let output = bench.command().args(bench.arguments(work, turn)).output().unwrap();
    assert!(output.status.success(), "{work:?}: {}", String::from_utf8_lossy(&output.stderr));
    since.elapsed()
}

#[test]
fn a_program_that_is_killed_loses_nothing_that_it_said_was_done() {
    let kills = count("MAINSTAY_KILLS", SHORT);
    let mut random = Random::new();
    let mut bench = Bench::new();
    let mut known = Known::of(&bench);
    let mut durations: BTreeMap<Work, Duration> = BTreeMap::new();
    // The advisory data first: a review needs it.
    for (work, turn) in WORKS.into_iter().rev().zip(1_000_000..) {
        durations.insert(work, takes(&bench, work, turn));
    }
    let (mut in_time, mut events, mut parts) = (0, 0, 0);
    for kill in 1..=kills {
        if kill % FRESH == 0 {
            bench.verifies(&known, "before a fresh file");
            bench = Bench::new();
            known = Known::of(&bench);
            takes(&bench, Work::Advisories, 0);
        }
        let work = WORKS[usize::try_from(random.below(6)).unwrap()];
        let whole = u64::try_from(durations[&work].as_micros()).unwrap();
        let wait = Duration::from_micros(random.below(whole + whole / 8));
        let what = format!("kill {kill}, {work:?} after {wait:?}");
        let before = known.seq;
        let came = killed(&bench, work, kill, wait);
        let said = said_done(&came.out);
        in_time += u32::from(!came.done);
        bench.keeps(&mut known, &said, &what);
        events += known.seq - before;
        if came.done && matches!(work, Work::Import | Work::Review | Work::Packet) {
            assert!(known.seq > before, "{what}: it said that it was done, and nothing is in the file");
        }
        match work {
            Work::Backup => assert_whole_copy(&bench, kill, came.done, &what),
            Work::Packet => assert_recorded_packet(&bench, kill, came.done, &what),
            Work::Advisories => assert_usable_advisories(&bench, &what),
            Work::Run | Work::Import | Work::Review => {}
        }
        if kill % VERIFIED == 0 {
            bench.verifies(&known, &what);
        }
        parts += assert_told(&bench, &what);
    }
    // A writer that ends by itself leaves nothing of those that were killed.
    takes(&bench, Work::Run, kills + 1);
    bench.verifies(&Known::of(&bench), "at the end");
    let left = unfinished_below(bench.folder.path());
    assert_eq!(left, Vec::<std::path::PathBuf>::new(), "after {kills} kills");
    let temporary = std::fs::read_dir(bench.at("temp")).unwrap().count();
    println!(
        "{kills} kills, {in_time} of them in time, {events} events, {parts} unfinished files told and removed, {temporary} \
         left in the folder for temporary files"
    );
}

/// A copy with its name is whole.
fn assert_whole_copy(bench: &Bench, kill: u32, done: bool, what: &str) {
    let path = bench.at(&format!("paper/backup-{kill}.mainstay"));
    assert!(path.exists() || !done, "{what}: it was said to be done");
    if path.exists() {
        let opened = ProductFile::open(&path, &stamp(now())).unwrap();
        assert!(matches!(opened, Opened::Open(_)), "{what}");
        drop(opened);
        std::fs::remove_file(path).unwrap();
    }
}

/// A packet with its name is whole, and is in the audit trail.
fn assert_recorded_packet(bench: &Bench, kill: u32, done: bool, what: &str) {
    let path = bench.at(&format!("paper/packet-{kill}.pdf"));
    assert!(path.exists() || !done, "{what}: it was said to be done");
    if path.exists() {
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.trim_ascii_end().ends_with(b"%%EOF"), "{what}: the packet is cut off");
        let digest = mainstay::ops::digest_of(&path, &|_| true).unwrap();
        let rows = bench.opened(what).events(&mainstay::ops::EventFilter::default(), 3, 0).unwrap();
        assert!(
            rows.iter().any(|row| serde_json::to_string(&row.event).unwrap().contains(&digest)),
            "{what}: a packet that is not in the audit trail"
        );
        std::fs::remove_file(path).unwrap();
    }
}

/// The advisory data answers, whatever was being written.
fn assert_usable_advisories(bench: &Bench, what: &str) {
    let output = bench.command().args(["advisories", "status"]).output().unwrap();
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Every unfinished file is told with its place, and removed when the person says so. Returns how many.
fn assert_told(bench: &Bench, what: &str) -> usize {
    let mut all = 0;
    for folder in ["work", "paper"] {
        let beside = if folder == "work" { bench.path.clone() } else { bench.at("paper/any.mainstay") };
        let told = ProductFile::leftovers(&beside);
        let there: Vec<_> = unfinished_below(&bench.at(folder))
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "mainstay-part"))
            .collect();
        let told_paths: Vec<_> = told.iter().map(|one| one.path().to_owned()).collect();
        assert_eq!(told_paths, there, "{what}: an unfinished file is not told");
        ProductFile::remove_leftovers(&beside, &told);
        all += told.len();
    }
    all
}
