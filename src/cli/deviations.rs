//! `mainstay deviations`: the process deviations, and the signs of a bypass that none tells.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::DeviationsArguments;
use super::failure::{FOUND, Failure};
use super::{CommandResult, open};
use crate::domain::ids::Kind;

/// Lists both.
pub fn deviations(arguments: &DeviationsArguments) -> CommandResult {
    let file = open::to_read(&arguments.file)?;
    let signs = file.deviation_signs()?;
    let rows = file.list(Kind::ProcessDeviation)?;
    let def = Kind::ProcessDeviation.def();
    let output = if arguments.json {
        let signs: Vec<Value> = signs
            .iter()
            .map(|sign| {
                json!({"what": sign.what, "rule": sign.rule, "clause": sign.clause, "records": sign.records,
                    "offered": sign.offered})
            })
            .collect();
        let rows: Vec<Value> =
            rows.iter().map(|row| json!({"id": row.id, "title": row.title, "state": row.state})).collect();
        format!("{:#}\n", json!({"format": 1, "signs": signs, "deviations": rows}))
    } else {
        let mut output = format!("Signs that no process deviation tells: {}\n", signs.len());
        for sign in &signs {
            let records: Vec<String> = sign.records.iter().map(ToString::to_string).collect();
            let _ = writeln!(output, "  {} ({}; {})", sign.what, sign.clause, records.join(", "));
        }
        let _ = writeln!(output, "Process deviations: {}", rows.len());
        for row in &rows {
            let state = def.state(&row.state).map_or(row.state.as_str(), |state| state.word);
            let _ = writeln!(output, "  {}  {state:<22}  {}", row.id, row.title);
        }
        output
    };
    if signs.is_empty() { Ok(output) } else { Err(Failure::answer(FOUND, output)) }
}
