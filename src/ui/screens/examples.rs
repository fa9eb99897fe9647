//! Fields that still hold example values: which they are, where each example comes from, and the buttons that accept them.
//!
//! Belongs here: what form and page show of examples. Does not belong here: the examples themselves.

use std::sync::LazyLock;

use eframe::egui;
use egui::{Button, Label, Sense, Ui, vec2};
use serde_json::{Value, json};

use crate::domain::field::FieldDef;
use crate::domain::ids::Kind;
use crate::domain::maintenance_plan::examples;
use crate::domain::record::{Fields, RecordData, Section};
use crate::ops::example_plan;
use crate::ui::theme::{Tone, hint, palette, small, space};
use crate::ui::widgets::badge::badge_ui;

/// The field of a kind that lists the fields that still hold examples.
#[derive(Clone, Copy)]
pub struct Examples {
    kind: Kind,
    /// Name of that field.
    pub list: &'static str,
    /// Where the example of a field comes from.
    source_of: fn(&str) -> &'static str,
    /// All fields that held an example at first.
    all: fn() -> &'static [String],
}

/// The kinds whose records begin with examples.
const ALL: [Examples; 1] = [Examples {
    kind: Kind::MaintenancePlan,
    list: "undecided",
    source_of: examples::source_of,
    all: first_examples,
}];

fn first_examples() -> &'static [String] {
    static ALL: LazyLock<Vec<String>> =
        LazyLock::new(|| names(example_plan(&[]).get("undecided").unwrap_or(&Value::Null)));
    &ALL
}

fn names(value: &Value) -> Vec<String> {
    let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// The examples of a kind, if its records begin with any.
pub fn of(kind: Kind) -> Option<&'static Examples> {
    ALL.iter().find(|examples| examples.kind == kind)
}

/// Whether a field is the list of examples, which is shown at the fields that it names.
pub fn is_list(kind: Kind, field: &FieldDef) -> bool {
    of(kind).is_some_and(|examples| examples.list == field.name)
}

/// Takes fields that are changed from the list of those that hold examples, where the list itself is changed too.
pub fn settle(kind: Kind, set: &mut Fields) {
    let Some(list) = of(kind).map(|examples| examples.list) else { return };
    let Some(left) = set.get(list).map(names) else { return };
    let left: Vec<String> = left.into_iter().filter(|name| !set.contains_key(name)).collect();
    set.insert(list.to_owned(), if left.is_empty() { Value::Null } else { json!(left) });
}

impl Examples {
    /// The fields of a record that still hold examples.
    pub fn left_in(&self, data: &RecordData) -> Vec<String> {
        names(data.value(self.list))
    }

    /// The value of the list without some of its fields.
    pub fn without(&self, left: &[String], accepted: &[&str]) -> Value {
        let left: Vec<&String> = left.iter().filter(|name| !accepted.contains(&name.as_str())).collect();
        if left.is_empty() { Value::Null } else { json!(left) }
    }

    /// The fields of a section among those that still hold examples.
    pub fn in_section(&self, section: &Section, left: &[String]) -> Vec<&'static str> {
        let fields = section.fields.iter().map(|field| field.name);
        fields.filter(|name| left.iter().any(|other| other == name)).collect()
    }

    /// How many values are decided.
    pub fn progress_ui(&self, ui: &mut Ui, left: &[String]) {
        let all = (self.all)();
        let all = all.len() + left.iter().filter(|name| !all.contains(name)).count();
        let decided = all.saturating_sub(left.len());
        ui.horizontal(|ui| {
            bar_ui(ui, decided as f32 / all.max(1) as f32);
            ui.label(format!("{decided} of {all} decided"));
        });
        ui.add_space(space::S);
    }

    /// That a field holds an example, where the example comes from, and the button to accept it. Returns whether it was pressed.
    pub fn example_ui(&self, ui: &mut Ui, field: &FieldDef, may_accept: bool) -> bool {
        let mut accepted = false;
        ui.horizontal_wrapped(|ui| {
            badge_ui(ui, Tone::Due, "Example");
            if may_accept {
                let button = ui.add(Button::new(small("Accept")).small());
                accepted = button.accessible_name(format!("Accept {}", field.label)).clicked();
            }
            let source = (self.source_of)(field.name);
            ui.add(Label::new(hint(ui, crate::domain::text::capital(source))).wrap());
        });
        accepted
    }
}

/// A bar that is filled by a share from 0 to 1.
fn bar_ui(ui: &mut Ui, share: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(160.0, 8.0), Sense::hover());
    let palette = palette(ui);
    ui.painter().rect_filled(rect, 4.0, palette.line);
    let filled =
        egui::Rect::from_min_size(rect.min, vec2(rect.width() * share.clamp(0.0, 1.0), rect.height()));
    ui.painter().rect_filled(filled, 4.0, palette.accent);
}

/// The button that accepts all examples of a section. Returns whether it was pressed.
pub fn accept_section_ui(ui: &mut Ui, section: &Section) -> bool {
    let button = ui.add(Button::new(small("Accept all of this section")).small());
    ui.add_space(space::S);
    button.accessible_name(format!("Accept all of {}", section.title)).clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_changed_is_no_example_also_where_others_are_accepted() {
        let mut set: Fields = serde_json::from_str(
            r#"{"undecided": ["follow_up_days", "trend_method"], "follow_up_days": 20}"#,
        )
        .unwrap();
        settle(Kind::MaintenancePlan, &mut set);
        assert_eq!(set["undecided"], json!(["trend_method"]));
        set.insert("trend_method".to_owned(), json!("By hand"));
        settle(Kind::MaintenancePlan, &mut set);
        assert_eq!(set["undecided"], Value::Null);
        let mut other: Fields = serde_json::from_str(r#"{"follow_up_days": 20}"#).unwrap();
        settle(Kind::MaintenancePlan, &mut other);
        assert_eq!(other.len(), 1, "the file itself takes it from the list");
    }

    #[test]
    fn every_example_says_where_it_comes_from() {
        for name in first_examples() {
            assert!(!(ALL[0].source_of)(name).is_empty(), "{name}");
        }
        assert!(first_examples().len() > 30);
    }
}
