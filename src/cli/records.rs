//! `mainstay export --csv` and `import records`: exporting and importing every field of the records of a kind.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::args::RecordsArguments;
use super::failure::Failure;
use super::files::write_new;
use super::print::kind_of;
use super::{CommandResult, open, time_stamp};
use crate::domain::ids::Kind;
use crate::domain::text::counted;
use crate::ops::fields_csv::{FieldsPlan, missing_column};
use crate::ops::import::{ImportSource, ReadOptions};
use crate::ops::{self, ProductFile};

/// Exports every field of the records of a kind.
pub fn write(path: &Path, kind: &str, out: &Path) -> CommandResult {
    let kind = kind_of(kind)?;
    let file = open::to_read(path)?;
    let bytes = file.fields_csv(kind)?;
    write_new(out, path, &bytes)
}

/// Imports records, or reports what a dry run would import.
pub fn take(arguments: &RecordsArguments) -> CommandResult {
    let kind = kind_of(&arguments.kind)?;
    let source = ImportSource::read(&arguments.input, &ReadOptions::default()).map_err(Failure::of_input)?;
    let source = Arc::new(source);
    if let Some(name) = missing_column(kind.def(), &source.header, &arguments.leave_out) {
        return Err(Failure::usage(format!("--leave-out: the file has no column “{name}”")));
    }
    if arguments.dry_run {
        let file = open::to_read(&arguments.file)?;
        let plan = planned(&file, kind, &source, arguments)?;
        let mut output = outcome(&plan, "would be imported");
        if let Some(id) = plan.known_as {
            let _ = writeln!(output, "The same file is already attached as {id}; importing it needs --again");
        }
        return finish(&plan, output);
    }
    let (mut file, session, _) = open::to_write(&arguments.file, &arguments.login)?;
    let mut plan = planned(&file, kind, &source, arguments)?;
    plan.reason = arguments.reason.clone().unwrap_or_default();
    if let Some(id) = plan.known_as.filter(|_| !arguments.again) {
        return Err(Failure::refused(format!(
            "the same file is already attached as {id}; to import its rows again, give --again"
        )));
    }
    let made = file.take_fields(&session, &plan, &ops::stamp())?;
    time_stamp::after_writing(&mut file, &session);
    let mut output = outcome(&plan, "imported");
    if let (Some(first), Some(last)) = (made.first(), made.last()) {
        let _ = writeln!(output, "{first} to {last}");
    }
    finish(&plan, output)
}

fn planned(
    file: &ProductFile,
    kind: Kind,
    source: &Arc<ImportSource>,
    arguments: &RecordsArguments,
) -> Result<FieldsPlan, Failure> {
    file.plan_fields(kind, source, &arguments.leave_out, ops::now()).map_err(|refusal| {
        // That people do not make records of a kind is a rule; everything else is about the columns of the input.
        if kind.def().create_by.is_empty() { Failure::from(refusal) } else { Failure::of_input(refusal) }
    })
}

fn outcome(plan: &FieldsPlan, verb: &str) -> String {
    let mut output = String::new();
    for (name, rows) in plan.later_columns() {
        let rows = counted(rows, "row");
        let _ = writeln!(
            output,
            "column {name} cannot be filled when a record is created, and {rows} would fill it: give --leave-out {name}"
        );
    }
    for (line, reasons) in plan.refused().filter(|(_, reasons)| !reasons.is_empty()) {
        let _ = writeln!(output, "line {line} refused: {}", reasons.join("; "));
    }
    let (taken, refused) = (counted(plan.taken(), "row"), plan.refused().count());
    let _ = writeln!(output, "{}: {taken} {verb}, {refused} refused", plan.source.file_name);
    output
}

fn finish(plan: &FieldsPlan, output: String) -> CommandResult {
    some_refused(plan.refused().count(), plan.taken(), output)
}

/// The end of an import: it fails if rows were refused, whether others could be imported or not.
pub(super) fn some_refused(refused: usize, taken: usize, output: String) -> CommandResult {
    if refused == 0 {
        return Ok(output);
    }
    let words = if taken == 0 {
        "no row could be imported, and nothing was changed; the reasons are listed above".to_owned()
    } else {
        format!("{} refused; the reasons are listed above", counted(refused, "row"))
    };
    Err(Failure::failed(words).after(output))
}
