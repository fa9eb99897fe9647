//! Measures what a person waits for, on a file that `generate` made: `cargo run --release --example measure -- FILE`.
//! With `--packet` after the file, what is measured is a packet of its whole period; with `--one-pdf` the same in one PDF, however long it is; with
//! `--readiness` the rules that look for gaps.
//!
//! The file is copied first, so that it stays as it was. The figures are kept in `docs/measurements.md`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mainstay::domain::ids::Kind;
use mainstay::domain::record::Fields;
use mainstay::domain::time::{Day, Moment};
use mainstay::ops::{
    ChapterOrder, EventFilter, KeptRules, Opened, PacketFonts, PacketOptions, PacketScope, PacketSizes,
    Password, ProductFile, ReadinessScope, Request, now, render_packet, stamp,
};

/// What `generate` sets.
const PASSWORD: &str = "violet tractor hums at noon";
/// Queries as they are typed, letter by letter.
const QUERIES: [&str; 5] = ["alarm late", "battery restart", "FB-00", "pump frozen network", "zzz"];

fn main() -> Result<(), Box<dyn Error>> {
    let source: PathBuf =
        std::env::args_os().nth(1).ok_or("usage: measure FILE [--packet | --one-pdf | --readiness]")?.into();
    let path = source.with_extension("measured.mainstay");
    std::fs::copy(&source, &path)?;
    let outcome = match std::env::args().nth(2).as_deref() {
        Some("--packet") => packet(&path, PacketSizes::default()),
        Some("--one-pdf") => packet(&path, PacketSizes { longest: usize::MAX, ..PacketSizes::default() }),
        Some("--readiness") => readiness(&path),
        Some(_) | None => measure(&path),
    };
    std::fs::remove_file(&path)?;
    let mut lock = path.into_os_string();
    lock.push(".lock");
    let _ = std::fs::remove_file(lock);
    outcome
}

fn measure(path: &Path) -> Result<(), Box<dyn Error>> {
    println!("| What | Figure |\n| --- | --- |");
    row("File", format!("{:.1} MB", std::fs::metadata(path)?.len() as f64 / 1e6));
    let start = Instant::now();
    let Opened::Open(mut file) = ProductFile::open(path, &stamp())? else {
        return Err("the file did not open".into());
    };
    let opened = start.elapsed();
    let attention = file.attention(now())?;
    let with_attention = start.elapsed();
    let mut rows = 0;
    for kind in [Kind::Feedback, Kind::ProblemReport, Kind::ChangeRequest] {
        rows += file.list(kind)?.len();
    }
    let with_lists = start.elapsed();
    row("Events", file.head().seq.to_string());
    row("Rows in lists", rows.to_string());
    row("Open", ms(opened));
    row(
        "Open and what needs attention",
        format!("{} ({} items)", ms(with_attention), attention.now.len() + attention.coming.len()),
    );
    row("Open, attention and three lists", ms(with_lists));
    let start = Instant::now();
    file.events(&EventFilter::default(), 200, 0)?;
    row("Newest 200 events", ms(start.elapsed()));
    searches(&file)?;
    recordings(&mut file)?;
    drop(file);
    row("Memory before verification", memory());
    let start = Instant::now();
    let verification = ProductFile::verify(path, None, &|_| true)?;
    row("Verify", format!("{} ({} findings)", ms(start.elapsed()), verification.findings.len()));
    row("Memory after verification", memory());
    Ok(())
}

/// One search for each letter that is typed.
fn searches(file: &ProductFile) -> Result<(), Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..5 {
        for query in QUERIES {
            for (end, letter) in query.char_indices() {
                let start = Instant::now();
                file.search(&query[..end + letter.len_utf8()], 20)?;
                times.push(start.elapsed());
            }
        }
    }
    times.sort_unstable();
    row("Search for each letter typed, median", ms(times[times.len() / 2]));
    row("Search for each letter typed, 99 of 100", ms(times[times.len() * 99 / 100]));
    Ok(())
}

/// One feedback at a time, each on the disk before the next.
fn recordings(file: &mut ProductFile) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp())?;
    row("Sign in", ms(start.elapsed()));
    let mut times = Vec::new();
    for turn in 0..50 {
        let mut set = Fields::new();
        set.insert("title".to_owned(), format!("Measured report {turn}").into());
        set.insert("description_verbatim".to_owned(), "The alarm came late. ".repeat(20).into());
        let start = Instant::now();
        file.perform(
            &ana,
            Request::Create { kind: Kind::Feedback, parent: None, set }.into(),
            None,
            &stamp(),
        )?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    row("One feedback, durable, median of 50", ms(times[times.len() / 2]));
    row("One feedback, durable, slowest of 50", ms(times[times.len() - 1]));
    Ok(())
}

/// All rules that look for gaps, now, at days of the past, and after a record was saved.
fn readiness(path: &Path) -> Result<(), Box<dyn Error>> {
    let Opened::Open(mut file) = ProductFile::open(path, &stamp())? else {
        return Err("the file did not open".into());
    };
    println!("| What | Median of 5 |\n| --- | --- |");
    row("Events", file.head().seq.to_string());
    let known = file.known();
    let five = |look: &dyn Fn() -> Result<usize, Box<dyn Error>>| {
        let mut times = Vec::new();
        let mut gaps = 0;
        for _ in 0..5 {
            let start = Instant::now();
            gaps = look()?;
            times.push(start.elapsed());
        }
        times.sort_unstable();
        Ok::<_, Box<dyn Error>>(format!("{}, {gaps} gaps", ms(times[2])))
    };
    row("All rules now", five(&|| Ok(file.readiness(now(), &known)?.gaps.len()))?);
    for days in [30, 400] {
        let then = Moment::end_of(now().day().plus_days(-days));
        let found = five(&|| Ok(file.readiness_at(then, &known)?.gaps.len()))?;
        row(&format!("All rules {days} days ago, with the records of then"), found);
    }
    let start = Instant::now();
    file.readiness_since((now(), ReadinessScope::MONTHS), &known, &|_| true)?;
    let months = ReadinessScope::MONTHS;
    row(&format!("Since when each gap is there, {months} months, once"), ms(start.elapsed()));
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp())?;
    let mut kept = KeptRules::default();
    file.readiness_again(&mut kept, now(), &known)?;
    for kind in [Kind::Feedback, Kind::ProblemReport, Kind::ChangeRequest, Kind::Finding] {
        let mut times = Vec::new();
        for turn in 0..5 {
            let mut set = Fields::from_iter([("title".to_owned(), format!("Measured record {turn}").into())]);
            if kind == Kind::Finding {
                set.insert("finding_kind".to_owned(), "vulnerability".into());
                set.insert("learned_on".to_owned(), now().day().to_string().into());
            }
            file.perform(&ana, Request::Create { kind, parent: None, set }.into(), None, &stamp())?;
            let start = Instant::now();
            file.readiness_again(&mut kept, now(), &known)?;
            times.push(start.elapsed());
        }
        times.sort_unstable();
        row(&format!("All rules after a saved {}", kind.def().noun()), ms(times[2]));
    }
    row("Largest memory", status("VmHWM:"));
    Ok(())
}

/// A packet of the whole period.
fn packet(path: &Path, sizes: PacketSizes) -> Result<(), Box<dyn Error>> {
    let Opened::Open(mut file) = ProductFile::open(path, &stamp())? else {
        return Err("the file did not open".into());
    };
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp())?;
    let scope = PacketScope::Period {
        from: Day::parse("2000-01-01")?,
        to: now().day(),
        order: ChapterOrder::Clauses,
    };
    let start = Instant::now();
    let mut built = file.build_packet(&PacketOptions { scope, redact: false }, &ana, None, &stamp())?;
    built.sizes = sizes;
    let collected = start.elapsed();
    println!("| What | Figure |\n| --- | --- |");
    row("Memory after collecting", memory());
    let rendered = render_packet(&built, PacketFonts::bundled())?;
    row("Pages of the period packet", rendered.all_pages().to_string());
    let volumes = rendered.further.iter().map(|one| one.volume.pages.to_string());
    let volumes: Vec<String> = std::iter::once(rendered.pages.to_string()).chain(volumes).collect();
    row("Pages of each volume", volumes.join(", "));
    row("Period packet", format!("{} ({} to collect)", ms(start.elapsed()), ms(collected)));
    row("Size of the PDF", format!("{:.1} MB", rendered.pdf.len() as f64 / 1e6));
    row("Memory after the packet", memory());
    row("Largest memory", status("VmHWM:"));
    Ok(())
}

fn row(what: &str, figure: String) {
    println!("| {what} | {figure} |");
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// Resident memory of this process, on Linux.
fn memory() -> String {
    status("VmRSS:")
}

fn status(which: &str) -> String {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with(which))?.to_owned();
            let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(format!("{:.0} MB", kib / 1024.0))
        })
        .unwrap_or_else(|| "not told by this system".to_owned())
}
