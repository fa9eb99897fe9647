//! The members of one foreign object, read one by one; unread members are counted as not understood.

use serde_json::{Map, Value};

use mainstay_base::note::{Gravity, Notes};

/// An object that is being read.
pub(super) struct Fields<'n> {
    members: Map<String, Value>,
    /// Its place.
    pub(super) place: String,
    /// The prefix of its members when they are counted: `packages[]`.
    name: &'static str,
    /// Remarks.
    pub(super) notes: &'n mut Notes,
}

impl<'n> Fields<'n> {
    /// The fields of a value; a value that is not an object gets a remark and counts as empty.
    pub(super) fn of(value: Value, name: &'static str, place: String, notes: &'n mut Notes) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self { members, place, name, notes }),
            other => {
                notes.add(Gravity::Refused, place, format!("{} where an object was expected", kind(&other)));
                None
            }
        }
    }

    /// A text. Numbers and booleans are read as text with a remark: their spelling may have been different (1.10 is 1.1).
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.members.remove(key)? {
            Value::Null => None,
            Value::String(text) => not_empty(text),
            value @ (Value::Number(_) | Value::Bool(_)) => {
                let remark =
                    format!("`{key}` is {} where text was expected; read as `{value}`", kind(&value));
                self.notes.add(Gravity::Warning, self.place.clone(), remark);
                Some(value.to_string())
            }
            value @ (Value::Array(_) | Value::Object(_)) => {
                self.wrong(key, &value, "text");
                None
            }
        }
    }

    /// A text, if it passes a check; otherwise it is left to be counted.
    pub(super) fn text_if(&mut self, key: &str, says: fn(&str) -> bool) -> Option<String> {
        let accepted = self.members.get(key).and_then(Value::as_str).is_some_and(says);
        if accepted { self.text(key) } else { None }
    }

    /// Texts of a list; a single text counts as a list of one.
    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        match self.members.remove(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(text)) => not_empty(text).into_iter().collect(),
            Some(Value::Array(items)) => {
                let mut texts = Vec::with_capacity(items.len());
                for item in items {
                    match item {
                        Value::String(text) => texts.extend(not_empty(text)),
                        other => self.wrong(key, &other, "text"),
                    }
                }
                texts
            }
            Some(other) => {
                self.wrong(key, &other, "a list");
                Vec::new()
            }
        }
    }

    /// The objects of a list, or a single one, with their places; other things in it get a remark.
    pub(super) fn objects(&mut self, key: &str) -> Vec<(Value, String)> {
        match self.members.remove(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| (item, format!("{}.{key}[{index}]", self.place)))
                .collect(),
            Some(object @ Value::Object(_)) => vec![(object, format!("{}.{key}", self.place))],
            Some(other) => {
                self.wrong(key, &other, "a list");
                Vec::new()
            }
        }
    }

    /// Reads members that add no information.
    pub(super) fn skip(&mut self, keys: &[&str]) {
        for key in keys {
            self.members.remove(*key);
        }
    }

    /// Counts the unread members.
    pub(super) fn finish(self) {
        for key in self.members.keys() {
            self.notes.not_understood(&named(self.name, key));
        }
    }

    fn wrong(&mut self, key: &str, value: &Value, expected: &str) {
        let remark = format!("`{key}` is {} where {expected} was expected; skipped", kind(value));
        self.notes.add(Gravity::Refused, self.place.clone(), remark);
    }
}

/// Name of a field for counting. A foreign name is shortened: it may have any length.
pub(super) fn named(name: &str, key: &str) -> String {
    let key: String = key.chars().take(100).collect();
    if name.is_empty() { key } else { format!("{name}.{key}") }
}

fn not_empty(text: String) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        None
    } else if trimmed.len() == text.len() {
        Some(text)
    } else {
        Some(trimmed.to_owned())
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
