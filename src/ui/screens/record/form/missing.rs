//! The values of a form that are missing for the next step, and the way to them by key.

use eframe::egui::Ui;

use super::super::typed::{Typed, is_open};
use super::FormScreen;
use super::entry::Entry;
use crate::domain::field::{FieldDef, FieldType};
use crate::ops::RecordPage;
use crate::ui::cx::{Command, Cx};
use crate::ui::widgets::notice::Notice;

/// The fields that conditions of the next steps name and that are not met.
pub(super) fn asked_by_steps(page: &RecordPage) -> Vec<&'static str> {
    let id = page.data.head.id;
    let steps = page.next.iter().filter(|next| !next.step.reason);
    let unmet = steps.flat_map(|next| next.conditions.iter()).filter(|condition| !condition.met);
    unmet
        .filter(|found| found.record.is_none_or(|record| record == id))
        .filter_map(|found| found.field)
        .collect()
}

/// Whether a field is empty that a step requires, or a table has open rows that one asks for.
fn is_missing(entry: &Entry, field: &FieldDef, asked: &[&str]) -> bool {
    let Some(typed) = entry.values.get(field.name) else { return false };
    let wanted = field.required_from.is_some() || asked.contains(&field.name);
    match (field.ty, typed) {
        (FieldType::Rows(columns), Typed::Rows(rows)) if asked.contains(&field.name) => {
            rows.is_empty() || rows.iter().any(|row| is_open(columns, row))
        }
        (_, typed) => wanted && typed.is_blank(),
    }
}

impl FormScreen {
    /// Goes to the next field that is missing, or to the previous one, around the end of the form.
    pub(super) fn go_to_missing(&mut self, ui: &Ui, cx: &mut Cx<'_>, backwards: bool) {
        let Some(entry) = &self.entry else { return };
        let fields: Vec<&'static FieldDef> = entry.fields().collect();
        let at = fields.iter().position(|field| Some(field.name) == self.at);
        let missing = |field: &&&FieldDef| is_missing(entry, field, &self.asked);
        let count = fields.len();
        let found = if backwards {
            let before = count - at.unwrap_or(0);
            fields.iter().rev().cycle().skip(before).take(count).find(missing)
        } else {
            fields.iter().cycle().skip(at.map_or(0, |at| at + 1)).take(count).find(missing)
        };
        match found {
            Some(field) => self.go_to = Some(field.name),
            None => cx.ask(Command::Notify(Notice::info("Nothing is missing for the next step."))),
        }
        ui.ctx().request_repaint();
    }
}
