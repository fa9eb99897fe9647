//! `mainstay calendar`: the working-day calendars that a policy can use, and the script that adds one to a policy.

use std::fmt::Write as _;

use serde_json::Value;

use super::CommandResult;
use super::failure::Failure;
use crate::ops::{self, POLICY, calendar_folder, calendars, find_calendar};

/// Years to take by default, this year included.
const YEARS: i32 = 5;

/// Lists the calendars; with a name, prints the script that adds its working days to a policy.
pub fn calendar(name: Option<&str>, from: Option<i32>, to: Option<i32>) -> CommandResult {
    let folder = calendar_folder();
    match name {
        None => Ok(listed(folder.as_deref())),
        Some(name) => {
            let sheet = find_calendar(name, folder.as_deref()).map_err(Failure::of_named(name))?;
            let this = ops::now().utc().date_naive();
            let from = from.unwrap_or_else(|| chrono::Datelike::year(&this));
            let to = to.unwrap_or_else(|| from.saturating_add(YEARS - 1));
            if to < from {
                return Err(Failure::usage(format!("the year {to} is before {from}")));
            }
            let fields = sheet.policy_fields(from..=to).map_err(Failure::usage)?;
            let reason = Value::from(format!("Working days: {}, {from} to {to}", &*sheet.name));
            let set = Value::Object(fields);
            Ok(format!("[\n  (do: Edit(id: \"{POLICY}\", set: {set:#}), reason: {reason}),\n]\n"))
        }
    }
}

fn listed(folder: Option<&std::path::Path>) -> String {
    let (known, problems) = calendars(folder);
    let mut output = String::new();
    for (code, sheet) in known {
        let _ = writeln!(output, "{code:<16} {}: {}", &*sheet.name, sheet.known_years());
    }
    for problem in problems {
        let _ = writeln!(output, "skipped: {problem}");
    }
    output
}
