//! The audit trail on paper.

use serde_json::Value;

use super::paper::{Paper, word};
use crate::domain::event::{Event, FieldChange, RecordChange};
use crate::domain::field::{FieldDef, FieldType, is_empty};
use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;
use crate::domain::shared_record::SharedRecord;
use crate::domain::text::capital;
use crate::ops::lists::{field_label, value_words};
use crate::ops::refused::Refused;
use crate::report::{Change, HistoryRow};
use crate::store::EventFilter;

/// All events that touched one of the records, oldest first.
pub(super) fn events(paper: &Paper<'_>, ids: &[RecordId]) -> Result<Vec<Event>, Refused> {
    let mut found: Vec<Event> = Vec::new();
    for id in ids {
        let filter = EventFilter { record: Some(*id), ..EventFilter::default() };
        let events = paper.file.store.events(&filter, u32::MAX, 0)?.into_iter().map(|row| row.event);
        found.extend(events.filter(|event| paper.includes(event)));
    }
    found.sort_by_key(|event| event.seq);
    found.dedup_by_key(|event| event.seq);
    Ok(found)
}

/// The last event that moved a record into a state.
pub(super) fn entered(paper: &Paper<'_>, id: RecordId, state: &str) -> Result<Option<Event>, Refused> {
    Ok(events(paper, &[id])?.into_iter().rev().find(|event| event.moves(id, state)))
}

/// The events as rows. For a value that was entered for the first time and is unchanged, the label is enough: the
/// value is printed with the record.
pub(super) fn rows(
    paper: &Paper<'_>,
    events: &[Event],
    ids: &[RecordId],
) -> Result<Vec<HistoryRow>, Refused> {
    let records: Vec<SharedRecord> =
        paper.ask(|world| ids.iter().filter_map(|id| world.record(*id)).collect())?;
    Ok(events
        .iter()
        .map(|event| {
            let mut row = bare(event);
            for change in event.changes.iter().filter(|change| ids.contains(&change.record)) {
                let now = records.iter().find(|data| data.head.id == change.record).map(|data| &**data);
                row.changes.extend(changes(paper, event, change, now));
            }
            row
        })
        .collect())
}

/// An event without its changes.
pub(super) fn bare(event: &Event) -> HistoryRow {
    let mut reasons: Vec<String> = event.reason.iter().cloned().collect();
    if let Some(occurred) = event.occurred_at.filter(|occurred| occurred.day() != event.at.day()) {
        reasons.push(format!("Happened {}", occurred.words()));
    }
    reasons.extend(event.late_reason.iter().map(|reason| format!("Entered late: {reason}")));
    reasons.extend(event.clock_words().map(|words| format!("The clock was {words}")));
    HistoryRow {
        seq: event.seq,
        time: event.at.with_offset_words(event.offset_minutes),
        who: event.name.clone(),
        role: event.role.map_or_else(String::new, word),
        what: what(event),
        changes: Vec::new(),
        reason: reasons.join(". "),
    }
}

/// The action of an event, in words.
pub(super) fn what(event: &Event) -> String {
    let verb = event.request.split_once('.').map_or(event.request.as_str(), |(_, verb)| verb);
    let signed = if event.signatures.is_empty() { "" } else { ", signed" };
    let words = match verb {
        "create" => "Created".to_owned(),
        "edit" => "Edited".to_owned(),
        "assign" => "Owner assigned".to_owned(),
        "sign" => return event.record.map_or_else(|| "Signed".to_owned(), |id| format!("{id} Signed")),
        "attach" => "File attached".to_owned(),
        _ => event
            .record
            .and_then(|id| id.kind.def().find_move(verb))
            .map_or_else(|| request_words(&event.request), |step| step.label.to_owned()),
    };
    match event.record {
        Some(id) => format!("{id} {words}{signed}"),
        None => format!("{words}{signed}"),
    }
}

/// `packet.issue` as "Packet: issue".
fn request_words(request: &str) -> String {
    capital(&request.replacen('.', ": ", 1).replace('_', " "))
}

fn changes(paper: &Paper<'_>, event: &Event, change: &RecordChange, now: Option<&RecordData>) -> Vec<Change> {
    let prefix =
        if event.record == Some(change.record) { String::new() } else { format!("{}: ", change.record) };
    let mut first = Vec::new();
    let mut list = Vec::new();
    for field in &change.fields {
        let Some(declared) = change.record.kind.def().field(&field.field) else {
            list.extend(head_change(paper, change.record, field, &prefix));
            continue;
        };
        let stands = now.is_some_and(|data| *data.value(declared.name) == field.after);
        if is_empty(&field.before) && stands {
            first.push(declared.label);
        } else if let FieldType::Rows(columns) = declared.ty {
            let current = now.map_or(&Value::Null, |data| data.value(declared.name));
            list.push(Change {
                field: format!("{prefix}{}", declared.label),
                before: rows_word(field.before.as_array().map_or(0, Vec::len)),
                after: rows_change(paper, columns, field, current),
            });
        } else {
            list.push(Change {
                field: format!("{prefix}{}", declared.label),
                before: paper.words(declared, &field.before),
                after: paper.words(declared, &field.after),
            });
        }
    }
    if !first.is_empty() {
        let text = format!("{} (as printed with the record)", first.join(", "));
        list.push(Change { field: format!("{prefix}Filled"), before: String::new(), after: text });
    }
    list
}

/// State and owner. The initial state of a record only says that it was created.
fn head_change(paper: &Paper<'_>, record: RecordId, field: &FieldChange, prefix: &str) -> Option<Change> {
    let name = |id: RecordId| Some(paper.name(id));
    let words = |value: &Value| value_words(record, &field.field, value, &name);
    Some(Change {
        field: format!("{prefix}{}", field_label(record, &field.field)),
        before: words(&field.before),
        after: words(&field.after),
    })
}

/// Only the changed cells of a table. Cells that were filled for the first time and are unchanged are counted.
fn rows_change(paper: &Paper<'_>, columns: &[FieldDef], field: &FieldChange, current: &Value) -> String {
    let before = field.before.as_array().map(Vec::as_slice).unwrap_or_default();
    let after = field.after.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut lines = Vec::new();
    let mut filled = 0usize;
    for index in 0..before.len().max(after.len()) {
        let (old, new) = (before.get(index), after.get(index));
        let mut cells: Vec<String> = Vec::new();
        let mut first = false;
        for column in columns {
            let value = |row: Option<&Value>| {
                row.and_then(|row| row.get(column.name)).cloned().unwrap_or(Value::Null)
            };
            let (was, is) = (value(old), value(new));
            if was == is {
                continue;
            }
            if is_empty(&was) && is == value(current.get(index)) {
                first = true;
                continue;
            }
            let dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
            let words = |value: &Value| dash(paper.words(column, value));
            cells.push(format!("{} {} → {}", column.label, words(&was), words(&is)));
        }
        filled += usize::from(first && cells.is_empty());
        let kind = match (old, new) {
            (None, Some(_)) => "added",
            (Some(_), None) => "removed",
            (Some(_), Some(_)) | (None, None) => "changed",
        };
        if !cells.is_empty() {
            lines.push(format!("row {} {kind}: {}", index + 1, cells.join("; ")));
        }
    }
    if filled > 0 {
        lines.push(format!("{} filled (as printed with the record)", rows_word(filled)));
    }
    lines.join("\n")
}

fn rows_word(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "1 row".to_owned(),
        more => format!("{more} rows"),
    }
}
