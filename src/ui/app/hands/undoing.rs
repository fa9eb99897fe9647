//! Undoing the last act: what it was and what is set back is shown, and only then it is performed
//! (docs/adr/0110-an-undo-is-an-act-of-its-own.md).

use eframe::egui::{Context, Label, Ui};
use serde_json::Value;

use crate::domain::event::{FieldChange, RecordChange};
use crate::domain::ids::RecordId;
use crate::domain::text::{sentence, shortened};
use crate::ops::{Refused, Undo, UndoBy, field_label, value_words};
use crate::ui::app::App;
use crate::ui::cx::Then;
use crate::ui::screens::parts::act_words;
use crate::ui::theme::{body, bold, hint, space};
use crate::ui::widgets::modal::{Dialog, Outcome};

/// Changed values that are listed.
const LISTED: usize = 12;
/// Characters of a value that are shown.
const SHOWN: usize = 90;

/// The undo about which the user is asked.
#[derive(Default)]
pub struct Undoing {
    asked: Option<Box<Undo>>,
}

impl Undoing {
    pub(super) const fn asks(&self) -> bool {
        self.asked.is_some()
    }
}

/// The act that is undone, in words: “Feedback edited, FB-0001”.
fn what(undo: &Undo) -> String {
    let act = act_words(&undo.event.request);
    undo.event.record.map_or_else(|| act.clone(), |id| format!("{act}, {id}"))
}

impl App {
    fn undo_now(&self) -> Result<Option<Undo>, Refused> {
        let (Some(desk), Some(session)) = (&self.desk, &self.session) else { return Ok(None) };
        desk.file.undo(session, &self.stamp()).map(Some)
    }

    /// The command of the undo with what it would undo, for the palette.
    pub(in crate::ui::app) fn undo_words(&self) -> Option<String> {
        self.undo_now().ok().flatten().map(|undo| format!("Undo: {}", what(&undo)))
    }

    /// Asks whether to undo the last act, or says why there is nothing to undo.
    pub(in crate::ui::app) fn begin_undo(&mut self) {
        if let Some(why) = self.desk.as_ref().and_then(|desk| desk.file.why_read_only()) {
            return self.problem(format!("Nothing is undone. {why}."), "");
        }
        match self.undo_now() {
            Ok(undo) => self.hands.undoing.asked = undo.map(Box::new),
            Err(refusal) => {
                let words = sentence(&refusal.to_string());
                self.problem(words, "Nothing was undone.");
            }
        }
    }

    /// Draws the question.
    pub(super) fn draw_undoing(&mut self, ctx: &Context) {
        let Some(undo) = self.hands.undoing.asked.take() else { return };
        let names = self.desk.as_ref().and_then(|desk| desk.file.names().ok()).unwrap_or_default();
        let lines = lines(&undo, &|id| names.get(&id).cloned());
        let outcome = Dialog::new("undo", "Undo the last act", "Undo").width(560.0).show(ctx, |ui| {
            undo_ui(ui, &undo, &lines);
        });
        match outcome {
            Outcome::Open | Outcome::Refused => self.hands.undoing.asked = Some(undo),
            Outcome::Cancelled => {}
            // A reason is asked where the clock is behind, and the rules are asked again: the file may have changed meanwhile.
            Outcome::Confirmed => self.perform(undo.act, Then::Stay, None),
        }
    }
}

/// Each changed value: what it is now, and what it becomes again.
fn lines(undo: &Undo, name: &dyn Fn(RecordId) -> Option<String>) -> Vec<String> {
    if undo.by != UndoBy::Values {
        return Vec::new();
    }
    let shown = |id: RecordId, field: &str, value: &Value| {
        let words = shortened(&value_words(id, field, value, name).replace('\n', " "), SHOWN);
        if words.is_empty() { "empty".to_owned() } else { format!("“{words}”") }
    };
    let of = |change: &RecordChange| {
        let id = change.record;
        let line = |field: &FieldChange| {
            let label = field_label(id, &field.field);
            let (now, then) = (shown(id, &field.field, &field.after), shown(id, &field.field, &field.before));
            format!("{label}: {now} becomes {then} again")
        };
        change.fields.iter().map(line).collect::<Vec<_>>()
    };
    undo.event.changes.iter().flat_map(of).collect()
}

fn undo_ui(ui: &mut Ui, undo: &Undo, lines: &[String]) {
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.add(Label::new(bold(what(undo))).wrap());
    let at = undo.event.at.with_offset_words(undo.event.offset_minutes);
    ui.label(hint(ui, format!("Event {}, {at}", undo.event.seq)));
    ui.add_space(space::S);
    match &undo.by {
        UndoBy::GivingUp(id, label) => {
            let words = format!(
                "{id} stays in the file with its number and is marked by the step “{label}”; nothing is removed."
            );
            ui.add(Label::new(body(words)).wrap());
        }
        UndoBy::Values => {
            for line in lines.iter().take(LISTED) {
                ui.add(Label::new(body(line.as_str())).wrap());
            }
            if lines.len() > LISTED {
                ui.label(hint(ui, format!("and {} more values", lines.len() - LISTED)));
            }
        }
    }
    ui.add_space(space::S);
    let words = "The undo is an act of its own in the audit trail; the undone event stays there.";
    ui.add(Label::new(hint(ui, words)).wrap());
}
