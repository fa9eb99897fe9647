//! `mainstay gate`: every condition up to the release of a version.

use std::fmt::Write as _;

use serde_json::json;

use super::args::GateArguments;
use super::failure::{FOUND, Failure};
use super::{CommandResult, open};
use crate::domain::ids::RecordId;
use crate::domain::workflow::Condition;

/// Lists the conditions, the unmet ones first.
pub fn gate(arguments: &GateArguments) -> CommandResult {
    let id: RecordId = arguments.id.parse().map_err(Failure::usage)?;
    let file = open::to_read(&arguments.file)?;
    let conditions = file.gate(id)?;
    let unmet = conditions.iter().filter(|condition| !condition.met).count();
    let output = if arguments.json {
        format!("{:#}\n", json!({"format": 1, "id": id, "unmet": unmet, "conditions": conditions}))
    } else {
        words(id, &conditions)
    };
    if unmet == 0 { Ok(output) } else { Err(Failure::answer(FOUND, output)) }
}

fn words(id: RecordId, conditions: &[Condition]) -> String {
    let mut output = String::new();
    for (title, met) in [("Not met", false), ("Met", true)] {
        let of_these: Vec<&Condition> = conditions.iter().filter(|condition| condition.met == met).collect();
        let _ = writeln!(output, "{title}: {}", of_these.len());
        for condition in of_these {
            let label = condition.field.and_then(|name| id.kind.def().field(name)).map(|field| field.label);
            let place = match (condition.record, label) {
                (Some(record), _) if !met => format!("; see {record}"),
                (None, Some(label)) if !met => format!("; see “{label}”"),
                (Some(_) | None, _) => String::new(),
            };
            let _ = writeln!(output, "  {} ({}){place}", condition.text, condition.clause);
        }
    }
    output
}
