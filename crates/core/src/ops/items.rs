//! Configuration items of a baseline, read from a table.

use std::collections::BTreeMap;

use super::refused::Refused;
use crate::domain::release::{BASELINE_MAX, BaselineItem};
use crate::domain::text::{Line, counted};
use crate::exchange::items::{self, Item};

/// Configuration items of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadItems {
    /// The items, sorted, each once.
    pub rows: Vec<BaselineItem>,
    /// Names of columns that were not read.
    pub unread: Vec<String>,
}

/// Reads a table with the columns item and version. `name` is the name of the file.
///
/// # Errors
/// [`Refused::Rule`] with the place of everything that cannot be read.
pub fn read_items(bytes: &[u8], name: &str) -> Result<ReadItems, Refused> {
    let refused = |why: String| {
        Refused::Rule(format!("{name} was not accepted as a table of configuration items: {why}"))
    };
    let mut found = items::read(bytes, BASELINE_MAX).map_err(|error| refused(error.to_string()))?;
    let mut rows = BTreeMap::new();
    for Item { line, item, version } in &found.items {
        match (Line::new(item), Line::new(version)) {
            (Ok(item), Ok(version)) => {
                rows.insert((item.clone(), version.clone()), BaselineItem { item, version });
            }
            (Err(reason), _) => found.problems.add(*line, "item", reason),
            (_, Err(reason)) => found.problems.add(*line, "version", reason),
        }
    }
    if found.problems.is_empty() {
        return Ok(ReadItems { rows: rows.into_values().collect(), unread: found.unread });
    }
    let count = counted(found.problems.count(), "defect");
    Err(refused(format!("{count}: {}", found.problems.lines().join("; "))))
}
