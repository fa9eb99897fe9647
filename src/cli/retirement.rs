//! `mainstay retirement`: the retirement plan, its milestones, its calendar, and the test of a restored copy.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::args::RetirementArguments;
use super::failure::Failure;
use super::files::write_new;
use super::{CommandResult, open, time_stamp};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::text::counted;
use crate::ops::{self, ProductFile, Retirement};

/// Prints the plan, or does what is asked.
pub fn retirement(arguments: &RetirementArguments) -> CommandResult {
    let login = arguments.login.as_deref().unwrap_or_default();
    if let Some(copy) = &arguments.restore_test {
        return restore_test(arguments, copy, login);
    }
    if arguments.lay_out {
        let (mut file, session, _) = open::to_write(&arguments.file, login)?;
        let plan = plan_of(&file)?;
        let reason = arguments.reason.as_deref();
        let count = file.lay_out_milestones(&session, (plan, reason), &ops::stamp())?;
        time_stamp::after_writing(&mut file, &session);
        return Ok(format!("{plan}: {} laid out\n", counted(count, "milestone")));
    }
    let file = open::to_read(&arguments.file)?;
    let plan = plan_of(&file)?;
    if let Some(out) = &arguments.calendar {
        let bytes = file.retirement_calendar(plan, ops::now())?;
        return write_new(out, &arguments.file, &bytes);
    }
    let data = file.record(plan)?;
    let found = file.retirement(plan, ops::now())?;
    let milestones = file.parts(plan, Kind::Milestone)?;
    if arguments.json {
        Ok(as_json(&data, &found, &milestones))
    } else {
        Ok(as_text(&data, &found, &milestones))
    }
}

/// The retirement plan that is worked in.
pub fn plan_of(file: &ProductFile) -> Result<RecordId, Failure> {
    file.retirement_plan(ops::now())?.ok_or_else(|| {
        Failure::refused(
            "this file has no retirement plan; create one in the window or with `mainstay run`, kind retirement_plan",
        )
    })
}

/// Reads the copy before anybody is kept out of the file, and notes the result then.
fn restore_test(arguments: &RetirementArguments, copy: &Path, login: &str) -> CommandResult {
    let (plan, tested) = {
        let file = open::to_read(&arguments.file)?;
        let plan = plan_of(&file)?;
        file.refuse_restore_test(plan)?;
        // What cannot be opened is reported as by every other command.
        drop(open::quietly(copy)?);
        (plan, file.test_restore(copy, &|_| true)?)
    };
    let (mut file, session, _) = open::to_write(&arguments.file, login)?;
    let location = arguments.location.as_deref().unwrap_or_default();
    let reason = arguments.reason.as_deref();
    file.note_restore_test(&session, (plan, reason), (&tested, location), &ops::stamp())?;
    time_stamp::after_writing(&mut file, &session);
    Ok(format!(
        "{}\nSHA-256 of the copy {}\nNoted in {plan} as a restore test at {location}\n",
        tested.result, tested.sha256
    ))
}

fn as_text(data: &RecordData, found: &Retirement, milestones: &[RecordData]) -> String {
    let state = data.state().map_or("", |state| state.word);
    let mut output = format!("{}  {}  ({state})\n{}\n", data.head.id, data.title(), found.words());
    for group in &found.progress {
        let by = group.group.by.word();
        let _ = writeln!(output, "  {}: {} ({by})", group.group.title, group.state.word().to_lowercase());
        for (field, text) in &group.missing {
            let _ = writeln!(output, "    {text} (field {field})");
        }
    }
    let _ = writeln!(output, "\n{}", found.retention.words());
    for row in &found.retention.rows {
        let _ = writeln!(output, "  {} ({}): {}; {}", row.rule, row.source, row.working, row.until.words());
    }
    let _ = writeln!(output, "\n{}", counted(milestones.len(), "milestone"));
    for part in milestones {
        let state = part.state().map_or("", |state| state.word);
        let _ = writeln!(
            output,
            "  {}  {}  {state:<10}  {}",
            part.head.id,
            part.text("planned_on"),
            part.title()
        );
    }
    if !found.to_lay_out.is_empty() {
        let _ = writeln!(output, "\nThe dates also ask for these; --lay-out makes them:");
        for one in &found.to_lay_out {
            let _ = writeln!(output, "  {}  {}", one.planned, one.title);
        }
    }
    output
}

fn as_json(data: &RecordData, found: &Retirement, milestones: &[RecordData]) -> String {
    let groups: Vec<Value> = found
        .progress
        .iter()
        .map(|group| {
            let missing: Vec<Value> =
                group.missing.iter().map(|(field, text)| json!({"field": field, "text": text})).collect();
            json!({
                "title": group.group.title, "state": group.state.word(), "by": group.group.by,
                "answered": group.state.is_done(), "missing": missing,
            })
        })
        .collect();
    let rules: Vec<Value> = found
        .retention
        .rows
        .iter()
        .map(|row| {
            json!({"rule": row.rule, "source": row.source, "working": row.working, "until": row.until.words()})
        })
        .collect();
    let retention = json!({
        "until": found.retention.until(), "legal_hold": found.retention.legal_hold, "words": found.retention.words(),
        "rules": rules,
    });
    let milestones: Vec<Value> = milestones
        .iter()
        .map(|part| {
            json!({
                "id": part.head.id, "title": part.title(), "planned_on": part.text("planned_on"),
                "state": part.head.state,
            })
        })
        .collect();
    let ahead: Vec<Value> = found
        .calendar
        .iter()
        .map(
            |entry| json!({"on": entry.on, "what": entry.what, "record": entry.record, "field": entry.field}),
        )
        .collect();
    let to_lay_out: Vec<Value> =
        found.to_lay_out.iter().map(|one| json!({"title": one.title, "planned_on": one.planned})).collect();
    let shown = json!({
        "format": 1, "plan": data.head.id, "state": data.head.state, "groups": groups, "retention": retention,
        "milestones": milestones, "to_lay_out": to_lay_out, "calendar": ahead,
    });
    format!("{shown:#}\n")
}
