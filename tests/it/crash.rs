//! A writer that is killed at any moment loses nothing that it said was done, and leaves a file that verifies.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mainstay::domain::ids::Kind;
use mainstay::ops::{EventFilter, FileSource, Opened, Password, ProductFile, Request};
use serde_json::json;

use crate::desk::{Desk, PASSWORD, fields, stamp};

const KILLS: u32 = 200;
const CHILD: &str = "MAINSTAY_TEST_CRASH_FILE";

/// Not a test of its own: what the killed process does, when the variable names a file.
#[test]
fn a_writer_to_be_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let desk_now = mainstay::domain::time::Moment::parse("2031-03-03T12:00:00Z").unwrap();
    let Opened::Open(mut file) = ProductFile::open(Path::new(&path), &stamp(desk_now)).unwrap() else {
        panic!("not opened")
    };
    assert!(file.why_read_only().is_none(), "{:?}", file.why_read_only());
    let session = file.sign_in("ana", &Password::new(PASSWORD), &stamp(desk_now)).unwrap();
    let mut out = std::io::stdout();
    for turn in 0u32.. {
        let set =
            fields(json!({"title": format!("Report {turn}"), "description_verbatim": "x".repeat(3000)}));
        let request = if turn % 7 == 3 {
            let file = FileSource::Bytes(turn.to_le_bytes().repeat(20_000));
            Request::Attach {
                to: "FB-0001".parse().unwrap(),
                file_name: "log.bin".to_owned(),
                file,
                description: String::new(),
                source: String::new(),
                captured_at: None,
            }
        } else {
            Request::Create { kind: Kind::Feedback, parent: None, set }
        };
        let receipt = file.perform(&session, request.into(), None, &stamp(desk_now)).unwrap();
        writeln!(out, "event {} {}", receipt.seq, file.head().digest).unwrap();
        out.flush().unwrap();
    }
}

fn spawn(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["crash::a_writer_to_be_killed", "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets a writer work for a while after its first event, kills it, and answers what it said was done.
fn killed_after(path: &Path, wait: Duration) -> Vec<(u64, String)> {
    let mut child = spawn(path);
    let (sender, receiver) = std::sync::mpsc::channel();
    let output = child.stdout.take().unwrap();
    let reader = std::thread::Builder::new()
        .spawn(move || {
            let mut said = Vec::new();
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The test harness writes its own words on the same line as the first event.
                let Some((_, rest)) = line.split_once("event ") else { continue };
                let Some((seq, digest)) = rest.split_once(' ') else { continue };
                // A line that was cut off by the kill was never said.
                if let (Ok(seq), 64) = (seq.parse(), digest.len()) {
                    said.push((seq, digest.to_owned()));
                    let _ = sender.send(());
                }
            }
            said
        })
        .unwrap();
    let _ = receiver.recv_timeout(Duration::from_secs(20));
    std::thread::sleep(wait);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

#[test]
fn a_writer_killed_two_hundred_times_loses_nothing_that_it_said_was_done() {
    let desk = Desk::new();
    let path: PathBuf = desk.file.path().to_owned();
    let Desk { folder, mut file, people, now, .. } = desk;
    let set = fields(json!({"title": "The first"}));
    file.perform(
        &people["ana"],
        Request::Create { kind: Kind::Feedback, parent: None, set }.into(),
        None,
        &stamp(now),
    )
    .unwrap();
    drop(file);
    let started = Instant::now();
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut said_in_all = 0;
    for kill in 1..=KILLS {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let said = killed_after(&path, Duration::from_micros(random % 60_000));
        assert!(!said.is_empty(), "the writer did nothing before kill {kill}");
        said_in_all += said.len();
        let Opened::Open(file) = ProductFile::open(&path, &stamp(now)).unwrap() else {
            panic!("not opened after kill {kill}")
        };
        assert!(file.why_read_only().is_none(), "kill {kill}: {:?}", file.why_read_only());
        let (last, _) = said.last().unwrap();
        assert!(
            file.head().seq >= *last && file.head().seq <= last + 1,
            "kill {kill}: {} after {last}",
            file.head().seq
        );
        let limit = u32::try_from(said.len() + 1).unwrap();
        let rows = file.events(&EventFilter::default(), limit, 0).unwrap();
        for (seq, digest) in &said {
            assert!(
                rows.iter().any(|row| row.event.seq == *seq && row.digest == *digest),
                "kill {kill}: event {seq} is lost"
            );
        }
        drop(file);
        if kill % 20 == 0 {
            let verification = ProductFile::verify(&path, said.last().cloned(), &|_| true).unwrap();
            assert!(verification.findings.is_empty(), "kill {kill}: {:#?}", verification.findings);
        }
    }
    println!("{KILLS} kills, {said_in_all} events, {:.1} s", started.elapsed().as_secs_f32());
    drop(folder);
}
