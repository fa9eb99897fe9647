//! `mainstay advisories update`: the one command that fetches advisory data from the network.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::CommandResult;
use super::advisories::{folder, interrupted, pretty};
use super::args::AdvisoriesUpdate;
use super::failure::Failure;
use super::sbom::input_failure;
use crate::domain::text::counted;
use crate::ops::{self, places};
use crate::soup::{
    Pace, UpdateOutcome, UpdateProgress, UpdateSettings, UpdateSource, UpdatedSource, update_advisories,
};

/// Remarks printed for one source; all are in the JSON.
const REMARKS_SHOWN: usize = 10;

/// Updates the sources that are named, or those that are on.
pub fn update(arguments: AdvisoriesUpdate) -> CommandResult {
    let settings = settings(&arguments)?;
    let missing = settings.missing();
    if !missing.is_empty() {
        return Err(Failure::usage(format!(
            "{}; name sources with --source, and write their settings into a file for --config, or choose them in the window",
            missing.join("; ")
        )));
    }
    let folder = folder(arguments.cache)?;
    let interrupted = interrupted();
    let to_person = std::io::stderr().is_terminal();
    let on = |progress: UpdateProgress<'_>| {
        if to_person {
            let share = progress.share.map_or_else(String::new, |share| format!(", {:.0} %", share * 100.0));
            let _ =
                write!(std::io::stderr(), "\r\x1b[K{}: {}{share}", progress.source.word(), progress.doing);
        }
        !interrupted.load(Ordering::Relaxed)
    };
    let outcome = update_advisories(&settings, &folder, &Pace::default(), &on, &ops::stamp());
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
    let output = if arguments.json {
        pretty(&json!({"format": 1, "sources": report}))
    } else {
        report.iter().map(source_words).collect()
    };
    let failed = report.iter().filter(|updated| updated.has_failed()).count();
    if failed > 0 {
        let words = format!(
            "{failed} of {} could not be updated; the reasons are listed above",
            counted(report.len(), "source")
        );
        return Err(Failure::failed(words).after(output));
    }
    Ok(output)
}

/// The settings of the file or of the window. The command itself is the permission to use the network.
fn settings(arguments: &AdvisoriesUpdate) -> Result<UpdateSettings, Failure> {
    let stored = places::settings_folder().map(|folder| places::update_settings_in(&folder));
    let mut settings = match (&arguments.config, stored) {
        (Some(path), _) if !path.exists() => {
            return Err(Failure::failed(format!("there is no file {}", path.display())));
        }
        (Some(path), _) => load(path)?,
        (None, Some(path)) => load(&path)?,
        (None, None) => UpdateSettings::default(),
    };
    settings.allowed = true;
    if !arguments.source.is_empty() {
        settings.sources.clear();
        for code in &arguments.source {
            let Some(source) = UpdateSource::from_code(code.trim()) else {
                let known: Vec<&str> = UpdateSource::ALL.map(UpdateSource::code).to_vec();
                return Err(Failure::usage(format!(
                    "there is no source “{code}”; the sources are {}",
                    known.join(", ")
                )));
            };
            settings.set(source, true);
        }
    }
    Ok(settings)
}

fn load(path: &Path) -> Result<UpdateSettings, Failure> {
    UpdateSettings::load(path).map_err(input_failure)
}

fn source_words(updated: &UpdatedSource) -> String {
    let name = updated.source.word();
    let mut output = match &updated.outcome {
        UpdateOutcome::Updated => format!(
            "{name}: updated: {}, {}, {} new, {} replaced, {} refused, {} bytes\n",
            counted(updated.files, "file"),
            counted(updated.records, "record"),
            updated.new,
            updated.replaced,
            updated.refused,
            updated.bytes
        ),
        UpdateOutcome::Unchanged => format!("{name}: nothing new is published\n"),
        UpdateOutcome::Failed { reason } if updated.files > 0 => {
            let files = counted(updated.files, "file");
            format!("{name}: not updated to its end, {files} imported before: {reason}\n")
        }
        UpdateOutcome::Failed { reason } => format!("{name}: not updated: {reason}\n"),
    };
    for remark in updated.remarks.iter().take(REMARKS_SHOWN) {
        let _ = writeln!(output, "  {remark}");
    }
    let more = updated.remarks.len().saturating_sub(REMARKS_SHOWN) as u64 + updated.more_remarks;
    if more > 0 {
        let _ = writeln!(output, "  and {more} more; --json has them");
    }
    output
}
