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
