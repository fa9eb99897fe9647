//! The page of a record: head, next steps, trace, fields, attachments, signatures, history.

mod head;
mod history;
mod move_dialog;
mod next;
mod part_table;
mod parts;
mod picture;
mod sections;

use std::rc::Rc;

use eframe::egui;
use egui::{Align, Layout, ScrollArea, Ui};

pub use self::head::{EDIT, copy_entries_ui, strip_ui};
use self::head::{head_ui, notices_ui, trace_strip_ui};
use self::history::history_ui;
use self::move_dialog::MoveDialog;
use self::next::next_ui;
pub use self::next::{conditions_ui, due_link_ui};
use self::part_table::PartTable;
use self::parts::{attachments_ui, linked_ui, signatures_ui};
pub use self::parts::{heading_ui, short_digest};
use self::picture::Picture;
use super::field_context::FieldContext;
use crate::domain::ids::RecordId;
use crate::ops::RecordPage;
use crate::ui::cx::Cx;
use crate::ui::screens::panels::{Panel, panel_of};
use crate::ui::theme::space;
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::scrolled::scrolled;

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
    /// What the page shows besides the declared fields.
    panel: Option<Box<dyn Panel>>,
}

impl RecordScreen {
    /// The page of a record.
    pub fn new(id: RecordId) -> Self {
        let parts = PartTable::all(id.kind.def());
        let panel = panel_of(id);
        Self { id, dialog: None, picture: None, show_empty: false, all_history: false, parts, panel }
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
        scrolled(ScrollArea::vertical().id_salt(self.id).auto_shrink([false, false])).show(ui, |ui| {
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
        if let Some(panel) = &mut self.panel {
            ui.push_id("panel", |ui| panel.ui(ui, cx, page));
        }
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
}
