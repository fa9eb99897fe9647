//! `mainstay baseline`: the baseline of a release from a bill of materials and a table of configuration items.

use std::fmt::Write as _;

use super::args::BaselineArguments;
use super::differences::difference_lines;
use super::failure::Failure;
use super::{CommandResult, open, time_stamp};
use crate::baseline::{Baseline, Unversioned, named, read_bill, read_items};
use crate::domain::ids::RecordId;
use crate::domain::release::Difference;
use crate::domain::text::counted;
use crate::ops;

/// Stores a baseline, or lists what it would change.
pub fn baseline(arguments: &BaselineArguments) -> CommandResult {
    let id: RecordId = arguments.id.parse().map_err(Failure::usage)?;
    let unversioned =
        if arguments.leave_out_unversioned { Unversioned::LeaveOut } else { Unversioned::Refuse };
    let bill = arguments.bill.as_deref().map(|path| read_bill(path, unversioned)).transpose();
    let items = arguments.items.as_deref().map(read_items).transpose();
    let baseline =
        Baseline { bill: bill.map_err(Failure::of_input)?, items: items.map_err(Failure::of_input)? };
    let Some(login) = arguments.login.as_deref().filter(|_| !arguments.rehearse) else {
        let file = open::to_read(&arguments.file)?;
        let differences = baseline.rehearse(&file, id)?;
        return Ok(words(&baseline, "would be read", &differences));
    };
    let (mut file, session, _) = open::to_write(&arguments.file, login)?;
    let differences = baseline.rehearse(&file, id)?;
    let output = words(&baseline, "read", &differences);
    baseline.store(&mut file, &session, (id, arguments.reason.as_deref()), &ops::stamp())?;
    time_stamp::after_writing(&mut file, &session);
    Ok(output)
}

fn words(baseline: &Baseline, verb: &str, differences: &[Difference]) -> String {
    let mut output = String::new();
    if let Some(bill) = &baseline.bill {
        let _ = writeln!(output, "{} {verb} ({})", counted(bill.rows.len(), "SOUP item"), bill.format);
        for (why, names) in [("without a version", &bill.unversioned), ("not shipped", &bill.not_shipped)] {
            if !names.is_empty() {
                let count = counted(names.len(), "component");
                let _ = writeln!(output, "{count} {why}, left out: {}", named(names));
            }
        }
    }
    if let Some(items) = &baseline.items {
        let _ = writeln!(output, "{} {verb}", counted(items.rows.len(), "configuration item"));
        if !items.unread.is_empty() {
            let _ = writeln!(output, "Columns that are not read: {}", named(&items.unread));
        }
    }
    output.push_str(&difference_lines(differences));
    output
}
