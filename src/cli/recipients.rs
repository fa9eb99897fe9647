//! `mainstay recipients`: the recipients of a communication, listed, imported and exported.

use std::fmt::Write as _;
use std::path::Path;

use super::args::RecipientsArguments;
use super::failure::Failure;
use super::files::write_new;
use super::{CommandResult, open, time_stamp};
use crate::base::regular;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::counted;
use crate::ops::{self, ProductFile};

/// Lists, imports or exports recipients.
pub fn recipients(arguments: &RecipientsArguments) -> CommandResult {
    let id: RecordId = arguments.id.parse().map_err(Failure::usage)?;
    match (&arguments.import, &arguments.export) {
        (Some(input), _) => import(arguments, id, input),
        (None, Some(out)) => {
            let file = open::to_read(&arguments.file)?;
            let bytes = file.recipients_csv(id)?;
            write_new(out, &arguments.file, &bytes)
        }
        (None, None) => list(&open::to_read(&arguments.file)?, id),
    }
}

fn list(file: &ProductFile, id: RecordId) -> CommandResult {
    file.recipients_csv(id)?;
    let mut output = String::new();
    for data in file.parts(id, Kind::Recipient)? {
        let state = data.state().map_or("", |state| state.word);
        let sent = Some(data.text("sent_on")).filter(|day| !day.is_empty()).unwrap_or("not sent");
        let (of, title) = (data.text("organisation"), data.title());
        let whose = if of.is_empty() { String::new() } else { format!(", {of}") };
        let _ = writeln!(output, "{}  {state:<12}  {sent:<10}  {title}{whose}", data.head.id);
    }
    Ok(output)
}

fn import(arguments: &RecipientsArguments, id: RecordId, input: &Path) -> CommandResult {
    let login = arguments.login.as_deref().unwrap_or_default();
    let bytes = ops::read_bytes(input).map_err(Failure::of_input)?;
    let name = regular::name_of(input);
    let (mut file, session, _) = open::to_write(&arguments.file, login)?;
    let mut plan = file.plan_recipients(id, (&bytes, &name), ops::now()).map_err(Failure::of_input)?;
    plan.reason = arguments.reason.clone().unwrap_or_default();
    let mut output = String::new();
    if !plan.unread.is_empty() {
        let _ = writeln!(output, "Columns that are not read: {}", plan.unread.join(", "));
    }
    if !plan.problems.is_empty() {
        for line in plan.problems.lines() {
            let _ = writeln!(output, "{line}");
        }
        let words =
            format!("{name} has {}, and nothing was imported", counted(plan.problems.count(), "defect"));
        return Err(Failure::failed(words).after(output));
    }
    let counts = file.import_recipients(&session, &plan, &|_| true, &ops::stamp())?;
    time_stamp::after_writing(&mut file, &session);
    let _ = writeln!(output, "{name}: {}", counts.words());
    Ok(output)
}
