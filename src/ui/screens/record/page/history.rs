//! The history of a record: who changed what, when and why, with old and new values.

use eframe::egui;
use egui::{Label, Ui};
use serde_json::Value;

use super::parts::heading_ui;
use crate::domain::choice::Choice as _;
use crate::domain::event::{Event, FieldChange};
use crate::domain::ids::RecordId;
use crate::ops::{EventRow, field_label, value_words};
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::record::show::Names;
use crate::ui::theme::{Tone, bold, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::link::link_ui;

/// Events shown before "Show all".
const SHOWN: usize = 15;
/// Greatest number of characters shown of a value; the rest on hover.
const VALUE_CHARS: usize = 160;

/// The newest events, and a link to the full audit trail.
pub fn history_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: RecordId, (names, all): (&Names, &mut bool)) {
    heading_ui(ui, "History", "21 CFR 11.10(e)");
    let events = match cx.history(id) {
        Ok(events) => events,
        Err(refusal) => {
            tone_words_ui(ui, Tone::Late, &refusal.to_string());
            return;
        }
    };
    let count = if *all { events.len() } else { SHOWN.min(events.len()) };
    for row in events.iter().take(count) {
        ui.push_id(row.event.seq, |ui| event_ui(ui, id, row, (names, cx.stamp.offset_minutes)));
        ui.add_space(space::S);
    }
    ui.horizontal(|ui| {
        if count < events.len() && ui.button(format!("Show all {} events", events.len())).clicked() {
            *all = true;
        }
        if link_ui(ui, &format!("Audit trail of {id}")).clicked() {
            cx.go(Route::AuditTrail(Some(id)));
        }
    });
}

fn event_ui(ui: &mut Ui, id: RecordId, row: &EventRow, (names, offset): (&Names, i32)) {
    let event = &row.event;
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.horizontal_wrapped(|ui| {
        ui.label(bold(verb(event)));
        let role = event.role.map_or_else(String::new, |role| format!(", {}", role.word().to_lowercase()));
        ui.label(format!("{}{role}", event.name));
        let when = event.at.with_offset_words(event.offset_minutes);
        ui.label(hint(ui, format!("{when} · event {}", event.seq)));
    });
    if let Some(occurred) = event.occurred_at {
        let when = occurred.with_offset_words(offset);
        match &event.late_reason {
            Some(reason) => {
                tone_words_ui(ui, Tone::Due, &format!("Entered late: happened {when}. {reason}"));
            }
            None => {
                ui.label(hint(ui, format!("Happened {when}")));
            }
        }
    }
    if let Some(reason) = &event.reason {
        ui.add(Label::new(format!("Reason: {reason}")).wrap());
    }
    // Other records that an event changed are shown only if they are parts of this one.
    let part = |other: RecordId| other.kind.def().part_of.is_some_and(|part_of| part_of.kind == id.kind);
    for change in event.changes.iter().filter(|change| change.record == id || part(change.record)) {
        if change.record != id {
            ui.label(hint(ui, change.record.to_string()));
        }
        for field in &change.fields {
            change_ui(ui, change.record, field, names);
        }
    }
}

fn change_ui(ui: &mut Ui, id: RecordId, change: &FieldChange, names: &Names) {
    let words = |value: &Value| value_words(id, &change.field, value, &|id| names.get(&id).cloned());
    let (before, after) = (words(&change.before), words(&change.after));
    let label = field_label(id, &change.field);
    let full = match (before.is_empty(), after.is_empty()) {
        (true, _) => format!("{label}: {after}"),
        (false, true) => format!("{label}: cleared; it was {before}"),
        (false, false) => format!("{label}: {before} → {after}"),
    };
    let short = match full.char_indices().nth(VALUE_CHARS) {
        Some((end, _)) => format!("{}…", full.get(..end).unwrap_or_default()),
        None => full.clone(),
    };
    let response = ui.add(Label::new(hint(ui, &short)).wrap());
    if short != full {
        response.on_hover_text(full);
    }
}

/// The act, in the words of its button.
fn verb(event: &Event) -> String {
    let (kind, verb) = event.request.split_once('.').unwrap_or(("", &event.request));
    let step = crate::domain::ids::Kind::from_code(kind).and_then(|kind| kind.def().find_move(verb));
    match (step, verb) {
        (Some(step), _) => step.label.to_owned(),
        (None, "create") => "Entered".to_owned(),
        (None, "edit") => "Edited".to_owned(),
        (None, "assign") => "Assigned".to_owned(),
        (None, "sign") => "Signed".to_owned(),
        (None, "attach") => "File attached".to_owned(),
        (None, other) => other.replace('_', " "),
    }
}
