//! `mainstay manual`: the manual of the program as PDF.

use std::fmt::Write as _;

use super::CommandResult;
use super::args::ManualArguments;
use crate::base::fresh_file::FreshFile;
use crate::domain::text::counted;
use crate::manual::print;
use crate::ops::jobs::Progress;
use crate::ops::{self, Refused};

/// Writes the manual to a new file.
pub fn manual(arguments: &ManualArguments) -> CommandResult {
    let out = &arguments.out;
    let mut target = FreshFile::new(out, None).map_err(Refused::from)?;
    let printed = print(ops::now(), &Progress::new("Printing the manual", || {}))?;
    target.put(&printed.pdf).map_err(Refused::from)?;
    target.persist().map_err(Refused::from)?;
    let pages = counted(printed.pages, "page");
    let mut output = format!("Wrote {}, {pages} ({})\n", out.display(), printed.conformance.words());
    for warning in &printed.warnings {
        let _ = writeln!(output, "{warning}");
    }
    Ok(output)
}
