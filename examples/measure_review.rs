//! Measures a SOUP review of many components: the register, the search with its evidence, a decision, and the packet.
//! `cargo run --release --example measure_review -- OUT.mainstay CACHE COUNT BILL…`

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mainstay::baseline::Unversioned;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::Fields;
use mainstay::ops::{
    Act, Opened, PacketFonts, PacketOptions, PacketScope, Password, ProductFile, Request, Session,
    SoupImportOptions, SoupRow, example_access, render_packet, stamp, write_example,
};
use mainstay::register::read_list;
use mainstay::review::{ReviewSearch, search};
use serde_json::{Value, json};

type Told<T> = Result<T, Box<dyn Error>>;

fn main() -> Told<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: measure_review OUT.mainstay CACHE COUNT BILL…";
    let path: PathBuf = arguments.next().ok_or(usage)?.into();
    let cache: PathBuf = arguments.next().ok_or(usage)?.into();
    let count: usize = arguments.next().ok_or(usage)?.parse()?;
    let rows = rows(arguments.map(PathBuf::from), count)?;
    let mut bench = Bench::new(&path)?;
    println!("| What | Figure |\n| --- | --- |");
    let release = bench.registered(rows)?;
    let review = bench.started(release, &cache)?;
    bench.decisions(review)?;
    bench.packet(review)
}

/// The components of some bills, each once, up to a number.
fn rows(bills: impl Iterator<Item = PathBuf>, count: usize) -> Told<Vec<SoupRow>> {
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for bill in bills {
        let list = match read_list(&bill, None, Unversioned::LeaveOut, &|_, _| true) {
            Ok(list) => list,
            Err(refusal) => {
                eprintln!("{}: left out: {refusal}", bill.display());
                continue;
            }
        };
        for row in list.rows {
            // What follows a tag is no version, and is not registered.
            let floats = row.version == "latest";
            if !floats && rows.len() < count && seen.insert((row.item.clone(), row.version.clone())) {
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

struct Bench {
    file: ProductFile,
    sessions: Vec<Session>,
}

fn fields(set: Value) -> Fields {
    set.as_object().cloned().unwrap_or_default()
}

fn create(kind: Kind, set: Value) -> Act {
    Request::Create { kind, parent: None, set: fields(set) }.into()
}

impl Bench {
    fn new(path: &Path) -> Told<Self> {
        let example = write_example(path)?;
        let Opened::Open(mut file) = ProductFile::open(path, &stamp())? else {
            return Err("not opened".into());
        };
        let (_, password) = example_access().ok_or("no access")?;
        let mut sessions = Vec::new();
        for person in &example.people {
            sessions.push(file.sign_in(&person.login, &Password::new(password.clone()), &stamp())?);
        }
        Ok(Self { file: *file, sessions })
    }

    fn as_login(&self, login: &str) -> Told<usize> {
        self.sessions.iter().position(|session| session.login() == login).ok_or_else(|| "nobody".into())
    }

    fn one(&mut self, login: &str, act: Act) -> Told<RecordId> {
        let at = self.as_login(login)?;
        let receipt = self.file.perform(&self.sessions[at], act, None, &stamp())?;
        receipt.record.ok_or_else(|| "nothing was made".into())
    }

    fn registered(&mut self, rows: Vec<SoupRow>) -> Told<RecordId> {
        let baseline: Vec<Value> = rows
            .iter()
            .map(|row| json!({"item": row.item, "version": row.version, "purl": row.purl}))
            .collect();
        let set = json!({"title": "Measured", "version": "90.0.0", "release_kind": "maintenance", "soup_baseline": baseline});
        let release = self.one("jonas", create(Kind::Release, set))?;
        let options = SoupImportOptions {
            release: Some(release),
            defaults: fields(json!({"risk_tier": "low"})),
            ..SoupImportOptions::default()
        };
        let at = self.as_login("lea")?;
        let start = Instant::now();
        let plan = self.file.plan_soup_import(rows, &options, stamp().now)?;
        let planned = start.elapsed();
        self.file.import_soup(&self.sessions[at], &plan, &|_| true, &stamp())?;
        println!("| Plan of reading {} components into the register | {} |", plan.rows.len(), ms(planned));
        println!("| Plan and reading, durable | {} |", ms(start.elapsed()));
        Ok(release)
    }

    fn started(&mut self, release: RecordId, cache: &Path) -> Told<RecordId> {
        let left_out: Vec<Value> = ["RL-0001", "RL-0002", "RL-0003"]
            .into_iter()
            .map(|id| json!({"release": id, "reason": "Measured alone"}))
            .collect();
        let set = json!({"title": "Measured", "trigger": "before_release", "candidates": [release], "releases_left_out": left_out});
        let review = self.one("priya", create(Kind::SoupReview, set))?;
        let at = self.as_login("priya")?;
        let start = Instant::now();
        let subjects = self.file.review_subjects(review, stamp().now)?;
        let scoped = start.elapsed();
        let found =
            search(&self.file, (review, &subjects), &ReviewSearch::of(cache), stamp().now, &|_| true)?;
        let searched = start.elapsed();
        let bytes = found.evidence.bytes.len();
        let sources = found.sources.len();
        let started = self.file.start_review(&self.sessions[at], (review, found), &|_| true, &stamp())?;
        let stored = start.elapsed();
        let parts = self.file.parts(review, Kind::ReviewItem)?;
        let hits: usize = parts.iter().map(|data| data.value("hits").as_array().map_or(0, Vec::len)).sum();
        println!("| Scope of {} versions | {} |", subjects.len(), ms(scoped));
        println!(
            "| Search in {sources} sources, {hits} hits, with its evidence | {} |",
            ms(searched.saturating_sub(scoped))
        );
        println!(
            "| Items, evidence and {} findings stored, durable | {} |",
            started.findings.new,
            ms(stored.saturating_sub(searched))
        );
        println!("| From start to table of {} items | {} |", parts.len(), ms(start.elapsed()));
        println!("| Evidence | {:.2} MB |", bytes as f64 / 1e6);
        Ok(review)
    }

    fn decisions(&mut self, review: RecordId) -> Told<()> {
        let parts = self.file.parts(review, Kind::ReviewItem)?;
        let at = self.as_login("priya")?;
        let set = fields(json!({
            "list_place": "Tracker", "list_read_on": stamp().now.day(), "list_judgement": "Nothing about this version",
            "not_checked": "The change log was read",
        }));
        let quiet = parts.iter().filter(|data| data.value("hits").is_null());
        let quiet: Vec<RecordId> = quiet.map(|data| data.head.id).collect();
        let mut times = Vec::new();
        for id in quiet.iter().take(50) {
            let start = Instant::now();
            self.file.judge_items(&self.sessions[at], (&[*id], &set), true, &stamp())?;
            times.push(start.elapsed());
        }
        times.sort_unstable();
        println!(
            "| One item judged and concluded, durable, median of {} | {} |",
            times.len(),
            ms(times[times.len() / 2])
        );
        let rest: Vec<RecordId> = quiet.iter().skip(50).copied().collect();
        let start = Instant::now();
        let done = self.file.judge_items(&self.sessions[at], (&rest, &set), true, &stamp())?;
        println!("| The same for {done} items at once | {} |", ms(start.elapsed()));
        Ok(())
    }

    fn packet(&mut self, review: RecordId) -> Told<()> {
        let at = self.as_login("priya")?;
        let options = PacketOptions { scope: PacketScope::SoupReview(review), redact: false };
        let fonts = PacketFonts::with_system();
        let start = Instant::now();
        let built = self.file.build_packet(&options, &self.sessions[at], None, &stamp())?;
        let gathered = start.elapsed();
        let rendered = render_packet(&built, fonts)?;
        println!("| Packet of the review: gathered | {} |", ms(gathered));
        println!(
            "| Packet of the review, {:.2} MB | {} |",
            rendered.pdf.len() as f64 / 1e6,
            ms(start.elapsed())
        );
        Ok(())
    }
}

fn ms(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1e3)
}
