//! `mainstay differences`: what is in a release and why it differs from the one before; what differs between two maintenance plans.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::DifferencesArguments;
use super::failure::Failure;
use super::{CommandResult, open};
use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;
use crate::domain::release::{Difference, DifferenceKind, Release};
use crate::domain::text::counted;
use crate::ops::{FieldDifference, ProductFile};

/// Lists differences.
pub fn differences(arguments: &DifferencesArguments) -> CommandResult {
    let id: RecordId = arguments.id.parse().map_err(Failure::usage)?;
    let other = arguments.other.as_deref().map(str::parse::<RecordId>).transpose().map_err(Failure::usage)?;
    let file = open::to_read(&arguments.file)?;
    if let Some(other) = other {
        let found = file.plan_differences(id, other).map_err(Failure::of_argument)?;
        return Ok(if arguments.json { plans_json(id, other, &found) } else { plans_words(&found) });
    }
    let found = file.differences(id).map_err(Failure::of_argument)?;
    let data = file.record(id)?;
    let release = data.typed::<Release>().unwrap_or_default();
    if arguments.json {
        return Ok(release_json(id, &release, &found));
    }
    Ok(release_words(&file, &data, &release)? + &difference_lines(&found))
}

fn plans_words(found: &[FieldDifference]) -> String {
    let mut output = String::new();
    let mut section = "";
    for difference in found {
        if difference.section != section {
            section = difference.section;
            let _ = writeln!(output, "{section}");
        }
        let _ = writeln!(output, "  {}", difference.words());
    }
    let _ = writeln!(output, "{}", counted(found.len(), "difference"));
    output
}

fn plans_json(before: RecordId, after: RecordId, found: &[FieldDifference]) -> String {
    let rows: Vec<Value> = found
        .iter()
        .map(|one| {
            json!({
                "section": one.section, "label": one.label, "clause": one.clause, "row": one.row, "before": one.before,
                "after": one.after,
            })
        })
        .collect();
    format!("{:#}\n", json!({"format": 1, "before": before, "after": after, "differences": rows}))
}

/// What is in a release: its changes, the problems that they fix, the size of its baseline.
fn release_words(file: &ProductFile, data: &RecordData, release: &Release) -> Result<String, Failure> {
    let title = |id: &RecordId| file.record(*id).map(|data| format!("{id}  {}", data.title()));
    let follows = match release.predecessor {
        Some(id) => format!("follows {id}, {}", file.record(id)?.text("version")),
        None => "follows no release, so that nothing differs".to_owned(),
    };
    let mut output = format!("{}  {}, {follows}\n", data.head.id, &*release.version);
    for (what, ids) in [("Changes", &release.change_requests), ("Problems fixed", &release.problems_fixed)] {
        let _ = writeln!(output, "{what}: {}", ids.len());
        for id in ids {
            let _ = writeln!(output, "  {}", title(id)?);
        }
    }
    let items = counted(release.baseline_items.len(), "configuration item");
    let _ = writeln!(output, "Baseline: {items}, {}", counted(release.soup_baseline.len(), "SOUP item"));
    Ok(output)
}

/// The differences of a release, a line for each, with the changes behind it.
pub(super) fn difference_lines(found: &[Difference]) -> String {
    let mut output = String::new();
    for (title, kind) in [("Configuration items", DifferenceKind::Item), ("SOUP", DifferenceKind::Soup)] {
        let of_kind: Vec<&Difference> = found.iter().filter(|one| one.kind == kind).collect();
        let _ = writeln!(output, "{title} that differ: {}", of_kind.len());
        for one in of_kind {
            let changes: Vec<String> = one.changes.iter().map(ToString::to_string).collect();
            let behind =
                if changes.is_empty() { "no change is behind it".to_owned() } else { changes.join(", ") };
            let _ = writeln!(output, "  {}: {behind}", one.words());
        }
    }
    output
}

fn release_json(id: RecordId, release: &Release, found: &[Difference]) -> String {
    let rows: Vec<Value> = found
        .iter()
        .map(|one| {
            let kind = match one.kind {
                DifferenceKind::Item => "item",
                DifferenceKind::Soup => "soup",
            };
            json!({"kind": kind, "item": one.item, "from": one.from, "to": one.to, "changes": one.changes})
        })
        .collect();
    let value = json!({
        "format": 1, "id": id, "version": release.version, "predecessor": release.predecessor,
        "change_requests": release.change_requests, "problems_fixed": release.problems_fixed,
        "baseline_items": release.baseline_items, "soup_baseline": release.soup_baseline, "differences": rows,
    });
    format!("{value:#}\n")
}
