//! `mainstay export --csv` and `import records`: exporting and importing every field of the records of a kind.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::args::RecordsArguments;
use super::failure::Failure;
use super::print::kind_of;
use super::{CommandResult, heads, open};
use crate::ops;
use crate::ops::fields_csv::FieldsPlan;
use crate::ops::import::{ImportSource, ReadOptions};

/// Exports every field of the records of a kind.
pub fn write(path: &Path, kind: &str, out: &Path) -> CommandResult {
    let kind = kind_of(kind)?;
    let file = open::to_read(path)?;
    let bytes = file.fields_csv(kind)?;
    let failed = |error| Failure::failed(format!("{} could not be written: {error}", out.display()));
    let mut target = std::fs::File::options().write(true).create_new(true).open(out).map_err(failed)?;
    if let Err(error) = target.write_all(&bytes).and_then(|()| target.sync_all()) {
        drop(target);
        let _ = std::fs::remove_file(out);
        return Err(failed(error));
    }
    Ok(format!("Wrote {}\n", out.display()))
}

/// Imports records, or reports what a dry run would import.
pub fn take(arguments: &RecordsArguments) -> CommandResult {
    let kind = kind_of(&arguments.kind)?;
    let source = Arc::new(ImportSource::read(&arguments.input, &ReadOptions::default())?);
    if arguments.dry_run {
        let file = open::to_read(&arguments.file)?;
        let plan = file.plan_fields(kind, &source, &arguments.leave_out, ops::now())?;
        let output = outcome(&plan, "would be imported");
        return finish(&plan, output);
    }
    let (mut file, session, _) = open::to_write(&arguments.file, &arguments.login)?;
    let plan = file.plan_fields(kind, &source, &arguments.leave_out, ops::now())?;
    if let Some(id) = plan.known_as.filter(|_| !arguments.again) {
        return Err(Failure::refused(format!(
            "the same file is already attached as {id}; to import its rows again, give --again"
        )));
    }
    let made = file.take_fields(&session, &plan, &ops::stamp())?;
    heads::remember(&file);
    let mut output = outcome(&plan, "imported");
    if let (Some(first), Some(last)) = (made.first(), made.last()) {
        let _ = writeln!(output, "{first} to {last}");
    }
    finish(&plan, output)
}

fn outcome(plan: &FieldsPlan, verb: &str) -> String {
    let mut output = String::new();
    for (line, reasons) in plan.refused() {
        let _ = writeln!(output, "line {line} refused: {}", reasons.join("; "));
    }
    let (taken, refused) = (plan.taken(), plan.refused().count());
    let _ = writeln!(output, "{}: {taken} rows {verb}, {refused} refused", plan.source.file_name);
    output
}

fn finish(plan: &FieldsPlan, output: String) -> CommandResult {
    if plan.taken() == 0 && plan.refused().count() > 0 {
        return Err(Failure::refused("no row could be imported; nothing was changed").after(output));
    }
    Ok(output)
}
