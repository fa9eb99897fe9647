//! Makes a large product file through the same door as everybody: `cargo run --release --example generate -- OUT
//! --feedback 10000 --problems 3000 --changes 3000 --events 100000`. With `--releases 30 --items 400` two more people come, a plan
//! is put in force, and as many versions are released, each with a few changes. Signs in as `ana`, password as in [`PASSWORD`].

mod office;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::Fields;
use mainstay::domain::time::Moment;
use mainstay::ops::{Act, Password, ProductFile, Request, Session, Stamp, now};
use serde_json::json;

use office::{Content, Office, PASSWORD, Who, fields, new_file};

/// Requests in one transaction.
const BATCH: usize = 2000;

#[derive(Parser)]
struct Arguments {
    /// Where the file is made.
    out: PathBuf,
    /// Items of feedback.
    #[arg(long, default_value_t = 10_000)]
    feedback: usize,
    /// Problem reports.
    #[arg(long, default_value_t = 3_000)]
    problems: usize,
    /// Change requests.
    #[arg(long, default_value_t = 3_000)]
    changes: usize,
    /// Audit events in all.
    #[arg(long, default_value_t = 100_000)]
    events: u64,
    /// Versions that are released after that.
    #[arg(long, default_value_t = 0)]
    releases: usize,
    /// Configuration items in the baseline of each; half as many SOUP items.
    #[arg(long, default_value_t = 400)]
    items: usize,
}

/// Changes in each release.
const CHANGES: usize = 5;
/// Problems that are found in each release and stay.
const STAYING: usize = 2;

/// Words to write reports with; chosen by number, so that the same arguments give the same texts.
const WORDS: [&str; 24] = [
    "alarm", "battery", "display", "dose", "gateway", "pump", "late", "frozen", "after", "restart",
    "network", "ward", "nurse", "reported", "while", "mains", "update", "screen", "value", "rounded",
    "wrong", "twice", "silent", "log",
];

/// A small generator of numbers (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }
}

/// The file in the making.
struct Maker {
    file: ProductFile,
    ana: Session,
    numbers: Numbers,
    at: Moment,
    batch: Vec<Act>,
}

impl Maker {
    fn act(&mut self, request: Request) -> Result<(), Box<dyn Error>> {
        self.batch.push(Act {
            late_reason: Some("Taken over from the old system".to_owned()),
            ..Act::from(request)
        });
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Box<dyn Error>> {
        self.at = self.at.plus_seconds(3600);
        let stamp = Stamp::at(self.at, 60, "GENERATOR");
        let acts = std::mem::take(&mut self.batch);
        self.file
            .perform_all(&self.ana, acts, &|_| true, &stamp)
            .map_err(|(index, refusal)| format!("request {index}: {refusal}"))?;
        eprintln!("{} events", self.file.head().seq);
        Ok(())
    }

    fn feedback(&mut self) -> Result<(), Box<dyn Error>> {
        let received = self.at.plus_seconds(-(self.numbers.below(600 * 86_400) as i64) - 3 * 86_400);
        let set = json!({
            "title": self.numbers.words(6), "received_at": received, "aware_at": received, "channel": "Telephone",
            "source_kind": "user", "description_verbatim": self.numbers.words(80), "device_name": "Pump gateway",
            "software_version_reported": format!("2.{}.{}", self.numbers.below(4), self.numbers.below(9)),
        });
        self.act(Request::Create { kind: Kind::Feedback, parent: None, set: fields(set) })
    }

    fn problem(&mut self, feedback: usize) -> Result<(), Box<dyn Error>> {
        let source = RecordId::new(Kind::Feedback, (self.numbers.below(feedback) + 1) as u32);
        let mut set = json!({
            "title": self.numbers.words(6), "detected_at": self.at, "detected_in_phase": "field",
            "description": self.numbers.words(60), "affected_product_versions": ["2.3.0"],
        });
        if feedback > 0 {
            set["source_feedback"] = json!([source]);
        }
        self.act(Request::Create { kind: Kind::ProblemReport, parent: None, set: fields(set) })
    }

    fn change(&mut self, problems: usize) -> Result<(), Box<dyn Error>> {
        let problem = RecordId::new(Kind::ProblemReport, (self.numbers.below(problems) + 1) as u32);
        let mut set = json!({
            "title": self.numbers.words(6), "origin": "internal", "change_type": "corrective", "urgency": "routine",
            "description": self.numbers.words(50), "reason": self.numbers.words(12), "affected_cis": ["alarm/timer.c"],
            "affects_released_software": true,
        });
        if problems > 0 {
            set["problem_reports"] = json!([problem]);
        }
        self.act(Request::Create { kind: Kind::ChangeRequest, parent: None, set: fields(set) })
    }

    /// Registers some of the feedback, then edits descriptions until there are enough events.
    fn fill(&mut self, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
        for number in (1..=arguments.feedback).step_by(2) {
            let id = RecordId::new(Kind::Feedback, number as u32);
            self.act(Request::Move { id, go: "register".to_owned(), set: Fields::new() })?;
        }
        let kinds = [
            (Kind::Feedback, arguments.feedback, "description_verbatim"),
            (Kind::ProblemReport, arguments.problems, "description"),
            (Kind::ChangeRequest, arguments.changes, "description"),
        ];
        let kinds: Vec<_> = kinds.into_iter().filter(|(_, count, _)| *count > 0).collect();
        if kinds.is_empty() {
            return Ok(());
        }
        while self.file.head().seq + (self.batch.len() as u64) < arguments.events {
            let (kind, count, field) = kinds[self.numbers.below(kinds.len())];
            let id = RecordId::new(kind, (self.numbers.below(count) + 1) as u32);
            let set = fields(json!({field: self.numbers.words(60)}));
            self.act(Request::Edit { id, set })?;
        }
        Ok(())
    }
}

/// Releases one version after the other. In each, a few items change, each by a change of its own.
fn releases(office: &mut Office, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut items: Vec<(String, String)> = (0..arguments.items.max(1))
        .map(|number| (format!("gateway/unit_{number}.c"), "0".to_owned()))
        .collect();
    for number in 0..arguments.releases {
        let version = format!("3.{number}.0");
        let mut changes = Vec::new();
        for turn in 0..CHANGES.min(items.len()) {
            let index = (number * CHANGES + turn) % items.len();
            let Some((item, at)) = items.get_mut(index) else { continue };
            changes.push(office.verified_change(item)?);
            at.clone_from(&version);
        }
        let content =
            Content { version: &version, changes: &changes, items: &items, soup: arguments.items / 2 };
        let release = office.approved_release(&content)?;
        office.release(release)?;
        for _ in 0..STAYING {
            let set = json!({
                "title": "The log is cut off", "detected_at": office.at, "detected_in_phase": "field",
                "description": "After a week the oldest line is gone", "affected_product_versions": [version],
            });
            office.create(Who::Cleo, (Kind::ProblemReport, None), set)?;
        }
        eprintln!("{version} released; {} events", office.file.head().seq);
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let at = now().plus_seconds(-400 * 86_400);
    let stamp = Stamp::at(at, 60, "GENERATOR");
    let (file, ana, _) = ProductFile::create(&arguments.out, &new_file(), &Password::new(PASSWORD), &stamp)?;
    let mut maker = Maker { file, ana, numbers: Numbers(0x2545_F491_4F6C_DD1D), at, batch: Vec::new() };
    for _ in 0..arguments.feedback {
        maker.feedback()?;
    }
    for _ in 0..arguments.problems {
        maker.problem(arguments.feedback)?;
    }
    for _ in 0..arguments.changes {
        maker.change(arguments.problems)?;
    }
    maker.fill(&arguments)?;
    maker.flush()?;
    let Maker { file, ana, at, .. } = maker;
    let mut events = file.head().seq;
    if arguments.releases > 0 {
        let mut office = Office::open(file, ana, at)?;
        releases(&mut office, &arguments)?;
        events = office.file.head().seq;
    }
    println!("{}: {events} events; login ana, password “{PASSWORD}”", arguments.out.display());
    Ok(())
}
