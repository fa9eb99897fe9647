//! Repeats a search on the present data and compares it with the evidence, byte by byte.

use std::collections::BTreeSet;
use std::path::Path;

use super::parts::{SearchOptions, SearchSource, SearchSubject};
use super::search::run_search;
use super::{SearchRun, read};
use crate::refused::Refused;

/// Number of differing lines that are told.
const LINES_MAX: usize = 5;
/// Number of files that are told.
const FILES_MAX: usize = 20;
/// Characters of a differing line that are told.
const LINE_CHARS: usize = 160;

/// Whether a search gives the same again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SameResult {
    /// Byte by byte.
    Same,
    /// It does not.
    Differs {
        /// The reasons and the first differences, in words.
        because: Vec<String>,
    },
}

/// Repeats the search of a run with the same subjects, options and day on the present data in `folder`.
///
/// # Errors
/// When the bytes are not those of a search, and as [`run_search`].
pub fn run_again(
    bytes: &[u8],
    folder: &Path,
    go_on: &(dyn Fn(f32) -> bool + Sync),
) -> Result<SameResult, Refused> {
    let former = SearchRun::read(bytes).map_err(|why| {
        Refused::Rule(format!("the search cannot be repeated, because it cannot be read: {why}"))
    })?;
    let subjects: Vec<SearchSubject> = former.subjects.iter().map(|one| one.subject.clone()).collect();
    let options = SearchOptions {
        today: former.on,
        max_age_days: former.max_age_days,
        knowledge: former.knowledge.clone(),
    };
    let now = run_search(&subjects, folder, &options, go_on)?;
    let again = now.to_bytes();
    if again == bytes {
        return Ok(SameResult::Same);
    }
    let mut because = Vec::new();
    if former.program != now.program {
        because.push(format!(
            "the search was made by {} {}, this is {} {}",
            former.program.name, former.program.version, now.program.name, now.program.version
        ));
    }
    files(&former, &now, &mut because);
    lines(&former, &now, &mut because);
    if because.is_empty() {
        because.push(format!("line {} differs", read::first_difference(bytes, &again)));
    }
    Ok(SameResult::Differs { because })
}

/// The files that are missing, and those that are new.
fn files(former: &SearchRun, now: &SearchRun, because: &mut Vec<String>) {
    let without = |ones: &SearchRun, others: &SearchRun| -> Vec<SearchSource> {
        let known: BTreeSet<&str> = others.sources.iter().map(|source| source.sha256.as_str()).collect();
        ones.sources.iter().filter(|one| !known.contains(one.sha256.as_str())).cloned().collect()
    };
    for (words, files) in [
        ("the present data has no record from a file of the search any more", without(former, now)),
        ("the present data has records from a file that was not searched", without(now, former)),
    ] {
        for file in files.iter().take(FILES_MAX) {
            because.push(format!("{words}: {} {} ({})", file.name, file.file, file.sha256));
        }
        if files.len() > FILES_MAX {
            because.push(format!("{words}: {} more files", files.len() - FILES_MAX));
        }
    }
}

/// The first subjects and the first source whose lines differ.
fn lines(former: &SearchRun, now: &SearchRun, because: &mut Vec<String>) {
    let subjects = former.subjects.iter().zip(&now.subjects).filter(|(one, other)| one != other);
    let mut differing = 0;
    for (one, other) in subjects {
        differing += 1;
        if differing <= LINES_MAX {
            let (was, is) = around(&super::line(one), &super::line(other));
            let subject = &one.subject;
            because.push(format!("{} {}: was {was}, is {is}", subject.item, subject.version));
        }
    }
    if differing > LINES_MAX {
        because.push(format!("{} more subjects differ", differing - LINES_MAX));
    }
    let known: BTreeSet<&str> = former.sources.iter().map(|source| source.sha256.as_str()).collect();
    let same_file = now.sources.iter().filter(|source| known.contains(source.sha256.as_str()));
    let changed = same_file.filter(|source| !former.sources.contains(source)).take(LINES_MAX);
    because.extend(changed.map(|source| {
        format!("{} {} is the same file, but it was read differently", source.name, source.file)
    }));
}

/// Two texts around their first difference.
fn around(one: &str, other: &str) -> (String, String) {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(LINE_CHARS / 4);
    let part = |text: &str| text.chars().skip(from).take(LINE_CHARS).collect::<String>();
    (format!("“…{}…”", part(one)), format!("“…{}…”", part(other)))
}
