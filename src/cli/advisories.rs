//! `mainstay advisories import`, `status` and `show`; `update` is in `advisory_update`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;

use super::CommandResult;
use super::advisory_update;
use super::args::Advisories;
use super::failure::Failure;
use super::sbom::input_failure;
use crate::base::note::{Gravity, Notes};
use crate::domain::text::counted;
use crate::ops;
use crate::soup::{
    AdvisoryVersion, CacheStatus, ImportOutcome, ImportProgress, ImportedFile, cache_status,
    import_advisories, show_advisory,
};

/// Up to this many files have a line each without `--verbose`.
const FILES_SHOWN: usize = 20;
/// Notes printed for one file; all are in the JSON.
const NOTES_SHOWN: usize = 10;

/// Runs a command on the advisory data.
pub fn advisories(what: Advisories) -> CommandResult {
    match what {
        Advisories::Import { paths, cache, leave_out_unreadable, verbose, json } => {
            let print = if json { Print::Json } else { Print::of_person(verbose) };
            import(&paths, &folder(cache)?, print, Unreadable::of(leave_out_unreadable))
        }
        Advisories::Update(arguments) => advisory_update::update(arguments),
        Advisories::Status { cache, max_age, json } => {
            let status = cache_status(&folder(cache)?, ops::now().day(), max_age).map_err(input_failure)?;
            Ok(if json {
                pretty(&json!({"format": 1, "cache": status.cache, "sources": status.sources}))
            } else {
                status_words(&status, max_age)
            })
        }
        Advisories::Show { id, cache, json } => show(&id, &folder(cache)?, json),
    }
}

/// The folder of the cache.
pub fn folder(chosen: Option<PathBuf>) -> Result<PathBuf, Failure> {
    chosen
        .or_else(ops::cache_folder)
        .ok_or_else(|| Failure::failed("this system has no folder for user data; choose one with --cache"))
}

/// A JSON document for other programs.
pub fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// A flag that Ctrl+C sets, so that running work can end cleanly.
pub fn interrupted() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    // Without the handler Ctrl+C ends the program at once. Nothing is lost then either.
    let _ = ctrlc::set_handler(move || set.store(true, Ordering::Relaxed));
    flag
}

/// What is printed of an import.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Print {
    /// A line for every file, or the sums of many.
    Sums,
    /// A line for every file.
    Files,
    /// Everything, for other programs.
    Json,
}

impl Print {
    const fn of_person(verbose: bool) -> Self {
        if verbose { Self::Files } else { Self::Sums }
    }
}

/// What files that cannot be read mean for the end of an import. The others are imported in any case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unreadable {
    /// It has failed.
    Fail,
    /// It is done without them.
    LeaveOut,
}

impl Unreadable {
    const fn of(leave_out: bool) -> Self {
        if leave_out { Self::LeaveOut } else { Self::Fail }
    }
}

fn import(paths: &[PathBuf], folder: &Path, print: Print, unreadable: Unreadable) -> CommandResult {
    let interrupted = interrupted();
    let shown = AtomicU64::new(u64::MAX);
    let to_person = std::io::stderr().is_terminal();
    let on = |progress: ImportProgress<'_>| {
        if to_person && shown.swap(progress.records / 4096, Ordering::Relaxed) != progress.records / 4096 {
            let name = progress.path.file_name().unwrap_or_default().to_string_lossy();
            let _ = write!(
                std::io::stderr(),
                "\r\x1b[K{} of {}  {name}  {}",
                progress.index + 1,
                progress.files,
                counted(progress.records, "record")
            );
        }
        !interrupted.load(Ordering::Relaxed)
    };
    let outcome = import_advisories(paths, folder, &on, &ops::stamp());
    if to_person {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    let report = match outcome {
        Ok(report) => report,
        Err(refusal) if interrupted.load(Ordering::Relaxed) => {
            return Err(Failure::failed(refusal.to_string()));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let output = match print {
        Print::Json => pretty(&json!({"format": 1, "files": report})),
        Print::Files => report_words(&report),
        Print::Sums if report.len() <= FILES_SHOWN => report_words(&report),
        Print::Sums => sums_words(&report),
    };
    let refused = report.iter().filter(|file| is_refused(file)).count();
    let all_refused = refused == report.len();
    if refused > 0 && (unreadable == Unreadable::Fail || all_refused) {
        let more = if all_refused { "" } else { "; --leave-out-unreadable ends as done without them" };
        let words = format!(
            "{refused} of {} could not be imported; the reasons are listed above{more}",
            counted(report.len(), "file")
        );
        return Err(Failure::failed(words).after(output));
    }
    Ok(output)
}

const fn is_refused(file: &ImportedFile) -> bool {
    matches!(file.outcome, ImportOutcome::Refused { .. })
}

/// The sums of each source, and in full only the files that were not imported.
fn sums_words(report: &[ImportedFile]) -> String {
    let mut output = files_words(report.iter().filter(|file| is_refused(file)));
    let mut sums: BTreeMap<(&str, &str), Vec<&ImportedFile>> = BTreeMap::new();
    for file in report.iter().filter(|file| file.outcome == ImportOutcome::Taken) {
        sums.entry((file.source.as_str(), file.format.as_str())).or_default().push(file);
    }
    for ((source, format), files) in sums {
        let sum = |of: fn(&ImportedFile) -> u64| files.iter().map(|file| of(file)).sum::<u64>();
        let _ = writeln!(
            output,
            "{source} ({format}): {} with {}, {} new, {} replaced, {} unchanged, {} older than the cached record, {} refused",
            counted(files.len(), "file"),
            counted(sum(|file| file.records), "record"),
            sum(|file| file.new),
            sum(|file| file.replaced),
            sum(|file| file.same),
            sum(|file| file.older),
            sum(|file| file.refused)
        );
    }
    let known = report.iter().filter(|file| file.outcome == ImportOutcome::Known).count();
    if known > 0 {
        let _ = writeln!(output, "{} imported before, nothing to do", counted(known, "file"));
    }
    let _ = writeln!(output, "{}; --verbose prints a line for each, --json has everything", total(report));
    output
}

fn total(report: &[ImportedFile]) -> String {
    let records: u64 =
        report.iter().filter(|file| file.outcome == ImportOutcome::Taken).map(|file| file.records).sum();
    format!("{}, {}", counted(report.len(), "file"), counted(records, "record"))
}

fn report_words(report: &[ImportedFile]) -> String {
    let mut output = files_words(report.iter());
    let _ = writeln!(output, "{}", total(report));
    output
}

fn files_words<'a>(files: impl Iterator<Item = &'a ImportedFile>) -> String {
    let mut output = String::new();
    for file in files {
        let path = file.path.display();
        match &file.outcome {
            ImportOutcome::Taken => {
                let date = file.data_date.as_deref().unwrap_or("no date");
                let _ = writeln!(
                    output,
                    "{path}: {} ({}), {date}: {}, {} new, {} replaced, {} unchanged, {} older than the cached record, {} refused",
                    file.source,
                    file.format,
                    counted(file.records, "record"),
                    file.new,
                    file.replaced,
                    file.same,
                    file.older,
                    file.refused
                );
            }
            ImportOutcome::Known => {
                let _ = writeln!(output, "{path}: imported before, nothing to do");
            }
            ImportOutcome::Refused { place, reason } => {
                let _ = writeln!(output, "{path}: not imported: {place}: {reason}");
            }
        }
        notes_words(&mut output, &file.notes);
    }
    output
}

/// The first notes of a document, and the names that were not understood.
pub fn notes_words(output: &mut String, notes: &Notes) {
    for note in notes.notes.iter().take(NOTES_SHOWN) {
        let _ = writeln!(output, "  {}  {}: {}", gravity_word(note.gravity), note.place, note.text);
    }
    let more = notes.notes.len().saturating_sub(NOTES_SHOWN) + notes.more;
    if more > 0 {
        let _ = writeln!(output, "  and {more} more; --json has them");
    }
    if !notes.not_understood.is_empty() {
        let named = notes.not_understood.iter().take(NOTES_SHOWN);
        let names: Vec<String> = named.map(|(name, count)| format!("{name} ({count})")).collect();
        let more = notes.not_understood.len().saturating_sub(NOTES_SHOWN);
        let more = if more > 0 { format!(" and {more} more; --json has them") } else { String::new() };
        let _ = writeln!(output, "  not understood: {}{more}", names.join(", "));
    }
}

const fn gravity_word(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Info => "remark ",
        Gravity::Warning => "warning",
        Gravity::Refused => "refused",
    }
}

fn status_words(status: &CacheStatus, max_age: u32) -> String {
    if status.sources.is_empty() {
        return format!(
            "There is no advisory data in {}; import some with mainstay advisories import, or update from the network with mainstay advisories update\n",
            status.cache
        );
    }
    let mut output = format!("{}\n", status.cache);
    for source in &status.sources {
        let age = match source.age_days {
            Some(days) => format!("{} old", counted(days, "day")),
            None => "of unknown age".to_owned(),
        };
        let too_old = if source.too_old {
            format!(", older than the {} allowed", counted(max_age, "day"))
        } else {
            String::new()
        };
        let confirmed = source.confirmed_at.as_deref().and_then(|at| at.get(..10));
        let confirmed = confirmed.map_or_else(String::new, |day| format!(", confirmed {day}"));
        let _ = writeln!(
            output,
            "{}  {}{confirmed}  {age}{too_old}  {}  {}  {}",
            source.name,
            source.data_date.as_deref().unwrap_or("no date"),
            counted(source.records, "record"),
            source.file,
            source.sha256
        );
    }
    output
}

fn show(id: &str, folder: &Path, json: bool) -> CommandResult {
    let tellings = show_advisory(folder, id).map_err(input_failure)?;
    if tellings.is_empty() {
        return Err(Failure::failed(format!("nothing is known about {id} in {}", folder.display())));
    }
    if json {
        let value = json!({"format": 1, "id": id, "tellings": tellings});
        return Ok(pretty(&value));
    }
    let mut output = String::new();
    for telling in &tellings {
        output.push_str(&telling_words(telling));
    }
    Ok(output)
}

fn telling_words(telling: &AdvisoryVersion) -> String {
    let state = if telling.current { "current" } else { "replaced" };
    let date = telling.data_date.as_deref().unwrap_or("no date");
    let record: serde_json::Value = serde_json::from_str(telling.record.get()).unwrap_or_default();
    format!(
        "{} ({}), {state}, {date}, {}\nSHA-256 of the record {}\n{record:#}\n\n",
        telling.source, telling.kind, telling.file, telling.sha256
    )
}
