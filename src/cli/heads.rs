//! `mainstay heads`, and the comparison of every opened file with what this workstation saw of it earlier.

use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::args::Heads;
use super::failure::Failure;
use super::{CommandResult, open};
use crate::base::regular;
use crate::ops::places;
use crate::ops::workstation::{self, Behind, Memory, Seen, SeenHead};
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
pub fn compare(file: &mut ProductFile, folder: Option<&Path>) {
    let Some(folder) = folder else { return };
    // What cannot be compared or remembered here is found by `verify`.
    let Ok(seen) = workstation::remember(folder, file, ops::now()) else { return };
    if let Some(words) = warning(&seen, file) {
        eprintln!("mainstay: {words}");
    }
}

/// Remembers the last event of a file after it was written.
pub fn remember(file: &mut ProductFile) {
    if let Some(folder) = places::data_folder() {
        // Without it the next comparison only finds less.
        let _ = workstation::remember(&folder, file, ops::now());
    }
}

/// The event of a file that this workstation saw last.
pub fn seen_of(file: &ProductFile) -> Option<(u64, String)> {
    let memory = Memory::of(&places::data_folder()?, &file.uuid().ok()?)?;
    Some((memory.head.seq, memory.head.digest))
}

fn warning(seen: &Seen, file: &ProductFile) -> Option<String> {
    let path = file.path().display();
    match seen {
        Seen::First | Seen::Continues => None,
        Seen::Unreadable => Some(format!(
            "warning: what this workstation saw of {path} is damaged and could not be compared; compare the file with the head of a packet: \
             `mainstay heads enter`"
        )),
        Seen::Continued { seen, by } => Some(format!(
            "note: {path} lacks event {}, which this workstation saw; its event {by} continues it from a restored copy \
             without it",
            seen.seq
        )),
        Seen::Behind(behind) => Some(format!("warning: {path}: {behind}; {ADVICE}")),
    }
}

/// What to do about a file that lacks an event that was seen.
const ADVICE: &str = "compare it with your backups; if it is meant to be so, an administrator continues from it with \
                      `mainstay continue-from-backup`";

/// The refusal to write to a file that lacks an event that was seen.
pub fn behind(path: &Path, behind: &Behind) -> Failure {
    Failure::refused(format!("nothing is written to {}: {behind}; {ADVICE}", path.display()))
}

/// Lists, takes over or forgets the last events that this workstation saw of product files.
pub fn heads(what: &Heads) -> CommandResult {
    let folder =
        places::data_folder().ok_or_else(|| Failure::failed("this system has no folder for user data"))?;
    match what {
        Heads::List { json } => Ok(list(&folder, *json)),
        Heads::Import { list } => import(&folder, list),
        Heads::Enter { file, head } => {
            let mut open = open::quietly(file)?;
            let name = file.display();
            if workstation::enter(&folder, &mut open, head)? {
                return Ok(format!("{name} contains event {}\n", head.seq));
            }
            Err(Failure::integrity(format!(
                "{name} does not contain event {}: it is another file or an older copy, or the head was mistyped. The head \
                 is remembered; `mainstay heads forget` forgets it",
                head.seq
            )))
        }
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
        for left in head.left {
            let _ = writeln!(output, "  left behind  event {}  SHA-256 {}", left.seq, left.digest);
        }
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
