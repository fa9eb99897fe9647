//! The head of a record page: number, title, state, owner, dates, and the link to its form.

use eframe::egui;
use egui::{Label, Ui};

use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{PersonState, Role};
use crate::domain::text::counted;
use crate::ops::{Act, RecordPage, Request, TraceStep};
use crate::ui::app::COPY;
use crate::ui::cx::{Command, Cx, Route, Then};
use crate::ui::screens::parts::tone_of;
use crate::ui::shortcuts::def_of;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::{badge_ui, tone_words_ui};
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::heading::long_page_heading_ui;
use crate::ui::widgets::reach::{Near, reach};
use crate::ui::widgets::trace::{Step, StepState, trace_at_ui};

/// The button that opens the form of the record on screen.
pub const EDIT: &str = "Edit";

/// Whether the person may edit any part of the record now.
pub fn editable(cx: &Cx<'_>, page: &RecordPage) -> bool {
    let data = &page.data;
    let def = data.def();
    let state = data.head.state.as_str();
    cx.may_edit(def.kind)
        && !data.is_terminal()
        && page.parent_is_open()
        && def.sections.iter().any(|section| {
            section.open_in.contains(&state) && section.fields.iter().any(|field| !field.by_system)
        })
}

/// Draws the head.
pub fn head_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
    let data = &page.data;
    let id = data.head.id;
    ui.horizontal(|ui| {
        ui.label(hint(ui, format!("{} {id}", data.def().word)));
        if let Some(state) = data.state() {
            badge_ui(ui, tone_of(state.tone), state.word).on_hover_text(state.meaning.trim());
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if editable(cx, page) && button_in_reach_ui(ui, EDIT, "The fields that are open in this state") {
                cx.go(Route::Edit(id, None));
            }
            copy_menu_ui(ui, cx);
        });
    });
    let heading = if data.title().is_empty() { data.def().word } else { data.title() };
    long_page_heading_ui(ui, heading);
    ui.horizontal_wrapped(|ui| {
        if id.kind.def().assignable {
            owner_ui(ui, cx, page);
        }
        let by = page
            .names
            .get(&data.head.created_by)
            .cloned()
            .unwrap_or_else(|| data.head.created_by.to_string());
        let offset = cx.stamp.offset_minutes;
        let entered = data.head.created_at.with_offset_words(offset);
        let since = data.head.state_since.day().relative_words(cx.today());
        let words = format!(
            "Entered {} by {by} · in this state since {since} · revision {}",
            minute(&entered),
            data.head.revision
        );
        ui.add(Label::new(hint(ui, words)).wrap());
    });
    attention_ui(ui, cx, id);
}

/// The menu that copies number, title and link of the record on screen.
fn copy_menu_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.menu_button("Copy", |ui| copy_entries_ui(ui, cx)).response.on_hover_text("Number, title or link");
}

/// The entries of such a menu.
pub fn copy_entries_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    for row in COPY.into_iter().filter_map(def_of) {
        if ui.button(row.text).on_hover_text(row.tooltip).clicked() {
            cx.ask(Command::Do(row.command));
            ui.close();
        }
    }
}

/// Without the seconds: `2031-03-03 10:00 +01:00`.
fn minute(words: &str) -> String {
    match (words.get(..16), words.get(19..)) {
        (Some(minute), Some(offset)) => format!("{minute}{offset}"),
        (Some(_) | None, Some(_) | None) => words.to_owned(),
    }
}

fn owner_ui(ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
    let data = &page.data;
    let name = data.head.owner.map(|id| page.names.get(&id).cloned().unwrap_or_else(|| id.to_string()));
    let words = name.as_ref().map_or_else(|| "No owner".to_owned(), |name| format!("Owner {name}"));
    let may = cx.writable()
        && !data.is_terminal()
        && Role::EVERYONE.iter().any(|role| cx.session.roles().contains(role));
    if !may {
        ui.label(words);
        return;
    }
    let Ok(people) = cx.list(Kind::Person) else { return };
    let mut picked = None;
    for person in people.iter().filter(|person| person.state == PersonState::Active.code()) {
        let detail = format!("{} becomes the owner of {}", person.title, data.head.id);
        if data.head.owner != Some(person.id)
            && reach(ui, Near::Place, &format!("Assign to {}", person.title), &detail)
        {
            picked = Some(Some(person.id));
        }
    }
    let caption = if name.is_some() { words } else { "Assign to…".to_owned() };
    ui.menu_button(caption, |ui| {
        for person in people.iter().filter(|person| person.state == PersonState::Active.code()) {
            if ui.button(&person.title).clicked() {
                picked = Some(Some(person.id));
                ui.close();
            }
        }
        if data.head.owner.is_some() && ui.button("Nobody").clicked() {
            picked = Some(None);
            ui.close();
        }
    })
    .response
    .on_hover_text("Assign to a person");
    if let Some(owner) = picked.filter(|owner| *owner != data.head.owner) {
        let act = Act::from(Request::Assign { id: data.head.id, owner });
        cx.ask(Command::Perform { act, then: Then::Stay, draft: None });
    }
}

/// What is due or overdue for the record.
fn attention_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: RecordId) {
    let Ok(Some(attention)) = cx.attention() else { return };
    for item in attention.now.iter().filter(|item| item.record == id) {
        let when = item.when("overdue", |_| format!("in {}", counted(-item.days_late, "day")));
        tone_words_ui(ui, tone_of(item.tone), &format!("{} ({when}; {})", item.what, item.whose));
    }
}

/// The strip from feedback to communication. Opens the record of a pressed step.
pub fn trace_strip_ui(ui: &mut Ui, cx: &mut Cx<'_>, trace: &[TraceStep]) {
    if let Some(id) = strip_ui(ui, trace, None) {
        cx.go(Route::Record(id));
    }
}

/// The strip from feedback to communication, with a mark at the record `here`. Returns the record of a pressed step.
pub fn strip_ui(ui: &mut Ui, trace: &[TraceStep], here: Option<RecordId>) -> Option<RecordId> {
    // The chain starts at its first record: a change without a problem report has no gap before it.
    let begin = trace.iter().position(|step| !step.records.is_empty()).unwrap_or(0);
    let trace = trace.get(begin..).unwrap_or_default();
    if trace.is_empty() {
        return None;
    }
    let last = trace.iter().rposition(|step| !step.records.is_empty()).unwrap_or(0);
    let mut ids: Vec<(Option<RecordId>, String)> = Vec::new();
    for step in trace {
        if step.records.is_empty() {
            ids.push((None, String::new()));
        }
        ids.extend(step.records.iter().map(|(id, ..)| (Some(*id), id.to_string())));
    }
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut numbers = ids.iter();
    for (index, step) in trace.iter().enumerate() {
        let state = match (step.records.is_empty(), step.done) {
            (false, true) => StepState::Done,
            (false, false) => StepState::Current,
            (true, _) if index < last => StepState::Gap,
            (true, _) => StepState::Ahead,
        };
        if step.records.is_empty() {
            numbers.next();
            steps.push(Step { label: step.label, id: None, date: None, state });
        }
        for (_, _, day) in &step.records {
            let number = numbers.next().map(|(_, text)| text.as_str());
            steps.push(Step { label: step.label, id: number, date: day.map(|day| day.date()), state });
        }
    }
    ui.add_space(space::M);
    let at = here.and_then(|here| ids.iter().position(|(id, _)| *id == Some(here)));
    ids.get(trace_at_ui(ui, &steps, at)?).and_then(|(id, _)| *id)
}

/// Notices for the reader.
pub fn notices_ui(ui: &mut Ui, notices: &[String]) {
    for notice in notices {
        tone_words_ui(ui, Tone::Due, notice);
    }
}
