//! Makes the example product with a change that has thousands of test records, and measures them:
//! `cargo run --release --example generate_parts -- OUT [COUNT]`.

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::Fields;
use mainstay::ops::{
    Act, EventFilter, Opened, Password, ProductFile, Request, Session, example_access, stamp, write_example,
};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path: PathBuf = arguments.next().ok_or("usage: generate_parts OUT [COUNT]")?.into();
    let count: usize = arguments.next().map_or(Ok(2000), |count| count.parse())?;
    let example = write_example(&path)?;
    let Opened::Open(mut file) = ProductFile::open(&path, &stamp())? else {
        return Err("the file did not open".into());
    };
    let (_, password) = example_access().ok_or("the example has no access")?;
    let mut sessions = Vec::new();
    for person in &example.people {
        sessions.push(file.sign_in(&person.login, &Password::new(password.clone()), &stamp())?);
    }
    let (change, tester) = changeable(&mut file, &sessions).ok_or("no change takes test records")?;
    let acts = (1..count).map(|number| part(change, number)).collect();
    file.perform_all(tester, acts, &|_| true, &stamp())
        .map_err(|(index, refusal)| format!("test record {index}: {refusal}"))?;
    println!("{change} has {count} test records; {} enters them\n", tester.login());
    measure(&mut file, change, tester)
}

/// A change to which somebody may add a test record, which is added.
fn changeable<'a>(file: &mut ProductFile, sessions: &'a [Session]) -> Option<(RecordId, &'a Session)> {
    let changes = file.list(Kind::ChangeRequest).ok()?;
    changes
        .iter()
        .flat_map(|row| sessions.iter().map(|session| (row.id, session)))
        .find(|(change, session)| file.perform(session, part(*change, 0), None, &stamp()).is_ok())
}

fn part(change: RecordId, number: usize) -> Act {
    let set = json!({
        "title": format!("Alarm on battery, run {number}"), "results": "The alarm came within two seconds.",
        "anomalies_found": "none", "version_tested": "2.3.1", "configuration": "Gateway 2.3.1, pump simulator 4",
        "tools": "Test bench 2", "tester": "Dan Example", "outcome": "pass",
    });
    Request::Create { kind: Kind::TestRecord, parent: Some(change), set: fields(set) }.into()
}

fn fields(set: serde_json::Value) -> Fields {
    set.as_object().cloned().unwrap_or_default()
}

/// Reads the parts, and edits fifty of them one by one.
fn measure(file: &mut ProductFile, change: RecordId, tester: &Session) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let parts = file.parts(change, Kind::TestRecord)?;
    let read = start.elapsed();
    let mut times = Vec::new();
    for data in parts.iter().step_by(parts.len().div_ceil(50)) {
        let set = fields(json!({"results": "The alarm came within three seconds."}));
        let start = Instant::now();
        file.perform(tester, Request::Edit { id: data.head.id, set }.into(), None, &stamp())?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let bytes =
        file.events(&EventFilter::default(), 1, 0)?.first().map_or(0, |row| row.event.canonical().len());
    println!("| What | Figure |\n| --- | --- |");
    println!("| Reading {} parts | {} |", parts.len(), ms(read));
    println!("| One edited part, durable, median of {} | {} |", times.len(), ms(times[times.len() / 2]));
    println!("| One edited part, durable, slowest | {} |", ms(times[times.len() - 1]));
    println!("| Its event | {bytes} bytes |");
    Ok(())
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
