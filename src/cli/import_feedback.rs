//! `mainstay import feedback`: importing feedback from a file.

use std::fmt::Write as _;
use std::sync::Arc;

use super::args::ImportArguments;
use super::failure::Failure;
use super::records::some_refused;
use super::{CommandResult, open, time_stamp};
use crate::domain::text::counted;
use crate::domain::time::Moment;
use crate::ops::import::{
    ImportReport, ImportSource, Mapping, ReadOptions, RowOutcome, answered, find_mapping,
};
use crate::ops::{self, Session};

/// Imports feedback, or reports what a dry run would import.
pub fn import(arguments: &ImportArguments) -> CommandResult {
    let source = ImportSource::read(&arguments.input, &ReadOptions::default()).map_err(Failure::of_input)?;
    let source = Arc::new(source);
    let mapping = mapping(arguments)?;
    if arguments.dry_run {
        let file = open::to_read(&arguments.file)?;
        let plan = file.plan_import(&source, &mapping, ops::now()).map_err(Failure::of_input)?;
        return outcome(&plan.dry_run(), plan.imported_before, true);
    }
    let (mut file, session, _) = open::to_write(&arguments.file, &arguments.login)?;
    let session: &Session = &session;
    let mut plan = file.plan_import(&source, &mapping, ops::now()).map_err(Failure::of_input)?;
    plan.reason = arguments.reason.clone().unwrap_or_default();
    let report = file.import(session, &plan, &|_| true, &ops::stamp())?;
    time_stamp::after_writing(&mut file, session);
    outcome(&report, plan.imported_before, false)
}

fn mapping(arguments: &ImportArguments) -> Result<Mapping, Failure> {
    let mut mapping =
        find_mapping(&arguments.mapping, None).map_err(Failure::of_named(&arguments.mapping))?;
    for answer in &arguments.answers {
        let (target, value) = answer
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("--answer “{answer}” is not FIELD=VALUE")))?;
        mapping = answered(mapping, target.trim(), value.trim()).map_err(Failure::of_argument)?;
    }
    if let Some(open) = mapping.ask.first() {
        return Err(Failure::usage(format!("{} Answer it with --answer {}=…", open.question, open.target)));
    }
    Ok(mapping)
}

fn outcome(report: &ImportReport, before: Option<Moment>, dry: bool) -> CommandResult {
    let mut output = String::new();
    if let Some(at) = before {
        let _ = writeln!(output, "The same file was imported before, on {}", at.words());
    }
    for row in &report.rows {
        match &row.outcome {
            RowOutcome::Taken(_) => {}
            RowOutcome::Already(id) => {
                output.push_str(&line(row.line, &row.external_number, "imported before as", &id.to_string()));
            }
            RowOutcome::Refused(reasons) => {
                output.push_str(&line(row.line, &row.external_number, "refused:", &reasons.join("; ")));
            }
        }
    }
    let counts = report.counts;
    let verb = if dry { "would be imported" } else { "imported" };
    let _ = writeln!(
        output,
        "{}, mapping “{}”: {} {verb}, {} imported before, {} refused",
        report.file_name,
        report.mapping,
        counted(counts.taken, "row"),
        counts.already,
        counts.refused
    );
    if let Some(id) = report.attachment {
        let _ = writeln!(output, "The file is kept as {id}");
    }
    some_refused(counts.refused, counts.taken + counts.already, output)
}

fn line(number: u64, external: &str, word: &str, rest: &str) -> String {
    let external = if external.is_empty() { String::new() } else { format!(" {external}") };
    format!("line {number}{external} {word} {rest}\n")
}
