//! Example values in a form: each is marked, and accepted or changed.

use eframe::egui::{Label, Ui};

use super::super::typed::Typed;
use super::FormScreen;
use super::entry::Entry;
use crate::domain::field::FieldDef;
use crate::domain::record::Section;
use crate::ui::screens::examples::{self, Examples, accept_section_ui};
use crate::ui::theme::hint;

/// The fields that still hold examples, as the form stands: neither accepted nor changed.
fn left(entry: &Entry, examples: &Examples) -> Vec<String> {
    let Some(Typed::Several(listed)) = entry.values.get(examples.list) else { return Vec::new() };
    let unchanged = |name: &String| {
        let field = entry.data.def().field(name);
        field.is_none_or(|field| {
            let typed = entry.values.get(field.name);
            typed.is_none_or(|typed| *typed == Typed::of(field, entry.data.value(field.name)))
        })
    };
    listed.iter().filter(|name| unchanged(name)).cloned().collect()
}

impl FormScreen {
    fn examples(&self) -> Option<(&'static Examples, Vec<String>)> {
        let entry = self.entry.as_ref()?;
        let examples = examples::of(entry.data.head.id.kind)?;
        Some((examples, left(entry, examples)))
    }

    /// How many values are decided, while some are not.
    pub(super) fn progress(&self, ui: &mut Ui) {
        let Some((examples, left)) = self.examples() else { return };
        let stored = self.entry.as_ref().map(|entry| examples.left_in(&entry.data));
        if !left.is_empty() || stored.is_some_and(|stored| !stored.is_empty()) {
            let words = "Accept or change each example. A plan with examples cannot be submitted.";
            ui.add(Label::new(hint(ui, words)).wrap());
            examples.progress_ui(ui, &left);
        }
    }

    /// The mark of a field that holds an example. Returns whether it was accepted.
    pub(super) fn accept(&mut self, ui: &mut Ui, field: &'static FieldDef) -> bool {
        let Some((examples, left)) = self.examples() else { return false };
        if !left.iter().any(|name| name == field.name) {
            return false;
        }
        let accepted = ui.push_id(("example", field.name), |ui| examples.example_ui(ui, field, true)).inner;
        accepted && self.take(ui, examples, &[field.name])
    }

    /// The button that accepts all examples of a section.
    pub(super) fn accept_section(&mut self, ui: &mut Ui, section: &'static Section) -> bool {
        let Some((examples, left)) = self.examples() else { return false };
        let here = examples.in_section(section, &left);
        here.len() > 1 && accept_section_ui(ui, section) && self.take(ui, examples, &here)
    }

    fn take(&mut self, ui: &Ui, examples: &'static Examples, names: &[&str]) -> bool {
        let Some(entry) = &mut self.entry else { return false };
        if let Some(Typed::Several(listed)) = entry.values.get_mut(examples.list) {
            listed.retain(|name| !names.contains(&name.as_str()));
        }
        entry.changed(examples.list, ui.input(|input| input.time));
        true
    }
}
