//! `mainstay packet`: records as a PDF for an audit.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::args::{PacketArguments, PacketOf};
use super::failure::Failure;
use super::run::print_now;
use super::{CommandResult, heads, open, readiness, retirement, time_stamp};
use crate::base::fresh_file::FreshFile;
use crate::domain::ids::RecordId;
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::ops::{
    self, PacketFonts, PacketOptions, PacketScope, ProductFile, ReadinessScope, Refused, RenderedPacket,
    SampleScope, Session, render_packet,
};

/// Issues a packet and records it in the audit trail.
pub fn packet(arguments: &PacketArguments) -> CommandResult {
    let asked = scope(arguments)?;
    let (mut file, session, _) = open::to_write(&arguments.file, &arguments.login)?;
    let scope = match asked {
        Some(scope) => scope,
        None => PacketScope::Retirement(retirement::plan_of(&file)?),
    };
    let options = PacketOptions { scope, redact: arguments.redact };
    refuse_future(&file, &options.scope)?;
    refuse_unknown(&file, &options.scope)?;
    readiness::note_last_backup(&mut file);
    let written = write(&mut file, &session, &options, &arguments.out);
    heads::remember(&mut file);
    let words = written?;
    // What is done is said before anything is waited for.
    print_now(&words);
    time_stamp::request_if_due(&mut file, &session);
    heads::remember(&mut file);
    Ok(String::new())
}

/// What is asked for, and only with options that belong to it; `None` for the retirement plan that is worked in, whose number the file knows.
fn scope(arguments: &PacketArguments) -> Result<Option<PacketScope>, Failure> {
    if !matches!(arguments.of, PacketOf::Readiness) && (arguments.on.is_some() || arguments.since) {
        return Err(Failure::usage("--on and --since belong to the report of readiness; leave them out"));
    }
    if !matches!(arguments.of, PacketOf::Period) && arguments.order.is_some() {
        return Err(Failure::usage("--order belongs to the packet of a period; leave it out"));
    }
    let drawing = !arguments.draws.is_empty() || arguments.seed.is_some() || arguments.asked_by.is_some();
    if !matches!(arguments.of, PacketOf::Sample) && drawing {
        return Err(Failure::usage("--draw, --seed and --asked-by belong to a sample; leave them out"));
    }
    Ok(Some(match arguments.of {
        PacketOf::Change => PacketScope::Change(one(arguments, "change CR-0001")?),
        PacketOf::Release => PacketScope::Release(one(arguments, "release RL-0001")?),
        PacketOf::SoupReview => PacketScope::SoupReview(one(arguments, "soup-review SR-0001")?),
        PacketOf::Vulnerability => PacketScope::Vulnerability(one(arguments, "vulnerability FN-0001")?),
        PacketOf::Vex => PacketScope::Vex(one(arguments, "vex RL-0001")?),
        PacketOf::Period => period(arguments)?,
        PacketOf::Readiness => of_readiness(arguments)?,
        PacketOf::Sample => PacketScope::Sample(sample(arguments)?),
        PacketOf::Retirement if arguments.ids.is_empty() => {
            refuse_period(arguments)?;
            return Ok(None);
        }
        PacketOf::Retirement => PacketScope::Retirement(one(arguments, "retirement RP-0001")?),
    }))
}

fn of_readiness(arguments: &PacketArguments) -> Result<PacketScope, Failure> {
    refuse_period(arguments)?;
    refuse_record(arguments, "the report of readiness")?;
    let months = if arguments.since { ReadinessScope::MONTHS } else { 0 };
    Ok(PacketScope::Readiness(ReadinessScope { on: arguments.on, months }))
}

/// The records that were picked by number, and those to draw.
fn sample(arguments: &PacketArguments) -> Result<SampleScope, Failure> {
    let records = arguments.ids.iter().map(|id| id.parse()).collect::<Result<_, String>>();
    let entered = match (&arguments.from, &arguments.to) {
        (None, None) => None,
        (Some(from), Some(to)) => {
            Some((Day::parse(from).map_err(Failure::usage)?, Day::parse(to).map_err(Failure::usage)?))
        }
        (Some(_), None) | (None, Some(_)) => {
            return Err(Failure::usage("--from and --to go together; give both days, or none"));
        }
    };
    let sample = SampleScope {
        records: records.map_err(Failure::usage)?,
        draws: arguments.draws.clone(),
        seed: arguments.seed.clone().unwrap_or_default(),
        entered,
        asked_by: arguments.asked_by.clone().unwrap_or_default(),
    };
    sample.refuse().map_err(|refused| Failure::usage(refused.to_string()))?;
    Ok(sample)
}

/// Some packets are of no record.
fn refuse_record(arguments: &PacketArguments, of: &str) -> Result<(), Failure> {
    match arguments.ids.first() {
        Some(id) => Err(Failure::usage(format!("“{id}” does not belong to {of}; leave it out"))),
        None => Ok(()),
    }
}

fn refuse_period(arguments: &PacketArguments) -> Result<(), Failure> {
    for (name, given) in [("--from", &arguments.from), ("--to", &arguments.to)] {
        if given.is_some() {
            return Err(Failure::usage(format!("{name} belongs to the packet of a period; leave it out")));
        }
    }
    Ok(())
}

/// The one record of a packet; `example` is how it is asked for, with a number of its kind.
fn one(arguments: &PacketArguments, example: &str) -> Result<RecordId, Failure> {
    let number = example.split_whitespace().last().unwrap_or_default();
    let kind = number.parse::<RecordId>().map_err(Failure::usage)?.kind;
    refuse_period(arguments)?;
    let noun = kind.def().noun();
    let id = match arguments.ids.as_slice() {
        [] => return Err(Failure::usage(format!("for the packet of a {noun}, write: {example}"))),
        [id] => id,
        [_, second, ..] => {
            return Err(Failure::usage(format!(
                "“{second}” is one too many for the packet of a {noun}; several records together are a sample: sample {}",
                arguments.ids.join(" ")
            )));
        }
    };
    let id: RecordId = id.parse().map_err(Failure::usage)?;
    if id.kind != kind {
        return Err(Failure::usage(format!("{id} is not a {noun}; write a number such as {number}")));
    }
    Ok(id)
}

fn period(arguments: &PacketArguments) -> Result<PacketScope, Failure> {
    refuse_record(arguments, "the packet of a period")?;
    let (Some(from), Some(to)) = (&arguments.from, &arguments.to) else {
        return Err(Failure::usage(
            "for the packet of a period, write: period --from 2026-01-01 --to 2026-06-30",
        ));
    };
    let from = Day::parse(from).map_err(Failure::usage)?;
    let to = Day::parse(to).map_err(Failure::usage)?;
    if from > to {
        return Err(Failure::usage(format!("--from {from} is after --to {to}")));
    }
    let order = arguments.order.map(Into::into).unwrap_or_default();
    Ok(PacketScope::Period { from, to, order })
}

/// Nothing can be stated about days that are still to come.
fn refuse_future(file: &ProductFile, scope: &PacketScope) -> Result<(), Failure> {
    let (name, day) = match scope {
        PacketScope::Period { to, .. } => ("--to", Some(*to)),
        PacketScope::Readiness(scope) => ("--on", scope.on),
        PacketScope::Change(_)
        | PacketScope::Release(_)
        | PacketScope::SoupReview(_)
        | PacketScope::Vulnerability(_)
        | PacketScope::Vex(_)
        | PacketScope::Retirement(_)
        | PacketScope::Sample(_) => return Ok(()),
    };
    let today = file.head().at.map_or(ops::now(), |last| last.max(ops::now())).day();
    match day.filter(|day| *day > today) {
        Some(day) => {
            Err(Failure::usage(format!("{name} {day} is in the future; give {today} or an earlier day")))
        }
        None => Ok(()),
    }
}

/// A record that is not there is told before the file is verified, which takes long.
fn refuse_unknown(file: &ProductFile, scope: &PacketScope) -> Result<(), Failure> {
    match scope.record() {
        Some((id, kind)) => Ok(file.refuse_other(id, kind)?),
        None => Ok(()),
    }
}

/// Writes a packet to a new file, or to one for each volume. A packet that cannot be recorded in the audit trail leaves none.
pub fn write(
    file: &mut ProductFile,
    session: &Session,
    options: &PacketOptions,
    out: &Path,
) -> CommandResult {
    let stamp = ops::stamp();
    // An existing file is reported before the long work.
    let pdf = FreshFile::new(out, Some(file.path())).map_err(Refused::from)?;
    let verification = ProductFile::verify(file.path(), heads::seen_of(file), &|_| true)?;
    let built = file.build_packet(options, session, Some(&verification), &stamp)?;
    let rendered = render_packet(&built, PacketFonts::with_system())?;
    // The PDF gets its name only after the audit trail has recorded it.
    let (_, paths) = file.issue_packet_as(session, &rendered, (pdf, false), &stamp)?;
    Ok(words(&rendered, &paths))
}

/// What was written, and where.
fn words(rendered: &RenderedPacket, paths: &[PathBuf]) -> String {
    let first = paths.first().map_or_else(String::new, |path| path.display().to_string());
    let mut output = if rendered.further.is_empty() {
        format!(
            "Packet {}: {} in {first} ({})\nSHA-256 {}\n",
            rendered.number(),
            counted(rendered.pages, "page"),
            rendered.conformance,
            rendered.sha256
        )
    } else {
        format!(
            "Packet {}: {} in {} ({})\nVolume 1, the index: {} in {first}\nSHA-256 {}\n",
            rendered.number(),
            counted(rendered.all_pages(), "page"),
            counted(paths.len(), "volume"),
            rendered.conformance,
            counted(rendered.pages, "page"),
            rendered.sha256
        )
    };
    for (one, path) in rendered.further.iter().zip(paths.iter().skip(1)) {
        let volume = &one.volume;
        let pages = counted(volume.pages, "page");
        let _ = writeln!(
            output,
            "Volume {}: {pages} in {}\nSHA-256 {}",
            volume.number,
            path.display(),
            volume.sha256
        );
    }
    for warning in &rendered.warnings {
        let _ = writeln!(output, "{warning}");
    }
    output
}
