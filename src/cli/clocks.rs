//! `mainstay clocks`: the clocks that run, and the reference limits that can be taken over.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::ClocksArguments;
use super::{CommandResult, open, time_stamp};
use crate::domain::choice::Choice as _;
use crate::domain::clock_template::CAPTION;
use crate::domain::text::counted;
use crate::ops::{self, Clocks};

/// Lists the clocks that run, or takes reference limits over.
pub fn clocks(arguments: &ClocksArguments) -> CommandResult {
    if arguments.take_references {
        let login = arguments.login.as_deref().unwrap_or_default();
        let (mut file, session, _) = open::to_write(&arguments.file, login)?;
        let offered = file.clocks(ops::now())?.untaken;
        let names: Vec<&str> = offered.iter().map(|reference| reference.title).collect();
        let count = file.take_references(&session, &names, arguments.reason.as_deref(), &ops::stamp())?;
        time_stamp::after_writing(&mut file, &session);
        return Ok(format!("{} to confirm with current law\n{CAPTION}\n", counted(count, "template")));
    }
    let found = open::to_read(&arguments.file)?.clocks(ops::now())?;
    if arguments.json { Ok(as_json(&found)) } else { Ok(as_text(&found)) }
}

fn as_text(found: &Clocks) -> String {
    let mut output = format!("Clocks that run: {}\n", found.running.len());
    let today = ops::now().day();
    for clock in &found.running {
        let left = match clock.days_left(today) {
            None => "no end".to_owned(),
            Some(days) if days < 0 => format!("over for {}", counted(-days, "day")),
            Some(days) => format!("{} left", counted(days, "day")),
        };
        let ends = clock.due_at.map_or_else(String::new, |due| due.words());
        let _ = writeln!(output, "  {}  {ends}  {left}  {}", clock.id, clock.title);
    }
    let _ = writeln!(
        output,
        "Reference limits of the product's markets without a template: {}",
        found.untaken.len()
    );
    for reference in &found.untaken {
        let (amount, unit) = reference.limit;
        let _ = writeln!(output, "  {}: {amount} {} ({})", reference.title, unit.word(), reference.source);
    }
    let _ = writeln!(output, "{CAPTION}");
    output
}

fn as_json(found: &Clocks) -> String {
    let running: Vec<Value> = found
        .running
        .iter()
        .map(|clock| {
            json!({
                "id": clock.id, "title": clock.title, "subject": clock.subject, "due_on": clock.due_on,
                "due_at": clock.due_at,
            })
        })
        .collect();
    let untaken: Vec<Value> = found
        .untaken
        .iter()
        .map(|one| {
            json!({
                "title": one.title, "market": one.market, "amount": one.limit.0, "unit": one.limit.1,
                "source": one.source,
            })
        })
        .collect();
    let shown = json!({"format": 1, "caption": CAPTION, "clocks": running, "untaken": untaken});
    format!("{shown:#}\n")
}
