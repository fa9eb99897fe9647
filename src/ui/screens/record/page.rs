//! The page of a record: head, next steps, trace, fields, attachments, signatures, history.

mod head;
mod history;
mod move_dialog;
mod next;
mod part_table;
mod parts;
mod picture;

use std::rc::Rc;

use eframe::egui;
use egui::{Align, Layout, ScrollArea, Ui};

use self::head::{editable, head_ui, notices_ui, trace_strip_ui};
use self::history::history_ui;
use self::move_dialog::MoveDialog;
use self::next::next_ui;
use self::part_table::PartTable;
pub use self::parts::short_digest;
use self::parts::{attachments_ui, linked_ui, signatures_ui};
use self::picture::Picture;
use super::field_context::FieldContext;
use super::show::{Reading, field_ui};
use crate::domain::field::{FieldDef, is_empty};
use crate::domain::ids::RecordId;
use crate::domain::record::Section;
use crate::domain::requests::RULES;
use crate::ops::RecordPage;
use crate::ui::cx::{Cx, Route};
use crate::ui::theme::{hint, space, title};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::{Notice, banner_ui, rule_ui};

/// Page width from which "What's next" is next to the record, in points.
const WIDE: f32 = 880.0;
/// Width of "What's next" next to the record, in points.
const SIDE: f32 = 320.0;

/// The page.
pub struct RecordScreen {
    id: RecordId,
    dialog: Option<MoveDialog>,
    picture: Option<Picture>,
    show_empty: bool,
    all_history: bool,
    parts: Vec<PartTable>,
}

impl RecordScreen {
    /// The page of a record.
    pub fn new(id: RecordId) -> Self {
        let parts = PartTable::all(id.kind.def());
        Self { id, dialog: None, picture: None, show_empty: false, all_history: false, parts }
    }

    /// The record of the page.
    pub const fn id(&self) -> RecordId {
        self.id
    }

    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let (page, context) = match (cx.page(self.id), FieldContext::of(cx)) {
            (Ok(page), Ok(context)) => (page, context),
            (Err(refusal), _) | (_, Err(refusal)) => {
                banner_ui(
                    ui,
                    &Notice::problem(format!("{} cannot be shown: {refusal}.", self.id), "Go back."),
                    false,
                );
                return;
            }
        };
        ScrollArea::vertical().id_salt(self.id).auto_shrink([false, false]).show(ui, |ui| {
            // The scroll bar is next to the content, not over it.
            let room = ui.available_width() - space::M;
            ui.set_max_width(room);
            if room >= WIDE {
                self.wide(ui, cx, (&page, &context));
            } else {
                head_ui(ui, cx, &page);
                ui.add_space(space::M);
                self.next(ui, cx, &page);
                self.rest(ui, cx, (&page, &context));
            }
            ui.add_space(space::XXL);
        });
        if let Some(dialog) = &mut self.dialog
            && !dialog.ui(ui, cx, &context)
        {
            self.dialog = None;
        }
    }

    fn wide(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, (page, context): (&Rc<RecordPage>, &FieldContext)) {
        let main = ui.available_width() - SIDE - space::XL;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::XL;
            let down = Layout::top_down(Align::Min);
            ui.allocate_ui_with_layout(egui::vec2(main, 0.0), down, |ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                ui.set_width(main);
                head_ui(ui, cx, page);
                self.rest(ui, cx, (page, context));
            });
            ui.allocate_ui_with_layout(egui::vec2(SIDE, 0.0), down, |ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                ui.set_width(SIDE);
                self.next(ui, cx, page);
            });
        });
    }

    fn next(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        if page.data.def().moves.is_empty() && page.signing.is_none() {
            return;
        }
        if let Some(dialog) = next_ui(ui, cx, page) {
            self.dialog = Some(dialog);
        }
    }

    fn rest(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, (page, context): (&Rc<RecordPage>, &FieldContext)) {
        trace_strip_ui(ui, cx, &page.trace);
        notices_ui(ui, &page.notices);
        self.sections(ui, cx, (page, context));
        for table in &mut self.parts {
            let asked = ui.push_id(table.kind(), |ui| table.ui(ui, cx, (&page.data, context))).inner;
            self.dialog = asked.or(self.dialog.take());
        }
        if let Some(dialog) = attachments_ui(ui, cx, page, &mut self.picture) {
            self.dialog = Some(dialog);
        }
        linked_ui(ui, cx, &page.linked);
        signatures_ui(ui, &page.signatures);
        history_ui(ui, cx, self.id, (&page.names, &mut self.all_history));
    }

    fn sections(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, (page, context): (&Rc<RecordPage>, &FieldContext)) {
        let title_of = |id: RecordId| context.title(id).map(str::to_owned);
        let reading = Reading {
            names: &page.names,
            title: &title_of,
            today: cx.today(),
            offset_minutes: cx.stamp.offset_minutes,
        };
        let may_edit = editable(cx, page);
        let mut gone = None;
        let mut hidden = false;
        for section in page.data.def().sections {
            let fields: Vec<_> = section.fields.iter().filter(|field| is_shown(field, page)).collect();
            let filled = fields.iter().filter(|field| !is_empty(page.data.value(field.name))).count();
            hidden |= filled < fields.len();
            if filled == 0 && !self.show_empty {
                continue;
            }
            let edit = may_edit && section.open_in.contains(&page.data.head.state.as_str());
            if section_head_ui(ui, section, edit)
                && let Some(field) = section.fields.iter().find(|field| !field.by_system)
            {
                cx.go(Route::Edit(self.id, Some(field.name)));
            }
            for field in fields {
                let value = page.data.value(field.name);
                if is_empty(value) && !self.show_empty {
                    continue;
                }
                let went =
                    ui.push_id(field.name, |ui| field_ui(ui, self.id.kind, field, value, &reading)).inner;
                gone = went.or(gone);
            }
        }
        if hidden {
            ui.add_space(space::S);
            ui.checkbox(&mut self.show_empty, "Show empty fields");
        }
        if let Some(id) = gone {
            cx.go(Route::Record(id));
        }
    }
}

/// Heading of a section; returns whether its edit link was pressed.
fn section_head_ui(ui: &mut Ui, section: &Section, edit: bool) -> bool {
    let mut pressed = false;
    ui.add_space(space::L);
    ui.horizontal(|ui| {
        ui.label(title(section.title));
        ui.label(hint(ui, section.clause));
        if edit {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let response = link_ui(ui, "Edit");
                ui.ctx().accesskit_node_builder(response.id, |node| {
                    node.set_label(format!("Edit {}", section.title));
                });
                pressed = response.clicked();
            });
        }
    });
    rule_ui(ui);
    ui.add_space(space::XS);
    pressed
}

/// Whether the page shows a field: not the title, which is its heading, and a value that is kept elsewhere now only if there is one.
fn is_shown(field: &FieldDef, page: &RecordPage) -> bool {
    field.name != "title" && !(field.is_former(RULES) && is_empty(page.data.value(field.name)))
}
