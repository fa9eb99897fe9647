//! The input of one declared field, by its type.

use eframe::egui;
use egui::{Button, Label, Response, RichText, Ui, UiBuilder, accesskit::Role};

use super::field_context::FieldContext;
use super::keyed::keyed_ui;
use super::rows::rows_ui;
use super::typed::Typed;
use crate::domain::choice::ChoiceDef;
use crate::domain::field::{FieldDef, FieldType};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::KeyRow;
use crate::domain::person::PersonState;
use crate::ui::theme::{hint, space};
use crate::ui::widgets::button::icon_ui;
use crate::ui::widgets::choice::{Choice, choice_ui, choices_ui, yes_no_ui};
use crate::ui::widgets::date_field::{DateKind, date_field_ui};
use crate::ui::widgets::icons::Icon;
use crate::ui::widgets::lines::lines_ui;
use crate::ui::widgets::moment_field::{Clock, MomentText, moment_field_ui};
use crate::ui::widgets::offer::{offered_line_ui, offered_lines_ui};
use crate::ui::widgets::text::{TextArea, TextLine};

/// Most suggested records.
const SUGGESTIONS: usize = 6;

/// The input of a field of a record of `kind`; of a keyed table, with its known rows if they depend on a change. Each input has one
/// response, even if it has several widgets.
pub fn input_ui(
    ui: &mut Ui,
    kind: Kind,
    field: &'static FieldDef,
    typed: &mut Typed,
    (context, known): (&FieldContext, Option<&[KeyRow]>),
) -> Response {
    match (kind.def().key_of(field.name), field.ty, typed) {
        (Some(key), FieldType::Rows(columns), Typed::Rows(rows)) => {
            let without_change;
            let known = match known {
                Some(known) => known,
                None => {
                    without_change = (key.rows)(None);
                    &without_change
                }
            };
            keyed_ui(ui, (key, known), columns, rows, context)
        }
        (None, FieldType::Rows(_), Typed::Rows(rows)) => rows_ui(ui, kind, field, rows, context),
        (_, _, typed) => cell_ui(ui, field, typed, context),
    }
}

/// The input of a field, or of a cell of a row.
pub fn cell_ui(ui: &mut Ui, field: &'static FieldDef, typed: &mut Typed, context: &FieldContext) -> Response {
    match typed {
        Typed::Text(text) => text_ui(ui, field, text, context),
        Typed::YesNo(answer) => yes_no_ui(ui, answer),
        Typed::Choice(code) => {
            let FieldType::Choice(options) = field.ty else { return ui.label("") };
            choice_ui(ui, code, &choices(options), true)
        }
        Typed::Several(items) => several_ui(ui, field, items, context),
        Typed::Moment(text, utc) => {
            let clock = if *utc { Clock::Utc } else { Clock::Local };
            let mut value = MomentText { text: std::mem::take(text), clock };
            let response = moment_field_ui(ui, &mut value, context.now, &context.zone);
            *text = value.text;
            *utc = value.clock == Clock::Utc;
            response
        }
        // A column cannot be a table: such a declaration does not compile.
        Typed::Rows(_) => ui.label(""),
    }
}

fn choices(options: &'static [ChoiceDef]) -> Vec<Choice<'static>> {
    options
        .iter()
        .map(|option| Choice { code: option.code, word: option.word, meaning: option.meaning.trim() })
        .collect()
}

fn text_ui(ui: &mut Ui, field: &'static FieldDef, text: &mut String, context: &FieldContext) -> Response {
    match field.ty {
        FieldType::Text => ui.add(TextArea::new(text).hint(field.hint)),
        FieldType::Day => {
            let due = field.name.ends_with("_by") || field.name.starts_with("expires");
            let kind = if due { DateKind::Due } else { DateKind::Plain };
            date_field_ui(ui, text, context.today, kind)
        }
        FieldType::Number => ui.add(TextLine::new(text).limit(10).width(160.0)),
        FieldType::Record if field.target == Some(Kind::Person) => {
            let people = people(context, std::slice::from_ref(text));
            let people: Vec<Choice<'_>> = as_choices(&people);
            let mut code = (!text.is_empty()).then(|| text.clone());
            let response = choice_ui(ui, &mut code, &people, true);
            *text = code.unwrap_or_default();
            response
        }
        FieldType::Record => reference_ui(ui, field, text, context),
        FieldType::Line => offered_line_ui(ui, text, field.hint, context.offered(field)),
        FieldType::YesNo
        | FieldType::Moment
        | FieldType::Choice(_)
        | FieldType::Choices(_)
        | FieldType::Lines
        | FieldType::Records
        | FieldType::Rows(_) => ui.add(TextLine::new(text).hint(field.hint)),
    }
}

fn several_ui(
    ui: &mut Ui,
    field: &'static FieldDef,
    items: &mut Vec<String>,
    context: &FieldContext,
) -> Response {
    match field.ty {
        FieldType::Choices(options) => choices_ui(ui, items, &choices(options)),
        FieldType::Records if field.target == Some(Kind::Person) => {
            let people = people(context, items);
            choices_ui(ui, items, &as_choices(&people))
        }
        FieldType::Records => references_ui(ui, field, items, context),
        FieldType::Lines => offered_lines_ui(ui, items, context.offered(field)),
        FieldType::Line
        | FieldType::Text
        | FieldType::YesNo
        | FieldType::Number
        | FieldType::Day
        | FieldType::Moment
        | FieldType::Choice(_)
        | FieldType::Record
        | FieldType::Rows(_) => lines_ui(ui, items, "line"),
    }
}

/// Active persons and those already chosen: number and name.
fn people(context: &FieldContext, chosen: &[String]) -> Vec<(String, String)> {
    context
        .people
        .iter()
        .rev()
        .map(|row| (row.id.to_string(), row))
        .filter(|(id, row)| row.state == PersonState::Active.code() || chosen.contains(id))
        .map(|(id, row)| (id, row.title.clone()))
        .collect()
}

fn as_choices(people: &[(String, String)]) -> Vec<Choice<'_>> {
    people.iter().map(|(code, word)| Choice { code, word, meaning: "" }).collect()
}

/// One reference: its number is typed, or words of its title and then one of the suggestions is chosen.
fn reference_ui(
    ui: &mut Ui,
    field: &'static FieldDef,
    text: &mut String,
    context: &FieldContext,
) -> Response {
    let mut response = ui.add(TextLine::new(text).hint(&reference_hint(field)));
    if let Some(title) = text.trim().parse::<RecordId>().ok().and_then(|id| context.title(id)) {
        ui.add(Label::new(hint(ui, title)).truncate());
    } else if let Some(id) = suggestions_ui(ui, field, text, context) {
        *text = id;
        response.mark_changed();
    }
    response
}

/// Several references: each with a remove button, and an input for one more.
fn references_ui(
    ui: &mut Ui,
    field: &'static FieldDef,
    items: &mut Vec<String>,
    context: &FieldContext,
) -> Response {
    let slot = ui.make_persistent_id(("adding", field.name));
    let mut adding: String = ui.data(|data| data.get_temp(slot)).unwrap_or_default();
    let mut gone = None;
    let mut picked = None;
    let scope = ui.scope_builder(UiBuilder::new().accessibility_role(Role::Group), |ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        for (index, item) in items.iter().enumerate() {
            ui.horizontal(|ui| {
                if icon_ui(ui, Icon::Close, &format!("Remove {item}")).clicked() {
                    gone = Some(index);
                }
                let title =
                    item.parse::<RecordId>().ok().and_then(|id| context.title(id)).unwrap_or_default();
                ui.add(Label::new(format!("{item}  {title}")).truncate());
            });
        }
        let name = format!("Add to {}", field.label.to_lowercase());
        let edit = ui.add(TextLine::new(&mut adding).hint(&reference_hint(field))).accessible_name(name);
        let saving = ui.input(|input| input.modifiers.command && input.key_pressed(egui::Key::Enter));
        if edit.lost_focus() || edit.has_focus() && saving {
            picked = adding.trim().parse::<RecordId>().ok().map(|id| id.to_string());
        }
        if picked.is_none() {
            picked = suggestions_ui(ui, field, &adding, context);
        }
        edit
    });
    let mut response = scope.inner;
    if let Some(id) = picked {
        adding.clear();
        if !items.contains(&id) {
            items.push(id);
        }
        response.mark_changed();
    }
    if let Some(index) = gone {
        items.remove(index);
        response.mark_changed();
    }
    ui.data_mut(|data| data.insert_temp(slot, adding));
    response
}

fn reference_hint(field: &FieldDef) -> String {
    let prefix = field.target.map_or("CR", Kind::prefix);
    format!("{prefix}-0001, or words of the title")
}

fn suggestions_ui(ui: &mut Ui, field: &FieldDef, typed: &str, context: &FieldContext) -> Option<String> {
    if typed.trim().is_empty() {
        return None;
    }
    let found = context.fitting(field.target, typed, SUGGESTIONS);
    if found.is_empty() {
        ui.label(hint(ui, "No match"));
    }
    let mut picked = None;
    for row in found {
        let words = format!("{}  {}", row.id, row.title);
        if ui.add(Button::new(RichText::new(words)).frame(false).truncate()).clicked() {
            picked = Some(row.id.to_string());
        }
    }
    picked
}
