//! `mainstay heads`, and the comparison of every opened file with what this workstation saw of it earlier.

use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::args::Heads;
use super::failure::Failure;
use super::{CommandResult, open};
use crate::base::regular;
use crate::ops::places;
use crate::ops::workstation::{self, Seen, SeenHead};
use crate::ops::{self, ProductFile};

/// Maximum size of a list of heads.
const LIST_BYTES_MAX: u64 = 4 << 20;

/// A list of heads as it is written and read.
#[derive(Serialize, Deserialize)]
struct List {
    format: u32,
    heads: Vec<SeenHead>,
}

/// Compares a file with what was seen earlier, warns on standard error, and remembers its last event.
pub fn compare(file: &ProductFile) {
    let Some(folder) = places::data_folder() else { return };
    // What cannot be compared or remembered here is found by `verify`.
    let Ok(seen) = workstation::remember(&folder, file) else { return };
    if let Some(words) = warning(&seen, file) {
        eprintln!("mainstay: {words}");
    }
}

/// Remembers the last event of a file after it was written.
pub fn remember(file: &ProductFile) {
    if let Some(folder) = places::data_folder() {
        // Without it the next comparison only finds less.
        let _ = workstation::remember(&folder, file);
    }
}

/// The event of a file that this workstation saw last.
pub fn seen_of(file: &ProductFile) -> Option<(u64, String)> {
    workstation::remembered_head(&places::data_folder()?, &file.uuid().ok()?)
}

fn warning(seen: &Seen, file: &ProductFile) -> Option<String> {
    let path = file.path().display();
    let advice = "compare it with your backups; if it is meant to be so, forget what was seen with `mainstay heads forget`";
    match seen {
        Seen::First | Seen::Continues => None,
        Seen::CutOff { seen } => Some(format!(
            "warning: {path} ends at event {}, but this workstation saw event {seen} of it: events were cut off, or this \
             is an older copy; {advice}",
            file.head().seq
        )),
        Seen::Differs { seen } => Some(format!(
            "warning: event {seen} of {path} is not the one that this workstation saw: the file was rewritten, or two \
             copies of it were worked in; {advice}"
        )),
    }
}

/// Lists, takes over or forgets the last events that this workstation saw of product files.
pub fn heads(what: &Heads) -> CommandResult {
    let folder =
        places::data_folder().ok_or_else(|| Failure::failed("this system has no folder for user data"))?;
    match what {
        Heads::List { json } => Ok(list(&folder, *json)),
        Heads::Import { list } => import(&folder, list),
        Heads::Forget { file } => {
            let uuid = open::quietly(file)?.uuid()?;
            let forgotten = workstation::forget(&folder, &uuid)?;
            let words = if forgotten { "Forgot what was seen of" } else { "Nothing was seen of" };
            Ok(format!("{words} {}\n", file.display()))
        }
    }
}

fn list(folder: &Path, json: bool) -> String {
    let heads = workstation::heads(folder);
    if json {
        let list = List { format: 1, heads };
        return serde_json::to_string_pretty(&list).unwrap_or_default() + "\n";
    }
    if heads.is_empty() {
        return "This workstation has not seen a product file yet\n".to_owned();
    }
    let mut output = String::new();
    for head in heads {
        let _ = writeln!(output, "{}  event {}  SHA-256 {}", head.file, head.seq, head.digest);
    }
    output
}

fn import(folder: &Path, path: &Path) -> CommandResult {
    let unusable = |why: String| Failure::failed(format!("{}: {why}", path.display()));
    let text = ops::read_text(path, LIST_BYTES_MAX).map_err(|error| unusable(regular::why(&error)))?;
    let list: List = serde_json::from_str(&text).map_err(|error| {
        unusable(format!("it is not a list of heads as `mainstay heads list --json` prints it: {error}"))
    })?;
    if list.format != 1 {
        return Err(unusable(format!("format {} is not known; install the latest version", list.format)));
    }
    let taken = workstation::take_over_heads(folder, &list.heads).map_err(Failure::of_input)?;
    Ok(format!("{taken} of {} were later than what this workstation saw\n", list.heads.len()))
}
