//! The parts of a record: a table on its page, and an editor in place of the opened row.
//!
//! Only the visible rows are laid out, so two thousand parts cost as much as forty. Saving one part is one request.

use std::rc::Rc;

use eframe::egui;
use egui::{Frame, Margin, Modifiers, Ui, UiBuilder, accesskit::Role};

use super::super::field_context::{FieldContext, zone};
use super::super::form::entry::Entry;
use super::super::input::input_ui;
use super::move_dialog::MoveDialog;
use super::parts::heading_ui;
use crate::domain::field::FieldDef;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{KindDef, PartOf, RecordData};
use crate::domain::requests::why_closed_for;
use crate::domain::text::sentence;
use crate::ops::{Act, Request};
use crate::ui::cx::{Command, Cx, Then};
use crate::ui::screens::parts::tone_of;
use crate::ui::theme::{Tone, bold, hint, palette, space, text_width};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::{Guarded, button_in_reach_ui, guarded_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::takes_save_key;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};
use crate::ui::widgets::text::TextArea;

/// Greatest height of the table, in points.
const HEIGHT: f32 = 420.0;
/// Seconds without a change until the typed text is saved as a draft.
const DRAFT_SECONDS: f64 = 2.0;

/// The parts of one kind.
pub struct PartTable {
    def: &'static KindDef,
    part_of: PartOf,
    state: TableState,
    editor: Option<Editor>,
}

/// The typed values of one part.
struct Editor {
    entry: Entry,
    /// Key of its draft.
    key: String,
    /// The reason for the change, once it is required.
    reason: Option<String>,
    /// Number of the last event at the request to save; a later one means that it was saved.
    sent: Option<u64>,
    /// The time of the last change that is not in the draft yet, in seconds of the context.
    unsaved_since: Option<f64>,
    /// Whether the first field still has to get the focus.
    focus: bool,
    /// Whether the key that saves was pressed in this pass.
    saved_by_key: bool,
}

impl PartTable {
    /// The tables of a record of this kind.
    pub fn all(def: &KindDef) -> Vec<Self> {
        let tables = def.part_kinds().map(|(def, part_of)| Self {
            def,
            part_of,
            state: TableState::default(),
            editor: None,
        });
        tables.collect()
    }

    /// The kind of the parts.
    pub const fn kind(&self) -> Kind {
        self.def.kind
    }

    /// Draws heading, table and editor. Returns the dialog of a requested step.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        (parent, context): (&RecordData, &FieldContext),
    ) -> Option<MoveDialog> {
        heading_ui(ui, self.def.plural, self.def.clause);
        let parts = match cx.parts(parent.head.id, self.def.kind) {
            Ok(parts) => parts,
            Err(refusal) => {
                ui.label(format!("The parts cannot be shown: {refusal}."));
                return None;
            }
        };
        if self.editor.as_ref().is_some_and(|editor| editor.is_done(cx)) {
            self.editor = None;
        }
        if parts.is_empty() {
            ui.label(hint(ui, self.def.purpose));
        } else {
            self.table_ui(ui, cx, &parts);
        }
        let why_closed = why_closed_for(parent, self.part_of).map(|why| sentence(&why));
        let open = cx.writable() && why_closed.is_none();
        let asked = match &mut self.editor {
            Some(editor) => {
                let open = open && !editor.entry.data.is_terminal();
                let (asked, closed) =
                    editor.ui(ui, cx, (parent.head.id, open, context), why_closed.as_deref());
                if closed {
                    self.editor = None;
                }
                asked
            }
            None => None,
        };
        if open && self.editor.is_none() && cx.may_make(self.def.kind) {
            ui.add_space(space::S);
            if button_in_reach_ui(ui, &format!("Add {}", self.def.word.to_lowercase()), self.def.purpose) {
                let entry = Entry::new(self.def.kind, cx.session.person(), cx.now());
                self.editor = Some(Editor::open(entry, parent.head.id, cx));
            }
        }
        asked
    }

    fn table_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, parts: &Rc<Vec<RecordData>>) {
        let fields: Vec<&'static FieldDef> =
            self.def.columns.iter().filter_map(|name| self.def.field(name)).collect();
        let mut columns = vec![
            Column::new("Number", Width::Fit(88.0)).unsortable(),
            Column::new(self.def.field("title").map_or("Title", |field| field.label), Width::Rest(140.0))
                .unsortable(),
        ];
        columns.extend(fields.iter().map(|field| Column::new(field.label, Width::Fit(112.0)).unsortable()));
        columns.push(Column::new("State", Width::Fit(116.0)).unsortable());
        let last = columns.len() - 1;
        let table = Table::new(self.def.plural, &columns, parts.len()).within(HEIGHT);
        let events = table.show(ui, &mut self.state, |row, column| {
            let Some(part) = parts.get(row) else { return Cell::default() };
            match column {
                0 => part.head.id.to_string().into(),
                1 => part.title().to_owned().into(),
                _ if column == last => part
                    .state()
                    .map_or_else(Cell::default, |state| Cell::toned(tone_of(state.tone), state.word)),
                _ => fields
                    .get(column - 2)
                    .map_or_else(Cell::default, |field| field.words(part.value(field.name)).into()),
            }
        });
        let changed = self.editor.as_ref().is_some_and(|editor| editor.entry.is_changed());
        if let Some(part) = events.opened.and_then(|row| parts.get(row))
            && !changed
            && let Some(parent) = part.head.parent
        {
            self.editor = Some(Editor::open(Entry::of(part.clone()), parent, cx));
        }
    }
}

impl Editor {
    /// Opens a part; a draft from before a crash is restored.
    fn open(mut entry: Entry, parent: RecordId, cx: &Cx<'_>) -> Self {
        let key = if entry.is_new { format!("{} of {parent}", entry.key()) } else { entry.key() };
        let drafts = cx.file.drafts(cx.session).unwrap_or_default();
        if let Some((_, text, _)) = drafts.iter().find(|(known, ..)| *known == key) {
            entry.take_draft(text);
        }
        Self { entry, key, reason: None, sent: None, unsaved_since: None, focus: true, saved_by_key: false }
    }

    fn is_done(&self, cx: &Cx<'_>) -> bool {
        self.sent.is_some_and(|seq| cx.file.head().seq > seq)
    }

    /// Draws the editor. Returns the dialog of a step, and whether to close the editor. `why_closed` says why the parent's state
    /// allows no change.
    fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        (parent, open, context): (RecordId, bool, &FieldContext),
        why_closed: Option<&str>,
    ) -> (Option<MoveDialog>, bool) {
        let kind = self.entry.data.head.id.kind;
        let word = kind.def().word;
        let name = if self.entry.is_new {
            format!("New {}", word.to_lowercase())
        } else {
            self.entry.data.head.id.to_string()
        };
        let palette = palette(ui);
        let frame = Frame::new()
            .stroke(egui::Stroke::new(1.0, palette.line))
            .corner_radius(6)
            .inner_margin(Margin::symmetric(16, 12));
        ui.add_space(space::S);
        let builder = UiBuilder::new().accessibility_role(Role::Group).accessibility_label(name.clone());
        let mut answer = (None, false);
        ui.scope_builder(builder, |ui| {
            frame.show(ui, |ui| {
                ui.set_width(text_width(ui));
                ui.spacing_mut().item_spacing.y = space::S;
                ui.label(bold(&name));
                if let Some(why) = why_closed {
                    tone_words_ui(ui, Tone::Due, why);
                }
                self.entry.check(zone(cx));
                self.saved_by_key = takes_save_key(ui.ctx());
                ui.add_enabled_ui(open, |ui| self.fields_ui(ui, cx, context));
                answer = self.foot_ui(ui, cx, (parent, open));
            });
        });
        self.keep_draft(ui, cx);
        answer
    }

    fn fields_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, context: &FieldContext) {
        let kind = self.entry.data.head.id.kind;
        let fields: Vec<&'static FieldDef> = self.entry.fields().collect();
        let refused = cx.refusal.filter(|_| self.sent.is_some());
        for field in fields {
            let wrong = super::move_dialog::violation(refused, field).or_else(|| {
                let found = self.entry.wrong.iter().find(|(wrong, _)| wrong.name == field.name);
                found.filter(|_| self.entry.touched.contains(field.name)).map(|(_, words)| words.clone())
            });
            let help = field.help();
            let more = crate::help::address_of(kind, field.name);
            let Some(typed) = self.entry.values.get_mut(field.name) else { continue };
            let response = Field::new(field.label)
                .help(&help, field.clause)
                .more(more.as_deref())
                .violation(wrong.as_deref())
                .show(ui, |ui| input_ui(ui, kind, field, typed, (context, None)));
            if std::mem::take(&mut self.focus) {
                response.request_focus();
            }
            if response.changed() {
                let now = ui.input(|input| input.time);
                self.entry.changed(field.name, now);
                self.unsaved_since = Some(now);
            }
        }
        if let Some(reason) = &mut self.reason {
            Field::new("Why it is changed")
                .required("required")
                .show(ui, |ui| ui.add(TextArea::new(reason).rows(2, 4)));
        }
    }

    fn missing(&self, cx: &Cx<'_>) -> Vec<String> {
        if !self.entry.allowed(cx.session.roles()) {
            return vec!["Your roles do not allow this".to_owned()];
        }
        let mut missing: Vec<String> = self.entry.wrong.iter().map(|(_, words)| words.clone()).collect();
        if missing.is_empty() && !self.entry.is_changed() {
            missing.push("Nothing has changed".to_owned());
        }
        if self.reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            missing.push("Why it is changed is missing".to_owned());
        }
        missing
    }

    fn foot_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        (parent, open): (RecordId, bool),
    ) -> (Option<MoveDialog>, bool) {
        let mut asked = None;
        let mut closed = false;
        ui.horizontal_wrapped(|ui| {
            if open {
                let missing = self.missing(cx);
                let by_key = self.saved_by_key
                    || ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, egui::Key::Enter));
                match guarded_ui(ui, "Save", &missing) {
                    Guarded::Pressed => self.save(cx, parent),
                    Guarded::Idle if by_key && missing.is_empty() => self.save(cx, parent),
                    Guarded::Idle | Guarded::Refused => {}
                }
                let data = &self.entry.data;
                let steps = data.def().moves.iter().filter(|step| {
                    !self.entry.is_new
                        && step.from.contains(&data.head.state.as_str())
                        && step.by.iter().any(|role| cx.session.roles().contains(role))
                });
                for step in steps {
                    if ui.button(format!("{}…", step.label)).clicked() {
                        asked = Some(MoveDialog::new(data, step));
                    }
                }
            }
            let word = if self.entry.is_changed() { "Discard changes" } else { "Close" };
            if ui.button(word).clicked() {
                if self.entry.is_changed() {
                    cx.ask(Command::DropDraft(self.key.clone()));
                }
                closed = true;
            }
        });
        (asked, closed)
    }

    /// Asks to save, or first for a reason if the request requires one.
    fn save(&mut self, cx: &mut Cx<'_>, parent: RecordId) {
        let set = self.entry.set(zone(cx));
        let id = self.entry.data.head.id;
        let request = if self.entry.is_new {
            Request::Create { kind: id.kind, parent: Some(parent), set }
        } else {
            Request::Edit { id, set }
        };
        let mut act = Act::from(request);
        act.reason = self.reason.clone();
        let asks = cx.file.preview(cx.session, act.clone(), cx.stamp).map(|found| found.asks);
        if self.reason.is_none() && asks.is_ok_and(|asks| asks.reason.is_some()) {
            self.reason = Some(String::new());
            return;
        }
        self.sent = Some(cx.file.head().seq);
        self.unsaved_since = None;
        cx.ask(Command::Perform { act, then: Then::Stay, draft: Some(self.key.clone()) });
    }

    fn keep_draft(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let now = ui.input(|input| input.time);
        match self.unsaved_since {
            Some(since) if now - since >= DRAFT_SECONDS => {
                self.unsaved_since = None;
                cx.ask(Command::SaveDraft(self.key.clone(), self.entry.draft()));
            }
            Some(_) => ui.ctx().request_repaint_after_secs(DRAFT_SECONDS as f32),
            None => {}
        }
    }
}
