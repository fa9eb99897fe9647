//! Campaigns: the same harm many times, at random moments, to show that nothing that was said to be done is lost. Each runs in short
//! with every test run; a variable makes it long. docs/measurements.md has the commands and what they found.

mod clocks;
mod crowd;
mod faults;
mod kills;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use mainstay::domain::time::Moment;
use mainstay::ops::{EventFilter, Opened, ProductFile};

use crate::cli::{EXAMPLE_PASSWORD, copy};
use crate::desk::stamp;

/// A number from the environment, for a long campaign.
fn count(variable: &str, short: u32) -> u32 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(short)
}

/// Numbers that look random and are the same in each run with the same seed.
struct Random(u64);

impl Random {
    /// `MAINSTAY_SEED` makes another run of the same campaign.
    fn new() -> Self {
        Self(0x2545_F491_4F6C_DD1D ^ u64::from(count("MAINSTAY_SEED", 0)) << 20)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// The example product on a workstation of its own, with what the campaigns put in.
struct Bench {
    folder: tempfile::TempDir,
    path: PathBuf,
}

/// A record that the script of a day works on.
const PREPARED: &str =
    r#"[(do: Create(kind: "feedback", set: {"title": "It beeps", "description_verbatim": "It beeps."}))]"#;

const SCRIPT: &str = r#"[
    (do: Create(kind: "feedback", set: {"title": "The first of TURN", "description_verbatim": "It beeped."})),
    (do: Attach(to: "FB-0033", file_name: "log-TURN.txt", file: Text("12:00 alarm TURN, 12:01 alarm"), description: "Log")),
    (do: Create(kind: "feedback", set: {"title": "The second of TURN", "description_verbatim": "It beeped again."})),
    (do: Edit(id: "FB-0033", set: {"title": "It beeps, read for the time TURN"}), reason: "Read once more"),
]"#;

const MAPPING: &str = r#"(name: "Calls", columns: [
    (target: "external_number", from: ["number"]),
    (target: "title", from: ["text"]),
    (target: "received_at", from: ["received"], parse: Moment(formats: ["%Y-%m-%d"])),
], constants: {"channel": "Telephone"}, rest_into: "source_columns")"#;

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["work", "temp", "advice", "paper"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let work = folder.path().join("work");
        let path = PathBuf::from(copy(&work));
        std::fs::write(folder.path().join("calls.ron"), MAPPING).unwrap();
        for number in 0..40 {
            let record = serde_json::json!({
                "schema_version": "1.6.0", "id": format!("OSV-2026-{number}"), "modified": "2026-01-01T00:00:00Z",
                "summary": "A long profile is read past its end", "affected": [{
                    "package": {"ecosystem": "PyPI", "name": format!("part{number}")},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}]}],
            });
            let name = format!("advice/{number}.json");
            std::fs::write(folder.path().join(name), record.to_string()).unwrap();
        }
        let bench = Self { folder, path };
        let script = bench.script(PREPARED, 0);
        let output =
            bench.command().args(["run", bench.path.to_str().unwrap(), &script, "--login", "tomas"]).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        bench
    }

    /// Writes the script of a turn.
    fn script(&self, text: &str, turn: u32) -> String {
        let path = self.at("day.ron");
        std::fs::write(&path, text.replace("TURN", &turn.to_string())).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file for the rows of an import: other rows each time.
    fn rows(&self, turn: u32) -> PathBuf {
        let path = self.at("calls.csv");
        let rows = (0..20).map(|row| format!("{turn}-{row},\"Alarm, late\",2026-03-01"));
        let lines: Vec<String> = std::iter::once("number,text,received".to_owned()).chain(rows).collect();
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        path
    }

    /// The program on this bench's workstation.
    fn command(&self) -> Command {
        self.by(env!("CARGO_BIN_EXE_mainstay"))
    }

    /// Another program that starts it.
    fn by(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("MAINSTAY_PASSWORD", EXAMPLE_PASSWORD)
            .env("MAINSTAY_DATA_FOLDER", self.at("workstation"))
            .env("TMPDIR", self.at("temp"))
            .current_dir(self.at("work"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// The arguments of a work, and what it is called.
    fn arguments(&self, work: Work, turn: u32) -> Vec<String> {
        let file = self.path.to_str().unwrap().to_owned();
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match work {
            Work::Run => words(&["run", &file, &self.script(SCRIPT, turn), "--login", "tomas"]),
            Work::Import => {
                let (rows, mapping) = (text(self.rows(turn)), text(self.at("calls.ron")));
                words(&["import", "feedback", &file, &rows, "--mapping", &mapping, "--login", "tomas"])
            }
            Work::Review => {
                let following = format!("Advisory {turn}");
                let start = ["review", "start", &file, "--trigger", "other", "--reference", &following];
                words(&[&start[..], &["--set", "tiers=high", "--login", "priya"]].concat())
            }
            Work::Packet => {
                let out = text(self.at(&format!("paper/packet-{turn}.pdf")));
                words(&["packet", &file, "change", "CR-0001", "--login", "mara", "--out", &out])
            }
            Work::Backup => {
                words(&["backup", &file, "--out", &text(self.at(&format!("paper/backup-{turn}.mainstay")))])
            }
            Work::Advisories => words(&["advisories", "import", &text(self.at("advice"))]),
        }
    }

    /// The file as it is: opened for writing, which rolls back what was interrupted.
    fn opened(&self, what: &str) -> ProductFile {
        let now = stamp(mainstay::ops::now());
        match ProductFile::open(&self.path, &now) {
            Ok(Opened::Open(file)) => {
                assert!(file.why_read_only().is_none(), "{what}: {:?}", file.why_read_only());
                *file
            }
            other => panic!("{what}: not opened: {:?}", other.map(drop)),
        }
    }

    /// Everything that was said to be done is there, after what was there before.
    fn keeps(&self, known: &mut Known, said: &BTreeSet<u64>, what: &str) {
        let file = self.opened(what);
        let head = file.head();
        let last = said.last().copied().unwrap_or(known.seq).max(known.seq);
        assert!(
            head.seq >= last,
            "{what}: event {last} was said to be done, and the file ends with {}",
            head.seq
        );
        let since = u32::try_from(head.seq - known.seq + 1).unwrap();
        let rows = file.events(&EventFilter::default(), since, 0).unwrap();
        let before = rows.iter().find(|row| row.event.seq == known.seq);
        assert_eq!(
            before.map(|row| &row.digest),
            Some(&known.digest),
            "{what}: event {} is another",
            known.seq
        );
        (known.seq, known.digest) = (head.seq, head.digest.clone());
        assert!(!self.hot_journal(), "{what}: a write that was interrupted was not rolled back");
    }

    /// Whether a journal is left that SQLite would roll back. One that begins with a zero belongs to a write that had not reached the
    /// file yet: the next write takes its place.
    fn hot_journal(&self) -> bool {
        let journal = format!("{}-journal", self.path.display());
        std::fs::read(journal).is_ok_and(|bytes| bytes.first().is_some_and(|first| *first != 0))
    }

    /// The whole file verifies.
    fn verifies(&self, known: &Known, what: &str) {
        let seen = Some((known.seq, known.digest.clone()));
        let verification = ProductFile::verify(&self.path, seen, &|_| true).unwrap();
        assert!(verification.findings.is_empty(), "{what}: {:#?}", verification.findings);
        assert!(verification.events >= known.seq, "{what}");
    }
}

/// The last event that is known.
struct Known {
    seq: u64,
    digest: String,
}

impl Known {
    fn of(bench: &Bench) -> Self {
        let file = bench.opened("at the beginning");
        Self { seq: file.head().seq, digest: file.head().digest.clone() }
    }
}

/// What is done when the harm comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    Run,
    Import,
    Review,
    Packet,
    Backup,
    Advisories,
}

const WORKS: [Work; 6] =
    [Work::Run, Work::Import, Work::Review, Work::Packet, Work::Backup, Work::Advisories];

/// The events that the output of a run says are done.
fn said_done(output: &str) -> BTreeSet<u64> {
    let done = output.lines().filter(|line| line.contains("  done  "));
    done.filter_map(|line| line.rsplit_once("(event ")?.1.split_once(')')?.0.parse().ok()).collect()
}

/// All files below a folder whose names say that they are not finished, or locked.
fn unfinished_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(unfinished_below(&path));
            continue;
        }
        let name = path.to_string_lossy().into_owned();
        if name.ends_with(".mainstay-part") || name.ends_with(".mainstay.lock") || name.ends_with("-journal")
        {
            found.push(path);
        }
    }
    found
}

fn now() -> Moment {
    mainstay::ops::now()
}
