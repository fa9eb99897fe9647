//! What the export of an issue tracker says of an item of a review (IEC 62304 7.1.3).

use std::collections::BTreeSet;

use serde_json::json;

use super::line;
use crate::base::note::Gravity;
use crate::domain::record::{Fields, RecordData};
use crate::domain::review_item::{ListedAnomaly, ReviewItem};
use crate::domain::text::counted;
use crate::ops::Refused;
use crate::soup::formats::trackers::{TrackerList, read_tracker, relevant_to};

/// What the export of an issue tracker says of an item of a review, as its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedAnomalies {
    /// The fields of the item: the anomalies that may concern its version, not judged yet, after those that it has.
    pub set: Fields,
    /// What was read, in a sentence.
    pub words: String,
}

/// Most remarks about an export that are told one by one.
const REMARKS_TOLD: usize = 20;

/// What an export does not give, in sentences: entries that could not be read, and signs that the list is not complete.
fn left_out(list: &TrackerList) -> Vec<String> {
    let mut words = Vec::new();
    if list.pull_requests > 0 {
        words.push(format!("{} left out.", counted(list.pull_requests, "pull request")));
    }
    let notes = &list.notes.notes;
    words.extend(notes.iter().take(REMARKS_TOLD).map(|note| match note.gravity {
        Gravity::Refused => format!("{} was not read: {}.", note.place, note.text),
        Gravity::Warning | Gravity::Info => format!("{}.", note.text),
    }));
    let more = notes.len().saturating_sub(REMARKS_TOLD) + list.notes.more;
    if more > 0 {
        words.push(format!("{} more.", counted(more, "remark")));
    }
    words
}

/// Reads the export of an issue tracker for an item of a review. Anomalies that its list names already stay as they are judged.
///
/// # Errors
/// When the bytes are no export of a tracker that is known, or the item cannot be read.
pub fn anomalies_of(item: &RecordData, (bytes, name): (&[u8], &str)) -> Result<ListedAnomalies, Refused> {
    let content = item.typed::<ReviewItem>().unwrap_or_default();
    let list = read_tracker(bytes).map_err(|why| Refused::Rule(format!("{name}: {why}")))?;
    let marks = relevant_to(&list.rows, &content.version_searched);
    let known: BTreeSet<&str> = content.anomalies.iter().map(|row| &*row.anomaly).collect();
    let mut rows: Vec<ListedAnomaly> = content.anomalies.iter().cloned().collect();
    let mut concern = 0;
    for (row, mark) in list.rows.iter().zip(&marks) {
        if !mark.may_concern() {
            continue;
        }
        concern += 1;
        if !known.contains(row.id.as_str()) {
            let severity =
                if row.severity.is_empty() { String::new() } else { format!("; {}", row.severity) };
            let title = line(&format!("{} ({}{severity})", row.title, mark.words()));
            rows.push(ListedAnomaly { anomaly: line(&row.id), title, ..ListedAnomaly::default() });
        }
    }
    let told = format!(
        "{name}, {}: {} of {} may concern version {}.",
        list.format,
        concern,
        counted(list.rows.len(), "row"),
        content.version_searched
    );
    let words = std::iter::once(told).chain(left_out(&list)).collect::<Vec<_>>().join(" ");
    let mut set = Fields::new();
    if !rows.is_empty() {
        set.insert("anomalies".to_owned(), json!(rows));
    }
    let judged = content.list_judgement.trim();
    if judged.is_empty() {
        set.insert("list_judgement".to_owned(), words.clone().into());
    } else if !judged.contains(&words) {
        set.insert("list_judgement".to_owned(), format!("{judged}\n{words}").into());
    }
    Ok(ListedAnomalies { set, words })
}
