//! Many people on one file at the same time: nobody's entry is lost, and who has to wait is told so.
//!
//! `MAINSTAY_CROWD_SECONDS` is how long.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Bench, Known, Work, count, said_done};

/// Seconds in the short form.
const SHORT: u32 = 4;
/// How much longer, until somebody has written.
const LATEST: Duration = Duration::from_mins(2);
/// Who writes. Each enters feedback, which anybody may.
const WRITERS: [&str; 6] = ["mara", "jonas", "priya", "tomas", "lea", "tomas"];
const READERS: usize = 4;
const SCRIPT: &str = r#"[
    (do: Create(kind: "feedback", set: {"title": "WHO", "description_verbatim": "It beeped."})),
    (do: Create(kind: "feedback", set: {"title": "WHO again", "description_verbatim": "It beeped again."})),
]"#;

/// What everybody was told.
#[derive(Default)]
struct Told {
    done: BTreeSet<u64>,
    twice: Vec<u64>,
    refused: BTreeMap<String, usize>,
    reads: usize,
    wrong: Vec<String>,
}

/// A refusal without the words that differ from one to the next.
fn gist(output: &Output) -> String {
    let words = String::from_utf8_lossy(&output.stderr);
    let line = words.lines().rev().find(|line| line.starts_with("mainstay: ")).unwrap_or_default();
    line.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
}

/// On a slow machine the time is over before anybody came to write: then it goes on until somebody has.
fn goes_on(until: Instant, told: &Mutex<Told>) -> bool {
    let now = Instant::now();
    now < until || (now < until + LATEST && told.lock().unwrap().done.is_empty())
}

fn write(bench: &Bench, who: usize, until: Instant, told: &Mutex<Told>) {
    let login = WRITERS[who];
    let script = bench.at(&format!("crowd-{who}.ron"));
    std::fs::write(&script, SCRIPT.replace("WHO", &format!("Writer {who}"))).unwrap();
    while goes_on(until, told) {
        let arguments =
            ["run", bench.path.to_str().unwrap(), script.to_str().unwrap(), "--login", login, "--keep-going"];
        let output = bench.command().args(arguments).output().unwrap();
        let done = said_done(&String::from_utf8_lossy(&output.stdout));
        let mut told = told.lock().unwrap();
        for seq in done {
            if !told.done.insert(seq) {
                told.twice.push(seq);
            }
        }
        if !output.status.success() {
            let gist = gist(&output);
            if gist.is_empty() || !matches!(output.status.code(), Some(1 | 3)) {
                told.wrong.push(format!(
                    "{login}: {:?} {}",
                    output.status,
                    String::from_utf8_lossy(&output.stderr)
                ));
            }
            *told.refused.entry(gist).or_default() += 1;
        }
    }
}

fn read(bench: &Bench, who: usize, until: Instant, told: &Mutex<Told>) {
    let file = bench.path.to_str().unwrap();
    let questions: [&[&str]; 4] =
        [&["status", file], &["list", file, "feedback"], &["show", file, "CR-0001"], &["verify", file]];
    let mut next = who;
    while Instant::now() < until {
        let output = bench.command().args(questions[next % questions.len()]).output().unwrap();
        next += 1;
        let mut told = told.lock().unwrap();
        told.reads += 1;
        // On a slow machine others may hold the file longer than a reader waits; it is told so.
        if output.status.code() == Some(1) && gist(&output).contains("another program is using the file") {
            *told.refused.entry(gist(&output)).or_default() += 1;
        } else if !output.status.success() {
            told.wrong.push(format!(
                "a reader: {:?} {}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
}

#[test]
fn six_writers_and_four_readers_lose_nothing_and_are_told_why_they_wait() {
    let bench = Bench::new();
    let mut known = Known::of(&bench);
    let told = Mutex::new(Told::default());
    let until = Instant::now() + Duration::from_secs(count("MAINSTAY_CROWD_SECONDS", SHORT).into());
    std::thread::scope(|scope| {
        for who in 0..WRITERS.len() {
            let (bench, told) = (&bench, &told);
            scope.spawn(move || write(bench, who, until, told));
        }
        for who in 0..READERS {
            let (bench, told) = (&bench, &told);
            scope.spawn(move || read(bench, who, until, told));
        }
    });
    let told = told.into_inner().unwrap();
    assert_eq!(told.wrong, Vec::<String>::new());
    assert_eq!(told.twice, Vec::<u64>::new(), "one event was said to be done by two");
    assert!(!told.done.is_empty(), "nobody wrote");
    let before = known.seq;
    bench.keeps(&mut known, &told.done, "at the end");
    // Between the events of the writers there may be notes of failed or late sign-ins, but no event that was said is missing.
    assert!(known.seq - before >= u64::try_from(told.done.len()).unwrap());
    bench.verifies(&known, "at the end");
    let output = bench.command().args(bench.arguments(Work::Run, 1)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let refused: usize = told.refused.values().sum();
    println!("{} events, {} reads, {refused} refused: {:#?}", told.done.len(), told.reads, told.refused);
}
