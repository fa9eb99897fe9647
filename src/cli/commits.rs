//! `mainstay commits`: the commit list of a release beside its changes.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::args::CommitsArguments;
use super::failure::{FOUND, Failure};
use super::{CommandResult, open, time_stamp};
use crate::base::regular;
use crate::domain::ids::RecordId;
use crate::domain::text::counted;
use crate::ops::commits::{self, CommitComparison};
use crate::ops::{self, EvidenceFile};

/// Stores a list, if one is given, and compares.
pub fn commits(arguments: &CommitsArguments) -> CommandResult {
    let id: RecordId = arguments.id.parse().map_err(Failure::usage)?;
    let (Some(list), Some(login)) = (&arguments.list, &arguments.login) else {
        let file = open::to_read(&arguments.file)?;
        return outcome(id, &commits::compare(&file, id)?, arguments.json);
    };
    let list = evidence(list)?;
    commits::read_commits(&list.bytes, &list.name).map_err(Failure::of_input)?;
    let (mut file, session, _) = open::to_write(&arguments.file, login)?;
    commits::store(&mut file, &session, (id, list), arguments.reason.as_deref(), &ops::stamp())?;
    time_stamp::after_writing(&mut file, &session);
    outcome(id, &commits::compare(&file, id)?, arguments.json)
}

fn evidence(path: &Path) -> Result<EvidenceFile, Failure> {
    let bytes = ops::read_bytes(path).map_err(Failure::of_input)?;
    let name = regular::name_of(path);
    let description = "Commits of the version".to_owned();
    Ok(EvidenceFile { name, place: path.display().to_string(), description, bytes })
}

fn outcome(id: RecordId, found: &CommitComparison, json: bool) -> CommandResult {
    let output = if json { comparison_json(id, found) } else { words(found) };
    if found.agrees() { Ok(output) } else { Err(Failure::answer(FOUND, output)) }
}

fn words(found: &CommitComparison) -> String {
    let mut output = format!(
        "{}, {} named by no change of the release\n",
        counted(found.listed, "commit"),
        found.unnamed.len()
    );
    for row in &found.unnamed {
        let _ = writeln!(output, "  {}  {}", &*row.commit, &*row.subject);
    }
    for missing in &found.missing {
        let _ = writeln!(output, "{}", missing.words());
    }
    output
}

fn comparison_json(id: RecordId, found: &CommitComparison) -> String {
    let missing: Vec<Value> = found
        .missing
        .iter()
        .map(|missing| json!({"change": missing.change, "commits": missing.commits}))
        .collect();
    let value = json!({
        "format": 1, "id": id, "commits": found.listed, "unnamed": found.unnamed, "missing": missing,
    });
    format!("{value:#}\n")
}
