//! A disk that is full, may only be read or is gone from one moment on, for each access of a scripted day: the file is whole afterwards,
//! and the person is told in words.
//!
//! `strace` makes the system answer so. `MAINSTAY_FAULTS` is how many moments of each work and fault are tried; 0 tries all.

use std::io::Write as _;
use std::process::{Command, Output};

use super::{Bench, Known, Random, Work, count, said_done};

/// Moments of each work and fault in the short form.
const SHORT: u32 = 2;
const WORKS: [Work; 4] = [Work::Run, Work::Import, Work::Packet, Work::Backup];

/// How the system answers from a moment on.
struct Fault {
    name: &'static str,
    /// Which calls, as `strace` names them.
    calls: &'static str,
    error: &'static str,
}

const FAULTS: [Fault; 3] = [
    Fault { name: "a full disk", calls: "pwrite64,ftruncate,fallocate", error: "ENOSPC" },
    Fault {
        name: "a folder that may only be read",
        calls: "pwrite64,ftruncate,fallocate,fsync,fdatasync,unlink,rename",
        error: "EROFS",
    },
    Fault {
        name: "a share that is gone",
        calls: "pread64,pwrite64,ftruncate,fsync,fdatasync,unlink,rename,newfstatat,fstat,statx,access,fcntl",
        error: "ESTALE",
    },
];

fn traced(bench: &Bench, options: &[&str], work: Work, turn: u32) -> Output {
    let file = bench.path.to_str().unwrap();
    let journal = format!("{file}-journal");
    bench
        .by("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-P", file, "-P", &journal])
        .args(options)
        .arg(env!("CARGO_BIN_EXE_mainstay"))
        .args(bench.arguments(work, turn))
        .output()
        .unwrap()
}

/// How often a work makes such calls on the file and its journal.
fn calls_of(bench: &Bench, fault: &Fault, work: Work, turn: u32) -> u64 {
    let list = bench.at("calls.txt");
    let trace = format!("trace={}", fault.calls);
    let file = bench.path.to_str().unwrap();
    let journal = format!("{file}-journal");
    let output = bench
        .by("strace")
        .args(["-f", "-qq", "-o", list.to_str().unwrap(), "-P", file, "-P", &journal, "-e", &trace])
        .arg(env!("CARGO_BIN_EXE_mainstay"))
        .args(bench.arguments(work, turn))
        .output()
        .unwrap();
    assert!(output.status.success(), "{work:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(list).unwrap();
    u64::try_from(text.lines().filter(|line| line.contains(" = ")).count()).unwrap()
}

#[test]
fn a_disk_that_fails_at_any_access_leaves_a_whole_file_and_words() {
    if !Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|code| code.success())
    {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: {}: strace is not installed or may not trace",
            module_path!()
        );
        return;
    }
    let tried = u64::from(count("MAINSTAY_FAULTS", SHORT));
    let mut random = Random::new();
    let (mut all, mut turn) = (0, 0);
    for fault in &FAULTS {
        for work in WORKS {
            let bench = Bench::new();
            let mut known = Known::of(&bench);
            turn += 1;
            let calls = calls_of(&bench, fault, work, turn);
            bench.keeps(&mut known, &std::collections::BTreeSet::new(), "without a fault");
            let moments: Vec<u64> = if tried == 0 {
                (1..=calls).collect()
            } else {
                (0..tried.min(calls)).map(|_| 1 + random.below(calls)).collect()
            };
            for moment in moments {
                turn += 1;
                all += 1;
                fails(&bench, &mut known, (fault, moment), (work, turn));
            }
            bench.verifies(&known, fault.name);
        }
    }
    println!("{all} failures of the disk, no file damaged");
}

/// One work, while the disk fails from a moment on.
fn fails(bench: &Bench, known: &mut Known, (fault, moment): (&Fault, u64), (work, turn): (Work, u32)) {
    let what = format!("{} from access {moment} on, {work:?}", fault.name);
    let inject = format!("inject={}:error={}:when={moment}+", fault.calls, fault.error);
    let trace = format!("trace={}", fault.calls);
    let output = traced(bench, &["-e", &trace, "-e", &inject], work, turn);
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1 | 3 | 4)), "{what}: {:?} {err}", output.status);
    assert!(code == Some(0) || err.contains("mainstay: "), "{what}: no words: {err}");
    assert!(!err.contains("panicked"), "{what}: {err}");
    let said = said_done(&String::from_utf8_lossy(&output.stdout));
    bench.keeps(known, &said, &what);
    bench.verifies(known, &what);
}
