//! `mainstay import feedback`: importing feedback from a file.

use std::fmt::Write as _;
use std::sync::Arc;

use super::args::ImportArguments;
use super::failure::Failure;
use super::{CommandResult, heads, open};
use crate::ops::import::{
    ImportReport, ImportSource, Mapping, ReadOptions, RowOutcome, answered, find_mapping,
};
use crate::ops::{self, Session};

/// Imports feedback, or reports what a dry run would import.
pub fn import(arguments: &ImportArguments) -> CommandResult {
    let source = Arc::new(ImportSource::read(&arguments.input, &ReadOptions::default())?);
    let mapping = mapping(arguments)?;
    if arguments.dry_run {
        let file = open::to_read(&arguments.file)?;
        let plan = file.plan_import(&source, &mapping, ops::now())?;
        return outcome(&plan.dry_run(), true);
    }
    let (mut file, session, _) = open::to_write(&arguments.file, &arguments.login)?;
    let session: &Session = &session;
    let plan = file.plan_import(&source, &mapping, ops::now())?;
    let report = file.import(session, &plan, &|_| true, &ops::stamp())?;
    heads::remember(&file);
    outcome(&report, false)
}

fn mapping(arguments: &ImportArguments) -> Result<Mapping, Failure> {
    let mut mapping =
        find_mapping(&arguments.mapping, None).map_err(|refusal| Failure::usage(refusal.to_string()))?;
    for answer in &arguments.answers {
        let (target, value) = answer
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("--answer “{answer}” is not FIELD=VALUE")))?;
        mapping = answered(mapping, target.trim(), value.trim())?;
    }
    if let Some(open) = mapping.ask.first() {
        return Err(Failure::usage(format!("{} Answer it with --answer {}=…", open.question, open.target)));
    }
    Ok(mapping)
}

fn outcome(report: &ImportReport, dry: bool) -> CommandResult {
    let mut output = String::new();
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
        "{}, mapping “{}”: {} rows {verb}, {} imported before, {} refused",
        report.file_name, report.mapping, counts.taken, counts.already, counts.refused
    );
    if let Some(id) = report.attachment {
        let _ = writeln!(output, "The file is kept as {id}");
    }
    if counts.taken == 0 && counts.refused > 0 {
        return Err(Failure::refused("no row could be imported; nothing was changed").after(output));
    }
    Ok(output)
}

fn line(number: u64, external: &str, word: &str, rest: &str) -> String {
    let external = if external.is_empty() { String::new() } else { format!(" {external}") };
    format!("line {number}{external} {word} {rest}\n")
}
