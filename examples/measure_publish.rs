//! Measures what publishing takes, on a file that `generate` made: `cargo run --release --example measure_publish -- FILE ADDRESS`.
//! ADDRESS is a database that is made for it and has nothing of the product. The password is read from `PGPASSWORD`.
//!
//! The file is copied first, so that it stays as it was. The figures are kept in `docs/measurements.md`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use mainstay::domain::ids::Kind;
use mainstay::domain::record::Fields;
use mainstay::mirror::{Given, How, Target, publish};
use mainstay::ops::{Opened, Password, ProductFile, Request, stamp};

type Outcome = Result<(), Box<dyn Error>>;

/// What `generate` sets.
const PASSWORD: &str = "violet tractor hums at noon";
/// Events of a busy day.
const DAY: u32 = 200;

fn main() -> Outcome {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(source), Some(address)) = (arguments.next(), arguments.next()) else {
        return Err("usage: measure_publish FILE ADDRESS".into());
    };
    let source = PathBuf::from(source);
    let given = Given { password: std::env::var("PGPASSWORD").ok(), ..Given::default() };
    let target = Target::parse(&address.to_string_lossy(), &given)?;
    let path = source.with_extension("published.mainstay");
    std::fs::copy(&source, &path)?;
    let outcome = measure(&path, &target);
    std::fs::remove_file(&path)?;
    let mut lock = path.into_os_string();
    lock.push(".lock");
    let _ = std::fs::remove_file(lock);
    outcome
}

fn measure(path: &Path, target: &Target) -> Outcome {
    println!("| What | Figure |\n| --- | --- |");
    println!("| File | {:.1} MB |", std::fs::metadata(path)?.len() as f64 / 1e6);
    once("Dry run", path, target, How::DryRun { anew: false })?;
    once("Published whole", path, target, How::New)?;
    a_day(path)?;
    once("The events of a day more", path, target, How::New)?;
    once("Nothing new", path, target, How::New)?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("not known");
    println!("| Greatest memory, with the making of the day | {} |", peak.trim());
    Ok(())
}

fn once(what: &str, path: &Path, target: &Target, how: How) -> Outcome {
    let start = Instant::now();
    let Opened::Open(file) = ProductFile::open_to_read(path)? else {
        return Err("the file did not open".into());
    };
    let published = publish(target, &file, how)?;
    println!(
        "| {what}: {} events, {} records, {} signatures | {:.2} s |",
        published.events,
        published.records,
        published.signatures,
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Two hundred items of feedback, each with its event.
fn a_day(path: &Path) -> Outcome {
    let Opened::Open(mut file) = ProductFile::open(path, &stamp())? else {
        return Err("the file did not open".into());
    };
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp())?;
    for number in 0..DAY {
        let mut set = Fields::new();
        set.insert("title".to_owned(), format!("Report {number} of the day").into());
        set.insert("description_verbatim".to_owned(), "The alarm came late. ".repeat(20).into());
        let request = Request::Create { kind: Kind::Feedback, parent: None, set };
        file.perform(&ana, request.into(), None, &stamp())?;
    }
    Ok(())
}
