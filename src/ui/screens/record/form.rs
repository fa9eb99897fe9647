//! The form of a new or existing record: the sections that are open in its state.
//!
//! The form only asks to save; the app saves. The typed text is kept as a draft meanwhile.

mod accepting;
mod banners;
pub(super) mod entry;
mod foot;
mod lint;
mod missing;
mod reasons;

use std::sync::Arc;

use eframe::egui;
use egui::{Align, Key as Press, Label, Margin, Modifiers, Panel, ScrollArea, Ui};

use self::entry::{Entry, Values, is_entered, is_long};
use super::field_context::{FieldContext, KnownRows, known_rows, zone};
use super::input::input_ui;
use crate::domain::field::{FieldDef, FieldType};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, Section};
use crate::domain::text::counted;
use crate::help;
use crate::ops::Refused;
use crate::ui::cx::{Command, Cx};
use crate::ui::dry_run::DryRun;
use crate::ui::screens::examples::is_list;
use crate::ui::theme::{bold, hint, space};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::{page_heading_ui, title_ui};
use crate::ui::widgets::modal::takes_save_key;
use crate::ui::widgets::notice::{Notice, banner_ui, rule_ui};
use crate::ui::widgets::reach::{Near, focus_what_follows, forget_open, has_focus_within, reach, seek_open};
use crate::ui::widgets::scrolled::scrolled;

/// Seconds after the first unsaved change until the draft is saved.
const DRAFT_SECONDS: f64 = 2.0;
/// Passes in which a form tries to give the focus to a field.
const TRIES: u8 = 4;

/// The record of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    New(Kind),
    NewFrom(Kind, Arc<Fields>),
    Edit(RecordId),
}

/// The form.
pub struct FormScreen {
    target: Target,
    /// The field that the form was opened for.
    field: Option<&'static str>,
    /// The field to scroll to, until it was scrolled to.
    go_to: Option<&'static str>,
    /// Whether only the reason is missing, which then gets the focus.
    to_reason: bool,
    /// How often the field to scroll to was tried.
    tries: u8,
    /// The field with the focus.
    at: Option<&'static str>,
    /// The fields that the next steps of the record miss.
    asked: Vec<&'static str>,
    entry: Option<Entry>,
    known_rows: KnownRows,
    /// What saving requires in addition to the fields.
    dry_run: DryRun,
    lint: lint::Lint,
    /// The message about the draft that was restored.
    restored: Option<String>,
    /// The values at the last attempt to save.
    sent: Option<Values>,
    /// Whether that attempt was refused.
    refused: bool,
    show_all: bool,
    /// The time of the first change that is not in the draft yet, in seconds of the context.
    unsaved_since: Option<f64>,
    kept: bool,
    /// Whether the message about leaving was shown since the last change.
    left: bool,
}

impl FormScreen {
    /// The form of a new record.
    pub fn new_record(kind: Kind) -> Self {
        Self::of(Target::New(kind), None)
    }

    /// The form of a new record that begins with values.
    pub fn new_from(kind: Kind, set: Arc<Fields>) -> Self {
        Self::of(Target::NewFrom(kind, set), None)
    }

    /// The form of an existing record, with the field to scroll to.
    pub fn edit(id: RecordId, field: Option<&'static str>) -> Self {
        Self::of(Target::Edit(id), field)
    }

    fn of(target: Target, field: Option<&'static str>) -> Self {
        Self {
            target,
            field,
            go_to: field,
            to_reason: false,
            tries: 0,
            at: None,
            asked: Vec::new(),
            entry: None,
            known_rows: KnownRows::new(),
            dry_run: DryRun::default(),
            lint: lint::Lint::default(),
            restored: None,
            sent: None,
            refused: false,
            show_all: false,
            unsaved_since: None,
            kept: false,
            left: false,
        }
    }

    /// Whether there are unsaved changes.
    pub fn is_changed(&self) -> bool {
        self.entry.as_ref().is_some_and(Entry::is_changed)
    }

    /// Call when the form is left for another screen or the program ends: saves the draft and shows a message.
    pub fn leave(&mut self, cx: &mut Cx<'_>) {
        // Whoever comes back goes on where the focus was.
        let first = self.entry.as_ref().and_then(|entry| entry.fields().next()).map(|field| field.name);
        self.go_to = self.field.or(self.at).or(first);
        self.tries = 0;
        let Some(entry) = &self.entry else { return };
        if self.is_submitted() || self.left || !entry.is_changed() {
            return;
        }
        if self.unsaved_since.take().is_some() {
            cx.ask(Command::SaveDraft(entry.key(), entry.draft()));
        }
        cx.ask(Command::Notify(Notice::info(format!("The draft of {} is kept.", self.name()))));
    }

    /// Whether the values were submitted for saving and not refused.
    const fn is_submitted(&self) -> bool {
        self.sent.is_some() && !self.refused
    }

    fn name(&self) -> String {
        match &self.target {
            Target::New(kind) | Target::NewFrom(kind, _) => {
                format!("the new {}", kind.def().noun())
            }
            Target::Edit(id) => id.to_string(),
        }
    }

    /// Draws the form.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.keep_up(cx);
        if self.entry.is_none()
            && let Err(refusal) = self.load(cx)
        {
            banner_ui(ui, &Notice::problem(refusal.to_string(), "Go back and try again."), false);
            return;
        }
        let context = match FieldContext::of(cx) {
            Ok(context) => context,
            Err(refusal) => {
                banner_ui(ui, &Notice::problem(refusal.to_string(), "Check the file."), false);
                return;
            }
        };
        self.refused |= self.sent.is_some() && cx.refusal.is_some();
        self.update_dry_run(cx);
        let by_key = takes_save_key(ui.ctx());
        Panel::bottom("form_foot")
            .frame(egui::Frame::new().inner_margin(Margin::symmetric(0, 8)))
            .show(ui, |ui| self.foot(ui, cx));
        scrolled(ScrollArea::vertical().auto_shrink([false, false])).show(ui, |ui| {
            ui.set_max_width(ui.available_width().min(space::MEASURE + space::XXL));
            self.body(ui, cx, &context);
            self.lint_ui(ui, cx);
        });
        self.keys(ui, cx, by_key);
        self.keep_draft(ui, cx);
    }

    /// Repeats the dry run of saving.
    fn update_dry_run(&mut self, cx: &Cx<'_>) {
        if let Some(entry) = &self.entry {
            self.dry_run.update(cx, entry.act(zone(cx)));
        }
    }

    /// A form that was left and is opened again starts again if the record has changed and nothing was typed.
    fn keep_up(&mut self, cx: &mut Cx<'_>) {
        let (Target::Edit(id), Some(entry)) = (&self.target, &self.entry) else { return };
        let id = *id;
        let Ok(page) = cx.page(id) else { return };
        if page.data.head.revision == entry.data.head.revision
            && page.data.head.state == entry.data.head.state
        {
            return;
        }
        if self.is_submitted() || !entry.is_changed() {
            self.entry = None;
            self.sent = None;
            self.restored = None;
        } else {
            let words = format!(
                "{id} has changed since you began. Saving replaces only the fields that you changed."
            );
            self.restored = Some(words);
        }
    }

    fn load(&mut self, cx: &mut Cx<'_>) -> Result<(), Refused> {
        let mut entry = match &self.target {
            Target::New(kind) => Entry::new(*kind, cx.session.person(), cx.now()),
            Target::NewFrom(kind, set) => Entry::new_from(*kind, set, (cx.session.person(), cx.now())),
            Target::Edit(id) => {
                let page = cx.page(*id)?;
                Entry::of(page.data.clone())
            }
        };
        self.known_rows = known_rows(cx, &entry.data);
        if let Target::Edit(id) = self.target {
            self.asked = missing::asked_by_steps(&*cx.page(id)?);
        }
        let key = entry.key();
        let draft = cx.file.drafts(cx.session)?.into_iter().find(|(other, ..)| *other == key);
        if let Some((_, text, at)) = draft {
            match entry.take_draft(&text) {
                Some(moved_on) => {
                    let when = at.with_offset_words(cx.stamp.offset_minutes);
                    let more =
                        if moved_on { " The record has changed since then; check the draft." } else { "" };
                    self.restored = Some(format!("This is your draft of {when}.{more}"));
                }
                None => cx.ask(Command::DropDraft(key)),
            }
        }
        entry.check(zone(cx));
        // A form opens for typing: the first field has the focus.
        self.go_to = self.go_to.or(entry.fields().next().map(|field| field.name));
        self.entry = Some(entry);
        Ok(())
    }

    fn body(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, context: &FieldContext) {
        let Some(entry) = &mut self.entry else { return };
        let def = entry.data.def();
        let heading = match &self.target {
            Target::New(_) | Target::NewFrom(..) => format!("New {}", def.noun()),
            Target::Edit(id) => format!("Edit {id}"),
        };
        page_heading_ui(ui, heading);
        let under = if entry.is_new { def.purpose } else { entry.data.title() };
        ui.add(Label::new(hint(ui, under)).wrap());
        ui.add_space(space::S);
        self.banners(ui, cx);
        let Some(entry) = &mut self.entry else { return };
        let sections: Vec<&'static Section> =
            entry.sections().filter(|section| is_asked(def.kind, section)).collect();
        let mut changed = false;
        self.progress(ui);
        for section in sections {
            ui.push_id(section.title, |ui| {
                changed |= self.section(ui, cx, (section, context));
            });
        }
        changed |= self.reason(ui);
        ui.add_space(space::XXL);
        if changed {
            self.note_change(ui, cx);
        }
    }

    fn section(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        (section, context): (&'static Section, &FieldContext),
    ) -> bool {
        ui.add_space(space::M);
        ui.horizontal(|ui| {
            title_ui(ui, section.title);
            ui.label(hint(ui, section.clause));
        });
        rule_ui(ui);
        ui.add_space(space::XS);
        let mut changed = self.accept_section(ui, section);
        let fields: Vec<&'static FieldDef> =
            self.entry.iter().flat_map(|entry| entry.fields_of(section)).collect();
        for field in fields {
            changed |= self.field(ui, cx, (field, section.title), context);
            changed |= self.accept(ui, field);
            ui.add_space(space::S);
            if field.occurrence {
                changed |= self.late_reason(ui);
            }
        }
        changed
    }

    fn field(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        (field, section): (&'static FieldDef, &'static str),
        context: &FieldContext,
    ) -> bool {
        let violation = self.violation(cx, field);
        let Some(entry) = &mut self.entry else { return false };
        let kind = entry.data.head.id.kind;
        let mark = entry.mark(field);
        let help = field.help();
        if is_long(entry.data.value(field.name)) {
            long_ui(ui, field, entry.data.value(field.name));
            return false;
        }
        if is_list(kind, field) {
            return false;
        }
        let Some(typed) = entry.values.get_mut(field.name) else { return false };
        let more = help::address_of(kind, field.name);
        let mut frame = Field::new(field.label)
            .help(&help, field.clause)
            .more(more.as_deref())
            .violation(violation.as_deref());
        if let Some(mark) = &mark {
            frame = frame.required(mark);
        }
        let known = self.known_rows.get(field.name).map(Vec::as_slice);
        if reach(ui, Near::Place, field.label, section) {
            self.go_to = Some(field.name);
            self.tries = 0;
        }
        // What lies over the form, such as the palette, keeps the focus while it is there.
        let is_free = ui.memory(|memory| memory.allows_interaction(ui.layer_id()));
        let wanted = self.go_to == Some(field.name) && is_free && !ui.is_sizing_pass();
        if wanted {
            if matches!(field.ty, FieldType::Rows(_)) {
                seek_open(ui);
            } else {
                focus_what_follows(ui);
            }
        }
        let response = frame.show(ui, |ui| input_ui(ui, kind, field, typed, (context, known)));
        if has_focus_within(ui, response.rect) {
            self.at = Some(field.name);
        } else if self.at == Some(field.name) {
            self.at = None;
        }
        if wanted {
            forget_open(ui);
            // A tall input, such as the questions, is scrolled to its beginning.
            let tall = response.rect.height() > ui.clip_rect().height() / 2.0;
            response.scroll_to_me(Some(if tall { Align::TOP } else { Align::Center }));
            // A dialog that is closing keeps the focus for one more pass.
            self.tries += 1;
            if self.at == Some(field.name) || self.tries > TRIES {
                self.go_to = None;
                self.tries = 0;
            } else {
                ui.ctx().request_repaint();
            }
        }
        if response.lost_focus() {
            entry.touched.insert(field.name);
        }
        if response.changed() {
            entry.changed(field.name, ui.input(|input| input.time));
        }
        response.changed()
    }

    /// The error of a field, if it is to be shown: once touched, after a refused save, or as the file refused it.
    fn violation(&self, cx: &Cx<'_>, field: &FieldDef) -> Option<String> {
        let entry = self.entry.as_ref()?;
        if (self.show_all || entry.touched.contains(field.name))
            && let Some((_, words)) = entry.wrong.iter().find(|(other, _)| other.name == field.name)
        {
            return Some(words.clone());
        }
        let Some(Refused::Invalid { violations }) = cx.refusal else { return None };
        let sent = self.sent.as_ref()?;
        let same = sent.get(field.name) == entry.values.get(field.name);
        let found = violations.iter().find(|violation| violation.field == field.name).filter(|_| same)?;
        let label = format!("“{}”: ", field.label);
        Some(found.reason.strip_prefix(&label).unwrap_or(&found.reason).to_owned())
    }

    fn note_change(&mut self, ui: &Ui, cx: &Cx<'_>) {
        if let Some(entry) = &mut self.entry {
            entry.check(zone(cx));
        }
        self.kept = false;
        self.left = false;
        let now = ui.input(|input| input.time);
        self.unsaved_since.get_or_insert(now);
    }

    fn keep_draft(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let (Some(since), Some(entry)) = (self.unsaved_since, &self.entry) else { return };
        if self.is_submitted() {
            return;
        }
        let left = since + DRAFT_SECONDS - ui.input(|input| input.time);
        if left > 0.0 {
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
            return;
        }
        self.unsaved_since = None;
        self.kept = true;
        if entry.is_changed() {
            cx.ask(Command::SaveDraft(entry.key(), entry.draft()));
        } else {
            cx.ask(Command::DropDraft(entry.key()));
        }
    }

    fn keys(&mut self, ui: &Ui, cx: &mut Cx<'_>, saved: bool) {
        if saved || ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Press::Enter)) {
            self.save(ui, cx);
        }
        let backwards = ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, Press::F8));
        if backwards || ui.input_mut(|input| input.consume_key(Modifiers::NONE, Press::F8)) {
            self.go_to_missing(ui, cx, backwards);
        }
        if !ui.ctx().text_edit_focused()
            && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Press::Z))
        {
            self.undo(ui, cx);
        }
    }

    fn undo(&mut self, ui: &Ui, cx: &Cx<'_>) {
        if let Some(entry) = self.entry.as_mut().filter(|entry| entry.can_undo()) {
            entry.undo();
            self.note_change(ui, cx);
        }
    }
}

/// In place of the inputs of a long table.
fn long_ui(ui: &mut Ui, field: &FieldDef, value: &serde_json::Value) {
    let rows = value.as_array().map_or(0, Vec::len);
    ui.label(bold(field.label));
    let words = format!(
        "{}, read from a file. They are on the page of the record, where another file is read.",
        counted(rows, "row")
    );
    ui.add(Label::new(hint(ui, words)).wrap());
}

/// Whether a section has a field with an input of its own.
fn is_asked(kind: Kind, section: &Section) -> bool {
    section.fields.iter().any(|field| is_entered(field) && !is_list(kind, field))
}
