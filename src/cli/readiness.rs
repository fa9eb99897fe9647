//! `mainstay readiness`: the gaps that an auditor would find, with clause, severity and remedy.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::ReadinessArguments;
use super::failure::{FOUND, Failure};
use super::{CommandResult, open};
use crate::domain::readiness::Severity;
use crate::domain::time::Moment;
use crate::ops::{self, FoundGap, ProductFile, Readiness, places, workstation};

/// Lists the gaps; fails where something critical is found that nothing settles.
pub fn readiness(arguments: &ReadinessArguments) -> CommandResult {
    let mut file = open::to_read(&arguments.file)?;
    note_last_backup(&mut file);
    if arguments.verify {
        let found = ProductFile::verify(file.path(), None, &|_| true)?;
        file.note_verification(&found)?;
    }
    let facts = file.known();
    let found = match arguments.on {
        Some(day) => file.readiness_at(Moment::end_of(day), &facts)?,
        None if arguments.since => file.readiness_since((ops::now(), arguments.months), &facts, &|_| true)?,
        None => file.readiness(ops::now(), &facts)?,
    };
    let output = if arguments.json { as_json(&found) } else { as_text(&found) };
    if found.count(Severity::Critical) == 0 { Ok(output) } else { Err(Failure::answer(FOUND, output)) }
}

/// Notes the newest automatic backup that this workstation has of a file.
pub fn note_last_backup(file: &mut ProductFile) {
    if let Some((folder, uuid)) = places::data_folder().zip(file.uuid().ok()) {
        workstation::note_last_backup(&folder, &uuid, file);
    }
}

fn as_json(found: &Readiness) -> String {
    let gaps: Vec<Value> = found
        .gaps
        .iter()
        .map(|one| {
            let gap = &one.gap;
            json!({
                "rule": gap.rule.id, "clause": gap.rule.clause, "severity": gap.severity(), "says": gap.rule.says,
                "record": gap.hit.record, "title": one.title(), "field": gap.hit.field, "what": gap.hit.text, "remedy": gap.rule.remedy,
                "settled_by": gap.settled, "first_seen": one.first_seen,
            })
        })
        .collect();
    format!(
        "{:#}\n",
        json!({
            "format": 1, "at": found.at, "rules": found.rules, "not_looked_at": found.unknown, "gaps": gaps,
        })
    )
}

fn as_text(found: &Readiness) -> String {
    let mut output = format!("At {}: {}\n", found.at.words(), found.words());
    if let Some(words) = found.unknown_words() {
        let _ = writeln!(output, "{words}");
    }
    let mut last = String::new();
    for one in &found.gaps {
        let heading = if one.gap.settled.is_some() {
            "Waived, or told in a closed deviation".to_owned()
        } else {
            crate::domain::choice::Choice::word(one.gap.severity()).to_owned()
        };
        if heading != last {
            let _ = writeln!(output, "\n{heading}");
            last = heading;
        }
        output.push_str(&line(one));
    }
    output
}

fn line(one: &FoundGap) -> String {
    let gap = &one.gap;
    let record = gap.hit.record.map_or_else(|| "no record".to_owned(), |id| id.to_string());
    let settled = gap.settled_words().map_or_else(String::new, |words| format!(" {words}."));
    let title = if one.title().is_empty() { String::new() } else { format!("{:21}{}\n", "", one.title()) };
    let since = one.first_seen.map_or_else(String::new, |day| format!(" Since {day} or earlier."));
    format!(
        "  {:<8} {record:<10} {}. ({}){since}{settled}\n{title}{:21}{}\n",
        gap.rule.id,
        gap.hit.text.trim_end_matches('.'),
        gap.rule.clause,
        "",
        gap.rule.remedy
    )
}
