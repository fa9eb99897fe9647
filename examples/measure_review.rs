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
        for row in read_list(&bill, Unversioned::LeaveOut)?.rows {
            if rows.len() < count && seen.insert((row.item.clone(), row.version.clone())) {
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
        let found = search(&subjects, &ReviewSearch::of(cache), (stamp().now.day(), None), &|_| true)?;
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
            ms(searched - scoped)
        );
        println!(
            "| Items, evidence and {} findings stored, durable | {} |",
            started.findings.new,
            ms(stored - searched)
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
//! Measures the packet of a large SOUP review: `cargo run --release --example measure_review -- OUT [VERSIONS]`. The file is made first:
//! a release with that many versions of SOUP, and a review in which four sources were searched. One version in twenty has hits, one in
//! fifty could not be checked. The figures are kept in `docs/measurements.md`.

#[expect(dead_code, unused_imports, reason = "a review needs fewer steps of the office than a release")]
mod office;

use std::path::PathBuf;
use std::time::Instant;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::review_item::{Hit, SourceAnswer, SourceRow};
use mainstay::domain::soup_review::SearchedSource;
use mainstay::domain::text::Line;
use mainstay::ops::{
    EvidenceFile, FoundItem, FoundSearch, PacketFonts, PacketOptions, PacketScope, Password, ProductFile,
    Session, SoupImportOptions, SoupRow, Stamp, now, render_packet,
};
use serde_json::{Value, json};

use office::{Office, Outcome, PASSWORD, Who, fields, new_file};

/// As many as the bill of materials of a device with an operating system has.
const VERSIONS: usize = 2_319;
const SOURCES: [&str; 4] = ["OSV", "GitHub advisories", "NVD", "KEV"];

fn main() -> Outcome<()> {
    let mut arguments = std::env::args_os().skip(1);
    let path: PathBuf = arguments.next().ok_or("usage: measure_review OUT [VERSIONS]")?.into();
    let count = arguments.next().map_or(Ok(VERSIONS), |count| count.to_string_lossy().parse::<usize>())?;
    let at = now().plus_seconds(-86_400);
    let stamp = Stamp::at(at, 60, "GENERATOR");
    let (file, ana, _) = ProductFile::create(&path, &new_file(), &Password::new(PASSWORD), &stamp)?;
    let mut office = Office::open(file, ana, at)?;
    let session =
        office.file.sign_in("ana", &Password::new(PASSWORD), &Stamp::at(office.at, 60, "GENERATOR"))?;
    let review = scheduled(&mut office, &session, count)?;
    searched(&mut office, &session, review)?;
    judged(&mut office, &session, review)?;
    let options = PacketOptions { scope: PacketScope::SoupReview(review), redact: false };
    let start = Instant::now();
    let built = office.file.build_packet(&options, &session, None, &Stamp::at(office.at, 60, "GENERATOR"))?;
    let collected = start.elapsed();
    let rendered = render_packet(&built, PacketFonts::bundled())?;
    println!("| What | Figure |\n| --- | --- |");
    println!("| Versions, answers | {count}, {} |", count * SOURCES.len());
    println!("| Pages of the packet of the review | {} |", rendered.pages);
    println!(
        "| Packet of the review, first to last byte | {:.1} s ({:.1} s to collect) |",
        start.elapsed().as_secs_f64(),
        collected.as_secs_f64()
    );
    println!("| Its size | {:.1} MB |", rendered.pdf.len() as f64 / 1e6);
    std::fs::write(path.with_extension("pdf"), &rendered.pdf)?;
    Ok(())
}

fn name(number: usize) -> (String, String) {
    (format!("component-{number:04}"), format!("{}.{}.{}", number % 7, number % 31, number % 5))
}

/// A release with its SOUP in the register, and a review of it that is scheduled.
fn scheduled(office: &mut Office, session: &Session, count: usize) -> Outcome<RecordId> {
    let rows: Vec<SoupRow> = (0..count)
        .map(|number| {
            let (item, version) = name(number);
            let purl = format!("pkg:npm/{item}@{version}");
            let tier = ["low", "medium", "low", "high"][number % 4];
            let set = json!({"risk_tier": tier, "support_level": "actively_maintained", "supplier": "community: maintainers"});
            SoupRow { item, version, purl, fields: fields(set) }
        })
        .collect();
    let baseline: Vec<Value> =
        rows.iter().map(|row| json!({"item": row.item, "version": row.version, "purl": row.purl})).collect();
    let release =
        json!({"title": "First", "version": "1.0.0", "release_kind": "initial", "soup_baseline": baseline});
    let release = office.create(Who::Cleo, (Kind::Release, None), release)?;
    let options = SoupImportOptions { release: Some(release), ..SoupImportOptions::default() };
    office.at = office.at.plus_seconds(1);
    let plan = office.file.plan_soup_import(rows, &options, office.at)?;
    office.file.import_soup(session, &plan, &|_| true, &Stamp::at(office.at, 60, "GENERATOR"))?;
    let review = json!({
        "title": "Before the release", "trigger": "before_release", "candidates": [release],
        "method": "The lists of suppliers are read; the sources are searched by package URL and CPE name",
    });
    office.create(Who::Cleo, (Kind::SoupReview, None), review)
}

fn line(text: &str) -> Line {
    Line::new(text).unwrap_or_default()
}

/// Starts a review with what four sources answered.
fn searched(office: &mut Office, session: &Session, review: RecordId) -> Outcome<()> {
    let subjects = office.file.review_subjects(review, office.at)?;
    let items = subjects.iter().enumerate().map(|(number, subject)| {
        let (hits, blind) = (number % 20 == 0, number % 50 == 1);
        let sources = SOURCES.iter().map(|source| {
            let cpe = format!("cpe:2.3:a:community:{}:{}:*:*:*:*:*:*:*", subject.name, subject.version);
            let answer = match *source {
                _ if blind => SourceAnswer::NotChecked,
                "OSV" if hits => SourceAnswer::Found,
                "NVD" if number % 3 == 0 => SourceAnswer::NotChecked,
                _ => SourceAnswer::Nothing,
            };
            let no_answer = answer == SourceAnswer::NotChecked;
            SourceRow {
                source: line(source),
                answer: Some(answer),
                identifier: line(match *source {
                    _ if no_answer => "",
                    "NVD" => &cpe,
                    _ => &subject.purl,
                }),
                records: Some(if answer == SourceAnswer::Found { 3 } else { 0 }),
                why: line(if no_answer { "No CPE name of the component is known" } else { "" }),
            }
        });
        let hits = (0..if hits { 3 } else { 0 }).map(|hit| Hit {
            advisory: line(&format!("CVE-2030-{:05}", number * 10 + hit)),
            title: line("Memory is read beyond its end when a crafted input is parsed"),
            verdict: line("candidate"),
            severity: line("7.5 high"),
            digest: line(&"0f".repeat(32)),
            ..Hit::default()
        });
        let designator = Some(subject.designator);
        FoundItem { designator, sources: sources.collect(), hits: hits.collect(), ..FoundItem::default() }
    });
    let search = FoundSearch {
        evidence: EvidenceFile {
            name: "search.json".to_owned(),
            place: "A scan".to_owned(),
            description: "Evidence of the search".to_owned(),
            bytes: b"{}".to_vec(),
        },
        on: office.at.day(),
        program: "Mainstay".to_owned(),
        sources: SOURCES
            .iter()
            .map(|source| SearchedSource {
                source: line(source),
                data_date: line("2031-03-01"),
                ..SearchedSource::default()
            })
            .collect(),
        items: items.collect(),
        limitations: "Only published records are found".to_owned(),
    };
    office.at = office.at.plus_seconds(1);
    let stamp = Stamp::at(office.at, 60, "GENERATOR");
    office.file.start_review(session, (review, search), &|_| true, &stamp)?;
    Ok(())
}

/// Every item is judged: several of one supplier together, those with hits by themselves.
fn judged(office: &mut Office, session: &Session, review: RecordId) -> Outcome<()> {
    let mut quiet: Vec<RecordId> = Vec::new();
    office.at = office.at.plus_seconds(1);
    let stamp = Stamp::at(office.at, 60, "GENERATOR");
    let read = |place: &str| json!({"list_place": place, "list_read_on": office.at.day(), "list_judgement": "Nothing about this version"});
    let mut sets: Vec<(Vec<RecordId>, Value)> = Vec::new();
    for data in office.file.parts(review, Kind::ReviewItem)? {
        let hits = data.value("hits").as_array().cloned().unwrap_or_default();
        let mut set = read(&format!("https://example.org/{}/releases", data.title().replace(' ', "/")));
        if !hits.is_empty() {
            let rows = hits
                .iter()
                .map(|hit| json!({"advisory": hit["advisory"], "reason": "Only on another platform"}));
            set["dismissed"] = rows.collect();
        } else if data.text("search_result") == "not_checked" {
            set["not_checked"] = "The change log of the supplier was read".into();
        } else {
            quiet.push(data.head.id);
            continue;
        }
        sets.push((vec![data.head.id], set));
    }
    for (number, ids) in quiet.chunks(40).enumerate() {
        sets.push((ids.to_vec(), read(&format!("https://example.org/supplier-{number}/advisories"))));
    }
    for (ids, set) in sets {
        office.file.judge_items(session, (&ids, &fields(set)), true, &stamp)?;
    }
    Ok(())
}
