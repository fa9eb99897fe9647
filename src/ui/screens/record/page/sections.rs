//! The declared sections of a record: each field with its value, examples with the button that accepts them.

use std::rc::Rc;

use eframe::egui;
use egui::{Align, Layout, Ui};

use super::super::field_context::FieldContext;
use super::super::show::{Reading, field_ui};
use super::RecordScreen;
use super::head::editable;
use crate::domain::field::{FieldDef, is_empty};
use crate::domain::ids::RecordId;
use crate::domain::record::{Fields, Section};
use crate::domain::requests::RULES;
use crate::ops::{Act, RecordPage, Request};
use crate::ui::cx::{Command, Cx, Route, Then};
use crate::ui::screens::examples::{self, Examples, accept_section_ui, is_list};
use crate::ui::theme::{hint, space};
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::rule_ui;
use crate::ui::widgets::reach::{Near, reach};

/// What was asked for in the sections.
#[derive(Default)]
struct Asked {
    gone: Option<RecordId>,
    accepted: Vec<&'static str>,
}

/// The fields of a record that still hold examples.
struct Left {
    examples: &'static Examples,
    names: Vec<String>,
}

impl RecordScreen {
    pub(super) fn sections(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        (page, context): (&Rc<RecordPage>, &FieldContext),
    ) {
        let title_of = |id: RecordId| context.title(id).map(str::to_owned);
        let reading = Reading {
            names: &page.names,
            title: &title_of,
            today: cx.today(),
            offset_minutes: cx.stamp.offset_minutes,
        };
        let left = examples::of(self.id.kind)
            .map(|examples| Left { examples, names: examples.left_in(&page.data) })
            .filter(|left| !left.names.is_empty());
        if let Some(left) = &left {
            left.examples.progress_ui(ui, &left.names);
        }
        let mut asked = Asked::default();
        let mut hidden = false;
        for section in page.data.def().sections {
            let fields: Vec<_> = section.fields.iter().filter(|field| is_shown(field, page)).collect();
            let filled = fields.iter().filter(|field| !is_empty(page.data.value(field.name))).count();
            hidden |= filled < fields.len();
            if fields.is_empty() || filled == 0 && !self.show_empty {
                continue;
            }
            self.section(ui, cx, (section, &fields), ((page, left.as_ref(), &reading), &mut asked));
        }
        if hidden {
            ui.add_space(space::S);
            ui.checkbox(&mut self.show_empty, "Show empty fields");
        }
        if let Some(left) = left.filter(|_| !asked.accepted.is_empty()) {
            accept(cx, self.id, &left, &asked.accepted);
        }
        if let Some(id) = asked.gone {
            cx.go(Route::Record(id));
        }
    }

    fn section(
        &self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        (section, fields): (&'static Section, &[&'static FieldDef]),
        ((page, left, reading), asked): ((&RecordPage, Option<&Left>, &Reading<'_>), &mut Asked),
    ) {
        let edit = editable(cx, page) && section.open_in.contains(&page.data.head.state.as_str());
        if section_head_ui(ui, section, edit)
            && let Some(field) = section.fields.iter().find(|field| !field.by_system)
        {
            cx.go(Route::Edit(self.id, Some(field.name)));
        }
        if let Some(left) = left.filter(|_| edit) {
            let here = left.examples.in_section(section, &left.names);
            if here.len() > 1 && accept_section_ui(ui, section) {
                asked.accepted = here;
            }
        }
        for field in fields {
            let value = page.data.value(field.name);
            let example = left.filter(|left| left.names.iter().any(|name| name == field.name));
            if is_empty(value) && !self.show_empty && example.is_none() {
                continue;
            }
            let went = ui.push_id(field.name, |ui| {
                let went = field_ui(ui, self.id.kind, field, value, reading);
                if let Some(left) = example
                    && left.examples.example_ui(ui, field, edit)
                {
                    asked.accepted.push(field.name);
                }
                went
            });
            asked.gone = went.inner.or(asked.gone);
        }
    }
}

/// Asks to take accepted fields from the list of examples.
fn accept(cx: &mut Cx<'_>, id: RecordId, left: &Left, accepted: &[&str]) {
    let mut set = Fields::new();
    set.insert(left.examples.list.to_owned(), left.examples.without(&left.names, accepted));
    let act = Act::from(Request::Edit { id, set });
    cx.ask(Command::Perform { act, then: Then::Stay, draft: None });
}

/// Below this width the heading of a section wraps, and its edit link follows the words, in points.
const WRAPPED: f32 = 440.0;

/// Heading of a section; returns whether its edit link was pressed.
fn section_head_ui(ui: &mut Ui, section: &Section, edit: bool) -> bool {
    let words = |ui: &mut Ui| {
        title_ui(ui, section.title);
        ui.label(hint(ui, section.clause));
    };
    ui.add_space(space::L);
    let pressed = if ui.available_width() < WRAPPED {
        ui.horizontal_wrapped(|ui| {
            words(ui);
            edit && edit_link_ui(ui, section)
        })
    } else {
        ui.horizontal(|ui| {
            words(ui);
            let right = Layout::right_to_left(Align::Center);
            edit && ui.with_layout(right, |ui| edit_link_ui(ui, section)).inner
        })
    };
    rule_ui(ui);
    ui.add_space(space::XS);
    pressed.inner
}

fn edit_link_ui(ui: &mut Ui, section: &Section) -> bool {
    let name = format!("Edit {}", section.title);
    let response = link_ui(ui, "Edit");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name.as_str()));
    response.clicked() | reach(ui, Near::Place, &name, section.clause)
}

/// Whether the page shows a field: not the title, which is its heading, and a value that is kept elsewhere now only if there is one.
fn is_shown(field: &FieldDef, page: &RecordPage) -> bool {
    let kept_elsewhere = field.is_former(RULES) && is_empty(page.data.value(field.name));
    field.name != "title" && !kept_elsewhere && !is_list(page.data.head.id.kind, field)
}
