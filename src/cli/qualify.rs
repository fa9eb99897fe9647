//! `mainstay qualify`: self-tests on this machine, as a pack for signatures.

use std::fmt::Write as _;

use super::CommandResult;
use super::advisories::pretty;
use super::args::QualifyArguments;
use super::failure::{FOUND, Failure};
use crate::base::fresh_file::FreshFile;
use crate::domain::text::counted;
use crate::ops::Refused;
use crate::ops::jobs::Progress;
use crate::qualification::{Qualification, checks, print, qualify};

/// Performs the self-tests, and prints them if asked. Failed ones end with an exit code of their own.
pub fn run(arguments: &QualifyArguments) -> CommandResult {
    let target =
        arguments.out.as_deref().map(|out| FreshFile::new(out, None)).transpose().map_err(Refused::from)?;
    let progress = Progress::new("Performing self-tests", || {});
    let found = qualify(&checks(), arguments.folder.as_deref(), &progress)?;
    let mut output = if arguments.json { pretty(&serde_json::json!(found)) } else { words(&found) };
    if let Some(mut target) = target {
        let pack = print(&found, &progress)?;
        target.put(&pack.pdf).map_err(Refused::from)?;
        let path = target.target().display().to_string();
        target.persist().map_err(Refused::from)?;
        if !arguments.json {
            let pages = counted(pack.pages, "page");
            let _ = writeln!(output, "Wrote {path}, {pages} ({})", pack.conformance.words());
        }
    }
    let failed = found.checks.len() - found.passed();
    if failed == 0 {
        return Ok(output);
    }
    let said = format!("{failed} of {} failed", counted(found.checks.len(), "self-test"));
    Err(Failure { code: FOUND, words: said, output })
}

/// One line for each test, and the reason of each failure.
fn words(found: &Qualification) -> String {
    let machine = &found.machine;
    let mut output = format!(
        "{} on {}, {}\nSHA-256 {}\n",
        machine.program, machine.machine, machine.system, machine.executable_sha256
    );
    for outcome in &found.checks {
        let result = if outcome.passed { "passed" } else { "FAILED" };
        let _ = writeln!(output, "{}  {result}  {} ({})", outcome.id, outcome.requirement, outcome.clause);
        if !outcome.passed {
            let _ = writeln!(output, "       expected: {}\n       seen: {}", outcome.expected, outcome.seen);
        }
    }
    let _ = writeln!(output, "{} of {} passed", found.passed(), counted(found.checks.len(), "self-test"));
    output
}
