//! Fields of several records at once: declared inputs, of which those that were filled are set.

use std::collections::BTreeMap;

use eframe::egui::Ui;

use crate::domain::field::FieldDef;
use crate::domain::ids::Kind;
use crate::domain::record::Fields;
use crate::ui::screens::record::field_context::FieldContext;
use crate::ui::screens::record::input::cell_ui;
use crate::ui::screens::record::typed::Typed;
use crate::ui::widgets::field::Field;

/// What is typed for some fields of a kind.
#[derive(Clone)]
pub struct Deciding {
    kind: Kind,
    typed: BTreeMap<&'static str, Typed>,
}

impl Deciding {
    /// Empty inputs for these fields.
    pub fn of(kind: Kind, names: &[&'static str]) -> Self {
        let typed = names.iter().filter_map(|name| {
            let field = kind.def().field(name)?;
            Some((field.name, Typed::of(field, &serde_json::Value::Null)))
        });
        Self { kind, typed: typed.collect() }
    }

    /// The declaration of a field.
    pub fn field(&self, name: &str) -> Option<&'static FieldDef> {
        self.kind.def().field(name)
    }

    /// What is typed for a field.
    pub fn typed(&self, name: &str) -> Option<&Typed> {
        self.typed.get(name)
    }

    /// Sets what is typed for a field from a stored value.
    pub fn put(&mut self, name: &str, value: &serde_json::Value) {
        if let Some(field) = self.field(name) {
            self.typed.insert(field.name, Typed::of(field, value));
        }
    }

    /// Whether nothing is typed for a field.
    pub fn is_blank(&self, name: &str) -> bool {
        self.typed.get(name).is_none_or(Typed::is_blank)
    }

    /// Draws the input of a field, with its declared label. `mark` says when it is needed.
    /// Returns whether it was changed.
    pub fn input_ui(&mut self, ui: &mut Ui, (name, mark): (&str, &str), context: &FieldContext) -> bool {
        let Some(field) = self.kind.def().field(name) else { return false };
        let Some(typed) = self.typed.get_mut(name) else { return false };
        let help = field.help();
        let shown = Field::new(field.label).help(&help, field.clause);
        let shown = if mark.is_empty() { shown } else { shown.required(mark) };
        shown.show(ui, |ui| cell_ui(ui, field, typed, context)).changed()
    }

    /// The fields that were filled, as they are stored; or what is wrong with one.
    ///
    /// # Errors
    /// The label of a field and what is wrong with it.
    pub fn filled(&self, context: &FieldContext) -> Result<Fields, String> {
        let mut set = Fields::new();
        for (name, typed) in self.typed.iter().filter(|(_, typed)| !typed.is_blank()) {
            let Some(field) = self.kind.def().field(name) else { continue };
            let value = typed
                .value(field, &serde_json::Value::Null, context.zone)
                .map_err(|why| format!("“{}” {why}", field.label))?;
            set.insert((*name).to_owned(), value);
        }
        Ok(set)
    }

    /// All fields as they are stored, empty ones too.
    ///
    /// # Errors
    /// The label of a field and what is wrong with it.
    pub fn all(&self, context: &FieldContext) -> Result<Fields, String> {
        let mut set = self.filled(context)?;
        for name in self.typed.keys() {
            set.entry(*name).or_insert(serde_json::Value::Null);
        }
        Ok(set)
    }
}
